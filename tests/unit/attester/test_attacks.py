"""What strangers and crooked members try on an attester's node."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from holdfast.attestation.deposit import REQUEST_FILE, request_json
from holdfast.attestation.typed_data import order_hash, order_to_json
from holdfast.domain.errors import EvidenceRejected
from holdfast.domain.policy import policy_to_json
from holdfast.domain.units import UnixSeconds
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.collection import lot_id
from holdfast.evidence.telemetry import FrameContent
from oracle.attester.service import MAX_BODY_BYTES, MAX_WAITING, build_attester
from oracle.iot.inbox import FRAME, WEIGHING
from oracle.workflow.bundle import issue_order
from oracle.workflow.collect import gather
from tests.fakes.oracle import BANK, DAY_S, LOT, Attesters, Pictures, Warehouse, pallets
from tests.fakes.store import MemoryStore
from tests.simulators.site import CHALLENGE, SITE
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


# --- the same goods as two lots ---


def test_attest__same_pallets_booked_as_a_second_lot__refused(warehouse: Warehouse) -> None:
    """The keeper books them twice, drives them over the bridge again, and asks for receipts again."""
    bench, first = Bench(warehouse), warehouse.issue()
    bench.attest(first)
    warehouse.write(first)

    reason = bench.refuses(warehouse.issue_as_lot("VN-2026-0200"), "goods-of-another-lot")

    assert warehouse.packages[0] in reason
    assert warehouse.lot_id.hex() in reason


def test_attest__same_pallets_as_a_second_lot_before_the_first_is_written__refused(
    warehouse: Warehouse,
) -> None:
    bench = Bench(warehouse)
    bench.attest(warehouse.issue())

    bench.refuses(warehouse.issue_as_lot("VN-2026-0200"), "goods-of-another-lot")


def test_attest__one_pallet_of_another_lot_among_many__refused(warehouse: Warehouse) -> None:
    bench, first = Bench(warehouse), warehouse.issue()
    bench.attest(first)
    warehouse.write(first)
    warehouse.packages = tuple(sorted({*pallets(15)[8:], pallets(1)[0]}))
    warehouse.claim = replace(warehouse.claim, packages=warehouse.packages)

    bench.refuses(warehouse.issue_as_lot("VN-2026-0200"), "goods-of-another-lot")


def test_attest__pallets_of_a_lot_that_was_delivered__are_goods_again(warehouse: Warehouse) -> None:
    bench, first = Bench(warehouse), warehouse.issue()
    bench.attest(first)
    warehouse.write(first)
    lots = warehouse.ledger.lots
    lots[warehouse.lot_id] = replace(lots[warehouse.lot_id], attested_g=0, live_g=0)
    # Until then, the first order could be written.
    warehouse.now_s = bench.now_s = first.found.order.deadline + 1
    warehouse.claim = replace(warehouse.claim, as_of=UnixSeconds(warehouse.now_s))
    warehouse.ledger.node.mine(warehouse.now_s)

    bench.attest(warehouse.issue_as_lot("VN-2026-0200"))


def test_attest__more_receipts_on_the_same_lot__signed(warehouse: Warehouse) -> None:
    bench = Bench(warehouse)
    half = warehouse.issue(request=warehouse.request(total_g=warehouse.quantity_g // 2))
    bench.attest(half)
    warehouse.write(half)

    rest = replace(warehouse.request(total_g=warehouse.quantity_g // 2), deadline=warehouse.now_s + 600)
    bench.attest(warehouse.issue(request=rest))

    assert {p.open_until for p in bench.log.other_lots(warehouse.packages, bytes(24))} == {
        warehouse.now_s + DAY_S
    }


@pytest.mark.parametrize("named", [999, BANK])
def test_attest__claim_of_another_operator_makes_a_second_lot_id__refused(
    warehouse: Warehouse, named: int
) -> None:
    """One lot of the WMS, one operator in order and documents, but its id made with another number."""
    warehouse.write(warehouse.issue())
    other = lot_id(warehouse.policy, named, SITE, LOT)
    data, signed = warehouse.signed(replace(warehouse.request(), lot_id=other))
    attached = (REQUEST_FILE, data, request_json(signed))
    answer = warehouse.source.claim(site=SITE, lot=LOT)
    collection = gather(
        warehouse.policy, named, CHALLENGE, answer, warehouse.messages(), warehouse.pictures, attached
    )
    order, documents = issue_order(warehouse.policy, signed, answer, collection, warehouse.now_s)
    honest = warehouse.issue().opened
    files = {**collection.files, "receipt-001.json": documents[0]}
    order = replace(order, lot_id=other)
    lie = warehouse.resealed(
        honest,
        files,
        subject={"primary_type": "IssueOrder", "order": order_to_json(order)},
        order_hash=order_hash(order),
        claim=collection.claim,
        observations=collection.observations,
    )

    with pytest.raises(EvidenceRejected, match=f"operator {named}"):
        Bench(warehouse).node.attest(lie.location, lie.digest)


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
