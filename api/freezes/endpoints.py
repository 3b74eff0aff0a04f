"""/v1/freezes: court cases on receipts, in force, waiting and over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.context import ContextDep, ViewerDep
from api.freezes import service
from api.freezes.schemas import FreezePage
from api.schemas import READS, RECEIPT_PATTERN
from holdfast.store.records_engine import read

router = APIRouter(prefix="/freezes", tags=["freezes"], responses=READS)


@router.get("")
def list_freezes(
    context: ContextDep,
    viewer: ViewerDep,
    receipt_id: Annotated[str | None, Query(pattern=RECEIPT_PATTERN)] = None,
    court: Annotated[int | None, Query(gt=0, lt=2**32)] = None,
    standing: Annotated[bool | None, Query(description="true: those in force or waiting.")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FreezePage:
    """Freezes on receipts you may see, and a court's own, newest first."""
    with read(context.records.engine) as db:
        return service.list_freezes(
            db, viewer, receipt_id=receipt_id, court=court, standing=standing, cursor=cursor, limit=limit
        )
