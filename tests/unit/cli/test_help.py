"""Help: every subcommand says what it does, with an example that can be copied."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from cli.main import COMMANDS, cli
from tests.unit.cli.conftest import Run


def paths(command: click.Command, so_far: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield so_far
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from paths(found, (*so_far, name))


ALL = list(paths(cli))
PROMISED = {
    *("demo", "check", "key new", "key show", "order prepare", "order sign", "order submit", "order status"),
    *("oracle run", "attester run", "api serve", "api token", "audit", "verify", "cid"),
    *("contracts build", "contracts deploy", "contracts gas", "contracts roles"),
    *("contracts module prepare", "contracts module sign", "contracts module calls"),
}
FOR_PROGRAMS = PROMISED - {
    *("demo", "order prepare", "oracle run", "attester run", "api serve"),
    *("contracts module prepare", "contracts module sign"),
}


def test_help__all_promised_subcommands__are_there() -> None:
    assert {" ".join(path) for path in ALL} >= PROMISED


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help__each_subcommand__ends_in_an_example_of_itself(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    text, example, lines = result.stdout.partition("Example:\n")
    assert example and "holdfast " + " ".join(path) in lines
    assert text.count("\n") > 3
    if " ".join(path) in FOR_PROGRAMS:
        assert "--json" in text


def test_help__root__lists_commands_and_exit_statuses(run: Run) -> None:
    text = run("--help").stdout
    assert all(name in text for name in COMMANDS)
    assert "HOLDFAST_HOME" in text and "not reachable" in text and "130" in text


def test_version__asked__given(run: Run) -> None:
    assert run("--version").stdout.startswith("holdfast, version ")
