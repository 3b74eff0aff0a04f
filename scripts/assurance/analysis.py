"""Static analysis of the contracts with Slither: no finding of high or medium impact without a reason.

Slither is licensed under the AGPL and wants other libraries than the product, so it runs as a process of its
own from `.venv-assurance` (`python scripts/setup.py --assurance`). What it says of OpenZeppelin's pinned
files is counted and left; each finding in ours is mended, or its reason stands in `slither_explained.json`.

Example: python -m scripts.assurance.analysis
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from holdfast.chain.compile import SETTINGS, launcher, read_sources
from holdfast.domain.errors import Misconfigured, Refused
from scripts.assurance.check import Check

ROOT: Final = Path(__file__).resolve().parent.parent.parent
EXPLAINED: Final = Path(__file__).with_name("slither_explained.json")
PYTHON: Final = ROOT / ".venv-assurance" / "bin" / "python"

_OUTPUTS: Final = (
    "abi",
    "metadata",
    "evm.bytecode",
    "evm.deployedBytecode",
    "evm.methodIdentifiers",
    "devdoc",
    "userdoc",
)


def analyse() -> dict[str, Any]:
    """Number of detectors, and what they found.

    Raises:
        Misconfigured: Slither's environment is not set up.
        Refused: Slither fails; the message holds the end of what it said.
    """
    if not PYTHON.is_file():
        raise Misconfigured("no Slither: run `python scripts/setup.py --assurance`")
    request = ROOT / ".build" / "slither.json"
    request.parent.mkdir(exist_ok=True)
    sources = {unit: {"content": text} for unit, text in read_sources(ROOT).items()}
    settings = {
        **SETTINGS,
        "optimizer": {"enabled": True, "runs": 1500},
        "outputSelection": {"*": {"*": list(_OUTPUTS), "": ["ast"]}},
    }
    request.write_text(
        json.dumps({"language": "Solidity", "sources": sources, "settings": settings}), encoding="utf-8"
    )
    script = Path(__file__).with_name("analysis_run.py")
    command = [str(PYTHON), str(script), str(request), str(launcher(ROOT))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused("slither-failed", (done.stderr or done.stdout).strip()[-800:])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def judge(findings: Sequence[Mapping[str, Any]], explained: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong, a line each: findings nobody explained, and reasons for more or fewer than there are.

    `explained` holds pattern, reason and how many findings it is for: a reason written for a few must not
    cover a new one that nobody has looked at.
    """
    wrong = []
    left = list(findings)
    for item in explained:
        fits = [finding for finding in left if re.match(item["pattern"], finding["key"])]
        left = [finding for finding in left if finding not in fits]
        if len(fits) != item["findings"]:
            wrong.append(f"explained for {item['findings']}, found {len(fits)}: {item['pattern']}")
            wrong += [f"  {finding['place']}" for finding in fits if len(fits) > item["findings"]]
    return wrong + [
        f"unexplained, {finding['impact'].lower()}: {finding['check']}: {finding['place']}"
        for finding in left
    ]


def run(say: Callable[[str], None]) -> list[Check]:
    """Analyse and judge; what nobody has explained is said."""
    explained = json.loads(EXPLAINED.read_text(encoding="utf-8"))
    answer = analyse()
    ours = [
        finding
        for finding in answer["findings"]
        if any(name.startswith("contracts/") for name in finding["files"])
    ]
    wrong = judge(ours, explained)
    for line in wrong:
        say(line)
    foreign = len(answer["findings"]) - len(ours)
    return [
        Check(
            "static analysis, high and medium",
            "slither",
            answer["detectors"],
            f"{len(wrong)} unexplained ({len(ours)} in ours, {foreign} in OpenZeppelin)",
            "0 unexplained",
            not wrong,
        )
    ]


def main() -> int:
    """Print the row; returns 1 if a finding is unexplained."""
    checks = run(lambda text: print(text, file=sys.stderr, flush=True))
    for check in checks:
        print(f"{check.check}: {check.figure}, bound {check.bound}")
    return 0 if all(check.holds for check in checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
