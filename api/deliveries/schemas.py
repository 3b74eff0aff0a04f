"""What is said of a delivery. Masses are decimal text in grams beside text for people."""

from __future__ import annotations

from pydantic import Field

from api.receipts.schemas import AttestationOut
from api.schemas import Mass, MemberRef, Shape


class BondEndedOut(Shape):
    """The pledge bond that a delivery ended."""

    pledge_id: str = Field(examples=["0x5f5f5f5f5f5f5f5f"])
    holder: MemberRef = Field(description="Who held the bond.")
    jointly: bool = Field(
        description="true: both holders signed, before or after it was due. false: it was due, and its "
        "holder took the goods alone."
    )


class DeliveryOut(Mass):
    """Goods that left a receipt. `quantity` is what left; `rest` is what the receipt stands for since."""

    id: str = Field(description="The receipt's id, a hyphen, and the number that the delivery spent of it.")
    receipt_id: str
    lot_id: str
    holder: MemberRef = Field(description="Who held the receipt.")
    operator: MemberRef
    whole: bool = Field(description="All that it stood for left, and the receipt is burned.")
    rest_g: str = Field(examples=["0"])
    rest: str
    bond: BondEndedOut | None
    delivered_at: int
    block_number: int
    tx_hash: str
    order_id: str | None = Field(description="The order it carried out, if it is here and you may see it.")
    decision_id: str | None
    attestation: AttestationOut | None = Field(
        description="The quorum and the evidence (weighing at the gate) that it rests on."
    )


class DeliveryPage(Shape):
    """A page of deliveries, newest first; `next` is the cursor of the page after, or null."""

    items: list[DeliveryOut]
    next: str | None
