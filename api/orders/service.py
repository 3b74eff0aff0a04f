"""Preparing, submitting and signing orders; the oracle carries them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.context import AppContext
from api.members.repository import member_names
from api.orders import act_checks, checks, deposits, filling, repository
from api.orders.act_fields import OnLot
from api.orders.desk import Desk
from api.orders.reading import documents_out, signed_order, signer_out, whole
from api.orders.schemas import (
    OrderOut,
    Place,
    PrepareDelivery,
    PrepareDeposit,
    PreparedOut,
    PrepareTransfer,
    SignIn,
    SubmitIn,
    Summary,
)
from api.orders.successors import check_documents
from api.orders.summary import summarise
from api.problems import Problem, not_found, wrong
from api.schemas import Names
from api.viewer import Viewer
from holdfast.attestation.typed_data import order_hash, order_to_json, signing_digest, typed_data
from holdfast.chain.domains import AnyRequest, domain_of
from holdfast.domain.acts import AnyOrder
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.orders import PARTY_FIELDS, DeliveryOrder, TransferOrder, standing_ids
from holdfast.domain.receipts import receipt_hex
from holdfast.reconciliation.meaning import meaning_of
from holdfast.store.records_engine import read
from holdfast.store.records_types import REQUESTS


def prepare(context: AppContext, viewer: Viewer, request: Any) -> PreparedOut:
    """The typed data of an order that the viewer is to sign, with what the chain says now; or of a
    depositor's request.

    Raises:
        Problem: 404 no such receipt; 403 not a party; 409 not possible now; 422 a value is wrong.
    """
    if isinstance(request, PrepareDeposit):
        return _prepared(context, viewer, *deposits.prepare(context, viewer, request), {})
    desk = Desk(context, viewer, context.clock())
    order: AnyOrder
    documents: Mapping[int, bytes] = {}
    if isinstance(request, PrepareTransfer | PrepareDelivery):
        order = _own(desk, request)
    else:
        draft = filling.fill(desk, request)
        order = filling.complete(draft)
        documents = draft.documents
    _active_parties(context, order)
    signers = act_checks.signers_of(order, desk)
    if viewer.member_id not in signers:
        names = " and ".join(str(member) for member in signers)
        raise Problem(403, "not-a-party", f"the order is for members {names} to sign")
    act_checks.check_order(order, desk)
    checks.check_deadline(order, now_s=desk.now_s, max_ahead_s=context.settings.max_deadline_s)
    made = {receipt_hex(receipt_id): body for receipt_id, body in documents.items()}
    found = _prepared(context, viewer, order, summarise(order, desk), made, signers)
    place = Place(site=request.site, lot=request.lot) if isinstance(request, OnLot) else None
    return found.model_copy(update={"place": place})


def _own(desk: Desk, request: PrepareTransfer | PrepareDelivery) -> TransferOrder | DeliveryOrder:
    receipt_id = int(request.receipt_id, 16)
    desk.refuse_unseen(receipt_id)
    state = desk.state(receipt_id)
    if state.holder != desk.viewer.member_id:
        text = f"member {state.holder} holds the receipt; only the holder prepares orders on it"
        raise Problem(403, "not-the-holder", text)
    deadline = desk.now_s + request.valid_for_s
    if isinstance(request, PrepareTransfer):
        return TransferOrder(receipt_id, state.holder, request.transferee, state.seq, deadline)
    return DeliveryOrder(receipt_id, state.holder, max(state.quantity_g, 1), state.seq, deadline)


def _prepared(
    context: AppContext,
    viewer: Viewer,
    order: AnyRequest,
    summary: Summary,
    documents: dict[str, bytes],
    members: tuple[int, ...] = (),
) -> PreparedOut:
    with read(context.records.engine) as db:
        names = Names(member_names(db, viewer))
    signers = []
    for member_id in order.signers() if isinstance(order, DepositRequest) else members:
        account = checks.active_member(context.chain, "signer", member_id).account
        signers.append(signer_out(names, member_id, account, signed=False))
    domain = domain_of(context.deployment, order)
    return PreparedOut(
        typed_data=typed_data(domain, order),
        order_hash="0x" + order_hash(order).hex(),
        signing_digest="0x" + signing_digest(domain, order).hex(),
        deadline=order.deadline,
        signers=signers,
        summary=summary,
        documents=documents_out(documents),
    )


def submit(context: AppContext, viewer: Viewer, request: SubmitIn) -> OrderOut:
    """Check a signed order and store it: queued when all have signed, else awaiting signature.

    An order that waits already is not stored twice: it takes the signatures that it lacks.

    Raises:
        Problem: 403 the caller is no party; 404 no such receipt; 409 not possible now; 422 wrong.
        InvalidInput: the typed data or a signature is malformed or of another domain.
        OrderConflict: another order is queued for this seq of the receipt.
    """
    order = checks.read_order(context.deployment, request.typed_data)
    given = {int(member): text for member, text in request.signatures.items()}
    if isinstance(order, DepositRequest):
        return whole(context, viewer, deposits.submit(context, viewer, order, given))
    desk = Desk(context, viewer, context.clock())
    signers = act_checks.signers_of(order, desk)
    if viewer.member_id not in signers:
        names = " and ".join(str(member) for member in signers)
        raise Problem(403, "not-a-party", f"the order is for members {names} to sign and submit")
    checks.check_deadline(order, now_s=desk.now_s, max_ahead_s=context.settings.max_deadline_s)
    _active_parties(context, order)
    if foreign := sorted(set(given) - set(signers)):
        text = f"signatures: {foreign[0]} is no signer of this order; expected {list(signers)}"
        raise Problem(422, "foreign-signer", text, errors=[("signatures", foreign[0], str(list(signers)))])
    domain = domain_of(context.deployment, order)
    signatures = {
        member: checks.check_signature(context.chain, domain, order, member, text)
        for member, text in given.items()
    }
    _refuse_unshown(desk, order, set(signatures))
    act_checks.check_order(order, desk)
    own_hash = "0x" + order_hash(order).hex()
    with read(context.records.engine) as db:
        known = repository.find_open_order(db, viewer, own_hash)
    if known is not None:
        for member in (member for member in known.missing if member in signatures):
            known = context.records.add_signature(known.id, member, signatures[member])
        return whole(context, viewer, known)
    documents = check_documents(desk, order, request.documents)
    named = standing_ids(order)
    record = context.records.submit_order(
        primary_type=type(order).__name__,
        order=order_to_json(order),
        order_hash=own_hash,
        receipt_id=receipt_hex(named[0]) if named else None,
        seq=_seq(order),
        deadline=order.deadline,
        signers=signers,
        signatures=signatures,
        submitted_by=viewer.member_id,
        parties=_others(desk, order),
        documents=documents,
        place=_place(order, request),
    )
    return whole(context, viewer, record)


def _place(order: AnyOrder, request: SubmitIn) -> dict[str, str] | None:
    """Where the goods of an order about a lot lie, in the WMS's words; the oracle holds it to the id."""
    if not meaning_of(order).before_issue:
        return None
    if request.place is None:
        raise wrong("place", None, "site and lot, as they were prepared")
    return {"site": request.place.site, "lot": request.place.lot}


