"""`holdfast verify`: good proofs pass; each bad one fails at the step its name says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from holdfast.proof.verify import STEPS
from tests.unit.cli.conftest import Run, answer, error

VECTORS = Path(__file__).parents[2] / "vectors"
GOOD, TRUST = VECTORS / "good_title.json", VECTORS / "trust.json"
BAD = sorted(VECTORS.glob("bad_title_*.json"))
NAMES = [name for name, _ in STEPS]


def test_verify__good_title__steps_and_zero(run: Run) -> None:
    result = run("verify", GOOD, "--trust", TRUST)
    assert result.exit_code == 0
    assert len(re.findall(r"^ *\d+  passed ", result.stdout, re.MULTILINE)) == len(NAMES)
    assert "THE TITLE HOLDS" in result.stdout and "\x1b" not in result.stdout
    found = answer(run("verify", GOOD, "--trust", TRUST, "--json"))
    assert found["holds"] and [step["name"] for step in found["steps"]] == NAMES


def test_verify__standard_input__read(run: Run) -> None:
    assert run("verify", "-", "--trust", TRUST, input=GOOD.read_bytes()).exit_code == 0


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem.removeprefix("bad_title_"))
def test_verify__bad_title__one_at_the_step_it_names(run: Run, file: Path) -> None:
    result = run("verify", file, "--trust", TRUST, "--json")
    assert result.exit_code == 1
    assert answer(result)["failed_step"] == file.stem.split("_")[2]


def test_verify__vectors__are_there() -> None:
    assert len(BAD) > 40 and {file.stem.split("_")[2] for file in BAD} == set(NAMES)


def test_verify__no_trust_anywhere__two_and_says_what_to_do(run: Run, home: Path) -> None:
    found = error(run("verify", GOOD, "--json"))
    assert found["exit_status"] == 2
    assert "--trust" in found["detail"] and str(home / "trust.json") in found["detail"]


def test_verify__trust_of_the_home__used(run: Run, home: Path) -> None:
    (home / "trust.json").write_bytes(TRUST.read_bytes())
    assert run("verify", GOOD).exit_code == 0


def test_verify__trust_file_wrong_or_absent__two(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "trust.json"
    for text in ("", "{}", "[]", json.dumps({**json.loads(TRUST.read_text()), "validators": []})):
        empty.write_text(text)
        assert error(run("verify", GOOD, "--trust", empty, "--json"))["code"] == "misconfigured"
    assert run("verify", GOOD, "--trust", tmp_path / "none").exit_code == 2


def test_verify__file_absent_or_garbage__two_or_one(run: Run, tmp_path: Path) -> None:
    assert run("verify", tmp_path / "none", "--trust", TRUST).exit_code == 2
    garbage = tmp_path / "garbage"
    for data in (b"", b"\xff\xfe", b"[" * 100_000, b"x" * (2 << 20), b"x" * (17 << 20)):
        garbage.write_bytes(data)
        assert run("verify", garbage, "--trust", TRUST).exit_code == 1, data[:10]


def test_verify__other_document__refused(run: Run, tmp_path: Path) -> None:
    words = tmp_path / "receipt.json"
    words.write_text("{}")
    result = run("verify", GOOD, "--trust", TRUST, "--document", words, "--json")
    assert result.exit_code == 1 and not answer(result)["holds"]
