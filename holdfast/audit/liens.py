"""Storage terms as the lien module's own logs tell them, and what a sale owes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from holdfast.audit.histories import impossible
from holdfast.chain.events import ChainEvent
from holdfast.domain.lien import LienState, counted, due_on, paid
from holdfast.domain.lien_acts import DischargeScope, LienRank
from holdfast.domain.receipts import ReceiptState


@dataclass(frozen=True, slots=True)
class Terms:
    """Storage terms of one receipt, and the currency they are in (`0x` hex)."""

    state: LienState
    currency: str


Owed = tuple[int | None, LienRank]
"""What a sale owes the storage lien (None if it has none to settle), and the lien's rank."""


@dataclass(slots=True)
class LienBook:
    """Storage terms by receipt, and those that sales have ended."""

    terms: dict[int, Terms] = field(default_factory=dict)
    settled: dict[int, Owed] = field(default_factory=dict)
    """By receipt, until the act ends."""

    def apply(self, event: ChainEvent, receipts: Mapping[int, ReceiptState], now_s: int) -> None:
        """Move on over one event; those of other modules are passed over. Raises Refused."""
        if event.name == "LienTermsAgreed":
            self._agreed(event, receipts)
        elif event.name == "LienAsserted":
            self._asserted(event, now_s)
        elif event.name == "LienPaid":
            found = self._known(event)
            if event.args["paidMinor"] <= found.state.paid_minor:
                raise impossible(
                    event, f"of {event.args['paidMinor']}, paid before were {found.state.paid_minor}"
                )
            self._put(event, paid(found.state, int(event.args["paidMinor"])))
        elif event.name == "LienDischarged":
            found = self._known(event)
            if event.args["scope"] == DischargeScope.TERMS:
                del self.terms[int(event.args["receiptId"])]
            else:
                self._put(event, replace(found.state, asserted_minor=0))
        elif event.name == "LienFollowed":
            self._followed(event)
        elif event.name == "LienResized":
            found = self._known(event)
            self._put(event, replace(counted(found.state, now_s), quantity_g=int(event.args["quantityG"])))
        elif event.name == "LienSettled":
            self._settled(event)

    def settle(self) -> None:
        """End an act."""
        self.settled.clear()

    def owed(self, receipt_id: int, currency: str, sold_at: int) -> Owed:
        """What a sale at a time owes the lien, if that is in the pledges' currency."""
        found = self.terms.get(receipt_id)
        if found is None or found.currency != currency:
            return None, LienRank.BEFORE_PLEDGES
        return due_on(found.state, sold_at), found.state.rank

    def check_part(self, event: ChainEvent, currency: str) -> None:
        """What a sale's log gives the lien is what the lien settled for. Raises Refused."""
        receipt_id, args = int(event.args["receiptId"]), event.args
        due, rank = self.settled.get(receipt_id, (None, LienRank.BEFORE_PLEDGES))
        if due is None and self.owed(receipt_id, currency, 0)[0] is not None:
            raise impossible(event, "and left a storage lien in the same currency unsettled")
        lien, most = int(args["lienMinor"]), int(args["proceedsMinor"]) - int(args["costsMinor"])
        right = min(due or 0, most)
        # Behind the pledges it may get less, but then nothing is left over.
        less = rank is LienRank.BEHIND_PLEDGES and lien < right and args["surplusMinor"] == 0
        if lien != right and not less:
            raise impossible(event, f"gives the storage lien {lien}; it was settled for {due}")

    def _known(self, event: ChainEvent) -> Terms:
        found = self.terms.get(int(event.args["receiptId"]))
        if found is None:
            raise impossible(event, "of a receipt without storage terms")
        return found

    def _put(self, event: ChainEvent, state: LienState) -> None:
        receipt_id = int(event.args["receiptId"])
        self.terms[receipt_id] = replace(self.terms[receipt_id], state=state)

    def _agreed(self, event: ChainEvent, receipts: Mapping[int, ReceiptState]) -> None:
        args, receipt_id = event.args, int(event.args["receiptId"])
        if receipt_id in self.terms or receipt_id not in receipts:
            raise impossible(event, "of a receipt that has storage terms, or was never issued")
        state = LienState(
            fee_minor=int(args["feeMinor"]),
            cap_minor=int(args["capMinor"]),
            since_s=int(args["fromS"]),
            quantity_g=receipts[receipt_id].quantity_g,
            rank=LienRank(args["rank"]),
        )
        self.terms[receipt_id] = Terms(state, str(args["currency"]))

    def _asserted(self, event: ChainEvent, now_s: int) -> None:
        found, amount = self._known(event), int(event.args["amountMinor"])
        due = due_on(found.state, now_s)
        if not found.state.asserted_minor < amount <= due:
            raise impossible(event, f"of {amount}; due were {due}, asserted {found.state.asserted_minor}")
        self._put(event, replace(found.state, asserted_minor=amount))

    def _followed(self, event: ChainEvent) -> None:
        """To a successor, or to the receipt itself as the rest. A burned one's terms are of no use."""
        new = int(event.args["successorId"])
        told: Mapping[str, Any] = event.args["terms"]
        state = LienState(
            fee_minor=int(told["feeMinor"]),
            cap_minor=int(told["capMinor"]),
            since_s=int(told["sinceS"]),
            quantity_g=int(told["quantityG"]),
            rank=LienRank(told["rank"]),
            gram_seconds=int(told["gramSeconds"]),
            paid_minor=int(told["paidMinor"]),
            asserted_minor=int(told["assertedMinor"]),
        )
        self.terms[new] = Terms(state, str(told["currency"]))

    def _settled(self, event: ChainEvent) -> None:
        found, receipt_id = self._known(event), int(event.args["receiptId"])
        due = due_on(found.state, int(event.args["soldAt"]))
        if event.args["dueMinor"] != due:
            raise impossible(event, f"for {event.args['dueMinor']}; its terms and payments give {due}")
        del self.terms[receipt_id]
        self.settled[receipt_id] = (due, found.state.rank)
