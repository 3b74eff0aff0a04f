"""A bond against other burdens, wrong or used orders, courts and keepers, and its chain of holders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import pledge_id
from holdfast.domain.acts import Act, MarginOrder
from holdfast.domain.lien_acts import LienRank
from tests.contracts.acts_harness import AMOUNT, INDEPENDENT, ActsWorld
from tests.contracts.bonding import (
    COSTS,
    bond_on,
    bond_order,
    bonded,
    delivery,
    due_on_its_date,
    joint_delivery,
    redemption,
    sale_of,
)
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    TRADER,
    refused,
)
from tests.contracts.storage import CAP, agreed, asserted, due, payment_order, terms_order
from tests.contracts.test_bond import assign_order
from tests.contracts.test_bond_attacks import due_bond
from tests.contracts.test_foreclosure import default_order
from tests.contracts.valuing import PRICE, valued

WORTH = PRICE * 10
"""Of the ten tonnes of a test receipt."""


# --- a second burden ---


def test_attack__second_bond_or_pledge_over_a_bond__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    with refused("BondOverPledge", pledges=1):
        acts.put(bond_order(acts, receipt, pledgee=BANK_2))
    with refused("BondOnReceipt", pledgeId=bond_id):
        acts.put(acts.pledge_order(receipt, BANK_2, 2), consent_by=BANK)
    with refused("RankNotNext"):
        acts.put(acts.pledge_order(receipt, BANK_2, 1), consent_by=BANK)


def test_attack__bond_over_a_pledged_receipt__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    for pledgee in (BANK, BANK_2):
        with refused("BondOverPledge", pledges=1):
            acts.put(bond_order(acts, receipt, pledgee=pledgee))


def test_attack__bond_over_a_frozen_suspended_expired_or_delivered_receipt__refused(acts: ActsWorld) -> None:
    frozen, stopped, expired, gone = (acts.issued(index) for index in (1, 2, 3, 4))
    acts.frozen(frozen)
    with refused("ReceiptFrozen", freezeCase=1):
        acts.put(bond_order(acts, frozen))
    acts.submit(acts.suspend_order(stopped), signers=(INSPECTOR, IOT))
    with refused("ReceiptNotLive", status=2):
        acts.put(bond_order(acts, stopped))
    acts.submit(acts.delivery_order(gone))
    with refused("ReceiptNotLive", status=3):
        acts.put(bond_order(acts, gone))
    acts.chain.set_time(acts.receipt(expired)["expiresAt"] + 1)
    with refused("ReceiptExpired"):
        acts.put(bond_order(acts, expired))


def test_attack__fees_before_the_bond_that_its_holder_did_not_sign__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    for cap in (0, CAP - 1, CAP + 1):
        with refused("LienCapDiffers", given=cap, lienCapMinor=CAP):
            acts.put(bond_order(acts, receipt, lien_cap_minor=cap))
    with refused("CurrencyDiffers", given=b"USD", currency=b"CNY"):
        acts.put(bond_order(acts, receipt, lien_cap_minor=CAP, currency=b"USD"))
    bond_on(acts, receipt, lien_cap_minor=CAP)


def test_attack__fees_slipped_under_a_bond__refused_without_its_holder(acts: ActsWorld) -> None:
    receipt, _ = bonded(acts)
    with refused("MalformedSignature", member=BANK):
        acts.put(terms_order(acts, receipt))


def test_bond__needs_an_amount_and_a_due_date_to_come(acts: ActsWorld) -> None:
    receipt = acts.issued()
    now = acts.chain.now_s
    with refused("BondTerms", maturity=now):
        acts.put(bond_order(acts, receipt, maturity=now))
    order = bond_order(acts, receipt)
    object.__setattr__(order, "amount_minor", 0)
    with refused("BondTerms", amountMinor=0):
        acts.put(order)
    acts.put(bond_order(acts, receipt, maturity=now + 1, amount_minor=1))


def test_attack__bond_by_someone_else_or_to_oneself__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(bond_order(acts, receipt, holder=TRADER))
    with refused("PledgeeIsParty", member=IMPORTER):
        acts.put(bond_order(acts, receipt, pledgee=IMPORTER))
    for field, member in (("holder", IMPORTER), ("pledgee", BANK)):
        with refused("ForeignSignature", member=member):
            acts.put(bond_order(acts, receipt), forged=[field])


# --- notice, margin, cure: a bond knows only its date ---


def test_bond__has_no_default_margin_or_cure(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    with refused("BondOnReceipt", pledgeId=bond_id):
        acts.put(default_order(acts, receipt, bond_id))
    valued(acts, (1, 1))
    margin = MarginOrder(receipt, bond_id, BANK, AMOUNT, acts.seq(receipt), acts.deadline_s)
    with refused("BondOnReceipt", pledgeId=bond_id):
        acts.put(margin)


def test_attack__acts_on_bonds_with_a_plain_pledge__refused(acts: ActsWorld) -> None:
    """A pledgee would shorten notice and time to cure."""
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    orders: list[Act] = [
        delivery(acts, receipt, pledge),
        joint_delivery(acts, receipt, pledge),
        redemption(acts, receipt, pledge),
    ]
    for order in orders:
        with refused("NotABond", pledgeId=pledge):
            acts.put(order)


# --- redemption ---


@pytest.mark.parametrize("off", [-1, 1])
def test_attack__redeemed_by_another_amount__refused(acts: ActsWorld, off: int) -> None:
    receipt, bond_id = bonded(acts)
    with refused("RedemptionDiffers", given=AMOUNT + off, amountMinor=AMOUNT):
        acts.put(redemption(acts, receipt, bond_id, paid_minor=AMOUNT + off))


def test_attack__redeemed_by_another_than_the_holder__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(redemption(acts, receipt, bond_id, holder=TRADER))
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(redemption(acts, receipt, bond_id), forged=["holder"])


# --- who attests ---


def test_attack__any_act_on_a_bond_attested_by_a_party_or_too_few__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    issue = bond_order(acts, receipt)
    _attested_by_others_only(acts, issue)
    acts.put(issue)
    bond_id = pledge_id_of(acts, receipt)
    _attested_by_others_only(acts, redemption(acts, receipt, bond_id))
    _attested_by_others_only(acts, joint_delivery(acts, receipt, bond_id))
    due_on_its_date(acts, bond_id)
    order = delivery(acts, receipt, bond_id)
    _attested_by_others_only(acts, order)
    acts.put(order)


def _attested_by_others_only(acts: ActsWorld, order: Act) -> None:
    with refused("SignerIsParty", member=BANK):
        acts.put(order, signers=(OPERATOR, BANK, INSPECTOR))
    with refused("OperatorNotAmongSigners"):
        acts.put(order, signers=(BANK, INSPECTOR, IOT))
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))
    with refused("OrderHashDiffers"):
        acts.put(order, attestation=acts.attestation_of(replace(order, deadline=order.deadline + 1)))


def pledge_id_of(acts: ActsWorld, receipt: int) -> int:
    (found,) = acts.ask("Pledge", "pledgesOn", receipt)
    return int(found)


# --- orders used again, late, swapped ---


def test_attack__orders_about_bonds_used_again__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    redeem = redemption(acts, receipt, bond_id)
    acts.put(redeem)
    with refused("PledgeNotOnReceipt", pledgeId=bond_id):
        acts.put(redeem)
    second = bond_order(acts, receipt, deadline=acts.deadline_s - 1)
    acts.put(second)
    with refused("WrongSeq", given=second.seq):
        acts.put(second)
    with refused("PledgeNotOnReceipt", pledgeId=bond_id):
        acts.put(replace(redeem, seq=acts.seq(receipt)))
    joint = joint_delivery(acts, receipt, pledge_id_of(acts, receipt))
    acts.put(joint)
    with refused("PledgeNotOnReceipt"):
        acts.put(joint)


def test_attack__an_order_numbered_before_or_ahead__refused(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    for order in (
        delivery(acts, receipt, bond_id),
        joint_delivery(acts, receipt, bond_id),
        redemption(acts, receipt, bond_id),
        sale_of(acts, receipt, [bond_id], COSTS + AMOUNT),
    ):
        for off in (-1, 1):
            with refused("WrongSeq", given=order.seq + off, expected=order.seq):
                acts.put(replace(order, seq=order.seq + off))


def test_attack__a_bond_delivered_for_the_goods_of_another_receipt__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts, 1)
    other, _ = bonded(acts, 2)
    due_on_its_date(acts, bond_id)
    for order in (
        replace(delivery(acts, receipt, bond_id), receipt_id=other),
        replace(joint_delivery(acts, receipt, bond_id), receipt_id=other),
        replace(redemption(acts, receipt, bond_id), receipt_id=other),
    ):
        with refused("PledgeNotOnReceipt", receiptId=other, pledgeId=bond_id):
            acts.put(order)


def test_orders_about_bonds__late__refused(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    free = acts.issued(2)
    past = acts.chain.now_s - 1
    for order in (
        bond_order(acts, free, deadline=past),
        delivery(acts, receipt, bond_id, deadline=past),
        joint_delivery(acts, receipt, bond_id, deadline=past),
        redemption(acts, receipt, bond_id, deadline=past),
    ):
        with refused("DeadlinePassed", deadline=past):
            acts.put(order)


def test_attack__an_order_of_this_module_signed_for_another__refused(acts: ActsWorld) -> None:
    """The domain is Pledge's own, also in its third piece of code."""
    receipt, bond_id = due_bond(acts)
    order = delivery(acts, receipt, bond_id)
    direct = acts.modules["PledgeBond"]
    _, data = acts.call_of(order)
    with refused("PledgeNotOnReceipt"):
        acts.chain.transact(direct, data)
    free = acts.issued(2)
    _, data = acts.call_of(bond_order(acts, free))
    with refused("ModuleLacksRight"):
        acts.chain.transact(direct, data)


