"""Errors become output and exit status in one place."""

from __future__ import annotations

import errno
import json
import sys

import click
import pytest

from cli.errors import WrongUsage, arguments, printable, problem, report
from cli.framework import RootGroup
from holdfast.domain.document import FieldProblem, IncompleteDocument
from holdfast.domain.errors import EvidenceRejected, InvalidInput, Misconfigured, Refused, Unreachable
from tests.unit.cli.conftest import Run, error


def aborted(inside: BaseException) -> click.Abort:
    """Click's Abort as it comes out of a prompt that was interrupted."""
    try:
        try:
            raise inside
        except BaseException:
            raise click.Abort() from None
    except click.Abort as abort:
        return abort


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (Refused("quota", "no"), 1, "quota"),
        (EvidenceRejected("digest", "no"), 1, "digest"),
        (InvalidInput("seq", 3, "4"), 1, "invalid-input"),
        (Misconfigured("no"), 2, "misconfigured"),
        (WrongUsage("no"), 2, "wrong-usage"),
        (click.UsageError("no"), 2, "wrong-usage"),
        (click.FileError("a.json", "no"), 2, "wrong-usage"),
        (Unreachable("chain", "here", "no"), 3, "unreachable"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (aborted(KeyboardInterrupt()), 130, "interrupted"),
        (click.Abort(), 1, "not-confirmed"),
        (ZeroDivisionError("no"), 70, "crash"),
    ],
)
def test_report__each_kind__its_status_and_code(
    raised: BaseException, status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(raised, as_json=False) == status
    plain = capsys.readouterr()
    assert plain.out == "" and plain.err.startswith("holdfast: ")
    assert report(raised, as_json=True) == status
    found = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (found["code"], found["exit_status"]) == (code, status)
    assert found["type"] == f"urn:holdfast:problem:{code}"


def test_report__crash__says_it_is_ours_and_shows_where(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError) as crash:
        raise ZeroDivisionError("by nought")
    assert report(crash.value, as_json=False) == 70
    said = capsys.readouterr().err
    assert "a fault in Holdfast" in said and "by nought" in said and "Traceback" in said


def test_report__reader_has_left__quiet(capsys: pytest.CaptureFixture[str]) -> None:
    broken = BrokenPipeError(errno.EPIPE, "Broken pipe")
    kept, sys.stderr = sys.stderr, open("/dev/null", "w")  # noqa: SIM115 - report closes it
    try:
        assert report(broken, as_json=False) == 1
    finally:
        sys.stderr = kept
    assert capsys.readouterr().err == ""


def test_problem__wrong_value__field_value_and_what_is_right() -> None:
    found = problem(InvalidInput("quantity_g", "12\x1b[2J", "a whole number"))
    assert found["errors"] == [{"field": "quantity_g", "value": "12�[2J", "expected": "a whole number"}]


def test_problem__incomplete_document__each_field_with_its_clause() -> None:
    raised = IncompleteDocument((FieldProblem("insurance", "民法典 909(7)", "is missing"),))
    assert problem(raised)["errors"] == [
        {"field": "insurance", "clause": "民法典 909(7)", "expected": "is missing"}
    ]


def test_printable__control_characters_and_users__removed() -> None:
    assert printable("a\x1b[31m\rb\nc") == "a�[31m�b\nc"
    assert printable("chain at http://u:secret@node:1/x") == "chain at http://***@node:1/x"


def test_arguments__wrong_value__becomes_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="key name"), arguments():
        raise InvalidInput("key name", "X", "a word")


def test_main__unknown_subcommand_or_option__two(run: Run) -> None:
    for words in (
        ("nonsense",),
        ("cid",),
        ("cid", "--nonsense", "f"),
        ("key",),
        ("contracts", "deploy", "x"),
    ):
        result = run(*words)
        assert result.exit_code == 2, words
        assert result.stdout == "" and result.stderr, words


def test_main__json_asked__error_is_json_on_stderr(run: Run) -> None:
    assert error(run("cid", "--json"))["code"] == "wrong-usage"
    assert error(run("verify", "--json", "/nowhere", "--nonsense"))["code"] == "wrong-usage"


def test_main__command_interrupted__one_hundred_thirty() -> None:
    @click.group(cls=RootGroup, lazy={"x": ("y:z", "words")}, invoke_without_command=True)
    def group() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        group.main([])
    assert ended.value.code == 130
