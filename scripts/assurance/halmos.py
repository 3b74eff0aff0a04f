"""Halmos on the checks of tests/symbolic: what it executes, and what it answers.

Used by symbolic.py (the shipped core) and broken_core.py (one that must be refuted).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rlp
from eth_utils import keccak, to_checksum_address

from holdfast.chain.compile import launcher
from holdfast.domain.errors import Misconfigured, Refused
from scripts.assurance.forge import ROOT, forge, forge_binary

TOOL: Final = "halmos 0.3.3"
FOLDER: Final = Path(".build/symbolic")
_CONFIG: Final = Path("tests/symbolic/foundry.toml")
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


def require_halmos() -> Path:
    """Where Halmos is.

    Raises:
        Misconfigured: not here.
    """
    path = ROOT / _HALMOS
    if not path.is_file():
        raise Misconfigured(f"no Halmos at {_HALMOS}, so nothing was proved: run `make assurance`")
    return path


def compile_checks(folder: Path, codes: Mapping[str, str], deployment: Mapping[str, str]) -> None:
    """Compile the checks against these codes, everything into `folder` (relative to the project's root).

    Args:
        folder: `FOLDER`, or another for a core that is not the shipped one.
        codes: Address in lower case -> runtime code in hex.
        deployment: Field of Deployment -> address.

    Raises:
        Misconfigured: forge is not installed.
        Refused: the checks do not compile.
    """
    (ROOT / folder).mkdir(parents=True, exist_ok=True)
    (ROOT / folder / "Shipped.sol").write_text(shipped(codes, deployment), encoding="utf-8")
    settings = (ROOT / _CONFIG).read_text(encoding="utf-8").replace(str(FOLDER), str(folder))
    (ROOT / folder / "foundry.toml").write_text(settings, encoding="utf-8")
    # As Halmos itself calls it, so that it finds nothing left to do.
    done = forge(
        ["build", "--ast", "--extra-output", "storageLayout", "metadata"],
        config=str(ROOT / folder / "foundry.toml"),
    )
    if done.returncode != 0:
        raise Refused("symbolic-tests-do-not-compile", (done.stdout + done.stderr).strip()[-4000:])


def codes_of(accounts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Address in lower case -> runtime code in hex, of the accounts as `founding.found` writes them."""
    return {address.lower(): str(account["code"]).removeprefix("0x") for address, account in accounts.items()}


def second_piece(first: str) -> str:
    """Address of the receipt contract's other piece of code: the first contract that it makes."""
    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(first[2:]), 1]))[12:])


def shipped(codes: Mapping[str, str], deployment: Mapping[str, str]) -> str:
    """A Solidity library of the code of the consortium and of both pieces of the receipt contract."""
    first = deployment["warehouse_receipt"]
    lines = ["// SPDX-License-Identifier: Apache-2.0", "pragma solidity 0.8.30;", "", "library Shipped {"]
    for constant, function, address in (
        ("CONSORTIUM", "consortium", deployment["consortium"]),
        ("RECEIPTS", "first", first),
        ("SECOND", "second", second_piece(first)),
    ):
        lines += [
            f"    address internal constant {constant} = {address};",
            f"    function {function}() internal pure returns (bytes memory) {{",
            f'        return hex"{codes[address.lower()]}";',
            "    }",
        ]
    return "\n".join([*lines, "}", ""])


def prove(task: Task, folder: Path = FOLDER) -> Proof:
    """Run one check of those compiled into `folder`.

    Raises:
        Misconfigured: Halmos or forge is not installed.
        Refused: Halmos did not answer as it should; what it said is in the message.
    """
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("FOUNDRY_", "DAPP_", "HALMOS_"))}
    environment |= {
        "PATH": f"{forge_binary().parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "FOUNDRY_CONFIG": str(ROOT / folder / "foundry.toml"),
        "FOUNDRY_SOLC": str(launcher(ROOT)),
    }
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="holdfast-symbolic-") as scratch:
        answer = Path(scratch) / "answer.json"
        command = [
            *(str(require_halmos()), "--root", str(ROOT), "--forge-build-out", str(folder / "out")),
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
