"""Digests that say "these goods" or "this paper" alike in every registry, so that each is receipted once.

A digest is SHA-256 of a short text: lines joined by a line feed, none at the end, UTF-8. The first line
names the form; the others are `name=value` in the order below, values normalised as the functions here say.
Anyone computes the same from the same goods, without this program:

    holdfast-goods/1            holdfast-unit/1        holdfast-bill/1      holdfast-paper/1
    code=400122                 mark=376123450000...   carrier=MAEU         issuer=91370200MA3C...
    place=CNQDG                                        number=262123456     number=WR20260001
    intake=2026-03-01
    class=17
    mark=B12                    (one line for each mark, sorted by code point, each once; none for bulk)

`class` is the number of binary digits of the whole kilograms: 65,536 kg to 131,071 kg are class 17. Two
honest scales hardly ever disagree on it. Where they do, or one registry books a truck before midnight and
another after, `near_fingerprints` gives the neighbours to look up as well.

A fingerprint of a lot misses goods that another registry has cut into other lots. For marked goods ask for
`unit_fingerprints` too: one for each pallet or bale, exchanged between registries, not registered on the
chain.

Privacy. A digest hides nothing that can be guessed. Some 5,400 codes, the days of a year, a few classes and
a known warehouse are under 2^27 texts: a laptop tries all of them in a minute, and reads off what lies
there since when. Carriers' numbers run in sequence, so bills are no better. Random marks (an SSCC is 17
digits) are harder. So give a `salt` that only the registries that check each other know: the digest is then
HMAC-SHA256 under it. What it does: outsiders and nodes that lack it learn nothing. What it does not:
whoever has it can still try guesses, which is the purpose; once it leaks, every old digest is as open as
without; and registries with different salts do not find each other's goods, so one is agreed on beforehand
and not changed. The warehouse's member states which is used.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from holdfast.domain.claims import gs1_check_digit
from holdfast.domain.errors import InvalidInput
from holdfast.domain.units import grams

MOST_MARKS: Final = 10_000
MOST_TEXT: Final = 200
LEAST_SALT_BYTES: Final = 16

_LOCODE: Final = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_CARRIER: Final = re.compile(r"[A-Z]{2,4}")
_DATE: Final = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))")


@dataclass(frozen=True, slots=True)
class GoodsIdentity:
    """Goods as they came into a warehouse, normalised; build it with `goods_identity`.

    `code` is the six-digit HS code, `place` a GLN (13 digits) or UN/LOCODE (5 characters), `intake` the date
    there on which the last of the goods came in, `quantity_g` grams, `marks` sorted, each once.
    """

    code: str
    place: str
    intake: date
    quantity_g: int
    marks: tuple[str, ...] = ()


def goods_identity(
    *, code: str, place: str, intake: date | str, quantity_g: int, marks: Iterable[str] = ()
) -> GoodsIdentity:
    """Normalise a description of goods, however a registry writes it.

    Raises InvalidInput naming the field that cannot be read.
    """
    found = {_mark(mark, "marks") for mark in marks}
    if len(found) > MOST_MARKS:
        raise InvalidInput("marks", len(found), f"at most {MOST_MARKS} marks")
    return GoodsIdentity(_code(code), _place(place), _intake(intake), grams(quantity_g), tuple(sorted(found)))


def quantity_class(quantity_g: int) -> int:
    """Number of binary digits of the whole kilograms; 0 below one kilogram."""
    return (grams(quantity_g) // 1_000).bit_length()


def fingerprint(goods: GoodsIdentity, salt: bytes = b"") -> bytes:
    """The goods' fingerprint, 32 bytes: what OriginOrder registers as kind 3."""
    return _digest(_goods_text(goods, goods.intake, quantity_class(goods.quantity_g)), salt)


def near_fingerprints(goods: GoodsIdentity, salt: bytes = b"") -> tuple[bytes, ...]:
    """The fingerprint, then those that a scale or a clock a little off would give: all to be looked up.

    One class up and down, one day before and after.
    """
    own = quantity_class(goods.quantity_g)
    near = [(days, size) for days in (0, -1, 1) for size in (own, own - 1, own + 1) if size >= 0]
    return tuple(
        _digest(_goods_text(goods, goods.intake + timedelta(days), size), salt) for days, size in near
    )


def unit_fingerprints(goods: GoodsIdentity, salt: bytes = b"") -> frozenset[bytes]:
    """One digest for each mark: two registries that share any of them have receipted the same pallet or bale.

    An SSCC is unique in the world and stands alone; a producer's own number counts within code and place.
    """
    return frozenset(_digest(_unit_text(goods, mark), salt) for mark in goods.marks)


def bill_of_lading_digest(carrier: str, number: str, salt: bytes = b"") -> bytes:
    """Digest of a bill of lading, 32 bytes: what OriginOrder registers as kind 1.

    `carrier` is its SCAC; `number` the bill's, with or without the carrier's code before it. Neither date nor
    ports are in it: whoever presents a bill again may misread those.
    """
    who = _plain(carrier, "carrier")
    if not _CARRIER.fullmatch(who):
        raise InvalidInput("carrier", carrier, "a carrier's code (SCAC): 2 to 4 letters")
    what = _number(number, "number")
    if what.startswith(who) and len(what) > len(who):
        what = _without_zeros(what.removeprefix(who))
    return _digest(("holdfast-bill/1", f"carrier={who}", f"number={what}"), salt)


