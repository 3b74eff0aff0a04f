"""What a pledge asks of its receipt's validity: its goods can be sold only while the receipt runs."""

from __future__ import annotations

from holdfast.domain.acts import AnyOrder, PledgeBondOrder, PledgeOrder, SupersedeOrder
from holdfast.domain.receipts import ReceiptState
from holdfast.domain.units import show_time


def outlives(order: PledgeOrder | PledgeBondOrder, expires_at: int) -> str | None:
    """What is wrong with a pledge that a receipt expiring at this second cannot serve; None if nothing.

    After expiry a receipt must be extended, by new evidence and a quorum, before its goods are sold.
    民法典 442 gives the pledgee the goods of a receipt that ends before the debt; here the receipt is
    extended before it is pledged.
    """
    last_s = order.maturity + (order.cure_s if isinstance(order, PledgeOrder) else 0)
    if last_s < expires_at:
        return None
    cure = ", with its time to cure," if isinstance(order, PledgeOrder) else ""
    return (
        f"ends {show_time(expires_at)}, and the pledge{cure} {show_time(last_s)}: "
        "the goods could not be sold; extend the receipt first"
    )


def by_pledgee(order: AnyOrder) -> bool:
    """Whether the first pledgee orders it without the holder, who is not named then: an extension."""
    return isinstance(order, SupersedeOrder) and not order.holder


def extends_alone(order: AnyOrder, state: ReceiptState, now_s: int) -> bool:
    """Whether the first pledgee may order this without the holder: the receipt is pledged and has expired.

    Else one that does not pay could keep its pledgee from a sale by letting the receipt run out.
    """
    return by_pledgee(order) and state.pledges > 0 and state.expires_at < now_s
