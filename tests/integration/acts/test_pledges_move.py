"""Acts on pledged receipts through the API: parts released, merged, assigned, given on, still pledged."""

from __future__ import annotations

from typing import Any

from holdfast.audit.replay import Auditor
from holdfast.audit.report import render_audit
from holdfast.domain.orders import Status
from tests.fakes.oracle import T, party
from tests.integration.acts.people import BANK, IMPORTER, OPERATOR, TRADER, People, part


def test_release_in_part_and_merge__the_rest_stays_pledged_and_becomes_one(shop: People) -> None:
    whole = shop.issued()
    shop.pledged(whole)

    # A part split off and released: the rest stays pledged under its old id.
    (free,) = shop.act(IMPORTER, "split", OPERATOR, BANK, on=whole, parts=[part("P-1", 50, 2)])
    shop.act(BANK, "release", on=free)
    assert shop.status(IMPORTER, free)["free"] is True
    rest = shop.status(BANK, whole)
    assert (rest["quantity_g"], rest["free"]) == (str(150 * T), False)
    assert [(p["rank"], p["terms"]["receipts"]) for p in rest["pledges"]] == [(1, 1)]

    # Two pledged parts become one again; what is free does not merge with what is pledged.
    parts = [part("P-2", 100, 4), part("P-3", 50, 2)]
    one, other = shop.act(IMPORTER, "split", OPERATOR, BANK, on=whole, parts=parts)
    told = shop.told(IMPORTER, "merge", 409, receipt_ids=[one, free], receipt_number="P-4")
    assert "the same first_pledgee as receipt" in told
    body: dict[str, Any] = {"receipt_ids": [one, other], "receipt_number": "P-4"}
    (merged,) = shop.act(IMPORTER, "merge", OPERATOR, BANK, **body)
    found = shop.status(BANK, merged)
    assert (found["quantity_g"], found["status"]) == (str(150 * T), "live")
    assert sorted(found["predecessors"]) == sorted([one, other])
    assert [pledge["terms"]["receipts"] for pledge in found["pledges"]] == [1]
    assert {shop.state(each).status for each in (whole, one, other)} == {Status.REPLACED}


def test_assignment_and_pledged_transfer__new_pledgee_new_holder_same_debt(shop: People) -> None:
    receipt, other = shop.issued_many(2)
    shop.pledged(receipt)
    told = shop.told(BANK, "assign", 422, on=receipt, assignee=IMPORTER)
    assert "neither the pledgee nor the holder" in told

    # The pledge goes to another member in the same rank.
    assert "no pledge on this receipt" in shop.told(IMPORTER, "assign", 403, on=receipt, assignee=TRADER)
    shop.act(BANK, "assign", TRADER, on=receipt, assignee=TRADER)
    (pledge,) = shop.status(TRADER, receipt)["pledges"]
    assert (pledge["pledgee"]["member_id"], pledge["terms"]["amount_minor"]) == (TRADER, "500000000")
    assert "no pledge on this receipt" in shop.told(OPERATOR, "release", 403, on=receipt)

    # A pledged receipt is given on: holder, transferee and first pledgee sign, and it stays pledged.
    shop.pledged(other)
    told = shop.told(IMPORTER, "transfer", 409, on=other, transferee=TRADER)
    assert "a pledged one moves with its first pledgee" in told
    told = shop.told(IMPORTER, "pledged-transfer", 422, on=other, transferee=BANK)
    assert "a member that neither holds it nor has a pledge on it" in told
    prepared = shop.prepare(IMPORTER, {"type": "pledged-transfer", "receipt_id": other, "transferee": TRADER})
    waiting = shop.submit(prepared, IMPORTER, TRADER)
    assert waiting["status"] == "awaiting-signature"
    shop.done(prepared, BANK)
    found = shop.status(TRADER, other)
    assert (found["holder"]["member_id"], found["free"]) == (TRADER, False)
    assert [each["pledgee"]["member_id"] for each in found["pledges"]] == [BANK]


def test_extension__after_a_new_look__runs_longer_with_its_pledge(shop: People) -> None:
    receipt = shop.issued()
    shop.pledged(receipt)
    (apart,) = shop.act(IMPORTER, "split", OPERATOR, BANK, on=receipt, parts=[part("X-0", 50, 2)])
    until = shop.state(receipt).expires_at
    body = {"receipt_number": "X-1", "storage_until": until}
    assert "after" in shop.told(IMPORTER, "extension", 409, on=receipt, **body)
    body = {"receipt_number": "X-1", "storage_until": until + 90 * 86_400}
    changed = {**body, "changes": {"goods_code": "40011000"}}
    assert "an extension changes only" in shop.told(IMPORTER, "extension", 422, on=receipt, **changed)

    renewed = {**body, "changes": {"quality_certificate": "VN-QC-2026-9001"}}
    (longer,) = shop.act(IMPORTER, "extension", BANK, on=receipt, **renewed)

    found = shop.status(BANK, longer)
    assert (found["expires_at"], found["predecessors"]) == (until + 90 * 86_400, [receipt])
    assert found["quantity_g"] == str(150 * T), "what the split left, whatever the old document says"
    assert [each["pledgee"]["member_id"] for each in found["pledges"]] == [BANK]
    assert shop.status(IMPORTER, receipt)["successors"] == [apart, longer]


def test_extension__holder_lets_it_run_out__pledgee_alone_and_then_it_moves_again(shop: People) -> None:
    receipt = shop.issued()
    shop.pledged(receipt)
    until = shop.state(receipt).expires_at
    body = {"receipt_number": "X-2", "storage_until": until + 365 * 86_400}
    asked = {"type": "extension", "receipt_id": receipt, **body}
    both = [signer["member_id"] for signer in shop.prepare(BANK, asked)["signers"]]
    assert both == [IMPORTER, BANK], "before it expires the holder signs"
    early = shop.told_signed(shop.prepare(BANK, asked), 409, BANK, holder=0)
    assert f"expected member {IMPORTER}, who holds it" in early, early

    shop.skip(until - shop.now() + 60)
    moved = {"transferee": TRADER}
    assert "extend it first" in shop.told(IMPORTER, "pledged-transfer", 409, on=receipt, **moved)
    dearer = {**body, "changes": {"storage_fee": "CNY 9.00 per tonne and day"}}
    assert "an extension changes only" in shop.told(BANK, "extension", 422, on=receipt, **dearer)
    prepared = shop.prepare(BANK, asked)
    assert [signer["member_id"] for signer in prepared["signers"]] == [BANK]
    assert "The first pledgee, without the holder," in prepared["summary"]["en"]
    shop.done(prepared, BANK)

    (longer,) = (item["receipt_id"] for item in prepared["documents"])
    found = shop.status(BANK, longer)
    assert (found["expires_at"], found["holder"]["member_id"]) == (until + 365 * 86_400, IMPORTER)
    assert [each["pledgee"]["member_id"] for each in found["pledges"]] == [BANK]
    shop.act(IMPORTER, "pledged-transfer", TRADER, BANK, on=longer, **moved)
    keys = party("member 7").encryption
    report = Auditor(shop.chain, shop.warehouse.store, keys, shop.warehouse.pictures).run()
    assert report.holds, render_audit(report)
