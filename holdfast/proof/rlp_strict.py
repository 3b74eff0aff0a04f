"""Recursive Length Prefix, read strictly: one byte string has one meaning and one meaning one byte string.

Ethereum Yellow Paper, appendix B. Anything not minimal, trailing or nested too deeply is refused, so a proof
cannot be written in two ways and a hostile one cannot exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from holdfast.proof.errors import ProofRejected

Item: TypeAlias = bytes | list["Item"]
"""What RLP holds: a byte string or a list of items."""

MAX_DEPTH: Final = 8
"""A trie node nests at most four levels, a QBFT extraData three."""


def decode(data: bytes, what: str = "RLP") -> Item:
    """Read one item that fills `data` exactly.

    Args:
        data: the encoded item.
        what: name of the thing, for the error.

    Raises:
        ProofRejected: a length not minimal, running past the end, trailing bytes, nesting deeper than 8.
    """
    item, end = _item(data, 0, len(data), what, 1)
    if end != len(data):
        raise ProofRejected(f"{what}: {len(data) - end} bytes follow the end of the item")
    return item


def decode_list(data: bytes, what: str = "RLP") -> list[Item]:
    """Read one list that fills `data` exactly. Raises as `decode`, and if it is no list."""
    item = decode(data, what)
    if isinstance(item, bytes):
        raise ProofRejected(f"{what}: a byte string where a list is due")
    return item


def encode(item: bytes | Sequence[Item]) -> bytes:
    """Write an item; the inverse of `decode`."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(0x80, len(item)) + item
    payload = b"".join(encode(part) for part in item)
    return _prefix(0xC0, len(payload)) + payload


def integer(item: Item, what: str, bits: int = 256) -> int:
    """Read a scalar: big-endian without leading zeros, zero is the empty string."""
    if not isinstance(item, bytes) or len(item) * 8 > bits or item[:1] == b"\x00":
        raise ProofRejected(f"{what}: not a minimal number of at most {bits} bits")
    return int.from_bytes(item)


def scalar(value: int) -> bytes:
    """Write a number as `integer` reads it."""
    return value.to_bytes((value.bit_length() + 7) // 8)


def fixed(item: Item, size: int, what: str) -> bytes:
    """Read a byte string of exactly `size` bytes."""
    if not isinstance(item, bytes) or len(item) != size:
        raise ProofRejected(f"{what}: not a byte string of {size} bytes")
    return item


def _item(data: bytes, at: int, end: int, what: str, depth: int) -> tuple[Item, int]:
    if at >= end:
        raise ProofRejected(f"{what}: ends where an item is due (byte {at})")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    start, stop = _span(data, at, end, what)
    if first < 0xC0:
        value = data[start:stop]
        if first == 0x81 and value[0] < 0x80:
            raise ProofRejected(f"{what}: a single byte below 0x80 written with a length (byte {at})")
        return value, stop
    if depth > MAX_DEPTH:
        raise ProofRejected(f"{what}: lists nested deeper than {MAX_DEPTH}")
    items: list[Item] = []
    while start < stop:
        item, start = _item(data, start, stop, what, depth + 1)
        items.append(item)
    return items, stop


def _span(data: bytes, at: int, end: int, what: str) -> tuple[int, int]:
    """Where the payload of the string or list at `at` starts and stops."""
    base = 0x80 if data[at] < 0xC0 else 0xC0
    short = data[at] - base
    if short <= 55:
        start, length = at + 1, short
    else:
        start = at + 1 + short - 55
        prefix = data[at + 1 : min(start, end)]
        length = int.from_bytes(prefix)
        if len(prefix) != short - 55 or prefix[0] == 0 or length <= 55:
            raise ProofRejected(f"{what}: a length that is not minimal or is cut off (byte {at})")
    if start + length > end:
        raise ProofRejected(f"{what}: an item longer than what holds it (byte {at})")
    return start, start + length


def _prefix(base: int, length: int) -> bytes:
    if length <= 55:
        return bytes((base + length,))
    size = (length.bit_length() + 7) // 8
    return bytes((base + 55 + size,)) + length.to_bytes(size)
