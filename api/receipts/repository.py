"""Queries on receipts. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from api.cursors import newest_first
from api.viewer import Viewer, may_see_decision, may_see_order, may_see_receipt, may_see_terms
from holdfast.store.records_chain_tables import chain_events, chain_links, chain_receipts
from holdfast.store.records_tables import (
    decision_files,
    decision_receipts,
    decisions,
    documents,
    lot_labels,
    orders,
)


def _receipts(viewer: Viewer) -> Select[Any]:
    return (
        select(
            chain_receipts,
            documents.c.body.label("document"),
            documents.c.depositor,
            lot_labels.c.label,
            lot_labels.c.site,
            lot_labels.c.bay,
            lot_labels.c.product,
        )
        .outerjoin(documents, documents.c.receipt_id == chain_receipts.c.receipt_id)
        .outerjoin(lot_labels, lot_labels.c.lot_id == chain_receipts.c.lot_id)
        .where(may_see_receipt(viewer))
    )


def list_receipts(
    db: Connection,
    viewer: Viewer,
    *,
    status: int | None,
    holder: int | None,
    operator: int | None,
    lot_id: str | None,
    after: tuple[int, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Receipts, newest first, from `after` (issued block and log index) on."""
    query = _receipts(viewer)
    wanted = {"status": status, "holder": holder, "operator": operator, "lot_id": lot_id}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(chain_receipts.c[name] == value)
    block, index = chain_receipts.c.issued_block, chain_receipts.c.issued_log_index
    return db.execute(newest_first(query, block, index, after, limit)).all()


def find_receipt(db: Connection, viewer: Viewer, receipt_id: str) -> Row[Any] | None:
    """One receipt, or None."""
    query = _receipts(viewer).where(chain_receipts.c.receipt_id == receipt_id)
    return db.execute(query).one_or_none()


def links(
    db: Connection, viewer: Viewer, receipt_ids: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Predecessors and successors of receipts that the viewer may see, by receipt, oldest first."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for own, other, found in (
        (chain_links.c.successor_id, chain_links.c.receipt_id, before),
        (chain_links.c.receipt_id, chain_links.c.successor_id, after),
    ):
        query = (
            select(own.label("own"), other.label("other"))
            .join(chain_receipts, chain_receipts.c.receipt_id == own)
            .where(own.in_(receipt_ids), may_see_receipt(viewer))
        )
        for row in db.execute(query.order_by(chain_links.c.block_number, other)).all():
            found.setdefault(row.own, []).append(row.other)
    return before, after


def predecessors(db: Connection, viewer: Viewer, receipt_ids: Sequence[str]) -> set[str]:
    """Receipts whose place these took together. Ids alone: those of one merger are on the chain for all."""
    query = select(chain_links.c.receipt_id).where(chain_links.c.successor_id.in_(receipt_ids))
    return set(db.scalars(query).all())


def sees_terms(db: Connection, viewer: Viewer, receipt_id: str) -> bool:
    """Whether the viewer may see what the loans on a receipt are."""
    query = select(chain_receipts.c.receipt_id).where(
        chain_receipts.c.receipt_id == receipt_id, may_see_terms(viewer)
    )
    return db.execute(query).one_or_none() is not None


def receipt_events(db: Connection, viewer: Viewer, receipt_id: str) -> Sequence[Row[Any]]:
    """A receipt's acts, oldest first."""
    query = (
        select(chain_events)
        .join(chain_receipts, chain_receipts.c.receipt_id == chain_events.c.receipt_id)
        .where(chain_events.c.receipt_id == receipt_id, may_see_receipt(viewer))
    )
    order = (chain_events.c.block_number, chain_events.c.log_index)
    return db.execute(query.order_by(*order)).all()


def orders_behind(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], str]:
    """(transaction, receipt) -> id of the order that an event carries out, of those the viewer may see."""
    query = select(orders.c.tx_hash, orders.c.receipt_id, orders.c.id).where(
        orders.c.tx_hash.in_({row.tx_hash for row in rows}), may_see_order(viewer)
    )
    return {(row.tx_hash, row.receipt_id): row.id for row in db.execute(query).all()}


def receipt_decisions(db: Connection, viewer: Viewer, receipt_id: str) -> Sequence[Row[Any]]:
    """Decisions on a receipt that the viewer may see, newest first, for a receipt it may see."""
    return db.execute(_decisions(viewer).where(decision_receipts.c.receipt_id == receipt_id)).all()


def decisions_behind(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], str]:
    """(transaction, receipt) -> id of the decision that an event carries out, of those the viewer may see."""
    query = _decisions(viewer).where(
        decision_receipts.c.receipt_id.in_({row.receipt_id for row in rows}),
        decisions.c.tx_hash.in_({row.tx_hash for row in rows}),
    )
    return {(row.tx_hash, row.on_receipt): row.id for row in db.execute(query).all()}


def _decisions(viewer: Viewer) -> Select[Any]:
    return (
        select(decisions, decision_receipts.c.receipt_id.label("on_receipt"))
        .join(decision_receipts, decision_receipts.c.decision_id == decisions.c.id)
        .join(chain_receipts, chain_receipts.c.receipt_id == decision_receipts.c.receipt_id)
        .where(may_see_receipt(viewer), may_see_decision(viewer))
        .order_by(decisions.c.decided_at.desc(), decisions.c.id.desc())
    )


def decision_file_rows(db: Connection, viewer: Viewer, decision_id: str) -> Sequence[Row[Any]]:
    """The files of a decision's bundle, by name."""
    query = (
        select(decision_files)
        .join(decisions, decisions.c.id == decision_files.c.decision_id)
        .where(decision_files.c.decision_id == decision_id, may_see_decision(viewer))
    )
    return db.execute(query.order_by(decision_files.c.name)).all()