# --- courts, liens, members who may not act ---


def test_freeze__stops_every_act_on_a_bonded_receipt_but_its_release(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    acts.frozen(receipt)
    for order in (
        delivery(acts, receipt, bond_id),
        joint_delivery(acts, receipt, bond_id),
        sale_of(acts, receipt, [bond_id], COSTS + AMOUNT),
    ):
        with refused("ReceiptFrozen", freezeCase=1):
            acts.put(order)
    with refused("ReceiptFrozen", freezeCase=1):
        acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    acts.put(acts.unfreeze_order(receipt))
    acts.put(delivery(acts, receipt, bond_id))


def test_lien__asserted__stops_joint_delivery_until_the_keeper_is_paid(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    bond_id = bond_on(acts, receipt, lien_cap_minor=CAP)
    acts.chain.set_time(acts.chain.now_s + DAY_S)
    asserted(acts, receipt, due(acts, receipt))
    with refused("ReceiptUnderLien", liens=1):
        acts.put(joint_delivery(acts, receipt, bond_id))
    acts.put(payment_order(acts, receipt, 500))
    acts.put(joint_delivery(acts, receipt, bond_id))


def test_attack__keepers_lien_left_out_of_a_delivery_or_paid_above_its_cap__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt)
    bond_id = bond_on(acts, receipt, lien_cap_minor=CAP)
    due_on_its_date(acts, bond_id)
    order = delivery(acts, receipt, bond_id, COSTS + AMOUNT)
    fees = order.lien_minor
    assert 0 < fees == due(acts, receipt) < CAP
    with refused("WaterfallDiffers", given=AMOUNT, expected=AMOUNT - fees):
        acts.put(replace(order, lien_minor=0, paid_minor=AMOUNT))
    with refused("WaterfallDiffers", given=CAP, expected=fees):
        acts.put(replace(order, lien_minor=CAP))
    acts.put(order)


def test_attack__a_waived_lien_paid_before_the_bond__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    agreed(acts, receipt, rank=LienRank.BEHIND_PLEDGES)
    bond_id = bond_on(acts, receipt)
    due_on_its_date(acts, bond_id)
    order = delivery(acts, receipt, bond_id, COSTS + AMOUNT)
    fees = due(acts, receipt)
    assert (order.lien_minor, order.paid_minor) == (0, AMOUNT)
    with refused("WaterfallDiffers", given=AMOUNT - fees, expected=AMOUNT):
        acts.put(replace(order, lien_minor=fees, paid_minor=AMOUNT - fees))


@pytest.mark.parametrize("member", [IMPORTER, BANK_2])
def test_bond__with_a_member_that_may_not_act__refused(acts: ActsWorld, member: int) -> None:
    receipt, bond_id = bonded(acts, pledgee=BANK_2)
    free = acts.issued(2)
    acts.chain.send(acts.consortium, "setMemberActive", member, False)
    orders = (joint_delivery(acts, receipt, bond_id, pledgee=BANK_2), bond_order(acts, free, pledgee=BANK_2))
    for order in orders:
        with refused("InactiveMember", member=member):
            acts.put(order)


# --- the chain of assignments ---


def test_attack__a_former_holder_in_the_chain_of_assignments_acts__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    release = acts.release_order(receipt, bond_id)
    joint = joint_delivery(acts, receipt, bond_id)
    acts.put(assign_order(acts, receipt, bond_id))
    for order in (
        replace(release, seq=acts.seq(receipt)),
        replace(joint, seq=acts.seq(receipt)),
        assign_order(acts, receipt, bond_id, BANK, TRADER),
        delivery(acts, receipt, bond_id),
    ):
        with refused("WrongPledgee", given=BANK, pledgee=BANK_2):
            acts.put(order)
    due_on_its_date(acts, bond_id)
    with refused("NotFirstRank", given=BANK, firstPledgee=BANK_2):
        acts.put(sale_of(acts, receipt, [bond_id], COSTS + AMOUNT))


def test_attack__bond_given_to_the_receipts_holder_or_taken_unasked__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    with refused("PledgeeIsParty", member=IMPORTER):
        acts.put(assign_order(acts, receipt, bond_id, BANK, IMPORTER))
    for field, member in (("pledgee", BANK), ("assignee", BANK_2)):
        with refused("ForeignSignature", member=member):
            acts.put(assign_order(acts, receipt, bond_id), forged=[field])


def test_attack__assignment_in_front_of_a_delivery__the_old_order_is_void(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    order = delivery(acts, receipt, bond_id)
    acts.put(assign_order(acts, receipt, bond_id))
    with refused("WrongPledgee", given=BANK):
        acts.put(order, signers=INDEPENDENT)


def test_bonds_number__is_the_start_of_its_orders_hash(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = bond_order(acts, receipt)
    acts.put(order)
    assert pledge_id_of(acts, receipt) == pledge_id(order_hash(order))
