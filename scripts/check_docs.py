"""Refuse documents that point at what is not there: files, folders, tests, functions, links, make targets.

- A path in backquotes that begins with a folder of the project must exist; so must every relative link.
- `file::name` must be a function or class that the file defines.
- `Contract.function` must be in that contract's ABI. Pages that say which function does what (STRICT) may
  name no other contract than ours.
- An arrow of a state diagram must name the functions that take it, each with who must agree in brackets, or
  begin with "time".

Example: python -m scripts.check_docs
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from holdfast.chain.artifacts import load_artifact
from holdfast.chain.compile import CONTRACTS
from scripts.check_files import ROOT, tracked

PATH = re.compile(
    r"`((?:api|cli|contracts|docs|holdfast|oracle|requirements|scripts|tests|tools|\.ci)/[^`\s:]*)`"
)
DEFINED = re.compile(r"`([^`\s:]+)::([^`\[]*)[^`]*`")
FENCE = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"(?<![\w./-])((?:docs|scripts|tests)/[\w./*-]*)(?:::(\w+))?")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"\bmake ([a-z]+(?:-[a-z]+)*)(?=[^a-z]*[`\n#]|\s+[A-Z]+=)")
FUNCTION = re.compile(r"`([A-Z]\w+)\.([a-z]\w*)`")
SUFFIXES: Final = frozenset({"sol", "md", "py", "json", "toml"})
DIAGRAM = re.compile(r"```mermaid\nstateDiagram-v2\n(.*?)```", re.DOTALL)
ARROW = re.compile(r"^\s*(\S+) --> ([^:\s]+)(?:: (.*))?$")
NAMED = re.compile(r"\b([a-z]\w*)(?= \()|\b([a-z]+[A-Z]\w*)\b")
STRICT: Final = frozenset({"law-map.md", "receipt-states.md", "what-shows-it.md"})

Functions = Mapping[str, frozenset[str]]
"""Contract -> names of its functions, those of its other pieces of code included."""


@cache
def contract_functions() -> Functions:
    """The functions of every contract, from the committed ABIs."""
    return {
        name: frozenset(
            str(entry["name"]) for entry in load_artifact(name).abi if entry["type"] == "function"
        )
        for name in CONTRACTS
    }


def dead_references(file: Path, text: str, root: Path, targets: set[str]) -> list[str]:
    """One line for each thing `text` names that does not exist below `root`."""
    found = []
    for path in PATH.findall(text):
        if not any(root.glob(path.rstrip("/"))):
            found.append(f"{file}: `{path}` does not exist")
    fenced = [match for block in FENCE.findall(text) for match in FENCED.findall(block)]
    for path, _ in fenced:
        if not any(root.glob(path.rstrip("/"))):
            found.append(f"{file}: {path} does not exist")
    for path, name in DEFINED.findall(text) + [match for match in fenced if match[1]]:
        if not _defines(root / path, name):
            found.append(f"{file}: there is no {name} in `{path}`")
    for link in LINK.findall(text):
        if "://" not in link and not (file.parent / link).exists():
            found.append(f"{file}: link to {link} leads nowhere")
    for code in re.findall(r"`[^`]+`|```.*?```", text, re.DOTALL):
        found += [
            f"{file}: there is no `make {name}`" for name in TARGET.findall(code) if name not in targets
        ]
    return found


def unknown_functions(file: Path, text: str, functions: Functions) -> list[str]:
    """One line for each function of a contract, and each arrow of a state diagram, that there is not."""
    found = []
    for contract, name in FUNCTION.findall(text):
        if name in SUFFIXES or (contract not in functions and file.name not in STRICT):
            continue
        if name not in functions.get(contract, ()):
            found.append(f"{file}: no contract has a function `{contract}.{name}`")
    known = frozenset().union(*functions.values())
    for arrow in _arrows(text):
        found += [f"{file}: {arrow[0].strip()}: {fault}" for fault in _faults(arrow, known)]
    return found


def drawn_functions(text: str) -> frozenset[str]:
    """The functions that the arrows of a page's state diagrams name."""
    return frozenset(name for arrow in _arrows(text) for name in _named(arrow[3] or ""))


def _named(label: str) -> list[str]:
    return [one or other for one, other in NAMED.findall(label)]


def _arrows(text: str) -> list[re.Match[str]]:
    lines = [line for diagram in DIAGRAM.findall(text) for line in diagram.splitlines()]
    return [arrow for line in lines if (arrow := ARROW.match(line))]


def _faults(arrow: re.Match[str], known: frozenset[str]) -> list[str]:
    start, end, label = arrow.groups()
    if not label:
        return [] if "[*]" in (start, end) else ["the arrow has no words"]
    named = _named(label)
    if not named and not label.startswith("time "):
        return ['names no function, nor begins with "time"']
    return [f"there is no function {name}" for name in named if name not in known]


def _defines(file: Path, name: str) -> bool:
    if not file.is_file():
        return False
    wanted = rf"^\s*(?:async )?(?:def|class|function) {re.escape(name)}\b"
    return bool(re.search(wanted, _text(file), re.MULTILINE))


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def main() -> int:
    """Print every dead reference; exit status 1 if there is one."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    found: list[str] = []
    for file in tracked(ROOT):
        if file.suffix == ".md":
            text = file.read_text(encoding="utf-8")
            found += dead_references(file, text, ROOT, targets)
            found += unknown_functions(file, text, contract_functions())
    print("\n".join(found) or "documents: everything they point at is there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
