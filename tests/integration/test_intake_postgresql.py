"""The inbox on a real PostgreSQL server, made for the test and thrown away after it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from oracle.iot.inbox import CounterRefused, Inbox, Message
from tests.simulators.site import SITE, Clock, SimulatedSite, small_jpeg

SIM = SimulatedSite()
IMAGE = small_jpeg()
USER = pwd.getpwuid(os.getuid()).pw_name if os.getuid() else "nobody"


class LateInbox(Inbox):
    """One whose early look at the counter always comes too early: only the transaction decides."""

    def _refuse_early(self, message: Message) -> None:
        return


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not on this machine")
    # PostgreSQL refuses to run as root; its socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="hf-pg-") as name:
        folder = Path(name)
        data = folder / "data"
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        initdb = ["initdb", "-D", str(data), "-U", "holdfast", "-A", "trust", "--no-sync"]
        start = ["pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"]
        user = USER if os.getuid() == 0 else None
        subprocess.run(initdb, check=True, capture_output=True, user=user, cwd=folder)
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
        try:
            yield f"postgresql+psycopg://holdfast@/postgres?host={folder}"
        finally:
            stop = ["pg_ctl", "-D", str(data), "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = create_engine(url)
    yield made
    made.dispose()


def test_inbox__on_postgresql__keeps_refuses_and_lists(engine: Engine) -> None:
    clock = Clock()
    inbox = Inbox(engine, clock, SIM.policy)
    inbox.create_tables()
    inbox.create_tables()
    code = inbox.open_challenge(SITE, "issue LOT-1", 600).code
    weighing = inbox.accept_weighing(SIM.weighing(counter=1, challenge=code))
    frame = inbox.accept_frame(SIM.envelope(IMAGE, challenge=code), IMAGE)
    assert inbox.messages(code) == [weighing, frame]
    with pytest.raises(CounterRefused):
        inbox.accept_weighing(weighing.raw)
    assert [c.code for c in inbox.open_challenges(SITE)] == [code]
    inbox.close_challenge(code)
    assert inbox.open_challenges(SITE) == []


def test_same_message__from_eight_connections_at_once__accepted_once(engine: Engine) -> None:
    inbox = LateInbox(engine, Clock(), SIM.policy)
    inbox.create_tables()
    code = inbox.open_challenge(SITE, "issue LOT-2", 600).code
    raw = SIM.weighing(counter=50, challenge=code)
    answers: list[str] = []

    def deliver() -> None:
        try:
            inbox.accept_weighing(raw)
            answers.append("kept")
        except CounterRefused:
            answers.append("refused")

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["kept"] + ["refused"] * 7
    assert len(inbox.messages(code)) == 1
