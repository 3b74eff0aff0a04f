"""What only one kind of order must hold against the chain as it is now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from api.orders import sales
from api.orders.checks import active_member
from api.orders.desk import Desk
from api.problems import conflict, wrong
from holdfast.domain import acts
from holdfast.domain.encumbrances import LienState, PledgeState
from holdfast.domain.lien_acts import LienRank
from holdfast.domain.members import Role
from holdfast.domain.money import show_amount
from holdfast.domain.orders import DeliveryOrder, SuspendReason, TransferOrder
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_mass, show_time

MOST_PLEDGES: Final = 4


def own_pledge(order: Any, desk: Desk, pledge_id: int) -> PledgeState:
    """The pledge an order is about. Raises Problem 409 if it is not on the receipt, or another member's."""
    held = desk.pledges(order.receipt_id)
    found = next((pledge for pledge in held if pledge.pledge_id == pledge_id), None)
    if found is None:
        known = ", ".join(str(pledge.pledge_id) for pledge in held) or "none"
        raise conflict("unknown-pledge", "pledgeId", pledge_id, f"a pledge on the receipt: {known}")
    if found.pledgee != order.pledgee:
        raise conflict("not-the-pledgee", "pledgee", order.pledgee, f"member {found.pledgee}, whose it is")
    return found


def _free(order: TransferOrder | DeliveryOrder | acts.PaperOrder, desk: Desk) -> None:
    state = desk.state(order.receipt_id)
    if state.pledges:
        expected = "a receipt that is not pledged; a pledged one moves with its first pledgee"
        raise conflict("receipt-pledged", "pledges", state.pledges, expected)
    if isinstance(order, DeliveryOrder) and order.quantity_g != state.quantity_g:
        expected = f"the whole {state.quantity_g} ({show_mass(state.quantity_g)})"
        raise conflict("quantity-not-whole", "quantityG", order.quantity_g, expected)


def _pledge(order: acts.PledgeOrder, desk: Desk) -> None:
    held, state = desk.pledges(order.receipt_id), desk.state(order.receipt_id)
    if order.pledgee == order.holder:
        raise wrong("pledgee", order.pledgee, "another member than the holder")
    for pledge in held:
        sales.refuse_on_bond(pledge)
    if state.pledges >= MOST_PLEDGES or order.rank != state.pledges + 1:
        expected = f"{state.pledges + 1}, the next rank, and {MOST_PLEDGES} at most"
        raise conflict("rank-not-next", "rank", order.rank, expected)
    if held and held[0].currency.encode() != order.currency:
        expected = f"{held[0].currency}, as the pledges before it"
        raise conflict("currency-differs", "currency", order.currency.decode(), expected)
    if order.maturity <= desk.now_s:
        raise wrong("maturity", order.maturity, f"a time after now, {desk.now_s} ({show_time(desk.now_s)})")
    sales.refuse_outliving(order, desk)
    if not 0 < order.ltv_bps <= 10_000:
        raise wrong("ltvBps", order.ltv_bps, "from 1 to 10000 basis points")
    sales.refuse_lien_currency(order.receipt_id, order.currency.decode(), desk)


def _split(order: acts.SplitOrder, desk: Desk) -> None:
    whole = desk.state(order.receipt_id).quantity_g
    total = sum(part.quantity_g for part in order.parts)
    if total > whole or (total == whole and len(order.parts) < 2):
        expected = f"together at most the receipt's {whole} ({show_mass(whole)}), and a split of it"
        raise conflict("quantity-differs", "parts", total, expected)


def _merge(order: acts.MergeOrder, desk: Desk) -> None:
    states = [desk.state(ref.receipt_id) for ref in order.receipts]
    if len({ref.receipt_id for ref in order.receipts}) != len(states):
        raise wrong("receipts", len(states), "each receipt once")
    first = states[0]
    alike = ("holder", "operator", "kind", "lot_id", "first_pledgee", "pledges", "lien_terms")
    for state in states[1:]:
        for name in alike:
            if getattr(state, name) != getattr(first, name):
                expected = f"the same {name} as receipt {receipt_hex(first.receipt_id)[:14]}…"
                raise conflict("receipts-differ", "receipts", receipt_hex(state.receipt_id), expected)
    total = sum(state.quantity_g for state in states)
    if order.quantity_g != total:
        raise conflict("quantity-differs", "quantityG", order.quantity_g, f"{total} ({show_mass(total)})")


