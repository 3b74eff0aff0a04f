"""Canonical JSON (RFC 8785) and the digests taken of it.

Only what every reader, in any language, parses to the same value is let in: objects with unique text keys,
arrays, text, booleans, null and integers below 2^53. Amounts that may be larger travel as strings.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final, NoReturn, TypeAlias

import rfc8785

from holdfast.domain.errors import InvalidInput

Json: TypeAlias = Any
"""dict[str, Json] | list[Json] | str | int | bool | None; checked at run time, not by the type."""

MAX_DEPTH: Final = 64
"""Deepest nesting let in; a parser's stack is not for strangers to use up."""
MAX_INTEGER: Final = 2**53 - 1
"""Largest integer that survives JSON readers that keep numbers as doubles (RFC 8785 §3.1, RFC 7493 §2.2)."""
SALT_BYTES: Final = 32

# The closing quotation mark is optional: text that never ends is passed over once, not once per mark in it.
_TEXT_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def canonical_json(value: Json, what: str = "value") -> bytes:
    """The one byte string that stands for `value` (RFC 8785).

    Args:
        value: objects, arrays (lists or tuples), text, booleans, null, integers within ±(2^53 - 1).
        what: name of the value, first part of the field an error names.

    Raises:
        InvalidInput: floats, other types, larger integers, lone surrogates, nesting deeper than 64.
    """
    _check(value, what, 1)
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as e:  # pragma: no cover - _check is at least as strict
        raise InvalidInput(what, value, f"a value RFC 8785 can write ({e})") from e


def parse_canonical(data: bytes, what: str = "value") -> Json:
    """Parse bytes that must already be canonical; the digest of `data` then is the digest of the value.

    Raises:
        InvalidInput: not UTF-8 JSON, a repeated key, a float, an integer of 2^53 or more, a lone surrogate,
            nesting deeper than 64, or bytes that differ from the canonical ones in any other way.
    """
    _check_depth(data, what)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        raise InvalidInput(what, data[e.start : e.start + 8], f"UTF-8 (byte {e.start})") from e

    def pairs(items: list[tuple[str, Json]]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for key, item in items:
            if key in found:
                raise InvalidInput(what, key, "each key once in an object")
            found[key] = item
        return found

    def no_float(number: str) -> NoReturn:
        raise InvalidInput(what, number, "an integer, or an amount as a string (floats differ by machine)")

    def integer(number: str) -> int:
        # The length is looked at first: int() of many digits is slow, and refused by Python above 4,300.
        if len(number) > 17 or abs(int(number)) > MAX_INTEGER:
            raise InvalidInput(what, number, "an integer below 2^53; write a larger amount as a string")
        return int(number)

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_float=no_float, parse_constant=no_float, parse_int=integer
        )
    except json.JSONDecodeError as e:
        raise InvalidInput(what, text[e.pos : e.pos + 20], f"JSON ({e.msg} at character {e.pos})") from e
    written = canonical_json(value, what)
    if written != data:
        at = next((i for i, (a, b) in enumerate(zip(written, data, strict=False)) if a != b), len(written))
        raise InvalidInput(
            what, data[at : at + 20], f"canonical JSON (RFC 8785), which differs from byte {at} on"
        )
    return value


def sha256_digest(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes."""
    return hashlib.sha256(data).digest()


def json_digest(value: Json, what: str = "value") -> bytes:
    """SHA-256 of the canonical bytes of `value`, 32 bytes. Raises as `canonical_json`."""
    return sha256_digest(canonical_json(value, what))


def salted_digest(salt: bytes, data: bytes) -> bytes:
    """SHA-256 of salt and data: commits to guessable data (a name, a price) without giving it away.

    The salt's fixed length keeps salt and data apart; whoever is entitled is shown both.

    Raises:
        InvalidInput: the salt is not 32 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise InvalidInput("salt", f"{len(salt)} bytes", f"{SALT_BYTES} random bytes")
    return sha256_digest(salt + data)


def _check(value: Json, path: str, depth: int) -> None:
    """Refuse what canonical JSON cannot carry, naming the place."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise InvalidInput(path, value, "an integer below 2^53; write a larger amount as a string")
    elif isinstance(value, float):
        raise InvalidInput(path, value, "an integer, or an amount as a string (floats differ by machine)")
    elif isinstance(value, dict | list | tuple):
        if depth > MAX_DEPTH:
            raise InvalidInput(path[:80], type(value).__name__, f"nesting of at most {MAX_DEPTH} levels")
        if isinstance(value, dict):
            for key, item in value.items():
                if not isinstance(key, str):
                    raise InvalidInput(path, key, "text as an object's key")
                _check_text(key, path)
                _check(item, f"{path}.{key if key.isidentifier() else ascii(key)[:40]}", depth + 1)
        else:
            for i, item in enumerate(value):
                _check(item, f"{path}[{i}]", depth + 1)
    else:
        raise InvalidInput(path, value, "object, array, text, integer, boolean or null")


def _check_text(text: str, path: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as e:
        raise InvalidInput(path, text, f"text without lone surrogates (character {e.start})") from e


def _check_depth(data: bytes, what: str) -> None:
    """Count open brackets outside strings before any recursive parser sees the bytes."""
    depth = 0
    for found in _TEXT_OR_BRACKET.finditer(data):
        if found[0] in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidInput(what, f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels")
        elif found[0] in (b"]", b"}"):
            depth -= 1
