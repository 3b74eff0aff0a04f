"""The policy: the versioned rules a verdict is computed by. On-chain as the digest of its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from holdfast.domain.claims import check_text
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


_RANGES = {
    "tolerance_bps": (0, 10_000),
    "guard_millis": (0, 10_000),
    "label_repeats": (1, 1_000),
    "max_evidence_age_s": (1, 2**40),
    "max_claim_age_s": (1, 2**40),
    "max_clock_skew_s": (0, 86_400),
    "max_frame_pixels": (1, 2**40),
    "member": (1, 2**32 - 1),
    "scale_interval_g": (1, 2**40),
    "maximum_g": (1, 2**53 - 1),
    "valid_from": (1, 2**40),
    "valid_until": (1, 2**40),
}
"""Whole numbers and what they may be, ends included. A rule that lets everything through is none."""

_TEXTS = ("name", "device", "key_id", "site", "certificate")
_HEX32 = ("lot_salt", "public_key")


def _check_values(values: Mapping[str, Any], where: str) -> None:
    for name, value in values.items():
        if name in _RANGES:
            least, most = _RANGES[name]
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise InvalidInput(f"{where}.{name}", value, f"a whole number from {least} to {most}")
        elif name in _TEXTS:
            check_text(f"{where}.{name}", value)
        elif name in _HEX32 and not (
            isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")
        ):
            raise InvalidInput(f"{where}.{name}", value, "64 lower-case hexadecimal digits")


def _calibration(data: object, where: str) -> Calibration:
    values = _exact(Calibration, data, where)
    _check_values(values, where)
    if values["accuracy_class"] != "III":
        raise InvalidInput(f"{where}.accuracy_class", values["accuracy_class"], "III")
    if values["maximum_g"] < values["scale_interval_g"]:
        raise InvalidInput(f"{where}.maximum_g", values["maximum_g"], "at least the scale interval")
    if values["valid_until"] < values["valid_from"]:
        raise InvalidInput(f"{where}.valid_until", values["valid_until"], "not before valid_from")
    return Calibration(**values)


def _device(data: object, where: str) -> Device:
    values = _exact(Device, data, where)
    _check_values(values, where)
    if values["kind"] not in ("weighbridge", "camera"):
        raise InvalidInput(f"{where}.kind", values["kind"], "weighbridge or camera")
    if values["bay"] is not None or values["kind"] == "camera":
        check_text(f"{where}.bay", values["bay"])
    if values["calibration"] is not None:
        values["calibration"] = _calibration(values["calibration"], f"{where}.calibration")
    elif values["kind"] == "weighbridge":
        raise InvalidInput(f"{where}.calibration", None, "a calibration record: it weighs")
    return Device(**values)


def policy_from_json(data: Mapping[str, Any]) -> Policy:
    """Read a policy. Raises InvalidInput for a missing, unknown or wrong field."""
    values = _exact(Policy, data, "policy")
    version = values["policy_version"]
    if version != POLICY_VERSION or not isinstance(version, int) or isinstance(version, bool):
        raise InvalidInput("policy.policy_version", version, str(POLICY_VERSION))
    _check_values(values, "policy")
    if not isinstance(values["devices"], list):
        raise InvalidInput("policy.devices", values["devices"], "a list of devices")
    devices = [_device(item, f"policy.devices[{i}]") for i, item in enumerate(values["devices"])]
    for unique in ("device", "key_id", "public_key"):
        seen = [getattr(device, unique) for device in devices]
        if len(set(seen)) != len(seen):
            raise InvalidInput(f"policy.devices.{unique}", seen, "each value once")
    return Policy(**{**values, "devices": tuple(devices)})
