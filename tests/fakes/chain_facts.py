"""A node in memory: JSON-RPC for what is sent to it, and a ledger of receipts for what is read from it.

`RpcNode` is a web3 provider, so the real Connection and the real Relayer run against it. `FakeLedger` keeps
members, lots and receipts, writes the same events as the contracts, and gives a `Chain` to whoever reads.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, cast

from eth_utils import keccak
from requests.exceptions import ConnectionError as NoConnection
from web3.providers import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from holdfast.attestation.quorum import Committee
from holdfast.attestation.typed_data import Domain, order_hash
from holdfast.chain.calldata import PARTIES
from holdfast.chain.connection import ChainSettings, Connection
from holdfast.chain.consortium import ConsortiumReader
from holdfast.chain.deployment import Deployment
from holdfast.chain.events import CarriedOrder, ChainEvent, EventReader
from holdfast.chain.facts import Chain
from holdfast.chain.modules import ModuleReader
from holdfast.chain.warehouse_receipt import WarehouseReceiptReader
from holdfast.domain.errors import Refused, Unreachable
from holdfast.domain.members import Member
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Order,
    ReinstateOrder,
    Status,
    SuspendOrder,
    TransferOrder,
)
from holdfast.domain.receipts import LotState, ReceiptState
from tests.fakes.modules import with_modules

URL = "http://node.example"
DEPLOYMENT = with_modules(Deployment(31337, "0x" + "a1" * 20, "0x" + "c0" * 20, "0x" + "5e" * 20, 1))


@dataclass
class RpcNode(BaseProvider):
    """A node's JSON-RPC, as much of it as Connection and Relayer use.

    Attributes:
        sent: raw transactions in the order they came, repeats too.
        down: when true, nothing answers.
        send_error: message of the JSON-RPC error that the next sends are answered with.
        swallow: when true, a sent transaction is answered and forgotten.
        fails: when true, what is mined fails.
        call_error: (revert data, message) that simulation is answered with.
        automine: mine at once what is sent.
    """

    times: list[int]
    sent: list[bytes] = field(default_factory=list)
    pool: list[bytes] = field(default_factory=list)
    mined: dict[str, tuple[int, int]] = field(default_factory=dict)
    nonces: int = 0
    down: bool = False
    send_error: str | None = None
    swallow: bool = False
    fails: bool = False
    call_error: tuple[str, str] | None = None
    automine: bool = True

    def __post_init__(self) -> None:
        super().__init__()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer as a node does."""
        if self.down:
            raise NoConnection("connection refused")
        answer = getattr(self, "_" + method, None)
        if answer is None:
            return self._error(-32601, f"no method {method}")
        return cast(RPCResponse, answer(*params))

    def mine(self, now_s: int | None = None) -> int:
        """Put the pool into a new block; returns its number."""
        self.times.append(self.times[-1] + 2 if now_s is None else now_s)
        number = len(self.times) - 1
        for raw in self.pool:
            self.mined[hash_of(raw)] = (number, 0 if self.fails else 1)
        self.nonces += len(self.pool)
        self.pool.clear()
        return number

    def _answer(self, result: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 1, "result": result}

    def _error(self, code: int, message: str, data: str | None = None) -> Any:
        error: dict[str, Any] = {"code": code, "message": message}
        return {"jsonrpc": "2.0", "id": 1, "error": error | ({"data": data} if data else {})}

    def _eth_chainId(self) -> dict[str, Any]:
        return self._answer(hex(DEPLOYMENT.chain_id))

    def _eth_getBlockByNumber(self, which: str, _full: bool) -> dict[str, Any]:
        number = len(self.times) - 1 if which == "latest" else int(which, 16)
        if number >= len(self.times):
            return self._answer(None)
        return self._answer(
            {
                "number": hex(number),
                "hash": block_hash(number),
                "parentHash": block_hash(number - 1),
                "timestamp": hex(self.times[number]),
                "extraData": "0x",
            }
        )

    def _eth_getTransactionCount(self, _account: str, _block: str = "latest") -> dict[str, Any]:
        return self._answer(hex(self.nonces))

    def _eth_gasPrice(self) -> dict[str, Any]:
        return self._answer("0x0")

    def _eth_call(self, _call: Any, _block: str = "latest") -> Any:
        if self.call_error is not None:
            return self._error(3, self.call_error[1], self.call_error[0])
        return self._answer("0x")

    def _eth_estimateGas(self, _call: Any, _block: str = "latest") -> dict[str, Any]:
        return self._answer(hex(100_000))

    def _eth_sendRawTransaction(self, raw: str) -> Any:
        data = bytes.fromhex(raw[2:])
        self.sent.append(data)
        if self.send_error is not None:
            return self._error(-32000, self.send_error)
        if hash_of(data) in self.mined or data in self.pool:
            return self._error(-32000, "already known")
        if not self.swallow:
            self.pool.append(data)
            if self.automine:
                self.mine()
        return self._answer(hash_of(data))

    def _eth_getTransactionReceipt(self, tx_hash: str) -> dict[str, Any]:
        found = self.mined.get(tx_hash)
        if found is None:
            return self._answer(None)
        receipt = {"transactionHash": tx_hash, "blockNumber": hex(found[0]), "status": hex(found[1])}
        return self._answer(receipt)


