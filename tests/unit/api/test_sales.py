"""Sales after default and pledge bonds through the API: who gets what is reckoned, not asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.attestation.typed_data import typed_data
from holdfast.chain.domains import domain_of, read_typed_data
from holdfast.domain.acts import BondDeliveryOrder, BondRedeemOrder, ForeclosureOrder
from holdfast.domain.encumbrances import LienState
from holdfast.domain.lien import waterfall
from holdfast.domain.lien_acts import LienRank
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.valuation import GoodsValue
from tests.fakes.boards import T
from tests.fakes.burdens import PLEDGE, burden, core, pledged, released
from tests.fakes.chain import Log
from tests.fakes.story import DEPLOYMENT, NOW
from tests.unit.api.conftest import World, make_world
from tests.unit.api.test_acts import ask, burdened, prepared, rubber, submit
from tests.unit.api.test_orders import refused

OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, BANK_2 = 1, 2, 3, 4, 5, 8
DIGEST = "0x" + "f1" * 32
DAY_S = 86_400
BOND = 0xB0
AMOUNT = 600
FEE = {"fee_minor": 1, "since_s": NOW - 2 * DAY_S, "quantity_g": 10 * T}
"""Ten tonnes for two days at 1: 20 are due."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    burden(made.chain, made.records, made.story)
    made.index()
    with made.client:
        yield made


def bonded(world: World, due_at: int = NOW - 60) -> None:
    """A bond of bank 4 on the rubber of trader 3."""
    receipt = world.story.rubber
    made = pledged(receipt, BOND, BANK, 1, AMOUNT, BANK)
    name, args, contract = made[1]  # type: ignore[misc]
    made[1] = (name, args | {"pledgor": TRADER, "maturity": due_at, "ltvBps": 0, "cureS": 0}, contract)
    issued: Log = ("BondIssued", {"receiptId": receipt, "pledgeId": BOND, "pledgee": BANK}, PLEDGE)
    world.chain.mine([*made[:2], issued, *made[2:]])
    world.index()


def stored(world: World, rank: int = 1, *, currency: str = "CNY", asserted: int = 0) -> None:
    """Agreed storage fees on the rubber."""
    receipt = world.story.rubber
    world.chain.liens[receipt] = LienState(rank, currency, 500, 0, asserted, 1, **FEE)
    world.chain.mine([core("LiensChanged", receiptId=receipt, liens=int(asserted > 0), lienTerms=rank)])


def in_default(world: World) -> None:
    """Pledges of banks 4 and 8 on the rubber, whose time to cure ended an hour ago."""
    receipt = world.story.rubber
    world.chain.mine(pledged(receipt, 77, BANK, 1, 600, BANK))
    world.chain.mine(pledged(receipt, 78, BANK_2, 2, 300, BANK))
    noticed = {"pledgeId": 77, "receiptId": receipt, "saleFrom": NOW - 3_600}
    world.chain.mine([("DefaultNoticed", noticed, DEPLOYMENT.pledge)])


def sale(world: World, **more: Any) -> dict[str, Any]:
    body = {"type": "foreclosure", "receipt_id": rubber(world), "buyer": INSPECTOR, "sale_digest": DIGEST}
    return {**body, "sold_at": NOW - 10, "proceeds_minor": "1000", **more}


def delivery(world: World, **more: Any) -> dict[str, Any]:
    body = {"type": "bond-delivery", "receipt_id": rubber(world), "sale_digest": DIGEST}
    return {**body, "sold_at": NOW, "proceeds_minor": "1000", **more}


def message(world: World, member: int, body: dict[str, Any]) -> Any:
    return prepared(world, member, body)["typed_data"]["message"]


# sales after a default


def test_sale__before_its_time__refused_with_the_times(world: World) -> None:
    on = {"receipt_id": burdened(world)}
    refused(ask(world, BANK, {"type": "default-notice", **on}), 409, "not-due", "CST")
    refused(ask(world, BANK, {"type": "cure", **on}), 409, "no-default")
    body = sale(world, **on, buyer=TRADER, proceeds_minor="7")
    refused(ask(world, BANK, body), 409, "receipt-frozen")
    refused(ask(world, BANK, {**body, "costs_minor": "8"}), 422, "invalid-input", "costs_minor")
    refused(ask(world, BANK, {**body, "claims_minor": ["1"]}), 422, "invalid-input", "2 claims")
    in_default(world)
    refused(ask(world, BANK, sale(world, sold_at=NOW - 3_600)), 409, "cure-period-runs", "may cure")
    refused(ask(world, BANK, sale(world, sold_at=NOW + 1)), 422, "invalid-input", "sold_at", "not after now")
    assert prepared(world, BANK, sale(world, sold_at=NOW - 3_599))


