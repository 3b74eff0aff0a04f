"""Readers after pledge, split and freeze: auditor, bank's own node, index and title proof agree."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from web3 import Web3

from cli.home import Home
from cli.main import cli
from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport, render_audit
from holdfast.chain.deployment import save_deployment
from holdfast.chain.freshness import evidence_fresh_until
from holdfast.chain.standing import StandingReader
from holdfast.domain.standing import Bound
from holdfast.evidence.cid import cid_of_raw_digest
from holdfast.proof.report import render_report
from holdfast.proof.trust import parse_trust
from holdfast.proof.verify import verify_title
from tests.fakes.oracle import AUDITOR, party
from tests.integration.test_acts_end_to_end import BANK, IMPORTER, OPERATOR, RULING, T, pledge_terms
from tests.integration.workshop import COURT, Workshop, now


class Burdened:
    """A registry in which one receipt was pledged, split in two with consent, and one part frozen."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.whole = shop.issued()
        pledged = shop.done(shop.prepare(IMPORTER, pledge_terms(self.whole)), IMPORTER, BANK)
        self.pledged = shop.records.decision(pledged.id)
        parts = [
            {"receipt_number": "QD-A", "quantity_g": str(50 * T), "package_count": 2},
            {"receipt_number": "QD-B", "quantity_g": str(150 * T), "package_count": 6},
        ]
        prepared = shop.prepare(IMPORTER, {"type": "split", "receipt_id": self.whole, "parts": parts})
        shop.done(prepared, IMPORTER, OPERATOR, BANK)
        made = {item["document"]["receipt_number"]: item["receipt_id"] for item in prepared["documents"]}
        self.frozen, self.other = made["QD-A"], made["QD-B"]
        opened = {"type": "case", "case_no": 7, "reason": 1, "document_digest": RULING}
        shop.done(shop.prepare(COURT, opened | {"expires_at": now() + 365 * 86_400}), COURT)
        freeze = {"type": "freeze", "receipt_id": self.frozen, "case_no": 7}
        shop.done(shop.prepare(COURT, freeze), COURT)

    def audit(self) -> AuditReport:
        warehouse = self.shop.warehouse
        keys = party("member 7").encryption
        return Auditor(self.shop.chain, warehouse.store, keys, warehouse.pictures).run()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Burdened]:
    shop = Workshop(tmp_path_factory.mktemp("workshop"))
    shop.start()
    try:
        yield Burdened(shop)
    finally:
        shop.stop()


def test_audit__pledge_split_and_freeze__every_decision_replays(made: Burdened) -> None:
    report = made.audit()

    assert report.holds, render_audit(report)
    assert [item.purpose for item in report.replayed] == ["issue", "pledge"]


def test_audit__evidence_of_a_pledge_gone__named(made: Burdened) -> None:
    location = bytes.fromhex(made.pledged.evidence_location[2:])
    store, cid = made.shop.warehouse.store, cid_of_raw_digest(location)
    kept = store.objects.pop(cid)
    try:
        report = made.audit()
    finally:
        store.objects[cid] = kept
    assert not report.holds
    (bad,) = [item for item in report.replayed if not item.agrees]
    assert (bad.purpose, bad.receipts) == ("pledge", (made.whole,))


def test_index__parts_of_a_pledged_receipt__as_the_chain_says(made: Burdened) -> None:
    shop = made.shop
    for receipt in (made.frozen, made.other):
        state, shown = shop.state(receipt), shop.get(BANK, f"/v1/receipts/{receipt}")
        assert shown["burdens"]["first_pledgee"]["member_id"] == state.first_pledgee == BANK
        assert (shown["quantity_g"], shown["seq"]) == (str(state.quantity_g), state.seq)
        assert (shown["predecessors"], shown["unread"]) == ([made.whole], None)
    (pledge,) = shop.get(BANK, "/v1/pledges?role=pledgee")["items"]
    live = {cover["receipt_id"] for cover in pledge["receipts"] if cover["ended_at"] is None}
    assert live == {made.frozen, made.other}
    (freeze,) = shop.get(COURT, "/v1/freezes")["items"]
    assert (freeze["receipt_id"], freeze["in_force"]) == (made.frozen, True)


