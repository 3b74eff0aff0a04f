"""Refuse documents that point at what is not there: files, folders, tests, links, make targets.

A path in backquotes that begins with a folder of the project must exist; so must every relative link.

Example: python -m scripts.check_docs
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from scripts.check_files import ROOT, tracked

PATH = re.compile(
    r"`((?:api|cli|contracts|docs|holdfast|oracle|requirements|scripts|tests|tools|\.ci)/[^`\s]*)`"
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"\bmake ([a-z]+)\b(?=[^a-z]*[`\n#]|\s+[A-Z]+=)")


def dead_references(file: Path, text: str, root: Path, targets: set[str]) -> list[str]:
    """One line for each thing `text` names that does not exist below `root`."""
    found = []
    for path in PATH.findall(text):
        if not any(root.glob(path.rstrip("/"))):
            found.append(f"{file}: `{path}` does not exist")
    for link in LINK.findall(text):
        if "://" not in link and not (file.parent / link).exists():
            found.append(f"{file}: link to {link} leads nowhere")
    for code in re.findall(r"`[^`]+`|```.*?```", text, re.DOTALL):
        found += [
            f"{file}: there is no `make {name}`" for name in TARGET.findall(code) if name not in targets
        ]
    return found


def main() -> int:
    """Print every dead reference; exit status 1 if there is one."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    found: list[str] = []
    for file in tracked(ROOT):
        if file.suffix == ".md":
            found += dead_references(file, file.read_text(encoding="utf-8"), ROOT, targets)
    print("\n".join(found) or "documents: everything they point at is there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
