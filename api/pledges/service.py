"""Pledges as members are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from api.chain_port import ChainPort
from api.cursors import next_cursor, place_of
from api.members.repository import member_names
from api.pledges import repository
from api.pledges.schemas import CoverOut, PledgeDetail, PledgeOut, PledgePage, WorthOut
from api.problems import not_found
from api.schemas import Names
from api.viewer import Viewer
from holdfast.domain.errors import Refused, Unreachable
from holdfast.domain.money import show_amount
from holdfast.domain.valuation import loan_to_value_bps

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


def with_worth(pledge: PledgeOut, chain: ChainPort) -> PledgeDetail:
    """The same with what its goods are worth by the chain now; where it does not answer, that is said."""
    return PledgeDetail(**dict(pledge), worth=_worth(pledge, chain))


def _worth(pledge: PledgeOut, chain: ChainPort) -> WorthOut | None:
    covered = [int(cover.receipt_id, 16) for cover in pledge.receipts if cover.ended_at is None]
    if pledge.bond or not covered:
        return None
    try:
        found = chain.cover(int(pledge.number), covered)
    except (Refused, Unreachable) as error:
        why = str(error) if isinstance(error, Refused) else "the chain does not answer at the moment"
        return WorthOut(**dict.fromkeys(WorthOut.model_fields) | {"missing": why})
    worth = found.value_minor
    return WorthOut(
        value_minor=str(worth),
        value=show_amount(worth, found.currency),
        secured_minor=str(found.secured_minor),
        secured=show_amount(found.secured_minor, found.currency),
        needed_minor=str(found.needed_minor),
        needed=show_amount(found.needed_minor, found.currency),
        loan_to_value_bps=loan_to_value_bps(found.secured_minor, worth) if worth else None,
        margin_short=worth < found.needed_minor,
        missing=None,
    )


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
