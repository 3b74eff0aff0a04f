"""A lot found short: its receipts are written down together, each by its share and none left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from holdfast.audit.histories import impossible
from holdfast.chain.events import ChainEvent
from holdfast.domain.receipts import ReceiptState


@dataclass(slots=True)
class Shortage:
    """One act that writes a lot's receipts down, while its events come in."""

    lot_id: bytes
    rows: list[tuple[int, int, int]] = field(default_factory=list)
    """Receipt, grams before, grams after; in the order of the events."""

    def add(self, before: ReceiptState, after: ReceiptState) -> None:
        """Count one receipt."""
        self.rows.append((before.receipt_id, before.quantity_g, after.quantity_g))

    def close(self, receipts: Iterable[ReceiptState], event: ChainEvent) -> None:
        """End the act. Raises Refused if a receipt of the lot was left out or bears another share.

        Each keeps the floor of its share; grams that rounding leaves over go to the first receipts, one each.
        """
        standing = {one.receipt_id for one in receipts if one.lot_id == self.lot_id and one.quantity_g}
        if {receipt_id for receipt_id, _, _ in self.rows} != standing or len(self.rows) != len(standing):
            raise impossible(event, f"ends a shortage of lot 0x{self.lot_id.hex()} that leaves receipts out")
        before_g = sum(before for _, before, _ in self.rows)
        after_g = sum(after for _, _, after in self.rows)
        over_g = after_g - sum(before * after_g // before_g for _, before, _ in self.rows)
        for place, (receipt_id, before, after) in enumerate(self.rows):
            due = before * after_g // before_g + (place < over_g)
            if after != due:
                raise impossible(event, f"leaves {after} g of 0x{receipt_id:064x}, its share is {due} g")
