"""Records: what the API and the oracle tell each other, in one SQL database.

The API stores orders and reads everything; the oracle takes orders and stores decisions, documents and
names. Neither needs the other to be up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select

from holdfast.domain.errors import InvalidInput
from holdfast.store.records_engine import Clock, append_feed, create_schema, open_engine, read, write
from holdfast.store.records_orders import OrderRecords
from holdfast.store.records_tables import (
    decision_entitled,
    decision_files,
    decision_receipts,
    decisions,
    documents,
    frame_views,
    lot_labels,
    members_public,
)
from holdfast.store.records_types import (
    AttesterSeat,
    DecisionRecord,
    EvidenceFile,
    FrameView,
    check_hex,
)

_JPEG = b"\xff\xd8\xff"
MAX_VIEW_BYTES = 512 * 1024
_CHILDREN = (decision_receipts, decision_entitled, decision_files, frame_views)
_OWN = ("id", "purpose", "order_id", "lot_id", "order_hash", "evidence_digest", "evidence_location")
_COLUMNS = (
    *_OWN,
    *("evidence_cid", "policy_digest", "observed_at", "valid_until", "decided_at", "tx_hash", "reason"),
    "detail",
)


def unix_now() -> int:
    """Unix seconds by this machine's clock."""
    return int(time.time())


def open_records(url: str, clock: Clock = unix_now) -> Records:
    """Open the database at an SQLAlchemy URL and create what is missing.

    Raises:
        Misconfigured: neither SQLite nor PostgreSQL (psycopg), or another version's database.
        Unreachable: it does not answer.
    """
    engine = open_engine(url)
    create_schema(engine)
    return Records(engine, clock)


