"""Every title vector: the good hold, the bad fail at the step their name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.proof.report import Outcome
from holdfast.proof.verify import STEPS, verify_title
from tests.unit.proof.data import DEVELOPMENT, NOW, TRUST, VECTORS

GOOD = [VECTORS / "good_title.json", VECTORS / "good_title_one_of_many.json"]
BAD = sorted(VECTORS.glob("bad_title_*.json"))
NAMES = [name for name, _ in STEPS]


def step_of(path: Path) -> str:
    return path.stem.removeprefix("bad_title_").split("_")[0]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_verify__good_title__passes_all_ten_steps(path: Path) -> None:
    report = verify_title(path.read_bytes(), TRUST, NOW)
    assert report.holds
    assert [(s.number, s.name, s.outcome) for s in report.steps] == [
        (number, name, Outcome.PASSED) for number, name in enumerate(NAMES, 1)
    ]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_verify__bad_title__fails_at_the_step_its_name_says(path: Path) -> None:
    report = verify_title(path.read_bytes(), TRUST, NOW)
    assert not report.holds
    assert report.failed is not None
    assert (report.failed.name, report.failed.outcome) == (step_of(path), Outcome.FAILED)
    at = report.failed.number
    assert all(step.outcome is Outcome.PASSED for step in report.steps[: at - 1])
    assert all(step.outcome is Outcome.NOT_RUN and not step.excused for step in report.steps[at:])
    assert len(report.failed.detail) > 10


def test_vectors__every_step__has_one_that_fails_there() -> None:
    assert {step_of(path) for path in BAD} == set(NAMES)


def test_verify__development_title__holds_only_under_trust_in_a_development_chain() -> None:
    data = (VECTORS / "good_title_development.json").read_bytes()
    report = verify_title(data, DEVELOPMENT, NOW)
    assert report.holds
    assert (report.steps[3].outcome, report.steps[3].excused) == (Outcome.NOT_RUN, True)
    assert report.steps[3].detail.startswith("no seals")
    pinned = verify_title(data, TRUST, NOW)
    assert not pinned.holds
    assert pinned.failed is not None
    assert pinned.failed.name == "seals"
