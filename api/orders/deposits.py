"""Depositors' requests: what an issue order grows from. The operator confirms by its signature that these are
the depositor's goods.
"""

from __future__ import annotations

from collections.abc import Mapping

from api.context import AppContext
from api.members.repository import member_names
from api.orders import checks
from api.orders.repository import find_open_order
from api.orders.schemas import PrepareDeposit, Summary
from api.problems import Problem, wrong
from api.schemas import Names
from api.viewer import Viewer
from holdfast.attestation.deposit import read_terms
from holdfast.attestation.typed_data import order_hash, order_to_json
from holdfast.domain.deposit import DepositRequest, check_terms
from holdfast.domain.members import Role
from holdfast.domain.units import show_mass, show_time
from holdfast.evidence.canonical import canonical_json
from holdfast.store.records_engine import read
from holdfast.store.records_types import OrderRecord


def prepare(context: AppContext, viewer: Viewer, request: PrepareDeposit) -> tuple[DepositRequest, Summary]:
    """The request to sign, with its terms checked field by field.

    Raises:
        IncompleteDocument: a field of the receipts is missing or wrong; each is named with its clause.
        Problem: 422 no such operator.
    """
    check_terms(request.terms)
    _operator(context, request.operator)
    asked = DepositRequest(
        lot_id=bytes.fromhex(request.lot_id[2:]),
        operator=request.operator,
        depositor=viewer.member_id,
        terms=canonical_json(request.terms).decode(),
        deadline=context.clock() + request.valid_for_s,
    )
    checks.check_deadline(asked, now_s=context.clock(), max_ahead_s=context.settings.max_deadline_s)
    _own_name(asked, request.terms)
    with read(context.records.engine) as db:
        names = Names(member_names(db, viewer))
    depositor, operator = names.ref(asked.depositor), names.ref(asked.operator)
    receipts, common = request.terms["receipts"], request.terms["common"]
    total = show_mass(sum(int(item["quantity_g"]) for item in receipts))
    goods, until = f"{total} {common['goods_description']}", show_time(asked.deadline)
    place = f"{common['storage_site']}, {common['storage_location']}"
    return asked, Summary(
        en=(
            f"{depositor.name} (member {asked.depositor}) asks {operator.name} (member {asked.operator}) for "
            f"{len(receipts)} warehouse receipt(s) for {goods}, lot {common['lot']}, in {place}. By signing, "
            f"{operator.name} confirms that {depositor.name} deposited these goods. Receipts are "
            f"issued only if the goods are found to be there. Void after {until}."
        ),
        zh=(
            f"{depositor.name_zh}（会员 {asked.depositor}）请求{operator.name_zh}（会员 {asked.operator}）"
            f"签发 {len(receipts)} 份仓单：{goods}，批号 {common['lot']}，存放于 {place}。"
            f"{operator.name_zh}签名即确认货物由{depositor.name_zh}存入。"
            f"仅在货物经核实在库时签发。{until} 后失效。"
        ),
    )


def submit(
    context: AppContext, viewer: Viewer, asked: DepositRequest, given: Mapping[int, str]
) -> OrderRecord:
    """Check a signed request and store it: queued when depositor and operator have signed. One that waits
    already takes the signatures that it lacks.

    Raises:
        Problem: 403 the caller is no party; 422 deadline, operator, signature or terms are wrong.
    """
    signers = asked.signers()
    if viewer.member_id not in signers:
        text = (
            f"the request is for depositor {asked.depositor} and operator {asked.operator} to sign and submit"
        )
        raise Problem(403, "not-a-party", text)
    checks.check_deadline(asked, now_s=context.clock(), max_ahead_s=context.settings.max_deadline_s)
    _operator(context, asked.operator)
    _own_name(asked, read_terms(asked))
    if not given or not set(given) <= set(signers):
        wanted = (
            f"the depositor's (member {asked.depositor}), the operator's (member {asked.operator}) or both"
        )
        raise wrong("signatures", sorted(given), wanted)
    signatures = {
        member: checks.check_signature(context.chain, context.domain, asked, member, text)
        for member, text in given.items()
    }
    own_hash = "0x" + order_hash(asked).hex()
    with read(context.records.engine) as db:
        known = find_open_order(db, viewer, own_hash)
    if known is not None:
        for member in (member for member in known.missing if member in signatures):
            known = context.records.add_signature(known.id, member, signatures[member])
        return known
    return context.records.submit_order(
        primary_type=type(asked).__name__,
        order=order_to_json(asked),
        order_hash=own_hash,
        receipt_id=None,
        seq=None,
        deadline=asked.deadline,
        signers=signers,
        signatures=signatures,
        submitted_by=viewer.member_id,
    )


def _operator(context: AppContext, member_id: int) -> None:
    member = checks.active_member(context.chain, "operator", member_id)
    if not member.roles & Role.WAREHOUSE_OPERATOR:
        raise wrong("operator", member_id, "a member that is a warehouse operator", code="not-an-operator")


def _own_name(asked: DepositRequest, terms: Mapping[str, Mapping[str, object]]) -> None:
    """The words of the receipts must name the parties the request names."""
    for field, member in (("depositor_member", asked.depositor), ("operator_member", asked.operator)):
        if terms["common"].get(field) != member:
            raise wrong(f"terms.common.{field}", terms["common"].get(field), f"{member}, as the request says")
