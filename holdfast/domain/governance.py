"""What attesters sign when governance wants a module let in, given other rights or dismissed."""

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
        for name, value, bits in (
            ("rights", self.rights, 16),
            ("number", self.number, 64),
            ("deadline", self.deadline, 64),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**bits:
                raise InvalidInput(name, value, f"a whole number from 0 to 2^{bits} - 1")