def test_sale__prepared__asks_the_chain_for_the_storage_terms_once(world: World) -> None:
    """Else each part of the division could be reckoned from another block."""
    in_default(world)
    stored(world)
    world.chain.liens_asked.clear()
    message(world, BANK, sale(world))
    assert world.chain.liens_asked == [world.story.rubber]


def test_sale__waterfall__by_rank_and_the_surplus_is_the_pledgors(world: World) -> None:
    in_default(world)
    whole = message(world, BANK, sale(world, costs_minor="50"))
    assert [share["paidMinor"] for share in whole["shares"]] == ["600", "300"]
    assert (whole["surplusMinor"], whole["pledgor"], whole["lienMinor"]) == ("50", "3", "0")
    short = message(world, BANK, sale(world, proceeds_minor="700"))
    assert [share["paidMinor"] for share in short["shares"]] == ["600", "100"]
    assert short["surplusMinor"] == "0"
    refused(ask(world, BANK, sale(world, claims_minor=["601", "1"])), 422, "invalid-input", "at most 600")


@pytest.mark.parametrize(("rank", "paid", "lien"), [(1, ["600", "230"], "20"), (2, ["600", "250"], "0")])
def test_sale__storage_fees__paid_in_their_rank_as_due_when_it_was_sold(
    world: World, rank: int, paid: list[str], lien: str
) -> None:
    in_default(world)
    stored(world, rank, asserted=15)
    found = message(world, BANK, sale(world, sold_at=NOW, proceeds_minor="850"))
    assert ([share["paidMinor"] for share in found["shares"]], found["lienMinor"]) == (paid, lien)
    spec = waterfall(850, 0, [600, 300], 20, LienRank(rank))
    assert (found["lienMinor"], paid) == (str(spec.lien_minor), [str(each) for each in spec.paid_minor])
    half = message(world, BANK, sale(world, sold_at=NOW - 3_000, proceeds_minor="1000"))
    assert half["lienMinor"] == "19", "what had accrued when the goods were sold, not what is due now"


def test_sale__lien_in_another_currency__stays_and_still_stops_the_goods(world: World) -> None:
    in_default(world)
    stored(world, currency="USD")
    assert message(world, BANK, sale(world))["lienMinor"] == "0"
    stored(world, currency="USD", asserted=15)
    refused(ask(world, BANK, sale(world)), 409, "receipt-under-lien")


def test_sale__divided_otherwise_than_the_ranks_give__refused_with_both(world: World) -> None:
    in_default(world)
    stored(world)
    made = prepared(world, BANK, sale(world, sold_at=NOW))
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    assert isinstance(order, ForeclosureOrder)
    bent = replace(order, lien_minor=0, surplus_minor=order.surplus_minor + order.lien_minor)
    again = {**made, "typed_data": typed_data(domain_of(DEPLOYMENT, bent), bent)}
    refused(submit(world, again, BANK, INSPECTOR), 409, "waterfall-differs", "lien 0", "lien 20")
    assert submit(world, made, BANK, INSPECTOR, idem="k2").status_code == 202


# bonds


def test_bond__issued__both_sign_in_words_and_it_shows_as_a_bond(world: World) -> None:
    body = {"type": "bond", "receipt_id": rubber(world), "pledgee": BANK, "amount_minor": "600"}
    body |= {"currency": "CNY", "maturity": NOW + 90 * DAY_S, "filing_digest": DIGEST}
    stored(world)
    made = prepared(world, TRADER, body)
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER, BANK]
    assert made["typed_data"]["message"]["lienCapMinor"] == "500"
    assert "issues a pledge bond" in made["summary"]["en"] and "质入证券" in made["summary"]["zh"]
    refused(ask(world, TRADER, {**body, "pledgee": TRADER}), 422, "invalid-input", "pledgee")
    refused(ask(world, TRADER, {**body, "maturity": NOW}), 422, "invalid-input", "maturity")
    late = {**body, "maturity": NOW + 365 * DAY_S}
    refused(
        ask(world, TRADER, late), 409, "pledge-outlives-receipt", "when the receipt ends; or extend it first"
    )
    refused(ask(world, TRADER, {**body, "currency": "USD"}), 409, "currency-differs", "storage fees")
    over = {**body, "receipt_id": receipt_hex(world.story.batch[1])}
    refused(ask(world, IMPORTER, over), 409, "receipt-frozen")
    bonded(world, NOW + DAY_S)
    refused(ask(world, TRADER, body), 409, "bond-over-pledge")
    (pledge,) = world.client.get("/v1/pledges?role=pledgor", headers=world.auth(TRADER)).json()["items"]
    assert (pledge["bond"], pledge["state"], pledge["pledgee"]["member_id"]) == (True, "in-force", BANK)


