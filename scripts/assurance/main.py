"""`make assurance`: every check of the contracts that is more than a test, in one table.

In CI size it takes a quarter of an hour on two cores at most; `--full` is the size before a release. Each row
says what was checked, by which tool, how often, what came out and what had to. Exit status 1 if one does not
hold, or could not be made.

Example: python -m scripts.assurance.main --only gas --only sizes
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from holdfast.domain.errors import HoldfastError
from scripts.assurance import analysis, foundry, measures, mutation, pairs, symbolic
from scripts.assurance.check import Check

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PAIRS: Final = 1_000

Say = Callable[[str], None]

PARTS: Final[dict[str, Callable[[bool, Say], list[Check]]]] = {
    "sizes": lambda full, say: measures.sizes(),
    "gas": lambda full, say: measures.gas(),
    "subsets": lambda full, say: measures.subsets(),
    "attacks": lambda full, say: measures.attacks(),
    "roles": lambda full, say: measures.roles(),
    "model": measures.model,
    "pairs": lambda full, say: pairs.run(PAIRS, say),
    "foundry": lambda full, say: foundry.run(full),
    "symbolic": symbolic.run,
    "analysis": lambda full, say: analysis.run(say),
    "mutation": mutation.run,
}
"""Name of a part -> what makes its rows, quick ones first."""


def assure(names: Sequence[str], full: bool) -> list[Check]:
    """The rows of these parts; a part that cannot be made is a row that does not hold."""
    began = time.monotonic()
    rows: list[Check] = []
    for name in names:

        def say(text: str, name: str = name) -> None:
            print(
                f"[assurance {time.monotonic() - began:6.0f} s] {name}: {text}", file=sys.stderr, flush=True
            )

        say("begins")
        try:
            rows += PARTS[name](full, say)
        except HoldfastError as error:
            rows.append(Check(name, "-", 0, f"could not be made: {error}", "made", False))
    return rows


def table(rows: Sequence[Check]) -> str:
    """The rows as text, each figure beside its bound."""
    wide = max(len(row.check) for row in rows)
    lines = [f"{'check':<{wide}} {'tool':<28} {'count':>10}  {'holds':<5}  figure (bound)"]
    for row in rows:
        word = "yes" if row.holds else "NO"
        figure = f"{row.figure} ({row.bound})"
        lines.append(f"{row.check:<{wide}} {row.tool:<28} {row.count:>10,}  {word:<5}  {figure}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the table, or JSON; returns 1 if a row does not hold."""
    parser = argparse.ArgumentParser(description="Assurance of the contracts, as one table.")
    parser.add_argument("--full", action="store_true", help="release size")
    parser.add_argument("--json", action="store_true", help="the rows as JSON")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part (may be repeated)")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    rows = assure(options.only or list(PARTS), options.full)
    seconds = round(time.monotonic() - began)
    holds = all(row.holds for row in rows)
    written = {
        "size": "release" if options.full else "ci",
        "seconds": seconds,
        "holds": holds,
        "rows": [asdict(row) for row in rows],
    }
    file = ROOT / ".build" / "assurance.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(written, indent=2, ensure_ascii=False))
    else:
        print(table(rows))
        print(f"\n{len(rows)} checks in {seconds} s; {'all hold' if holds else 'NOT all hold'}.")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
