"""StockClaim: what a claim may say, and how it is written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.claims import StockClaim, check_sscc, gs1_check_digit
from holdfast.domain.errors import InvalidInput
from holdfast.domain.units import Grams, UnixSeconds

PALLETS = ("089346001200000016", "089346001200000023")
CLAIM = StockClaim(
    site="CNTAO-W3",
    location="A-07",
    lot="QD-2026-0147",
    product="Natural rubber SVR 10",
    quantity_g=Grams(2_500_000),
    unit="kg",
    as_of=UnixSeconds(1_795_255_975),
    source_version="tryton lot 1, 2 moves, records 0011223344556677",
    packages=PALLETS,
)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("site", "", "site"),
        ("lot", "QD\n2026", "printable"),
        ("lot", " QD", "no space"),
        ("product", "x" * 129, "128"),
        ("quantity_g", 0, "at least 1"),
        ("quantity_g", -5, "at least 1"),
        ("quantity_g", True, "whole number"),
        ("quantity_g", 1.5, "whole number"),
        ("quantity_g", 2**64, "2^64"),
        ("unit", "bale", "g, kg, t"),
        ("unit", "KG", "g, kg, t"),
        ("as_of", 0, "unix seconds"),
        ("as_of", "1795255975", "unix seconds"),
        ("packages", ["089346001200000016"], "tuple"),
        ("packages", ("089346001200000017",), "check digit is 6"),
        ("packages", ("89346001200000016",), "18 digits"),
        ("packages", ("0893460012000000\u06616",), "18 digits"),
        ("packages", PALLETS[::-1], "ascending"),
        ("packages", (PALLETS[0], PALLETS[0]), "each once"),
    ],
)
def test_claim__value_that_cannot_be__refused_by_name(field: str, value: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=rf"claim.*{says.replace('^', '.')}"):
        replace(CLAIM, **{field: value})


def test_claim__written_and_read__is_the_same() -> None:
    assert StockClaim.from_json(CLAIM.to_json()) == CLAIM
    assert CLAIM.to_json()["quantity_g"] == "2500000"


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"quantity_g": 2_500_000},
        {"quantity_g": "02500000"},
        {"quantity_g": "-1"},
        {"quantity_g": "9" * 5000},
        {"packages": "089346001200000016"},
        {"packages": [1]},
        {"unit": None},
        {"site": 3},
    ],
)
def test_claim__document_of_another_shape__refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        StockClaim.from_json(CLAIM.to_json() | change)
    with pytest.raises(InvalidInput):
        StockClaim.from_json([])


def test_differences__other_time_and_records__none_but_every_fact_counts() -> None:
    later = replace(CLAIM, as_of=UnixSeconds(CLAIM.as_of + 60), source_version="tryton later")
    assert CLAIM.differences(later) == ()
    other = replace(CLAIM, quantity_g=Grams(2_450_000), location="A-08", packages=PALLETS[:1])
    assert CLAIM.differences(other) == ("location", "quantity_g", "packages")


def test_sscc__example_of_the_gs1_specification__has_its_check_digit() -> None:
    assert check_sscc("106141412345678908") == "106141412345678908"
    assert gs1_check_digit("37610425002123456") == "9"


@given(st.integers(min_value=0, max_value=10**17 - 1), st.integers(0, 17), st.integers(1, 9))
def test_sscc__any_single_digit_changed__refused(body: int, place: int, shift: int) -> None:
    text = f"{body:017d}"
    good = text + gs1_check_digit(text)
    check_sscc(good)
    changed = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    with pytest.raises(InvalidInput):
        check_sscc(changed)
