"""The API over a real chain process: what a quorum wrote is indexed, forks of the node are followed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account
from fastapi import FastAPI
from web3 import Web3

from api.auth import TokenVerifier
from api.chain_adapter import NodeChain
from api.main import build_app
from api.token_issuer import issue_token
from holdfast.attestation.quorum import sorted_signatures
from holdfast.attestation.typed_data import order_hash, signing_digest
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, Governance, deploy
from holdfast.chain.facts import Chain, open_chain
from holdfast.chain.title import read_title
from holdfast.domain.members import Member
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Kind,
    Order,
    ReceiptTerms,
    TransferOrder,
)
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import MemberId
from holdfast.evidence.canonical import sha256_digest
from holdfast.store.records import open_records
from scripts.demo.chain import anvil_binary, free_port
from tests.fakes.story import MEMBERS, POLICY, T, attesters, key, sign
from tests.unit.api.conftest import AUDIENCE, ISSUER, TestClient, make_settings

LOT = sha256_digest(b"node lot")[:24]
RECEIPT = int.from_bytes(sha256_digest(b"node receipt"))


@dataclass
class Node:
    """A chain with our contracts, and an account that pays for sending."""

    w3: Web3
    chain: Chain
    sender: Any

    def send(self, order: Order, *signed: int, parties: tuple[int, ...] = ()) -> None:
        domain, now = self.chain.connection.domain, self.w3.eth.get_block("latest")["timestamp"]
        found = Attestation(
            order_hash(order), bytes(31) + b"\x01", bytes(31) + b"\x02", POLICY, now, now + 600, 1
        )
        digest = signing_digest(domain, found)
        made = [_attester(m).unsafe_sign_hash(digest).signature for m in signed]
        data = self.chain.receipts.calldata(
            order,
            [bytes.fromhex(sign(member, order, domain)[2:]) for member in parties],
            found,
            self.chain.consortium.committee(),
            sorted_signatures(domain, found, [bytes(signature) for signature in made]),
        )
        sent = self.w3.eth.send_transaction(
            {
                "from": self.sender,
                "to": self.chain.receipts.address,
                "data": data,
                "gas": 3_000_000,
                "gasPrice": 10**10,
            }
        )
        assert self.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)["status"] == 1

    def ask(self, method: str, *parameters: Any) -> Any:
        return self.w3.provider.make_request(method, list(parameters))["result"]  # type: ignore[arg-type]


def _attester(member: int) -> Any:
    return Account.from_key(sha256_digest(b"attester %d" % member))


@pytest.fixture
def node() -> Iterator[Node]:
    port = free_port()
    process = subprocess.Popen(
        [str(anvil_binary()), "--port", str(port), "--hardfork", "berlin", "--silent"],
        stdin=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    w3 = Web3(Web3.HTTPProvider(url))
    until = time.monotonic() + 20
    while not w3.is_connected():
        assert process.poll() is None and time.monotonic() < until, "anvil did not come up"
        time.sleep(0.05)
    try:
        deployer = Account.create()
        w3.provider.make_request("anvil_setBalance", [deployer.address, hex(10**20)])  # type: ignore[arg-type]
        founding = [
            FoundingMember(Member(MemberId(m), key(m).address, role, True), bytes(32), bytes(32))
            for m, (role, _, _) in MEMBERS.items()
        ]
        governance = Governance(deployer.address, deployer.address, deployer.address, 0, 0, 0)
        committee = FoundingCommittee(3, 3600, POLICY, tuple(attesters()))
        deployment = deploy(w3, deployer, governance, members=founding, committee=committee)
        genesis = "0x" + bytes(w3.eth.get_block(0)["hash"]).hex()
        yield Node(w3, open_chain(ChainSettings(url, deployment, genesis)), w3.eth.accounts[0])
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def app(node: Node, tmp_path: Path) -> FastAPI:
    issuer = Ed25519PrivateKey.generate()
    settings = make_settings(tmp_path, check_head_age=False)
    made = build_app(
        settings,
        records=open_records(f"sqlite:///{tmp_path}/records.db"),
        chain=NodeChain(node.chain.connection, lambda receipt: read_title(node.chain, receipt)),
        deployment=node.chain.connection.deployment,
        verifier=TokenVerifier(issuer.public_key(), AUDIENCE, ISSUER),
        follow=False,
    )
    made.state.issuer = issuer
    return made


def get(app: FastAPI, member: int, path: str) -> Any:
    token = issue_token(app.state.issuer, member, profile="embedded", audience=AUDIENCE, issuer=ISSUER)
    while app.state.context.indexer.step():
        pass
    return TestClient(app).get(path, headers={"Authorization": f"Bearer {token}"})


def issue(node: Node) -> None:
    end = node.w3.eth.get_block("latest")["timestamp"] + 86_400
    terms = (ReceiptTerms(RECEIPT, 2, 200 * T, Kind.NEGOTIABLE, end),)
    node.send(IssueOrder(LOT, 1, 200 * T, terms, end), 1, 4, 6)


def transfer(node: Node, to: int, seq: int, holder: int = 2) -> None:
    order = TransferOrder(RECEIPT, holder, to, seq, node.w3.eth.get_block("latest")["timestamp"] + 600)
    node.send(order, 1, 4, 5, parties=(holder, to))


def test_index__issue_transfer_delivery__as_the_chain_says(node: Node, app: FastAPI) -> None:
    path = "/v1/receipts/" + receipt_hex(RECEIPT)
    issue(node)
    found = get(app, 2, path).json()
    assert (found["holder"]["member_id"], found["quantity_g"], found["seq"]) == (2, str(200 * T), 0)
    assert get(app, 5, path).status_code == 404, "the inspector has not attested yet"
    transfer(node, 3, 0)
    assert get(app, 5, path).status_code == 200
    items = get(app, 3, path + "/history").json()["items"]
    assert [item["act"] for item in items] == ["issued", "transferred"]
    assert all(item["attestation"] for item in items), items
    signers = [sorted(ref["member_id"] for ref in item["attestation"]["signers"]) for item in items]
    assert signers == [[1, 4, 6], [1, 4, 5]]
    title = get(app, 3, path + "/title").json()
    assert title["free"] and title["evidence_fresh_until"] == items[1]["attestation"]["valid_until"]
    proof = get(app, 3, path + "/title?proof=true")
    assert proof.status_code == 200 and "attachment" in proof.headers["content-disposition"]
    end = node.w3.eth.get_block("latest")["timestamp"] + 600
    node.send(DeliveryOrder(RECEIPT, 3, 200 * T, 1, end), 1, 4, 5, parties=(3,))
    assert get(app, 3, path).json()["status"] == "delivered"
    lot = get(app, 1, "/v1/lots/0x" + LOT.hex()).json()
    real = node.chain.receipts.lot(LOT)
    assert real is not None
    assert (lot["attested_g"], lot["live_g"]) == (str(real.attested_g), str(real.live_g)) == ("0", "0")
    gone = get(app, 3, path + "/title?proof=true")
    assert (gone.status_code, gone.json()["code"]) == (409, "receipt-delivered")
    assert get(app, 3, "/v1/ready").json()["ready"]


def test_index__the_node_takes_three_blocks_back__followed(node: Node, app: FastAPI) -> None:
    path = "/v1/receipts/" + receipt_hex(RECEIPT)
    issue(node)
    before = node.ask("evm_snapshot")
    transfer(node, 3, 0)
    node.ask("anvil_mine", "0x2")
    assert get(app, 2, path).json()["holder"]["member_id"] == 3
    assert node.ask("evm_revert", before)
    node.ask("evm_increaseTime", 60)
    node.ask("anvil_mine", "0x1")
    transfer(node, 7, 0)
    assert get(app, 2, path).json()["holder"]["member_id"] == 7
    members = get(app, 2, "/v1/members").json()["items"]
    assert len(members) == 7
