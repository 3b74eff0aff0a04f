"""A pledge bond's whole life on a real chain: through the API, the oracle, four attesters and the auditor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.attestation.typed_data import act_from_json
from holdfast.audit.replay import Auditor
from holdfast.audit.report import render_audit
from holdfast.chain.domains import domain_of
from holdfast.domain.acts import BondDeliveryOrder, BondJointDeliveryOrder
from holdfast.domain.errors import Refused
from holdfast.domain.lien import waterfall
from holdfast.domain.orders import Attestation, Status
from holdfast.store.records_types import OrderRecord
from tests.fakes.oracle import party
from tests.integration.test_acts_end_to_end import FILING, RULING, T
from tests.integration.workshop import Workshop

OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT, AUDITOR = 1, 2, 3, 4, 5, 6, 7
DAY_S = 86_400
DUE_IN_S = 10 * DAY_S
DEBT, VALUE, COSTS = 180_000_000, 250_000_000, 1_500_000
FEES = {"fee_minor": "80", "currency": "CNY", "cap_minor": "900000", "rank": "before-pledges"}
"""80 for a tonne and a day: 200 t earn 16,000 a day."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def approved(shop: Workshop, prepared: Any, signer: int) -> OrderRecord:
    """An order that attesters' people judge: handed in, approved by three of them, and final."""
    order_id = shop.submit(prepared, signer)["id"]
    order_hash = bytes.fromhex(shop.records.order(order_id).order_hash[2:])
    for member in (OPERATOR, INSPECTOR, IOT):
        shop.attester_log(member).approve(order_hash, shop.now())
    record = shop.carried(order_id)
    assert record.status.value == "final", (record.reason, record.detail)
    return record


def refused_by_the_contract(shop: Workshop, order: Any, signers: Sequence[int]) -> str:
    """What the contract itself says to an order signed by these, whoever the courier is."""
    domain = domain_of(shop.chain.connection.deployment, order)
    parties = [party(f"member {member}").sign(domain, order) for member in signers]
    nothing = Attestation(bytes(32), bytes(32), bytes(32), bytes(32), shop.now(), shop.now() + 600, 1)
    call = shop.chain.modules.call(order, parties, b"", nothing, shop.warehouse.committee)
    with pytest.raises(Refused) as refused:
        shop.chain.modules.simulate(call, shop.warehouse.oracle.account)
    return str(refused.value)


def bond(shop: Workshop, receipt: str, due_at: int) -> Any:
    terms = {"type": "bond", "receipt_id": receipt, "pledgee": BANK, "amount_minor": str(DEBT)}
    terms |= {"currency": "CNY", "maturity": due_at, "filing_digest": FILING}
    return shop.prepare(IMPORTER, terms)


def on_the_chain(shop: Workshop, receipt: str) -> Any:
    """The bond's page, as its holder is shown it."""
    (found,) = shop.get(IMPORTER, f"/v1/pledges?receipt_id={receipt}")["items"]
    return found


def holds(shop: Workshop) -> list[str]:
    """The auditor replays everything; what was attested, by purpose."""
    keys, warehouse = party(f"member {AUDITOR}").encryption, shop.warehouse
    report = Auditor(shop.chain, warehouse.store, keys, warehouse.pictures).run()
    assert report.holds, render_audit(report)
    return [item.purpose for item in report.replayed]


