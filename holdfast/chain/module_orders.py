"""Letting modules in: the order attesters sign, what they look at first, and the call that carries it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from eth_utils import keccak

from holdfast.attestation.quorum import Committee
from holdfast.chain.artifacts import Artifact, load_artifact
from holdfast.domain.errors import Refused
from holdfast.domain.governance import ModuleOrder

NO_COMMITTEE: Final = Committee(0, 0, 0, bytes(32), ())
"""What founders pass for the committee, as long as there is none."""

_PUSH1, _PUSH32 = 0x60, 0x7F
FORBIDDEN: Final[dict[int, str]] = {0xFF: "SELFDESTRUCT", 0xF2: "CALLCODE", 0xF0: "CREATE", 0xF5: "CREATE2"}
"""Opcodes that no running contract of ours has: with them, code that was approved could give way to other."""


def opcodes(code: bytes) -> Iterator[tuple[int, int]]:
    """(position, opcode) of each instruction; what a PUSH carries and the compiler's trailer are no code."""
    at, end = 0, len(code) - _trailer(code)
    while at < end:
        yield at, code[at]
        at += code[at] - _PUSH1 + 2 if _PUSH1 <= code[at] <= _PUSH32 else 1


def _trailer(code: bytes) -> int:
    """Length of the CBOR map that solc puts at the end, its two length bytes included."""
    length = int.from_bytes(code[-2:]) + 2
    marked = 2 < length <= 64 and len(code) >= length and code[-length] in (0xA1, 0xA2)
    return length if marked else 0


def refuse_unsafe(code: bytes, name: str) -> None:
    """What an attester looks at before it signs: the code is this contract of ours and cannot be exchanged.

    Raises:
        Refused: `module-code-differs`, or `module-code-unsafe` naming the opcode.
    """
    artifact: Artifact = load_artifact(name)
    if not artifact.matches_code(code):
        raise Refused("module-code-differs", f"the code at the address is not our {name} contract")
    for at, opcode in opcodes(code):
        if opcode in FORBIDDEN:
            raise Refused("module-code-unsafe", f"{name} has {FORBIDDEN[opcode]} at byte {at}")


def module_order(w3: Any, consortium: str, module: str, rights: int, deadline: int) -> ModuleOrder:
    """The next module order, about the code that stands at `module` now.

    Raises whatever web3 raises where the node does not answer: callers wrap it (`Connection.ask`).
    """
    contract = w3.eth.contract(address=consortium, abi=list(load_artifact("Consortium").abi))
    code = bytes(w3.eth.get_code(module))
    number = int(contract.functions.moduleNumber().call())
    return ModuleOrder(module, rights, keccak(code) if code else bytes(32), number, deadline)


def module_arguments(
    order: ModuleOrder, committee: Committee = NO_COMMITTEE, signatures: bytes = b""
) -> list[Any]:
    """Arguments of Consortium.setModule; `signatures` are the attesters', packed and ascending by account."""
    fields = (order.module, order.rights, order.code_hash, order.number, order.deadline)
    return [fields, committee.as_tuple(), signatures]
