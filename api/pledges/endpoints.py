"""/v1/pledges: who has goods in pledge, for how much, until when."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from api.context import ContextDep, ViewerDep
from api.pledges import service
from api.pledges.schemas import PledgeDetail, PledgePage, PledgeState
from api.schemas import READS, RECEIPT_PATTERN
from holdfast.store.records_engine import read

router = APIRouter(prefix="/pledges", tags=["pledges"], responses=READS)

PledgeId = Annotated[str, Path(pattern="^0x[0-9a-f]{16}$", description="0x and 16 lower-case hex digits.")]


@router.get("")
def list_pledges(
    context: ContextDep,
    viewer: ViewerDep,
    role: Annotated[
        Literal["pledgor", "pledgee"] | None, Query(description="Only those in which you are this.")
    ] = None,
    state: PledgeState | None = None,
    receipt_id: Annotated[str | None, Query(pattern=RECEIPT_PATTERN)] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PledgePage:
    """Pledges you may see, newest first: yours, and those on receipts in which you have a right now."""
    with read(context.records.engine) as db:
        return service.list_pledges(
            db, viewer, role=role, state=state, receipt_id=receipt_id, cursor=cursor, limit=limit
        )


@router.get("/{pledge_id}")
def get_pledge(context: ContextDep, viewer: ViewerDep, pledge_id: PledgeId) -> PledgeDetail:
    """One pledge, every receipt it is or was on, and whether its goods still cover it."""
    with read(context.records.engine) as db:
        found = service.get_pledge(db, viewer, pledge_id)
    return service.with_worth(found, context.chain)
