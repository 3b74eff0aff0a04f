"""Receipts and lots as the chain holds them."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.orders import Kind, Status


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """One receipt on-chain. `seq` is the number the next order must carry.

    What burdens it: `pledges` (`first_pledgee` is 0 without one), `liens` that are asserted (`lien_terms`
    are agreed and stop nothing), `freezes` (`freeze_case` is the one in force, 0 without). `suspend_reason`
    is 0 unless the receipt is suspended.
    """

    receipt_id: int
    holder: int
    operator: int
    status: Status
    kind: Kind
    expires_at: int
    seq: int
    quantity_g: int
    lot_id: bytes
    first_pledgee: int = 0
    pledges: int = 0
    liens: int = 0
    lien_terms: int = 0
    freezes: int = 0
    freeze_case: int = 0
    suspend_reason: int = 0

    @property
    def encumbered(self) -> bool:
        """Whether a pledge, an asserted lien or a court's freeze lies on it."""
        return bool(self.pledges or self.liens or self.freezes)


@dataclass(frozen=True, slots=True)
class LotState:
    """One lot on-chain: what was attested (less deliveries) and what live receipts stand for, grams."""

    lot_id: bytes
    attested_g: int
    live_g: int
    operator: int


def receipt_hex(receipt_id: int) -> str:
    """A receipt id as people and programs write it: 0x and 64 hex digits."""
    return f"0x{receipt_id:064x}"


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """What the chain said when a decision was made: the lot, and each receipt the order names.

    `lot` is None and an entry of `receipts` is None where the chain knew nothing yet. `now_s` is the
    block's time. `accounts` pair members the order names with the account that acted for them.
    """

    block_number: int
    now_s: int
    lot: LotState | None
    receipts: tuple[ReceiptState | None, ...]
    accounts: tuple[tuple[int, str], ...] = ()
