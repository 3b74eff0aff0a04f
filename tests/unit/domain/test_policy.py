from __future__ import annotations

import copy
from dataclasses import fields
from typing import Any

import pytest

from holdfast.domain.errors import InvalidInput
from holdfast.domain.policy import Calibration, Device, Policy, policy_from_json, policy_to_json
from holdfast.evidence.collection import policy_bytes, read_policy
from tests.simulators.site import BRIDGE, CAMERA, SimulatedSite

POLICY = SimulatedSite().policy
GOOD: dict[str, Any] = policy_to_json(POLICY)
PLACES: dict[str, tuple[type, Any]] = {
    "policy": (Policy, lambda data: data),
    "policy.devices[0]": (Device, lambda data: data["devices"][0]),
    "policy.devices[0].calibration": (Calibration, lambda data: data["devices"][0]["calibration"]),
    "policy.devices[1]": (Device, lambda data: data["devices"][1]),
}
EVERY = [(where, item.name) for where, (kind, _) in PLACES.items() for item in fields(kind)]


def bent(where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A copy of the good policy and the part of it that a test bends."""
    data = copy.deepcopy(GOOD)
    return data, PLACES[where][1](data)


def refused(data: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        policy_from_json(data)
    assert caught.value.field == field


def test_policy__good__comes_back_from_its_bytes() -> None:
    assert policy_from_json(GOOD) == POLICY
    assert read_policy(policy_bytes(POLICY)) == POLICY


@pytest.mark.parametrize(("where", "name"), EVERY)
def test_policy__field_missing__refused_naming_it(where: str, name: str) -> None:
    data, part = bent(where)
    del part[name]

    refused(data, f"{where}.{name}")


@pytest.mark.parametrize("where", list(PLACES))
def test_policy__unknown_field__refused_naming_it(where: str) -> None:
    data, part = bent(where)
    part["tolerance_percent"] = 1

    refused(data, f"{where}.tolerance_percent")


NUMBERS: tuple[object, ...] = (-1, True, "50", 1.5, None, [], 2**60)
TEXTS: tuple[object, ...] = ("", " x", "x\n", 5, [], None, "x" * 129)
HEXES: tuple[object, ...] = ("", "ab" * 31, "AB" * 32, "0x" + "ab" * 31, 5, None, "zz" * 32)
WRONG: dict[str, tuple[object, ...]] = {
    "policy_version": (0, 2, True, "1", None),
    "name": TEXTS,
    "tolerance_bps": (*NUMBERS, 10_001),
    "guard_millis": NUMBERS,
    "label_repeats": (*NUMBERS, 0),
    "max_evidence_age_s": (*NUMBERS, 0),
    "max_claim_age_s": (*NUMBERS, 0),
    "max_clock_skew_s": (*NUMBERS, 86_401),
    "max_frame_pixels": (*NUMBERS, 0),
    "lot_salt": HEXES,
    "devices": (None, 5, {}, "devices", [None], [5], ["x"], [[]]),
    "device": TEXTS,
    "kind": ("", "scale", None, 5, []),
    "key_id": TEXTS,
    "public_key": HEXES,
    "member": (*NUMBERS, 0),
    "site": TEXTS,
    "bay": ("", 5, []),
    "calibration": (5, [], "yes", {}),
    "accuracy_class": ("II", "", 3, None),
    "scale_interval_g": (*NUMBERS, 0),
    "maximum_g": (*NUMBERS, 0, 19_999),
    "certificate": TEXTS,
    "valid_from": (*NUMBERS, 0, 2**40),
    "valid_until": (*NUMBERS, 0, 1),
}


@pytest.mark.parametrize(
    ("where", "name", "bad"),
    [(where, name, bad) for where, name in EVERY for bad in WRONG[name]],
    ids=lambda value: value if isinstance(value, str) and value else repr(value)[:15],
)
def test_policy__wrong_value__refused_and_never_crashed(where: str, name: str, bad: object) -> None:
    data, part = bent(where)
    part[name] = bad

    with pytest.raises(InvalidInput) as caught:
        policy_from_json(data)
    assert caught.value.field.startswith("policy")
    assert name in caught.value.field or name in ("devices", "calibration", "valid_from")


def test_policy__bridge_without_calibration__refused() -> None:
    data, part = bent("policy.devices[0]")
    part["calibration"] = None

    refused(data, "policy.devices[0].calibration")


def test_policy__camera_without_a_bay__refused() -> None:
    data, part = bent("policy.devices[1]")
    part["bay"] = None

    refused(data, "policy.devices[1].bay")


@pytest.mark.parametrize("unique", ["device", "key_id", "public_key"])
def test_policy__two_devices_share_a_name_or_key__refused(unique: str) -> None:
    data, part = bent("policy.devices[1]")
    part[unique] = data["devices"][0][unique]

    refused(data, f"policy.devices.{unique}")


def test_policy__not_canonical_or_no_object__refused() -> None:
    with pytest.raises(InvalidInput):
        read_policy(policy_bytes(POLICY) + b"\n")
    for bad in (5, None, []):
        refused(bad, "policy")


def test_policy_device__by_name_and_by_key__found_or_refused() -> None:
    assert POLICY.device(BRIDGE).kind == "weighbridge"
    assert POLICY.device_of_key(POLICY.device(CAMERA).key_id).device == CAMERA
    with pytest.raises(InvalidInput, match="WB-9"):
        POLICY.device("WB-9")
    with pytest.raises(InvalidInput, match="key id"):
        POLICY.device_of_key("WB-9-key")
