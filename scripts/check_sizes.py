"""Refuse modules of 300 lines or more, contracts of 400 and test files of 500: split them by idea.

Example: python -m scripts.check_sizes
"""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.check_files import ROOT, tracked

LIMITS = {".py": 300, ".sol": 400}
TEST_LIMIT = 500


def too_long(files: list[Path], tests: Path = ROOT / "tests") -> list[str]:
    """One line for each file that has reached its limit; a looser one for Python below `tests`."""
    found = []
    for file in files:
        limit = LIMITS.get(file.suffix)
        if file.suffix == ".py" and file.is_relative_to(tests):
            limit = TEST_LIMIT
        lines = len(file.read_text(encoding="utf-8").splitlines()) if limit else 0
        if limit and lines >= limit:
            found.append(f"{file}: {lines} lines, must stay under {limit}")
    return found


def main() -> int:
    """Print every file that is too long; exit status 1 if there is one."""
    found = too_long(tracked(ROOT))
    print("\n".join(found) or "sizes: modules under 300 lines, contracts under 400, test files under 500")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
