"""Reading the vectors of orders and attestations, for the tests of every reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from holdfast.attestation.quorum import Committee, QuorumRule, attester_from_word
from holdfast.attestation.types import CLASSES, TYPES
from holdfast.domain.orders import Kind

HERE = Path(__file__).resolve().parent
Json = dict[str, Any]


def names(*prefixes: str) -> list[str]:
    """Names of the vectors that begin so, without `.json`."""
    found = sorted(path.stem for prefix in prefixes for path in HERE.glob(f"{prefix}*.json"))
    assert found, f"no vector {prefixes}"
    return found


def load(name: str) -> Json:
    """One vector."""
    found: Json = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def unhex(text: str) -> bytes:
    """Bytes of 0x hex."""
    return bytes.fromhex(text[2:])


def read_unchecked(name: str, message: Json) -> Any:
    """The value a message stands for, its limits not checked: to hand a bad one to the contract."""
    value = object.__new__(CLASSES[name])
    for field, kind, attribute in TYPES[name]:
        item = message[field]
        if kind.endswith("[]"):
            item = tuple(read_unchecked(kind[:-2], each) for each in item)
        elif kind.startswith("bytes"):
            item = unhex(item)
        elif kind != "string":
            item = Kind(int(item)) if attribute == "kind" else int(item)
        object.__setattr__(value, attribute, item)
    return value


def committee_of(found: Json) -> Committee:
    """The committee a vector names."""
    words = tuple(attester_from_word(unhex(word)) for word in found["attesters"])
    return Committee(
        found["epoch"], found["maxAgeS"], found["threshold"], unhex(found["policyDigest"]), words
    )


def rule_of(found: Json) -> QuorumRule:
    """The rule a vector's quorum has to keep."""
    return QuorumRule(found["threshold"], found["operator"], frozenset(found["barred"]))
