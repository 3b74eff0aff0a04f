"""What an order in the queue rests on: the order itself, its documents, and where its goods lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from holdfast.attestation.act_types import ACT_TYPES
from holdfast.attestation.deposit import read_request, request_bytes
from holdfast.attestation.typed_data import Domain, any_order_from_json, request_from_json
from holdfast.attestation.types import CLASSES
from holdfast.chain.acts import ATTESTED
from holdfast.domain.acts import AnyOrder
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import EvidenceRejected, InvalidInput, Refused
from holdfast.domain.orders import IssueOrder, coming_ids, standing_ids
from holdfast.domain.policy import Policy
from holdfast.domain.receipts import receipt_hex
from holdfast.evidence.collection import lot_id, read_document
from holdfast.reconciliation.meaning import MEANINGS, Meaning
from holdfast.reconciliation.subject import SignedRequest
from holdfast.store.records import Records
from holdfast.store.records_types import REQUESTS, SHORTAGE, OrderRecord


class Way(StrEnum):
    """How an order gets to the chain."""

    SIGNED = "signed"
    """On the signatures of its parties alone."""
    ATTESTED = "attested"
    """On evidence that a quorum attests."""
    INSPECTED = "inspected"
    """It is no order yet: evidence decides whether it becomes one."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Reads what orders rest on. Every method raises InvalidInput for a record that cannot be read."""

    records: Records
    policy: Policy
    domain: Domain

    def way(self, record: OrderRecord) -> Way:
        """How this order gets to the chain."""
        if record.primary_type in REQUESTS:
            return Way.INSPECTED
        unattested = record.primary_type in ACT_TYPES and CLASSES[record.primary_type] not in ATTESTED
        return Way.SIGNED if unattested else Way.ATTESTED

    def meaning(self, record: OrderRecord) -> Meaning:
        """What evidence it asks for. An inspection asks for a weighing only if whoever asked wants one."""
        if record.primary_type in REQUESTS:
            return Meaning(weighed=record.primary_type == SHORTAGE or bool(record.order.get("weigh")))
        kind = IssueOrder if record.primary_type == DepositRequest.__name__ else CLASSES[record.primary_type]
        return MEANINGS.get(kind, Meaning())

    def order(self, record: OrderRecord) -> AnyOrder:
        """The order that members signed."""
        return any_order_from_json(record.primary_type, dict(record.order))

    def receipt(self, record: OrderRecord) -> str:
        """The receipt whose goods are looked at: the order's first."""
        if record.receipt_id is not None:
            return record.receipt_id
        named = standing_ids(self.order(record))
        if not named:
            raise InvalidInput("receipt_id", None, "an order about a receipt")
        return receipt_hex(named[0])

    def documents(self, record: OrderRecord, order: AnyOrder) -> list[bytes]:
        """Canonical bytes of the document of every receipt the order names, in its order."""
        made = self.records.order_documents(record.id)
        found = [self.records.document(receipt_hex(receipt_id)) for receipt_id in standing_ids(order)]
        for receipt_id in coming_ids(order):
            name = receipt_hex(receipt_id)
            if name not in made:
                raise InvalidInput("documents", name, "a document for every receipt that comes into being")
            found.append(made[name])
        return found

    def request(self, record: OrderRecord) -> SignedRequest | None:
        """The depositor's signed request; None for another order."""
        if record.primary_type != DepositRequest.__name__:
            return None
        return read_request(self.request_file(record), self.domain)

    def request_file(self, record: OrderRecord) -> bytes:
        """The request as it goes into a bundle. Raises EvidenceRejected if it is not signed."""
        request = request_from_json(record.order)
        given = []
        for member in request.signers():
            if member not in record.signatures:
                raise EvidenceRejected("request", f"member {member} has not signed the request")
            given.append(bytes.fromhex(record.signatures[member][2:]))
        return request_bytes(request, *given)

    def place(self, record: OrderRecord) -> tuple[str, int, str]:
        """Site, operator and WMS lot number an order is about. Raises Refused for another lot's request."""
        signed = self.request(record)
        if signed is not None:
            common: Any = signed.terms["common"]
            site, operator, lot = common["storage_site"], signed.request.operator, common["lot"]
            if lot_id(self.policy, operator, site, lot) != signed.request.lot_id:
                raise Refused("wrong-lot", f"the request's lot id is not that of lot {lot} at {site}")
            return site, operator, lot
        if record.place is not None:
            named: Any = self.order(record)
            site, lot = record.place["site"], record.place["lot"]
            if lot_id(self.policy, named.operator, site, lot) != named.lot_id:
                raise Refused("wrong-lot", f"the order's lot id is not that of lot {lot} at {site}")
            return site, named.operator, lot
        document = read_document(self.records.document(self.receipt(record)))
        return document.storage_site, document.operator_member, document.lot
