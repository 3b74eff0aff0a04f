"""What members sign, in words: every field of every order is said, in both languages."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from enum import IntEnum
from typing import Any

import pytest

from holdfast.attestation.typed_data import CHOICES, TYPES
from holdfast.domain.act_sentences import SENTENCES
from holdfast.domain.act_words import sentence
from holdfast.domain.acts import (
    CaseOrder,
    ForeclosureOrder,
    PledgeReleaseOrder,
    ReceiptRef,
    Share,
    Successor,
    SupersedeOrder,
    SupersedeReason,
)
from holdfast.domain.court_words import CASE_REASONS, case_reason, listed_reasons
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import ReinstateOrder

UNSAID = {"seq", "released_seq", "deadline", "number", "currency", "lot_id"}
"""Numbers of orders; the deadline is added to each sentence, the currency stands in the amounts."""


def example(kind: type[Any]) -> Any:
    """An order whose every value is right."""
    values: dict[str, Any] = {}
    for index, (_, sort, name) in enumerate(TYPES[kind.__name__], 2):
        choices = CHOICES.get((kind.__name__, name))
        if choices is not None:
            values[name] = next(iter(choices))
        elif name == "parts":
            values[name] = (Successor(71, 5_000_000, 1_900_000_000), Successor(72, 6_000_000, 1_900_000_000))
        elif name == "receipts":
            values[name] = (ReceiptRef(81, 1), ReceiptRef(82, 2))
        elif name == "others":
            values[name] = (ReceiptRef(85, 1),)
        elif name == "shares":
            values[name] = (Share(91, 100, 100), Share(92, 100, 50))
        elif name == "currency":
            values[name] = b"CNY"
        elif sort.startswith("bytes"):
            values[name] = bytes([index]) * int(sort[5:])
        elif name in ("deadline", "expires_at", "maturity"):
            values[name] = 1_800_000_000 + index
        elif name == "notice_s":
            values[name] = 30 * 86_400
        else:
            values[name] = 1_000_000 + index if name.endswith("_g") else 100 + index
    return kind(**values)


def who(member: int) -> tuple[str, str]:
    return f"Member {member} Ltd", f"会员 {member}"


@pytest.mark.parametrize("kind", SENTENCES, ids=lambda kind: kind.__name__)
def test_sentence__each_order__names_every_field_in_both_languages(kind: type[Any]) -> None:
    order = example(kind)
    english, chinese = sentence(order, who, currency="CNY")
    for text, template in zip((english, chinese), SENTENCES[kind], strict=True):
        said = set(re.findall(r"{(\w+)}", template))
        assert {item.name for item in fields(order)} - said <= UNSAID, template
        assert said <= {item.name for item in fields(order)}
        assert "{" not in text and "IntEnum" not in text and "b'" not in text
    assert "Void after 2027-01-15" in english and english.endswith(".")
    assert "后失效。" in chinese
    assert not re.search("[a-z]{4,} [a-z]{4,}", re.sub(r"0x[0-9a-f]+|\(minor units\)", "", chinese)), chinese


def test_sentence__sale__each_pledges_part_and_the_surplus_with_their_currency() -> None:
    order = example(ForeclosureOrder)
    english, _ = sentence(order, who, currency="CNY")
    assert "pledge 91 CNY 1.00, pledge 92 CNY 0.50" in english


def test_sentence__release__whose_and_which() -> None:
    order = PledgeReleaseOrder(0x5F, 77, 4, 1, 1_800_000_000)
    english, chinese = sentence(order, who)
    assert english.startswith("Member 4 Ltd releases its pledge 77 on receipt 0x0")
    assert chinese.startswith("会员 4解除其在仓单 0x0")


def test_sentence__extension_without_holder__says_whose_it_is() -> None:
    order = replace(example(SupersedeOrder), reason=SupersedeReason.EXTENSION)
    english, chinese = sentence(replace(order, holder=0), who)
    assert english.startswith("The first pledgee, without the holder, has receipt 0x"), english
    assert chinese.startswith("第一顺位质权人（无需持有人签署）以"), chinese


def test_sentence__order_that_nobody_signs__refused() -> None:
    with pytest.raises(InvalidInput, match="ReinstateOrder"):
        sentence(ReinstateOrder(5, 1, 1_800_000_000), who)


def test_choices__every_name__has_a_chinese_one() -> None:
    for kind in SENTENCES:
        for item in fields(kind):
            choices: Any = CHOICES.get((kind.__name__, item.name), ())
            for choice in choices:
                assert isinstance(choice, IntEnum)
                order = example(kind)
                object.__setattr__(order, item.name, choice)
                assert sentence(order, who)


def test_case_reason__known_and_unknown_codes__words_in_both_languages() -> None:
    for code, (english, chinese) in CASE_REASONS.items():
        order = CaseOrder(9, 7, code, bytes(31) + b"\x01", 1_900_000_000, 1_800_000_000)
        told = sentence(order, lambda member: (f"member {member}", f"成员 {member}"))
        assert f"case 7 ({english})" in told[0]
        assert f"（{chinese}）" in told[1]
    assert case_reason(200) == ("reason code 200", "事由代码 200")
    assert listed_reasons().startswith("1 preservation during proceedings, 2 ")
