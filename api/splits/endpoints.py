"""/v1/splits: receipts whose goods were shared out to new receipts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.context import ContextDep, ViewerDep
from api.path_parts import ActId
from api.schemas import READS, RECEIPT_PATTERN
from api.splits import service
from api.splits.schemas import SplitOut, SplitPage
from holdfast.store.records_engine import read

router = APIRouter(prefix="/splits", tags=["splits"], responses=READS)


@router.get("")
def list_splits(
    context: ContextDep,
    viewer: ViewerDep,
    receipt_id: Annotated[
        str | None, Query(pattern=RECEIPT_PATTERN, description="The receipt that was split, or a part.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SplitPage:
    """Splits of receipts you may see, newest first."""
    with read(context.records.engine) as db:
        return service.list_splits(db, viewer, receipt_id=receipt_id, cursor=cursor, limit=limit)


@router.get("/{split_id}")
def get_split(context: ContextDep, viewer: ViewerDep, split_id: ActId) -> SplitOut:
    """One split, with its parts and what stayed under the old id."""
    with read(context.records.engine) as db:
        return service.get_split(db, viewer, split_id)
