"""What people get wrong, for every act of this folder: each time a sentence, and nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.integration.acts.people import BANK, IMPORTER, INSPECTOR, OPERATOR, TRADER, People
from tests.integration.workshop import COURT, COURT_2

DIGEST = "0x" + "5a" * 32


@dataclass(frozen=True)
class Goods:
    """The importer's receipts on one lot: two under one pledge, one under another, one free. And a case."""

    shop: People
    pledged: str
    also: str
    alone: str
    free: str
    case: int

    def asks(self, name: str) -> tuple[int, tuple[int, ...], dict[str, Any]]:
        """Who asks for an act, who signs besides, and what for."""
        asked: dict[str, tuple[int, tuple[int, ...], dict[str, Any]]] = {
            "merge": (IMPORTER, (OPERATOR, BANK), {"receipt_ids": [self.pledged, self.also], **NUMBER}),
            "extension": (IMPORTER, (BANK,), {"receipt_id": self.pledged, **NUMBER, **LONGER}),
            "assign": (BANK, (INSPECTOR,), {"receipt_id": self.alone, "assignee": INSPECTOR}),
            "pledged-transfer": (
                IMPORTER,
                (TRADER, BANK),
                {"receipt_id": self.pledged, "transferee": TRADER},
            ),
            "paper": (IMPORTER, (OPERATOR,), {"receipt_id": self.free, "paper_digest": DIGEST}),
            "substitute": (
                IMPORTER,
                (BANK,),
                {"receipt_id": self.free, "released_id": self.pledged, "filing_digest": DIGEST},
            ),
            "release": (BANK, (), {"receipt_id": self.alone}),
            "split": (IMPORTER, (OPERATOR, BANK), {"receipt_id": self.pledged, "parts": [PART]}),
            "loss-notice": (IMPORTER, (BANK,), {"receipt_id": self.pledged, "reason": "lost"}),
            "freeze": (COURT, (), {"receipt_id": self.free, "case_no": self.case}),
        }
        return asked[name]

    def prepared(self, name: str) -> Any:
        """An act as it is right."""
        member, _, body = self.asks(name)
        return self.shop.prepare(member, {"type": name, **body})


NUMBER = {"receipt_number": "W-1"}
LONGER = {"storage_until": 1_900_000_000}
PART = {"receipt_number": "W-2", "quantity_g": "1000000", "package_count": 1}
ACTS: Final = (
    *("merge", "extension", "assign", "pledged-transfer", "paper", "substitute", "release", "split"),
    *("loss-notice", "freeze"),
)
HELD: Final = ("merge", "extension", "pledged-transfer", "paper", "split", "loss-notice")
"""Acts that name the holder and that another member with a right in the receipt can hand in."""
MOVES: Final = tuple(name for name in ACTS if name not in ("assign", "release", "loss-notice", "freeze"))


@pytest.fixture(scope="module")
def goods(running: People) -> Goods:
    running.yard.seen = running.yard.weighed_g = None
    running.other_lot()
    whole, alone, free, _ = running.issued_many(4)
    running.pledged(whole)
    running.pledged(alone)
    (other,) = running.act(IMPORTER, "split", OPERATOR, BANK, on=whole, parts=[PART])
    return Goods(running, whole, other, alone, free, running.case(COURT))


@pytest.mark.parametrize("name", ACTS)
def test_act__asked_for_by_somebody_else__told_so(goods: Goods, name: str) -> None:
    _, _, body = goods.asks(name)
    if name == "freeze":
        assert "whose case it is" in goods.shop.told(COURT_2, name, 409, **body)
    else:
        assert "that you may see" in goods.shop.told(TRADER, name, 404, **body)


@pytest.mark.parametrize("name", ACTS)
def test_act__of_another_number_than_the_next__told_which_is_next(goods: Goods, name: str) -> None:
    member, others, _ = goods.asks(name)
    prepared = goods.prepared(name)
    message = prepared["typed_data"]["message"]
    if name == "merge":
        first = message["receipts"][0]
        changed: dict[str, Any] = {
            "receipts": [{**first, "seq": later(first["seq"])}, *message["receipts"][1:]]
        }
    else:
        field = "number" if name == "freeze" else "seq"
        changed = {field: later(message[field])}
    told = goods.shop.told_signed(prepared, 409, member, *others, **changed)
    assert "is not possible now; expected" in told
    assert "next order" in told


@pytest.mark.parametrize("name", HELD)
def test_act__in_the_name_of_another_holder__told_who_holds_it(goods: Goods, name: str) -> None:
    _, others, _ = goods.asks(name)
    told = goods.shop.told_signed(goods.prepared(name), 409, INSPECTOR, *others, holder=INSPECTOR)
    assert told.startswith("holder: 5 is not possible now; expected member 2, who holds it")


@pytest.mark.parametrize("name", ["assign", "release"])
def test_act__in_the_name_of_another_pledgee__told_whose_pledge_it_is(goods: Goods, name: str) -> None:
    prepared = goods.prepared(name)
    told = goods.shop.told_signed(prepared, 409, OPERATOR, pledgee=OPERATOR)
    assert "expected member 4, whose it is" in told


@pytest.mark.parametrize("name", [name for name in ACTS if name not in ("release", "freeze")])
def test_act__without_one_of_its_signatures__waits_for_it_and_goes_nowhere(goods: Goods, name: str) -> None:
    member, others, _ = goods.asks(name)
    waiting = goods.shop.submit(goods.prepared(name), member, *others[:-1])
    try:
        assert waiting["status"] == "awaiting-signature"
        unsigned = [signer["member_id"] for signer in waiting["signers"] if not signer["signed"]]
        assert unsigned == [others[-1]]
    finally:
        status = goods.shop.records.order(waiting["id"]).status
        goods.shop.records.set_status(waiting["id"], type(status).REFUSED, reason="given-up", detail="test")


@pytest.mark.parametrize("name", ACTS)
def test_act__signed_by_another_key__told_whose_account_was_expected(goods: Goods, name: str) -> None:
    member, others, _ = goods.asks(name)
    prepared = goods.prepared(name)
    typed = prepared["typed_data"]
    body: dict[str, Any] = {"typed_data": typed, "documents": []}
    by = {each: goods.shop.signature(each, typed) for each in (member, *others)}
    by[member] = goods.shop.signature(7, typed)
    body["signatures"] = {str(each): text for each, text in by.items()}
    told = goods.shop.post(member, "/v1/orders", body, 422)["detail"]
    assert f"the account of member {member}, over exactly this order" in told


def test_acts__on_a_frozen_receipt__told_which_case_holds_it(goods: Goods) -> None:
    shop = goods.shop
    ready = {name: goods.prepared(name) for name in MOVES}
    for receipt in (goods.pledged, goods.free):
        shop.act(COURT, "freeze", on=receipt, case_no=goods.case)
    for name, prepared in ready.items():
        member, others, body = goods.asks(name)
        told = shop.told(member, name, 409, **body)
        assert f"case {goods.case} in force" in told, name
        told = shop.told_signed(prepared, 409, member, *others)
        assert "next order" in told, f"{name}: the freeze counts the receipt's orders up"
    for receipt in (goods.pledged, goods.free):
        shop.act(COURT, "unfreeze", on=receipt, case_no=goods.case)


def later(number: Any) -> Any:
    """The number after this one, as it was written."""
    return type(number)(int(number) + 1)
