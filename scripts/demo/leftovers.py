"""Processes of a demonstration that was killed: they would write to the same state as the next one's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cli.home import Home
from holdfast.domain.errors import Unreachable

PATIENCE_S = 10.0


def note(home: Home, running: Iterable[tuple[str, subprocess.Popen[bytes]]]) -> None:
    """Write down what runs now, so that a later demonstration can find it."""
    _file(home).write_text(json.dumps({name: process.pid for name, process in running}))


def end_leftovers(home: Home) -> list[str]:
    """End what still runs of an earlier demonstration in this home; returns the names of it.

    Raises Unreachable if a process does not end.
    """
    try:
        noted = {str(name): int(pid) for name, pid in json.loads(_file(home).read_text()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return []
    left = {name: pid for name, pid in noted.items() if _is_ours(pid, home)}
    for pid in left.values():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    end = time.monotonic() + PATIENCE_S
    for name, pid in left.items():
        while _is_ours(pid, home):
            if time.monotonic() > end + PATIENCE_S:
                raise Unreachable(name, "127.0.0.1", f"process {pid} of an earlier run does not end")
            if time.monotonic() > end:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
    return list(left)


def _is_ours(pid: int, home: Home) -> bool:
    """Whether a process works on this home. A number may belong to somebody else's by now."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.startswith(os.fsencode(home.path) + b"/") for word in words)


def _file(home: Home) -> Path:
    return home.path / "pids.json"
