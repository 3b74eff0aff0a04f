"""Whose attesters may not attest an act: for each act the very members that its contract refuses.

A contract refuses members whom the order names, whoever holds its receipts, and pledgees only where the act
could harm them; tests/contracts/test_quorum_rules.py holds every act to its contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from holdfast.domain.acts import (
    AnyOrder,
    BondRedeemOrder,
    LienTenderOrder,
    LossNoticeOrder,
    LotSeriesOrder,
    MarginOrder,
    PartialDeliveryOrder,
    ReplacementOrder,
    ShortageOrder,
)
from holdfast.domain.orders import interested_members, standing_ids
from holdfast.domain.pledge_terms import by_pledgee
from holdfast.domain.receipts import ReceiptState

AGAINST_THE_OPERATOR: Final = (LienTenderOrder,)
"""Orders that speak against the warehouse operator, whose attester is no part of their quorum."""
CONCERNS_FIRST_PLEDGEE: Final = (
    PartialDeliveryOrder,
    LossNoticeOrder,
    ReplacementOrder,
    LotSeriesOrder,
    BondRedeemOrder,
)
"""Orders that bar the first pledgee without naming it. Elsewhere it may attest: it gains nothing by
goods that are missing or there again, nor by a document put right."""


def parties_of(order: AnyOrder, receipts: Iterable[ReceiptState | None]) -> frozenset[int]:
    """Members whom an act concerns: those it names, holders of its receipts and their first pledgees.

    They may read its evidence; not all of them are barred from attesting it.
    """
    members = set(interested_members(order))
    for state in receipts:
        if state is not None:
            members |= {state.holder, state.first_pledgee}
    return frozenset(members - {0})


def barred_members(order: AnyOrder, receipts: Iterable[ReceiptState | None]) -> frozenset[int]:
    """Members none of whose attesters may attest an order on these receipts as they stand.

    For some orders others are barred as well: `barred_besides` says who.
    """
    states = [state for state in receipts if state is not None]
    barred = {*interested_members(order), *(state.holder for state in states)}
    if isinstance(order, CONCERNS_FIRST_PLEDGEE) or by_pledgee(order):
        barred |= {state.first_pledgee for state in states}
    if isinstance(order, AGAINST_THE_OPERATOR):
        barred |= {state.operator for state in states}
    return frozenset(barred - {0})


def barred_besides(
    order: AnyOrder, holder_of: Callable[[int], int], pledgees_of: Callable[[int], Iterable[int]]
) -> frozenset[int]:
    """Members barred for what only further questions tell: who holds a receipt (0: nobody), all its pledgees.

    All ranks lose by a shortage; a margin call lies on everybody who holds goods under the pledge.
    """
    found: set[int] = set()
    if isinstance(order, ShortageOrder):
        for receipt_id in standing_ids(order):
            found.update(pledgees_of(receipt_id))
    if isinstance(order, MarginOrder):
        found.update(holder_of(other.receipt_id) for other in order.others)
    return frozenset(found - {0})
