"""The indexer's read model of the chain: every table but `chain_blocks` is a fold over `chain_events`.

What burdens receipts is in `records_burden_tables`.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, PrimaryKeyConstraint, String, Table

from holdfast.store.records_tables import metadata

chain_blocks = Table(
    "chain_blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(66), nullable=False),
    Column("parent_hash", String(66), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)

chain_events = Table(
    "chain_events",
    metadata,
    Column("block_number", BigInteger, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("block_hash", String(66), nullable=False),
    Column("tx_hash", String(66), nullable=False, index=True),
    Column("timestamp", BigInteger, nullable=False),
    Column("name", String(40), nullable=False, index=True),
    Column("contract", String(42), nullable=False),
    Column("args", JSON, nullable=False),
    Column("receipt_id", String(66), index=True),
    Column("lot_id", String(50), index=True),
    Column("member_id", BigInteger, index=True),
    Column("successor_id", String(66), index=True),
    Column("pledge_id", String(18), index=True),
    Column("case_no", BigInteger, index=True),
    PrimaryKeyConstraint("block_number", "log_index"),
)

chain_receipts = Table(
    "chain_receipts",
    metadata,
    Column("receipt_id", String(66), primary_key=True),
    Column("lot_id", String(50), nullable=False, index=True),
    Column("holder", BigInteger, nullable=False),
    Column("operator", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("quantity_g", String(20), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("issued_g", String(20), nullable=False),
    Column("suspend_reason", Integer, nullable=False),
    Column("pledges", Integer, nullable=False),
    Column("first_pledgee", BigInteger, nullable=False),
    Column("liens", Integer, nullable=False),
    Column("lien_terms", Integer, nullable=False),
    Column("freezes", Integer, nullable=False),
    Column("freeze_case", BigInteger, nullable=False),
    Column("unread", String(40)),
    Column("evidence_digest", String(66)),
    Column("evidence_location", String(66)),
    Column("observed_at", BigInteger),
    Column("valid_until", BigInteger),
    Column("issued_block", BigInteger, nullable=False, index=True),
    Column("issued_log_index", Integer, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("updated_block", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

receipt_parties = Table(
    "receipt_parties",
    metadata,
    Column("receipt_id", String(66), nullable=False),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("relation", String(16), nullable=False),
    Column("ended_at", BigInteger),
    PrimaryKeyConstraint("receipt_id", "member_id", "relation"),
)
"""Who has to do with a receipt: relation is holder, operator or attester, ever; pledgee or court until
`ended_at`, if it is set."""

chain_links = Table(
    "chain_links",
    metadata,
    Column("receipt_id", String(66), nullable=False),
    Column("successor_id", String(66), nullable=False, index=True),
    Column("block_number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("tx_hash", String(66), nullable=False),
    Column("inherits", JSON, nullable=False),
    PrimaryKeyConstraint("receipt_id", "successor_id"),
)
"""A receipt and one that took its place, and what the successor kept of its burdens."""

chain_lots = Table(
    "chain_lots",
    metadata,
    Column("lot_id", String(50), primary_key=True),
    Column("operator", BigInteger, nullable=False),
    Column("attested_g", String(20), nullable=False),
    Column("live_g", String(20), nullable=False),
)

chain_members = Table(
    "chain_members",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", String(42), nullable=False),
    Column("roles", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
)
