"""SenML-CBOR: base fields resolved, masses exact, what must be understood refused."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.evidence import senml

T = 1_795_000_000


def pack(*records: dict[Any, Any]) -> bytes:
    return cbor2.dumps(list(records), canonical=True)


def test_encode_pack__read_back__resolved_records() -> None:
    data = senml.encode_pack("urn:dev:org:1-a_", T, [("gross", "kg", 40_000), ("load", None, "L-1")])
    assert senml.decode_pack(data, "m") == (
        senml.Record("urn:dev:org:1-a_gross", T, "kg", 40_000),
        senml.Record("urn:dev:org:1-a_load", T, None, "L-1"),
    )


def test_decode_pack__base_fields_change_midway__each_applies_from_there_on() -> None:
    data = pack(
        {-2: "a:", -3: T, -4: "kg", -5: 100, 0: "x", 2: 5},
        {0: "y", 6: 2, 2: 1, 1: "t"},
        {-2: "b:", -3: T + 10},
        {0: "z", 2: 1.5},
    )
    assert senml.decode_pack(data, "m") == (
        senml.Record("a:x", T, "kg", 105),
        senml.Record("a:y", T + 2, "t", 101),
        senml.Record("b:z", T + 10, "kg", 101.5),
    )


def test_decode_pack__unknown_plain_field__passed_over() -> None:
    assert len(senml.decode_pack(pack({-2: "a", -3: T, 2: 1, "colour": "red"}), "m")) == 1


BAD: dict[str, tuple[bytes, str]] = {
    "must_understand": (pack({-2: "a", -3: T, 2: 1, "scale_": 3}), "must be understood"),
    "known_field_as_text": (pack({-2: "a", -3: T, "v": 1}), "its number 2"),
    "unknown_number": (pack({-2: "a", -3: T, 2: 1, 9: 1}), "label 9"),
    "boolean_label": (pack({-2: "a", -3: T, True: "kg", 2: 1}), "label True"),
    "newer_version": (pack({-1: 11, -2: "a", -3: T, 2: 1}), "version 11"),
    "two_values": (pack({-2: "a", -3: T, 2: 1, 3: "x"}), "more than one value"),
    "sum_only": (pack({-2: "a", -3: T, 5: 1}), "only a sum"),
    "no_value": (pack({-2: "a", -3: T, 0: "x"}), "no value"),
    "base_only": (pack({-2: "a", -3: T}), "base fields only"),
    "empty": (pack(), "1 to 64 records"),
    "too_many": (pack(*[{-2: "a", -3: T, 2: 1}] * 65), "1 to 64 records"),
    "no_map": (cbor2.dumps([1]), "not a map"),
    "not_an_array": (cbor2.dumps({2: 1}), "1 to 64 records"),
    "relative_time": (pack({-2: "a", 6: -5, 2: 1}), "relative"),
    "no_time": (pack({-2: "a", 2: 1}), "relative"),
    "float_time": (cbor2.dumps([{2: 1, -2: "a", -3: 1.5}], canonical=True), "field bt"),
    "no_name": (pack({-3: T, 2: 1}), "name"),
    "name_with_newline": (pack({-2: "a\nb", -3: T, 2: 1}), "name"),
    "name_starts_with_dash": (pack({-2: "-a", -3: T, 2: 1}), "name"),
    "boolean_as_number": (pack({-2: "a", -3: T, 2: True}), "field v"),
    "not_a_number": (pack({-2: "a", -3: T, 2: float("nan")}), "within 2"),
    "infinite": (pack({-2: "a", -3: T, 2: float("inf")}), "within 2"),
    "bignum": (pack({-2: "a", -3: T, 2: 2**70}), "tag 2"),
    "large": (pack({-2: "a", -3: T, 2: 2**60}), "within 2"),
    "decimal_fraction": (pack({-2: "a", -3: T, 2: cbor2.CBORTag(4, [-1, 5])}), "tag 4"),
    "date": (pack({-2: "a", -3: T, 3: cbor2.CBORTag(0, "2026-01-01T00:00:00Z")}), "tag 0"),
    "null": (pack({-2: "a", -3: T, 2: None}), "simple value"),
    "oversized": (pack({-2: "a", -3: T, 3: "x" * 9000}), "at most 8192"),
}


@pytest.mark.parametrize("name", BAD)
def test_decode_pack__bad_pack__refused_naming_what(name: str) -> None:
    data, why = BAD[name]
    with pytest.raises(EvidenceRejected, match=why) as refusal:
        senml.decode_pack(data, "message 7")
    assert str(refusal.value).startswith("message 7")


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [
        (40_000, "kg", 40_000_000),
        (25.5, "kg", 25_500),
        (25.1, "kg", 25_100),
        (0.001, "kg", 1),
        (2, "t", 2_000_000),
        (0.25, "t", 250_000),
        (7, "g", 7),
    ],
)
def test_mass_g__whole_grams__exact(value: float, unit: str, grams: int) -> None:
    assert senml.mass_g(senml.Record("x", T, unit, value), "m") == grams


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (0.0001, "kg"),
        (25.10000038, "kg"),
        (1.5, "g"),
        (0, "kg"),
        (-5, "kg"),
        (1, "lb"),
        (1, None),
        ("1", "kg"),
    ],
)
def test_mass_g__no_whole_positive_grams__refused(value: Any, unit: str | None) -> None:
    with pytest.raises(EvidenceRejected, match="m: "):
        senml.mass_g(senml.Record("x", T, unit, value), "m")


def test_encode_pack__name_nobody_could_read__refused() -> None:
    with pytest.raises(InvalidInput, match="pack"):
        senml.encode_pack("urn:dev:\n", T, [("x", None, 1)])
