"""Mutation testing of the contracts: which small faults do the contract tests not notice?

Mutants of WarehouseReceipt and Pledge (both pieces of their code), of the quorum library, ReceiptActs and the
Council (with `--full` of further modules as well), and of what they are made from, are built together
(mutants.py) and tried one by one in forks of one test process. A mutant survives if every contract test
passes. Survivors that can make no difference are named, with the reason, in `survivors.json`; they do not
count, and only `--full` tries whether they are still alive.

What came out is kept in `.build/mutants.json`, by the text of the source unit: `--resume` goes on with a run
that was cut, `--survivors` tries again only what no test had noticed.

Example: python -m scripts.assurance.mutation          (a fixed sample; --full tries them all)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast.domain.errors import Refused
from scripts.assurance.check import Check
from scripts.assurance.mutants import Mutant
from scripts.assurance.mutation_build import GROUPS, IN_CI, ROOT, Sources, lay_out

SURVIVORS: Final = Path(__file__).with_name("survivors.json")
KEPT: Final = ROOT / ".build" / "mutants.json"
BOUND_BPS: Final = 9_500
"""Share of the mutants that count, which must be killed."""

_CHUNK: Final = 370
_SAMPLE: Final = 4

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to try. `keep`: nothing, kills or all that earlier runs have found out."""

    full: bool = False
    groups: tuple[str, ...] = GROUPS
    keep: str = "nothing"
    jobs: int = 2


class Fates:
    """Mutant's key -> killed, survived or timeout; kept for as long as its source unit is the same."""

    def __init__(self, sources: Sources) -> None:
        texts = {mutant.unit: sources.texts[mutant.unit] for mutant in sources.mutants}
        self._digests = {unit: hashlib.sha256(text.encode()).hexdigest() for unit, text in texts.items()}
        self._units: dict[str, dict[str, dict[str, str]]] = {}
        kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
        for unit, digest in self._digests.items():
            same = kept.get(unit, {}).get("digest") == digest
            self._units[unit] = kept[unit]["fates"] if same else {}

    def of(self, mutant: Mutant) -> str:
        """The mutant's fate, or an empty string if it was never tried."""
        return self._units[mutant.unit].get(mutant.key, {}).get("fate", "")

    def put(self, mutant: Mutant, fate: str, by: str) -> None:
        """Note what became of a mutant, and the test that noticed it."""
        self._units[mutant.unit][mutant.key] = {"fate": fate, "by": by}

    def save(self) -> None:
        """Write all fates; a run that is cut loses little."""
        units = {
            unit: {"digest": digest, "fates": self._units[unit]} for unit, digest in self._digests.items()
        }
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(units, indent=1) + "\n", encoding="utf-8")


def try_out(folder: Path, mutants: Sequence[Mutant], fates: Fates, jobs: int, say: Say) -> None:
    """Try each mutant built in `folder`. Raises Refused if the tests fail without any fault."""
    wanted = [[mutant.number, Path(mutant.unit).stem, mutant.function] for mutant in mutants]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    server = ROOT / "scripts" / "assurance" / "mutation_server.py"
    log = folder / "said.log"
    source, sink = os.pipe()
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, str(server), str(sink)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            text=True,
            pass_fds=[sink],
        )
    os.close(sink)
    if process.stdin is None:
        raise AssertionError("a pipe was asked for")
    with process.stdin as stdin:
        stdin.write(json.dumps({"jobs": jobs, "mutants": wanted}))
    by_number = {mutant.number: mutant for mutant in mutants}
    with os.fdopen(source) as answers:
        for tried, line in enumerate(answers, 1):
            answer = json.loads(line)
            fates.put(by_number[answer["number"]], answer["fate"], answer["by"])
            fates.save()
            if tried % 25 == 0 or tried == len(mutants):
                say(f"{tried} of {len(mutants)} tried")
    if process.wait() != 0:
        raise Refused("mutants-not-tried", log.read_text(encoding="utf-8")[-2_000:])


