"""Lots as members are shown them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from api.cursors import decode_cursor, next_cursor
from api.lots import repository
from api.lots.schemas import LotOut, LotPage
from api.members.repository import member_names
from api.problems import not_found
from api.schemas import Names
from api.viewer import Viewer
from holdfast.domain.units import show_mass


def list_lots(db: Connection, viewer: Viewer, *, cursor: str | None, limit: int) -> LotPage:
    """A page of the lots a member may see."""
    after = str(decode_cursor(cursor, str)[0]) if cursor is not None else None
    rows = repository.list_lots(db, viewer, after=after, limit=limit + 1)
    names = Names(member_names(db, viewer))
    return LotPage(items=[_lot(row, names) for row in rows[:limit]], next=next_cursor(rows, limit, "lot_id"))


def get_lot(db: Connection, viewer: Viewer, lot_id: str) -> LotOut:
    """One lot. Raises Problem 404."""
    row = repository.find_lot(db, viewer, lot_id)
    if row is None:
        raise not_found("lot", lot_id)
    return _lot(row, Names(member_names(db, viewer)))


def _lot(row: Row[Any], names: Names) -> LotOut:
    words = {name: row._mapping[name] or "" for name in ("label", "site", "bay", "product")}
    return LotOut(
        lot_id=row.lot_id,
        operator=names.ref(row.operator),
        attested_g=row.attested_g,
        attested=show_mass(int(row.attested_g)),
        live_g=row.live_g,
        live=show_mass(int(row.live_g)),
        **words,
    )
