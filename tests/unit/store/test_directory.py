"""The directory store: whole files or none, no path tricks, no unseen damage."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, InvalidInput, Unreachable
from holdfast.evidence.cid import cid_of_bytes
from holdfast.store.directory import DirectoryStore
from holdfast.store.port import EvidenceStore, put_bundle
from tests.unit.evidence.bundles import bundle

DATA = b"sealed evidence"
CID = cid_of_bytes(DATA)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "evidence")


def test_put__bytes__come_back_under_their_cid(store: DirectoryStore) -> None:
    port: EvidenceStore = store
    assert port.put(DATA) == CID
    assert port.get(CID) == DATA
    assert port.has(CID)
    port.pin(CID)
    assert list(port.iter_cids()) == [CID]


def test_put__again_and_reopened__changes_nothing(store: DirectoryStore, tmp_path: Path) -> None:
    store.put(DATA)
    before = store.path_of(CID).stat().st_mtime_ns
    assert DirectoryStore(tmp_path / "evidence").put(DATA) == CID
    assert store.path_of(CID).stat().st_mtime_ns == before


def test_put__bundle__keeps_every_object(store: DirectoryStore) -> None:
    sealed = bundle()
    assert put_bundle(store, sealed) == list(sealed.objects)[-1]
    assert set(store.iter_cids()) == set(sealed.objects)


def test_files__are_for_the_owner_only(store: DirectoryStore, tmp_path: Path) -> None:
    store.put(DATA)
    assert stat.S_IMODE((tmp_path / "evidence").stat().st_mode) == 0o700
    assert stat.S_IMODE(store.path_of(CID).stat().st_mode) == 0o600


def test_get__any_bit_flipped__is_rejected_by_name(store: DirectoryStore) -> None:
    store.put(DATA)
    path = store.path_of(CID)
    for bit in range(len(DATA) * 8):
        changed = bytearray(DATA)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(EvidenceRejected, match=CID) as caught:
            store.get(CID)
        assert str(path.parent) in str(caught.value)


def test_put__over_a_damaged_file__heals_it(store: DirectoryStore) -> None:
    store.put(DATA)
    store.path_of(CID).write_bytes(b"rotten")
    store.put(DATA)
    assert store.get(CID) == DATA


def test_get__missing__says_which_and_where(store: DirectoryStore) -> None:
    for act in (store.get, store.pin):
        with pytest.raises(EvidenceMissing, match=f"{CID} is not in .*evidence"):
            act(CID)
    assert not store.has(CID)


@pytest.mark.parametrize("cid", ["../secret", "/etc/passwd", "", ".", CID + "/x", CID.upper(), "a\0b"])
def test_get__path_trick__touches_nothing(store: DirectoryStore, tmp_path: Path, cid: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for act in (store.get, store.has, store.pin, store.path_of):
        with pytest.raises(InvalidInput, match="cid"):
            act(cid)


def test_get__symbolic_link_in_place_of_a_file__is_rejected(store: DirectoryStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(DATA)
    store.path_of(CID).symlink_to(outside)
    with pytest.raises(EvidenceRejected, match="symbolic link"):
        store.get(CID)
    store.put(DATA)
    assert not store.path_of(CID).is_symlink()
    assert store.get(CID) == DATA


def test_get__pipe_or_folder_in_place_of_a_file__is_rejected_at_once(store: DirectoryStore) -> None:
    os.mkfifo(store.path_of(CID))
    with pytest.raises(EvidenceRejected, match="not a regular file"):
        store.get(CID)
    store.path_of(CID).unlink()
    store.path_of(CID).mkdir()
    with pytest.raises(EvidenceRejected, match="not a regular file"):
        store.get(CID)


def test_get__file_too_large__is_not_read(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path, max_bytes=100)
    with store.path_of(CID).open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(EvidenceRejected, match="larger than 100 bytes"):
        store.get(CID)
    with pytest.raises(InvalidInput, match="at most 100 bytes"):
        store.put(bytes(101))


def test_iter__strange_and_unfinished_files__are_left_out(store: DirectoryStore, tmp_path: Path) -> None:
    store.put(DATA)
    for name in ("README", ".writing-0123", CID + ".bak", CID.upper()):
        (tmp_path / "evidence" / name).write_bytes(b"")
    assert list(store.iter_cids()) == [CID]


def test_put__writers_at_once__leave_one_whole_file(store: DirectoryStore, tmp_path: Path) -> None:
    data = bytes(3_000_000)
    threads = [threading.Thread(target=store.put, args=(data,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert os.listdir(tmp_path / "evidence") == [cid_of_bytes(data)]
    assert store.get(cid_of_bytes(data)) == data


def test_put__disk_refuses__is_unreachable_and_leaves_nothing(store: DirectoryStore, tmp_path: Path) -> None:
    """A folder in the file's place makes the last step fail, whoever runs the test."""
    (store.path_of(CID) / "in the way").mkdir(parents=True)
    with pytest.raises(Unreachable, match="evidence store"):
        store.put(DATA)
    assert os.listdir(tmp_path / "evidence") == [CID]


def test_open__file_where_the_folder_should_be__is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"")
    with pytest.raises(Unreachable, match="evidence store"):
        DirectoryStore(tmp_path / "evidence")


def test_iter__folder_gone__is_unreachable(store: DirectoryStore, tmp_path: Path) -> None:
    (tmp_path / "evidence").rmdir()
    with pytest.raises(Unreachable):
        list(store.iter_cids())
