"""What Halmos answers, read: nothing but a whole proof is one, and nothing but an example a refutation."""

from __future__ import annotations

import json

import pytest

from scripts.assurance import broken_core, symbolic
from scripts.assurance.forge import ROOT
from scripts.assurance.halmos import PROVED, REFUTED, Proof, Task, read
from scripts.assurance.symbolic import TASKS, UNTRUE, refuted, row

TASK = Task("Orders", "check_transfer", "transfer")


def answer(exit_code: int, succeeded: int = 3, cut: int = 0) -> str:
    result = {"exitcode": exit_code, "num_paths": [9, succeeded, 0], "num_bounded_loops": cut}
    return json.dumps({"test_results": {"tests/symbolic/Orders.t.sol:Orders": [result]}})


def test_read__every_path_explored__proved() -> None:
    proof = read(answer(0), 0, 1.0, "")
    assert proof.proved
    assert (proof.verdict, proof.paths, proof.succeeded) == (PROVED, 9, 3)
    assert row(TASK, proof).holds


@pytest.mark.parametrize("text", [answer(0, succeeded=0), answer(0, cut=1)])
def test_read__no_path_gets_through_or_a_loop_was_cut__not_proved(text: str) -> None:
    proof = read(text, 0, 1.0, "")
    assert not proof.proved
    assert not row(TASK, proof).holds


@pytest.mark.parametrize("exit_code", [1, 2, 3, 4, 5])
def test_read__anything_but_success__does_not_hold(exit_code: int) -> None:
    assert not row(TASK, read(answer(exit_code), 1, 1.0, "")).holds


def test_read__counterexample__shown() -> None:
    said = "Counterexample: \n    p_seq_uint32 = 0x07\n[FAIL] check_transfer"
    assert "p_seq_uint32 = 0x07" in row(TASK, read(answer(1), 1, 1.0, said)).figure


@pytest.mark.parametrize(("exit_code", "status"), [(0, 1), (1, 0)])
def test_read__answer_contradicts_status__refused(exit_code: int, status: int) -> None:
    with pytest.raises(ValueError, match="but its status is"):
        read(answer(exit_code), status, 1.0, "")


@pytest.mark.parametrize("verdict", [PROVED, "solver timeout", "no path succeeds"])
def test_refuted__one_untrue_check_is_not_refuted__named_and_does_not_hold(verdict: str) -> None:
    proofs = [Proof(REFUTED, 1, 0, 0, 1.0), Proof(verdict, 1, 1, 0, 1.0)]
    check = refuted("title", ["first", "second"], proofs)
    assert not check.holds
    assert "second" in check.figure and "first" not in check.figure


def test_tasks__every_check_of_the_folder__is_run() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/symbolic").rglob("*.t.sol"))
    tests = [task.test for task in (*TASKS, *UNTRUE)]
    assert len(set(tests)) == len(tests)
    assert sorted(tests) == sorted(
        line.split("function ")[1].split("(")[0] for line in text.splitlines() if "function check_" in line
    )


def test_lines__each__breaks_one_place_for_a_check_that_exists() -> None:
    names = {task.test for task in symbolic.TASKS}
    for line in broken_core.LINES:
        assert line.test in names
        assert line.good != line.bad
        assert (ROOT / "contracts" / line.source).read_text(encoding="utf-8").count(line.good) == 1
