"""What is said of a lot."""

from __future__ import annotations

from pydantic import Field

from api.schemas import LotRef, MemberRef, Shape


class LotOut(LotRef):
    """Goods in a warehouse: what was attested (less deliveries), and what receipts stand for."""

    operator: MemberRef
    attested_g: str = Field(examples=["200000000"])
    attested: str = Field(examples=["200.000 t"])
    live_g: str = Field(examples=["200000000"])
    live: str = Field(examples=["200.000 t"])


class LotPage(Shape):
    """A page of lots, by id; `next` is the cursor of the page after, or null."""

    items: list[LotOut]
    next: str | None
