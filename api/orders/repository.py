"""Queries on orders. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from api.viewer import Viewer, may_see_order
from holdfast.store.records_orders import load_order
from holdfast.store.records_tables import orders
from holdfast.store.records_types import OPEN, OrderRecord


def list_orders(
    db: Connection,
    viewer: Viewer,
    *,
    status: str | None,
    receipt_id: str | None,
    after: tuple[int, str] | None,
    limit: int,
) -> list[OrderRecord]:
    """Orders, newest first, from `after` (created_at and id) on."""
    query = select(orders).where(may_see_order(viewer))
    if status is not None:
        query = query.where(orders.c.status == status)
    if receipt_id is not None:
        query = query.where(orders.c.receipt_id == receipt_id)
    at, identity = orders.c.created_at, orders.c.id
    if after is not None:
        query = query.where(or_(at < after[0], and_(at == after[0], identity < after[1])))
    rows = db.execute(query.order_by(at.desc(), identity.desc()).limit(limit)).all()
    return [load_order(db, row) for row in rows]


def find_open_order(db: Connection, viewer: Viewer, order_hash: str) -> OrderRecord | None:
    """The order with this hash that has not ended, the one furthest on; or None."""
    query = select(orders).where(
        orders.c.order_hash == order_hash,
        orders.c.status.in_([status.value for status in OPEN]),
        may_see_order(viewer),
    )
    found = [
        load_order(db, row) for row in db.execute(query.order_by(orders.c.created_at, orders.c.id)).all()
    ]
    return min(found, key=lambda record: len(record.missing), default=None)


def find_order(db: Connection, viewer: Viewer, order_id: str) -> OrderRecord | None:
    """One order, or None."""
    row = db.execute(select(orders).where(orders.c.id == order_id, may_see_order(viewer))).one_or_none()
    return None if row is None else load_order(db, row)


def find_open_request(db: Connection, viewer: Viewer, kind: str, receipt_id: str) -> OrderRecord | None:
    """What was asked of a receipt's goods, of this kind, and has not ended: the oldest; or None."""
    query = select(orders).where(
        orders.c.primary_type == kind,
        orders.c.receipt_id == receipt_id,
        orders.c.status.in_([status.value for status in OPEN]),
        may_see_order(viewer),
    )
    row = db.execute(query.order_by(orders.c.created_at, orders.c.id).limit(1)).one_or_none()
    return None if row is None else load_order(db, row)
