"""What a sale's proceeds are divided into, for those who prepare the order and for those who check one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from api.orders.desk import Desk
from api.problems import Problem, conflict, wrong
from holdfast.domain import acts
from holdfast.domain.encumbrances import PledgeState
from holdfast.domain.lien import Waterfall, waterfall
from holdfast.domain.lien_acts import LienRank
from holdfast.domain.money import show_amount
from holdfast.domain.pledge_terms import outlives
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_mass, show_time

SETTLES_LIEN: Final = acts.ForeclosureOrder | acts.BondDeliveryOrder
"""Orders that pay the storage lien out of what the goods bring, and so go on while it is asserted."""


def divide(desk: Desk, receipt_id: int, request: Any, claims: Sequence[int]) -> Waterfall:
    """Who gets what of the proceeds, as the contract reckons it: costs, lien, pledges by rank, the rest.

    Raises Problem 422 for costs above the proceeds, or a claim above what its pledge secures.
    """
    proceeds, costs = int(request.proceeds_minor), int(request.costs_minor)
    if costs > proceeds:
        raise wrong("costs_minor", costs, f"at most the proceeds, {proceeds}")
    _refuse_claims(desk.pledges(receipt_id), claims)
    due, rank = lien_due(desk, receipt_id, request.sold_at)
    return waterfall(proceeds, costs, claims, due, rank)


def lien_due(desk: Desk, receipt_id: int, sold_at: int) -> tuple[int, LienRank]:
    """What a sale at that time pays the storage lien, and in which rank; one in another currency stays."""
    held, state = desk.pledges(receipt_id), desk.state(receipt_id)
    if not state.lien_terms:
        return 0, LienRank.BEFORE_PLEDGES
    found = desk.lien(receipt_id)
    if not found.rank or not held or found.currency != held[0].currency:
        return 0, LienRank.BEFORE_PLEDGES
    return found.due_on(sold_at), LienRank(found.rank)


def lien_hinders(order: Any, desk: Desk) -> bool:
    """Whether an asserted lien stops this order: a sale in the lien's own currency ends it by paying it."""
    if not isinstance(order, SETTLES_LIEN):
        return True
    held = desk.pledges(order.receipt_id)
    return not held or desk.lien(order.receipt_id).currency != held[0].currency


def bond_on(desk: Desk, receipt_id: int) -> PledgeState:
    """The pledge bond on a receipt. Raises Problem 409 if there is none."""
    held = desk.pledges(receipt_id)
    if not held or not held[0].bond:
        found = "a pledge" if held else "nothing"
        expected = "a receipt under a pledge bond"
        raise conflict("no-bond", "receiptId", f"{receipt_hex(receipt_id)}, under {found}", expected)
    return held[0]


def check_foreclosure(order: acts.ForeclosureOrder, desk: Desk) -> None:
    """Refuse a sale before its time, by another than the first pledgee, or to a party."""
    held = desk.pledges(order.receipt_id)
    if not held or held[0].pledgee != order.pledgee:
        first = f"the first pledgee, member {held[0].pledgee}" if held else "a pledged receipt"
        raise conflict("not-first-pledgee", "pledgee", order.pledgee, first)
    first_pledge = held[0]
    if first_pledge.bond:
        _refuse_undue(first_pledge, order.sold_at)
    elif not first_pledge.default_at:
        raise conflict("no-default", "pledgeId", first_pledge.pledge_id, "a pledge in default")
    elif order.sold_at <= first_pledge.sale_from:
        expected = f"a sale after {show_time(first_pledge.sale_from)}: until then the pledgor may cure"
        raise conflict("cure-period-runs", "soldAt", show_time(order.sold_at), expected)
    _refuse_future(order.sold_at, desk)
    if order.buyer == order.pledgor or order.buyer in {pledge.pledgee for pledge in held}:
        raise wrong("buyer", order.buyer, "a member that neither holds the receipt nor has a pledge on it")
    _refuse_claims(held, [share.claim_minor for share in order.shares])
    paid = tuple(share.paid_minor for share in order.shares)
    _refuse_other_division(order, desk, [share.claim_minor for share in order.shares], paid)


def check_bond_issue(order: acts.PledgeBondOrder, desk: Desk) -> None:
    """Refuse a bond over a pledge, to the holder itself, or due already."""
    state = desk.state(order.receipt_id)
    if order.pledgee == order.holder:
        raise wrong("pledgee", order.pledgee, "another member than the holder")
    if state.pledges:
        expected = "a receipt on which nothing is pledged: a bond is alone on its receipt"
        raise conflict("bond-over-pledge", "pledges", state.pledges, expected)
    if order.maturity <= desk.now_s:
        raise wrong("maturity", order.maturity, f"a time after now, {desk.now_s} ({show_time(desk.now_s)})")
    refuse_outliving(order, desk)
    refuse_lien_currency(order.receipt_id, order.currency.decode(), desk)


def refuse_outliving(order: acts.PledgeOrder | acts.PledgeBondOrder, desk: Desk) -> None:
    """Raise Problem 409 for a pledge that ends after its receipt does."""
    expires_at = desk.state(order.receipt_id).expires_at
    if outlives(order, expires_at) is not None:
        cure = ", less the time to cure" if isinstance(order, acts.PledgeOrder) else ""
        expected = f"a time before {show_time(expires_at)}, when the receipt ends{cure}; or extend it first"
        raise conflict("pledge-outlives-receipt", "maturity", show_time(order.maturity), expected)


