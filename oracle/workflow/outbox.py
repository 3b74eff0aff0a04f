"""The outbox: a signed transaction is committed here before it is broadcast, and sent as those bytes only.

After a crash the same bytes go out again; the chain takes them once, since the nonce is in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from holdfast.domain.errors import Unreachable

LAPSE_PREFIX: Final = "lapse-"
"""Ids of transactions that belong to no order begin so: they take off what has run out by itself."""

_METADATA = MetaData()
_OUTBOX = Table(
    "outbox",
    _METADATA,
    Column("order_id", String(64), primary_key=True),
    Column("sender", String(42), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("tx_hash", String(66), nullable=False, unique=True),
    Column("raw", LargeBinary, nullable=False),
    Column("block", BigInteger),
    Column("status", Integer),
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One committed transaction. `status` is None until mined, then 1 (done) or 0 (failed), in `block`."""

    order_id: str
    nonce: int
    tx_hash: str
    raw: bytes
    status: int | None
    block: int | None


class Outbox:
    """Transactions of one sender, by order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        _METADATA.create_all(engine)

    def find(self, order_id: str) -> Outgoing | None:
        """What was committed for an order. Raises Unreachable."""
        with self._transaction() as connection:
            row = connection.execute(select(_OUTBOX).where(_OUTBOX.c.order_id == order_id)).one_or_none()
        if row is None:
            return None
        return Outgoing(row.order_id, row.nonce, row.tx_hash, bytes(row.raw), row.status, row.block)

    def next_nonce(self, sender: str, chain_nonce: int) -> int:
        """The next free nonce: after everything mined and everything committed. Raises Unreachable."""
        with self._transaction() as connection:
            last = connection.execute(
                select(func.max(_OUTBOX.c.nonce)).where(
                    _OUTBOX.c.sender == sender, _OUTBOX.c.status.is_(None)
                )
            ).scalar()
        return chain_nonce if last is None else max(chain_nonce, int(last) + 1)

    def commit(self, order_id: str, sender: str, nonce: int, tx_hash: str, raw: bytes) -> None:
        """Commit a signed transaction before its first broadcast. Raises Unreachable."""
        with self._transaction() as connection:
            connection.execute(
                _OUTBOX.insert().values(
                    order_id=order_id, sender=sender, nonce=nonce, tx_hash=tx_hash, raw=raw
                )
            )

    def settle(self, order_id: str, block: int, status: int) -> None:
        """Note that a transaction was mined. Raises Unreachable."""
        with self._transaction() as connection:
            connection.execute(
                _OUTBOX.update().where(_OUTBOX.c.order_id == order_id).values(block=block, status=status)
            )

    def unsettled(self) -> list[str]:
        """Ids whose transaction was committed and not yet seen in a block. Raises Unreachable."""
        with self._transaction() as connection:
            rows = connection.execute(select(_OUTBOX.c.order_id).where(_OUTBOX.c.status.is_(None)))
            return [row.order_id for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            raise Unreachable("outbox", where, str(error)) from error
