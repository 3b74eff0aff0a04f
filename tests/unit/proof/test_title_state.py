"""What storage may say of a receipt, its lot and its members, and what each makes of the title."""

from __future__ import annotations

import pytest

from holdfast.domain.members import Role
from holdfast.proof.bundle import dump, parse_bundle
from holdfast.proof.report import render_report
from holdfast.proof.verify import verify_title
from tests.unit.proof.data import NOW
from tests.unit.proof.world import TONNE, TRUST, World, member_word


def test_state__plain_receipt__holds() -> None:
    report = verify_title(dump(World().file()), TRUST, NOW)
    assert report.holds, render_report(report)


def test_state__pledged_receipt__holds_and_says_to_whom() -> None:
    world = World(receipt={"firstPledgee": 4, "pledges": 2, "liens": 1})
    data = dump(world.file())
    report = verify_title(data, TRUST, NOW)
    assert report.holds, render_report(report)
    assert "ENCUMBERED: 2 pledges, 1 lien; first pledgee is member 4" in render_report(report)
    assert report.title is not None
    assert report.title.to_json()["first_pledgee_account"] == world.file()["claimed"]["first_pledgee_account"]
    assert parse_bundle(parse_bundle(data).to_compact()).to_bytes() == data


def test_state__storage_fees_outrank_pledges__the_verifier_is_told() -> None:
    content = World(receipt={"firstPledgee": 4, "pledges": 1, "lienTerms": 1}).file()
    report = verify_title(dump(content), TRUST, NOW)
    shown = render_report(report)
    assert report.holds, shown
    assert "ENCUMBERED: 1 pledge; first pledgee is member 4; agreed storage fees outrank any pledge" in shown
    content["claimed"]["lien_terms"] = 0
    assert verify_title(content, TRUST, NOW).failed is not None


def test_state__pledge_hidden_from_the_claims__fails() -> None:
    content = World(receipt={"firstPledgee": 4, "pledges": 1}).file()
    content["claimed"]["pledges"] = 0
    report = verify_title(content, TRUST, NOW)
    assert report.failed is not None
    assert report.failed.name == "claims"


WAREHOUSE = Role.WAREHOUSE_OPERATOR
CASES = {
    "delivered": (World(receipt={"status": 3}), "storage", "burned"),
    "delivered with its goods cleared": (
        World(receipt={"status": 3, "quantityG": 0, "lotId": 0}),
        "storage",
        "burned",
    ),
    "unknown status": (World(receipt={"status": 5}), "storage", "not those of a receipt"),
    "replaced": (World(receipt={"status": 4}), "storage", "others took its place"),
    "status none": (World(receipt={"status": 0}), "storage", "not those of a receipt"),
    "unknown kind": (World(receipt={"kind": 3}), "storage", "standing receipt"),
    "kind none": (World(receipt={"kind": 0}), "storage", "standing receipt"),
    "no holder": (World(receipt={"holder": 0}), "storage", "standing receipt"),
    "no operator": (World(receipt={"operator": 0}), "storage", "standing receipt"),
    "no goods": (World(receipt={"quantityG": 0, "lotId": 0}), "storage", "standing receipt"),
    "zero grams": (World(receipt={"quantityG": 0}), "storage", "standing receipt"),
    "freeze case without a freeze": (World(further_bits=1 << 224), "storage", "freezes and case"),
    "bit beyond the layout": (World(further_bits=1 << 248), "storage", "not those of a receipt"),
    "live with a reason to stand still": (World(receipt={"suspendReason": 1}), "storage", "yet live"),
    "lot of another operator": (World(lot={"operator": 2}), "lot", "kept by member 2"),
    "lot with less live than the receipt": (World(lot={"liveG": 25 * TONNE - 1}), "lot", "cover"),
    "lot with more live than attested": (World(lot={"liveG": 200 * TONNE + 1}), "lot", "cover"),
    "lot that is not there": (
        World(lot={"attestedG": 0, "liveG": 0, "operator": 0}),
        "lot",
        "no such lot",
    ),
    "receipt on a lot elsewhere": (
        World(receipt={"lotId": 5}),
        "lot",
        "belong to no key|proof ends|not the one|no such",
    ),
    "holder not active": (
        World(members={3: member_word(3, Role.TRADER, active=False)}),
        "members",
        "member 3, the holder, is not active",
    ),
    "operator not active": (
        World(members={1: member_word(1, WAREHOUSE, active=False)}),
        "members",
        "member 1, the warehouse operator, is not active",
    ),
    "operator without the role": (World(members={1: member_word(1, Role.TRADER)}), "members", "no warehouse"),
    "holder counted with none": (
        World(members={3: member_word(3, Role.TRADER, receipts=0)}),
        "members",
        "no receipts",
    ),
    "holder no member": (World(members={3: 0}), "members", "no member 3"),
    "pledgee no member": (World(receipt={"firstPledgee": 9}), "members", "no member 9"),
    "suspended": (World(receipt={"status": 2}), "claims", "suspended"),
    "suspended for a reason": (World(receipt={"status": 2, "suspendReason": 3}), "claims", "for reason 3"),
    "expired": (World(receipt={"expiresAt": NOW - 1}), "claims", "expired"),
}


@pytest.mark.parametrize("name", list(CASES))
def test_state__not_that_of_a_title__fails_at_its_step(name: str) -> None:
    world, step, why = CASES[name]
    report = verify_title(dump(world.file()), TRUST, NOW)
    assert report.failed is not None
    assert report.failed.name == step
    assert any(part in report.failed.detail for part in why.split("|")), report.failed.detail
