"""Goods: the numbers of design.md section 5, the guard band, fusing, counting."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.errors import InvalidInput
from holdfast.domain.observations import Observations, Weighing
from holdfast.domain.orders import DeliveryOrder
from holdfast.domain.verdict import Check, Decision, Outcome
from holdfast.reconciliation.physical import goods
from holdfast.reconciliation.reconcile import reconcile
from holdfast.reconciliation.subject import Subject
from holdfast.reconciliation.uncertainty import (
    ceil_sqrt,
    consistent,
    fuse,
    in_service_mpe_g,
    net_uncertainty_g,
)
from tests.fakes.oracle import pallets
from tests.simulators.keys import bridge_calibration
from tests.simulators.site import BRIDGE, CHALLENGE, NOW
from tests.unit.reconciliation.subjects import (
    BRIDGE_2,
    KG,
    T,
    check,
    existing,
    frame,
    issue,
    loads,
    only,
    policy,
)

BRIDGE_20_KG = bridge_calibration(1, e_g=20 * KG)


def one_load(net_g: int, device: str = BRIDGE, number: int = 1) -> Weighing:
    """A 15 t truck with so much on it."""
    tare = 15 * T
    return Weighing(device, f"load {number}", tare + net_g, tare, number, CHALLENGE, NOW, NOW, "w.cose")


def quantity(subject: Subject) -> Check:
    return check(reconcile(subject), "goods", "quantity")


# uncertainty


@pytest.mark.parametrize(
    ("load_g", "mpe_g"),
    [
        (400 * KG, 20 * KG),
        (10_000 * KG, 20 * KG),
        (10_000 * KG + 1, 40 * KG),
        (40_000 * KG, 40 * KG),
        (40_000 * KG + 1, 60 * KG),
        (80_000 * KG, 60 * KG),
    ],
)
def test_in_service_mpe__class_iii_steps__twice_oiml_r76(load_g: int, mpe_g: int) -> None:
    assert in_service_mpe_g(load_g, BRIDGE_20_KG) == mpe_g


def test_in_service_mpe__beyond_the_instrument__refused() -> None:
    with pytest.raises(InvalidInput, match="at most the instrument's 80000000 g"):
        in_service_mpe_g(80_000 * KG + 1, BRIDGE_20_KG)
    with pytest.raises(InvalidInput):
        in_service_mpe_g(10_001 * KG, bridge_calibration(1, e_g=KG))


def test_net_uncertainty__25_t_on_a_20_kg_bridge__u95_is_64_kg() -> None:
    u = net_uncertainty_g(one_load(25 * T), BRIDGE_20_KG)

    assert u == 32_660
    assert round(1.96 * u / KG) == 64


@given(st.integers(0, 2**120))
def test_ceil_sqrt__any__never_understated(square: int) -> None:
    root = ceil_sqrt(square)
    assert root * root >= square
    assert root == 0 or (root - 1) ** 2 < square


def test_quantity__eight_loads_over_one_bridge__uncertainties_add_up() -> None:
    found = dict(quantity(issue()).numbers)

    assert found["uncertainty_g"] == 8 * 32_660 or abs(found["uncertainty_g"] - 8 * 32_660) < 8 * 6_000
    assert found["tolerance_g"] == 1_000 * KG
    assert found["guard_g"] == -(-found["uncertainty_g"] * 1645 // 1000)


def test_quantity__eight_times_exactly_25_t__u_261_kg_and_guard_430_kg() -> None:
    weighings = [one_load(25 * T, number=n) for n in range(1, 9)]

    found = dict(quantity(issue(weighings=weighings)).numbers)

    assert found["uncertainty_g"] == 261_280
    assert found["guard_g"] == 429_806
    assert found["measured_g"] == found["claimed_g"] == 200 * T


# the guard band


def of_125_kg_short(subject: Subject, draw: random.Random) -> Outcome:
    """One weighing of 24.875 t of goods for 25 t claimed, by a bridge at the limits of its class."""
    errors = [draw.uniform(-40 * KG, 40 * KG) for _ in range(2)]
    gross, tare = round(39_875 * KG + errors[0]), round(15 * T + errors[1])
    seen = Weighing(BRIDGE, "load 1", gross, tare, 1, CHALLENGE, NOW, NOW, "w.cose")
    checks = goods(replace(subject, observations=Observations((seen,), ()))).checks
    return next(c.outcome for c in checks if c.name == "quantity")


def passes(guard_millis: int) -> float:
    """How often a shortage of 125 kg, all of the tolerance, is let through; fixed seed."""
    subject = replace(issue(quantity_g=25 * T), policy=policy(guard_millis=guard_millis))
    draw, runs = random.Random(20261121), 4_000
    return sum(of_125_kg_short(subject, draw) is Outcome.PASS for _ in range(runs)) / runs


def test_guard_band__125_kg_short_of_25_t__passes_half_the_time_without_it() -> None:
    assert passes(0) == pytest.approx(0.50, abs=0.025)


def test_guard_band__125_kg_short_of_25_t__passes_5_4_percent_with_it() -> None:
    assert passes(1645) == pytest.approx(0.054, abs=0.012)


GUARD = 53_726
"""1.645 u of one 25 t load, in grams, rounded up."""
TOLERANCE = 125 * KG


@pytest.mark.parametrize(
    ("short_g", "outcome"),
    [
        (0, Outcome.PASS),
        (TOLERANCE - GUARD, Outcome.PASS),
        (TOLERANCE - GUARD + 1, Outcome.HOLD),
        (TOLERANCE, Outcome.HOLD),
        (TOLERANCE + GUARD, Outcome.HOLD),
        (TOLERANCE + GUARD + 1, Outcome.FAIL),
        (5 * T, Outcome.FAIL),
    ],
)
def test_issue__short_by_so_much__pass_hold_or_fail_at_the_gram(short_g: int, outcome: Outcome) -> None:
    subject = issue(quantity_g=25 * T, weighings=[one_load(25 * T - short_g)])

    assert dict(quantity(subject).numbers)["guard_g"] == GUARD
    assert quantity(subject).outcome is outcome
    assert (
        reconcile(subject).decision
        is {
            Outcome.PASS: Decision.ACCEPT,
            Outcome.HOLD: Decision.HOLD,
            Outcome.FAIL: Decision.REJECT,
        }[outcome]
    )


def test_issue__more_on_the_bridge_than_claimed__one_sided_so_it_passes() -> None:
    assert (
        quantity(issue(quantity_g=25 * T, weighings=[one_load(25 * T - 1, number=1)])).outcome is Outcome.PASS
    )
    # Over by four tonnes: the receipt promises less than is there. 44 t gross has a wider error, too.
    assert quantity(issue(quantity_g=25 * T, weighings=[one_load(29 * T)])).outcome is Outcome.PASS


@pytest.mark.parametrize("sign", [-1, 1], ids=["short", "over"])
@pytest.mark.parametrize(
    ("off_g", "outcome"),
    [
        (TOLERANCE - 69_000, Outcome.PASS),
        (TOLERANCE, Outcome.HOLD),
        (TOLERANCE + 69_000, Outcome.FAIL),
    ],
)
def test_delivery__off_by_so_much_either_way__two_sided(sign: int, off_g: int, outcome: Outcome) -> None:
    subject = existing("delivery", lot_g=25 * T)
    seen = Observations((one_load(25 * T + sign * off_g),), subject.observations.frames)

    assert quantity(replace(subject, observations=seen)).outcome is outcome


def delivery_of_one(goods_g: int) -> Subject:
    """50 t of a 200 t lot are to leave; so much crosses the bridge."""
    subject = existing("delivery", lot_g=50 * T)
    assert isinstance(subject.order, DeliveryOrder)
    assert subject.facts.lot is not None
    lot = replace(subject.facts.lot, attested_g=200 * T, live_g=200 * T)
    weighings = loads(goods_g, max(goods_g // (25 * T), 1))
    return replace(
        subject,
        claim=replace(subject.claim, quantity_g=200 * T),
        facts=replace(subject.facts, lot=lot),
        observations=replace(subject.observations, weighings=tuple(weighings)),
    )


def test_delivery__one_receipt_of_many__weighed_against_the_order_not_the_lot() -> None:
    assert reconcile(delivery_of_one(50 * T)).decision is Decision.ACCEPT


def test_delivery__the_whole_lot_leaves_for_one_receipt__rejected() -> None:
    only(delivery_of_one(200 * T), "goods", "quantity")


def test_delivery__nothing_weighed_at_the_gate__rejected() -> None:
    subject = existing("delivery")
    unweighed = replace(subject, observations=replace(subject.observations, weighings=()))

    assert "needs one" in only(unweighed, "goods", "weighed")


# what was weighed


def test_issue__nothing_weighed__rejected() -> None:
    subject = issue()
    seen = replace(subject.observations, weighings=())

    assert "needs one" in only(replace(subject, observations=seen), "goods", "weighed")


def test_issue__196_t_for_200_t__rejected_in_plain_words() -> None:
    text = only(issue(weighings=loads(196 * T)), "goods", "quantity")

    assert text.startswith("measured 196.000 t")
    assert "WMS says 200.000 t: 4.000 t short, beyond the tolerance of 1.000 t" in text


def test_issue__a_load_weighed_twice__rejected() -> None:
    weighings = loads(200 * T)

    only(issue(weighings=[*weighings[:7], replace(weighings[0], counter=9)]), "goods", "loads")


def test_issue__bridge_without_calibration__rejected() -> None:
    subject = issue()
    devices = tuple(replace(d, calibration=None) for d in subject.policy.devices)

    only(replace(subject, policy=replace(subject.policy, devices=devices)), "goods", "instrument")


# two bridges


def on_two_bridges(first_g: int, second_g: int) -> Subject:
    weighings = [one_load(first_g), one_load(second_g, BRIDGE_2)]
    return issue(quantity_g=25 * T, weighings=weighings)


def test_two_bridges__consistent__fused_by_inverse_variance() -> None:
    found = dict(quantity(on_two_bridges(25 * T - 40 * KG, 25 * T - 20 * KG)).numbers)

    assert found["measured_g"] == 25 * T - 30 * KG
    assert found["uncertainty_g"] == 23_095  # 32.660 kg / sqrt 2, rounded up
    assert reconcile(on_two_bridges(25 * T - 40 * KG, 25 * T - 20 * KG)).decision is Decision.ACCEPT


def test_two_bridges__disagree_beyond_their_uncertainty__held_and_never_averaged() -> None:
    text = only(on_two_bridges(25 * T - 200 * KG, 25 * T + 200 * KG), "goods", "consistent", Outcome.HOLD)

    assert "WB-1 24.800 t" in text
    assert "WB-2 25.200 t" in text


@pytest.mark.parametrize(("apart_g", "agree"), [(90_000, True), (91_000, False)])
def test_two_bridges__chi_square_at_95_percent__edge(apart_g: int, agree: bool) -> None:
    """(d / (u sqrt 2))^2 = 3.841 at d = 1.96 x 32.66 kg x 1.414 = 90.5 kg."""
    subject = on_two_bridges(25 * T - apart_g, 25 * T)
    names = [c.name for c in goods(subject).checks]

    assert ("consistent" not in names) is agree


def test_two_bridges__other_loads__held() -> None:
    weighings = [one_load(25 * T, number=1), one_load(25 * T, BRIDGE_2, number=2)]

    only(issue(quantity_g=25 * T, weighings=weighings), "goods", "loads", Outcome.HOLD)


def test_consistent__one_source_or_too_many() -> None:
    assert consistent([(5, 1)])
    assert consistent([])
    with pytest.raises(InvalidInput, match="ten"):
        consistent([(5, 1)] * 11)
    assert consistent([(5, 1)] * 10)


@given(
    st.lists(st.tuples(st.integers(10**6, 10**9), st.integers(1, 10**6)), min_size=2, max_size=6),
    st.integers(-(10**6), 10**6),
)
def test_fuse__any_sources__between_them_and_surer_than_each(
    sources: list[tuple[int, int]], shift: int
) -> None:
    value, u = fuse(sources)

    assert min(x for x, _ in sources) <= value <= max(x for x, _ in sources)
    assert u <= min(u for _, u in sources)
    moved, same_u = fuse([(x + shift, u) for x, u in sources])
    assert same_u == u
    assert abs(moved - value - shift) <= 1


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**6)), min_size=2, max_size=6))
def test_consistent__exact_arithmetic__agrees_with_fractions(sources: list[tuple[int, int]]) -> None:
    weights = [Fraction(1, u * u) for _, u in sources]
    mean = sum(w * x for w, (x, _) in zip(weights, sources, strict=True)) / sum(weights)
    statistic = sum(w * (x - mean) ** 2 for w, (x, _) in zip(weights, sources, strict=True))
    limit = Fraction([3841, 5991, 7815, 9488, 11070][len(sources) - 2], 1000)

    assert consistent(sources) is (statistic <= limit)


# goods that were weighed at issue and only counted since


def test_transfer__every_pallet_still_seen__counted_without_weighing() -> None:
    assert reconcile(existing()).decision is Decision.ACCEPT
    assert "all 8 labelled pallets" in check(reconcile(existing()), "goods", "pallets").text


def test_transfer__one_pallet_gone__rejected() -> None:
    subject = existing()
    frames = tuple(frame(n, values=pallets()[:7]) for n in (1, 2))
    verdict = reconcile(replace(subject, observations=Observations((), frames)))

    assert check(verdict, "goods", "pallets").outcome is Outcome.FAIL
    assert "7 of 8" in check(verdict, "goods", "pallets").text
    assert verdict.decision is Decision.REJECT


def test_transfer__pallets_nobody_labelled__rejected() -> None:
    subject = existing()
    bare = replace(subject, claim=replace(subject.claim, packages=()))

    assert check(reconcile(bare), "goods", "pallets").outcome is Outcome.FAIL


@pytest.mark.parametrize("off_g", [-1, 1])
def test_transfer__wms_a_gram_off_what_was_attested__rejected(off_g: int) -> None:
    subject = existing()
    moved = replace(subject, claim=replace(subject.claim, quantity_g=200 * T + off_g))

    assert check(reconcile(moved), "goods", "quantity").outcome is Outcome.FAIL


def test_transfer__weighed_all_the_same__judged_by_the_weight() -> None:
    subject = existing()
    light = replace(subject.observations, weighings=tuple(loads(196 * T)))

    only(replace(subject, observations=light), "goods", "quantity")


def test_transfer__lot_the_chain_does_not_know__rejected() -> None:
    subject = existing()
    verdict = reconcile(replace(subject, facts=replace(subject.facts, lot=None)))

    assert check(verdict, "goods", "quantity").outcome is Outcome.FAIL
    assert check(verdict, "ledger", "lot").outcome is Outcome.FAIL
