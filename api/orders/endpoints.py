"""/v1/orders: prepare, sign elsewhere with your own key, submit, follow."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import JSONResponse

from api.context import ContextDep, ViewerDep
from api.idempotency import KeyHeader, once, request_digest
from api.orders import inspections, reading, service
from api.orders.schemas import (
    InspectIn,
    OrderOut,
    OrderPage,
    PreparedOut,
    PrepareIn,
    SeriesIn,
    ShareIn,
    SignIn,
    StatusWord,
    SubmitIn,
)
from api.path_parts import OrderId, ReceiptId
from api.schemas import READS, RECEIPT_PATTERN, WRITES
from holdfast.store.records_engine import read

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("/prepare", responses=WRITES)
def prepare_order(
    context: ContextDep,
    viewer: ViewerDep,
    request: Annotated[PrepareIn, Body()],
) -> PreparedOut:
    """Typed data to sign, and what it means in English and Chinese. Stores nothing."""
    return service.prepare(context, viewer, request)


@router.post("", status_code=202, response_model=OrderOut, responses=WRITES)
def submit_order(
    http: Request, context: ContextDep, viewer: ViewerDep, key: KeyHeader, request: SubmitIn
) -> JSONResponse:
    """Submit a signed order. With every signature it is queued for the oracle."""
    digest = request_digest(http.url.path, request)
    act = partial(service.submit, context, viewer, request)
    return once(context.records, viewer.member_id, key, digest, 202, act)


@router.post("/{order_id}/signatures", status_code=202, response_model=OrderOut, responses=WRITES)
def sign_order(
    http: Request,
    context: ContextDep,
    viewer: ViewerDep,
    key: KeyHeader,
    order_id: OrderId,
    request: SignIn,
) -> JSONResponse:
    """Add your signature to an order that waits for it."""
    digest = request_digest(http.url.path, request)
    act = partial(service.sign, context, viewer, order_id, request)
    return once(context.records, viewer.member_id, key, digest, 202, act)


@router.get("", responses=READS)
def list_orders(
    context: ContextDep,
    viewer: ViewerDep,
    status: StatusWord | None = None,
    receipt_id: Annotated[str | None, Query(pattern=RECEIPT_PATTERN)] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OrderPage:
    """Orders you are a party of, newest first."""
    with read(context.records.engine) as db:
        return reading.list_orders(
            db, viewer, status=status, receipt_id=receipt_id, cursor=cursor, limit=limit
        )


@router.get("/{order_id}", responses=READS)
def get_order(context: ContextDep, viewer: ViewerDep, order_id: OrderId) -> OrderOut:
    """One order and how far it is."""
    return reading.get_order(context, viewer, order_id)


inspections_router = APIRouter(prefix="/receipts", tags=["orders"])


@inspections_router.post(
    "/{receipt_id}/inspections", status_code=202, response_model=OrderOut, responses=WRITES
)
def inspect_receipt(
    http: Request,
    context: ContextDep,
    viewer: ViewerDep,
    key: KeyHeader,
    receipt_id: ReceiptId,
    request: InspectIn,
) -> JSONResponse:
    """Ask for a look at a receipt's goods: instruments and cameras are asked, and evidence decides.

    Where the goods differ from the receipt, attesters suspend it; where they agree again, they reinstate a
    suspended one. Otherwise it stays as it is, and the order says what was found.
    """
    digest = request_digest(http.url.path, request)
    act = partial(inspections.ask, context, viewer, receipt_id, request)
    return once(context.records, viewer.member_id, key, digest, 202, act)


@inspections_router.post(
    "/{receipt_id}/shortages", status_code=202, response_model=OrderOut, responses=WRITES
)
def share_shortage(
    http: Request,
    context: ContextDep,
    viewer: ViewerDep,
    key: KeyHeader,
    receipt_id: ReceiptId,
    request: ShareIn,
) -> JSONResponse:
    """Ask for a shortage to be shared among all receipts of this one's lot, each in proportion.

    The warehouse's own system says how much is missing, the instruments must say the same, and all receipts
    of the lot must be suspended. Reinstate each of them afterwards by another look.
    """
    digest = request_digest(http.url.path, request)
    act = partial(inspections.share, context, viewer, receipt_id, request)
    return once(context.records, viewer.member_id, key, digest, 202, act)


@inspections_router.post("/{receipt_id}/series", status_code=202, response_model=OrderOut, responses=WRITES)
def value_by_series(
    http: Request,
    context: ContextDep,
    viewer: ViewerDep,
    key: KeyHeader,
    receipt_id: ReceiptId,
    request: SeriesIn,
) -> JSONResponse:
    """Ask for the lot of a receipt to be valued by a price series, once and for ever.

    Nobody signs it: attesters' people look whether the series fits the goods, and approve it or not.
    """
    digest = request_digest(http.url.path, request)
    act = partial(inspections.value_by, context, viewer, receipt_id, request)
    return once(context.records, viewer.member_id, key, digest, 202, act)
