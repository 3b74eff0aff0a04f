"""What happened on the chain: decoded logs, and orders read back from their transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from eth_typing import HexStr
from web3 import Web3
from web3.types import RPCEndpoint

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.artifacts import PIECES, artifact_names, load_artifact
from holdfast.chain.calldata import CarriedOrder as CarriedOrder
from holdfast.chain.calldata import read_call
from holdfast.chain.carried import read_act_call
from holdfast.chain.connection import Connection
from holdfast.domain.errors import Refused

UNKNOWN_LOG: Final = "UnknownLog"
"""Name of a log that is of no event we know; its `args` are its topics and data."""

CORE: Final = ("Consortium", "WarehouseReceipt")
NO_MODULES: Final = frozenset(
    {"AccessManager", "ReceiptStatus", *CORE, *(piece for pieces in PIECES.values() for piece in pieces)}
)
"""Contracts that are no modules, and pieces of others' code."""
MAY_SHARE: Final = frozenset({"Attested", "AuthorityUpdated", "EIP712DomainChanged"})
"""Events that every contract of ours may write, of itself."""


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One log of our contracts. `args` by name: ints, addresses, bytes as `0x` hex, structs as dicts.

    `contract` is the address that wrote it: orders for a module are signed in that contract's domain.
    """

    name: str
    args: dict[str, Any]
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int
    contract: str = ""


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + bytes(value).hex()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    return value


def module_names() -> tuple[str, ...]:
    """Contracts there are files for, neither the first two nor mere readers: modules and the Council."""
    return tuple(name for name in artifact_names() if name not in NO_MODULES)


@cache
def event_book(contract: str) -> dict[bytes, Any]:
    """Topic -> event of Consortium, of WarehouseReceipt, or ("modules") of any module.

    A module's log is never read as one of the first two contracts': what changes a receipt, only the receipt
    contract says.
    """
    own = (contract,) if contract in CORE else module_names()
    book: dict[bytes, Any] = {}
    for name in own:
        found = Web3().eth.contract(abi=list(load_artifact(name).abi))
        for item in found.abi:
            if item["type"] == "event":
                event = found.events[item["name"]]()
                book[bytes.fromhex(event.topic[2:])] = event
    if contract not in CORE:
        for topic in {topic for name in CORE for topic in event_book(name)} & set(book):
            if book[topic].event_name not in MAY_SHARE:
                del book[topic]
    return book


@cache
def core_events() -> frozenset[str]:
    """Names of the events of Consortium and WarehouseReceipt."""
    return frozenset(str(event.event_name) for name in CORE for event in event_book(name).values())


class EventReader:
    """Logs of Consortium, WarehouseReceipt and every module there ever was, and the orders behind them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        deployment = connection.deployment
        self._receipts = connection.contract("WarehouseReceipt", deployment.warehouse_receipt)
        self._consortium = Web3.to_checksum_address(deployment.consortium)
        self._named = [Web3.to_checksum_address(address) for address in deployment.contracts().values()]

    def modules(self, to_block: int | str) -> list[str]:
        """Modules that governance gave rights to up to a block, in force or not. Raises Unreachable."""
        book = event_book("Consortium")
        topic = next(topic for topic, event in book.items() if event.event_name == "ModuleSet")
        first = self._connection.deployment.block
        if isinstance(to_block, int) and to_block < first:
            return []
        logs = self._logs(first, to_block, [self._consortium], ["0x" + topic.hex()])
        found = (book[topic].process_log(log)["args"]["module"] for log in logs)
        return list(dict.fromkeys(Web3.to_checksum_address(address) for address in found))

    def events(self, from_block: int, to_block: int) -> list[ChainEvent]:
        """Every log from one block to another, both included, in order. Raises Unreachable.

        A log that cannot be read is given all the same, as UNKNOWN_LOG.
        """
        logs = self._logs(from_block, to_block, self._addresses(to_block))
        return [self._decode(log) for log in logs]

    def named(self, names: Collection[str], from_block: int, to_block: int) -> list[ChainEvent]:
        """Modules' logs of events of these names, both blocks included, in order. Raises Unreachable."""
        book = event_book("modules")
        topics = ["0x" + topic.hex() for topic, event in book.items() if event.event_name in names]
        logs = self._logs(from_block, to_block, self._addresses(to_block), [topics])
        return [self._decode(log) for log in logs]

    def about(self, receipt_id: int) -> list[ChainEvent]:
        """Logs that name a receipt first or second, in order. Raises Unreachable."""
        topic, first, addresses = (
            f"0x{receipt_id:064x}",
            self._connection.deployment.block,
            self._addresses("latest"),
        )
        found: list[Any] = []
        for topics in ([None, topic], [None, None, topic]):
            found += self._logs(first, "latest", addresses, topics)
        events = {(event.block_number, event.log_index): event for event in map(self._decode, found)}
        return [events[place] for place in sorted(events)]

    def in_transaction(self, tx_hash: str) -> list[ChainEvent]:
        """Logs of our contracts in one transaction, in order. Raises Unreachable."""
        w3, ours = self._connection.w3, set(self._addresses("latest"))
        found: Any = self._connection.ask(
            "transaction", lambda: w3.eth.get_transaction_receipt(HexStr(tx_hash))
        )
        return [
            self._decode(log) for log in found["logs"] if Web3.to_checksum_address(log["address"]) in ours
        ]

    def earlier(self, module: str, before_block: int) -> list[ChainEvent]:
        """A module's logs from before it was given rights, up to a block left out. Raises Unreachable."""
        first = self._connection.deployment.block
        if before_block <= first:
            return []
        logs = self._logs(first, before_block - 1, [Web3.to_checksum_address(module)])
        return [self._decode(log) for log in logs]

    def attested(self, wanted: bytes) -> ChainEvent | None:
        """The log that says the order with the hash `wanted` was carried out; None if it was not.

        Whoever submitted it: it may be another than us. Raises Unreachable.
        """
        book = event_book("WarehouseReceipt")
        topic = next(topic for topic, event in book.items() if event.event_name == "Attested")
        topics = ["0x" + topic.hex(), "0x" + wanted.hex()]
        first = self._connection.deployment.block
        logs = self._logs(first, "latest", self._addresses("latest"), topics)
        return self._decode(logs[0]) if logs else None

    def _addresses(self, to_block: int | str) -> list[str]:
        return list(dict.fromkeys([*self._named, *self.modules(to_block)]))

    def _logs(
        self,
        first: int,
        last: int | str,
        addresses: Iterable[str],
        topics: Sequence[str | list[str] | None] | None = None,
    ) -> list[Any]:
        query: Any = {"fromBlock": first, "toBlock": last, "address": list(addresses)}
        if topics is not None:
            query["topics"] = list(topics)
        logs: Any = self._connection.ask("events", lambda: self._connection.w3.eth.get_logs(query))
        return list(logs)

    def _decode(self, log: Any) -> ChainEvent:
        address = Web3.to_checksum_address(log["address"])
        kinds = {self._consortium: "Consortium", str(self._receipts.address): "WarehouseReceipt"}
        name, args = decode_log(kinds.get(address, "modules"), log)
        return ChainEvent(
            name,
            args,
            int(log["blockNumber"]),
            "0x" + bytes(log["blockHash"]).hex(),
            "0x" + bytes(log["transactionHash"]).hex(),
            int(log["logIndex"]),
            address,
        )

    def order_in(self, tx_hash: str, wanted: bytes) -> CarriedOrder:
        """The order with the hash `wanted` that a transaction carried, with every signature in its calldata.

        Anybody may submit an order, also out of a contract of theirs: such a call is read from the node's
        trace of the transaction.

        Raises Refused if the transaction carries no such order, or the node keeps no trace; Unreachable.
        """
        for address, data in self._calls(tx_hash):
            core = address == str(self._receipts.address).lower()
            carried = read_call(self._receipts.abi, data) if core else read_act_call(data)
            if carried is not None and order_hash(carried.order) == wanted:
                return carried
        raise Refused("not-an-order", f"transaction {tx_hash} carries no order 0x{wanted.hex()} of ours")

    def _calls(self, tx_hash: str) -> list[tuple[str, bytes]]:
        """Which of our contracts was called with what in a transaction, in order; undone calls left out."""
        w3, ours = self._connection.w3, {address.lower() for address in self._addresses("latest")}
        tx: Any = self._connection.ask("transaction", lambda: w3.eth.get_transaction(HexStr(tx_hash)))
        if str(tx.get("to")).lower() in ours:
            return [(str(tx["to"]).lower(), bytes(tx["input"]))]
        asked: Any = [tx_hash, {"tracer": "callTracer"}]
        method = RPCEndpoint("debug_traceTransaction")
        answer: Any = self._connection.ask("trace", lambda: w3.provider.make_request(method, asked))
        if not isinstance(answer.get("result"), Mapping):
            raise Refused(
                "no-trace",
                f"transaction {tx_hash} went through {tx.get('to') or 'a new contract'}: its signatures are "
                "in its trace, which this node does not give (debug_traceTransaction); ask one that does",
            )
        found: list[tuple[str, bytes]] = []
        frames: list[Any] = [answer["result"]]
        while frames:
            frame = frames.pop()
            if frame.get("error"):
                continue
            if str(frame.get("to")).lower() in ours and frame.get("type") == "CALL":
                found.append((str(frame["to"]).lower(), bytes.fromhex(str(frame["input"])[2:])))
            frames += reversed(frame.get("calls") or [])
        return found


def decode_log(contract: str, log: Any) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a log of Consortium, WarehouseReceipt or ("modules") a module."""
    topics = [bytes(topic) for topic in log["topics"]]
    event = event_book(contract).get(topics[0]) if topics else None
    if event is None:
        raw = {"topics": [_plain(topic) for topic in topics], "data": _plain(bytes(log["data"]))}
        return UNKNOWN_LOG, raw
    decoded = event.process_log(log)
    return decoded["event"], _plain(dict(decoded["args"]))
