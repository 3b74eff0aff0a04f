"""Documents of the receipts that a split, merger, correction or extension brings into being."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from api.orders import act_schemas as shapes
from api.orders.desk import Desk
from api.problems import Problem, wrong
from holdfast.domain.acts import AnyOrder
from holdfast.domain.document import ReceiptDocument
from holdfast.domain.errors import HoldfastError
from holdfast.domain.orders import coming_ids, standing_ids
from holdfast.domain.pledge_terms import by_pledgee
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.successors import (
    cause_of,
    make_successor,
    successor_problems,
    successor_terms,
)
from holdfast.domain.units import show_mass
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.collection import document_bytes, read_document, receipt_id

Made = dict[int, tuple[bytes, ReceiptDocument]]
"""Receipt id -> canonical bytes and document, in the order of the act."""


def new_documents(request: Any, desk: Desk, olds: tuple[int, ...], *, alone: bool) -> Made:
    """The documents that an act needs, made from those of the receipts it replaces; `alone` if the first
    pledgee asks without the holder.

    Raises InvalidInput or IncompleteDocument naming the field.
    """
    if isinstance(request, shapes.PrepareSplit):
        cause = "split"
        changes = [part.model_dump(exclude_none=True) for part in request.parts]
    elif isinstance(request, shapes.PrepareMerge):
        cause, changes = "merger", [{"receipt_number": request.receipt_number}]
    else:
        cause = request.type
        said = {"receipt_number": request.receipt_number, **getattr(request, "changes", {})}
        if isinstance(request, shapes.PrepareExtension):
            said["storage_until"] = request.storage_until
        changes = [said]
    parents = desk.parents(olds)
    made: Made = {}
    for each in changes:
        salt = secrets.token_hex(32)
        document = make_successor(parents, cause, each, salt=salt, issued_on=desk.now_s, alone=alone)
        made[receipt_id(document)] = (document_bytes(document), document)
    return made


def check_documents(desk: Desk, order: AnyOrder, given: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """The documents that come with a signed order, held to it and to those they replace; by receipt id.

    Raises Problem 422 naming the document and what is wrong with it.
    """
    wanted, cause = coming_ids(order), cause_of(order)
    bodies = {int.from_bytes(sha256_digest(body)): body for body in map(_canonical, given)}
    if set(bodies) != set(wanted) or cause is None:
        names = ", ".join(receipt_hex(each)[:14] + "…" for each in wanted) or "none"
        expected = f"exactly the documents of the receipts that the order brings into being: {names}"
        if cause is None and not given:
            return {}
        raise wrong("documents", f"{len(given)} documents", expected, code="documents-differ")
    parents = desk.parents(standing_ids(order))
    for each in wanted:
        document = _read(each, bodies[each])
        problems = successor_problems(parents, cause, document, alone=by_pledgee(order))
        grams, expires_at = successor_terms(order, each)
        if document.quantity_g != grams:
            problems.append(f"states {show_mass(document.quantity_g)}, the order {show_mass(grams)}")
        if document.storage_until != expires_at:
            problems.append("ends on another day than the order says")
        if problems:
            text = f"documents: that of receipt {receipt_hex(each)} " + "; ".join(problems)
            raise Problem(422, "document-wrong", text, errors=[("documents", receipt_hex(each), problems[0])])
    return {receipt_hex(each): bodies[each] for each in wanted}


def _canonical(given: Mapping[str, Any]) -> bytes:
    try:
        return canonical_json(dict(given))
    except (HoldfastError, TypeError, ValueError) as error:
        raise wrong("documents", given, "documents as they were prepared", code="document-wrong") from error


def _read(each: int, body: bytes) -> ReceiptDocument:
    try:
        return read_document(body)
    except HoldfastError as error:
        text = f"documents: that of receipt {receipt_hex(each)}: {error}"
        raise Problem(422, "document-wrong", text) from error
