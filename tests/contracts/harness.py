"""A chain inside the test (revm, Berlin rules) and a consortium on it, for tests of contracts.

world = World()
world.submit(world.issue_order(world.terms(1)))
with refused("ReceiptExists"):
    world.issued(1)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import Any

import pyrevm
import rlp
from eth_abi import decode, encode
from eth_keys import keys
from eth_utils import (
    collapse_if_tuple,
    event_abi_to_log_topic,
    function_abi_to_4byte_selector,
    keccak,
    to_canonical_address,
    to_checksum_address,
)

from holdfast.attestation.quorum import Attester, Committee
from holdfast.attestation.signatures import SECP256K1_N, compact
from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.calldata import PARTIES, order_arguments
from holdfast.domain.members import Role
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Kind,
    Order,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
)

CHAIN_ID = 31337
START_S = 1_790_000_000
DAY_S = 24 * 3600
TONNE_G = 1_000_000
OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT, AUDITOR, BANK_2 = range(1, 9)
ROLES = {
    OPERATOR: Role.WAREHOUSE_OPERATOR,
    IMPORTER: Role.TRADER,
    TRADER: Role.TRADER,
    BANK: Role.BANK,
    INSPECTOR: Role.INSPECTOR,
    IOT: Role.IOT_PROVIDER,
    AUDITOR: Role.REGULATOR,
}
ATTESTING = (OPERATOR, BANK, INSPECTOR, IOT)
QUORUM = (OPERATOR, BANK, INSPECTOR)
POLICY = sha256(b"policy").digest()
LOT = sha256(b"lot").digest()[:24]
OTHER_LOT = sha256(b"other lot").digest()[:24]
MAX_AGE_S = 7 * DAY_S


class Reverted(Exception):
    """A contract refused: the name of its typed error and the error's values by name."""

    def __init__(self, name: str, values: dict[str, Any]) -> None:
        self.name = name
        self.values = values
        super().__init__(f"{name}({values})")


