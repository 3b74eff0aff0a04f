"""Reading files named on the command line: bounded, and with an error that names the argument."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cli.errors import WrongUsage
from holdfast.domain.errors import InvalidInput

MAX_INPUT_BYTES = 4 * 1024 * 1024


def read_input(
    name: str, argument: str, max_bytes: int = MAX_INPUT_BYTES, *, right: str = "a file that can be read"
) -> bytes:
    """The bytes of a file, or of standard input for `-`. `right` says what the argument is for.

    Raises:
        WrongUsage: there is no such file, or it cannot be read.
        InvalidInput: it is larger than `max_bytes`.
    """
    try:
        if name == "-":
            data = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(max_bytes + 1)
    except OSError as error:
        raise WrongUsage(f"{argument}: {name}: {error.strerror}; expected {right}") from error
    if len(data) > max_bytes:
        raise InvalidInput(argument, f"more than {max_bytes:,} bytes", f"at most {max_bytes:,} bytes")
    return data


def read_json_object(name: str, argument: str, *, right: str = "a JSON object") -> dict[str, Any]:
    """A JSON object from a file. Raises WrongUsage, and InvalidInput for other content."""
    data = read_input(name, argument, right=right)
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(argument, name, f"a JSON object in UTF-8 ({error})") from error
    if not isinstance(found, dict):
        raise InvalidInput(argument, name, "a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice!r} stands there twice")
    return found
