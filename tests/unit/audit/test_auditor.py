"""The whole audit on a small history: an issue, a transfer, a refused fraud; then one thing is bent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport, Replayed, render_audit
from holdfast.domain.errors import Unreachable
from holdfast.domain.orders import SuspendOrder, SuspendReason, TransferOrder
from holdfast.domain.policy import policy_to_json
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import UnixSeconds
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.cid import cid_of_raw_digest
from holdfast.evidence.collection import document_bytes
from holdfast.evidence.sealed_manifest import parse_sealed_manifest
from oracle.workflow.bundle import Decided
from tests.fakes.chain_facts import committee_args
from tests.fakes.oracle import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    TRADER,
    T,
    Warehouse,
    pallets,
    party,
)


@dataclass
class Past:
    """What happened, and how to audit it."""

    warehouse: Warehouse
    issue: Decided
    issue_tx: str
    transfer: Decided
    transfer_tx: str
    refused: Decided

    @property
    def receipt(self) -> str:
        return receipt_hex(self.issue.found.documents[0][0])

    def hints(self) -> dict[str, tuple[str, ...]]:
        """What the oracle's records know of bundles that never reached the chain."""
        return {self.refused.cid: (receipt_hex(self.refused.found.documents[0][0]),)}

    def audit(self, **options: Any) -> AuditReport:
        return Auditor(
            self.warehouse.ledger.chain,
            self.warehouse.store,
            party("auditor").encryption,
            self.warehouse.pictures,
            **({"hints": self.hints()} | options),
        ).run()

    def findings(self) -> list[str]:
        """Everything the audit has to say."""
        report = self.audit()
        assert not report.holds
        told = [finding for item in report.replayed for finding in item.findings]
        return told + [damaged.why for damaged in report.damaged] + list(report.ledger_findings)


def make_past() -> Past:
    warehouse = Warehouse(quantity_g=50 * T, packages=pallets(2))
    issue = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    issue_tx = warehouse.write(issue)
    number, document = issue.found.documents[0]
    transfer = warehouse.transferred(number, document)
    transfer_tx = warehouse.write(transfer, after_s=120)
    refused = warehouse.issue(messages=warehouse.weighings(46 * T, loads=2) + warehouse.frames())
    return Past(warehouse, issue, issue_tx, transfer, transfer_tx, refused)


@pytest.fixture(scope="module")
def whole() -> Past:
    """A past that tests bend and mend."""
    return make_past()


@pytest.fixture
def past(whole: Past) -> Iterator[Past]:
    ledger, store = whole.warehouse.ledger, whole.warehouse.store
    kept = (
        dict(store.objects),
        list(ledger.log),
        dict(ledger.carried),
        dict(ledger.receipts),
        dict(ledger.lots),
    )
    committees, times = dict(ledger.committees), list(ledger.node.times)
    yield whole
    store.objects, ledger.log, ledger.carried, ledger.receipts, ledger.lots = kept
    ledger.committees, ledger.node.times, store.down = committees, times, False


def test_audit__honest_past__every_decision_replays(past: Past) -> None:
    told: list[str] = []

    report = past.audit(progress=told.append)

    assert report.holds, render_audit(report)
    assert [item.purpose for item in report.replayed] == ["issue", "transfer", "issue"]
    assert [item.tx_hash for item in report.replayed] == [past.issue_tx, past.transfer_tx, None]
    assert [item.summary.partition(":")[0] for item in report.replayed] == ["ACCEPT", "ACCEPT", "REJECT"]
    assert report.replayed[0].receipts == (past.receipt,) == report.replayed[1].receipts
    assert report.objects == len(past.warehouse.store.objects)
    assert len(told) == 2
    assert report.to_json()["agree"] == 3
    assert "3 of 3 decisions replay (100 %)" in render_audit(report)
    assert "nothing was written" in render_audit(report)


def owners(past: Past) -> dict[str, str]:
    """Each stored object -> the receipt it is evidence for."""
    found = {}
    for decided in (past.issue, past.transfer, past.refused):
        number = receipt_hex(decided.found.documents[0][0])
        sealed = parse_sealed_manifest(past.warehouse.store.get(decided.cid), decided.cid)
        found |= dict.fromkeys((decided.cid, *sealed.objects), number)
    return found


