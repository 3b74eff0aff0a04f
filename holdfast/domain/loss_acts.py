"""Orders about losses: of a receipt's document or keys, and of goods that lie together.

Law: 民事诉讼法, 公示催告 (time to object before a lost instrument is replaced); MLWR on commingled goods.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from holdfast.domain.checked import Checked
from holdfast.domain.errors import InvalidInput
from holdfast.domain.receipt_refs import ReceiptRef

LEAST_NOTICE_S: Final = 7 * 24 * 3600
"""A week outlives every attestation that a committee of the usual age limit has signed."""
MOST_NOTICE_S: Final = 60 * 24 * 3600
"""As long as a court's summons for a lost instrument: nobody stops goods for longer without a court."""


class LossReason(IntEnum):
    """Why a receipt is to be replaced."""

    LOST = 1
    COMPROMISED = 2


@dataclass(frozen=True, slots=True)
class LossNoticeOrder(Checked):
    """Stop a receipt that is lost or in other hands, for 7 to 60 days. Signed by the holder, and by the first
    pledgee if pledged; attested.
    """

    receipt_id: int
    holder: int
    reason: LossReason
    notice_s: int
    seq: int
    deadline: int

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if not LEAST_NOTICE_S <= self.notice_s <= MOST_NOTICE_S:
            raise InvalidInput("notice_s", self.notice_s, f"{LEAST_NOTICE_S} to {MOST_NOTICE_S} seconds")


@dataclass(frozen=True, slots=True)
class LossWithdrawalOrder(Checked):
    """Let a receipt under notice move again. Signed by the holder; attested."""

    receipt_id: int
    holder: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class ReplacementOrder(Checked):
    """Put a new document in the place of a receipt whose notice has run. Signed like the notice; attested."""

    receipt_id: int
    successor_id: int
    holder: int
    seq: int
    quantity_g: int
    expires_at: int
    deadline: int


@dataclass(frozen=True, slots=True)
class ShortageOrder(Checked):
    """Lower all receipts of a lot, each in proportion. Nobody signs; attested by a full quorum without any
    attester of a holder's or pledgee's. `receipts` are all of the lot's, suspended, ascending by id.
    """

    lot_id: bytes
    operator: int
    short_g: int
    receipts: tuple[ReceiptRef, ...]
    deadline: int
