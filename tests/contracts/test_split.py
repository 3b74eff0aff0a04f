"""Split and merge: grams and encumbrances are kept, and the pledgee has its say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    OTHER_LOT,
    TONNE_G,
    TRADER,
    address_of,
    key_of,
    receipt_id,
    refused,
)

A, B = receipt_id(100), receipt_id(101)


def test_split__into_two__grams_kept_and_the_old_id_is_dead(acts: ActsWorld) -> None:
    receipt = acts.issued()
    live_g = acts.lot_live_g()
    outcome = acts.put(acts.split_order(receipt, 4, 6))
    assert [acts.receipt(r)["quantityG"] for r in (A, B)] == [4 * TONNE_G, 6 * TONNE_G]
    assert acts.receipt(receipt)["status"] == 4
    assert acts.receipt(receipt)["quantityG"] == 0
    assert acts.lot_live_g() == live_g
    assert acts.held(IMPORTER) == 2
    assert outcome.names().count("ReceiptReplaced") == 2
    for part in (A, B):
        state, whole = acts.receipt(part), acts.receipt(receipt)
        for field in ("holder", "operator", "kind", "expiresAt"):
            assert state[field] == whole[field], field
        assert (state["status"], state["seq"]) == (1, 0)
    with refused("ERC721NonexistentToken"):
        acts.read("ownerOf", receipt)
    assert acts.read("ownerOf", A) == address_of(key_of(f"member {IMPORTER}")).lower()


def test_split__parts__move_like_any_receipt(acts: ActsWorld) -> None:
    acts.put(acts.split_order(acts.issued(), 4, 6))
    acts.submit(acts.transfer_order(A))
    assert acts.receipt(A)["holder"] == TRADER
    acts.submit(acts.delivery_order(B, quantity_g=6 * TONNE_G))
    assert acts.lot_live_g() == 4 * TONNE_G


@pytest.mark.parametrize("tonnes", [(5, 6), (11,), (1, 10)])
def test_split__grams_made__refused(acts: ActsWorld, tonnes: tuple[int, ...]) -> None:
    with refused("QuantityNotConserved", beforeG=10 * TONNE_G, afterG=sum(tonnes) * TONNE_G):
        acts.put(acts.split_order(acts.issued(), *tonnes))


def test_split__grams_that_overflow__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.split_order(receipt, 4, 6)
    huge = tuple(replace(part, quantity_g=2**63 - 1) for part in order.parts)
    with refused("QuantityNotConserved", afterG=2**64 - 2):
        acts.put(replace(order, parts=huge))


@pytest.mark.parametrize("tonnes", [(4,), (4, 5), (1, 2, 3)])
def test_split__a_part_off__the_rest_lives_on_under_the_old_id(
    acts: ActsWorld, tonnes: tuple[int, ...]
) -> None:
    receipt, rest_g = acts.issued(), (10 - sum(tonnes)) * TONNE_G
    before, live_g = acts.receipt(receipt), acts.lot_live_g()
    outcome = acts.put(acts.split_order(receipt, *tonnes))
    parts = [receipt_id(100 + i) for i in range(len(tonnes))]
    assert acts.receipt(receipt) == before | {"quantityG": rest_g, "seq": 1}
    assert [acts.receipt(part)["quantityG"] for part in parts] == [t * TONNE_G for t in tonnes]
    assert acts.lot_live_g() == live_g
    assert acts.held(IMPORTER) == 1 + len(tonnes)
    told = [event.values for event in outcome.events if event.name == "ReceiptSplitOff"]
    assert told == [{"receiptId": receipt, "successorId": part, "restG": rest_g, "seq": 0} for part in parts]
    assert "ReceiptReplaced" not in outcome.names()
    for part in parts:
        same = ("holder", "operator", "kind", "expiresAt", "lotId", "status", "pledges")
        assert [acts.receipt(part)[field] for field in same] == [before[field] for field in same]


def test_split__the_rest__moves_and_is_split_again_to_the_last_gram(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.split_order(receipt, 4)
    acts.put(order)
    with refused("WrongSeq", given=0, expected=1):
        acts.put(order)
    acts.submit(acts.transfer_order(receipt))
    assert acts.receipt(receipt)["holder"] == TRADER
    with refused("QuantityNotWhole", quantityG=6 * TONNE_G):
        acts.submit(acts.delivery_order(receipt, TRADER))
    with refused("TooFewReceipts", receipts=1):
        acts.put(acts.split_order(receipt, 6, first=200, holder=TRADER))
    outcome = acts.put(acts.split_order(receipt, 2, 4, first=200, holder=TRADER))
    assert acts.receipt(receipt)["status"] == 4
    assert (acts.held(TRADER), outcome.names().count("ReceiptReplaced")) == (2, 2)


def test_split__a_part_off_a_pledged_one__both_stay_pledged(acts: ActsWorld) -> None:
    receipt = acts.issued()
    first, second = acts.pledged(receipt), acts.pledged(receipt, BANK_2, 2)
    with refused("MalformedSignature", member=BANK, length=0):
        acts.put(acts.split_order(receipt, 4))
    acts.put(acts.split_order(receipt, 4), consent_by=BANK)
    for one in (receipt, A):
        assert (acts.receipt(one)["pledges"], acts.receipt(one)["firstPledgee"]) == (2, BANK)
        assert list(acts.ask("Pledge", "pledgesOn", one)) == [first, second]
        assert acts.read("locked", one) is True
    assert [acts.ask("Pledge", "pledgeOf", p)["receipts"] for p in (first, second)] == [2, 2]
    acts.put(acts.release_order(A, first))
    assert acts.receipt(A)["firstPledgee"] == BANK_2
    assert acts.receipt(receipt)["firstPledgee"] == BANK


def test_split__no_part_or_an_empty_one__refused(acts: ActsWorld) -> None:
    order = acts.split_order(acts.issued(), 4, 6)
    for error, parts in (
        ("NoReceipts", ()),
        ("QuantityZero", (replace(order.parts[0], quantity_g=1),)),
        ("ReceiptExists", (order.parts[0], replace(order.parts[0], quantity_g=TONNE_G))),
    ):
        if error == "QuantityZero":
            object.__setattr__(parts[0], "quantity_g", 0)
        made = replace(order)
        object.__setattr__(made, "parts", parts)
        with refused(error):
            acts.put(made)


def test_split__into_one__refused(acts: ActsWorld) -> None:
    with refused("TooFewReceipts", receipts=1):
        acts.put(acts.split_order(acts.issued(), 10))


@pytest.mark.parametrize("field", ["holder", "operator"])
def test_split__without_one_of_the_signatures__refused(acts: ActsWorld, field: str) -> None:
    member = {"holder": IMPORTER, "operator": OPERATOR}[field]
    with refused("ForeignSignature", member=member):
        acts.put(acts.split_order(acts.issued(), 4, 6), forged=[field])


def test_split__by_another_holder_or_operator__refused(acts: ActsWorld) -> None:
    order = acts.split_order(acts.issued(), 4, 6)
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(replace(order, holder=TRADER))
    with refused("OperatorDiffers", given=INSPECTOR, operator=OPERATOR):
        acts.put(replace(order, operator=INSPECTOR))


def test_split__used_again_or_late__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.split_order(receipt, 4, 6)
    acts.put(order)
    with refused("WrongSeq", given=0, expected=1):
        acts.put(order)
    with refused("ReceiptNotLive", status=4):
        acts.put(replace(order, seq=1))
    acts.chain.set_time(order.deadline + 1)
    with refused("DeadlinePassed"):
        acts.put(order)


def test_split__into_an_id_that_lives_or_lived__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(100)
    with refused("ReceiptExists", receiptId=other):
        acts.put(acts.split_order(receipt, 4, 6))
    acts.submit(acts.delivery_order(other))
    with refused("ReceiptExists", receiptId=other):
        acts.put(acts.split_order(receipt, 4, 6))
    order = acts.split_order(receipt, 4, 6, first=400)
    own = replace(order.parts[0], receipt_id=receipt)
    with refused("ReceiptExists", receiptId=receipt):
        acts.put(replace(order, parts=(own, order.parts[1])))


def test_split__another_expiry_for_a_part__refused(acts: ActsWorld) -> None:
    order = acts.split_order(acts.issued(), 4, 6)
    longer = replace(order.parts[1], expires_at=order.parts[1].expires_at + 1)
    with refused("ExpiryDiffers", receiptId=B):
        acts.put(replace(order, parts=(order.parts[0], longer)))


def test_split__suspended_frozen_or_expired__refused(acts: ActsWorld) -> None:
    receipt, second, third = acts.issued(), acts.issued(2), acts.issued(3)
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("ReceiptNotLive", status=2):
        acts.put(acts.split_order(receipt, 4, 6))
    acts.frozen(second)
    with refused("ReceiptFrozen", freezeCase=1, freezes=1):
        acts.put(acts.split_order(second, 4, 6))
    acts.chain.set_time(acts.chain.now_s + 366 * DAY_S)
    with refused("ReceiptExpired"):
        acts.put(acts.split_order(third, 4, 6))


def test_split__pledged__needs_the_pledgee_and_keeps_every_part_pledged(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    order = acts.split_order(receipt, 4, 6)
    with refused("MalformedSignature", member=BANK, length=0):
        acts.put(order)
    with refused("ForeignSignature", member=BANK):
        acts.put(order, consent_by=TRADER)
    acts.put(order, consent_by=BANK)
    for part in (A, B):
        assert (acts.receipt(part)["pledges"], acts.receipt(part)["firstPledgee"]) == (1, BANK)
        assert list(acts.ask("Pledge", "pledgesOn", part)) == [pledge]
        assert acts.read("locked", part) is True
    assert list(acts.ask("Pledge", "pledgesOn", receipt)) == []
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 2


def test_split__consent_to_another_split__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    signed = acts.signature(BANK, acts.split_order(receipt, 5, 5))
    order = acts.split_order(receipt, 4, 6)
    abi = acts.chain.calldata(
        acts.modules["ReceiptActs"],
        "split",
        (
            receipt,
            IMPORTER,
            OPERATOR,
            order.seq,
            [(p.receipt_id, p.quantity_g, p.expires_at) for p in order.parts],
            order.deadline,
        ),
        acts.signature(IMPORTER, order),
        acts.signature(OPERATOR, order),
        signed,
    )
    with refused("ForeignSignature", member=BANK):
        acts.chain.transact(acts.modules["ReceiptActs"], abi)


def test_merge__two_of_one_lot__one_with_their_grams_and_the_earlier_expiry(acts: ActsWorld) -> None:
    first = acts.issued()
    acts.chain.set_time(acts.chain.now_s + 60)
    second = acts.issued(2)
    live_g = acts.lot_live_g()
    order = acts.merge_order(first, second)
    with refused("ExpiryDiffers"):
        acts.put(replace(order, expires_at=order.expires_at + 60))
    acts.put(order)
    merged = acts.receipt(receipt_id(200))
    assert merged["quantityG"] == 20 * TONNE_G
    assert merged["expiresAt"] == acts.receipt(first)["expiresAt"]
    assert acts.lot_live_g() == live_g
    assert acts.held(IMPORTER) == 1


def test_merge__the_same_receipt_twice__refused(acts: ActsWorld) -> None:
    order = acts.merge_order(acts.issued(), acts.issued(2))
    twice = replace(order, receipts=(order.receipts[0], order.receipts[0]))
    with refused("WrongSeq"):
        acts.put(twice)
    spent = replace(order.receipts[0], seq=1)
    with refused("ReceiptNotLive", status=4):
        acts.put(replace(order, receipts=(order.receipts[0], spent)))


def test_merge__other_lot_holder_or_pledges__refused(acts: ActsWorld) -> None:
    first = acts.issued()
    acts.submit(acts.issue_order(acts.terms(2), lot=OTHER_LOT))
    with refused("ReceiptsDiffer", receiptId=first, otherId=receipt_id(2)):
        acts.put(acts.merge_order(first, receipt_id(2)))
    third = acts.issued(3, TRADER)
    with refused("ReceiptsDiffer"):
        acts.put(acts.merge_order(first, third))
    fourth = acts.issued(4)
    acts.pledged(fourth)
    with refused("ReceiptsDiffer"):
        acts.put(acts.merge_order(first, fourth), consent_by=BANK)


def test_merge__parts_of_one_pledged_receipt__pledged_again_as_one(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    with refused("MalformedSignature", member=BANK):
        acts.put(acts.merge_order(A, B))
    acts.put(acts.merge_order(A, B), consent_by=BANK)
    assert list(acts.ask("Pledge", "pledgesOn", receipt_id(200))) == [pledge]
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 1
    assert acts.receipt(receipt_id(200))["firstPledgee"] == BANK


def test_merge__two_pledges_of_one_bank__not_the_same_pledge_refused(acts: ActsWorld) -> None:
    first, second = acts.issued(), acts.issued(2)
    acts.pledged(first)
    acts.pledged(second)
    with refused("PledgesDiffer", receiptId=first, otherId=second):
        acts.put(acts.merge_order(first, second), consent_by=BANK)
