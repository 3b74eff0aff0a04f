"""Refuse files that name a package registry, a download address in a lock file, or a path of one machine.

The project must build behind any mirror: where packages come from is a setting of pip and npm, not ours.

Example: python -m scripts.check_addresses
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from scripts.check_files import ROOT, tracked

# Written in pieces, so that this file does not refuse itself.
FORBIDDEN = {
    "a package registry": re.compile(
        r"(registry\.(npmjs|yarnpkg)|pypi\.(org|python)|files\.python" + r"hosted|proxy\.go" + r"lang)"
    ),
    "a download address": re.compile(
        r'"resolved"\s*:\s*"https?:|^\s*--(extra-)?index' + r"-url", re.MULTILINE
    ),
    "a path of one machine": re.compile(r'(?:^|[\s"\'=(])/(?:ro' + r"ot|wo" + r"rk|home/[a-z]\w*)(?=/)"),
}
BINARY = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bin", ".gz"}


def offences(file: Path, text: str) -> list[str]:
    """One line for each forbidden thing that `text` names."""
    found = []
    for what, pattern in FORBIDDEN.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start() + 1) + 1
            found.append(f"{file}:{line}: names {what}: {match.group().strip()}")
    return found


def main() -> int:
    """Print every offence; exit status 1 if there is one."""
    found: list[str] = []
    for file in tracked(ROOT):
        if file.suffix.lower() not in BINARY:
            found += offences(file, file.read_text(encoding="utf-8", errors="replace"))
    print("\n".join(found) or "addresses: no registry, no download address, no path of one machine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
