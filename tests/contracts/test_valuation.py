"""Series, prices, and what goods are worth by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.acts_harness import AMOUNT, BANK_3, CNY, ActsWorld
from tests.contracts.harness import (
    AUDITOR,
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)
from tests.contracts.valuing import (
    DEVIATION_BPS,
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


def test_series__set_and_changed__read_back_and_told(acts: ActsWorld) -> None:
    told = set_series(acts).event("SeriesSet")
    assert (told["seriesDigest"], told["currency"], tuple(told["feeders"])) == (SERIES, CNY, FEEDERS)
    set_series(acts, (BANK, INSPECTOR), deviation_bps=0)
    found = acts.ask("Valuation", "seriesOf", SERIES)
    assert (found["stalenessS"], found["deviationBps"]) == (STALENESS_S, 0)
    assert tuple(found["feeders"]) == (BANK, INSPECTOR)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"series": bytes(32)}, "UnknownSeries"),
        ({"currency": b"cny"}, "CurrencyMalformed"),
        ({"currency": b"CN\x00"}, "CurrencyMalformed"),
        ({"currency": b"C[Y"}, "CurrencyMalformed"),
        ({"staleness_s": 0}, "SeriesTerms"),
        ({"staleness_s": 30 * DAY_S + 1}, "SeriesTerms"),
        ({"deviation_bps": 5_001}, "SeriesTerms"),
        ({"feeders": (INSPECTOR,)}, "FeedersOutOfRange"),
        ({"feeders": tuple(range(1, 18))}, "FeedersOutOfRange"),
        ({"feeders": (INSPECTOR, INSPECTOR)}, "FeedersNotAscending"),
        ({"feeders": (IOT, INSPECTOR)}, "FeedersNotAscending"),
        ({"feeders": (INSPECTOR, 99)}, "UnknownMember"),
        ({"feeders": (0, INSPECTOR)}, "UnknownMember"),
    ],
)
def test_series__senseless_rules__refused(acts: ActsWorld, changes: dict[str, Any], error: str) -> None:
    with refused(error):
        set_series(acts, **changes)


def test_series__bounds_themselves__taken(acts: ActsWorld) -> None:
    set_series(acts, staleness_s=30 * DAY_S, deviation_bps=5_000)
    set_series(acts, (OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT, AUDITOR, BANK_2, 9, 10, 11, 12, 13))


def test_series__another_currency_later__refused(acts: ActsWorld) -> None:
    set_series(acts)
    with refused("SeriesCurrencyFixed", given=b"USD", currency=CNY):
        set_series(acts, currency=b"USD")


def test_post__signed_by_its_feeder__kept_and_told(acts: ActsWorld) -> None:
    set_series(acts)
    told = post(acts, IOT, 123).event("PricePosted")
    assert told == {
        "seriesDigest": SERIES,
        "feeder": IOT,
        "priceMinor": 123,
        "observedAt": acts.chain.now_s,
    }
    kept = acts.ask("Valuation", "lastPrice", SERIES, IOT)
    assert kept == {"priceMinor": 123, "observedAt": acts.chain.now_s}


def test_post__zero_late_unknown_series_or_no_feeder__refused(acts: ActsWorld) -> None:
    set_series(acts)
    order = price_order(acts, IOT)
    object.__setattr__(order, "price_minor", 0)
    with refused("PriceZero"):
        acts.put(order)
    with refused("DeadlinePassed"):
        post(acts, IOT, deadline=acts.chain.now_s - 1)
    with refused("UnknownSeries"):
        post(acts, IOT, series_digest=bytes(31) + b"\x01")
    with refused("NotFeeder", feeder=BANK):
        post(acts, BANK)


def test_post__feeder_may_not_act__refused_and_its_old_price_counts_no_more(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (PRICE, PRICE))
    acts.set_committee([acts.attester(m) for m in (OPERATOR, BANK, INSPECTOR)], threshold=2)
    acts.chain.send(acts.consortium, "setMemberActive", IOT, False)
    later(acts)
    with refused("InactiveMember", member=IOT):
        post(acts, IOT)
    with refused("TooFewPrices", receiptId=receipt, prices=1):
        value_of(acts, receipt)


def test_assign__attested__once_and_for_good(acts: ActsWorld) -> None:
    acts.issued()
    set_series(acts)
    outcome = acts.put(lot_order(acts))
    assert outcome.event("LotSeriesSet") == {
        "lotId": LOT,
        "seriesDigest": SERIES,
        "receiptId": receipt_id(1),
    }
    assert acts.ask("Valuation", "seriesOfLot", LOT) == SERIES
    other = bytes(31) + b"\x02"
    set_series(acts, series=other)
    with refused("LotHasSeries", seriesDigest=SERIES):
        acts.put(lot_order(acts, series=other))
    with refused("LotHasSeries", seriesDigest=SERIES):
        acts.put(lot_order(acts))


def test_assign__unknown_series_or_receipt_or_one_without_goods__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("UnknownSeries"):
        acts.put(lot_order(acts))
    set_series(acts)
    with refused("UnknownReceipt", receiptId=receipt_id(7)):
        acts.put(lot_order(acts, receipt_id(7)))
    with refused("DeadlinePassed"):
        acts.put(replace(lot_order(acts), deadline=acts.chain.now_s - 1))
    acts.submit(acts.delivery_order(receipt))
    with refused("ReceiptNotLive", receiptId=receipt, status=3):
        acts.put(lot_order(acts))


@pytest.mark.parametrize(
    ("signers", "error"),
    [((OPERATOR, INSPECTOR), "QuorumTooSmall"), ((BANK, INSPECTOR, IOT), "OperatorNotAmongSigners")],
)
def test_assign__without_quorum_or_operator__refused(
    acts: ActsWorld, signers: tuple[int, ...], error: str
) -> None:
    acts.issued()
    set_series(acts)
    with refused(error):
        acts.put(lot_order(acts), signers=signers)


def test_assign__attested_by_holder_or_pledgee__refused(acts: ActsWorld) -> None:
    acts.issued()
    held = acts.issued(2, IOT)
    acts.pledged(receipt_id(1))
    set_series(acts)
    with refused("SignerIsParty", member=BANK):
        acts.put(lot_order(acts), signers=(OPERATOR, BANK, INSPECTOR))
    with refused("SignerIsParty", member=IOT):
        acts.put(lot_order(acts, held), signers=(OPERATOR, INSPECTOR, IOT))


@pytest.mark.parametrize(
    ("prices", "price"),
    [
        ((100_00, 101_00), 100_00),
        ((101_00, 100_00), 100_00),
        ((102_00, 100_00, 101_00), 101_00),
        ((100_00, 100_00, 103_00), 100_00),
    ],
)
def test_value__two_or_three_prices__the_lower_median(
    acts: ActsWorld, prices: tuple[int, ...], price: int
) -> None:
    receipt = acts.issued()
    valued(acts, prices)
    assert acts.ask("Valuation", "priceOf", receipt) == (price, len(prices))
    assert acts.ask("Valuation", "valueOf", receipt) == (10 * price, CNY)


def test_value__four_prices__the_lower_of_the_middle_two(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (103_00, 100_00, 101_00, 102_00), (INSPECTOR, IOT, AUDITOR, BANK_3))
    assert acts.ask("Valuation", "priceOf", receipt) == (101_00, 4)


def test_value__a_gram_and_a_fraction__rounded_down(acts: ActsWorld) -> None:
    receipt = acts.issued(quantity_g=TONNE_G - 1)
    valued(acts, (3, 3))
    assert value_of(acts, receipt) == 2
    tiny = acts.issued(2, quantity_g=1)
    assert value_of(acts, tiny) == 0


def test_value__after_a_partial_delivery__of_what_is_left(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    acts.put(acts.part_delivery_order(receipt))
    assert value_of(acts, receipt) == 6 * PRICE


def test_value__suspended_still_delivered_no_more(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    valued(acts)
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    assert value_of(acts, receipt) == 10 * PRICE
    acts.submit(acts.delivery_order(other))
    with refused("ReceiptNotLive", receiptId=other, status=3):
        value_of(acts, other)
    with refused("UnknownReceipt"):
        value_of(acts, 12345)


def test_value__lot_without_series__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("LotWithoutSeries", receiptId=receipt, lotId=LOT):
        value_of(acts, receipt)


def test_value__more_than_an_amount_can_say__refused(acts: ActsWorld) -> None:
    receipt = acts.issued(quantity_g=2 * TONNE_G)
    valued(acts, (2**63, 2**63))
    with refused("ValueTooLarge", receiptId=receipt, priceMinor=2**63):
        value_of(acts, receipt)
    later(acts)
    valued(acts, (2**63 - 1, 2**63 - 1))
    assert value_of(acts, receipt) == 2**64 - 2


def test_ltv__of_each_rank__with_those_before_it_rounded_up(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, (70_000_00, 70_000_00))
    first = acts.pledged(receipt, amount_minor=400_000_01)
    second = acts.pledged(receipt, BANK_2, 2, amount_minor=100_000_00)
    assert acts.ask("Valuation", "ltvOf", first, receipt) == 5715
    assert acts.ask("Valuation", "ltvOf", second, receipt) == 7143
    cover = acts.ask("Valuation", "coverOf", second, [receipt])
    assert cover == {
        "currency": CNY,
        "valueMinor": 700_000_00,
        "securedMinor": 500_000_01,
        "neededMinor": -(-500_000_01 * 10_000 // 7_000),
    }


def test_ltv__of_no_pledge_another_receipt_or_nothing__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(quantity_g=1), acts.issued(2)
    valued(acts)
    pledge = acts.pledged(receipt)
    with refused("PledgeNotOnReceipt", receiptId=other):
        acts.ask("Valuation", "ltvOf", pledge, other)
    with refused("PledgeNotOnReceipt", pledgeId=77):
        acts.ask("Valuation", "ltvOf", 77, receipt)
    assert value_of(acts, receipt) == PRICE // TONNE_G == 6
    later(acts)
    valued(acts, (1, 1))
    with refused("WorthNothing", pledgeId=pledge):
        acts.ask("Valuation", "ltvOf", pledge, receipt)


def test_ltv__pledge_in_another_currency__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt, currency=b"USD")
    with refused("CurrencyDiffers", given=b"USD", currency=CNY):
        acts.ask("Valuation", "ltvOf", pledge, receipt)


def test_cover__several_receipts__all_named_once_or_refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts)
    pledge = acts.pledged(receipt)
    junior = acts.pledged(receipt, BANK_2, 2)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    parts = [acts.part(i, 1, 1).receipt_id for i in (100, 101)]
    for order in (parts, parts[::-1]):
        cover = acts.ask("Valuation", "coverOf", pledge, order)
        assert (cover["valueMinor"], cover["securedMinor"]) == (10 * PRICE, AMOUNT)
    # the senior is on both parts and counts once
    assert acts.ask("Valuation", "coverOf", junior, parts)["securedMinor"] == 2 * AMOUNT
    with refused("PledgeCoversOthers", pledgeId=pledge, receipts=2):
        acts.ask("Valuation", "ltvOf", pledge, parts[0])
    with refused("CoverIncomplete", given=1, receipts=2):
        acts.ask("Valuation", "coverOf", pledge, parts[:1])
    with refused("CoverIncomplete", given=0, receipts=2):
        acts.ask("Valuation", "coverOf", pledge, [])
    with refused("ReceiptRepeated", receiptId=parts[0]):
        acts.ask("Valuation", "coverOf", pledge, [parts[0], parts[0]])
    with refused("PledgeNotOnReceipt"):
        acts.ask("Valuation", "coverOf", pledge, [parts[0], acts.issued(2)])


def test_cover__no_pledge_and_no_receipts__refused(acts: ActsWorld) -> None:
    with refused("CoverIncomplete", given=0, receipts=0):
        acts.ask("Valuation", "coverOf", 77, [])


def test_deviation__the_bound_itself__agrees_one_more_does_not(acts: ActsWorld) -> None:
    receipt = acts.issued()
    highest = PRICE + PRICE * DEVIATION_BPS // 10_000
    valued(acts, (PRICE, highest))
    assert value_of(acts, receipt) == 10 * PRICE
    later(acts)
    post(acts, IOT, highest + 1)
    with refused("PricesDeviate", lowestMinor=PRICE, highestMinor=highest + 1, deviationBps=DEVIATION_BPS):
        value_of(acts, receipt)


def test_feeders__many_pledgees__none_of_them_counts(acts: ActsWorld) -> None:
    receipt = acts.issued()
    valued(acts, [PRICE] * 5, (BANK, INSPECTOR, IOT, BANK_2, BANK_3))
    assert acts.ask("Valuation", "priceOf", receipt)[1] == 5
    for rank, bank in enumerate((BANK, BANK_2, BANK_3), 1):
        acts.pledged(receipt, bank, rank)
        assert acts.ask("Valuation", "priceOf", receipt)[1] == 5 - rank
