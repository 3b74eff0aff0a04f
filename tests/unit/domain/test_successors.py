"""Documents that take the place of others: what they keep, what they may say anew, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.deposit import documents_from_terms, make_terms
from holdfast.domain.document import (
    IncompleteDocument,
    ReceiptDocument,
    document_from_json,
    document_to_json,
)
from holdfast.domain.errors import InvalidInput
from holdfast.domain.successors import MAY_CHANGE, as_it_stands, make_successor, successor_problems
from tests.fakes.oracle import COMMON, DAY_S, T, receipt_rows

SALT = "cd" * 32


def parents(count: int = 2) -> list[tuple[int, ReceiptDocument]]:
    terms = make_terms(COMMON, receipt_rows(count, 200 * T, 8))
    documents = documents_from_terms(terms, "ab" * 32, ["01" * 32] * count, 1_795_000_000)
    return [(n, document) for n, document in enumerate(documents, 11)]


def made(cause: str, changes: dict[str, Any], of: list[tuple[int, ReceiptDocument]]) -> ReceiptDocument:
    return make_successor(of, cause, changes, salt=SALT, issued_on=1_795_000_100)


CHANGES: dict[str, dict[str, Any]] = {
    "split": {"receipt_number": "N", "quantity_g": str(50 * T), "package_count": 2},
    "merger": {"receipt_number": "N"},
    "correction": {"receipt_number": "N", "marks": "as painted", "storage_location": "A-08"},
    "extension": {"receipt_number": "N", "storage_until": COMMON["storage_until"] + 90 * DAY_S},
    "replacement": {"receipt_number": "N"},
}


@pytest.mark.parametrize("cause", CHANGES)
def test_successor__each_cause__says_what_it_replaces_and_nothing_else_anew(cause: str) -> None:
    of = parents(2 if cause == "merger" else 1)
    document = made(cause, CHANGES[cause], of)
    assert (document.document_version, document.because) == (2, cause)
    assert document.replaces == tuple(f"{n:064x}" for n, _ in of)
    assert successor_problems(of, cause, document) == []
    assert document_from_json(document_to_json(document)) == document


def test_merger__of_two__sums_grams_and_packages_and_ends_with_the_first() -> None:
    of = parents(2)
    of[1] = (of[1][0], replace(of[1][1], storage_until=COMMON["storage_until"] - 5, depositor_name="Another"))
    document = made("merger", CHANGES["merger"], of)
    assert (document.quantity_g, document.package_count) == (200 * T, 8)
    assert document.storage_until == COMMON["storage_until"] - 5
    assert document.depositor_name == of[0][1].depositor_name
    assert successor_problems(of, "merger", document) == []


@pytest.mark.parametrize(
    ("cause", "field", "value"),
    [
        ("split", "quality_grade", "SVR 3L"),
        ("correction", "quantity_g", "1"),
        ("correction", "lot", "OTHER"),
        ("correction", "storage_until", 2_000_000_000),
        ("extension", "goods_description", "Gold"),
        ("replacement", "marks", "other"),
    ],
)
def test_successor__field_that_the_act_does_not_change__refused_when_made_and_when_judged(
    cause: str, field: str, value: Any
) -> None:
    of = parents(1)
    with pytest.raises(InvalidInput, match=field):
        made(cause, {**CHANGES[cause], field: value}, of)
    forged = replace(
        made(cause, CHANGES[cause], of), **{field: int(value) if field == "quantity_g" else value}
    )
    (problem,) = successor_problems(of, cause, forged)
    assert field in problem


def test_extension__by_the_pledgee_alone__leaves_the_storage_fee_as_it_was() -> None:
    of, fee = parents(1), "CNY 9.00 per tonne and day"
    dearer = made("extension", {**CHANGES["extension"], "storage_fee": fee}, of)
    assert successor_problems(of, "extension", dearer) == []
    (problem,) = successor_problems(of, "extension", dearer, alone=True)
    assert "storage_fee" in problem
    with pytest.raises(InvalidInput, match="storage_fee"):
        make_successor(of, "extension", {"storage_fee": fee}, salt=SALT, issued_on=1, alone=True)


@pytest.mark.parametrize("cause", ["correction", "extension", "replacement", "merger"])
def test_successor__of_what_a_split_or_delivery_left__states_what_is_left(cause: str) -> None:
    of = parents(2 if cause == "merger" else 1)
    left = [(number, as_it_stands(document, 30 * T)) for number, document in of]
    document = made(cause, CHANGES[cause], left)
    assert document.quantity_g == len(of) * 30 * T
    assert successor_problems(left, cause, document) == []
    assert as_it_stands(of[0][1], 0) == of[0][1], "what was burned stands for nothing"


def test_problems__of_other_receipts_or_another_cause__named() -> None:
    of = parents(1)
    document = made("split", CHANGES["split"], of)
    assert "by a merger" in successor_problems(of, "merger", document)[0]
    other = [(99, of[0][1])]
    assert successor_problems(other, "split", document) == ["does not name the receipts that it replaces"]
    first = replace(of[0][1], receipt_number="N")
    assert len(successor_problems(of, "split", first)) == 2, "an issue's document replaces nothing"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"replaces": []}, "replaces"),
        ({"replaces": ["ab" * 32, "ab" * 32]}, "replaces"),
        ({"replaces": ["0x" + "ab" * 32]}, "replaces"),
        ({"replaces": "ab" * 32}, "replaces"),
        ({"because": "theft"}, "because"),
        ({"document_version": 1}, "replaces"),
    ],
)
def test_document__links_wrong__refused_by_field(changes: dict[str, Any], field: str) -> None:
    good = document_to_json(made("split", CHANGES["split"], parents(1)))
    with pytest.raises(IncompleteDocument) as caught:
        document_from_json({**good, **changes})
    assert field in {problem.field for problem in caught.value.problems}


def test_issue__document_that_claims_to_replace_one__refused() -> None:
    with pytest.raises(IncompleteDocument, match="document_version"):
        make_terms({**COMMON, "document_version": 2}, receipt_rows(1, T, 1))


def test_table__every_cause__has_its_fields() -> None:
    assert set(MAY_CHANGE) == set(CHANGES)
