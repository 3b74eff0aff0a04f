"""One lot, end to end. Read it from top to bottom: it is what Holdfast does.

Qingdao: 200 t of natural rubber from Viet Nam arrive on eight trucks. The warehouse operator books them in
its own system, instruments sign what they see, four attesters recompute, and a receipt comes into being. The
importer sells it to a trader, a bank verifies the title, an auditor replays everything, and four frauds fail.

`told` is that story, told by `holdfast demo --once` on real processes (tests/e2e/conftest.py). Each test
below looks at what is true afterwards: on the chain, in files, and through the command line. What the story
itself says is in scripts/demo/story.py.
"""

from __future__ import annotations

import sqlite3

from eth_utils import to_checksum_address

from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain
from holdfast.domain.orders import Status
from scripts.demo.chain import ROOT
from scripts.demo.members import IMPORTER, TRADER
from tests.e2e.told import Told, holdfast

TONNE_G = 1_000_000


def named(events: list[ChainEvent], name: str) -> list[ChainEvent]:
    return [event for event in events if event.name == name]


# The goods become receipts.


def test_receipts__after_the_story__one_of_200_t_and_twenty_of_2_5_t(
    told: Told, chain: Chain, events: list[ChainEvent]
) -> None:
    ids = [int(event.args["receiptId"]) for event in named(events, "ReceiptIssued")]
    receipts = [chain.receipts.receipt(receipt_id) for receipt_id in ids]
    assert len(set(ids)) == 21
    assert ids[0] == told.receipt_id
    assert [r.quantity_g for r in receipts if r] == [200 * TONNE_G, *[2_500_000] * 20]
    assert {r.status for r in receipts if r} == {Status.LIVE}


def test_batch__twenty_receipts__one_transaction_and_one_quorum(events: list[ChainEvent]) -> None:
    first, *batch = named(events, "ReceiptIssued")
    assert {event.tx_hash for event in batch} == {batch[0].tx_hash} != {first.tx_hash}
    attested = [event for event in named(events, "Attested") if event.tx_hash == batch[0].tx_hash]
    assert len(attested) == 1


def test_every_change__has_its_own_evidence__three_decisions(events: list[ChainEvent]) -> None:
    attested = named(events, "Attested")
    assert len({event.args["evidenceLocation"] for event in attested}) == len(attested) == 3
    changes = {e.tx_hash for e in events if e.name in {"ReceiptIssued", "ReceiptTransferred"}}
    assert changes == {event.tx_hash for event in attested}


# The importer sells: title passes at once and finally.


def test_transfer__signed_by_both__trader_holds_the_receipt(told: Told, chain: Chain) -> None:
    state = chain.receipts.receipt(told.receipt_id)
    assert state is not None
    assert (state.holder, state.seq) == (TRADER.member_id, 1)


def test_transfer__read_as_an_ordinary_token__owner_is_the_traders_account(told: Told, chain: Chain) -> None:
    address = chain.connection.deployment.warehouse_receipt
    token = chain.connection.contract("WarehouseReceipt", address).functions
    trader, importer = (chain.consortium.member(person.member_id) for person in (TRADER, IMPORTER))
    assert trader is not None and importer is not None
    assert token.ownerOf(told.receipt_id).call().lower() == trader.account.lower()
    assert token.balanceOf(to_checksum_address(trader.account)).call() == 1
    assert token.balanceOf(to_checksum_address(importer.account)).call() == 20


# The bank verifies the title, from one file.


def test_title_proof__against_the_banks_trust_file__holds(told: Told) -> None:
    home = told.home
    ran = holdfast(home.path, "verify", str(home.path / "title.json"), "--trust", str(home.trust))
    assert ran.status == 0, ran.output
    assert "200.000 t, held by member 3" in ran.output
    assert "not run: no seals" in ran.output or "no seals: a development chain" in ran.output


def test_title_proof__against_another_chains_trust_file__does_not_hold(told: Told) -> None:
    other = ROOT / "tests" / "vectors" / "trust.json"
    ran = holdfast(told.home.path, "verify", str(told.home.path / "title.json"), "--trust", str(other))
    assert ran.status == 1, ran.output
    assert "failed" in ran.output


# Four frauds.


def test_frauds__four_are_tried__each_refused_with_its_reason(told: Told) -> None:
    _, _, frauds = told.telling.output.partition("9. Four frauds")
    refusals = " ".join(frauds.split()).split("refused: ")[1:]
    assert len(refusals) == 4
    short, twice, replayed, elsewhere = refusals
    assert "4.040 t short, beyond the tolerance of 1.000 t" in short
    assert "the same goods would be promised twice" in twice
    assert "at most 60 s are let through" in replayed or "counter" in replayed
    assert "expected the sign of bay B-02; the frames show A-08" in elsewhere


def test_frauds__all_refused__nothing_on_the_chain_after_the_transfer(
    told: Told, events: list[ChainEvent]
) -> None:
    assert events[-1].tx_hash == named(events, "ReceiptTransferred")[-1].tx_hash
    with sqlite3.connect(told.home.records) as db:
        ended = db.execute("SELECT status, tx_hash FROM orders ORDER BY created_at, id").fetchall()
    db.close()
    assert sorted(status for status, _ in ended) == ["final"] * 3 + ["refused"] * 3
    assert [tx_hash for status, tx_hash in ended if status == "refused"] == [None] * 3


# The auditor believes nobody.


def test_audit__of_everything__all_six_decisions_replay(told: Told) -> None:
    ran = holdfast(told.home.path, "audit", "--json")
    assert ran.status == 0, ran.output
    report = ran.json()
    assert (report["holds"], report["decisions"], report["agree"]) == (True, 6, 6)
    assert report["damaged"] == report["ledger_findings"] == []
    assert sum(item["tx_hash"] is None for item in report["replayed"]) == 3


# And tomorrow?


def test_demo__started_again__finds_the_receipts_and_tells_nothing_twice(told: Told) -> None:
    note = (told.home.path / "story.json").read_bytes()
    again = holdfast(told.home.path, "demo", "--once", "--first-half")
    assert again.status == 0, again.output
    assert "found the receipts of an earlier run again: 21" in again.output
    # No scene, no new key, no new decision: the note of the telling and the evidence are as they were.
    assert [
        word for word in ("Tryton, its own system  (", "Four frauds", "founding") if word in again.output
    ] == []
    assert (told.home.path / "story.json").read_bytes() == note
    report = holdfast(told.home.path, "audit", "--json").json()
    assert (report["decisions"], report["objects"]) == (6, 267)
