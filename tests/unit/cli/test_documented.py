"""Every command line in the documents and in the help is one that the program takes, options and all."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.main import cli
from scripts.check_files import ROOT
from tests.unit.cli.test_help import ALL

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
API = "--api https://holdfast.example --token-file token.txt"


def lines_of(text: str) -> list[str]:
    """The lines that begin with `holdfast`, those that go on put together, without what follows a #."""
    whole = re.sub(r"\\\n\s*", "", text).replace("$API", API)
    found = re.findall(r"^\s*(?:\$ )?(holdfast [a-z].*)$", whole, re.MULTILINE)
    return [line.partition("  #")[0] for line in found]


def blocks_of(file: Path) -> str:
    """What stands in a document's code blocks, which people copy."""
    return "\n".join(re.findall(r"```[a-z]*\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL))


def parse(line: str) -> None:
    """Take a line apart as the program does; nothing is run. Raises UsageError."""
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="holdfast")
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    command.parse_args(context, words)


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_documents__each_command_line__is_one_that_the_program_takes(file: Path) -> None:
    for line in lines_of(blocks_of(file)):
        parse(line)


def test_documents__orders__hold_the_steps_of_an_order() -> None:
    steps = {line.split()[2] for line in lines_of(blocks_of(ROOT / "docs" / "orders.md")) if "order" in line}
    assert steps >= {"prepare", "sign", "submit", "fetch", "status"}


@pytest.mark.parametrize("path", [path for path in ALL if path], ids=" ".join)
def test_help__its_example__is_a_line_that_the_program_takes(path: tuple[str, ...]) -> None:
    text = CliRunner().invoke(cli, [*path, "--help"], prog_name="holdfast").stdout.partition("Example:\n")[2]
    lines = lines_of(text)
    assert lines
    for line in lines:
        parse(line)


@pytest.mark.parametrize(
    "line", ["holdfast order prepare transfer --receipt 0x5f", "holdfast order sign", "holdfast order gone"]
)
def test_parse__line_that_is_not_whole__refused(line: str) -> None:
    with pytest.raises(click.UsageError):
        parse(line)
