"""What the chain says now of everything an order names, read at one block."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.chain.connection import ChainSettings, Connection
from holdfast.chain.consortium import ConsortiumReader
from holdfast.chain.events import EventReader
from holdfast.chain.modules import ModuleReader
from holdfast.chain.standing import StandingReader
from holdfast.chain.warehouse_receipt import WarehouseReceiptReader
from holdfast.domain.acts import AnyOrder
from holdfast.domain.interests import barred_besides
from holdfast.domain.orders import named_members, receipt_ids
from holdfast.domain.receipts import LedgerFacts


@dataclass(frozen=True, slots=True)
class Chain:
    """One node with a short wrapper per contract."""

    connection: Connection
    consortium: ConsortiumReader
    receipts: WarehouseReceiptReader
    events: EventReader
    modules: ModuleReader

    def facts(self, order: AnyOrder, lot_id: bytes) -> LedgerFacts:
        """Lot, receipts and parties' accounts at the newest block. Raises Unreachable, Refused."""
        head = self.connection.head()
        return LedgerFacts(
            head.number,
            head.timestamp_s,
            self.receipts.lot(lot_id, head.number),
            tuple(self.receipts.receipt(receipt_id, head.number) for receipt_id in receipt_ids(order)),
            tuple((member, self.consortium.member(member).account) for member in named_members(order)),
        )

    def barred_besides(self, order: AnyOrder) -> frozenset[int]:
        """Members that `interests.barred_besides` finds at the newest block. Raises as `facts`."""

        def holder_of(receipt_id: int) -> int:
            found = self.receipts.receipt(receipt_id)
            return 0 if found is None else found.holder

        def pledgees_of(receipt_id: int) -> list[int]:
            found = StandingReader(self.connection).standing(receipt_id)
            return [] if found is None else [pledge.pledgee for pledge in found.pledges]

        return barred_besides(order, holder_of, pledgees_of)


def open_chain(settings: ChainSettings, *, verify: bool = True) -> Chain:
    """Connect to a node and check that it is ours. Raises Misconfigured, Unreachable."""
    connection = Connection(settings)
    if verify:
        connection.verify()
    return Chain(
        connection,
        ConsortiumReader(connection),
        WarehouseReceiptReader(connection),
        EventReader(connection),
        ModuleReader(connection),
    )
