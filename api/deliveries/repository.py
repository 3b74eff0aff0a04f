"""Queries on deliveries. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, select

from api.cursors import newest_first
from api.viewer import Viewer, may_see_delivery
from holdfast.store.records_burden_tables import chain_pledges
from holdfast.store.records_chain_tables import chain_events, chain_receipts

DELIVERED: Final = ("ReceiptDelivered", "ReceiptReduced")
UNDER_BOND: Final = ("BondDeliveredJointly", "BondDelivered")


def _deliveries(viewer: Viewer) -> Select[Any]:
    return (
        select(chain_events, chain_receipts.c.operator, chain_receipts.c.lot_id.label("of_lot"))
        .join(chain_receipts, chain_receipts.c.receipt_id == chain_events.c.receipt_id)
        .where(chain_events.c.name.in_(DELIVERED), may_see_delivery(viewer))
    )


def list_deliveries(
    db: Connection,
    viewer: Viewer,
    *,
    receipt_id: str | None,
    holder: int | None,
    after: tuple[int, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Deliveries, newest first, from `after` (block and log index) on."""
    query = _deliveries(viewer)
    if receipt_id is not None:
        query = query.where(chain_events.c.receipt_id == receipt_id)
    if holder is not None:
        query = query.where(chain_events.c.args["holder"].as_string() == str(holder))
    block, index = chain_events.c.block_number, chain_events.c.log_index
    return db.execute(newest_first(query, block, index, after, limit)).all()


def find_delivery(db: Connection, viewer: Viewer, receipt_id: str, seq: str) -> Row[Any] | None:
    """The delivery that spent a number of a receipt, or None."""
    of_number = chain_events.c.args["seq"].as_string() == seq
    query = _deliveries(viewer).where(chain_events.c.receipt_id == receipt_id, of_number)
    return db.execute(query).one_or_none()


def bonds(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], Row[Any]]:
    """(transaction, receipt) -> the bond that ended by a delivery, for deliveries the viewer may see."""
    query = (
        select(chain_events.c.tx_hash, chain_events.c.receipt_id, chain_events.c.name, chain_pledges)
        .join(chain_pledges, chain_pledges.c.pledge_id == chain_events.c.pledge_id)
        .where(chain_events.c.name.in_(UNDER_BOND), chain_events.c.tx_hash.in_({row.tx_hash for row in rows}))
    )
    return {(row.tx_hash, row.receipt_id): row for row in db.execute(query).all()}
