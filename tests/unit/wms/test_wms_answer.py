"""From recorded answers to a claim: every contradiction is refused, nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.claims import StockClaim
from holdfast.domain.errors import HoldfastError, InvalidInput, Refused
from holdfast.domain.units import Grams
from holdfast.domain.wms_answer import parse_claim, read_stock, record
from tests.fakes.wms import BAY_ID, FakeStockSource, answers_for, raw_answer
from tests.unit.wms.test_claims import CLAIM

Answers = list[list[dict[str, Any]]]
OTHER_BAY = {"__name__": "stock.location", "id": 10, "code": "A-08", "type": "storage"}


def read(answers: Answers) -> StockClaim:
    steps = read_stock(CLAIM.site, CLAIM.lot, CLAIM.as_of)
    next(steps)
    try:
        for body in answers:
            steps.send(json.dumps(body).encode())
    except StopIteration as done:
        claim: StockClaim = done.value
        return claim
    raise AssertionError("the reading asked more than four questions")


def moved(answers: Answers, number: int, **values: Any) -> None:
    """Add a move like the first, with other values."""
    answers[1].append({**answers[1][0], "id": number, **values})


def test_read_stock__lot_in_one_bay__claim_with_grams_and_pallets() -> None:
    claim = read(answers_for(CLAIM))
    assert replace(claim, source_version=CLAIM.source_version) == CLAIM
    assert claim.source_version.startswith("tryton lot 1, 2 moves, records ")


def test_read_stock__tonnes_and_kilograms_mixed__summed_in_grams() -> None:
    answers = answers_for(CLAIM)
    answers[1][0].update(quantity=1.25, unit={"__name__": "product.uom", "id": 9, "symbol": "t"})
    assert read(answers).quantity_g == CLAIM.quantity_g


def test_read_stock__pallet_left_again__is_no_longer_claimed() -> None:
    answers = answers_for(CLAIM)
    moved(answers, 3, from_location=BAY_ID, to_location=7)
    answers[2][0]["quantity"] = 1250.0
    claim = read(answers)
    assert (claim.quantity_g, claim.packages) == (1_250_000, CLAIM.packages[1:])


def test_read_stock__another_record__another_source_version() -> None:
    answers = answers_for(CLAIM)
    answers[1][0]["id"] = 40
    assert read(answers).source_version != read(answers_for(CLAIM)).source_version


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("unknown-site", lambda a: a[0].clear()),
        ("ambiguous-site", lambda a: a[0].append({**a[0][0], "id": 77})),
        ("several-companies", lambda a: a[1][0].update(company=2)),
        ("unknown-lot", lambda a: a[2].clear()),
        ("ambiguous-lot", lambda a: a[2].append({**a[2][0], "id": 77})),
        ("wms-inconsistent", lambda a: a[2][0].update(quantity=2499.99)),
        ("wms-inconsistent", lambda a: a[1].pop()),
        ("wms-inconsistent", lambda a: a[1][0].update(lot=8)),
        ("wms-inconsistent", lambda a: a[1][0].update(product=8)),
        ("wms-inconsistent", lambda a: a[3].append(OTHER_BAY)),
        ("wms-inconsistent", lambda a: a[3].clear()),
        ("several-places", lambda a: (a[1][0].update(to_location=10), a[3].append(OTHER_BAY))),
        (
            "negative-stock",
            lambda a: (
                a[1][0].update(from_location=10, quantity=1250.0),
                a[3].append(OTHER_BAY),
                a[2][0].update(quantity=1250.0),
            ),
        ),
        ("nothing-on-hand", lambda a: (a[1].clear(), a[3].clear(), a[2][0].update(quantity=0.0))),
        ("duplicate-sscc", lambda a: a[1][0]["package"].update(number=a[1][1]["package"]["number"])),
    ],
)
def test_read_stock__answers_that_say_no__refused_with_reason(
    reason: str, change: Callable[[Answers], Any]
) -> None:
    answers = answers_for(CLAIM)
    change(answers)
    with pytest.raises(Refused) as refusal:
        read(answers)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a[0][0].update(code="CNTAO-W4"),
        lambda a: a[0][0].update(id=True),
        lambda a: a[0][0].update(id=None),
        lambda a: a[2][0].update(number="QD-2026-0148"),
        lambda a: a[2][0].pop("quantity"),
        lambda a: a[2][0].update(quantity="2500"),
        lambda a: a[2][0].update(quantity=1e16),
        lambda a: a[2][0].update(product=None),
        lambda a: a[2][0]["default_uom"].update(symbol="bale"),
        lambda a: a[2][0]["product"]["template"].update(name="SVR\x1b[2J"),
        lambda a: a[1][0].update(__name__="stock.lot"),
        lambda a: a[1][0].update(id=a[1][1]["id"]),
        lambda a: a[1][0].update(quantity=0.0001),
        lambda a: a[1][0].pop("unit"),
        lambda a: a[1][0]["package"].update(number="PALLET-1"),
        lambda a: a[1].append("move"),
        lambda a: a[3][0].update(code=None),
    ],
)
def test_read_stock__malformed_answer__invalid_input(change: Callable[[Answers], Any]) -> None:
    answers = answers_for(CLAIM)
    change(answers)
    with pytest.raises(InvalidInput):
        read(answers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<html>",
        b"[" * 100_000,
        b"\xff",
        b"[NaN]",
        b'[{"id":1}]',
        b"[" + b"9" * 5000 + b"]",
        b"null",
    ],
)
def test_read_stock__answer_that_is_no_list_of_records__invalid_input(body: bytes) -> None:
    steps = read_stock(CLAIM.site, CLAIM.lot, CLAIM.as_of)
    next(steps)
    with pytest.raises(InvalidInput):
        steps.send(body)


def test_parse_claim__recorded_answers__same_claim_every_time() -> None:
    raw = raw_answer(CLAIM)
    assert parse_claim(raw) == parse_claim(bytes(raw))
    assert parse_claim(raw).differences(CLAIM) == ()


def reworked(change: Callable[[dict[str, Any]], Any]) -> bytes:
    whole = json.loads(raw_answer(CLAIM))
    change(whole)
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.update(format="holdfast-wms-tryton/1"),
        lambda w: w.update(extra=1),
        lambda w: w.update(as_of="1795255975"),
        lambda w: w.update(as_of=0),
        lambda w: w.update(site=7),
        lambda w: w.update(lot="QD-2026-0148"),
        lambda w: w.update(exchanges={}),
        lambda w: w["exchanges"].clear(),
        lambda w: w["exchanges"].pop(),
        lambda w: w["exchanges"].append(w["exchanges"][0]),
        lambda w: w["exchanges"].reverse(),
        lambda w: w["exchanges"][0].pop("body"),
        lambda w: w["exchanges"][0].update(body=[]),
        lambda w: w["exchanges"][0].update(body="\ud800"),
        lambda w: w["exchanges"][1]["query"].update(domain=[]),
        lambda w: w["exchanges"][2]["query"].update(context={}),
    ],
)
def test_parse_claim__record_that_is_not_such_a_reading__invalid_input(
    change: Callable[[dict[str, Any]], Any],
) -> None:
    with pytest.raises(InvalidInput):
        parse_claim(reworked(change))


def test_parse_claim__any_byte_of_an_answer_changed__never_an_unplanned_error() -> None:
    raw = raw_answer(CLAIM)
    for place in range(0, len(raw), 7):
        with suppress(HoldfastError):
            parse_claim(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])


def test_record__answer_that_is_no_text__invalid_input() -> None:
    query = next(read_stock(CLAIM.site, CLAIM.lot, CLAIM.as_of))
    with pytest.raises(InvalidInput, match="UTF-8"):
        record(CLAIM.site, CLAIM.lot, CLAIM.as_of, [(query, b"\xff")])


def test_fake_source__claims_and_errors__answered_as_the_port_says() -> None:
    loose = replace(CLAIM, lot="QD-LOOSE", packages=(), quantity_g=Grams(1))
    down = Refused("wms-inconsistent", "as told")
    source = FakeStockSource({(c.site, c.lot): c for c in (CLAIM, loose)} | {("CNTAO-W3", "QD-BAD"): down})
    for claim in (CLAIM, loose):
        answer = source.claim(site=claim.site, lot=claim.lot)
        assert answer.claim.differences(claim) == ()
        assert parse_claim(answer.raw) == answer.claim
    with pytest.raises(Refused, match="as told"):
        source.claim(site="CNTAO-W3", lot="QD-BAD")
    with pytest.raises(Refused, match="QD-NONE"):
        source.claim(site="CNTAO-W3", lot="QD-NONE")
    assert len(source.asked) == 4
