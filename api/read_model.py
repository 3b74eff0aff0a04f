"""The read model as a fold over stored events: the same events always give the same rows.

After new events, and after a rewind took some away, the rows they touch are folded anew from all that
remain; so a rewind needs no inverse of any event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select

from api.chain_port import BlockRef, ChainEvent
from holdfast.attestation.quorum import attester_from_word
from holdfast.domain.orders import Status
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_chain_tables import (
    chain_events,
    chain_lots,
    chain_members,
    chain_receipts,
    receipt_parties,
)

STORED = frozenset(
    {"LotAttested", "ReceiptIssued", "ReceiptTransferred", "ReceiptSuspended", "ReceiptReinstated"}
    | {"ReceiptDelivered", "Attested", "CommitteeChanged", "MemberAdded", "MemberAccountChanged"}
    | {"MemberRolesChanged", "MemberActiveChanged", "MemberEncryptionKeyChanged"}
)
"""Events the fold reads. Others (ERC-721's Transfer, ERC-5192's Locked) say the same twice."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Which rows a set of events is about."""

    receipts: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    members: set[int] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        """Note what one stored event is about."""
        for found, name in (
            (self.receipts, "receipt_id"),
            (self.lots, "lot_id"),
            (self.members, "member_id"),
        ):
            if row[name] is not None:
                found.add(row[name])


def event_row(event: ChainEvent, block: BlockRef) -> dict[str, Any]:
    """An event as it is stored: receipt ids and bytes as hex, other numbers as decimal text."""
    args = plain_args(event.args)
    receipt, lot, member = args.get("receiptId"), args.get("lotId"), args.get("member")
    return {
        "block_number": event.block_number,
        "log_index": event.log_index,
        "block_hash": event.block_hash,
        "tx_hash": event.tx_hash,
        "timestamp": block.timestamp,
        "name": event.name,
        "args": args,
        "receipt_id": receipt,
        "lot_id": lot,
        "member_id": None if member is None else int(member),
    }


def plain_args(args: Mapping[str, Any]) -> dict[str, Any]:
    """Event arguments as JSON that no reader rounds."""
    return {
        name: receipt_hex(value) if name == "receiptId" else _plain(value) for name, value in args.items()
    }


def refold(db: Connection, touched: Touched) -> None:
    """Compute the touched rows anew from the events that are stored now."""
    for receipt_id in touched.receipts:
        _refold_receipt(db, receipt_id)
    issued = select(chain_events.c.lot_id).where(
        chain_events.c.name == "ReceiptIssued", chain_events.c.receipt_id.in_(touched.receipts)
    )
    for lot_id in touched.lots | set(db.scalars(issued).all()):
        _refold_lot(db, lot_id)
    for member_id in touched.members:
        _refold_member(db, member_id)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray):
        return "0x" + bytes(value).hex()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value]


def _events(db: Connection, *conditions: Any) -> list[Row[Any]]:
    query = select(chain_events).where(*conditions)
    return list(db.execute(query.order_by(chain_events.c.block_number, chain_events.c.log_index)).all())


def _refold_receipt(db: Connection, receipt_id: str) -> None:
    db.execute(delete(chain_receipts).where(chain_receipts.c.receipt_id == receipt_id))
    db.execute(delete(receipt_parties).where(receipt_parties.c.receipt_id == receipt_id))
    state: dict[str, Any] = {}
    parties: set[tuple[int, str]] = set()
    for event in _events(db, chain_events.c.receipt_id == receipt_id):
        attested = attestation_of(db, event)
        _apply(state, event, attested)
        if not state:
            continue
        parties |= {(state["holder"], "holder"), (state["operator"], "operator")}
        parties |= {(member, "attester") for member in signers_of(db, attested)}
    if not state:
        return
    db.execute(insert(chain_receipts).values(**state))
    rows = [
        {"receipt_id": receipt_id, "member_id": member, "relation": relation} for member, relation in parties
    ]
    db.execute(insert(receipt_parties), rows)


