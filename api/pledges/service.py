"""Pledges as members are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from api.cursors import next_cursor, place_of
from api.members.repository import member_names
from api.pledges import repository
from api.pledges.schemas import CoverOut, PledgeOut, PledgePage
from api.problems import not_found
from api.schemas import Names
from api.viewer import Viewer
from holdfast.domain.money import show_amount

_AS_STORED = (
    *("amount_minor", "paid_minor", "currency", "maturity", "ltv_bps", "cure_s", "filing_digest"),
    *("default_at", "sale_from", "value_minor", "needed_minor", "made_at", "made_tx", "ended_at", "state"),
)


def list_pledges(
    db: Connection,
    viewer: Viewer,
    *,
    role: str | None,
    state: str | None,
    receipt_id: str | None,
    cursor: str | None,
    limit: int,
) -> PledgePage:
    """A page of the pledges a member may see."""
    rows = repository.list_pledges(
        db,
        viewer,
        role=role,
        state=state,
        receipt_id=receipt_id,
        after=place_of(cursor),
        limit=limit + 1,
    )
    return PledgePage(
        items=_pledges(db, viewer, rows[:limit]),
        next=next_cursor(rows, limit, "made_block", "made_log_index"),
    )


def get_pledge(db: Connection, viewer: Viewer, pledge_id: str) -> PledgeOut:
    """One pledge. Raises Problem 404."""
    row = repository.find_pledge(db, viewer, pledge_id)
    if row is None:
        raise not_found("pledge", pledge_id)
    return _pledges(db, viewer, [row])[0]


def _pledges(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> list[PledgeOut]:
    names = Names(member_names(db, viewer))
    covers = repository.covers(db, viewer, [row.pledge_id for row in rows])
    return [_pledge(row, names, covers.get(row.pledge_id, [])) for row in rows]


def _pledge(row: Row[Any], names: Names, covers: Sequence[Row[Any]]) -> PledgeOut:
    return PledgeOut(
        id=row.pledge_id,
        number=str(int(row.pledge_id, 16)),
        bond=row.ltv_bps == 0,
        pledgee=names.ref(row.pledgee),
        pledgor=names.ref(row.pledgor),
        amount=show_amount(int(row.amount_minor), row.currency),
        receipts=[
            CoverOut(**{name: cover._mapping[name] for name in CoverOut.model_fields}) for cover in covers
        ],
        **{name: row._mapping[name] for name in _AS_STORED},
    )
