"""What goods are worth, and what a pledge needs: the arithmetic of contracts/Valuation.sol in plain Python.

Prices are minor units of a currency for one tonne, values and amounts minor units, quantities grams. Whatever
is worth is rounded down, whatever is owed or needed is rounded up: a fraction never helps who borrows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.domain.errors import Refused

FEWEST_PRICES: Final = 2
"""Prices of that many members must agree before there is a value."""
TONNE_G: Final = 1_000_000
WHOLE_BPS: Final = 10_000
MOST_MINOR: Final = 2**64 - 1
"""Amounts are uint64 on the chain."""


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A feeder's last price: minor units for one tonne, and when it was observed (unix seconds)."""

    price_minor: int
    observed_at: int


@dataclass(frozen=True, slots=True)
class SeriesRules:
    """How a series is read: currency, oldest price that counts (s), greatest distance of prices (bps)."""

    currency: bytes
    staleness_s: int
    deviation_bps: int
    feeders: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoodsValue:
    """What a receipt's goods are worth, by `prices` prices that agree on `price_minor` for one tonne.

    `ltvs_bps`: by rank, what each pledge and those before it secure in basis points of the value; None for a
    bond, and for a pledge that covers other receipts as well. Without a value `missing` says why.
    """

    value_minor: int = 0
    currency: str = ""
    price_minor: int = 0
    prices: int = 0
    ltvs_bps: tuple[int | None, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """What a pledge and those before it secure, what the goods are worth, and what the agreed LTV needs."""

    currency: str
    value_minor: int
    secured_minor: int
    needed_minor: int


def counting_prices(
    rules: SeriesRules,
    posted: Mapping[int, PricePoint],
    *,
    now_s: int,
    parties: Collection[int] = (),
    inactive: Collection[int] = (),
) -> list[int]:
    """Prices that count, ascending: fresh, and of a feeder that may act and is no party to the receipt."""
    return sorted(
        posted[feeder].price_minor
        for feeder in rules.feeders
        if feeder in posted
        and feeder not in parties
        and feeder not in inactive
        and posted[feeder].observed_at + rules.staleness_s >= now_s
    )


def agreed_price_minor(prices: Sequence[int], deviation_bps: int) -> int:
    """The lower median of prices that agree; of two, the lower.

    Raises:
        Refused: `too-few-prices`, or `prices-deviate` by more than the bound.
    """
    if len(prices) < FEWEST_PRICES:
        raise Refused("too-few-prices", f"{len(prices)} fresh independent price(s); two at least are needed")
    ranked = sorted(prices)
    lowest, highest = ranked[0], ranked[-1]
    if (highest - lowest) * WHOLE_BPS > lowest * deviation_bps:
        raise Refused(
            "prices-deviate",
            f"prices from {lowest} to {highest} are more than {deviation_bps} bps apart: "
            "no value until they agree again",
        )
    return ranked[(len(ranked) - 1) // 2]


def value_minor(quantity_g: int, price_minor: int) -> int:
    """Value of goods at a price for one tonne, rounded down.

    Raises:
        Refused: `value-too-large`: it does not fit an amount.
    """
    value = quantity_g * price_minor // TONNE_G
    if value > MOST_MINOR:
        raise Refused("value-too-large", f"{quantity_g} g at {price_minor} a tonne is more than 2^64 - 1")
    return value


def needed_minor(secured_minor: int, ltv_bps: int) -> int:
    """Least value at which what is secured is no more than the agreed part of it, rounded up."""
    return -(-secured_minor * WHOLE_BPS // ltv_bps)


def loan_to_value_bps(secured_minor: int, worth_minor: int) -> int:
    """What is secured in basis points of the value, rounded up.

    Raises:
        Refused: `worth-nothing`: of nothing there is no part.
    """
    if worth_minor == 0:
        raise Refused("worth-nothing", "the goods are worth nothing: their LTV is no number")
    return -(-secured_minor * WHOLE_BPS // worth_minor)


def margin_is_short(worth_minor: int, secured_minor: int, ltv_bps: int) -> bool:
    """Whether a margin can be called: the goods are worth less than what the agreed LTV needs."""
    return worth_minor < needed_minor(secured_minor, ltv_bps)