@dataclass(frozen=True, slots=True)
class Event:
    """One decoded log."""

    name: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a transaction did."""

    events: tuple[Event, ...]
    gas: int

    def names(self) -> list[str]:
        return [event.name for event in self.events]

    def event(self, name: str) -> dict[str, Any]:
        found = [event.values for event in self.events if event.name == name]
        assert len(found) == 1, f"{name} {len(found)} times in {self.names()}"
        return found[0]


@contextmanager
def refused(name: str, **values: Any) -> Iterator[None]:
    """The block must be refused with this typed error and at least these values."""
    try:
        yield
    except Reverted as error:
        assert error.name == name, f"refused with {error}, expected {name}"
        found = {key: error.values.get(key) for key in values}
        assert found == values, f"{name} carries {error.values}, expected {values}"
    else:
        raise AssertionError(f"not refused; expected {name}")


@cache
def _by_selector() -> dict[bytes, tuple[str, dict[str, Any]]]:
    found = {}
    for name in ("Consortium", "WarehouseReceipt", "AccessManager"):
        for item in load_artifact(name).abi:
            if item["type"] == "error":
                found[bytes(function_abi_to_4byte_selector(item))] = (item["name"], item)
            if item["type"] == "event":
                found[bytes(event_abi_to_log_topic(item))] = (item["name"], item)
    return found


def _types(inputs: Sequence[dict[str, Any]]) -> list[str]:
    return [collapse_if_tuple(item) for item in inputs]


def _named(inputs: Sequence[dict[str, Any]], values: Sequence[Any]) -> dict[str, Any]:
    """ABI values by name, structs as dicts."""
    out = {}
    for item, value in zip(inputs, values, strict=True):
        if item["type"] == "tuple":
            value = _named(item["components"], value)
        out[item["name"]] = value
    return out


class Chain:
    """An EVM in this process. Time stands still unless told otherwise."""

    def __init__(self, chain_id: int = CHAIN_ID) -> None:
        self._evm = pyrevm.EVM(spec_id="BERLIN", env=pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=chain_id)))
        self.chain_id = chain_id
        self.deployer = to_checksum_address("0x" + "d0" * 20)
        self._abi: dict[str, str] = {}
        self.set_time(START_S)

    @property
    def now_s(self) -> int:
        return self._now_s

    def set_time(self, now_s: int) -> None:
        self._now_s = now_s
        self._evm.set_block_env(pyrevm.BlockEnv(number=1, timestamp=now_s))

    def snapshot(self) -> tuple[Any, int]:
        return self._evm.snapshot(), self._now_s

    def revert(self, snapshot: tuple[Any, int]) -> None:
        self._evm.revert(snapshot[0])
        self.set_time(snapshot[1])

    def next_address(self, after: int = 0) -> str:
        nonce = self._evm.basic(self.deployer).nonce + after
        return to_checksum_address(keccak(rlp.encode([to_canonical_address(self.deployer), nonce]))[-20:])

    def deploy(self, name: str, *args: Any) -> str:
        artifact = load_artifact(name)
        inputs = next((i["inputs"] for i in artifact.abi if i["type"] == "constructor"), [])
        address = self._create(artifact.bytecode + encode(_types(inputs), args))
        self._abi[address] = name
        return address

    def deploy_code(self, runtime: bytes) -> str:
        """Put bare code on the chain: for contract wallets."""
        assert len(runtime) < 256
        return self._create(_creator(runtime))

    def _create(self, code: bytes) -> str:
        try:
            return to_checksum_address(self._evm.deploy(self.deployer, code))
        except RuntimeError as error:
            raise _reverted(error) from error

    def code(self, address: str) -> bytes:
        return bytes(self._evm.get_code(address) or b"").rstrip(b"\x00")

    def storage(self, address: str, slot: int) -> int:
        return int(self._evm.storage(address, slot))

    def transact(self, to: str, data: bytes, sender: str | None = None) -> tuple[bytes, Outcome]:
        """Send raw calldata; returns what came back and what happened."""
        try:
            answer = self._evm.message_call(sender or self.deployer, to, data)
        except RuntimeError as error:
            raise _reverted(error) from error
        result = self._evm.result
        assert result is not None
        return bytes(answer), Outcome(tuple(_event(log) for log in result.logs), result.gas_used)

    def send(self, to: str, function: str, *args: Any, sender: str | None = None) -> Outcome:
        return self.transact(to, self.calldata(to, function, *args), sender)[1]

    def call(self, to: str, function: str, *args: Any) -> Any:
        """Ask a view; one value alone, several as a tuple, a struct as a dict."""
        item = self._function(to, function, len(args))
        answer, _ = self.transact(to, self.calldata(to, function, *args))
        values = decode(_types(item["outputs"]), answer)
        plain = [
            _named(o["components"], v) if o["type"] == "tuple" else v
            for o, v in zip(item["outputs"], values, strict=True)
        ]
        return plain[0] if len(plain) == 1 else tuple(plain)

    def calldata(self, to: str, function: str, *args: Any) -> bytes:
        item = self._function(to, function, len(args))
        return bytes(function_abi_to_4byte_selector(item)) + encode(_types(item["inputs"]), args)

    def _function(self, to: str, function: str, count: int) -> Any:
        return next(
            item
            for item in load_artifact(self._abi[to]).abi
            if item["type"] == "function" and item["name"] == function and len(item["inputs"]) == count
        )


def _creator(runtime: bytes) -> bytes:
    """Constructor code that returns `runtime`: push length, copy from offset 12, return."""
    size = len(runtime)
    return bytes([0x60, size, 0x60, 12, 0x60, 0, 0x39, 0x60, size, 0x60, 0, 0xF3]) + runtime


def _event(log: Any) -> Event:
    topics, data = log.data
    name, item = _by_selector()[bytes(topics[0])]
    indexed = [i for i in item["inputs"] if i["indexed"]]
    plain = [i for i in item["inputs"] if not i["indexed"]]
    values = _named(indexed, [decode([i["type"]], t)[0] for i, t in zip(indexed, topics[1:], strict=True)])
    return Event(name, values | _named(plain, decode(_types(plain), bytes(data))))


def _reverted(error: RuntimeError) -> Reverted:
    found = re.search(r"output: 0x([0-9a-f]*)", str(error))
    data = bytes.fromhex(found[1]) if found else b""
    if data[:4] not in _by_selector():
        return Reverted(
            "panic" if data[:4] == bytes.fromhex("4e487b71") else "bare revert", {"text": str(error)}
        )
    name, item = _by_selector()[data[:4]]
    return Reverted(name, _named(item["inputs"], decode(_types(item["inputs"]), data[4:])))


# --- keys ---


def key_of(name: str) -> keys.PrivateKey:
    """A key that a test can name: `member 2`, `attester 5`."""
    return keys.PrivateKey(sha256(b"holdfast test " + name.encode()).digest())


def address_of(key: keys.PrivateKey) -> str:
    return str(key.public_key.to_checksum_address())


def sign(key: keys.PrivateKey, digest: bytes) -> bytes:
    """65 bytes: r, s, v."""
    signature = key.sign_msg_hash(digest)
    return bytes(signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([signature.v + 27]))


def high_s(signature: bytes) -> bytes:
    """The other form of the same signature, which every strict reader refuses."""
    s = SECP256K1_N - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def receipt_id(index: int) -> int:
    return int.from_bytes(sha256(b"document %d" % index).digest())


# --- a consortium ---


class World:
    """Seven members, four attesters, threshold three, on a chain of its own."""

    def __init__(self, chain_id: int = CHAIN_ID) -> None:
        chain = Chain(chain_id)
        self.chain = chain
        self.manager = chain.deploy("AccessManager", chain.deployer)
        self.consortium = chain.deploy("Consortium", self.manager, chain.next_address(1))
        self.receipts = chain.deploy("WarehouseReceipt", self.consortium)
        self.domain = Domain(chain_id, self.receipts)
        for member, roles in ROLES.items():
            self.add_member(member, roles)
        self.committee = self.set_committee()

    def add_member(self, member: int, roles: Role, account: str | None = None) -> None:
        where = account or address_of(key_of(f"member {member}"))
        self.chain.send(self.consortium, "addMember", member, where, int(roles), bytes(32), bytes(32))

    def attester(self, member: int, name: str | None = None) -> Attester:
        roles = self.chain.call(self.consortium, "member", member)["roles"]
        return Attester(address_of(key_of(name or f"attester {member}")), member, Role(roles))

    def set_committee(
        self,
        attesters: Sequence[Attester] | None = None,
        threshold: int = 3,
        max_age_s: int = MAX_AGE_S,
        policy: bytes = POLICY,
    ) -> Committee:
        """Begin an epoch; returns the committee now in force (the world goes on using its own)."""
        chosen = attesters if attesters is not None else [self.attester(member) for member in ATTESTING]
        ordered = tuple(sorted(chosen, key=Attester.word))
        words = [attester.word() for attester in ordered]
        self.chain.send(self.consortium, "setCommittee", threshold, max_age_s, policy, words)
        epoch = self.chain.call(self.consortium, "epoch")
        return Committee(epoch, max_age_s, threshold, policy, ordered)

    # orders

    @property
    def deadline_s(self) -> int:
        return self.chain.now_s + DAY_S

    def terms(self, index: int, holder: int = IMPORTER, quantity_g: int = 10 * TONNE_G) -> ReceiptTerms:
        return ReceiptTerms(
            receipt_id(index), holder, quantity_g, Kind.NEGOTIABLE, self.chain.now_s + 365 * DAY_S
        )

    def issue_order(
        self, *terms: ReceiptTerms, lot: bytes = LOT, lot_g: int = 200 * TONNE_G, operator: int = OPERATOR
    ) -> IssueOrder:
        return IssueOrder(lot, operator, lot_g, terms, self.deadline_s)

    def issued(self, index: int = 1, holder: int = IMPORTER, **kwargs: Any) -> int:
        """Issue one receipt of 10 t and return its id."""
        self.submit(self.issue_order(self.terms(index, holder, **kwargs)))
        return receipt_id(index)

    def seq(self, receipt: int) -> int:
        return int(self.receipt(receipt)["seq"])

    def transfer_order(self, receipt: int, transferee: int = TRADER, holder: int = IMPORTER) -> TransferOrder:
        return TransferOrder(receipt, holder, transferee, self.seq(receipt), self.deadline_s)

    def delivery_order(
        self, receipt: int, holder: int = IMPORTER, quantity_g: int = 10 * TONNE_G
    ) -> DeliveryOrder:
        return DeliveryOrder(receipt, holder, quantity_g, self.seq(receipt), self.deadline_s)

    def suspend_order(self, receipt: int) -> SuspendOrder:
        return SuspendOrder(receipt, SuspendReason.QUANTITY_SHORT, self.seq(receipt), self.deadline_s)

    def reinstate_order(self, receipt: int) -> ReinstateOrder:
        return ReinstateOrder(receipt, self.seq(receipt), self.deadline_s)

    # signing and sending

    def attestation(self, order: Order, **changes: Any) -> Attestation:
        now = self.chain.now_s
        made = Attestation(
            order_hash(order),
            sha256(b"manifest").digest(),
            sha256(b"sealed").digest(),
            self.committee.policy_digest,
            now - 60,
            now + DAY_S,
            self.committee.epoch,
        )
        return replace(made, **changes)

    def quorum(self, attestation: Attestation, signers: Sequence[int | str] = QUORUM) -> bytes:
        """Packed signatures, ascending; a signer is a member's attester or the name of a key."""
        digest = signing_digest(self.domain, attestation)
        signing = [key_of(f"attester {s}" if isinstance(s, int) else s) for s in signers]
        signing.sort(key=lambda key: int(address_of(key), 16))
        return b"".join(compact(sign(key, digest)) for key in signing)

    def party_signatures(self, order: Order) -> tuple[bytes, ...]:
        digest = signing_digest(self.domain, order)
        return tuple(sign(key_of(f"member {getattr(order, f)}"), digest) for f in PARTIES[type(order)])

    def submit(
        self,
        order: Order,
        *,
        signers: Sequence[int | str] = QUORUM,
        parties: tuple[bytes, ...] | None = None,
        attestation: Attestation | None = None,
        signatures: bytes | None = None,
        committee: Committee | None = None,
        sender: str | None = None,
    ) -> Outcome:
        """Put an order on the chain, signed by whom it needs unless told otherwise; anyone may send it."""
        attested = attestation or self.attestation(order)
        function, arguments = order_arguments(
            order,
            self.party_signatures(order) if parties is None else parties,
            attested,
            committee or self.committee,
            self.quorum(attested, signers) if signatures is None else signatures,
        )
        return self.chain.send(self.receipts, function, *arguments, sender=sender)

    # reading

    def receipt(self, receipt: int) -> dict[str, Any]:
        return dict(self.chain.call(self.receipts, "receiptOf", receipt))

    def lot(self, lot: bytes = LOT) -> dict[str, Any]:
        return dict(self.chain.call(self.receipts, "lotOf", lot))

    def read(self, function: str, *args: Any) -> Any:
        return self.chain.call(self.receipts, function, *args)
