"""Who asks, and what that member may see.

The rules, applied inside every query (a row that may not be seen is not found, 404):

- a receipt: members that hold or ever held it, its operator and its depositor; INSPECTOR and BANK
  members whose attester signed for it; its pledgees and the courts that froze it, while their right
  lasts; members named in an open order on it that the holder or its first pledgee has signed (a buyer
  checks title before it signs); REGULATOR members see all.
- the terms of a pledge (amount, maturity, default): its pledgee and its pledgor; and on a receipt they
  may see whoever holds or keeps it now, its pledgees and courts, and members in such an open order.
  Others who may see the receipt see that it is pledged, to whom and in what rank.
- a court case: its court, and whoever may see a receipt it is or was on.
- a delivery: whoever may see its receipt, and the holder of the pledge bond that ended by it.
- a split: whoever may see the receipt that was split.
- a decision (board, frames, evidence list): whoever was entitled to the evidence when it was sealed,
  and, once it is on the chain, whoever may see one of its receipts; REGULATOR all.
- an order: its signers, its submitter and its named parties; REGULATOR all.
- a lot: its operator, and whoever may see a receipt on it; REGULATOR all.
- members and their public names: every member.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, true

from holdfast.domain.members import Role
from holdfast.store.records_burden_tables import chain_cases, chain_covers, chain_freezes, chain_pledges
from holdfast.store.records_chain_tables import chain_events, chain_lots, chain_receipts, receipt_parties
from holdfast.store.records_tables import (
    decision_entitled,
    decision_receipts,
    decisions,
    documents,
    order_parties,
    order_signatures,
    orders,
)
from holdfast.store.records_types import OPEN

_PARTY = receipt_parties.alias("viewer_party")
_DOCUMENT = documents.alias("viewer_document")
_ORDER = orders.alias("viewer_order")
_ORDER_PARTY = order_parties.alias("viewer_order_party")
_ORDER_SIGNATURE = order_signatures.alias("viewer_order_signature")
_RECEIPT = chain_receipts.alias("viewer_receipt")
_DECISION_RECEIPT = decision_receipts.alias("viewer_decision_receipt")
_ENTITLED = decision_entitled.alias("viewer_entitled")
_COVER = chain_covers.alias("viewer_cover")
_OPEN = tuple(status.value for status in OPEN)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The member a valid token speaks for, with the roles the chain gives it now."""

    member_id: int
    roles: Role

    @property
    def sees_all(self) -> bool:
        """Supervision reads everything and changes nothing."""
        return Role.REGULATOR in self.roles

    @property
    def reads_as_attester(self) -> bool:
        """An inspector or bank that attested keeps sight of what it attested."""
        return bool(self.roles & (Role.INSPECTOR | Role.BANK))


def may_see_receipt(viewer: Viewer, receipt: FromClause = chain_receipts) -> ColumnElement[bool]:
    """Condition on `chain_receipts`, or on an alias of it."""
    if viewer.sees_all:
        return true()
    relations = ["holder", "operator"] + (["attester"] if viewer.reads_as_attester else [])
    party = _party(viewer, receipt, _PARTY.c.relation.in_(relations))
    depositor = exists().where(
        _DOCUMENT.c.receipt_id == receipt.c.receipt_id, _DOCUMENT.c.depositor == viewer.member_id
    )
    return or_(party, depositor, _burdens(viewer, receipt), _offered(viewer, receipt))


def may_see_terms(viewer: Viewer, receipt: FromClause = chain_receipts) -> ColumnElement[bool]:
    """Condition on a receipt: what the loans on it are is the business of those with a right in it now."""
    if viewer.sees_all:
        return true()
    own = or_(receipt.c.holder == viewer.member_id, receipt.c.operator == viewer.member_id)
    return or_(own, _burdens(viewer, receipt), _offered(viewer, receipt))


def may_see_pledge(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `chain_pledges`."""
    if viewer.sees_all:
        return true()
    own = or_(
        chain_pledges.c.pledgee == viewer.member_id,
        chain_pledges.c.pledgor == viewer.member_id,
    )
    covered = exists().where(
        _COVER.c.pledge_id == chain_pledges.c.pledge_id,
        _COVER.c.ended_at.is_(None),
        _RECEIPT.c.receipt_id == _COVER.c.receipt_id,
        may_see_terms(viewer, _RECEIPT),
    )
    return or_(own, covered)


def may_see_freeze(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `chain_freezes` joined with `chain_cases`."""
    if viewer.sees_all:
        return true()
    on_it = exists().where(
        _RECEIPT.c.receipt_id == chain_freezes.c.receipt_id, may_see_receipt(viewer, _RECEIPT)
    )
    return or_(chain_cases.c.court == viewer.member_id, on_it)


def may_see_delivery(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `chain_events` that tell of a delivery, joined with `chain_receipts`."""
    if viewer.sees_all:
        return true()
    bond = exists().where(
        _COVER.c.receipt_id == chain_events.c.receipt_id,
        _COVER.c.ended_how == "delivered",
        _COVER.c.ended_at == chain_events.c.timestamp,
        chain_pledges.c.pledge_id == _COVER.c.pledge_id,
        chain_pledges.c.pledgee == viewer.member_id,
    )
    return or_(may_see_receipt(viewer), bond)


def _party(viewer: Viewer, receipt: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        _PARTY.c.receipt_id == receipt.c.receipt_id, _PARTY.c.member_id == viewer.member_id, *conditions
    )


def _burdens(viewer: Viewer, receipt: FromClause) -> ColumnElement[bool]:
    """The viewer has a pledge on the receipt now, or froze it."""
    relations = _PARTY.c.relation.in_(("pledgee", "court"))
    return _party(viewer, receipt, relations, _PARTY.c.ended_at.is_(None))


def _offered(viewer: Viewer, receipt: FromClause) -> ColumnElement[bool]:
    """An open order on the receipt names the viewer, and whoever may offer it has signed."""
    return exists().where(
        _ORDER.c.receipt_id == receipt.c.receipt_id,
        _ORDER.c.seq == receipt.c.seq,
        _ORDER.c.status.in_(_OPEN),
        _ORDER_PARTY.c.order_id == _ORDER.c.id,
        _ORDER_PARTY.c.member_id == viewer.member_id,
        _ORDER_SIGNATURE.c.order_id == _ORDER.c.id,
        _ORDER_SIGNATURE.c.member_id.in_((receipt.c.holder, receipt.c.first_pledgee)),
    )


def may_see_lot(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `chain_lots`."""
    if viewer.sees_all:
        return true()
    on_it = exists().where(_RECEIPT.c.lot_id == chain_lots.c.lot_id, may_see_receipt(viewer, _RECEIPT))
    return or_(chain_lots.c.operator == viewer.member_id, on_it)


def may_see_decision(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `decisions`."""
    if viewer.sees_all:
        return true()
    entitled = exists().where(
        _ENTITLED.c.decision_id == decisions.c.id, _ENTITLED.c.member_id == viewer.member_id
    )
    of_receipt = exists().where(
        _DECISION_RECEIPT.c.decision_id == decisions.c.id,
        _RECEIPT.c.receipt_id == _DECISION_RECEIPT.c.receipt_id,
        may_see_receipt(viewer, _RECEIPT),
    )
    return or_(entitled, and_(decisions.c.tx_hash.is_not(None), of_receipt))


def may_see_order(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `orders`."""
    if viewer.sees_all:
        return true()
    return exists().where(
        _ORDER_PARTY.c.order_id == orders.c.id, _ORDER_PARTY.c.member_id == viewer.member_id
    )
