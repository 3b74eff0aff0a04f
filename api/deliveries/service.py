"""Deliveries as members are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from api.cursors import next_cursor, place_of
from api.deliveries import repository
from api.deliveries.schemas import BondEndedOut, DeliveryOut, DeliveryPage
from api.members.repository import member_names
from api.problems import not_found
from api.receipts import repository as receipts
from api.receipts.history import Act
from api.receipts.service import attestation_out
from api.schemas import Names
from api.viewer import Viewer
from holdfast.domain.units import show_mass


def list_deliveries(
    db: Connection,
    viewer: Viewer,
    *,
    receipt_id: str | None,
    holder: int | None,
    cursor: str | None,
    limit: int,
) -> DeliveryPage:
    """A page of the deliveries a member may see."""
    rows = repository.list_deliveries(
        db,
        viewer,
        receipt_id=receipt_id,
        holder=holder,
        after=place_of(cursor),
        limit=limit + 1,
    )
    return DeliveryPage(
        items=_deliveries(db, viewer, rows[:limit]),
        next=next_cursor(rows, limit, "block_number", "log_index"),
    )


def get_delivery(db: Connection, viewer: Viewer, delivery_id: str) -> DeliveryOut:
    """One delivery. Raises Problem 404."""
    receipt_id, _, seq = delivery_id.partition("-")
    row = repository.find_delivery(db, viewer, receipt_id, seq)
    if row is None:
        raise not_found("delivery", delivery_id)
    return _deliveries(db, viewer, [row])[0]


def _deliveries(db: Connection, viewer: Viewer, rows: Sequence[Row[Any]]) -> list[DeliveryOut]:
    names = Names(member_names(db, viewer))
    bonds = repository.bonds(db, viewer, rows)
    orders = receipts.orders_behind(db, viewer, rows)
    decided = receipts.decisions_behind(db, viewer, rows)
    found = []
    for row in rows:
        key = (row.tx_hash, row.receipt_id)
        quantity_g, left_g = Act(row, "delivered").grams
        rest_g, bond = left_g or "0", bonds.get(key)
        found.append(
            DeliveryOut(
                id=f"{row.receipt_id}-{row.args['seq']}",
                receipt_id=row.receipt_id,
                lot_id=row.of_lot,
                holder=names.ref(int(row.args["holder"])),
                operator=names.ref(row.operator),
                quantity_g=str(quantity_g),
                quantity=show_mass(int(str(quantity_g))),
                whole=rest_g == "0",
                rest_g=rest_g,
                rest=show_mass(int(rest_g)),
                bond=None if bond is None else _bond(bond, names),
                delivered_at=row.timestamp,
                block_number=row.block_number,
                tx_hash=row.tx_hash,
                order_id=orders.get(key),
                decision_id=decided.get(key),
                attestation=attestation_out(db, row, names),
            )
        )
    return found


def _bond(row: Row[Any], names: Names) -> BondEndedOut:
    return BondEndedOut(
        pledge_id=row.pledge_id,
        holder=names.ref(row.pledgee),
        jointly=row.name == "BondDeliveredJointly",
    )
