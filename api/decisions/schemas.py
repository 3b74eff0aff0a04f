"""What is said of a decision: the board of five matches, and the pictures behind it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import MemberRef, Shape

OutcomeWord = Literal["pass", "hold", "fail"]


class CheckOut(Shape):
    """One check: its answer, a sentence with real units, and its numbers as decimal text."""

    name: str = Field(examples=["quantity"])
    outcome: OutcomeWord
    text: str
    numbers: dict[str, str] = Field(examples=[{"claimed_g": "200000000", "measured_g": "199884000"}])


class MatchOut(Shape):
    """One of the five matches."""

    name: str = Field(examples=["goods"])
    outcome: OutcomeWord
    checks: list[CheckOut]


class AttesterOut(MemberRef):
    """An attester that recomputed the verdict and signed."""

    account: str


class BoardOut(Shape):
    """One decision. `tx_hash` is null where nothing was written on the chain, and `reason` says why."""

    decision_id: str
    purpose: str = Field(examples=["issue"])
    decision: Literal["ACCEPT", "HOLD", "REJECT"]
    matches: list[MatchOut]
    attesters: list[AttesterOut]
    receipt_ids: list[str]
    lot_id: str | None
    order_hash: str
    evidence_digest: str
    policy_digest: str
    observed_at: int
    decided_at: int
    valid_until: int | None
    tx_hash: str | None
    reason: str | None
    detail: str | None


class BoardPage(Shape):
    """A page of decisions, newest first; `next` is the cursor of the page after, or null."""

    items: list[BoardOut]
    next: str | None


class FrameOut(Shape):
    """One picture: where to fetch its small copy, and what it shows."""

    n: int
    caption: str
    href: str


class FrameList(Shape):
    """The pictures of one decision; empty, with no decision, where none is kept."""

    decision_id: str | None
    items: list[FrameOut]
