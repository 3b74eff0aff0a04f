"""Rows that come from the product's own measurements and from counting what the tests try."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from cli.node import connect
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.compile import CONTRACTS
from holdfast.chain.gas import measure_gas
from holdfast.domain.errors import Refused
from scripts.assurance.check import Check
from scripts.demo.chain import throwaway_chain

ROOT: Final = Path(__file__).resolve().parent.parent.parent
MOST_BYTES: Final = 24_576
"""EIP-170."""
_EXAMPLES_CI, _EXAMPLES_FULL = 40, 100
_SEEDS_FULL: Final = 10
"""A release run is made of parts, each with a seed of its own and so many lives for each machine."""
_USEFUL: Final = 50
"""Of a hundred random acts, how many must be carried out: what both refuse says little of what follows."""


def sizes() -> list[Check]:
    """The largest contract against the limit of EIP-170."""
    found = {name: len(load_artifact(name).deployed_bytecode) for name in CONTRACTS}
    largest = max(found, key=lambda name: found[name])
    return [
        Check(
            "contract sizes",
            "solc 0.8.30",
            len(found),
            f"largest {largest}, {found[largest]:,} bytes",
            f"<= {MOST_BYTES:,} each",
            all(size <= MOST_BYTES for size in found.values()),
        )
    ]


def gas() -> list[Check]:
    """Each act's gas against its budget, on a chain of our own."""
    with throwaway_chain() as url:
        figures = measure_gas(connect(url))
    return [
        Check(f"gas: {item.act}", "anvil", 1, f"{item.gas:,}", f"<= {item.budget:,}", item.within)
        for item in figures
    ]


def subsets() -> list[Check]:
    """All sixteen subsets of four attesters."""
    cases = _tests("tests/contracts/test_quorum.py", "-k", "each_subset_of_four_attesters")
    return [_row("subsets of four attesters: only permitted ones mint", "pytest", cases, 16)]


def attacks() -> list[Check]:
    """Attacks on the contracts, each a test named for it."""
    cases = _tests("tests/contracts", "-k", "attack")
    return [_row("attacks named in tests", "pytest", cases, 10)]


def roles() -> list[Check]:
    """Every function tried as every role."""
    cases = _tests("tests/contracts/test_roles.py", "tests/contracts/test_roles_signatures.py")
    return [_row("functions by roles", "pytest", cases, 50)]


def model(full: bool, say: Callable[[str], None]) -> list[Check]:
    """Random sequences against the plain Python models; useful calls are those that both carried out."""
    machines = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/invariant").glob("test_*.py"))
    seeds = range(1, _SEEDS_FULL + 1) if full else (None,)
    parts = [(machine, seed) for seed in seeds for machine in machines]
    cases: list[str] = []
    with tempfile.TemporaryDirectory(prefix="holdfast-model-") as folder:
        tally = Path(folder) / "calls.jsonl"
        with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
            jobs = {pool.submit(_lives, machine, seed, tally): (machine, seed) for machine, seed in parts}
            for number, job in enumerate(as_completed(jobs), 1):
                (machine, seed), lived = jobs[job], job.result()
                cases += lived
                bad = [case for case in lived if case != "passed"]
                again = f": {machine} {bad[0]} with --hypothesis-seed={seed}" if bad else ""
                say(f"{number} of {len(jobs)} parts done{again}")
        counts = [json.loads(line) for line in tally.read_text(encoding="utf-8").splitlines()]
    done, refused, hostile, beaten = (
        sum(item[name] for item in counts) for name in ("done", "refused", "hostile", "hostile_refused")
    )
    share = 100 * done / max(done + refused, 1)
    told = f"{done:,} useful ({share:.1f} %); of {hostile:,} hostile tries {beaten:,} refused by both"
    say(told)
    return [
        _row("I1-I10 against the Python models: machines", "hypothesis, revm", cases, len(parts)),
        Check(
            "I1-I10 against the Python models: calls",
            "hypothesis, revm",
            done + refused,
            told,
            f"contracts and model agree on each, at least {_USEFUL} % useful, some hostile",
            share >= _USEFUL and hostile > 0 and all(case == "passed" for case in cases),
        ),
    ]


def _lives(machine: str, seed: int | None, tally: Path) -> list[str]:
    """Outcomes of one machine's lives: those of a seed, or the same ones as on every run."""
    asked = {"HOLDFAST_INVARIANT_TALLY": str(tally)}
    if seed is None:
        return _tests(machine, HOLDFAST_INVARIANT_EXAMPLES=str(_EXAMPLES_CI), **asked)
    asked |= {"HOLDFAST_INVARIANT_EXAMPLES": str(_EXAMPLES_FULL), "HOLDFAST_INVARIANT_RANDOM": "1"}
    return _tests(machine, f"--hypothesis-seed={seed}", **asked)


def _row(check: str, tool: str, cases: list[str], least: int) -> Check:
    bad = len(cases) - cases.count("passed")
    return Check(
        check,
        tool,
        len(cases),
        f"{len(cases) - bad} pass, {bad} do not",
        f"all, and at least {least}",
        bad == 0 and len(cases) >= least,
    )


def _tests(*arguments: str, **environment: str) -> list[str]:
    """Run tests; the outcome of each: passed, failed or skipped. Raises Refused if none ran."""
    with tempfile.TemporaryDirectory(prefix="holdfast-assure-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--junitxml", str(report), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
        )
        if not report.is_file():
            raise Refused("no-tests-ran", (done.stdout + done.stderr).strip()[-500:])
        root: Any = ElementTree.parse(report).getroot()  # noqa: S314 - our own report
    found = []
    for case in root.iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        found.append("passed" if not kinds else min(kinds))
    return found
