"""Members of the consortium: legal persons with roles, known on-chain by a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from holdfast.domain.errors import InvalidInput
from holdfast.domain.units import MemberId


class Role(IntFlag):
    """Roles a member may hold; the bit values are those of Consortium.sol."""

    WAREHOUSE_OPERATOR = 1
    TRADER = 2
    BANK = 4
    INSPECTOR = 8
    COURT = 16
    REGULATOR = 32
    INSURER = 64
    IOT_PROVIDER = 128

    def words(self) -> list[str]:
        """Names for people, in bit order: `["warehouse operator"]`."""
        return [(role.name or "").replace("_", " ").lower() for role in Role if role in self]


@dataclass(frozen=True, slots=True)
class Member:
    """One member as the chain knows it. `account` is a checksummed address."""

    member_id: MemberId
    account: str
    roles: Role
    active: bool


@dataclass(frozen=True, slots=True)
class MemberIdentity:
    """A member's legal identity, opened only to those entitled; on-chain it is a salted digest."""

    member_id: MemberId
    name: str
    name_zh: str
    registration: str


def member_id(value: int, *, field: str = "member") -> MemberId:
    """Check a member number: an integer from 1 to 2^32 - 1."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**32:
        raise InvalidInput(field, value, "a member number, 1 or more")
    return MemberId(value)
