"""Pledge, release, split and freeze as members do them: through the API, the oracle and four attesters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.attestation.typed_data import act_from_json
from holdfast.chain.standing import StandingReader
from holdfast.domain.orders import Status, SuspendReason
from holdfast.domain.units import Grams
from holdfast.store.records_types import OrderRecord
from tests.integration.workshop import COURT, Workshop, now

FILING = "0x" + "f1" * 32
RULING = "0x" + "c0" * 32
T = 1_000_000
IMPORTER, OPERATOR, BANK, INSPECTOR = 2, 1, 4, 5


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def pledge_terms(receipt: str, pledgee: int = BANK) -> dict[str, Any]:
    return {
        "type": "pledge",
        "receipt_id": receipt,
        "pledgee": pledgee,
        "amount_minor": "500000000",
        "currency": "CNY",
        "maturity": now() + 90 * 86_400,
        "ltv_bps": 7_000,
        "cure_s": 864_000,
        "filing_digest": FILING,
    }


def carrier(shop: Workshop, record: OrderRecord) -> str | None:
    """The transaction that carried an act which nobody attests, as the chain's calls tell it."""
    found = shop.chain.modules.carried(act_from_json(record.primary_type, dict(record.order)))
    return None if found is None else found[0]


def test_acts__pledge_split_release_freeze_and_a_look__carried_out_through_the_api(shop: Workshop) -> None:
    receipt = shop.issued()

    # Pledged: the bank's own attester may not speak, so operator, inspector and IoT provider do.
    prepared = shop.prepare(IMPORTER, pledge_terms(receipt))
    assert [signer["member_id"] for signer in prepared["signers"]] == [IMPORTER, BANK]
    pledged = shop.done(prepared, IMPORTER, BANK)
    assert shop.state(receipt).first_pledgee == BANK
    seats = shop.records.decision(pledged.id).attesters
    assert sorted(seat.member_id for seat in seats) == [1, 5, 6]
    standing = StandingReader(shop.chain.connection).standing(int(receipt, 16))
    assert standing is not None
    (pledge,) = standing.pledges
    assert (pledge.pledgee, pledge.amount_minor, pledge.currency) == (BANK, 500_000_000, "CNY")

    # Split in two with the operator's countersignature and the bank's consent.
    parts = [
        {"receipt_number": "QD-A", "quantity_g": str(50 * T), "package_count": 2},
        {"receipt_number": "QD-B", "quantity_g": str(150 * T), "package_count": 6},
    ]
    prepared = shop.prepare(IMPORTER, {"type": "split", "receipt_id": receipt, "parts": parts})
    assert [signer["member_id"] for signer in prepared["signers"]] == [IMPORTER, OPERATOR, BANK]
    waiting = shop.submit(prepared, IMPORTER)
    assert waiting["status"] == "awaiting-signature"
    seen = shop.get(OPERATOR, f"/v1/orders/{waiting['id']}")
    numbers = [item["document"]["receipt_number"] for item in seen["documents"]]
    assert sorted(numbers) == ["QD-A", "QD-B"], "the operator sees what it countersigns"
    for member in (OPERATOR, BANK):
        body = {"signature": shop.signature(member, seen["typed_data"])}
        shop.post(member, f"/v1/orders/{waiting['id']}/signatures", body)
    split = shop.carried(waiting["id"])
    assert split.status.value == "final", split.detail
    assert carrier(shop, split) == split.tx_hash, "found again by the call that carried it"
    assert shop.state(receipt).status is Status.REPLACED
    new = {item["document"]["receipt_number"]: item["receipt_id"] for item in seen["documents"]}
    assert [shop.state(new[n]).quantity_g for n in ("QD-A", "QD-B")] == [50 * T, 150 * T]
    document = json.loads(shop.records.document(new["QD-A"]))
    assert (document["replaces"], document["because"]) == ([receipt[2:]], "split")

    # Released on one part: the other stays pledged.
    released = shop.done(shop.prepare(BANK, {"type": "release", "receipt_id": new["QD-A"]}), BANK)
    assert carrier(shop, released) == released.tx_hash
    later = {**released.order, "deadline": str(released.deadline + 1)}
    assert shop.chain.modules.carried(act_from_json(released.primary_type, later)) is None
    assert (shop.state(new["QD-A"]).pledges, shop.state(new["QD-B"]).pledges) == (0, 1)

    # Frozen by a court, and nothing moves.
    opened = {"type": "case", "case_no": 7, "reason": 1, "document_digest": RULING}
    shop.done(shop.prepare(COURT, opened | {"expires_at": now() + 365 * 86_400}), COURT)
    shop.done(shop.prepare(COURT, {"type": "freeze", "receipt_id": new["QD-A"], "case_no": 7}), COURT)
    assert (shop.state(new["QD-A"]).freezes, shop.state(new["QD-A"]).freeze_case) == (1, 7)
    transfer = {"type": "transfer", "receipt_id": new["QD-A"], "transferee": 3}
    refused = shop.post(IMPORTER, "/v1/orders/prepare", transfer, 409)
    assert refused["code"] == "receipt-frozen" and "case 7" in refused["detail"]
    shop.done(shop.prepare(COURT, {"type": "unfreeze", "receipt_id": new["QD-A"], "case_no": 7}), COURT)
    assert shop.state(new["QD-A"]).freezes == 0

    # A look finds pallets missing: this receipt is suspended, and the other one on the lot with it.
    shop.yard.seen = shop.warehouse.packages[:-1]
    asked = shop.post(INSPECTOR, f"/v1/receipts/{new['QD-A']}/inspections", {})
    found = shop.carried(asked["id"])
    assert (found.status.value, bool(found.tx_hash)) == ("final", True), found.detail
    state = shop.state(new["QD-A"])
    assert state.status is Status.SUSPENDED
    others = [record for record in shop.records.open_orders() if record.receipt_id == new["QD-B"]]
    for record in others:
        shop.carried(record.id)
    assert shop.state(new["QD-B"]).status is Status.SUSPENDED

    # They are all there again: reinstated by a full quorum.
    shop.yard.seen = None
    again = shop.post(IMPORTER, f"/v1/receipts/{new['QD-A']}/inspections", {})
    assert shop.carried(again["id"]).tx_hash
    assert shop.state(new["QD-A"]).status is Status.LIVE
    # And a look that finds all in order changes nothing.
    calm = shop.carried(shop.post(OPERATOR, f"/v1/receipts/{new['QD-A']}/inspections", {})["id"])
    assert (calm.status.value, calm.tx_hash, calm.reason) == ("final", None, "goods-as-claimed")


