"""The modules: what they keep, and acts as calls of theirs ready to send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web3 import Web3

from holdfast.attestation.quorum import Committee
from holdfast.chain.acts import FUNCTIONS, act_arguments
from holdfast.chain.calldata import abi_tuple, packed_signatures
from holdfast.chain.connection import Connection, named_struct
from holdfast.chain.domains import contract_of
from holdfast.domain.acts import Act, CaseOrder, LienTermsOrder
from holdfast.domain.encumbrances import CaseState, LienState, PledgeState
from holdfast.domain.orders import Attestation, standing_ids

Block = int | str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of our contracts: its checksummed address and the data."""

    to: str
    data: bytes


class ModuleReader:
    """Court cases at a block, and acts as calls. Every read raises Unreachable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def call(
        self,
        act: Act,
        parties: Sequence[bytes],
        consent: bytes = b"",
        attestation: Attestation | None = None,
        committee: Committee | None = None,
        signatures: Sequence[bytes] = (),
    ) -> Call:
        """The call that puts an act on the chain. `signatures` are the attesters', ascending by account.

        Raises:
            InvalidInput: signatures of the parties or the attestation are missing.
            Misconfigured: the deployment names no module that takes such an act.
        """
        module, function, arguments = act_arguments(
            act, tuple(parties), consent, attestation, committee, packed_signatures(signatures)
        )
        contract = self._connection.contract(module, contract_of(self._connection.deployment, type(act)))
        return Call(str(contract.address), bytes.fromhex(contract.encode_abi(function, args=arguments)[2:]))

    def simulate(self, call: Call, sender: str) -> int:
        """Run a call without sending it; returns the gas it would need.

        Raises Refused with the contract's reason.
        """
        asked: Any = {
            "from": sender,
            "to": Web3.to_checksum_address(call.to),
            "data": "0x" + call.data.hex(),
        }
        eth = self._connection.w3.eth
        # Pending: the next block's time decides on deadlines, not that of the last one.
        self._connection.ask("simulation", lambda: eth.call(asked, "pending"))
        return self._connection.ask("gas", lambda: eth.estimate_gas(asked, "pending"))

    def carried(self, act: Act) -> tuple[str, int] | None:
        """Transaction and block that carried out an act by a call of its module; None if none did.

        For acts that nobody attests: their module's logs do not name the order.
        """
        function = FUNCTIONS[type(act)][1]
        address = Web3.to_checksum_address(contract_of(self._connection.deployment, type(act)))
        contract = self._connection.contract(FUNCTIONS[type(act)][0], address)
        w3, wanted = self._connection.w3, abi_tuple(act)
        for tx_hash in self._touched(address, act):
            tx: Any = self._connection.ask("transaction", lambda h=tx_hash: w3.eth.get_transaction(h))  # type: ignore[misc]
            if str(tx.get("to")).lower() != address.lower():
                continue
            found, values = contract.decode_function_input(bytes(tx["input"]))
            if found.fn_name == function and _tuple(values["order"]) == wanted:
                return "0x" + tx_hash.hex(), int(tx["blockNumber"])
        return None

    def _touched(self, module: str, act: Act) -> list[bytes]:
        """Transactions with logs of a module, or of the receipts that an act is about; newest first."""
        deployment = self._connection.deployment
        topics = [[f"0x{receipt_id:064x}" for receipt_id in standing_ids(act)]]
        queries: list[Any] = [{"address": module}]
        if topics[0]:
            receipts = Web3.to_checksum_address(deployment.warehouse_receipt)
            queries.append({"address": receipts, "topics": [None, *topics]})
        found: list[Any] = []
        for query in queries:
            span = {"fromBlock": deployment.block, "toBlock": "latest"}
            whole: Any = {**query, **span}
            found += self._connection.ask("events", lambda w=whole: self._connection.w3.eth.get_logs(w))  # type: ignore[misc]
        found.sort(key=lambda log: (log["blockNumber"], log["logIndex"]), reverse=True)
        return list(dict.fromkeys(bytes(log["transactionHash"]) for log in found))

    def court_case(self, case_no: int, block: Block = "latest") -> CaseState | None:
        """One court case; None if there is none."""
        contract = self._connection.contract("Court", contract_of(self._connection.deployment, CaseOrder))
        raw: Any = self._connection.ask(
            "court case", lambda: contract.functions.caseOf(case_no).call(block_identifier=block)
        )
        values = named_struct(contract.abi, "caseOf", raw[0])
        if not values["court"]:
            return None
        return CaseState(case_no, values["court"], values["reason"], values["expiresAt"], values["number"])

    def lien(self, receipt_id: int, block: Block = "latest") -> LienState:
        """Storage terms and the lien for them on a receipt; rank 0 if there are none."""
        deployment = self._connection.deployment
        contract = self._connection.contract("StorageLien", contract_of(deployment, LienTermsOrder))
        raw: Any = self._connection.ask(
            "lien", lambda: contract.functions.termsOf(receipt_id).call(block_identifier=block)
        )
        values = named_struct(contract.abi, "termsOf", raw)
        currency = bytes(values["currency"]).decode("ascii", "replace").rstrip("\0")
        return LienState(
            values["rank"],
            currency,
            values["capMinor"],
            values["paidMinor"],
            values["assertedMinor"],
            values["number"],
            values["feeMinor"],
            values["sinceS"],
            values["quantityG"],
            values["gramSeconds"],
        )


def _tuple(value: Any) -> Any:
    """A decoded struct, whose fields come by name in their order, as `abi_tuple` makes it."""
    if isinstance(value, Mapping):
        return tuple(_tuple(item) for item in value.values())
    return [_tuple(item) for item in value] if isinstance(value, list | tuple) else value


def pledge_state(pledge_id: int, values: Mapping[str, Any]) -> PledgeState:
    """A pledge from its record's fields by name."""
    return PledgeState(
        pledge_id,
        values["pledgee"],
        values["amountMinor"],
        bytes(values["currency"]).decode("ascii", "replace"),
        values["maturity"],
        values["ltvBps"],
        values["cureS"],
        values["defaultAt"],
        values["receipts"],
    )
