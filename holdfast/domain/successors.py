"""Documents that take the place of others: made from theirs, and held to them.

A receipt's id is the digest of its document, so every receipt that a split, merger, correction or extension
brings into being has a document of its own. It says which ones it replaces (MLETR 10(2): an amendment is
marked as one), and otherwise what they said, but for the few fields that the act is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from holdfast.domain.acts import (
    AnyOrder,
    MergeOrder,
    ReplacementOrder,
    SplitOrder,
    SupersedeOrder,
    SupersedeReason,
)
from holdfast.domain.document import (
    DOCUMENT_FIELDS,
    SUCCESSOR_VERSION,
    ReceiptDocument,
    document_from_json,
    document_to_json,
)
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import coming_ids
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import Grams

Parent = tuple[int, ReceiptDocument]
"""A receipt's id and its document, with the grams that it stands for now (`as_it_stands`)."""

_ALWAYS: Final = frozenset({"document_version", "receipt_number", "issued_on", "salt"})
_DIVIDED: Final = frozenset({"quantity_g", "package_count", "marks"})
_OF_ONE: Final = frozenset(
    {
        *("depositor_member", "depositor_name", "depositor_address", "to_order_of"),
        *("storage_from", "storage_until", "insurance", "storage_fee", "evidence_core_digest"),
    }
)
"""Fields in which receipts may differ before they become one: the first one's stand, but for times."""
_FOR_EVER: Final = frozenset(
    {
        *("kind", "operator_member", "depositor_member", "lot", "commingled", "quantity_g", "storage_site"),
        *("storage_until", "evidence_core_digest"),
    }
)
"""Fields that no correction changes: another kind, keeper, lot or quantity would be another receipt."""
MAY_CHANGE: Final[dict[str, frozenset[str]]] = {
    "split": _DIVIDED,
    "merger": _DIVIDED | _OF_ONE,
    "correction": frozenset(item.name for item in DOCUMENT_FIELDS) - _FOR_EVER,
    "replacement": frozenset(),
    "extension": frozenset(
        {"storage_until", "quality_grade", "quality_certificate", "storage_fee", "insurance"}
    ),
}
"""Cause -> fields in which a successor may differ from what it replaces, besides number, day and salt."""


def may_change(cause: str, alone: bool) -> frozenset[str]:
    """MAY_CHANGE; but what storage costs is not the pledgee's to agree to without the holder."""
    return MAY_CHANGE[cause] - {"storage_fee"} if alone else MAY_CHANGE[cause]


def as_it_stands(document: ReceiptDocument, quantity_g: int) -> ReceiptDocument:
    """A document with the grams that the chain says: parts split off, goods delivered and shortages have left
    it as it was. One of a receipt that stands for nothing any more is left so, too.
    """
    return replace(document, quantity_g=Grams(quantity_g)) if quantity_g else document


def cause_of(order: AnyOrder) -> str | None:
    """The word by which an order's new documents say why they came into being; None if it makes none."""
    if isinstance(order, SplitOrder):
        return "split"
    if isinstance(order, MergeOrder):
        return "merger"
    if isinstance(order, SupersedeOrder):
        return "correction" if order.reason is SupersedeReason.CORRECTION else "extension"
    return "replacement" if isinstance(order, ReplacementOrder) else None


def successor_terms(order: AnyOrder, receipt_id: int) -> tuple[int, int]:
    """Grams and expiry that an order gives a receipt it brings into being.

    Raises InvalidInput for a receipt that it does not name so.
    """
    for part in getattr(order, "parts", ()):
        if part.receipt_id == receipt_id:
            return part.quantity_g, part.expires_at
    if receipt_id not in coming_ids(order):
        raise InvalidInput(
            "receipt_id", receipt_hex(receipt_id), "a receipt that the order brings into being"
        )
    named: Any = order
    return named.quantity_g, named.expires_at


def make_successor(
    parents: Sequence[Parent],
    cause: str,
    changes: Mapping[str, Any],
    *,
    salt: str,
    issued_on: int,
    alone: bool = False,
) -> ReceiptDocument:
    """A document that takes the place of its parents'. `changes` are JSON values by field; `alone` says that
    the first pledgee has it made without the holder.

    Raises:
        InvalidInput: a field that this act does not change.
        IncompleteDocument: a value is wrong; named with its clause.
    """
    allowed = may_change(cause, alone) | {"receipt_number"}
    for name in sorted(set(changes) - allowed):
        act = f"an {cause}" if cause == "extension" else f"a {cause}"
        expected = f"the field left as it is: {act} changes only {_list(allowed)}"
        raise InvalidInput(name, changes[name], expected)
    data = document_to_json(parents[0][1])
    if cause == "merger":
        data["storage_from"] = min(document.storage_from for _, document in parents)
        data["storage_until"] = min(document.storage_until for _, document in parents)
        data["package_count"] = sum(document.package_count for _, document in parents)
        data["quantity_g"] = str(sum(document.quantity_g for _, document in parents))
    data |= dict(changes)
    data |= {
        "document_version": SUCCESSOR_VERSION,
        "replaces": [receipt_hex(receipt_id)[2:] for receipt_id, _ in parents],
        "because": cause,
        "issued_on": issued_on,
        "salt": salt,
    }
    return document_from_json(data)


def successor_problems(
    parents: Sequence[Parent], cause: str, document: ReceiptDocument, *, alone: bool = False
) -> list[str]:
    """What is wrong with a document that shall take the place of these; empty if nothing is. `alone` as in
    `make_successor`.
    """
    problems = []
    if document.document_version != SUCCESSOR_VERSION or document.because != cause:
        problems.append(f"does not say that it came by a {cause}")
    if document.replaces != tuple(receipt_hex(receipt_id)[2:] for receipt_id, _ in parents):
        problems.append("does not name the receipts that it replaces")
    said = document_to_json(document)
    for receipt_id, parent in parents:
        before = document_to_json(parent)
        for item in DOCUMENT_FIELDS:
            name = item.name
            if name not in _ALWAYS | may_change(cause, alone) and said[name] != before[name]:
                problems.append(
                    f"says {said[name]!r} in {name}, receipt {receipt_hex(receipt_id)[:12]}… {before[name]!r}"
                )
    return problems


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
