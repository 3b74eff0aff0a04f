"""Random lives of storage terms, against contract and plain functions: they agree to the unit."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from holdfast.domain.lien import due_on, joined, paid, parted
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import IMPORTER, TONNE_G, receipt_id
from tests.contracts.storage import (
    agreed,
    asserted,
    due,
    payment_order,
    record,
    state_of,
    wait,
)

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
fees = st.integers(1, 2**48 - 1)
caps = st.integers(1, 2**64 - 1)
waits = st.integers(0, 300 * 24 * 3600)
sums = st.integers(1, 2**64 - 1)


@SETTINGS
@given(
    fee=fees, cap=caps, begins=st.integers(-(10**8), 10**7), waited=waits, paid_minor=st.integers(0, 10**9)
)
def test_due__any_terms__what_the_plain_function_says(
    founded_acts: ActsWorld, fee: int, cap: int, begins: int, waited: int, paid_minor: int
) -> None:
    acts = founded_acts
    snapshot = acts.chain.snapshot()
    receipt = acts.issued()
    agreed(acts, receipt, fee_minor=fee, cap_minor=cap, from_s=acts.chain.now_s + begins)
    state = state_of(acts, receipt)
    if paid_minor:
        acts.put(payment_order(acts, receipt, paid_minor))
        state = paid(state, paid_minor)
    wait(acts, waited)
    assert due(acts, receipt) == due_on(state, acts.chain.now_s) <= cap
    if due(acts, receipt):
        asserted(acts, receipt, due(acts, receipt))
        assert acts.receipt(receipt)["liens"] == 1
    acts.chain.revert(snapshot)


@SETTINGS
@given(
    fee=fees,
    cap=caps,
    cuts=st.lists(st.integers(1, 10 * TONNE_G - 1), min_size=1, max_size=4, unique=True),
    times=st.tuples(waits, waits),
    paid_minor=st.integers(0, 10**9),
)
def test_split_and_merge__any_parts__nothing_lost_or_made(
    founded_acts: ActsWorld, fee: int, cap: int, cuts: list[int], times: tuple[int, int], paid_minor: int
) -> None:
    acts = founded_acts
    snapshot = acts.chain.snapshot()
    receipt = acts.issued()
    agreed(acts, receipt, fee_minor=fee, cap_minor=cap)
    if paid_minor:
        acts.put(payment_order(acts, receipt, paid_minor))
    wait(acts, times[0])
    state = state_of(acts, receipt)
    bounds = [0, *sorted(cuts), 10 * TONNE_G]
    grams = [high - low for low, high in pairwise(bounds)]
    order = acts.split_order(receipt, *(1 for _ in grams))
    parts = tuple(type(p)(p.receipt_id, g, p.expires_at) for p, g in zip(order.parts, grams, strict=True))
    object.__setattr__(order, "parts", parts)
    acts.put(order)
    ids = [receipt_id(100 + i) for i in range(len(grams))]
    expected = parted(state, acts.chain.now_s, grams)
    assert [state_of(acts, part) for part in ids] == expected
    assert sum(part.cap_minor for part in expected) == cap
    assert sum(part.paid_minor for part in expected) == paid_minor
    wait(acts, times[1])
    acts.put(acts.merge_order(*ids, holder=IMPORTER))
    merged = state_of(acts, receipt_id(200))
    assert merged == joined(expected, acts.chain.now_s)
    whole = due_on(state, acts.chain.now_s)
    assert due(acts, receipt_id(200)) == whole
    assert record(acts, receipt)["rank"] == 0
    acts.chain.revert(snapshot)


@SETTINGS
@given(steps=st.lists(st.tuples(waits, st.sampled_from(("assert", "pay", "part")), sums), max_size=8))
def test_assertion__any_sequence__never_above_what_is_due(
    founded_acts: ActsWorld, steps: list[tuple[int, str, int]]
) -> None:
    """Only an assertion within what is due is taken, and payments lower both."""
    acts = founded_acts
    snapshot = acts.chain.snapshot()
    receipt = acts.issued()
    agreed(acts, receipt)
    for waited, kind, number in steps:
        wait(acts, waited // 10)
        now, state = acts.chain.now_s, state_of(acts, receipt)
        available = due_on(state, now)
        if kind == "assert" and available > state.asserted_minor:
            asserted(acts, receipt, state.asserted_minor + 1 + number % (available - state.asserted_minor))
        elif kind == "pay":
            amount = 1 + number % 1_000
            acts.put(payment_order(acts, receipt, amount))
            assert state_of(acts, receipt) == paid(state, state.paid_minor + amount)
        elif (
            not state.asserted_minor
            and state.quantity_g > TONNE_G
            and now < acts.receipt(receipt)["expiresAt"]
        ):
            acts.put(acts.part_delivery_order(receipt, 1))
        found = state_of(acts, receipt)
        assert found.asserted_minor <= due_on(found, now) <= found.cap_minor
        assert acts.receipt(receipt)["liens"] == (found.asserted_minor != 0)
    acts.chain.revert(snapshot)
