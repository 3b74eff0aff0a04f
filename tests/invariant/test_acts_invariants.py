"""Random sequences of transfers, splits, mergers, pledges and freezes against contracts and a plain model.

Every act goes to both, and they must agree on whether it is refused; after each step I1-I4 and I7-I10 hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import pledge_id
from holdfast.domain.acts import (
    Act,
    FreezeOrder,
    MergeOrder,
    PartialDeliveryOrder,
    PledgedTransferOrder,
    PledgeReleaseOrder,
    ReceiptRef,
    SplitOrder,
    Successor,
    UnfreezeOrder,
)
from holdfast.domain.orders import TransferOrder
from tests.contracts.acts_harness import COURT, INDEPENDENT, ActsWorld
from tests.contracts.harness import BANK, BANK_2, LOT, OPERATOR, Reverted, receipt_id
from tests.invariant.acts_model import ActsModel, Paper, Refusal
from tests.invariant.aim import Aim, slips, wild, yes
from tests.invariant.size import sized
from tests.invariant.tally import tell

IDS = [receipt_id(i) for i in range(20)]
HOLDERS, BANKS, CASES = (2, 3), (BANK, BANK_2), (1, 2)
LOT_G, ISSUED_G = 170, 160

ids = st.sampled_from(IDS)
holders = st.sampled_from(HOLDERS)
banks = st.sampled_from(BANKS)
anybody = st.sampled_from((*HOLDERS, *BANKS))

_world: list[ActsWorld] = []


def shared_world() -> ActsWorld:
    if not _world:
        _world.append(ActsWorld())
    return _world[0]


def loose(paper: Paper) -> bool:
    """Nothing stops it."""
    return paper.status == "live" and not paper.cases


class ActsMachine(Aim, RuleBasedStateMachine):
    """Two holders, two banks, one court with two cases, four receipts of forty grams."""

    model: ActsModel

    def standing(self) -> dict[int, Paper]:
        return self.model.papers

    @initialize()
    def found(self) -> None:
        self.world = world = shared_world()
        self.snapshot = world.chain.snapshot()
        self.expires = world.terms(0).expires_at
        self.model = ActsModel()
        self.model.book.attested_g = LOT_G
        for index, holder in enumerate((2, 2, 3, 3)):
            terms = world.terms(index, holder, ISSUED_G // 4)
            world.submit(world.issue_order(terms, lot_g=LOT_G))
            self.model.papers[IDS[index]] = Paper(holder, ISSUED_G // 4)
        for case_no in CASES:
            world.put(world.case_order(case_no))
            self.model.numbers[case_no] = 0
        self.ranks_seen: dict[int, list[int]] = {}

    def teardown(self) -> None:
        if hasattr(self, "snapshot"):
            self.world.chain.revert(self.snapshot)

    def both(self, send: Callable[[], Any], expect: Callable[[], None], what: object) -> None:
        refused_by_model = refused_by_contract = False
        typed = True
        try:
            expect()
        except Refusal:
            refused_by_model = True
        try:
            send()
        except Reverted as error:
            refused_by_contract = True
            typed = error.name not in ("panic", "bare revert")
        assert typed, what
        assert refused_by_contract == refused_by_model, what
        tell(refused_by_contract, self.hostile)

    def act(self, act: Act, expect: Callable[[], None], consent: int | None = None) -> None:
        self.both(lambda: self.world.put(act, consent_by=consent), expect, act)

    def seq(self, receipt: int, slip: int) -> int:
        paper = self.model.papers.get(receipt)
        return max(0, (paper.seq if paper else 0) + slip)

    def holder(self, receipt: int, own: bool) -> int:
        paper = self.model.papers.get(receipt)
        return (paper.holder if own else self.other(paper.holder)) if paper else 2

    def terms(self) -> dict[str, int]:
        """Terms of a pledge that this machine wants otherwise."""
        return {}

    def other(self, member: int) -> int:
        return 2 if member == 3 else 3

    def consent(self, receipt: int, asked: bool) -> int | None:
        paper = self.model.papers.get(receipt)
        return paper.pledges[0][1] if asked and paper and paper.pledges else None

    @rule(receipt=ids, to=holders, slip=slips, own=yes, wild=wild)
    def transfer(self, receipt: int, to: int, slip: int, own: bool, wild: bool) -> None:
        receipt = self.aim(receipt, wild, lambda paper: loose(paper) and not paper.pledges)
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        to = to if self.hostile else self.other(holder)
        order = TransferOrder(receipt, holder, COURT, seq, self.world.deadline_s)
        object.__setattr__(order, "transferee", to)
        # A bank that was given a pledged receipt may be the holder: its attester does not sign then.
        self.both(
            lambda: self.world.submit(order, signers=INDEPENDENT),
            lambda: self.model.transfer(receipt, holder, to, seq),
            order,
        )

    @rule(
        receipt=ids,
        to=anybody,
        slip=slips,
        own=yes,
        bank=banks,
        ask=yes,
        wild=wild,
    )
    def transfer_pledged(
        self, receipt: int, to: int, slip: int, own: bool, bank: int, ask: bool, wild: bool
    ) -> None:
        if not wild and not any(loose(paper) and paper.pledges for paper in self.model.papers.values()):
            self.pledge(receipt, bank, 0, True, True, 0, False)
        receipt = self.aim(receipt, wild, lambda paper: loose(paper) and bool(paper.pledges))
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        pledgee = (self.consent(receipt, True) if self.right(ask) else None) or bank
        to = to if self.hostile else self.other(holder)
        order = PledgedTransferOrder(receipt, holder, to, pledgee, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.move(receipt, holder, to, seq, pledgee))

    @rule(
        receipt=ids,
        parts=st.lists(st.tuples(ids, st.integers(1, 30)), min_size=1, max_size=3),
        slip=slips,
        own=yes,
        fit=st.booleans(),
        ask=yes,
        wild=wild,
    )
    def split(
        self,
        receipt: int,
        parts: list[tuple[int, int]],
        slip: int,
        own: bool,
        fit: bool,
        ask: bool,
        wild: bool,
    ) -> None:
        receipt = self.aim(receipt, wild, lambda paper: loose(paper) and paper.quantity_g > 3)
        made = self.unused(IDS, [part for part, _ in parts])
        paper = self.model.papers.get(receipt)
        grams = [each for _, each in parts]
        if paper and not self.hostile:
            grams = [1 + each % (paper.quantity_g // 3) for each in grams]
        others = sum(grams[1:])
        if fit and paper and paper.quantity_g > others and (len(grams) > 1 or self.hostile):
            grams[0] = paper.quantity_g - others
        parts = list(zip(made, grams, strict=True))
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        consent = self.consent(receipt, self.right(ask))
        news = tuple(Successor(part, each, self.expires) for part, each in parts)
        order = SplitOrder(receipt, holder, OPERATOR, seq, news, self.world.deadline_s)
        self.act(order, lambda: self.model.split(receipt, holder, seq, parts, consent), consent)

    def alike(self, receipt: int) -> list[int]:
        """Receipts that may become one with this one, itself among them."""
        mine = self.model.papers[receipt]
        return sorted(
            each
            for each, paper in self.model.papers.items()
            if loose(paper) and (paper.holder, paper.pledges) == (mine.holder, mine.pledges)
        )

    def many(self) -> set[int]:
        """Receipts that may become one with others."""
        return {
            each for each, paper in self.model.papers.items() if loose(paper) and len(self.alike(each)) > 1
        }

    @rule(pair=st.lists(ids, min_size=2, max_size=3), merged=ids, slip=slips, own=yes, ask=yes, wild=wild)
    def merge(self, pair: list[int], merged: int, slip: int, own: bool, ask: bool, wild: bool) -> None:
        papers = self.model.papers
        if not wild and not self.many():
            self.split(pair[0], [(merged, 5)], 0, True, False, True, False)
        many = self.many()
        first = self.aim(pair[0], wild, lambda paper: any(papers[each] is paper for each in many))
        (merged,) = self.unused(IDS, [merged])
        if not self.hostile:
            pair = self.alike(first)[: len(pair)]
        holder, consent = self.holder(pair[0], self.right(own)), self.consent(pair[0], self.right(ask))
        refs = [(receipt, self.seq(receipt, self.slip(slip))) for receipt in pair]
        grams = sum(papers[r].quantity_g for r in pair if r in papers)
        order = MergeOrder(
            tuple(ReceiptRef(*ref) for ref in refs),
            merged,
            holder,
            OPERATOR,
            max(1, grams),
            self.expires,
            self.world.deadline_s,
        )
        self.act(order, lambda: self.model.merge(refs, holder, merged, consent), consent)

    @rule(receipt=ids, grams=st.integers(1, 35), slip=slips, own=yes, ask=yes, wild=wild)
    def deliver_part(self, receipt: int, grams: int, slip: int, own: bool, ask: bool, wild: bool) -> None:
        def apt(paper: Paper) -> bool:
            return loose(paper) and paper.quantity_g > 1 and len(paper.pledges) < 2

        receipt = self.aim(receipt, wild, apt)
        if not self.hostile:
            grams = 1 + grams % max(1, self.model.papers[receipt].quantity_g // 4)
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        consent = self.consent(receipt, self.right(ask))
        order = PartialDeliveryOrder(receipt, holder, grams, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.deliver_part(receipt, holder, grams, seq, consent), consent)

    @rule(receipt=ids, pledgee=banks, slip=slips, own=yes, ask=yes, jump=slips, wild=wild)
    def pledge(
        self, receipt: int, pledgee: int, slip: int, own: bool, ask: bool, jump: int, wild: bool
    ) -> None:
        def apt(paper: Paper) -> bool:
            return loose(paper) and len(paper.pledges) < 4 and paper.holder != pledgee

        receipt = self.aim(receipt, wild, apt)
        if receipt not in self.model.papers:
            return
        holder, seq = self.holder(receipt, self.right(own)), self.seq(receipt, self.slip(slip))
        consent = self.consent(receipt, self.right(ask))
        rank = max(1, len(self.model.papers[receipt].pledges) + 1 + self.slip(jump))
        order = self.world.pledge_order(receipt, pledgee, rank, holder, seq=seq, **self.terms())
        made = pledge_id(order_hash(order))
        self.act(
            order,
            lambda: self.model.pledge(receipt, holder, pledgee, rank, seq, made, consent),
            consent,
        )

    @rule(receipt=ids, of=ids, which=st.integers(0, 3), pledgee=banks, slip=slips, own=yes, wild=wild)
    def release(
        self, receipt: int, of: int, which: int, pledgee: int, slip: int, own: bool, wild: bool
    ) -> None:
        if not wild and not any(paper.pledges for paper in self.model.papers.values()):
            self.pledge(receipt, pledgee, 0, True, True, 0, False)
        receipt = self.aim(receipt, wild, lambda paper: bool(paper.pledges))
        paper = self.model.papers.get(receipt if self.right(own) else of)
        if paper is None or not paper.pledges:
            return
        pledge, by = paper.pledges[which % len(paper.pledges)]
        by, seq = by if self.right(own) else pledgee, self.seq(receipt, self.slip(slip))
        order = PledgeReleaseOrder(receipt, pledge, by, seq, self.world.deadline_s)
        self.act(order, lambda: self.model.release(receipt, pledge, by, seq))

    @rule(receipt=ids, case_no=st.sampled_from(CASES), slip=slips, wild=wild)
    def freeze(self, receipt: int, case_no: int, slip: int, wild: bool) -> None:
        few = sum(bool(paper.cases) for paper in self.model.papers.values()) < 2

        def apt(paper: Paper) -> bool:
            return not paper.burned and case_no not in paper.cases and (few or bool(paper.cases))

        receipt = self.aim(receipt, wild, apt)
        number = max(0, self.model.numbers[case_no] + self.slip(slip))
        order = FreezeOrder(receipt, COURT, case_no, number, self.world.deadline_s)
        self.act(order, lambda: self.model.freeze(receipt, case_no, number))

    @rule(receipt=ids, case_no=st.sampled_from(CASES), slip=slips, wild=wild)
    def unfreeze(self, receipt: int, case_no: int, slip: int, wild: bool) -> None:
        if not wild and not any(case_no in paper.cases for paper in self.model.papers.values()):
            self.freeze(receipt, case_no, 0, False)
        receipt = self.aim(receipt, wild, lambda paper: case_no in paper.cases)
        number = max(0, self.model.numbers[case_no] + self.slip(slip))
        order = UnfreezeOrder(receipt, COURT, case_no, number, self.world.deadline_s)
        self.act(order, lambda: self.model.unfreeze(receipt, case_no, number))

    @invariant()
    def i1_and_i3_grams(self) -> None:
        lot = self.world.lot(LOT)
        assert lot["liveG"] == self.model.live_g() <= lot["attestedG"] == self.model.book.attested_g
        assert self.model.live_g() + self.model.book.delivered_g == ISSUED_G

    @invariant()
    def i2_i4_i7_every_receipt_is_the_models(self) -> None:
        for receipt, paper in self.model.papers.items():
            state = self.world.receipt(receipt)
            assert (state["holder"], state["quantityG"], state["seq"]) == (
                paper.holder,
                paper.quantity_g,
                paper.seq,
            )
            assert state["status"] == {"live": 1, "suspended": 2, "delivered": 3, "replaced": 4}[paper.status]
            assert (state["freezes"], state["freezeCase"]) == (len(paper.cases), (paper.cases or [0])[0])
            assert list(self.world.ask("Court", "waitingOn", receipt)) == paper.cases[1:]
            if not paper.burned:
                first = paper.pledges[0][1] if paper.pledges else 0
                assert (state["pledges"], state["firstPledgee"]) == (len(paper.pledges), first)
            on = list(self.world.ask("Pledge", "pledgesOn", receipt))
            assert on == [pledge for pledge, _ in paper.pledges]
        for holder in (*HOLDERS, *BANKS):
            assert self.world.held(holder) == self.model.held(holder)

    @invariant()
    def i9_rank_never_jumps(self) -> None:
        """Whoever was behind another pledge is never before it, on no receipt."""
        for receipt, paper in self.model.papers.items():
            now = [pledge for pledge, _ in paper.pledges]
            before = self.ranks_seen.get(receipt, [])
            assert [p for p in before if p in now] == [p for p in now if p in before]
            self.ranks_seen[receipt] = now

    @invariant()
    def records_cover_what_they_say(self) -> None:
        covered: dict[int, int] = {}
        for paper in self.model.papers.values():
            for pledge, _ in paper.pledges:
                covered[pledge] = covered.get(pledge, 0) + 1
        for pledge, count in covered.items():
            assert self.world.ask("Pledge", "pledgeOf", pledge)["receipts"] == count


TestActsInvariants = ActsMachine.TestCase
TestActsInvariants.settings = sized(examples=40, steps=40)
