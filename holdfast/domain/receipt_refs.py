"""A receipt named by its next order, as orders over several receipts list it."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.checked import Checked


@dataclass(frozen=True, slots=True)
class ReceiptRef(Checked):
    """A receipt that an order changes, by its next order."""

    receipt_id: int
    seq: int
