"""Preparing, submitting and signing orders; the oracle carries them out."""

from __future__ import annotations

from sqlalchemy import Connection

from api.context import AppContext
from api.cursors import decode_cursor, encode_cursor
from api.members.repository import find_member, member_names
from api.orders import checks, deposits, repository
from api.orders.schemas import (
    OrderOut,
    OrderPage,
    PrepareDelivery,
    PrepareDeposit,
    PreparedOut,
    PrepareTransfer,
    SignerOut,
    SignIn,
    StatusStep,
    SubmitIn,
    Summary,
)
from api.orders.summary import summarise
from api.problems import Problem, not_found
from api.receipts.service import get_receipt
from api.schemas import Names
from api.viewer import Viewer
from holdfast.attestation.typed_data import (
    order_from_json,
    order_hash,
    order_to_json,
    request_from_json,
    signing_digest,
    typed_data,
)
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.orders import DeliveryOrder, TransferOrder
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_engine import read
from holdfast.store.records_types import OrderRecord


def prepare(
    context: AppContext, viewer: Viewer, request: PrepareTransfer | PrepareDelivery | PrepareDeposit
) -> PreparedOut:
    """The typed data of an order on a receipt the viewer holds, with the chain's present seq; or of a
    depositor's request.

    Raises:
        Problem: 404 no such receipt; 403 not the holder; 409 not possible now; 422 a value is wrong.
    """
    if isinstance(request, PrepareDeposit):
        return _prepared(context, viewer, *deposits.prepare(context, viewer, request))
    now = context.clock()
    with read(context.records.engine) as db:
        receipt = get_receipt(db, viewer, request.receipt_id)
        names = Names(member_names(db, viewer))
    receipt_id = int(request.receipt_id, 16)
    state = context.chain.receipt(receipt_id)
    if state is None:
        raise not_found("receipt", request.receipt_id)
    if state.holder != viewer.member_id:
        text = f"member {state.holder} holds the receipt; only the holder prepares orders on it"
        raise Problem(403, "not-the-holder", text)
    deadline = now + request.valid_for_s
    order: TransferOrder | DeliveryOrder
    transferee = None
    if isinstance(request, PrepareTransfer):
        checks.active_member(context.chain, "transferee", request.transferee)
        order = TransferOrder(receipt_id, state.holder, request.transferee, state.seq, deadline)
        transferee = names.ref(request.transferee)
    else:
        order = DeliveryOrder(receipt_id, state.holder, max(state.quantity_g, 1), state.seq, deadline)
    checks.check_state(order, state, now_s=now)
    checks.check_deadline(order, now_s=now, max_ahead_s=context.settings.max_deadline_s)
    return _prepared(context, viewer, order, summarise(order, receipt, transferee))


def _prepared(
    context: AppContext, viewer: Viewer, order: checks.MemberOrder | DepositRequest, summary: Summary
) -> PreparedOut:
    with read(context.records.engine) as db:
        names = Names(member_names(db, viewer))
    wanted = order.signers() if isinstance(order, DepositRequest) else checks.signers_of(order)
    signers = []
    for member_id in wanted:
        account = checks.active_member(context.chain, "signer", member_id).account
        signers.append(_signer(names, member_id, account, signed=False))
    return PreparedOut(
        typed_data=typed_data(context.domain, order),
        order_hash="0x" + order_hash(order).hex(),
        signing_digest="0x" + signing_digest(context.domain, order).hex(),
        deadline=order.deadline,
        signers=signers,
        summary=summary,
    )


