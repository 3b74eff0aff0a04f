"""Orders that a hostile courier carries: whoever sends them, however, an auditor reads them back.

Anybody may submit an order once it is signed. Whoever could write it so that the audit cannot read it, or
ends, would hide everything that comes after.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from eth_account import Account
from web3 import Web3

from holdfast.attestation.quorum import Attester, Committee, sorted_signatures
from holdfast.attestation.typed_data import order_hash, signing_digest
from holdfast.chain.calldata import PARTIES, packed_signatures
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, Governance, deploy
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.errors import Refused
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import Attestation, IssueOrder, Kind, Order, ReceiptTerms, TransferOrder
from holdfast.domain.units import MemberId
from scripts.demo.chain import anvil_binary, free_port

POLICY = sha256(b"policy").digest()
OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR = 1, 2, 3, 4, 5
ROLES = {
    OPERATOR: Role.WAREHOUSE_OPERATOR,
    IMPORTER: Role.TRADER,
    TRADER: Role.TRADER,
    BANK: Role.BANK,
    INSPECTOR: Role.INSPECTOR,
}
DAY_S = 86_400


def key(name: str) -> Any:
    return Account.from_key(sha256(b"adverse courier " + name.encode()).digest())


def sign(name: str, digest: bytes) -> bytes:
    return bytes(key(name).unsafe_sign_hash(digest).signature)


@dataclass
class Bench:
    """A consortium on a chain process, signed orders as calldata, and a courier who is nobody."""

    w3: Web3
    chain: Chain
    committee: Committee
    now_s: int

    def calldata(self, order: Order) -> bytes:
        attestation = Attestation(
            order_hash(order), bytes(32), bytes(32), POLICY, self.now_s, self.now_s + DAY_S, 1
        )
        domain = self.chain.connection.domain
        digest = signing_digest(domain, attestation)
        quorum = [sign(f"attester {m}", digest) for m in (OPERATOR, BANK, INSPECTOR)]
        named = PARTIES[type(order)]
        parties = [sign(f"member {getattr(order, f)}", signing_digest(domain, order)) for f in named]
        signatures = sorted_signatures(domain, attestation, quorum)
        packed_signatures(signatures)
        return self.chain.receipts.calldata(order, parties, attestation, self.committee, signatures)

    def issue(self, name: str) -> IssueOrder:
        receipt = int.from_bytes(sha256(name.encode()).digest())
        terms = ReceiptTerms(receipt, IMPORTER, 1_000_000, Kind.NEGOTIABLE, self.now_s + 90 * DAY_S)
        lot = sha256(b"lot " + name.encode()).digest()[:24]
        return IssueOrder(lot, OPERATOR, 1_000_000, (terms,), self.now_s + DAY_S)

    def transfer(self, issued: IssueOrder) -> TransferOrder:
        return TransferOrder(issued.receipts[0].receipt_id, IMPORTER, TRADER, 0, self.now_s + DAY_S)

    def send(self, data: bytes, to: str | None = None) -> str:
        """As an account that belongs to nobody of the consortium; returns the transaction's hash."""
        call: Any = {"from": self.w3.eth.accounts[1], "data": "0x" + data.hex(), "gas": 5_000_000}
        call["gasPrice"] = self.w3.eth.gas_price
        sent = self.w3.eth.send_transaction(call | ({"to": to} if to else {}))
        mined = self.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
        assert mined["status"] == 1
        return "0x" + bytes(sent).hex()

    @property
    def receipts(self) -> str:
        return self.chain.receipts.address


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    port = free_port()
    command = [str(anvil_binary()), "--port", str(port), "--hardfork", "berlin", "--silent"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    w3 = Web3(Web3.HTTPProvider(url))
    until = time.monotonic() + 20
    while not w3.is_connected():
        assert process.poll() is None and time.monotonic() < until, "anvil did not come up"
        time.sleep(0.05)
    payer = key("payer")
    payment: Any = {"from": w3.eth.accounts[0], "to": payer.address, "value": 10**19}
    w3.eth.wait_for_transaction_receipt(w3.eth.send_transaction(payment | {"gasPrice": w3.eth.gas_price}))
    attesters = [Attester(key(f"attester {m}").address, m, ROLES[m]) for m in (OPERATOR, BANK, INSPECTOR)]
    attesters.sort(key=Attester.word)
    members = [
        FoundingMember(Member(MemberId(m), key(f"member {m}").address, roles, True), POLICY, POLICY)
        for m, roles in ROLES.items()
    ]
    governance = Governance(payer.address, payer.address, payer.address, 0, 0, 0)
    founding = FoundingCommittee(3, DAY_S, POLICY, tuple(attesters))
    deployment = deploy(w3, payer, governance, members=members, committee=founding)
    genesis = "0x" + bytes(w3.eth.get_block(0)["hash"]).hex()
    chain = open_chain(ChainSettings(url, deployment, genesis))
    committee = Committee(1, DAY_S, 3, POLICY, tuple(attesters))
    yield Bench(w3, chain, committee, int(w3.eth.get_block("latest")["timestamp"]))
    process.terminate()
    process.wait(10)


def forwarder(calls: list[tuple[str, bytes]]) -> bytes:
    """Code that makes these calls one after the other and stops if one fails: as a contract's creation."""
    code, data = b"", b"".join(data for _, data in calls)
    size = len(calls) * 50 + 1
    offset = 0
    for to, part in calls:
        length, at = len(part).to_bytes(3), (size + offset).to_bytes(3)
        offset += len(part)
        code += b"\x62" + length + b"\x62" + at + b"\x60\x00\x39"  # CODECOPY to memory 0
        code += b"\x60\x00\x60\x00\x62" + length + b"\x60\x00\x60\x00"
        code += b"\x73" + bytes.fromhex(to[2:]) + b"\x5a\xf1"
        code += b"\x15\x60\x00\x57"  # a failed call jumps to no destination: everything is undone
    assert len(code) + 1 == size, (len(code), size)
    return code + b"\x00" + data


def test_order_in__from_the_creation_of_a_contract__read_back(bench: Bench) -> None:
    order = bench.issue("creation")

    tx_hash = bench.send(forwarder([(bench.receipts, bench.calldata(order))]))

    assert bench.chain.events.order_in(tx_hash, order_hash(order)).order == order


def test_order_in__two_orders_in_one_transaction__each_read_back(bench: Bench) -> None:
    first = bench.issue("one of two")
    second = bench.transfer(first)
    calls = [(bench.receipts, bench.calldata(order)) for order in (first, second)]

    tx_hash = bench.send(forwarder(calls))

    for order in (first, second):
        carried = bench.chain.events.order_in(tx_hash, order_hash(order))
        assert carried.order == order
        assert len(carried.signatures) == 3


def test_order_in__padding_that_is_not_zero__read_back(bench: Bench) -> None:
    issued = bench.issue("padding")
    bench.send(bench.calldata(issued), bench.receipts)
    order = bench.transfer(issued)
    data = bytearray(bench.calldata(order))
    signature = sign(f"member {IMPORTER}", signing_digest(bench.chain.connection.domain, order))
    after = data.index(signature) + len(signature)
    assert data[after] == 0
    data[after] = 0xEE  # the contract never reads it

    tx_hash = bench.send(bytes(data), bench.receipts)

    carried = bench.chain.events.order_in(tx_hash, order_hash(order))
    assert carried.order == order
    assert carried.parties["holder"] == signature


def test_order_in__the_transaction_carries_another_order__refused(bench: Bench) -> None:
    order, other = bench.issue("this"), bench.issue("that")
    tx_hash = bench.send(bench.calldata(order), bench.receipts)

    with pytest.raises(Refused, match="carries no order"):
        bench.chain.events.order_in(tx_hash, order_hash(other))


def test_order_in__founding_of_a_contract__refused(bench: Bench) -> None:
    tx_hash = bench.send(b"\x00")

    with pytest.raises(Refused, match="carries no order"):
        bench.chain.events.order_in(tx_hash, bytes(32))


def test_attested__order_somebody_else_carried__found_by_its_hash(bench: Bench) -> None:
    order, other = bench.issue("found"), bench.issue("not sent")
    tx_hash = bench.send(forwarder([(bench.receipts, bench.calldata(order))]))

    found = bench.chain.events.attested(order_hash(order))

    assert found is not None
    assert (found.name, found.tx_hash) == ("Attested", tx_hash)
    assert bench.chain.events.attested(order_hash(other)) is None
