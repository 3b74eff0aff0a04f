"""What is said of a split. Masses are decimal text in grams beside text for people."""

from __future__ import annotations

from pydantic import Field

from api.schemas import Mass, MemberRef, Shape


class PartOut(Mass):
    """One new receipt of a split, as it was issued."""

    receipt_id: str


class SplitOut(Mass):
    """A receipt's goods shared out to new receipts. `quantity` is what it stood for before.

    `rest` is what stays under the old id; where nothing does, that id is burned and the parts took its place.
    """

    id: str = Field(description="The receipt's id, a hyphen, and the number that the split spent of it.")
    receipt_id: str
    lot_id: str
    holder: MemberRef = Field(description="Who held the receipt, and the parts after it.")
    operator: MemberRef
    signed_by: list[MemberRef] = Field(
        description="Holder and warehouse operator, and the first pledgee of a pledged receipt: without the "
        "signature of each the contract refuses a split."
    )
    parts: list[PartOut]
    rest_g: str = Field(examples=["0"])
    rest: str
    split_at: int
    block_number: int
    tx_hash: str
    order_id: str | None = Field(description="The order it carried out, if it is here and you may see it.")


class SplitPage(Shape):
    """A page of splits, newest first; `next` is the cursor of the page after, or null."""

    items: list[SplitOut]
    next: str | None