def sample(mutants: Sequence[Mutant], full: bool) -> list[Mutant]:
    """Those to try: all, or a fixed part chosen by each mutant's name."""
    return [
        mutant for mutant in mutants if full or hashlib.sha256(mutant.key.encode()).digest()[0] % _SAMPLE == 0
    ]


def measure(plan: Plan, say: Say) -> dict[str, Any]:
    """Try the mutants; returns for each group counts, score in bps and the survivors nobody has explained."""
    sources = Sources()
    fates = Fates(sources)
    explained = {item["key"] for item in json.loads(SURVIVORS.read_text(encoding="utf-8"))}
    chosen = [m for m in sample(sources.mutants, plan.full) if sources.group(m.unit) in plan.groups]
    known = {"nothing": (), "kills": ("killed", "timeout"), "all": ("killed", "timeout", "survived")}
    waiting = [m for m in chosen if fates.of(m) not in known[plan.keep]]
    if not plan.full:
        waiting = [mutant for mutant in waiting if mutant.key not in explained]
    say(f"{len(chosen)} mutants chosen, {len(waiting)} to try")
    invalid: set[int] = set()
    for at in range(0, len(waiting), _CHUNK):
        wanted = waiting[at : at + _CHUNK]
        mutants, code = sources.build([mutant.number for mutant in wanted], plan.jobs, say)
        invalid |= {mutant.number for mutant in wanted} - {mutant.number for mutant in mutants}
        folder = ROOT / ".build" / "mutation"
        lay_out(folder, code)
        try_out(folder, mutants, fates, plan.jobs, say)
    groups = {}
    for group in plan.groups:
        mine = [m for m in chosen if sources.group(m.unit) == group and m.number not in invalid]
        equivalent = [m for m in mine if m.key in explained and fates.of(m) not in known["kills"]]
        survivors = [m for m in mine if m.key not in explained and fates.of(m) == "survived"]
        counted = len(mine) - len(equivalent)
        groups[group] = {
            "mutants": len(mine),
            "equivalent": len(equivalent),
            "killed": counted - len(survivors),
            "timeouts": sum(fates.of(mutant) == "timeout" for mutant in mine),
            "score_bps": 10_000 * (counted - len(survivors)) // counted if counted else 0,
            "survivors": [{"key": mutant.key, "line": mutant.line} for mutant in survivors],
        }
    outdated = explained - {m.key for m in sources.mutants if fates.of(m) not in known["kills"]}
    return {"groups": groups, "outdated": sorted(outdated)}


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


def run(full: bool, say: Say) -> list[Check]:
    """Try the mutants (a fixed sample, or all) and judge; survivors nobody has explained are said."""
    found = measure(Plan(full=full, groups=GROUPS if full else IN_CI), say)
    for group in found["groups"].values():
        for survivor in group["survivors"]:
            say(f"survived: {survivor['key']} (line {survivor['line']})")
    for key in found["outdated"]:
        say(f"explained, but dead or gone: {key}")
    return checks(found)


def main(arguments: Sequence[str]) -> int:
    """Print the result as JSON; returns 1 below 95 %."""
    parser = argparse.ArgumentParser(description="Mutation testing of the contracts.")
    parser.add_argument("--full", action="store_true", help="every mutant, not the fixed sample")
    parser.add_argument("--group", action="append", choices=GROUPS, help="only these (may be repeated)")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="only those that no earlier run has tried")
    again.add_argument("--survivors", action="store_true", help="only those that no earlier run has killed")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[mutation {time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    keep = "all" if options.resume else "kills" if options.survivors else "nothing"
    plan = Plan(options.full, tuple(options.group or GROUPS), keep, options.jobs)
    found = measure(plan, say)
    print(json.dumps(found, indent=2))
    return 0 if all(check.holds for check in checks(found)) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
