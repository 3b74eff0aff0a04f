"""The port behind which evidence is kept. A store is asked for bytes and never for the truth.

Adapters move bytes only: `CheckedStore` computes every CID itself, on the way in and on the way out, so a
store that lies, forgets or rots is found out by whoever reads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final, Protocol

from holdfast.domain.errors import EvidenceRejected, InvalidInput
from holdfast.evidence.cid import cid_of_bytes, parse_cid
from holdfast.evidence.sealing import SealedBundle

MAX_OBJECT_BYTES: Final = 272 * 1024 * 1024
"""Largest object by default: the largest file a manifest allows (256 MiB) and room to spare."""


class EvidenceStore(Protocol):
    """Keeps objects under the CID of their bytes (profile `unixfs-v1-2025`)."""

    @property
    def name(self) -> str:
        """Where this is, for people: a folder or an address."""
        ...

    def put(self, data: bytes) -> str:
        """Keep the bytes and answer their CID. Putting the same again changes nothing.

        Raises:
            InvalidInput: larger than the store takes.
            EvidenceRejected: the store claims another CID.
            Unreachable: the store did not take it.
        """
        ...

    def get(self, cid: str) -> bytes:
        """The bytes with this CID.

        Raises:
            InvalidInput: not a CID of the profile.
            EvidenceMissing: the store has no such object.
            EvidenceRejected: it gave other bytes, or too many; names store and CID.
            Unreachable: the store did not answer.
        """
        ...

    def has(self, cid: str) -> bool:
        """Whether the store says it keeps the object; only `get` proves it. Raises as `get`."""
        ...

    def pin(self, cid: str) -> None:
        """Keep the object until told otherwise. Raises as `get`."""
        ...

    def iter_cids(self) -> Iterator[str]:
        """Every CID the store says it keeps, in ascending order. Raises Unreachable."""
        ...


class CheckedStore(ABC):
    """Base of all adapters: recomputes each CID before it believes it."""

    def __init__(self, name: str, max_bytes: int = MAX_OBJECT_BYTES) -> None:
        """Args: `name` for error messages; `max_bytes` of one object, either way."""
        self._name = name
        self._max_bytes = max_bytes

    @property
    def name(self) -> str:
        """Where this is, for people."""
        return self._name

    def put(self, data: bytes) -> str:
        """See `EvidenceStore.put`."""
        if len(data) > self._max_bytes:
            raise InvalidInput("object", f"{len(data)} bytes", f"at most {self._max_bytes} bytes")
        cid = cid_of_bytes(data)
        answered = self._write(cid, data)
        if answered != cid:
            message = f"{self._name} stored object {cid} as {answered!r}: other settings, or other bytes"
            raise EvidenceRejected("cid-mismatch", message)
        return cid

    def get(self, cid: str) -> bytes:
        """See `EvidenceStore.get`."""
        parse_cid(cid)
        data = self._read(cid, self._max_bytes)
        if len(data) > self._max_bytes:
            raise too_large(cid, self._name, self._max_bytes)
        found = cid_of_bytes(data)
        if found != cid:
            raise EvidenceRejected(
                "cid-mismatch", f"object {cid} in {self._name} is damaged: its bytes give {found}"
            )
        return data

    def has(self, cid: str) -> bool:
        """See `EvidenceStore.has`."""
        parse_cid(cid)
        return self._has(cid)

    def pin(self, cid: str) -> None:
        """See `EvidenceStore.pin`."""
        parse_cid(cid)
        self._pin(cid)

    @abstractmethod
    def iter_cids(self) -> Iterator[str]:
        """See `EvidenceStore.iter_cids`."""

    @abstractmethod
    def _write(self, cid: str, data: bytes) -> str:
        """Store the bytes; answer the CID the store itself gives them."""

    @abstractmethod
    def _read(self, cid: str, max_bytes: int) -> bytes:
        """Whatever the store has under `cid`, reading little more than `max_bytes`; or EvidenceMissing."""

    @abstractmethod
    def _has(self, cid: str) -> bool: ...

    @abstractmethod
    def _pin(self, cid: str) -> None: ...


def too_large(cid: str, where: str, max_bytes: int) -> EvidenceRejected:
    """The error for an object that does not stop where it must."""
    return EvidenceRejected("too-large", f"object {cid} in {where} is larger than {max_bytes} bytes")


def put_bundle(store: EvidenceStore, bundle: SealedBundle) -> str:
    """Store all objects of a bundle, the sealed manifest last; answers its CID. Raises as `put`."""
    cid = ""
    for data in bundle.objects.values():
        cid = store.put(data)
    return cid