def _apply(state: dict[str, Any], event: Row[Any], attested: Row[Any] | None) -> None:
    """One step of a receipt's life."""
    args = event.args
    if event.name == "ReceiptIssued":
        state |= {
            "receipt_id": event.receipt_id,
            "lot_id": args["lotId"],
            "holder": int(args["holder"]),
            "operator": int(args["operator"]),
            "status": int(Status.LIVE),
            "kind": int(args["kind"]),
            "quantity_g": args["quantityG"],
            "expires_at": int(args["expiresAt"]),
            "seq": 0,
            "issued_block": event.block_number,
            "issued_log_index": event.log_index,
            "issued_at": event.timestamp,
        }
    elif not state:
        return  # its issue is before the first block that is indexed
    else:
        state["seq"] = int(args["seq"]) + 1
        if event.name == "ReceiptTransferred":
            state["holder"] = int(args["to"])
        elif event.name == "ReceiptSuspended":
            state["status"] = int(Status.SUSPENDED)
        elif event.name == "ReceiptReinstated":
            state["status"] = int(Status.LIVE)
        elif event.name == "ReceiptDelivered":
            state |= {"status": int(Status.DELIVERED), "quantity_g": "0"}
    state |= {"updated_block": event.block_number, "updated_at": event.timestamp}
    if attested is not None:
        state["evidence_digest"] = attested.args["evidenceDigest"]
        state["evidence_location"] = attested.args["evidenceLocation"]
        state["observed_at"] = int(attested.args["observedAt"])
        state["valid_until"] = int(attested.args["validUntil"])


def attestation_of(db: Connection, event: Row[Any]) -> Row[Any] | None:
    """The Attested event an act rests on: the next one in its transaction, as the contract emits the
    acts of an order first. A transaction may carry several orders, so the next one, not just any.
    """
    found = _events(
        db,
        chain_events.c.tx_hash == event.tx_hash,
        chain_events.c.name == "Attested",
        chain_events.c.log_index > event.log_index,
    )
    return found[0] if found else None


def signers_of(db: Connection, attested: Row[Any] | None) -> list[int]:
    """Members whose attesters signed: bit i of `signers` is attester i of the epoch's committee."""
    if attested is None:
        return []
    epoch, bits = attested.args["epoch"], int(attested.args["signers"])
    for event in reversed(_events(db, chain_events.c.name == "CommitteeChanged")):
        if event.args["epoch"] == epoch:
            words = event.args["committee"]["attesters"]
            signed = [word for place, word in enumerate(words) if bits >> place & 1]
            return [attester_from_word(bytes.fromhex(word[2:])).member for word in signed]
    return []


def _refold_lot(db: Connection, lot_id: str) -> None:
    """A lot from its own events and from the deliveries of its receipts, which do not name it."""
    db.execute(delete(chain_lots).where(chain_lots.c.lot_id == lot_id))
    issued = select(chain_events.c.receipt_id).where(
        chain_events.c.lot_id == lot_id, chain_events.c.name == "ReceiptIssued"
    )
    delivered = and_(chain_events.c.name == "ReceiptDelivered", chain_events.c.receipt_id.in_(issued))
    operator, attested, live = 0, 0, 0
    for event in _events(db, or_(chain_events.c.lot_id == lot_id, delivered)):
        quantity = int(event.args["quantityG"])
        if event.name == "LotAttested":
            operator, attested = int(event.args["operator"]), quantity
        elif event.name == "ReceiptIssued":
            live += quantity
        else:
            live, attested = live - quantity, attested - quantity
    if operator:
        row = {"lot_id": lot_id, "operator": operator, "attested_g": str(attested), "live_g": str(live)}
        db.execute(insert(chain_lots).values(**row))


def _refold_member(db: Connection, member_id: int) -> None:
    db.execute(delete(chain_members).where(chain_members.c.member_id == member_id))
    state: dict[str, Any] = {}
    for event in _events(db, chain_events.c.member_id == member_id):
        args = event.args
        if event.name == "MemberAdded":
            state = {"account": args["account"], "roles": int(args["roles"]), "active": True}
        elif event.name == "MemberAccountChanged" and state:
            state["account"] = args["account"]
        elif event.name == "MemberRolesChanged" and state:
            state["roles"] = int(args["roles"])
        elif event.name == "MemberActiveChanged" and state:
            state["active"] = bool(args["active"])
    if state:
        db.execute(insert(chain_members).values(member_id=member_id, **state))


def touched_by(rows: Iterable[Mapping[str, Any]]) -> Touched:
    """What a set of stored events is about."""
    touched = Touched()
    for row in rows:
        touched.add(row)
    return touched
