from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.document import (
    DOCUMENT_FIELDS,
    IncompleteDocument,
    document_from_json,
    document_to_json,
    kind_of,
)
from holdfast.domain.orders import Kind
from holdfast.evidence.collection import document_bytes, read_document, receipt_id
from tests.fakes.oracle import COMMON, receipt_rows

GOOD: dict[str, Any] = {
    **COMMON,
    **receipt_rows(1, 200_000_000, 160)[0],
    "issued_on": 1_795_000_000,
    "evidence_core_digest": "ab" * 32,
    "salt": "cd" * 32,
}
KIND_OF = {item.name: item.metadata["kind"] for item in DOCUMENT_FIELDS}
WRONG: dict[str, tuple[Any, ...]] = {
    "text": ("", "   ", 5, None, [], "two\nlines", "x" * 501, "bell\x07"),
    "version": (0, 3, "1", True),
    "kind": ("NEGOTIABLE", "", 1, []),
    "member": (0, -1, 2**32, True, "1", 1.5),
    "count": (0, -1, 2**32, True, "1"),
    "bool": (0, 1, "false", "yes"),
    "grams": (0, "0", 200, "-1", "007", "1.5", "", "٣", str(2**64), "9" * 5000),
    "hs": ("40012", "40012200123", 40012200, "4001.22", "４００１２２"),
    "bps": (-1, 10_001, True, "20"),
    "time": (0, -1, 2**40, True, "2026-11-21"),
    "digest": ("", "ab" * 31, "AB" * 32, "0x" + "ab" * 32, 5),
}


def problems(data: Any) -> dict[str, str]:
    """Field -> clause of everything an incomplete document is refused for."""
    with pytest.raises(IncompleteDocument) as caught:
        document_from_json(data)
    for problem in caught.value.problems:
        assert f"{problem.field} ({problem.clause})" in str(caught.value)
    return {problem.field: problem.clause for problem in caught.value.problems}


def test_document__every_field__has_clause_and_both_languages() -> None:
    assert len(DOCUMENT_FIELDS) == 33
    for item in DOCUMENT_FIELDS:
        assert all(item.metadata[key] for key in ("kind", "clause", "zh", "en")), item.name
        assert item.metadata["kind"] in WRONG, item.name


def test_document__complete__built_and_written_back() -> None:
    document = document_from_json(GOOD)

    assert document.quantity_g == 200_000_000
    assert document_to_json(document) == GOOD
    assert kind_of(document) is Kind.NEGOTIABLE


@pytest.mark.parametrize("item", DOCUMENT_FIELDS, ids=lambda item: item.name)
def test_document__one_field_missing__refused_naming_field_and_clause(item: Any) -> None:
    without = {name: value for name, value in GOOD.items() if name != item.name}

    assert problems(without) == {item.name: item.metadata["clause"]}
    assert problems({**GOOD, item.name: None}) == {item.name: item.metadata["clause"]}


@pytest.mark.parametrize(
    ("name", "bad"),
    [(item.name, bad) for item in DOCUMENT_FIELDS for bad in WRONG[item.metadata["kind"]]],
    ids=lambda value: value if isinstance(value, str) and value in KIND_OF else repr(value)[:12],
)
def test_document__wrong_value__refused_naming_field_and_clause(name: str, bad: object) -> None:
    clause = next(item.metadata["clause"] for item in DOCUMENT_FIELDS if item.name == name)

    assert problems({**GOOD, name: bad}) == {name: clause}


def test_document__several_wrong_at_once__all_named() -> None:
    bad = {**GOOD, "quantity_g": "0", "goods_code": "x", "remarks": "none"}
    del bad["insurance"], bad["salt"]

    assert set(problems(bad)) == {"quantity_g", "goods_code", "insurance", "salt", "remarks"}


def test_document__empty__all_33_named() -> None:
    assert set(problems({})) == {item.name for item in DOCUMENT_FIELDS}


def test_document__unknown_field__refused() -> None:
    assert problems({**GOOD, "pledgee": "A bank"}) == {"pledgee": "schema"}


@pytest.mark.parametrize("later", [0, -1])
def test_document__stored_until_not_after_from__refused(later: int) -> None:
    bad = {**GOOD, "storage_until": GOOD["storage_from"] + later}

    assert set(problems(bad)) == {"storage_until"}


_TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cc", "Cf", "Co", "Cs", "Zl", "Zp"]),
    min_size=1,
    max_size=500,
).filter(str.strip)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": _TEXT,
    "version": st.just(1),
    "kind": st.sampled_from(["negotiable", "non-negotiable"]),
    "member": st.integers(1, 2**32 - 1),
    "count": st.integers(1, 2**32 - 1),
    "bool": st.booleans(),
    "grams": st.integers(1, 2**64 - 1).map(str),
    "hs": st.from_regex(r"[0-9]{6,10}", fullmatch=True),
    "bps": st.integers(0, 10_000),
    "time": st.integers(1, 2**40 - 2),
    "digest": st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
}


@given(st.fixed_dictionaries({name: _VALUES[kind] for name, kind in KIND_OF.items()}))
def test_document__any_right_values__come_back_from_their_bytes(data: dict[str, Any]) -> None:
    data["storage_until"] = max(data["storage_until"], data["storage_from"] + 1)
    document = document_from_json(data)

    assert document_to_json(document) == data
    assert read_document(document_bytes(document)) == document


@pytest.mark.parametrize("item", DOCUMENT_FIELDS[1:], ids=lambda item: item.name)
def test_receipt_id__any_field_changed__another_id(item: Any) -> None:
    other = {
        "text": "other", "kind": "non-negotiable", "member": 9, "bool": True, "grams": "7", "hs": "400122",
        "count": 3, "bps": 1, "time": GOOD["storage_from"] + 77, "digest": "ef" * 32,
    }  # fmt: skip
    changed = document_from_json({**GOOD, item.name: other[item.metadata["kind"]]})

    assert receipt_id(changed) != receipt_id(document_from_json(GOOD))


@pytest.mark.parametrize(
    "text",
    [
        "1,000 t \u202et 000,2\u202c",
        "Rubber\u200b",
        "\u2066Bohai\u2069",
        "one\u2028two",
        "one\x85two",
        "one\x7f",
        "\ufeffRubber",
    ],
    ids=[
        "turned-round",
        "zero-width",
        "isolated",
        "line-separator",
        "next-line",
        "delete",
        "byte-order-mark",
    ],
)
def test_document__text_no_reader_sees__refused(text: str) -> None:
    """Whoever reads the document would read something else than what its digest commits to."""
    with pytest.raises(IncompleteDocument, match=r"insurance .* invisible"):
        document_from_json(GOOD | {"insurance": text})


def test_document__chinese_with_a_wide_space__accepted() -> None:
    assert document_from_json(GOOD | {"depositor_name": "山东橡胶\u3000进口有限公司"})
