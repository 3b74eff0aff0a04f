"""Acts through the API: prepared from the chain, signed in their module's domain, refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from api.orders.filling import _FROM_DOCUMENT, ACT_OF, SOURCES
from holdfast.attestation.typed_data import typed_data
from holdfast.chain.acts import ATTESTED, FUNCTIONS, PARTIES
from holdfast.chain.domains import contract_of, domain_of, read_typed_data
from holdfast.domain.act_sentences import SENTENCES
from holdfast.domain.acts import PledgeReleaseOrder, ReplacementOrder, ShortageOrder, SplitOrder
from holdfast.domain.encumbrances import LienState
from holdfast.domain.receipts import receipt_hex
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.reconciliation.meaning import MEANINGS
from tests.fakes.burdens import CASE_ENDS, FIRST, SECOND, burden, core, frozen, opened, pledged
from tests.fakes.story import DEPLOYMENT, NOW, T, key, sign
from tests.unit.api.conftest import World, make_world
from tests.unit.api.test_orders import refused

OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, AUDITOR, BANK_2, COURT = 1, 2, 3, 4, 5, 7, 8, 9
DIGEST = "0x" + "f1" * 32
LATER = NOW + 90 * 86_400


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The story with burdens: `batch[1]` is importer 2's, pledged to 4 and 8, frozen by 9; rubber is free."""
    made = make_world(tmp_path)
    burden(made.chain, made.records, made.story)
    made.index()
    with made.client:
        yield made


def rubber(world: World) -> str:
    """Held by trader 3 at seq 1, free."""
    return receipt_hex(world.story.rubber)


def burdened(world: World) -> str:
    return receipt_hex(world.story.batch[1])


def pledge(world: World, **changes: Any) -> dict[str, Any]:
    body = {"type": "pledge", "receipt_id": rubber(world), "pledgee": BANK, "amount_minor": "500000000"}
    body |= {"currency": "CNY", "maturity": LATER, "ltv_bps": 7_000, "cure_s": 864_000}
    return {**body, "filing_digest": DIGEST, **changes}


def part(number: str, tonnes: int, packages: int) -> dict[str, Any]:
    return {"receipt_number": number, "quantity_g": str(tonnes * T), "package_count": packages}


def split(world: World, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "split", "receipt_id": rubber(world), "parts": list(parts)}


def ask(world: World, member: int, body: dict[str, Any]) -> Any:
    return world.client.post("/v1/orders/prepare", json=body, headers=world.auth(member))


def prepared(world: World, member: int, body: dict[str, Any]) -> Any:
    answer = ask(world, member, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def submit(world: World, made: Any, *signers: int, idem: str = "k1", **more: Any) -> Any:
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    domain = domain_of(DEPLOYMENT, order)
    body = {"typed_data": made["typed_data"], "documents": [item["document"] for item in made["documents"]]}
    body["signatures"] = {str(member): sign(member, order, domain) for member in signers}
    return world.client.post("/v1/orders", json={**body, **more}, headers=world.auth(signers[0], idem))


# the tables


def test_tables__every_act_that_members_sign__has_words_and_a_shape() -> None:
    signed = {kind for kind in FUNCTIONS if PARTIES[kind]}
    assert signed <= set(SENTENCES), signed - set(SENTENCES)
    assert signed == set(ACT_OF.values()), signed ^ set(ACT_OF.values())


def test_tables__every_act_that_a_quorum_attests__says_what_its_evidence_must_show() -> None:
    assert set(MEANINGS) >= ATTESTED, ATTESTED - set(MEANINGS)
    unsigned = {kind for kind in ATTESTED if not PARTIES[kind]} - {ShortageOrder}
    assert all(MEANINGS[kind].by_hand and kind in SENTENCES for kind in unsigned), (
        "people read what they judge"
    )


@pytest.mark.parametrize("shape", ACT_OF, ids=lambda shape: shape.__name__)
def test_tables__every_field_of_an_act__is_asked_for_or_has_a_source(shape: type[Any]) -> None:
    wanted = {item.name for item in fields(ACT_OF[shape])}
    asked = set(shape.model_fields)
    made = set(_FROM_DOCUMENT) if wanted & {"merged_id", "successor_id"} else set()
    assert wanted <= asked | set(SOURCES) | made, wanted - asked - set(SOURCES) - made


# preparing and submitting


def test_pledge__prepared_and_signed_by_wallets__queued_in_the_modules_domain(world: World) -> None:
    made = prepared(world, TRADER, pledge(world))
    assert made["typed_data"]["domain"]["verifyingContract"].lower() == DEPLOYMENT.pledge.lower()
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER, BANK]
    words = made["summary"]["en"]
    for said in ("Jiaozhou Bay Trading (member 3) pledges", "Bank of the Yellow Sea", "CNY 5,000,000.00"):
        assert said in words, words
    assert "70.00 %" in words and "10 days" in words and "200.000 t" in words
    assert "质押给黄海银行" in made["summary"]["zh"]
    signatures = {}
    for member in (TRADER, BANK):
        wallet = Account.sign_typed_data(key(member).key, full_message=made["typed_data"])
        signatures[str(member)] = "0x" + bytes(wallet.signature).hex()
    body = {"typed_data": made["typed_data"], "signatures": signatures}
    answer = world.client.post("/v1/orders", json=body, headers=world.auth(BANK, "k"))
    assert answer.status_code == 202, answer.text
    assert (answer.json()["status"], answer.json()["type"]) == ("queued", "PledgeOrder")
    taken = world.records.take_queued()
    assert taken is not None and (taken.receipt_id, taken.seq) == (rubber(world), 1)
    assert set(taken.parties) == {OPERATOR, TRADER, BANK}, "the operator sees it, too"


