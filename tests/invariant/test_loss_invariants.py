"""Random lives with suspension, loss, shortage and paper, beside all that the sequences of acts do.

Every act goes to contracts and model, and they must agree on whether it is refused; after each step all that
holds of acts holds, nothing under notice moves, and no receipt lives beside its paper.
"""

from __future__ import annotations

import os
from hashlib import sha256

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
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
from tests.invariant.loss_model import LossModel
from tests.invariant.test_acts_invariants import ActsMachine, holders, ids, slips, yes

SHEETS = [sha256(b"sheet %d" % i).digest() for i in range(3)]
MOST_WAIT_S = 200 * DAY_S
"""Receipts expire after a year, which this model does not tell."""

no = st.sampled_from((False, False, False, True))
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

    def pick(self, receipt: int, apt: bool, status: str, *, noticed: bool = False) -> int:
        """Mostly a receipt that the act may well be about; sometimes just any."""
        fit = sorted(
            number
            for number, paper in self.model.papers.items()
            if paper.status == status and (number in self.model.notices) is noticed
        )
        return fit[receipt % len(fit)] if apt and fit else receipt

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        if self.model.now_s + days * DAY_S - self.began_s > MOST_WAIT_S:
            return
        self.at(self.model.now_s + days * DAY_S)

    def at(self, now_s: int) -> None:
        self.model.now_s = now_s
        self.world.chain.set_time(now_s)

    @rule(receipt=ids, slip=slips, apt=yes)
    def suspend(self, receipt: int, slip: int, apt: bool) -> None:
        self.stop(self.pick(receipt, apt, "live"), slip)

    def stop(self, receipt: int, slip: int) -> None:
        seq = self.seq(receipt, slip)
        order = SuspendOrder(receipt, SuspendReason.QUANTITY_SHORT, seq, self.world.deadline_s)
        self.both(
            lambda: self.world.submit(order, signers=(INSPECTOR, IOT)),
            lambda: self.model.suspend(receipt, seq),
            order,
        )

    @rule(receipt=ids, slip=slips, apt=yes)
    def reinstate(self, receipt: int, slip: int, apt: bool) -> None:
        receipt = self.pick(receipt, apt, "suspended")
        seq = self.seq(receipt, slip)
        order = ReinstateOrder(receipt, seq, self.world.deadline_s)
        self.both(
            lambda: self.world.submit(order, signers=INDEPENDENT),
            lambda: self.model.reinstate(receipt, seq),
            order,
        )

    @rule(receipt=ids, days=st.integers(7, 60), slip=slips, own=yes, ask=yes, apt=yes)
    def notice(self, receipt: int, days: int, slip: int, own: bool, ask: bool, apt: bool) -> None:
        receipt = self.pick(receipt, apt, "live")
        self.give_notice(receipt, days, slip, own, ask)

    def give_notice(self, receipt: int, days: int, slip: int, own: bool, ask: bool) -> None:
        holder, seq, consent = self.holder(receipt, own), self.seq(receipt, slip), self.consent(receipt, ask)
        span = days * DAY_S
        order = LossNoticeOrder(receipt, holder, LossReason.LOST, span, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.notice(receipt, holder, span, seq, consent), consent)

    @rule(receipt=ids, slip=slips, own=yes, apt=yes)
    def withdraw(self, receipt: int, slip: int, own: bool, apt: bool) -> None:
        receipt = self.pick(receipt, apt, "suspended", noticed=True)
        holder, seq = self.holder(receipt, own), self.seq(receipt, slip)
        order = LossWithdrawalOrder(receipt, holder, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.withdraw(receipt, holder, seq))

    @rule(receipt=ids, apt=yes)
    def lapse(self, receipt: int, apt: bool) -> None:
        receipt = self.pick(receipt, apt, "suspended", noticed=True)
        module = self.world.modules["Replacement"]
        self.both(
            lambda: self.world.chain.send(module, "lapseNotice", receipt),
            lambda: self.model.lapse(receipt),
            ("lapse", receipt),
        )

    @rule(receipt=ids, new=ids, more=slips, slip=slips, own=yes, ask=yes, apt=yes, run=yes)
    def replace_lost(
        self, receipt: int, new: int, more: int, slip: int, own: bool, ask: bool, apt: bool, run: bool
    ) -> None:
        if apt and not self.model.notices:
            self.give_notice(self.pick(receipt, True, "live"), 7, 0, True, True)
        receipt = self.pick(receipt, apt, "suspended", noticed=True)
        until = self.model.notices.get(receipt, 0)
        if run and self.model.now_s < until <= self.began_s + MOST_WAIT_S:
            self.at(until)
        holder, seq, consent = self.holder(receipt, own), self.seq(receipt, slip), self.consent(receipt, ask)
        paper = self.model.papers.get(receipt)
        grams = max(1, (paper.quantity_g if paper else 1) + more)
        order = ReplacementOrder(receipt, new, holder, seq, grams, self.expires, self.world.deadline_s)
        self.act(order, lambda: self.model.replace_lost(receipt, new, holder, grams, seq, consent), consent)

    @rule(short_g=st.integers(1, 12), left_out=st.sampled_from((None, None, None, 0, 1)), slip=slips, stop=no)
    def write_down(self, short_g: int, left_out: int | None, slip: int, stop: bool) -> None:
        """Suspend what lives first, as attesters would, in most cases."""
        standing = sorted(r for r, p in self.model.papers.items() if p.status != "replaced")
        for receipt in standing:
            if self.model.papers[receipt].status == "live" and stop:
                self.stop(receipt, 0)
        named = [r for place, r in enumerate(standing) if place != left_out]
        if not named:
            return
        refs = [(receipt, self.seq(receipt, slip)) for receipt in named]
        order = ShortageOrder(
            LOT, OPERATOR, short_g, tuple(ReceiptRef(*ref) for ref in refs), self.world.deadline_s
        )
        self.act(order, lambda: self.model.write_down(refs, short_g))

    @rule(receipt=ids, sheet=sheets, slip=slips, own=yes, apt=yes)
    def to_paper(self, receipt: int, sheet: int, slip: int, own: bool, apt: bool) -> None:
        receipt = self.pick(receipt, apt, "live")
        holder, seq = self.holder(receipt, own), self.seq(receipt, slip)
        order = PaperOrder(receipt, holder, OPERATOR, seq, SHEETS[sheet], self.world.deadline_s)
        self.act(order, lambda: self.model.to_paper(receipt, holder, seq, sheet))

    @rule(sheet=sheets, holder=holders, grams=st.integers(1, 40))
    def to_electronic(self, sheet: int, holder: int, grams: int) -> None:
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
TestLossInvariants.settings = settings(
    max_examples=int(os.environ.get("HOLDFAST_INVARIANT_EXAMPLES", "20")),
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
