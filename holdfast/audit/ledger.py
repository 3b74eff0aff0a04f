"""The ledger as the chain's logs tell it, rebuilt event by event: what was known before each decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from holdfast.attestation.quorum import Committee, attester_from_word
from holdfast.chain.events import ChainEvent
from holdfast.domain.errors import Refused
from holdfast.domain.orders import Kind, Order, Status, interested_members, receipt_ids
from holdfast.domain.receipts import LedgerFacts, LotState, ReceiptState


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
            tuple((m, self.accounts[m]) for m in interested_members(order) if m in self.accounts),
        )

    def apply(self, events: Iterable[ChainEvent]) -> None:
        """Move on over some events, in their order. Raises Refused for a history that cannot be."""
        for event in events:
            self._apply(event)

    def _receipt(self, event: ChainEvent) -> ReceiptState:
        found = self.receipts.get(int(event.args["receiptId"]))
        if found is None:
            raise Refused("impossible-history", f"{event.name} in {event.tx_hash} of a receipt never issued")
        return found

    def _lot(self, lot_id: bytes, event: ChainEvent) -> LotState:
        found = self.lots.get(lot_id)
        if found is None:
            raise Refused("impossible-history", f"{event.name} in {event.tx_hash} on a lot never attested")
        return found

    def _apply(self, event: ChainEvent) -> None:
        args = event.args
        if event.name in ("MemberAdded", "MemberAccountChanged"):
            self.accounts[int(args["member"])] = str(args["account"])
        elif event.name == "CommitteeChanged":
            raw = args["committee"]
            words = tuple(attester_from_word(_bytes(word)) for word in raw["attesters"])
            committee = Committee(
                raw["epoch"], raw["maxAgeS"], raw["threshold"], _bytes(raw["policyDigest"]), words
            )
            if committee.digest() != _bytes(args["committeeDigest"]):
                raise Refused(
                    "impossible-history", f"committee of epoch {committee.epoch} has another digest"
                )
            self.committees[committee.epoch] = committee
        elif event.name == "LotAttested":
            lot_id = _bytes(args["lotId"])
            self.lots[lot_id] = LotState(lot_id, args["quantityG"], 0, args["operator"])
        elif event.name == "ReceiptIssued":
            self._issued(event)
        elif event.name == "ReceiptTransferred":
            receipt = self._receipt(event)
            self._put(replace(receipt, holder=int(args["to"]), seq=receipt.seq + 1))
        elif event.name in ("ReceiptSuspended", "ReceiptReinstated"):
            receipt = self._receipt(event)
            status = Status.SUSPENDED if event.name == "ReceiptSuspended" else Status.LIVE
            self._put(replace(receipt, status=status, seq=receipt.seq + 1))
        elif event.name == "ReceiptDelivered":
            receipt = self._receipt(event)
            lot = self._lot(receipt.lot_id, event)
            out = receipt.quantity_g
            self.lots[lot.lot_id] = replace(lot, attested_g=lot.attested_g - out, live_g=lot.live_g - out)
            self._put(replace(receipt, status=Status.DELIVERED, quantity_g=0, seq=receipt.seq + 1))

    def _issued(self, event: ChainEvent) -> None:
        args = event.args
        lot = self._lot(_bytes(args["lotId"]), event)
        self.lots[lot.lot_id] = replace(lot, live_g=lot.live_g + args["quantityG"])
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

    def _put(self, receipt: ReceiptState) -> None:
        self.receipts[receipt.receipt_id] = receipt