def test_submit__signed_in_another_contracts_domain__named(world: World) -> None:
    made = prepared(world, TRADER, pledge(world))
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    wrong = typed_data(replace(domain_of(DEPLOYMENT, order), verifying_contract=DEPLOYMENT.court), order)
    body = {"typed_data": wrong, "signatures": {"3": sign(TRADER, order, domain_of(DEPLOYMENT, order))}}
    answer = world.client.post("/v1/orders", json=body, headers=world.auth(TRADER, "k"))
    refused(answer, 422, "invalid-input", "domain.verifyingContract", contract_of(DEPLOYMENT, type(order)))


def test_release__two_pledgees__each_finds_its_own_pledge(world: World) -> None:
    for member, own in ((BANK, FIRST), (BANK_2, SECOND)):
        made = prepared(world, member, {"type": "release", "receipt_id": burdened(world)})
        order = read_typed_data(DEPLOYMENT, made["typed_data"])
        assert isinstance(order, PledgeReleaseOrder)
        assert (order.pledge_id, order.pledgee, order.seq) == (own, member, 5), "frozen, and yet released"
    named = {"type": "release", "receipt_id": burdened(world), "pledge_id": str(SECOND)}
    refused(ask(world, BANK, named), 403, "not-a-party", "members 8")
    refused(ask(world, BANK, {**named, "pledge_id": "5"}), 422, "unknown-pledge", str(FIRST), str(SECOND))


def test_prepare__junior_pledge__the_first_pledgee_signs_as_well(world: World) -> None:
    world.chain.mine(pledged(world.story.rubber, 77, BANK, 1, 1_000, BANK))
    made = prepared(world, TRADER, pledge(world, pledgee=BANK_2))
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER, BANK_2, BANK]
    assert made["typed_data"]["message"]["rank"] == "2"
    waiting = submit(world, made, TRADER, BANK_2).json()
    assert waiting["status"] == "awaiting-signature"
    assert [signer["member_id"] for signer in waiting["signers"] if not signer["signed"]] == [BANK]


# access


@pytest.mark.parametrize(
    ("member", "status", "code"),
    [(BANK, 403, "not-a-party"), (COURT, 403, "not-a-party"), (BANK_2, 404, "not-found")],
)
def test_prepare__by_no_party__refused_and_strangers_see_nothing(
    world: World, member: int, status: int, code: str
) -> None:
    refused(ask(world, member, pledge(world, pledgee=6)), status, code)


def test_submit__pledgee_alone_on_a_receipt_it_may_not_see__404(world: World) -> None:
    made = prepared(world, TRADER, pledge(world, pledgee=BANK_2))
    refused(submit(world, made, BANK_2), 404, "not-found")
    assert submit(world, made, BANK_2, TRADER, idem="k2").status_code == 202, "the holder shows it by signing"


# documents


def test_split__handed_in_by_the_holder__documents_shown_to_the_operator_and_kept(world: World) -> None:
    made = prepared(world, TRADER, split(world, part("QD-A", 50, 40), part("QD-B", 150, 120)))
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER, OPERATOR]
    waiting = submit(world, made, TRADER).json()
    seen = world.client.get(f"/v1/orders/{waiting['id']}", headers=world.auth(OPERATOR)).json()
    assert {item["document"]["receipt_number"] for item in seen["documents"]} == {"QD-A", "QD-B"}
    for item in seen["documents"]:
        document = item["document"]
        assert (document["replaces"], document["because"]) == ([rubber(world)[2:]], "split")
        assert document["goods_description"] == "Natural rubber SVR 10" and document["document_version"] == 2
    order = read_typed_data(DEPLOYMENT, seen["typed_data"])
    assert isinstance(order, SplitOrder) and "50.000 t" in made["summary"]["en"]
    path, body = f"/v1/orders/{waiting['id']}/signatures", {}
    body["signature"] = sign(OPERATOR, order, domain_of(DEPLOYMENT, order))
    done = world.client.post(path, json=body, headers=world.auth(OPERATOR, "s")).json()
    assert done["status"] == "queued"
    kept = world.records.order_documents(waiting["id"])
    assert set(kept) == {receipt_hex(each.receipt_id) for each in order.parts}


