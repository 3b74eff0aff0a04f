"""SenML packs in CBOR (RFC 8428): measurements as instruments write them, base fields resolved.

Masses are read as decimal numbers and must be whole grams; nothing is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.domain.units import Grams, to_grams
from holdfast.evidence import cbor

Value: TypeAlias = int | float | str | bool | bytes

CONTENT_FORMAT: Final = 112
"""CoAP content-format of application/senml+cbor."""
VERSION: Final = 10
RELATIVE_TIME_BELOW: Final = 2**28
"""A time below this is relative to now (RFC 8428 §4.5.3), which nobody can replay: refused."""
MAX_PACK_BYTES: Final = 8 * 1024
MAX_RECORDS: Final = 64
_LABELS: Final = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
"""Integer labels (RFC 8428 §6, table 4)."""
_NUMBERS: Final = {name: label for label, name in _LABELS.items()}
_NAME_FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]{0,255}")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "bver": (int,), "bn": (str,), "bt": (int,), "bu": (str,), "bv": (int, float), "bs": (int, float),
    "n": (str,), "u": (str,), "v": (int, float), "vs": (str,), "vb": (bool,), "vd": (bytes,),
    "s": (int, float), "t": (int,), "ut": (int, float),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One resolved record: full name, absolute time in unix seconds, unit or None, one value."""

    name: str
    time: int
    unit: str | None
    value: Value


def encode_pack(base_name: str, base_time: int, records: Sequence[tuple[str, str | None, Value]]) -> bytes:
    """A pack of (name, unit, value) records that share a base name and a time.

    Raises InvalidInput where `decode_pack` would refuse the pack.
    """
    fields = {int: "v", float: "v", str: "vs", bool: "vb", bytes: "vd"}
    pack: list[dict[int, Any]] = []
    for name, unit, value in records:
        record: dict[int, Any] = {_NUMBERS["n"]: name, _NUMBERS[fields[type(value)]]: value}
        if unit is not None:
            record[_NUMBERS["u"]] = unit
        pack.append(record)
    if pack:
        pack[0] |= {_NUMBERS["bn"]: base_name, _NUMBERS["bt"]: base_time}
    data = cbor.encode(pack)
    try:
        decode_pack(data, "pack")
    except EvidenceRejected as error:
        raise InvalidInput("pack", str(error), "a pack that can be read back") from error
    return data


def decode_pack(data: bytes, what: str) -> tuple[Record, ...]:
    """Resolve a pack (RFC 8428 §4.6): base fields are applied and gone, times are absolute.

    Fields nobody here knows are passed over, unless their name ends with `_`: then whoever does not
    understand them must not process the pack (§4.4).

    Raises:
        EvidenceRejected: not such a pack; names the message, the record and the field.
    """
    pack = cbor.decode(data, what, max_bytes=MAX_PACK_BYTES)
    if not isinstance(pack, list) or not 1 <= len(pack) <= MAX_RECORDS:
        raise _bad(what, f"is not an array of 1 to {MAX_RECORDS} records")
    base: dict[str, Any] = {"bver": VERSION, "bn": "", "bt": 0, "bu": None, "bv": 0, "bs": 0}
    resolved = []
    for index, item in enumerate(pack):
        where = f"{what} record {index}"
        record = _fields(item, where)
        base |= {name: value for name, value in record.items() if name in base}
        if base["bver"] != VERSION:
            raise _bad(where, f"is SenML version {base['bver']}; {VERSION} is understood (bver)")
        if found := _resolve(record, base, where):
            resolved.append(found)
    if not resolved:
        raise _bad(what, "holds base fields only, no value")
    return tuple(resolved)


def mass_g(record: Record, what: str) -> Grams:
    """The record's value as whole grams; its unit must be g, kg or t.

    A float stands for its shortest decimal, as it would be written in SenML-JSON.

    Raises:
        EvidenceRejected: no number, no mass unit, a fraction of a gram, or not above zero.
    """
    if isinstance(record.value, bool) or not isinstance(record.value, int | float):
        raise _bad(what, f"{record.name} needs a number (v)")
    try:
        return to_grams(str(record.value), record.unit or "", field=record.name)
    except InvalidInput as error:
        raise _bad(what, str(error)) from error


def _fields(item: object, where: str) -> dict[str, Any]:
    """The known fields of one raw record by their names, each of its type."""
    if not isinstance(item, dict):
        raise _bad(where, "is not a map")
    record: dict[str, Any] = {}
    for label, value in item.items():
        if isinstance(label, str):
            if label.endswith("_"):
                raise _bad(where, f"field {ascii(label)[:40]} must be understood (its name ends with _)")
            if label in _NUMBERS:
                raise _bad(where, f"field {label} must be written with its number {_NUMBERS[label]}")
            continue
        if isinstance(label, bool) or label not in _LABELS:
            raise _bad(where, f"label {ascii(label)[:40]} is not one of RFC 8428")
        name = _LABELS[label]
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and name != "vb"):
            wanted = " or ".join(kind.__name__ for kind in _TYPES[name])
            raise _bad(where, f"field {name} is {ascii(value)[:40]}; expected {wanted}")
        if isinstance(value, int | float) and not abs(value) < 2**53:
            raise _bad(where, f"field {name} is {ascii(value)[:40]}; expected a number within 2^53")
        record[name] = value
    return record


def _resolve(record: dict[str, Any], base: dict[str, Any], where: str) -> Record | None:
    """One record with the base fields applied; None if it only sets base fields."""
    values = [name for name in ("v", "vs", "vb", "vd") if name in record]
    if len(values) > 1:
        raise _bad(where, f"has more than one value ({', '.join(values)})")
    if not values:
        if "s" in record:
            raise _bad(where, "has only a sum (s); a value is needed")
        if "n" in record or "u" in record or "t" in record:
            raise _bad(where, "has no value (v, vs, vb or vd)")
        return None
    name = base["bn"] + record.get("n", "")
    if not _NAME_FORM.fullmatch(name):
        raise _bad(where, f"name {ascii(name)[:60]} is not of the form RFC 8428 §4.5.1 asks for")
    time = base["bt"] + record.get("t", 0)
    if time < RELATIVE_TIME_BELOW:
        raise _bad(where, f"time {time} is relative to now; an absolute time is needed (bt)")
    value = record[values[0]]
    if values[0] == "v" and base["bv"]:
        value += base["bv"]
    return Record(name, time, record.get("u", base["bu"]), value)


def _bad(what: str, why: str) -> EvidenceRejected:
    return EvidenceRejected("senml", f"{what}: {why}")
