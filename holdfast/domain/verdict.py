"""The verdict: five matches, each pass, hold or fail, with every check's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Outcome(Enum):
    """One check's answer. HOLD means: not enough certainty, a second instrument is wanted."""

    PASS = "pass"  # noqa: S105
    HOLD = "hold"
    FAIL = "fail"


class Decision(Enum):
    """The whole verdict. Only ACCEPT may change a receipt."""

    ACCEPT = "ACCEPT"
    HOLD = "HOLD"
    REJECT = "REJECT"


MATCHES = ("goods", "location", "label", "ledger", "title")
"""The five matches in the order the board shows them."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a match: its outcome, a sentence with real units, and its integers."""

    name: str
    outcome: Outcome
    text: str
    numbers: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One of the five matches; its outcome is its worst check's."""

    name: str
    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Outcome:
        """FAIL if any check fails, else HOLD if any holds, else PASS; no check at all is a FAIL."""
        outcomes = {check.outcome for check in self.checks}
        if Outcome.FAIL in outcomes or not outcomes:
            return Outcome.FAIL
        return Outcome.HOLD if Outcome.HOLD in outcomes else Outcome.PASS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The five matches and what follows from them."""

    matches: tuple[Match, ...]

    @property
    def decision(self) -> Decision:
        """ACCEPT only if all five matches are there and pass."""
        outcomes = [match.outcome for match in self.matches]
        if tuple(match.name for match in self.matches) != MATCHES or Outcome.FAIL in outcomes:
            return Decision.REJECT
        return Decision.HOLD if Outcome.HOLD in outcomes else Decision.ACCEPT

    def reasons(self) -> list[str]:
        """The sentences of every check that did not pass, worst matches first."""
        checks = [
            (match.name, check)
            for match in self.matches
            for check in match.checks
            if check.outcome is not Outcome.PASS
        ]
        checks.sort(key=lambda item: item[1].outcome is not Outcome.FAIL)
        return [f"{name}: {check.text}" for name, check in checks]


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs and pages; numbers as strings, as in canonical JSON."""
    return {
        "decision": verdict.decision.value,
        "matches": [
            {
                "name": match.name,
                "outcome": match.outcome.value,
                "checks": [
                    {
                        "name": check.name,
                        "outcome": check.outcome.value,
                        "text": check.text,
                        "numbers": {key: str(number) for key, number in check.numbers},
                    }
                    for check in match.checks
                ],
            }
            for match in verdict.matches
        ],
    }
