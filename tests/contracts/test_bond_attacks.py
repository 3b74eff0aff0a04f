"""What a holder of the bond or of the receipt would take: goods too early, alone or cheaply; the surplus."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.acts import PledgedTransferOrder
from tests.contracts.acts_harness import AMOUNT, ActsWorld
from tests.contracts.bonding import (
    COSTS,
    bond,
    bonded,
    delivery,
    due_on_its_date,
    joint_delivery,
    sale_of,
)
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    TONNE_G,
    refused,
)
from tests.contracts.valuing import PRICE, later, post, valued

WORTH = PRICE * 10
"""Of the ten tonnes of a test receipt."""


def due_bond(acts: ActsWorld) -> tuple[int, int]:
    receipt, bond_id = bonded(acts)
    due_on_its_date(acts, bond_id)
    return receipt, bond_id


# --- the goods before the due date, and alone ---


def test_attack__bonds_holder_takes_the_goods_before_the_due_date__refused_to_the_second(
    acts: ActsWorld,
) -> None:
    receipt, bond_id = bonded(acts)
    with refused("NotDue", pledgeId=bond_id):
        acts.put(delivery(acts, receipt, bond_id))
    acts.chain.set_time(bond(acts, bond_id)["maturity"])
    with refused("NotDue", pledgeId=bond_id):
        acts.put(delivery(acts, receipt, bond_id))
    acts.chain.set_time(acts.chain.now_s + 1)
    acts.put(delivery(acts, receipt, bond_id))


def test_attack__bonds_holder_dates_the_delivery_ahead__refused(acts: ActsWorld) -> None:
    """An order that says it is later than it is."""
    receipt, bond_id = bonded(acts)
    ahead = bond(acts, bond_id)["maturity"] + 1
    order = delivery(acts, receipt, bond_id, sold_at=ahead)
    with refused("SoldInFuture", soldAt=ahead, nowS=acts.chain.now_s):
        acts.put(order)
    with refused("SoldInFuture", soldAt=ahead):
        acts.put(sale_of(acts, receipt, [bond_id], COSTS + AMOUNT, sold_at=ahead))


def test_attack__goods_sold_before_the_due_date_and_told_after_it__refused(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    maturity = bond(acts, bond_id)["maturity"]
    with refused("NotDue", pledgeId=bond_id, maturity=maturity):
        acts.put(delivery(acts, receipt, bond_id, sold_at=maturity))
    with refused("NotDue", pledgeId=bond_id, maturity=maturity):
        acts.put(sale_of(acts, receipt, [bond_id], COSTS + AMOUNT, sold_at=maturity))


@pytest.mark.parametrize("field", ["holder", "pledgee"])
def test_attack__one_of_the_two_delivers_jointly_without_the_other__refused(
    acts: ActsWorld, field: str
) -> None:
    receipt, bond_id = bonded(acts)
    with refused("ForeignSignature", member={"holder": IMPORTER, "pledgee": BANK}[field]):
        acts.put(joint_delivery(acts, receipt, bond_id), forged=[field])


def test_attack__one_member_signs_jointly_for_both__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    with refused("WrongPledgee", given=IMPORTER, pledgee=BANK):
        acts.put(joint_delivery(acts, receipt, bond_id, pledgee=IMPORTER))
    with refused("WrongHolder", given=BANK, holder=IMPORTER):
        acts.put(joint_delivery(acts, receipt, bond_id, holder=BANK))


@pytest.mark.parametrize("late", [False, True])
def test_attack__goods_holder_takes_them_alone__refused_on_any_day(acts: ActsWorld, late: bool) -> None:
    receipt, bond_id = bonded(acts)
    if late:
        due_on_its_date(acts, bond_id)
    with refused("ReceiptEncumbered", pledges=1):
        acts.submit(acts.delivery_order(receipt))
    with refused("ReceiptEncumbered", pledges=1):
        acts.submit(acts.transfer_order(receipt))
    with refused("WrongPledgee", given=IMPORTER, pledgee=BANK):
        acts.put(delivery(acts, receipt, bond_id, pledgee=IMPORTER))
    with refused("ForeignSignature" if late else "NotDue"):
        acts.put(delivery(acts, receipt, bond_id), forged=["pledgee"])
    with refused("MalformedSignature", member=BANK):
        acts.put(acts.part_delivery_order(receipt))


def test_attack__bonds_holder_takes_the_receipt_itself__refused(acts: ActsWorld) -> None:
    """No goods for the debt: not as transferee, not as buyer, not as pledgor."""
    receipt, bond_id = due_bond(acts)
    with refused("PledgeeIsParty", member=BANK):
        acts.put(PledgedTransferOrder(receipt, IMPORTER, BANK, BANK, acts.seq(receipt), acts.deadline_s))
    with refused("PledgeeIsParty", member=BANK):
        acts.put(sale_of(acts, receipt, [bond_id], COSTS + AMOUNT, buyer=BANK))
    with refused("WrongHolder", given=BANK, holder=IMPORTER):
        acts.put(delivery(acts, receipt, bond_id, pledgor=BANK))


# --- more than the claim ---


@pytest.mark.parametrize("off", [-1, 1])
def test_attack__surplus_wrong_by_one_unit__refused(acts: ActsWorld, off: int) -> None:
    receipt, bond_id = due_bond(acts)
    order = delivery(acts, receipt, bond_id, COSTS + AMOUNT + 700)
    with refused("WaterfallDiffers", given=700 + off, expected=700):
        acts.put(replace(order, surplus_minor=700 + off))
    with refused("WaterfallDiffers", given=AMOUNT + off, expected=AMOUNT):
        acts.put(replace(order, paid_minor=AMOUNT + off, surplus_minor=700 - off))
    acts.put(order)


def test_attack__bonds_holder_keeps_the_surplus__refused(acts: ActsWorld) -> None:
    """民法典 428: an agreement that the goods are the creditor's is one on priority, and no more."""
    receipt, bond_id = due_bond(acts)
    order = delivery(acts, receipt, bond_id, COSTS + 3 * AMOUNT)
    with refused("WaterfallDiffers", given=3 * AMOUNT, expected=AMOUNT):
        acts.put(replace(order, claim_minor=3 * AMOUNT, paid_minor=3 * AMOUNT, surplus_minor=0))
    with refused("WaterfallDiffers", given=0, expected=2 * AMOUNT):
        acts.put(replace(order, surplus_minor=0))
    with refused("WaterfallDiffers", given=3 * AMOUNT, expected=AMOUNT):
        acts.put(replace(order, paid_minor=3 * AMOUNT, surplus_minor=0))


