// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title EIP-712 type hashes of orders about prices and about what they decide.
library ValueHash {
    bytes32 internal constant PRICE_ORDER = keccak256(
        "PriceOrder(bytes32 seriesDigest,uint32 feeder,uint64 priceMinor,uint40 observedAt,uint64 deadline)"
    );
    bytes32 internal constant LOT_SERIES_ORDER = keccak256(
        "LotSeriesOrder(uint256 receiptId,bytes32 seriesDigest,uint64 deadline)"
    );
    bytes32 internal constant PLEDGE_SUBSTITUTE_ORDER = keccak256(
        "PledgeSubstituteOrder(uint256 receiptId,uint256 releasedId,uint32 holder,uint32 pledgee,uint32 second,"
        "uint32 third,uint32 fourth,uint32 seq,uint32 releasedSeq,bytes32 filingDigest,uint64 deadline)"
    );
}
