"""The rules of what a debt lets its pledgee do, on top of those of acts: default, cure, sale, pledge bond.

Nobody gets goods for a debt. They are sold, or go out at what they are worth, and what that brought is
divided: costs, then each pledge by rank until nothing is left, and the rest is the pledgor's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.invariant.acts_model import ActsModel, Paper
from tests.invariant.model import refuse


@dataclass
class Debt:
    """What one pledge secures. A bond has no time to cure and no default: its due date says all."""

    amount: int
    maturity: int
    cure_s: int
    bond: bool
    default_at: int = 0

    @property
    def no_sale_before(self) -> int | None:
        """The last second in which the goods may not be sold; None while nothing lets anyone sell them."""
        if self.bond:
            return self.maturity
        return self.default_at + self.cure_s if self.default_at else None


@dataclass
class Parts:
    """A price and how an order divides it; `claims` and `paid` are by rank."""

    sold_at: int
    proceeds: int
    costs: int
    claims: list[int]
    paid: list[int]
    surplus: int


def divided(sold_at: int, proceeds: int, costs: int, claims: Sequence[int]) -> Parts:
    """The one right way to divide a price."""
    rest, paid = proceeds - costs, []
    for claim in claims:
        paid.append(min(claim, rest))
        rest -= paid[-1]
    return Parts(sold_at, proceeds, costs, list(claims), paid, rest)


@dataclass
class DebtModel(ActsModel):
    """The same lot; `now_s` moves. Attesters always attest, none of a party's among them."""

    now_s: int = 0
    terms: tuple[int, int, int] = (0, 0, 0)
    """What an ordinary pledge is made for: amount, seconds until it is due, seconds to cure."""
    debts: dict[int, Debt] = field(default_factory=dict)

    def bonded(self, paper: Paper) -> bool:
        return bool(paper.pledges) and self.debts[paper.pledges[0][0]].bond

    def pledge(
        self, receipt: int, holder: int, pledgee: int, rank: int, seq: int, pledge: int, consent: int | None
    ) -> None:
        """Nothing is pledged behind a bond."""
        refuse(self.bonded(self.paper(receipt, seq)))
        super().pledge(receipt, holder, pledgee, rank, seq, pledge, consent)
        amount, due_s, cure_s = self.terms
        self.debts[pledge] = Debt(amount, self.now_s + due_s, cure_s, bond=False)

    def issue_bond(
        self, receipt: int, holder: int, pledgee: int, seq: int, bond: int, amount: int, maturity: int
    ) -> None:
        """A bond is the only pledge on its receipt."""
        paper = self.unhindered(receipt, seq)
        refuse(paper.holder != holder or holder == pledgee or bool(paper.pledges))
        refuse(amount == 0 or maturity <= self.now_s)
        paper.pledges.append((bond, pledgee))
        paper.seq += 1
        self.debts[bond] = Debt(amount, maturity, 0, bond=True)

    def own(self, receipt: int, seq: int, pledge: int, pledgee: int) -> tuple[Paper, Debt]:
        """A receipt and what is secured on it for this pledgee."""
        paper = self.paper(receipt, seq)
        refuse((pledge, pledgee) not in paper.pledges)
        return paper, self.debts[pledge]

    def assign(self, receipt: int, pledge: int, pledgee: int, to: int, seq: int) -> None:
        """With the debt, by pledgee and assignee alone; not while it covers another receipt."""
        paper, _ = self.own(receipt, seq, pledge, pledgee)
        refuse(sum((pledge, pledgee) in other.pledges for other in self.papers.values()) > 1)
        refuse(to in (paper.holder, pledgee))
        paper.pledges[paper.pledges.index((pledge, pledgee))] = (pledge, to)
        paper.seq += 1

    def notice_default(self, receipt: int, pledge: int, pledgee: int, seq: int) -> None:
        paper, debt = self.own(receipt, seq, pledge, pledgee)
        refuse(debt.bond or bool(debt.default_at) or self.now_s <= debt.maturity)
        debt.default_at = self.now_s
        paper.seq += 1

    def cure(self, receipt: int, pledge: int, pledgee: int, seq: int) -> None:
        paper, debt = self.own(receipt, seq, pledge, pledgee)
        refuse(not debt.default_at)
        debt.default_at = 0
        paper.seq += 1

    def divide(self, paper: Paper, parts: Parts) -> None:
        """What each pledge got is owed no more, on whatever else it is on."""
        debts = [self.debts[pledge] for pledge, _ in paper.pledges]
        refuse(parts.sold_at > self.now_s or parts.costs > parts.proceeds)
        refuse(len(parts.claims) != len(debts))
        refuse(any(claim > debt.amount for claim, debt in zip(parts.claims, debts, strict=True)))
        refuse(parts != divided(parts.sold_at, parts.proceeds, parts.costs, parts.claims))
        for debt, paid in zip(debts, parts.paid, strict=True):
            debt.amount -= paid

    def sellable(self, paper: Paper, pledgee: int, holder: int, sold_at: int) -> None:
        """I8: by the first pledgee, after default and the time to cure, or a bond's due date."""
        refuse(not paper.pledges or paper.pledges[0][1] != pledgee or paper.holder != holder)
        after = self.debts[paper.pledges[0][0]].no_sale_before
        refuse(after is None or sold_at <= after)

    def foreclose(self, receipt: int, pledgee: int, holder: int, buyer: int, seq: int, parts: Parts) -> None:
        """To a buyer who is none of the pledgees; free of all of them."""
        paper = self.unhindered(receipt, seq)
        self.sellable(paper, pledgee, holder, parts.sold_at)
        refuse(buyer == holder or any(buyer == by for _, by in paper.pledges))
        self.divide(paper, parts)
        paper.holder, paper.pledges, paper.seq = buyer, [], seq + 3

    def redeem(self, receipt: int, bond: int, holder: int, paid: int, seq: int) -> None:
        """All that the bond secures, paid or deposited; for the other parts of a split, too."""
        paper = self.paper(receipt, seq)
        refuse(not self.bonded(paper) or paper.pledges[0][0] != bond or paper.holder != holder)
        refuse(paid != self.debts[bond].amount)
        self.debts[bond].amount = 0
        paper.pledges, paper.seq = [], seq + 1

    def deliver_jointly(
        self, receipt: int, bond: int, holder: int, pledgee: int, grams: int, seq: int
    ) -> None:
        """Dual title: before the due date the goods go out to both or to nobody."""
        paper = self.unhindered(receipt, seq)
        refuse(not self.bonded(paper) or paper.pledges[0] != (bond, pledgee) or paper.holder != holder)
        refuse(grams != paper.quantity_g)
        self.go_out(paper)

    def deliver_bonded(
        self, receipt: int, bond: int, pledgee: int, holder: int, grams: int, seq: int, parts: Parts
    ) -> None:
        """After the due date to the bond's holder alone, at what they are worth."""
        paper = self.unhindered(receipt, seq)
        refuse(not self.bonded(paper) or paper.pledges[0][0] != bond)
        self.sellable(paper, pledgee, holder, parts.sold_at)
        refuse(grams != paper.quantity_g)
        self.divide(paper, parts)
        paper.seq += 1
        self.go_out(paper)

    def go_out(self, paper: Paper) -> None:
        self.book.attested_g -= paper.quantity_g
        self.book.delivered_g += paper.quantity_g
        self.retire(paper, "delivered")
