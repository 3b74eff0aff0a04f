"""Quantities as integers with the unit in the name; parsing and printing for people.

Everything hashed or on-chain is an integer: grams, basis points, unix seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import NewType

from holdfast.domain.errors import InvalidInput

Grams = NewType("Grams", int)
BasisPoints = NewType("BasisPoints", int)
UnixSeconds = NewType("UnixSeconds", int)
MemberId = NewType("MemberId", int)

MAX_GRAMS = 2**64 - 1
"""A receipt's quantity is a uint64 on-chain: 18 million million tonnes."""

GRAMS_PER_UNIT: dict[str, int] = {"g": 1, "kg": 1_000, "t": 1_000_000}
"""Units a claim or a document may be written in (SI mass, UN/ECE Rec 20 GRM, KGM, TNE)."""

_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
"""Refuses what does not fit, instead of rounding it: Python's own context silently keeps 28 digits."""

CHINA = timezone(timedelta(hours=8), "CST")
"""China Standard Time, UTC+8, no daylight saving."""
_YEAR_10000 = 253_402_272_000
"""Where it begins in China; the standard library's calendar ends there, and a deadline may lie beyond."""


def to_grams(amount: str | int | Decimal, unit: str, *, field: str = "quantity") -> Grams:
    """Convert an amount with a unit to whole grams.

    Raises InvalidInput for an unknown unit, a non-number, a fraction of a gram, 0 or less, or more
    than uint64 holds.
    """
    factor = GRAMS_PER_UNIT.get(unit)
    if factor is None:
        raise InvalidInput(f"{field} unit", unit, "one of " + ", ".join(GRAMS_PER_UNIT))
    try:
        exact = _EXACT.multiply(Decimal(str(amount)), Decimal(factor))
    except ArithmeticError as error:
        raise InvalidInput(field, amount, "a decimal number such as 200 or 25.500") from error
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise InvalidInput(field, amount, f"a whole number of grams (given in {unit})")
    return grams(int(exact), field=field)


def grams(value: int, *, field: str = "quantity_g") -> Grams:
    """Check that an integer is a receipt-sized positive mass in grams."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_GRAMS:
        raise InvalidInput(field, value, "a whole number of grams, at least 1 and below 2^64")
    return Grams(value)


def show_mass(value_g: int) -> str:
    """Grams for people: tonnes from 1 t up, else kg. `200000000` -> `200.000 t`."""
    sign = "-" if value_g < 0 else ""
    size = abs(value_g)
    if size >= 1_000_000:
        return f"{sign}{size // 1_000_000:,}.{size % 1_000_000 // 1_000:03d} t"
    return f"{sign}{Decimal(size) / 1000:,.1f} kg"


def show_time(seconds: int) -> str:
    """Unix seconds for people, in China Standard Time with the zone: `2026-11-21 17:40:00 CST`."""
    if seconds >= _YEAR_10000:
        return "after the year 9999"
    return datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M:%S CST (UTC+8)")


def iso_utc(seconds: int) -> str:
    """Unix seconds as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_percent(bps: int) -> str:
    """Basis points for people, such as `70.00 %`."""
    return f"{bps // 100}.{bps % 100:02d} %"
