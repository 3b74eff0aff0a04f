"""Random lives of debts: default, cure, sale, assignment and pledge bonds, beside all that the acts do.

Every act goes to contracts and model, and they must agree on whether it is refused; after each step all that
holds of acts holds, and what the contracts keep of each debt is what the model says.
"""

from __future__ import annotations

from collections.abc import Callable

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
from tests.invariant.debt_model import Debt, DebtModel, Parts, divided
from tests.invariant.size import sized
from tests.invariant.test_acts_invariants import BANKS, ActsMachine, anybody, banks, ids, loose

PLEDGE_S, CURE_S = 5 * DAY_S, 2 * DAY_S
"""Short, since a life has half a year in which debts fall due one after another."""
MOST_WAIT_S = 250 * DAY_S
"""Receipts expire after a year, which this model does not tell."""

amounts = st.integers(1, 3 * AMOUNT)
offs = st.sampled_from((-1, 1))
wrongs = st.sampled_from(("", "", "", "", "seq", "holder", "pledgee", "amount", "time", "receipt"))
"""What alone is wrong with an act: what a crooked clerk would try is good but for one thing."""


class DebtMachine(ActsMachine):
    """The same members, lot and court; time passes, and debts fall due."""

    model: DebtModel
    wrong: str = ""

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

    def target(self, drawn: int, wrong: str, apt: Callable[[Paper], bool]) -> int:
        """The receipt that the act is about: apt, unless the receipt is what is wrong."""
        receipt = self.aim(drawn, wrong == "receipt", apt)
        self.hostile, self.wrong = self.hostile or bool(wrong), wrong
        return receipt

    def signed(self, receipt: int, off: int) -> tuple[int, int, int, int]:
        """Pledge, pledgee, holder and number as the order about a receipt says them."""
        pledge, pledgee = self.on(receipt)
        if self.wrong == "pledgee":
            pledgee = next(each for each in BANKS if each != pledgee)
        seq = self.seq(receipt, off if self.wrong == "seq" else 0)
        return pledge, pledgee, self.holder(receipt, self.wrong != "holder"), seq

    def after(self, last_s: int | None) -> None:
        """Go to the first second in which it may be done; to the last before, if time is what is wrong."""
        if last_s is not None:
            self.at(last_s + (self.wrong != "time"))

    def bond_at(self, drawn: int, wrong: str) -> int:
        """A receipt under a bond that nothing else stops."""

        def apt(paper: Paper) -> bool:
            return loose(paper) and self.model.bonded(paper)

        if not any(apt(paper) for paper in self.model.papers.values()):
            self.issue_bond(drawn, BANKS[0], AMOUNT, 9, 1, "")
        return self.target(drawn, wrong, apt)

    def parts(self, receipt: int, proceeds: int, less: int, off: int) -> Parts:
        """How an order about a sale divides a price; not as it should if the amount is what is wrong."""
        paper = self.model.papers.get(receipt)
        owed = [self.model.debts[pledge].amount for pledge, _ in paper.pledges] if paper else []
        claims = [max(0, amount - less) for amount in owed] or [0]
        made = divided(self.model.now_s, proceeds, min(proceeds, 100), claims)
        if self.wrong != "amount":
            return made
        if less == 0:
            made.claims[0] += 1
        elif less == 1 and made.surplus + off >= 0:
            made.surplus += off
        elif made.paid[0] + off >= 0 and made.surplus - off >= 0:
            made.paid[0], made.surplus = made.paid[0] + off, made.surplus - off
        return made

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.at(self.model.now_s + days * DAY_S)
        self.hostile = False

    @rule(receipt=ids, pledgee=banks, amount=amounts, days=st.integers(1, 10), off=offs, wrong=wrongs)
    def issue_bond(self, receipt: int, pledgee: int, amount: int, days: int, off: int, wrong: str) -> None:
        free = wrong != "pledgee"  # or over another's pledge
        receipt = self.target(receipt, wrong, lambda paper: loose(paper) and free != bool(paper.pledges))
        _, _, holder, seq = self.signed(receipt, off)
        maturity = self.model.now_s + (0 if wrong == "time" else days * DAY_S)
        order = PledgeBondOrder(
            receipt, holder, pledgee, seq, amount, CNY, maturity, 0, FILING, self.world.deadline_s
        )
        made = pledge_id(order_hash(order))
        self.act(order, lambda: self.model.issue_bond(receipt, holder, pledgee, seq, made, amount, maturity))

    @rule(receipt=ids, off=offs, wrong=wrongs)
    def redeem(self, receipt: int, off: int, wrong: str) -> None:
        receipt = self.bond_at(receipt, wrong)
        bond, _, holder, seq = self.signed(receipt, off)
        owed = self.model.debts[bond].amount if bond in self.model.debts else 0
        paid = max(0, owed + (off if wrong == "amount" else 0))
        order = BondRedeemOrder(receipt, bond, holder, seq, paid, SALE, self.world.deadline_s)
        self.act(order, lambda: self.model.redeem(receipt, bond, holder, paid, seq))

    def grams(self, receipt: int, off: int) -> int:
        """All the goods, or one gram more or less."""
        paper = self.model.papers.get(receipt)
        return max(1, (paper.quantity_g if paper else 1) + (off if self.wrong == "amount" else 0))

    @rule(receipt=ids, off=offs, wrong=wrongs)
    def deliver_jointly(self, receipt: int, off: int, wrong: str) -> None:
        receipt = self.bond_at(receipt, wrong)
        bond, pledgee, holder, seq = self.signed(receipt, off)
        grams = self.grams(receipt, off)
        order = BondJointDeliveryOrder(receipt, bond, holder, pledgee, grams, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.deliver_jointly(receipt, bond, holder, pledgee, grams, seq))

    @rule(receipt=ids, price=amounts, less=st.integers(0, 3), off=offs, wrong=wrongs)
    def deliver_bonded(self, receipt: int, price: int, less: int, off: int, wrong: str) -> None:
        receipt = self.bond_at(receipt, wrong)
        bond, pledgee, holder, seq = self.signed(receipt, off)
        self.after(self.model.debts[bond].no_sale_before if bond in self.model.debts else None)
        grams = self.grams(receipt, off) if less == 3 else self.grams(receipt, 0)
        parts = self.parts(receipt, price, less, off)
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
            parts.claims[0],
            parts.paid[0],
            parts.surplus,
            self.world.deadline_s,
        )
        self.act(order, lambda: self.model.deliver_bonded(receipt, bond, pledgee, holder, grams, seq, parts))

    @rule(receipt=ids, to=anybody, bank=banks, off=offs, wrong=wrongs)
    def assign(self, receipt: int, to: int, bank: int, off: int, wrong: str) -> None:
        """What is wrong with an amount is that it covers another receipt; with time, that it stays."""
        alone = {pledge for pledge, count in self.covered().items() if (count == 1) == (wrong != "amount")}

        def apt(paper: Paper) -> bool:
            return bool(paper.pledges) and paper.pledges[0][0] in alone

        if not wrong and not any(apt(paper) for paper in self.model.papers.values()):
            self.pledge(receipt, bank, 0, True, True, 0, False)
        receipt = self.target(receipt, wrong, apt)
        pledge, pledgee, holder, seq = self.signed(receipt, off)
        others = [each for each in BANKS if each != pledgee]
        to = (
            to
            if wrong == "receipt"
            else pledgee
            if wrong == "time"
            else holder
            if wrong == "holder"
            else others[0]
        )
        order = PledgeAssignOrder(receipt, pledge, pledgee, to, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.assign(receipt, pledge, pledgee, to, seq))

    def noticed(self, receipt: int, bank: int, wrong: str, *, want: bool) -> int:
        """A receipt whose first pledge is in default, or is not, as wanted."""

        def apt(paper: Paper) -> bool:
            if not paper.pledges:
                return False
            first = self.first(paper)
            return (first.bond == (wrong == "amount")) and bool(first.default_at) is want

        if not wrong and not any(apt(paper) for paper in self.model.papers.values()):
            if want:
                self.notice_default(receipt, bank, 1, "")
            else:
                self.pledge(receipt, bank, 0, True, True, 0, False)
        return self.target(receipt, wrong, apt)

    @rule(receipt=ids, bank=banks, off=offs, wrong=wrongs)
    def notice_default(self, receipt: int, bank: int, off: int, wrong: str) -> None:
        receipt = self.noticed(receipt, bank, wrong, want=False)
        pledge, pledgee, _, seq = self.signed(receipt, off)
        self.after(self.model.debts[pledge].maturity if pledge in self.model.debts else None)
        order = DefaultOrder(receipt, pledge, pledgee, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.notice_default(receipt, pledge, pledgee, seq))

    @rule(receipt=ids, bank=banks, off=offs, wrong=wrongs)
    def cure(self, receipt: int, bank: int, off: int, wrong: str) -> None:
        receipt = self.noticed(receipt, bank, wrong, want=wrong != "time")
        pledge, pledgee, _, seq = self.signed(receipt, off)
        order = CureOrder(receipt, pledge, pledgee, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.cure(receipt, pledge, pledgee, seq))

    @rule(receipt=ids, bank=banks, price=amounts, less=st.integers(0, 3), off=offs, wrong=wrongs)
    def foreclose(self, receipt: int, bank: int, price: int, less: int, off: int, wrong: str) -> None:
        """With `receipt` wrong and one unit less, the pledgee is the buyer."""

        def apt(paper: Paper) -> bool:
            return loose(paper) and bool(paper.pledges) and self.first(paper).no_sale_before is not None

        if not wrong and not any(apt(paper) for paper in self.model.papers.values()):
            self.notice_default(receipt, bank, 1, "")
        own = wrong == "receipt" and less > 0
        receipt = self.target(receipt, "pledgee" if own else wrong, apt)
        self.wrong = "" if own else wrong
        paper = self.model.papers.get(receipt)
        self.after(self.first(paper).no_sale_before if paper and paper.pledges else None)
        _, pledgee, holder, seq = self.signed(receipt, off)
        buyer = pledgee if own else self.other(holder)
        parts = self.parts(receipt, price, less, off)
        ranks = [pledge for pledge, _ in paper.pledges] if paper and paper.pledges else [7]
        shares = tuple(Share(*each) for each in zip(ranks, parts.claims, parts.paid, strict=True))
        order = ForeclosureOrder(
            receipt,
            pledgee,
            holder,
            buyer,
            seq,
            SALE,
            parts.sold_at,
            parts.proceeds,
            parts.costs,
            0,
            shares,
            parts.surplus,
            self.world.deadline_s,
        )
        self.act(order, lambda: self.model.foreclose(receipt, pledgee, holder, buyer, seq, parts))

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
