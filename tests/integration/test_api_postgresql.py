"""API, indexer and records on a real PostgreSQL server, made for the test and thrown away after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.events.service import next_events
from api.indexer import Indexer
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records import open_records
from holdfast.store.records_types import OrderConflict, OrderStatus
from tests.unit.api.conftest import World, make_world


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not on this machine")
    user = "nobody" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="hf-api-") as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        data = str(folder / "data")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        initdb = ["initdb", "-D", data, "-U", "holdfast", "-A", "trust", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, user=user, cwd=folder)
        start = ["pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
        try:
            yield f"postgresql+psycopg://holdfast@/postgres?host={folder}"
        finally:
            stop = ["pg_ctl", "-D", data, "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)


@pytest.fixture(scope="module")
def world(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("pg"), database_url=SecretStr(url))
    with made.client:
        yield made
    made.records.engine.dispose()


def submit(world: World, seq: int) -> str:
    return world.records.submit_order(
        primary_type="TransferOrder",
        order={"seq": seq},
        order_hash="0x" + f"{seq:064x}",
        receipt_id="0x" + "77" * 32,
        seq=seq,
        deadline=world.clock.now + 1000,
        signers=(2,),
        signatures={2: "0x"},
        submitted_by=2,
    ).id


def test_reads__on_postgresql__same_story(world: World) -> None:
    rubber = receipt_hex(world.story.rubber)
    paths = ("", "/history", "/title", "/evidence", "/board", "/frames", "/frames/0", "/document")
    for path in paths:
        assert world.client.get(f"/v1/receipts/{rubber}{path}", headers=world.auth(4)).status_code == 200
        assert world.client.get(f"/v1/receipts/{rubber}{path}", headers=world.auth(5)).status_code == 404
    counts = [len(world.client.get("/v1/receipts", headers=world.auth(m)).json()["items"]) for m in (1, 2, 3)]
    assert counts == [4, 3, 2]
    for path in ("orders", "members", "lots", "decisions"):
        assert world.client.get(f"/v1/{path}", headers=world.auth(2)).json()["items"]


def test_take_queued__eight_takers__each_order_once(world: World) -> None:
    made = sorted(submit(world, seq) for seq in range(20))
    taken: list[str] = []

    def take() -> None:
        while order := world.records.take_queued():
            taken.append(order.id)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == made


def test_submit__eight_at_once_for_one_slot__one_wins(world: World) -> None:
    answers: list[str] = []

    def race() -> None:
        try:
            submit(world, 999)
            answers.append("won")
        except OrderConflict as error:
            answers.append(error.reason)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["slot-taken"] * 7 + ["won"]


def test_feed__many_writers__no_reader_misses_an_entry(world: World) -> None:
    ids = [submit(world, seq) for seq in range(2000, 2006)]
    start = next_events(world.records.engine, 7, 0)[-1].position
    done = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        position = start
        while True:
            last = done.is_set()
            for event in next_events(world.records.engine, 7, position):
                position = event.position
                seen.append(position)
            if last:
                return

    def write(order_id: str) -> None:
        for n in range(10):
            world.records.set_status(order_id, OrderStatus.COLLECTING, detail=f"step {n}")

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(order_id,)) for order_id in ids]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert seen == [event.position for event in next_events(world.records.engine, 7, start)]
    assert len(seen) == 60


def test_open__eight_at_once__schema_made_once(url: str) -> None:
    faults: list[BaseException] = []

    def begin() -> None:
        try:
            open_records(url).engine.dispose()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_indexer__two_processes_and_a_fork__one_history(world: World) -> None:
    chain = world.chain
    for _ in range(4):
        chain.mine()
    indexers = [
        Indexer(world.records.engine, chain, lambda: 1, start_block=1, confirmations=0, batch_blocks=1)
        for _ in range(2)
    ]
    chain.fork(3)
    moved = {"receiptId": world.story.rubber, "from": 3, "to": 2, "seq": 1}
    chain.mine([("ReceiptTransferred", moved)])
    for _ in range(8):
        for indexer in indexers:
            indexer.step()
    path = "/v1/receipts/" + receipt_hex(world.story.rubber)
    found = world.client.get(path, headers=world.auth(2)).json()
    assert (found["holder"]["member_id"], found["seq"]) == (2, 2)
