"""`holdfast receipt show` against the real API and on a standing as a node gives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli.outside import Outside
from cli.standing_text import render_standing, standing_json
from holdfast.domain.orders import SuspendReason
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.standing import Bound, NoticeState, StorageState
from holdfast.domain.units import show_time
from tests.fakes.burdens import Burdened, burden, standing
from tests.fakes.story import NOW
from tests.unit.api.conftest import World, make_world
from tests.unit.cli.app_transport import AppTransport, Broken
from tests.unit.cli.conftest import Run, answer, error, secret_file

NAMES = {1: "Qingdao Port Bonded Warehousing", 2: "Shandong Rubber Import", 4: "Bank of the Yellow Sea"}


@dataclass
class Desk:
    """A burdened world behind the API, and `receipt show` as a member."""

    run: Run
    home: Path
    world: World
    made: Burdened

    def show(self, member: int, receipt: object, *words: str, **more: Any) -> Result:
        file = secret_file(self.home / f"token-{member}", self.world.token(member))
        outside = more.pop("outside", Outside(AppTransport(self.world), lambda: NOW))
        options = ("--api", "http://127.0.0.1:8700", "--token-file", str(file), *words)
        return self.run("receipt", "show", receipt, *options, outside=outside, **more)


@pytest.fixture
def desk(run: Run, home: Path, tmp_path: Path) -> Iterator[Desk]:
    world = make_world(tmp_path)
    made = burden(world.chain, world.records, world.story)
    world.index()
    with world.client:
        yield Desk(run, home, world, made)


def test_show__pledged_and_frozen_by_the_api__in_plain_words(desk: Desk) -> None:
    shown = desk.show(4, receipt_hex(desk.made.receipt))
    assert shown.exit_code == 0, shown.stderr
    text = shown.stdout
    assert "Held by    Shandong Rubber Import (member 2), account 0x" in text
    assert "Goods      40.000 t of Natural rubber SVR 10, VN-2026-0118, B-02, CNTAO-W3" in text
    assert "Free       NO" in text
    assert "- pledged: 2 pledges, the first to Bank of the Yellow Sea" in text
    assert "Pledge 1   to Bank of the Yellow Sea (member 4): secures CNY 5,000,000.00, due 20" in text
    assert "Pledge 2   to Grand Canal Bank (member 8): secures CNY 1,200,000.00" in text
    assert "Worth      CNY 8,000,000.00: 2 prices agree on CNY 200,000.00 a tonne" in text
    assert "at most 70.00 % of the goods' value, now 62.50 %; pledge 0x" in text
    assert "at most 70.00 % of the goods' value, now 77.50 %: margin can be called; pledge 0x" in text
    assert "CST (UTC+8)" in text
    assert (
        "Frozen     Qingdao Maritime Court (member 9), case 7, preservation during proceedings, until 20"
        in text
    )
    assert "waiting  Qingdao Maritime Court (member 9), case 8, preservation before" in text
    assert "Status     live; negotiable; the receipt runs until 20" in text
    assert "Evidence   " in text and "fresh until 20" in text
    assert "Next order number 5" in text


def test_show__json__is_the_answer_of_the_api(desk: Desk) -> None:
    found = answer(desk.show(4, receipt_hex(desk.made.receipt), "--json"))
    assert [pledge["rank"] for pledge in found["pledges"]] == [1, 2]
    assert found["pledges"][0]["terms"]["amount_minor"] == "500000000"


def test_show__no_right_in_it__no_terms(desk: Desk) -> None:
    shown = desk.show(3, receipt_hex(desk.made.receipt))
    assert shown.exit_code == 0, shown.stderr
    assert "CNY" not in shown.stdout
    assert shown.stdout.count("its terms are shown to those with a right in the receipt") == 2


def test_show__part_of_a_split__names_the_whole(desk: Desk) -> None:
    whole = receipt_hex(desk.world.story.batch[0])
    assert f"Instead of {whole}" in desk.show(2, receipt_hex(desk.made.parts[0])).stdout
    shown = desk.show(2, whole)
    assert "- replaced: another receipt took its place" in shown.stdout
    assert all(f"Now        {receipt_hex(part)}" in shown.stdout for part in desk.made.parts)


@pytest.mark.parametrize("member", [6, 10])
def test_show__a_stranger__refused_as_if_it_were_not_there(desk: Desk, member: int) -> None:
    shown = desk.show(member, receipt_hex(desk.made.receipt), "--json")
    assert (shown.exit_code, error(shown)["code"]) == (1, "not-found")


@pytest.mark.parametrize(
    "wrong", ["", "0x12", "5f" * 32, "0x" + "g" * 64, "0x" + "５" * 64, "QD-2026-000117"]
)
def test_show__no_receipt_id__names_what_is_right(desk: Desk, wrong: str) -> None:
    shown = desk.show(4, wrong, "--json")
    assert shown.exit_code == 2
    assert "0x and 64 digits" in error(shown)["detail"]


def test_show__node_and_api_at_once__wrong_usage(desk: Desk) -> None:
    shown = desk.show(4, receipt_hex(1), "--rpc-url", "http://127.0.0.1:1", "--json")
    assert (shown.exit_code, "one or the other" in error(shown)["detail"]) == (2, True)


def test_show__no_deployment_file__says_which_is_missing(desk: Desk) -> None:
    shown = desk.run("receipt", "show", receipt_hex(1), "--rpc-url", "http://127.0.0.1:1", "--json")
    assert shown.exit_code == 2
    assert "deployment.json" in error(shown)["detail"]


@pytest.mark.parametrize(("status", "content"), [(200, b"{}"), (200, b'{"receipt_id": 7}'), (500, b"no")])
def test_show__api_of_another_version_or_broken__unreachable(desk: Desk, status: int, content: bytes) -> None:
    shown = desk.show(4, receipt_hex(1), outside=Outside(Broken(status, content), lambda: NOW))
    assert shown.exit_code == 3, shown.output
    assert "not reachable" in shown.stderr


def test_render__node_alone__numbers_where_no_name_is_known(desk: Desk) -> None:
    state = standing(desk.world.chain, desk.made.receipt, desk.world.story.batch_lot)
    noticed = replace(state.pledges[0], default_at=NOW, receipts=2)
    late = replace(
        state,
        bounds=state.bounds | Bound.SUSPENDED | Bound.LIEN | Bound.EXPIRED | Bound.HOLDER_INACTIVE,
        suspend_reason=int(SuspendReason.QUANTITY_SHORT),
        pledges=(noticed, state.pledges[1]),
        liens=1,
        lien_terms=1,
        storage=StorageState(80, "CNY", 900_000, 32_000, 32_000, 0),
        notice=NoticeState(NOW, NOW + 864_000, 1),
        predecessor=5,
        more=(("lienCapMinor", 700), ("emptyThing", 0)),
    )

    text = render_standing(standing_json(late, NAMES, None))

    assert "Pledge 2   to member 8: secures" in text
    assert "on 2 receipts" in text
    assert "notice given" in text and "no sale before" in text
    assert "Suspended  quantity-short: the goods were found to be less than claimed" in text
    assert "under the storage lien of Qingdao Port Bonded Warehousing" in text
    assert "Storage    agreed fees come before every pledge" in text
    assert "CNY 0.80 a tonne and day, at most CNY 9,000.00; due now CNY 320.00" in text
    assert "Notice     of loss, given" in text
    assert f"Instead of {receipt_hex(5)}" in text
    assert "Also       lienCapMinor: 700" in text
    assert "emptyThing" not in text
    assert text.count("           - ") == 6


def test_render__free__says_yes(desk: Desk) -> None:
    state = standing(desk.world.chain, desk.made.receipt, desk.world.story.batch_lot)
    free = replace(state, bounds=Bound(0), pledges=(), freeze=None, waiting=())
    text = render_standing(standing_json(free, NAMES, None))
    assert "Free       yes" in text
    assert "Pledge" not in text and "Frozen" not in text


def test_render__reason_that_nobody_knows_yet__told_all_the_same(desk: Desk) -> None:
    state = standing(desk.world.chain, desk.made.receipt, desk.world.story.batch_lot)
    text = render_standing(standing_json(replace(state, bounds=Bound(1 << 9)), NAMES, None))
    assert "- a reason that this program does not know (bits 512)" in text


def test_render__rest_of_a_split__names_what_was_split_off(desk: Desk) -> None:
    state = standing(desk.world.chain, desk.made.receipt, desk.world.story.batch_lot)
    found = standing_json(state, NAMES, None) | {
        "successors": [receipt_hex(9)],
        "issued_quantity": "60.000 t",
    }
    text = render_standing(found)
    assert f"Split off  {receipt_hex(9)}" in text
    assert "Goods      40.000 t of lot 0x" in text and "(issued for 60.000 t)" in text


def test_render__receipt_and_evidence__until_when_each(desk: Desk) -> None:
    state = standing(desk.world.chain, desk.made.receipt, desk.world.story.batch_lot)
    words = {
        state.block_time + 60: "Evidence   fresh until 20",
        state.block_time - 60: "Evidence   was fresh until 20",
        None: "Evidence   nothing attested",
    }
    for until, told in words.items():
        text = render_standing(standing_json(state, NAMES, until))
        assert told in text
        assert f"the receipt runs until {show_time(state.expires_at)}" in text