def test_acts__correction_lien_shortage_gate_and_loss__carried_out_through_the_api(shop: Workshop) -> None:
    whole = shop.issued()

    # A part split off: the rest lives on under the old id.
    parts = [{"receipt_number": "QD-A", "quantity_g": str(50 * T), "package_count": 2}]
    prepared = shop.prepare(IMPORTER, {"type": "split", "receipt_id": whole, "parts": parts})
    shop.done(prepared, IMPORTER, OPERATOR)
    part = prepared["documents"][0]["receipt_id"]
    assert [shop.state(each).quantity_g for each in (whole, part)] == [150 * T, 50 * T]

    # Words of its document put right: the new one takes its place.
    changes = {"marks": "as painted on the bales"}
    body = {"type": "correction", "receipt_id": part, "receipt_number": "QD-A2", "changes": changes}
    prepared = shop.prepare(IMPORTER, body)
    shop.done(prepared, IMPORTER)
    right = prepared["documents"][0]["receipt_id"]
    assert (shop.state(part).status, shop.state(right).status) == (Status.REPLACED, Status.LIVE)

    # Storage terms agreed, a lien asserted and discharged by the operator alone.
    terms = {"type": "lien-terms", "fee_minor": "80", "currency": "CNY", "from_s": now() - 86_400}
    terms |= {"cap_minor": "90000", "rank": "before-pledges", "contract_digest": RULING}
    shop.done(shop.prepare(OPERATOR, {**terms, "receipt_id": right}), OPERATOR, IMPORTER)
    asserted = {"type": "lien-assert", "receipt_id": right, "amount_minor": "3000"}
    shop.done(shop.prepare(OPERATOR, asserted), OPERATOR)
    assert shop.state(right).liens == 1
    gave = {"type": "lien-discharge", "receipt_id": right, "scope": "assertion"}
    shop.done(shop.prepare(OPERATOR, gave), OPERATOR)
    assert shop.state(right).liens == 0

    # A pledge signed with the cap that goes before it, which the API reads from the chain.
    prepared = shop.prepare(IMPORTER, pledge_terms(right))
    assert prepared["typed_data"]["message"]["lienCapMinor"] == "90000"
    shop.done(prepared, IMPORTER, BANK)

    # 4 t are found missing: the receipts are suspended, the WMS is put right, all bear their share.
    shop.yard.seen = shop.warehouse.packages[:-1]
    asked = shop.post(BANK, f"/v1/receipts/{right}/inspections", {})
    assert shop.carried(asked["id"]).tx_hash
    for record in shop.records.open_orders():
        shop.carried(record.id)
    assert {shop.state(each).status for each in (whole, right)} == {Status.SUSPENDED}
    shop.yard.seen = None
    shop.warehouse.claim = replace(shop.warehouse.claim, quantity_g=Grams(196 * T))
    shop.yard.weighed_g = 196 * T
    shared = shop.carried(shop.post(OPERATOR, f"/v1/receipts/{whole}/shortages", {})["id"])
    assert (shared.status.value, bool(shared.tx_hash)) == ("final", True), shared.detail
    assert [shop.state(each).quantity_g for each in (whole, right)] == [147 * T, 49 * T]
    shop.yard.weighed_g = None
    for each in (whole, right):
        look = shop.carried(shop.post(OPERATOR, f"/v1/receipts/{each}/inspections", {})["id"])
        assert look.tx_hash and shop.state(each).status is Status.LIVE, look.detail

    # Part of the goods weighed out at the gate.
    shop.yard.weighed_g, shop.yard.loads = 47 * T, 2
    out = {"type": "partial-delivery", "receipt_id": whole, "quantity_g": str(47 * T)}
    shop.done(shop.prepare(IMPORTER, out), IMPORTER)
    assert shop.state(whole).quantity_g == 100 * T

    # Said to be lost, stopped, and found again.
    shop.yard.weighed_g = None
    shop.warehouse.claim = replace(shop.warehouse.claim, quantity_g=Grams(149 * T))
    lost = {"type": "loss-notice", "receipt_id": whole, "reason": "lost"}
    shop.done(shop.prepare(IMPORTER, lost), IMPORTER)
    assert shop.state(whole).suspend_reason == SuspendReason.NOTICE_OF_LOSS
    shop.done(shop.prepare(IMPORTER, {"type": "loss-withdrawal", "receipt_id": whole}), IMPORTER)
    assert shop.state(whole).status is Status.LIVE
