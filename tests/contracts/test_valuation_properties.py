"""The contract's prices, values and needs are those of the plain Python function, for whatever is posted."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from holdfast.domain.errors import Refused
from holdfast.domain.valuation import (
    PricePoint,
    SeriesRules,
    agreed_price_minor,
    counting_prices,
    loan_to_value_bps,
    needed_minor,
    value_minor,
)
from tests.contracts.acts_harness import BANK_3, CNY, ActsWorld
from tests.contracts.harness import AUDITOR, BANK, INSPECTOR, IOT, Reverted
from tests.contracts.valuing import SERIES, later, lot_order, post, set_series

FEEDERS = (BANK, INSPECTOR, IOT, AUDITOR, BANK_3)
REASONS = {
    "TooFewPrices": "too-few-prices",
    "PricesDeviate": "prices-deviate",
    "ValueTooLarge": "value-too-large",
    "WorthNothing": "worth-nothing",
}
STALENESS_S = 100

near = st.integers(9_900, 10_100)
wild = st.one_of(near, near, near, st.integers(1, 2**64 - 1))


def outcome(found: object) -> object:
    """A value, or the reason for which there is none."""
    try:
        return found() if callable(found) else found
    except Reverted as refusal:
        return REASONS[refusal.name]
    except Refused as refusal:
        return refusal.reason


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    posted=st.lists(st.tuples(wild, st.integers(0, 60)), min_size=1, max_size=len(FEEDERS)),
    quantity_g=st.one_of(st.integers(1, 10**9), st.integers(1, 2**64 - 1)),
    bound=st.integers(0, 500),
    amount=st.integers(1, 2**64 - 1),
    ltv=st.integers(1, 10_000),
)
def test_value__whatever_is_posted__as_the_plain_function_says(
    acts: ActsWorld, posted: list[tuple[int, int]], quantity_g: int, bound: int, amount: int, ltv: int
) -> None:
    snapshot = acts.chain.snapshot()
    try:
        terms = acts.terms(1, quantity_g=quantity_g)
        acts.submit(acts.issue_order(terms, lot_g=2**64 - 1))
        set_series(acts, FEEDERS, staleness_s=STALENESS_S, deviation_bps=bound)
        acts.put(lot_order(acts))
        rules = SeriesRules(CNY, STALENESS_S, bound, FEEDERS)
        points = {}
        for feeder, (price, passed_s) in zip(FEEDERS, posted, strict=False):
            later(acts, passed_s)
            post(acts, feeder, price)
            points[feeder] = PricePoint(price, acts.chain.now_s)

        def expected(parties: tuple[int, ...]) -> int:
            counting = counting_prices(rules, points, now_s=acts.chain.now_s, parties=parties)
            return value_minor(quantity_g, agreed_price_minor(counting, bound))

        def told() -> int:
            return int(acts.ask("Valuation", "valueOf", terms.receipt_id)[0])

        assert outcome(told) == outcome(lambda: expected(()))
        pledge = acts.pledged(terms.receipt_id, amount_minor=amount, ltv_bps=ltv)
        assert outcome(told) == outcome(lambda: expected((BANK,)))
        assert outcome(lambda: acts.ask("Valuation", "ltvOf", pledge, terms.receipt_id)) == outcome(
            lambda: loan_to_value_bps(amount, expected((BANK,)))
        )
        if isinstance(outcome(told), int):
            cover = acts.ask("Valuation", "coverOf", pledge, [terms.receipt_id])
            assert cover["neededMinor"] == needed_minor(amount, ltv)
            assert cover["valueMinor"] == told()
    finally:
        acts.chain.revert(snapshot)
    assert acts.ask("Valuation", "seriesOf", SERIES)["stalenessS"] == 0
