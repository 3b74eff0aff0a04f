"""Chain events as they are stored: named keys for what each is about, everything else as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api.chain_port import BlockRef, ChainEvent
from holdfast.chain.events import UNKNOWN_LOG
from holdfast.domain.receipts import receipt_hex

SAYS_THE_SAME: Final = frozenset(
    {"Transfer", "Locked", "Unlocked", "Approval", "ApprovalForAll", "EIP712DomainChanged"}
)
"""ERC-721's, ERC-5192's and EIP-5267's events: ours say the same. Every other event is stored."""

PLEDGE_DIGITS: Final = 16

_TERMS: Final = frozenset(
    {"amountMinor", "maturity", "ltvBps", "cureS", "valueMinor", "neededMinor", "saleFrom", "paidMinor"}
    | {"proceedsMinor", "costsMinor", "lienMinor", "surplusMinor", "floorMinor", "claimMinor"}
    | {"feeMinor", "capMinor", "assertedMinor", "dueMinor", "terms"}
)
"""What only those may see who have a right in the receipt now."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Which rows a set of events is about."""

    receipts: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    pledges: set[str] = field(default_factory=set)
    cases: set[tuple[str, int]] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        """Note what one stored event is about."""
        for found, name in (
            (self.receipts, "receipt_id"),
            (self.receipts, "successor_id"),
            (self.lots, "lot_id"),
            (self.members, "member_id"),
            (self.pledges, "pledge_id"),
        ):
            if row[name] is not None:
                found.add(row[name])
        if row["case_no"] is not None:
            self.cases.add((row["contract"], row["case_no"]))


def touched_by(rows: Iterable[Mapping[str, Any]]) -> Touched:
    """What a set of stored events is about."""
    touched = Touched()
    for row in rows:
        touched.add(row)
    return touched


def pledge_hex(pledge_id: int) -> str:
    """A pledge's id as people and programs write it: 0x and 16 hex digits, the start of its order's hash."""
    return f"0x{pledge_id:0{PLEDGE_DIGITS}x}"


def event_rows(events: Sequence[ChainEvent], blocks: Mapping[int, BlockRef]) -> list[dict[str, Any]]:
    """Events as they are stored: ids and bytes as hex, other numbers as decimal text."""
    rows: list[dict[str, Any]] = []
    for event in events:
        if event.name in SAYS_THE_SAME:
            continue
        row = _row(event, blocks[event.block_number].timestamp)
        if row["pledge_id"] is not None and row["receipt_id"] is None:
            row["receipt_id"] = _receipt_before(rows, row["tx_hash"])
        rows.append(row)
    return rows


def _row(event: ChainEvent, timestamp: int) -> dict[str, Any]:
    args = plain_args(event.args)
    member, case = args.get("member"), args.get("caseNo")
    if event.name == UNKNOWN_LOG:
        # Nobody knows what it says; if it may be about a receipt, that receipt's page must say so.
        args, named = {"raw": args}, args.get("topics", [])[1:2]
        about: dict[str, Any] = {"receipt_id": named[0] if named else None}
    else:
        about = {name: args.get(key) for name, key in _KEYS.items()}
        about["successor_id"] = args.get("successorId") or args.get("releasedId")
    return {
        "block_number": event.block_number,
        "log_index": event.log_index,
        "block_hash": event.block_hash,
        "tx_hash": event.tx_hash,
        "timestamp": timestamp,
        "name": event.name[:40],
        "contract": event.contract,
        "args": args,
        **dict.fromkeys(("receipt_id", "lot_id", "pledge_id", "successor_id")),
        **about,
        "member_id": None if member is None else int(member),
        "case_no": None if case is None else int(case),
    }


_KEYS: Final = {"receipt_id": "receiptId", "lot_id": "lotId", "pledge_id": "pledgeId"}


def _receipt_before(rows: Sequence[Mapping[str, Any]], tx_hash: str) -> str | None:
    """The receipt of a pledge's event that names none: the one whose order was spent just before."""
    for row in reversed(rows):
        if row["tx_hash"] != tx_hash:
            return None
        if row["name"] == "PledgesChanged":
            found: str = row["receipt_id"]
            return found
    return None


def plain_args(args: Mapping[str, Any]) -> dict[str, Any]:
    """Event arguments as JSON that no reader rounds."""
    return {name: _named(name, value) for name, value in args.items()}


def _named(name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if name == "pledgeId":
            return pledge_hex(value)
        if name.endswith("Id"):
            return receipt_hex(value)
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return plain_args(value)
    return [_plain(item) for item in value]


def visible_args(args: dict[str, Any], *, terms: bool) -> dict[str, Any]:
    """An event's arguments; without amounts and times of loans unless the terms may be seen."""
    return {name: value for name, value in args.items() if terms or name not in _TERMS}
