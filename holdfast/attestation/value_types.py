"""EIP-712 types of orders about prices and what they decide. Hashed by contracts/libraries/ValueHash.sol."""

from __future__ import annotations

from typing import Final

VALUE_FIELDS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "PriceOrder": (
        ("seriesDigest", "bytes32", "series_digest"),
        ("feeder", "uint32", "feeder"),
        ("priceMinor", "uint64", "price_minor"),
        ("observedAt", "uint40", "observed_at"),
        ("deadline", "uint64", "deadline"),
    ),
    "LotSeriesOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("seriesDigest", "bytes32", "series_digest"),
        ("deadline", "uint64", "deadline"),
    ),
    "PledgeSubstituteOrder": (
        ("receiptId", "uint256", "receipt_id"),
        ("releasedId", "uint256", "released_id"),
        ("holder", "uint32", "holder"),
        ("pledgee", "uint32", "pledgee"),
        ("second", "uint32", "second"),
        ("third", "uint32", "third"),
        ("fourth", "uint32", "fourth"),
        ("seq", "uint32", "seq"),
        ("releasedSeq", "uint32", "released_seq"),
        ("filingDigest", "bytes32", "filing_digest"),
        ("deadline", "uint64", "deadline"),
    ),
}
"""Type name -> (EIP-712 name, Solidity type, Python field) in order."""
