"""Asking for a look at a receipt's goods. Nobody signs it: only what instruments show can follow from it."""

from __future__ import annotations

from typing import Any

from api.context import AppContext
from api.orders import checks, repository
from api.orders.desk import Desk
from api.orders.reading import whole
from api.orders.schemas import InspectIn, OrderOut, SeriesIn, ShareIn
from api.problems import Problem, conflict
from api.viewer import Viewer
from holdfast.attestation.typed_data import order_hash, order_to_json
from holdfast.domain.acts import LotSeriesOrder
from holdfast.domain.members import Role
from holdfast.domain.orders import Status, SuspendReason
from holdfast.evidence.canonical import json_digest
from holdfast.store.records_engine import read
from holdfast.store.records_types import INSPECTION, SHORTAGE

MAY_ASK = "its holder, its operator, its pledgees, and inspectors"


def ask(context: AppContext, viewer: Viewer, receipt_id: str, request: InspectIn) -> OrderOut:
    """Queue a look at a receipt's goods; one that is under way already is answered again.

    Raises:
        Problem: 403 the caller may not ask for it; 404 no such receipt; 409 it has no goods any more.
    """
    desk = _entitled(context, viewer, receipt_id)
    if desk.state(int(receipt_id, 16)).suspend_reason == SuspendReason.NOTICE_OF_LOSS:
        expected = "a receipt that no notice of loss stops"
        raise conflict("under-notice", "receiptId", receipt_id, expected)
    order = {"receiptId": receipt_id, "weigh": request.weigh}
    return _queue(desk, INSPECTION, receipt_id, order, request.valid_for_s)


def share(context: AppContext, viewer: Viewer, receipt_id: str, request: ShareIn) -> OrderOut:
    """Queue a shortage to be shared among all receipts of this one's lot. Raises as `ask`."""
    desk = _entitled(context, viewer, receipt_id)
    state = desk.state(int(receipt_id, 16))
    if state.status is not Status.SUSPENDED:
        expected = "suspended, as all receipts of a lot whose goods were found short"
        raise conflict("receipt-not-suspended", "status", state.status.name.lower(), expected)
    return _queue(desk, SHORTAGE, receipt_id, {"receiptId": receipt_id}, request.valid_for_s)


def value_by(context: AppContext, viewer: Viewer, receipt_id: str, request: SeriesIn) -> OrderOut:
    """Queue an order that says by which price series a lot is valued. Raises as `ask`."""
    desk = _entitled(context, viewer, receipt_id)
    number = int(receipt_id, 16)
    digest = bytes.fromhex(request.series_digest[2:])
    order = LotSeriesOrder(number, digest, desk.now_s + request.valid_for_s)
    checks.check_deadline(order, now_s=desk.now_s, max_ahead_s=context.settings.max_deadline_s)
    record = context.records.submit_order(
        primary_type=type(order).__name__,
        order=order_to_json(order),
        order_hash="0x" + order_hash(order).hex(),
        receipt_id=receipt_id,
        seq=None,
        deadline=order.deadline,
        signers=[],
        signatures={},
        submitted_by=viewer.member_id,
        parties=desk.bound(number),
    )
    return whole(context, viewer, record)


def _entitled(context: AppContext, viewer: Viewer, receipt_id: str) -> Desk:
    desk, number = Desk(context, viewer, context.clock()), int(receipt_id, 16)
    inspector = Role.INSPECTOR in viewer.roles
    if desk.find(number) is None or not inspector:
        desk.refuse_unseen(number)
    if viewer.member_id not in desk.bound(number) and not inspector:
        raise Problem(403, "not-a-party", f"a look at the goods is asked for by {MAY_ASK}")
    state = desk.state(number)
    if state.status not in (Status.LIVE, Status.SUSPENDED):
        expected = "a receipt that is live or suspended"
        raise conflict("receipt-not-live", "status", state.status.name.lower(), expected)
    return desk


def _queue(desk: Desk, kind: str, receipt_id: str, order: dict[str, Any], valid_for_s: int) -> OrderOut:
    context, viewer = desk.context, desk.viewer
    with read(context.records.engine) as db:
        known = repository.find_open_request(db, viewer, kind, receipt_id)
    if known is not None:
        return whole(context, viewer, known)
    asked = {**order, "kind": kind, "asked_at": desk.now_s, "asked_by": viewer.member_id}
    record = context.records.submit_order(
        primary_type=kind,
        order=order,
        order_hash="0x" + json_digest(asked).hex(),
        receipt_id=receipt_id,
        seq=None,
        deadline=desk.now_s + valid_for_s,
        signers=[],
        signatures={},
        submitted_by=viewer.member_id,
        parties=desk.bound(int(receipt_id, 16)),
    )
    return whole(context, viewer, record)
