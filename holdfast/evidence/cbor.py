"""CBOR (RFC 8949) in the one encoding that is let in: deterministic, definite, of plain types.

A device's message is hashed and signed as bytes, so the same values must never have two spellings.
"""

from __future__ import annotations

from typing import Any, Final

import cbor2

from holdfast.domain.errors import EvidenceRejected

MAX_DEPTH: Final = 8
_ARGUMENT_BYTES: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_FALSE, _TRUE = 20, 21


def encode(value: Any) -> bytes:
    """The deterministic encoding of a value (RFC 8949 §4.2.1): shortest heads, sorted keys."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, what: str, *, max_bytes: int, tag: int | None = None) -> Any:
    """Decode bytes that must already be the deterministic encoding of one value.

    Args:
        data: the whole message; nothing may follow the value.
        what: name of the message, first words of any refusal.
        max_bytes: largest `data` looked at.
        tag: the one tag allowed, and required, around the whole value; its content is returned.

    Raises:
        EvidenceRejected: too large, truncated, trailing bytes, indefinite length, another tag, a type
            other than integer, float, text, bytes, boolean, array, map; a repeated key, or any byte
            that differs from the deterministic encoding.
    """
    if len(data) > max_bytes:
        raise EvidenceRejected("size", f"{what}: {len(data)} bytes; at most {max_bytes} are let in")
    start = 0
    if tag is not None:
        head = cbor2.dumps(cbor2.CBORTag(tag, 0))[:-1]
        start = len(head)
        if data[:start] != head:
            raise _bad(what, f"does not begin with CBOR tag {tag}")
    # Looked over before the library sees it: some tags make a decoder build regexes, dates or cycles.
    try:
        end = _scan(data, start, 1, what)
    except IndexError as error:
        raise _bad(what, "ends in the middle of a CBOR item") from error
    if end != len(data):
        raise _bad(what, f"{len(data) - end} bytes follow the CBOR item")
    try:
        value = cbor2.loads(
            data[start:], max_depth=MAX_DEPTH + 1, allow_indefinite=False, allow_duplicate_keys=False
        )
        again = encode(value)
    except (cbor2.CBORError, TypeError, ValueError) as error:
        raise _bad(what, f"is not CBOR that can be read ({type(error).__name__})") from error
    if again != data[start:]:
        raise _bad(what, "is not in deterministic CBOR encoding (RFC 8949 §4.2.1)")
    return value


def _scan(data: bytes, at: int, depth: int, what: str) -> int:
    """Position after the item at `at`. Raises IndexError where the bytes end too early."""
    if depth > MAX_DEPTH:
        raise _bad(what, f"is nested deeper than {MAX_DEPTH} levels")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info >= 28:
        raise _bad(what, "holds an item of indefinite length")
    argument = info
    if info >= 24:
        width = _ARGUMENT_BYTES[info]
        argument = int.from_bytes(data[at : at + width], "big")
        at += width
    if major in (2, 3):
        at += argument
    elif major in (4, 5):
        for _ in range(argument if major == 4 else 2 * argument):
            at = _scan(data, at, depth + 1, what)
    elif major == 6:
        raise _bad(what, f"holds CBOR tag {argument}, which is not used here")
    elif major == 7 and info not in (_FALSE, _TRUE, 25, 26, 27):
        raise _bad(what, f"holds CBOR simple value {argument}; only booleans and numbers are used here")
    if at > len(data):
        raise IndexError(at)
    return at


def _bad(what: str, why: str) -> EvidenceRejected:
    return EvidenceRejected("cbor", f"{what}: {why}")
