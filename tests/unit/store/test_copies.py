"""Several copies: one whole one is enough to read, and no loss goes unseen."""

from __future__ import annotations

import pytest

from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, InvalidInput, Misconfigured, Unreachable
from holdfast.evidence.cid import cid_of_bytes
from holdfast.evidence.sealing import open_bundle
from holdfast.store.copies import CopiesStore, CopyState, Health
from holdfast.store.port import put_bundle
from tests.fakes.store import MemoryStore
from tests.unit.evidence.bundles import bundle, key_of

DATA = b"sealed evidence"
CID = cid_of_bytes(DATA)


@pytest.fixture
def stores() -> list[MemoryStore]:
    return [MemoryStore(name) for name in ("north", "south", "west")]


def healths(states: tuple[CopyState, ...]) -> list[str]:
    return [state.health.value for state in states]


def test_put__all_up__makes_a_copy_in_each(stores: list[MemoryStore]) -> None:
    copies = CopiesStore(stores, want=3)
    assert copies.put(DATA) == CID
    assert all(store.objects == {CID: DATA} for store in stores)
    copies.pin(CID)
    assert all(store.pinned == {CID} for store in stores)
    assert copies.has(CID)
    assert list(copies.iter_cids()) == [CID]
    assert copies.name == "north + south + west"


def test_put__one_down__is_enough_only_if_so_many_are_wanted(stores: list[MemoryStore]) -> None:
    stores[1].down = True
    assert CopiesStore(stores, want=2).put(DATA) == CID
    with pytest.raises(Unreachable, match=r"2 copies made, 3 wanted; south: .*down"):
        CopiesStore(stores, want=3).put(DATA)
    with pytest.raises(Unreachable, match="2 copies made, 3 wanted"):
        CopiesStore(stores, want=3).pin(CID)


@pytest.mark.parametrize("spared", [0, 1, 2])
def test_get__any_two_of_three_deleted__still_reads(stores: list[MemoryStore], spared: int) -> None:
    copies = CopiesStore(stores, want=3)
    copies.put(DATA)
    for i, store in enumerate(stores):
        if i != spared:
            store.lose(CID)
    assert copies.get(CID) == DATA


@pytest.mark.parametrize("spared", [0, 1, 2])
def test_bundle__two_copies_damaged__opens_from_the_third_and_names_the_two(
    stores: list[MemoryStore], spared: int
) -> None:
    seen: list[CopyState] = []
    copies = CopiesStore(stores, want=3, on_damage=seen.append)
    sealed = bundle()
    put_bundle(copies, sealed)
    for i, store in enumerate(stores):
        if i != spared:
            for cid in sealed.objects:
                store.flip(cid)
    assert open_bundle(sealed.location, copies.get, key_of("bank"), digest=sealed.digest).files
    assert {state.store for state in seen} == {store.name for store in stores[:spared]}
    assert all(state.health is Health.DAMAGED for state in seen)


def test_inspect__each_kind_of_loss__is_told_apart(stores: list[MemoryStore]) -> None:
    copies = CopiesStore([*stores, MemoryStore("east")], want=1)
    copies.put(DATA)
    stores[0].flip(CID)
    stores[1].lose(CID)
    stores[2].down = True
    states = copies.inspect(CID)
    assert healths(states) == ["damaged", "missing", "unreachable", "whole"]
    assert [state.store for state in states] == ["north", "south", "west", "east"]
    assert all(CID in state.message for state in states[:2])
    assert states[3].message == ""


def test_repair__damaged_and_missing__are_whole_again(stores: list[MemoryStore]) -> None:
    copies = CopiesStore(stores, want=3)
    copies.put(DATA)
    stores[0].flip(CID)
    stores[1].lose(CID)
    assert healths(copies.repair(CID)) == ["whole"] * 3
    assert all(store.objects[CID] == DATA for store in stores)


def test_repair__store_down__is_reported_and_the_others_repaired(stores: list[MemoryStore]) -> None:
    copies = CopiesStore(stores, want=1)
    copies.put(DATA)
    stores[0].lose(CID)
    stores[2].down = True
    assert healths(copies.repair(CID)) == ["whole", "whole", "unreachable"]


class _ReadOnly(MemoryStore):
    """Reads, but takes nothing: a full disk."""

    def _write(self, cid: str, data: bytes) -> str:
        raise Unreachable("evidence store", self.name, "no space left")


def test_repair__store_takes_nothing__stays_missing_with_the_reason() -> None:
    copies = CopiesStore([MemoryStore("good"), _ReadOnly("full")], want=1)
    copies.put(DATA)
    state = copies.repair(CID)[1]
    assert state.health is Health.MISSING
    assert "no space left" in state.message


def test_get__no_copy_whole__damage_comes_before_silence_before_absence(stores: list[MemoryStore]) -> None:
    copies = CopiesStore(stores, want=1)
    with pytest.raises(EvidenceMissing, match=f"{CID} is in no store"):
        copies.get(CID)
    stores[2].down = True
    with pytest.raises(Unreachable, match="west"):
        copies.get(CID)
    stores[0].objects[CID] = b"rotten"
    with pytest.raises(EvidenceRejected, match=f"{CID} has no whole copy.*north"):
        copies.get(CID)
    with pytest.raises(EvidenceRejected):
        copies.repair(CID)


def test_has__one_down__asks_the_others_and_all_down_is_unreachable(stores: list[MemoryStore]) -> None:
    copies = CopiesStore(stores, want=1)
    stores[2].put(DATA)
    stores[0].down = True
    assert copies.has(CID)
    assert not copies.has(cid_of_bytes(b"other"))
    for store in stores:
        store.down = True
    with pytest.raises(Unreachable):
        copies.has(CID)


def test_calls__not_a_cid__are_refused(stores: list[MemoryStore]) -> None:
    copies = CopiesStore(stores, want=1)
    for act in (copies.get, copies.has, copies.pin, copies.inspect, copies.repair):
        with pytest.raises(InvalidInput, match="cid"):
            act("../etc/passwd")


def test_put__too_large__is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 5 bytes"):
        CopiesStore([MemoryStore("small", max_bytes=5)], want=1).put(b"123456")


@pytest.mark.parametrize("want", [0, 4])
def test_setup__more_copies_than_stores_or_none__is_misconfigured(
    stores: list[MemoryStore], want: int
) -> None:
    with pytest.raises(Misconfigured, match="copies"):
        CopiesStore(stores, want)


def test_setup__one_store_twice__is_no_second_copy(stores: list[MemoryStore]) -> None:
    with pytest.raises(Misconfigured, match="must differ"):
        CopiesStore([stores[0], stores[0]], want=2)


def test_get__store_gives_more_than_it_may__is_rejected_before_hashing() -> None:
    store = MemoryStore("greedy", max_bytes=5)
    store.objects[CID] = DATA
    with pytest.raises(EvidenceRejected, match="larger than 5 bytes"):
        store.get(CID)
