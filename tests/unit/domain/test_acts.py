"""Acts: limits checked by field, the same value after JSON, and the types the contracts hash."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.attestation.typed_data import ACT_TYPES, act_from_json, encode_type, order_to_json
from holdfast.chain.acts import FUNCTIONS, PARTIES, act_arguments
from holdfast.chain.refusals import SENTENCES, _errors
from holdfast.domain.acts import (
    Act,
    ForeclosureOrder,
    LotSeriesOrder,
    PartialDeliveryOrder,
    PledgeOrder,
    PledgeSubstituteOrder,
    PriceOrder,
    Share,
    SplitOrder,
    Successor,
    SupersedeOrder,
    SupersedeReason,
)
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import Kind, Status
from holdfast.domain.pledge_terms import by_pledgee, extends_alone
from holdfast.domain.receipts import ReceiptState

ROOT = Path(__file__).resolve().parents[3]
SPLIT = SplitOrder(1, 2, 1, 0, (Successor(7, 4, 99), Successor(8, 6, 99)), 50)
PLEDGE = PledgeOrder(1, 2, 4, 0, 1, 500, b"CNY", 99, 7_000, 60, 0, bytes(32), 50)
SALE = ForeclosureOrder(1, 4, 2, 3, 0, bytes(32), 40, 10, 1, 0, (Share(9, 9, 9),), 0, 50)
PRICE = PriceOrder(bytes(32), 5, 60_000_00, 40, 50)
SERIES = LotSeriesOrder(7, bytes(32), 50)
SUBSTITUTE = PledgeSubstituteOrder(1, 2, 2, 4, 0, 0, bytes(32), 50, second=8)


@pytest.mark.parametrize("act", [SPLIT, PLEDGE, SALE, PRICE, SERIES, SUBSTITUTE])
def test_act__through_json__the_same(act: Act) -> None:
    assert act_from_json(type(act).__name__, order_to_json(act)) == act


def test_supersede__reason_from_json__its_own_reasons() -> None:
    order = SupersedeOrder(1, 2, 2, 0, 5, 99, SupersedeReason.EXTENSION, 50)
    again = act_from_json("SupersedeOrder", order_to_json(order))
    assert again == order
    with pytest.raises(InvalidInput, match="reason"):
        act_from_json("SupersedeOrder", {**order_to_json(order), "reason": "3"})


def test_supersede__without_holder__an_extension_only() -> None:
    order = SupersedeOrder(1, 2, 0, 0, 5, 99, SupersedeReason.EXTENSION, 50)
    assert by_pledgee(order)
    assert act_from_json("SupersedeOrder", order_to_json(order)) == order
    with pytest.raises(InvalidInput, match="only an extension may name nobody"):
        replace(order, reason=SupersedeReason.CORRECTION)
    with pytest.raises(InvalidInput, match="holder"):
        replace(order, holder=-1)
    with pytest.raises(InvalidInput, match="holder"):
        PartialDeliveryOrder(1, 0, 5, 0, 50)


@pytest.mark.parametrize(
    ("changes", "alone"),
    [
        ({}, True),
        ({"expires_at": 100}, False),
        ({"pledges": 0, "first_pledgee": 0}, False),
    ],
)
def test_extension_without_holder__pledged_and_expired_only(changes: dict[str, Any], alone: bool) -> None:
    state = ReceiptState(1, 2, 1, Status.LIVE, Kind.NEGOTIABLE, 99, 0, 5, bytes(24), 4, pledges=1)
    order = SupersedeOrder(1, 2, 0, 0, 5, 500, SupersedeReason.EXTENSION, 150)
    assert extends_alone(order, replace(state, **changes), 100) is alone
    assert not extends_alone(replace(order, holder=2), state, 100)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", b"cny"),
        ("currency", b"CN"),
        ("amount_minor", 0),
        ("pledgee", 0),
        ("seq", -1),
        ("rank", 256),
    ],
)
def test_pledge__value_out_of_its_limits__refused_by_name(field: str, value: object) -> None:
    values = {name: getattr(PLEDGE, name) for name in PLEDGE.__slots__}
    with pytest.raises(InvalidInput, match=field):
        PledgeOrder(**{**values, field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [-1, 2**32, False])
def test_substitute__rank_that_is_no_member__refused_by_name(value: object) -> None:
    with pytest.raises(InvalidInput, match="third"):
        replace(SUBSTITUTE, third=value)  # type: ignore[arg-type]


def test_types__every_act__hashed_by_the_contracts_under_the_same_string() -> None:
    libraries = (ROOT / "contracts" / "libraries").glob("*Hash.sol")
    source = "".join(path.read_text(encoding="utf-8") for path in libraries)
    blocks = re.findall(r'keccak256\(\s*((?:"[^"]*"\s*)+)\)', source)
    known = {"".join(re.findall(r'"(.*?)"', block)) for block in blocks}
    assert {encode_type(name) for name in ACT_TYPES} <= known
    assert {kind.__name__ for kind in FUNCTIONS} == {kind.__name__ for kind in PARTIES} == set(ACT_TYPES)


def test_arguments__missing_signature_or_attestation__refused() -> None:
    with pytest.raises(InvalidInput, match="holder, operator"):
        act_arguments(SPLIT, (b"",))
    with pytest.raises(InvalidInput, match="PledgeOrder needs one"):
        act_arguments(PLEDGE, (b"", b""))


def test_refusals__every_sentence__is_of_an_error_with_these_values() -> None:
    by_name = {item["name"]: {field["name"] for field in item["inputs"]} for item in _errors().values()}
    for name, sentence in SENTENCES.items():
        assert set(re.findall(r"\{(\w+)(?::\w+)?\}", sentence)) <= by_name[name], name
