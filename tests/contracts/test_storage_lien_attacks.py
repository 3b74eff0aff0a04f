"""The crooked keeper, and the holder that would outrun an honest one. Each attack must be refused."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from holdfast.chain.acts import RIGHT_LIEN, RIGHT_PLEDGE, RIGHT_REPLACE
from holdfast.domain.lien_acts import LienRank
from tests.contracts.acts_harness import CNY, ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    OPERATOR,
    TRADER,
    address_of,
    key_of,
    receipt_id,
    refused,
)
from tests.contracts.storage import (
    CAP,
    PAYMENT,
    WITHOUT_OPERATOR,
    agreed,
    assert_order,
    asserted,
    discharge_order,
    due,
    payment_order,
    record,
    tender_order,
    terms_order,
    wait,
)

STRANGER = address_of(key_of("stranger"))


def test_attack__operator_asserts_above_what_has_accrued__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    with refused("LienAboveDue", given=501, dueMinor=500):
        asserted(acts, receipt, 501)
    asserted(acts, receipt, 500)


def test_attack__operator_asserts_above_the_cap__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, 360 * DAY_S)
    with refused("LienAboveDue", given=CAP + 1, dueMinor=CAP):
        asserted(acts, receipt, CAP + 1)


def test_attack__operator_asserts_without_terms__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("NoLienTerms", receiptId=receipt):
        asserted(acts, receipt, 1)
    agreed(acts, receipt)
    wait(acts, DAY_S)
    acts.put(discharge_order(acts, receipt))
    with refused("NoLienTerms"):
        asserted(acts, receipt, 1)


def test_attack__someone_else_asserts_pays_or_discharges__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    orders = (
        assert_order(acts, receipt, 1),
        payment_order(acts, receipt, 1),
        discharge_order(acts, receipt),
    )
    for order in orders:
        with refused("ForeignSignature", member=OPERATOR):
            acts.put(order, forged=["operator"])
        with refused("OperatorDiffers", given=IMPORTER, operator=OPERATOR):
            acts.put(replace(order, operator=IMPORTER))


def test_attack__holder_outruns_the_lien_with_a_transfer__the_goods_stay_with_the_next_holder(
    acts: ActsWorld,
) -> None:
    """The operator's order carries no number of the holder's: a transfer in front of it changes nothing."""
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    order = assert_order(acts, receipt, 500)
    acts.submit(acts.transfer_order(receipt))
    acts.put(order)
    with refused("ReceiptEncumbered", liens=1):
        acts.submit(acts.delivery_order(receipt, TRADER))


def test_attack__holder_splits_in_front_of_the_lien__each_part_owes_its_share(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    late = assert_order(acts, receipt, 500)
    acts.put(acts.split_order(receipt, 3, 7))
    with refused("NoLienTerms"):
        acts.put(late)
    parts = [receipt_id(100), receipt_id(101)]
    assert [due(acts, part) for part in parts] == [150, 350]
    for part in parts:
        asserted(acts, part, due(acts, part))
        with refused("ReceiptEncumbered", liens=1):
            acts.submit(acts.transfer_order(part))


def test_attack__an_old_assertion_used_again_after_payment__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    order = assert_order(acts, receipt, 500)
    acts.put(order)
    acts.put(payment_order(acts, receipt, 500))
    wait(acts, DAY_S)
    with refused("WrongLienNumber", given=order.number):
        acts.put(order)


def test_attack__an_old_order_used_again_under_new_terms__refused(acts: ActsWorld) -> None:
    """The count of lien orders goes on when terms end."""
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    order = assert_order(acts, receipt, 1)
    acts.put(discharge_order(acts, receipt))
    agreed(acts, receipt, from_s=acts.chain.now_s - 5 * DAY_S)
    with refused("WrongLienNumber"):
        acts.put(order)


def test_attack__terms_slipped_under_a_pledge__refused_without_the_pledgee(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    for consent in (None, OPERATOR, "stranger", BANK_2):
        with refused("MalformedSignature" if consent is None else "ForeignSignature", member=BANK):
            agreed(acts, receipt, consent_by=consent)  # type: ignore[arg-type]
    assert acts.receipt(receipt)["lienTerms"] == 0


def test_attack__terms_that_outrank_a_junior_pledge__refused_even_with_the_senior(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    acts.pledged(receipt, BANK_2, 2)
    with refused("JuniorsOutranked", pledges=2):
        agreed(acts, receipt, consent_by=BANK)


def test_attack__a_waived_rank_taken_back_under_a_pledge__needs_the_pledgee_again(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt, rank=LienRank.BEHIND_PLEDGES)
    acts.pledged(receipt)
    acts.put(discharge_order(acts, receipt))
    with refused("MalformedSignature", member=BANK):
        agreed(acts, receipt)


def test_crooked_keeper__does_not_acknowledge__a_quorum_without_it_counts_the_payment(
    acts: ActsWorld,
) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    asserted(acts, receipt, 500)
    order = tender_order(acts, receipt, 500)
    with refused("SignerIsParty", member=OPERATOR):
        acts.put(order, signers=(OPERATOR, BANK, INSPECTOR))
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(BANK, INSPECTOR))
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(order, forged=["holder"], signers=WITHOUT_OPERATOR)
    acts.put(order, signers=WITHOUT_OPERATOR)
    assert acts.status(receipt)["free"]


def test_crooked_keeper__counts_its_orders_up_in_front_of_the_tender__changes_nothing(
    acts: ActsWorld,
) -> None:
    """The tender has no number of the operator's, and states the sum of all payments."""
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    asserted(acts, receipt, 499)
    order = tender_order(acts, receipt, 500)
    asserted(acts, receipt, 500)
    acts.put(payment_order(acts, receipt, 1))
    acts.put(order, signers=WITHOUT_OPERATOR)
    assert (record(acts, receipt)["paidMinor"], record(acts, receipt)["assertedMinor"]) == (500, 0)


