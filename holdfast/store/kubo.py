"""Evidence in a Kubo node, reached by its RPC port. Every CID it answers is recomputed (see `port`)."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.domain.errors import EvidenceMissing, InvalidInput
from holdfast.evidence.cid import parse_cid
from holdfast.store.kubo_rpc import KuboRpc
from holdfast.store.port import MAX_OBJECT_BYTES, CheckedStore


class KuboStore(CheckedStore):
    """A node as a store. It keeps what is pinned; everything put is pinned at once."""

    def __init__(
        self, rpc: KuboRpc, *, max_bytes: int = MAX_OBJECT_BYTES, search_timeout_s: int | None = 30
    ) -> None:
        """Args: `search_timeout_s` how long the node may look for an object among its peers."""
        super().__init__(f"Kubo at {rpc.url}", max_bytes)
        self._rpc = rpc
        self._search_timeout_s = search_timeout_s

    def iter_cids(self) -> Iterator[str]:
        """CIDs of the profile that the node has pinned, ascending; its other pins are none of ours."""
        for pinned in sorted(self._rpc.pin_ls()):
            try:
                yield str(parse_cid(pinned))
            except InvalidInput:
                continue

    def _write(self, cid: str, data: bytes) -> str:
        return self._rpc.add(data)

    def _read(self, cid: str, max_bytes: int) -> bytes:
        return self._rpc.cat(cid, max_bytes, self._search_timeout_s)

    def _has(self, cid: str) -> bool:
        try:
            return cid in self._rpc.pin_ls(cid)
        except EvidenceMissing:
            return False

    def _pin(self, cid: str) -> None:
        self._rpc.pin_add(cid, self._search_timeout_s)
