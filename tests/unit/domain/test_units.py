from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.errors import InvalidInput
from holdfast.domain.units import GRAMS_PER_UNIT, MAX_GRAMS, grams, iso_utc, show_mass, show_time, to_grams


@pytest.mark.parametrize(
    ("amount", "unit", "right"),
    [
        ("200", "t", 200_000_000),
        ("25.5", "kg", 25_500),
        ("0.001", "kg", 1),
        (Decimal("24.860"), "t", 24_860_000),
        (1, "g", 1),
        (MAX_GRAMS, "g", MAX_GRAMS),
        ("18446744073709.551615", "t", MAX_GRAMS),
    ],
)
def test_to_grams__known_units__whole_grams(amount: str | int | Decimal, unit: str, right: int) -> None:
    assert to_grams(amount, unit) == right


@pytest.mark.parametrize("unit", ["lb", "T", "KG", "kgs", "吨", "", "mg"])
def test_to_grams__unknown_unit__refused_naming_the_known(unit: str) -> None:
    with pytest.raises(InvalidInput, match="one of g, kg, t") as caught:
        to_grams("200", unit, field="claim")
    assert caught.value.field == "claim unit"


@pytest.mark.parametrize("amount", ["0", "-1", "0.0", 0, Decimal(0)])
def test_to_grams__nothing_or_less__refused(amount: str | int | Decimal) -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        to_grams(amount, "kg")


@pytest.mark.parametrize(("amount", "unit"), [("0.5", "g"), ("1.0001", "kg"), ("0.0000001", "t")])
def test_to_grams__fraction_of_a_gram__refused(amount: str, unit: str) -> None:
    with pytest.raises(InvalidInput, match="whole number of grams"):
        to_grams(amount, unit)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "ten", "", "1,000", "1e", "0x10"])
def test_to_grams__no_number__refused(amount: str) -> None:
    with pytest.raises(InvalidInput):
        to_grams(amount, "kg")


def test_to_grams__two_to_the_sixty_fourth__refused() -> None:
    with pytest.raises(InvalidInput, match=r"below 2\^64"):
        to_grams(2**64, "g")


@pytest.mark.parametrize("value", [0, -1, 2**64, True, 1.0, "5", None])
def test_grams__not_a_positive_uint64__refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        grams(value)  # type: ignore[arg-type]


@given(st.integers(1, MAX_GRAMS), st.sampled_from(sorted(GRAMS_PER_UNIT)))
def test_to_grams__any_mass_in_any_unit__comes_back(value: int, unit: str) -> None:
    assert to_grams(Decimal(value) / GRAMS_PER_UNIT[unit], unit) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (200_000_000, "200.000 t"),
        (1_000_000, "1.000 t"),
        (999_999, "1,000.0 kg"),
        (125_000, "125.0 kg"),
        (-430_000, "-430.0 kg"),
        (0, "0.0 kg"),
        (1_234_567_000_000, "1,234,567.000 t"),
    ],
)
def test_show_mass__for_people(value: int, words: str) -> None:
    assert show_mass(value) == words


def test_show_time__names_the_zone() -> None:
    assert show_time(1_795_254_000) == "2026-11-21 17:40:00 CST (UTC+8)"
    assert iso_utc(1_795_254_000) == "2026-11-21T09:40:00Z"


@pytest.mark.parametrize("amount", ["200." + "0" * 36 + "1", "1E+999999999", "1E-999999999"])
def test_to_grams__more_digits_than_a_number_keeps__refused_not_rounded(amount: str) -> None:
    with pytest.raises(InvalidInput, match=r"whole number of grams|decimal number"):
        to_grams(Decimal(amount), "kg")


@pytest.mark.parametrize("seconds", [253_402_271_999, 253_402_272_000, 2**40, 2**64])
def test_show_time__beyond_what_a_calendar_holds__words_and_no_crash(seconds: int) -> None:
    """A stranger names the deadline of the order he would have signed."""
    shown = show_time(seconds)
    assert shown.startswith("9999-12-31") if seconds == 253_402_271_999 else shown == "after the year 9999"
