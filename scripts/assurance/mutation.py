"""Mutation testing of the contracts: which small faults do the contract tests not notice?

Mutants of WarehouseReceipt and Pledge (both pieces of their code), of the quorum library, and of what they
are made from, are built together (mutants.py) and tried one by one in forks of one test process. A mutant
survives if every contract test passes. Survivors that can make no difference are named, with the reason, in
`survivors.json`; they do not count.

Example: python -m scripts.assurance.mutation          (a fixed sample; --full tries them all)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import solcx
from solcx.exceptions import SolcError

from holdfast.chain.compile import ABI_FOLDER, CONTRACTS, SETTINGS, launcher, read_sources
from holdfast.domain.errors import Refused
from scripts.assurance.check import Check
from scripts.assurance.mutants import Mutant, Mutator

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SURVIVORS: Final = Path(__file__).with_name("survivors.json")
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "WarehouseReceipt": ("WarehouseReceipt", "ReceiptPrimitives"),
    "Pledge": ("Pledge", "PledgeCourse"),
}
"""Contract of the aim -> the contracts that are its pieces."""

PLEDGE_UNITS: Final = ("Pledge", "PledgeBook", "PledgeCourse", "Foreclosure", "TwoPieces", "Module")
QUORUM_LIBRARY: Final = ("contracts/libraries/Quorum.sol", "contracts/libraries/Signatures.sol")
BOUND_BPS: Final = 9_500
"""Share of the mutants that count, which must be killed."""

_CHUNK: Final = 280
_SAMPLE: Final = 8
_COPIED: Final = ("holdfast", "tests", "docs", "pyproject.toml")


def units_of(sources: Mapping[str, str], trees: Mapping[str, Any]) -> tuple[str, ...]:
    """Source units of the families: each piece, the contracts it inherits and the libraries these use."""
    waiting = [CONTRACTS[name] for names in FAMILIES.values() for name in names if name in CONTRACTS]
    found: set[str] = set()
    while waiting:
        unit = waiting.pop()
        if unit in found or not unit.startswith("contracts/") or "/interfaces/" in unit:
            continue
        found.add(unit)
        waiting += [
            node["absolutePath"] for node in trees[unit]["nodes"] if node["nodeType"] == "ImportDirective"
        ]
    return tuple(sorted(found))


def prepare() -> Mutator:
    """Every mutant of the families, from the sources as they are."""
    sources = read_sources(ROOT)
    answer = _solc(sources, {"*": {"": ["ast"]}})
    trees = {unit: found["ast"] for unit, found in answer["sources"].items()}
    return Mutator(sources, trees, units_of(sources, trees))


def build(numbers: set[int], say: Callable[[str], None]) -> tuple[list[Mutant], dict[str, str]]:
    """Compile these mutants together; those that the compiler refuses are left out.

    Returns the mutants that stand and, by contract, the code. Raises Refused if the sources do not compile.
    """
    while True:
        mutator = prepare()
        mutator.drop({mutant.number for mutant in mutator.mutants} - numbers)
        written, places = mutator.write()
        selection: dict[str, Any] = {"*": {"": []}}
        for name, unit in CONTRACTS.items():
            selection.setdefault(unit, {})[name] = ["evm.bytecode.object"]
        try:
            answer = _solc(written, selection, runs=1)
        except SolcError as error:
            refused = _refused(error, places)
            if not refused:
                raise Refused("mutants-do-not-compile", str(error.message)) from error
            numbers = numbers - refused
            continue
        say(f"{len(mutator.mutants)} mutants compiled")
        code = {
            name: answer["contracts"][unit][name]["evm"]["bytecode"]["object"]
            for name, unit in CONTRACTS.items()
        }
        return mutator.mutants, code


def _refused(error: SolcError, places: Mapping[str, list[tuple[int, int, set[int]]]]) -> set[int]:
    """The mutants at the places the compiler complains about."""
    found: set[int] = set()
    for problem in json.loads(error.stdout_data or "{}").get("errors", []):
        where = problem.get("sourceLocation")
        if problem["severity"] != "error" or where is None:
            continue
        here = places.get(where["file"], [])
        around = [item for item in here if item[0] <= where["start"] and where["end"] <= item[1]]
        inside = [item for item in here if where["start"] <= item[0] and item[1] <= where["end"]]
        chosen = [min(around, key=lambda item: item[1] - item[0])] if around else inside
        for _, _, numbers in chosen:
            found |= numbers
    return found


def _solc(sources: Mapping[str, str], selection: Mapping[str, Any], runs: int = 1) -> Any:
    settings = {**SETTINGS, "optimizer": {"enabled": True, "runs": runs}, "outputSelection": selection}
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.items()},
        "settings": settings,
    }
    return solcx.compile_standard(request, solc_binary=launcher(ROOT))


def lay_out(folder: Path, code: Mapping[str, str]) -> None:
    """A copy of product and tests in `folder`, whose contracts are the mutated ones."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, folder / name)
    for name, text in code.items():
        path = folder / ABI_FOLDER / f"{name}.json"
        artifact = json.loads(path.read_text(encoding="utf-8"))
        artifact["bytecode"] = "0x" * str(artifact["bytecode"]).startswith("0x") + text
        path.write_text(json.dumps(artifact), encoding="utf-8")


