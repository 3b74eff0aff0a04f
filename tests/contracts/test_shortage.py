"""Goods that lie together: several holders on one lot, and what is missing borne by all in proportion."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from holdfast.domain.acts import ReceiptRef
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    OTHER_LOT,
    QUORUM,
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)
from tests.contracts.origin_orders import later, notice_order, shortage_order, suspended

HOLDERS = (IMPORTER, TRADER, 7, IMPORTER, TRADER, 7)


def shared_lot(acts: ActsWorld, *grams: int, first: int = 1) -> list[int]:
    """A lot of which several holders have these grams each; receipts in the order of their ids."""
    terms = [acts.terms(first + i, HOLDERS[i % 6], g) for i, g in enumerate(grams)]
    acts.submit(acts.issue_order(*terms, lot_g=sum(grams)), signers=(OPERATOR, BANK, INSPECTOR))
    return sorted(receipt_id(first + i) for i in range(len(grams)))


def grams_of(acts: ActsWorld, receipts: list[int]) -> list[int]:
    return [acts.receipt(receipt)["quantityG"] for receipt in receipts]


def test_commingled_lot__several_holders__each_moves_its_own(acts: ActsWorld) -> None:
    shared_lot(acts, 10 * TONNE_G, 20 * TONNE_G, 30 * TONNE_G)
    assert [acts.receipt(receipt_id(i))["holder"] for i in (1, 2, 3)] == [IMPORTER, TRADER, 7]
    assert acts.lot()["liveG"] == acts.lot()["attestedG"] == 60 * TONNE_G
    acts.submit(acts.transfer_order(receipt_id(1)))
    acts.submit(acts.delivery_order(receipt_id(2), TRADER, 20 * TONNE_G))
    assert acts.lot()["liveG"] == acts.lot()["attestedG"] == 40 * TONNE_G


def test_commingled_lot__one_gram_more_than_is_there__refused(acts: ActsWorld) -> None:
    terms = [acts.terms(i, HOLDERS[i], 10 * TONNE_G) for i in range(3)]
    lot_g = 30 * TONNE_G - 1
    acts.submit(acts.issue_order(*terms[:2], lot_g=lot_g))
    with refused("LotExceeded", liveG=30 * TONNE_G, attestedG=lot_g):
        acts.submit(acts.issue_order(terms[2], lot_g=lot_g))


def test_write_down__a_tenth_missing__each_bears_a_tenth(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 10 * TONNE_G, 20 * TONNE_G, 30 * TONNE_G)
    before = grams_of(acts, receipts)
    suspended(acts, *receipts)
    outcome = acts.put(shortage_order(acts, 6 * TONNE_G, *receipts))
    assert outcome.names() == ["ReceiptWrittenDown"] * 3 + ["ShortageShared", "Attested"]
    assert outcome.event("ShortageShared")["liveG"] == 54 * TONNE_G
    assert grams_of(acts, receipts) == [g * 9 // 10 for g in before]
    assert acts.lot()["liveG"] == acts.lot()["attestedG"] == 54 * TONNE_G
    for receipt in receipts:
        acts.submit(acts.reinstate_order(receipt))
    acts.submit(acts.transfer_order(receipt_id(1)))


def test_write_down__grams_that_do_not_divide__first_receipts_get_what_is_over(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 10, 10, 10)
    suspended(acts, *receipts)
    acts.put(shortage_order(acts, 2, *receipts))
    assert grams_of(acts, receipts) == [10, 9, 9]


@given(
    grams=st.lists(st.integers(2, 10**12), min_size=1, max_size=6),
    share=st.floats(0, 0.5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_write_down__any_lot__sums_exactly_and_nobody_bears_a_gram_too_much(
    acts: ActsWorld, grams: list[int], share: float
) -> None:
    snapshot = acts.chain.snapshot()
    receipts = shared_lot(acts, *grams)
    before, whole = grams_of(acts, receipts), sum(grams)
    short = min(max(1, int(whole * share)), whole // 2)
    suspended(acts, *receipts)
    acts.put(shortage_order(acts, short, *receipts))
    after = grams_of(acts, receipts)
    assert sum(after) == whole - short == acts.lot()["liveG"] == acts.lot()["attestedG"]
    for old, new in zip(before, after, strict=True):
        exact = old * (whole - short)
        assert exact // whole <= new <= exact // whole + 1 <= old + 1
    acts.chain.revert(snapshot)


def test_write_down__pledged_frozen_or_under_notice__bears_its_share_and_keeps_its_burdens(
    acts: ActsWorld,
) -> None:
    receipts = shared_lot(acts, 10 * TONNE_G, 10 * TONNE_G, 10 * TONNE_G, 10 * TONNE_G)
    pledge = acts.pledged(receipt_id(1))
    acts.frozen(receipt_id(2))
    acts.put(notice_order(acts, receipt_id(4)))
    suspended(acts, receipt_id(1), receipt_id(2), receipt_id(3))
    acts.put(shortage_order(acts, 8 * TONNE_G, *receipts))
    assert grams_of(acts, receipts) == [8 * TONNE_G] * 4
    assert list(acts.ask("Pledge", "pledgesOn", receipt_id(1))) == [pledge]
    assert acts.receipt(receipt_id(2))["freezes"] == 1
    assert acts.status(receipt_id(4))["suspendReason"] == 7


def test_write_down__live_receipt_among_them__refused(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 10, 10, 10)
    suspended(acts, *receipts[:2])
    with refused("ReceiptNotSuspended", receiptId=receipts[2], status=1):
        acts.put(shortage_order(acts, 3, *receipts))


@pytest.mark.parametrize("short", [0, 30, 31])
def test_write_down__nothing_or_everything_missing__refused(acts: ActsWorld, short: int) -> None:
    receipts = shared_lot(acts, 10, 10, 10)
    suspended(acts, *receipts)
    order = shortage_order(acts, 1, *receipts)
    object.__setattr__(order, "short_g", short)
    with refused("ShortageOutOfRange", shortG=short, liveG=30):
        acts.put(order)


def test_write_down__a_receipt_would_come_to_nothing__refused(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 1, 1, 1, 1000)
    suspended(acts, *receipts)
    with refused("QuantityZero"):
        acts.put(shortage_order(acts, 1002, *receipts))


def test_write_down__late_replayed_or_of_another_epoch__refused(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 10, 10, 10)
    suspended(acts, *receipts)
    order = shortage_order(acts, 3, *receipts)
    old = replace(acts.attestation_of(order), epoch=acts.committee.epoch + 1)
    with refused("WrongEpoch"):
        acts.put(order, attestation=old)
    acts.put(order)
    with refused("WrongSeq"):
        acts.put(order)
    later(acts, 2 * DAY_S)
    with refused("DeadlinePassed"):
        acts.put(order)


def test_write_down__two_attesters_or_no_operator__refused(acts: ActsWorld) -> None:
    """Two may stop a receipt; to take goods off it needs the full quorum with the operator's own attester."""
    receipts = shared_lot(acts, 10, 10, 10)
    suspended(acts, *receipts)
    order = shortage_order(acts, 3, *receipts)
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(INSPECTOR, IOT))
    with refused("OperatorNotAmongSigners"):
        acts.put(order, signers=(BANK, INSPECTOR, IOT))
    with refused("LotOfOtherOperator", given=BANK, operator=OPERATOR):
        acts.put(replace(order, operator=BANK), signers=QUORUM)


