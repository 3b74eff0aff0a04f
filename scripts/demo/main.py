"""`make demo`: everything up, the story once, then the API and its page until Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from cli.home import Home, find_home
from holdfast.domain.errors import Misconfigured
from scripts.demo.chain import heartbeat
from scripts.demo.desk import Desk
from scripts.demo.founding import found, readdress
from scripts.demo.leftovers import end_leftovers
from scripts.demo.members import AUDITOR, PEOPLE
from scripts.demo.processes import Processes, choose_ports
from scripts.demo.second_half import SecondHalf
from scripts.demo.story import Story
from scripts.demo.tell import Teller
from scripts.demo.watch import Watch
from scripts.demo.yard import Yard

DONE = "story.json"
STORY_LIMIT_S = 90
WHOLE_LIMIT_S = 240
"""Both halves: the second one waits for a debt to fall due."""


def run(once: bool = False, fresh: bool = False, port: int | None = None, first_half: bool = False) -> int:
    """Run the demonstration; 0 when the story was told (now or at an earlier run).

    `first_half` ends the story with the four frauds; a later run without it tells the rest.

    Raises HoldfastError when a scene ends otherwise than it should, KeyboardInterrupt when it is stopped
    before the story is told.
    """
    home = find_home()
    try:
        return _run(home, once=once, fresh=fresh, port=port, first_half=first_half)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Misconfigured(
            f"{where}{error.strerror or error}; everything is kept in {home.path}, which must be a folder "
            "that you may write to, on a disk with 1 GB free: set HOLDFAST_HOME to another one"
        ) from error


def _run(home: Home, *, once: bool, fresh: bool, port: int | None, first_half: bool) -> int:
    teller = Teller()
    _may_be_ours(home)
    home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(home):
        if left := end_leftovers(home):
            teller.step(f"ended what an earlier demonstration had left running: {', '.join(left)}")
        told = (home.path / DONE).exists()
        if fresh or not told:
            _clear(home, teller)
            told = False
        with _interruptible():
            processes = Processes(home, choose_ports(home, port))
            try:
                _start(home, processes, teller, first=not told)
                if told:
                    _again(home, processes, teller)
                else:
                    _first(home, processes, teller)
                if not first_half and _note(home)["halves"] == 1:
                    _second(home, processes, teller)
                if not once:
                    _serve(home, processes, teller)
            except KeyboardInterrupt:
                teller.step("stopping")
                if not (home.path / DONE).exists():
                    raise
            finally:
                processes.stop()
    return 0


def _may_be_ours(home: Home) -> None:
    """Beginning anew empties the folder, so it must be empty, or made by an earlier demonstration."""
    ours = (home.path / "lock").exists() and home.chain.is_dir()
    if not ours and home.path.is_dir() and {path.name for path in home.path.iterdir()} - {"lock"}:
        raise Misconfigured(
            f"{home.path} holds files that no demonstration made, and beginning anew would delete them: "
            "set HOLDFAST_HOME to an empty folder, or to one that does not exist yet"
        )


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One demonstration per folder at a time."""
    with (home.path / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Misconfigured(
                f"another demonstration runs in {home.path}: stop it, or set HOLDFAST_HOME to another folder"
            ) from error
        yield


@contextmanager
def _interruptible() -> Iterator[None]:
    """A polite kill ends like Ctrl-C, so that the chain's state is written."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _clear(home: Home, teller: Teller) -> None:
    """Begin anew: a story cut off halfway is told again from the start."""
    leftovers = [path for path in home.path.iterdir() if path.name != "lock"]
    if leftovers:
        teller.step(f"starting afresh in {home.path}")
    for path in leftovers:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _start(home: Home, processes: Processes, teller: Teller, *, first: bool) -> None:
    teller.step("starting the chain")
    processes.start_chain()
    teller.step("starting Tryton, the warehouse's own system")
    processes.start_wms()
    if first:
        teller.step("founding the consortium: keys, policy, contracts")
        found(home, processes.chain_url, processes.ports.attesters)
    else:
        readdress(home, processes.ports.attesters)
    processes.write_settings()
    processes.ports.save(home.ports)
    teller.step("starting four attesters, the oracle and the API")
    processes.start_nodes()


def _first(home: Home, processes: Processes, teller: Teller) -> None:
    teller.begin()
    story = Story(home, processes, teller)
    with heartbeat(processes.chain_url):
        story.run()
    seconds = teller.seconds
    note = {
        "receipt_id": f"0x{story.receipt_id:064x}",
        "told_at": int(time.time()),
        "seconds": round(seconds),
        "halves": 1,
    }
    (home.path / DONE).write_text(json.dumps(note) + "\n")
    teller.say(f"\n   The story took {seconds:.0f} s (at most {STORY_LIMIT_S} s on 2 cores).")


def _second(home: Home, processes: Processes, teller: Teller) -> None:
    teller.begin()
    note = _note(home)
    story = Story(home, processes, teller)
    story.receipt_id = int(note["receipt_id"], 16)
    half = SecondHalf(story)
    with heartbeat(processes.chain_url):
        half.run()
    whole = note["seconds"] + teller.seconds
    note |= {"halves": 2, "small_receipt_id": half.small, "taken_receipt_id": half.taken}
    (home.path / DONE).write_text(json.dumps(note | {"seconds": round(whole)}) + "\n")
    teller.say(f"\n   Its second half took {teller.seconds:.0f} s (both together at most {WHOLE_LIMIT_S} s).")


def _note(home: Home) -> dict[str, Any]:
    """What was told here, and how far."""
    return {"halves": 1} | dict(json.loads((home.path / DONE).read_text()))


def _again(home: Home, processes: Processes, teller: Teller) -> None:
    story = Story(home, processes, teller)
    regulator = Desk(home, processes.api_url, story.deployment, AUDITOR)
    listed = regulator.get("/receipts", limit=100)["items"]
    teller.say(f"found the receipts of an earlier run again: {len(listed)} (FRESH=1 starts anew)")


def _serve(home: Home, processes: Processes, teller: Teller) -> None:
    """Keep everything up; print where to look, with a sign-in link for each member."""
    note = _note(home)
    teller.say(f"\n   Look: {processes.api_url}/   (Ctrl-C ends)")
    for person in PEOPLE:
        token = home.token(person.key).read_text().strip()
        teller.say(f"as {person.key:<10} {processes.api_url}/receipts/{note['receipt_id']}#token={token}")
    teller.say("Orders you sign now are carried out, too: docs/orders.md shows how.")
    watch = Watch(home, Yard(home, processes.intake_url), processes.chain_url)
    watch.start()
    try:
        while True:
            processes.check()
            time.sleep(1)
    finally:
        watch.stop()