def _supersede(order: acts.SupersedeOrder, desk: Desk) -> None:
    state = desk.state(order.receipt_id)
    if order.quantity_g != state.quantity_g:
        expected = f"{state.quantity_g} ({show_mass(state.quantity_g)}), what it stands for"
        raise conflict("quantity-differs", "quantityG", order.quantity_g, expected)
    longer = order.reason is acts.SupersedeReason.EXTENSION
    if (order.expires_at > state.expires_at) if not longer else (order.expires_at <= state.expires_at):
        expected = f"{'after' if longer else 'just'} {state.expires_at} ({show_time(state.expires_at)})"
        raise conflict("expiry-differs", "expiresAt", order.expires_at, expected)


def _part(order: acts.PartialDeliveryOrder, desk: Desk) -> None:
    state = desk.state(order.receipt_id)
    if order.quantity_g >= state.quantity_g:
        expected = f"less than the receipt's {state.quantity_g} ({show_mass(state.quantity_g)})"
        raise conflict("quantity-not-part", "quantityG", order.quantity_g, expected)
    if state.pledges > 1:
        expected = "one pledge at most: goods leave after the junior ones are released"
        raise conflict("junior-pledges", "pledges", state.pledges, expected)


def _pledged_transfer(order: acts.PledgedTransferOrder, desk: Desk) -> None:
    state = desk.state(order.receipt_id)
    if not state.pledges or state.first_pledgee != order.pledgee:
        expected = (
            f"the first pledgee, member {state.first_pledgee}" if state.pledges else "a pledged receipt"
        )
        raise conflict("not-first-pledgee", "pledgee", order.pledgee, expected)
    if order.transferee in (order.holder, *(pledge.pledgee for pledge in desk.pledges(order.receipt_id))):
        raise wrong("transferee", order.transferee, "a member that neither holds it nor has a pledge on it")


def _assign(order: acts.PledgeAssignOrder, desk: Desk) -> None:
    if order.assignee in (order.pledgee, desk.state(order.receipt_id).holder):
        raise wrong("assignee", order.assignee, "a member that is neither the pledgee nor the holder")
    _alone(own_pledge(order, desk, order.pledge_id))


def _alone(pledge: PledgeState) -> None:
    if pledge.receipts != 1:
        expected = "a pledge on one receipt only: release or merge the others first"
        raise conflict("pledge-covers-others", "pledgeId", pledge.pledge_id, expected)


def _default(order: acts.DefaultOrder, desk: Desk) -> None:
    pledge = own_pledge(order, desk, order.pledge_id)
    sales.refuse_on_bond(pledge)
    if pledge.maturity >= desk.now_s:
        raise conflict("not-due", "maturity", show_time(pledge.maturity), "a debt that is due")
    _no_default(pledge)


def _no_default(pledge: PledgeState) -> None:
    if pledge.default_at:
        raise conflict("default-stands", "defaultAt", show_time(pledge.default_at), "no notice before")


def _margin(order: acts.MarginOrder, desk: Desk) -> None:
    pledge = own_pledge(order, desk, order.pledge_id)
    sales.refuse_on_bond(pledge)
    _no_default(pledge)
    if pledge.receipts != 1 + len(order.others):
        expected = f"all {pledge.receipts} receipts under the pledge: prepare the call again"
        raise conflict("pledge-covers-others", "others", 1 + len(order.others), expected)
    named = (order.receipt_id, *(other.receipt_id for other in order.others))
    cover = desk.context.chain.cover(pledge.pledge_id, named)
    if cover.value_minor >= cover.needed_minor:
        needed = show_amount(cover.needed_minor, cover.currency)
        worth = show_amount(cover.value_minor, cover.currency)
        raise conflict("margin-holds", "value", worth, f"goods worth less than {needed}, as the loan needs")


def _cure(order: acts.CureOrder, desk: Desk) -> None:
    if not own_pledge(order, desk, order.pledge_id).default_at:
        raise conflict("no-default", "pledgeId", order.pledge_id, "a pledge in default")


def _unfreeze(order: acts.UnfreezeOrder, desk: Desk) -> None:
    if not desk.state(order.receipt_id).freezes:
        raise conflict("not-frozen", "caseNo", order.case_no, "a receipt that is frozen under it")


def _replacement(order: acts.ReplacementOrder | acts.LossWithdrawalOrder, desk: Desk) -> None:
    state = desk.state(order.receipt_id)
    if state.suspend_reason != SuspendReason.NOTICE_OF_LOSS:
        raise conflict("no-notice", "receiptId", receipt_hex(order.receipt_id), "a receipt under notice")