class Records(OrderRecords):
    """Orders (see `OrderRecords`), decisions, documents and names. Every method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock = unix_now) -> None:
        super().__init__(engine, clock)

    @property
    def engine(self) -> Engine:
        """The database, for queries of a reader's own."""
        return self._engine

    def record_decision(self, decision: DecisionRecord, frames: Sequence[FrameView] = ()) -> None:
        """Store a decision with its frame views, replacing an earlier record of the same id.

        A workflow records once with `tx_hash` None before it submits, and again when it knows more.

        Raises:
            InvalidInput: a view that is no JPEG or above 512 KiB.
        """
        for index, frame in enumerate(frames):
            if not frame.jpeg.startswith(_JPEG) or len(frame.jpeg) > MAX_VIEW_BYTES:
                raise InvalidInput(f"frames[{index}]", f"{len(frame.jpeg)} bytes", "a JPEG up to 512 KiB")
        row: dict[str, Any] = {name: getattr(decision, name) for name in _COLUMNS}
        row["verdict"] = dict(decision.verdict)
        row["decision"] = decision.verdict["decision"]
        row["attesters"] = [[seat.member_id, seat.account] for seat in decision.attesters]
        with write(self._engine) as db:
            known = db.scalar(select(decisions.c.id).where(decisions.c.id == decision.id)) is not None
            kept = (
                [FrameView(item.caption, item.jpeg) for item in _of(db, frame_views, decision.id)]
                if known and not frames
                else list(frames)
            )
            if known:
                for table in _CHILDREN:
                    db.execute(delete(table).where(table.c.decision_id == decision.id))
                db.execute(delete(decisions).where(decisions.c.id == decision.id))
            db.execute(insert(decisions).values(**row))
            receipts = ({"index": i, "receipt_id": r} for i, r in enumerate(decision.receipt_ids))
            _add(db, decision_receipts, decision.id, receipts)
            _add(db, decision_entitled, decision.id, ({"member_id": m} for m in decision.entitled))
            files = ({name: getattr(file, name) for name in file.__slots__} for file in decision.files)
            _add(db, decision_files, decision.id, files)
            views = ({"index": i, "caption": v.caption, "jpeg": v.jpeg} for i, v in enumerate(kept))
            _add(db, frame_views, decision.id, views)
            data = {"decision_id": decision.id, "decision": row["decision"], "tx_hash": decision.tx_hash}
            append_feed(db, "DecisionRecorded", data, decision_id=decision.id, at=self._clock())

    def decision(self, decision_id: str) -> DecisionRecord:
        """One decision. Raises InvalidInput if there is none."""
        with read(self._engine) as db:
            return load_decision(db, decision_id)

    def record_document(self, receipt_id: str, body: bytes, lot_id: str | None = None) -> None:
        """Store the canonical bytes of a receipt's document; the same again changes nothing.

        Raises:
            InvalidInput: no JSON object that names its depositor, or other bytes than stored before.
        """
        check_hex("receipt_id", receipt_id, 32)
        try:
            depositor = int(json.loads(body)["depositor_member"])
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput("document", body[:60], "the canonical JSON of a receipt document") from error
        with write(self._engine) as db:
            stored = db.scalar(select(documents.c.body).where(documents.c.receipt_id == receipt_id))
            if stored is None:
                row = {"receipt_id": receipt_id, "body": body, "depositor": depositor, "lot_id": lot_id}
                db.execute(insert(documents).values(**row))
            elif bytes(stored) != body:
                raise InvalidInput("document", body[:60], f"the document already stored for {receipt_id}")

    def document(self, receipt_id: str) -> bytes:
        """The canonical bytes of a receipt's document. Raises InvalidInput if there is none."""
        with read(self._engine) as db:
            body = db.scalar(select(documents.c.body).where(documents.c.receipt_id == receipt_id))
        if body is None:
            raise InvalidInput("receipt_id", receipt_id, "a receipt whose document is stored")
        return bytes(body)

    def receipts_on_lot(self, lot_id: str) -> list[str]:
        """Receipts whose documents are stored and that were issued on a lot, whatever became of them."""
        query = select(documents.c.receipt_id).where(documents.c.lot_id == lot_id)
        with read(self._engine) as db:
            return sorted(db.scalars(query).all())

    def set_member_name(self, member_id: int, name: str, name_zh: str) -> None:
        """Open a member's identity to the consortium's members."""
        row = {"member_id": member_id, "name": name, "name_zh": name_zh}
        self._replace(members_public, members_public.c.member_id == member_id, row)

    def member_names(self) -> dict[int, tuple[str, str]]:
        """Names, English and Chinese, by member number."""
        with read(self._engine) as db:
            found = db.execute(select(members_public)).all()
        return {row.member_id: (row.name, row.name_zh) for row in found}

    def set_lot_label(self, lot_id: str, *, label: str, site: str, bay: str, product: str) -> None:
        """Say in words what a lot id stands for."""
        check_hex("lot_id", lot_id, 24)
        row = {"lot_id": lot_id, "label": label, "site": site, "bay": bay, "product": product}
        self._replace(lot_labels, lot_labels.c.lot_id == lot_id, row)

    def _replace(self, table: Table, same: Any, row: dict[str, Any]) -> None:
        with write(self._engine) as db:
            db.execute(delete(table).where(same))
            db.execute(insert(table).values(**row))


def load_decision(db: Connection, decision_id: str) -> DecisionRecord:
    """One decision with everything that hangs on it, within the caller's transaction."""
    row = db.execute(select(decisions).where(decisions.c.id == decision_id)).one_or_none()
    if row is None:
        raise InvalidInput("decision id", decision_id, "the id of a recorded decision")
    files = _of(db, decision_files, decision_id)
    return DecisionRecord(
        **{name: row._mapping[name] for name in _COLUMNS},
        verdict=row.verdict,
        attesters=tuple(AttesterSeat(*seat) for seat in row.attesters),
        receipt_ids=tuple(item.receipt_id for item in _of(db, decision_receipts, decision_id)),
        entitled=tuple(item.member_id for item in _of(db, decision_entitled, decision_id)),
        files=tuple(
            EvidenceFile(**{name: file._mapping[name] for name in EvidenceFile.__slots__}) for file in files
        ),
    )


def _of(db: Connection, table: Table, decision_id: str) -> Sequence[Any]:
    order = [column for column in table.primary_key if column.name != "decision_id"]
    return db.execute(select(table).where(table.c.decision_id == decision_id).order_by(*order)).all()


def _add(db: Connection, table: Table, decision_id: str, rows: Iterable[dict[str, Any]]) -> None:
    values = [{"decision_id": decision_id, **row} for row in rows]
    if values:
        db.execute(insert(table), values)
