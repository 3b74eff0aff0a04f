"""The depositor's request: what it brings in, and the words its receipts shall carry.

The depositor signs it, and so does the warehouse operator: it alone knows who brought the goods in, and a
storage contract has two parties (民法典 904, 905). The request is in the evidence of the issue, and each
receipt document must say what it said. The evidence itself adds only its own digest, a salt and the day of
issue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.domain.document import (
    DOCUMENT_FIELDS,
    DOCUMENT_VERSION,
    FieldProblem,
    IncompleteDocument,
    ReceiptDocument,
    document_from_json,
    document_to_json,
)
from holdfast.domain.errors import InvalidInput
from holdfast.domain.members import member_id
from holdfast.domain.units import MAX_GRAMS

ADDED_AT_ISSUE = ("evidence_core_digest", "salt", "issued_on")
"""Fields a document has beyond what the depositor asked for."""

PER_RECEIPT = ("receipt_number", "quantity_g", "package_count", "marks")
"""Fields that differ between the receipts of one request."""

MAX_TERMS_CHARS = 65_536
MAX_RECEIPTS = 100


@dataclass(frozen=True, slots=True)
class DepositRequest:
    """Ask for receipts on one lot. `terms` is canonical JSON text, signed as it reads."""

    lot_id: bytes
    operator: int
    depositor: int
    terms: str
    deadline: int

    def __post_init__(self) -> None:
        if not isinstance(self.lot_id, bytes) or len(self.lot_id) != 24:
            raise InvalidInput("lot_id", self.lot_id, "24 bytes")
        member_id(self.operator, field="operator")
        member_id(self.depositor, field="depositor")
        if self.operator == self.depositor:
            raise InvalidInput("depositor", self.depositor, "another member than the operator")
        if not isinstance(self.terms, str) or not 2 <= len(self.terms) <= MAX_TERMS_CHARS:
            raise InvalidInput("terms", self.terms, f"a text of 2 to {MAX_TERMS_CHARS} characters")
        if type(self.deadline) is not int or not 0 < self.deadline < 2**64:
            raise InvalidInput("deadline", self.deadline, "unix seconds")

    def signers(self) -> tuple[int, int]:
        """Who must sign: the depositor asks, the operator says that these are the depositor's goods."""
        return self.depositor, self.operator


def make_terms(common: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The terms object of a request. Raises IncompleteDocument as `check_terms`."""
    terms = {"common": dict(common), "receipts": [dict(item) for item in receipts]}
    check_terms(terms)
    return terms


def check_terms(terms: object) -> None:
    """Check that every field of every receipt is there and right, before anybody signs.

    Raises InvalidInput for another shape, IncompleteDocument naming field and clause.
    """
    documents_from_terms(terms, "00" * 32, ["00" * 32] * _count(terms), 1)


def _count(terms: object) -> int:
    if not isinstance(terms, Mapping) or set(terms) != {"common", "receipts"}:
        raise InvalidInput("terms", terms, "an object with `common` and `receipts`")
    if not isinstance(terms["common"], Mapping) or not isinstance(terms["receipts"], list):
        raise InvalidInput("terms", terms, "`common` an object, `receipts` a list")
    if not 1 <= len(terms["receipts"]) <= MAX_RECEIPTS:
        raise InvalidInput("terms.receipts", len(terms["receipts"]), f"1 to {MAX_RECEIPTS} receipts")
    return len(terms["receipts"])


def documents_from_terms(
    terms: object, evidence_core: str, salts: Sequence[str], issued_on: int
) -> tuple[ReceiptDocument, ...]:
    """The documents a request asks for, completed at issue. Raises as `check_terms`."""
    count = _count(terms)
    assert isinstance(terms, Mapping)  # noqa: S101 - _count has checked
    if len(salts) != count:
        raise InvalidInput("salts", len(salts), f"{count}, one for each receipt")
    documents = []
    for index, (each, salt) in enumerate(zip(terms["receipts"], salts, strict=True)):
        if not isinstance(each, Mapping):
            raise InvalidInput(f"terms.receipts[{index}]", each, "an object")
        foreign = (set(each) - set(PER_RECEIPT)) | (set(terms["common"]) & {*PER_RECEIPT, *ADDED_AT_ISSUE})
        if foreign:
            problem = FieldProblem(sorted(foreign)[0], "schema", "stands where it does not belong")
            raise IncompleteDocument((problem,))
        if terms["common"].get("document_version", DOCUMENT_VERSION) != DOCUMENT_VERSION:
            why = f"an issue makes documents of version {DOCUMENT_VERSION}; others replace receipts"
            raise IncompleteDocument((FieldProblem("document_version", "schema", why),))
        added = {"evidence_core_digest": evidence_core, "salt": salt, "issued_on": issued_on}
        documents.append(document_from_json({**terms["common"], **each, **added}))
    numbers = [document.receipt_number for document in documents]
    if len(set(numbers)) != count:
        raise InvalidInput("terms.receipts.receipt_number", numbers, "each number once")
    if sum(document.quantity_g for document in documents) > MAX_GRAMS:
        raise InvalidInput("terms.receipts.quantity_g", "sum", "below 2^64 grams")
    return tuple(documents)


def says_what_was_asked(document: ReceiptDocument, terms: Mapping[str, Any], index: int) -> str | None:
    """The first field in which a document differs from the request, or None."""
    asked = {**terms["common"], **terms["receipts"][index]}
    written = document_to_json(document)
    for item in DOCUMENT_FIELDS:
        if item.name not in ADDED_AT_ISSUE and written[item.name] != asked.get(item.name):
            return item.name
    return None
