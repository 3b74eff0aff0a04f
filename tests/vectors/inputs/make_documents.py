"""Make the vectors of receipt documents and policies: what is complete, and what is refused for which field.

    python -m tests.vectors.inputs.make_documents

Writes {good,bad}_{document,policy}_*.json beside this module, the same bytes every time. `text` is the file
as it would lie in evidence: canonical JSON, or not quite.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast.domain.document import DOCUMENT_FIELDS
from holdfast.domain.policy import policy_to_json
from holdfast.evidence.canonical import canonical_json, sha256_digest
from tests.fakes.oracle import COMMON, NOW, T, receipt_rows
from tests.simulators.site import SimulatedSite

HERE = Path(__file__).resolve().parent
Json = dict[str, Any]
DOCUMENT: Json = {
    **COMMON,
    **receipt_rows(1, 200 * T, 160)[0],
    "issued_on": NOW,
    "evidence_core_digest": "ab" * 32,
    "salt": "cd" * 32,
}
POLICY: Json = policy_to_json(SimulatedSite().policy)
CLAUSE = {item.name: item.metadata["clause"] for item in DOCUMENT_FIELDS}


def text_of(value: Json) -> str:
    return canonical_json(value).decode()


def without(value: Json, *names: str) -> Json:
    return {name: item for name, item in value.items() if name not in names}


def documents() -> Iterator[tuple[str, Json]]:
    good = text_of(DOCUMENT)
    yield (
        "good_document_rubber",
        {
            "what": "200 t of natural rubber in Qingdao, every field there",
            "text": good,
            "receiptId": "0x" + sha256_digest(good.encode()).hex(),
        },
    )
    bad: dict[str, tuple[str, Json, list[str]]] = {
        "empty": ("nothing at all", {}, list(CLAUSE)),
        "no_insurance": ("does not say whether it is insured", without(DOCUMENT, "insurance"), ["insurance"]),
        "no_storage": (
            "place, bay and end of storage are missing",
            without(DOCUMENT, "storage_place", "storage_location", "storage_until"),
            ["storage_place", "storage_location", "storage_until"],
        ),
        "quantity_zero": ("stands for nothing", {**DOCUMENT, "quantity_g": "0"}, ["quantity_g"]),
        "quantity_too_large": ("2^64 grams", {**DOCUMENT, "quantity_g": str(2**64)}, ["quantity_g"]),
        "quantity_as_number": ("an amount that is no string", {**DOCUMENT, "quantity_g": 5}, ["quantity_g"]),
        "kind_unknown": ("neither kind", {**DOCUMENT, "kind": "bearer"}, ["kind"]),
        "unknown_field": ("a field nobody reads", {**DOCUMENT, "pledgee": "A bank"}, ["pledgee"]),
        "ends_before_it_begins": (
            "storage ends when it begins",
            {**DOCUMENT, "storage_until": DOCUMENT["storage_from"]},
            ["storage_until"],
        ),
    }
    for name, (what, value, named) in bad.items():
        problems = [{"field": field, "clause": CLAUSE.get(field, "schema")} for field in named]
        yield f"bad_document_{name}", {"what": what, "text": text_of(value), "problems": problems}
    spaced = json.dumps(DOCUMENT, ensure_ascii=False, sort_keys=True)
    twice = good[:-1] + ',"salt":"' + "cd" * 32 + '"}'
    for name, what, text in (
        ("not_canonical", "the same values, spaced out: another digest", spaced),
        ("repeated_key", "a key twice", twice),
    ):
        yield f"bad_document_{name}", {"what": what, "text": text, "problems": []}


def policies() -> Iterator[tuple[str, Json]]:
    good = text_of(POLICY)
    yield (
        "good_policy_site",
        {
            "what": "a bridge and a camera, every rule stated",
            "text": good,
            "policyDigest": "0x" + sha256_digest(good.encode()).hex(),
        },
    )
    bridge, camera = POLICY["devices"]
    bad: dict[str, tuple[str, Json, str]] = {
        "no_guard": ("no guard band", without(POLICY, "guard_millis"), "policy.guard_millis"),
        "negative_tolerance": ("below zero", {**POLICY, "tolerance_bps": -1}, "policy.tolerance_bps"),
        "tolerance_as_text": ("a rule as text", {**POLICY, "tolerance_bps": "50"}, "policy.tolerance_bps"),
        "no_label_needed": (
            "labels need not be read",
            {**POLICY, "label_repeats": 0},
            "policy.label_repeats",
        ),
        "unknown_rule": ("a rule nobody applies", {**POLICY, "lenient": True}, "policy.lenient"),
        "later_version": ("version 2", {**POLICY, "policy_version": 2}, "policy.policy_version"),
        "bridge_uncalibrated": (
            "a bridge without a calibration record",
            {**POLICY, "devices": [{**bridge, "calibration": None}, camera]},
            "policy.devices[0].calibration",
        ),
        "shared_key": (
            "two devices with one key",
            {**POLICY, "devices": [bridge, {**camera, "public_key": bridge["public_key"]}]},
            "policy.devices.public_key",
        ),
    }
    for name, (what, value, field) in bad.items():
        yield f"bad_policy_{name}", {"what": what, "text": text_of(value), "field": field}


def vectors() -> dict[str, str]:
    """File name -> content of every vector."""
    found = {**dict(documents()), **dict(policies())}
    return {
        f"{name}.json": json.dumps(vector, indent=1, ensure_ascii=False) + "\n"
        for name, vector in found.items()
    }


if __name__ == "__main__":
    for name, content in vectors().items():
        (HERE / name).write_text(content, encoding="utf-8")
        print(name)
