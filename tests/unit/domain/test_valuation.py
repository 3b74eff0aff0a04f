"""What goods are worth and what a pledge needs: rules that hold for every price, quantity and amount."""

from __future__ import annotations

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import given

from holdfast.domain.errors import Refused
from holdfast.domain.valuation import (
    MOST_MINOR,
    TONNE_G,
    WHOLE_BPS,
    PricePoint,
    SeriesRules,
    agreed_price_minor,
    counting_prices,
    loan_to_value_bps,
    margin_is_short,
    needed_minor,
    value_minor,
)

amounts = st.integers(1, MOST_MINOR)
prices = st.lists(amounts, min_size=2, max_size=16)
bounds = st.integers(0, 5_000)
RULES = SeriesRules(b"CNY", 100, 300, (5, 6, 7))


def agreed(given_prices: list[int], bound: int = 10**40) -> int:
    return agreed_price_minor(given_prices, bound)


@given(st.integers(1, 10**15), st.integers(1, 10**10))
def test_value__any_goods__at_most_a_minor_unit_below_the_exact_value(grams: int, price: int) -> None:
    exact = Fraction(grams * price, TONNE_G)
    if exact < MOST_MINOR:
        assert 0 <= exact - value_minor(grams, price) < 1


@given(amounts, amounts, amounts)
def test_value__split_goods__never_worth_more_than_the_whole(one: int, other: int, price: int) -> None:
    if (one + other) * price // TONNE_G > MOST_MINOR:
        with pytest.raises(Refused, match="2\\^64") as refusal:
            value_minor(one + other, price)
        assert refusal.value.reason == "value-too-large"
        return
    whole = value_minor(one + other, price)
    parts = value_minor(one, price) + value_minor(other, price)
    assert whole - 1 <= parts <= whole


@given(prices)
def test_price__any_prices__one_of_them_with_at_least_half_not_below(given_prices: list[int]) -> None:
    found = agreed(given_prices)
    assert found in given_prices
    assert 2 * sum(price >= found for price in given_prices) > len(given_prices)
    assert 2 * sum(price <= found for price in given_prices) >= len(given_prices)


@given(amounts, amounts)
def test_price__two__the_lower(one: int, other: int) -> None:
    assert agreed([one, other]) == min(one, other)


@given(prices, st.randoms(use_true_random=False))
def test_price__in_any_order__the_same(given_prices: list[int], random: object) -> None:
    shuffled = list(given_prices)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert agreed(shuffled) == agreed(given_prices)


@given(prices, bounds)
def test_price__agreed__no_price_is_further_from_it_than_the_bound(
    given_prices: list[int], bound: int
) -> None:
    if Fraction(max(given_prices), min(given_prices)) > 1 + Fraction(bound, WHOLE_BPS):
        with pytest.raises(Refused, match="apart") as refusal:
            agreed_price_minor(given_prices, bound)
        assert refusal.value.reason == "prices-deviate"
        return
    found = agreed_price_minor(given_prices, bound)
    for price in given_prices:
        assert Fraction(max(price, found), min(price, found)) <= 1 + Fraction(bound, WHOLE_BPS)


@given(st.lists(amounts, max_size=1))
def test_price__fewer_than_two__refused(given_prices: list[int]) -> None:
    with pytest.raises(Refused) as refusal:
        agreed(given_prices)
    assert refusal.value.reason == "too-few-prices"


@given(amounts, st.integers(1, WHOLE_BPS), st.integers(0, 2 * MOST_MINOR))
def test_margin__short__exactly_when_the_ltv_is_above_the_agreed(secured: int, ltv: int, worth: int) -> None:
    short = margin_is_short(worth, secured, ltv)
    assert short == (secured * WHOLE_BPS > worth * ltv)
    if worth:
        assert short == (loan_to_value_bps(secured, worth) > ltv)


@given(amounts, st.integers(1, WHOLE_BPS))
def test_needed__the_least_value_that_suffices(secured: int, ltv: int) -> None:
    needed = needed_minor(secured, ltv)
    assert needed >= secured
    assert not margin_is_short(needed, secured, ltv)
    assert margin_is_short(needed - 1, secured, ltv)


def test_ltv__of_nothing__refused() -> None:
    with pytest.raises(Refused) as refusal:
        loan_to_value_bps(1, 0)
    assert refusal.value.reason == "worth-nothing"


def test_counting__stale_party_inactive_or_no_feeder__left_out() -> None:
    posted = {5: PricePoint(3, 100), 6: PricePoint(1, 100), 7: PricePoint(2, 99), 8: PricePoint(9, 100)}
    assert counting_prices(RULES, posted, now_s=199) == [1, 2, 3]
    assert counting_prices(RULES, posted, now_s=200) == [1, 3]
    assert counting_prices(RULES, posted, now_s=201) == []
    assert counting_prices(RULES, posted, now_s=199, parties={6}) == [2, 3]
    assert counting_prices(RULES, posted, now_s=199, inactive={5}) == [1, 2]
    assert counting_prices(RULES, {}, now_s=199) == []
