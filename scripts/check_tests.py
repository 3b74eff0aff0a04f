"""Refuse tests that prove nothing: bad names, mocks, patched modules, empty assertions; and unfinished code.

Example: python -m scripts.check_tests
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from scripts.check_files import ROOT, tracked

NAME = re.compile(r"test(?:_[a-z0-9]+)+(?:__[a-z0-9]+(?:_[a-z0-9]+)*){1,2}")
# Words in pieces, so that this file does not refuse itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplemented" + "Error")


def test_offences(file: Path, source: str) -> list[str]:
    """What is wrong with the tests in `source`, one line each."""
    found = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name.startswith("test_") and not NAME.fullmatch(node.name):
                found.append(f"{file}:{line}: {node.name} is not test_<thing>__<scenario>__<result>")
            if "monkeypatch" in {argument.arg for argument in node.args.args}:
                found.append(
                    f"{file}:{line}: {node.name} patches a module; implement the port in tests/fakes"
                )
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            if any(name.split(".")[:2] == ["unittest", "mock"] for name in modules) or "mock" in modules:
                found.append(f"{file}:{line}: imports a mock; implement the port in tests/fakes")
        elif isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant):
            found.append(f"{file}:{line}: asserts a constant, so it cannot fail")
    return found


def main() -> int:
    """Print every offence; exit status 1 if there is one."""
    found: list[str] = []
    for file in tracked(ROOT):
        if file.suffix not in {".py", ".sol"}:
            continue
        source = file.read_text(encoding="utf-8")
        found += [f"{file}: unfinished: {match.group()}" for match in UNFINISHED.finditer(source)]
        if file.suffix == ".py" and file.is_relative_to(ROOT / "tests"):
            found += test_offences(file, source)
    print("\n".join(found) or "tests: named by the rule, no mocks, nothing unfinished")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