def test_attack__one_holder_spared_in_a_shortage__refused(acts: ActsWorld) -> None:
    """A friend's receipt is left out, and the others bear its share too."""
    receipts = shared_lot(acts, 10, 20, 30)
    suspended(acts, *receipts)
    for spared in receipts:
        rest = [receipt for receipt in receipts if receipt != spared]
        with refused("LotIncomplete", liveG=60):
            acts.put(shortage_order(acts, 6, *rest))
    order = shortage_order(acts, 6, *receipts)
    for refs in ((*order.receipts, order.receipts[0]), order.receipts[::-1], order.receipts[:1] * 6):
        with refused("ReceiptsNotAscending"):
            acts.put(replace(order, receipts=refs))


def test_attack__receipt_of_another_lot_pays_for_this_one__refused(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 10, 20)
    acts.submit(acts.issue_order(acts.terms(9, quantity_g=30), lot=OTHER_LOT, lot_g=30))
    suspended(acts, *receipts, receipt_id(9))
    with refused("ReceiptOfOtherLot", receiptId=receipt_id(9)):
        acts.put(shortage_order(acts, 3, receipt_id(9)))
    assert acts.lot(OTHER_LOT)["liveG"] == 30


def test_attack__holder_attests_the_shortage_of_its_rivals__refused(acts: ActsWorld) -> None:
    """A holder's attester, a pledgee's and a junior pledgee's: none judges in its own cause."""
    terms = [acts.terms(1, IMPORTER, 10), acts.terms(2, BANK, 20)]
    acts.submit(acts.issue_order(*terms, lot_g=30), signers=(OPERATOR, INSPECTOR, IOT))
    suspended(acts, receipt_id(1), receipt_id(2))
    order = shortage_order(acts, 3, receipt_id(1), receipt_id(2))
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=QUORUM)
    acts.put(order)


@pytest.mark.parametrize("rank", [1, 2])
def test_attack__pledgee_attests_a_shortage__refused_for_every_rank(acts: ActsWorld, rank: int) -> None:
    receipts = shared_lot(acts, 10, 20)
    first, second = (BANK, BANK_2) if rank == 1 else (BANK_2, BANK)
    acts.pledged(receipt_id(1), first)
    acts.pledged(receipt_id(1), second, 2)
    suspended(acts, *receipts)
    order = shortage_order(acts, 3, *receipts)
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=QUORUM)
    acts.put(order)


def test_attack__empty_shortage__refused(acts: ActsWorld) -> None:
    receipts = shared_lot(acts, 10, 20)
    suspended(acts, *receipts)
    order = shortage_order(acts, 3, *receipts)
    object.__setattr__(order, "receipts", ())
    with refused("LotIncomplete", givenG=0, liveG=30):
        acts.put(order)
    assert acts.lot(LOT)["liveG"] == 30
    with refused("WrongSeq"):
        acts.put(replace(order, receipts=(ReceiptRef(receipts[0], 0), ReceiptRef(receipts[1], 1))))
