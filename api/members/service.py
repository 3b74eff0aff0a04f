"""Members as other members are shown them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from api.members import repository
from api.members.schemas import MemberList, MemberOut
from api.problems import not_found
from api.schemas import Names, role_words
from api.viewer import Viewer


def list_members(db: Connection, viewer: Viewer) -> MemberList:
    """Every member of the consortium."""
    names = Names(repository.member_names(db, viewer))
    rows = repository.list_members(db, viewer)
    return MemberList(items=[_member(row, names) for row in rows], you=viewer.member_id)


def get_member(db: Connection, viewer: Viewer, member_id: int) -> MemberOut:
    """One member. Raises Problem 404."""
    row = repository.find_member(db, viewer, member_id)
    if row is None:
        raise not_found("member", member_id)
    return _member(row, Names(repository.member_names(db, viewer)))


def _member(row: Row[Any], names: Names) -> MemberOut:
    known = names.ref(row.member_id)
    return MemberOut(
        member_id=known.member_id,
        name=known.name,
        name_zh=known.name_zh,
        account=row.account,
        roles=role_words(row.roles),
        active=row.active,
    )
