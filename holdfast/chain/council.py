"""The Council's acts: calls of the AccessManager made and told in words, and what carries them."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from eth_utils import keccak, to_checksum_address
from web3 import Web3

from holdfast.attestation.quorum import Committee
from holdfast.attestation.typed_data import Domain
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.deployment import Deployment
from holdfast.chain.governance import GOVERNED
from holdfast.chain.plain_values import fill, shown
from holdfast.domain.errors import Misconfigured, Refused
from holdfast.domain.governance import CouncilOrder

_SENTENCES: Final = {
    "grantRole": "give {account} the power {roleId}, with {executionDelay:span} between announcing and doing",
    "revokeRole": "take the power {roleId} from {account}",
    "setGrantDelay": "let the power {roleId}, once given, begin after {newDelay:span}",
}
"""Functions of the AccessManager that have a sentence of their own; others are told with their values."""


def council_of(deployment: Deployment) -> str:
    """The Council's address. Raises Misconfigured for a deployment from before there was one."""
    if not deployment.council:
        raise Misconfigured("the deployment names no Council contract: it was founded before there was one")
    return to_checksum_address(deployment.council)


def council_domain(deployment: Deployment) -> Domain:
    """Where Council orders count. Raises Misconfigured."""
    return Domain(deployment.chain_id, council_of(deployment))


def council_order(call: bytes, number: int, epoch: int, deadline: int) -> CouncilOrder:
    """The order about a call."""
    return CouncilOrder(keccak(call), number, epoch, deadline)


def council_arguments(order: CouncilOrder, call: bytes, committee: Committee, signatures: bytes) -> list[Any]:
    """Arguments of Council.act; `signatures` are the attesters', packed and ascending by account."""
    named = (order.call_digest, order.number, order.epoch, order.deadline)
    return [named, call, committee.as_tuple(), signatures]


def manager_call(function: str, *args: Any) -> bytes:
    """The data of a call of the AccessManager."""
    return bytes.fromhex(str(_contract("AccessManager").encode_abi(function, args=list(args)))[2:])


def read_call(contract: str, call: bytes) -> tuple[str, dict[str, Any]] | None:
    """Function and arguments by name of a call of one of our contracts; None if it is none, bit for bit."""
    try:
        function, values = _contract(contract).decode_function_input(call)
        again = str(_contract(contract).encode_abi(function.fn_name, kwargs=values))
    except (ValueError, TypeError, OverflowError):
        return None
    return (function.fn_name, dict(values)) if bytes.fromhex(again[2:]) == call else None


def in_words(call: bytes) -> str:
    """What a call of the AccessManager does.

    Raises:
        Refused: `call-unreadable`: nobody should sign what cannot be told.
    """
    found = read_call("AccessManager", call)
    if found is None:
        raise Refused(
            "call-unreadable", f"0x{call[:4].hex()}… is no call of the AccessManager in its one form"
        )
    name, values = found
    if name == "schedule":
        return f"announce: {_governed(values['target'], values['data'])}"
    if name == "execute":
        return f"do: {_governed(values['target'], values['data'])}"
    if name == "multicall":
        return "; then ".join(in_words(part) for part in values["data"])
    if name == "cancel":
        what = _governed(values["target"], values["data"])
        return f"cancel what {values['caller']} has announced: {what}"
    return fill(_SENTENCES[name], values) if name in _SENTENCES else f"call {_values(name, values)}"


def _governed(target: str, data: bytes) -> str:
    """A call behind the AccessManager: of itself, or of a contract it governs."""
    if read_call("AccessManager", data) is not None:
        return f"{in_words(data)} (at {target})"
    for contract in GOVERNED:
        found = read_call(contract, data)
        if found is not None:
            return f"call {contract}.{_values(*found)} at {target}"
    raise Refused("call-unreadable", f"0x{data[:4].hex()}… for {target} is no call of a governed contract")


def _values(name: str, values: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{field} {shown(field, value)}' for field, value in values.items())})"


@cache
def _contract(name: str) -> Any:
    return Web3().eth.contract(abi=list(load_artifact(name).abi))
