"""Receipts made of others: split, merger, correction. Grams and burdens are kept (I3, I4)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from holdfast.audit.histories import impossible
from holdfast.chain.events import ChainEvent
from holdfast.domain.receipts import ReceiptState


def _kept(receipt: ReceiptState) -> tuple[object, ...]:
    """What receipts that become one must have in common, and what every successor keeps."""
    terms = (receipt.holder, receipt.operator, receipt.kind, receipt.lot_id)
    return (*terms, receipt.first_pledgee, receipt.pledges, receipt.liens, receipt.lien_terms)


@dataclass(slots=True)
class Succession:
    """One act that makes receipts of others, which it burns or leaves a rest of, while its events come in."""

    olds: dict[int, int] = field(default_factory=dict)
    """Receipt that others are made of -> number of the act on it."""
    news: dict[int, bool] = field(default_factory=dict)
    """Successor -> whether its issue was seen."""
    before_g: int = 0
    after_g: int = 0
    like: ReceiptState | None = None

    def awaits(self, receipt_id: int) -> bool:
        """Whether this receipt is one that takes the others' place."""
        return receipt_id in self.news

    def again(self, old: int, new: int, event: ChainEvent) -> bool:
        """Whether the event only names one more successor of a receipt that was burned just now."""
        if self.olds.get(old) != event.args["seq"] or any(self.news.values()):
            return False
        self.news.setdefault(new, False)
        return True

    def begin(self, receipt: ReceiptState, new: int, rest_g: int, event: ChainEvent) -> None:
        """Count what a receipt gives up: all, or all but a rest. Raises Refused if it differs from others.

        Only a receipt alone in its act has a rest, which is less than it was.
        """
        if rest_g < 0 or rest_g >= receipt.quantity_g or (rest_g and self.olds):
            raise impossible(event, f"leaves {rest_g} g of {receipt.quantity_g} g")
        if self.like is not None and _kept(receipt) != _kept(self.like):
            raise impossible(event, f"makes one of receipts that differ: {receipt} and {self.like}")
        if any(self.news.values()):
            raise impossible(event, "after the receipts that take its place were issued")
        self.like = self.like or receipt
        self.olds[receipt.receipt_id] = int(event.args["seq"])
        self.news.setdefault(new, False)
        self.before_g += receipt.quantity_g - rest_g

    def succeed(self, made: ReceiptState, event: ChainEvent) -> ReceiptState:
        """A successor as it lives: with the burdens of those before it. Raises Refused if it is another's."""
        like = self.like
        if like is None or (made.holder, made.operator, made.kind, made.lot_id) != _kept(like)[:4]:
            raise impossible(event, f"in the place of other receipts, and not like them: {like}")
        self.news[made.receipt_id] = True
        self.after_g += made.quantity_g
        return replace(
            made,
            first_pledgee=like.first_pledgee,
            pledges=like.pledges,
            liens=like.liens,
            lien_terms=like.lien_terms,
        )

    def close(self, event: ChainEvent) -> None:
        """End the act. Raises Refused if grams were lost or made, or a successor was never issued."""
        if not all(self.news.values()):
            raise impossible(event, "ends an act that burned receipts and did not issue all successors")
        if self.before_g != self.after_g:
            raise impossible(event, f"ends an act that made {self.after_g} g of {self.before_g} g")
