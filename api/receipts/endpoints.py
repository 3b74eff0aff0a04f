"""/v1/receipts: what exists, who holds it, and why that may be believed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api.context import ContextDep, ViewerDep
from api.decisions import service as decisions_service
from api.decisions.schemas import BoardOut, FrameList
from api.health.service import indexed_block
from api.path_parts import ReceiptId
from api.problems import conflict
from api.receipts import service
from api.receipts import status as status_service
from api.receipts.schemas import EvidenceList, HistoryOut, ReceiptOut, ReceiptPage, StatusWord, TitleOut
from api.receipts.status_schemas import StatusOut
from api.schemas import LOT_PATTERN, READS
from holdfast.store.records_engine import read

router = APIRouter(prefix="/receipts", tags=["receipts"], responses=READS)


@router.get("")
def list_receipts(
    context: ContextDep,
    viewer: ViewerDep,
    status: StatusWord | None = None,
    holder: Annotated[int | None, Query(gt=0, lt=2**32)] = None,
    operator: Annotated[int | None, Query(gt=0, lt=2**32)] = None,
    lot_id: Annotated[str | None, Query(pattern=LOT_PATTERN)] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReceiptPage:
    """Receipts you may see, newest first."""
    with read(context.records.engine) as db:
        return service.list_receipts(
            db,
            viewer,
            status=status,
            holder=holder,
            operator=operator,
            lot_id=lot_id,
            cursor=cursor,
            limit=limit,
        )


@router.get("/{receipt_id}")
def get_receipt(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> ReceiptOut:
    """One receipt."""
    with read(context.records.engine) as db:
        return service.get_receipt(db, viewer, receipt_id)


@router.get("/{receipt_id}/status")
def get_status(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> StatusOut:
    """How the receipt stands, asked of the chain now: holder, burdens by rank, why it is not free."""
    with read(context.records.engine) as db:
        service.get_receipt(db, viewer, receipt_id)  # nothing is asked for those who may not see it
    standing = context.chain.standing(int(receipt_id, 16), value=True)
    with read(context.records.engine) as db:
        return status_service.get_status(db, viewer, receipt_id, standing)


@router.get("/{receipt_id}/history")
def get_history(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> HistoryOut:
    """Every act on the receipt, with the quorum that attested it."""
    with read(context.records.engine) as db:
        return service.get_history(db, viewer, receipt_id)


@router.get("/{receipt_id}/title", response_model=None, responses={200: {"model": TitleOut}})
def get_title(
    context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId, proof: bool = False
) -> TitleOut | Response:
    """Title as of the newest indexed block; with `proof=true` the title proof file, taken from the
    chain now, which verifies offline with `holdfast verify`.
    """
    with read(context.records.engine) as db:
        as_of = indexed_block(db, viewer)
        title = service.get_title(db, viewer, receipt_id, as_of=as_of, now_s=context.clock())
    if not proof:
        return title
    if title.status in ("delivered", "replaced"):
        expected = "a receipt that stands on the chain"
        raise conflict(f"receipt-{title.status}", "status", title.status, expected)
    bundle: dict[str, Any] = context.chain.title_bundle(int(receipt_id, 16))
    name = f"title-{receipt_id[2:14]}.json"
    return JSONResponse(bundle, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/{receipt_id}/evidence")
def get_evidence(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> EvidenceList:
    """Digests and addresses of the evidence, and in words what each file is."""
    with read(context.records.engine) as db:
        return service.get_evidence(db, viewer, receipt_id)


@router.get("/{receipt_id}/board")
def get_board(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> BoardOut:
    """The five matches of the newest decision on the receipt."""
    with read(context.records.engine) as db:
        return decisions_service.newest_board(db, viewer, receipt_id)


@router.get("/{receipt_id}/frames")
def get_frames(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> FrameList:
    """Pictures of the newest decision on the receipt that has any."""
    with read(context.records.engine) as db:
        return decisions_service.newest_frames(db, viewer, receipt_id)


@router.get("/{receipt_id}/frames/{n}", response_class=Response)
def get_frame(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId, n: int) -> Response:
    """One picture: a small JPEG copy. The original is in the sealed evidence."""
    with read(context.records.engine) as db:
        jpeg = decisions_service.newest_frame(db, viewer, receipt_id, n)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})


@router.get("/{receipt_id}/document", response_class=Response)
def get_document(context: ContextDep, viewer: ViewerDep, receipt_id: ReceiptId) -> Response:
    """The receipt document: the exact bytes whose sha256 is the receipt's id."""
    with read(context.records.engine) as db:
        body = service.get_document(db, viewer, receipt_id)
    return Response(body, media_type="application/json")
