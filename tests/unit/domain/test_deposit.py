from __future__ import annotations

from typing import Any

import pytest

from holdfast.domain.deposit import (
    ADDED_AT_ISSUE,
    PER_RECEIPT,
    DepositRequest,
    check_terms,
    documents_from_terms,
    make_terms,
    says_what_was_asked,
)
from holdfast.domain.document import DOCUMENT_FIELDS, IncompleteDocument, document_from_json, document_to_json
from holdfast.domain.errors import InvalidInput
from tests.fakes.oracle import COMMON, T, receipt_rows

LOT = b"\7" * 24
ROWS = receipt_rows(2, 200 * T, 160)
SALTS = ["11" * 32, "22" * 32]


def request(**changes: Any) -> DepositRequest:
    values: dict[str, Any] = {"lot_id": LOT, "operator": 1, "depositor": 2, "terms": "{}", "deadline": 9}
    return DepositRequest(**(values | changes))


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("lot_id", b"\7" * 23),
        ("lot_id", "0x07"),
        ("operator", 0),
        ("depositor", 2**32),
        ("depositor", 1),
        ("terms", ""),
        ("terms", "x" * 65_537),
        ("terms", 5),
        ("deadline", 0),
        ("deadline", 2**64),
        ("deadline", True),
        ("deadline", "9"),
    ],
)
def test_deposit_request__wrong_value__refused_naming_the_field(field: str, bad: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        request(**{field: bad})
    assert caught.value.field == field


def test_documents__two_receipts__completed_from_common_and_own_fields() -> None:
    terms = make_terms(COMMON, ROWS)

    first, second = documents_from_terms(terms, "ab" * 32, SALTS, 77)

    assert (first.receipt_number, second.receipt_number) == ("QD-2026-000001", "QD-2026-000002")
    assert first.quantity_g + second.quantity_g == 200 * T
    assert {first.evidence_core_digest, second.evidence_core_digest} == {"ab" * 32}
    assert [first.salt, second.salt] == SALTS
    assert {first.issued_on, second.issued_on} == {77}


@pytest.mark.parametrize("name", [item.name for item in DOCUMENT_FIELDS if item.name not in ADDED_AT_ISSUE])
def test_terms__field_missing__refused_naming_it_before_anybody_signs(name: str) -> None:
    common = {key: value for key, value in COMMON.items() if key != name}
    rows = [{key: value for key, value in row.items() if key != name} for row in ROWS]

    with pytest.raises(IncompleteDocument) as caught:
        make_terms(common, rows)

    assert [problem.field for problem in caught.value.problems] == [name]
    assert caught.value.problems[0].clause


@pytest.mark.parametrize("name", [*PER_RECEIPT, *ADDED_AT_ISSUE])
def test_terms__receipts_own_or_added_field_in_common__refused(name: str) -> None:
    with pytest.raises(IncompleteDocument, match=name):
        make_terms({**COMMON, name: "x"}, ROWS)


@pytest.mark.parametrize("name", ["salt", "lot", "storage_until", "remarks"])
def test_terms__common_field_in_one_receipt__refused(name: str) -> None:
    """A receipt must not quietly differ from what is said of all."""
    with pytest.raises(IncompleteDocument, match=name):
        make_terms(COMMON, [ROWS[0], {**ROWS[1], name: "x"}])


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        {},
        {"common": {}},
        {"common": {}, "receipts": [], "more": 1},
        {"common": [], "receipts": [{}]},
        {"common": {}, "receipts": {}},
        {"common": {}, "receipts": []},
        {"common": {}, "receipts": [{}] * 101},
        {"common": {}, "receipts": [5]},
    ],
    ids=lambda bad: repr(bad)[:30],
)
def test_terms__other_shape__refused(bad: object) -> None:
    with pytest.raises((InvalidInput, IncompleteDocument)):
        check_terms(bad)


def test_terms__same_receipt_number_twice__refused() -> None:
    with pytest.raises(InvalidInput, match="each number once"):
        make_terms(COMMON, [ROWS[0], ROWS[0]])


def test_terms__together_too_many_grams__refused() -> None:
    rows = [{**row, "quantity_g": str(2**63)} for row in ROWS]

    with pytest.raises(InvalidInput, match=r"2\^64"):
        make_terms(COMMON, rows)


def test_documents__salts_do_not_match_the_receipts__refused() -> None:
    with pytest.raises(InvalidInput, match="salts"):
        documents_from_terms(make_terms(COMMON, ROWS), "ab" * 32, SALTS[:1], 77)


@pytest.mark.parametrize(
    "name", [item.name for item in DOCUMENT_FIELDS if item.name not in (*ADDED_AT_ISSUE, "document_version")]
)
def test_says_what_was_asked__any_field_differs__named(name: str) -> None:
    terms = make_terms(COMMON, ROWS)
    document = documents_from_terms(terms, "ab" * 32, SALTS, 77)[1]
    assert says_what_was_asked(document, terms, 1) is None
    written = document_to_json(document)
    other: dict[type, Any] = {str: "400199", int: 9_999, bool: True}
    value = {"kind": "non-negotiable", "storage_until": written["storage_until"] + 1}.get(
        name, other[type(written[name])]
    )

    changed = document_from_json({**written, name: value})

    assert says_what_was_asked(changed, terms, 1) == name


def test_says_what_was_asked__the_other_receipts_terms__differs() -> None:
    terms = make_terms(COMMON, ROWS)
    first = documents_from_terms(terms, "ab" * 32, SALTS, 77)[0]

    assert says_what_was_asked(first, terms, 1) == "receipt_number"
