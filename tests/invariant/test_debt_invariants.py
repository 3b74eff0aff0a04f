"""Random lives of debts: default, cure, sale, assignment and pledge bonds, beside all that the acts do.

Every act goes to contracts and model, and they must agree on whether it is refused; after each step all that
holds of acts holds, and what the contracts keep of each debt is what the model says.
"""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis.stateful import initialize, invariant, rule

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import pledge_id
from holdfast.domain.acts import (
    BondDeliveryOrder,
    BondJointDeliveryOrder,
    BondRedeemOrder,
    CureOrder,
    DefaultOrder,
    ForeclosureOrder,
    PledgeAssignOrder,
    PledgeBondOrder,
    Share,
)
from tests.contracts.acts_harness import AMOUNT, CNY, FILING, SALE
from tests.contracts.harness import DAY_S
from tests.invariant.acts_model import Paper
from tests.invariant.aim import slips, wild, yes
from tests.invariant.debt_model import Debt, DebtModel, Parts, divided
from tests.invariant.size import sized
from tests.invariant.test_acts_invariants import BANKS, ActsMachine, anybody, banks, ids, loose

PLEDGE_S, CURE_S = 5 * DAY_S, 2 * DAY_S
"""Short, since a life has half a year in which debts fall due one after another."""
MOST_WAIT_S = 250 * DAY_S
"""Receipts expire after a year, which this model does not tell."""

amounts = st.integers(0, 3 * AMOUNT)