def submit(context: AppContext, viewer: Viewer, request: SubmitIn) -> OrderOut:
    """Check a signed order and store it: queued when all have signed, else awaiting signature.

    An order that waits already is not stored twice: it takes the signatures that it lacks.

    Raises:
        Problem: 403 the caller is no party; 404 no such receipt; 409 not possible now; 422 wrong.
        InvalidInput: the typed data or a signature is malformed or of another domain.
        OrderConflict: another order is queued for this seq of the receipt.
    """
    order = checks.read_order(context.domain, request.typed_data)
    if isinstance(order, DepositRequest):
        asked = {int(member): text for member, text in request.signatures.items()}
        record = deposits.submit(context, viewer, order, asked)
        with read(context.records.engine) as db:
            return _order(db, viewer, record)
    signers = checks.signers_of(order)
    if viewer.member_id not in signers:
        names = " and ".join(str(member) for member in signers)
        raise Problem(403, "not-a-party", f"the order is for members {names} to sign and submit")
    now = context.clock()
    checks.check_deadline(order, now_s=now, max_ahead_s=context.settings.max_deadline_s)
    for field in ("holder", "transferee"):
        if hasattr(order, field):
            checks.active_member(context.chain, field, getattr(order, field))
    given = {int(member): text for member, text in request.signatures.items()}
    if foreign := sorted(set(given) - set(signers)):
        text = f"signatures: {foreign[0]} is no signer of this order; expected {list(signers)}"
        raise Problem(422, "foreign-signer", text, errors=[("signatures", foreign[0], str(list(signers)))])
    signatures = {
        member: checks.check_signature(context.chain, context.domain, order, member, text)
        for member, text in given.items()
    }
    if order.holder not in signatures:  # else the holder has shown the receipt to the other party
        with read(context.records.engine) as db:
            get_receipt(db, viewer, receipt_hex(order.receipt_id))
    checks.check_state(order, context.chain.receipt(order.receipt_id), now_s=now)
    own_hash = "0x" + order_hash(order).hex()
    with read(context.records.engine) as db:
        known = repository.find_open_order(db, viewer, own_hash)
    if known is not None:
        for member in (member for member in known.missing if member in signatures):
            known = context.records.add_signature(known.id, member, signatures[member])
        with read(context.records.engine) as db:
            return _order(db, viewer, known)
    record = context.records.submit_order(
        primary_type=type(order).__name__,
        order=order_to_json(order),
        order_hash=own_hash,
        receipt_id=receipt_hex(order.receipt_id),
        seq=order.seq,
        deadline=order.deadline,
        signers=signers,
        signatures=signatures,
        submitted_by=viewer.member_id,
    )
    with read(context.records.engine) as db:
        return _order(db, viewer, record)


def sign(context: AppContext, viewer: Viewer, order_id: str, request: SignIn) -> OrderOut:
    """Add the caller's signature to an order. Raises as `submit`, and 404 for no such order."""
    with read(context.records.engine) as db:
        found = repository.find_order(db, viewer, order_id)
    if found is None:
        raise not_found("order", order_id)
    if viewer.member_id not in found.signers:
        raise Problem(403, "not-a-party", f"the order is for members {list(found.signers)} to sign")
    order = (
        request_from_json(found.order)
        if found.primary_type == DepositRequest.__name__
        else order_from_json(found.primary_type, found.order)
    )
    if not isinstance(order, TransferOrder | DeliveryOrder | DepositRequest):
        raise Problem(409, "not-a-members-order", f"members do not sign a {found.primary_type}")
    now = context.clock()
    signature = checks.check_signature(
        context.chain, context.domain, order, viewer.member_id, request.signature
    )
    if found.signatures.get(viewer.member_id) != signature:
        checks.check_deadline(order, now_s=now, max_ahead_s=context.settings.max_deadline_s)
        if not isinstance(order, DepositRequest):
            checks.check_state(order, context.chain.receipt(order.receipt_id), now_s=now)
    record = context.records.add_signature(order_id, viewer.member_id, signature)
    with read(context.records.engine) as db:
        return _order(db, viewer, record)


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
    last = found[limit - 1] if len(found) > limit else None
    return OrderPage(
        items=[_order(db, viewer, record) for record in found[:limit]],
        next=encode_cursor(last.created_at, last.id) if last is not None else None,
    )


def get_order(db: Connection, viewer: Viewer, order_id: str) -> OrderOut:
    """One order. Raises Problem 404."""
    record = repository.find_order(db, viewer, order_id)
    if record is None:
        raise not_found("order", order_id)
    return _order(db, viewer, record)


def _signer(names: Names, member_id: int, account: str | None, *, signed: bool) -> SignerOut:
    ref = names.ref(member_id)
    return SignerOut(member_id=member_id, name=ref.name, name_zh=ref.name_zh, account=account, signed=signed)


def _order(db: Connection, viewer: Viewer, record: OrderRecord) -> OrderOut:
    names = Names(member_names(db, viewer))
    signers = []
    for member_id in record.signers:
        member = find_member(db, viewer, member_id)
        account = None if member is None else str(member.account)
        signers.append(_signer(names, member_id, account, signed=member_id in record.signatures))
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
