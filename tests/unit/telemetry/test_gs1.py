"""GS1 element strings and Digital Link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.claims import gs1_check_digit
from holdfast.domain.errors import InvalidInput
from holdfast.evidence.gs1 import (
    element_string,
    parse_digital_link,
    parse_element_string,
)

SSCC = "106141412345678908"


def test_sscc_check_digit__example_of_the_general_specifications__right() -> None:
    assert gs1_check_digit("37610425002123456") == "9"


def test_check_digit__example_gtins__right() -> None:
    assert (gs1_check_digit("629104150021"), gs1_check_digit("950600013435")) == ("3", "2")


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("00" + SSCC, {"00": SSCC}),
        ("]Q300" + SSCC, {"00": SSCC}),
        ("]d2\x1d00" + SSCC, {"00": SSCC}),
        ("4146901234000016254A-07", {"414": "6901234000016", "254": "A-07"}),
        ("254A-07\x1d4146901234000016", {"254": "A-07", "414": "6901234000016"}),
        ("10LOT7\x1d37125\x1d00" + SSCC, {"10": "LOT7", "37": "125", "00": SSCC}),
        ("3103001250" + "00" + SSCC, {"3103": "001250", "00": SSCC}),
    ],
)
def test_parse_element_string__good__cut_at_the_right_places(text: str, elements: dict[str, str]) -> None:
    assert parse_element_string(text) == elements


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one"),
        ("]Q3", "at least one"),
        ("00" + SSCC[:-1], "18 characters"),
        ("00" + SSCC[:-1] + "9", "check digit of 8"),
        ("00" + "١" * 18, "digits only"),
        ("00" + SSCC + "00" + SSCC, "once"),
        ("99X", "application identifier"),
        ("254A-07", "414"),
        ("4146901234000016254" + "A" * 21, "1 to 20"),
        ("4146901234000016254", "1 to 20"),
        ("4146901234000016254A\n7", "set 82"),
        ("(00)" + SSCC, "application identifier"),
        ("10" + "A" * 600, "at most 512"),
    ],
)
def test_parse_element_string__bad__refused_naming_field(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_element_string(text)


def test_parse_digital_link__sscc_and_location__same_as_element_string() -> None:
    assert parse_digital_link(f"https://id.gs1.org/00/{SSCC}") == {"00": SSCC}
    location = parse_digital_link("https://example.com/some/where/414/6901234000016/254/A-07?x=1")
    assert location == {"414": "6901234000016", "254": "A-07"}


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/",
        f"ftp://id.gs1.org/00/{SSCC}",
        f"https://user@id.gs1.org/00/{SSCC}",
        f"https://id.gs1.org/00/{SSCC}/10",
        f"https://id.gs1.org/00/{SSCC[:-1]}9",
        "https://[bad/00/1",
        f"https://id.gs1.org/00/{SSCC}/7/x",
    ],
)
def test_parse_digital_link__bad__refused(uri: str) -> None:
    with pytest.raises(InvalidInput):
        parse_digital_link(uri)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=60))
def test_parse_element_string__any_text__refused_or_written_back_the_same(text: str) -> None:
    try:
        elements = parse_element_string(text)
    except InvalidInput:
        return
    assert parse_element_string(element_string(elements)) == elements


def test_element_string__separator_inside_a_value__refused() -> None:
    with pytest.raises(InvalidInput):
        element_string({"10": "A\x1d21B"})
