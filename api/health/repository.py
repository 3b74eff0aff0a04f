"""Queries on the indexer's own state, which is no member's secret."""

from __future__ import annotations

from sqlalchemy import Connection, select

from api.chain_port import BlockRef
from api.viewer import Viewer
from holdfast.store.records_chain_tables import chain_blocks
from holdfast.store.records_tables import schema_versions


def newest_block(db: Connection, viewer: Viewer | None) -> BlockRef | None:
    """The newest indexed block, or None before the first."""
    row = db.execute(select(chain_blocks).order_by(chain_blocks.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else BlockRef(*row)


def schema_version(db: Connection, viewer: Viewer | None) -> int | None:
    """The schema's version: answers only if the database does."""
    version: int | None = db.scalar(select(schema_versions.c.version))
    return version
