"""However the demonstration ends, its state survives and no process is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.home import Home
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import open_chain
from scripts.demo.chain import ROOT, free_port, running_chain
from scripts.demo.desk import Desk
from scripts.demo.members import IMPORTER, TRADER
from tests.e2e.told import Told, command, environment, holdfast


class Demo:
    """A running `holdfast demo` and what it has said so far."""

    def __init__(self, home: Home, *words: str) -> None:
        self.home = home
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command("demo", "--port", str(free_port()), *words),
            env=environment(home.path),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def says(self, words: str, timeout_s: float = 120) -> None:
        """Wait until it has said this."""
        end = time.monotonic() + timeout_s
        while not any(words in line for line in self.lines):
            assert self.process.poll() is None and time.monotonic() < end, "".join(self.lines)
            time.sleep(0.05)

    def ports(self) -> list[int]:
        """Where its processes listen, by their own file."""
        known = json.loads(self.home.ports.read_text())
        return [known["chain"], known["wms"], known["intake"], known["api"], *known["attesters"].values()]


@contextmanager
def running(home: Home, *words: str) -> Iterator[Demo]:
    demo = Demo(home, *words)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.terminate()
            try:
                demo.process.wait(60)
            except subprocess.TimeoutExpired:
                demo.process.kill()


@pytest.fixture
def home(told: Told, tmp_path: Path) -> Home:
    """A copy of the told story's home, to be ill-treated."""
    copy = tmp_path / "home"
    shutil.copytree(told.home.path, copy)
    return Home(copy)


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def chain_process(demo: Demo) -> int:
    """The process id of the demonstration's chain: its child that listens at the chain's port."""
    children = Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children").read_text().split()
    port = str(json.loads(demo.home.ports.read_text())["chain"])
    for child in children:
        if port in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
            return int(child)
    raise AssertionError(f"no chain among {children}")


def test_demo__told_to_stop_while_it_serves__state_kept_and_nothing_left(home: Home) -> None:
    with running(home, "--first-half") as demo:
        demo.says("Look:")
        ports = demo.ports()
        assert all(listening(port) for port in ports)
        demo.process.send_signal(signal.SIGTERM)
        assert demo.process.wait(60) == 0
        assert [port for port in ports if listening(port)] == []
    found = holdfast(home.path, "audit", "--json")
    assert found.status == 0, found.output
    assert found.json()["agree"] == 6


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the chain's process under /proc")
def test_demo__its_chain_is_killed__says_so_and_the_receipts_are_there_again(home: Home) -> None:
    with running(home, "--first-half") as demo:
        demo.says("Look:")
        os.kill(chain_process(demo), signal.SIGKILL)
        assert demo.process.wait(60) == 3
        assert "chain has stopped" in "".join(demo.lines)
        assert [port for port in demo.ports() if listening(port)] == []
    found = holdfast(home.path, "audit", "--json")
    assert found.status == 0, found.output
    assert found.json()["agree"] == 6


def test_demo__stopped_before_the_story_is_told__says_so_by_its_status(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with running(home, "--once", "--first-half") as demo:
        demo.says("1. The warehouse operator")
        ports = demo.ports()
        demo.process.send_signal(signal.SIGTERM)
        assert demo.process.wait(60) == 130
        assert [port for port in ports if listening(port)] == []
    assert not (home.path / "story.json").exists()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds leftovers under /proc")
def test_demo__order_while_it_serves_then_killed__done_once_and_the_next_run_ends_what_is_left(
    home: Home,
) -> None:
    receipt_id = json.loads((home.path / "story.json").read_text())["receipt_id"]
    with running(home, "--first-half") as demo:
        demo.says("carried out, too")
        deployment, genesis = load_deployment(home.deployment)
        url = f"http://127.0.0.1:{demo.ports()[0]}"
        chain = open_chain(ChainSettings(url, deployment, genesis))
        api = f"http://127.0.0.1:{json.loads(home.ports.read_text())['api']}"
        trader, importer = (
            Desk(home, api, chain.connection.deployment, person) for person in (TRADER, IMPORTER)
        )
        wanted = {"type": "transfer", "receipt_id": receipt_id, "transferee": IMPORTER.member_id}
        prepared = trader.prepare({**wanted, "valid_for_s": 600})
        order_id = trader.submit(prepared["typed_data"])
        importer.countersign(order_id, prepared["typed_data"])
        order = trader.wait(order_id)
        assert order["status"] == "final", order["detail"]
        time.sleep(6)  # the chain writes its state every five seconds
        demo.process.kill()
        demo.process.wait(60)
        left = demo.ports()
    again = holdfast(home.path, "demo", "--once", "--first-half", "--port", str(free_port()))
    assert again.status == 0, again.output
    assert "left running: chain, attester-operator" in again.output
    assert [port for port in left if listening(port)] == []
    with running_chain(home) as url:
        state = open_chain(ChainSettings(url, deployment, genesis)).receipts.receipt(int(receipt_id, 16))
    assert state is not None
    assert state.holder == IMPORTER.member_id


def test_demo__in_a_folder_with_files_of_others__refused_and_nothing_deleted(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")

    for words in (("demo", "--once"), ("demo", "--once", "--fresh")):
        ran = holdfast(tmp_path, *words)
        assert ran.status == 2, ran.output
        assert "holds files that no demonstration made" in ran.output

    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]
