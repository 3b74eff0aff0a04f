"""The chain port over a node: joins the chain's readers into what the API asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from api.chain_port import BlockRef, ChainEvent
from holdfast.chain import events
from holdfast.chain.connection import Connection
from holdfast.chain.consortium import ConsortiumReader
from holdfast.chain.events import EventReader
from holdfast.chain.modules import ModuleReader
from holdfast.chain.standing import StandingReader
from holdfast.chain.value import ValueReader
from holdfast.chain.warehouse_receipt import WarehouseReceiptReader
from holdfast.domain.encumbrances import CaseState, LienState
from holdfast.domain.errors import Refused
from holdfast.domain.members import Member
from holdfast.domain.receipts import LotState, ReceiptState
from holdfast.domain.standing import Standing
from holdfast.domain.valuation import Cover


class NodeChain:
    """One node, read through `holdfast.chain`. `title` makes the title proof file of a receipt."""

    def __init__(self, connection: Connection, title: Callable[[int], dict[str, Any]]) -> None:
        self._connection = connection
        self._receipts = WarehouseReceiptReader(connection)
        self._members = ConsortiumReader(connection)
        self._events = EventReader(connection)
        self._modules = ModuleReader(connection)
        self._title = title

    def head(self) -> BlockRef:
        """The newest block."""
        return _block(self._connection.head())

    def block(self, number: int) -> BlockRef | None:
        """The block at a height; None above the head."""
        if number > self._connection.head().number:
            return None
        return _block(self._connection.block(number))

    def events(self, from_block: int, to_block: int) -> Sequence[ChainEvent]:
        """Events of every contract of ours in these blocks, ends included."""
        return [_event(found) for found in self._events.events(from_block, to_block)]

    def earlier_events(self, contract: str, before_block: int) -> Sequence[ChainEvent]:
        """What a module wrote before it was given rights, up to a block left out."""
        return [_event(found) for found in self._events.earlier(contract, before_block)]

    def standing(self, receipt_id: int, *, value: bool = False) -> Standing | None:
        """How a receipt stands now; None if it was never issued. Raises Misconfigured without modules."""
        return StandingReader(self._connection).standing(receipt_id, value=value)

    def cover(self, pledge_id: int, receipt_ids: Sequence[int]) -> Cover:
        """What a pledge needs now, against the value of all its receipts. Raises Refused without a value."""
        return ValueReader(self._connection).cover(pledge_id, receipt_ids)

    def receipt(self, receipt_id: int) -> ReceiptState | None:
        """One receipt now; None if it was never issued."""
        return self._receipts.receipt(receipt_id)

    def lot(self, lot_id: bytes) -> LotState | None:
        """One lot now; None if none was attested."""
        return self._receipts.lot(lot_id)

    def court_case(self, case_no: int) -> CaseState | None:
        """One court case now; None if there is none."""
        return self._modules.court_case(case_no)

    def lien(self, receipt_id: int) -> LienState:
        """Storage terms and the lien on a receipt now; rank 0 if there are none."""
        return self._modules.lien(receipt_id)

    def member(self, member_id: int) -> Member | None:
        """One member now; None if there is none."""
        try:
            return self._members.member(member_id)
        except Refused as error:
            if error.reason == "unknown-member":
                return None
            raise

    def title_bundle(self, receipt_id: int) -> dict[str, Any]:
        """The title proof file of a receipt at the newest block."""
        return self._title(receipt_id)


def _event(found: events.ChainEvent) -> ChainEvent:
    return ChainEvent(
        found.name,
        found.args,
        found.block_number,
        found.block_hash,
        found.tx_hash,
        found.log_index,
        found.contract,
    )


def _block(found: Any) -> BlockRef:
    return BlockRef(found.number, found.hash, found.parent_hash, found.timestamp_s)
