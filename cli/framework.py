"""Commands that carry an example, and a group that loads its commands only when they are used."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn, cast

import click

from cli.errors import report

FIRST_SENTENCE: Final = 200
"""Longest line of help in a list of commands, in characters."""


class ExampleCommand(click.Command):
    """A command whose help ends in a worked example, printed as it is written."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example below the options."""
        super().format_epilog(ctx, formatter)
        write_example(self.example, formatter)


class ExampleGroup(click.Group):
    """A group whose help, and that of each of its commands, ends in a worked example."""

    command_class = ExampleCommand

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which it is used."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first word. Raises UsageError that says which there are."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            near = " or ".join(difflib.get_close_matches(args[0], names, 2))
            perhaps = f"perhaps {near}, or else " if near else ""
            ctx.fail(f"{args[0]!r} is no command here; expected {perhaps}one of {', '.join(names)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole of its first sentence."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(FIRST_SENTENCE)) for name, command in found if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example below the commands."""
        super().format_epilog(ctx, formatter)
        write_example(self.example, formatter)


ExampleGroup.group_class = ExampleGroup


class RootGroup(ExampleGroup):
    """The `holdfast` command. `lazy` names each subcommand's module, attribute and one line of help.

    Errors of every subcommand end here, in `cli.errors`.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, in the order a newcomer meets them."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one subcommand."""
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        return cast(click.Command, getattr(import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self._lazy.items()])

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run, and exit with the status of `cli.errors`. A subcommand returns its status, or None for 0."""
        given = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            status = super().main(given, prog_name or "holdfast", **extra)
            sys.stdout.flush()
        except SystemExit:
            raise
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            status = 2
        except BaseException as error:
            status = report(error, as_json="--json" in given)
        sys.exit(status if isinstance(status, int) else 0)


def write_example(example: str, formatter: click.HelpFormatter) -> None:
    """The example, line by line; nothing is wrapped, so that it can be copied."""
    if not example:
        return
    formatter.write_paragraph()
    formatter.write("Example:\n")
    for line in example.strip("\n").splitlines():
        formatter.write(f"  {line}\n".rstrip(" ") if line.strip() else "\n")


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`: the answer as JSON on stdout, errors as one problem object on stderr."""
    return click.option("--json", "as_json", is_flag=True, help="Answer for programs; errors too.")(command)


def emit_json(value: object) -> None:
    """Print a value as JSON, Chinese as it reads."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))


def on_terminal() -> bool:
    """Whether people look at stdout: only then colours, tables and progress."""
    return sys.stdout.isatty()


def progress(text: str) -> None:
    """Say on stderr how far a long act is: one line that replaces itself, only on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def progress_done() -> None:
    """Clear the progress line."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
