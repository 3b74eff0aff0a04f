"""The ledger as the chain's logs tell it, rebuilt event by event: what was known before each decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from holdfast.attestation.quorum import Committee, attester_from_word
from holdfast.audit.burdens import CourtBook, PledgeBook
from holdfast.audit.changes import RULES, Rule
from holdfast.audit.histories import as_bytes, impossible
from holdfast.audit.liens import LienBook
from holdfast.audit.shortages import Shortage
from holdfast.audit.successions import Succession
from holdfast.chain.events import UNKNOWN_LOG, ChainEvent, core_events
from holdfast.domain.acts import AnyOrder
from holdfast.domain.errors import Refused
from holdfast.domain.interests import barred_besides
from holdfast.domain.orders import Kind, Status, named_members, receipt_ids
from holdfast.domain.receipts import LedgerFacts, LotState, ReceiptState

SAYS_THE_SAME: Final = frozenset(
    {"Transfer", "Locked", "Unlocked", "Approval", "ApprovalForAll", "Attested", "EIP712DomainChanged"}
    | {
        "MemberRolesChanged",
        "MemberActiveChanged",
        "MemberEncryptionKeyChanged",
        "ModuleSet",
        "AttesterNamed",
    }
    | {"AuthorityUpdated"}
)
"""Events of the first two contracts that change nothing this ledger keeps."""


@dataclass(slots=True)
class Ledger:
    """Members' accounts, committees, lots, receipts and what burdens them, at one point of history."""

    accounts: dict[int, str] = field(default_factory=dict)
    committees: dict[int, Committee] = field(default_factory=dict)
    lots: dict[bytes, LotState] = field(default_factory=dict)
    receipts: dict[int, ReceiptState] = field(default_factory=dict)
    pledges: PledgeBook = field(default_factory=PledgeBook)
    courts: CourtBook = field(default_factory=CourtBook)
    liens: LienBook = field(default_factory=LienBook)
    succession: Succession | None = None
    shortage: Shortage | None = None

    def facts(self, order: AnyOrder, lot_id: bytes, block_number: int, now_s: int) -> LedgerFacts:
        """What the chain said of everything an order names, at this point."""
        return LedgerFacts(
            block_number,
            now_s,
            self.lots.get(lot_id),
            tuple(self.receipts.get(receipt_id) for receipt_id in receipt_ids(order)),
            tuple((m, self.accounts[m]) for m in named_members(order) if m in self.accounts),
        )

    def barred_besides(self, order: AnyOrder) -> frozenset[int]:
        """Members that `interests.barred_besides` finds at this point."""

        def holder_of(receipt_id: int) -> int:
            found = self.receipts.get(receipt_id)
            return 0 if found is None else found.holder

        return barred_besides(order, holder_of, self.pledges.pledgees)

    def apply(self, events: Iterable[ChainEvent], now_s: int) -> None:
        """Move on over events of one block, in their order: whole acts, so that all that belongs together
        is there.

        Raises Refused for a history that cannot be, or that this ledger cannot read, naming every such event;
        the others have been applied.
        """
        wrong: list[Refused] = []
        burdened: dict[int, ChainEvent] = {}
        last: ChainEvent | None = None
        for event in events:
            last = event
            try:
                self._apply(event, now_s)
            except Refused as error:
                wrong.append(error)
            for name in ("receiptId", "successorId"):
                if name in event.args and event.name != UNKNOWN_LOG:
                    burdened[int(event.args[name])] = event
        try:
            if last is not None:
                self._settle(last)
            for receipt_id, event in burdened.items():
                self._agree(receipt_id, event)
        except Refused as error:
            wrong.append(error)
        if wrong:
            raise Refused(wrong[0].reason, "; ".join(str(error) for error in wrong))

    def _apply(self, event: ChainEvent, now_s: int) -> None:
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, event)
        elif event.name in RULES:
            self._changed(event, RULES[event.name])
            self.pledges.apply(event, self.liens)
        elif event.name == UNKNOWN_LOG or (event.name in core_events() and event.name not in SAYS_THE_SAME):
            raise Refused(
                "unread-event", f"{event.name} of {event.contract} in {event.tx_hash} cannot be read here"
            )
        else:
            self.liens.apply(event, self.receipts, now_s)
            self.pledges.apply(event, self.liens)
            self.courts.apply(event)

    def _settle(self, event: ChainEvent) -> None:
        """Close what was open when an act ended."""
        self.pledges.settle(event)
        self.liens.settle()
        open_one, self.succession = self.succession, None
        if open_one is not None:
            open_one.close(event)
        short, self.shortage = self.shortage, None
        if short is not None:
            short.close(self.receipts.values(), event)

    def _agree(self, receipt_id: int, event: ChainEvent) -> None:
        """What the modules' logs say of a receipt's burdens is what the receipt contract's logs say."""
        found = self.receipts.get(receipt_id)
        if found is None or found.status in (Status.DELIVERED, Status.REPLACED):
            return
        said = self.pledges.standing(receipt_id)
        if said != (found.pledges, found.first_pledgee):
            raise impossible(
                event,
                f"leaves {found.pledges} pledges, the first of member {found.first_pledgee}, on the receipt; "
                f"the pledges' own logs give {said[0]} and member {said[1]}",
            )
        frozen = self.courts.standing(receipt_id)
        if frozen != (found.freezes, found.freeze_case):
            raise impossible(
                event,
                f"leaves {found.freezes} cases on the receipt, in force {found.freeze_case}; the courts' own "
                f"logs give {frozen[0]} and {frozen[1]}",
            )

    # --- receipts ---

    def _next(self, event: ChainEvent, *wanted: Status) -> ReceiptState:
        """The receipt an event is about, which must stand so that this is its next act."""
        found = self.receipts.get(int(event.args["receiptId"]))
        if found is None:
            raise impossible(event, "of a receipt never issued")
        if found.status not in wanted:
            raise impossible(event, f"of a receipt that is {found.status.name.lower()}")
        if found.seq != event.args.get("seq", found.seq):
            raise impossible(event, f"numbered {event.args['seq']}, expected was {found.seq}")
        return replace(found, seq=found.seq + 1)

    def _free(self, found: ReceiptState, event: ChainEvent) -> None:
        """Nothing holds the receipt fast (I10)."""
        if found.freezes:
            raise impossible(event, f"of a receipt that a court holds under case {found.freeze_case}")
        if found.liens:
            raise impossible(event, "of a receipt under a lien")

    def _changed(self, event: ChainEvent, rule: Rule) -> None:
        receipt = self._next(event, *rule.states)
        if rule.moves:
            self._free(receipt, event)
        after, out_g = rule.change(receipt, event)
        if event.name == "ReceiptWrittenDown":
            self.shortage = self.shortage or Shortage(receipt.lot_id)
            self.shortage.add(receipt, after)
        if out_g:
            self._lower(receipt.lot_id, out_g, event)
        self._put(after)

    def _lot(self, lot_id: bytes, event: ChainEvent) -> LotState:
        found = self.lots.get(lot_id)
        if found is None:
            raise impossible(event, "on a lot never attested")
        return found

    def _lower(self, lot_id: bytes, grams: int, event: ChainEvent) -> None:
        """Goods leave a lot, and the receipts on it."""
        lot = self._lot(lot_id, event)
        if grams > lot.live_g:
            raise impossible(event, f"takes {grams} g from a lot of which {lot.live_g} g are under receipts")
        self.lots[lot_id] = replace(lot, attested_g=lot.attested_g - grams, live_g=lot.live_g - grams)

    def _put(self, receipt: ReceiptState) -> None:
        self.receipts[receipt.receipt_id] = receipt

    def _account(self, event: ChainEvent) -> None:
        self.accounts[int(event.args["member"])] = str(event.args["account"])

    def _committee(self, event: ChainEvent) -> None:
        raw = event.args["committee"]
        words = tuple(attester_from_word(as_bytes(word)) for word in raw["attesters"])
        policy = as_bytes(raw["policyDigest"])
        committee = Committee(raw["epoch"], raw["maxAgeS"], raw["threshold"], policy, words)
        if committee.digest() != as_bytes(event.args["committeeDigest"]):
            raise impossible(event, f"of a committee of epoch {committee.epoch} with another digest")
        self.committees[committee.epoch] = committee

    def _lot_attested(self, event: ChainEvent) -> None:
        lot_id = as_bytes(event.args["lotId"])
        if lot_id in self.lots and self.lots[lot_id].attested_g:
            raise impossible(event, "of a lot that is attested and not yet delivered")
        self.lots[lot_id] = LotState(lot_id, event.args["quantityG"], 0, event.args["operator"])

    def _issued(self, event: ChainEvent) -> None:
        args = event.args
        receipt_id = int(args["receiptId"])
        lot = self._lot(as_bytes(args["lotId"]), event)
        if receipt_id in self.receipts:
            raise impossible(event, "of a receipt issued before")
        if args["operator"] != lot.operator:
            raise impossible(event, f"by operator {args['operator']}, the lot is kept by {lot.operator}")
        made = ReceiptState(
            receipt_id=receipt_id,
            holder=args["holder"],
            operator=args["operator"],
            status=Status.LIVE,
            kind=Kind(args["kind"]),
            expires_at=args["expiresAt"],
            seq=0,
            quantity_g=args["quantityG"],
            lot_id=lot.lot_id,
        )
        if self.succession is not None and self.succession.awaits(receipt_id):
            self._put(self.succession.succeed(made, event))
            return
        live_g = lot.live_g + made.quantity_g
        if live_g > lot.attested_g:
            raise impossible(event, f"brings {live_g} g to life on a lot of {lot.attested_g} g")
        self.lots[lot.lot_id] = replace(lot, live_g=live_g)
        self._put(made)

    def _replaced(self, event: ChainEvent) -> None:
        old, new = int(event.args["receiptId"]), int(event.args["successorId"])
        if self.succession is not None and self.succession.again(old, new, event):
            return
        receipt = self._next(event, Status.LIVE)
        self._free(receipt, event)
        if new in self.receipts:
            raise impossible(event, "by a receipt issued before")
        if self.succession is None or not self.succession.awaits(new):
            self._settle(event)
            self.succession = Succession()
        rest_g = int(event.args.get("restG", 0))
        self.succession.begin(receipt, new, rest_g, event)
        status = Status.LIVE if rest_g else Status.REPLACED
        self._put(replace(receipt, status=status, quantity_g=rest_g))


_HANDLERS: Final[dict[str, Callable[[Ledger, ChainEvent], None]]] = {
    "MemberAdded": Ledger._account,
    "MemberAccountChanged": Ledger._account,
    "CommitteeChanged": Ledger._committee,
    "LotAttested": Ledger._lot_attested,
    "ReceiptIssued": Ledger._issued,
    "ReceiptReplaced": Ledger._replaced,
    "ReceiptSplitOff": Ledger._replaced,
}
