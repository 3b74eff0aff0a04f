"""Which quorum an order needs: the rule that attesters, oracle and auditors apply alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from holdfast.attestation.quorum import Committee, QuorumRule
from holdfast.domain.acts import AnyOrder
from holdfast.domain.interests import AGAINST_THE_OPERATOR, barred_members
from holdfast.domain.orders import SuspendOrder
from holdfast.domain.receipts import ReceiptState

SUSPEND_THRESHOLD: Final = 2
"""Attesters that suffice to stop a receipt; the operator's need not be among them."""


def rule_for(
    order: AnyOrder,
    committee: Committee,
    operator: int,
    receipts: Iterable[ReceiptState | None],
    besides: Iterable[int],
) -> QuorumRule:
    """The quorum that an order on these receipts, as they stand, needs of this committee.

    `besides` are the members that `interests.barred_besides` finds.
    """
    barred = barred_members(order, receipts) | frozenset(besides)
    if isinstance(order, SuspendOrder):
        return QuorumRule(SUSPEND_THRESHOLD, None, barred)
    against = isinstance(order, AGAINST_THE_OPERATOR)
    return QuorumRule(committee.threshold, None if against else operator, barred)
