"""Run a real Tryton: make its database, start it as a process of its own, stop it.

Tryton is GPL-3. It lives in an environment of its own (`.venv-tryton`) and is only ever spoken to over
HTTP. One folder (`home`) holds everything of one instance: database, settings, log and the secrets, which
are drawn at random when the folder is made and readable by their owner only.

Example::

    python scripts/tryton.py start --home /tmp/tryton --port 8069
"""

from __future__ import annotations

import argparse
import fcntl
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from holdfast.domain.errors import HoldfastError, Misconfigured, Unreachable  # noqa: E402
from scripts import tryton_setup  # noqa: E402

VENV = ROOT / ".venv-tryton"
TEMPLATE = ROOT / ".build" / "tryton-template"
DATABASE = "holdfast"
MODULES = ("stock_lot", "stock_package")
"""Bring stock, product, company, party, currency and country with them; nothing else is activated."""
HOST = "127.0.0.1"
SECRETS = ("admin-password", "clerk-password", "reader-key")

_CONFIG = """[database]
uri = sqlite://
path = {home}
list = False
[web]
listen = {host}:{port}
root =
[email]
uri = smtp://127.0.0.1:1
[session]
timeout = 3600
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one instance. `reader_key` only reads stock; `clerk_password` books it."""

    admin_password: str
    clerk_password: str
    reader_key: str


def base_url(port: int) -> str:
    """Address of the database on this machine, the form that `TrytonSource` and `Rpc` take."""
    return f"http://{HOST}:{port}/{DATABASE}"


