"""Decisions as members are shown them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from api.cursors import decode_cursor, next_cursor
from api.decisions import repository
from api.decisions.schemas import (
    AttesterOut,
    BoardOut,
    BoardPage,
    CheckOut,
    FrameList,
    FrameOut,
    MatchOut,
)
from api.members.repository import member_names
from api.problems import not_found
from api.receipts.repository import find_receipt, receipt_decisions
from api.receipts.schemas import EvidenceOut
from api.receipts.service import evidence_out
from api.schemas import Names
from api.viewer import Viewer

_COPIED = (
    *("purpose", "decision", "lot_id", "order_hash", "evidence_digest", "policy_digest", "observed_at"),
    *("decided_at", "valid_until", "tx_hash", "reason", "detail"),
)


def list_decisions(
    db: Connection, viewer: Viewer, *, decision: str | None, cursor: str | None, limit: int
) -> BoardPage:
    """A page of the decisions a member may see, refused ones among them."""
    place = decode_cursor(cursor, int, str) if cursor is not None else None
    after = (int(place[0]), str(place[1])) if place else None
    rows = repository.list_decisions(db, viewer, decision=decision, after=after, limit=limit + 1)
    names = Names(member_names(db, viewer))
    return BoardPage(
        items=[_board(db, viewer, row, names) for row in rows[:limit]],
        next=next_cursor(rows, limit, "decided_at", "id"),
    )


def get_decision(db: Connection, viewer: Viewer, decision_id: str) -> BoardOut:
    """One decision. Raises Problem 404."""
    return _board(db, viewer, _found(db, viewer, decision_id), Names(member_names(db, viewer)))


def get_evidence(db: Connection, viewer: Viewer, decision_id: str) -> EvidenceOut:
    """The bundle of one decision. Raises Problem 404."""
    return evidence_out(db, viewer, _found(db, viewer, decision_id))


def get_frames(db: Connection, viewer: Viewer, decision_id: str) -> FrameList:
    """The pictures of one decision. Raises Problem 404."""
    _found(db, viewer, decision_id)
    return _frames(db, viewer, decision_id, f"/v1/decisions/{decision_id}/frames")


def get_frame(db: Connection, viewer: Viewer, decision_id: str, n: int) -> bytes:
    """One picture. Raises Problem 404."""
    jpeg = repository.find_frame(db, viewer, decision_id, n)
    if jpeg is None:
        raise not_found(f"frame {n} of decision", decision_id)
    return jpeg


def newest_board(db: Connection, viewer: Viewer, receipt_id: str) -> BoardOut:
    """The board of the newest decision that changed the receipt, or else of the newest at all.

    A later attempt that was refused changed nothing; it stands in the list of decisions.

    Raises:
        Problem: 404, no such receipt, or no decision on it is kept here.
    """
    rows = _of_receipt(db, viewer, receipt_id)
    if not rows:
        raise not_found("board of receipt", receipt_id)
    row = next((row for row in rows if row.tx_hash is not None), rows[0])
    return _board(db, viewer, row, Names(member_names(db, viewer)))


def newest_frames(db: Connection, viewer: Viewer, receipt_id: str) -> FrameList:
    """The pictures of the newest accepted decision on the receipt that has any. Raises Problem 404."""
    for row in _of_receipt(db, viewer, receipt_id):
        if row.tx_hash is not None:
            found = _frames(db, viewer, row.id, f"/v1/receipts/{receipt_id}/frames")
            if found.items:
                return found
    return FrameList(decision_id=None, items=[])


def newest_frame(db: Connection, viewer: Viewer, receipt_id: str, n: int) -> bytes:
    """One picture of those `newest_frames` lists. Raises Problem 404."""
    decision_id = newest_frames(db, viewer, receipt_id).decision_id
    jpeg = None if decision_id is None else repository.find_frame(db, viewer, decision_id, n)
    if jpeg is None:
        raise not_found(f"frame {n} of receipt", receipt_id)
    return jpeg


def _found(db: Connection, viewer: Viewer, decision_id: str) -> Row[Any]:
    row = repository.find_decision(db, viewer, decision_id)
    if row is None:
        raise not_found("decision", decision_id)
    return row


def _of_receipt(db: Connection, viewer: Viewer, receipt_id: str) -> list[Row[Any]]:
    if find_receipt(db, viewer, receipt_id) is None:
        raise not_found("receipt", receipt_id)
    return list(receipt_decisions(db, viewer, receipt_id))


def _frames(db: Connection, viewer: Viewer, decision_id: str, base: str) -> FrameList:
    rows = repository.list_frames(db, viewer, decision_id)
    items = [FrameOut(n=n, caption=caption, href=f"{base}/{n}") for n, caption in rows]
    return FrameList(decision_id=decision_id, items=items)


def _board(db: Connection, viewer: Viewer, row: Row[Any], names: Names) -> BoardOut:
    whole = repository.is_entitled(db, viewer, row.id)
    find = repository.all_receipts if whole else repository.seen_receipts
    receipts = find(db, viewer, row.id)
    seen = None if whole else {f"receipt {place + 1}" for place, _ in receipts}
    attesters = []
    for member, account in row.attesters:
        ref = names.ref(member)
        attesters.append(AttesterOut(member_id=member, name=ref.name, name_zh=ref.name_zh, account=account))
    return BoardOut(
        decision_id=row.id,
        matches=[_match(match, seen) for match in row.verdict["matches"]],
        attesters=attesters,
        receipt_ids=[receipt_id for _, receipt_id in receipts],
        **{name: row._mapping[name] for name in _COPIED},
    )


def _match(match: dict[str, Any], seen: set[str] | None) -> MatchOut:
    """A match; of a batch, the title checks only of receipts the viewer may see."""
    checks = [
        CheckOut(**check)
        for check in match["checks"]
        if seen is None or match["name"] != "title" or check["name"] in seen
    ]
    return MatchOut(name=match["name"], outcome=match["outcome"], checks=checks)