def test_bond__on_the_receipt__no_pledge_behind_it_no_notice_no_margin_call(world: World) -> None:
    bonded(world)
    on = {"receipt_id": rubber(world)}
    junior = {"type": "pledge", **on, "pledgee": BANK_2, "amount_minor": "5", "currency": "CNY"}
    junior |= {"maturity": NOW + 9, "ltv_bps": 7_000, "cure_s": 60, "filing_digest": DIGEST}
    refused(ask(world, TRADER, junior), 409, "bond-on-receipt", "alone on its receipt")
    refused(ask(world, BANK, {"type": "default-notice", **on}), 409, "bond-on-receipt")
    refused(ask(world, BANK, {"type": "margin-call", **on, "value_minor": "5"}), 409, "bond-on-receipt")
    given = prepared(world, BANK, {"type": "assign", **on, "assignee": BANK_2})
    assert [signer["member_id"] for signer in given["signers"]] == [BANK, BANK_2], "without the holder"
    assert prepared(world, BANK, {"type": "release", **on})
    sold = message(world, BANK, sale(world))
    assert sold["surplusMinor"] == "400", "sold after the due date, without notice"


def test_delivery__before_the_due_date__needs_both_holders(world: World) -> None:
    bonded(world, NOW)
    refused(ask(world, BANK, delivery(world)), 409, "not-due", "both sign")
    refused(ask(world, TRADER, {"type": "delivery", "receipt_id": rubber(world)}), 409, "receipt-pledged")
    body = {"type": "bond-joint-delivery", "receipt_id": rubber(world)}
    for member in (TRADER, BANK):
        made = prepared(world, member, body)
        assert [signer["member_id"] for signer in made["signers"]] == [TRADER, BANK]
    refused(ask(world, OPERATOR, body), 403, "not-a-party")
    waiting = submit(world, made, BANK).json()
    assert waiting["status"] == "awaiting-signature", "one alone moves nothing"


def test_delivery__after_the_due_date__the_bonds_holder_alone_with_lien_and_surplus(world: World) -> None:
    bonded(world)
    stored(world, asserted=15)
    made = prepared(world, BANK, delivery(world, costs_minor="30"))
    assert [signer["member_id"] for signer in made["signers"]] == [BANK]
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    assert isinstance(order, BondDeliveryOrder)
    division = (order.costs_minor, order.lien_minor, order.claim_minor, order.paid_minor)
    assert (*division, order.surplus_minor) == (30, 20, 600, 600, 350)
    assert (order.quantity_g, order.pledgor, order.pledge_id) == (200 * T, TRADER, BOND)
    assert "CNY 3.50 to the receipt's holder" in made["summary"]["en"]
    assert submit(world, made, BANK).json()["status"] == "queued"
    assert message(world, BANK, delivery(world, claim_minor="100"))["surplusMinor"] == "880"
    refused(ask(world, BANK, delivery(world, claim_minor="601")), 422, "invalid-input", "at most 600")
    refused(ask(world, TRADER, delivery(world)), 403, "not-a-party", "members 4")
    both = {"type": "bond-joint-delivery", "receipt_id": rubber(world)}
    refused(ask(world, BANK, both), 409, "receipt-under-lien")


def test_delivery__of_goods_that_the_chain_values__at_no_less_and_not_while_it_cannot(world: World) -> None:
    bonded(world)
    on = int(rubber(world), 16)
    asked = delivery(world)
    proceeds = int(asked["proceeds_minor"])
    world.chain.values[on] = GoodsValue(proceeds + 1, "CNY", 5, 2)
    refused(ask(world, BANK, asked), 409, "below-value", f"at least {proceeds + 1}: the goods are worth CNY")
    world.chain.values[on] = GoodsValue(1, "USD", 5, 2)
    refused(ask(world, BANK, asked), 409, "currency-differs", "USD, as the goods' price")
    world.chain.values[on] = GoodsValue(missing="1 fresh price(s)")
    refused(ask(world, BANK, asked), 409, "no-value", "1 fresh price(s)", "or sell the goods instead")
    world.chain.values[on] = GoodsValue(proceeds, "CNY", 5, 2)
    assert ask(world, BANK, asked).status_code == 200


def test_redemption__by_the_holder__all_that_the_bond_secures(world: World) -> None:
    body = {"type": "bond-redemption", "receipt_id": rubber(world), "payment_digest": DIGEST}
    refused(ask(world, TRADER, body), 409, "no-bond", "under nothing")
    bonded(world, NOW + DAY_S)
    made = prepared(world, TRADER, body)
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER]
    assert made["typed_data"]["message"]["paidMinor"] == "600" and "people judge it" in made["summary"]["en"]
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    assert isinstance(order, BondRedeemOrder)
    bent = replace(order, paid_minor=599)
    again = {**made, "typed_data": typed_data(domain_of(DEPLOYMENT, bent), bent)}
    refused(submit(world, again, TRADER), 409, "redemption-differs", "600, all")


