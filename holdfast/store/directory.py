"""Evidence in a folder: one file for each object, named by its CID. The embedded default."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, InvalidInput, Unreachable
from holdfast.evidence.cid import cid_of_bytes, parse_cid
from holdfast.store.port import MAX_OBJECT_BYTES, CheckedStore, too_large

_TEMPORARY = ".writing-"


class DirectoryStore(CheckedStore):
    """A flat folder (0700) of files (0600). Writers may be many: a file appears whole or not at all."""

    def __init__(self, folder: Path, max_bytes: int = MAX_OBJECT_BYTES) -> None:
        """Open the folder, making it if need be. Raises Unreachable if that cannot be done."""
        super().__init__(str(folder), max_bytes)
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise self._unreachable(e) from e

    def path_of(self, cid: str) -> Path:
        """The file an object is kept in. Raises InvalidInput for anything but a CID (so: no path tricks)."""
        parse_cid(cid)
        return self._folder / cid

    def iter_cids(self) -> Iterator[str]:
        """CIDs of all files so named, ascending; other files are none of ours."""
        try:
            names = sorted(os.listdir(self._folder))
        except OSError as e:
            raise self._unreachable(e) from e
        for name in names:
            try:
                yield str(parse_cid(name))
            except InvalidInput:
                continue

    def _write(self, cid: str, data: bytes) -> str:
        path = self.path_of(cid)
        try:
            # A damaged file is written anew: these bytes are known to give the CID, those are not.
            if self._is_whole(path, cid):
                return cid
            temporary = self._folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            try:
                with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
            self._sync_folder()
        except OSError as e:
            raise self._unreachable(e) from e
        return cid

    def _read(self, cid: str, max_bytes: int) -> bytes:
        path = self.path_of(cid)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | os.O_NONBLOCK)
        except FileNotFoundError as e:
            raise EvidenceMissing(f"object {cid} is not in {self.name}") from e
        except OSError as e:
            raise self._odd_file(path, e) from e
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise EvidenceRejected("not-a-file", f"{path} is not a regular file, so not object {cid}")
            if status.st_size > max_bytes:
                raise too_large(cid, self.name, max_bytes)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(max_bytes + 1)
        except OSError as e:
            raise self._unreachable(e) from e
        finally:
            os.close(descriptor)

    def _has(self, cid: str) -> bool:
        return self.path_of(cid).is_file()

    def _pin(self, cid: str) -> None:
        # Nothing is ever removed from the folder, so being there is being pinned.
        if not self._has(cid):
            raise EvidenceMissing(f"object {cid} is not in {self.name}")

    def _is_whole(self, path: Path, cid: str) -> bool:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > self._max_bytes:
            return False
        return cid_of_bytes(path.read_bytes()) == cid

    def _sync_folder(self) -> None:
        """Make the new name itself survive a power cut."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _odd_file(self, path: Path, error: OSError) -> EvidenceRejected | Unreachable:
        """A link where a file should be is an attack on the store, not a fault of the disk."""
        if path.is_symlink():
            return EvidenceRejected("not-a-file", f"{path} is a symbolic link, not an object")
        return self._unreachable(error)

    def _unreachable(self, error: OSError) -> Unreachable:
        return Unreachable("evidence store", self.name, error.strerror or str(error))
