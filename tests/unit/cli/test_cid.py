"""`holdfast cid`: the addresses that Kubo gives."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run, answer, error

VECTORS = Path(__file__).parents[2] / "vectors" / "cids.json"
CASES = json.loads(VECTORS.read_text())["cids"]


def reproducible(seed: str, size: int) -> bytes:
    made = bytearray()
    number = 0
    while len(made) < size:
        made += hashlib.sha256(f"{seed}:{number}".encode()).digest()
        number += 1
    return bytes(made[:size])


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["size_bytes"]))
def test_cid__recorded_sizes__as_kubo_answered(run: Run, tmp_path: Path, case: dict[str, object]) -> None:
    file = tmp_path / "input"
    file.write_bytes(reproducible(str(case["seed"]), int(str(case["size_bytes"]))))
    result = run("cid", file)
    assert (result.exit_code, result.stdout) == (0, f"{case['cid']}\n")


def test_cid__several_files_and_standard_input__one_line_each(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    empty = CASES[0]["cid"]
    result = run("cid", tmp_path / "a", "-", input=b"")
    assert result.stdout == f"{empty}  {tmp_path / 'a'}\n{empty}  -\n"
    assert answer(run("cid", "--json", "-", input=b"")) == [{"file": "-", "cid": empty}]


def test_cid__no_such_file_or_stdin_twice__two(run: Run, tmp_path: Path) -> None:
    found = error(run("cid", "--json", tmp_path / "none"))
    assert found["exit_status"] == 2 and "No such file" in found["detail"]
    assert run("cid", tmp_path).exit_code == 2
    assert run("cid", "-", "-", input=b"").exit_code == 2
