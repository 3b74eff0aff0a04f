"""What a verification found, step by step, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from holdfast.domain.units import show_mass, show_time
from holdfast.proof import hexes
from holdfast.proof.title import Title

_YEAR_9999: Final = 253_370_764_800
"""1 January 9999, unix seconds."""


class Outcome(Enum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `name` is stable, for programs; `detail` says what was found, with its numbers.

    `excused`: not run, and by the verifier's own trust it need not be.
    """

    number: int
    name: str
    checks: str
    outcome: Outcome
    detail: str
    excused: bool = False

    @property
    def holds(self) -> bool:
        """Does this step stand in no one's way?"""
        return self.outcome is Outcome.PASSED or self.excused


@dataclass(frozen=True, slots=True)
class Report:
    """All steps in order; `title` is there once storage has proved it, `block_*` once the header is read."""

    steps: tuple[Step, ...]
    receipt_id: int | None = None
    block_number: int | None = None
    block_time: int | None = None
    title: Title | None = None

    @property
    def holds(self) -> bool:
        """Is the title proved? Every step passed, or was excused by the trust given."""
        return bool(self.steps) and all(step.holds for step in self.steps)

    @property
    def failed(self) -> Step | None:
        """The step that stands in the way, if any: the first that failed, else the first not run."""
        bad = [step for step in self.steps if not step.holds]
        return next((step for step in bad if step.outcome is Outcome.FAILED), bad[0] if bad else None)

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        failed = self.failed
        return {
            "holds": self.holds,
            "failed_step": None if failed is None else failed.name,
            "receipt_id": None if self.receipt_id is None else hexes.data(self.receipt_id.to_bytes(32)),
            "block": None
            if self.block_number is None
            else {"number": self.block_number, "timestamp": self.block_time},
            "title": None if self.title is None else self.title.to_json(),
            "encumbered": None if self.title is None else self.title.receipt.encumbered,
            "steps": [
                {
                    "number": step.number,
                    "name": step.name,
                    "checks": step.checks,
                    "outcome": step.outcome.value,
                    "excused": step.excused,
                    "detail": step.detail,
                }
                for step in self.steps
            ],
        }


def render_report(report: Report) -> str:
    """The report for people: the steps, then what follows from them."""
    lines = ["Title proof"]
    if report.receipt_id is not None:
        lines[0] += f" of receipt {hexes.data(report.receipt_id.to_bytes(32))}"
    lines.append("")
    for step in report.steps:
        lines.append(f"{step.number:>3}  {step.outcome.value:<8} {step.checks}")
        lines.append(f"{'':14}{step.detail}")
    lines.append("")
    lines.extend(_conclusion(report))
    return "\n".join(lines) + "\n"


def _conclusion(report: Report) -> list[str]:
    failed = report.failed
    if failed is not None:
        verb = "failed" if failed.outcome is Outcome.FAILED else "could not be run"
        where = f"step {failed.number} ({failed.name}) {verb}"
        return [f"THE TITLE DOES NOT HOLD: {where}. {_sentence(failed.detail)}"]
    title, when = report.title, report.block_time
    if title is None or when is None:
        return ["THE TITLE DOES NOT HOLD: no step was run."]
    receipt = title.receipt
    lines = [f"THE TITLE HOLDS, as of {show_time(when)} (block {report.block_number:,})."]
    lines.append(f"  Goods      {show_mass(receipt.quantity_g)} of lot {hexes.data(receipt.lot_id)}")
    for part, number in (("Holder", receipt.holder), ("Warehouse", receipt.operator)):
        lines.append(f"  {part:<10} member {number}, account {hexes.data(title.members[number].account)}")
    lines.append(f"  Burdens    {burdens(title)}")
    kind = receipt.kind.name.lower().replace("_", "-")
    lines.append(f"  Receipt    {kind}, expires {show_moment(receipt.expires_at)}")
    for step in report.steps:
        if step.outcome is Outcome.NOT_RUN:
            lines.append(f"  But note   step {step.number} ({step.name}) was not run: {step.detail}")
    return lines


def burdens(title: Title) -> str:
    """Pledges, liens and freezes in words, and in what rank agreed storage fees stand."""
    receipt = title.receipt
    counts = ((receipt.pledges, "pledge"), (receipt.liens, "lien"), (receipt.freezes, "freeze"))
    found = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count]
    text = f"ENCUMBERED: {', '.join(found)}" if found else "no pledge, no lien, no freeze"
    if receipt.first_pledgee:
        text += f"; first pledgee is member {receipt.first_pledgee}"
    fees = {
        0: "",
        1: "; agreed storage fees outrank any pledge",
        2: "; agreed storage fees rank behind pledges",
    }
    return text + fees.get(receipt.lien_terms, f"; storage terms of rank {receipt.lien_terms}")


def show_moment(seconds: int) -> str:
    """A time for people; a receipt's may lie beyond the calendar's last year."""
    return show_time(seconds) if seconds < _YEAR_9999 else "after the year 9999"


def show_age(seconds: int) -> str:
    """A span for people, in its two largest units: `3 d 4 h`, `12 min 5 s`, `40 s`."""
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count:,} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
