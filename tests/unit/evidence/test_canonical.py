"""Canonical JSON: one value, one byte string; every other spelling refused."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.errors import InvalidInput
from holdfast.evidence.canonical import (
    MAX_INTEGER,
    canonical_json,
    json_digest,
    parse_canonical,
    salted_digest,
    sha256_digest,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_canonical__any_value__survives_the_round_trip(value: Any) -> None:
    assert parse_canonical(canonical_json(value)) == value


@given(st.binary(max_size=40))
def test_parse__any_bytes__are_refused_or_already_canonical(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except InvalidInput:
        return
    assert canonical_json(value) == data


def test_canonical__keys__are_sorted_by_utf16_units() -> None:
    # RFC 8785 §3.2.3: U+1F600 is written with surrogates from U+D83D on, so it comes before U+FB33.
    assert (
        canonical_json({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()
    )


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b'{"a":1,"a":1}', "each key once"),
        (b'{"a": 1}', "canonical JSON"),
        (b'{"a":1}\n', "canonical JSON"),
        (b'{"b":1,"a":2}', "canonical JSON"),
        (b'"\\u00e9"', "canonical JSON"),
        (b'"\\/"', "canonical JSON"),
        (b"-0", "canonical JSON"),
        (b"1.0", "floats"),
        (b"1e3", "floats"),
        (b"NaN", "floats"),
        (b"-Infinity", "floats"),
        (b"9007199254740992", "below 2\\^53"),
        (b"-9007199254740992", "below 2\\^53"),
        (b"9" * 5000, "below 2\\^53"),
        (b'"\\ud800"', "surrogates"),
        (b'{"\\udc00":1}', "surrogates"),
        (b"\xff", "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b"", "JSON"),
        (b"{}{}", "JSON"),
        (b'"\x01"', "JSON"),
        (b"[" * 65 + b"]" * 65, "at most 64 levels"),
        (b"[" * 1_000_000, "at most 64 levels"),
        (b'{"a":' * 100_000, "at most 64 levels"),
    ],
)
def test_parse__not_canonical__is_refused(data: bytes, about: str) -> None:
    with pytest.raises(InvalidInput, match=about):
        parse_canonical(data)


@pytest.mark.parametrize(
    "data", [b"9007199254740991", b"[" * 64 + b"]" * 64, b'"' + b"[" * 100 + b'"', b"{}"]
)
def test_parse__at_the_limits__is_read(data: bytes) -> None:
    assert canonical_json(parse_canonical(data)) == data


@pytest.mark.parametrize("data", [b'"' + b'\\"' * 500_000, b'"' * 500_001])
def test_parse__hostile_quotation_marks__take_no_time(data: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(InvalidInput):
        parse_canonical(data)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"a": {"b": [0, 1.5]}}, r"^doc\.a\.b\[1\]:"),
        ({"a": 2**53}, r"^doc\.a:"),
        ({"a": -(2**53)}, r"^doc\.a:"),
        ({1: "a"}, "text as an object's key"),
        ({"a": b"bytes"}, r"^doc\.a:"),
        ({"a": {1, 2}}, r"^doc\.a:"),
        ({"a": "\ud800"}, "surrogates"),
        ({"\ud800": 1}, "surrogates"),
        ({"line\nbreak": 0.5}, r"^doc\.'line\\nbreak':"),
    ],
)
def test_canonical__value_json_cannot_carry__names_the_place(value: Any, field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        canonical_json(value, "doc")


def test_canonical__too_deep__is_refused_and_64_is_not() -> None:
    def nested(levels: int) -> list[Any]:
        return [] if levels == 1 else [nested(levels - 1)]

    assert canonical_json(nested(64))
    with pytest.raises(InvalidInput, match="64 levels"):
        canonical_json(nested(65))


def test_digests__are_sha256() -> None:
    assert sha256_digest(b"x") == hashlib.sha256(b"x").digest()
    assert json_digest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').digest()
    assert salted_digest(b"s" * 32, b"x") == hashlib.sha256(b"s" * 32 + b"x").digest()
    with pytest.raises(InvalidInput, match="32 random bytes"):
        salted_digest(b"short", b"x")
