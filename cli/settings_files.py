"""Settings as NAME=value lines in a file, below the same names in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from holdfast.domain.errors import Misconfigured


def read_settings(file: Path) -> dict[str, str]:
    """The NAME=value lines of a file; empty lines and lines that begin with # are skipped.

    Raises:
        Misconfigured: no readable file, a line without `=`, or a name that stands there twice.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Misconfigured(f"settings file {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"settings file {file}: it is no text in UTF-8") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.partition("=")
        name = name.strip()
        if not separator or not name:
            raise Misconfigured(f"settings file {file}, line {number}: expected NAME=value")
        if name in values:
            raise Misconfigured(f"settings file {file}, line {number}: {name} stands there twice")
        values[name] = value.strip()
    return values


def merged(file: Path | None, prefix: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings that begin with `prefix`, from the file and, above it, from the environment.

    Raises Misconfigured as `read_settings`, and for a line of the file that begins otherwise.
    """
    values = read_settings(file) if file is not None else {}
    for name in values:
        if not name.startswith(prefix):
            raise Misconfigured(f"settings file {file}: {name} is no setting of this part ({prefix}…)")
    given = os.environ if environ is None else environ
    return values | {name: value for name, value in given.items() if name.startswith(prefix)}
