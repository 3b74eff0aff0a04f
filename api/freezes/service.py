"""Court freezes as members are shown them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from api.cursors import next_cursor, place_of
from api.freezes import repository
from api.freezes.schemas import FreezeOut, FreezePage
from api.members.repository import member_names
from api.schemas import Names
from api.viewer import Viewer
from holdfast.domain.court_words import case_reason

_AS_STORED = (
    *("receipt_id", "case_no", "reason", "document_digest", "opened_at", "expires_at", "place", "frozen_at"),
    *("ended_at", "lapsed"),
)


def list_freezes(
    db: Connection,
    viewer: Viewer,
    *,
    receipt_id: str | None,
    court: int | None,
    standing: bool | None,
    cursor: str | None,
    limit: int,
) -> FreezePage:
    """A page of the freezes a member may see."""
    rows = repository.list_freezes(
        db,
        viewer,
        receipt_id=receipt_id,
        court=court,
        standing=standing,
        after=place_of(cursor),
        limit=limit + 1,
    )
    names = Names(member_names(db, viewer))
    return FreezePage(
        items=[_freeze(row, names) for row in rows[:limit]],
        next=next_cursor(rows, limit, "block_number", "log_index"),
    )


def _freeze(row: Row[Any], names: Names) -> FreezeOut:
    return FreezeOut(
        court=names.ref(row.court),
        in_force=row.ended_at is None and row.place == 0,
        because=case_reason(row.reason)[0],
        because_zh=case_reason(row.reason)[1],
        **{name: row._mapping[name] for name in _AS_STORED},
    )