def free_port() -> int:
    """A TCP port of this machine that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def credentials(home: Path) -> Credentials:
    """Read the secrets of the instance in `home`.

    Raises:
        Misconfigured: `home` was never initialised.
    """
    try:
        return Credentials(*((home / name).read_text(encoding="ascii").strip() for name in SECRETS))
    except OSError as error:
        raise Misconfigured(f"no Tryton in {home}: {error.strerror}; run scripts/tryton.py start") from error


def initialise(home: Path, venv: Path = VENV, template: Path | None = TEMPLATE) -> None:
    """Make the instance in `home` unless it is there already.

    Built in a folder beside it and renamed at the end, so a crash leaves no half-made instance. Where
    `template` holds one made earlier (`prepare_template`), that is copied, which takes no time.

    Raises:
        Misconfigured: the environment is absent or Tryton refused to make the database.
    """
    if (home / "reader-key").exists():
        return
    if home.exists() and any(home.iterdir()):
        raise Misconfigured(f"{home} is not empty and holds no Tryton; name another folder")
    home.parent.mkdir(parents=True, exist_ok=True)
    building = home.parent / f".{home.name}.{os.getpid()}.building"
    shutil.rmtree(building, ignore_errors=True)
    try:
        if template is not None and (template / "reader-key").exists():
            shutil.copytree(template, building)
        else:
            building.mkdir(mode=0o700)
            _build(building, venv)
        if home.exists():
            home.rmdir()
        building.rename(home)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def prepare_template(directory: Path = TEMPLATE, venv: Path = VENV) -> None:
    """Make an instance at set-up time that every later `initialise` copies."""
    initialise(directory, venv, template=None)


def start(home: Path, port: int, venv: Path = VENV, zone: str | None = None) -> subprocess.Popen[bytes]:
    """Start the instance in `home` on `port`; a process left over in the same `home` is ended first.

    `zone` is the server's time zone (``Etc/UTC``), this machine's if none is given.
    """
    stop_leftover(home)
    config = _write_config(home, port)
    command = [str(_python(venv)), "-m", "trytond.cli", "-c", str(config), "-d", DATABASE]
    with (home / "trytond.log").open("ab") as log, (home / "trytond.lock").open("ab") as lock:
        if not _locked(lock):
            raise Misconfigured(f"somebody else starts the Tryton in {home} at this moment")
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=home,
            env=_environment() | ({"TZ": zone} if zone else {}),
            # Inherited, the lock is held exactly as long as the server lives, however it ends.
            pass_fds=(lock.fileno(),),
        )
    (home / "trytond.pid").write_text(str(process.pid), encoding="ascii")
    return process


def wait_ready(url: str, process: subprocess.Popen[bytes] | None = None, timeout_s: float = 30.0) -> None:
    """Wait until the server at `url` (see `base_url`) answers.

    Raises:
        Unreachable: it did not answer in time, or `process` ended.
    """
    root = url.rstrip("/").rsplit("/", 1)[0]
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if process is not None and process.poll() is not None:
            raise Unreachable("Tryton", url, f"its process ended with status {process.returncode}")
        try:
            question = {"id": 0, "method": "common.server.version", "params": []}
            if httpx.post(f"{root}/rpc/", json=question, timeout=2.0, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise Unreachable("Tryton", url, f"no answer within {timeout_s:.0f} s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process that `start` returned and wait for it."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_leftover(home: Path) -> bool:
    """End a Tryton that still serves `home`, as after a crash of whoever started it. True if one was."""
    if not (home / "trytond.lock").exists():
        return False
    with (home / "trytond.lock").open("ab") as lock:
        for attempt in range(100):
            if _locked(lock):
                return attempt > 0
            with suppress(OSError, ValueError):
                pid = int((home / "trytond.pid").read_text(encoding="ascii"))
                os.kill(pid, signal.SIGTERM if attempt < 50 else signal.SIGKILL)
            time.sleep(0.1)
    raise Unreachable("Tryton", str(home), "the process left over does not end")


def _locked(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _build(home: Path, venv: Path) -> None:
    for name in ("admin-password", "clerk-password"):
        _keep_secret(home / name, secrets.token_urlsafe(24))
    (home / f"{DATABASE}.sqlite").touch(mode=0o600)
    port = free_port()
    config = _write_config(home, port)
    command = [str(_python(venv)), "-m", "trytond.cli.admin", "-c", str(config), "-d", DATABASE]
    command += ["-u", *MODULES, "--activate-dependencies"]
    environment = _environment() | {"TRYTONPASSFILE": str(home / "admin-password")}
    # The only question left is the administrator's e-mail address: none.
    made = subprocess.run(command, input=b"\n", capture_output=True, env=environment, cwd=home)
    if made.returncode != 0:
        last = made.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise Misconfigured(f"Tryton could not make its database: {' '.join(last)}")
    process = start(home, port, venv)
    try:
        wait_ready(base_url(port), process)
        admin, clerk = ((home / name).read_text(encoding="ascii") for name in SECRETS[:2])
        reader_key = tryton_setup.set_up(base_url(port), admin, clerk)
    finally:
        stop(process)
    with sqlite3.connect(home / f"{DATABASE}.sqlite") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    for name in ("trytond.pid", "trytond.lock", "trytond.log", "trytond.conf"):
        (home / name).unlink(missing_ok=True)
    # Written last: its presence says that the instance is whole.
    _keep_secret(home / "reader-key", reader_key)


def _python(venv: Path) -> Path:
    python = venv / "bin" / "python"
    if not python.exists():
        raise Misconfigured(f"no Tryton environment at {venv}; run the set-up (make demo or make test)")
    return python


def _environment() -> dict[str, str]:
    # Tryton reads TRYTOND_* over its settings file: a stranger's variable must not redirect it.
    return {name: value for name, value in os.environ.items() if not name.startswith(("TRYTOND_", "PYTHON"))}


def _write_config(home: Path, port: int) -> Path:
    config = home / "trytond.conf"
    config.write_text(_CONFIG.format(home=home.resolve(), host=HOST, port=port), encoding="utf-8")
    return config


def _keep_secret(path: Path, secret: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret)


def main() -> int:
    """Command line: `start`, `stop`, `template`."""
    parser = argparse.ArgumentParser(description="A real Tryton on this machine, for the demo and the tests.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("start", help="initialise if needed, serve until interrupted")
    run.add_argument("--home", type=Path, required=True)
    run.add_argument("--port", type=int, required=True)
    end = commands.add_parser("stop", help="end the process that serves this home")
    end.add_argument("--home", type=Path, required=True)
    make = commands.add_parser("template", help="prepare the instance that first starts copy")
    make.add_argument("directory", type=Path, nargs="?", default=TEMPLATE)
    options = parser.parse_args()
    try:
        if options.command == "template":
            prepare_template(options.directory)
        elif options.command == "stop":
            print("stopped" if stop_leftover(options.home) else "was not running")
        else:
            initialise(options.home)
            process = start(options.home, options.port)
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            try:
                wait_ready(base_url(options.port), process)
                print(f"Tryton serves {base_url(options.port)}", flush=True)
                process.wait()
            except KeyboardInterrupt:
                pass
            finally:
                stop(process)
    except HoldfastError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
