"""Queries on members. Names are open to every member of the consortium, so the viewer limits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from api.viewer import Viewer
from holdfast.store.records_chain_tables import chain_members
from holdfast.store.records_tables import members_public


def member_names(db: Connection, viewer: Viewer) -> dict[int, tuple[str, str]]:
    """Public names, English and Chinese, by member number."""
    return {row.member_id: (row.name, row.name_zh) for row in db.execute(select(members_public)).all()}


def list_members(db: Connection, viewer: Viewer) -> Sequence[Row[Any]]:
    """Every member, by number."""
    return db.execute(select(chain_members).order_by(chain_members.c.member_id)).all()


def find_member(db: Connection, viewer: Viewer, member_id: int) -> Row[Any] | None:
    """One member, or None."""
    return db.execute(select(chain_members).where(chain_members.c.member_id == member_id)).one_or_none()
