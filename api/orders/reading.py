"""Orders as members are shown them."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from api.context import AppContext
from api.cursors import decode_cursor, next_cursor
from api.members.repository import find_member, member_names
from api.orders import repository
from api.orders.schemas import DocumentOut, OrderOut, OrderPage, SignerOut, StatusStep
from api.problems import not_found
from api.schemas import Names
from api.viewer import Viewer
from holdfast.attestation.typed_data import any_order_from_json, request_from_json, typed_data
from holdfast.chain.domains import AnyRequest, domain_of
from holdfast.domain.deposit import DepositRequest
from holdfast.store.records_engine import read
from holdfast.store.records_types import OPEN, REQUESTS, OrderRecord


def list_orders(
    db: Connection,
    viewer: Viewer,
    *,
    status: str | None,
    receipt_id: str | None,
    cursor: str | None,
    limit: int,
) -> OrderPage:
    """A page of the orders a member may see."""
    place = decode_cursor(cursor, int, str) if cursor is not None else None
    after = (int(place[0]), str(place[1])) if place else None
    found = repository.list_orders(
        db, viewer, status=status, receipt_id=receipt_id, after=after, limit=limit + 1
    )
    return OrderPage(
        items=[shown(db, viewer, record) for record in found[:limit]],
        next=next_cursor(found, limit, "created_at", "id"),
    )


def get_order(context: AppContext, viewer: Viewer, order_id: str) -> OrderOut:
    """One order. Raises Problem 404."""
    with read(context.records.engine) as db:
        record = repository.find_order(db, viewer, order_id)
    if record is None:
        raise not_found("order", order_id)
    return whole(context, viewer, record)


def whole(context: AppContext, viewer: Viewer, record: OrderRecord) -> OrderOut:
    """An order with the documents it makes, and with what is still to be signed."""
    with read(context.records.engine) as db:
        found = shown(db, viewer, record)
    more: dict[str, object] = {"documents": documents_out(context.records.order_documents(record.id))}
    if record.status in OPEN and record.primary_type not in REQUESTS:
        order = signed_order(record)
        more["typed_data"] = typed_data(domain_of(context.deployment, order), order)
    return found.model_copy(update=more)


def signed_order(record: OrderRecord) -> AnyRequest:
    """What the members of a stored order sign. Raises InvalidInput if they sign nothing."""
    if record.primary_type == DepositRequest.__name__:
        return request_from_json(record.order)
    return any_order_from_json(record.primary_type, dict(record.order))


def documents_out(bodies: dict[str, bytes]) -> list[DocumentOut]:
    """Stored documents as JSON, by receipt id."""
    return [DocumentOut(receipt_id=name, document=json.loads(body)) for name, body in bodies.items()]


def signer_out(names: Names, member_id: int, account: str | None, *, signed: bool) -> SignerOut:
    """One signer with its names."""
    ref = names.ref(member_id)
    return SignerOut(member_id=member_id, name=ref.name, name_zh=ref.name_zh, account=account, signed=signed)


def shown(db: Connection, viewer: Viewer, record: OrderRecord) -> OrderOut:
    """An order as a list shows it."""
    names = Names(member_names(db, viewer))
    signers = []
    for member_id in record.signers:
        member = find_member(db, viewer, member_id)
        account = None if member is None else str(member.account)
        signers.append(signer_out(names, member_id, account, signed=member_id in record.signatures))
    return OrderOut(
        id=record.id,
        type=record.primary_type,
        order=dict(record.order),
        order_hash=record.order_hash,
        receipt_id=record.receipt_id,
        seq=record.seq,
        deadline=record.deadline,
        signers=signers,
        submitted_by=names.ref(record.submitted_by),
        status=record.status.value,
        reason=record.reason,
        detail=record.detail,
        tx_hash=record.tx_hash,
        created_at=record.created_at,
        updated_at=record.updated_at,
        history=[
            StatusStep(
                status=step.status.value,
                reason=step.reason,
                detail=step.detail,
                tx_hash=step.tx_hash,
                at=step.at,
            )
            for step in record.history
        ],
    )
