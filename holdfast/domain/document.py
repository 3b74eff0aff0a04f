"""The receipt document: every field the law wants, refused when incomplete.

Sources: Civil Code of the PRC (民法典) art. 909; UNCITRAL/UNIDROIT Model Law on Warehouse Receipts
(MLWR) art. 10. The sha256 of the document's canonical JSON is the receipt's id on-chain, so the id
commits to every field here, and through `evidence_core_digest` to the raw evidence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from holdfast.domain.errors import HoldfastError, InvalidInput
from holdfast.domain.orders import Kind
from holdfast.domain.units import grams

DOCUMENT_VERSION = 1
"""Of a document that an issue brings into being."""
SUCCESSOR_VERSION = 2
"""Of one that takes the place of others: it also says of which, and why."""


def _metadata(kind: str, clause: str, zh: str, en: str) -> dict[str, str]:
    return {"kind": kind, "clause": clause, "zh": zh, "en": en}


def _law(kind: str, clause: str, zh: str, en: str) -> Any:
    return field(metadata=_metadata(kind, clause, zh, en))


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """One warehouse receipt in full. Masses in grams, money in minor units, times in unix seconds.

    Build it with `document_from_json`, which names every missing or wrong field at once.
    """

    document_version: int = _law("version", "MLWR 10", "单据版本", "Document version")
    receipt_number: str = _law("text", "MLWR 10(1)", "仓单编号", "Receipt number")
    kind: str = _law("kind", "MLWR 10(1)", "仓单类别", "Negotiable or non-negotiable")
    operator_member: int = _law("member", "民法典 909(8)", "填发人会员号", "Operator's member number")
    operator_name: str = _law("text", "民法典 909(8); MLWR 10(1)", "保管人名称", "Warehouse operator")
    operator_address: str = _law("text", "MLWR 10(1)", "保管人住所", "Operator's address")
    depositor_member: int = _law("member", "民法典 909(1)", "存货人会员号", "Depositor's member number")
    depositor_name: str = _law("text", "民法典 909(1); MLWR 10(1)", "存货人名称", "Depositor")
    depositor_address: str = _law("text", "民法典 909(1)", "存货人住所", "Depositor's address")
    to_order_of: str = _law("text", "民法典 910; MLWR 10(1)", "提货权利人", "Deliverable to the order of")
    goods_description: str = _law("text", "民法典 909(2); MLWR 10(1)", "品种", "Goods")
    goods_code: str = _law("hs", "民法典 909(2)", "商品编码", "HS code of the goods")
    origin: str = _law("text", "民法典 909(2)", "原产地", "Country of origin")
    lot: str = _law("text", "民法典 909(2); MLWR 10(2)", "批号", "Lot")
    commingled: bool = _law("bool", "MLWR 10(2)", "是否混藏", "Commingled bulk")
    quantity_g: int = _law("grams", "民法典 909(2); MLWR 10(1)", "数量", "Quantity")
    quality_grade: str = _law("text", "民法典 909(2)", "质量", "Quality")
    quality_certificate: str = _law("text", "民法典 909(2)", "质检证书", "Quality certificate")
    packaging: str = _law("text", "民法典 909(2)", "包装", "Packaging")
    package_count: int = _law("count", "民法典 909(2)", "件数", "Number of packages")
    marks: str = _law("text", "民法典 909(2)", "标记", "Marks")
    loss_allowance_bps: int = _law("bps", "民法典 909(3)", "损耗标准", "Natural loss allowed")
    storage_place: str = _law("text", "民法典 909(4); MLWR 10(1)", "储存场所", "Place of storage")
    storage_site: str = _law("text", "民法典 909(4)", "仓库代码", "Warehouse code")
    storage_location: str = _law("text", "民法典 909(4)", "货位", "Bay")
    storage_from: int = _law("time", "民法典 909(5)", "储存期起", "Stored from")
    storage_until: int = _law("time", "民法典 909(5)", "储存期止", "Stored until")
    storage_fee: str = _law("text", "民法典 909(6); MLWR 10(1)", "仓储费", "Storage fee")
    insurance: str = _law("text", "民法典 909(7)", "保险", "Insurance (amount, period, insurer) or none")
    place_of_issue: str = _law("text", "民法典 909(8); MLWR 10(1)", "填发地", "Place of issue")
    issued_on: int = _law("time", "民法典 909(8); MLWR 10(1)", "填发日期", "Date of issue")
    evidence_core_digest: str = _law("digest", "MLETR 10", "证据摘要", "Digest of the evidence")
    salt: str = _law("digest", "design: privacy", "盐值", "Salt that keeps the digest unguessable")
    replaces: tuple[str, ...] = field(
        default=(), metadata=_metadata("ids", "MLETR 10(2)", "被替代仓单", "Receipts that this one replaces")
    )
    because: str = field(
        default="", metadata=_metadata("cause", "MLETR 10(2)", "替代原因", "Why it replaces them")
    )


LINK_FIELDS = fields(ReceiptDocument)[-2:]
"""What only a successor's document says: ids as 64 hex digits in the act's order, and the act's word."""
DOCUMENT_FIELDS = fields(ReceiptDocument)[:-2]
"""Every field of an issue's document with its metadata `clause`, `zh`, `en`, `kind`, in document order."""
CAUSES = ("split", "merger", "correction", "extension", "replacement", "substitution")
"""Acts by which one document takes the place of others."""
MAX_REPLACED = 100

