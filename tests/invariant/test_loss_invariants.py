"""Random lives with suspension, loss, shortage and paper, beside all that the sequences of acts do.

Every act goes to contracts and model, and they must agree on whether it is refused; after each step all that
holds of acts holds, nothing under notice moves, and no receipt lives beside its paper.
"""

from __future__ import annotations

from hashlib import sha256

import hypothesis.strategies as st
from hypothesis.stateful import initialize, invariant, rule

from holdfast.domain.acts import (
    ElectronicOrder,
    LossNoticeOrder,
    LossReason,
    LossWithdrawalOrder,
    PaperOrder,
    ReceiptRef,
    ReplacementOrder,
    ShortageOrder,
)
from holdfast.domain.orders import ReinstateOrder, SuspendOrder, SuspendReason
from tests.contracts.acts_harness import INDEPENDENT
from tests.contracts.harness import DAY_S, INSPECTOR, IOT, LOT, OPERATOR, OTHER_LOT
from tests.invariant.acts_model import Paper
from tests.invariant.aim import slips, wild, yes
from tests.invariant.loss_model import USE_S, LossModel
from tests.invariant.size import sized
from tests.invariant.test_acts_invariants import IDS, ActsMachine, holders, ids, loose

SHEETS = [sha256(b"sheet %d" % i).digest() for i in range(6)]
MOST_WAIT_S = 200 * DAY_S
"""Receipts expire after a year, which this model does not tell."""

sheets = st.integers(0, len(SHEETS) - 1)


