"""What an attester has signed, written down before it signs: for one (receipt, seq) never two orders.

A depositor's request is such a slot, too. Each collection gives its receipts new ids, so without it one
signature of the depositor could be turned into receipts again and again, as long as the lot has room.

And it remembers of which lot each pallet was: whoever keeps the WMS can book the same pallets as two lots,
and a lot's own numbers on the chain cannot show that the goods stand for another lot already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from holdfast.domain.acts import AnyOrder, ReceiptRef
from holdfast.domain.errors import Refused, Unreachable
from holdfast.domain.orders import IssueOrder, coming_ids
from holdfast.domain.receipts import receipt_hex

FOR_EVER = 2**62
"""A deadline that does not pass, unix seconds."""

_METADATA = MetaData()
_SIGNED = Table(
    "attested_orders",
    _METADATA,
    Column("slot", String(120), primary_key=True),
    Column("order_hash", LargeBinary(32), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
)
_PALLETS = Table(
    "attested_pallets",
    _METADATA,
    Column("sscc", String(18), primary_key=True),
    Column("lot_id", LargeBinary(24), nullable=False),
    Column("open_until", BigInteger, nullable=False),
)
_APPROVED = Table(
    "approved_orders",
    _METADATA,
    Column("order_hash", LargeBinary(32), primary_key=True),
    Column("approved_at", BigInteger, nullable=False),
)
_AT_ONCE = 500
"""Pallets looked up in one query; a database bounds the number of a query's values."""


@dataclass(frozen=True, slots=True)
class UsedRequest:
    """The depositor's request an issue order grows from: its EIP-712 hash, and until when it is good."""

    request_hash: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class PalletOf:
    """A pallet, the lot it was attested as goods of, and until when that order may yet be used."""

    sscc: str
    lot_id: bytes
    open_until: int


def slots(order: AnyOrder) -> tuple[str, ...]:
    """The (receipt, seq) pairs an order uses up, and the receipts it brings into being, as keys of the log.

    An order about no receipt, or one that takes no number, has none: its kind holds it to once.
    """
    named: Any = order
    used: list[str] = []
    if hasattr(order, "receipt_id") and hasattr(order, "seq"):
        used.append(f"{receipt_hex(named.receipt_id)}:{named.seq}")
    if not isinstance(order, IssueOrder):
        refs = [item for item in getattr(order, "receipts", ()) if isinstance(item, ReceiptRef)]
        used += [f"{receipt_hex(item.receipt_id)}:{item.seq}" for item in refs]
    return (*used, *(f"{receipt_hex(receipt_id)}:issue" for receipt_id in coming_ids(order)))


class SignedLog:
    """The attester's own book, one row for each (receipt, seq)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        _METADATA.create_all(engine)

    def reserve(
        self,
        order: AnyOrder,
        order_hash: bytes,
        now_s: int,
        request: UsedRequest | None = None,
        messages: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Note an order before signing it; the same order again is fine.

        An order whose deadline has passed can no longer be used on-chain, so another may take its place. A
        request stays used until it expires itself: the order that used it may be on the chain by now.
        A message of an instrument, given as (device, counter), is evidence for one order and no other, ever.
        Raises Refused (`already-signed-another`) naming the receipt, Unreachable if the book is not there.
        """
        taken = [(slot, order.deadline) for slot in slots(order)]
        if request is not None:
            taken.append((f"request:0x{request.request_hash.hex()}", max(order.deadline, request.deadline)))
        taken += [(f"message {counter} of {device}", FOR_EVER) for device, counter in messages]
        try:
            with self._engine.begin() as connection:
                for slot, deadline in taken:
                    _note(connection, slot, order_hash, deadline, now_s)
        except SQLAlchemyError as error:
            raise Unreachable("attester's book", str(self._engine.url), str(error)) from error

    def approve(self, order_hash: bytes, now_s: int) -> None:
        """Note that people have looked at an order that goods cannot judge. Raises Unreachable."""
        try:
            with self._engine.begin() as connection:
                known = select(_APPROVED).where(_APPROVED.c.order_hash == order_hash)
                if connection.execute(known).one_or_none() is None:
                    row = {"order_hash": order_hash, "approved_at": now_s}
                    connection.execute(_APPROVED.insert().values(**row))
        except SQLAlchemyError as error:
            raise Unreachable("attester's book", str(self._engine.url), str(error)) from error

    def approved(self, order_hash: bytes) -> bool:
        """Whether people have approved an order. Raises Unreachable."""
        try:
            with self._engine.connect() as connection:
                known = select(_APPROVED).where(_APPROVED.c.order_hash == order_hash)
                return connection.execute(known).one_or_none() is not None
        except SQLAlchemyError as error:
            raise Unreachable("attester's book", str(self._engine.url), str(error)) from error

    def other_lots(self, packages: Sequence[str], lot_id: bytes) -> list[PalletOf]:
        """Which of these pallets were attested as goods of another lot before. Raises Unreachable."""
        found: list[PalletOf] = []
        try:
            with self._engine.connect() as connection:
                for start in range(0, len(packages), _AT_ONCE):
                    some = _PALLETS.c.sscc.in_(packages[start : start + _AT_ONCE])
                    query = select(_PALLETS).where(some, _PALLETS.c.lot_id != lot_id)
                    rows = connection.execute(query.order_by(_PALLETS.c.sscc)).all()
                    found += [PalletOf(row.sscc, bytes(row.lot_id), row.open_until) for row in rows]
        except SQLAlchemyError as error:
            raise Unreachable("attester's book", str(self._engine.url), str(error)) from error
        return found

    def keep_pallets(self, packages: Sequence[str], lot_id: bytes, deadline: int) -> None:
        """Note, before an issue is signed, that these pallets are goods of this lot. Raises Unreachable."""
        try:
            with self._engine.begin() as connection:
                for start in range(0, len(packages), _AT_ONCE):
                    some = packages[start : start + _AT_ONCE]
                    noted = _PALLETS.c.sscc.in_(some)
                    mine = select(func.max(_PALLETS.c.open_until)).where(noted, _PALLETS.c.lot_id == lot_id)
                    until = max(deadline, connection.scalar(mine) or 0)
                    connection.execute(delete(_PALLETS).where(noted))
                    rows = [{"sscc": sscc, "lot_id": lot_id, "open_until": until} for sscc in some]
                    connection.execute(_PALLETS.insert(), rows)
        except SQLAlchemyError as error:
            raise Unreachable("attester's book", str(self._engine.url), str(error)) from error


def _note(connection: Connection, slot: str, order_hash: bytes, deadline: int, now_s: int) -> None:
    row = connection.execute(select(_SIGNED).where(_SIGNED.c.slot == slot)).one_or_none()
    if row is None:
        values = {"order_hash": order_hash, "deadline": deadline, "noted_at": now_s}
        connection.execute(_SIGNED.insert().values(slot=slot, **values))
    elif bytes(row.order_hash) != order_hash:
        if row.deadline >= now_s:
            raise Refused(
                "already-signed-another",
                f"another order for {slot.replace(':', ', number ')} was attested"
                + ("" if row.deadline == FOR_EVER else f" and is open until {row.deadline}"),
            )
        connection.execute(
            _SIGNED.update()
            .where(_SIGNED.c.slot == slot)
            .values(order_hash=order_hash, deadline=deadline, noted_at=now_s)
        )