_AMOUNTS = {"quantity_g"}
"""Amounts are strings in canonical JSON: RFC 8785 refuses integers of 2^53 and more."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with a document: which field, under which clause, and what is expected."""

    field: str
    clause: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field} ({self.clause}): {self.problem}"


class IncompleteDocument(HoldfastError):
    """The document may not be issued. `problems` names each field and the clause that wants it."""

    code = "incomplete-document"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        self.problems = problems
        super().__init__(
            f"the receipt document is refused, {len(problems)} field(s) missing or wrong: "
            + "; ".join(str(problem) for problem in problems)
        )


_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
"""Unicode categories that no reader sees, and some of which turn what he does see round (U+202E): two
documents that look the same would say two things."""


def _problem_with(kind: str, value: object) -> str | None:
    """Say what is wrong with one JSON value of the given field kind, or None."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind == "text":
        if not isinstance(value, str) or not value.strip():
            return "expected words, not empty"
        if len(value) > 500 or any(unicodedata.category(char) in _UNSEEN for char in value):
            return "expected one line of at most 500 characters, none of them invisible"
    elif kind == "kind" and value not in ("negotiable", "non-negotiable"):
        return f"{value!r} is not right; expected negotiable or non-negotiable"
    elif kind == "version" and not (whole and value in (DOCUMENT_VERSION, SUCCESSOR_VERSION)):
        return f"{value!r} is not right; expected {DOCUMENT_VERSION}, or {SUCCESSOR_VERSION} of a successor"
    elif kind == "ids":
        return _problem_with_ids(value)
    elif kind == "cause" and value not in CAUSES:
        return f"{value!r} is not right; expected one of {', '.join(CAUSES)}"
    elif kind == "bool" and not isinstance(value, bool):
        return f"{value!r} is not right; expected true or false"
    elif kind == "grams":
        return _problem_with_grams(value)
    elif kind == "hs" and not (
        isinstance(value, str) and value.isascii() and value.isdigit() and 6 <= len(value) <= 10
    ):
        return f"{value!r} is not right; expected 6 to 10 digits"
    elif kind == "digest" and not _is_hex32(value):
        return f"{value!r} is not right; expected 64 lower-case hexadecimal digits"
    elif kind in ("member", "count") and not (whole and 0 < value < 2**32):  # type: ignore[operator]
        return f"{value!r} is not right; expected a whole number of 1 or more"
    elif kind == "bps" and not (whole and 0 <= value <= 10_000):  # type: ignore[operator]
        return f"{value!r} is not right; expected basis points from 0 to 10000"
    elif kind == "time" and not (whole and 0 < value < 2**40):  # type: ignore[operator]
        return f"{value!r} is not right; expected unix seconds"
    return None


def _is_hex32(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _problem_with_ids(value: object) -> str | None:
    ids = value if isinstance(value, list | tuple) else ()
    right = 1 <= len(ids) <= MAX_REPLACED and all(_is_hex32(item) for item in ids)
    if not right or len(set(ids)) != len(ids):
        return f"expected 1 to {MAX_REPLACED} receipt ids of 64 lower-case hexadecimal digits, each once"
    return None


def _problem_with_grams(value: object) -> str | None:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or value[0] == "0":
        return f"{value!r} is not right; expected grams as a string of digits, at least 1"
    if len(value) > 20:
        return f"{value[:20]}… is not right; expected grams below 2^64"
    try:
        grams(int(value))
    except InvalidInput as error:
        return str(error)
    return None


def document_from_json(data: Mapping[str, Any]) -> ReceiptDocument:
    """Build a document from its JSON object.

    Raises IncompleteDocument naming every missing, wrong or unknown field with its clause.
    """
    problems = []
    values: dict[str, Any] = {}
    wanted = (*DOCUMENT_FIELDS, *_links(data))
    for item in wanted:
        if item.name not in data or data[item.name] is None:
            problems.append(FieldProblem(item.name, item.metadata["clause"], "missing"))
            continue
        value = data[item.name]
        wrong = _problem_with(item.metadata["kind"], value)
        if wrong:
            problems.append(FieldProblem(item.name, item.metadata["clause"], wrong))
        values[item.name] = value
    known = {item.name for item in wanted}
    problems += [FieldProblem(name, "schema", "unknown field") for name in sorted(set(data) - known)]
    if not problems and values["storage_until"] <= values["storage_from"]:
        problems.append(FieldProblem("storage_until", "民法典 909(5)", "not later than storage_from"))
    if problems:
        raise IncompleteDocument(tuple(problems))
    typed: dict[str, Any] = {k: int(v) if k in _AMOUNTS else v for k, v in values.items()}
    if "replaces" in typed:
        typed["replaces"] = tuple(typed["replaces"])
    return ReceiptDocument(**typed)


def _links(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return LINK_FIELDS if data.get("document_version") == SUCCESSOR_VERSION else ()


def document_to_json(document: ReceiptDocument) -> dict[str, Any]:
    """The JSON object whose canonical form is hashed into the receipt id."""
    data = {item.name: getattr(document, item.name) for item in DOCUMENT_FIELDS}
    if document.document_version == SUCCESSOR_VERSION:
        data |= {"replaces": list(document.replaces), "because": document.because}
    return {k: str(v) if k in _AMOUNTS else v for k, v in data.items()}


def kind_of(document: ReceiptDocument) -> Kind:
    """The on-chain kind of a document."""
    return Kind.NEGOTIABLE if document.kind == "negotiable" else Kind.NON_NEGOTIABLE
