"""A module order on its way: prepared, signed by attesters, then calls for whoever governs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eth_utils import keccak, to_checksum_address
from web3 import Web3

from cli.signed_files import read_file, read_signed, signed_json, write_file
from holdfast.attestation.quorum import check_governance_quorum, sorted_signatures
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain, module_order_from_json
from holdfast.chain.calldata import packed_signatures
from holdfast.chain.facts import Chain
from holdfast.chain.gates import RIGHTS
from holdfast.chain.module_orders import module_arguments, module_order, refuse_foreign
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.governance import ModuleOrder
from holdfast.domain.units import show_time

TYPE = "holdfast-module-order"


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """Which contract of ours, the order about it, and the attesters' signatures so far (65 bytes each)."""

    contract: str
    order: ModuleOrder
    signatures: tuple[bytes, ...] = ()

    def write(self, path: Path, domain: Domain) -> None:
        """Write the file whole. Raises WrongUsage if that cannot be done."""
        signed = signed_json(domain, self.order, self.signatures)
        write_file(path, TYPE, {"contract": self.contract, **signed})


def read_module_file(path: Path, domain: Domain) -> ModuleFile:
    """Read one, refusing another chain or consortium. Raises InvalidInput, WrongUsage."""
    found = read_file(path, TYPE)
    message, signatures = read_signed(found, domain)
    return ModuleFile(str(found.get("contract")), module_order_from_json(message), signatures)


def consortium_domain(chain: Chain) -> Domain:
    """Where module orders count."""
    deployment = chain.connection.deployment
    return Domain(deployment.chain_id, to_checksum_address(deployment.consortium))


def prepare(chain: Chain, contract: str, address: str, rights: tuple[str, ...], deadline: int) -> ModuleFile:
    """The next order about a contract of ours at an address, after a look at its code.

    Raises Refused if the code is not ours, InvalidInput for a right that there is not.
    """
    for name in rights:
        if name not in RIGHTS:
            raise InvalidInput("right", name, "one of " + ", ".join(RIGHTS))
    mask = sum(RIGHTS[name] for name in set(rights))
    module = to_checksum_address(address)
    connection = chain.connection
    consortium = to_checksum_address(connection.deployment.consortium)
    order: ModuleOrder = connection.ask(
        "module", lambda: module_order(connection.w3, consortium, module, mask, deadline)
    )
    made = ModuleFile(contract, order)
    check(chain, made)
    return made


def check(chain: Chain, file: ModuleFile) -> None:
    """What an attester checks on its own node before it signs: the order is next, the code, whom it serves.

    Raises Refused.
    """
    connection, order = chain.connection, file.order
    consortium = connection.contract("Consortium", connection.deployment.consortium)
    number = int(connection.ask("number", lambda: consortium.functions.moduleNumber().call()))
    if order.number != number:
        raise Refused(
            "wrong-module-number",
            f"the order carries number {order.number}, expected is {number}: prepare it anew",
        )

    def code_at(address: str) -> bytes:
        where = Web3.to_checksum_address(address)
        return bytes(connection.ask("code", lambda: connection.w3.eth.get_code(where)))

    code = code_at(order.module)
    if (keccak(code) if code else bytes(32)) != order.code_hash:
        raise Refused("module-code-differs", "the order names another code than stands at the address")
    if order.rights:
        refuse_foreign(code_at, file.contract, order.module)
        found = connection.contract(file.contract, order.module)
        serves = str(connection.ask("receipts", lambda: found.functions.receipts().call()))
        wanted = connection.deployment.warehouse_receipt
        if serves.lower() != wanted.lower():
            raise Refused("module-of-others", f"the module serves receipts at {serves}, ours are at {wanted}")


def signed(file: ModuleFile, signature: bytes) -> ModuleFile:
    """The same with one signature more; each attester's counts once."""
    return replace(file, signatures=tuple(dict.fromkeys((*file.signatures, signature))))


def describe(file: ModuleFile) -> str:
    """In words, what is signed."""
    order = file.order
    named = " and ".join(name for name, bit in RIGHTS.items() if bit & order.rights)
    what = f"gives {file.contract} at {order.module} the rights {named}" if order.rights else ""
    what = what or f"takes every right from {file.contract} at {order.module}"
    return (
        f"Module order {order.number} {what}.\n"
        f"Code hash 0x{order.code_hash.hex()}. Good until {show_time(order.deadline)}."
    )


def calls(chain: Chain, file: ModuleFile) -> dict[str, Any]:
    """What whoever governs sends: first `schedule`, and after the delay `set_module`.

    Raises Refused unless a quorum of the present committee has signed, and the order is next.
    """
    check(chain, file)
    domain, committee = consortium_domain(chain), chain.consortium.committee()
    ordered = sorted_signatures(domain, file.order, file.signatures)
    now_s = chain.connection.head().timestamp_s
    signers = check_governance_quorum(domain, committee, file.order, ordered, now_s=now_s)
    packed = packed_signatures([compact(signature) for signature in ordered])
    deployment, connection = chain.connection.deployment, chain.connection
    consortium = connection.contract("Consortium", deployment.consortium)
    manager = connection.contract("AccessManager", deployment.access_manager)
    data = consortium.encode_abi("setModule", module_arguments(file.order, committee, packed))
    announced = manager.encode_abi("schedule", [consortium.address, data, 0])
    return {
        "signed_by": sorted(signer.member for signer in signers),
        "schedule": {"to": manager.address, "data": announced},
        "set_module": {"to": consortium.address, "data": data},
    }
