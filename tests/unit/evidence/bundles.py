"""A small bundle for the tests of evidence, the same every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from holdfast.evidence.encryption_keys import EncryptionKey, generate_encryption_key
from holdfast.evidence.manifest import ChainRef, ManifestDraft
from holdfast.evidence.sealing import SealedBundle, seal_bundle
from holdfast.store.port import put_bundle
from tests.fakes.store import MemoryStore

FILES = {"wms.json": b'{"lot":"R-1","kg":200000}', "document.json": b"{}", "weighing-1.cose": b"\xd2\x84CA"}


def counter_random(seed: str) -> Callable[[int], bytes]:
    """Repeatable bytes in place of a random source."""
    state = {"n": 0}

    def random(size: int) -> bytes:
        out = b""
        while len(out) < size:
            out += hashlib.sha256(f"{seed}:{state['n']}".encode()).digest()
            state["n"] += 1
        return out[:size]

    return random


def key_of(name: str) -> EncryptionKey:
    """A member's key."""
    return generate_encryption_key(counter_random(f"key {name}"))


def draft(**changes: Any) -> ManifestDraft:
    """A good draft of an issue's manifest, with changes."""
    parts: dict[str, Any] = {
        "purpose": "issue",
        "subject": {"primary_type": "IssueOrder", "order": {"operator": 1, "deadline": 1_800_000_000}},
        "order_hash": b"\x01" * 32,
        "chain": ChainRef(31337, "0x" + "ab" * 20),
        "challenge": b"\x02" * 32,
        "policy_digest": b"\x03" * 32,
        "observed_at": 1_790_000_000,
        "claim": {"lot": "R-1", "quantity_g": 200_000_000, "raw_file": "wms.json"},
        "observations": [{"property": "mass", "value_g": 25_000_000, "raw_file": "weighing-1.cose"}],
        "documents": ("document.json",),
    }
    return ManifestDraft(**(parts | changes))


def bundle(seed: str = "seed", *recipients: str, **changes: Any) -> SealedBundle:
    """The small bundle, sealed to the bank unless others are named."""
    keys = [key_of(name).public for name in recipients or ("bank",)]
    return seal_bundle(draft(**changes), FILES, keys, counter_random(seed))


def kept(*bundles: SealedBundle) -> MemoryStore:
    """A store that has these bundles."""
    store = MemoryStore()
    for one in bundles:
        put_bundle(store, one)
    return store