def test_split__of_one_part__the_rest_stays_on_the_old_receipt(world: World) -> None:
    made = prepared(world, TRADER, split(world, part("QD-A", 50, 40)))
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    assert isinstance(order, SplitOrder)
    assert [each.quantity_g for each in order.parts] == [50 * T]


def test_split__document_missing_altered_or_of_another_act__refused_by_name(world: World) -> None:
    made = prepared(world, TRADER, split(world, part("QD-A", 50, 40), part("QD-B", 150, 120)))
    documents = [item["document"] for item in made["documents"]]
    refused(submit(world, made, TRADER, documents=documents[:1]), 422, "documents-differ")
    altered = [{**documents[0], "marks": "OTHER"}, documents[1]]
    refused(submit(world, made, TRADER, documents=altered), 422, "documents-differ")
    pledging = prepared(world, TRADER, pledge(world))
    refused(submit(world, pledging, TRADER, documents=documents), 422, "documents-differ")
    assert world.records.open_orders() == []


def test_split__document_that_its_order_names_and_yet_says_too_much__refused(world: World) -> None:
    made = prepared(world, TRADER, split(world, part("QD-A", 50, 40), part("QD-B", 150, 120)))
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    assert isinstance(order, SplitOrder)
    forged = {**made["documents"][0]["document"], "quality_grade": "SVR 3L"}
    forged_id = int.from_bytes(sha256_digest(canonical_json(forged)))
    bent = replace(order, parts=(replace(order.parts[0], receipt_id=forged_id), order.parts[1]))
    again = {**made, "typed_data": typed_data(domain_of(DEPLOYMENT, bent), bent)}
    again["documents"] = [{"document": forged}, made["documents"][1]]
    refused(submit(world, again, TRADER), 422, "document-wrong", "quality_grade", "SVR 3L")


# what is wrong, in words


@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"pledgee": TRADER}, 422, "invalid-input", ("pledgee: 3", "another member")),
        ({"pledgee": 99}, 422, "unknown-member", ("pledgee: 99",)),
        ({"maturity": NOW - 1}, 422, "invalid-input", ("maturity", "after now")),
        (
            {"maturity": NOW + 179 * 86_400},
            409,
            "pledge-outlives-receipt",
            ("maturity", "less the time to cure"),
        ),
        ({"ltv_bps": 10_001}, 422, "invalid-request", ("ltv_bps",)),
        ({"amount_minor": "5.0"}, 422, "invalid-request", ("amount_minor",)),
        ({"currency": "yuan"}, 422, "invalid-request", ("currency",)),
        ({"filing_digest": "0x12"}, 422, "invalid-request", ("filing_digest",)),
        ({"rank": 1}, 422, "invalid-request", ("rank",)),
    ],
)
def test_pledge__wrong_value__named(
    world: World, changes: dict[str, Any], status: int, code: str, words: tuple[str, ...]
) -> None:
    refused(ask(world, TRADER, pledge(world, **changes)), status, code, *words)


def test_prepare__a_receipt_that_stands_still__says_why(world: World) -> None:
    body = {"type": "partial-delivery", "receipt_id": burdened(world), "quantity_g": str(T)}
    refused(ask(world, IMPORTER, body), 409, "receipt-frozen", "case 7 in force")
    other = {"type": "transfer", "receipt_id": rubber(world), "transferee": IMPORTER}
    world.chain.mine(pledged(world.story.rubber, 77, BANK, 1, 1_000, BANK))
    refused(ask(world, TRADER, other), 409, "receipt-pledged", "first pledgee")
    moved = {"type": "pledged-transfer", "receipt_id": rubber(world), "transferee": IMPORTER}
    signers = [signer["member_id"] for signer in prepared(world, TRADER, moved)["signers"]]
    assert signers == [TRADER, IMPORTER, BANK]
    refused(ask(world, TRADER, {**moved, "transferee": BANK}), 422, "invalid-input", "neither holds it")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([("A", 150, 1), ("B", 60, 1)], "quantity-differs"),
        ([("A", 200, 1)], "quantity-differs"),
    ],
)
def test_split__grams_that_are_not_there__refused(world: World, parts: list[Any], code: str) -> None:
    refused(ask(world, TRADER, split(world, *(part(*each) for each in parts))), 409, code, "200.000 t")


