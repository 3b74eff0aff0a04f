"""Queries on splits. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, or_, select

from api.cursors import newest_first
from api.fold_receipt import SUCCEEDED
from api.viewer import Viewer, may_see_receipt
from holdfast.store.records_chain_tables import chain_events, chain_links, chain_receipts

_BEFORE, _BESIDE = chain_events.alias("before"), chain_events.alias("beside")


_SAME_ACT = {
    other: and_(
        *(other.c[name] == chain_events.c[name] for name in ("receipt_id", "tx_hash", "name")),
        other.c.args["seq"].as_string() == chain_events.c.args["seq"].as_string(),
    )
    for other in (_BEFORE, _BESIDE)
}
"""Another event of the same act: one for each part, all with the number that the act spent."""


def _splits(viewer: Viewer) -> Select[Any]:
    """The first event of each split. Where one receipt alone took a receipt's place, it was no split."""
    first = ~exists().where(_SAME_ACT[_BEFORE], _BEFORE.c.log_index < chain_events.c.log_index)
    several = exists().where(_SAME_ACT[_BESIDE], _BESIDE.c.log_index > chain_events.c.log_index)
    off, replaced = (chain_events.c.name == name for name in ("ReceiptSplitOff", "ReceiptReplaced"))
    return (
        select(chain_events, chain_receipts.c.operator, chain_receipts.c.lot_id.label("of_lot"))
        .join(chain_receipts, chain_receipts.c.receipt_id == chain_events.c.receipt_id)
        .where(or_(off, and_(replaced, several)), first, may_see_receipt(viewer))
    )


def list_splits(
    db: Connection,
    viewer: Viewer,
    *,
    receipt_id: str | None,
    after: tuple[int, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Splits, newest first, from `after` (block and log index) on; of a receipt, also the one it came of."""
    query = _splits(viewer)
    if receipt_id is not None:
        came_of = exists().where(_SAME_ACT[_BESIDE], _BESIDE.c.successor_id == receipt_id)
        query = query.where(or_(chain_events.c.receipt_id == receipt_id, came_of))
    block, index = chain_events.c.block_number, chain_events.c.log_index
    return db.execute(newest_first(query, block, index, after, limit)).all()


def find_split(db: Connection, viewer: Viewer, receipt_id: str, seq: str) -> Row[Any] | None:
    """The split that spent a number of a receipt, or None."""
    of_number = chain_events.c.args["seq"].as_string() == seq
    query = _splits(viewer).where(chain_events.c.receipt_id == receipt_id, of_number)
    return db.execute(query).one_or_none()


def parts(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], list[Row[Any]]]:
    """(receipt, number spent) -> issues of the parts, in the order's order, for splits the viewer may see.

    Each with what it took over of the old receipt's burdens (`inherits`).
    """
    issued = chain_events.alias("issued")
    query = (
        select(chain_events.c.receipt_id, chain_events.c.args, chain_links.c.inherits)
        .add_columns(issued.c.receipt_id.label("part_id"), issued.c.args.label("terms"))
        .join(issued, issued.c.receipt_id == chain_events.c.successor_id)
        .join(
            chain_links,
            and_(
                chain_links.c.receipt_id == chain_events.c.receipt_id,
                chain_links.c.successor_id == chain_events.c.successor_id,
            ),
        )
        .where(
            issued.c.name == "ReceiptIssued",
            chain_events.c.name.in_(SUCCEEDED),
            chain_events.c.tx_hash.in_({row.tx_hash for row in rows}),
        )
    )
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in db.execute(query.order_by(chain_events.c.block_number, chain_events.c.log_index)).all():
        found.setdefault((row.receipt_id, row.args["seq"]), []).append(row)
    return found
