"""The life of receipts as members' staff live it: with the `holdfast` program, over a port, with key files."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from holdfast.domain.orders import Status, SuspendReason
from holdfast.domain.units import Grams
from tests.fakes.oracle import BANK, DAY_S, IMPORTER, OPERATOR, TRADER, T
from tests.integration.office import Clerk, Office
from tests.integration.workshop import COURT

COUNT, EACH_T = 8, 25


@dataclass(frozen=True)
class Story:
    """The staff, and receipts on 25 t each that the importer was given on its request."""

    shop: Office
    operator: Clerk
    importer: Clerk
    trader: Clerk
    bank: Clerk
    court: Clerk
    receipts: tuple[str, ...]

    def show(self, clerk: Clerk, receipt: str) -> str:
        """`receipt show`, asked of the API."""
        return clerk("receipt", "show", receipt, *clerk.online).out


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    shop = Office(tmp_path_factory.mktemp("office"))
    shop.start()
    try:
        clerks = [shop.clerk(each) for each in (OPERATOR, IMPORTER, TRADER, BANK, COURT)]
        operator, importer, *_ = clerks
        shop.terms(importer.path("terms.json"), COUNT)
        shop.yard.weighed_g = COUNT * EACH_T * T
        importer.prepare("deposit", "deposit.json", "--terms", "terms.json")
        assert "asks" in importer.sign("deposit.json").out
        order_id = importer.submit("deposit.json").order_id
        assert "confirms that" in operator.countersign(order_id).out
        importer.ends(order_id)
        shop.yard.weighed_g = None
        yield Story(shop, *clerks, receipts=shop.records.decision(order_id).receipt_ids)
    finally:
        shop.stop()


def made(order: Any, number: str) -> str:
    """Id of the receipt that an order brings into being under a number, read from what people see."""
    from holdfast.evidence.canonical import canonical_json, sha256_digest

    (found,) = [each for each in order["documents"] if each["receipt_number"] == number]
    return "0x" + sha256_digest(canonical_json(found)).hex()


def test_program__pledged_split_and_released_in_part(story: Story) -> None:
    shop, importer, bank, receipt = story.shop, story.importer, story.bank, story.receipts[0]
    importer.path("filing.pdf").write_bytes(b"filed with the registry")
    loan = ("--to", BANK, "--amount-minor", 20_000_000, "--currency", "CNY", "--ltv-bps", 7000)
    loan += ("--maturity", shop.now() + 90 * DAY_S, "--cure-s", 864_000, "--filing-digest", "@filing.pdf")
    said = importer.prepare("pledge", "pledge.json", "--receipt", receipt, *loan)
    assert "CNY 200,000.00" in said.out and "Written to pledge.json" in said.out
    assert "Still to sign: member 4" in importer.sign("pledge.json").out
    waiting = importer.submit("pledge.json")
    assert "awaiting-signature" in waiting.out and "signature of member 4" in waiting.out
    bank.countersign(waiting.order_id)
    assert "final" in bank.ends(waiting.order_id).out

    parts = ("--part", "P-1:10t:1", "--part", "P-2:15t:1")
    split = importer.act("split", "split.json", "--receipt", receipt, *parts, others=(story.operator, bank))
    free, kept = made(split, "P-1"), made(split, "P-2")
    bank.act("release", "release.json", "--receipt", free)
    assert "Free       yes" in story.show(importer, free)
    shown = story.show(bank, kept)
    assert "Free       NO" in shown and "secures CNY 200,000.00" in shown
    assert shop.state(receipt).status is Status.REPLACED
