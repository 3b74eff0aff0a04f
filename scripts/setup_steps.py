"""What the set-up is made of: progress lines, stamps, one lock, and commands whose failures are explained.

Standard library only, and nothing newer than Python 3.8 until the version has been checked: this runs
before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

WRONG = 2
UNREACHABLE = 3

_NETWORK = (
    "could not resolve",
    "name resolution",
    "name or service not known",
    "failed to establish a new connection",
    "connection refused",
    "connection reset",
    "network is unreachable",
    "read timed out",
    "connect timeout",
    "(from versions: none)",
    "proxyerror",
    "cannot connect to proxy",
    "certificate verify failed",
    "enotfound",
    "eai_again",
    "econnrefused",
    "econnreset",
    "etimedout",
    "etarget",
    "e404",
    "e403",
    "network request to",
)
_HASHES = ("do not match the hashes", "eintegrity")
_SPACE = ("no space left", "enospc", "disk quota exceeded")


class SetupFailed(Exception):
    """Set-up cannot go on. The message says what happened and how to go on; `status` is the exit status."""

    def __init__(self, message: str, status: int = WRONG) -> None:
        self.status = status
        super().__init__(message)


class Progress:
    """Prints one line per event with the seconds since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Print `text` at once, also into a pipe."""
        print(f"[set-up {time.monotonic() - self._started:6.1f} s] {text}", flush=True)


def digest_of(parts: Iterable[Path | str]) -> str:
    """SHA-256 over files (their bytes) and words, each with its length, so that nothing runs together."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode("utf-8")
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


class Stamps:
    """Remembers for each part the digest of the inputs it was made from, in one small file per part."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fresh(self, part: str, digest: str) -> bool:
        """Whether `part` was finished with exactly these inputs."""
        try:
            return (self._folder / part).read_text(encoding="ascii") == digest
        except OSError:
            return False

    def clear(self, part: str) -> None:
        """Forget `part` before work on it begins, so that an interruption leaves it unfinished."""
        (self._folder / part).unlink(missing_ok=True)

    def write(self, part: str, digest: str) -> None:
        """Remember that `part` is finished."""
        self._folder.mkdir(parents=True, exist_ok=True)
        building = self._folder / f".{part}.{os.getpid()}"
        building.write_text(digest, encoding="ascii")
        building.replace(self._folder / part)


@contextmanager
def only_one(lock: Path, progress: Progress) -> Iterator[None]:
    """Hold `lock` while set-up works; a second set-up in the same checkout waits for the first."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            progress.say(f"another set-up works here (process {file.read().strip() or '?'}): waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        # Closing the file releases the lock, also when the process is killed.
        yield


def run(
    command: Sequence[str | Path],
    what: str,
    log: Path,
    cwd: Path,
    environment: dict[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> None:
    """Run `command`, keep its output in `log`, and explain a failure.

    Raises:
        SetupFailed: it could not start or ended with another status than 0.
    """
    tail: list[str] = []
    with log.open("a", encoding="utf-8") as file:
        file.write(f"\n== {what}: {' '.join(str(word) for word in command)}\n")
        file.flush()
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=environment,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise SetupFailed(f"{what}: {command[0]} does not start ({error.strerror})") from error
        try:
            for line in process.stdout or ():
                file.write(line)
                tail = [*tail[-39:], line.rstrip()]
                if on_line:
                    on_line(line)
            status = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if status != 0:
        explain(what, "\n".join(tail), log)


def explain(what: str, output: str, log: Path) -> NoReturn:
    """Turn the last lines of a failed command into a message a person can act on.

    Raises:
        SetupFailed: always; status 3 where something was not reachable, else 2.
    """
    low = output.lower()
    lines = [line for line in output.splitlines() if "error" in line.lower()] or output.splitlines()
    last = "\n".join(f"    {line[:200]}" for line in lines[-6:])
    end = f"\n{last}\n  The whole output is in {log}."
    if any(sign in low for sign in _SPACE):
        raise SetupFailed(
            f"{what}: the disk is full.\n  Free about 2 GB and run the same command again.{end}"
        )
    if any(sign in low for sign in _HASHES):
        raise SetupFailed(
            f"{what}: a downloaded package is not the one that was pinned.\n  Do not go on: a mirror or "
            f"proxy changed it. Clear its cache or ask whoever runs it, then run the same command again.{end}"
        )
    if "ensurepip" in low:
        raise SetupFailed(
            f"{what}: this Python cannot make environments, its `venv` part is missing.\n  On Debian or "
            f"Ubuntu run `sudo apt install python3-venv`, then run the same command again.{end}"
        )
    if any(sign in low for sign in _NETWORK):
        raise SetupFailed(
            f"{what}: a package could not be downloaded.\n  Check the network and the usual settings of pip "
            f"and npm (proxy, index, certificate), then run the same command again: it goes on.{end}",
            UNREACHABLE,
        )
    raise SetupFailed(f"{what} failed. Run the same command again; if it fails the same way, report it.{end}")


def point(link: Path, target: Path) -> None:
    """Make the symbolic link `link` lead to `target` in one step, so that readers never see it absent.

    Raises:
        SetupFailed: something that is no link is in the way.
    """
    if link.exists() and not link.is_symlink():
        raise SetupFailed(
            f"{link} is a folder of its own; move it away (set-up puts a link there) and run again"
        )
    building = link.parent / f".{link.name}.{os.getpid()}"
    building.unlink(missing_ok=True)
    building.symlink_to(target)
    building.replace(link)


def remove(folder: Path, aside: Path) -> None:
    """Delete `folder` if it is there; moved `aside` first, so a half-deleted one is never taken for whole."""
    if folder.exists():
        aside.mkdir(parents=True, exist_ok=True)
        doomed = aside / f"{folder.name}.{os.getpid()}.{time.monotonic_ns()}.old"
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