# courts


def test_freeze__by_its_court__numbered_by_the_case(world: World) -> None:
    world.chain.mine(opened(12))
    body = {"type": "freeze", "receipt_id": rubber(world), "case_no": 12}
    made = prepared(world, COURT, body)
    assert made["typed_data"]["message"]["number"] == "0"
    assert "freezes receipt" in made["summary"]["en"], "a court need not see whose goods they are"
    order = submit(world, made, COURT).json()
    assert (order["status"], order["receipt_id"], order["seq"]) == ("queued", rubber(world), None)
    world.chain.mine(frozen(world.story.rubber, 12, 0, 12))
    assert prepared(world, COURT, {**body, "type": "unfreeze"})["typed_data"]["message"]["number"] == "1"
    refused(submit(world, made, COURT, idem="k2"), 409, "number-not-current", "number: 0")


def test_court__others_or_another_case__refused(world: World) -> None:
    body = {"type": "freeze", "receipt_id": rubber(world), "case_no": 7}
    refused(ask(world, TRADER, body), 422, "not-a-court", "court: 3")
    refused(ask(world, COURT, {**body, "case_no": 99}), 422, "unknown-case", "99")
    case = {"type": "case", "case_no": 7, "reason": 1, "document_digest": DIGEST, "expires_at": CASE_ENDS}
    refused(ask(world, COURT, case), 409, "case-exists", "caseNo: 7")
    assert prepared(world, COURT, {**case, "case_no": 99})["signers"][0]["member_id"] == COURT


# losses, and orders about lots


def test_loss__noticed_by_the_holder__then_withdrawn_or_replaced(world: World) -> None:
    on = {"receipt_id": rubber(world)}
    made = prepared(world, TRADER, {"type": "loss-notice", "reason": "lost", **on})
    assert made["typed_data"]["message"]["reason"] == "1" and "30 days" in made["summary"]["en"]
    refused(ask(world, TRADER, {"type": "loss-withdrawal", **on}), 409, "receipt-not-live", "suspended")
    suspended = core("ReceiptSuspended", receiptId=world.story.rubber, reason=7, seq=1)
    world.chain.mine([suspended])
    assert prepared(world, TRADER, {"type": "loss-withdrawal", **on})
    made = prepared(world, TRADER, {"type": "replacement", "receipt_number": "QD-NEW", **on})
    order = read_typed_data(DEPLOYMENT, made["typed_data"])
    assert isinstance(order, ReplacementOrder) and order.quantity_g == 200 * T
    assert made["documents"][0]["document"]["because"] == "replacement"
    answer = world.client.post(
        f"/v1/receipts/{rubber(world)}/inspections", json={}, headers=world.auth(TRADER, "i")
    )
    refused(answer, 409, "under-notice")


def test_origin__about_a_lot__its_place_goes_with_it(world: World) -> None:
    body = {"type": "origin", "kind": "bill-of-lading", "origin_digest": DIGEST, "lot_id": "0x" + "7a" * 24}
    body |= {"operator": OPERATOR, "site": "CNTAO-W3", "lot": "VN-2026-0200"}
    made = prepared(world, IMPORTER, body)
    assert "uses the bill of lading" in made["summary"]["en"] and "提单" in made["summary"]["zh"]
    assert made["place"] == {"site": "CNTAO-W3", "lot": "VN-2026-0200"}
    refused(submit(world, made, IMPORTER), 422, "invalid-input", "place")
    order = submit(world, made, IMPORTER, place=made["place"], idem="k2").json()
    assert world.records.order(order["id"]).place == made["place"]
    refused(ask(world, IMPORTER, {**body, "operator": TRADER}), 422, "not-an-operator", "operator: 3")


# storage fees, values


