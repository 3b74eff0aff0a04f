"""The ledger as the chain's logs tell it, rebuilt event by event: what was known before each decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from holdfast.attestation.quorum import Committee, attester_from_word
from holdfast.chain.events import ChainEvent
from holdfast.domain.errors import Refused
from holdfast.domain.orders import Kind, Order, Status, named_members, receipt_ids
from holdfast.domain.receipts import LedgerFacts, LotState, ReceiptState


def _impossible(event: ChainEvent, why: str) -> Refused:
    return Refused("impossible-history", f"{event.name} in {event.tx_hash} {why}")


def _bytes(value: object) -> bytes:
    return bytes.fromhex(str(value)[2:])


@dataclass(slots=True)
class Ledger:
    """Members' accounts, committees, lots and receipts at one point of the chain's history."""

    accounts: dict[int, str] = field(default_factory=dict)
    committees: dict[int, Committee] = field(default_factory=dict)
    lots: dict[bytes, LotState] = field(default_factory=dict)
    receipts: dict[int, ReceiptState] = field(default_factory=dict)

    def facts(self, order: Order, lot_id: bytes, block_number: int, now_s: int) -> LedgerFacts:
        """What the chain said of everything an order names, at this point."""
        return LedgerFacts(
            block_number,
            now_s,
            self.lots.get(lot_id),
            tuple(self.receipts.get(receipt_id) for receipt_id in receipt_ids(order)),
            tuple((m, self.accounts[m]) for m in named_members(order) if m in self.accounts),
        )

    def apply(self, events: Iterable[ChainEvent]) -> None:
        """Move on over some events, in their order. Raises Refused for a history that cannot be."""
        for event in events:
            self._apply(event)

    def _next(self, event: ChainEvent, wanted: Status) -> ReceiptState:
        """The receipt an event is about, which must stand so that this is its next act."""
        found = self.receipts.get(int(event.args["receiptId"]))
        if found is None:
            raise _impossible(event, "of a receipt never issued")
        if found.status is not wanted:
            raise _impossible(event, f"of a receipt that is {found.status.name.lower()}")
        if found.seq != event.args["seq"]:
            raise _impossible(event, f"numbered {event.args['seq']}, expected was {found.seq}")
        return replace(found, seq=found.seq + 1)

    def _lot(self, lot_id: bytes, event: ChainEvent) -> LotState:
        found = self.lots.get(lot_id)
        if found is None:
            raise _impossible(event, "on a lot never attested")
        return found

    def _apply(self, event: ChainEvent) -> None:
        args = event.args
        if event.name in ("MemberAdded", "MemberAccountChanged"):
            self.accounts[int(args["member"])] = str(args["account"])
        elif event.name == "CommitteeChanged":
            self._committee(event)
        elif event.name == "LotAttested":
            lot_id = _bytes(args["lotId"])
            if lot_id in self.lots and self.lots[lot_id].attested_g:
                raise _impossible(event, "of a lot that is attested and not yet delivered")
            self.lots[lot_id] = LotState(lot_id, args["quantityG"], 0, args["operator"])
        elif event.name == "ReceiptIssued":
            self._issued(event)
        elif event.name == "ReceiptTransferred":
            receipt = self._next(event, Status.LIVE)
            if receipt.holder != args["from"]:
                raise _impossible(event, f"by member {args['from']}, the holder was {receipt.holder}")
            self._put(replace(receipt, holder=int(args["to"])))
        elif event.name == "ReceiptSuspended":
            self._put(replace(self._next(event, Status.LIVE), status=Status.SUSPENDED))
        elif event.name == "ReceiptReinstated":
            self._put(replace(self._next(event, Status.SUSPENDED), status=Status.LIVE))
        elif event.name == "ReceiptDelivered":
            self._delivered(event)

    def _committee(self, event: ChainEvent) -> None:
        raw = event.args["committee"]
        words = tuple(attester_from_word(_bytes(word)) for word in raw["attesters"])
        policy = _bytes(raw["policyDigest"])
        committee = Committee(raw["epoch"], raw["maxAgeS"], raw["threshold"], policy, words)
        if committee.digest() != _bytes(event.args["committeeDigest"]):
            raise _impossible(event, f"of a committee of epoch {committee.epoch} with another digest")
        self.committees[committee.epoch] = committee

    def _issued(self, event: ChainEvent) -> None:
        args = event.args
        lot = self._lot(_bytes(args["lotId"]), event)
        if int(args["receiptId"]) in self.receipts:
            raise _impossible(event, "of a receipt issued before")
        if args["operator"] != lot.operator:
            raise _impossible(event, f"by operator {args['operator']}, the lot is kept by {lot.operator}")
        live_g = lot.live_g + args["quantityG"]
        if live_g > lot.attested_g:
            raise _impossible(event, f"brings {live_g} g to life on a lot of {lot.attested_g} g")
        self.lots[lot.lot_id] = replace(lot, live_g=live_g)
        self._put(
            ReceiptState(
                receipt_id=int(args["receiptId"]),
                holder=args["holder"],
                operator=args["operator"],
                status=Status.LIVE,
                kind=Kind(args["kind"]),
                expires_at=args["expiresAt"],
                seq=0,
                quantity_g=args["quantityG"],
                lot_id=lot.lot_id,
            )
        )

    def _delivered(self, event: ChainEvent) -> None:
        receipt = self._next(event, Status.LIVE)
        if (receipt.holder, receipt.quantity_g) != (event.args["holder"], event.args["quantityG"]):
            raise _impossible(event, f"of other goods than the {receipt.quantity_g} g of {receipt.holder}")
        lot, out = self._lot(receipt.lot_id, event), receipt.quantity_g
        self.lots[lot.lot_id] = replace(lot, attested_g=lot.attested_g - out, live_g=lot.live_g - out)
        self._put(replace(receipt, status=Status.DELIVERED, quantity_g=0))

    def _put(self, receipt: ReceiptState) -> None:
        self.receipts[receipt.receipt_id] = receipt
