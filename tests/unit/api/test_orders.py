"""Orders through the API: prepare, sign, submit; and everything that is refused, by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account

from holdfast.attestation.signatures import SECP256K1_N
from holdfast.attestation.typed_data import Domain, typed_data
from holdfast.domain.orders import DeliveryOrder, SuspendOrder, SuspendReason, TransferOrder
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_types import OrderStatus
from tests.fakes.story import DOMAIN, NOW, T, key, sign
from tests.unit.api.conftest import World

GOOD_UNTIL = NOW + 3600


def order_for(world: World, **changes: Any) -> TransferOrder:
    """Trader 3 holds the rubber receipt at seq 1 and gives it to importer 2."""
    return replace(TransferOrder(world.story.rubber, 3, 2, 1, GOOD_UNTIL), **changes)


def submit(
    world: World,
    order: Any,
    *signers: int,
    by: int = 3,
    idem: str = "k1",
    domain: Domain = DOMAIN,
    **more: Any,
) -> Any:
    body = {
        "typed_data": typed_data(domain, order),
        "signatures": {str(member): sign(member, order, domain) for member in signers},
    }
    return world.client.post("/v1/orders", json={**body, **more}, headers=world.auth(by, idem))


def refused(answer: Any, status: int, code: str, *words: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    for word in words:
        assert word in body["detail"], body["detail"]


def test_prepare__transfer__wallet_signs_it_and_it_is_queued(world: World) -> None:
    body = {"type": "transfer", "receipt_id": receipt_hex(world.story.rubber), "transferee": 2}
    answer = world.client.post("/v1/orders/prepare", json=body, headers=world.auth(3))
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert "200.000 t" in made["summary"]["en"] and "CST (UTC+8)" in made["summary"]["en"]
    assert "Jiaozhou Bay Trading" in made["summary"]["en"] and "胶州湾贸易" in made["summary"]["zh"]
    assert [signer["member_id"] for signer in made["signers"]] == [3, 2]
    signatures = {}
    for member in (3, 2):
        wallet = Account.sign_typed_data(key(member).key, full_message=made["typed_data"])
        signatures[str(member)] = "0x" + bytes(wallet.signature).hex()
    submitted = world.client.post(
        "/v1/orders",
        json={"typed_data": made["typed_data"], "signatures": signatures},
        headers=world.auth(2, "k"),
    )
    assert submitted.status_code == 202, submitted.text
    assert submitted.json()["status"] == "queued"
    taken = world.records.take_queued()
    assert taken is not None and taken.order_hash == made["order_hash"]


def test_prepare__delivery__whole_quantity(world: World) -> None:
    body = {"type": "delivery", "receipt_id": receipt_hex(world.story.rubber)}
    made = world.client.post("/v1/orders/prepare", json=body, headers=world.auth(3)).json()
    assert made["typed_data"]["message"]["quantityG"] == str(200 * T)
    assert [signer["member_id"] for signer in made["signers"]] == [3]
    assert "cancelled for ever" in made["summary"]["en"] and "永久注销" in made["summary"]["zh"]


@pytest.mark.parametrize(
    ("member", "changes", "status", "code"),
    [
        (2, {}, 403, "not-the-holder"),
        (5, {}, 404, "not-found"),
        (3, {"transferee": 99}, 422, "unknown-member"),
        (3, {"transferee": 3}, 422, "invalid-input"),
        (3, {"valid_for_s": 30 * 86_400}, 422, "deadline-too-far"),
        (3, {"valid_for_s": 1}, 422, "invalid-request"),
        (3, {"receipt_id": "0x12"}, 422, "invalid-request"),
        (3, {"type": "pledge"}, 422, "invalid-request"),
        (3, {"extra": 1}, 422, "invalid-request"),
    ],
)
def test_prepare__wrong__refused(
    world: World, member: int, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {"type": "transfer", "receipt_id": receipt_hex(world.story.rubber), "transferee": 2}
    answer = world.client.post("/v1/orders/prepare", json=body | changes, headers=world.auth(member))
    refused(answer, status, code)


def test_submit__one_signature__then_the_other_adds_its_own(world: World) -> None:
    order = order_for(world)
    first = submit(world, order, 3)
    assert first.json()["status"] == "awaiting-signature"
    assert [signer["signed"] for signer in first.json()["signers"]] == [True, False]
    path = f"/v1/orders/{first.json()['id']}/signatures"
    body = {"signature": sign(2, order)}
    refused(world.client.post(path, json=body, headers=world.auth(3, "s0")), 422, "foreign-signature")
    refused(world.client.post(path, json=body, headers=world.auth(7, "s0")), 403, "not-a-party")
    refused(world.client.post(path, json=body, headers=world.auth(5, "s0")), 404, "not-found")
    second = world.client.post(path, json=body, headers=world.auth(2, "s1"))
    assert second.status_code == 202 and second.json()["status"] == "queued"
    assert [step["status"] for step in second.json()["history"]] == ["awaiting-signature", "queued"]


def test_submit__same_order_again__one_order_takes_the_missing_signature(world: World) -> None:
    order = order_for(world)
    first = submit(world, order, 3, by=3).json()
    again = submit(world, order, 3, by=3, idem="k2").json()
    both = submit(world, order, 3, 2, by=2, idem="k3").json()
    late = submit(world, order, 3, 2, by=3, idem="k4").json()
    assert first["status"] == again["status"] == "awaiting-signature"
    assert both["status"] == late["status"] == "queued"
    assert {first["id"], again["id"], both["id"], late["id"]} == {first["id"]}
    listed = world.client.get("/v1/orders", headers=world.auth(3)).json()["items"]
    assert [item["id"] for item in listed if item["order_hash"] == first["order_hash"]] == [first["id"]]


def test_submit__compact_signature__accepted(world: World) -> None:
    from holdfast.attestation.signatures import compact

    order = order_for(world)
    short = {m: "0x" + compact(bytes.fromhex(sign(m, order)[2:])).hex() for m in (2, 3)}
    answer = submit(world, order, signatures={str(m): text for m, text in short.items()})
    assert answer.status_code == 202, answer.text


def test_submit__wrong_chain_or_contract__named(world: World) -> None:
    order = order_for(world)
    other = Domain(1, DOMAIN.verifying_contract)
    refused(submit(world, order, 3, domain=other), 422, "invalid-input", "domain.chainId", "31337")
    other = Domain(DOMAIN.chain_id, "0x" + "99" * 20)
    refused(submit(world, order, 3, domain=other), 422, "invalid-input", "domain.verifyingContract")


@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"deadline": NOW}, 422, "deadline-passed", (str(NOW),)),
        ({"deadline": NOW + 10**7}, 422, "deadline-too-far", ("CST",)),
        ({"seq": 0}, 409, "order-reused", ("seq: 0", "1")),
        ({"seq": 5}, 409, "seq-not-current", ("seq: 5",)),
        ({"transferee": 88}, 422, "unknown-member", ("transferee: 88",)),
        ({"receipt_id": 5}, 422, "unknown-receipt", (receipt_hex(5),)),
    ],
)
def test_submit__wrong_value__named(
    world: World, changes: dict[str, Any], status: int, code: str, words: tuple[str, ...]
) -> None:
    answer = submit(world, order_for(world, **changes), 3)
    refused(answer, status, code, *words)
    assert world.records.open_orders() == []


def test_submit__not_the_holder__named(world: World) -> None:
    order = TransferOrder(world.story.rubber, 2, 3, 1, GOOD_UNTIL)
    refused(submit(world, order, 2, by=2), 409, "not-the-holder", "holder: 2", "member 3")


def test_submit__caller_is_no_party__403(world: World) -> None:
    refused(submit(world, order_for(world), 3, 2, by=4), 403, "not-a-party", "3 and 2")


def test_submit__transferee_alone_on_a_foreign_receipt__404(world: World) -> None:
    order = TransferOrder(world.story.batch[0], 2, 3, 0, GOOD_UNTIL)
    refused(submit(world, order, 3, by=3), 404, "not-found")


def test_submit__signature_foreign_high_s_or_broken__named(world: World) -> None:
    order = order_for(world)
    refused(
        submit(world, order, signatures={"3": sign(4, order)}),
        *(422, "foreign-signature", key(4).address, key(3).address),
    )
    raw = bytes.fromhex(sign(3, order)[2:])
    high = SECP256K1_N - int.from_bytes(raw[32:64])
    bad = "0x" + (raw[:32] + high.to_bytes(32) + bytes([55 - raw[64]])).hex()
    refused(submit(world, order, signatures={"3": bad}), 422, "invalid-input", "signature s", "low")
    for broken in ("0x12", "nothing", "0x" + "zz" * 65, "0x" + "11" * 66):
        refused(submit(world, order, signatures={"3": broken}), 422, "invalid-input", "signatures.3")
    refused(submit(world, order, signatures={"4": sign(4, order)}), 422, "foreign-signer", "4")
    refused(submit(world, order, signatures={}), 422, "invalid-request")
    changed = typed_data(DOMAIN, order_for(world, transferee=5))
    refused(
        submit(world, order, typed_data=changed, signatures={"3": sign(3, order)}), 422, "foreign-signature"
    )


def test_submit__order_of_another_kind__refused(world: World) -> None:
    order = SuspendOrder(world.story.rubber, SuspendReason.QUANTITY_SHORT, 1, GOOD_UNTIL)
    answer = submit(world, order, signatures={"3": sign(3, order)})
    refused(answer, 422, "not-a-members-order", "SuspendOrder")


def test_submit__delivery_of_a_part__refused(world: World) -> None:
    order = DeliveryOrder(world.story.rubber, 3, 100 * T, 1, GOOD_UNTIL)
    refused(submit(world, order, 3), 409, "quantity-not-whole", str(100 * T), "200.000 t")


def test_submit__suspended_receipt__refused(world: World) -> None:
    world.chain.mine([("ReceiptSuspended", {"receiptId": world.story.rubber, "reason": 1, "seq": 1})])
    refused(submit(world, order_for(world, seq=2), 3), 409, "receipt-not-live", "suspended")


def test_submit__rotated_account__old_key_refused(world: World) -> None:
    new = Account.create()
    changed = {"member": 3, "previous": key(3).address, "account": new.address}
    world.chain.mine([("MemberAccountChanged", changed)])
    refused(submit(world, order_for(world), 3), 422, "foreign-signature", new.address)


def test_submit__slot_taken__409_until_refused(world: World) -> None:
    first = submit(world, order_for(world), 3, 2).json()
    other = order_for(world, transferee=4)
    refused(submit(world, other, 3, 4, idem="k2"), 409, "slot-taken", "seq 1")
    world.records.set_status(first["id"], OrderStatus.REFUSED, reason="goods-fail", detail="4.0 t short")
    seen = world.client.get(f"/v1/orders/{first['id']}", headers=world.auth(2)).json()
    assert (seen["status"], seen["reason"], seen["detail"]) == ("refused", "goods-fail", "4.0 t short")
    assert submit(world, other, 3, 4, idem="k2").status_code == 202, "a refused request frees its key"


def test_submit__chain_down__503_and_the_key_is_free(world: World) -> None:
    world.chain.down = True
    refused(submit(world, order_for(world), 3), 503, "unreachable")
    world.chain.down = False
    assert submit(world, order_for(world), 3).status_code == 202


def test_idempotency__same_request__same_answer_and_one_order(world: World) -> None:
    order = order_for(world)
    first, again = submit(world, order, 3, 2), submit(world, order, 3, 2)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len(world.records.open_orders()) == 1
    refused(submit(world, order, 3), 422, "idempotency-other-request")
    assert submit(world, order, 3, by=2).status_code in (202, 409), "another member's keys are its own"


def test_idempotency__no_key__422_names_the_header(world: World) -> None:
    body = {"typed_data": {}, "signatures": {"3": "0x"}}
    answer = world.client.post("/v1/orders", json=body, headers=world.auth(3))
    refused(answer, 422, "invalid-request", "Idempotency-Key")


def test_order_list__filters_and_pages(world: World) -> None:
    for n in range(3):
        submit(world, order_for(world, deadline=GOOD_UNTIL + n), 3, idem=f"n{n}")
        world.clock.now += 1
    path = f"/v1/orders?status=awaiting-signature&receipt_id={receipt_hex(world.story.rubber)}&limit=2"
    page = world.client.get(path, headers=world.auth(3)).json()
    rest = world.client.get(path + "&cursor=" + page["next"], headers=world.auth(3)).json()
    deadlines = [item["deadline"] - GOOD_UNTIL for item in page["items"] + rest["items"]]
    assert deadlines == [2, 1, 0] and rest["next"] is None
    assert json.dumps(rest)
