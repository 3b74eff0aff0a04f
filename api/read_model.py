"""The read model as a fold over stored events: the same events always give the same rows.

After new events, and after a rewind took some away, the rows they touch are folded anew from all that
remain; so a rewind needs no inverse of any event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select

from api.event_rows import Touched
from api.fold_burdens import fold_case, fold_pledge, pledgees
from api.fold_receipt import LEAVES, SUCCEEDED, ReceiptFold
from holdfast.attestation.quorum import attester_from_word
from holdfast.chain.events import core_events
from holdfast.chain.freshness import NEVER_ATTESTED
from holdfast.store.records_burden_tables import chain_cases, chain_covers, chain_freezes, chain_pledges
from holdfast.store.records_chain_tables import (
    chain_events,
    chain_links,
    chain_lots,
    chain_members,
    chain_receipts,
    receipt_parties,
)


def refold(db: Connection, touched: Touched) -> None:
    """Compute the touched rows anew from the events that are stored now."""
    pledges, cases = set(touched.pledges), set(touched.cases)
    for receipt_id in _oldest_first(db, touched.receipts):
        pledges |= _refold_receipt(db, receipt_id)
    for pledge_id in pledges:
        _refold_pledge(db, pledge_id)
    for contract, case_no in cases:
        _refold_case(db, contract, case_no)
    for receipt_id in touched.receipts | _receipts_of(db, pledges, cases):
        _refold_burden_parties(db, receipt_id)
    issued = select(chain_events.c.lot_id).where(
        chain_events.c.name == "ReceiptIssued", chain_events.c.receipt_id.in_(touched.receipts)
    )
    for lot_id in touched.lots | set(db.scalars(issued).all()):
        _refold_lot(db, lot_id)
    for member_id in touched.members:
        _refold_member(db, member_id)


def _events(db: Connection, *conditions: Any) -> list[Row[Any]]:
    query = select(chain_events).where(*conditions)
    return list(db.execute(query.order_by(chain_events.c.block_number, chain_events.c.log_index)).all())


def _oldest_first(db: Connection, receipts: Iterable[str]) -> list[str]:
    """Receipts in the order of their issue: what a successor inherits must be known before it."""
    issues = _events(db, chain_events.c.name == "ReceiptIssued", chain_events.c.receipt_id.in_(receipts))
    known = list(dict.fromkeys(event.receipt_id for event in issues))
    return known + sorted(set(receipts) - set(known))


def _refold_receipt(db: Connection, receipt_id: str) -> set[str]:
    """Fold a receipt anew; the pledges that are, were or no longer are on it."""
    before = select(chain_covers.c.pledge_id).where(chain_covers.c.receipt_id == receipt_id)
    pledges = set(db.scalars(before).all())
    inherits = select(chain_links.c.inherits).where(chain_links.c.successor_id == receipt_id).limit(1)
    left: dict[str, Any] = db.scalar(inherits) or {}
    fold = ReceiptFold(receipt_id, left)
    about = or_(chain_events.c.receipt_id == receipt_id, chain_events.c.successor_id == receipt_id)
    for event in _events(db, about):
        attested = None if event.name == "ReceiptIssued" and left else attestation_of(db, event)
        fold.apply(event, attested, signers_of(db, attested))
    fold.close()
    for table in (chain_receipts, receipt_parties, chain_links, chain_covers, chain_freezes):
        db.execute(delete(table).where(table.c.receipt_id == receipt_id))
    if fold.state:
        db.execute(insert(chain_receipts).values(**fold.state))
        parties = [{"member_id": m, "relation": relation} for m, relation in fold.parties]
        links = [{"successor_id": successor, **link} for successor, link in fold.links.items()]
        rows = {
            receipt_parties: parties,
            chain_links: links,
            chain_covers: list(fold.covers.values()),
            chain_freezes: fold.freezes,
        }
        for table, values in rows.items():
            if values:
                db.execute(insert(table), [{"receipt_id": receipt_id, **value} for value in values])
    return pledges | set(fold.covers)


def _refold_pledge(db: Connection, pledge_id: str) -> None:
    covers = db.execute(select(chain_covers).where(chain_covers.c.pledge_id == pledge_id)).all()
    state = fold_pledge(_events(db, chain_events.c.pledge_id == pledge_id), covers)
    db.execute(delete(chain_pledges).where(chain_pledges.c.pledge_id == pledge_id))
    if state:
        db.execute(insert(chain_pledges).values(**state))


def _refold_case(db: Connection, contract: str, case_no: int) -> None:
    own = and_(chain_events.c.case_no == case_no, chain_events.c.contract == contract)
    state = fold_case(_events(db, own))
    same = and_(chain_cases.c.case_no == case_no, chain_cases.c.contract == contract)
    db.execute(delete(chain_cases).where(same))
    if state:
        db.execute(insert(chain_cases).values(**state))


def _receipts_of(db: Connection, pledges: set[str], cases: set[tuple[str, int]]) -> set[str]:
    """Receipts that these pledges or cases are or were on."""
    covered = select(chain_covers.c.receipt_id).where(chain_covers.c.pledge_id.in_(pledges))
    found = set(db.scalars(covered).all())
    for contract, case_no in cases:
        found |= set(db.scalars(frozen_under(contract, case_no)).all())
    return found


def frozen_under(contract: str, case_no: int) -> Any:
    """Receipts that a case holds or waits for: a query for their ids."""
    return select(chain_freezes.c.receipt_id).where(
        chain_freezes.c.contract == contract,
        chain_freezes.c.case_no == case_no,
        chain_freezes.c.ended_at.is_(None),
    )


def _refold_burden_parties(db: Connection, receipt_id: str) -> None:
    """Pledgees and courts of a receipt: they see it as long as their right lasts."""
    found: dict[tuple[int, str], int | None] = {}

    def add(member: int, relation: str, ended_at: int | None) -> None:
        known = found.get((member, relation), -1)
        over = None if known is None or ended_at is None else max(known, ended_at)
        found[member, relation] = over

    for cover in db.execute(select(chain_covers).where(chain_covers.c.receipt_id == receipt_id)).all():
        for member, ended_at in pledgees(_events(db, chain_events.c.pledge_id == cover.pledge_id), cover):
            add(member, "pledgee", ended_at)
    courts = select(chain_freezes.c.ended_at, chain_cases.c.court).where(
        chain_freezes.c.receipt_id == receipt_id,
        chain_cases.c.contract == chain_freezes.c.contract,
        chain_cases.c.case_no == chain_freezes.c.case_no,
    )
    for row in db.execute(courts).all():
        add(row.court, "court", row.ended_at)
    relation = receipt_parties.c.relation.in_(("pledgee", "court"))
    db.execute(delete(receipt_parties).where(receipt_parties.c.receipt_id == receipt_id, relation))
    rows = [
        {"receipt_id": receipt_id, "member_id": member, "relation": what, "ended_at": ended_at}
        for (member, what), ended_at in found.items()
    ]
    if rows:
        db.execute(insert(receipt_parties), rows)


def attestation_of(db: Connection, event: Row[Any]) -> Row[Any] | None:
    """The Attested event an act rests on: the next one in its transaction, as the contract emits the
    acts of an order first. A transaction may carry several orders, so the next one, not just any.
    """
    if event.name in NEVER_ATTESTED:
        return None
    conditions = [
        chain_events.c.tx_hash == event.tx_hash,
        chain_events.c.name == "Attested",
        chain_events.c.log_index > event.log_index,
    ]
    if event.name not in core_events():
        conditions.append(chain_events.c.contract == event.contract)
    found = _events(db, *conditions)
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
    """A lot from its own events and from what left it with its receipts, which do not always name it.

    A receipt that takes the place of another brings no goods.
    """
    db.execute(delete(chain_lots).where(chain_lots.c.lot_id == lot_id))
    on_it = and_(chain_events.c.lot_id == lot_id, chain_events.c.name == "ReceiptIssued")
    issued = select(chain_events.c.receipt_id).where(on_it)
    replaced = and_(chain_events.c.name.in_(SUCCEEDED), chain_events.c.successor_id.in_(issued))
    successors = set(db.scalars(select(chain_events.c.successor_id).where(replaced)).all())
    left = and_(chain_events.c.name.in_(LEAVES), chain_events.c.receipt_id.in_(issued))
    operator, attested, live = 0, 0, 0
    for event in _events(db, or_(chain_events.c.lot_id == lot_id, left)):
        if event.name == "LotAttested":
            operator, attested = int(event.args["operator"]), int(event.args["quantityG"])
        elif event.name == "ReceiptIssued" and event.receipt_id not in successors:
            live += int(event.args["quantityG"])
        elif event.name in LEAVES:
            gone = int(event.args[LEAVES[event.name]])
            live, attested = live - gone, attested - gone
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
