"""What the chain and the records say of everything an order names, read once and asked often."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.context import AppContext
from api.event_rows import pledge_hex
from api.pledges.repository import covers
from api.problems import Problem, not_found, wrong
from api.receipts.repository import find_receipt
from api.viewer import Viewer
from holdfast.domain.document import ReceiptDocument
from holdfast.domain.encumbrances import CaseState, LienState, PledgeState
from holdfast.domain.errors import InvalidInput
from holdfast.domain.members import Role
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.domain.successors import Parent, as_it_stands
from holdfast.evidence.collection import read_document
from holdfast.store.records_engine import read


@dataclass(slots=True)
class Desk:
    """Facts for one request of one viewer; every read is of the chain as it is now."""

    context: AppContext
    viewer: Viewer
    now_s: int
    _states: dict[int, ReceiptState | None] = field(default_factory=dict)
    _pledges: dict[int, tuple[PledgeState, ...]] = field(default_factory=dict)
    _liens: dict[int, LienState] = field(default_factory=dict)

    def state(self, receipt_id: int) -> ReceiptState:
        """One receipt. Raises Problem 422 if it was never issued."""
        found = self.find(receipt_id)
        if found is None:
            name = receipt_hex(receipt_id)
            raise wrong("receiptId", name, "a receipt on the chain", code="unknown-receipt")
        return found

    def find(self, receipt_id: int) -> ReceiptState | None:
        """One receipt; None if it was never issued."""
        if receipt_id not in self._states:
            self._states[receipt_id] = self.context.chain.receipt(receipt_id)
        return self._states[receipt_id]

    def pledges(self, receipt_id: int) -> tuple[PledgeState, ...]:
        """The pledges on a receipt by rank; the chain is not asked where there are none."""
        if receipt_id not in self._pledges:
            found = self.context.chain.standing(receipt_id) if self.state(receipt_id).pledges else None
            self._pledges[receipt_id] = () if found is None else found.pledges
        return self._pledges[receipt_id]

    def covered(self, pledge_id: int) -> list[int]:
        """Receipts that a pledge of the viewer's covers now, ascending."""
        name = pledge_hex(pledge_id)
        with read(self.context.records.engine) as db:
            rows = covers(db, self.viewer, [name]).get(name, [])
        return sorted(int(row.receipt_id, 16) for row in rows if row.ended_at is None)

    def lien(self, receipt_id: int) -> LienState:
        """Storage terms on a receipt; rank 0 if there are none."""
        if receipt_id not in self._liens:
            self._liens[receipt_id] = self.context.chain.lien(receipt_id)
        return self._liens[receipt_id]

    def case(self, case_no: int) -> CaseState:
        """One court case. Raises Problem 422 if there is none."""
        found = self.context.chain.court_case(case_no)
        if found is None:
            raise wrong("caseNo", case_no, "a case that a court opened", code="unknown-case")
        return found

    def bound(self, receipt_id: int) -> frozenset[int]:
        """Members with a right in a receipt: its holder, its operator, its pledgees."""
        state = self.state(receipt_id)
        pledgees = (pledge.pledgee for pledge in self.pledges(receipt_id))
        return frozenset({state.holder, state.operator, *pledgees})

    def may_see(self, receipt_id: int) -> bool:
        """Whether the viewer may know of a receipt at all."""
        if self.find(receipt_id) is None:
            return False
        if Role.COURT in self.viewer.roles or self.viewer.member_id in self.bound(receipt_id):
            return True
        with read(self.context.records.engine) as db:
            return find_receipt(db, self.viewer, receipt_hex(receipt_id)) is not None

    def refuse_unseen(self, receipt_id: int) -> None:
        """Raise Problem 404 for a receipt the viewer may not know of."""
        if not self.may_see(receipt_id):
            raise not_found("receipt", receipt_hex(receipt_id))

    def document(self, receipt_id: int) -> ReceiptDocument:
        """A receipt's document. Raises Problem 409 if it is not kept here."""
        try:
            return read_document(self.context.records.document(receipt_hex(receipt_id)))
        except InvalidInput as error:
            text = f"the document of receipt {receipt_hex(receipt_id)} is not kept here"
            raise Problem(409, "document-missing", text) from error

    def parents(self, receipt_ids: tuple[int, ...]) -> list[Parent]:
        """Receipts with their documents, as they stand."""
        return [
            (receipt_id, as_it_stands(self.document(receipt_id), self.state(receipt_id).quantity_g))
            for receipt_id in receipt_ids
        ]
