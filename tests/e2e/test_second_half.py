"""The second half: a pledge, a margin call, a shortage, a release, a delivery, and a sale after default.

It goes on where the first half ended, in a copy of its folder, as `holdfast demo --once` tells it
(scripts/demo/second_half.py). The story itself refuses to go on where a step ends otherwise; here we look at
what the chain holds afterwards.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from cli.home import Home
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.orders import Status
from scripts.demo.chain import free_port, running_chain
from scripts.demo.members import BANK, TRADER
from tests.e2e.told import Told, holdfast

T = 1_000_000


@pytest.fixture(scope="module")
def whole(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Both halves of the story."""
    home = Home(tmp_path_factory.mktemp("second") / "home")
    shutil.copytree(told.home.path, home.path)
    telling = holdfast(home.path, "demo", "--once", "--port", str(free_port()))
    assert telling.status == 0, telling.output
    return Told(home, telling)


@pytest.fixture(scope="module")
def network(whole: Told) -> Iterator[Chain]:
    """The chain as the second half left it."""
    deployment, genesis = load_deployment(whole.home.deployment)
    with running_chain(whole.home) as url:
        yield open_chain(ChainSettings(url, deployment, genesis))


@pytest.fixture(scope="module")
def events(network: Chain) -> list[ChainEvent]:
    """Everything the contracts said."""
    return list(network.events.events(network.connection.deployment.block, network.connection.head().number))


def state(network: Chain, whole: Told, name: str) -> Any:
    note = json.loads((whole.home.path / "story.json").read_text())
    return network.receipts.receipt(int(note[name], 16))


def times(events: list[ChainEvent], name: str) -> int:
    return sum(event.name == name for event in events)


def test_pledged_receipt__after_split_and_release__150_t_and_still_pledged(
    network: Chain, whole: Told
) -> None:
    found = state(network, whole, "receipt_id")
    assert (found.quantity_g, found.status, found.holder) == (150 * T, Status.LIVE, TRADER.member_id)
    assert (found.pledges, found.first_pledgee) == (1, BANK.member_id)


def test_released_part__delivered__burned(network: Chain, whole: Told) -> None:
    found = state(network, whole, "taken_receipt_id")
    assert (found.quantity_g, found.status) == (0, Status.DELIVERED)


def test_default__sold__buyer_holds_it_free(network: Chain, whole: Told) -> None:
    found = state(network, whole, "small_receipt_id")
    assert (found.holder, found.pledges, found.status) == (TRADER.member_id, 0, Status.LIVE)


def test_waterfall__as_the_chain_logged_it__parts_sum_to_the_proceeds(events: list[ChainEvent]) -> None:
    (sale,) = (event.args for event in events if event.name == "ReceiptForeclosed")
    paid = sum(event.args["paidMinor"] for event in events if event.name == "PledgePaid")
    lien = sale["lienMinor"]
    assert sale["proceedsMinor"] == sale["costsMinor"] + lien + paid + sale["surplusMinor"]
    assert (paid, sale["surplusMinor"]) == (2_000_000, 600_000 - lien)
    (settled,) = (event.args for event in events if event.name == "LienSettled")
    assert lien == settled["dueMinor"] >= 15_000, "thirty days of 2.5 t at CNY 2.00"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Pledged", 2),
        ("MarginCalled", 1),
        ("ReceiptSuspended", 1),
        ("ReceiptReinstated", 1),
        ("DefaultCured", 1),
        ("PledgeReleased", 1),
        ("DefaultNoticed", 1),
        ("ReceiptForeclosed", 1),
    ],
)
def test_acts__of_the_story__each_is_on_the_chain(events: list[ChainEvent], name: str, count: int) -> None:
    assert times(events, name) == count


def test_told_again__nothing_left_to_tell__found_and_ended(whole: Told) -> None:
    again = holdfast(whole.home.path, "demo", "--once", "--port", str(free_port()))
    assert again.status == 0, again.output
    assert "second half took" not in again.output
