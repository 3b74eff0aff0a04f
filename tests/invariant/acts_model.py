"""The rules of split, merge, freeze and pledge in plain Python, on top of those of receipts."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.invariant.model import LotBook, Refusal, refuse


@dataclass
class Paper:
    """One receipt: its goods, and who has a right in it."""

    holder: int
    quantity_g: int
    seq: int = 0
    status: str = "live"
    pledges: list[tuple[int, int]] = field(default_factory=list)
    """(pledge, pledgee) by rank."""
    cases: list[int] = field(default_factory=list)
    """The first is in force, the others wait."""

    @property
    def burned(self) -> bool:
        """I7: what is replaced or delivered never lives again."""
        return self.status in ("replaced", "delivered")


@dataclass
class ActsModel:
    """One lot, some receipts, one quorum that always attests."""

    papers: dict[int, Paper] = field(default_factory=dict)
    book: LotBook = field(default_factory=lambda: LotBook(0))
    numbers: dict[int, int] = field(default_factory=dict)

    def paper(self, receipt: int, seq: int) -> Paper:
        refuse(receipt not in self.papers)
        paper = self.papers[receipt]
        refuse(paper.seq != seq)
        return paper

    def unhindered(self, receipt: int, seq: int) -> Paper:
        """I10: only what is live and not frozen changes."""
        paper = self.paper(receipt, seq)
        refuse(paper.status != "live" or bool(paper.cases))
        return paper

    def consent(self, paper: Paper, consent: int | None) -> None:
        """I8: a pledged receipt changes only with its first pledgee."""
        refuse(bool(paper.pledges) and consent != paper.pledges[0][1])

    def transfer(self, receipt: int, holder: int, to: int, seq: int) -> None:
        paper = self.unhindered(receipt, seq)
        refuse(bool(paper.pledges) or paper.holder != holder or holder == to)
        paper.holder, paper.seq = to, seq + 1

    def move(self, receipt: int, holder: int, to: int, seq: int, consent: int) -> None:
        paper = self.unhindered(receipt, seq)
        refuse(not paper.pledges or paper.holder != holder or holder == to)
        refuse(any(pledgee == to for _, pledgee in paper.pledges))
        self.consent(paper, consent)
        paper.holder, paper.seq = to, seq + 1

    def split(
        self, receipt: int, holder: int, seq: int, parts: list[tuple[int, int]], consent: int | None
    ) -> None:
        paper = self.unhindered(receipt, seq)
        ids = [part for part, _ in parts]
        refuse(paper.holder != holder or len(set(ids)) < len(ids) or any(i in self.papers for i in ids))
        rest = paper.quantity_g - sum(grams for _, grams in parts)
        refuse(any(grams == 0 for _, grams in parts) or rest < 0)  # I3
        refuse(len(parts) + (rest > 0) < 2)
        self.consent(paper, consent)
        for part, grams in parts:
            self.papers[part] = Paper(paper.holder, grams, pledges=list(paper.pledges))
        if rest:
            paper.quantity_g, paper.seq = rest, paper.seq + 1
        else:
            self.retire(paper)

    def merge(self, refs: list[tuple[int, int]], holder: int, merged: int, consent: int | None) -> None:
        refuse(len({receipt for receipt, _ in refs}) < len(refs) or merged in self.papers)
        papers = [self.unhindered(receipt, seq) for receipt, seq in refs]
        first = papers[0]
        refuse(any(p.holder != first.holder or p.pledges != first.pledges for p in papers))
        refuse(first.holder != holder)
        self.consent(first, consent)
        self.papers[merged] = Paper(holder, sum(p.quantity_g for p in papers), pledges=list(first.pledges))
        for paper in papers:
            self.retire(paper)

    def retire(self, paper: Paper, status: str = "replaced") -> None:
        paper.status, paper.quantity_g, paper.seq, paper.pledges = status, 0, paper.seq + 1, []

    def deliver_part(self, receipt: int, holder: int, grams: int, seq: int, consent: int | None) -> None:
        paper = self.unhindered(receipt, seq)
        refuse(paper.holder != holder or not 0 < grams < paper.quantity_g or len(paper.pledges) > 1)
        self.consent(paper, consent)
        paper.quantity_g, paper.seq = paper.quantity_g - grams, seq + 1
        self.book.attested_g -= grams
        self.book.delivered_g += grams

    def pledge(
        self, receipt: int, holder: int, pledgee: int, rank: int, seq: int, pledge: int, consent: int | None
    ) -> None:
        paper = self.unhindered(receipt, seq)
        refuse(paper.holder != holder or holder == pledgee)
        refuse(rank != len(paper.pledges) + 1 or rank > 4)  # I9
        self.consent(paper, consent)
        paper.pledges.append((pledge, pledgee))
        paper.seq += 1

    def release(self, receipt: int, pledge: int, pledgee: int, seq: int) -> None:
        paper = self.paper(receipt, seq)
        refuse((pledge, pledgee) not in paper.pledges)
        paper.pledges.remove((pledge, pledgee))
        paper.seq += 1

    def freeze(self, receipt: int, case_no: int, number: int) -> None:
        refuse(self.numbers[case_no] != number or receipt not in self.papers)
        paper = self.papers[receipt]
        refuse(paper.burned or case_no in paper.cases)
        paper.cases.append(case_no)
        paper.seq += 1
        self.numbers[case_no] += 1

    def unfreeze(self, receipt: int, case_no: int, number: int) -> None:
        refuse(self.numbers[case_no] != number or receipt not in self.papers)
        paper = self.papers[receipt]
        refuse(case_no not in paper.cases)
        paper.cases.remove(case_no)
        paper.seq += 1
        self.numbers[case_no] += 1

    def live_g(self) -> int:
        return sum(paper.quantity_g for paper in self.papers.values())

    def held(self, member: int) -> int:
        return sum(p.holder == member and not p.burned for p in self.papers.values())


__all__ = ["ActsModel", "Paper", "Refusal"]
