"""The rules of suspension, notice of loss, shortage and change of medium, on top of those of acts."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.invariant.acts_model import ActsModel, Paper
from tests.invariant.model import refuse

USE_S = 30 * 24 * 3600
"""A notice that has run is used within this time, or anyone ends it."""


@dataclass
class LossModel(ActsModel):
    """The same lot; `now_s` moves. Attesters always attest, none of a party's among them."""

    now_s: int = 0
    notices: dict[int, int] = field(default_factory=dict)
    """Receipt -> when it may be replaced at the earliest."""
    sheets: dict[int, int | None] = field(default_factory=dict)
    """Paper receipt -> grams that it stands for; None once it was surrendered."""

    def suspend(self, receipt: int, seq: int) -> None:
        paper = self.paper(receipt, seq)
        refuse(paper.status != "live")
        paper.status, paper.seq = "suspended", seq + 1

    def reinstate(self, receipt: int, seq: int) -> None:
        """Not what a notice stops: goods and claim agree all the time."""
        paper = self.paper(receipt, seq)
        refuse(paper.status != "suspended" or receipt in self.notices)
        paper.status, paper.seq = "live", seq + 1

    def notice(self, receipt: int, holder: int, notice_s: int, seq: int, consent: int | None) -> None:
        paper = self.paper(receipt, seq)
        refuse(paper.status != "live" or paper.holder != holder)
        self.consent(paper, consent)
        paper.status, paper.seq = "suspended", seq + 1
        self.notices[receipt] = self.now_s + notice_s

    def withdraw(self, receipt: int, holder: int, seq: int) -> None:
        paper = self.paper(receipt, seq)
        refuse(receipt not in self.notices or paper.holder != holder)
        self.end_notice(receipt)

    def lapse(self, receipt: int) -> None:
        refuse(receipt not in self.notices or self.now_s <= self.notices[receipt] + USE_S)
        self.end_notice(receipt)

    def end_notice(self, receipt: int) -> None:
        del self.notices[receipt]
        paper = self.papers[receipt]
        paper.status, paper.seq = "live", paper.seq + 1

    def replace_lost(
        self, receipt: int, new: int, holder: int, grams: int, seq: int, consent: int | None
    ) -> None:
        """The old one dies first; what burdened it burdens the new one."""
        paper = self.paper(receipt, seq)
        refuse(receipt not in self.notices or self.now_s < self.notices[receipt])
        refuse(bool(paper.cases) or new in self.papers or paper.holder != holder)
        refuse(grams != paper.quantity_g)
        self.consent(paper, consent)
        self.end_notice(receipt)
        self.papers[new] = Paper(holder, grams, pledges=list(paper.pledges))
        self.retire(paper)

    def write_down(self, refs: list[tuple[int, int]], short_g: int) -> None:
        """All receipts of the lot by the floor of their shares; the first keep what rounding leaves."""
        papers = [self.paper(receipt, seq) for receipt, seq in refs]
        live_g = self.live_g()
        refuse([receipt for receipt, _ in refs] != sorted({receipt for receipt, _ in refs}))
        refuse(any(paper.status != "suspended" for paper in papers))
        refuse(sum(paper.quantity_g for paper in papers) != live_g or not 0 < short_g < live_g)
        rests = [paper.quantity_g * (live_g - short_g) // live_g for paper in papers]
        for place in range(live_g - short_g - sum(rests)):
            rests[place] += 1
        refuse(0 in rests)
        for paper, rest in zip(papers, rests, strict=True):
            paper.quantity_g, paper.seq = rest, paper.seq + 1
        self.leave(short_g)

    def to_paper(self, receipt: int, holder: int, seq: int, sheet: int) -> None:
        paper = self.unhindered(receipt, seq)
        refuse(bool(paper.pledges) or paper.holder != holder or sheet in self.sheets)
        self.sheets[sheet] = paper.quantity_g
        self.leave(paper.quantity_g)
        self.retire(paper)

    def to_electronic(self, sheet: int, grams: int) -> None:
        known = self.sheets.get(sheet, grams)
        refuse(known is None or grams > known)
        self.sheets[sheet] = None

    def leave(self, grams: int) -> None:
        """Goods that are gone are neither there nor stood for."""
        self.book.attested_g -= grams
        self.book.delivered_g += grams