def _lot(order: acts.ElectronicOrder | acts.OriginOrder, desk: Desk) -> None:
    operator = active_member(desk.context.chain, "operator", order.operator)
    if Role.WAREHOUSE_OPERATOR not in operator.roles:
        raise wrong(
            "operator", order.operator, "a member that is a warehouse operator", code="not-an-operator"
        )


def _lien(order: acts.LienAssertOrder | acts.LienPaymentOrder | acts.LienDischargeOrder, desk: Desk) -> None:
    found = _lien_terms(order, desk)
    if order.number != found.number:
        expected = f"{found.number}, that of the lien's next order"
        raise conflict("number-not-current", "number", order.number, expected)


def _lien_terms(order: Any, desk: Desk) -> LienState:
    found = desk.lien(order.receipt_id)
    if not found.rank:
        name = receipt_hex(order.receipt_id)
        raise conflict("no-lien-terms", "receiptId", name, "a receipt with agreed storage fees")
    return found


def _tender(order: acts.LienTenderOrder, desk: Desk) -> None:
    found = _lien_terms(order, desk)
    if order.paid_minor <= found.paid_minor:
        expected = f"more than the {found.paid_minor} that count as paid"
        raise conflict("no-payment", "paidMinor", order.paid_minor, expected)


def _new_terms(order: acts.LienTermsOrder, desk: Desk) -> None:
    state = desk.state(order.receipt_id)
    if desk.lien(order.receipt_id).rank:
        raise conflict("lien-terms-stand", "lienTerms", state.lien_terms, "a receipt without storage terms")
    if order.rank is LienRank.BEFORE_PLEDGES and state.pledges > 1:
        expected = "one pledge at most where the lien goes before it"
        raise conflict("juniors-outranked", "pledges", state.pledges, expected)


def _substitute(order: acts.PledgeSubstituteOrder, desk: Desk) -> None:
    state, released = desk.state(order.receipt_id), desk.state(order.released_id)
    if order.receipt_id == order.released_id:
        raise wrong("released_id", receipt_hex(order.released_id), "another receipt than the one put in")
    if released.seq != order.released_seq:
        expected = f"{released.seq}, the number of that receipt's next order"
        raise conflict("seq-not-current", "releasedSeq", order.released_seq, expected)
    if state.pledges:
        raise conflict("receipt-pledged", "pledges", state.pledges, "a free receipt to put in")
    for name in ("holder", "operator", "kind"):
        if getattr(state, name) != getattr(released, name):
            expected = f"the same {name} as the receipt that becomes free"
            raise conflict("receipts-differ", name, getattr(state, name), expected)
    if state.expires_at < released.expires_at:
        expected = f"no sooner than {show_time(released.expires_at)}"
        raise conflict("expiry-differs", "expiresAt", show_time(state.expires_at), expected)


SPECIAL: Final[dict[type[Any], Callable[[Any, Desk], None]]] = {
    TransferOrder: _free,
    DeliveryOrder: _free,
    acts.PledgeOrder: _pledge,
    acts.SplitOrder: _split,
    acts.MergeOrder: _merge,
    acts.SupersedeOrder: _supersede,
    acts.PartialDeliveryOrder: _part,
    acts.PledgedTransferOrder: _pledged_transfer,
    acts.PledgeAssignOrder: _assign,
    acts.DefaultOrder: _default,
    acts.MarginOrder: _margin,
    acts.CureOrder: _cure,
    acts.ForeclosureOrder: sales.check_foreclosure,
    acts.PledgeBondOrder: sales.check_bond_issue,
    acts.BondRedeemOrder: sales.check_redemption,
    acts.BondJointDeliveryOrder: sales.check_joint_delivery,
    acts.BondDeliveryOrder: sales.check_bond_delivery,
    acts.UnfreezeOrder: _unfreeze,
    acts.PaperOrder: _free,
    acts.LienTermsOrder: _new_terms,
    acts.LienAssertOrder: _lien,
    acts.LienPaymentOrder: _lien,
    acts.LienDischargeOrder: _lien,
    acts.LienTenderOrder: _tender,
    acts.PledgeSubstituteOrder: _substitute,
    acts.ReplacementOrder: _replacement,
    acts.LossWithdrawalOrder: _replacement,
    acts.ElectronicOrder: _lot,
    acts.OriginOrder: _lot,
}
"""Order -> what only it must hold."""