def try_out(folder: Path, mutants: Sequence[Mutant], jobs: int, say: Callable[[str], None]) -> dict[int, str]:
    """Number -> killed, survived or timeout, for each mutant built in `folder`."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    server = ROOT / "scripts" / "assurance" / "mutation_server.py"
    workers = []
    for index in range(jobs):
        mine = [[mutant.number, Path(mutant.unit).stem] for mutant in mutants[index::jobs]]
        process = subprocess.Popen(
            [sys.executable, str(server), json.dumps(mine)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        workers.append(process)
    fates: dict[int, str] = {}
    for worker in workers:
        for line in worker.stdout or ():
            if line.startswith("{"):
                fate = json.loads(line)
                fates[fate["number"]] = fate["fate"]
                if len(fates) % 25 == 0:
                    say(f"{len(fates)} of {len(mutants)} tried")
        if worker.wait() != 0:
            raise Refused("mutation-server-failed", f"status {worker.returncode}; see its output above")
    return fates


def sample(mutants: Sequence[Mutant], full: bool) -> set[int]:
    """The numbers to try: all, or a fixed part chosen by each mutant's name."""
    return {
        mutant.number
        for mutant in mutants
        if full or hashlib.sha256(mutant.key.encode()).digest()[0] % _SAMPLE == 0
    }


def measure(full: bool, jobs: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Try the mutants; returns for each group counts, score in bps and the survivors nobody has explained."""
    numbers = sorted(sample(prepare().mutants, full))
    explained = {item["key"]: item["reason"] for item in json.loads(SURVIVORS.read_text(encoding="utf-8"))}
    tried: list[tuple[Mutant, str]] = []
    for at in range(0, len(numbers), _CHUNK):
        mutants, code = build(set(numbers[at : at + _CHUNK]), say)
        folder = ROOT / ".build" / "mutation"
        lay_out(folder, code)
        fates = try_out(folder, mutants, jobs, say)
        tried += [(mutant, fates[mutant.number]) for mutant in mutants]
    alive = {mutant.number: mutant for mutant, fate in tried if fate == "survived"}
    groups = {}
    for group in (*FAMILIES, "quorum library"):
        mine = [mutant for mutant, _ in tried if _group(mutant.unit) == group]
        equivalent = [m for m in mine if m.number in alive and m.key in explained]
        survivors = [m for m in mine if m.number in alive and m.key not in explained]
        counted = len(mine) - len(equivalent)
        groups[group] = {
            "mutants": len(mine),
            "equivalent": len(equivalent),
            "killed": counted - len(survivors),
            "score_bps": 10_000 * (counted - len(survivors)) // counted if counted else 10_000,
            "survivors": [{"key": mutant.key, "line": mutant.line} for mutant in survivors],
        }
    outdated = sorted(explained.keys() - {mutant.key for mutant in alive.values()}) if full else []
    return {"groups": groups, "outdated": outdated}


def _group(unit: str) -> str:
    if unit in QUORUM_LIBRARY:
        return "quorum library"
    return "Pledge" if Path(unit).stem in PLEDGE_UNITS else "WarehouseReceipt"


def checks(found: Mapping[str, Any]) -> list[Check]:
    """The result as rows of the table."""
    return [
        Check(
            f"mutants killed: {name}",
            "own mutator, contract tests",
            group["mutants"],
            f"{group['score_bps'] / 100:.1f} % ({group['equivalent']} equivalent)",
            f">= {BOUND_BPS / 100:.0f} %",
            group["score_bps"] >= BOUND_BPS,
        )
        for name, group in found["groups"].items()
    ]


def run(full: bool, say: Callable[[str], None], jobs: int = 2) -> list[Check]:
    """Try the mutants (a fixed sample, or all) and judge; survivors nobody has explained are said."""
    found = measure(full, jobs, say)
    for group in found["groups"].values():
        for survivor in group["survivors"]:
            say(f"survived: {survivor['key']} (line {survivor['line']})")
    return checks(found)


def main(arguments: Sequence[str]) -> int:
    """Print the result as JSON; returns 1 below 95 %."""
    parser = argparse.ArgumentParser(description="Mutation testing of the contracts.")
    parser.add_argument("--full", action="store_true", help="every mutant, not the fixed sample")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[mutation {time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    found = measure(options.full, options.jobs, say)
    print(json.dumps(found, indent=2))
    return 0 if all(check.holds for check in checks(found)) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
