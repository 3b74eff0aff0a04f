"""The Kubo store over real HTTP on loopback, against the recorded node."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from holdfast.domain.errors import (
    EvidenceMissing,
    EvidenceRejected,
    HoldfastError,
    Misconfigured,
    Unreachable,
)
from holdfast.evidence.cid import cid_of_bytes
from holdfast.store.kubo import KuboStore
from holdfast.store.kubo_rpc import KuboRpc
from tests.fakes.kubo_replay import KuboReplay, seeded_bytes, serve

MISSING = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"


@pytest.fixture
def replay() -> KuboReplay:
    return KuboReplay()


@pytest.fixture
def rpc(replay: KuboReplay) -> Iterator[KuboRpc]:
    with serve(replay) as url, closing(KuboRpc(url)) as found:
        yield found


def test_kubo__put_get_has_pin__over_http(rpc: KuboRpc, replay: KuboReplay) -> None:
    store = KuboStore(rpc, search_timeout_s=None)
    for seed, size in (("c", 4096), ("g", 3145745)):
        data = seeded_bytes(seed, size)
        cid = store.put(data)
        assert cid == cid_of_bytes(data)
        assert store.get(cid) == data
    cid = cid_of_bytes(seeded_bytes("c", 4096))
    assert store.has(cid)
    store.pin(cid)
    assert replay.asked == ["add-4096", "cat-4096", "add-3145745", "cat-large", "pin-ls-one", "pin-add-again"]


def test_kubo__progress__comes_in_lines(rpc: KuboRpc) -> None:
    seen: list[int] = []
    assert rpc.add(seeded_bytes("g", 3145745), on_progress=seen.append).startswith("bafybeidxjw3")
    assert len(seen) == 12


def test_kubo__missing__is_missing(rpc: KuboRpc) -> None:
    with pytest.raises(EvidenceMissing, match=MISSING):
        KuboStore(rpc, search_timeout_s=2).get(MISSING)


def test_kubo__text_errors__are_misconfigured(rpc: KuboRpc) -> None:
    with pytest.raises(Misconfigured, match="404 page not found"):
        rpc.call("nonsense")


def test_kubo__larger_than_allowed__stops_reading(rpc: KuboRpc) -> None:
    store = KuboStore(rpc, max_bytes=1000, search_timeout_s=None)
    with pytest.raises(EvidenceRejected, match="larger than 1000 bytes"):
        store.get(cid_of_bytes(seeded_bytes("g", 3145745)))


def test_kubo__nobody_listens__is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with closing(KuboRpc(f"http://127.0.0.1:{port}")) as rpc, pytest.raises(Unreachable, match=str(port)):
        rpc.version()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ntruncated",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\ntruncated",
        b"not http at all\r\n\r\n",
        b"",
    ],
)
def test_kubo__connection_breaks__is_unreachable(answer: bytes) -> None:
    with _one_answer(answer) as url, closing(KuboRpc(url, idle_s=5)) as rpc, pytest.raises(Unreachable):
        rpc.cat(MISSING, 10_000)


def test_kubo__silence__ends_after_the_idle_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with closing(KuboRpc(url, idle_s=0.3)) as rpc, pytest.raises(HoldfastError) as caught:
            rpc.version()
    assert isinstance(caught.value, Unreachable)


class _one_answer:
    """A server that reads one request, sends these bytes and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.socket()

    def __enter__(self) -> str:
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self._answer)
