"""Sum what pytest wrote into its result files and say it in one line.

Prints `N passed, N failed` as its last line; skipped tests are listed with their reasons before it.
Exit status: 0 none failed and some ran, 1 otherwise.

With `--one-failure WORD` the answer is turned round: 0 only where exactly one test ran, failed as a test (not
by an error around it) and its message holds WORD, which a deliberately failing test must.

Example: python scripts/check_counts.py .build/junit
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

# The files are written by our own pytest a moment ago, not by a stranger.
from xml.etree import ElementTree


def count(files: list[Path]) -> tuple[int, int, Counter[str]]:
    """How many tests passed and failed (errors too), and how often each reason to skip was given."""
    passed = failed = 0
    skipped: Counter[str] = Counter()
    for file in files:
        for case in ElementTree.parse(file).iter("testcase"):  # noqa: S314
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif skip is not None:
                skipped[skip.get("message", "no reason given")] += 1
            else:
                passed += 1
    return passed, failed, skipped


def one_failure(files: list[Path], word: str) -> bool:
    """Whether exactly one test ran, and it failed as a test does, for the reason that `word` names."""
    cases = [case for file in files for case in ElementTree.parse(file).iter("testcase")]  # noqa: S314
    failures = [case.find("failure") for case in cases]
    return len(cases) == 1 and failures[0] is not None and word in failures[0].get("message", "")


def main(arguments: list[str]) -> int:
    """Print the sums over all result files in the folder named."""
    files = sorted(Path(arguments[-1]).glob("*.xml"))
    if arguments[0] == "--one-failure":
        return 0 if one_failure(files, arguments[1]) else 1
    passed, failed, skipped = count(files)
    for reason, times in sorted(skipped.items()):
        print(f"skipped {times}: {reason}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
