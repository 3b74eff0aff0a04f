"""Fingerprints of goods and papers: the same written differently match, different ones do not."""

from __future__ import annotations

import hmac
from dataclasses import fields, replace
from datetime import date
from hashlib import sha256
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from holdfast.domain.errors import InvalidInput
from holdfast.domain.fingerprint import (
    GoodsIdentity,
    bill_of_lading_digest,
    fingerprint,
    goods_identity,
    near_fingerprints,
    paper_receipt_digest,
    quantity_class,
    unit_fingerprints,
)

GOODS: dict[str, Any] = {
    "code": "400122",
    "place": "CNQDG",
    "intake": "2026-03-01",
    "quantity_g": 100_000_000,
    "marks": ("B12", "B13"),
}
SSCC = "376123450000000016"
SALT = b"shared by registries"


def of(**changes: Any) -> bytes:
    return fingerprint(goods_identity(**(GOODS | changes)))


def test_fingerprint__by_hand__anyone_computes_it() -> None:
    text = "holdfast-goods/1\ncode=400122\nplace=CNQDG\nintake=2026-03-01\nclass=17\nmark=B12\nmark=B13"
    assert of() == sha256(text.encode()).digest()
    salted = fingerprint(goods_identity(**GOODS), SALT)
    assert salted == hmac.new(SALT, text.encode(), "sha256").digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "4001.22"},
        {"code": "4001 2200 00"},
        {"code": "４００１２２"},
        {"place": "cn qdg"},
        {"place": "CN-QDG"},
        {"intake": date(2026, 3, 1)},
        {"intake": "2026/3/1"},
        {"intake": "20260301"},
        {"intake": "2026年3月1日"},
        {"quantity_g": 100_180_000},
        {"quantity_g": 99_500_000},
        {"marks": ("b-12", "B 13")},
        {"marks": ("B.0013", "B012", "B13")},
        {"marks": ["Ｂ１２", "ｂ13"]},
        {"marks": ["B12\0", "\0B13\n"]},
    ],
    ids=str,
)
def test_fingerprint__same_goods_written_differently__match(changes: dict[str, Any]) -> None:
    assert of(**changes) == of()


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "400121"},
        {"place": "CNSHA"},
        {"intake": "2026-03-02"},
        {"quantity_g": 200_000_000},
        {"quantity_g": 50_000_000},
        {"marks": ()},
        {"marks": ("B12",)},
        {"marks": ("B12", "B14")},
        {"marks": ("B12", "B13", "B14")},
        {"marks": ("B1", "2B13")},
    ],
    ids=str,
)
def test_fingerprint__different_goods__do_not_match(changes: dict[str, Any]) -> None:
    assert of(**changes) != of()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "40012"),
        ("code", "rubber"),
        ("place", "Qingdao"),
        ("place", "6901234567893"),
        ("intake", "2026-02-30"),
        ("intake", "2026111"),
        ("intake", "yesterday"),
        ("intake", None),
        ("quantity_g", 0),
        ("marks", ("--",)),
        ("marks", ("B" * 201,)),
        ("marks", (12,)),
        ("marks", tuple(f"B{i}" for i in range(10_001))),
    ],
)
def test_goods__unreadable__refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidInput, match=field):
        goods_identity(**(GOODS | {field: value}))


def test_marks__parts_of_a_number__stay_apart() -> None:
    """Row 1, bale 12 is not row 11, bale 2; however the two numbers are parted."""
    assert of(marks=("1-12",)) == of(marks=("1/12",)) == of(marks=("01 012",))
    assert len({of(marks=("1-12",)), of(marks=("11-2",)), of(marks=("112",))}) == 3


def test_marks__pallet_label_with_or_without_its_identifier__one_pallet() -> None:
    plain = goods_identity(**(GOODS | {"marks": (SSCC,)}))
    assert goods_identity(**(GOODS | {"marks": (f"(00) {SSCC[0]} {SSCC[1:8]} {SSCC[8:]}",)})) == plain
    assert plain.marks == (SSCC,)


def test_place__gln__read_with_its_check_digit() -> None:
    assert goods_identity(**(GOODS | {"place": "690 1234 56789 2"})).place == "6901234567892"


def test_class__doubles_with_the_kilograms() -> None:
    assert [quantity_class(g) for g in (1, 999, 1_000, 1_999, 2_000, 65_535_999, 65_536_000)] == [
        *(0, 0, 1, 1, 2, 16),
        17,
    ]


