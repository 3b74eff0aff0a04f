"""What the API asks of a chain: a port, so that tests run on a chain in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from holdfast.domain.encumbrances import CaseState, LienState
from holdfast.domain.members import Member
from holdfast.domain.receipts import LotState, ReceiptState
from holdfast.domain.standing import Standing
from holdfast.domain.valuation import Cover


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block by number and by hash (`0x` and 64 hex digits); `timestamp` is unix seconds."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One decoded log entry, and the address of the contract that wrote it.

    `args` are named as in the contracts' interfaces: whole numbers as int, bytesN as bytes or `0x` hex,
    addresses as checksummed text, structs as mappings by field name.
    """

    name: str
    args: Mapping[str, Any]
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int
    contract: str = ""


class ChainPort(Protocol):
    """Reads of one chain. Every method raises Unreachable when the node does not answer."""

    def head(self) -> BlockRef:
        """The newest block."""
        ...

    def block(self, number: int) -> BlockRef | None:
        """The block at a height; None above the head."""
        ...

    def events(self, from_block: int, to_block: int) -> Sequence[ChainEvent]:
        """Events of every contract of ours in these blocks, ends included, in chain order."""
        ...

    def earlier_events(self, contract: str, before_block: int) -> Sequence[ChainEvent]:
        """What a module wrote before it was given rights, up to a block left out."""
        ...

    def standing(self, receipt_id: int, *, value: bool = False) -> Standing | None:
        """How a receipt stands now, with what its goods are worth if asked for; None if never issued."""
        ...

    def cover(self, pledge_id: int, receipt_ids: Sequence[int]) -> Cover:
        """What a pledge needs now, against the value of all its receipts. Raises Refused without a value."""
        ...

    def receipt(self, receipt_id: int) -> ReceiptState | None:
        """One receipt now; None if it was never issued."""
        ...

    def lot(self, lot_id: bytes) -> LotState | None:
        """One lot now; None if none was attested."""
        ...

    def court_case(self, case_no: int) -> CaseState | None:
        """One court case now; None if there is none."""
        ...

    def lien(self, receipt_id: int) -> LienState:
        """Storage terms and the lien on a receipt now; rank 0 if there are none."""
        ...

    def member(self, member_id: int) -> Member | None:
        """One member now; None if there is none."""
        ...

    def title_bundle(self, receipt_id: int) -> dict[str, Any]:
        """The title proof file of a receipt at the newest block."""
        ...
