"""What comes in through the doors: orders at the API, pictures at the intake, bundles from the store."""

from __future__ import annotations

import shutil
import sqlite3
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from holdfast.domain.errors import Refused
from holdfast.evidence import cose
from holdfast.evidence.cid import cid_of_raw_digest
from holdfast.evidence.formats import FRAME_CONTENT_TYPE, frame_payload
from holdfast.evidence.sealed_manifest import parse_sealed_manifest
from scripts.demo.desk import Desk
from scripts.demo.founding import camera_name
from tests.e2e.network import BAY, Network, until
from tests.simulators.keys import device_key
from tests.simulators.weighbridge import Counter


def post(network: Network, desk: Desk, body: dict[str, Any], key: str) -> httpx.Response:
    """Submit an order as a program would, with an idempotency key of its own."""
    token = network.home.token(desk.person.key).read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    url = f"{network.processes.api_url}/v1/orders"
    return httpx.post(url, json=body, headers=headers, timeout=30, trust_env=False)


def stored_orders(network: Network) -> int:
    return int(network.query(network.home.records, "SELECT count(*) FROM orders"))


def send_frame(network: Network, challenge: str, image: bytes) -> httpx.Response:
    """Any bytes as a picture, signed with the camera's own key and next counter."""
    name = camera_name(BAY)
    key = device_key(network.home.devices, name)
    payload = frame_payload(
        name,
        image,
        counter=Counter(network.home.devices / f"{name}.counter").next(),
        challenge=challenge,
        observed_at=int(time.time()),
    )
    envelope = cose.sign(payload, key.private, key.key_id, FRAME_CONTENT_TYPE)
    files = {
        "envelope": ("frame.cose", envelope, "application/cose"),
        "image": ("frame.jpg", image, "image/jpeg"),
    }
    return httpx.post(f"{network.processes.intake_url}/frames", files=files, timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def on_sale(consortium: Network) -> str:
    """A live receipt that nobody has moved yet, by its id."""
    return consortium.issued()[1]


def test_transfer__signed_with_another_members_key__refused_and_not_stored(
    network: Network, on_sale: str
) -> None:
    asked = {"type": "transfer", "receipt_id": on_sale, "transferee": network.trader.person.member_id}
    prepared = network.importer.prepare(asked)["typed_data"]
    forged = network.trader.signature(prepared)
    before = stored_orders(network)
    body = {"typed_data": prepared, "signatures": {"2": forged}}
    answer = post(network, network.importer, body, "forged-1")
    assert answer.status_code == 422
    assert "2" in answer.json()["detail"]
    assert stored_orders(network) == before


def test_request__deadline_has_passed__refused_and_not_stored(network: Network) -> None:
    lot = network.book()
    before = stored_orders(network)
    asked = network.asked(lot, good_for_s=-1)
    body = {"typed_data": asked, "signatures": {"2": network.importer.signature(asked)}}
    answer = post(network, network.importer, body, "late-1")
    assert answer.status_code == 422
    assert "deadline" in answer.text
    assert stored_orders(network) == before


def test_request__sent_again_with_the_same_key__one_order(network: Network) -> None:
    lot = network.book()
    asked = network.asked(lot, good_for_s=90)
    body = {"typed_data": asked, "signatures": {"2": network.importer.signature(asked)}}
    before = stored_orders(network)
    first, again = (post(network, network.importer, body, "same-1") for _ in range(2))
    assert first.status_code in {200, 201, 202}
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert stored_orders(network) == before + 1
    other = network.asked(lot, good_for_s=95)
    body = {"typed_data": other, "signatures": {"2": network.importer.signature(other)}}
    reused = post(network, network.importer, body, "same-1")
    assert reused.status_code == 422
    assert reused.json()["type"].endswith("idempotency-other-request"), reused.text
    assert stored_orders(network) == before + 1


def test_api__killed_and_its_read_model_lost__rebuilt_from_the_chain(network: Network, on_sale: str) -> None:
    shown = network.importer.get(f"/receipts/{on_sale}")
    listed = {item["id"] for item in network.importer.get("/receipts", limit=100)["items"]}
    network.kill("api")
    with sqlite3.connect(network.home.records) as db:
        for table in (
            "chain_events",
            "receipt_parties",
            "chain_receipts",
            "chain_lots",
            "chain_members",
            "chain_blocks",
        ):
            db.execute(f"DELETE FROM {table}")
    db.close()
    network.processes.start_nodes("api")

    def again() -> bool:
        try:
            items = network.importer.get("/receipts", limit=100)["items"]
        except Refused:  # before the first blocks are indexed again, nobody is known as a member
            return False
        return {item["id"] for item in items} == listed

    until(again, 30, "the receipts to be indexed again")
    now = network.importer.get(f"/receipts/{on_sale}")
    unlike = {"as_of", "as_of_block"}
    assert {k: v for k, v in now.items() if k not in unlike} == {
        k: v for k, v in shown.items() if k not in unlike
    }


def test_intake__broken_and_oversized_pictures__refused_while_good_ones_go_on(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    code = network.yard.challenge(order_id)
    bomb = BytesIO()
    Image.new("L", (12_000, 9_000)).save(bomb, "PNG")
    whole = BytesIO()
    Image.new("RGB", (640, 480), (90, 90, 90)).save(whole, "JPEG")
    for image, why in (
        (bomb.getvalue(), "pixel"),
        (whole.getvalue()[: len(whole.getvalue()) // 3], "image"),
        (b"\xff\xd8\xff" + b"stones" * 40, "image"),
    ):
        answer = send_frame(network, code, image)
        assert answer.status_code in {413, 422}, answer.text
        assert why in answer.json()["detail"]
    huge = send_frame(network, code, b"\xff\xd8\xff" + bytes(40_000_000))
    assert huge.status_code in {413, 422}
    network.answer(order_id, lot)
    network.final(order_id)
    kept = network.query(
        network.home.oracle_db,
        "SELECT count(*) FROM messages WHERE challenge = ? AND image IS NOT NULL",
        code,
    )
    assert kept == 2
    assert len(network.receipts_on(lot)) == 1


def ask_attester(network: Network, name: str, location: str, digest: str) -> httpx.Response:
    url = f"http://127.0.0.1:{network.processes.ports.attesters[name]}/attestations"
    return httpx.post(url, json={"location": location, "digest": digest}, timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def two_bundles(consortium: Network) -> list[dict[str, str]]:
    """The newest two decisions: evidence location, digest, and CID."""
    for _ in range(2):
        consortium.issued()
    sql = (
        "SELECT evidence_location || ' ' || evidence_digest FROM decisions "
        "ORDER BY decided_at DESC, id LIMIT 1 OFFSET ?"
    )
    found = []
    for offset in range(2):
        location, digest = str(consortium.query(consortium.home.records, sql, offset)).split()
        found.append({"location": location, "digest": digest})
    return found


@pytest.mark.parametrize("whole", [True, False], ids=["sealed_manifest", "one_file"])
def test_attesters__store_gives_another_bundles_bytes__every_one_refuses(
    network: Network, two_bundles: list[dict[str, str]], tmp_path: Path, whole: bool
) -> None:
    asked, other = two_bundles
    mine, theirs = (
        network.home.evidence / cid_of_raw_digest(bytes.fromhex(bundle["location"][2:]))
        for bundle in (asked, other)
    )
    if not whole:
        mine, theirs = (file_of(network, path) for path in (mine, theirs))
    shutil.copy(mine, tmp_path / "kept")
    try:
        shutil.copy(theirs, mine)
        for name in network.processes.ports.attesters:
            answer = ask_attester(network, name, asked["location"], asked["digest"])
            assert answer.status_code == 409, answer.text
            assert answer.json()["type"].endswith("evidence-rejected")
            assert mine.name in answer.json()["detail"]
    finally:
        shutil.copy(tmp_path / "kept", mine)


def test_attesters__asked_for_another_digest_than_the_bundles__every_one_refuses(
    network: Network, two_bundles: list[dict[str, str]]
) -> None:
    asked, other = two_bundles
    for name in network.processes.ports.attesters:
        answer = ask_attester(network, name, asked["location"], other["digest"])
        assert answer.status_code == 409
        assert answer.json()["reason"] == "manifest-digest"


def file_of(network: Network, sealed_manifest: Path) -> Path:
    """The first file that a sealed manifest lists."""
    listed = parse_sealed_manifest(sealed_manifest.read_bytes(), sealed_manifest.name).objects
    return network.home.evidence / listed[0]


def test_audit__after_all_of_this__replays_everything(network: Network) -> None:
    report = network.audit()
    assert report.holds, report.to_json()
