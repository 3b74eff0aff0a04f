from __future__ import annotations

from typing import Any

from scripts.assurance.analysis import judge

REASON: dict[str, Any] = {"pattern": "unused-return: ", "reason": "counts refuse by reverting", "findings": 1}


def finding(check: str, place: str) -> dict[str, Any]:
    return {"impact": "Medium", "check": check, "key": f"{check}: {place}", "place": place}


KNOWN = finding("unused-return", "Court.lapse")


def test_judge__each_finding_has_its_reason__nothing_is_wrong() -> None:
    assert judge([KNOWN], [REASON]) == []


def test_judge__no_reason_fits__named_with_its_place() -> None:
    assert judge([KNOWN, finding("suicidal", "Court.end")], [REASON]) == [
        "unexplained, medium: suicidal: Court.end"
    ]


def test_judge__a_new_finding_behind_an_old_reason__is_wrong() -> None:
    wrong = judge([KNOWN, finding("unused-return", "Pledge.pledge")], [REASON])
    assert wrong == ["explained for 1, found 2: unused-return: ", "  Court.lapse", "  Pledge.pledge"]


def test_judge__a_reason_for_what_is_gone__is_wrong() -> None:
    assert judge([], [REASON]) == ["explained for 1, found 0: unused-return: "]
