"""A sale's proceeds divided again: what the order says against terms, payments and pledges by the logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.audit.ledger import Ledger
from holdfast.chain.events import ChainEvent
from holdfast.domain.acts import AnyOrder, BondDeliveryOrder, ForeclosureOrder
from holdfast.domain.lien import Waterfall, waterfall
from holdfast.domain.receipts import receipt_hex


def sale_findings(order: AnyOrder, batch: Sequence[ChainEvent], ledger: Ledger, now_s: int) -> Iterator[str]:
    """When goods were sold, and who got what. The ledger stands where it stood before this act.

    A receipt that another act of the same transaction has made is not in it yet; the ledger itself looks at
    what the logs say of that one's sale.
    """
    if not isinstance(order, ForeclosureOrder | BondDeliveryOrder):
        return
    receipt, name = order.receipt_id, receipt_hex(order.receipt_id)
    pledges = [ledger.pledges.pledges[pledge] for pledge in ledger.pledges.ranks.get(receipt, [])]
    if not pledges:
        return
    if order.sold_at > now_s:
        yield f"receipt {name} was sold at {order.sold_at}, and that was told at {now_s} already"
    if order.sold_at <= pledges[0].sale_from:
        yield f"receipt {name} was sold at {order.sold_at}, no earlier than after {pledges[0].sale_from}"
    if isinstance(order, BondDeliveryOrder):
        claims, paid = [order.claim_minor], [order.paid_minor]
    else:
        claims = [share.claim_minor for share in order.shares]
        paid = [share.paid_minor for share in order.shares]
    if len(claims) != len(pledges):
        yield f"receipt {name} has {len(pledges)} pledges, the order pays {len(claims)}"
        return
    for claim, pledge in zip(claims, pledges, strict=True):
        if claim > pledge.amount_minor:
            yield f"member {pledge.pledgee} claims {claim} of {pledge.amount_minor} secured"
    settled = any(event.name == "LienSettled" and event.args["receiptId"] == receipt for event in batch)
    due, rank = ledger.liens.owed(receipt, pledges[0].currency, order.sold_at)
    if settled is not (due is not None):
        yield f"receipt {name}: {'a' if settled else 'no'} storage lien was settled, the logs give otherwise"
    right = waterfall(order.proceeds_minor, order.costs_minor, claims, due or 0, rank)
    told = Waterfall(order.costs_minor, order.lien_minor, tuple(paid), order.surplus_minor)
    if told != right:
        yield f"receipt {name} was sold: the order divides {told}, the logs give {right}"