def test_bond__issued_given_on_and_due__its_holder_takes_the_goods_and_pays_lien_and_surplus(
    shop: Workshop,
) -> None:
    receipt = shop.issued()
    fees = {"type": "lien-terms", "receipt_id": receipt, **FEES, "from_s": shop.now() - 2 * DAY_S}
    shop.done(shop.prepare(OPERATOR, {**fees, "contract_digest": RULING}), OPERATOR, IMPORTER)

    # Issued: holder and bank sign, the bank what of storage fees may go before it.
    due_at = shop.now() + DUE_IN_S
    prepared = bond(shop, receipt, due_at)
    assert prepared["typed_data"]["message"]["lienCapMinor"] == "900000"
    assert [signer["member_id"] for signer in prepared["signers"]] == [IMPORTER, BANK]
    shop.done(prepared, IMPORTER, BANK)
    status = shop.get(IMPORTER, f"/v1/receipts/{receipt}/status")
    assert status["pledges"][0]["bond"] and not status["free"]
    assert [each["member_id"] for each in status["delivery_signers"]] == [IMPORTER, BANK]

    # Before it is due, one holder alone gets nothing: neither by the API nor by the contract.
    out = {"type": "bond-delivery", "receipt_id": receipt, "sale_digest": RULING}
    out["sold_at"] = shop.now()
    out |= {"proceeds_minor": str(VALUE), "costs_minor": str(COSTS)}
    assert shop.post(BANK, "/v1/orders/prepare", out, 409)["code"] == "not-due"
    alone = {"type": "delivery", "receipt_id": receipt}
    assert shop.post(IMPORTER, "/v1/orders/prepare", alone, 409)["code"] == "receipt-pledged"
    both = shop.prepare(IMPORTER, {"type": "bond-joint-delivery", "receipt_id": receipt})
    assert [signer["member_id"] for signer in both["signers"]] == [IMPORTER, BANK]
    joint = act_from_json("BondJointDeliveryOrder", both["typed_data"]["message"])
    assert isinstance(joint, BondJointDeliveryOrder)
    for signers in ((IMPORTER, IMPORTER), (BANK, BANK)):
        assert "sign" in refused_by_the_contract(shop, joint, signers), signers
    division = (VALUE, COSTS, 0, DEBT, DEBT, VALUE - COSTS - DEBT)
    early = BondDeliveryOrder(
        joint.receipt_id,
        joint.pledge_id,
        BANK,
        IMPORTER,
        joint.quantity_g,
        joint.seq,
        bytes(32),
        shop.now() - 1,
        *division,
        joint.deadline,
    )
    assert "due" in refused_by_the_contract(shop, early, (BANK,))

    # The bank gives the bond on, alone with the trader who takes it.
    given = shop.prepare(BANK, {"type": "assign", "receipt_id": receipt, "assignee": TRADER})
    shop.done(given, BANK, TRADER)
    assert shop.state(receipt).first_pledgee == TRADER

    # Due: the trader alone takes the goods out, and the value is divided as the plain function says.
    shop.skip(due_at - shop.now() + 2)
    sold_at = shop.now() - 1
    out["sold_at"] = sold_at
    assert shop.post(BANK, "/v1/orders/prepare", out, 403)["code"] == "not-a-party"
    lien = shop.chain.modules.lien(int(receipt, 16)).due_on(sold_at)
    assert 192_000 <= lien < 192_010, "twelve days"
    prepared = shop.prepare(TRADER, out)
    spec = waterfall(VALUE, COSTS, [DEBT], lien)
    message = prepared["typed_data"]["message"]
    told = [int(message[name]) for name in ("lienMinor", "paidMinor", "surplusMinor")]
    assert told == [spec.lien_minor, spec.paid_minor[0], spec.surplus_minor]
    order = act_from_json("BondDeliveryOrder", message)
    assert isinstance(order, BondDeliveryOrder)
    kept = replace(order, lien_minor=0, surplus_minor=order.surplus_minor + order.lien_minor)
    assert "proceeds" in refused_by_the_contract(shop, kept, (TRADER,)), "the keeper is not passed over"
    shop.yard.weighed_g = 200 * T
    approved(shop, prepared, TRADER)

    assert shop.state(receipt).status is Status.DELIVERED
    found = on_the_chain(shop, receipt)
    assert (found["state"], found["paid_minor"]) == ("delivered", str(DEBT))
    acts = [item["act"] for item in shop.get(IMPORTER, f"/v1/receipts/{receipt}/history")["items"]]
    assert acts.count("bond-issued") == acts.count("bond-accounted") == acts.count("delivered") == 1
    assert holds(shop) == ["issue", "pledgebond", "bonddelivery"]


def test_bond__paid_into_a_notarys_hands__the_receipt_is_free_without_the_bonds_holder(
    shop: Workshop,
) -> None:
    receipt = shop.issued()
    shop.done(bond(shop, receipt, shop.now() + 90 * DAY_S), IMPORTER, BANK)
    body = {"type": "bond-redemption", "receipt_id": receipt, "payment_digest": RULING}
    approved(shop, shop.prepare(IMPORTER, body), IMPORTER)
    assert shop.state(receipt).pledges == 0
    found = on_the_chain(shop, receipt)
    assert (found["state"], found["paid_minor"]) == ("redeemed", str(DEBT))

    # A second bond over the free receipt, and both titles come together at the gate.
    shop.done(bond(shop, receipt, shop.now() + 90 * DAY_S), IMPORTER, BANK)
    both = shop.prepare(BANK, {"type": "bond-joint-delivery", "receipt_id": receipt})
    shop.yard.weighed_g = 200 * T
    shop.done(both, IMPORTER, BANK)
    assert shop.state(receipt).status is Status.DELIVERED
    assert holds(shop) == ["issue", "pledgebond", "bondredeem", "pledgebond", "bondjointdelivery"]