def test_bond__acts_on_a_plain_pledge__refused(world: World) -> None:
    in_default(world)
    for kind in ("bond-joint-delivery", "bond-redemption"):
        body = {"type": kind, "receipt_id": rubber(world)}
        more = {"payment_digest": DIGEST} if kind == "bond-redemption" else {}
        refused(ask(world, TRADER, {**body, **more}), 409, "no-bond", "under a pledge")


# what people are shown


def status(world: World, member: int) -> Any:
    return world.client.get(f"/v1/receipts/{rubber(world)}/status", headers=world.auth(member)).json()


def test_status__bond__says_who_must_sign_a_delivery_now(world: World) -> None:
    assert [each["member_id"] for each in status(world, TRADER)["delivery_signers"]] == [TRADER]
    bonded(world, NOW + DAY_S)
    before = status(world, BANK)
    assert (before["pledges"][0]["bond"], before["pledges"][0]["terms"]["maturity"]) == (True, NOW + DAY_S)
    assert [each["member_id"] for each in before["delivery_signers"]] == [TRADER, BANK]
    assert "together, until the bond is due" in before["delivery"]
    world.chain.mine(at=NOW + DAY_S + 1)
    after = status(world, BANK)
    assert [each["member_id"] for each in after["delivery_signers"]] == [BANK]
    assert "alone, as the bond is due" in after["delivery"]


def history(world: World, member: int = TRADER) -> list[str]:
    found = world.client.get(f"/v1/receipts/{rubber(world)}/history", headers=world.auth(member)).json()
    return [item["act"] for item in found["items"]]


def gone(world: World, seq: int) -> Log:
    args = {"receiptId": world.story.rubber, "holder": TRADER, "quantityG": 200 * T, "seq": seq}
    return core("ReceiptDelivered", **args)


def bond_row(world: World) -> Any:
    return world.client.get(f"/v1/pledges/0x{BOND:016x}", headers=world.auth(BANK)).json()


def test_index__bond_redeemed__paid_and_over_and_the_receipt_free(world: World) -> None:
    bonded(world)
    receipt = world.story.rubber
    about = {"receiptId": receipt, "pledgeId": BOND}
    redeemed: Log = ("BondRedeemed", about | {"paidMinor": AMOUNT, "paymentDigest": bytes(32)}, PLEDGE)
    world.chain.mine([core("PledgesChanged", receiptId=receipt, pledges=0, firstPledgee=0), redeemed])
    world.index()
    found = bond_row(world)
    assert (found["state"], found["paid_minor"], found["amount_minor"]) == ("redeemed", "600", "0")
    assert found["receipts"][0]["ended_how"] == "redeemed"
    assert history(world)[-2:] == ["bond-issued", "bond-redeemed"]
    receipt_now = world.client.get(f"/v1/receipts/{rubber(world)}", headers=world.auth(TRADER)).json()
    assert (receipt_now["burdens"]["pledges"], receipt_now["unread"]) == (0, None)


def test_index__goods_out_under_the_bond__delivered_and_accounted(world: World) -> None:
    bonded(world)
    about = {"receiptId": world.story.rubber, "pledgeId": BOND}
    parts = {"saleDigest": bytes(32), "soldAt": NOW, "proceedsMinor": 1000, "costsMinor": 30, "lienMinor": 20}
    parts |= {"claimMinor": 600, "paidMinor": 600, "surplusMinor": 350}
    told: Log = ("BondDelivered", about | {"pledgor": TRADER} | parts, PLEDGE)
    paid: Log = ("PledgePaid", about | {"pledgee": BANK, "paidMinor": 600}, PLEDGE)
    world.chain.mine([gone(world, 2), told, paid])
    world.index()
    found = bond_row(world)
    assert (found["state"], found["paid_minor"], found["amount_minor"]) == ("delivered", "600", "0")
    assert history(world)[-4:] == ["bond-issued", "delivered", "bond-accounted", "pledge-paid"]


def test_index__goods_out_by_both__the_bond_is_over_unpaid(world: World) -> None:
    bonded(world)
    about = {"receiptId": world.story.rubber, "pledgeId": BOND}
    world.chain.mine([gone(world, 2), ("BondDeliveredJointly", about, PLEDGE)])
    world.index()
    found = bond_row(world)
    assert (found["state"], found["paid_minor"]) == ("delivered", "0")
    assert history(world)[-2:] == ["delivered", "bond-ended"]


def test_index__bond_released_by_its_holder__as_a_pledge_is(world: World) -> None:
    bonded(world)
    world.chain.mine(released(world.story.rubber, BOND, BANK, 0, 0))
    world.index()
    assert (bond_row(world)["state"], history(world)[-1]) == ("released", "pledge-released")
