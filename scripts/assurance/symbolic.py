"""Prove with Halmos that each transition keeps the invariants, from any state of the contracts whatever.

The shipped bytes are executed symbolically: every storage slot and every argument is a free variable. What is
not proved does not hold: a counterexample, a solver that ran out of time, a loop cut short, a check that no
path passes, a tool that is not installed. What is untrue goes first, and must be refuted: checks that are
untrue of the shipped core, and true ones of a core with broken lines (broken_core.py).

Example: python -m scripts.assurance.symbolic [--full] [--only check_merge]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from holdfast.domain.errors import HoldfastError, Unreachable
from scripts.assurance import broken_core
from scripts.assurance.check import Check
from scripts.assurance.forge import ROOT
from scripts.assurance.founding import found
from scripts.assurance.halmos import (
    FOLDER,
    PROVED,
    REFUTED,
    TOOL,
    Proof,
    Task,
    codes_of,
    compile_checks,
    prove,
    require_halmos,
)

WORKERS: Final = 2

TASKS: Final = (
    Task("Orders", "check_issue_one", "issue of one receipt"),
    Task("Orders", "check_issue_two", "issue of two receipts"),
    Task("Orders", "check_transfer", "transfer"),
    Task("Orders", "check_deliver", "delivery"),
    Task("Orders", "check_suspend", "suspension"),
    Task("Orders", "check_reinstate", "reinstatement"),
    Task("Replacements", "check_supersede", "supersede"),
    Task("Replacements", "check_merge", "merge of two"),
    Task("Replacements", "check_replace_by_two", "replacement by two", full=True),
    Task("Replacements", "check_split_off_one", "split into one and a rest"),
    Task("Replacements", "check_split_off_two", "split into two and a rest"),
    Task("Reductions", "check_reduce", "partial delivery"),
    Task("Reductions", "check_retire", "retirement"),
    Task("Reductions", "check_move_pledged", "move of a pledged receipt"),
    Task("Reductions", "check_write_down_one", "write-down of one receipt"),
    Task("Reductions", "check_write_down_two", "write-down of two receipts"),
    Task("Reductions", "check_write_down_three", "write-down of three receipts", full=True),
    Task("Encumbrances", "check_add_pledge", "pledge"),
    Task("Encumbrances", "check_set_pledges", "one or all pledges off"),
    Task("Encumbrances", "check_release_pledge", "release"),
    Task("Encumbrances", "check_freeze", "freeze"),
    Task("Encumbrances", "check_unfreeze", "unfreeze"),
    Task("Encumbrances", "check_set_liens", "lien"),
    Task("Encumbrances", "check_notice", "notice of loss"),
    Task("Orders", "check_issue_one_twice", "one id issued twice in an order: refused"),
    Task("Replacements", "check_replace_one_twice", "one id named twice in a replacement: refused"),
    Task("Replacements", "check_split_off_one_twice", "one id named twice in a split: refused"),
    Task("Reductions", "check_write_down_one_twice", "one id named twice in a write-down: refused"),
    Task("NothingElse", "check_title_moves_only_by_order", "transfers and approvals of ERC-721: refused"),
    Task("NothingElse", "check_no_other_call_changes", "any other function"),
    Task("NothingElse", "check_no_short_call_changes", "a call without a function"),
)
UNTRUE: Final = (
    Task("MustFail", "check_nothing_is_ever_frozen", "a freeze changes nothing"),
    Task(
        "MustFail", "check_every_delivery_is_signed_by_a_pledgee", "every delivery has a pledgee's signature"
    ),
)
"""Refuted, or nothing that this tool proves counts."""


def build() -> None:
    """Put the shipped bytes where the checks find them, and compile the checks.

    Raises:
        Misconfigured: forge, anvil or Halmos is not installed: nothing was proved.
        Unreachable: anvil does not come up.
        Refused: a contract refuses its founding, or the checks do not compile.
    """
    require_halmos()
    found(ROOT / FOLDER)
    accounts = json.loads((ROOT / FOLDER / "founding.json").read_text(encoding="utf-8"))
    deployment = json.loads((ROOT / FOLDER / "deployment.json").read_text(encoding="utf-8"))
    compile_checks(FOLDER, codes_of(accounts), deployment)


def row(task: Task, proof: Proof) -> Check:
    """One transition in the assurance table."""
    figure = proof.verdict
    if proof.cut:
        figure += f", {proof.cut} loops cut short"
    elif proof.example:
        figure += f": {proof.example}"
    elif proof.proved:
        figure += f" on {proof.paths:,} paths in {proof.seconds:.0f} s"
    return Check(f"I1-I4, I8 from any state: {task.title}", TOOL, proof.paths, figure, PROVED, proof.proved)


def run(full: bool, say: Callable[[str], None]) -> list[Check]:
    """The rows of the assurance table that Halmos answers for; `full` adds those that take longer.

    Raises:
        Misconfigured, Unreachable, Refused: see `build`, `broken_core.build` and `prove`.
    """
    build()
    broken_core.build()
    tasks = [task for task in TASKS if full or not task.full]
    with ThreadPoolExecutor(WORKERS) as pool:
        untrue = list(pool.map(prove, UNTRUE))
        rows = [refuted("Halmos refutes what is untrue", [task.title for task in UNTRUE], untrue)]
        say(f"{rows[0].figure} of {len(UNTRUE)} untrue checks")
        broken = list(pool.map(_prove_broken, broken_core.LINES))
        rows.append(
            refuted("each broken line is noticed", [line.title for line in broken_core.LINES], broken)
        )
        say(f"{rows[1].figure} of {len(broken)} broken lines")
        for task, proof in zip(tasks, pool.map(prove, tasks), strict=True):
            say(f"{task.test}: {proof.verdict}, {proof.paths:,} paths, {proof.seconds:.0f} s")
            rows.append(row(task, proof))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    say(f"{used.ru_utime + used.ru_stime:.0f} s of processor time by all programs started so far")
    return rows


def refuted(title: str, cases: Sequence[str], proofs: Sequence[Proof]) -> Check:
    """One row for all that must be refuted; what was not is named."""
    missed = [case for case, proof in zip(cases, proofs, strict=True) if proof.verdict != REFUTED]
    figure = f"{len(cases) - len(missed)} refuted"
    if missed:
        figure += f", not: {'; '.join(missed)}"
    return Check(title, TOOL, len(cases), figure, f"{len(cases)} refuted", not missed)


def _prove_broken(line: broken_core.Line) -> Proof:
    [task] = [task for task in TASKS if task.test == line.test]
    return prove(task, broken_core.BROKEN)


def main(arguments: Sequence[str]) -> int:
    """Print the rows; returns 0 all proved, 1 one is not, 2 wrong here, 3 unreachable."""
    parser = argparse.ArgumentParser(description="Halmos against the shipped contracts.")
    parser.add_argument("--full", action="store_true", help="also the checks that take minutes")
    parser.add_argument("--only", action="append", help="this check alone (may be repeated), true or not")
    options = parser.parse_args(arguments)
    try:
        if options.only:
            build()
            chosen = [task for task in (*TASKS, *UNTRUE) if task.test in options.only]
            rows = [row(task, prove(task)) for task in chosen]
        else:
            rows = run(options.full, lambda text: print(f"symbolic: {text}", file=sys.stderr, flush=True))
    except HoldfastError as error:
        print(f"symbolic: {error}", file=sys.stderr)
        return 3 if isinstance(error, Unreachable) else 2
    for check in rows:
        word = "holds" if check.holds else "DOES NOT HOLD"
        print(f"{check.check:<58} {check.count:>8,}  {check.figure} ({check.bound})  {word}")
    return 0 if rows and all(check.holds for check in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
