"""What an audit found, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision replayed. `tx_hash` is None for a decision that never reached the chain.

    `findings` are empty where everything agrees; `summary` says in words what was decided.
    """

    purpose: str
    receipts: tuple[str, ...]
    location: str
    tx_hash: str | None
    block: int | None
    summary: str
    findings: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the replay came to the same end."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A stored object whose bytes are not those its name promises, and the receipts that rest on it."""

    cid: str
    receipts: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """A whole audit: every decision, every stored object, and the ledger at the end."""

    chain_id: int
    head_block: int
    replayed: tuple[Replayed, ...]
    damaged: tuple[DamagedFile, ...]
    ledger_findings: tuple[str, ...]
    objects: int

    @property
    def holds(self) -> bool:
        """Whether everything replays, nothing is damaged, and the ledger ends as the chain says."""
        return all(item.agrees for item in self.replayed) and not self.damaged and not self.ledger_findings

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "holds": self.holds,
            "chain_id": self.chain_id,
            "head_block": self.head_block,
            "decisions": len(self.replayed),
            "agree": sum(item.agrees for item in self.replayed),
            "objects": self.objects,
            "replayed": [
                {
                    "purpose": item.purpose,
                    "receipts": list(item.receipts),
                    "evidence_location": item.location,
                    "tx_hash": item.tx_hash,
                    "block": item.block,
                    "summary": item.summary,
                    "findings": list(item.findings),
                }
                for item in self.replayed
            ],
            "damaged": [
                {"file": item.cid, "receipts": list(item.receipts), "why": item.why} for item in self.damaged
            ],
            "ledger_findings": list(self.ledger_findings),
        }


def _names(receipts: tuple[str, ...]) -> str:
    if not receipts:
        return "no receipt (nothing on the chain names it)"
    shown = ", ".join(receipts[:3])
    return shown + (f" and {len(receipts) - 3} more" if len(receipts) > 3 else "")


def render_audit(report: AuditReport) -> str:
    """The report for people."""
    agree = sum(item.agrees for item in report.replayed)
    lines = [
        f"Audit of chain {report.chain_id} up to block {report.head_block}",
        f"{len(report.replayed)} decisions, {report.objects} evidence files",
        "",
    ]
    for number, item in enumerate(report.replayed, 1):
        where = f"block {item.block}" if item.block is not None else "never on the chain"
        mark = "agrees " if item.agrees else "DIFFERS"
        lines.append(f"  {number:3}. {mark}  {item.purpose:<10} {where:<18} {item.summary}")
        lines += [f"         {_names(item.receipts)}"] if not item.agrees else []
        lines += [f"         - {finding}" for finding in item.findings]
    for damaged in report.damaged:
        lines += ["", f"  DAMAGED FILE {damaged.cid}", f"         receipt {_names(damaged.receipts)}"]
        lines.append(f"         - {damaged.why}")
    lines += [f"  LEDGER: {finding}" for finding in report.ledger_findings]
    share = f" ({100 * agree // len(report.replayed)} %)" if report.replayed else ""
    lines += ["", f"{agree} of {len(report.replayed)} decisions replay{share}."]
    lines.append("Everything agrees." if report.holds else "THE AUDIT FAILS: see the lines above.")
    return "\n".join(lines)
