"""The event stream: what is told to whom, and resuming where one was."""

from __future__ import annotations

import json
from typing import Any

import anyio

from api.events.service import end_of_feed, next_events, stream
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_types import OrderStatus
from tests.unit.api.conftest import World


def names(world: World, member: int, after: int = 0) -> list[str]:
    return [event.name for event in next_events(world.records.engine, member, after)]


def test_events__member__only_what_it_may_see(shared_world: World) -> None:
    engine = shared_world.records.engine
    rubber = receipt_hex(shared_world.story.rubber)
    for member, sees in ((1, True), (2, True), (4, True), (5, False), (6, False), (7, True)):
        told = [event.data.get("receiptId") for event in next_events(engine, member, 0)]
        assert (rubber in told) is sees, member
    assert "OrderStatusChanged" in names(shared_world, 3)
    assert "OrderStatusChanged" not in names(shared_world, 4)
    assert names(shared_world, 6).count("MemberAdded") == 7


def read_stream(world: World, member: int, position: int, chunks: int) -> list[str]:
    async def run() -> list[str]:
        got: list[str] = []

        async def gone() -> bool:
            return len(got) >= chunks

        source = stream(world.records.engine, member, position, poll_s=0.001, until=lambda: False, gone=gone)
        async for chunk in source:
            got.append(chunk.decode())
        return got

    return anyio.run(run)


def parse(chunk: str) -> tuple[int, str, dict[str, Any]]:
    lines = dict(line.split(": ", 1) for line in chunk.strip().splitlines())
    return int(lines["id"]), lines["event"], json.loads(lines["data"])


def test_stream__resumed_after_an_id__each_entry_once_in_order(world: World) -> None:
    first = [parse(chunk) for chunk in read_stream(world, 7, 0, 4)[1:]]
    whole = next_events(world.records.engine, 7, 0)
    resumed = next_events(world.records.engine, 7, first[2][0])
    assert [event.position for event in whole[:3]] == [item[0] for item in first[:3]]
    assert whole[3:] == resumed
    assert [event.position for event in whole] == sorted({event.position for event in whole})


def test_stream__rewind__is_told_and_positions_are_never_used_again(world: World) -> None:
    end = end_of_feed(world.records.engine, 7)
    world.chain.fork(2)
    world.chain.mine()
    world.index()
    told = next_events(world.records.engine, 3, end)
    assert [event.name for event in told] == ["ChainRewound"]
    assert told[0].position > end and told[0].data["from_block"] == 3


def test_stream__rights_lost__ends(world: World) -> None:
    world.chain.mine([("MemberActiveChanged", {"member": 3, "active": False})])
    world.index()
    assert read_stream(world, 3, 0, 99) == ["retry: 2000\n\n"]


def test_events_http__expired_token_or_bad_id__answered(world: World) -> None:
    headers = world.auth(3) | {"Last-Event-ID": "x"}
    answer = world.client.get("/v1/events", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    world.clock.now += 10**9  # the token expires by the API's own clock, so the stream ends by itself
    answer = world.client.get("/v1/events?since=0", headers=world.auth(3))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_events__order_moves__parties_are_told(world: World) -> None:
    end = end_of_feed(world.records.engine, 7)
    order = world.records.submit_order(
        primary_type="TransferOrder",
        order={},
        order_hash="0x" + "00" * 32,
        receipt_id=None,
        seq=None,
        deadline=world.clock.now + 10,
        signers=(2,),
        signatures={2: "0x"},
        submitted_by=2,
    )
    world.records.set_status(order.id, OrderStatus.REFUSED, reason="goods-fail", detail="short")
    assert names(world, 2, end) == ["OrderStatusChanged", "OrderStatusChanged"]
    assert names(world, 3, end) == []
