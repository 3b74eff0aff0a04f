from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast.chain.acts import FUNCTIONS
from scripts.check_addresses import offences
from scripts.check_counts import count, one_failure
from scripts.check_docs import contract_functions, dead_references, drawn_functions, unknown_functions
from scripts.check_files import ROOT
from scripts.check_sizes import too_long
from scripts.check_tests import test_offences as offences_of_tests

HERE = Path("tests/unit/test_x.py")
REGISTRY = "registry." + "npmjs" + ".org"
RECEIPT_ORDERS = tuple(
    ("WarehouseReceipt", name) for name in ("issue", "transfer", "deliver", "suspend", "reinstate")
)


def result_file(folder: Path, cases: str) -> Path:
    file = folder / "result.xml"
    file.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    return file


@pytest.mark.parametrize(
    "text",
    [
        f"see {REGISTRY}/solc",
        '"resolved": "https' + '://example.com/a.tgz"',
        "--index" + "-url https://example.com/simple",
        "open('/wo" + "rk/main/x')",
        "HOME=/ro" + "ot/.cache",
    ],
)
def test_addresses__text_names_one__is_refused_with_its_line(text: str) -> None:
    found = offences(HERE, f"first line\n{text}\n")
    assert len(found) == 1
    assert ":2: names a " in found[0]


def test_addresses__ordinary_text__passes() -> None:
    assert offences(HERE, "a network of workers at https://example.com/root/work\n") == []


@pytest.mark.parametrize(
    ("name", "lines", "refused"),
    [("a.py", 299, 0), ("a.py", 300, 1), ("a.sol", 399, 0), ("a.sol", 400, 1), ("a.md", 900, 0)],
)
def test_sizes__at_the_limit__is_refused(name: str, lines: int, refused: int, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x\n" * lines)
    assert len(too_long([tmp_path / name])) == refused


def test_sizes__test_file__has_a_limit_of_its_own(tmp_path: Path) -> None:
    for lines, refused in ((499, 0), (500, 1)):
        (tmp_path / "test_a.py").write_text("x\n" * lines)
        assert len(too_long([tmp_path / "test_a.py"], tests=tmp_path)) == refused


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(): pass",
        "def test_a__b__c__d(): pass",
        "def test_a__B(): pass",
        "def test_a__b__c(monkeypatch): pass",
        "from unittest.mock import Mock",
        "from unittest import mock",
        "import unittest.mock",
        "def test_a__b__c():\n    assert True",
    ],
)
def test_tests__break_a_house_rule__are_refused(source: str) -> None:
    assert len(offences_of_tests(HERE, source)) == 1


def test_tests__follow_the_rules__pass() -> None:
    assert offences_of_tests(HERE, "def test_a_1__b__c_d():\n    assert f() == 1\n") == []
    assert offences_of_tests(HERE, "def test_a_b__c(): pass") == []


def test_counts__all_outcomes__are_summed(tmp_path: Path) -> None:
    cases = "<testcase/><testcase><failure/></testcase><testcase><error/></testcase>"
    cases += '<testcase><skipped message="no wheel"/></testcase>'
    assert count([result_file(tmp_path, cases)]) == (1, 2, {"no wheel": 1})


@pytest.mark.parametrize(
    ("cases", "red"),
    [
        ('<testcase><failure message="Reverted: QuorumTooSmall()"/></testcase>', True),
        ('<testcase><failure message="KeyError: 1"/></testcase>', False),
        ('<testcase><error message="QuorumTooSmall"/></testcase>', False),
        ("<testcase/>", False),
        ("", False),
        ('<testcase/><testcase><failure message="QuorumTooSmall"/></testcase>', False),
    ],
)
def test_one_failure__result__is_told_from_other_faults(cases: str, red: bool, tmp_path: Path) -> None:
    assert one_failure([result_file(tmp_path, cases)], "QuorumTooSmall") is red


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("see `scripts/setup.py` and `tests/unit/`", 0),
        ("see `tests/unit/test_absent.py`", 1),
        ("see `scripts/check_*.py` and `holdfast verify`", 0),
        ("[here](README.md#top), [there](https://example.com/x)", 0),
        ("[here](absent.md)", 1),
        ("run `make demo ONCE=1`, then `make nothing`", 1),
        ("we make things; `make demo`", 0),
        ("run `make no-such-thing`", 1),
        ("`scripts/check_docs.py::dead_references`", 0),
        ("`scripts/check_docs.py::dead`", 1),
        ("`scripts/check_absent.py::main`", 1),
        ("`tests/unit/setup/test_checks.py::test_sizes__at_the_limit__is_refused[a]`", 0),
        ("```\npytest tests/unit/setup/test_checks.py::result_file tests/unit/\n```", 0),
        ("```\npytest tests/unit/setup/test_checks.py::test_absent\n```", 1),
        ("```\npytest tests/absent\n```", 1),
    ],
)
def test_documents__point_somewhere__it_must_exist(text: str, dead: int) -> None:
    assert len(dead_references(ROOT / "x.md", text, ROOT, {"demo"})) == dead


@pytest.mark.parametrize(
    ("name", "text", "unknown"),
    [
        ("law-map.md", "`Pledge.pledge`, `Pledge.foreclose` and `WarehouseReceipt.suspend`", 0),
        ("law-map.md", "`Pledge.forfeit`", 1),
        ("any.md", "`Pledge.forfeit`", 1),
        ("law-map.md", "`Foreclosure.foreclose`", 1),
        ("any.md", "`Submission.rehearse` in `Valuation.sol`", 0),
        ("law-map.md", "`Valuation.sol`", 0),
    ],
)
def test_documents__name_functions_of_contracts__each_must_be_in_its_abi(
    name: str, text: str, unknown: int
) -> None:
    assert len(unknown_functions(ROOT / name, text, contract_functions())) == unknown


def test_law_map__each_rule__names_what_does_it_and_what_shows_it() -> None:
    lines = (ROOT / "docs/law-map.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ") and not line.startswith("| Rule |")]
    assert len(rows) > 25
    for rule, _, function, test in rows:
        assert re.search(r"::\w|`[A-Z]\w+\.[a-z]\w*`", function), rule
        assert "::test_" in test, rule


@pytest.mark.parametrize(
    ("arrow", "faults"),
    [
        ("[*] --> LIVE: issue (quorum)", 0),
        ("LIVE --> LIVE: transferPledged, as above", 0),
        ("LIVE --> LIVE: acknowledge (operator) or tender (holder) a part", 0),
        ("LIVE --> LIVE: transfr (holder)", 1),
        ("LIVE --> LIVE: transfer (holder) or unheardOf", 1),
        ("LIVE --> LIVE: somebody moves it", 1),
        ("LIVE --> LIVE", 1),
        ("NotDue --> Due: time passes the due date", 0),
        ("REPLACED --> [*]", 0),
    ],
)
def test_documents__draw_states__each_arrow_names_functions_or_time(arrow: str, faults: int) -> None:
    text = f"```mermaid\nstateDiagram-v2\n    {arrow}\n```"
    assert len(unknown_functions(ROOT / "any.md", text, contract_functions())) == faults


def test_diagrams__every_act_on_a_receipt__is_drawn_or_named() -> None:
    text = (ROOT / "docs/receipt-states.md").read_text(encoding="utf-8")
    drawn = drawn_functions(text)
    for contract, function in {*FUNCTIONS.values(), *RECEIPT_ORDERS}:
        assert function in drawn or f"`{contract}.{function}`" in text, f"{contract}.{function}"
