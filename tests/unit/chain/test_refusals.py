"""Every typed error of every contract is told in one sentence, its values in plain words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import collapse_if_tuple, function_abi_to_4byte_selector

from holdfast.chain.artifacts import contract_names, load_artifact
from holdfast.chain.plain_values import fill, mass, rights, roles, shown, span
from holdfast.chain.refusals import ABOUT, PANICS, SENTENCES, refusal_from_data

ERRORS = {
    item["name"]: item
    for name in contract_names()
    for item in load_artifact(name).abi
    if item["type"] == "error"
}
NOW_S = 1_795_254_000


def raw(name: str, **values: Any) -> bytes:
    """Revert data of an error with these values; the others are small and not zero."""
    item = ERRORS[name]
    kinds = [collapse_if_tuple(field) for field in item["inputs"]]
    given = [values.get(field["name"], some(kind)) for field, kind in zip(item["inputs"], kinds, strict=True)]
    return bytes(function_abi_to_4byte_selector(item)) + encode(kinds, given)


def some(kind: str) -> Any:
    if kind == "address":
        return "0x" + "ab" * 20
    if kind == "string":
        return "text"
    if kind.startswith("bytes"):
        return b"CNY"[: int(kind[5:] or 3)]
    return 1


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_error__of_any_contract__told_in_a_sentence(name: str) -> None:
    assert name in SENTENCES, f"{name} has no sentence: add one to refusals.py or one of its sister files"
    refusal = refusal_from_data(raw(name))
    text = str(refusal)
    assert not re.search(r"[{}]|\bNone\b|<", text), text
    assert name not in text, "a sentence, not the error's name"
    assert not text.endswith(".") and len(text.split()) >= 4, text
    assert refusal.reason == re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def test_errors__of_one_name__are_the_same_everywhere() -> None:
    """A sentence belongs to a name: two errors of one name with other fields would be told wrongly."""
    found: dict[str, set[str]] = {}
    for name in contract_names():
        for item in load_artifact(name).abi:
            if item["type"] == "error":
                fields = ",".join(f"{i['type']} {i['name']}" for i in item["inputs"])
                found.setdefault(item["name"], set()).add(fields)
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}


def test_sentences__of_no_error__are_none() -> None:
    assert set(SENTENCES) - set(ERRORS) == set()


@pytest.mark.parametrize("name", sorted(set(SENTENCES) & set(ERRORS)))
def test_sentence__its_fields__are_the_errors(name: str) -> None:
    fields = {field["name"] for field in ERRORS[name]["inputs"]}
    told = set(re.findall(r"\{(\w+)(?::\w+)?\}", SENTENCES[name]))
    assert told <= fields
    assert fields - told <= set(ABOUT), "every value is told: in the sentence, or behind it"


def test_sentence__what_it_is_about__told_behind_it_once() -> None:
    text = str(refusal_from_data(raw("ReceiptsDiffer", receiptId=255, otherId=254)))
    assert text.endswith(f"(receipt 0x{255:064x}, other receipt 0x{254:064x})")
    known = str(refusal_from_data(raw("UnknownSeries", seriesDigest=b"\xab" * 32)))
    assert known.count("ab" * 32) == 1


@pytest.mark.parametrize("code", [*PANICS, 0x99])
def test_panic__of_any_code__is_a_fault_to_report(code: int) -> None:
    data = bytes.fromhex("4e487b71") + code.to_bytes(32)
    refusal = refusal_from_data(data, "execution reverted")
    assert refusal.reason == "contract-panic"
    assert "stopped by itself" in str(refusal) and f"0x{code:02x}" in str(refusal)
    assert "report it" in str(refusal) and "reverted" not in str(refusal)


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("LotExceeded", {"liveG": 210_000_000, "attestedG": 200_000_000}, "210.000 t"),
        ("QuantityNotConserved", {"beforeG": 900_000, "afterG": 900_001}, "900 kg would become 900.001 kg"),
        ("DeadlinePassed", {"deadline": NOW_S, "nowS": NOW_S + 1}, "2026-11-21 17:40:00 CST (UTC+8)"),
        ("ValidityOutOfRange", {"maxAgeS": 7 * 86_400}, "7 days"),
        ("ReceiptNotLive", {"status": 2}, "the receipt is suspended, not live"),
        ("ModuleLacksRight", {"right": 8, "rights": 3}, "right PLEDGE, it has REPLACE and REDUCE"),
        ("ModuleLacksRight", {"right": 16, "rights": 0}, "it has none"),
        (
            "AttesterRolesDiffer",
            {"stated": 12, "roles": 128},
            "bank and inspector; its member is iot provider",
        ),
        ("AccessManagerUnauthorizedAccount", {"roleId": 2}, "the power COMMITTEE"),
        ("AccessManagerUnauthorizedCall", {"selector": bytes.fromhex("00000000")}, "0x00000000"),
        ("ExpiryDiffers", {"given": NOW_S, "expiresAt": NOW_S}, "states expiry 2026-11-21 17:40:00 CST"),
        ("WrongModuleNumber", {"given": 3, "expected": 5}, "carries number 3, expected is 5"),
        (
            "PledgeTerms",
            {"amountMinor": 5_000_000, "maturity": NOW_S, "ltvBps": 10_001, "cureS": 864_000},
            "an amount (5,000,000 minor units given), a maturity to come (2026-11-21 17:40:00 CST (UTC+8) "
            "given), an LTV of 1 to 10000 bps (10001 given) and time to cure (10 days given)",
        ),
        ("CurrencyDiffers", {"given": b"USD", "currency": b"CNY"}, "in one currency: CNY, not USD"),
        ("WrongPolicy", {"given": b"\x01" * 32}, "under policy 0x0101"),
        ("OrderHashDiffers", {"given": b"\x02" * 32}, "another order, 0x0202"),
        ("UnknownReceipt", {"receiptId": 255}, f"(receipt 0x{255:064x})"),
    ],
)
def test_values__in_plain_words(name: str, values: dict[str, Any], wanted: str) -> None:
    assert wanted in str(refusal_from_data(raw(name, **values)))


def test_error__unknown__is_passed_on_as_the_node_said_it() -> None:
    refusal = refusal_from_data(b"\x12\x34\x56\x78", "execution reverted")
    assert (refusal.reason, str(refusal)) == (
        "contract-refused",
        "the contract refused: execution reverted",
    )


@pytest.mark.parametrize(
    ("grams", "wanted"),
    [
        (1, "0.001 kg"),
        (999, "0.999 kg"),
        (900_000, "900 kg"),
        (999_999, "999.999 kg"),
        (1_000_000, "1.000 t"),
        (1_000_001, "1,000.001 kg"),
        (12_345_678_000, "12,345.678 t"),
    ],
)
def test_mass__any_grams__not_one_is_lost(grams: int, wanted: str) -> None:
    assert mass(grams) == wanted


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(0, "0 seconds"), (1, "1 second"), (90, "90 seconds"), (3600, "1 hour"), (5400, "90 minutes")],
)
def test_span__any_seconds__in_the_largest_exact_unit(seconds: int, wanted: str) -> None:
    assert span(seconds) == wanted


def test_masks__unknown_bits__are_not_hidden() -> None:
    assert roles(0) == "no role"
    assert roles(1 | 1 << 12) == "warehouse operator and bit 4096"
    assert rights(0) == "none"
    assert shown("currency", b"CNY") == "CNY"
    assert fill("{a} g, {b} s, {c}", {"a": 2_000_000, "b": 120, "c": b"\x01"}) == "2.000 t, 2 minutes, 0x01"
