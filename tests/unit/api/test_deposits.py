"""Depositors' requests through the API: prepared, signed by the depositor alone, and refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_account import Account

from holdfast.attestation.typed_data import request_from_json, signing_digest
from holdfast.domain.deposit import ADDED_AT_ISSUE, PER_RECEIPT
from tests.fakes.story import DOMAIN, NOW, T, document, key
from tests.unit.api.conftest import World

LOT = "0x" + "7a" * 24


def terms(**changes: Any) -> dict[str, Any]:
    whole = json.loads(document("QD-2026-000900", "VN-2026-0900", 50 * T, 2, "D-04")[1])
    each = {name: whole[name] for name in PER_RECEIPT}
    common = {name: value for name, value in whole.items() if name not in (*PER_RECEIPT, *ADDED_AT_ISSUE)}
    second = each | {"receipt_number": "QD-2026-000901"}
    return {"common": common | changes, "receipts": [each, second]}


def prepare(world: World, by: int = 2, **changes: Any) -> Any:
    body = {"type": "deposit", "lot_id": LOT, "operator": 1, "terms": terms()} | changes
    return world.client.post("/v1/orders/prepare", json=body, headers=world.auth(by))


def submit(
    world: World, made: dict[str, Any], *, by: int = 2, signer: int = 2, slot: str = "2", tag: str = "d1"
) -> Any:
    digest = signing_digest(DOMAIN, request_from_json(made["typed_data"]["message"]))
    signature = "0x" + bytes(key(signer).unsafe_sign_hash(digest).signature).hex()
    body = {"typed_data": made["typed_data"], "signatures": {slot: signature}}
    return world.client.post("/v1/orders", json=body, headers=world.auth(by, tag))


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_deposit__prepared_signed_by_a_wallet__waits_for_the_operator_and_is_queued(world: World) -> None:
    answer = prepare(world)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert "100.000 t Natural rubber SVR 10" in made["summary"]["en"]
    assert "2 warehouse receipt(s)" in made["summary"]["en"] and "2 份仓单" in made["summary"]["zh"]
    assert [signer["member_id"] for signer in made["signers"]] == [2, 1]
    signed = Account.sign_typed_data(key(2).key, full_message=made["typed_data"]).signature
    body = {"typed_data": made["typed_data"], "signatures": {"2": "0x" + bytes(signed).hex()}}
    done = world.client.post("/v1/orders", json=body, headers=world.auth(2, "d1"))
    assert (done.status_code, done.json()["status"]) == (202, "awaiting-signature"), done.text
    assert world.records.take_queued() is None
    path = "/v1/orders/" + done.json()["id"]
    seen = [world.client.get(path, headers=world.auth(member)).status_code for member in range(1, 8)]
    assert seen == [200, 200, 404, 404, 404, 404, 200]
    digest = signing_digest(DOMAIN, request_from_json(made["typed_data"]["message"]))
    by_operator = {"signature": "0x" + bytes(key(1).unsafe_sign_hash(digest).signature).hex()}
    refused = world.client.post(path + "/signatures", json=by_operator, headers=world.auth(3, "d2"))
    assert refused.status_code == 404
    confirmed = world.client.post(path + "/signatures", json=by_operator, headers=world.auth(1, "d3"))
    assert confirmed.json()["status"] == "queued", confirmed.text
    taken = world.records.take_queued()
    assert taken is not None and taken.order_hash == made["order_hash"]


def test_deposit__submitted_by_the_operator_too__one_request_that_is_queued(world: World) -> None:
    made = prepare(world).json()
    first = submit(world, made).json()
    second = submit(world, made, by=1, signer=1, slot="1", tag="d2").json()
    assert (first["status"], second["status"]) == ("awaiting-signature", "queued")
    assert first["id"] == second["id"]


def test_deposit__goods_of_another__never_queued_without_the_operator(world: World) -> None:
    """A trader asks for receipts on the importer's goods; it signs for the operator, too."""
    made = prepare(world, by=3, terms=terms(depositor_member=3)).json()
    assert submit(world, made, by=3, signer=3, slot="3").json()["status"] == "awaiting-signature"
    assert code(submit(world, made, by=3, signer=3, slot="1", tag="d2")) == (422, "foreign-signature")
    assert world.records.take_queued() is None


def test_deposit__field_missing__named_with_its_clause(world: World) -> None:
    asked = terms()
    del asked["common"]["insurance"]
    answer = prepare(world, terms=asked)
    assert code(answer) == (422, "incomplete-document")
    assert answer.json()["errors"][0]["field"] == "insurance"
    assert "民法典 909(7)" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"operator": 3}, "not-an-operator"),
        ({"operator": 99}, "unknown-member"),
        ({"lot_id": "0x12"}, "invalid-request"),
        ({"valid_for_s": 10**7}, "deadline-too-far"),
        ({"terms": {"common": {}}}, "invalid-input"),
        ({"terms": terms(depositor_member=3)}, "invalid-input"),
        ({"terms": terms(operator_member=5)}, "invalid-input"),
        ({"terms": terms(loss_allowance_bps=0.5)}, "incomplete-document"),
    ],
)
def test_deposit__wrong_value__refused(world: World, changes: dict[str, Any], wanted: str) -> None:
    assert code(prepare(world, **changes)) == (422, wanted)


def test_deposit__foreign_signature_or_caller__refused(world: World) -> None:
    made = prepare(world).json()
    assert code(submit(world, made, signer=3)) == (422, "foreign-signature")
    assert code(submit(world, made, by=3)) == (403, "not-a-party")
    assert code(submit(world, made, slot="3")) == (422, "invalid-input")
    world.clock.now = NOW + 7200
    assert code(submit(world, made)) == (422, "deadline-passed")


def test_deposit__terms_changed_after_signing__refused(world: World) -> None:
    made = prepare(world).json()
    digest = signing_digest(DOMAIN, request_from_json(made["typed_data"]["message"]))
    signature = "0x" + bytes(key(2).unsafe_sign_hash(digest).signature).hex()
    text = made["typed_data"]["message"]["terms"]
    made["typed_data"]["message"]["terms"] = text.replace("50000000", "90000000", 1)
    body = {"typed_data": made["typed_data"], "signatures": {"2": signature}}
    assert code(world.client.post("/v1/orders", json=body, headers=world.auth(2, "d1"))) == (
        422,
        "foreign-signature",
    )
    made["typed_data"]["message"]["terms"] = text.replace(":", ": ", 1)
    body = {"typed_data": made["typed_data"], "signatures": {"2": signature}}
    answer = world.client.post("/v1/orders", json=body, headers=world.auth(2, "d1"))
    assert code(answer) == (422, "invalid-input") and "canonical" in answer.json()["detail"]


def test_body__nested_too_deep__a_problem_and_no_crash(world: World) -> None:
    headers = world.auth(2) | {"Content-Type": "application/json"}
    answer = world.client.post("/v1/orders/prepare", content=b"[" * 60_000, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
