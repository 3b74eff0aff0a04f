"""What happened on the chain: decoded logs, and orders read back from their transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_typing import HexStr
from eth_utils import to_checksum_address

from holdfast.attestation.typed_data import attestation_from_json, order_from_json
from holdfast.chain.calldata import FUNCTIONS, PARTIES
from holdfast.chain.connection import Connection
from holdfast.domain.errors import Refused
from holdfast.domain.orders import Attestation, Order


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One log of our contracts. `args` by name: ints, addresses, bytes as `0x` hex, structs as dicts."""

    name: str
    args: dict[str, Any]
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int


@dataclass(frozen=True, slots=True)
class CarriedOrder:
    """What a transaction to our contract carried. `parties` by the order's field: holder, transferee."""

    order: Order
    attestation: Attestation
    signatures: tuple[bytes, ...]
    parties: dict[str, bytes]


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

    def order_in(self, tx_hash: str) -> CarriedOrder:
        """The order a transaction carried, with every signature in its calldata.

        Raises Refused if the transaction is not an order to our contract.
        """
        tx: Any = self._connection.ask(
            "transaction", lambda: self._connection.w3.eth.get_transaction(HexStr(tx_hash))
        )
        contract = self._contracts[1]
        if to_checksum_address(tx["to"]) != contract.address:
            raise Refused("not-an-order", f"transaction {tx_hash} went to {tx['to']}")
        function, arguments = contract.decode_function_input(tx["input"])
        kinds = {name: kind for kind, name in FUNCTIONS.items()}
        kind = kinds.get(function.fn_name)
        if kind is None:
            raise Refused("not-an-order", f"transaction {tx_hash} calls {function.fn_name}")
        packed = bytes(arguments["signatures"])
        return CarriedOrder(
            order_from_json(kind.__name__, _plain(arguments["order"])),
            attestation_from_json(_plain(arguments["attestation"])),
            tuple(packed[i : i + 64] for i in range(0, len(packed), 64)),
            {field: bytes(arguments[f"{field}Signature"]) for field in PARTIES[kind]},
        )
