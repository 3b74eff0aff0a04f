"""Options of `holdfast order prepare ACT`, made of the shapes that the API asks for.

A new act needs nothing here: its fields become options by their names (`amount_minor` is `--amount-minor`),
`cli.act_values` says how they are written, and what does not fit the shape is refused before it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

import click
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from api.orders.act_fields import Prepare
from api.orders.act_schemas import PrepareAct
from api.orders.schemas import PrepareDelivery, PrepareTransfer
from cli.act_values import read_value, written
from cli.errors import WrongUsage
from holdfast.domain.errors import Refused

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
    "receipt_id": "The receipt: 0x and 64 hex digits.",
    "receipt_ids": "A receipt: 0x and 64 hex digits; once for each.",
    "receipt_number": "Number of the new receipt.",
    "parts": "NUMBER:QUANTITY:PACKAGES[:MARKS], such as QD-7A:50t:40; once for each new receipt.",
    "changes": "A field of the document and what it shall say; once for each field.",
    "quantity_g": "How much: such as 50t or 2500kg; a plain number is grams.",
    "currency": "Three letters of ISO 4217, such as CNY.",
    "transferee": "Member number of whom it goes to.",
    "assignee": "Member number of who takes the pledge over.",
    "buyer": "Member number of the buyer.",
}
"""Words for people where those of the API's field are for programs."""
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
    "pledgee": "4",
    "lien-terms fee_minor": "80",
    "lien-terms cap_minor": "900000",
    "lien-terms from_s": "2026-10-01T00:00:00+08:00",
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
SEVERAL: Final = ("receipt_ids", "parts", "changes", "claims_minor")
"""Fields whose option may be given more than once."""


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
    """Lines that can be copied, with everything that must be given."""
    given = []
    for field, about in _fields(name):
        if _must(field, about) and field != "type":
            sample = SAMPLES.get(f"{name} {field}") or SAMPLES.get(field) or (about.examples or ["…"])[0]
            given.append(f"{_name(field)} {sample}")
    words = (f"holdfast order prepare {name}", *given, "--token-file my.token", f"--out {name}.json")
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) > 90:
            lines[-1] += " \\"
            lines.append(" ")
        lines[-1] += " " + word
    return "\n".join(lines)


def act_body(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """What is sent to the API. Raises WrongUsage for an option that cannot be read."""
    body: dict[str, Any] = {"type": name}
    for field, _ in _fields(name):
        value = given.get(field)
        if field == "type" or value is None or value == ():
            continue
        if isinstance(value, tuple):
            found = [read_value(_name(field), field, each) for each in value]
            body[field] = dict(found) if field == "changes" else found
        else:
            body[field] = read_value(_name(field), field, value)
    return body


def check_body(name: str, body: dict[str, Any]) -> None:
    """Hold what is to be sent against the API's own shape. Raises WrongUsage that names each wrong option."""
    try:
        shapes()[name].model_validate(body)
    except ValidationError as error:
        raise WrongUsage("; ".join(dict.fromkeys(_wrong(item) for item in error.errors()))) from error


def by_option(name: str, error: Refused) -> Refused:
    """What the API refused, with the option in the place of the field that it names, if it is one."""
    field, colon, rest = str(error).partition(": ")
    snake = re.sub("([A-Z])", lambda found: "_" + found[1].lower(), field)
    if not colon or snake not in shapes()[name].model_fields:
        return error
    return Refused(error.reason, f"{_name(snake)}: {rest}")


def _wrong(item: Any) -> str:
    field, how = str(item["loc"][0]), written(str(item["loc"][0]))
    right = str(item["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    if "pattern" in (item.get("ctx") or {}):
        right = how.right if how else "text of another form"
    value = "it" if item["type"] == "missing" else repr(item["input"])[:120]
    return f"{_name(field)}: {value} is not right; expected {right}"


def _fields(name: str) -> list[tuple[str, FieldInfo]]:
    """Fields in the order people think of them: the receipt first, the deadline last."""
    found = list(shapes()[name].model_fields.items())
    return sorted(found, key=lambda item: (item[0] == "valid_for_s", not item[0].startswith("receipt_id")))


def _name(field: str) -> str:
    return OTHER_NAMES.get(field) or "--" + field.replace("_", "-")


def _option(field: str, about: FieldInfo) -> Callable[[Any], Any]:
    how = written(field)
    chosen = get_args(about.annotation) if get_origin(about.annotation) is Literal else ()
    plain: Any = {"type": int} if about.annotation is int and (how is None or how.read is None) else {}
    if how is not None:
        plain["metavar"] = how.sign
    if chosen:
        plain = {"type": click.Choice([str(each) for each in chosen])}
    if field == "valid_for_s":
        plain = {"type": click.IntRange(60), "default": 3600, "show_default": True, "metavar": "SECONDS"}
    elif not about.is_required() and isinstance(about.default, str | int):
        plain |= {"default": about.default, "show_default": True}
    several = field in SEVERAL
    return click.option(
        _name(field), field, required=_must(field, about), multiple=several, help=_help(field, about), **plain
    )


def _help(field: str, about: FieldInfo) -> str:
    text, how = about.description or "", written(field)
    if field in HINTS:
        return HINTS[field]
    if text == "Member number.":
        return f"Member number of the {field}."
    if how is not None and how.sign == "TIME":
        return text.replace("unix seconds", "such as 2027-03-31T16:00:00Z")
    if how is not None and how.sign == "DIGEST":
        return (
            text.removesuffix(".").removesuffix(": 0x and 64 hex digits")
            + ": 0x…, or @FILE to take it of a file."
        )
    return text


def _must(field: str, about: FieldInfo) -> bool:
    return about.is_required() and field != "lot_id"  # The policy and the lot's own number give it.
