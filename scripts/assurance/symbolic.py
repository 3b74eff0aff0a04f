"""Prove with Halmos that each transition keeps the invariants, from any state of the contracts whatever.

The shipped bytes are executed symbolically: every storage slot and every argument is a free variable. What is
not proved does not hold: a counterexample, a solver that ran out of time, a loop cut short, a check that no
path passes, a tool that is not installed. A check that is untrue goes first, and must be refuted.

Example: python -m scripts.assurance.symbolic [--full] [--only check_split]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rlp
from eth_utils import keccak, to_checksum_address

from holdfast.chain.compile import launcher
from holdfast.domain.errors import HoldfastError, Misconfigured, Refused, Unreachable
from scripts.assurance.check import Check
from scripts.assurance.forge import ROOT, forge, forge_binary
from scripts.assurance.founding import found

TOOL: Final = "halmos 0.3.3"
FOLDER: Final = Path(".build/symbolic")
CONFIG: Final = "tests/symbolic/foundry.toml"
WORKERS: Final = 2
_HALMOS: Final = Path(".venv-assurance/bin/halmos")
_LOOP: Final = 40
"""No loop of these checks turns so often; one that did would be reported as cut short."""
_SOLVER_S: Final = 60

PROVED, REFUTED = "proved", "counterexample"
_VERDICTS: Final = (PROVED, REFUTED, "solver timeout", "stuck", "no path succeeds", "tool failed")
"""Halmos's exit codes, in their order."""


@dataclass(frozen=True, slots=True)
class Task:
    """One check of the symbolic tests, and what it proves."""

    contract: str
    test: str
    title: str
    full: bool = False
    limit_s: int = 400


@dataclass(frozen=True, slots=True)
class Proof:
    """What Halmos answered: paths explored, those that ended well, loops it cut short, and any example."""

    verdict: str
    paths: int
    succeeded: int
    cut: int
    seconds: float
    example: str = ""

    @property
    def proved(self) -> bool:
        """Every path was explored to its end, some got through, and none breaks an assertion."""
        return self.verdict == PROVED and self.succeeded > 0 and self.cut == 0


TASKS: Final = (
    Task("Orders", "check_issue_one", "issue of one receipt"),
    Task("Orders", "check_transfer", "transfer"),
    Task("Orders", "check_deliver", "delivery"),
    Task("Orders", "check_suspend", "suspension"),
    Task("Orders", "check_reinstate", "reinstatement"),
    Task("Replacements", "check_supersede", "supersede"),
    Task("Replacements", "check_split", "split in two"),
    Task("Replacements", "check_merge", "merge of two", full=True),
    Task("Reductions", "check_reduce", "partial delivery"),
    Task("Reductions", "check_retire", "retirement"),
    Task("Reductions", "check_move_pledged", "move of a pledged receipt"),
    Task("Reductions", "check_write_down_one", "write-down of one receipt"),
    Task("Encumbrances", "check_add_pledge", "pledge"),
    Task("Encumbrances", "check_set_pledges", "release"),
    Task("Encumbrances", "check_freeze", "freeze"),
    Task("Encumbrances", "check_unfreeze", "unfreeze"),
    Task("Encumbrances", "check_set_liens", "lien"),
    Task("Encumbrances", "check_notice", "notice of loss"),
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
    _halmos_binary()
    found(ROOT / FOLDER)
    accounts = json.loads((ROOT / FOLDER / "founding.json").read_text(encoding="utf-8"))
    deployment = json.loads((ROOT / FOLDER / "deployment.json").read_text(encoding="utf-8"))
    (ROOT / FOLDER / "Shipped.sol").write_text(shipped(accounts, deployment), encoding="utf-8")
    # As Halmos itself calls it, so that it finds nothing left to do.
    done = forge(["build", "--ast", "--extra-output", "storageLayout", "metadata"], config=CONFIG)
    if done.returncode != 0:
        raise Refused("symbolic-tests-do-not-compile", (done.stdout + done.stderr).strip()[-4000:])


def shipped(accounts: Mapping[str, Mapping[str, Any]], deployment: Mapping[str, str]) -> str:
    """A Solidity library of the deployed bytes of the consortium and of both pieces of the receipt contract.

    Args:
        accounts: Address -> account, as `founding.found` writes them.
        deployment: Field of Deployment -> address.
    """
    codes = {
        address.lower(): str(account["code"]).removeprefix("0x") for address, account in accounts.items()
    }
    first = deployment["warehouse_receipt"]
    second = to_checksum_address(keccak(rlp.encode([bytes.fromhex(first[2:]), 1]))[12:])  # its first creation
    lines = ["// SPDX-License-Identifier: Apache-2.0", "pragma solidity 0.8.30;", "", "library Shipped {"]
    for constant, function, address in (
        ("CONSORTIUM", "consortium", deployment["consortium"]),
        ("RECEIPTS", "first", first),
        ("SECOND", "second", second),
    ):
        lines += [
            f"    address internal constant {constant} = {address};",
            f"    function {function}() internal pure returns (bytes memory) {{",
            f'        return hex"{codes[address.lower()]}";',
            "    }",
        ]
    return "\n".join([*lines, "}", ""])


def prove(task: Task) -> Proof:
    """Run one check.

    Raises:
        Misconfigured: Halmos or forge is not installed.
        Refused: Halmos did not answer as it should; what it said is in the message.
    """
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("FOUNDRY_", "DAPP_", "HALMOS_"))}
    environment |= {
        "PATH": f"{forge_binary().parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "FOUNDRY_CONFIG": str(ROOT / CONFIG),
        "FOUNDRY_SOLC": str(launcher(ROOT)),
    }
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="holdfast-symbolic-") as folder:
        answer = Path(folder) / "answer.json"
        command = [
            *(str(_halmos_binary()), "--root", str(ROOT), "--forge-build-out", str(FOLDER / "out")),
            *("--contract", task.contract, "--match-test", rf"^{task.test}\b", "--loop", str(_LOOP)),
            *("--solver-timeout-assertion", f"{_SOLVER_S}s"),
            *("--solver-threads", "1", "--early-exit", "--no-status", "--json-output", str(answer)),
        ]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=task.limit_s,
            )
        except subprocess.TimeoutExpired:
            return Proof(f"not done in {task.limit_s} s", 0, 0, 0, time.monotonic() - began)
        except OSError as error:
            raise Misconfigured(f"halmos does not start: {error}") from error
        said = (done.stdout + done.stderr).strip()
        try:
            return read(answer.read_text(encoding="utf-8"), done.returncode, time.monotonic() - began, said)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise Refused(
                "halmos-answer", f"{task.test}: status {done.returncode}: {said[-2000:]}"
            ) from error


