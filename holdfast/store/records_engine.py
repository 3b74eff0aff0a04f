"""Opening the database: SQLite embedded, PostgreSQL elsewhere; the same tables in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.exc import OperationalError

import holdfast.store.records_burden_tables
import holdfast.store.records_chain_tables  # noqa: F401 - both add their tables to the metadata
from holdfast.domain.errors import Misconfigured, Unreachable
from holdfast.store.records_tables import SCHEMA_VERSION, feed, metadata, schema_versions

_WRITES = "holdfast_writes"


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://…`.

    On SQLite, readers never wait (write-ahead log), and a writer takes the write lock when it begins, so
    that two processes that read before they write cannot deadlock.
    """
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        scheme = url.partition(":")[0]
        raise Misconfigured(f"database URL begins with {scheme!r}; expected sqlite: or postgresql+psycopg:")
    if url.startswith("sqlite:"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(url, pool_pre_ping=True)


def create_schema(engine: Engine) -> None:
    """Create what is missing, once, whoever comes first.

    Raises:
        Misconfigured: the database was made by another version of the schema.
        Unreachable: the database does not answer.
    """
    try:
        with write(engine) as db:
            if engine.dialect.name == "postgresql":
                db.execute(text("SELECT pg_advisory_xact_lock(4751)"))
            metadata.create_all(db)
            found = db.scalar(select(schema_versions.c.version))
            if found is None:
                db.execute(insert(schema_versions).values(version=SCHEMA_VERSION))
            elif found != SCHEMA_VERSION:
                raise Misconfigured(f"the database has schema {found}; this program needs {SCHEMA_VERSION}")
    except OperationalError as error:
        raise _unreachable(engine, error) from error


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: committed at the end, rolled back on any error.

    Raises Unreachable where the database does not answer, so that whoever may try again does.
    """
    try:
        with engine.execution_options(**{_WRITES: True}).begin() as db:
            yield db
    except OperationalError as error:
        raise _unreachable(engine, error) from error


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database throughout and never writes. Raises as `write`."""
    try:
        with engine.connect() as db:
            yield db
    except OperationalError as error:
        raise _unreachable(engine, error) from error


def _unreachable(engine: Engine, error: OperationalError) -> Unreachable:
    return Unreachable("database", engine.url.render_as_string(hide_password=True), str(error.orig))


def append_feed(
    db: Connection,
    name: str,
    data: Mapping[str, Any],
    *,
    at: int,
    receipt_id: str | None = None,
    lot_id: str | None = None,
    order_id: str | None = None,
    decision_id: str | None = None,
) -> None:
    """Add one entry to the feed, in commit order: a reader past `position` n never meets n - 1 later."""
    if db.dialect.name == "postgresql":
        db.execute(text("LOCK TABLE feed IN SHARE ROW EXCLUSIVE MODE"))
    values = {"name": name, "data": dict(data), "receipt_id": receipt_id, "lot_id": lot_id, "at": at}
    db.execute(insert(feed).values(**values, order_id=order_id, decision_id=decision_id))


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and too late
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(db: Connection) -> None:
    writes = db.get_execution_options().get(_WRITES)
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


Clock = Callable[[], int]
"""Tells unix seconds."""
