"""The table of functions by roles: for every external function of every contract, who may call it and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from holdfast.chain.gates import RIGHTS, Function, Gate, Kind, contracts, functions
from holdfast.chain.governance import Power

NOW, DELAY, CARRY, OWN, NO = "now", "delay", "carry", "own", "–"
LEGEND: Final = {
    NOW: "may, at once",
    DELAY: "may, after announcing it and waiting for its delay; guardians can cancel",
    CARRY: "may carry what those named have signed; without their signatures it is refused",
    OWN: "may for itself: its own member, role or announcement",
    NO: "refused",
}
"""What the cells of the table mean."""

ROLES_FILE: Final = "docs/functions-and-roles.md"
HEAD: Final = """# Functions and roles

Who may call what. Generated from the contracts' ABIs: `holdfast contracts roles --write`. Do not edit.
`tests/contracts/test_roles.py` tries every function as every caller and holds the answers to this table.

`council` is the Council contract, which alone holds the power ADMIN: it calls what a full quorum of the
committee has signed. `modules` and the next four are accounts with one power each. `module X` is a module
with right X and no other; `receipts` is WarehouseReceipt itself; `member` an account of any member, whatever
its role: a role counts where its member signs, not where it calls. `anybody` includes attesters, couriers and
whoever deployed.
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls: what powers, rights and standing it has."""

    name: str
    powers: frozenset[Power] = frozenset()
    right: int = 0
    receipts: bool = False
    member: bool = False


def callers() -> list[Caller]:
    """The columns of the table."""
    found = [Caller("council", frozenset({Power.ADMIN})), Caller("modules", frozenset({Power.MODULES}))]
    for power in Power:
        if power not in (Power.ADMIN, Power.MODULES, Power.ADMIN_ACTS):
            found.append(Caller(power.name.lower(), frozenset({power})))
    found += [Caller(f"module {name}", right=bit) for name, bit in RIGHTS.items()]
    return [*found, Caller("receipts", receipts=True), Caller("member", member=True), Caller("anybody")]


def cell(function: Function, caller: Caller) -> str:
    """One of LEGEND: whether this caller may call this function."""
    gate = function.gate
    if gate.kind is Kind.POWER:
        return DELAY if gate.power in caller.powers else NO
    if gate.kind is Kind.OWN:
        return _of_the_manager(function.name, caller)
    if gate.kind is Kind.MEMBER:
        return OWN if caller.member else NO
    return {
        Kind.READS: NOW,
        Kind.SIGNED: CARRY,
        Kind.ANYBODY: OWN if function.name == "renounceRole" else NOW,
        Kind.RIGHT: NOW if gate.right & caller.right else NO,
        Kind.RECEIPTS: NOW if caller.receipts else NO,
    }.get(gate.kind, NO)


def _of_the_manager(name: str, caller: Caller) -> str:
    """What the AccessManager lets callers do with announcements."""
    if name == "consumeScheduledOp":
        return NO
    if name == "cancel" and caller.powers & {Power.ADMIN, Power.GUARDIAN}:
        return NOW
    if not caller.powers - {Power.GUARDIAN}:
        return NO
    return DELAY if name == "execute" else OWN


def sentence(gate: Gate) -> str:
    """What gates a function, in words."""
    right = next((name for name, bit in RIGHTS.items() if bit == gate.right), "")
    who = {
        Kind.READS: "nothing: it only reads",
        Kind.POWER: f"power {gate.power.name}, after its delay" if gate.power is not None else "",
        Kind.RIGHT: f"right {right} ({gate.right}) of a module",
        Kind.RECEIPTS: "WarehouseReceipt itself",
        Kind.MANAGER: "the AccessManager itself (updateAuthority)",
        Kind.SIGNED: _signatures(gate.parties),
        Kind.MEMBER: "the account of an active member",
        Kind.ANYBODY: "nothing",
        Kind.NOBODY: "nobody",
        Kind.OWN: "",
    }[gate.kind]
    consent = "the first pledgee's signature if the receipt is pledged" if gate.consent else ""
    quorum = f"attestation by {gate.quorum}" if gate.quorum else ""
    return "; ".join(part for part in (who, consent, quorum, gate.words) if part)


def _signatures(parties: tuple[str, ...]) -> str:
    if not parties:
        return ""
    shown = " and ".join([", ".join(parties[:-1]), parties[-1]]) if len(parties) > 1 else parties[0]
    return f"signature{'s' if len(parties) > 1 else ''} of {shown}"


def as_json_table() -> dict[str, Any]:
    """The whole table: contract -> functions with their gate in words and the cell of each caller."""
    columns = callers()
    return {
        "legend": LEGEND,
        "contracts": {
            contract: [
                {
                    "function": item.signature,
                    "gate": item.gate.kind.value,
                    "needs": sentence(item.gate),
                    "callers": {caller.name: cell(item, caller) for caller in columns},
                }
                for item in functions(contract)
            ]
            for contract in contracts()
        },
    }


def as_markdown() -> str:
    """docs/functions-and-roles.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    columns = callers()
    yield HEAD
    yield "\n".join(f"- `{word}`: {meaning}" for word, meaning in LEGEND.items())
    for contract in contracts():
        found = functions(contract)
        reads = [f"`{item.name}`" for item in found if item.gate.kind is Kind.READS]
        changes = [item for item in found if item.gate.kind is not Kind.READS]
        yield ""
        yield f"## {contract}"
        if changes:
            yield ""
            yield "| Function | Needs | " + " | ".join(caller.name for caller in columns) + " |"
            yield "|---" * (2 + len(columns)) + "|"
        for item in changes:
            cells = " | ".join(cell(item, caller) for caller in columns)
            yield f"| `{item.name}` | {sentence(item.gate)} | {cells} |"
        if reads:
            yield ""
            yield "Reads, open to anybody: " + ", ".join(dict.fromkeys(reads)) + "."
