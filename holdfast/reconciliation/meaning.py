"""What a verdict means for an order: which evidence it needs, and which decision lets it be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from holdfast.domain import acts
from holdfast.domain.acts import AnyOrder
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    ReinstateOrder,
    Status,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
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
        by_hand: what it says cannot be seen in goods, such as a payment; each attester's people look at it
            and approve the order, or their node does not sign. Where the goods are weighed as well, both
            must be right.
    """

    weighed: bool = False
    decision: Decision = Decision.ACCEPT
    status: Status = Status.LIVE
    before_issue: bool = False
    by_hand: bool = False

    @property
    def needs(self) -> Decision | None:
        """The verdict without which the order is not carried out; None where goods show nothing of it."""
        return None if self.by_hand and not self.weighed else self.decision


_SEEN: Final = Meaning()
"""The goods are seen and all is in order; the receipts are live."""

MEANINGS: Final[dict[type[Any], Meaning]] = {
    IssueOrder: Meaning(weighed=True),
    TransferOrder: _SEEN,
    DeliveryOrder: Meaning(weighed=True),
    SuspendOrder: Meaning(decision=Decision.REJECT),
    ReinstateOrder: Meaning(status=Status.SUSPENDED),
    acts.PledgeOrder: _SEEN,
    acts.PledgedTransferOrder: _SEEN,
    acts.MarginOrder: _SEEN,
    acts.ForeclosureOrder: _SEEN,
    acts.PledgeSubstituteOrder: _SEEN,
    acts.SupersedeOrder: _SEEN,
    acts.PartialDeliveryOrder: Meaning(weighed=True),
    acts.PaperOrder: _SEEN,
    acts.LossNoticeOrder: _SEEN,
    acts.LossWithdrawalOrder: Meaning(status=Status.SUSPENDED),
    acts.ReplacementOrder: Meaning(status=Status.SUSPENDED),
    acts.ShortageOrder: Meaning(weighed=True, status=Status.SUSPENDED),
    acts.OriginOrder: Meaning(before_issue=True),
    acts.ElectronicOrder: Meaning(before_issue=True),
    acts.PledgeBondOrder: _SEEN,
    acts.BondRedeemOrder: Meaning(by_hand=True),
    acts.BondJointDeliveryOrder: Meaning(weighed=True),
    acts.BondDeliveryOrder: Meaning(weighed=True, by_hand=True),
    acts.LienTenderOrder: Meaning(by_hand=True),
    acts.LotSeriesOrder: Meaning(by_hand=True),
}
"""Order that a quorum attests -> what it asks of evidence. One that is not here, no attester signs."""


def meaning_of(order: AnyOrder) -> Meaning:
    """What this order asks of evidence; of one that nobody attests, how its receipts must stand."""
    return MEANINGS.get(type(order), _SEEN)


WholeDelivery = DeliveryOrder | acts.BondJointDeliveryOrder | acts.BondDeliveryOrder
"""Orders by which all of a receipt's goods go out."""


_OF_A_VALID_RECEIPT: Final = (
    TransferOrder,
    DeliveryOrder,
    acts.SplitOrder,
    acts.MergeOrder,
    acts.PartialDeliveryOrder,
    acts.PledgeOrder,
    acts.PledgeBondOrder,
    acts.PledgeSubstituteOrder,
    acts.PledgedTransferOrder,
    acts.ForeclosureOrder,
    acts.BondJointDeliveryOrder,
    acts.BondDeliveryOrder,
    acts.PaperOrder,
    acts.ReplacementOrder,
)


def needs_validity(order: AnyOrder) -> bool:
    """Whether the order is refused once its receipt has expired (I10), as the contracts refuse it.

    What moves nothing goes on; so does an extension, which is the only way out.
    """
    if isinstance(order, acts.SupersedeOrder):
        return order.reason is not acts.SupersedeReason.EXTENSION
    return isinstance(order, _OF_A_VALID_RECEIPT)


def leaving_g(order: AnyOrder) -> int | None:
    """Grams that go out by this order; None if none do."""
    return order.quantity_g if isinstance(order, WholeDelivery | acts.PartialDeliveryOrder) else None


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
