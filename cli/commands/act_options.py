"""Options of `holdfast order prepare ACT`, made of the shapes that the API asks for.

A new act needs nothing here: its fields become options by their names (`amount_minor` is `--amount-minor`),
and the API checks them. READERS only turn what people write into what programs send; a field's name, or how
it ends, says which one reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from api.orders.act_fields import Prepare
from api.orders.act_schemas import PrepareAct
from api.orders.schemas import PrepareDelivery, PrepareTransfer
from cli.commands.order_prepare import receipt_id
from cli.errors import WrongUsage
from cli.inputs import read_input
from holdfast.domain.document import DOCUMENT_FIELDS
from holdfast.domain.units import to_grams

OTHER_NAMES: Final = {
    "receipt_id": "--receipt",
    "receipt_ids": "--receipt",
    "valid_for_s": "--valid-for",
    "parts": "--part",
    "changes": "--set",
    "claims_minor": "--claim-minor",
    **dict.fromkeys(("transferee", "pledgee", "assignee", "buyer"), "--to"),
}
"""Fields whose option is not called as they are."""
HINTS: Final = {
    "parts": "NUMBER:QUANTITY:PACKAGES[:MARKS], such as QD-7A:50t:40; once for each new receipt.",
    "changes": "FIELD=VALUE; once for each field.",
}
SAMPLES: Final = {
    "receipt_id": "0x5f…",
    "receipt_ids": "0x5f… --receipt 0x6a…",
    "parts": "QD-7A:50t:40 --part QD-7B:150t:120",
    "changes": "storage_location=A-08",
    "receipt_number": "QD-7C",
    "currency": "CNY",
    "quantity_g": "50t",
    "ltv_bps": "7000",
    "cure_s": "864000",
    **dict.fromkeys(("maturity", "expires_at", "storage_until", "from_s"), "2027-03-31T16:00:00Z"),
    **dict.fromkeys(("observed_at", "sold_at"), "2026-11-21T08:00:00Z"),
    **dict.fromkeys(("filing_digest", "document_digest", "sale_digest"), "@document.pdf"),
    **dict.fromkeys(("paper_digest", "origin_digest", "contract_digest", "payment_digest"), "@paper.pdf"),
    **dict.fromkeys(("series_digest",), "@svr10.json"),
    "rank": "before-pledges",
    "scope": "assertion",
    "released_id": "0x6a…",
    "reason": "lost",
    "case reason": "1",
    "kind": "bill-of-lading",
}


def digest_or_file(text: str) -> str:
    """A digest, or `@FILE` for that of a file."""
    return "0x" + hashlib.sha256(read_input(text[1:], "@FILE")).hexdigest() if text[:1] == "@" else text


def _grams(text: str) -> str:
    """Grams in digits, or a mass with its unit: 50t, 2500kg."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?(g|kg|t)?", text)
    if found is None:
        raise WrongUsage(f"{text!r} is no mass; expected grams, or a number with t, kg or g")
    return str(to_grams(found[1], found[2] or "g"))


def _time(text: str) -> int:
    """Unix seconds, or a time with its zone: 2027-03-31T16:00:00Z."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(f"{text!r} is no time; expected unix seconds or 2027-03-31T16:00:00Z") from error
    if found.tzinfo is None:
        raise WrongUsage(f"{text!r} names no zone; expected for example {text}+08:00")
    return int(found.timestamp())


def _part(text: str) -> dict[str, Any]:
    number, _, rest = text.partition(":")
    mass, _, rest = rest.partition(":")
    packages, _, marks = rest.partition(":")
    if not number or not mass or not packages.isdigit():
        raise WrongUsage(f"--part: {text!r} is not right; expected {HINTS['parts']}")
    part = {"receipt_number": number, "quantity_g": _grams(mass), "package_count": int(packages)}
    return part | ({"marks": marks} if marks else {})


_KINDS: Final = {item.name: item.metadata["kind"] for item in DOCUMENT_FIELDS}


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name not in _KINDS:
        raise WrongUsage(f"--set: {text!r} is not right; expected FIELD=VALUE, a field of the document")
    if _KINDS[name] in ("count", "bps", "time", "member", "version", "bool"):
        try:
            return name, json.loads(value)
        except ValueError as error:
            raise WrongUsage(f"--set {name}: {value!r} is not right; expected a number") from error
    return name, value


READERS: Final[tuple[tuple[str, Callable[[str], Any]], ...]] = (
    ("receipt_id", receipt_id),
    ("receipt_ids", receipt_id),
    ("parts", _part),
    ("changes", _change),
    ("maturity", _time),
    ("from_s", _time),
    ("released_id", receipt_id),
    ("storage_until", _time),
    ("_at", _time),
    ("_digest", digest_or_file),
    ("_g", _grams),
)
"""End of a field's name -> what reads it."""


