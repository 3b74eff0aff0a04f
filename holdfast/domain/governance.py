"""What attesters sign when governance wants something: an order about a module, or an act of the Council."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ModuleOrder:
    """This code, these rights.

    `module` is an address (0x and 40 hexadecimal digits), `rights` a mask of RIGHT_ constants (0 dismisses),
    `code_hash` keccak256 of the code at the address, `number` what the Consortium expects next: a change of
    committee spends it too. `deadline` is in unix seconds.
    """

    module: str
    rights: int
    code_hash: bytes
    number: int
    deadline: int

    def __post_init__(self) -> None:
        text = self.module
        if not isinstance(text, str) or len(text) != 42 or not text.startswith("0x"):
            raise InvalidInput("module", text, "an address: 0x and 40 hexadecimal digits")
        if not all(digit in "0123456789abcdefABCDEF" for digit in text[2:]):
            raise InvalidInput("module", text, "an address: 0x and 40 hexadecimal digits")
        if not isinstance(self.code_hash, bytes) or len(self.code_hash) != 32:
            raise InvalidInput("code_hash", self.code_hash, "32 bytes")
        _require_whole("rights", self.rights, 16)
        _require_whole("number", self.number, 64)
        _require_whole("deadline", self.deadline, 64)


@dataclass(frozen=True, slots=True)
class CouncilOrder:
    """This call of the AccessManager, by the Council.

    `call_digest` is keccak256 of the call's data, `number` counts the Council's acts before this one, `epoch`
    is the committee's that signs. `deadline` is in unix seconds.
    """

    call_digest: bytes
    number: int
    epoch: int
    deadline: int

    def __post_init__(self) -> None:
        if not isinstance(self.call_digest, bytes) or len(self.call_digest) != 32:
            raise InvalidInput("call_digest", self.call_digest, "32 bytes")
        _require_whole("number", self.number, 64)
        _require_whole("epoch", self.epoch, 64)
        _require_whole("deadline", self.deadline, 64)


def _require_whole(name: str, value: object, bits: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**bits:
        raise InvalidInput(name, value, f"a whole number from 0 to 2^{bits} - 1")
