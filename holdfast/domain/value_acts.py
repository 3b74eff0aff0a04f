"""Orders about what goods are worth: prices, the series of a lot, other goods under the same pledges.

Law: 民法典 433 (top-up when the value falls), 担保制度解释 59 (endorsement, operator's seal, filing).
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.checked import Checked


@dataclass(frozen=True, slots=True)
class PriceOrder(Checked):
    """Say what one tonne is worth, in minor units of the series' currency. Signed by the feeder."""

    series_digest: bytes
    feeder: int
    price_minor: int
    observed_at: int
    deadline: int


@dataclass(frozen=True, slots=True)
class LotSeriesOrder(Checked):
    """Say by which series the lot of a receipt is valued, once.

    Attested, the operator's attester among the signers, the holder's and first pledgee's not.
    """

    receipt_id: int
    series_digest: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class PledgeSubstituteOrder(Checked):
    """Put a receipt under the pledges of another, which they leave.

    Signed by the holder and every pledgee; attested. `receipt_id` comes in, `released_id` goes out. `second`,
    `third` and `fourth` are the pledgees of these ranks; a rank that is not there is 0, and nobody signs.
    """

    receipt_id: int
    released_id: int
    holder: int
    pledgee: int
    seq: int
    released_seq: int
    filing_digest: bytes
    deadline: int
    second: int = 0
    third: int = 0
    fourth: int = 0
