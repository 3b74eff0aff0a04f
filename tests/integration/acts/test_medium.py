"""From the register to paper and back: never both at once, and each paper only once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from holdfast.domain.orders import Status
from holdfast.domain.units import Grams
from tests.fakes.oracle import T
from tests.integration.acts.people import BANK, IMPORTER, OPERATOR, TRADER, People

PAPER = "0x" + "9a" * 32


def surrender(shop: People, tonnes: int, **changed: Any) -> dict[str, Any]:
    """What the importer asks for who brings the paper back, for the lot that the yard shows."""
    house = shop.warehouse
    asked = {"lot_id": "0x" + house.lot_id.hex(), "operator": OPERATOR, "site": house.claim.site}
    return {**asked, "lot": house.lot, "paper_digest": PAPER, "quantity_g": str(tonnes * T), **changed}


def test_paper_and_back__one_of_them_stands_at_a_time(shop: People) -> None:
    receipt, other = shop.issued_many(2)

    # To paper: the electronic receipt dies in the same act.
    told = shop.told(TRADER, "paper", 404, on=receipt, paper_digest=PAPER)
    assert "that you may see" in told
    shop.act(IMPORTER, "paper", OPERATOR, on=receipt, paper_digest=PAPER)
    found = shop.status(IMPORTER, receipt)
    assert (found["status"], found["paper_digest"], found["free"]) == ("replaced", PAPER, False)
    assert "another receipt took its place, or its goods left this register" in found["not_free_because"][0]
    told = shop.told(IMPORTER, "transfer", 409, on=receipt, transferee=TRADER)
    assert "expected a live receipt" in told

    # The goods it stood for are no longer the lot's; the same paper serves for no second receipt.
    house = shop.warehouse
    house.claim = replace(house.claim, quantity_g=Grams(100 * T))
    refused = shop.refused(IMPORTER, "paper", OPERATOR, on=other, paper_digest=PAPER)
    assert refused.reason == "paper-known", refused.detail
    shop.pledged(other)
    told = shop.told(IMPORTER, "paper", 409, on=other, paper_digest="0x" + "9b" * 32)
    assert "expected a receipt that is not pledged" in told

    # Back again, as goods of a lot of their own: first the paper dies, then a receipt is issued.
    shop.other_lot(100)
    told = shop.told(IMPORTER, "electronic", 422, **surrender(shop, 100, operator=TRADER))
    assert "operator: 3 is not right; expected a member that is a warehouse operator" in told
    prepared = shop.prepare(IMPORTER, {"type": "electronic", **surrender(shop, 100)})
    told = shop.told_signed(prepared, 422, IMPORTER)
    assert "place: it is missing; expected site and lot, as they were prepared" in told
    shop.other_lot(120)
    refused = shop.refused(IMPORTER, "electronic", OPERATOR, **surrender(shop, 120))
    assert refused.reason == "paper-exceeded", refused.detail
    shop.other_lot(100)
    shop.act(IMPORTER, "electronic", OPERATOR, **surrender(shop, 100))
    refused = shop.refused(IMPORTER, "electronic", OPERATOR, **surrender(shop, 100))
    assert refused.reason == "paper-known", refused.detail
    back = shop.issued()
    assert (shop.state(back).quantity_g, shop.state(back).status) == (100 * T, Status.LIVE)
    assert shop.status(IMPORTER, back)["free"] is True
    assert shop.state(other).first_pledgee == BANK
