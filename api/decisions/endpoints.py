"""/v1/decisions: every verdict, the refused ones too."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.context import ContextDep, ViewerDep
from api.decisions import service
from api.decisions.schemas import BoardOut, BoardPage, FrameList
from api.path_parts import DecisionId
from api.receipts.schemas import EvidenceOut
from api.schemas import READS
from holdfast.store.records_engine import read

router = APIRouter(prefix="/decisions", tags=["decisions"], responses=READS)


@router.get("")
def list_decisions(
    context: ContextDep,
    viewer: ViewerDep,
    decision: Literal["ACCEPT", "HOLD", "REJECT"] | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BoardPage:
    """Decisions you may see, newest first."""
    with read(context.records.engine) as db:
        return service.list_decisions(db, viewer, decision=decision, cursor=cursor, limit=limit)


@router.get("/{decision_id}")
def get_decision(context: ContextDep, viewer: ViewerDep, decision_id: DecisionId) -> BoardOut:
    """The five matches of one decision."""
    with read(context.records.engine) as db:
        return service.get_decision(db, viewer, decision_id)


@router.get("/{decision_id}/evidence")
def get_evidence(context: ContextDep, viewer: ViewerDep, decision_id: DecisionId) -> EvidenceOut:
    """Digests and addresses of the decision's evidence."""
    with read(context.records.engine) as db:
        return service.get_evidence(db, viewer, decision_id)


@router.get("/{decision_id}/frames")
def get_frames(context: ContextDep, viewer: ViewerDep, decision_id: DecisionId) -> FrameList:
    """Pictures of one decision."""
    with read(context.records.engine) as db:
        return service.get_frames(db, viewer, decision_id)


@router.get("/{decision_id}/frames/{n}", response_class=Response)
def get_frame(context: ContextDep, viewer: ViewerDep, decision_id: DecisionId, n: int) -> Response:
    """One picture: a small JPEG copy."""
    with read(context.records.engine) as db:
        jpeg = service.get_frame(db, viewer, decision_id, n)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})
