"""Several stores as one: every object in at least n of them, read from any that is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from holdfast.domain.errors import (
    EvidenceMissing,
    EvidenceRejected,
    HoldfastError,
    InvalidInput,
    Misconfigured,
    Unreachable,
)
from holdfast.evidence.cid import parse_cid
from holdfast.store.port import EvidenceStore


class Health(Enum):
    """What became of one copy."""

    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class CopyState:
    """One copy of one object: in which store, how it is, and what exactly is wrong (empty if whole)."""

    cid: str
    store: str
    health: Health
    message: str = ""


class CopiesStore:
    """Writes to all stores, wants `want` to succeed; reads from the first that gives the right bytes.

    Losing a copy does no harm while one is whole, but must not go unseen: `on_damage` is told of each.
    """

    def __init__(
        self,
        stores: Sequence[EvidenceStore],
        want: int,
        on_damage: Callable[[CopyState], None] | None = None,
    ) -> None:
        """Args: `stores` in the order they are read; `want` copies of each object; `on_damage` listener.

        Raises:
            Misconfigured: fewer stores than copies wanted, no copy wanted, or two stores of one name.
        """
        names = [store.name for store in stores]
        if not 1 <= want <= len(stores):
            raise Misconfigured(f"{want} copies of evidence wanted, but {len(stores)} stores are set up")
        if len(set(names)) != len(names):
            raise Misconfigured(f"evidence stores must differ, or copies are none: {', '.join(names)}")
        self._stores = tuple(stores)
        self._want = want
        self._on_damage = on_damage

    @property
    def name(self) -> str:
        """The names of all stores."""
        return " + ".join(store.name for store in self._stores)

    def put(self, data: bytes) -> str:
        """Store in every store that takes it.

        Raises:
            InvalidInput: a store finds it too large.
            Unreachable: fewer than the wanted copies were made; says why each failed. Trying again is safe.
        """
        cids: set[str] = set()
        made = 0
        failures: list[str] = []
        for store in self._stores:
            try:
                cids.add(store.put(data))
                made += 1
            except InvalidInput:
                raise
            except HoldfastError as e:
                failures.append(f"{store.name}: {e}")
        self._enough(made, failures)
        return cids.pop()

    def get(self, cid: str) -> bytes:
        """From the first store whose copy is whole.

        Raises:
            EvidenceRejected: no copy is whole and at least one is damaged; names each.
            Unreachable: no copy is whole and a store that did not answer may have one.
            EvidenceMissing: no store has it.
        """
        found: list[CopyState] = []
        for store in self._stores:
            data, state = _look(store, cid)
            if data is not None:
                return data
            found.append(state)
            if self._on_damage is not None:
                self._on_damage(state)
        raise _worst(cid, found)

    def has(self, cid: str) -> bool:
        """Whether any store says so; one that does not answer counts as no, unless none answers."""
        parse_cid(cid)
        failure: HoldfastError | None = None
        answers = 0
        for store in self._stores:
            try:
                if store.has(cid):
                    return True
                answers += 1
            except HoldfastError as e:
                failure = e
        if failure is not None and not answers:
            raise failure
        return False

    def pin(self, cid: str) -> None:
        """Pin in all stores. Raises Unreachable when fewer than the wanted copies are pinned."""
        parse_cid(cid)
        made = 0
        failures: list[str] = []
        for store in self._stores:
            try:
                store.pin(cid)
                made += 1
            except HoldfastError as e:
                failures.append(f"{store.name}: {e}")
        self._enough(made, failures)

    def iter_cids(self) -> Iterator[str]:
        """Every CID any store says it keeps, ascending. Raises Unreachable if one store does not answer."""
        yield from sorted({cid for store in self._stores for cid in store.iter_cids()})

    def inspect(self, cid: str) -> tuple[CopyState, ...]:
        """How each store's copy is, in the stores' order; each is read whole."""
        parse_cid(cid)
        return tuple(_look(store, cid)[1] for store in self._stores)

    def repair(self, cid: str) -> tuple[CopyState, ...]:
        """Write a whole copy over every missing or damaged one; answers how they are now.

        Raises:
            As `get`, when no copy is whole.
        """
        data = self.get(cid)
        after: list[CopyState] = []
        for store in self._stores:
            state = _look(store, cid)[1]
            if state.health in (Health.MISSING, Health.DAMAGED):
                try:
                    store.put(data)
                    state = _look(store, cid)[1]
                except HoldfastError as e:
                    state = CopyState(cid, store.name, state.health, f"not repaired: {e}")
            after.append(state)
        return tuple(after)

    def _enough(self, made: int, failures: list[str]) -> None:
        if made < self._want:
            why = f"{made} copies made, {self._want} wanted; {'; '.join(failures)}"
            raise Unreachable("enough evidence stores", self.name, why)


def _look(store: EvidenceStore, cid: str) -> tuple[bytes | None, CopyState]:
    """Read one copy: its bytes if whole, and how it is."""
    try:
        return store.get(cid), CopyState(cid, store.name, Health.WHOLE)
    except InvalidInput:
        raise
    except EvidenceMissing as e:
        return None, CopyState(cid, store.name, Health.MISSING, str(e))
    except EvidenceRejected as e:
        return None, CopyState(cid, store.name, Health.DAMAGED, str(e))
    except HoldfastError as e:
        return None, CopyState(cid, store.name, Health.UNREACHABLE, str(e))


def _worst(cid: str, found: list[CopyState]) -> HoldfastError:
    """The error that helps most: damage must be looked into, silence may pass, absence is absence."""
    told = "; ".join(state.message for state in found)
    healths = {state.health for state in found}
    if Health.DAMAGED in healths:
        return EvidenceRejected("no-whole-copy", f"object {cid} has no whole copy: {told}")
    if Health.UNREACHABLE in healths:
        where = " + ".join(state.store for state in found if state.health is Health.UNREACHABLE)
        return Unreachable(f"a whole copy of object {cid}", where, told)
    return EvidenceMissing(f"object {cid} is in no store: {told}")