def _seq(order: Any) -> int | None:
    receipts = getattr(order, "receipts", ())
    found: int | None = receipts[0].seq if receipts else getattr(order, "seq", None)
    return found


def _others(desk: Desk, order: AnyOrder) -> frozenset[int]:
    """Members with a right in what an order is about, who may see it without signing it."""
    found = [desk.bound(receipt_id) for receipt_id in standing_ids(order)]
    operator = getattr(order, "operator", None)
    return frozenset().union(*found, () if operator is None else (operator,))


def _active_parties(context: AppContext, order: AnyOrder) -> None:
    for field in (*PARTY_FIELDS, "operator"):
        if getattr(order, field, 0):
            checks.active_member(context.chain, field, getattr(order, field))


def _refuse_unshown(desk: Desk, order: AnyOrder, signed: set[int]) -> None:
    """A receipt is shown to others by whoever has a right in it and signs; else 404, as if it were not."""
    for receipt_id in standing_ids(order):
        if not signed & desk.bound(receipt_id) and not desk.may_see(receipt_id):
            raise not_found("receipt", receipt_hex(receipt_id))


def sign(context: AppContext, viewer: Viewer, order_id: str, request: SignIn) -> OrderOut:
    """Add the caller's signature to an order. Raises as `submit`, and 404 for no such order."""
    with read(context.records.engine) as db:
        found = repository.find_order(db, viewer, order_id)
    if found is None:
        raise not_found("order", order_id)
    if found.primary_type in REQUESTS or viewer.member_id not in found.signers:
        raise Problem(403, "not-a-party", f"the order is for members {list(found.signers)} to sign")
    order = signed_order(found)
    signature = checks.check_signature(
        context.chain, domain_of(context.deployment, order), order, viewer.member_id, request.signature
    )
    if found.signatures.get(viewer.member_id) != signature:
        desk = Desk(context, viewer, context.clock())
        checks.check_deadline(order, now_s=desk.now_s, max_ahead_s=context.settings.max_deadline_s)
        if not isinstance(order, DepositRequest):
            act_checks.check_order(order, desk)
    record = context.records.add_signature(order_id, viewer.member_id, signature)
    return whole(context, viewer, record)
