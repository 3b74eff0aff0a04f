"""Running `holdfast` inside the test, with a home of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import cli
from cli.outside import Outside

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty HOLDFAST_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    """run("key", "show", "bank", input=..., outside=..., env=...) -> click's Result."""

    def call(
        *args: object,
        input: str | bytes | None = None,
        outside: Outside | None = None,
        env: dict[str, str | None] | None = None,
    ) -> Result:
        words = [str(arg) for arg in args]
        whole = {"HOLDFAST_HOME": str(home), **(env or {})}
        return CliRunner().invoke(cli, words, input=input, env=whole, prog_name="holdfast", obj=outside)

    return call


def answer(result: Result) -> Any:
    """The JSON on stdout."""
    return json.loads(result.stdout)


def error(result: Result) -> dict[str, Any]:
    """The problem object, which is all that stands on stderr."""
    assert result.stdout == ""
    found: dict[str, Any] = json.loads(result.stderr)
    assert found["exit_status"] == result.exit_code
    return found


def secret_file(path: Path, text: str) -> Path:
    """A file only its owner may read."""
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path
