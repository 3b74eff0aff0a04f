"""Random sequences of orders, good and bad, against the contracts and a plain Python model.

Every order goes to both. They must agree on whether it is refused; after each step invariants I1 to I7 hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.attestation.typed_data import signing_digest
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    Kind,
    Order,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
)
from tests.contracts.harness import DAY_S, Reverted, World, key_of, receipt_id, refused, sign
from tests.invariant.aim import Aim, slips, wild, yes
from tests.invariant.model import Model, Refusal, Title
from tests.invariant.size import sized
from tests.invariant.tally import tell

LOTS = [sha256(b"lot %d" % i).digest()[:24] for i in range(2)]
HOLDERS = (2, 3, 4)
RECEIPTS = range(24)

receipts = st.sampled_from([receipt_id(i) for i in RECEIPTS])
members = st.sampled_from(HOLDERS)
# Of a hostile try; some of them could do.
quorums = st.one_of(
    st.sampled_from([frozenset(s) for s in ((1, 4, 5), (1, 5, 6), (1, 4, 6), (1, 4, 5, 6), (5, 6), (1, 6))]),
    st.frozensets(st.sampled_from((1, 4, 5, 6))),
)
grams = st.integers(0, 60)

_world: list[World] = []


def shared_world() -> World:
    """Founding one takes longer than a sequence does."""
    if not _world:
        _world.append(World())
    return _world[0]


class ReceiptMachine(Aim, RuleBasedStateMachine):
    """One consortium, two lots, two dozen receipts, three holders."""

    def standing(self) -> dict[int, Title]:
        return self.model.titles

    def quorum(self, signers: frozenset[int]) -> frozenset[int]:
        """Attesters who are a party to nothing, unless this is a hostile try."""
        return signers if self.hostile else frozenset((1, 5, 6))

    def stock(self, wild: bool) -> None:
        """Something to act on, before an act that is to be right."""
        if not wild and not any(map(self.moves, self.model.titles.values())):
            terms = [(receipt_id(0), holder, 20, 9) for holder in HOLDERS]
            lot = min(LOTS, key=self.model.live_g)
            self.issue(lot, 100, terms, frozenset(), True, False)

    def moves(self, title: Title) -> bool:
        """Whether its holder can do something with it now."""
        usable = title.holder not in self.model.inactive and title.expires_at >= self.world.chain.now_s
        return title.status == "live" and usable

    @initialize()
    def found(self) -> None:
        self.world = shared_world()
        self.snapshot = self.world.chain.snapshot()
        self.model = Model()
        self.attestations: set[bytes] = set()
        self.accepted: list[tuple[Order, tuple[bytes, ...], frozenset[int]]] = []
        self.history: dict[int, list[tuple[int, str]]] = {}

    def teardown(self) -> None:
        if hasattr(self, "snapshot"):
            self.world.chain.revert(self.snapshot)

    def both(
        self, order: Order, signers: frozenset[int], parties: tuple[bytes, ...], rule: Callable[[], None]
    ) -> None:
        """Put the order to contract and model; they must agree."""
        refused_by_model = refused_by_contract = False
        typed = True
        try:
            rule()
        except Refusal:
            refused_by_model = True
        attestation = self.world.attestation(order)
        try:
            outcome = self.world.submit(
                order, signers=tuple(signers), parties=parties, attestation=attestation
            )
        except Reverted as error:
            refused_by_contract = True
            typed = error.name not in ("panic", "bare revert")
        assert typed
        assert refused_by_contract == refused_by_model, order
        tell(refused_by_contract, self.hostile)
        if refused_by_contract:
            return
        # I6: an attestation names one order, and the order is spent.
        attested = outcome.event("Attested")["orderHash"]
        assert attested not in self.attestations
        self.attestations.add(attested)
        self.accepted.append((order, parties, signers))
        self.i7_history_only_appends()  # a rule may do several acts

    def sign(self, order: Order, signed: set[int], *fields: str) -> tuple[bytes, ...]:
        """Signatures for these fields; whoever is not in `signed` is signed for by a stranger."""
        digest = signing_digest(self.world.domain, order)
        names = [getattr(order, field) for field in fields]
        return tuple(sign(key_of(f"member {m}" if m in signed else "stranger"), digest) for m in names)

    def title(self, receipt: int) -> Any:
        return self.model.titles.get(receipt)

    def seq(self, receipt: int, slip: int) -> int:
        title = self.title(receipt)
        return max(0, (title.seq if title else 0) + slip)

    @rule(
        lot=st.sampled_from(LOTS),
        lot_g=st.sampled_from((100, 100, 100, 99)),
        terms=st.lists(st.tuples(receipts, members, grams, st.integers(1, 40)), min_size=1, max_size=3),
        signers=quorums,
        follow=yes,
        wild=wild,
    )
    def issue(
        self,
        lot: bytes,
        lot_g: int,
        terms: list[tuple[int, int, int, int]],
        signers: frozenset[int],
        follow: bool,
        wild: bool,
    ) -> None:
        now = self.world.chain.now_s
        self.hostile = wild
        book = self.model.lots.get(lot)
        room_g = (book.attested_g if book else lot_g) - self.model.live_g(lot)
        self.hostile = self.hostile or room_g < len(terms)
        ids = self.unused([receipt_id(i) for i in RECEIPTS], [receipt for receipt, _, _, _ in terms])
        if not self.hostile:
            fair = [member for member in HOLDERS if member not in self.model.inactive]
            most = room_g // len(terms)
            terms = [
                (each, holder if holder in fair else fair[0], 1 + grams % most, days + 30)
                for each, (_, holder, grams, days) in zip(ids, terms, strict=True)
            ]
        if self.right(follow) and book:
            lot_g = book.attested_g
        signers = self.quorum(signers)
        dated = [(receipt, holder, q, now + days * DAY_S) for receipt, holder, q, days in terms]
        order = object.__new__(IssueOrder)
        # Past Python's own checks: bad orders must reach the contract.
        for name, value in (
            ("lot_id", lot),
            ("operator", 1),
            ("lot_quantity_g", lot_g),
            ("receipts", tuple(unchecked_terms(*item) for item in dated)),
            ("deadline", now + DAY_S),
        ):
            object.__setattr__(order, name, value)
        self.both(order, signers, (), lambda: self.model.issue(lot, lot_g, dated, signers, now))

    @rule(receipt=receipts, to=members, signers=quorums, slip=slips, own=yes, both_sign=yes, wild=wild)
    def transfer(
        self,
        receipt: int,
        to: int,
        signers: frozenset[int],
        slip: int,
        own: bool,
        both_sign: bool,
        wild: bool,
    ) -> None:
        self.stock(wild)
        receipt = self.aim(receipt, wild, self.moves)
        now, title = self.world.chain.now_s, self.title(receipt)
        holder = title.holder if title and self.right(own) else 2
        fair = [member for member in HOLDERS if member != holder and member not in self.model.inactive]
        self.hostile = self.hostile or not fair
        to = to if self.hostile or to in fair else fair[0]
        seq, signers = self.seq(receipt, self.slip(slip)), self.quorum(signers)
        signed = {holder, to} if self.right(both_sign) else {to}
        order = TransferOrder(receipt, holder, 9, seq, now + DAY_S)
        object.__setattr__(order, "transferee", to)
        parties = self.sign(order, signed, "holder", "transferee")
        self.both(
            order,
            signers,
            parties,
            lambda: self.model.transfer(receipt, holder, to, seq, signed, signers, now),
        )

    @rule(receipt=receipts, signers=quorums, slip=slips, own=yes, signs=yes, short=slips, wild=wild)
    def deliver(
        self,
        receipt: int,
        signers: frozenset[int],
        slip: int,
        own: bool,
        signs: bool,
        short: int,
        wild: bool,
    ) -> None:
        self.stock(wild)
        receipt = self.aim(receipt, wild, self.moves)
        now, title = self.world.chain.now_s, self.title(receipt)
        holder = title.holder if title and self.right(own) else 3
        quantity_g = max(1, (title.quantity_g if title else 1) + self.slip(short))
        seq, signers = self.seq(receipt, self.slip(slip)), self.quorum(signers)
        signed = {holder} if self.right(signs) else set()
        order = DeliveryOrder(receipt, holder, quantity_g, seq, now + DAY_S)
        self.both(
            order,
            signers,
            self.sign(order, signed, "holder"),
            lambda: self.model.deliver(receipt, holder, quantity_g, seq, signed, signers, now),
        )

    @rule(receipt=receipts, signers=quorums, slip=slips, wild=wild)
    def suspend(self, receipt: int, signers: frozenset[int], slip: int, wild: bool) -> None:
        self.stock(wild)
        receipt = self.aim(receipt, wild, lambda title: title.status == "live")
        seq, signers = self.seq(receipt, self.slip(slip)), self.quorum(signers)
        order = SuspendOrder(receipt, SuspendReason.WRONG_LABEL, seq, self.world.chain.now_s + DAY_S)
        self.both(order, signers, (), lambda: self.model.suspend(receipt, seq, signers))

    @rule(receipt=receipts, signers=quorums, slip=slips, wild=wild)
    def reinstate(self, receipt: int, signers: frozenset[int], slip: int, wild: bool) -> None:
        if not wild and not any(title.status == "suspended" for title in self.model.titles.values()):
            self.suspend(receipt, signers, 0, False)
        receipt = self.aim(receipt, wild, lambda title: title.status == "suspended")
        seq, signers = self.seq(receipt, self.slip(slip)), self.quorum(signers)
        order = ReinstateOrder(receipt, seq, self.world.chain.now_s + DAY_S)
        self.both(order, signers, (), lambda: self.model.reinstate(receipt, seq, signers))

    @rule(which=st.integers(0, 30))
    def replay(self, which: int) -> None:
        """I6: nothing that was accepted is ever accepted again, not even with fresh evidence."""
        if not self.accepted:
            return
        order, parties, signers = self.accepted[which % len(self.accepted)]
        try:
            self.world.submit(
                order,
                signers=tuple(signers),
                parties=parties,
                attestation=replace(self.world.attestation(order), evidence_digest=sha256(b"fresh").digest()),
            )
        except Reverted:
            return
        raise AssertionError(f"{order} was accepted twice")

    @rule(hours=st.sampled_from((1, 12, 24, 24 * 7)))
    def time_passes(self, hours: int) -> None:
        self.world.chain.set_time(self.world.chain.now_s + hours * 3600)

    @rule(member=st.sampled_from((2, 3)), active=st.booleans())
    def may_act(self, member: int, active: bool) -> None:
        self.world.chain.send(self.world.consortium, "setMemberActive", member, active)
        (self.model.inactive.discard if active else self.model.inactive.add)(member)

    @invariant()
    def i1_live_never_exceeds_attested(self) -> None:
        for lot in LOTS:
            book, state = self.model.lots.get(lot), self.world.lot(lot)
            assert state["liveG"] == self.model.live_g(lot) <= state["attestedG"]
            assert state["attestedG"] == (book.attested_g if book else 0)

    @invariant()
    def i2_one_holder_each(self) -> None:
        for receipt in map(receipt_id, RECEIPTS):
            title = self.title(receipt)
            if title is None:
                continue
            state = self.world.receipt(receipt)
            assert state["holder"] == title.holder
            assert state["status"] == {"live": 1, "suspended": 2, "delivered": 3}[title.status]
            assert (state["seq"], state["quantityG"]) == (title.seq, title.quantity_g)
        for member in HOLDERS:
            held = self.world.chain.call(self.world.consortium, "member", member)["receipts"]
            assert held == self.model.held(member)

    @invariant()
    def i3_grams_are_conserved(self) -> None:
        for lot, book in self.model.lots.items():
            assert book.issued_g == self.world.lot(lot)["liveG"] + book.delivered_g

    @invariant()
    def i4_nothing_carries_or_sheds_an_encumbrance(self) -> None:
        """No act of this version puts one on: that none appears is what can be said of it yet."""
        for receipt in self.model.titles:
            state = self.world.receipt(receipt)
            assert (state["pledges"], state["liens"], state["freezes"], state["firstPledgee"]) == (0, 0, 0, 0)

    @invariant()
    def i7_history_only_appends(self) -> None:
        for receipt, title in self.model.titles.items():
            seen = self.history.setdefault(receipt, [])
            now = (title.seq, title.status)
            if not seen or seen[-1] != now:
                assert not seen or (now[0] == seen[-1][0] + 1 and seen[-1][1] != "delivered")
                seen.append(now)
        for receipt in map(receipt_id, RECEIPTS):
            if receipt not in self.model.titles:
                with refused("UnknownReceipt"):
                    self.world.receipt(receipt)


def unchecked_terms(receipt: int, holder: int, quantity_g: int, expires_at: int) -> ReceiptTerms:
    terms = ReceiptTerms(receipt, holder, 1, Kind.NEGOTIABLE, expires_at)
    object.__setattr__(terms, "quantity_g", quantity_g)
    return terms


TestReceiptInvariants = ReceiptMachine.TestCase
TestReceiptInvariants.settings = sized(examples=60, steps=40)