@cache
def shapes() -> dict[str, type[Prepare]]:
    """Act -> what the API asks for to prepare it."""
    every = (PrepareTransfer, PrepareDelivery, *get_args(PrepareAct))
    return {get_args(shape.model_fields["type"].annotation)[0]: shape for shape in every}


def act_names() -> tuple[str, ...]:
    """Every act, as its command is called."""
    return tuple(shapes())


def act_help(name: str) -> str:
    """What the act does."""
    return str(shapes()[name].__doc__)


def act_parameters(name: str) -> list[Callable[[Any], Any]]:
    """The act's options, as decorators."""
    return [_option(field, about) for field, about in _fields(name) if field != "type"]


def act_example(name: str) -> str:
    """A line that can be copied, with everything that must be given."""
    given = []
    for field, about in _fields(name):
        if _must(field, about) and field != "type":
            sample = SAMPLES.get(f"{name} {field}") or SAMPLES.get(field) or (about.examples or ["…"])[0]
            given.append(f"{_name(field)} {sample}")
    words = " ".join(("holdfast order prepare", name, *given))
    return f"{words} --token-file my.token --out {name}.json"


def act_body(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """What is sent to the API. Raises WrongUsage for an option that cannot be read."""
    body: dict[str, Any] = {"type": name}
    for field, _ in _fields(name):
        value = given.get(field)
        if field == "type" or value is None or value == ():
            continue
        read = next((reader for end, reader in READERS if field == end or _ends(field, end)), None)
        if isinstance(value, tuple):
            found = [value_of(read, each) for each in value]
            body[field] = dict(found) if field == "changes" else found
        else:
            body[field] = value_of(read, value)
    return body


def value_of(read: Callable[[str], Any] | None, value: Any) -> Any:
    """One option's value as the API takes it."""
    return value if read is None else read(value)


def _ends(field: str, end: str) -> bool:
    return end.startswith("_") and field.endswith(end)


def _fields(name: str) -> list[tuple[str, FieldInfo]]:
    """Fields in the order people think of them: the receipt first, the deadline last."""
    found = list(shapes()[name].model_fields.items())
    return sorted(found, key=lambda item: (item[0] == "valid_for_s", not item[0].startswith("receipt_id")))


def _name(field: str) -> str:
    return OTHER_NAMES.get(field) or "--" + field.replace("_", "-")


def _option(field: str, about: FieldInfo) -> Callable[[Any], Any]:
    text = HINTS.get(field) or about.description or ""
    chosen = get_args(about.annotation) if get_origin(about.annotation) is Literal else ()
    several = field in ("receipt_ids", "parts", "changes", "claims_minor")
    plain: Any = {} if about.annotation is not int or _reads_time(field) else {"type": int}
    if chosen:
        plain = {"type": click.Choice([str(each) for each in chosen])}
    if field == "valid_for_s":
        plain = {"type": click.IntRange(60), "default": 3600, "show_default": True}
    elif not about.is_required() and isinstance(about.default, str | int):
        plain |= {"default": about.default, "show_default": True}
    return click.option(
        _name(field), field, required=_must(field, about), multiple=several, help=text, **plain
    )


def _must(field: str, about: FieldInfo) -> bool:
    return about.is_required() and field != "lot_id"  # The policy and the lot's own number give it.


def _reads_time(field: str) -> bool:
    return any(reader is _time and (field == end or _ends(field, end)) for end, reader in READERS)