def hash_of(raw: bytes) -> str:
    """A transaction's hash."""
    return "0x" + keccak(raw).hex()


def block_hash(number: int) -> str:
    """The hash this node gives to a block."""
    return "0x" + sha256(b"block %d" % number).hexdigest()


def connection_to(node: RpcNode) -> Connection:
    """The real connection, speaking to a node in memory."""
    connection = Connection(ChainSettings(URL, DEPLOYMENT, block_hash(0)))
    connection.w3.provider = node
    return connection


class FakeLedger:
    """The consortium's two contracts, believing every order it is given: tests decide what is right."""

    def __init__(self, members: Sequence[Member], committee: Committee, now_s: int) -> None:
        """Found the consortium in block 1."""
        self.node = RpcNode([now_s - 20, now_s - 10])
        self.connection = connection_to(self.node)
        self.members = {member.member_id: member for member in members}
        self.committees = {committee.epoch: committee}
        self.receipts: dict[int, ReceiptState] = {}
        self.lots: dict[bytes, LotState] = {}
        self.log: list[ChainEvent] = []
        self.carried: dict[str, CarriedOrder] = {}
        self.also: dict[str, list[CarriedOrder]] = {}
        self.silent_member: int | None = None
        self.modules: list[str] = []
        for member in members:
            args = {"member": member.member_id, "account": member.account, "roles": int(member.roles)}
            self.emit("MemberAdded", args, 1, "0x" + "f0" * 32)
        self.emit("CommitteeChanged", committee_args(committee), 1, "0x" + "f1" * 32)

    @property
    def domain(self) -> Domain:
        """Where signatures count."""
        return self.connection.domain

    @property
    def chain(self) -> Chain:
        """What the product reads: the real `Chain` over readers of this ledger."""
        readers = (_Consortium(self), _Receipts(self), _Events(self))
        return Chain(
            self.connection,
            cast(ConsortiumReader, readers[0]),
            cast(WarehouseReceiptReader, readers[1]),
            cast(EventReader, readers[2]),
            ModuleReader(self.connection),
        )

    def emit(self, name: str, args: dict[str, Any], block: int, tx_hash: str) -> None:
        """Add one log."""
        event = ChainEvent(name, args, block, block_hash(block), tx_hash, len(self.log))
        self.log.append(event)

    def new_epoch(self, committee: Committee, now_s: int) -> None:
        """Let another committee begin."""
        self.committees[committee.epoch] = committee
        number = self.node.mine(now_s)
        self.emit("CommitteeChanged", committee_args(committee), number, tx_of(number))

    def write(
        self,
        order: Order,
        attestation: Attestation,
        signatures: Sequence[bytes],
        now_s: int,
        parties: Sequence[bytes] = (),
    ) -> str:
        """Carry out an order in a block of its own; returns the transaction's hash."""
        number = self.node.mine(now_s)
        tx_hash = tx_of(number)
        named = dict(zip(PARTIES[type(order)], parties, strict=True))
        self.carried[tx_hash] = CarriedOrder(order, attestation, tuple(signatures), named)
        for name, args in self._act(order):
            self.emit(name, args, number, tx_hash)
        self.emit("Attested", attested_args(order, attestation), number, tx_hash)
        return tx_hash

    def together(self, first_tx: str, second_tx: str) -> None:
        """Let the second order have come in the first one's transaction: a courier put both into one."""
        block = next(event.block_number for event in self.log if event.tx_hash == first_tx)
        self.log = [
            replace(event, tx_hash=first_tx, block_number=block) if event.tx_hash == second_tx else event
            for event in self.log
        ]
        self.also.setdefault(first_tx, []).append(self.carried.pop(second_tx))

    def _act(self, order: Order) -> list[tuple[str, dict[str, Any]]]:
        if isinstance(order, IssueOrder):
            return self._issue(order)
        found = self.receipts[order.receipt_id]
        base: dict[str, Any] = {"receiptId": order.receipt_id, "seq": order.seq}
        found = replace(found, seq=found.seq + 1)
        if isinstance(order, TransferOrder):
            self.receipts[order.receipt_id] = replace(found, holder=order.transferee)
            return [("ReceiptTransferred", base | {"from": order.holder, "to": order.transferee})]
        if isinstance(order, DeliveryOrder):
            lot = self.lots[found.lot_id]
            self.lots[found.lot_id] = replace(
                lot, attested_g=lot.attested_g - order.quantity_g, live_g=lot.live_g - order.quantity_g
            )
            self.receipts[order.receipt_id] = replace(found, status=Status.DELIVERED, quantity_g=0)
            return [("ReceiptDelivered", base | {"holder": order.holder, "quantityG": order.quantity_g})]
        suspends = isinstance(order, SuspendOrder)
        if isinstance(order, SuspendOrder):
            base["reason"] = int(order.reason)
        self.receipts[order.receipt_id] = replace(
            found,
            status=Status.SUSPENDED if suspends else Status.LIVE,
            suspend_reason=base.get("reason", 0),
        )
        assert suspends or isinstance(order, ReinstateOrder)
        return [("ReceiptSuspended" if suspends else "ReceiptReinstated", base)]

    def _issue(self, order: IssueOrder) -> list[tuple[str, dict[str, Any]]]:
        logs: list[tuple[str, dict[str, Any]]] = []
        lot_hex = "0x" + order.lot_id.hex()
        lot = self.lots.get(order.lot_id)
        if lot is None:
            lot = LotState(order.lot_id, order.lot_quantity_g, 0, order.operator)
            attested = {"lotId": lot_hex, "operator": order.operator, "quantityG": order.lot_quantity_g}
            logs.append(("LotAttested", attested))
        for terms in order.receipts:
            lot = replace(lot, live_g=lot.live_g + terms.quantity_g)
            self.receipts[terms.receipt_id] = ReceiptState(
                terms.receipt_id,
                terms.holder,
                order.operator,
                Status.LIVE,
                terms.kind,
                terms.expires_at,
                0,
                terms.quantity_g,
                order.lot_id,
            )
            args = {"receiptId": terms.receipt_id, "lotId": lot_hex, "holder": terms.holder}
            args |= {"operator": order.operator, "quantityG": terms.quantity_g, "kind": int(terms.kind)}
            logs.append(("ReceiptIssued", args | {"expiresAt": terms.expires_at}))
        self.lots[order.lot_id] = lot
        return logs


