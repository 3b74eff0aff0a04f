"""What burdens receipts, as the read model keeps it: pledges and the receipts they cover, cases and freezes.

Pledge ids are `0x` and 16 hex digits; amounts are decimal text in minor units of the currency.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, PrimaryKeyConstraint, String, Table

from holdfast.store.records_tables import metadata

chain_pledges = Table(
    "chain_pledges",
    metadata,
    Column("pledge_id", String(18), primary_key=True),
    Column("contract", String(42), nullable=False),
    Column("state", String(16), nullable=False),
    Column("pledgee", BigInteger, nullable=False, index=True),
    Column("pledgor", BigInteger, nullable=False, index=True),
    Column("amount_minor", String(20), nullable=False),
    Column("paid_minor", String(20), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("maturity", BigInteger, nullable=False),
    Column("ltv_bps", Integer, nullable=False),
    Column("cure_s", Integer, nullable=False),
    Column("filing_digest", String(66), nullable=False),
    Column("default_at", BigInteger),
    Column("sale_from", BigInteger),
    Column("value_minor", String(20)),
    Column("needed_minor", String(20)),
    Column("made_block", BigInteger, nullable=False, index=True),
    Column("made_log_index", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_tx", String(66), nullable=False),
    Column("ended_at", BigInteger),
)
"""`state` is in-force, default, margin-call, released, sold, redeemed or delivered; `amount_minor` is what
it still secures. A bond's `ltv_bps` is 0."""

chain_covers = Table(
    "chain_covers",
    metadata,
    Column("receipt_id", String(66), nullable=False),
    Column("pledge_id", String(18), nullable=False, index=True),
    Column("rank", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_how", String(16)),
    PrimaryKeyConstraint("receipt_id", "pledge_id"),
)
"""Which pledges are on which receipt. A cover that ended keeps its last rank."""

chain_cases = Table(
    "chain_cases",
    metadata,
    Column("contract", String(42), nullable=False),
    Column("case_no", BigInteger, nullable=False),
    Column("court", BigInteger, nullable=False, index=True),
    Column("reason", Integer, nullable=False),
    Column("document_digest", String(66), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("contract", "case_no"),
)

chain_freezes = Table(
    "chain_freezes",
    metadata,
    Column("receipt_id", String(66), nullable=False, index=True),
    Column("block_number", BigInteger, nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("contract", String(42), nullable=False),
    Column("case_no", BigInteger, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("frozen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("lapsed", Boolean, nullable=False),
    PrimaryKeyConstraint("block_number", "log_index"),
)
"""`place` is 0 for the case in force, 1 for the first that waits; a freeze that ended keeps its last one."""