def test_crooked_keeper__asserts_again_at_once__a_payment_in_advance_holds_it_off(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    wait(acts, DAY_S)
    asserted(acts, receipt, 500)
    acts.put(tender_order(acts, receipt, 500 + 7 * 500), signers=WITHOUT_OPERATOR)
    wait(acts, 7 * DAY_S)
    with refused("LienAboveDue", dueMinor=0):
        asserted(acts, receipt, 1)
    acts.submit(acts.delivery_order(receipt))


def test_attack__one_payment_counted_twice__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    for each in (receipt, other):
        agreed(acts, each)
    wait(acts, DAY_S)
    order = tender_order(acts, receipt, 400)
    acts.put(order, signers=WITHOUT_OPERATOR)
    with refused("PaymentCounted", paymentDigest=PAYMENT):
        acts.put(order, signers=WITHOUT_OPERATOR)
    with refused("PaymentCounted"):
        acts.put(tender_order(acts, other, 400), signers=WITHOUT_OPERATOR)
    with refused("PaymentCounted", paymentDigest=bytes(32)):
        acts.put(tender_order(acts, receipt, 401, payment_digest=bytes(32)), signers=WITHOUT_OPERATOR)
    again = tender_order(acts, receipt, 400, payment_digest=sha256(b"another").digest())
    with refused("NoPayment", given=400, paidMinor=400):
        acts.put(again, signers=WITHOUT_OPERATOR)


def test_attack__tender_of_another_member__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(tender_order(acts, receipt, 1, holder=TRADER), signers=WITHOUT_OPERATOR)


def test_attack__an_inactive_member_agrees__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = terms_order(acts, receipt)
    acts.chain.send(acts.consortium, "setMemberActive", IMPORTER, False)
    with refused("InactiveMember", member=IMPORTER):
        acts.put(order)


def test_attack__a_stranger_or_a_module_without_the_right__moves_no_terms(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    lien = acts.modules["StorageLien"]
    with refused("ModuleLacksRight", right=RIGHT_LIEN):
        acts.primitive("setLiens", receipt, 0, 0, sender=STRANGER)
    with refused("ModuleLacksRight", right=RIGHT_PLEDGE):
        acts.chain.send(lien, "settle", receipt, acts.seq(receipt), CNY, acts.chain.now_s, sender=STRANGER)
    with refused("ModuleLacksRight", right=RIGHT_REPLACE):
        acts.chain.send(
            lien, "follow", [(receipt, 0)], [(receipt_id(9), 1, acts.chain.now_s)], sender=STRANGER
        )


def test_attack__unknown_scope__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    order = discharge_order(acts, receipt)
    object.__setattr__(order, "scope", 3)
    with refused("UnknownScope", scope=3):
        acts.put(order)


@pytest.mark.parametrize("make", [assert_order, payment_order, tender_order])
def test_lien_orders__late__refused(acts: ActsWorld, make: object) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    order = make(acts, receipt, 1)  # type: ignore[operator]
    acts.chain.set_time(order.deadline + 1)
    with refused("DeadlinePassed"):
        acts.put(order, signers=WITHOUT_OPERATOR)
