"""What storage earns, how terms part and join, and how a sale's proceeds are divided."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from holdfast.domain.errors import InvalidInput
from holdfast.domain.lien import LienState, due_on, joined, paid, parted, waterfall
from holdfast.domain.lien_acts import LienRank, LienTermsOrder

DAY_S = 24 * 3600
STATE = LienState(50, 100_000, 1_000, 10_000_000, LienRank.BEFORE_PLEDGES)
amounts = st.integers(0, 2**64 - 1)
states = st.builds(
    LienState,
    st.integers(1, 2**48 - 1),
    st.integers(1, 2**64 - 1),
    st.integers(1, 2**32),
    st.integers(1, 2**40),
    st.sampled_from(LienRank),
    gram_seconds=st.integers(0, 2**80),
    paid_minor=st.integers(0, 2**60),
)


def test_due__ten_tonnes_for_two_days__fee_times_tonnes_times_days() -> None:
    assert due_on(STATE, 1_000 + 2 * DAY_S) == 50 * 10 * 2
    assert due_on(STATE, 1_000) == due_on(STATE, 0) == 0


@given(states, st.integers(0, 2**33), st.integers(0, 2**33))
def test_due__later__never_less_and_never_above_the_cap(state: LienState, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 0 <= due_on(state, low) <= due_on(state, high) <= state.cap_minor


@given(states, st.lists(st.integers(1, 2**40), min_size=1, max_size=6), st.integers(0, 2**33))
def test_parts__any__sum_to_the_whole(state: LienState, grams: list[int], at_s: int) -> None:
    parts = parted(state, at_s, grams)
    assert [part.quantity_g for part in parts] == grams
    assert sum(part.cap_minor for part in parts) == state.cap_minor
    assert sum(part.paid_minor for part in parts) == state.paid_minor
    assert sum(due_on(part, at_s) for part in parts) <= due_on(state, at_s) + len(parts)
    if at_s >= state.since_s:
        again = joined(parts, at_s)
        assert due_on(again, at_s) == due_on(state, at_s)


def test_parts__of_nothing_or_of_different_terms__refused() -> None:
    with pytest.raises(InvalidInput, match="grams"):
        parted(STATE, 0, [])
    with pytest.raises(InvalidInput, match="storage terms"):
        joined([STATE, LienState(51, 1, 1_000, 1, LienRank.BEFORE_PLEDGES)], 2_000)


def test_paid__less_than_before__refused() -> None:
    some = paid(STATE, 7)
    assert (some.paid_minor, some.asserted_minor) == (7, 0)
    with pytest.raises(InvalidInput, match="paid_minor"):
        paid(some, 7)


@given(amounts, st.integers(0, 100), st.lists(amounts, max_size=4), amounts, st.sampled_from(LienRank))
def test_waterfall__any_claims__sums_and_nobody_gets_before_those_ahead(
    proceeds: int, percent: int, claims: list[int], lien: int, rank: LienRank
) -> None:
    costs = proceeds * percent // 100
    found = waterfall(proceeds, costs, claims, lien, rank)
    assert costs + found.lien_minor + sum(found.paid_minor) + found.surplus_minor == proceeds
    queue = [*zip(claims, found.paid_minor, strict=True)]
    queue.insert(0 if rank is LienRank.BEFORE_PLEDGES else len(queue), (lien, found.lien_minor))
    for place, (claim, got) in enumerate(queue):
        assert 0 <= got <= claim
        if got < claim:
            assert not any(later for _, later in queue[place + 1 :])
            assert found.surplus_minor == 0


def test_waterfall__lien_before_and_behind__who_bears_the_loss() -> None:
    before = waterfall(1_000, 100, [700, 300], 150)
    assert (before.lien_minor, before.paid_minor, before.surplus_minor) == (150, (700, 50), 0)
    behind = waterfall(1_000, 100, [700, 300], 150, LienRank.BEHIND_PLEDGES)
    assert (behind.lien_minor, behind.paid_minor, behind.surplus_minor) == (0, (700, 200), 0)
    with pytest.raises(InvalidInput, match="costs_minor"):
        waterfall(10, 11, [])


@pytest.mark.parametrize(("field", "value"), [("fee_minor", 0), ("fee_minor", 2**48), ("cap_minor", 0)])
def test_terms__out_of_limits__refused_by_name(field: str, value: int) -> None:
    order = LienTermsOrder(1, 2, 1, 0, 5, b"CNY", 9, 10, LienRank.BEFORE_PLEDGES, bytes(32), 50)
    values = {name: getattr(order, name) for name in order.__slots__}
    with pytest.raises(InvalidInput, match=field):
        LienTermsOrder(**{**values, field: value})
