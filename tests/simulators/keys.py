"""Device keys in files, and the policy entries of simulated devices. Not for real devices."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdfast.domain.policy import Calibration, Device

YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device's signing key and the key id it is registered under."""

    key_id: str
    private: Ed25519PrivateKey

    @property
    def public_hex(self) -> str:
        """The Ed25519 public key as 64 hex digits."""
        return self.private.public_key().public_bytes_raw().hex()


def key_of_bytes(device: str, secret: bytes) -> DeviceKey:
    """A key from its 32 secret bytes; its id is the device's name and the start of the key's digest."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public = private.public_key().public_bytes_raw()
    return DeviceKey(f"{device}-{hashlib.sha256(public).hexdigest()[:8]}", private)


def device_key(folder: Path, device: str) -> DeviceKey:
    """The device's key from `folder`, made on first use: 32 raw bytes, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{device}.ed25519"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return key_of_bytes(device, path.read_bytes())
    with os.fdopen(handle, "wb") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw())
    return key_of_bytes(device, path.read_bytes())


def bridge_calibration(
    valid_from: int, *, e_g: int = 20_000, maximum_g: int = 80_000_000, valid_for_s: int = YEAR_S
) -> Calibration:
    """A class III truck scale's record: e = 20 kg up to 80 t, verified for a year."""
    return Calibration(
        accuracy_class="III",
        scale_interval_g=e_g,
        maximum_g=maximum_g,
        certificate="QD-2026-WB-0117",
        valid_from=valid_from,
        valid_until=valid_from + valid_for_s,
    )


def weighbridge_entry(
    key: DeviceKey, device: str, *, member: int, site: str, calibration: Calibration
) -> Device:
    """The policy's entry for a weighbridge."""
    return Device(device, "weighbridge", key.key_id, key.public_hex, member, site, None, calibration)


def camera_entry(key: DeviceKey, device: str, *, member: int, site: str, bay: str) -> Device:
    """The policy's entry for a camera that looks at one bay."""
    return Device(device, "camera", key.key_id, key.public_hex, member, site, bay, None)
