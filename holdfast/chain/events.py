"""What happened on the chain: decoded logs, and orders read back from their transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_typing import HexStr
from web3.types import RPCEndpoint

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.calldata import CarriedOrder as CarriedOrder
from holdfast.chain.calldata import read_call
from holdfast.chain.connection import Connection
from holdfast.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One log of our contracts. `args` by name: ints, addresses, bytes as `0x` hex, structs as dicts."""

    name: str
    args: dict[str, Any]
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + bytes(value).hex()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    return value


class EventReader:
    """Logs of Consortium and WarehouseReceipt, and the orders behind them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        deployment = connection.deployment
        self._contracts = [
            connection.contract("Consortium", deployment.consortium),
            connection.contract("WarehouseReceipt", deployment.warehouse_receipt),
        ]
        self._by_topic: dict[bytes, Any] = {}
        for contract in self._contracts:
            for item in contract.abi:
                if item["type"] == "event":
                    event = contract.events[item["name"]]()
                    self._by_topic[bytes.fromhex(event.topic[2:])] = event

    def events(self, from_block: int, to_block: int) -> list[ChainEvent]:
        """Every log from one block to another, both included, in order. Raises Unreachable."""
        logs: Any = self._connection.ask(
            "events",
            lambda: self._connection.w3.eth.get_logs(
                {
                    "fromBlock": from_block,
                    "toBlock": to_block,
                    "address": [contract.address for contract in self._contracts],
                }
            ),
        )
        return [self._decode(log) for log in logs]

    def attested(self, wanted: bytes) -> ChainEvent | None:
        """The log that says the order with the hash `wanted` was carried out; None if it was not.

        Whoever submitted it: it may be another than us. Raises Unreachable.
        """
        topic = next(topic for topic, event in self._by_topic.items() if event.event_name == "Attested")
        query: Any = {
            "fromBlock": self._connection.deployment.block,
            "toBlock": "latest",
            "address": self._contracts[1].address,
            "topics": ["0x" + topic.hex(), "0x" + wanted.hex()],
        }
        logs: Any = self._connection.ask("events", lambda: self._connection.w3.eth.get_logs(query))
        return self._decode(logs[0]) if logs else None

    def _decode(self, log: Any) -> ChainEvent:
        event = self._by_topic.get(bytes(log["topics"][0]))
        if event is None:
            raise Refused("unknown-event", f"a log in block {log['blockNumber']} is of no event we know")
        decoded = event.process_log(log)
        return ChainEvent(
            decoded["event"],
            _plain(dict(decoded["args"])),
            int(log["blockNumber"]),
            "0x" + bytes(log["blockHash"]).hex(),
            "0x" + bytes(log["transactionHash"]).hex(),
            int(log["logIndex"]),
        )

    def order_in(self, tx_hash: str, wanted: bytes) -> CarriedOrder:
        """The order with the hash `wanted` that a transaction carried, with every signature in its calldata.

        Anybody may submit an order, also out of a contract of theirs: such a call is read from the node's
        trace of the transaction.

        Raises Refused if the transaction carries no such order, or the node keeps no trace; Unreachable.
        """
        for data in self._calls(tx_hash):
            carried = read_call(self._contracts[1].abi, data)
            if carried is not None and order_hash(carried.order) == wanted:
                return carried
        raise Refused("not-an-order", f"transaction {tx_hash} carries no order 0x{wanted.hex()} of ours")

    def _calls(self, tx_hash: str) -> list[bytes]:
        """What our contract was called with in a transaction, in order; undone calls left out."""
        w3, ours = self._connection.w3, str(self._contracts[1].address).lower()
        tx: Any = self._connection.ask("transaction", lambda: w3.eth.get_transaction(HexStr(tx_hash)))
        if str(tx.get("to")).lower() == ours:
            return [bytes(tx["input"])]
        asked: Any = [tx_hash, {"tracer": "callTracer"}]
        method = RPCEndpoint("debug_traceTransaction")
        answer: Any = self._connection.ask("trace", lambda: w3.provider.make_request(method, asked))
        if not isinstance(answer.get("result"), Mapping):
            raise Refused(
                "no-trace",
                f"transaction {tx_hash} went through {tx.get('to') or 'a new contract'}: its signatures are "
                "in its trace, which this node does not give (debug_traceTransaction); ask one that does",
            )
        found: list[bytes] = []
        frames: list[Any] = [answer["result"]]
        while frames:
            frame = frames.pop()
            if frame.get("error"):
                continue
            if str(frame.get("to")).lower() == ours and frame.get("type") == "CALL":
                found.append(bytes.fromhex(str(frame["input"])[2:]))
            frames += reversed(frame.get("calls") or [])
        return found
