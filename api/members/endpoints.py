"""/v1/members: who belongs to the consortium."""

from __future__ import annotations

from fastapi import APIRouter

from api.context import ContextDep, ViewerDep
from api.members import service
from api.members.schemas import MemberList, MemberOut
from api.path_parts import MemberNumber
from api.schemas import READS
from holdfast.store.records_engine import read

router = APIRouter(prefix="/members", tags=["members"], responses=READS)


@router.get("")
def list_members(context: ContextDep, viewer: ViewerDep) -> MemberList:
    """Every member of the consortium, and which of them you are."""
    with read(context.records.engine) as db:
        return service.list_members(db, viewer)


@router.get("/{member_id}")
def get_member(context: ContextDep, viewer: ViewerDep, member_id: MemberNumber) -> MemberOut:
    """One member."""
    with read(context.records.engine) as db:
        return service.get_member(db, viewer, member_id)
