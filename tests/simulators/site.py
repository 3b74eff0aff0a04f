"""A small site for tests: one bridge, one camera, the policy that registers them, a clock that stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO

from PIL import Image

from holdfast.domain.policy import Policy
from holdfast.evidence import cose
from holdfast.evidence.formats import FRAME_CONTENT_TYPE, frame_payload
from tests.simulators.camera import Camera
from tests.simulators.keys import (
    DeviceKey,
    bridge_calibration,
    camera_entry,
    key_of_bytes,
    weighbridge_entry,
)
from tests.simulators.weighbridge import Weighbridge

NOW = 1_795_000_000
SITE, BAY, BRIDGE, CAMERA = "CNTAO-W3", "A-07", "WB-1", "CAM-A07"
CHALLENGE = "HF-7K3M-9QXD-2VTA"
SKEW_S = 300


class Clock:
    """Unix seconds that move only when told."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def small_jpeg(shade: int = 90) -> bytes:
    """A grey JPEG of a few hundred bytes, for tests that read no label."""
    file = BytesIO()
    Image.new("L", (64, 48), shade).save(file, "JPEG")
    return file.getvalue()


@dataclass(frozen=True)
class SimulatedSite:
    """Keys, devices and policy that belong together."""

    bridge_key: DeviceKey = key_of_bytes(BRIDGE, bytes([1]) * 32)  # noqa: RUF009 - a frozen value
    camera_key: DeviceKey = key_of_bytes(CAMERA, bytes([2]) * 32)  # noqa: RUF009
    started_at: int = NOW
    """When the site's calibration had been valid for a day, unix seconds."""

    @cached_property
    def policy(self) -> Policy:
        """Tolerances of the demo, this site's two devices."""
        calibration = bridge_calibration(self.started_at - 86_400)
        return Policy(
            policy_version=1,
            name="test",
            tolerance_bps=50,
            guard_millis=1645,
            label_repeats=2,
            max_evidence_age_s=3600,
            max_claim_age_s=3600,
            max_clock_skew_s=SKEW_S,
            max_frame_pixels=4_000_000,
            lot_salt="ab" * 32,
            devices=(
                weighbridge_entry(self.bridge_key, BRIDGE, member=6, site=SITE, calibration=calibration),
                camera_entry(self.camera_key, CAMERA, member=6, site=SITE, bay=BAY),
            ),
        )

    def bridge(self) -> Weighbridge:
        """A new bridge whose counter begins at 1."""
        return Weighbridge(BRIDGE, self.bridge_key)

    def camera(self, seed: int = 1) -> Camera:
        """A new camera whose counter begins at 1."""
        return Camera(CAMERA, BAY, self.camera_key, seed=seed)

    def weighing(self, *, counter: int = 1, challenge: str = CHALLENGE, observed_at: int = NOW) -> bytes:
        """A good signed weighing: 40 t gross, 15 t tare."""
        bridge = self.bridge()
        for _ in range(counter - 1):
            bridge.skip()
        return bridge.weigh(
            "L-1", gross_g=40_000_000, tare_g=15_000_000, challenge=challenge, observed_at=observed_at
        )

    def envelope(
        self, image: bytes, *, counter: int = 1, challenge: str = CHALLENGE, observed_at: int = NOW
    ) -> bytes:
        """A good signed envelope of any image."""
        payload = frame_payload(CAMERA, image, counter=counter, challenge=challenge, observed_at=observed_at)
        return cose.sign(payload, self.camera_key.private, self.camera_key.key_id, FRAME_CONTENT_TYPE)

    def policy_with_bridge(self, **changes: object) -> Policy:
        """The policy with other values in the bridge's calibration record."""
        bridge, camera = self.policy.devices
        assert bridge.calibration is not None
        calibration = replace(bridge.calibration, **changes)  # type: ignore[arg-type]
        return replace(self.policy, devices=(replace(bridge, calibration=calibration), camera))
