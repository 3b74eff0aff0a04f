"""The intake as a real process: messages over HTTP, killed without warning, started again."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.simulators.labels import sscc_of
from tests.simulators.site import SITE, SimulatedSite

SIM = SimulatedSite()
ROOT = Path(__file__).resolve().parents[2]
COSE = {"content-type": "application/cose"}


@contextmanager
def intake(database: Path) -> Iterator[tuple[httpx.Client, str]]:
    """A client of a fresh intake process and the challenge it opened; the process is killed at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.simulators.serve_intake", str(database), str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            code = process.stdout.readline().strip()
            assert code, "the intake did not start"
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                for _ in range(100):
                    try:
                        client.get("/challenges", params={"site": SITE})
                        break
                    except httpx.ConnectError:
                        time.sleep(0.1)
                else:
                    pytest.fail("the intake does not listen")
                yield client, code
        finally:
            process.kill()


def test_intake__killed_and_started_again__counters_and_messages_survive(tmp_path: Path) -> None:
    database = tmp_path / "inbox.sqlite"
    bridge, camera = SIM.bridge(), SIM.camera()
    with intake(database) as (client, code):
        now = int(time.time())
        raws = [
            bridge.weigh(f"L-{n}", gross_g=40_000_000, tare_g=15_000_000, challenge=code, observed_at=now)
            for n in range(8)
        ]
        assert [client.post("/telemetry", content=raw, headers=COSE).status_code for raw in raws] == [201] * 8
        frames = camera.frames_of([sscc_of(n) for n in range(20)], code, observed_at=now)
        for envelope, image in frames:
            files = {"envelope": ("e.cose", envelope), "image": ("i.jpg", image)}
            assert client.post("/frames", files=files).json()["kind"] == "frame"
    with intake(database) as (client, fresh):
        codes = [c["code"] for c in client.get("/challenges", params={"site": SITE}).json()]
        assert {code, fresh} <= set(codes)
        for raw in raws:
            answer = client.post("/telemetry", content=raw, headers=COSE)
            assert answer.status_code == 409
            assert answer.json()["counter_expected"] == 9
        files = {"envelope": ("e.cose", frames[0][0]), "image": ("i.jpg", frames[0][1])}
        assert client.post("/frames", files=files).status_code == 409
        last = bridge.weigh(
            "L-9", gross_g=40_000_000, tare_g=15_000_000, challenge=fresh, observed_at=int(time.time())
        )
        assert client.post("/telemetry", content=last, headers=COSE).json()["counter"] == 9