def tx_of(number: int) -> str:
    """The hash of the one transaction in a block."""
    return "0x" + sha256(b"transaction %d" % number).hexdigest()


def committee_args(committee: Committee) -> dict[str, Any]:
    """The arguments of CommitteeChanged, as the event reader gives them."""
    epoch, max_age_s, threshold, policy, words = committee.as_tuple()
    whole = {"epoch": epoch, "maxAgeS": max_age_s, "threshold": threshold}
    whole |= {"policyDigest": "0x" + policy.hex(), "attesters": ["0x" + word.hex() for word in words]}
    return {"epoch": epoch, "committeeDigest": "0x" + committee.digest().hex(), "committee": whole}


def attested_args(order: Order, attestation: Attestation) -> dict[str, Any]:
    """The arguments of Attested, as the event reader gives them."""
    return {
        "orderHash": "0x" + order_hash(order).hex(),
        "evidenceDigest": "0x" + attestation.evidence_digest.hex(),
        "evidenceLocation": "0x" + attestation.evidence_location.hex(),
        "policyDigest": "0x" + attestation.policy_digest.hex(),
        "observedAt": attestation.observed_at,
        "validUntil": attestation.valid_until,
        "epoch": attestation.epoch,
        "signers": 7,
    }


class _Consortium:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def member(self, member_id: int) -> Member:
        if member_id not in self._ledger.members:
            raise Refused("unknown-member", f"there is no member {member_id}")
        return self._ledger.members[member_id]

    def epoch(self) -> int:
        return max(self._ledger.committees)

    def committee(self, epoch: int | None = None) -> Committee:
        if self._ledger.node.down:
            raise Unreachable("chain", URL, "it is down")
        return self._ledger.committees[self.epoch() if epoch is None else epoch]


class _Receipts:
    address = DEPLOYMENT.warehouse_receipt

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def receipt(self, receipt_id: int, block: int | str = "latest") -> ReceiptState | None:
        return self._ledger.receipts.get(receipt_id)

    def lot(self, lot_id: bytes, block: int | str = "latest") -> LotState | None:
        return self._ledger.lots.get(lot_id)

    def calldata(self, order: Order, *_: object) -> bytes:
        return order_hash(order)


class _Events:
    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def events(self, from_block: int, to_block: int) -> list[ChainEvent]:
        return [event for event in self._ledger.log if from_block <= event.block_number <= to_block]

    def modules(self, to_block: int | str) -> list[str]:
        return list(self._ledger.modules)

    def named(self, names: Collection[str], from_block: int, to_block: int) -> list[ChainEvent]:
        return [event for event in self.events(from_block, to_block) if event.name in names]

    def attested(self, wanted: bytes) -> ChainEvent | None:
        sought = ("Attested", "0x" + wanted.hex())
        found = (e for e in self._ledger.log if (e.name, e.args.get("orderHash")) == sought)
        return next(found, None)

    def order_in(self, tx_hash: str, wanted: bytes) -> CarriedOrder:
        if tx_hash not in self._ledger.carried:
            raise Refused("not-an-order", f"transaction {tx_hash} is no order")
        aboard = [self._ledger.carried[tx_hash], *self._ledger.also.get(tx_hash, ())]
        # A test that bends what was carried still gets it: the audit itself must find that out.
        return next((one for one in aboard if order_hash(one.order) == wanted), aboard[0])
