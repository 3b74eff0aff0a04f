"""An evidence store in memory, which can be told to lose, damage or withhold what it keeps."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.domain.errors import EvidenceMissing, Unreachable
from holdfast.store.port import MAX_OBJECT_BYTES, CheckedStore


class MemoryStore(CheckedStore):
    """Implements `EvidenceStore`. `objects` may be changed freely; set `down` to make it unreachable.

    Attributes:
        objects: CID -> bytes as kept, right or wrong.
        pinned: CIDs that were pinned.
        down: when true, every call raises Unreachable.
    """

    def __init__(self, name: str = "memory", max_bytes: int = MAX_OBJECT_BYTES) -> None:
        """Start empty."""
        super().__init__(name, max_bytes)
        self.objects: dict[str, bytes] = {}
        self.pinned: set[str] = set()
        self.down = False

    def flip(self, cid: str, offset: int = 0, mask: int = 1) -> None:
        """Change one byte of an object in place: the flipped bits are those of `mask`."""
        data = bytearray(self.objects[cid])
        data[offset] ^= mask
        self.objects[cid] = bytes(data)

    def lose(self, cid: str) -> None:
        """Forget an object."""
        del self.objects[cid]

    def iter_cids(self) -> Iterator[str]:
        """CIDs kept, ascending."""
        self._answer()
        yield from sorted(self.objects)

    def _answer(self) -> None:
        if self.down:
            raise Unreachable("evidence store", self.name, "it is down")

    def _write(self, cid: str, data: bytes) -> str:
        self._answer()
        self.objects[cid] = bytes(data)
        return cid

    def _read(self, cid: str, max_bytes: int) -> bytes:
        self._answer()
        if cid not in self.objects:
            raise EvidenceMissing(f"object {cid} is not in {self.name}")
        return self.objects[cid]

    def _has(self, cid: str) -> bool:
        self._answer()
        return cid in self.objects

    def _pin(self, cid: str) -> None:
        self._read(cid, self._max_bytes)
        self.pinned.add(cid)
