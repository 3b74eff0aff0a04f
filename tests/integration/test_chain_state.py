"""The embedded chain's state is whole however the chain ends, and whoever only reads it changes nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.home import Home
from holdfast.domain.errors import Unreachable
from scripts.demo.chain import free_port, rpc, running_chain, start_anvil, stop
from scripts.demo.chain_state import WRITTEN_EVERY_S


@contextmanager
def chain(home: Home) -> Iterator[str]:
    """The home's own chain, for as long as this lasts."""
    port = free_port()
    process = start_anvil(home, port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def height(url: str) -> int:
    return int(rpc(url, "eth_blockNumber"), 16)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose chain had three blocks when it was stopped."""
    home = Home(tmp_path / "home")
    with chain(home) as url:
        rpc(url, "anvil_mine", "0x3")
    return home


def test_stopped__started_again__its_blocks_are_there(home: Home) -> None:
    with chain(home) as url:
        assert height(url) == 3


def test_killed_while_it_writes__started_again__as_it_was_written_before(home: Home) -> None:
    with chain(home):
        pass
    whole = home.chain_written.read_bytes()
    with chain(home) as url:
        assert height(url) == 3
    home.chain_written.write_bytes(whole[: len(whole) // 2])
    with chain(home) as url:
        assert height(url) == 3


def test_reader__chain_that_is_down__sees_its_blocks_and_keeps_none_of_its_own(home: Home) -> None:
    with running_chain(home) as url:
        assert height(url) == 3
        files = {path.name: path.read_bytes() for path in home.chain.iterdir()}
        rpc(url, "anvil_mine", "0x5")
        time.sleep(WRITTEN_EVERY_S + 1)
    assert {path.name: path.read_bytes() for path in home.chain.iterdir()} == files
    with chain(home) as url:
        assert height(url) == 3


def test_killed__after_its_state_was_written__nothing_of_it_lost(home: Home) -> None:
    port = free_port()
    process = start_anvil(home, port)
    rpc(f"http://127.0.0.1:{port}", "anvil_mine", "0x2")
    time.sleep(WRITTEN_EVERY_S + 2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert home.chain_state.exists()
    home.chain_written.unlink(missing_ok=True)
    with chain(home) as url:
        assert height(url) == 5


def test_state_that_is_no_json__says_where_the_reason_is(home: Home) -> None:
    with chain(home):
        pass
    home.chain_written.unlink()
    home.chain_state.write_bytes(b'{"block":')
    with pytest.raises(Unreachable, match=r"chain\.log"):
        start_anvil(home, free_port())
