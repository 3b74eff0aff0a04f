"""Orders in the database: submitted by members through the API, taken and carried out by the oracle."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from holdfast.domain.errors import InvalidInput
from holdfast.store.records_engine import append_feed, read, write
from holdfast.store.records_keys import KeyRecords
from holdfast.store.records_tables import (
    order_documents,
    order_history,
    order_parties,
    order_signatures,
    orders,
)
from holdfast.store.records_types import (
    ENDS,
    OPEN,
    OrderConflict,
    OrderRecord,
    OrderStatus,
    StatusChange,
    check_hex,
)


class OrderRecords(KeyRecords):
    """Orders, and the documents of receipts that they bring into being. Every method is one transaction."""

    def submit_order(
        self,
        *,
        primary_type: str,
        order: Mapping[str, Any],
        order_hash: str,
        receipt_id: str | None,
        seq: int | None,
        deadline: int,
        signers: Sequence[int],
        signatures: Mapping[int, str],
        submitted_by: int,
        parties: Iterable[int] = (),
        documents: Mapping[str, bytes] | None = None,
        place: Mapping[str, str] | None = None,
    ) -> OrderRecord:
        """Store an order; queued if all `signers` have signed, else awaiting signature.

        Args:
            receipt_id: with `seq`, the slot the order takes; both None for an issue order.
            parties: members that may see the order besides its signers and `submitted_by`.
            documents: canonical bytes of each receipt that it brings into being, by receipt id.
            place: `site` and `lot` of goods on which nothing is issued yet.

        Raises:
            OrderConflict: another order, not refused, is queued for this (receipt, seq).
        """
        check_hex("order_hash", order_hash, 32)
        if receipt_id is not None:
            check_hex("receipt_id", receipt_id, 32)
        if not 0 < deadline < 2**63:
            raise InvalidInput("deadline", deadline, "unix seconds, below 2^63")
        if unknown := set(signatures) - set(signers):
            raise InvalidInput("signatures", sorted(unknown), f"signatures of {list(signers)} only")
        now, order_id = self._clock(), "ord_" + secrets.token_hex(12)
        status = OrderStatus.QUEUED if set(signers) <= set(signatures) else OrderStatus.AWAITING_SIGNATURE
        row: dict[str, Any] = {"id": order_id, "primary_type": primary_type, "order": dict(order)}
        row |= {"order_hash": order_hash, "place": None if place is None else dict(place)}
        row |= {"receipt_id": receipt_id, "seq": seq, "deadline": deadline, "signers": list(signers)}
        row |= {"submitted_by": submitted_by, "status": status.value, "created_at": now, "updated_at": now}
        try:
            with write(self._engine) as db:
                db.execute(insert(orders).values(**row))
                members = sorted({*signers, *parties, submitted_by})
                db.execute(insert(order_parties), [{"order_id": order_id, "member_id": m} for m in members])
                for member, signature in signatures.items():
                    _sign(db, order_id, member, signature)
                for coming, body in (documents or {}).items():
                    made = {"receipt_id": check_hex("receipt_id", coming, 32), "body": body}
                    db.execute(insert(order_documents).values(order_id=order_id, **made))
                self._changed(db, order_id, receipt_id, status, None, None, None, now)
                return _load(db, order_id)
        except IntegrityError as error:
            raise _slot_taken(receipt_id, seq) from error

    def add_signature(self, order_id: str, member_id: int, signature: str) -> OrderRecord:
        """Add a party's signature; with the last one the order is queued.

        Raises:
            InvalidInput: no such order, or the member need not sign it.
            OrderConflict: the order waits for no signature, or the (receipt, seq) is taken by now.
        """
        try:
            with write(self._engine) as db:
                found = _load(db, order_id)
                if member_id not in found.signers:
                    raise InvalidInput("member", member_id, f"a member that signs it: {list(found.signers)}")
                if found.signatures.get(member_id) == signature:
                    return found
                if found.status is not OrderStatus.AWAITING_SIGNATURE:
                    raise OrderConflict("not-awaiting", f"the order is {found.status}, it waits for none")
                if member_id in found.signatures:
                    raise OrderConflict("already-signed", f"member {member_id} has signed it already")
                _sign(db, order_id, member_id, signature)
                if found.missing == (member_id,):
                    self._move(db, found, OrderStatus.QUEUED, None, None, None)
                return _load(db, order_id)
        except IntegrityError as error:
            raise _slot_taken(found.receipt_id, found.seq) from error

    def take_queued(self) -> OrderRecord | None:
        """Take the oldest queued order, now `collecting`; None if there is none.

        Atomic: of two processes that ask, one gets it. Orders past their deadline are refused first.
        """
        now = self._clock()
        with write(self._engine) as db:
            waiting = (OrderStatus.AWAITING_SIGNATURE.value, OrderStatus.QUEUED.value)
            late = select(orders.c.id).where(orders.c.status.in_(waiting), orders.c.deadline < now)
            for (order_id,) in db.execute(late.with_for_update(skip_locked=True)).all():
                found = _load(db, order_id)
                text = f"the order's deadline {found.deadline} passed before it was carried out"
                self._move(db, found, OrderStatus.REFUSED, "deadline-passed", text, None)
            oldest = (
                select(orders.c.id)
                .where(orders.c.status == OrderStatus.QUEUED.value)
                .order_by(orders.c.created_at, orders.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            order_id = db.scalar(oldest)
            if order_id is None:
                return None
            self._move(db, _load(db, order_id), OrderStatus.COLLECTING, None, None, None)
            return _load(db, order_id)

    def set_status(
        self,
        order_id: str,
        status: OrderStatus,
        *,
        reason: str | None = None,
        detail: str | None = None,
        tx_hash: str | None = None,
    ) -> OrderRecord:
        """Record how far an order has come. The same again changes nothing, so steps may be repeated.

        `reason` is a stable kebab-case word, `detail` a sentence; `tx_hash` once known stays.

        Raises:
            InvalidInput: no such order.
            OrderConflict: the order had ended otherwise (an exception may yet become final).
        """
        status = OrderStatus(status)
        with write(self._engine) as db:
            found = _load(db, order_id)
            tx_hash = tx_hash or found.tx_hash
            if (found.status, found.reason, found.detail, found.tx_hash) == (status, reason, detail, tx_hash):
                return found
            rescued = found.status is OrderStatus.EXCEPTION and status is OrderStatus.FINAL
            if found.status in ENDS and not rescued:
                raise OrderConflict("order-ended", f"order {order_id} ended as {found.status}, not {status}")
            if status is OrderStatus.AWAITING_SIGNATURE or (status is OrderStatus.QUEUED and found.missing):
                raise OrderConflict("not-signed", f"order {order_id} cannot become {status}")
            self._move(db, found, status, reason, detail, tx_hash)
            return _load(db, order_id)

    def order(self, order_id: str) -> OrderRecord:
        """One order. Raises InvalidInput if there is none."""
        with read(self._engine) as db:
            return _load(db, order_id)

    def order_documents(self, order_id: str) -> dict[str, bytes]:
        """Canonical bytes of the documents that came with an order, by receipt id."""
        query = select(order_documents).where(order_documents.c.order_id == order_id)
        with read(self._engine) as db:
            return {row.receipt_id: bytes(row.body) for row in db.execute(query).all()}

    def open_orders(self) -> list[OrderRecord]:
        """Orders that have not ended, oldest first: what a restarted oracle goes on with."""
        query = select(orders.c.id).where(orders.c.status.in_([status.value for status in OPEN]))
        with read(self._engine) as db:
            ids = db.scalars(query.order_by(orders.c.created_at, orders.c.id)).all()
            return [_load(db, order_id) for order_id in ids]

    def _move(
        self,
        db: Connection,
        found: OrderRecord,
        status: OrderStatus,
        reason: str | None,
        detail: str | None,
        tx_hash: str | None,
    ) -> None:
        now = self._clock()
        values = {"status": status.value, "reason": reason, "detail": detail, "tx_hash": tx_hash}
        db.execute(update(orders).where(orders.c.id == found.id).values(**values, updated_at=now))
        self._changed(db, found.id, found.receipt_id, status, reason, detail, tx_hash, now)

    @staticmethod
    def _changed(
        db: Connection,
        order_id: str,
        receipt_id: str | None,
        status: OrderStatus,
        reason: str | None,
        detail: str | None,
        tx_hash: str | None,
        now: int,
    ) -> None:
        values = {"status": status.value, "reason": reason, "detail": detail, "tx_hash": tx_hash}
        db.execute(insert(order_history).values(order_id=order_id, at=now, **values))
        data = {"order_id": order_id, "receipt_id": receipt_id, **values}
        append_feed(db, "OrderStatusChanged", data, order_id=order_id, at=now)


def _sign(db: Connection, order_id: str, member_id: int, signature: str) -> None:
    row = {"order_id": order_id, "member_id": member_id, "signature": signature}
    db.execute(insert(order_signatures).values(**row))


def _slot_taken(receipt_id: str | None, seq: int | None) -> OrderConflict:
    return OrderConflict("slot-taken", f"receipt {receipt_id} already has an order queued with seq {seq}")


def _load(db: Connection, order_id: str) -> OrderRecord:
    row = db.execute(select(orders).where(orders.c.id == order_id)).one_or_none()
    if row is None:
        raise InvalidInput("order id", order_id, "the id of a stored order")
    return load_order(db, row)


def load_order(db: Connection, row: Row[Any]) -> OrderRecord:
    """Complete a row of `orders` with its signatures, parties and history."""
    signed = db.execute(select(order_signatures).where(order_signatures.c.order_id == row.id)).all()
    parties = select(order_parties.c.member_id).where(order_parties.c.order_id == row.id)
    steps = select(order_history).where(order_history.c.order_id == row.id).order_by(order_history.c.id)
    values = {name: value for name, value in row._mapping.items() if name not in ("signers", "status")}
    return OrderRecord(
        **values,
        signers=tuple(row.signers),
        status=OrderStatus(row.status),
        parties=tuple(sorted(db.scalars(parties).all())),
        signatures={item.member_id: item.signature for item in signed},
        history=tuple(
            StatusChange(OrderStatus(step.status), step.reason, step.detail, step.tx_hash, step.at)
            for step in db.execute(steps).all()
        ),
    )
