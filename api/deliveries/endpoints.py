"""/v1/deliveries: goods that left the warehouse, in whole or in part."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.context import ContextDep, ViewerDep
from api.deliveries import service
from api.deliveries.schemas import DeliveryOut, DeliveryPage
from api.path_parts import ActId
from api.schemas import READS, RECEIPT_PATTERN
from holdfast.store.records_engine import read

router = APIRouter(prefix="/deliveries", tags=["deliveries"], responses=READS)


@router.get("")
def list_deliveries(
    context: ContextDep,
    viewer: ViewerDep,
    receipt_id: Annotated[str | None, Query(pattern=RECEIPT_PATTERN)] = None,
    holder: Annotated[int | None, Query(gt=0, lt=2**32, description="Who held the receipt.")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    """Deliveries under receipts you may see, and those that ended a pledge bond of yours, newest first."""
    with read(context.records.engine) as db:
        return service.list_deliveries(
            db, viewer, receipt_id=receipt_id, holder=holder, cursor=cursor, limit=limit
        )


@router.get("/{delivery_id}")
def get_delivery(context: ContextDep, viewer: ViewerDep, delivery_id: ActId) -> DeliveryOut:
    """One delivery, with the quorum and the evidence it rests on."""
    with read(context.records.engine) as db:
        return service.get_delivery(db, viewer, delivery_id)
