"""What is said of a court freeze."""

from __future__ import annotations

from pydantic import Field

from api.schemas import MemberRef, Shape


class FreezeOut(Shape):
    """One court case on one receipt. `place` is 0 for the case in force, 1 for the first that waits."""

    receipt_id: str
    case_no: int
    court: MemberRef
    reason: int = Field(description="The court's reason code.")
    because: str = Field(description="That code in words.", examples=["enforcement of a judgment or award"])
    because_zh: str = Field(description="The same in Chinese.", examples=["执行查封"])
    document_digest: str = Field(description="sha256 of the ruling.")
    opened_at: int
    expires_at: int
    in_force: bool
    place: int
    frozen_at: int
    ended_at: int | None
    lapsed: bool = Field(description="It ended because the case's time ran out, not by the court's order.")


class FreezePage(Shape):
    """A page of freezes, newest first; `next` is the cursor of the page after, or null."""

    items: list[FreezeOut]
    next: str | None