def test_audit__one_bit_flipped_in_any_stored_file__names_file_and_receipt(past: Past) -> None:
    store, owner = past.warehouse.store, owners(past)
    assert set(owner) == set(store.objects)
    for place, cid in enumerate(sorted(owner)):
        at = (place * 7919) % len(store.objects[cid])
        store.flip(cid, at, 1 << place % 8)

        report = past.audit()

        assert not report.holds, cid
        damaged = [item for item in report.damaged if item.cid == cid]
        assert len(report.damaged) == len(damaged) == 1
        assert damaged[0].receipts == (owner[cid],), cid
        assert cid in render_audit(report)
        assert owner[cid] in render_audit(report)
        assert "THE AUDIT FAILS" in render_audit(report)
        store.flip(cid, at, 1 << place % 8)
    assert past.audit().holds


def test_audit__any_stored_file_missing__names_file_and_receipt(past: Past) -> None:
    store, owner = past.warehouse.store, owners(past)
    for cid in sorted(owner):
        data = store.objects.pop(cid)

        report = past.audit()

        assert not report.holds, cid
        assert cid in render_audit(report)
        assert owner[cid] in render_audit(report)
        store.objects[cid] = data


def test_audit__nothing_to_audit__holds() -> None:
    warehouse = Warehouse()
    report = Auditor(
        warehouse.ledger.chain, warehouse.store, party("auditor").encryption, warehouse.pictures
    ).run()

    assert report.holds
    assert (report.replayed, report.objects) == ((), 0)
    assert "0 of 0 decisions replay" in render_audit(report)


def test_audit__a_stray_object_in_the_store__passed_over(past: Past) -> None:
    past.warehouse.store.put(b"somebody else's file")

    assert past.audit().holds


@pytest.mark.parametrize("what", ["store", "chain"])
def test_audit__store_or_chain_down__unreachable(past: Past, what: str) -> None:
    past.warehouse.store.down = what == "store"
    past.warehouse.ledger.node.down = what == "chain"
    try:
        with pytest.raises(Unreachable):
            past.audit()
    finally:
        past.warehouse.ledger.node.down = False


def test_audit__auditor_not_among_the_recipients__says_so(past: Past) -> None:
    report = Auditor(
        past.warehouse.ledger.chain,
        past.warehouse.store,
        party("stranger").encryption,
        past.warehouse.pictures,
    ).run()

    assert not report.holds
    assert all("not sealed" in f or "recipient" in f for item in report.replayed for f in item.findings)


# decisions that should never have been written


def written(past: Past, decided: Decided, members: tuple[int, ...] = (OPERATOR, BANK, INSPECTOR)) -> None:
    """Put a decision on the chain as colluding attesters would."""
    warehouse = past.warehouse
    attestation = warehouse.attestation(decided)
    signatures = warehouse.signatures(attestation, members)
    warehouse.ledger.write(decided.found.order, attestation, signatures, warehouse.now_s + 300)


def test_audit__short_goods_attested_all_the_same__replays_to_reject() -> None:
    past = make_past()
    past.warehouse.ledger.lots = {}
    past.warehouse.ledger.log = [e for e in past.warehouse.ledger.log if e.block_number == 1]
    past.warehouse.ledger.receipts = {}

    written(past, past.refused)

    assert "the verdict replays to REJECT" in past.findings()
    assert any("short, beyond the tolerance" in finding for finding in past.findings())


def test_audit__judged_by_a_softer_policy_than_attested__told() -> None:
    warehouse = Warehouse(quantity_g=50 * T, packages=pallets(2))
    honest = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
    soft = canonical_json({**policy_to_json(warehouse.policy), "tolerance_bps": 5_000})
    files = {**honest.opened.files, "policy.json": soft}
    opened = warehouse.resealed(honest.opened, files, policy_digest=sha256_digest(soft))
    past = Past(warehouse, honest, "", honest, "", honest)

    written(past, replace(honest, opened=opened, cid=cid_of_raw_digest(opened.location)))

    assert any("another policy" in finding for finding in past.findings())


def test_audit__quorum_too_small__told(past: Past) -> None:
    carried = past.warehouse.ledger.carried[past.issue_tx]
    past.warehouse.ledger.carried[past.issue_tx] = replace(carried, signatures=carried.signatures[:2])

    assert any(f.startswith("quorum: 2 of 3") for f in past.findings())


def test_audit__quorum_without_the_operator__told(past: Past) -> None:
    attestation = past.warehouse.attestation(past.issue)
    carried = past.warehouse.ledger.carried[past.issue_tx]
    others = tuple(past.warehouse.signatures(attestation, (BANK, INSPECTOR, IOT)))
    past.warehouse.ledger.carried[past.issue_tx] = replace(carried, signatures=others)

    assert any("operator 1's own attester did not sign" in f for f in past.findings())