def test_lien__operators_orders__numbered_by_the_terms(world: World) -> None:
    on = {"receipt_id": rubber(world)}
    refused(ask(world, OPERATOR, {"type": "lien-assert", "amount_minor": "5", **on}), 409, "no-lien-terms")
    terms = {"type": "lien-terms", "fee_minor": "80", "currency": "CNY", "from_s": NOW, "cap_minor": "900"}
    terms |= {"rank": "before-pledges", "contract_digest": DIGEST, **on}
    made = prepared(world, TRADER, terms)
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER, OPERATOR]
    assert "before pledges" in made["summary"]["en"] and "CNY 0.80" in made["summary"]["en"]
    world.chain.liens[world.story.rubber] = LienState(1, "CNY", 900, 100, 50, 6)
    refused(ask(world, TRADER, terms), 409, "lien-terms-stand")
    made = prepared(world, OPERATOR, {"type": "lien-discharge", "scope": "assertion", **on})
    assert made["typed_data"]["message"]["number"] == "6"
    tender = {"type": "lien-tender", "paid_minor": "100", "payment_digest": DIGEST, **on}
    refused(ask(world, TRADER, tender), 409, "no-payment", "100 that count as paid")
    assert "people judge it" in prepared(world, TRADER, {**tender, "paid_minor": "101"})["summary"]["en"]


def test_price__of_a_feeder__signed_in_the_valuations_domain(world: World) -> None:
    body = {"type": "price", "series_digest": DIGEST, "price_minor": "1234500", "observed_at": NOW - 5}
    made = prepared(world, INSPECTOR, body)
    assert made["typed_data"]["domain"]["verifyingContract"].lower() == DEPLOYMENT.valuation.lower()
    order = submit(world, made, INSPECTOR).json()
    assert (order["status"], order["receipt_id"]) == ("queued", None)


def test_substitute__free_receipt_for_a_pledged_one__all_pledgees_sign(world: World) -> None:
    world.chain.mine(pledged(world.story.rubber, 77, BANK, 1, 600, BANK))
    world.chain.mine(pledged(world.story.rubber, 78, BANK_2, 2, 300, BANK))
    other = receipt_hex(world.story.batch[2])
    moved = {"receiptId": world.story.batch[2], "from": IMPORTER, "to": TRADER, "seq": 0}
    world.chain.mine([core("ReceiptTransferred", **moved)])
    world.index()
    body = {"type": "substitute", "receipt_id": other, "released_id": rubber(world), "filing_digest": DIGEST}
    made = prepared(world, TRADER, body)
    assert [signer["member_id"] for signer in made["signers"]] == [TRADER, BANK, BANK_2]
    message = made["typed_data"]["message"]
    assert (message["second"], message["third"], message["releasedSeq"]) == (str(BANK_2), "0", "3")
    swapped = {**body, "receipt_id": rubber(world), "released_id": other}
    refused(ask(world, TRADER, swapped), 409, "receipt-not-pledged")


def test_series__asked_for_a_lot__unsigned_and_readable_by_those_concerned(world: World) -> None:
    path, body = f"/v1/receipts/{rubber(world)}/series", {"series_digest": DIGEST}
    made = world.client.post(path, json=body, headers=world.auth(TRADER, "s1")).json()
    assert (made["type"], made["status"], made["signers"]) == ("LotSeriesOrder", "queued", [])
    assert made["typed_data"]["message"]["seriesDigest"] == DIGEST
    assert world.client.post(path, json=body, headers=world.auth(10, "s2")).status_code == 404


# looks at goods


def look(world: World, member: int, receipt: str, idem: str = "i1", what: str = "inspections") -> Any:
    return world.client.post(f"/v1/receipts/{receipt}/{what}", json={}, headers=world.auth(member, idem))


@pytest.mark.parametrize(
    ("member", "status"),
    [(OPERATOR, 202), (IMPORTER, 202), (BANK_2, 202), (INSPECTOR, 202), (TRADER, 403), (AUDITOR, 403)],
)
def test_inspect__each_member__only_those_concerned_may(world: World, member: int, status: int) -> None:
    assert look(world, member, burdened(world)).status_code == status
    assert look(world, 10, burdened(world)).status_code == 404, "a stranger learns nothing"


def test_inspect__asked_twice__one_look_at_a_time(world: World) -> None:
    first = look(world, IMPORTER, burdened(world)).json()
    assert (first["type"], first["status"], first["signers"]) == ("Inspection", "queued", [])
    assert look(world, BANK, burdened(world), "i2").json()["id"] == first["id"]
    body = {"signature": "0x" + "11" * 65}
    path = f"/v1/orders/{first['id']}/signatures"
    refused(world.client.post(path, json=body, headers=world.auth(IMPORTER, "s")), 403, "not-a-party")


def test_shortage__before_the_receipt_is_suspended__refused(world: World) -> None:
    refused(look(world, OPERATOR, rubber(world), what="shortages"), 409, "receipt-not-suspended", "live")
    world.chain.mine([core("ReceiptSuspended", receiptId=world.story.rubber, reason=1, seq=1)])
    asked = look(world, OPERATOR, rubber(world), "i2", "shortages")
    assert asked.status_code == 202 and asked.json()["type"] == "Shortage"
