"""Other goods under the same pledges: new in before old out, the value no less, the ranks the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.acts import DefaultOrder, PledgeSubstituteOrder
from holdfast.domain.members import Role
from tests.contracts.acts_harness import BANK_3, BANK_4, CNY, FILING, ActsWorld
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
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)
from tests.contracts.storage import agreed
from tests.contracts.valuing import PRICE, SERIES, later, lot_order, post, set_series, valued

BANKS = (BANK, BANK_2, BANK_3, BANK_4)
FIELDS = ("pledgee", "second", "third", "fourth")


def substitute_order(
    acts: ActsWorld, released: int, receipt: int, banks: tuple[int, ...] = (BANK,), **changes: Any
) -> PledgeSubstituteOrder:
    """`receipt` for `released`, under the pledges of these banks by rank."""
    ranks = dict(zip(FIELDS, banks, strict=False))
    made = PledgeSubstituteOrder(
        receipt,
        released,
        IMPORTER,
        ranks.pop("pledgee"),
        acts.seq(receipt),
        acts.seq(released),
        FILING,
        acts.deadline_s,
        **ranks,
    )
    return replace(made, **changes)


def ready(acts: ActsWorld, ranks: int = 1, **terms: Any) -> tuple[int, int, list[int]]:
    """A pledged receipt, a free one of the same goods, and the pledges by rank."""
    receipt, other = acts.issued(), acts.issued(2, **terms)
    valued(acts)
    ids = [acts.pledged(receipt, bank, rank) for rank, bank in enumerate(BANKS[:ranks], 1)]
    return receipt, other, ids


def untouched(acts: ActsWorld, receipt: int, other: int, ids: list[int]) -> bool:
    return (
        list(acts.ask("Pledge", "pledgesOn", receipt)) == ids
        and list(acts.ask("Pledge", "pledgesOn", other)) == []
        and acts.receipt(other)["pledges"] == 0
    )


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_substitute__signed_by_all__same_pledges_in_the_same_ranks(acts: ActsWorld, ranks: int) -> None:
    receipt, other, ids = ready(acts, ranks)
    records = [acts.ask("Pledge", "pledgeOf", pledge) for pledge in ids]
    outcome = acts.put(substitute_order(acts, receipt, other, BANKS[:ranks]))
    told = outcome.event("PledgesSubstituted")
    assert (told["receiptId"], told["releasedId"], told["filingDigest"]) == (other, receipt, FILING)
    assert (told["valueMinor"], told["floorMinor"]) == (10 * PRICE, 10 * PRICE)
    assert told["ranks"] == sum(pledge << 64 * rank for rank, pledge in enumerate(ids))
    assert list(acts.ask("Pledge", "pledgesOn", other)) == ids
    assert list(acts.ask("Pledge", "pledgesOn", receipt)) == []
    new, old = acts.receipt(other), acts.receipt(receipt)
    assert (new["pledges"], new["firstPledgee"], new["seq"]) == (ranks, BANK, ranks)
    assert (old["pledges"], old["firstPledgee"]) == (0, 0)
    assert [acts.ask("Pledge", "pledgeOf", pledge) for pledge in ids] == records
    acts.submit(acts.transfer_order(receipt))
    with refused("ReceiptEncumbered", pledges=ranks):
        acts.submit(acts.transfer_order(other))


def test_substitute__new_in_before_old_out__the_pledges_are_never_nowhere(acts: ActsWorld) -> None:
    receipt, other, _ = ready(acts, 2)
    outcome = acts.put(substitute_order(acts, receipt, other, BANKS[:2]))
    changes = [e.values for e in outcome.events if e.name == "PledgesChanged"]
    assert [(c["receiptId"], c["pledges"]) for c in changes] == [(other, 1), (other, 2), (receipt, 0)]


def test_substitute__worth_more_or_suspended_old_goods__taken(acts: ActsWorld) -> None:
    receipt, other, _ = ready(acts, quantity_g=11 * TONNE_G)
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    told = acts.put(substitute_order(acts, receipt, other)).event("PledgesSubstituted")
    assert (told["valueMinor"], told["floorMinor"]) == (11 * PRICE, 10 * PRICE)
    with refused("ReceiptNotLive", status=2):
        acts.submit(acts.transfer_order(receipt))


def test_substitute__one_part_of_a_split__the_pledge_still_covers_two(acts: ActsWorld) -> None:
    receipt, other, (pledge,) = ready(acts)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    acts.put(substitute_order(acts, receipt_id(101), other))
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 2
    cover = acts.ask("Valuation", "coverOf", pledge, [receipt_id(100), other])
    assert cover["valueMinor"] == 14 * PRICE


@pytest.mark.parametrize("field", ["holder", *FIELDS])
def test_substitute__without_one_of_the_signatures__refused(acts: ActsWorld, field: str) -> None:
    receipt, other, ids = ready(acts, 4)
    order = substitute_order(acts, receipt, other, BANKS)
    with refused("ForeignSignature", member=getattr(order, field)):
        acts.put(order, forged=[field])
    assert untouched(acts, receipt, other, ids)


def test_attack__junior_left_out_or_ranks_swapped_or_one_too_many__refused(acts: ActsWorld) -> None:
    receipt, other, ids = ready(acts, 2)
    for banks, given, pledgee in (
        ((BANK,), 0, BANK_2),
        ((BANK_2, BANK), BANK_2, BANK),
        ((BANK, BANK_2, BANK_3), BANK_3, 0),
        ((BANK, BANK), BANK, BANK_2),
    ):
        with refused("WrongPledgee", given=given, pledgee=pledgee):
            acts.put(substitute_order(acts, receipt, other, banks))
    assert untouched(acts, receipt, other, ids)


@pytest.mark.parametrize(
    ("signers", "error"),
    [
        ((OPERATOR, BANK, INSPECTOR), "SignerIsParty"),
        ((OPERATOR, INSPECTOR), "QuorumTooSmall"),
        ((BANK, INSPECTOR, IOT), "OperatorNotAmongSigners"),
    ],
)
def test_substitute__attested_by_a_pledgee_or_no_quorum__refused(
    acts: ActsWorld, signers: tuple[int, ...], error: str
) -> None:
    receipt, other, _ = ready(acts)
    with refused(error):
        acts.put(substitute_order(acts, receipt, other), signers=signers)


@pytest.mark.parametrize("rank", [2, 3, 4])
def test_attack__junior_pledgee_attests_its_own_security__refused(acts: ActsWorld, rank: int) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    valued(acts, (PRICE, PRICE), (INSPECTOR, AUDITOR))
    banks = [BANK_2, BANK_3, BANK_4]
    banks.insert(rank - 1, BANK)
    for place, bank in enumerate(banks, 1):
        acts.pledged(receipt, bank, place)
    order = substitute_order(acts, receipt, other, tuple(banks))
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=(OPERATOR, BANK, INSPECTOR))


def test_attack__worthless_goods__refused(acts: ActsWorld) -> None:
    receipt, other, ids = ready(acts, quantity_g=10 * TONNE_G - 1)
    with refused("ValueBelowFloor", valueMinor=10 * PRICE - 6, floorMinor=10 * PRICE):
        acts.put(substitute_order(acts, receipt, other))
    assert untouched(acts, receipt, other, ids)


def test_attack__goods_nobody_values_or_of_a_cheap_series__refused(acts: ActsWorld) -> None:
    receipt, _, _ = ready(acts)
    acts.submit(acts.issue_order(acts.terms(3), lot=OTHER_LOT))
    other = receipt_id(3)
    with refused("LotWithoutSeries", receiptId=other):
        acts.put(substitute_order(acts, receipt, other))
    cheap = bytes(31) + b"\x01"
    set_series(acts, series=cheap)
    acts.put(lot_order(acts, other, cheap))
    for feeder in (INSPECTOR, IOT):
        post(acts, feeder, 1, series_digest=cheap)
    with refused("ValueBelowFloor", receiptId=other, valueMinor=10):
        acts.put(substitute_order(acts, receipt, other))


def test_attack__dear_in_a_cheaper_currency__refused(acts: ActsWorld) -> None:
    receipt, _, _ = ready(acts)
    acts.submit(acts.issue_order(acts.terms(3), lot=OTHER_LOT))
    yen = bytes(31) + b"\x01"
    set_series(acts, series=yen, currency=b"JPY")
    acts.put(lot_order(acts, receipt_id(3), yen))
    for feeder in (INSPECTOR, IOT):
        post(acts, feeder, PRICE, series_digest=yen)
    with refused("CurrencyDiffers", receiptId=receipt_id(3), given=b"JPY", currency=CNY):
        acts.put(substitute_order(acts, receipt, receipt_id(3)))


def test_attack__pledgee_prices_the_substitute__its_price_does_not_count(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    valued(acts, (PRICE, PRICE), (BANK, INSPECTOR))
    acts.pledged(receipt)
    with refused("TooFewPrices", receiptId=other, prices=1):
        acts.put(substitute_order(acts, receipt, other))


def test_attack__flash_spike_while_substituting__refused(acts: ActsWorld) -> None:
    receipt, other, _ = ready(acts)
    later(acts)
    post(acts, IOT, PRICE * 2)
    with refused("PricesDeviate", seriesDigest=SERIES):
        acts.put(substitute_order(acts, receipt, other))


def test_attack__goods_of_another_holder__refused(acts: ActsWorld) -> None:
    receipt, _, _ = ready(acts)
    other = acts.issued(3, TRADER)
    with refused("WrongHolder", receiptId=other, given=IMPORTER, holder=TRADER):
        acts.put(substitute_order(acts, receipt, other))
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        acts.put(substitute_order(acts, receipt, other, holder=TRADER))


def test_attack__goods_kept_by_another_operator__refused(acts: ActsWorld) -> None:
    receipt, _, _ = ready(acts)
    keeper = 20
    acts.add_member(keeper, Role.WAREHOUSE_OPERATOR)
    seats = [acts.attester(m) for m in (OPERATOR, BANK, INSPECTOR, IOT, keeper)]
    acts.committee = acts.set_committee(seats)
    signers = (keeper, INSPECTOR, IOT)
    acts.submit(acts.issue_order(acts.terms(3), lot=OTHER_LOT, operator=keeper), signers=signers)
    acts.put(lot_order(acts, receipt_id(3)), signers=signers)
    for quorum in (signers, (OPERATOR, INSPECTOR, IOT)):
        with refused("OperatorDiffers", given=OPERATOR, operator=keeper):
            acts.put(substitute_order(acts, receipt, receipt_id(3)), signers=quorum)


def test_attack__goods_that_expire_sooner__refused_to_the_second(acts: ActsWorld) -> None:
    receipt = acts.issued()
    expires = acts.receipt(receipt)["expiresAt"]
    for index, at in ((2, expires - 1), (3, expires)):
        acts.submit(acts.issue_order(replace(acts.terms(index), expires_at=at)))
    valued(acts)
    acts.pledged(receipt)
    with refused("ExpiresSooner", expiresAt=expires - 1, floorAt=expires):
        acts.put(substitute_order(acts, receipt, receipt_id(2)))
    acts.put(substitute_order(acts, receipt, receipt_id(3)))


def test_attack__goods_of_another_kind__refused(acts: ActsWorld) -> None:
    receipt, _, _ = ready(acts)
    terms = acts.terms(3)
    object.__setattr__(terms, "kind", 2)
    acts.submit(acts.issue_order(terms))
    with refused("ReceiptsDiffer", receiptId=receipt_id(3), otherId=receipt):
        acts.put(substitute_order(acts, receipt, receipt_id(3)))


def test_attack__goods_pledged_frozen_suspended_expired_or_the_same__refused(acts: ActsWorld) -> None:
    receipt, pledged, _ = ready(acts)
    frozen, suspended = acts.issued(3), acts.issued(4)
    acts.pledged(pledged, BANK_2)
    acts.frozen(frozen)
    acts.submit(acts.suspend_order(suspended), signers=(INSPECTOR, IOT))
    with refused("ReceiptEncumbered", receiptId=pledged, pledges=1):
        acts.put(substitute_order(acts, receipt, pledged))
    with refused("ReceiptFrozen", receiptId=frozen):
        acts.put(substitute_order(acts, receipt, frozen))
    with refused("ReceiptNotLive", receiptId=suspended):
        acts.put(substitute_order(acts, receipt, suspended))
    with refused("ReceiptEncumbered", receiptId=receipt):
        acts.put(substitute_order(acts, receipt, receipt))
    acts.chain.set_time(acts.chain.now_s + 366 * DAY_S)
    with refused("ReceiptExpired", receiptId=pledged):
        acts.put(substitute_order(acts, receipt, pledged))


def test_attack__goods_with_storage_fees_that_go_before__refused(acts: ActsWorld) -> None:
    receipt, other, ids = ready(acts)
    agreed(acts, other)
    with refused("SubstituteBearsFees", receiptId=other):
        acts.put(substitute_order(acts, receipt, other))
    assert untouched(acts, receipt, other, ids)


def test_attack__free_receipt_used_order_or_late__refused(acts: ActsWorld) -> None:
    receipt, other, _ = ready(acts)
    free = acts.issued(3)
    with refused("ReceiptNotPledged", receiptId=free):
        acts.put(substitute_order(acts, free, other))
    order = substitute_order(acts, receipt, other)
    with refused("DeadlinePassed"):
        acts.put(replace(order, deadline=acts.chain.now_s - 1))
    with refused("WrongSeq", receiptId=other):
        acts.put(replace(order, seq=1))
    with refused("WrongSeq", receiptId=receipt):
        acts.put(replace(order, released_seq=0))
    acts.put(order)
    with refused("ReceiptNotPledged", receiptId=receipt):
        acts.put(order)
    acts.pledged(receipt, BANK)
    with refused("WrongSeq", receiptId=other):
        acts.put(order)


def test_attack__default_washed_off_by_other_goods__it_stands(acts: ActsWorld) -> None:
    receipt, other, (pledge,) = ready(acts)
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    valued(acts)
    acts.put(DefaultOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s))
    acts.put(substitute_order(acts, receipt, other))
    assert acts.ask("Pledge", "pledgeOf", pledge)["defaultAt"] == acts.chain.now_s
