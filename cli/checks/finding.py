"""One line of a diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cli.errors import first_cause
from holdfast.domain.errors import HoldfastError, Unreachable


class State(Enum):
    """How an item is; the value is the word shown."""

    OK = "ok"
    PROBLEM = "problem"
    UNREACHABLE = "not reachable"
    SKIPPED = "not looked at"


@dataclass(frozen=True, slots=True)
class Finding:
    """One item: how it is, the detail with its numbers, and what to do about it."""

    item: str
    state: State
    detail: str
    remedy: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {"item": self.item, "state": self.state.value, "detail": self.detail, "remedy": self.remedy}


def ok(item: str, detail: str) -> Finding:
    """All is well."""
    return Finding(item, State.OK, detail)


def problem(item: str, detail: str, remedy: str) -> Finding:
    """Something of our own is wrong."""
    return Finding(item, State.PROBLEM, detail, remedy)


def look(item: str, remedy: str, act: Callable[[], str]) -> Finding:
    """Do one check; its errors become a finding. `remedy` is what to do when it is not well."""
    try:
        return ok(item, act())
    except Unreachable as error:
        return Finding(item, State.UNREACHABLE, first_cause(str(error)), remedy)
    except HoldfastError as error:
        return problem(item, str(error), remedy)


def exit_status(findings: list[Finding]) -> int:
    """2 if anything of our own is wrong, else 3 if anything is not reachable, else 0."""
    states = {finding.state for finding in findings}
    if State.PROBLEM in states:
        return 2
    return 3 if State.UNREACHABLE in states else 0
