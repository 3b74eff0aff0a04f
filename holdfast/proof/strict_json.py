"""JSON from strangers: bounded in size, each key once, no floats; never a traceback."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from holdfast.domain.errors import InvalidInput

MAX_BYTES: Final = 1 << 20
"""A title proof has about 10 kB; a trust file less."""


def read_object(data: bytes, what: str, *, canonical: bool) -> dict[str, Any]:
    """Parse a JSON object.

    Args:
        data: at most 1 MiB.
        what: name of the file, for errors.
        canonical: insist on the canonical bytes (RFC 8785, here ASCII throughout) and at most one line end
            after them, so that no byte can change without a change of meaning.

    Raises:
        InvalidInput: too large, no JSON, a repeated key, a float, no object, or not canonical.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput(what, f"{len(data):,} bytes", f"at most {MAX_BYTES:,} bytes")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise InvalidInput(what, [key for key, _ in items], "each key once in an object")
        return found

    def refused(number: str) -> NoReturn:
        raise InvalidInput(what, number, "an integer, or an amount as a string")

    try:
        text = data.decode("ascii" if canonical else "utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_float=refused, parse_constant=refused)
        if not isinstance(value, dict):
            raise InvalidInput(what, type(value).__name__, "a JSON object")
        if canonical:
            written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            if text not in (written, written + "\n"):
                raise InvalidInput(what, text[:20], "canonical JSON: sorted keys, no spaces, nothing escaped")
    except (ValueError, RecursionError) as e:
        shown = bytes(data[:20]).decode("utf-8", "replace")
        raise InvalidInput(what, shown, f"a JSON object ({type(e).__name__}: {e})") from e
    return value


def exactly(
    value: object, names: frozenset[str], what: str, optional: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Check that an object has all of `names` and nothing else but `optional`.

    Raises:
        InvalidInput: no object, a field absent, or a field unknown.
    """
    if not isinstance(value, dict):
        raise InvalidInput(what, value, "an object with " + ", ".join(sorted(names)))
    for name in sorted(names - value.keys()):
        raise InvalidInput(f"{what}.{name}", None, "a field that must be there")
    for name in value:
        if name in names or name in optional:
            continue
        raise InvalidInput(
            f"{what} field {name!r:.60}", value[name], "no such field; known are " + ", ".join(sorted(names))
        )
    return value


def whole(value: object, field: str, bits: int, least: int = 0) -> int:
    """Check a JSON integer of at most `bits` bits.

    Raises:
        InvalidInput: no integer, below `least` or too large.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**bits:
        raise InvalidInput(field, value, f"a whole number from {least} to 2^{bits} - 1")
    return value
