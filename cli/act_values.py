"""What people write as an option of `holdfast order prepare`, and what the API takes in its place.

A field's name, or how it ends, says how it is written: `50t` for a mass, a date for a time, `@FILE` for
a digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from cli.errors import WrongUsage
from cli.inputs import read_input
from holdfast.domain.document import DOCUMENT_FIELDS
from holdfast.domain.errors import InvalidInput
from holdfast.domain.units import to_grams

RECEIPT_DIGITS: Final = 64


@dataclass(frozen=True, slots=True)
class Written:
    """How a field is written: its sign in the help, what is right, and what reads it (None: as it is).

    The reader raises ValueError with what is right, where it can say more than `right` does.
    """

    sign: str
    right: str
    read: Callable[[str], Any] | None = None


def receipt_id(text: str) -> str:
    """A receipt's id as the API takes it. Raises WrongUsage."""
    return str(read_value("--receipt", "receipt_id", text))


def read_value(option: str, field: str, text: Any) -> Any:
    """One option's value as the API takes it. Raises WrongUsage that says what is right."""
    how = written(field)
    if how is None or how.read is None:
        return text
    if text[:1] == "@" and how.sign == "DIGEST":
        return "0x" + hashlib.sha256(read_input(text[1:], option)).hexdigest()
    try:
        return how.read(text)
    except (ValueError, InvalidInput) as error:
        right = str(error) if type(error) is ValueError and error.args else how.right
        raise WrongUsage(f"{option}: {text!r} is not right; expected {right}") from error


@cache
def written(field: str) -> Written | None:
    """How a field is written; None for a field that is just text or a number."""
    found = (how for end, how in WAYS if field == end or (end[0] == "_" and field.endswith(end)))
    return next(found, None)


def digest_or_file(text: str) -> str:
    """A digest, or `@FILE` for that of a file. Raises WrongUsage."""
    return str(read_value("--series-digest", "series_digest", text))


def _hex(text: str) -> str:
    digits = text.removeprefix("0x").lower()
    if len(digits) != RECEIPT_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise ValueError
    return "0x" + digits


def _grams(text: str) -> str:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?(g|kg|t)?", text)
    if found is None:
        raise ValueError
    grams = to_grams(found[1], found[2] or "g")
    if not grams:
        raise ValueError
    return str(grams)


def _time(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_TIME) from error
    if found.tzinfo is None:
        raise ValueError(f"a time with its zone, for example {text}+08:00")
    return int(found.timestamp())


def _part(text: str) -> dict[str, Any]:
    number, _, rest = text.partition(":")
    mass, _, rest = rest.partition(":")
    packages, _, marks = rest.partition(":")
    if not number or not packages.isdecimal():
        raise ValueError
    part = {"receipt_number": number, "quantity_g": _grams(mass), "package_count": int(packages)}
    return part | ({"marks": marks} if marks else {})


_KINDS: Final = {item.name: item.metadata["kind"] for item in DOCUMENT_FIELDS}


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError
    if name not in _KINDS:
        raise ValueError(f"FIELD=VALUE, a field of the document: {', '.join(sorted(_KINDS))}")
    if _KINDS[name] in ("count", "bps", "time", "member", "version", "bool"):
        try:
            return name, json.loads(value)
        except ValueError as error:
            raise ValueError(f"{name}= and a number") from error
    return name, value


_TIME = "a time with its zone such as 2027-03-31T16:00:00Z, or unix seconds"
_AT: Final = Written("TIME", _TIME, _time)
_ID: Final = Written("ID", "a receipt's id: 0x and 64 hexadecimal digits", _hex)
WAYS: Final[tuple[tuple[str, Written], ...]] = (
    *((name, _ID) for name in ("receipt_id", "receipt_ids", "released_id")),
    (
        "parts",
        Written("PART", "NUMBER:QUANTITY:PACKAGES[:MARKS], such as QD-7A:50t:40", _part),
    ),
    ("changes", Written("FIELD=VALUE", "FIELD=VALUE, such as storage_location=A-08", _change)),
    *((name, _AT) for name in ("maturity", "from_s", "storage_until", "_at")),
    ("_digest", Written("DIGEST", "0x and 64 hexadecimal digits, or @FILE for a file's digest", _hex)),
    ("_minor", Written("AMOUNT", "whole minor units: 12345 is 123.45 where a unit has 100")),
    (
        "_g",
        Written(
            "MASS",
            "whole grams above nothing, written such as 50t or 2500kg; a plain number is grams",
            _grams,
        ),
    ),
    ("currency", Written("CODE", "three capital letters of ISO 4217, such as CNY")),
    ("pledge_id", Written("NUMBER", "the pledge's number in digits, as `receipt show` tells it")),
    *((name, Written("MEMBER", "a member's number")) for name in ("transferee", "pledgee", "assignee")),
    *((name, Written("MEMBER", "a member's number")) for name in ("buyer", "operator")),
)
"""Field, or how it ends -> how it is written. The first one counts."""
