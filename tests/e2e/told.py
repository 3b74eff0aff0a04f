"""The story, told once for all tests that look at what is true afterwards."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.home import Home
from scripts.demo.chain import ROOT, free_port


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the command line."""

    status: int
    output: str
    seconds: float

    def json(self) -> Any:
        """What it said on standard output, as JSON."""
        return json.loads(self.output)


@dataclass(frozen=True, slots=True)
class Told:
    """A home in which the story was told, and how it was told."""

    home: Home
    telling: Ran

    @property
    def receipt_id(self) -> int:
        """The receipt over 200 t."""
        return int(json.loads((self.home.path / "story.json").read_text())["receipt_id"], 16)


def environment(home: Path) -> dict[str, str]:
    """The environment of a user whose home this is, and who has set nothing else of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    return kept | {"HOLDFAST_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def command(*words: str) -> list[str]:
    """`holdfast` with these words, as a process of its own."""
    return [sys.executable, "-m", "cli.main", *words]


def holdfast(home: Path, *words: str, timeout_s: float = 400) -> Ran:
    """Run `holdfast` to its end."""
    begun = time.monotonic()
    done = subprocess.run(
        command(*words),
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    output = done.stdout if "--json" in words else done.stdout + done.stderr
    return Ran(done.returncode, output, time.monotonic() - begun)


@functools.cache
def tell_once() -> Told:
    """Tell the story in a temporary folder, once in this process; the folder goes when the process does."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-story-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = Home(folder / "home")
    telling = holdfast(home.path, "demo", "--once", "--first-half", "--fresh", "--port", str(free_port()))
    assert telling.status == 0, telling.output
    return Told(home, telling)
