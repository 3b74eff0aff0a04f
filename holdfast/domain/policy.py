"""The policy: the versioned rules a verdict is computed by. On-chain as the digest of its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from holdfast.domain.errors import InvalidInput

POLICY_VERSION = 1


@dataclass(frozen=True, slots=True)
class Calibration:
    """A non-automatic weighing instrument's calibration record (OIML R 76 / JJG 539 terms)."""

    accuracy_class: str
    scale_interval_g: int
    """Verification scale interval e, grams."""
    maximum_g: int
    certificate: str
    valid_from: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Device:
    """A registered instrument or camera, the key it signs with, and where it stands.

    `public_key` is an Ed25519 key as 64 hex digits; `key_id` its COSE kid. `bay` is set for cameras.
    """

    device: str
    kind: str
    key_id: str
    public_key: str
    member: int
    site: str
    bay: str | None
    calibration: Calibration | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Every number a verdict depends on. No default anywhere: a policy states them all."""

    policy_version: int
    name: str
    tolerance_bps: int
    """Goods: tolerance T as basis points of the claimed quantity."""
    guard_millis: int
    """Guard band factor times 1,000: 1645 keeps 5 % one-sided risk."""
    label_repeats: int
    """A label counts only if this many frames show it."""
    max_evidence_age_s: int
    """An attestation is valid this long after the oldest observation."""
    max_claim_age_s: int
    max_clock_skew_s: int
    max_frame_pixels: int
    lot_salt: str
    """64 hex digits that keep lot ids unguessable; fixed, so that a lot has one id only."""
    devices: tuple[Device, ...]

    def device(self, name: str) -> Device:
        """The registered device of that name. Raises InvalidInput if there is none."""
        for device in self.devices:
            if device.device == name:
                return device
        raise InvalidInput("device", name, "a device registered in the policy")

    def device_of_key(self, key_id: str) -> Device:
        """The registered device that signs with that key id. Raises InvalidInput if none does."""
        for device in self.devices:
            if device.key_id == key_id:
                return device
        raise InvalidInput("key id", key_id, "the key of a device registered in the policy")


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """The JSON object whose canonical sha256 is the policy digest on-chain."""
    data = asdict(policy)
    data["devices"] = list(data["devices"])
    return data


def _exact(kind: type[Any], data: object, where: str) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidInput(where, data, "an object")
    known = [item.name for item in fields(kind)]
    for name in known:
        if name not in data:
            raise InvalidInput(f"{where}.{name}", None, "a value: the policy states every rule")
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise InvalidInput(f"{where}.{unknown[0]}", data[unknown[0]], "no such field")
    return dict(data)


def policy_from_json(data: Mapping[str, Any]) -> Policy:
    """Read a policy. Raises InvalidInput for a missing, unknown or wrong field."""
    values = _exact(Policy, data, "policy")
    devices = []
    for index, item in enumerate(values["devices"]):
        where = f"policy.devices[{index}]"
        device = _exact(Device, item, where)
        if device["kind"] not in ("weighbridge", "camera"):
            raise InvalidInput(f"{where}.kind", device["kind"], "weighbridge or camera")
        if device["calibration"] is not None:
            known = _exact(Calibration, device["calibration"], f"{where}.calibration")
            if known["accuracy_class"] != "III":
                raise InvalidInput(f"{where}.calibration.accuracy_class", known["accuracy_class"], "III")
            device["calibration"] = Calibration(**known)
        elif device["kind"] == "weighbridge":
            raise InvalidInput(f"{where}.calibration", None, "a calibration record: it weighs")
        devices.append(Device(**device))
    for name, value in values.items():
        if name not in ("name", "lot_salt", "devices") and (
            isinstance(value, bool) or not isinstance(value, int)
        ):
            raise InvalidInput(f"policy.{name}", value, "a whole number")
    if values["policy_version"] != POLICY_VERSION:
        raise InvalidInput("policy.policy_version", values["policy_version"], str(POLICY_VERSION))
    salt = values["lot_salt"]
    if not isinstance(salt, str) or len(salt) != 64 or not set(salt) <= set("0123456789abcdef"):
        raise InvalidInput("policy.lot_salt", salt, "64 lower-case hexadecimal digits")
    for unique in ("device", "key_id", "public_key"):
        seen = [getattr(device, unique) for device in devices]
        if len(set(seen)) != len(seen):
            raise InvalidInput(f"policy.devices.{unique}", seen, "each value once")
    return Policy(**{**values, "devices": tuple(devices)})
