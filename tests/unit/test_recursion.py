"""A stranger's deeply nested JSON must raise, and never end the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = """
import json, sys
try:
    json.loads("[" * 99_000)
except RecursionError:
    print("refused at", sys.getrecursionlimit())
"""


@pytest.mark.parametrize(
    "imports",
    ["holdfast, web3", "web3, holdfast", "api.main", "oracle.main", "cli.main", "holdfast.chain.connection"],
)
def test_nested_json__whatever_was_imported__raises(imports: str) -> None:
    program = f"import {imports}\n{HOSTILE}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "refused at 1000\n")
