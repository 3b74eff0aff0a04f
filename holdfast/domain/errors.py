"""One small tree of errors. Each says what to do with it and how a program should exit.

A discrepancy between goods and claim is a verdict, not an error (see `verdict`).
"""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar


class Action(Enum):
    """What whoever catches the error does next."""

    RETRY = "retry"
    """The world may be better in a moment: try the same again."""
    SKIP = "skip"
    """This order, lot or message is bad: refuse it and go on with the others."""
    HALT = "halt"
    """Our own identity or settings are wrong: stop the process."""


class HoldfastError(Exception):
    """Base of every error Holdfast raises on purpose.

    `code` is a stable kebab-case word that programs may match on; the message is for people.
    """

    code: ClassVar[str] = "error"
    action: ClassVar[Action] = Action.SKIP
    exit_status: ClassVar[int] = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state, not by constructor: durable workflows store the errors of their steps."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[HoldfastError], args: tuple[Any, ...], state: dict[str, Any]) -> HoldfastError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidInput(HoldfastError):
    """A value is not what it must be. Names the field, the value and what would be right."""

    code = "invalid-input"

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field = field
        self.value = value
        self.expected = expected
        shown = repr(value)
        if len(shown) > 120:
            shown = shown[:117] + "..."
        super().__init__(f"{field}: {shown} is not right; expected {expected}")


class Refused(HoldfastError):
    """A well-formed request whose answer is no. `reason` is a stable kebab-case word."""

    code = "refused"

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class EvidenceRejected(Refused):
    """Evidence that does not hold: a digest, a signature, a counter or a clock is wrong."""

    code = "evidence-rejected"


class EvidenceMissing(HoldfastError):
    """Evidence that no store we asked could give; another copy may appear."""

    code = "evidence-missing"
    action = Action.RETRY


class Misconfigured(HoldfastError):
    """A setting, key or trust root of our own is absent or wrong."""

    code = "misconfigured"
    action = Action.HALT
    exit_status = 2


class Unreachable(HoldfastError):
    """Something needed did not answer: chain, store, WMS, attester, database."""

    code = "unreachable"
    action = Action.RETRY
    exit_status = 3

    def __init__(self, what: str, where: str, why: str) -> None:
        self.what = what
        self.where = where
        super().__init__(f"{what} at {where} is not reachable: {why}")
