"""Splits as members are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from api.cursors import next_cursor, place_of
from api.members.repository import member_names
from api.problems import not_found
from api.receipts import repository as receipts
from api.schemas import Names
from api.splits import repository
from api.splits.schemas import PartOut, SplitOut, SplitPage
from api.viewer import Viewer
from holdfast.domain.units import show_mass


def list_splits(
    db: Connection, viewer: Viewer, *, receipt_id: str | None, cursor: str | None, limit: int
) -> SplitPage:
    """A page of the splits a member may see."""
    rows = repository.list_splits(db, viewer, receipt_id=receipt_id, after=place_of(cursor), limit=limit + 1)
    return SplitPage(
        items=_splits(db, viewer, rows[:limit]),
        next=next_cursor(rows, limit, "block_number", "log_index"),
    )


def get_split(db: Connection, viewer: Viewer, split_id: str) -> SplitOut:
    """One split. Raises Problem 404."""
    receipt_id, _, seq = split_id.partition("-")
    row = repository.find_split(db, viewer, receipt_id, seq)
    if row is None:
        raise not_found("split", split_id)
    return _splits(db, viewer, [row])[0]


def _splits(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> list[SplitOut]:
    names = Names(member_names(db, viewer))
    parts = repository.parts(db, viewer, rows)
    orders = receipts.orders_behind(db, viewer, rows)
    return [
        _split(
            row,
            parts[row.receipt_id, row.args["seq"]],
            names,
            orders.get((row.tx_hash, row.receipt_id)),
        )
        for row in rows
    ]


def _split(row: Row[Any], parts: Sequence[Row[Any]], names: Names, order_id: str | None) -> SplitOut:
    rest_g = row.args.get("restG", "0")
    whole_g = int(rest_g) + sum(int(part.terms["quantityG"]) for part in parts)
    holder, pledgee = int(parts[0].terms["holder"]), int(parts[0].inherits.get("first_pledgee") or 0)
    signers = [holder, row.operator, *([pledgee] if pledgee else [])]
    return SplitOut(
        id=f"{row.receipt_id}-{row.args['seq']}",
        receipt_id=row.receipt_id,
        lot_id=row.of_lot,
        holder=names.ref(holder),
        operator=names.ref(row.operator),
        signed_by=[names.ref(member) for member in dict.fromkeys(signers)],
        quantity_g=str(whole_g),
        quantity=show_mass(whole_g),
        parts=[
            PartOut(
                receipt_id=part.part_id,
                quantity_g=part.terms["quantityG"],
                quantity=show_mass(int(part.terms["quantityG"])),
            )
            for part in parts
        ],
        rest_g=rest_g,
        rest=show_mass(int(rest_g)),
        split_at=row.timestamp,
        block_number=row.block_number,
        tx_hash=row.tx_hash,
        order_id=order_id,
    )
