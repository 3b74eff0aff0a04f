"""Queries on lots. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from api.viewer import Viewer, may_see_lot
from holdfast.store.records_chain_tables import chain_lots
from holdfast.store.records_tables import lot_labels


def _lots(viewer: Viewer) -> Select[Any]:
    return (
        select(chain_lots, lot_labels.c.label, lot_labels.c.site, lot_labels.c.bay, lot_labels.c.product)
        .outerjoin(lot_labels, lot_labels.c.lot_id == chain_lots.c.lot_id)
        .where(may_see_lot(viewer))
    )


def list_lots(db: Connection, viewer: Viewer, *, after: str | None, limit: int) -> Sequence[Row[Any]]:
    """Lots by id, from `after` on."""
    query = _lots(viewer)
    if after is not None:
        query = query.where(chain_lots.c.lot_id > after)
    return db.execute(query.order_by(chain_lots.c.lot_id).limit(limit)).all()


def find_lot(db: Connection, viewer: Viewer, lot_id: str) -> Row[Any] | None:
    """One lot, or None."""
    return db.execute(_lots(viewer).where(chain_lots.c.lot_id == lot_id)).one_or_none()
