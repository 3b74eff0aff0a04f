"""What somebody who gains by a wrong price would try."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.typed_data import Domain, signing_digest
from holdfast.chain.acts import act_arguments
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    AUDITOR,
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    OTHER_LOT,
    address_of,
    key_of,
    receipt_id,
    refused,
    sign,
)
from tests.contracts.valuing import (
    FEEDERS,
    PRICE,
    SERIES,
    STALENESS_S,
    later,
    lot_order,
    post,
    price_order,
    set_series,
    value_of,
    valued,
)


def test_feeder__posts_for_the_other__refused(acts: ActsWorld) -> None:
    set_series(acts)
    order = price_order(acts, INSPECTOR)
    forged = acts.signature(IOT, order)
    module, function, arguments = act_arguments(order, (forged,))
    with refused("ForeignSignature", member=INSPECTOR):
        acts.chain.send(acts.modules[module], function, *arguments)


def test_feeder__posts_alone_however_often__no_value(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE,))
    for _ in range(3):
        later(acts)
        post(acts, INSPECTOR)
        with refused("TooFewPrices", receiptId=receipt, prices=1):
            value_of(acts, receipt)


def test_feeder__one_account_under_two_members__refused_by_the_consortium(acts: ActsWorld) -> None:
    with refused("AccountTaken", member=INSPECTOR):
        acts.add_member(77, 2, address_of(key_of(f"member {INSPECTOR}")))  # type: ignore[arg-type]


def test_price__stale__counts_to_the_second_and_no_longer(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    acts.chain.set_time(acts.chain.now_s + STALENESS_S)
    assert value_of(acts, receipt) == 10 * PRICE
    later(acts)
    with refused("TooFewPrices", prices=0):
        value_of(acts, receipt)
    post(acts, INSPECTOR)
    with refused("TooFewPrices", prices=1):
        value_of(acts, receipt)
    post(acts, IOT)
    assert value_of(acts, receipt) == 10 * PRICE


def test_price__stale_when_posted__refused_to_the_second(acts: ActsWorld) -> None:
    set_series(acts)
    oldest = acts.chain.now_s - STALENESS_S
    with refused("PriceStale", observedAt=oldest - 1, oldestS=oldest):
        post(acts, INSPECTOR, observed_at=oldest - 1)
    post(acts, INSPECTOR, observed_at=oldest)


@pytest.mark.parametrize("spike", [PRICE // 2, PRICE * 2, 1, 2**64 - 1])
def test_price__flash_spike_of_one_feed__halts_until_they_agree(acts: ActsWorld, spike: int) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE, PRICE, PRICE))
    later(acts)
    post(acts, AUDITOR, spike)
    with refused("PricesDeviate", seriesDigest=SERIES):
        value_of(acts, receipt)
    later(acts)
    post(acts, AUDITOR, PRICE + 1)
    assert value_of(acts, receipt) == 10 * PRICE


def test_price__spike_by_a_feeder_that_is_removed__counts_no_more(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE, PRICE, PRICE * 3))
    with refused("PricesDeviate"):
        value_of(acts, receipt)
    set_series(acts, FEEDERS[:2])
    assert value_of(acts, receipt) == 10 * PRICE


def test_price__of_the_future__refused(acts: ActsWorld) -> None:
    set_series(acts)
    now = acts.chain.now_s
    with refused("PriceInFuture", observedAt=now + 1, nowS=now):
        post(acts, INSPECTOR, observed_at=now + 1)
    post(acts, INSPECTOR, observed_at=now)


def test_price__replayed_or_older__refused(acts: ActsWorld) -> None:
    set_series(acts)
    first = price_order(acts, INSPECTOR, PRICE, deadline=acts.chain.now_s + 9 * DAY_S)
    acts.put(first)
    with refused("PriceNotNewer", feeder=INSPECTOR, observedAt=first.observed_at, lastAt=first.observed_at):
        acts.put(first)
    later(acts, 10)
    acts.put(price_order(acts, INSPECTOR, PRICE * 2))
    for order in (first, replace(first, observed_at=first.observed_at + 9)):
        with refused("PriceNotNewer"):
            acts.put(order)


def test_price__of_another_series_module_or_chain__refused(acts: ActsWorld) -> None:
    set_series(acts)
    other = bytes(31) + b"\x01"
    set_series(acts, series=other)
    order = price_order(acts, INSPECTOR)
    signature = acts.signature(INSPECTOR, order)
    module, function, arguments = act_arguments(replace(order, series_digest=other), (signature,))
    with refused("ForeignSignature"):
        acts.chain.send(acts.modules[module], function, *arguments)
    for domain in (
        Domain(acts.chain.chain_id, acts.modules["Pledge"]),
        Domain(acts.chain.chain_id + 1, acts.modules["Valuation"]),
    ):
        foreign = sign(key_of(f"member {INSPECTOR}"), signing_digest(domain, order))
        _, _, arguments = act_arguments(order, (foreign,))
        with refused("ForeignSignature"):
            acts.chain.send(acts.modules["Valuation"], "post", *arguments)


def test_feeder__is_the_pledgee__its_price_does_not_count(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    valued(acts, (PRICE, PRICE), (BANK, INSPECTOR))
    assert value_of(acts, receipt) == 10 * PRICE
    acts.pledged(receipt)
    with refused("TooFewPrices", receiptId=receipt, prices=1):
        value_of(acts, receipt)
    assert value_of(acts, other) == 10 * PRICE


def test_feeder__is_the_junior_pledgee__its_price_does_not_count(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE, PRICE), (INSPECTOR, BANK_2))
    acts.pledged(receipt)
    acts.pledged(receipt, BANK_2, 2)
    with refused("TooFewPrices", prices=1):
        value_of(acts, receipt)


@pytest.mark.parametrize("party", [OPERATOR, IMPORTER])
def test_feeder__is_holder_or_operator__its_price_does_not_count(acts: ActsWorld, party: int) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE, PRICE), (party, INSPECTOR))
    with refused("TooFewPrices", prices=1):
        value_of(acts, receipt)


def test_feeder__that_is_a_party_spikes__does_not_halt_either(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE * 9, PRICE, PRICE), (IMPORTER, INSPECTOR, IOT))
    assert value_of(acts, receipt) == 10 * PRICE


@pytest.mark.parametrize("sender", ["stranger", "member 1", f"member {INSPECTOR}", f"member {BANK}"])
def test_series__by_anyone_but_governance__refused(acts: ActsWorld, sender: str) -> None:
    with refused("AccessManagedUnauthorized"):
        set_series(acts, sender=address_of(key_of(sender)))


def test_lot__attestation_of_another_lots_series__refused(acts: ActsWorld) -> None:
    acts.issued()
    acts.submit(acts.issue_order(acts.terms(2), lot=OTHER_LOT))
    set_series(acts)
    attested = acts.attestation_of(lot_order(acts))
    with refused("OrderHashDiffers"):
        acts.put(lot_order(acts, receipt_id(2)), attestation=attested)