class LossMachine(ActsMachine):
    """The same members, lot and court; time passes."""

    model: LossModel

    @initialize()
    def found(self) -> None:
        super().found()
        acts = self.model
        now_s = self.world.chain.now_s
        self.model = LossModel(acts.papers, acts.book, acts.numbers, now_s=now_s)
        self.began_s = now_s

    def pick(self, receipt: int, wild: bool, status: str, *, noticed: bool = False) -> int:
        """Mostly a receipt that the act may well be about; sometimes just any."""
        under = {id(self.model.papers[receipt]) for receipt in self.model.notices}
        return self.aim(
            receipt, wild, lambda paper: paper.status == status and (id(paper) in under) is noticed
        )

    def lives(self) -> int:
        """How many receipts go on as they are."""
        return sum(loose(paper) for paper in self.model.papers.values())

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        if self.model.now_s + days * DAY_S - self.began_s > MOST_WAIT_S:
            return
        self.at(self.model.now_s + days * DAY_S)

    def at(self, now_s: int) -> None:
        self.model.now_s = now_s
        self.world.chain.set_time(now_s)

    @rule(receipt=ids, slip=slips, wild=wild)
    def suspend(self, receipt: int, slip: int, wild: bool) -> None:
        """Not all at once, or nothing goes on."""
        self.stop(self.pick(receipt, wild or self.lives() < 3, "live"), self.slip(slip))

    def stop(self, receipt: int, slip: int) -> None:
        seq = self.seq(receipt, slip)
        order = SuspendOrder(receipt, SuspendReason.QUANTITY_SHORT, seq, self.world.deadline_s)
        self.both(
            lambda: self.world.submit(order, signers=(INSPECTOR, IOT)),
            lambda: self.model.suspend(receipt, seq),
            order,
        )

    @rule(receipt=ids, slip=slips, wild=wild)
    def reinstate(self, receipt: int, slip: int, wild: bool) -> None:
        suspended = [each for each, paper in self.model.papers.items() if paper.status == "suspended"]
        if not wild and set(suspended) <= set(self.model.notices):
            self.suspend(receipt, 0, False)
        self.go_on(self.pick(receipt, wild, "suspended"), self.slip(slip))

    def go_on(self, receipt: int, slip: int) -> None:
        seq = self.seq(receipt, slip)
        order = ReinstateOrder(receipt, seq, self.world.deadline_s)
        self.both(
            lambda: self.world.submit(order, signers=INDEPENDENT),
            lambda: self.model.reinstate(receipt, seq),
            order,
        )

    @rule(receipt=ids, days=st.integers(7, 60), slip=slips, own=yes, ask=yes, wild=wild)
    def notice(self, receipt: int, days: int, slip: int, own: bool, ask: bool, wild: bool) -> None:
        receipt = self.pick(receipt, wild or self.lives() < 3, "live")
        self.give_notice(receipt, days, self.slip(slip), self.right(own), self.right(ask))

    def give_notice(self, receipt: int, days: int, slip: int, own: bool, ask: bool) -> None:
        holder, seq, consent = self.holder(receipt, own), self.seq(receipt, slip), self.consent(receipt, ask)
        span = days * DAY_S
        order = LossNoticeOrder(receipt, holder, LossReason.LOST, span, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.notice(receipt, holder, span, seq, consent), consent)

    @rule(receipt=ids, slip=slips, own=yes, wild=wild)
    def withdraw(self, receipt: int, slip: int, own: bool, wild: bool) -> None:
        if not wild and not self.model.notices:
            self.notice(receipt, 7, 0, True, True, False)
        receipt = self.pick(receipt, wild, "suspended", noticed=True)
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        order = LossWithdrawalOrder(receipt, holder, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.withdraw(receipt, holder, seq))

    @rule(receipt=ids, wild=wild)
    def lapse(self, receipt: int, wild: bool) -> None:
        if not wild and not self.model.notices:
            self.notice(receipt, 7, 0, True, True, False)
        receipt = self.pick(receipt, wild, "suspended", noticed=True)
        until = self.model.notices.get(receipt, 0) + USE_S + 1
        if not self.hostile:
            self.hostile = until > self.began_s + MOST_WAIT_S
        if not self.hostile and self.model.now_s < until:
            self.at(until)
        module = self.world.modules["Replacement"]
        self.both(
            lambda: self.world.chain.send(module, "lapseNotice", receipt),
            lambda: self.model.lapse(receipt),
            ("lapse", receipt),
        )

    @rule(receipt=ids, new=ids, more=slips, slip=slips, own=yes, ask=yes, wild=wild, run=yes)
    def replace_lost(
        self, receipt: int, new: int, more: int, slip: int, own: bool, ask: bool, wild: bool, run: bool
    ) -> None:
        noticed = [each for each in self.model.notices if not self.model.papers[each].cases]
        if not wild and not noticed and self.lives() > 1:
            self.give_notice(self.aim(receipt, False, loose), 7, 0, True, True)
        under = {id(self.model.papers[each]) for each in self.model.notices}
        receipt = self.aim(receipt, wild, lambda paper: id(paper) in under and not paper.cases)
        (new,) = self.unused(IDS, [new])
        until = self.model.notices.get(receipt, 0)
        if self.right(run) and self.model.now_s < until <= self.began_s + MOST_WAIT_S:
            self.at(until)
        self.hostile = self.hostile or self.model.now_s < until
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        consent, paper = self.consent(receipt, self.right(ask)), self.model.papers.get(receipt)
        grams = max(1, (paper.quantity_g if paper else 1) + self.slip(more))
        order = ReplacementOrder(receipt, new, holder, seq, grams, self.expires, self.world.deadline_s)
        self.act(order, lambda: self.model.replace_lost(receipt, new, holder, grams, seq, consent), consent)

    @rule(short_g=st.integers(1, 12), left_out=st.sampled_from((None, 0, 1)), slip=slips, stop=yes, wild=wild)
    def write_down(self, short_g: int, left_out: int | None, slip: int, stop: bool, wild: bool) -> None:
        """Suspend what lives first, as attesters would, and let it go on afterwards."""
        papers = self.model.papers
        standing = sorted(r for r, p in papers.items() if p.status != "replaced")
        live = [r for r in standing if papers[r].status == "live"]
        self.hostile = wild or not standing or min(papers[r].quantity_g for r in standing) < 2
        hostile, stops = self.hostile, not wild or stop
        for receipt in live if stops else ():
            self.stop(receipt, 0)
        named = [r for place, r in enumerate(standing) if place != left_out or not hostile]
        if not named:
            return
        refs = [(receipt, self.seq(receipt, self.slip(slip))) for receipt in named]
        short_g = short_g if hostile else 1
        order = ShortageOrder(
            LOT, OPERATOR, short_g, tuple(ReceiptRef(*ref) for ref in refs), self.world.deadline_s
        )
        self.act(order, lambda: self.model.write_down(refs, short_g))
        self.hostile = False
        for receipt in live if stops else ():
            self.go_on(receipt, 0)

    @rule(receipt=ids, sheet=sheets, slip=slips, own=yes, wild=wild)
    def to_paper(self, receipt: int, sheet: int, slip: int, own: bool, wild: bool) -> None:
        def apt(paper: Paper) -> bool:
            return loose(paper) and not paper.pledges

        receipt = self.aim(receipt, wild or self.lives() < 3, apt)
        blank = [each for each in range(len(SHEETS)) if each not in self.model.sheets]
        self.hostile = self.hostile or not blank
        sheet = sheet if self.hostile else blank[0]
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        order = PaperOrder(receipt, holder, OPERATOR, seq, SHEETS[sheet], self.world.deadline_s)
        self.act(order, lambda: self.model.to_paper(receipt, holder, seq, sheet))

    def out(self) -> list[int]:
        """Papers that stand for goods."""
        return [each for each, known in self.model.sheets.items() if known is not None]

    @rule(sheet=sheets, holder=holders, grams=st.integers(1, 40), wild=wild)
    def to_electronic(self, sheet: int, holder: int, grams: int, wild: bool) -> None:
        if not wild and not self.out():
            self.to_paper(IDS[0], sheet, 0, True, False)
        out = self.out()
        self.hostile = wild or not out
        if not self.hostile:
            sheet = out[sheet % len(out)]
            grams = 1 + grams % (self.model.sheets[sheet] or 1)
        order = ElectronicOrder(SHEETS[sheet], OTHER_LOT, holder, OPERATOR, grams, self.world.deadline_s)
        self.act(order, lambda: self.model.to_electronic(sheet, grams))

    @invariant()
    def notices_stop_and_are_as_the_model_says(self) -> None:
        for receipt in self.model.papers:
            until = self.world.ask("Replacement", "noticeOf", receipt)["until"]
            assert until == self.model.notices.get(receipt, 0)
            assert not until or self.world.receipt(receipt)["suspendReason"] == 7

    @invariant()
    def never_both_media(self) -> None:
        """An operative paper took the place of a receipt that is dead; a used one is in the register."""
        for sheet, digest in enumerate(SHEETS):
            found = self.world.ask("ReceiptMedium", "paperOf", digest)
            grams = self.model.sheets.get(sheet, 0)
            assert found["state"] == (0 if sheet not in self.model.sheets else 2 if grams is None else 1)
            assert (self.world.ask("Origins", "originOf", 2, digest) == OTHER_LOT) == (found["state"] == 2)
            if found["state"] == 1:
                assert self.world.receipt(found["receiptId"])["status"] == 4
                assert found["quantityG"] == grams


TestLossInvariants = LossMachine.TestCase
TestLossInvariants.settings = sized(examples=20, steps=50)
