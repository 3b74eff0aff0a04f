"""Acts of the Council on their way: prepared, signed by attesters, then calls that anybody may send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eth_utils import keccak
from web3 import Web3

from cli.signed_files import read_file, read_signed, signed_json, write_file
from holdfast.attestation.quorum import check_governance_quorum, sorted_signatures
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain, council_order_from_json
from holdfast.chain.calldata import packed_signatures
from holdfast.chain.council import (
    council_arguments,
    council_domain,
    council_of,
    council_order,
    in_words,
    manager_call,
    read_call,
)
from holdfast.chain.facts import Chain
from holdfast.chain.governance import Power
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.governance import CouncilOrder
from holdfast.domain.units import show_time

TYPE = "holdfast-council-orders"


@dataclass(frozen=True, slots=True)
class CouncilAct:
    """A call of the AccessManager, the order about it, and the signatures so far (65 bytes each)."""

    call: bytes
    order: CouncilOrder
    signatures: tuple[bytes, ...] = ()


Acts = tuple[CouncilAct, ...]
"""One act, or two that follow one another: announce now, do after the delay."""


def write_acts(path: Path, domain: Domain, acts: Acts) -> None:
    """Write the file whole. Raises WrongUsage if that cannot be done."""
    parts = [
        {"call": "0x" + act.call.hex(), **signed_json(domain, act.order, act.signatures)} for act in acts
    ]
    write_file(path, TYPE, {"acts": parts})


def read_acts(path: Path, domain: Domain) -> Acts:
    """Read one, refusing another chain or Council. Raises InvalidInput, WrongUsage."""
    parts = read_file(path, TYPE).get("acts")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise InvalidInput("acts", parts, "a list of one act or more")
    acts = []
    for part in parts:
        message, signatures = read_signed(part, domain)
        try:
            call = bytes.fromhex(str(part.get("call")).removeprefix("0x"))
        except ValueError as error:
            raise InvalidInput("call", part.get("call"), "hexadecimal digits") from error
        acts.append(CouncilAct(call, council_order_from_json(message), signatures))
    return tuple(acts)


def prepare(chain: Chain, call: bytes, deadline: int) -> Acts:
    """The Council's next orders for a call of the AccessManager: to announce it and to do it.

    What is announced already is only to be done, what needs no announcement (`cancel`) just as well.

    Raises:
        InvalidInput: the deadline is before the delay ends.
        Misconfigured: the deployment names no Council.
    """
    connection, council = chain.connection, council_of(chain.connection.deployment)
    manager, number = _manager(chain), _number(chain)
    in_words(call)  # what cannot be told is refused
    calls, read = [call], read_call("AccessManager", call)
    if read is not None and read[0] != "cancel":
        operation = _ask(chain, "operation", manager.functions.hashOperation(council, manager.address, call))
        if not _ask(chain, "announcement", manager.functions.getSchedule(operation)):
            calls.insert(0, manager_call("schedule", manager.address, call, 0))
            delay_s = _ask(chain, "delay", manager.functions.hasRole(int(Power.ADMIN), council))[1]
            ready = connection.head().timestamp_s + int(delay_s)
            if deadline <= ready:
                raise InvalidInput(
                    "days", show_time(deadline), f"a time after {show_time(ready)}, the delay's end"
                )
    epoch = chain.consortium.committee().epoch
    return tuple(
        CouncilAct(one, council_order(one, number + index, epoch, deadline))
        for index, one in enumerate(calls)
    )


def cancelling(chain: Chain, operation: str) -> bytes:
    """The call that cancels what was announced under this operation id (0x and 64 digits).

    Raises Refused if nothing is announced under it, InvalidInput if it is no id.
    """
    try:
        topic = bytes.fromhex(operation.removeprefix("0x"))
    except ValueError as error:
        raise InvalidInput("operation", operation, "0x and 64 hexadecimal digits") from error
    if len(topic) != 32:
        raise InvalidInput("operation", operation, "0x and 64 hexadecimal digits")
    manager, first = _manager(chain), chain.connection.deployment.block
    event = manager.events.OperationScheduled
    logs = chain.connection.ask(
        "announcements",
        lambda: event.get_logs(from_block=first, argument_filters={"operationId": topic}),
    )
    if not logs or not _ask(chain, "announcement", manager.functions.getSchedule(topic)):
        raise Refused("nothing-announced", f"nothing is announced under {operation}")
    found = logs[-1]["args"]
    return manager_call("cancel", found["caller"], found["target"], bytes(found["data"]))


def check(chain: Chain, acts: Acts) -> Acts:
    """What an attester checks on its own node before it signs: which acts are to come, and what they do.

    Returns those. Raises Refused.
    """
    number, epoch = _number(chain), chain.consortium.committee().epoch
    for index, act in enumerate(acts):
        in_words(act.call)
        if act.order.call_digest != keccak(act.call):
            raise Refused("call-differs", f"order {act.order.number} is about another call than the file's")
        if act.order.number != acts[0].order.number + index:
            raise Refused("wrong-council-number", "the orders of the file do not follow one another")
        if act.order.epoch != epoch:
            raise Refused(
                "wrong-epoch",
                f"the order is of committee {act.order.epoch}, now sits {epoch}: prepare it anew",
            )
    waiting = tuple(act for act in acts if act.order.number >= number)
    if not waiting or waiting[0].order.number != number:
        raise Refused(
            "wrong-council-number",
            f"the order carries number {acts[-1].order.number}, expected is {number}: prepare it anew",
        )
    return waiting


def signed(acts: Acts, waiting: Acts, sign: Callable[[CouncilOrder], bytes]) -> Acts:
    """The same with one signature more on each act that is still to come; each attester's counts once."""
    return tuple(
        replace(act, signatures=tuple(dict.fromkeys((*act.signatures, sign(act.order)))))
        if act in waiting
        else act
        for act in acts
    )


def describe(acts: Acts) -> str:
    """In words, what is signed."""
    lines = [f"Council order {act.order.number}: {in_words(act.call)}." for act in acts]
    return "\n".join([*lines, f"Good until {show_time(min(act.order.deadline for act in acts))}."])


def calls(chain: Chain, acts: Acts) -> list[dict[str, Any]]:
    """The calls of the Council that carry what is still to come, in their order; anybody may send them.

    Raises Refused unless a quorum of the present committee has signed each.
    """
    domain, committee = council_domain(chain.connection.deployment), chain.consortium.committee()
    now_s = chain.connection.head().timestamp_s
    contract = chain.connection.contract("Council", council_of(chain.connection.deployment))
    found = []
    for act in check(chain, acts):
        ordered = sorted_signatures(domain, act.order, act.signatures)
        signers = check_governance_quorum(domain, committee, act.order, ordered, now_s=now_s)
        packed = packed_signatures([compact(signature) for signature in ordered])
        arguments = council_arguments(act.order, act.call, committee, packed)
        found.append(
            {
                "number": act.order.number,
                "does": in_words(act.call),
                "signed_by": sorted(signer.member for signer in signers),
                "to": str(contract.address),
                "data": contract.encode_abi("act", arguments),
            }
        )
    return found


def _manager(chain: Chain) -> Any:
    deployment = chain.connection.deployment
    return chain.connection.contract("AccessManager", Web3.to_checksum_address(deployment.access_manager))


def _number(chain: Chain) -> int:
    contract = chain.connection.contract("Council", council_of(chain.connection.deployment))
    return int(_ask(chain, "number", contract.functions.number()))


def _ask(chain: Chain, what: str, call: Any) -> Any:
    return chain.connection.ask(what, call.call)