def paper_receipt_digest(issuer: str, number: str, salt: bytes = b"") -> bytes:
    """Digest of a paper receipt, 32 bytes: what PaperOrder and ElectronicOrder name it by.

    Of what identifies the paper, not of a picture of it, which differs with every scan. `issuer` is the
    warehouse operator's unified social credit code (18 characters) or LEI (20).
    """
    who = _plain(issuer, "issuer")
    if len(who) not in (18, 20) or not (who.isascii() and who.isalnum()):
        raise InvalidInput("issuer", issuer, "a unified social credit code (18) or an LEI (20 characters)")
    lines = ("holdfast-paper/1", f"issuer={who}", f"number={_number(number, 'number')}")
    return _digest(lines, salt)


# --- texts ---


def _goods_text(goods: GoodsIdentity, intake: date, size: int) -> tuple[str, ...]:
    return (
        "holdfast-goods/1",
        f"code={goods.code}",
        f"place={goods.place}",
        f"intake={intake.isoformat()}",
        f"class={size}",
        *(f"mark={mark}" for mark in goods.marks),
    )


def _unit_text(goods: GoodsIdentity, mark: str) -> tuple[str, ...]:
    if _is_sscc(mark):
        return ("holdfast-unit/1", f"mark={mark}")
    return ("holdfast-unit/1", f"code={goods.code}", f"place={goods.place}", f"mark={mark}")


def _digest(lines: tuple[str, ...], salt: bytes) -> bytes:
    text = "\n".join(lines).encode()
    if not salt:
        return hashlib.sha256(text).digest()
    if len(salt) < LEAST_SALT_BYTES:
        raise InvalidInput("salt", f"{len(salt)} bytes", f"at least {LEAST_SALT_BYTES} bytes, or none")
    return hmac.new(salt, text, hashlib.sha256).digest()


# --- values ---


def _plain(value: str, field: str) -> str:
    """NFKC, upper case, and only letters and digits of it: spaces, hyphens, dots and slashes say nothing."""
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise InvalidInput(field, value, f"text of at most {MOST_TEXT} characters")
    found = "".join(char for char in _folded(value) if char.isalnum())
    if not found:
        raise InvalidInput(field, value, "letters or digits")
    return found


def _folded(value: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).upper())


def _without_zeros(text: str) -> str:
    """Leading zeros of each run of digits dropped: bale 0012 is bale 12."""
    return re.sub(r"\d+", lambda run: run[0].lstrip("0") or "0", text)


def _number(value: str, field: str) -> str:
    """A document's number: letters of other alphabets that look the same would make it another one."""
    found = _plain(value, field)
    if not found.isascii():
        raise InvalidInput(field, value, "Latin letters and digits")
    return _without_zeros(found)


def _mark(value: str, field: str) -> str:
    """Like a number, but what parts two digits stays, as one hyphen: bale 1-12 is not bale 11-2."""
    found = _plain(value, field)
    sscc = found.removeprefix("00") if len(found) == 20 else found  # with GS1's identifier before it
    if _is_sscc(sscc):
        return sscc
    runs = re.findall(r"[^\W_]+", _folded(value))
    joined = runs[0]
    for run in runs[1:]:
        joined += ("-" if joined[-1] in "0123456789" and run[0] in "0123456789" else "") + run
    return _without_zeros(joined)


def _is_sscc(mark: str) -> bool:
    return len(mark) == 18 and mark.isascii() and mark.isdigit() and gs1_check_digit(mark[:-1]) == mark[-1]


def _code(value: str) -> str:
    """The six digits that all countries share; what follows is national."""
    found = _plain(value, "code")
    if not (found.isascii() and found.isdigit() and 6 <= len(found) <= 10):
        raise InvalidInput("code", value, "an HS code of 6 to 10 digits")
    return found[:6]


def _place(value: str) -> str:
    found = _plain(value, "place")
    if len(found) == 13 and found.isascii() and found.isdigit():
        if gs1_check_digit(found[:-1]) != found[-1]:
            raise InvalidInput("place", value, "a GLN with the right check digit")
        return found
    if not _LOCODE.fullmatch(found):
        raise InvalidInput("place", value, "a GLN (13 digits) or UN/LOCODE (5 characters)")
    return found


def _intake(value: date | str) -> date:
    """A date of the warehouse's own calendar: 2026-03-01, 2026/3/1, 20260301 or 2026年3月1日."""
    if isinstance(value, str):
        found = _DATE.fullmatch(unicodedata.normalize("NFKC", value).strip())
        try:
            value = date(*(int(part) for part in found.groups() if part)) if found else None  # type: ignore[assignment]
        except ValueError as error:
            raise InvalidInput("intake", value, "a date of the calendar") from error
    if type(value) is not date:
        raise InvalidInput("intake", value, "a date, as 2026-03-01")
    return value
