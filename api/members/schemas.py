"""What is said of a member."""

from __future__ import annotations

from pydantic import Field

from api.schemas import MemberRef, Shape


class MemberOut(MemberRef):
    """A member of the consortium: its public name, the account that acts for it, its roles."""

    account: str = Field(examples=["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"])
    roles: list[str] = Field(examples=[["trader"]])
    active: bool


class MemberList(Shape):
    """Every member, by number. `you` is the member your token speaks for."""

    items: list[MemberOut]
    you: int