def test_near__scale_or_midnight_between_two_registries__found() -> None:
    ours = goods_identity(**(GOODS | {"quantity_g": 65_530_000, "intake": "2026-02-28"}))
    theirs = goods_identity(**(GOODS | {"quantity_g": 65_540_000, "intake": "2026-03-01"}))
    assert fingerprint(ours) != fingerprint(theirs)
    assert fingerprint(theirs) in near_fingerprints(ours)
    assert fingerprint(ours) in near_fingerprints(theirs, b"")
    assert near_fingerprints(ours)[0] == fingerprint(ours)
    assert len(set(near_fingerprints(ours))) == 9
    assert len(near_fingerprints(replace(ours, quantity_g=1))) == 6
    far = goods_identity(**(GOODS | {"quantity_g": 300_000_000}))
    assert fingerprint(far) not in near_fingerprints(ours)


def test_units__same_pallets_cut_into_other_lots__found_by_each_mark() -> None:
    """Two registries, two lots that share one bale: the lots' fingerprints say nothing, the bale's does."""
    one = goods_identity(**(GOODS | {"marks": ("B1", "B2", SSCC)}))
    other = goods_identity(**(GOODS | {"marks": ("B2", "B3"), "intake": "2026-05-01"}))
    assert fingerprint(one) not in near_fingerprints(other)
    assert len(unit_fingerprints(one) & unit_fingerprints(other)) == 1
    elsewhere = replace(other, place="CNSHA", code="400121", marks=("B2", SSCC))
    assert len(unit_fingerprints(one) & unit_fingerprints(elsewhere)) == 1, "the SSCC alone"


def test_attack__bill_of_lading_written_otherwise_to_use_it_twice__the_same_digest() -> None:
    once = bill_of_lading_digest("MAEU", "262123456")
    for carrier, number in (
        ("maeu", "262 123 456"),
        ("MAEU", "MAEU262123456"),
        ("MAEU", "maeu-0262123456"),
        ("M.A.E.U.", "２６２123456"),
    ):
        assert bill_of_lading_digest(carrier, number) == once
    text = "holdfast-bill/1\ncarrier=MAEU\nnumber=262123456"
    assert once == sha256(text.encode()).digest()
    assert bill_of_lading_digest("COSU", "262123456") != once
    assert bill_of_lading_digest("MAEU", "262123457") != once


def test_attack__letter_of_another_alphabet_in_a_number__refused() -> None:
    with pytest.raises(InvalidInput, match="number"):
        bill_of_lading_digest("MAEU", "А262123456")  # Cyrillic A
    with pytest.raises(InvalidInput, match="carrier"):
        bill_of_lading_digest("МAEU", "262123456")  # Cyrillic M


def test_paper__scanned_twice__one_digest() -> None:
    issuer = "91370200MA3C00000X"
    once = paper_receipt_digest(issuer, "WR-2026-0001")
    assert once == paper_receipt_digest(issuer.lower(), "wr 2026 0001")
    assert once != paper_receipt_digest(issuer, "WR-2026-0002")
    assert once != bill_of_lading_digest("WR", "2026-0001")
    with pytest.raises(InvalidInput, match="issuer"):
        paper_receipt_digest("Qingdao Warehouse", "WR-1")


def test_salt__too_short_or_another__refused_or_apart() -> None:
    goods = goods_identity(**GOODS)
    with pytest.raises(InvalidInput, match="salt"):
        fingerprint(goods, b"short")
    digests = {fingerprint(goods), fingerprint(goods, SALT), fingerprint(goods, SALT + b"!")}
    assert len(digests) == 3


def test_attack__unsalted_fingerprint_guessed__salted_not() -> None:
    """Why a salt: with a known warehouse, class and kind of goods a year of days is soon tried."""
    goods = goods_identity(**(GOODS | {"marks": ()}))
    secret, salted = fingerprint(goods), fingerprint(goods, SALT)
    guesses = [replace(goods, intake=date(2026, 3, day)) for day in range(1, 32)]
    assert secret in map(fingerprint, guesses)
    assert salted not in map(fingerprint, guesses)


MARKS = st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=6)


@given(marks=MARKS, quantity_g=st.integers(1, 2**64 - 1), day=st.dates(date(2000, 1, 3), date(2999, 1, 1)))
def test_goods__normalised_again__the_same(marks: list[str], quantity_g: int, day: date) -> None:
    """Normalising is done once: a registry that reads our normalised text gets it back, line by line."""
    readable = [mark for mark in marks if any(char.isalnum() for char in mark)]
    try:
        goods = goods_identity(**(GOODS | {"marks": readable, "quantity_g": quantity_g, "intake": day}))
    except InvalidInput:
        return
    values = {item.name: getattr(goods, item.name) for item in fields(GoodsIdentity)}
    assert goods_identity(**values) == goods
    assert not any("\n" in mark or "=" in mark for mark in goods.marks)
