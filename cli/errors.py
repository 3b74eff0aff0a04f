"""The one place that turns errors into output and exit status.

0 done, or the answer is yes; 1 the answer is no; 2 wrong usage or settings; 3 something is not reachable;
130 interrupted. Errors go to stderr: a sentence, or with --json one problem object (RFC 9457) on one line.
"""

from __future__ import annotations

import errno
import json
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from holdfast.domain.document import IncompleteDocument
from holdfast.domain.errors import HoldfastError, InvalidInput, Refused

USAGE: Final = 2
INTERRUPTED: Final = 130
CRASHED: Final = 70
"""A fault in Holdfast itself (EX_SOFTWARE of sysexits.h): none of the four answers."""


_USER: Final = re.compile(r"://[^/\s@]+@")
"""User and password in an address."""


class WrongUsage(HoldfastError):
    """An argument, option or file on the command line cannot be used as it is."""

    code = "wrong-usage"
    exit_status = USAGE


class StillOpen(HoldfastError):
    """What was waited for has not come to its end in the time given."""

    code = "still-open"
    exit_status = 3


@contextmanager
def arguments() -> Iterator[None]:
    """Inside, a wrong value is a wrong argument (status 2), not a refused file (status 1)."""
    try:
        yield
    except InvalidInput as error:
        raise WrongUsage(str(error)) from error


def printable(text: str) -> str:
    """Text without control characters, which forge lines and move cursors, and without users in addresses."""
    shown = "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
    return _USER.sub("://***@", shown)


def first_cause(text: str) -> str:
    """A sentence without the chain of causes that HTTP libraries append: the first says enough."""
    return text.partition(" (Caused by")[0]


def problem(error: BaseException) -> dict[str, Any]:
    """An error as a problem object (RFC 9457) with its `code` and `exit_status`."""
    code, title, detail, status = _parts(error)
    found: dict[str, Any] = {
        "type": f"urn:holdfast:problem:{code}",
        "title": title,
        "code": code,
        "detail": printable(first_cause(detail)),
        "exit_status": status,
    }
    if isinstance(error, InvalidInput):
        shown = printable(str(error.value))[:160]
        found["errors"] = [{"field": error.field, "value": shown, "expected": error.expected}]
    if isinstance(error, IncompleteDocument):
        found["errors"] = [
            {"field": item.field, "clause": item.clause, "expected": item.problem} for item in error.problems
        ]
    return found


def report(error: BaseException, *, as_json: bool) -> int:
    """Write the error to stderr; returns the exit status."""
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        # Whoever read our output has left, as `head` does; nobody is there to be told.
        sys.stderr.close()
        return 1
    found = problem(error)
    if as_json:
        print(json.dumps(found, ensure_ascii=False), file=sys.stderr)
    else:
        print(_sentence(error, found), file=sys.stderr)
    if found["code"] == "crash":
        traceback.print_exception(error, file=sys.stderr)
    return int(found["exit_status"])


def _parts(error: BaseException) -> tuple[str, str, str, int]:
    if isinstance(error, Refused):
        return error.reason, "The answer is no", str(error), error.exit_status
    if isinstance(error, HoldfastError):
        titles = {1: "The answer is no", 2: "Wrong usage or settings", 3: "Not reachable"}
        title = (
            "Not at an end yet" if isinstance(error, StillOpen) else titles.get(error.exit_status, "Error")
        )
        return error.code, title, str(error), error.exit_status
    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option):
        right = (error.param.help or "a value").partition("  [")[0].removesuffix(".")
        return "wrong-usage", "Wrong usage", f"{error.param.opts[0]} is missing; expected: {right}", USAGE
    if isinstance(error, click.FileError):
        return "wrong-usage", "Wrong usage", error.format_message(), USAGE
    if isinstance(error, click.ClickException):
        return "wrong-usage", "Wrong usage", error.format_message(), error.exit_code
    if isinstance(error, KeyboardInterrupt) or _interrupted(error):
        return "interrupted", "Interrupted", "stopped by you", INTERRUPTED
    if isinstance(error, click.Abort):
        return "not-confirmed", "The answer is no", "nothing was done: no confirmation was given", 1
    detail = f"this is a fault in Holdfast, not in your input: {type(error).__name__}: {str(error)[:400]}"
    return "crash", "A fault in Holdfast", detail, CRASHED


def _interrupted(error: BaseException) -> bool:
    """Click turns Ctrl-C into its own Abort, and remembers it as the context."""
    inside = error.__cause__ or error.__context__
    return isinstance(error, click.Abort) and isinstance(inside, KeyboardInterrupt)


def _sentence(error: BaseException, found: dict[str, Any]) -> str:
    label = {1: "no", 2: "wrong usage or settings", 3: "not reachable"}.get(found["exit_status"])
    if isinstance(error, StillOpen):
        label = "not yet"
    lines = [f"holdfast: {label}: {found['detail']}" if label else f"holdfast: {found['detail']}"]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        lines.append(f"Try: {error.ctx.command_path} --help")
    if found["code"] == "crash":
        lines.append("Please report it together with the lines below:")
    return "\n".join(lines)
