"""What a warehouse management system says of a lot, in one shape whatever system said it.

A claim is an assertion to be held against evidence, never evidence of the goods themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from holdfast.domain.errors import InvalidInput
from holdfast.domain.units import Grams, UnixSeconds, grams, to_grams

SSCC_DIGITS = 18
MAX_TEXT = 128
MAX_PACKAGES = 100_000
_FIELDS = (
    "site",
    "location",
    "lot",
    "product",
    "quantity_g",
    "unit",
    "as_of",
    "source_version",
    "packages",
)
_STOCK_FIELDS = ("site", "location", "lot", "product", "quantity_g", "unit", "packages")


@dataclass(frozen=True, slots=True)
class StockClaim:
    """One lot at one place, as of a time, as the warehouse's own system has it.

    Attributes:
        site: the system's code of the warehouse, such as ``CNTAO-W3``.
        location: its code of the place inside it, such as ``A-07``.
        lot: the lot's number.
        product: the product's name.
        quantity_g: what is on hand there, in grams.
        unit: the unit the system itself keeps the lot in (``kg``); `quantity_g` is always grams.
        as_of: when it was asked, unix seconds.
        source_version: the system and the state of its records; another state, another text.
        packages: SSCCs of the lot's pallets at that place, ascending; empty where it keeps none.

    Raises:
        InvalidInput: on construction, naming the field that does not hold.
    """

    site: str
    location: str
    lot: str
    product: str
    quantity_g: Grams
    unit: str
    as_of: UnixSeconds
    source_version: str
    packages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("site", "location", "lot", "product", "source_version"):
            check_text(f"claim {name}", getattr(self, name))
        grams(self.quantity_g, field="claim quantity_g")
        to_grams(1, self.unit, field="claim")
        if type(self.as_of) is not int or not 0 < self.as_of < 2**40:
            raise InvalidInput("claim as_of", self.as_of, "unix seconds, above 0 and below 2^40")
        if not isinstance(self.packages, tuple) or len(self.packages) > MAX_PACKAGES:
            raise InvalidInput("claim packages", self.packages, f"a tuple of at most {MAX_PACKAGES} SSCCs")
        for sscc in self.packages:
            check_sscc(sscc, field="claim packages")
        if list(self.packages) != sorted(set(self.packages)):
            raise InvalidInput("claim packages", self.packages, "SSCCs in ascending order, each once")

    def differences(self, other: StockClaim) -> tuple[str, ...]:
        """Names of the fields in which `other` says something else of the goods.

        `as_of` and `source_version` say when and from which records, so they may differ.
        """
        return tuple(name for name in _STOCK_FIELDS if getattr(self, name) != getattr(other, name))

    def to_json(self) -> dict[str, Any]:
        """Members for a canonical document; the quantity is a string, as RFC 8785 numbers are doubles."""
        return {
            "site": self.site,
            "location": self.location,
            "lot": self.lot,
            "product": self.product,
            "quantity_g": str(self.quantity_g),
            "unit": self.unit,
            "as_of": self.as_of,
            "source_version": self.source_version,
            "packages": list(self.packages),
        }

    @classmethod
    def from_json(cls, document: object) -> StockClaim:
        """Read what `to_json` wrote; every field must be there, no other may.

        Raises:
            InvalidInput: the document is of another shape, or its values do not hold.
        """
        if not isinstance(document, dict) or set(document) != set(_FIELDS):
            raise InvalidInput("claim", document, "an object with exactly " + ", ".join(_FIELDS))
        amount, packages = document["quantity_g"], document["packages"]
        if not isinstance(amount, str) or not amount.isascii() or not amount.isdigit() or amount[0] == "0":
            raise InvalidInput("claim quantity_g", amount, "a positive whole number of grams, as a string")
        if len(amount) > 20:
            raise InvalidInput("claim quantity_g", amount, "below 2^64 grams")
        if not isinstance(packages, list):
            raise InvalidInput("claim packages", packages, "a list of SSCCs")
        values = {**document, "quantity_g": int(amount), "packages": tuple(packages)}
        return cls(**values)


def check_text(field: str, value: object) -> str:
    """Check a name or code: 1 to 128 printable characters without space at either end.

    Raises:
        InvalidInput: it is not; control characters would let one system write another's log.
    """
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise InvalidInput(field, value, f"a text of 1 to {MAX_TEXT} characters")
    if not value.isprintable() or value != value.strip():
        raise InvalidInput(field, value, "printable characters, no space at either end")
    return value


def gs1_check_digit(body: str) -> str:
    """Check digit of any GS1 number without its last digit (§7.9.1): weights 3 and 1 from the right.

    Raises InvalidInput if `body` is not 1 to 30 digits.
    """
    if not 1 <= len(body) <= 30 or not (body.isascii() and body.isdigit()):
        raise InvalidInput("GS1 number", body, "1 to 30 digits without the check digit")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def check_sscc(value: object, *, field: str = "SSCC") -> str:
    """Check a serial shipping container code: 18 digits, the last one right.

    Raises:
        InvalidInput: not 18 digits, or another check digit than the first 17 give.
    """
    if not isinstance(value, str) or len(value) != SSCC_DIGITS or not value.isascii() or not value.isdigit():
        raise InvalidInput(field, value, f"an SSCC of {SSCC_DIGITS} digits")
    right = gs1_check_digit(value[:-1])
    if value[-1] != right:
        raise InvalidInput(field, value, f"an SSCC whose check digit is {right}")
    return value
