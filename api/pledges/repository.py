"""Queries on pledges. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select

from api.cursors import newest_first
from api.viewer import Viewer, may_see_pledge, may_see_receipt
from holdfast.store.records_burden_tables import chain_covers, chain_pledges
from holdfast.store.records_chain_tables import chain_receipts


def list_pledges(
    db: Connection,
    viewer: Viewer,
    *,
    role: str | None,
    state: str | None,
    receipt_id: str | None,
    after: tuple[int, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Pledges, newest first, from `after` (block and log index they were made in) on."""
    query = select(chain_pledges).where(may_see_pledge(viewer))
    if role is not None:
        query = query.where(chain_pledges.c[role] == viewer.member_id)
    if state is not None:
        query = query.where(chain_pledges.c.state == state)
    if receipt_id is not None:
        on_it = exists().where(
            chain_covers.c.pledge_id == chain_pledges.c.pledge_id, chain_covers.c.receipt_id == receipt_id
        )
        query = query.where(on_it)
    block, index = chain_pledges.c.made_block, chain_pledges.c.made_log_index
    return db.execute(newest_first(query, block, index, after, limit)).all()


def find_pledge(db: Connection, viewer: Viewer, pledge_id: str) -> Row[Any] | None:
    """One pledge, or None."""
    query = select(chain_pledges).where(chain_pledges.c.pledge_id == pledge_id, may_see_pledge(viewer))
    return db.execute(query).one_or_none()


def covers(db: Connection, viewer: Viewer, pledge_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Receipts that pledges are or were on: all of its own to pledgee and pledgor, else those it may see."""
    own = or_(chain_pledges.c.pledgee == viewer.member_id, chain_pledges.c.pledgor == viewer.member_id)
    seen = exists().where(chain_receipts.c.receipt_id == chain_covers.c.receipt_id, may_see_receipt(viewer))
    query = (
        select(chain_covers)
        .join(chain_pledges, chain_pledges.c.pledge_id == chain_covers.c.pledge_id)
        .where(chain_covers.c.pledge_id.in_(pledge_ids), or_(own, seen))
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in db.execute(query.order_by(chain_covers.c.since, chain_covers.c.receipt_id)).all():
        found.setdefault(row.pledge_id, []).append(row)
    return found
