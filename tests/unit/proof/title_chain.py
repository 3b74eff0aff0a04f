"""A small consortium on anvil whose receipts and proofs become title vectors."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_account import Account
from web3 import Web3

from holdfast.attestation.quorum import Attester, Committee, sorted_signatures
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.calldata import PARTIES, order_arguments, packed_signatures
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, Governance, Sender, deploy
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import Attestation, IssueOrder, Kind, Order, ReceiptTerms
from holdfast.domain.units import MemberId
from holdfast.proof.build import TitleMaterial, title_storage_keys

ROOT = Path(__file__).resolve().parents[3]
ANVIL = ROOT / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
CHAIN_ID = 20260
START = 1_736_000_000
"""First block's time, 2025-01-04: in the past of whoever runs the tests."""
FAR = 4_102_444_800
"""2100-01-01, when the vectors' receipts expire."""
ROLES = {
    1: Role.WAREHOUSE_OPERATOR,
    2: Role.TRADER,
    3: Role.TRADER,
    4: Role.BANK,
    5: Role.INSPECTOR,
    6: Role.IOT_PROVIDER,
    7: Role.REGULATOR,
}
ATTESTING = (1, 4, 5, 6)
MAX_AGE_S = 7 * 86_400


def account(name: str) -> Any:
    """A throwaway account known to everybody."""
    return Account.from_key(sha256(b"holdfast title vectors: " + name.encode()).digest())


@contextmanager
def anvil() -> Iterator[Web3]:
    """A native anvil on a free port, its blocks one second apart from START on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            str(ANVIL),
            *("--port", str(port), "--chain-id", str(CHAIN_ID), "--hardfork", "berlin"),
            *("--timestamp", str(START), "--silent"),
        ]
    )
    try:
        w3 = Web3(Web3.HTTPProvider(f"http://127.0.0.1:{port}"))
        deadline = time.monotonic() + 30
        while not w3.is_connected():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("anvil did not start")
            time.sleep(0.1)
        call(w3, "anvil_setBlockTimestampInterval", 1)
        yield w3
    finally:
        process.terminate()
        process.wait(10)


def call(w3: Web3, method: str, *arguments: Any) -> Any:
    """A raw JSON-RPC call."""
    answer = w3.provider.make_request(method, list(arguments))  # type: ignore[arg-type]
    if "result" not in answer:
        raise RuntimeError(f"{method}: {answer}")
    return answer["result"]


class TitleChain:
    """A consortium of seven members on a chain, with orders signed by known keys."""

    def __init__(self, w3: Web3) -> None:
        self.w3 = w3
        payer = account("payer")
        call(w3, "anvil_setBalance", payer.address, hex(10**24))
        policy = sha256(b"policy").digest()
        attesters = tuple(Attester(account(f"attester {m}").address, m, ROLES[m]) for m in ATTESTING)
        self.deployment = deploy(
            w3,
            payer,
            Governance(payer.address, payer.address, payer.address, 0, 0, 0),
            members=[
                FoundingMember(
                    Member(MemberId(m), account(f"member {m}").address, roles, True),
                    sha256(b"identity %d" % m).digest(),
                    sha256(b"encryption key %d" % m).digest(),
                )
                for m, roles in ROLES.items()
            ],
            committee=FoundingCommittee(3, MAX_AGE_S, policy, attesters),
            gas_price_wei=10**9,
        )
        self.genesis = bytes.fromhex(call(w3, "eth_getBlockByNumber", "0x0", False)["hash"][2:])
        ordered = tuple(sorted(attesters, key=Attester.word))
        self._committee = Committee(1, MAX_AGE_S, 3, policy, ordered)
        self._domain = Domain(CHAIN_ID, self.deployment.warehouse_receipt)
        self._sender = Sender(w3, payer, gas_price_wei=10**9)
        self._receipts = self._contract("WarehouseReceipt", self.deployment.warehouse_receipt)
        self._consortium = self._contract("Consortium", self.deployment.consortium)

    @property
    def now_s(self) -> int:
        """Time of the newest block."""
        return int(call(self.w3, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def _contract(self, name: str, address: str) -> Any:
        return self.w3.eth.contract(
            address=Web3.to_checksum_address(address), abi=list(load_artifact(name).abi)
        )

    def issue(self, lot: bytes, lot_g: int, receipts: dict[int, int], *, expires_at: int = FAR) -> None:
        """Issue receipts (id -> grams) on a lot to member 2, the importer."""
        terms = tuple(
            ReceiptTerms(receipt_id, 2, quantity_g, Kind.NEGOTIABLE, expires_at)
            for receipt_id, quantity_g in receipts.items()
        )
        self.submit(IssueOrder(lot, 1, lot_g, terms, FAR))

    def submit(self, order: Order) -> None:
        """Send an order with its parties' signatures, under operator, bank and inspector."""
        now = self.now_s
        attestation = Attestation(
            order_hash(order),
            sha256(b"manifest" + order_hash(order)).digest(),
            sha256(b"sealed manifest" + order_hash(order)).digest(),
            self._committee.policy_digest,
            now,
            now + MAX_AGE_S,
            self._committee.epoch,
        )
        digest = signing_digest(self._domain, attestation)
        quorum = [_sign(account(f"attester {m}"), digest) for m in (1, 4, 5)]
        parties = tuple(
            compact(_sign(account(f"member {getattr(order, field)}"), signing_digest(self._domain, order)))
            for field in PARTIES[type(order)]
        )
        packed = packed_signatures(sorted_signatures(self._domain, attestation, quorum))
        function, arguments = order_arguments(order, parties, attestation, self._committee, packed)
        self._sender.send(self._receipts.functions[function](*arguments))

    def deactivate(self, member: int) -> None:
        """Take a member out of the consortium's good standing."""
        self._sender.send(self._consortium.functions.setMemberActive(member, False))

    def code_hash(self, address: str) -> bytes:
        """keccak-256 of a contract's code, by the node's account proof."""
        return bytes.fromhex(call(self.w3, "eth_getProof", address, [], "latest")["codeHash"][2:])

    def material(self, receipt_id: int, lot: bytes, members: tuple[int, ...]) -> TitleMaterial:
        """What the node answers about a receipt at the newest block."""
        keys = title_storage_keys(receipt_id, lot, members)
        proofs = [
            call(self.w3, "eth_getProof", address, ["0x" + k.hex() for k in wanted], "latest")
            for address, wanted in (
                (self.deployment.warehouse_receipt, keys.warehouse_receipt),
                (self.deployment.consortium, keys.consortium),
            )
        ]
        return TitleMaterial(
            chain_id=CHAIN_ID,
            genesis_hash=self.genesis,
            warehouse_receipt=bytes.fromhex(self.deployment.warehouse_receipt[2:]),
            consortium=bytes.fromhex(self.deployment.consortium[2:]),
            receipt_id=receipt_id,
            header=call(self.w3, "eth_getBlockByNumber", "latest", False),
            receipt_proof=proofs[0],
            consortium_proof=proofs[1],
        )


def _sign(signer: Any, digest: bytes) -> bytes:
    return bytes(signer.unsafe_sign_hash(digest).signature)
