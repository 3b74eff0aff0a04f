"""What the set-up finds on this machine: an interpreter that will do, a folder for what is shared.

Standard library only, and nothing newer than Python 3.8 (see `setup_steps`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.setup_steps import SetupFailed

OLDEST, NEWEST = (3, 11), (3, 14)
"""The pinned packages have wheels for these versions of Python and all between."""


def supported(version: tuple[int, int]) -> bool:
    """Whether this Python can run Holdfast."""
    return OLDEST <= version <= NEWEST


def choose_python(version: tuple[int, int], path: str) -> Path:
    """The interpreter to build with: the running one (`version`) if it will do, else another on `path`.

    Raises:
        SetupFailed: none will do.
    """
    if supported(version):
        return Path(sys.executable)
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        found = shutil.which(f"python3.{minor}", path=path)
        # A launcher may be there without the version behind it: only an answer counts.
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return Path(found)
    raise SetupFailed(
        f"Python {version[0]}.{version[1]} does not do: Holdfast runs on {OLDEST[0]}.{OLDEST[1]} to "
        f"{NEWEST[0]}.{NEWEST[1]}.\n  Install one of them and name it: make demo PYTHON=/path/to/python3.12"
    )


def cache_folder(environment: dict[str, str], root: Path) -> Path:
    """Where big, shared, read-only things go: HOLDFAST_CACHE, else the user's cache, else the checkout."""
    if environment.get("HOLDFAST_CACHE"):
        return Path(environment["HOLDFAST_CACHE"]).resolve()
    base = environment.get("XDG_CACHE_HOME") or ""
    home = environment.get("HOME") or ""
    if not os.path.isabs(base) and os.path.isabs(home) and os.access(home, os.W_OK):
        base = os.path.join(home, ".cache")
    return Path(base) / "holdfast" if os.path.isabs(base) else root / ".build" / "cache"


def pinned(requirements: str, name: str) -> str:
    """The lines of a hashed requirements file that pin `name`."""
    kept: list[str] = []
    for line in requirements.splitlines():
        if not line.startswith((" ", "#")):
            inside = line.startswith(f"{name}==")
        if inside:
            kept.append(line)
    return "\n".join(kept) + "\n"
