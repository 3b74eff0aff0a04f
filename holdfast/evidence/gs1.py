"""GS1 element strings and Digital Link: what a pallet's label and a bay's sign say.

Clauses are of the GS1 General Specifications. Only the identifiers a warehouse label needs are known;
another one is refused, since without its length the rest cannot be cut right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from holdfast.domain.claims import gs1_check_digit
from holdfast.domain.errors import InvalidInput

__all__ = [
    "GLN", "LOCATION_EXTENSION", "SSCC", "element_string", "parse_digital_link", "parse_element_string",
]  # fmt: skip

GS: Final = "\x1d"
"""Separator after an element of variable length (FNC1 as a data character)."""
SYMBOLOGY_IDS: Final = ("]Q3", "]d2")
"""GS1 QR Code and GS1 DataMatrix (ISO/IEC 15424)."""
SSCC, GLN, LOCATION_EXTENSION = "00", "414", "254"
MAX_TEXT: Final = 512
_SET_82: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
_LINK_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class _Element:
    """How one application identifier's value is written."""

    least: int
    most: int
    numeric: bool
    checked: bool = False
    predefined: bool = False
    """Its length is known from the identifier (§7.8.5): no separator follows."""


def _fixed(digits: int, *, checked: bool = False) -> _Element:
    return _Element(digits, digits, numeric=True, checked=checked, predefined=True)


_ELEMENTS: Final[Mapping[str, _Element]] = {
    SSCC: _fixed(18, checked=True),
    "01": _fixed(14, checked=True),
    "02": _fixed(14, checked=True),
    "10": _Element(1, 20, numeric=False),
    **{ai: _fixed(6) for ai in ("11", "12", "13", "15", "16", "17")},
    "21": _Element(1, 20, numeric=False),
    "37": _Element(1, 8, numeric=True),
    LOCATION_EXTENSION: _Element(1, 20, numeric=False),
    **{f"{kind}{place}": _fixed(6) for kind in ("310", "330") for place in range(6)},
    "400": _Element(1, 30, numeric=False),
    **{f"41{place}": _fixed(13, checked=True) for place in range(8)},
}


def parse_element_string(text: str) -> dict[str, str]:
    """Cut an element string into values by application identifier, in the order they were written.

    Args:
        text: as a scanner gives it: optionally `]Q3` or `]d2` and a leading FNC1 first, GS as separator.

    Raises:
        InvalidInput: an unknown or repeated identifier, a value of the wrong length or characters, a wrong
            check digit, a missing separator, or (254) without its (414).
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput("element string", text, f"at most {MAX_TEXT} characters")
    rest = text[3:] if text.startswith(SYMBOLOGY_IDS) else text
    rest = rest.removeprefix(GS)
    if not rest:
        raise InvalidInput("element string", text, "at least one element")
    found: dict[str, str] = {}
    while rest:
        ai = next((rest[:size] for size in (2, 3, 4) if rest[:size] in _ELEMENTS), None)
        if ai is None:
            raise InvalidInput("application identifier", rest[:4], "one used on warehouse labels")
        rest = rest[len(ai) :]
        element = _ELEMENTS[ai]
        if element.predefined:
            value, rest = rest[: element.most], rest[element.most :]
            rest = rest.removeprefix(GS)
        else:
            value, _, rest = rest.partition(GS)
        _add(found, ai, value)
    return _together(found)


def parse_digital_link(uri: str) -> dict[str, str]:
    """Values by application identifier from a GS1 Digital Link URI (1.1 and later, uncompressed).

    The host is not looked at: it says who resolves the link, not what the goods are.

    Raises:
        InvalidInput: no such URI, or values that `parse_element_string` would refuse.
    """
    if len(uri) > MAX_TEXT:
        raise InvalidInput("digital link", uri, f"at most {MAX_TEXT} characters")
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise InvalidInput("digital link", uri, "a web address") from error
    if parts.scheme not in ("http", "https") or not _LINK_HOST.fullmatch(parts.netloc):
        raise InvalidInput("digital link", uri, "an http or https address with a plain host name")
    steps = parts.path.split("/")
    start = next((at for at, step in enumerate(steps) if step in (SSCC, "01", GLN)), None)
    if start is None or (len(steps) - start) % 2:
        raise InvalidInput("digital link", uri, "a path of a primary key, its value, and such pairs")
    found: dict[str, str] = {}
    for at in range(start, len(steps), 2):
        if steps[at] not in _ELEMENTS:
            raise InvalidInput("application identifier", steps[at], "one used on warehouse labels")
        _add(found, steps[at], unquote(steps[at + 1]))
    return _together(found)


def element_string(elements: Mapping[str, str]) -> str:
    """Write values as an element string, GS only where one must be. Raises as the parser."""
    written = ""
    for ai, value in elements.items():
        if ai not in _ELEMENTS:
            raise InvalidInput("application identifier", ai, "one used on warehouse labels")
        written += ai + value + ("" if _ELEMENTS[ai].predefined else GS)
    written = written.removesuffix(GS)
    if parse_element_string(written) != dict(elements):
        raise InvalidInput("elements", dict(elements), "values without separators in them")
    return written


def _add(found: dict[str, str], ai: str, value: str) -> None:
    """Check one value and keep it."""
    element, field = _ELEMENTS[ai], f"({ai})"
    if ai in found:
        raise InvalidInput(field, value, "each application identifier once")
    if not element.least <= len(value) <= element.most:
        size = f"{element.least}" if element.least == element.most else f"{element.least} to {element.most}"
        raise InvalidInput(field, value, f"{size} characters")
    if element.numeric and not (value.isascii() and value.isdigit()):
        raise InvalidInput(field, value, "digits only")
    if not _SET_82.fullmatch(value):
        raise InvalidInput(field, value, "characters of GS1 set 82")
    if element.checked and value[-1] != (right := gs1_check_digit(value[:-1])):
        raise InvalidInput(field, value, f"a check digit of {right}")
    found[ai] = value


def _together(found: dict[str, str]) -> dict[str, str]:
    """Identifiers that mean nothing alone (§4.13): an extension belongs to a location."""
    if LOCATION_EXTENSION in found and GLN not in found:
        raise InvalidInput("(254)", found[LOCATION_EXTENSION], "to stand with the (414) it extends")
    return found
