"""The embedded chain: anvil with a kept state, its clock kept on the machine's."""

from __future__ import annotations

import json
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from cli.home import Home
from holdfast.domain.errors import Misconfigured, Unreachable
from scripts.demo.chain_state import WRITTEN_EVERY_S, keep_while_running, settle

ROOT = Path(__file__).resolve().parents[2]
CHAIN_ID = 909_910
"""Articles 909 and 910 of the Civil Code; no public chain has this number."""
GENESIS_TIME = 1_790_000_000
"""Fixed, so that the first block's hash survives a restart."""

HEARTBEAT_S = 20.0


def anvil_binary() -> Path:
    """The native anvil: npm's launcher always exits 0. Raises Misconfigured if it is not installed."""
    machine = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    name = f"anvil-{sys.platform}-{machine.get(platform.machine().lower(), platform.machine())}"
    path = ROOT / "node_modules" / "@foundry-rs" / name / "bin" / "anvil"
    if not path.exists():
        raise Misconfigured(f"no chain program at {path.relative_to(ROOT)}: run `make setup`")
    return path


def free_port(wanted: int = 0) -> int:
    """A free port on loopback, the wanted one if it is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unreachable("port", "127.0.0.1", "no free port")


def rpc(url: str, method: str, *parameters: Any) -> Any:
    """One JSON-RPC call. Raises Unreachable."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    try:
        answer = httpx.post(url, json=body, timeout=10, trust_env=False).json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable("chain", url, type(error).__name__) from error
    if "error" in answer:
        raise Unreachable("chain", url, f"{method}: {answer['error'].get('message')}")
    return answer["result"]


def start_anvil(home: Home, port: int, *, keep: bool = True) -> subprocess.Popen[bytes]:
    """Start the chain on its state and set its clock; without `keep` nothing of what it does is kept.

    Raises Unreachable if it does not come up.
    """
    home.chain.mkdir(parents=True, exist_ok=True)
    home.logs.mkdir(parents=True, exist_ok=True)
    settle(home)
    command = [
        *(str(anvil_binary()), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID)),
        *("--hardfork", "berlin", "--gas-price", "0", "--accounts", "1", "--timestamp", str(GENESIS_TIME)),
        *("--preserve-historical-states", "--quiet"),
    ]
    if home.chain_state.exists():
        command += ["--load-state", str(home.chain_state)]
    if keep:
        command += ["--dump-state", str(home.chain_written), "--state-interval", str(WRITTEN_EVERY_S)]
    with (home.logs / "chain.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 20
    while True:
        try:
            rpc(url, "eth_chainId")
            break
        except Unreachable:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise Unreachable("chain", url, f"see {home.logs / 'chain.log'}") from None
            time.sleep(0.05)
    # Its clock starts at the first block's time; blocks must carry the machine's.
    rpc(url, "evm_setTime", int(time.time()))
    if keep:
        keep_while_running(home, process)
    return process


def beat(url: str, every_s: float = HEARTBEAT_S) -> None:
    """Make a block if the newest is older than that. Where the chain is down, those who need it say so."""
    with suppress(Unreachable):
        head = rpc(url, "eth_getBlockByNumber", "latest", False)
        if time.time() - int(head["timestamp"], 16) > every_s:
            rpc(url, "evm_mine")


@contextmanager
def heartbeat(url: str, every_s: float = HEARTBEAT_S) -> Iterator[None]:
    """A block now and then where nobody sends anything, as a chain of several members makes them.

    Whoever decides holds the chain's newest block against its own clock: one that stands still is not
    believed. Only while orders are under way: anvil keeps the state of every block.
    """
    ended = threading.Event()

    def run() -> None:
        while True:
            beat(url, every_s)
            if ended.wait(every_s / 4):
                return

    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=2)


def stop(*processes: subprocess.Popen[bytes], timeout_s: float = 10) -> None:
    """Ask processes to end, all at once (anvil writes its state then), and kill those that do not."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    end = time.monotonic() + timeout_s
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def throwaway_chain() -> Iterator[str]:
    """A chain of its own with Berlin rules, gone afterwards. Gives its URL. Raises as `start_anvil`."""
    with tempfile.TemporaryDirectory(prefix="holdfast-chain-") as folder:
        port = free_port()
        process = start_anvil(Home(Path(folder)), port, keep=False)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


@contextmanager
def running_chain(home: Home) -> Iterator[str]:
    """The home's chain: the one that runs, or a copy started for as long as this lasts. Gives its URL."""
    url = running_url(home)
    if url is not None:
        yield url
        return
    if not (home.chain_state.exists() or home.chain_written.exists()):
        raise Misconfigured(f"no chain in {home.path}: run `make demo` first")
    port = free_port()
    process = start_anvil(home, port, keep=False)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def running_url(home: Home) -> str | None:
    """The URL of the home's chain if it runs, by its first block."""
    try:
        port = json.loads(home.ports.read_text())["chain"]
        genesis = json.loads(home.deployment.read_text())["genesis_hash"]
        url = f"http://127.0.0.1:{port}"
        if rpc(url, "eth_getBlockByNumber", "0x0", False)["hash"] == genesis:
            return url
    except (OSError, ValueError, KeyError, TypeError, Unreachable):
        pass
    return None
