"""Tables that the API and the oracle share, and the read model the indexer keeps of the chain.

Masses may pass a signed 64-bit column, so grams are decimal text. Receipt ids are `0x` and 64 hex
digits, lot ids `0x` and 48, in lower case. Times are unix seconds.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

SCHEMA_VERSION = 2

metadata = MetaData()

BIG_KEY = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only on INTEGER."""


def _receipt(name: str = "receipt_id", *, nullable: bool = False) -> Column[str]:
    return Column(name, String(66), nullable=nullable)


def _lot(name: str = "lot_id", *, nullable: bool = False) -> Column[str]:
    return Column(name, String(50), nullable=nullable)


schema_versions = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

# --- orders ---

SLOT_STATUSES = ("queued", "collecting", "attesting", "submitting", "final")
"""An order in one of these has its receipt's (receipt, seq) for itself."""

orders = Table(
    "orders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("primary_type", String(32), nullable=False),
    Column("order", JSON, nullable=False),
    Column("order_hash", String(66), nullable=False, index=True),
    _receipt(nullable=True),
    Column("seq", BigInteger),
    Column("deadline", BigInteger, nullable=False),
    Column("signers", JSON, nullable=False),
    Column("place", JSON),
    Column("submitted_by", BigInteger, nullable=False),
    Column("status", String(24), nullable=False, index=True),
    Column("reason", String(64)),
    Column("detail", Text),
    Column("tx_hash", String(66)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
_SLOT_TAKEN = text("receipt_id IS NOT NULL AND status IN ('" + "', '".join(SLOT_STATUSES) + "')")
Index(
    "orders_one_per_receipt_and_seq",
    orders.c.receipt_id,
    orders.c.seq,
    unique=True,
    sqlite_where=_SLOT_TAKEN,
    postgresql_where=_SLOT_TAKEN,
)

order_signatures = Table(
    "order_signatures",
    metadata,
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("signature", String(132), nullable=False),
    PrimaryKeyConstraint("order_id", "member_id"),
)

order_parties = Table(
    "order_parties",
    metadata,
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("member_id", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("order_id", "member_id"),
)

order_documents = Table(
    "order_documents",
    metadata,
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    _receipt(),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("order_id", "receipt_id"),
)
"""Documents of the receipts that an order brings into being, for those who sign it to read."""

order_history = Table(
    "order_history",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("status", String(24), nullable=False),
    Column("reason", String(64)),
    Column("detail", Text),
    Column("tx_hash", String(66)),
    Column("at", BigInteger, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("member_id", BigInteger, nullable=False),
    Column("key", String(128), nullable=False),
    Column("request_digest", String(64), nullable=False),
    Column("status", Integer),
    Column("response", JSON),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("member_id", "key"),
)

# --- decisions, and what people are shown of their evidence ---

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("order_id", String(40)),
    _lot(nullable=True),
    Column("order_hash", String(66), nullable=False, index=True),
    Column("evidence_digest", String(66), nullable=False),
    Column("evidence_location", String(66), nullable=False),
    Column("evidence_cid", String(128), nullable=False),
    Column("policy_digest", String(66), nullable=False),
    Column("decision", String(8), nullable=False),
    Column("verdict", JSON, nullable=False),
    Column("observed_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger),
    Column("decided_at", BigInteger, nullable=False),
    Column("attesters", JSON, nullable=False),
    Column("tx_hash", String(66), index=True),
    Column("reason", String(64)),
    Column("detail", Text),
)

decision_receipts = Table(
    "decision_receipts",
    metadata,
    Column("decision_id", ForeignKey("decisions.id"), nullable=False),
    Column("index", Integer, nullable=False),
    Column("receipt_id", String(66), nullable=False, index=True),
    PrimaryKeyConstraint("decision_id", "index"),
)
"""In the order the order names them: the board's title checks count the same way."""

decision_entitled = Table(
    "decision_entitled",
    metadata,
    Column("decision_id", ForeignKey("decisions.id"), nullable=False),
    Column("member_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("decision_id", "member_id"),
)

decision_files = Table(
    "decision_files",
    metadata,
    Column("decision_id", ForeignKey("decisions.id"), nullable=False),
    Column("name", String(128), nullable=False),
    Column("what", Text, nullable=False),
    Column("sha256", String(66), nullable=False),
    Column("cid", String(128), nullable=False),
    Column("media_type", String(192), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    PrimaryKeyConstraint("decision_id", "name"),
)

frame_views = Table(
    "frame_views",
    metadata,
    Column("decision_id", ForeignKey("decisions.id"), nullable=False),
    Column("index", Integer, nullable=False),
    Column("caption", Text, nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
    PrimaryKeyConstraint("decision_id", "index"),
)

documents = Table(
    "documents",
    metadata,
    Column("receipt_id", String(66), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("depositor", BigInteger, nullable=False, index=True),
    _lot(nullable=True),
)

members_public = Table(
    "members_public",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
)

lot_labels = Table(
    "lot_labels",
    metadata,
    Column("lot_id", String(50), primary_key=True),
    Column("label", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("bay", Text, nullable=False),
    Column("product", Text, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    Column("position", BIG_KEY, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False),
    Column("data", JSON, nullable=False),
    _receipt(nullable=True),
    _lot(nullable=True),
    Column("order_id", String(40)),
    Column("decision_id", String(40)),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Append-only: a client that resumes after `position` misses nothing, not even a rewind."""
