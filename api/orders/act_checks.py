"""What an order must hold against the chain as it is now, in words; the contracts check it all again.

A new act needs a line in STANDING_STILL if it may go on while its receipt stands still, and one in
`special_checks.SPECIAL` for what only it must hold.
"""

from __future__ import annotations

from typing import Any, Final

from api.orders.checks import active_member
from api.orders.desk import Desk
from api.orders.sales import lien_hinders
from api.orders.special_checks import SPECIAL, own_pledge
from api.problems import Problem, conflict, wrong
from holdfast.chain.acts import CONSENTS
from holdfast.chain.acts import PARTIES as ACT_PARTIES
from holdfast.chain.calldata import PARTIES as CORE_PARTIES
from holdfast.domain import acts
from holdfast.domain.acts import AnyOrder
from holdfast.domain.members import Role
from holdfast.domain.orders import Status, standing_ids
from holdfast.domain.pledge_terms import extends_alone
from holdfast.domain.receipts import ReceiptState
from holdfast.domain.units import show_time
from holdfast.reconciliation.meaning import meaning_of, needs_validity

BURNED: Final = (Status.DELIVERED, Status.REPLACED)
STANDING_STILL: Final = frozenset(
    {
        acts.PledgeReleaseOrder,
        acts.PledgeAssignOrder,
        acts.DefaultOrder,
        acts.MarginOrder,
        acts.PriceOrder,
        acts.CureOrder,
        acts.FreezeOrder,
        acts.UnfreezeOrder,
        acts.LienAssertOrder,
        acts.LienPaymentOrder,
        acts.LienDischargeOrder,
        acts.LienTenderOrder,
        acts.BondRedeemOrder,
    }
)
"""Acts that move nothing: they go on while the receipt is suspended, frozen, expired or under a lien."""
ABOUT_LOSS: Final = frozenset({acts.LossNoticeOrder, acts.LossWithdrawalOrder})
"""Acts that only stop a receipt, or let go of it: no freeze, lien or expiry hinders them."""


def signers_of(order: AnyOrder, desk: Desk) -> tuple[int, ...]:
    """Members that must sign, in the order the contract wants; last the first pledgee where its consent is.

    Raises Problem 422 for an order that members do not sign, or about a receipt never issued.
    """
    kind = type(order)
    named = ACT_PARTIES.get(kind) or CORE_PARTIES.get(kind)
    if not named:
        expected = "an order that members sign; the others come from evidence, not from members"
        raise wrong("primaryType", kind.__name__, expected, code="not-a-members-order")
    members = [member for field in named if (member := getattr(order, field))]
    if kind in CONSENTS and (pledgee := desk.state(standing_ids(order)[0]).first_pledgee):
        members.append(pledgee)
    return tuple(dict.fromkeys(members))


def check_order(order: AnyOrder, desk: Desk) -> None:
    """Refuse an order that its receipts, as the chain has them now, cannot follow: Problem 409 or 422."""
    for receipt_id, seq in _refs(order):
        _check_receipt(order, desk.state(receipt_id), seq, desk)
    _check_court(order, desk)
    pledge_id = getattr(order, "pledge_id", None)
    if pledge_id is not None and hasattr(order, "pledgee"):
        own_pledge(order, desk, pledge_id)
    special = SPECIAL.get(type(order))
    if special is not None:
        special(order, desk)


def _refs(order: AnyOrder) -> list[tuple[int, int | None]]:
    named: Any = order
    if isinstance(order, acts.MergeOrder):
        return [(ref.receipt_id, ref.seq) for ref in order.receipts]
    return [(receipt_id, getattr(named, "seq", None)) for receipt_id in standing_ids(order)]


def _check_receipt(order: AnyOrder, state: ReceiptState, seq: int | None, desk: Desk) -> None:
    if seq is not None and seq != state.seq:
        code = "order-reused" if seq < state.seq else "seq-not-current"
        raise conflict(code, "seq", seq, f"{state.seq}, the number of the receipt's next order")
    moves, wanted = type(order) not in STANDING_STILL, meaning_of(order).status
    if state.status in BURNED or (moves and state.status is not wanted):
        expected = f"a {wanted.name.lower()} receipt"
        raise conflict("receipt-not-live", "status", state.status.name.lower(), expected)
    for field in () if extends_alone(order, state, desk.now_s) else ("holder", "pledgor"):
        given = getattr(order, field, state.holder)
        if given != state.holder:
            raise conflict("not-the-holder", field, given, f"member {state.holder}, who holds it")
    operator = getattr(order, "operator", state.operator)
    if operator != state.operator:
        raise conflict(
            "not-the-operator", "operator", operator, f"member {state.operator}, who keeps the goods"
        )
    if not moves or type(order) in ABOUT_LOSS:
        return
    if needs_validity(order) and state.expires_at < desk.now_s:
        expected = "a receipt that has not expired; extend it first"
        raise conflict("receipt-expired", "expires_at", show_time(state.expires_at), expected)
    if state.freezes:
        found = f"{state.freezes}, case {state.freeze_case} in force"
        detail = f"the receipt is frozen by a court: {found}; expected a receipt that no court holds"
        errors = [("freezes", found, "a receipt that no court holds")]
        raise Problem(409, "receipt-frozen", detail, errors=errors)
    if state.liens and lien_hinders(order, desk):
        raise conflict("receipt-under-lien", "liens", state.liens, "a receipt whose storage lien is settled")


def _check_court(order: AnyOrder, desk: Desk) -> None:
    court = getattr(order, "court", None)
    if court is None:
        return
    named: Any = order
    member = active_member(desk.context.chain, "court", court)
    if Role.COURT not in member.roles:
        raise wrong("court", court, "a member that is a court", code="not-a-court")
    if isinstance(order, acts.CaseOrder):
        if desk.context.chain.court_case(order.case_no) is not None:
            raise conflict("case-exists", "caseNo", order.case_no, "a number that no case has")
        return
    case = desk.case(named.case_no)
    if case.court != court:
        raise conflict("case-of-other-court", "court", court, f"member {case.court}, whose case it is")
    if case.number != named.number:
        raise conflict(
            "number-not-current", "number", named.number, f"{case.number}, that of the case's next order"
        )
    if case.expires_at < desk.now_s and not isinstance(order, acts.UnfreezeOrder):
        raise conflict(
            "case-lapsed", "caseNo", named.case_no, f"a case in force; it lapsed {show_time(case.expires_at)}"
        )