def refuse_lien_currency(receipt_id: int, currency: str, desk: Desk) -> None:
    """Raise Problem 409 for a pledge in another currency than agreed storage fees: a sale divides one."""
    found = desk.lien(receipt_id) if desk.state(receipt_id).lien_terms else None
    if found is not None and found.rank and found.currency != currency:
        expected = f"{found.currency}, as the storage fees"
        raise conflict("currency-differs", "currency", currency, expected)


def check_redemption(order: acts.BondRedeemOrder, desk: Desk) -> None:
    """Refuse a redemption of no bond, or by another sum than it secures."""
    found = _this_bond(order, desk)
    if order.paid_minor != found.amount_minor:
        expected = f"{found.amount_minor}, all that the bond secures"
        raise conflict("redemption-differs", "paidMinor", order.paid_minor, expected)


def check_joint_delivery(order: acts.BondJointDeliveryOrder, desk: Desk) -> None:
    """Refuse a delivery of less than all, or beside the bond's holder."""
    _this_bond(order, desk)
    _refuse_part(order, desk)


def check_bond_delivery(order: acts.BondDeliveryOrder, desk: Desk) -> None:
    """Refuse a delivery by the bond's holder alone before the due date, or one divided otherwise."""
    found = _this_bond(order, desk)
    _refuse_undue(found, order.sold_at)
    _refuse_future(order.sold_at, desk)
    _refuse_part(order, desk)
    _refuse_claims([found], [order.claim_minor])
    _refuse_cheap(order, found, desk)
    _refuse_other_division(order, desk, [order.claim_minor], (order.paid_minor,))


def refuse_on_bond(pledge: PledgeState) -> None:
    """Raise Problem 409 for what no bond knows: a junior, notice of default, a margin call."""
    if pledge.bond:
        expected = (
            "a pledge: a bond is alone on its receipt and due on its date, without notice or margin call"
        )
        raise conflict("bond-on-receipt", "pledgeId", pledge.pledge_id, expected)


def _this_bond(order: Any, desk: Desk) -> PledgeState:
    found = bond_on(desk, order.receipt_id)
    if found.pledge_id != order.pledge_id:
        raise conflict("unknown-pledge", "pledgeId", order.pledge_id, f"the bond {found.pledge_id}")
    pledgee = getattr(order, "pledgee", found.pledgee)
    if found.pledgee != pledgee:
        raise conflict("not-the-pledgee", "pledgee", pledgee, f"member {found.pledgee}, who holds the bond")
    return found


def _refuse_undue(bond: PledgeState, sold_at: int) -> None:
    if not bond.due_before(sold_at):
        expected = f"a time after {show_time(bond.maturity)}; until then holder and bond holder both sign"
        raise conflict("not-due", "soldAt", show_time(sold_at), expected)


def _refuse_future(sold_at: int, desk: Desk) -> None:
    if sold_at > desk.now_s:
        raise wrong("sold_at", sold_at, f"a time not after now, {desk.now_s} ({show_time(desk.now_s)})")


def _refuse_part(order: acts.BondJointDeliveryOrder | acts.BondDeliveryOrder, desk: Desk) -> None:
    whole_g = desk.state(order.receipt_id).quantity_g
    if order.quantity_g != whole_g:
        raise conflict(
            "quantity-not-whole", "quantityG", order.quantity_g, f"the whole {whole_g} ({show_mass(whole_g)})"
        )


def _refuse_cheap(order: acts.BondDeliveryOrder, bond: PledgeState, desk: Desk) -> None:
    """Goods that the chain can value go out for no less; where it just cannot, a sale is the way."""
    standing = desk.context.chain.standing(order.receipt_id, value=True)
    value = None if standing is None else standing.value
    if value is None:
        return
    if value.missing:
        raise conflict("no-value", "value", value.missing, "prices that agree; or sell the goods instead")
    if value.currency != bond.currency:
        expected = f"{value.currency}, as the goods' price"
        raise conflict("currency-differs", "currency", bond.currency, expected)
    if order.proceeds_minor < value.value_minor:
        worth = show_amount(value.value_minor, value.currency)
        expected = f"at least {value.value_minor}: the goods are worth {worth}"
        raise conflict("below-value", "proceedsMinor", order.proceeds_minor, expected)


def _refuse_claims(held: Sequence[PledgeState], claims: Sequence[int]) -> None:
    if len(claims) != len(held):
        raise wrong("claims_minor", len(claims), f"{len(held)} claims, one for each pledge by rank")
    for claim, pledge in zip(claims, held, strict=True):
        if claim > pledge.amount_minor:
            expected = f"at most {pledge.amount_minor}, what pledge {pledge.pledge_id} secures"
            raise wrong("claims_minor", claim, expected)


def _refuse_other_division(
    order: acts.ForeclosureOrder | acts.BondDeliveryOrder,
    desk: Desk,
    claims: Sequence[int],
    paid: tuple[int, ...],
) -> None:
    right = divide(desk, order.receipt_id, order, claims)
    given = Waterfall(order.costs_minor, order.lien_minor, paid, order.surplus_minor)
    if given != right:
        said = f"lien {given.lien_minor}, pledges {list(given.paid_minor)}, surplus {given.surplus_minor}"
        meant = f"lien {right.lien_minor}, pledges {list(right.paid_minor)}, surplus {right.surplus_minor}"
        raise Problem(
            409,
            "waterfall-differs",
            f"the proceeds are divided as {said}; the ranks give {meant}: prepare the order again",
        )
