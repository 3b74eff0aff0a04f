"""Queries on the feed. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from api.viewer import Viewer, may_see_decision, may_see_lot, may_see_order, may_see_receipt, may_see_terms
from holdfast.store.records_chain_tables import chain_lots, chain_receipts, receipt_parties
from holdfast.store.records_tables import decisions, feed, orders

TOLD_TO_ALL = (
    *("ChainRewound", "CommitteeChanged", "MemberAdded", "MemberAccountChanged", "MemberRolesChanged"),
    *("MemberActiveChanged", "MemberEncryptionKeyChanged", "AttesterNamed", "ModuleSet", "CouncilActed"),
)


def entries_after(db: Connection, viewer: Viewer, position: int, limit: int) -> Sequence[Row[Any]]:
    """Feed entries after a position, in order, that the viewer may see."""
    of_receipt = exists().where(chain_receipts.c.receipt_id == feed.c.receipt_id, may_see_receipt(viewer))
    of_lot = and_(
        feed.c.receipt_id.is_(None), exists().where(chain_lots.c.lot_id == feed.c.lot_id, may_see_lot(viewer))
    )
    of_order = exists().where(orders.c.id == feed.c.order_id, may_see_order(viewer))
    of_decision = exists().where(decisions.c.id == feed.c.decision_id, may_see_decision(viewer))
    # How a right in a receipt ended is told to whoever had it: it may not see the receipt any more.
    of_past_right = exists().where(
        receipt_parties.c.receipt_id == feed.c.receipt_id,
        receipt_parties.c.member_id == viewer.member_id,
        receipt_parties.c.ended_at >= feed.c.at,
    )
    terms = exists().where(chain_receipts.c.receipt_id == feed.c.receipt_id, may_see_terms(viewer))
    query = select(feed, or_(terms, of_past_right).label("terms")).where(
        feed.c.position > position,
        or_(feed.c.name.in_(TOLD_TO_ALL), of_receipt, of_past_right, of_lot, of_order, of_decision),
    )
    return db.execute(query.order_by(feed.c.position).limit(limit)).all()


def newest_position(db: Connection, viewer: Viewer) -> int:
    """The end of the feed: where a reader that wants no past begins."""
    return db.scalar(select(func.max(feed.c.position))) or 0
