"""The yard: trucks, one weighbridge and a camera at each bay, sending to the intake as real ones would."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from cli.home import Home
from holdfast.domain.errors import Refused, Unreachable
from scripts.demo.founding import BRIDGE, SITE, camera_name
from tests.simulators.camera import Camera
from tests.simulators.keys import device_key
from tests.simulators.weighbridge import Weighbridge, truck_loads

CHALLENGE_S = 30


@dataclass(slots=True)
class Yard:
    """All simulated instruments of the site. Counters are kept, so that a restart repeats none."""

    home: Home
    intake_url: str
    seed: int = 7
    last_weighing: bytes = b""
    _http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.intake_url, timeout=60, trust_env=False)

    def challenges(self) -> list[tuple[str, str]]:
        """Open challenges of the site, oldest first: code, and the order it is for."""
        found = self._http.get("/challenges", params={"site": SITE}).json()
        return [(str(item["code"]), str(item["purpose"])) for item in found]

    def challenge(self, order_id: str) -> str:
        """Wait for the challenge that the oracle opened for an order."""
        deadline = time.monotonic() + CHALLENGE_S
        while time.monotonic() < deadline:
            for code, purpose in self.challenges():
                if purpose == order_id:
                    return code
            time.sleep(0.1)
        raise Unreachable("challenge", self.intake_url, f"none was opened for order {order_id}")

    def weigh(self, challenge: str, total_g: int, loads: int) -> int:
        """Drive the truck loads over the bridge; returns the sum of net weights sent, grams."""
        bridge = Weighbridge(
            BRIDGE,
            device_key(self.home.devices, BRIDGE),
            seed=self.seed,
            counter_file=self.home.devices / f"{BRIDGE}.counter",
        )
        for number, (gross, tare) in enumerate(truck_loads(total_g, loads, seed=self.seed), 1):
            message = bridge.weigh(
                f"truck {number}",
                gross_g=gross,
                tare_g=tare,
                challenge=challenge,
                observed_at=int(time.time()),
            )
            self.last_weighing = message
            self.send_weighing(message)
        return total_g

    def send_weighing(self, message: bytes) -> None:
        """Send one signed weighing. Raises Refused with the intake's words."""
        response = self._http.post(
            "/telemetry", content=message, headers={"content-type": "application/cose"}
        )
        _check(response)

    def look(self, bay: str, challenge: str, ssccs: Sequence[str], *, shows_bay: str | None = None) -> int:
        """Let the bay's camera pass along its pallets; returns the number of frames sent."""
        name = camera_name(bay)
        camera = Camera(
            name,
            bay,
            device_key(self.home.devices, name),
            seed=self.seed,
            counter_file=self.home.devices / f"{name}.counter",
        )
        frames = camera.frames_of(ssccs, challenge, observed_at=int(time.time()), shows_bay=shows_bay)
        for envelope, image in frames:
            files = {
                "envelope": ("frame.cose", envelope, "application/cose"),
                "image": ("frame.jpg", image, "image/jpeg"),
            }
            _check(self._http.post("/frames", files=files))
        return len(frames)


def _check(response: httpx.Response) -> None:
    if response.status_code >= 300:
        raise Refused("intake", str(response.json().get("detail")))
