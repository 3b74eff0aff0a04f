"""/v1/lots: the goods that receipts stand for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.context import ContextDep, ViewerDep
from api.lots import service
from api.lots.schemas import LotOut, LotPage
from api.path_parts import LotId
from api.schemas import READS
from holdfast.store.records_engine import read

router = APIRouter(prefix="/lots", tags=["lots"], responses=READS)


@router.get("")
def list_lots(
    context: ContextDep,
    viewer: ViewerDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LotPage:
    """Lots you may see."""
    with read(context.records.engine) as db:
        return service.list_lots(db, viewer, cursor=cursor, limit=limit)


@router.get("/{lot_id}")
def get_lot(context: ContextDep, viewer: ViewerDep, lot_id: LotId) -> LotOut:
    """One lot."""
    with read(context.records.engine) as db:
        return service.get_lot(db, viewer, lot_id)
