"""The table of bad input in tests/README.md names tests and vectors that are there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def test_bad_input_table__every_name__is_a_test_or_a_vector() -> None:
    table = (TESTS / "README.md").read_text(encoding="utf-8").partition("## Bad input")[2]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    found = set()
    for file in TESTS.rglob("test_*.py"):
        found |= set(re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8")))
    found |= {file.stem for file in (TESTS / "vectors").rglob("bad_*.json")}

    assert len(rows) >= 23
    for row in rows:
        named = re.findall(r"`(\w+)`", row)
        assert named, row
        assert set(named) <= found, sorted(set(named) - found)
