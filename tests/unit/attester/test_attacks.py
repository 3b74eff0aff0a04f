"""What strangers and crooked members try on an attester's node."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from holdfast.domain.errors import EvidenceRejected
from holdfast.domain.policy import policy_to_json
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.telemetry import FrameContent
from oracle.attester.service import MAX_BODY_BYTES, MAX_WAITING, build_attester
from oracle.iot.inbox import FRAME, WEIGHING
from tests.fakes.oracle import Attesters, Pictures, Warehouse
from tests.fakes.store import MemoryStore
from tests.simulators.site import CHALLENGE
from tests.unit.attester.test_node import Bench


class Watched(Pictures):
    """Counts the pictures it had to decode."""

    decoded = 0

    def __call__(self, image: bytes, max_pixels: int) -> FrameContent:
        self.decoded += 1
        return super().__call__(image, max_pixels)


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse(pictures=Watched())


def decoded(warehouse: Warehouse) -> int:
    assert isinstance(warehouse.pictures, Watched)
    return warehouse.pictures.decoded


def test_attest__bundle_under_a_strangers_policy__no_picture_decoded(warehouse: Warehouse) -> None:
    """Its author's policy would let in pictures of a million million pixels."""
    bench, honest = Bench(warehouse), warehouse.issue()
    own = canonical_json({**policy_to_json(warehouse.policy), "max_frame_pixels": 2**40})
    files = {**honest.opened.files, "policy.json": own}
    lie = warehouse.resealed(honest.opened, files, policy_digest=sha256_digest(own))
    before = decoded(warehouse)

    with pytest.raises(EvidenceRejected) as caught:
        bench.node.attest(lie.location, lie.digest)

    assert caught.value.reason == "wrong-policy"
    assert decoded(warehouse) == before


def test_attest__picture_no_camera_signed__not_decoded(warehouse: Warehouse) -> None:
    bench, honest = Bench(warehouse), warehouse.issue()
    picture = next(name for name in honest.opened.files if name.endswith(".jpg"))
    lie = warehouse.resealed(honest.opened, {**honest.opened.files, picture: b"\xff\xd8\xff" + bytes(1000)})
    before = decoded(warehouse)

    with pytest.raises(EvidenceRejected, match=picture):
        bench.node.attest(lie.location, lie.digest)

    assert decoded(warehouse) == before


@pytest.mark.parametrize("kind", [WEIGHING, FRAME])
def test_attest__device_whose_clock_runs_days_ahead__refused(warehouse: Warehouse, kind: str) -> None:
    """The oracle states when a message was recorded, so it can state what suits a message made in advance."""
    bench, now_s = Bench(warehouse), warehouse.now_s
    warehouse.now_s = now_s + 3 * 86_400
    ahead = warehouse.weighings() if kind == WEIGHING else warehouse.frames()
    warehouse.now_s = now_s
    rest = warehouse.frames() if kind == WEIGHING else warehouse.weighings()

    reason = bench.refuses(warehouse.issue(messages=ahead + rest), "observed-in-future")

    assert str(now_s) in reason
    assert {message.challenge for message in ahead} == {CHALLENGE}


# --- the service, to which anybody on the network may speak ---


class SlowStore(MemoryStore):
    """Answers nothing until the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go, self.begun = threading.Event(), threading.Semaphore(0)

    def _read(self, cid: str, max_bytes: int) -> bytes:
        self.begun.release()
        self.let_go.wait(20)
        return super()._read(cid, max_bytes)


@pytest.fixture
def client(warehouse: Warehouse) -> Iterator[httpx.Client]:
    app = build_attester(Bench(warehouse).node)
    with httpx.Client(transport=Attesters({"a.example": app}), base_url="http://a.example") as made:
        yield made


@pytest.mark.parametrize("path", ["/attestations", "/nothing"])
def test_post__body_without_end__413_and_not_read_on(client: httpx.Client, path: str) -> None:
    answer = client.post(path, content=b" " * (MAX_BODY_BYTES + 1))

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert str(MAX_BODY_BYTES) in answer.json()["detail"]


def test_post__many_at_once__those_beyond_the_queue_are_sent_away() -> None:
    store = SlowStore()
    app = build_attester(Bench(Warehouse(store=store)).node)
    transport = Attesters({"a.example": app})
    nothing = {"location": "0x" + "00" * 32, "digest": "0x" + "00" * 32}
    answers: list[int] = []

    def ask() -> None:
        with httpx.Client(transport=transport, base_url="http://a.example", timeout=30) as client:
            answers.append(client.post("/attestations", json=nothing).status_code)

    threads = [threading.Thread(target=ask) for _ in range(MAX_WAITING + 3)]
    for thread in threads:
        thread.start()
    assert store.begun.acquire(timeout=20)
    for _ in range(200):
        if len(answers) == 3:
            break
        threading.Event().wait(0.05)
    sent_away = list(answers)
    store.let_go.set()
    for thread in threads:
        thread.join(30)

    assert sent_away == [503] * 3
    assert len(answers) == MAX_WAITING + 3
