"""Hex as JSON-RPC writes it, in exactly one form: lower case, `0x`, no leading zeros in a quantity."""

from __future__ import annotations

import re
from typing import Final

from holdfast.domain.errors import InvalidInput

_DATA: Final = re.compile(r"0x(?:[0-9a-f]{2})*")
_QUANTITY: Final = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})")


def data(value: bytes) -> str:
    """Bytes as text: `0x` and two digits a byte."""
    return "0x" + value.hex()


def quantity(value: int) -> str:
    """A number as text: `0x0`, `0x1a`."""
    return hex(value)


def read_data(value: object, field: str, size: int | None = None) -> bytes:
    """Text as bytes, `size` of them if given.

    Raises:
        InvalidInput: not text, not lower-case hex, or another length.
    """
    if not isinstance(value, str) or not _DATA.fullmatch(value) or size not in (None, len(value) // 2 - 1):
        length = "bytes" if size is None else f"{size} bytes"
        raise InvalidInput(field, value, f"{length} as 0x and lower-case hex digits")
    return bytes.fromhex(value[2:])


def read_quantity(value: object, field: str) -> int:
    """Text as a number below 2^256.

    Raises:
        InvalidInput: not text, not hex, or with leading zeros.
    """
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise InvalidInput(field, value, "a number as 0x and lower-case hex digits without leading zeros")
    return int(value, 16)


def loose_number(value: object, field: str) -> int:
    """A number as nodes and web3 give it: integer, bytes or any hex text, not negative."""
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, bytes):
        number = int.from_bytes(value)
    elif isinstance(value, str):
        try:
            number = int(value, 16)
        except ValueError:
            number = None
    if number is None or not 0 <= number < 2**256:
        raise InvalidInput(field, value, "a number as an integer or as hex text")
    return number


def loose_bytes(value: object, field: str) -> bytes:
    """Bytes as nodes and web3 give them: bytes, or hex text in any case."""
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        try:
            return bytes.fromhex(value.removeprefix("0x"))
        except ValueError:
            pass
    raise InvalidInput(field, value, "bytes, or hex text")
