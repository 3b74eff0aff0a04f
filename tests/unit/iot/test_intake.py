"""The intake over HTTP: every refusal is a problem document that names what and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine

from oracle.iot.inbox import Inbox
from oracle.iot.intake import build_intake
from oracle.iot.problems import one_line
from tests.simulators.site import BRIDGE, CAMERA, NOW, SITE, Clock, SimulatedSite, small_jpeg

SIM = SimulatedSite()
IMAGE = small_jpeg()
COSE = {"content-type": "application/cose"}


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    made = Inbox(create_engine(f"sqlite:///{tmp_path / 'inbox.sqlite'}"), Clock(), SIM.policy)
    made.create_tables()
    return made


@pytest.fixture
def client(inbox: Inbox) -> Iterator[TestClient]:
    with TestClient(build_intake(inbox, max_image_bytes=100_000), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def code(inbox: Inbox) -> str:
    return inbox.open_challenge(SITE, "issue LOT-1", 600).code


def problem(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:holdfast:problem:{reason}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert "\n" not in body["detail"]
    return body


def frame(envelope: bytes, image: bytes, **more: Any) -> dict[str, Any]:
    return {"files": {"envelope": ("e.cose", envelope), "image": ("i.jpg", image), **more}}


def test_telemetry_and_frames__good__201_and_in_the_inbox(
    client: TestClient, inbox: Inbox, code: str
) -> None:
    answer = client.post("/telemetry", content=SIM.weighing(challenge=code), headers=COSE)
    assert answer.status_code == 201
    assert answer.json()["device"] == BRIDGE
    assert answer.json()["counter"] == 1
    assert answer.json()["recorded_at"] == NOW
    answer = client.post("/frames", **frame(SIM.envelope(IMAGE, challenge=code), IMAGE))
    assert answer.status_code == 201
    assert answer.json()["device"] == CAMERA
    assert [m.image for m in inbox.messages(code)] == [None, IMAGE]


def test_challenges__of_a_site__open_ones_only(client: TestClient, inbox: Inbox, code: str) -> None:
    inbox.close_challenge(inbox.open_challenge(SITE, "old", 600).code)
    inbox.open_challenge("CNTAO-W9", "other", 600)
    answer = client.get("/challenges", params={"site": SITE})
    assert answer.status_code == 200
    assert [(c["code"], c["purpose"], c["expires_at"]) for c in answer.json()] == [
        (code, "issue LOT-1", NOW + 600)
    ]
    problem(client.get("/challenges"), 422, "invalid-input")


def test_replayed_weighing__409_naming_device_and_both_counters(client: TestClient, code: str) -> None:
    raw = SIM.weighing(challenge=code)
    assert client.post("/telemetry", content=raw, headers=COSE).status_code == 201
    body = problem(client.post("/telemetry", content=raw, headers=COSE), 409, "counter")
    assert (body["device"], body["counter_seen"], body["counter_expected"]) == (BRIDGE, 1, 2)


def test_wrong_challenge__409_naming_it(client: TestClient) -> None:
    body = problem(client.post("/telemetry", content=SIM.weighing(), headers=COSE), 409, "challenge")
    assert body["challenge"] == "HF-7K3M-9QXD-2VTA"


def test_content_type__wrong_or_missing__415(client: TestClient, code: str) -> None:
    raw = SIM.weighing(challenge=code)
    for headers in ({"content-type": "application/cbor"}, {}, {"content-type": "text/plain\x0binjected"}):
        problem(client.post("/telemetry", content=raw, headers=headers), 415, "content-type")
    problem(client.post("/frames", content=raw, headers=COSE), 415, "content-type")


def test_upload_flood__announced_or_streamed_beyond_the_cap__413(client: TestClient) -> None:
    big = bytes(20_000)
    problem(client.post("/telemetry", content=big, headers=COSE), 413, "size")

    def stream() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(1000)

    body = problem(client.post("/telemetry", content=stream(), headers=COSE), 413, "size")
    assert body["detail"].startswith("the body is larger"), "stopped while it streamed, not afterwards"
    image = IMAGE + bytes(200_000)
    problem(client.post("/frames", **frame(SIM.envelope(IMAGE), image)), 413, "size")


def test_foreign_signature__403(client: TestClient, code: str) -> None:
    raw = SIM.weighing(challenge=code)
    forged = raw[:-1] + bytes([raw[-1] ^ 1])
    problem(client.post("/telemetry", content=forged, headers=COSE), 403, "signature")


@pytest.mark.parametrize("body", [b"", b"\x00", b"\xd2\x84" + b"\xff" * 40, b"{}"])
def test_telemetry__no_message_at_all__422(client: TestClient, body: bytes) -> None:
    problem(client.post("/telemetry", content=body, headers=COSE), 422, "cbor")


def test_frames__other_parts__400(client: TestClient) -> None:
    envelope = SIM.envelope(IMAGE)
    form = {"content-type": "multipart/form-data; boundary=x"}
    bodies: list[dict[str, Any]] = [
        {"files": {"envelope": ("e", envelope)}},
        frame(envelope, IMAGE, extra=("x", b"x")),
        {"files": {"envelope": ("e", envelope)}, "data": {"image": "text"}},
        {"files": [("image", ("e", envelope)), ("image", ("i", IMAGE))]},
        {"content": b"no parts", "headers": form},
        {"content": b"--x\r\nbroken", "headers": form},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--", "headers": form},
    ]
    for body in bodies:
        problem(client.post("/frames", **body), 400, "multipart")


@pytest.mark.parametrize(
    ("image", "status", "reason"),
    [
        (IMAGE[:-2], 422, "image-truncated"),
        (IMAGE + b"PK\x03\x04", 422, "image-polyglot"),
        (b"GIF89a", 415, "media-type"),
    ],
)
def test_bad_image__signed_by_the_camera__refused(
    client: TestClient, code: str, image: bytes, status: int, reason: str
) -> None:
    problem(client.post("/frames", **frame(SIM.envelope(image, challenge=code), image)), status, reason)


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/telemetry", 405, "method-not-allowed"),
        ("DELETE", "/challenges", 405, "method-not-allowed"),
        ("GET", "/..%2f..%2fetc/passwd%0Akept", 404, "not-found"),
    ],
)
def test_unknown_path_or_method__problem_details(
    client: TestClient, method: str, path: str, status: int, reason: str
) -> None:
    problem(client.request(method, path), status, reason)


def test_database_down__503_without_saying_where(tmp_path: Path) -> None:
    hidden = tmp_path / "no such folder" / "inbox"
    down = Inbox(create_engine(f"sqlite:///{hidden}"), Clock(), SIM.policy)
    with TestClient(build_intake(down), raise_server_exceptions=False) as client:
        answer = client.post("/telemetry", content=SIM.weighing(), headers=COSE)
    body = problem(answer, 503, "unreachable")
    assert str(tmp_path) not in body["detail"]


def test_openapi__says_what_it_takes(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "application/cose" in document["paths"]["/telemetry"]["post"]["requestBody"]["content"]


def test_log_injection__refused_text__stays_on_its_line(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {b"content-type": b"a/b\x85kept"}
    client.post("/telemetry", content=b"x", headers=headers)
    client.post("/telemetry%0D%0Akept", content=b"x", headers=COSE)
    client.post("/telemetry", content=b"x\nkept", headers=COSE)
    assert all("\n" not in r.getMessage() and "\r" not in r.getMessage() for r in caplog.records)
    assert one_line("a\nb\x1b[31m\u202ec") == r"a\nb\x1b[31m\u202ec"
