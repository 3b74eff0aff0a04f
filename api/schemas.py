"""Shapes that several nouns share. Masses are decimal text in grams, times are unix seconds."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.chain_port import BlockRef
from holdfast.domain.members import Role

RECEIPT_PATTERN = "^0x[0-9a-f]{64}$"
LOT_PATTERN = "^0x[0-9a-f]{48}$"
ID_PATTERN = "^[A-Za-z0-9._:-]{1,40}$"


class Shape(BaseModel):
    """A value that goes in or out: unknown fields are refused, nothing changes after it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldError(Shape):
    """One wrong value: where, what it was, and what is right."""

    field: str
    value: str
    expected: str


class ProblemOut(Shape):
    """Problem details (RFC 9457)."""

    type: str = Field(examples=["urn:holdfast:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not-found"])
    detail: str
    instance: str | None = None
    errors: list[FieldError] | None = None


class MemberRef(Shape):
    """A member by number and public name."""

    member_id: int = Field(examples=[2])
    name: str = Field(examples=["Qingdao Rubber Import Co."])
    name_zh: str = Field(examples=["青岛橡胶进口有限公司"])


class Mass(Shape):
    """A mass for programs and for people."""

    quantity_g: str = Field(examples=["200000000"])
    quantity: str = Field(examples=["200.000 t"])


class LotRef(Shape):
    """Where a receipt's goods lie, in words; empty text where the lot's label is not known here."""

    lot_id: str
    label: str = Field(examples=["VN-2026-0117"])
    site: str = Field(examples=["Qingdao W3"])
    bay: str = Field(examples=["A-07"])
    product: str = Field(examples=["Natural rubber SVR 10"])


class BlockOut(Shape):
    """The block an answer is of."""

    number: int
    hash: str
    timestamp: int

    @classmethod
    def of(cls, block: BlockRef) -> BlockOut:
        """From a block of the chain port."""
        return cls(number=block.number, hash=block.hash, timestamp=block.timestamp)


class Names:
    """Members' public names, with a plain word for those not opened."""

    def __init__(self, names: dict[int, tuple[str, str]]) -> None:
        self._names = names

    def ref(self, member_id: int) -> MemberRef:
        """A member by number and name."""
        name, name_zh = self._names.get(member_id, (f"Member {member_id}", f"会员 {member_id}"))
        return MemberRef(member_id=member_id, name=name, name_zh=name_zh)


def role_words(roles: int) -> list[str]:
    """Roles for people."""
    return Role(roles).words()


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {"schema": _PROBLEM_REF}}}


_PROBLEM_REF = {"$ref": "#/components/schemas/ProblemOut"}
READS: dict[int | str, dict[str, Any]] = {
    401: _problem("No token, or one that does not hold."),
    403: _problem("The member is not active."),
    404: _problem("Nothing there that you may see."),
    422: _problem("A value is wrong: each is named."),
    503: _problem("Chain or database does not answer; try again."),
}
WRITES: dict[int | str, dict[str, Any]] = READS | {
    409: _problem("Not possible as things stand: the order was used, or another is on its way."),
    413: _problem("The body is too large."),
}
