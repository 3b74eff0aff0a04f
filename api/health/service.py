"""Live and ready."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from api.chain_port import BlockRef
from api.context import AppContext
from api.health import repository
from api.health.schemas import Part, Ready
from api.problems import Problem
from api.viewer import Viewer
from holdfast.domain.errors import HoldfastError, Unreachable
from holdfast.store.records_engine import read


def indexed_block(db: Connection, viewer: Viewer) -> BlockRef:
    """The block answers are of. Raises Problem 503 before the first is indexed."""
    block = repository.newest_block(db, viewer)
    if block is None:
        detail = "no block of the chain is indexed yet; try again shortly"
        raise Problem(503, "not-ready", detail, headers={"Retry-After": "2"})
    return block


def readiness(context: AppContext) -> Ready:
    """Ask the database and the chain, and compare the index with the chain's head."""
    parts = [_database(context)]
    head = _head(context, parts)
    _index(context, head, parts)
    return Ready(ready=all(part.ok for part in parts), parts=parts)


def _database(context: AppContext) -> Part:
    try:
        with read(context.records.engine) as db:
            repository.schema_version(db, None)
    except (SQLAlchemyError, Unreachable):
        return Part(name="database", ok=False, detail="does not answer")
    return Part(name="database", ok=True, detail="answers")


def _head(context: AppContext, parts: list[Part]) -> BlockRef | None:
    try:
        head = context.chain.head()
    except HoldfastError:
        parts.append(Part(name="chain", ok=False, detail="does not answer"))
        return None
    age, most = context.clock() - head.timestamp, context.settings.max_head_age_s
    text = f"block {head.number}, {max(age, 0)} s old"
    old = context.settings.check_head_age and age > most
    parts.append(Part(name="chain", ok=not old, detail=text + (f"; at most {most} s" if old else "")))
    return head


def _index(context: AppContext, head: BlockRef | None, parts: list[Part]) -> None:
    status = context.indexer.status
    if status.halted is not None:
        parts.append(Part(name="index", ok=False, detail="halted: see the log"))
    elif status.stepped_at is None or status.indexed is None:
        parts.append(Part(name="index", ok=False, detail="has not begun"))
    elif head is not None:
        wanted = head.number - context.settings.confirmations
        lag = max(wanted - status.indexed, 0)
        ok = lag <= context.settings.max_index_lag_blocks
        parts.append(Part(name="index", ok=ok, detail=f"block {status.indexed}, {lag} behind"))
    else:
        parts.append(Part(name="index", ok=False, detail=f"block {status.indexed}, chain unknown"))
