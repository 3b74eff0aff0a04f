"""Queries on court freezes. Each takes the viewer and finds only what that member may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from api.cursors import newest_first
from api.viewer import Viewer, may_see_freeze
from holdfast.store.records_burden_tables import chain_cases, chain_freezes


def list_freezes(
    db: Connection,
    viewer: Viewer,
    *,
    receipt_id: str | None,
    court: int | None,
    standing: bool | None,
    after: tuple[int, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Freezes with their cases, newest first, from `after` (block and log index) on."""
    of_case = and_(
        chain_cases.c.contract == chain_freezes.c.contract, chain_cases.c.case_no == chain_freezes.c.case_no
    )
    case = [chain_cases.c[name] for name in ("court", "reason", "document_digest", "opened_at", "expires_at")]
    query = select(chain_freezes, *case).join(chain_cases, of_case).where(may_see_freeze(viewer))
    if receipt_id is not None:
        query = query.where(chain_freezes.c.receipt_id == receipt_id)
    if court is not None:
        query = query.where(chain_cases.c.court == court)
    if standing is not None:
        ended = chain_freezes.c.ended_at
        query = query.where(ended.is_(None) if standing else ended.is_not(None))
    block, index = chain_freezes.c.block_number, chain_freezes.c.log_index
    return db.execute(newest_first(query, block, index, after, limit)).all()
