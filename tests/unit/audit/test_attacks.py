"""What strangers try on an audit: to end it, to make it work for ever, to make it tell untruths."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport, render_audit
from holdfast.domain.policy import policy_to_json
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.telemetry import FrameContent
from tests.fakes.oracle import T, Warehouse, pallets, party


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse(quantity_g=50 * T, packages=pallets(2))


def audit(warehouse: Warehouse) -> AuditReport:
    key = party("auditor").encryption
    return Auditor(warehouse.ledger.chain, warehouse.store, key, warehouse.pictures).run()


def findings(report: AuditReport) -> list[str]:
    return [finding for item in report.replayed for finding in item.findings]


def test_audit__courier_put_two_orders_into_one_transaction__each_replays(warehouse: Warehouse) -> None:
    issue = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    issue_tx = warehouse.write(issue)
    transfer_tx = warehouse.write(warehouse.transferred(*issue.found.documents[0]))
    warehouse.ledger.together(issue_tx, transfer_tx)

    report = audit(warehouse)

    assert report.holds, render_audit(report)
    assert [(item.purpose, item.tx_hash) for item in report.replayed] == [
        ("issue", issue_tx),
        ("transfer", issue_tx),
    ]


def test_audit__one_message_for_two_orders_of_one_transaction__told(warehouse: Warehouse) -> None:
    seen = warehouse.frames()
    issue = warehouse.issue(messages=warehouse.weighings(loads=2) + seen)
    issue_tx = warehouse.write(issue)
    transfer = warehouse.transferred(*issue.found.documents[0], messages=seen)
    warehouse.ledger.together(issue_tx, warehouse.write(transfer))

    assert f"message 1 of CAM-A07 was evidence in {issue_tx} already" in findings(audit(warehouse))


def test_audit__depositors_request_turned_into_receipts_twice__told(warehouse: Warehouse) -> None:
    request = warehouse.request(total_g=25 * T)
    first = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames(), request=request)
    first_tx = warehouse.write(first)
    again = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames(), request=request)
    warehouse.write(again, after_s=120)

    told = findings(audit(warehouse))

    assert len(told) == 1
    assert told[0].startswith("the depositor's request 0x")
    assert told[0].endswith(f"was evidence in {first_tx} already")


def test_audit__strangers_bundle_with_its_own_bound_for_pictures__told_and_none_decoded(
    warehouse: Warehouse,
) -> None:
    """A policy of one's own lets in pictures of any size: a few kilobytes that fill all memory."""
    honest = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    warehouse.write(honest)
    own = canonical_json({**policy_to_json(warehouse.policy), "max_frame_pixels": 2**40})
    files = {**honest.opened.files, "policy.json": own}
    warehouse.resealed(honest.opened, files, policy_digest=sha256_digest(own))
    bounds: list[int] = []

    def read(image: bytes, max_pixels: int) -> FrameContent:
        bounds.append(max_pixels)
        return warehouse.pictures(image, max_pixels)

    key = party("auditor").encryption
    report = Auditor(warehouse.ledger.chain, warehouse.store, key, read).run()

    assert any("which was never in force" in finding for finding in findings(report))
    assert set(bounds) == {warehouse.policy.max_frame_pixels}


def test_audit__order_nobody_can_read_back__told_and_the_rest_replays(warehouse: Warehouse) -> None:
    issue = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    issue_tx = warehouse.write(issue)
    transfer = warehouse.transferred(*issue.found.documents[0])
    warehouse.write(transfer)
    del warehouse.ledger.carried[issue_tx]

    report = audit(warehouse)

    assert [item.agrees for item in report.replayed] == [False, True]


def test_audit__orders_of_one_transaction_with_changed_values__told(warehouse: Warehouse) -> None:
    issue = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    issue_tx = warehouse.write(issue)
    warehouse.ledger.together(issue_tx, warehouse.write(warehouse.transferred(*issue.found.documents[0])))
    log = warehouse.ledger.log
    at = next(i for i, event in enumerate(log) if event.name == "ReceiptTransferred")
    log[at] = replace(log[at], args=log[at].args | {"to": 6})

    assert "the contract did something else than the order says" in findings(audit(warehouse))


def test_audit__same_pallets_under_two_lots__told(warehouse: Warehouse) -> None:
    """Every attester may have been in it: the evidence itself still tells."""
    first = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    warehouse.write(first)
    seen = warehouse.weighings(loads=2) + warehouse.frames()
    warehouse.write(warehouse.issue_as_lot("VN-2026-0200", seen), after_s=120)

    told = findings(audit(warehouse))

    assert told == [
        f"pallet {sscc} stands for lot 0x{first.found.lot_id.hex()} as well, which has live receipts"
        for sscc in warehouse.packages
    ]
