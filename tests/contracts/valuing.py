"""Prices for tests: a series, its feeders, a lot that is valued by it.

valued(acts)                        # the lot of every test receipt, by two prices of 60,000.00 CNY a tonne
post(acts, INSPECTOR, 59_000_00)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from holdfast.domain.acts import LotSeriesOrder, PriceOrder
from tests.contracts.acts_harness import CNY, ActsWorld
from tests.contracts.harness import AUDITOR, DAY_S, INSPECTOR, IOT, LOT, Outcome, receipt_id

SERIES = sha256(b"copper cathode, grade A, Qingdao, daily").digest()
STALENESS_S, DEVIATION_BPS = DAY_S, 300
PRICE = 60_000_00
FEEDERS = (INSPECTOR, IOT, AUDITOR)


def set_series(
    acts: ActsWorld,
    feeders: Sequence[int] = FEEDERS,
    *,
    series: bytes = SERIES,
    currency: bytes = CNY,
    staleness_s: int = STALENESS_S,
    deviation_bps: int = DEVIATION_BPS,
    sender: str | None = None,
) -> Outcome:
    return acts.chain.send(
        acts.modules["Valuation"],
        "setSeries",
        series,
        currency,
        staleness_s,
        deviation_bps,
        list(feeders),
        sender=sender,
    )


def price_order(acts: ActsWorld, feeder: int, price: int = PRICE, **changes: Any) -> PriceOrder:
    made = PriceOrder(SERIES, feeder, price, acts.chain.now_s, acts.deadline_s)
    return replace(made, **changes)


def post(acts: ActsWorld, feeder: int, price: int = PRICE, **changes: Any) -> Outcome:
    return acts.put(price_order(acts, feeder, price, **changes))


def lot_order(acts: ActsWorld, receipt: int | None = None, series: bytes = SERIES) -> LotSeriesOrder:
    """Of the lot of a receipt, the first one issued unless told otherwise."""
    return LotSeriesOrder(receipt or receipt_id(1), series, acts.deadline_s)


def later(acts: ActsWorld, seconds: int = 1) -> None:
    acts.chain.set_time(acts.chain.now_s + seconds)


def valued(
    acts: ActsWorld,
    prices: Sequence[int] = (PRICE, PRICE),
    feeders: Sequence[int] = FEEDERS,
    lot: bytes = LOT,
) -> None:
    """Set up the series if need be, post one price of each of the first feeders, value LOT by it."""
    if not acts.ask("Valuation", "seriesOf", SERIES)["stalenessS"]:
        set_series(acts, feeders)
    for feeder, price in zip(feeders, prices, strict=False):
        post(acts, feeder, price)
    if acts.ask("Valuation", "seriesOfLot", LOT) == bytes(32):
        acts.put(lot_order(acts))


def value_of(acts: ActsWorld, receipt: int) -> int:
    return int(acts.ask("Valuation", "valueOf", receipt)[0])
