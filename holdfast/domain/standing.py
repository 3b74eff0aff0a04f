"""What a person asks of a receipt, as `ReceiptStatus.status` answers it.

Who holds it, is it free, who else has a right in it and in what rank, until when, and why it stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from holdfast.domain.encumbrances import PledgeState
from holdfast.domain.orders import Kind, Status
from holdfast.domain.valuation import GoodsValue


class Bound(IntFlag):
    """Why a receipt is not free (BOUND_ constants of IReceiptStatus.sol)."""

    SUSPENDED = 1
    DELIVERED = 2
    REPLACED = 4
    EXPIRED = 8
    PLEDGED = 16
    LIEN = 32
    FROZEN = 64
    HOLDER_INACTIVE = 128


@dataclass(frozen=True, slots=True)
class FreezeStanding:
    """One court case on a receipt; `document_digest` is the ruling's sha256."""

    case_no: int
    court: int
    reason: int
    opened_at: int
    expires_at: int
    document_digest: bytes


@dataclass(frozen=True, slots=True)
class StorageState:
    """Agreed storage fees, in minor units: for a tonne and a day, at most `cap_minor` in all.

    `due_minor` is what the lien secures now, `asserted_minor` for how much the operator keeps the goods.
    """

    fee_minor: int
    currency: str
    cap_minor: int
    due_minor: int
    asserted_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class NoticeState:
    """A notice of loss: given when, running until when, and why (LossReason)."""

    since: int
    until: int
    reason: int


LIEN_BEFORE: Final = 1
LIEN_BEHIND: Final = 2
"""Rank of agreed storage fees (`lien_terms`): before every pledge, or behind them all; 0 without."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A receipt as it stands at a block. Pledges by rank; `waiting` are the cases behind `freeze`.

    `expires_at` is until when the receipt runs. `predecessor` and `successor` are those of a correction, an
    extension or a replacement after loss, 0 without; splits and mergers are in the logs. `paper_digest` is of
    the paper that took its place, empty without. `value` is None where nobody said how the lot is valued, or
    nobody asked. `more` holds, in plain values by their names on the chain,
    whatever else the contract answered.
    """

    receipt_id: int
    block_number: int
    block_time: int
    holder: int
    account: str
    operator: int
    kind: Kind
    quantity_g: int
    lot_id: bytes
    bounds: Bound
    suspend_reason: int
    liens: int
    lien_terms: int
    expires_at: int
    seq: int
    pledges: tuple[PledgeState, ...]
    freeze: FreezeStanding | None
    waiting: tuple[FreezeStanding, ...]
    predecessor: int
    successor: int
    storage: StorageState | None = None
    notice: NoticeState | None = None
    paper_digest: bytes = b""
    value: GoodsValue | None = None
    more: tuple[tuple[str, object], ...] = ()

    @property
    def free(self) -> bool:
        """Whether its holder alone may give it away or take the goods."""
        return not self.bounds

    @property
    def status(self) -> Status:
        """Where it is in its life."""
        for bound, status in (
            (Bound.DELIVERED, Status.DELIVERED),
            (Bound.REPLACED, Status.REPLACED),
            (Bound.SUSPENDED, Status.SUSPENDED),
        ):
            if bound in self.bounds:
                return status
        return Status.LIVE


_STOPPED: Final = Bound.SUSPENDED | Bound.DELIVERED | Bound.REPLACED | Bound.EXPIRED | Bound.FROZEN


def delivery_signers(standing: Standing) -> tuple[int, ...]:
    """Who must sign, as things stand, that all the goods go out; nobody can have them where it is empty.

    Under a pledge bond both titles sign until it is due, and then its holder alone, which accounts for the
    goods. A pledged receipt's goods go out in parts, with the first pledgee, or after a release.
    """
    if standing.bounds & _STOPPED:
        return ()
    lien, away = Bound.LIEN in standing.bounds, Bound.HOLDER_INACTIVE in standing.bounds
    if not standing.pledges:
        return () if lien or away else (standing.holder,)
    bond = standing.pledges[0]
    if not bond.bond:
        return ()
    if bond.due_before(standing.block_time):
        # The delivery pays the storage lien, if both are in one currency.
        paid = standing.storage is not None and standing.storage.currency == bond.currency
        return () if lien and not paid else (bond.pledgee,)
    return () if lien or away else (standing.holder, bond.pledgee)
