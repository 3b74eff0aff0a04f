"""Queries on decisions. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from api.viewer import Viewer, may_see_decision, may_see_receipt
from holdfast.store.records_chain_tables import chain_receipts
from holdfast.store.records_tables import decision_entitled, decision_receipts, decisions, frame_views


def list_decisions(
    db: Connection,
    viewer: Viewer,
    *,
    decision: str | None,
    after: tuple[int, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Decisions, newest first, from `after` (decided_at and id) on."""
    query = select(decisions).where(may_see_decision(viewer))
    if decision is not None:
        query = query.where(decisions.c.decision == decision)
    at, identity = decisions.c.decided_at, decisions.c.id
    if after is not None:
        query = query.where(or_(at < after[0], and_(at == after[0], identity < after[1])))
    return db.execute(query.order_by(at.desc(), identity.desc()).limit(limit)).all()


def find_decision(db: Connection, viewer: Viewer, decision_id: str) -> Row[Any] | None:
    """One decision, or None."""
    query = select(decisions).where(decisions.c.id == decision_id, may_see_decision(viewer))
    return db.execute(query).one_or_none()


def is_entitled(db: Connection, viewer: Viewer, decision_id: str) -> bool:
    """Whether the whole board is the viewer's to read, other members' receipts included."""
    if viewer.sees_all:
        return True
    query = select(decision_entitled.c.member_id).where(
        decision_entitled.c.decision_id == decision_id, decision_entitled.c.member_id == viewer.member_id
    )
    return db.scalar(query) is not None


def all_receipts(db: Connection, viewer: Viewer, decision_id: str) -> list[tuple[int, str]]:
    """(place, id) of every receipt the decision names, for a decision the viewer may see."""
    query = (
        select(decision_receipts.c.index, decision_receipts.c.receipt_id)
        .join(decisions, decisions.c.id == decision_receipts.c.decision_id)
        .where(decision_receipts.c.decision_id == decision_id, may_see_decision(viewer))
    )
    found = db.execute(query.order_by(decision_receipts.c.index)).all()
    return [(place, receipt_id) for place, receipt_id in found]


def seen_receipts(db: Connection, viewer: Viewer, decision_id: str) -> list[tuple[int, str]]:
    """(place, id) of the receipts of a decision that the viewer may see."""
    query = (
        select(decision_receipts.c.index, decision_receipts.c.receipt_id)
        .join(chain_receipts, chain_receipts.c.receipt_id == decision_receipts.c.receipt_id)
        .where(decision_receipts.c.decision_id == decision_id, may_see_receipt(viewer))
    )
    found = db.execute(query.order_by(decision_receipts.c.index)).all()
    return [(place, receipt_id) for place, receipt_id in found]


def list_frames(db: Connection, viewer: Viewer, decision_id: str) -> list[tuple[int, str]]:
    """Number and caption of each picture of a decision."""
    query = (
        select(frame_views.c.index, frame_views.c.caption)
        .join(decisions, decisions.c.id == frame_views.c.decision_id)
        .where(frame_views.c.decision_id == decision_id, may_see_decision(viewer))
    )
    found = db.execute(query.order_by(frame_views.c.index)).all()
    return [(n, caption) for n, caption in found]


def find_frame(db: Connection, viewer: Viewer, decision_id: str, n: int) -> bytes | None:
    """One picture, or None."""
    query = (
        select(frame_views.c.jpeg)
        .join(decisions, decisions.c.id == frame_views.c.decision_id)
        .where(frame_views.c.decision_id == decision_id, frame_views.c.index == n)
        .where(may_see_decision(viewer))
    )
    jpeg = db.scalar(query)
    return None if jpeg is None else bytes(jpeg)
