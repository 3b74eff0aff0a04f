"""Asking for a look at a receipt's goods. Nobody signs it: only what instruments show can follow from it."""

from __future__ import annotations

from api.context import AppContext
from api.orders import repository
from api.orders.desk import Desk
from api.orders.reading import whole
from api.orders.schemas import InspectIn, OrderOut
from api.problems import Problem, conflict
from api.viewer import Viewer
from holdfast.domain.members import Role
from holdfast.domain.orders import Status
from holdfast.evidence.canonical import json_digest
from holdfast.store.records_engine import read
from holdfast.store.records_types import INSPECTION

MAY_ASK = "its holder, its operator, its pledgees, and inspectors"


def ask(context: AppContext, viewer: Viewer, receipt_id: str, request: InspectIn) -> OrderOut:
    """Queue a look at a receipt's goods; one that is under way already is answered again.

    Raises:
        Problem: 403 the caller may not ask for it; 404 no such receipt; 409 it has no goods any more.
    """
    desk, number = Desk(context, viewer, context.clock()), int(receipt_id, 16)
    inspector = Role.INSPECTOR in viewer.roles
    if desk.find(number) is None or not inspector:
        desk.refuse_unseen(number)
    bound = desk.bound(number)
    if viewer.member_id not in bound and not inspector:
        raise Problem(403, "not-a-party", f"a look at the goods is asked for by {MAY_ASK}")
    state = desk.state(number)
    if state.status not in (Status.LIVE, Status.SUSPENDED):
        expected = "a receipt that is live or suspended"
        raise conflict("receipt-not-live", "status", state.status.name.lower(), expected)
    with read(context.records.engine) as db:
        known = repository.find_open_inspection(db, viewer, receipt_id)
    if known is not None:
        return whole(context, viewer, known)
    order = {"receiptId": receipt_id, "weigh": request.weigh}
    digest = json_digest({**order, "asked_at": desk.now_s, "asked_by": viewer.member_id})
    record = context.records.submit_order(
        primary_type=INSPECTION,
        order=order,
        order_hash="0x" + digest.hex(),
        receipt_id=receipt_id,
        seq=None,
        deadline=desk.now_s + request.valid_for_s,
        signers=[],
        signatures={},
        submitted_by=viewer.member_id,
        parties=bound,
    )
    return whole(context, viewer, record)