def read(answer: str, status: int, seconds: float, said: str) -> Proof:
    """Halmos's JSON of one check as a proof.

    Raises:
        ValueError, KeyError, TypeError, IndexError: it answers no one check, or contradicts `status`.
    """
    [[result]] = json.loads(answer)["test_results"].values()
    verdict = _VERDICTS[result["exitcode"]]
    if (status == 0) != (verdict == PROVED):
        raise ValueError(f"says {verdict}, but its status is {status}")
    total, succeeded, _ = result["num_paths"]
    _, found_one, example = said.partition("Counterexample:")
    lines = [line.strip() for line in example.splitlines() if " = " in line]
    shown = ", ".join(lines[:12]) if found_one else ""
    return Proof(verdict, total, succeeded, result["num_bounded_loops"], seconds, shown)


def row(task: Task, proof: Proof) -> Check:
    """One transition in the assurance table."""
    figure = proof.verdict
    if proof.cut:
        figure += f", {proof.cut} loops cut short"
    elif proof.example:
        figure += f": {proof.example}"
    elif proof.proved:
        figure += f" on {proof.paths:,} paths in {proof.seconds:.0f} s"
    title = f"I1-I4, I8 after {task.title}, from any state"
    return Check(title, TOOL, proof.paths, figure, PROVED, proof.proved)


def run(full: bool, say: Callable[[str], None]) -> list[Check]:
    """The rows of the assurance table that Halmos answers for; `full` adds those that take longer.

    Raises:
        Misconfigured, Unreachable, Refused: see `build` and `prove`.
    """
    build()
    tasks = [task for task in TASKS if full or not task.full]
    with ThreadPoolExecutor(WORKERS) as pool:
        refuted = list(pool.map(prove, UNTRUE))
        count = sum(proof.verdict == REFUTED for proof in refuted)
        say(f"{count} of {len(UNTRUE)} untrue checks refuted")
        rows = [
            Check(
                "Halmos refutes what is untrue",
                TOOL,
                len(UNTRUE),
                f"{count} refuted",
                f"{len(UNTRUE)} refuted",
                count == len(UNTRUE),
            )
        ]
        for task, proof in zip(tasks, pool.map(prove, tasks), strict=True):
            say(f"{task.test}: {proof.verdict}, {proof.paths:,} paths, {proof.seconds:.0f} s")
            rows.append(row(task, proof))
    return rows


def _halmos_binary() -> Path:
    path = ROOT / _HALMOS
    if not path.is_file():
        raise Misconfigured(f"no Halmos at {_HALMOS}, so nothing was proved: run `make assurance`")
    return path


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