@pytest.mark.parametrize("field", ["holder", "transferee"])
def test_audit__party_did_not_sign__told(past: Past, field: str) -> None:
    carried = past.warehouse.ledger.carried[past.transfer_tx]
    forged = party("stranger").sign(past.warehouse.domain, carried.order)
    past.warehouse.ledger.carried[past.transfer_tx] = replace(
        carried, parties={**carried.parties, field: forged}
    )

    assert any(f.startswith(f"{field} ") and "signed by" in f for f in past.findings())


def test_audit__party_signature_malformed__told_and_the_audit_goes_on(past: Past) -> None:
    carried = past.warehouse.ledger.carried[past.transfer_tx]
    past.warehouse.ledger.carried[past.transfer_tx] = replace(
        carried, parties={"holder": b"", "transferee": b""}
    )

    assert any("signature" in finding for finding in past.findings())


@pytest.mark.parametrize(
    "changes",
    [
        {"order_hash": b"\7" * 32},
        {"evidence_digest": b"\7" * 32},
        {"evidence_location": b"\7" * 32},
        {"policy_digest": b"\7" * 32},
        {"observed_at": 1_794_999_000},
        {"valid_until": 1_795_000_001},
        {"epoch": 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_audit__carried_attestation_says_something_else__told(past: Past, changes: dict[str, Any]) -> None:
    carried = past.warehouse.ledger.carried[past.issue_tx]
    other = replace(carried.attestation, **changes)
    signed = tuple(past.warehouse.signatures(other))
    past.warehouse.ledger.carried[past.issue_tx] = replace(carried, attestation=other, signatures=signed)

    assert past.findings()


def test_audit__attested_time_is_not_the_evidences__told(past: Past) -> None:
    """A younger date would keep old evidence fresh."""
    carried = past.warehouse.ledger.carried[past.issue_tx]
    younger = carried.attestation.observed_at + 100
    other = replace(carried.attestation, observed_at=younger)
    signed = tuple(past.warehouse.signatures(other))
    past.warehouse.ledger.carried[past.issue_tx] = replace(carried, attestation=other, signatures=signed)

    assert past.findings() == ["the attested time of observation is not the evidence's"]


def test_audit__transaction_carried_another_order__told(past: Past) -> None:
    carried = past.warehouse.ledger.carried[past.transfer_tx]
    other = replace(carried.order, deadline=carried.order.deadline + 1)
    past.warehouse.ledger.carried[past.transfer_tx] = replace(carried, order=other)

    assert any("another order" in finding for finding in past.findings())


def test_audit__transaction_that_is_no_order__told_and_the_audit_goes_on(past: Past) -> None:
    del past.warehouse.ledger.carried[past.issue_tx]

    report = past.audit()

    assert [item.agrees for item in report.replayed] == [False, True, True]
    assert "is no order" in report.replayed[0].findings[0]


def test_audit__old_epoch__told(past: Past) -> None:
    ledger = past.warehouse.ledger
    begun = replace(past.warehouse.committee, epoch=2)
    founding = [e for e in ledger.log if e.block_number == 1]
    rest = ledger.log[len(founding) :]
    ledger.log = founding
    ledger.emit("CommitteeChanged", committee_args(begun), 1, "0x" + "f2" * 32)
    ledger.log += rest

    assert any("epoch 1 was not in force" in finding for finding in past.findings())


# forged histories


def test_audit__act_without_any_attestation__told(past: Past) -> None:
    ledger = past.warehouse.ledger
    number = ledger.node.mine()
    state = ledger.receipts[past.issue.found.documents[0][0]]
    moved = {"receiptId": state.receipt_id, "from": TRADER, "to": BANK, "seq": state.seq}
    ledger.emit("ReceiptTransferred", moved, number, "0x" + "bad0" * 16)
    ledger.receipts[state.receipt_id] = replace(state, holder=BANK, seq=state.seq + 1)

    assert any("without an attested order" in f and "0xbad0" in f for f in past.findings())


def test_audit__events_are_not_what_the_order_says__told(past: Past) -> None:
    """A contract that did something else than it was told."""
    ledger = past.warehouse.ledger
    at = next(i for i, e in enumerate(ledger.log) if e.name == "ReceiptTransferred")
    ledger.log[at] = replace(ledger.log[at], args={**ledger.log[at].args, "to": BANK})
    number = past.issue.found.documents[0][0]
    ledger.receipts[number] = replace(ledger.receipts[number], holder=BANK)

    assert any("did something else than the order says" in f for f in past.findings())


def test_audit__impossible_event__told_and_the_audit_goes_on(past: Past) -> None:
    ledger = past.warehouse.ledger
    number = ledger.node.mine()
    ledger.emit("ReceiptSuspended", {"receiptId": 99, "seq": 0}, number, "0x" + "bad1" * 16)

    report = past.audit()

    assert any("never issued" in finding for finding in report.ledger_findings)
    assert [item.agrees for item in report.replayed] == [True, True, True]
    assert not report.holds


@pytest.mark.parametrize(
    "changes", [{"holder": BANK}, {"quantity_g": 1}, {"seq": 9}], ids=lambda changes: next(iter(changes))
)
def test_audit__contract_holds_another_receipt_than_the_logs_give__told(
    past: Past, changes: dict[str, Any]
) -> None:
    receipts = past.warehouse.ledger.receipts
    number = past.issue.found.documents[0][0]
    receipts[number] = replace(receipts[number], **changes)

    assert any("the logs give" in finding and past.receipt in finding for finding in past.findings())


def test_audit__contract_has_no_such_receipt_or_another_lot__told(past: Past) -> None:
    past.warehouse.ledger.receipts = {}
    past.warehouse.ledger.lots = {}

    told = past.findings()

    assert any("the contract None" in finding for finding in told)
    assert any(finding.startswith("lot 0x") for finding in told)


def test_audit__same_frames_behind_two_decisions__told() -> None:
    past = make_past()
    warehouse, files = past.warehouse, past.transfer.opened.files
    number, document = past.issue.found.documents[0]
    again = [
        replace(warehouse.frames(1)[0], raw=files[f"frame-0{n}.cose"], image=files[f"frame-0{n}.jpg"])
        for n in (1, 2)
    ]
    order = TransferOrder(number, TRADER, IMPORTER, 1, warehouse.now_s + DAY_S)
    warehouse.write(warehouse.existing(order, [document_bytes(document)], again), after_s=300)

    assert any("was evidence in" in finding for finding in past.findings())


def test_audit__suspension__replays_to_a_reject_by_two_attesters() -> None:
    past = make_past()
    warehouse = past.warehouse
    number, document = past.issue.found.documents[0]
    order = SuspendOrder(number, SuspendReason.QUANTITY_SHORT, 1, warehouse.now_s + DAY_S)
    short = warehouse.frames(values=pallets(1))
    decided = warehouse.existing(order, [document_bytes(document)], short)

    written(past, decided, (BANK, IOT))

    report = past.audit()
    assert report.holds, render_audit(report)
    assert "suspend" in [item.purpose for item in report.replayed]


def test_audit__suspension_by_the_holders_own_attester__told() -> None:
    past = make_past()
    warehouse = past.warehouse
    number, document = past.issue.found.documents[0]
    moved = TransferOrder(number, TRADER, BANK, 1, warehouse.now_s + DAY_S)
    decided = warehouse.existing(moved, [document_bytes(document)])
    attestation = warehouse.attestation(decided)
    signatures = warehouse.signatures(attestation, (OPERATOR, INSPECTOR, IOT))
    parties = [party(f"member {m}").sign(warehouse.domain, moved) for m in (TRADER, BANK)]
    warehouse.ledger.write(moved, attestation, signatures, warehouse.now_s + 180, parties)
    assert past.audit().holds

    order = SuspendOrder(number, SuspendReason.QUANTITY_SHORT, 2, warehouse.now_s + DAY_S)
    short = warehouse.existing(order, [document_bytes(document)], warehouse.frames(values=pallets(1)))
    written(past, short, (BANK, IOT))

    assert past.findings() == ["quorum: member 4 has an interest in this act"]


def test_audit__same_lot_offered_again__replays_against_what_lived_by_then(past: Past) -> None:
    warehouse = past.warehouse
    site_lot = (warehouse.claim.site, warehouse.claim.lot)
    for as_of, said in (
        (warehouse.now_s + 200, "REJECT"),
        (warehouse.now_s + 60, "REJECT"),
        (None, "ACCEPT"),
    ):
        claim = replace(warehouse.claim, as_of=UnixSeconds(as_of or warehouse.now_s))
        warehouse.source.answers[site_lot] = claim
        decided = warehouse.issue(messages=warehouse.weighings(loads=2) + warehouse.frames())
        location = decided.opened.location.hex()

        found = next(item for item in past.audit().replayed if item.location == location)

        assert found.summary.startswith(said), as_of
    warehouse.source.answers[site_lot] = warehouse.claim


def test_report__many_receipts__counted_not_listed() -> None:
    item = Replayed("issue", tuple("abcde"), "00", None, None, "REJECT", ("why",))
    report = AuditReport(1, 2, (item,), (), (), 0)

    text = render_audit(report)

    assert "a, b, c and 2 more" in text
    assert "0 of 1 decisions replay (0 %)" in text
    assert "never on the chain" in text
    assert not report.holds
