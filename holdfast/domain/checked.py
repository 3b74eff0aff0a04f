"""Values that check their fields by name: a field means the same in every act."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar, Final

from holdfast.domain.errors import InvalidInput
from holdfast.domain.members import member_id
from holdfast.domain.units import grams

_MEMBERS: Final = frozenset(
    {"holder", "operator", "court", "pledgee", "assignee", "transferee", "pledgor", "buyer", "feeder"}
)
_OPTIONAL_MEMBERS: Final = frozenset({"second", "third", "fourth"})
"""Zero means nobody."""
_BITS: Final = {
    "receipt_id": (256, 1),
    "successor_id": (256, 1),
    "merged_id": (256, 1),
    "released_id": (256, 1),
    "seq": (32, 0),
    "released_seq": (32, 0),
    "number": (32, 0),
    "expires_at": (40, 1),
    "maturity": (40, 1),
    "observed_at": (40, 1),
    "deadline": (64, 1),
    "case_no": (24, 1),
    "cure_s": (24, 1),
    "fee_minor": (48, 1),
    "from_s": (40, 1),
    "cap_minor": (64, 1),
    "sold_at": (40, 1),
    "scope": (8, 1),
    "ltv_bps": (16, 1),
    "rank": (8, 1),
    "reason": (8, 1),
    "kind": (8, 1),
    "notice_s": (24, 1),
    "short_g": (64, 1),
    "pledge_id": (64, 1),
    "amount_minor": (64, 1),
    "price_minor": (64, 1),
    "value_minor": (64, 0),
    "proceeds_minor": (64, 0),
    "costs_minor": (64, 0),
    "lien_minor": (64, 0),
    "lien_cap_minor": (64, 0),
    "surplus_minor": (64, 0),
    "claim_minor": (64, 0),
    "paid_minor": (64, 0),
}
"""Field -> bits, least value."""


class Checked:
    """Checks every field by its name: a field means the same in every order.

    NOBODY: fields of a member that may be zero in this order, and name nobody then.
    """

    __slots__ = ()
    NOBODY: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            _check(item.name, getattr(self, item.name), optional=item.name in self.NOBODY)


def _check(name: str, value: object, *, optional: bool = False) -> None:
    if name in _MEMBERS and not optional:
        member_id(value, field=name)  # type: ignore[arg-type]
    elif optional or name in _OPTIONAL_MEMBERS:
        if value != 0 or isinstance(value, bool):  # zero, not False, means nobody
            member_id(value, field=name)  # type: ignore[arg-type]
    elif name == "quantity_g":
        grams(value)  # type: ignore[arg-type]
    elif name == "currency":
        if not isinstance(value, bytes) or len(value) != 3 or not (value.isalpha() and value.isupper()):
            raise InvalidInput(name, value, "three capital letters (ISO 4217), as bytes")
    elif name == "lot_id":
        if not isinstance(value, bytes) or len(value) != 24 or value == bytes(24):
            raise InvalidInput(name, value, "24 bytes: the start of the lot identity's sha256")
    elif name.endswith("_digest"):
        if not isinstance(value, bytes) or len(value) != 32:
            raise InvalidInput(name, value, "32 bytes")
    elif isinstance(value, tuple):
        least = 0 if name == "others" else 1
        if not least <= len(value) <= 100:
            raise InvalidInput(name, len(value), f"{least} to 100 entries")
    else:
        bits, least = _BITS[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**bits:
            raise InvalidInput(name, value, f"a whole number from {least} to 2^{bits} - 1")