def test_attack__bonds_holder_claims_less_and_is_paid_more__refused(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    order = delivery(acts, receipt, bond_id, COSTS + AMOUNT, claim_minor=AMOUNT - 9)
    assert order.surplus_minor == 9
    with refused("WaterfallDiffers", given=AMOUNT, expected=AMOUNT - 9):
        acts.put(replace(order, paid_minor=AMOUNT, surplus_minor=0))
    acts.put(order)


def test_attack__costs_above_what_the_goods_brought__refused(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    order = delivery(acts, receipt, bond_id, COSTS)
    with refused("WaterfallDiffers", given=COSTS + 1, expected=COSTS):
        acts.put(replace(order, costs_minor=COSTS + 1))


@pytest.mark.parametrize("grams", [1, 10 * TONNE_G - 1, 10 * TONNE_G + 1])
def test_attack__part_of_the_goods_under_a_bond_that_then_ends__refused(acts: ActsWorld, grams: int) -> None:
    """A part would leave a receipt whose bond is over."""
    receipt, bond_id = due_bond(acts)
    for order in (delivery(acts, receipt, bond_id), joint_delivery(acts, receipt, bond_id)):
        with refused("QuantityNotWhole", given=grams, quantityG=10 * TONNE_G):
            acts.put(replace(order, quantity_g=grams))


# --- what the goods are worth ---


def test_attack__goods_valued_below_the_price_series__refused_by_one_unit(acts: ActsWorld) -> None:
    receipt, bond_id = due_bond(acts)
    valued(acts)
    with refused("BelowValue", given=WORTH - 1, valueMinor=WORTH):
        acts.put(delivery(acts, receipt, bond_id, WORTH - 1))
    acts.put(delivery(acts, receipt, bond_id, WORTH))


def test_attack__goods_taken_while_their_price_is_stale_or_apart__refused_a_sale_is_the_way(
    acts: ActsWorld,
) -> None:
    receipt, bond_id = due_bond(acts)
    valued(acts)
    later(acts)
    post(acts, IOT, PRICE // 2)
    with refused("PricesDeviate"):
        acts.put(delivery(acts, receipt, bond_id, COSTS + 1))
    acts.chain.set_time(acts.chain.now_s + 40 * DAY_S)
    with refused("TooFewPrices", prices=0):
        acts.put(delivery(acts, receipt, bond_id, COSTS + 1))
    acts.put(sale_of(acts, receipt, [bond_id], COSTS + AMOUNT))


def test_attack__bonds_holder_prices_the_goods_itself__its_price_does_not_count(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts, pledgee=BANK_2)
    due_on_its_date(acts, bond_id)
    valued(acts, (PRICE, PRICE, 1), (INSPECTOR, IOT, BANK_2))
    with refused("BelowValue", valueMinor=WORTH):
        acts.put(delivery(acts, receipt, bond_id, COSTS + 1, pledgee=BANK_2))


def test_attack__goods_priced_in_another_currency__refused(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts, currency=b"USD")
    due_on_its_date(acts, bond_id)
    valued(acts)
    with refused("CurrencyDiffers", given=b"USD", currency=b"CNY"):
        acts.put(delivery(acts, receipt, bond_id, 10 * WORTH))
