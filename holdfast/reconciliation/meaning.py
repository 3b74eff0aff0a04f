"""What a verdict means for an order: which evidence it needs, and which decision lets it be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from holdfast.domain.acts import (
    AnyOrder,
    ElectronicOrder,
    LossWithdrawalOrder,
    OriginOrder,
    PartialDeliveryOrder,
    ReplacementOrder,
    ShortageOrder,
)
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    ReinstateOrder,
    Status,
    SuspendOrder,
    SuspendReason,
)
from holdfast.domain.verdict import Decision, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one kind of order asks of evidence.

    Attributes:
        weighed: the goods cross a weighing instrument; else it is enough that they are seen.
        decision: the verdict that lets the order be carried out.
        status: how the receipts that it is about must stand before it.
        before_issue: it is about a lot on which nothing need have been issued yet.
    """

    weighed: bool = False
    decision: Decision = Decision.ACCEPT
    status: Status = Status.LIVE
    before_issue: bool = False


MEANINGS: Final[dict[type[Any], Meaning]] = {
    IssueOrder: Meaning(weighed=True),
    DeliveryOrder: Meaning(weighed=True),
    PartialDeliveryOrder: Meaning(weighed=True),
    SuspendOrder: Meaning(decision=Decision.REJECT),
    ReinstateOrder: Meaning(status=Status.SUSPENDED),
    LossWithdrawalOrder: Meaning(status=Status.SUSPENDED),
    ReplacementOrder: Meaning(status=Status.SUSPENDED),
    ShortageOrder: Meaning(weighed=True, status=Status.SUSPENDED),
    OriginOrder: Meaning(before_issue=True),
    ElectronicOrder: Meaning(before_issue=True),
}
"""Orders that ask something else than `Meaning()`: goods seen, all in order, receipts live."""


def meaning_of(order: AnyOrder) -> Meaning:
    """What this order asks of evidence."""
    return MEANINGS.get(type(order), Meaning())


def leaving_g(order: AnyOrder) -> int | None:
    """Grams that go out by this order; None if none do."""
    return order.quantity_g if isinstance(order, DeliveryOrder | PartialDeliveryOrder) else None


_REASONS: Final = {
    "goods": SuspendReason.QUANTITY_SHORT,
    "location": SuspendReason.WRONG_LOCATION,
    "label": SuspendReason.WRONG_LABEL,
    "ledger": SuspendReason.LEDGER_MISMATCH,
    "title": SuspendReason.TITLE_MISMATCH,
}
_OF_EVIDENCE: Final = frozenset({("ledger", "fresh"), ("location", "challenge")})
"""Checks of how fresh the evidence is: a receipt does not stand still because a clock or a camera does."""


def suspend_reason(verdict: Verdict) -> SuspendReason | None:
    """Why receipts on such goods must be stopped: the first match that fails; None if none does."""
    for match in verdict.matches:
        failed = {(match.name, check.name) for check in match.checks if check.outcome is Outcome.FAIL}
        if failed - _OF_EVIDENCE:
            return _REASONS[match.name]
    return None
