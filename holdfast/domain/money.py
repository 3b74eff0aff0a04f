"""Amounts of money for people."""

from __future__ import annotations

from typing import Final

WITHOUT_PARTS: Final = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF"})
WITH_THREE: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose minor unit is not a hundredth (ISO 4217)."""


def show_amount(minor: int, currency: str) -> str:
    """Minor units as people write them: `500000000` of CNY -> `CNY 5,000,000.00`."""
    digits = 0 if currency in WITHOUT_PARTS else 3 if currency in WITH_THREE else 2
    whole, part = divmod(abs(minor), 10**digits)
    text = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    return f"{currency} {'-' if minor < 0 else ''}{text}"
