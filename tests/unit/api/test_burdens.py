"""Pledges, freezes, splits: what each member is shown of them, and when a right to see ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from holdfast.domain.receipts import receipt_hex
from holdfast.domain.valuation import Cover
from tests.fakes.burdens import FIRST, PLEDGE, RECEIPTS, SECOND, Burdened, burden, core, opened, released
from tests.fakes.story import GENESIS_AT
from tests.unit.api.conftest import World, make_world

EVERYONE = range(1, 11)
SEES = {
    # endpoint: members that get 200; all others of 1..10 get 404.
    "/v1/receipts/{receipt}": {1, 2, 3, 4, 5, 7, 8, 9},
    "/v1/receipts/{receipt}/status": {1, 2, 3, 4, 5, 7, 8, 9},
    "/v1/receipts/{receipt}/history": {1, 2, 3, 4, 5, 7, 8, 9},
    "/v1/receipts/{receipt}/title?proof=true": {1, 2, 3, 4, 5, 7, 8, 9},
    "/v1/receipts/{part}": {1, 2, 7},
    "/v1/pledges/{first}": {1, 2, 4, 7, 8, 9},
    "/v1/pledges/{second}": {1, 2, 4, 7, 8, 9},
    "/v1/lots/{lot}": {1, 2, 3, 4, 5, 7, 8, 9},
}
COUNTS = {
    # list endpoint: how many items each of 1..10 finds.
    "/v1/pledges": (2, 2, 0, 2, 0, 0, 2, 2, 2, 0),
    "/v1/pledges?role=pledgor": (0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
    "/v1/pledges?role=pledgee": (0, 0, 0, 1, 0, 0, 0, 1, 0, 0),
    "/v1/freezes": (2, 2, 2, 2, 2, 0, 2, 2, 2, 0),
    "/v1/freezes?court=1": (0,) * 10,
}
TERMS = {1, 2, 4, 7, 8, 9}
"""Who sees amounts: whoever has a right in the receipt now, its operator, and the regulator."""


@dataclass
class Burdens:
    """A world with a burdened receipt."""

    world: World
    made: Burdened

    def get(self, member: int, path: str) -> Any:
        filled = path.format(
            receipt=receipt_hex(self.made.receipt),
            part=receipt_hex(self.made.parts[0]),
            first=f"0x{FIRST:016x}",
            second=f"0x{SECOND:016x}",
            lot="0x" + self.world.story.batch_lot.hex(),
        )
        return self.world.client.get(filled, headers=self.world.auth(member))

    def json(self, member: int, path: str) -> Any:
        answer = self.get(member, path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def make(tmp: Any) -> Burdens:
    world = make_world(tmp)
    made = burden(world.chain, world.records, world.story)
    world.index()
    return Burdens(world, made)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Burdens]:
    """For tests that only read."""
    made = make(tmp_path_factory.mktemp("burdens"))
    with made.world.client:
        yield made


@pytest.fixture
def own(tmp_path: Any) -> Iterator[Burdens]:
    made = make(tmp_path)
    with made.world.client:
        yield made


@pytest.mark.parametrize("path", SEES)
@pytest.mark.parametrize("member", EVERYONE)
def test_read__burdened_receipt__entitled_or_404(shared: Burdens, path: str, member: int) -> None:
    answer = shared.get(member, path)
    assert answer.status_code == (200 if member in SEES[path] else 404), answer.text


@pytest.mark.parametrize("path", COUNTS)
@pytest.mark.parametrize("member", EVERYONE)
def test_list__burdens__only_what_it_may_see(shared: Burdens, path: str, member: int) -> None:
    assert len(shared.json(member, path)["items"]) == COUNTS[path][member - 1]


@pytest.mark.parametrize("path", ["/v1/pledges", "/v1/freezes", "/v1/pledges/{first}"])
def test_read__burdens_without_token__401(shared: Burdens, path: str) -> None:
    assert shared.world.client.get(path.format(first=f"0x{FIRST:016x}")).status_code == 401


@pytest.mark.parametrize("member", sorted(SEES["/v1/receipts/{receipt}/status"]))
def test_status__terms_of_loans__only_for_those_with_a_right_now(shared: Burdens, member: int) -> None:
    status = shared.json(member, "/v1/receipts/{receipt}/status")
    assert [(p["rank"], p["pledgee"]["member_id"]) for p in status["pledges"]] == [(1, 4), (2, 8)]
    assert all((pledge["terms"] is not None) is (member in TERMS) for pledge in status["pledges"])
    assert (status["value"] is not None) is (member in TERMS)
    history = shared.json(member, "/v1/receipts/{receipt}/history")["items"]
    made = [item for item in history if item["act"] == "pledged"]
    assert len(made) == 2
    assert all(("amountMinor" in item["details"]) is (member in TERMS) for item in made)


def test_status__pledged_and_frozen__says_all_of_it(shared: Burdens) -> None:
    status = shared.json(4, "/v1/receipts/{receipt}/status")
    assert (status["free"], status["status"], status["holder"]["member_id"]) == (False, "live", 2)
    assert status["pledges"][0]["terms"]["amount"] == "CNY 5,000,000.00"
    assert [pledge["terms"]["loan_to_value_bps"] for pledge in status["pledges"]] == [6_250, 7_750]
    value = {"value_minor": "800000000", "value": "CNY 8,000,000.00", "currency": "CNY", "missing": None}
    value |= {"price_minor": "20000000", "price": "CNY 200,000.00", "prices": 2}
    assert status["value"] == value
    assert status["freeze"]["case_no"] == 7
    assert [case["case_no"] for case in status["waiting"]] == [8]
    assert len(status["not_free_because"]) == 2
    assert "Qingdao Maritime Court, case 7" in status["not_free_because"][0]
    assert "2 pledges, the first to Bank of the Yellow Sea" in status["not_free_because"][1]
    title = shared.json(4, "/v1/receipts/{receipt}/title")
    assert (title["free"], len(title["not_free_because"])) == (False, 2)
    burdens = shared.json(4, "/v1/receipts/{receipt}")["burdens"]
    assert (burdens["pledges"], burdens["first_pledgee"]["member_id"], burdens["freezes"]) == (2, 4, 2)


def test_status__chain_down__503_and_nothing_else_is_lost(own: Burdens) -> None:
    own.world.chain.down = True
    assert own.get(4, "/v1/receipts/{receipt}/status").status_code == 503
    assert own.get(4, "/v1/receipts/{receipt}").status_code == 200


def test_pledge__as_made__every_term(shared: Burdens) -> None:
    pledge = shared.json(8, "/v1/pledges/{second}")
    assert (pledge["state"], pledge["amount"]) == ("in-force", "CNY 1,200,000.00")
    assert (pledge["number"], pledge["ltv_bps"], pledge["cure_s"]) == (str(SECOND), 7_000, 864_000)
    (cover,) = pledge["receipts"]
    assert (cover["rank"], cover["ended_at"]) == (2, None)
    items = shared.json(7, "/v1/pledges?limit=1")
    assert len(items["items"]) == 1
    assert items["items"][0]["id"] == f"0x{SECOND:016x}"
    rest = shared.json(7, "/v1/pledges?limit=1&cursor=" + items["next"])
    assert (rest["items"][0]["id"], rest["next"]) == (f"0x{FIRST:016x}", None)


def test_pledge__its_goods_now__covered_short_worthless_or_without_a_value(own: Burdens) -> None:
    chain = own.world.chain

    def worth() -> Any:
        return own.json(8, "/v1/pledges/{second}")["worth"]

    chain.covers[SECOND] = Cover("CNY", 800_000_000, 620_000_000, 885_714_286)
    found = worth()
    assert (found["value"], found["secured"]) == ("CNY 8,000,000.00", "CNY 6,200,000.00")
    assert (found["needed"], found["loan_to_value_bps"]) == ("CNY 8,857,142.86", 7_750)
    assert (found["margin_short"], found["missing"]) == (True, None)
    chain.covers[SECOND] = Cover("CNY", 885_714_286, 620_000_000, 885_714_286)
    assert worth()["margin_short"] is False
    chain.covers[SECOND] = Cover("CNY", 0, 620_000_000, 885_714_286)
    assert (worth()["loan_to_value_bps"], worth()["margin_short"]) == (None, True)
    chain.covers.clear()
    chain.down = True
    told = worth()
    assert told["missing"] == "the chain does not answer at the moment"
    assert set(told.values()) == {None, told["missing"]}


def test_freezes__queue__in_force_and_waiting(shared: Burdens) -> None:
    items = shared.json(9, "/v1/freezes?receipt_id={receipt}")["items"]
    assert [(item["case_no"], item["in_force"], item["place"]) for item in items] == [
        (8, False, 1),
        (7, True, 0),
    ]


def test_history__split__linked_both_ways(shared: Burdens) -> None:
    part = shared.json(2, "/v1/receipts/{part}")
    whole = receipt_hex(shared.world.story.batch[0])
    parts = [receipt_hex(found) for found in shared.made.parts]
    assert part["predecessors"] == [whole]
    gone = shared.json(2, "/v1/receipts/" + whole)
    assert (gone["status"], sorted(gone["successors"])) == ("replaced", sorted(parts))
    last = shared.json(2, f"/v1/receipts/{whole}/history")["items"][-1]
    assert (last["act"], sorted(last["receipts"])) == ("split", sorted(parts))
    first = shared.json(2, "/v1/receipts/{part}/history")["items"][0]
    assert (first["act"], first["receipts"], first["attestation"]) == ("issued", [whole], None)
    proof = shared.get(2, f"/v1/receipts/{whole}/title?proof=true")
    assert (proof.status_code, proof.json()["code"]) == (409, "receipt-replaced")


def test_history__pledge_and_its_count__one_act_not_two(shared: Burdens) -> None:
    acts = [item["act"] for item in shared.json(7, "/v1/receipts/{receipt}/history")["items"]]
    assert acts == ["issued", "transferred", "pledged", "pledged", "frozen", "frozen"]


def test_release__former_pledgee__told_of_it_then_sees_no_more(own: Burdens) -> None:
    world, receipt = own.world, own.made.receipt
    world.chain.mine(released(receipt, SECOND, 8, 1, 4))
    world.index()
    assert own.get(8, "/v1/receipts/{receipt}").status_code == 404
    assert own.get(8, "/v1/pledges/{first}").status_code == 404
    pledge = own.json(8, "/v1/pledges/{second}")
    assert (pledge["state"], pledge["receipts"][0]["ended_how"]) == ("released", "released")
    names = told(own, 8)
    assert names[-1] == "PledgeReleased"
    world.chain.mine([core("ReceiptSuspended", receiptId=receipt, reason=1, seq=6)])
    world.index()
    assert told(own, 8) == names, "what comes after is not its business"
    assert told(own, 4)[-1] == "ReceiptSuspended"


def told(own: Burdens, member: int) -> list[str]:
    from api.events.service import next_events

    engine = own.world.app.state.context.records.engine
    return [event.name for event in next_events(engine, member, 0)]


def test_events__amounts__not_for_those_without_a_right(own: Burdens) -> None:
    from api.events.service import next_events

    engine = own.world.app.state.context.records.engine
    for member, sees in ((4, True), (3, False)):
        made = [event for event in next_events(engine, member, 0) if event.name == "Pledged"]
        assert len(made) == 2
        assert all(("amountMinor" in event.data) is sees for event in made)


def test_case_renewed__told_to_whoever_holds_a_receipt_under_it(own: Burdens) -> None:
    later = {"caseNo": 7, "previous": 1, "expiresAt": GENESIS_AT + 10**8}
    own.world.chain.mine([("CaseRenewed", later, opened(7)[0][2])])  # type: ignore[misc]
    own.world.index()
    assert told(own, 2)[-1] == "CaseRenewed"
    assert "CaseRenewed" not in told(own, 10)
    item = own.json(2, "/v1/freezes?receipt_id={receipt}")["items"][1]
    assert item["expires_at"] == GENESIS_AT + 10**8


def test_unknown_event__shown_raw_and_the_receipt_says_so(own: Burdens) -> None:
    receipt = own.made.receipt
    strange = [("GoodsBlessed", {"receiptId": receipt, "by": 3}, PLEDGE)]
    own.world.chain.mine(strange)  # type: ignore[arg-type]
    own.world.index()
    item = own.json(2, "/v1/receipts/{receipt}/history")["items"][-1]
    assert (item["act"], item["event"], item["details"]["by"]) == ("other", "GoodsBlessed", "3")
    assert own.json(2, "/v1/receipts/{receipt}")["unread"] is None, "a module's own matter"
    raw = {"topics": ["0x" + "12" * 32, receipt_hex(receipt)], "data": "0x"}
    own.world.chain.mine([("UnknownLog", raw, RECEIPTS)])
    own.world.index()
    assert own.json(2, "/v1/receipts/{receipt}")["unread"] == "UnknownLog"
    reasons = own.json(2, "/v1/receipts/{receipt}/title")["not_free_because"]
    assert "cannot be read here" in reasons[-1]


def test_module_let_in_late__what_it_wrote_before__indexed_with_its_rights(own: Burdens) -> None:
    world, court = own.world, "0x" + "c8" * 20
    number = world.chain.head().number
    world.chain.let_in_at(court, number + 3)
    early = [(name, args | {"caseNo": 70}, court) for name, args, _ in opened(70)]  # type: ignore[misc]
    world.chain.mine(early)
    world.index()
    world.chain.mine()
    rights = {"module": court, "previous": 0, "rights": 16, "codeHash": bytes(32)}
    world.chain.mine([("ModuleSet", rights | {"number": 5, "epoch": 1, "signers": 7})])
    world.index()
    part = own.made.parts[0]
    changed = core("FreezesChanged", receiptId=part, freezes=1, freezeCase=70)
    frozen = ("Frozen", {"receiptId": part, "caseNo": 70, "ahead": 0}, court)
    world.chain.mine([changed, frozen])
    world.index()
    (item,) = own.json(2, "/v1/freezes?receipt_id={part}")["items"]
    assert (item["case_no"], item["court"]["member_id"], item["in_force"]) == (70, 9, True)