def test_status__api_and_own_node__say_the_same(made: Burdened) -> None:
    shop = made.shop
    connection = shop.chain.connection
    standing = StandingReader(connection).standing(int(made.frozen, 16))
    assert standing is not None
    assert standing.bounds == Bound.PLEDGED | Bound.FROZEN
    home = Home(shop.folder / "bank")
    home.path.mkdir(exist_ok=True)
    save_deployment(home.deployment, connection.deployment, connection.settings.genesis_hash)
    words = ["receipt", "show", made.frozen, "--rpc-url", connection.settings.rpc_url]
    by_node = run(home, *words, "--json")
    status = shop.get(BANK, f"/v1/receipts/{made.frozen}/status")
    for name in (
        "status",
        "free",
        "quantity_g",
        "seq",
        "expires_at",
        "liens",
        "lien_terms",
        "evidence_fresh_until",
    ):
        assert by_node[name] == status[name], name
    assert by_node["evidence_fresh_until"] is not None
    for each in shop.get(AUDITOR, "/v1/receipts?limit=200")["items"]:
        title = shop.get(AUDITOR, f"/v1/receipts/{each['id']}/title")
        found = evidence_fresh_until(shop.chain.events, int(each["id"], 16))
        assert found == title["evidence_fresh_until"], each
    assert [pledge["terms"] for pledge in by_node["pledges"]] == [p["terms"] for p in status["pledges"]]
    assert by_node["freeze"]["case_no"] == status["freeze"]["case_no"] == 7
    text = CliRunner().invoke(cli, words, env={"HOLDFAST_HOME": str(home.path)}, prog_name="holdfast")
    assert text.exit_code == 0, text.output
    assert "Pledge 1   to member 4: secures CNY 5,000,000.00" in text.output
    assert "Free       NO" in text.output


def test_receipt_show__never_issued__the_answer_is_no(made: Burdened) -> None:
    home = Home(made.shop.folder / "bank")
    home.path.mkdir(exist_ok=True)
    connection = made.shop.chain.connection
    save_deployment(home.deployment, connection.deployment, connection.settings.genesis_hash)
    words = ["receipt", "show", "0x" + "12" * 32, "--rpc-url", connection.settings.rpc_url, "--json"]
    found = CliRunner().invoke(cli, words, env={"HOLDFAST_HOME": str(home.path)}, prog_name="holdfast")
    assert found.exit_code == 1
    assert json.loads(found.stderr)["code"] == "unknown-receipt"


def test_title_proof__pledged_and_frozen__verifies_and_says_encumbered(made: Burdened) -> None:
    shop = made.shop
    shop.get(BANK, "/v1/receipts")
    headers = shop._auth(BANK)
    answer = shop.client.get(f"/v1/receipts/{made.frozen}/title?proof=true", headers=headers)
    assert answer.status_code == 200, answer.text
    report = verify_title(answer.content, parse_trust(trust_of(shop)), int(time.time()))
    assert report.holds, render_report(report)
    assert report.title is not None
    assert sorted(report.title.members) == [OPERATOR, IMPORTER, BANK]
    text = render_report(report)
    assert "ENCUMBERED: 1 pledge, 1 freeze; first pledgee is member 4" in text


def run(home: Home, *words: str) -> Any:
    found = CliRunner().invoke(cli, list(words), env={"HOLDFAST_HOME": str(home.path)}, prog_name="holdfast")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def trust_of(shop: Workshop) -> dict[str, Any]:
    """What a verifier of this development chain would pin."""
    connection = shop.chain.connection
    deployment, w3 = connection.deployment, connection.w3

    def pinned(address: str) -> dict[str, str]:
        code = w3.eth.get_code(Web3.to_checksum_address(address))
        return {"address": address.lower(), "code_hash": "0x" + Web3.keccak(code).hex()}

    return {
        "type": "holdfast-trust",
        "version": 1,
        "chain_id": deployment.chain_id,
        "genesis_hash": connection.settings.genesis_hash,
        "engine": "development",
        "validators": [],
        "contracts": {
            "warehouse_receipt": pinned(deployment.warehouse_receipt),
            "consortium": pinned(deployment.consortium),
        },
    }
