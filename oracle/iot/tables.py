"""Tables of the inbox, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata: Final = MetaData()

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of its own INTEGER type."""

challenges: Final = Table(
    "challenges",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("site", String(128), nullable=False, index=True),
    Column("purpose", String(128), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
)

counters: Final = Table(
    "device_counters",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("counter", BigInteger, nullable=False),
)

messages: Final = Table(
    "messages",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("device", String(64), nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("challenge", String(32), ForeignKey("challenges.code"), nullable=False, index=True),
    Column("observed_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("image", LargeBinary),
    # The last line behind the counter: nothing is kept twice, whatever the code above it does.
    UniqueConstraint("device", "counter"),
    UniqueConstraint("sha256"),
)
