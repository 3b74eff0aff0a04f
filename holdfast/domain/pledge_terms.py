"""When a pledge's goods can be sold at the latest: while the receipt runs."""

from __future__ import annotations

from holdfast.domain.acts import PledgeBondOrder, PledgeOrder
from holdfast.domain.units import show_time


def outlives(order: PledgeOrder | PledgeBondOrder, expires_at: int) -> str | None:
    """What is wrong with a pledge that a receipt expiring at this second cannot serve; None if nothing.

    After expiry a receipt can only be extended, which takes its holder's signature: one that does not pay
    could keep its pledgee from a sale by letting the receipt run out. 民法典 442 gives the pledgee the goods
    of a receipt that ends before the debt; here the receipt is extended before it is pledged.
    """
    last_s = order.maturity + (order.cure_s if isinstance(order, PledgeOrder) else 0)
    if last_s < expires_at:
        return None
    cure = ", with its time to cure," if isinstance(order, PledgeOrder) else ""
    return (
        f"ends {show_time(expires_at)}, and the pledge{cure} {show_time(last_s)}: "
        "the goods could not be sold; extend the receipt first"
    )