class DebtMachine(ActsMachine):
    """The same members, lot and court; time passes, and debts fall due."""

    model: DebtModel

    @initialize()
    def found(self) -> None:
        super().found()
        acts, now_s = self.model, self.world.chain.now_s
        self.model = DebtModel(
            acts.papers, acts.book, acts.numbers, now_s=now_s, terms=(AMOUNT, PLEDGE_S, CURE_S)
        )
        self.last_s = now_s + MOST_WAIT_S

    def terms(self) -> dict[str, int]:
        return {"maturity": self.model.now_s + PLEDGE_S, "cure_s": CURE_S}

    def at(self, now_s: int) -> None:
        """Let time pass up to then; what would come after the end is a hostile try at the wrong time."""
        if now_s > self.last_s:
            self.hostile = True
        elif now_s > self.model.now_s:
            self.model.now_s = now_s
            self.world.chain.set_time(now_s)

    def first(self, paper: Paper) -> Debt:
        return self.model.debts[paper.pledges[0][0]]

    def on(self, receipt: int) -> tuple[int, int]:
        """A receipt's first pledge and its pledgee; where there is none, one that never was."""
        paper = self.model.papers.get(receipt)
        return paper.pledges[0] if paper and paper.pledges else (7, BANKS[0])

    def any_bond(self, receipt: int) -> None:
        if not any(loose(paper) and self.model.bonded(paper) for paper in self.model.papers.values()):
            self.issue_bond(receipt, BANKS[0], AMOUNT, 9, 0, True, False)

    def bond_at(self, drawn: int, wild: bool) -> int:
        """A receipt under a bond that nothing else stops."""
        if not wild:
            self.any_bond(drawn)
        return self.aim(drawn, wild, lambda paper: loose(paper) and self.model.bonded(paper))

    def parts(self, receipt: int, proceeds: int, less: int, off: int) -> Parts:
        """How an order about a sale divides a price; `off` by so many units in a hostile try."""
        paper = self.model.papers.get(receipt)
        owed = [self.model.debts[pledge].amount for pledge, _ in paper.pledges] if paper else []
        claims = [max(0, amount - less) for amount in owed]
        costs = min(proceeds, 100)
        made = divided(self.model.now_s, proceeds, costs, claims)
        if self.hostile and off:
            made.surplus = max(0, made.surplus + off)
            if made.paid:
                made.paid[0] = max(0, made.paid[0] - off)
        return made

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.at(self.model.now_s + days * DAY_S)
        self.hostile = False

    @rule(receipt=ids, pledgee=banks, amount=amounts, days=st.integers(0, 10), slip=slips, own=yes, wild=wild)
    def issue_bond(
        self, receipt: int, pledgee: int, amount: int, days: int, slip: int, own: bool, wild: bool
    ) -> None:
        receipt = self.aim(receipt, wild, lambda paper: loose(paper) and not paper.pledges)
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        amount = amount if self.hostile else amount + 1
        maturity = self.model.now_s + (days if self.hostile else days + 1) * DAY_S
        order = PledgeBondOrder(
            receipt, holder, pledgee, seq, amount, CNY, maturity, 0, FILING, self.world.deadline_s
        )
        made = pledge_id(order_hash(order))
        self.act(order, lambda: self.model.issue_bond(receipt, holder, pledgee, seq, made, amount, maturity))

    @rule(receipt=ids, off=slips, slip=slips, own=yes, wild=wild)
    def redeem(self, receipt: int, off: int, slip: int, own: bool, wild: bool) -> None:
        receipt = self.bond_at(receipt, wild)
        bond, _ = self.on(receipt)
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        owed = self.model.debts[bond].amount if bond in self.model.debts else 0
        paid = max(0, owed + self.slip(off))
        order = BondRedeemOrder(receipt, bond, holder, seq, paid, SALE, self.world.deadline_s)
        self.act(order, lambda: self.model.redeem(receipt, bond, holder, paid, seq))

    @rule(receipt=ids, bank=banks, less=slips, slip=slips, own=yes, ask=yes, wild=wild)
    def deliver_jointly(
        self, receipt: int, bank: int, less: int, slip: int, own: bool, ask: bool, wild: bool
    ) -> None:
        receipt = self.bond_at(receipt, wild)
        bond, pledgee = self.on(receipt)
        pledgee = pledgee if self.right(ask) else bank
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        paper = self.model.papers.get(receipt)
        grams = max(1, (paper.quantity_g if paper else 1) + self.slip(less))
        order = BondJointDeliveryOrder(receipt, bond, holder, pledgee, grams, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.deliver_jointly(receipt, bond, holder, pledgee, grams, seq))

    @rule(
        receipt=ids,
        bank=banks,
        price=amounts,
        less=slips,
        off=slips,
        slip=slips,
        own=yes,
        ask=yes,
        run=yes,
        wild=wild,
    )
    def deliver_bonded(
        self,
        receipt: int,
        bank: int,
        price: int,
        less: int,
        off: int,
        slip: int,
        own: bool,
        ask: bool,
        run: bool,
        wild: bool,
    ) -> None:
        receipt = self.bond_at(receipt, wild)
        bond, pledgee = self.on(receipt)
        paper = self.model.papers.get(receipt)
        if paper and self.model.bonded(paper) and self.right(run):
            self.at(self.first(paper).maturity + 1)
        pledgee = pledgee if self.right(ask) else bank
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        grams = max(1, (paper.quantity_g if paper else 1) + self.slip(less))
        parts = self.parts(receipt, price, max(0, less), off)
        order = BondDeliveryOrder(
            receipt,
            bond,
            pledgee,
            holder,
            grams,
            seq,
            SALE,
            parts.sold_at,
            parts.proceeds,
            parts.costs,
            0,
            (parts.claims or [0])[0],
            (parts.paid or [0])[0],
            parts.surplus,
            self.world.deadline_s,
        )
        parts.claims, parts.paid = parts.claims or [0], parts.paid or [0]
        self.act(order, lambda: self.model.deliver_bonded(receipt, bond, pledgee, holder, grams, seq, parts))

    @rule(receipt=ids, which=st.integers(0, 3), to=anybody, bank=banks, slip=slips, own=yes, wild=wild)
    def assign(self, receipt: int, which: int, to: int, bank: int, slip: int, own: bool, wild: bool) -> None:
        alone = {pledge for pledge, count in self.covered().items() if count == 1}

        def apt(paper: Paper) -> bool:
            return bool(paper.pledges) and paper.pledges[0][0] in alone

        if not wild and not any(apt(paper) for paper in self.model.papers.values()):
            self.pledge(receipt, bank, 0, True, True, 0, False)
        receipt = self.aim(receipt, wild, apt)
        paper = self.model.papers.get(receipt)
        ranks = paper.pledges if paper and paper.pledges else [(7, BANKS[0])]
        pledge, pledgee = ranks[which % len(ranks)] if self.hostile else ranks[0]
        pledgee, seq = pledgee if self.right(own) else bank, self.seq(receipt, self.slip(slip))
        to = to if self.hostile else next(each for each in BANKS if each != pledgee)
        order = PledgeAssignOrder(receipt, pledge, pledgee, to, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.assign(receipt, pledge, pledgee, to, seq))

    def ordinary(self, paper: Paper) -> bool:
        return bool(paper.pledges) and not self.first(paper).bond

    @rule(receipt=ids, bank=banks, slip=slips, own=yes, run=yes, wild=wild)
    def notice_default(self, receipt: int, bank: int, slip: int, own: bool, run: bool, wild: bool) -> None:
        def apt(paper: Paper) -> bool:
            return self.ordinary(paper) and not self.first(paper).default_at

        if not wild and not any(apt(paper) for paper in self.model.papers.values()):
            self.pledge(receipt, bank, 0, True, True, 0, False)
        receipt = self.aim(receipt, wild, apt)
        pledge, pledgee = self.on(receipt)
        if pledge in self.model.debts and self.right(run):
            self.at(self.model.debts[pledge].maturity + 1)
        pledgee, seq = pledgee if self.right(own) else bank, self.seq(receipt, self.slip(slip))
        order = DefaultOrder(receipt, pledge, pledgee, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.notice_default(receipt, pledge, pledgee, seq))

    @rule(receipt=ids, bank=banks, slip=slips, own=yes, wild=wild)
    def cure(self, receipt: int, bank: int, slip: int, own: bool, wild: bool) -> None:
        def apt(paper: Paper) -> bool:
            return bool(paper.pledges) and bool(self.first(paper).default_at)

        if not wild and not any(apt(paper) for paper in self.model.papers.values()):
            self.notice_default(receipt, bank, 0, True, True, False)
        receipt = self.aim(receipt, wild, apt)
        pledge, pledgee = self.on(receipt)
        pledgee, seq = pledgee if self.right(own) else bank, self.seq(receipt, self.slip(slip))
        order = CureOrder(receipt, pledge, pledgee, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.cure(receipt, pledge, pledgee, seq))

    @rule(
        receipt=ids,
        bank=banks,
        to=anybody,
        price=amounts,
        less=slips,
        off=slips,
        slip=slips,
        own=yes,
        run=yes,
        wild=wild,
    )
    def foreclose(
        self,
        receipt: int,
        bank: int,
        to: int,
        price: int,
        less: int,
        off: int,
        slip: int,
        own: bool,
        run: bool,
        wild: bool,
    ) -> None:
        def apt(paper: Paper) -> bool:
            return loose(paper) and bool(paper.pledges) and self.first(paper).no_sale_before is not None

        if not wild and not any(apt(paper) for paper in self.model.papers.values()):
            self.notice_default(receipt, bank, 0, True, True, False)
        receipt = self.aim(receipt, wild, apt)
        paper = self.model.papers.get(receipt)
        after = self.first(paper).no_sale_before if paper and paper.pledges else None
        if after is not None and self.right(run):
            self.at(after + 1)
        _, pledgee = self.on(receipt)
        pledgee, seq = pledgee if self.right(own) else bank, self.seq(receipt, self.slip(slip))
        holder = self.holder(receipt, self.right(own))
        to = to if self.hostile else self.other(holder)
        parts = self.parts(receipt, price, max(0, less), off)
        ranks = [pledge for pledge, _ in paper.pledges] if paper else []
        shares = tuple(Share(*each) for each in zip(ranks, parts.claims, parts.paid, strict=True))
        order = ForeclosureOrder(
            receipt,
            pledgee,
            holder,
            to,
            seq,
            SALE,
            parts.sold_at,
            parts.proceeds,
            parts.costs,
            0,
            shares or (Share(7, 0, 0),),
            parts.surplus,
            self.world.deadline_s,
        )
        self.act(order, lambda: self.model.foreclose(receipt, pledgee, holder, to, seq, parts))

    def covered(self) -> dict[int, int]:
        """Pledge -> how many receipts it is on."""
        count: dict[int, int] = {}
        for paper in self.model.papers.values():
            for pledge, _ in paper.pledges:
                count[pledge] = count.get(pledge, 0) + 1
        return count

    @invariant()
    def every_debt_is_the_models(self) -> None:
        """And a bond is alone on its receipt."""
        for paper in self.model.papers.values():
            for pledge, pledgee in paper.pledges:
                found, debt = self.world.ask("Pledge", "pledgeOf", pledge), self.model.debts[pledge]
                assert (found["pledgee"], found["amountMinor"]) == (pledgee, debt.amount)
                assert (found["maturity"], found["defaultAt"]) == (debt.maturity, debt.default_at)
                assert (found["ltvBps"] == 0) == debt.bond
                assert not debt.bond or len(paper.pledges) == 1


TestDebtInvariants = DebtMachine.TestCase
TestDebtInvariants.settings = sized(examples=20, steps=50)
