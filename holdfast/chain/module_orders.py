"""Letting modules in: the order attesters sign, what they look at first, and the call that carries it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from eth_utils import keccak, to_checksum_address

from holdfast.attestation.quorum import Committee
from holdfast.chain.artifacts import PIECES, load_artifact
from holdfast.domain.errors import Refused
from holdfast.domain.governance import ModuleOrder

NO_COMMITTEE: Final = Committee(0, 0, 0, bytes(32), ())
"""What founders pass for the committee, as long as there is none."""

_PUSH1, _PUSH32, _GAS, _DELEGATECALL = 0x60, 0x7F, 0x5A, 0xF4
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


def delegated_to(code: bytes) -> list[str]:
    """Addresses of the further pieces of code a contract runs as its own, constants of its code.

    Raises:
        Refused: `module-code-unsafe`, if what it runs could ever be other code.
    """
    found: list[str] = []
    steps = list(opcodes(code))
    for index, (at, opcode) in enumerate(steps):
        if opcode != _DELEGATECALL:
            continue
        where, pushed = steps[index - 2]
        if steps[index - 1][1] != _GAS or pushed != _PUSH32 or any(code[where + 1 : where + 13]):
            raise Refused("module-code-unsafe", f"DELEGATECALL at byte {at} goes to no constant address")
        found.append(to_checksum_address(code[where + 13 : where + 33]))
    return found


def refuse_unsafe(code: bytes, name: str) -> None:
    """What an attester looks at before it signs: the code is this contract of ours and cannot be exchanged.

    `refuse_foreign` looks at what `delegated_to` answers in the same way.

    Raises:
        Refused: `module-code-differs`, or `module-code-unsafe` naming the opcode.
    """
    if not load_artifact(name).matches_code(code):
        raise Refused("module-code-differs", f"the code at the address is not our {name} contract")
    for at, opcode in opcodes(code):
        if opcode in FORBIDDEN:
            raise Refused("module-code-unsafe", f"{name} has {FORBIDDEN[opcode]} at byte {at}")
    delegated_to(code)


def refuse_foreign(code_at: Callable[[str], bytes], name: str, address: str) -> None:
    """The same for every piece of a contract's code, as found on the chain.

    Args:
        code_at: Code at an address.
        name: The contract of ours that should stand there.
        address: Where.

    Raises:
        Refused: as `refuse_unsafe` does, or `module-code-differs` if it runs other pieces than ours.
    """
    chain = (name, *PIECES.get(name, ()))
    for number, piece in enumerate(chain, 1):
        code = code_at(address)
        refuse_unsafe(code, piece)
        further = list(dict.fromkeys(delegated_to(code)))
        wanted = int(number < len(chain))
        if len(further) != wanted:
            raise Refused("module-code-differs", f"{piece} runs {len(further)} further pieces, not {wanted}")
        address = further[0] if further else address


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
