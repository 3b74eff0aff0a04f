"""A warehouse system in memory: implements the port, answers in the recorded format of the real one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from holdfast.domain.claims import StockClaim
from holdfast.domain.errors import HoldfastError, Refused
from holdfast.domain.units import GRAMS_PER_UNIT
from holdfast.domain.wms_answer import MEDIA_TYPE, Query, parse_claim, read_stock, record
from oracle.wms.port import ClaimAnswer

URL = "http://wms.example/holdfast"
SUPPLIER_ID, WAREHOUSE_ID, BAY_ID, LOT_ID, PRODUCT_ID, COMPANY_ID = 6, 5, 9, 1, 1, 1


class FakeStockSource:
    """Answers ``(site, lot)`` with the claim given for it, or raises the error given for it.

    `source_version` of the answer is computed from the records, as in the real adapter. `answers` may be
    changed at any time; `asked` keeps every question.
    """

    def __init__(self, answers: Mapping[tuple[str, str], StockClaim | HoldfastError]) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, str]] = []

    def claim(self, *, site: str, lot: str) -> ClaimAnswer:
        """Answer as `StockSource.claim` does; an unknown lot is refused."""
        self.asked.append((site, lot))
        answer = self.answers.get((site, lot), Refused("unknown-lot", f"lot: the WMS has no {lot!r}"))
        if isinstance(answer, HoldfastError):
            raise answer
        raw = raw_answer(answer)
        return ClaimAnswer(parse_claim(raw), raw, MEDIA_TYPE, answer.as_of, URL)


def raw_answer(claim: StockClaim) -> bytes:
    """The bytes a real Tryton would have led to for `claim`: one move in for each pallet."""
    bodies = answers_for(claim)
    exchanges: list[tuple[Query, bytes]] = []
    steps = read_stock(claim.site, claim.lot, claim.as_of)
    query = next(steps)
    for body in bodies:
        exchanges.append((query, json.dumps(body).encode()))
        try:
            query = steps.send(exchanges[-1][1])
        except StopIteration:
            break
    return record(claim.site, claim.lot, claim.as_of, exchanges)


def answers_for(claim: StockClaim) -> list[list[dict[str, Any]]]:
    """The four answers (site, moves, lot, places) as plain records, to be bent by a test."""
    uom = {"__name__": "product.uom", "id": 2, "symbol": claim.unit}
    template = {"__name__": "product.template", "id": 1, "name": claim.product}
    lot = {
        "__name__": "stock.lot",
        "id": LOT_ID,
        "number": claim.lot,
        "quantity": _in_unit(claim.quantity_g, claim.unit),
        "default_uom": uom,
        "product": {"__name__": "product.product", "id": PRODUCT_ID, "template": template},
    }
    pallets: tuple[str | None, ...] = claim.packages or (None,)
    each_g = claim.quantity_g // len(pallets)
    moves = []
    for number, sscc in enumerate(pallets, 1):
        amount_g = each_g if number < len(pallets) else claim.quantity_g - each_g * (len(pallets) - 1)
        package = sscc and {"__name__": "stock.package", "id": number, "number": sscc}
        moves.append(
            {
                "__name__": "stock.move",
                "id": number,
                "quantity": _in_unit(amount_g, claim.unit),
                "unit": uom,
                "from_location": SUPPLIER_ID,
                "to_location": BAY_ID,
                "package": package,
                "lot": LOT_ID,
                "product": PRODUCT_ID,
                "company": COMPANY_ID,
            }
        )
    warehouse = {"__name__": "stock.location", "id": WAREHOUSE_ID, "code": claim.site}
    bay = {"__name__": "stock.location", "id": BAY_ID, "code": claim.location, "type": "storage"}
    return [[warehouse], moves, [lot], [bay]]


def _in_unit(amount_g: int, unit: str) -> float:
    return float(Decimal(amount_g) / GRAMS_PER_UNIT[unit])
