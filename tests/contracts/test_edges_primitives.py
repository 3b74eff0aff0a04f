"""Edges of what the receipt contract does for modules: each test is for a fault that had survived.

The module here is a plain account with every right and no scruples.
"""

from __future__ import annotations

import pytest

from tests.contracts.acts_harness import COURT_2, ActsWorld
from tests.contracts.evm import Outcome
from tests.contracts.harness import (
    BANK,
    BANK_2,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OTHER_LOT,
    TONNE_G,
    TRADER,
    address_of,
    key_of,
    receipt_id,
    refused,
)

NOBODY = bytes(32)
WHOLE_G = 10 * TONNE_G


@pytest.fixture
def world(acts: ActsWorld) -> ActsWorld:
    """The consortium with a module that may do everything."""
    acts.let_in_rogue()
    return acts


def test_pledges__out_of_step__refused_with_all_that_was_held_and_given(world: ActsWorld) -> None:
    free, pledged = world.issued(), world.issued(2)
    first = world.pledged(pledged)
    world.pledged(pledged, BANK_2, 2)
    with refused("PledgesOutOfStep", receiptId=free, pledges=0, given=1, firstPledgee=0):
        world.rogue_does("addPledge", free, 0, 0)
    for given, pledgee in ((2, BANK), (0, 0), (1, 0), (3, BANK)):
        facts = {"receiptId": pledged, "pledges": 2, "given": given, "firstPledgee": pledgee}
        with refused("PledgesOutOfStep", **facts):
            world.rogue_does("releasePledge", pledged, 2, first, given, pledgee, BANK)
    for given, pledgee in ((3, BANK), (1, 0), (2, 0), (0, BANK)):
        with refused("PledgesOutOfStep", pledges=2, given=given, firstPledgee=pledgee):
            world.rogue_does("setPledges", pledged, 2, given, pledgee)
    with refused("PledgesOutOfStep", receiptId=free, pledges=0, given=0, firstPledgee=0):
        world.rogue_does("setPledges", free, 0, 0, 0)


@pytest.mark.parametrize(("given", "pledgee"), [(0, 0), (1, BANK_2), (2, BANK_2)])
def test_set_pledges__none_one_less_or_as_many__done_and_said(
    world: ActsWorld, given: int, pledgee: int
) -> None:
    receipt = world.issued()
    world.pledged(receipt)
    world.pledged(receipt, BANK_2, 2)
    outcome = world.rogue_does("setPledges", receipt, 2, given, pledgee)
    assert outcome.names() == ["PledgesChanged", "Unlocked"][: 1 if given else 2]
    told = {"receiptId": receipt, "pledges": given, "firstPledgee": pledgee}
    assert outcome.event("PledgesChanged") == told
    state = world.receipt(receipt)
    assert (state["pledges"], state["firstPledgee"], state["seq"]) == (given, pledgee, 3)


def test_freezes__out_of_step__refused_with_all_that_was_held_and_given(world: ActsWorld) -> None:
    free, once, twice = world.issued(), world.issued(2), world.issued(3)
    world.frozen(once)
    world.put(world.freeze_order(twice))
    world.put(world.case_order(2, COURT_2))
    world.put(world.freeze_order(twice, 2, COURT_2))
    with refused("FreezesOutOfStep", receiptId=free, freezes=0, given=1, freezeCase=0):
        world.rogue_does("addFreeze", free, 0)
    for receipt, held, given, case in ((free, 0, 0, 0), (free, 0, 0, 7), (once, 1, 0, 7), (twice, 2, 1, 0)):
        with refused("FreezesOutOfStep", receiptId=receipt, freezes=held, given=given, freezeCase=case):
            world.rogue_does("dropFreeze", receipt, case)


def burned(world: ActsWorld) -> list[tuple[int, int]]:
    """A delivered and a replaced receipt, each with its status."""
    delivered, replaced = world.issued(1), world.issued(2)
    world.submit(world.delivery_order(delivered))
    world.put(world.split_order(replaced, 4, 6))
    return [(delivered, 3), (replaced, 4)]


def test_burned__whatever_a_module_asks__stays_as_it_is(world: ActsWorld) -> None:
    for receipt, status in burned(world):
        before = world.receipt(receipt)
        successor = (receipt_id(9), WHOLE_G, world.chain.now_s)
        asked: list[tuple[str, tuple[object, ...]]] = [
            ("addPledge", (receipt, 1, BANK)),
            ("releasePledge", (receipt, 1, 5, 0, 0, BANK)),
            ("setPledges", (receipt, 1, 0, 0)),
            ("addFreeze", (receipt, 1)),
            ("dropFreeze", (receipt, 0)),
            ("setLiens", (receipt, 1, 1)),
            ("moveReceipt", (receipt, 1, TRADER, NOBODY, b"")),
            ("reduceReceipt", (receipt, 1, 1, NOBODY, b"")),
            ("retireReceipt", (receipt, 1)),
            ("splitReceipt", (receipt, 1, [successor], NOBODY, b"")),
            ("replaceReceipts", ([(receipt, 1)], [successor], NOBODY, b"")),
            ("setNotice", (receipt, 1, True)),
        ]
        for function, arguments in asked:
            with refused("ReceiptNotLive", receiptId=receipt, status=status):
                world.rogue_does(function, *arguments)
        with refused("ReceiptNotUnderNotice", receiptId=receipt, status=status, suspendReason=0):
            world.rogue_does("setNotice", receipt, 1, False)
        assert world.receipt(receipt) == before


def test_expiry__in_the_last_second__acts_still_go_and_a_second_later_none(world: ActsWorld) -> None:
    ids = [world.issued(i) for i in range(1, 7)]
    world.pledged(ids[0])
    until = world.receipt(ids[0])["expiresAt"]
    part = (receipt_id(9), WHOLE_G, until + 1)
    world.chain.set_time(until + 1)
    late: list[tuple[str, tuple[object, ...], int]] = [
        ("addPledge", (ids[1], 0, BANK), ids[1]),
        ("moveReceipt", (ids[0], 1, TRADER, NOBODY, b""), ids[0]),
        ("reduceReceipt", (ids[2], 0, 1, NOBODY, b""), ids[2]),
        ("retireReceipt", (ids[3], 0), ids[3]),
        ("splitReceipt", (ids[4], 0, [part], NOBODY, b""), ids[4]),
    ]
    for function, arguments, receipt in late:
        with refused("ReceiptExpired", receiptId=receipt, expiresAt=until, nowS=until + 1):
            world.rogue_does(function, *arguments)
    for order in (world.transfer_order(ids[5]), world.delivery_order(ids[5])):
        with refused("ReceiptExpired", receiptId=ids[5], expiresAt=until, nowS=until + 1):
            world.submit(order)
    world.chain.set_time(until)
    for function, arguments, _ in (late[0], *late[2:]):
        world.rogue_does(function, *arguments)
    world.submit(world.transfer_order(ids[5]))
    world.submit(world.delivery_order(ids[5], TRADER))


def test_quantities__not_conserved__refused_with_both(world: ActsWorld) -> None:
    receipt = world.issued()
    until = world.receipt(receipt)["expiresAt"]
    for grams in (WHOLE_G - 1, WHOLE_G + 1):
        with refused("QuantityNotConserved", beforeG=WHOLE_G, afterG=grams):
            world.rogue_does("replaceReceipts", [(receipt, 0)], [(receipt_id(9), grams, until)], NOBODY, b"")
    parts = [(receipt_id(9), WHOLE_G, until), (receipt_id(10), 1, until)]
    with refused("QuantityNotConserved", beforeG=WHOLE_G, afterG=WHOLE_G + 1):
        world.rogue_does("splitReceipt", receipt, 0, parts, NOBODY, b"")
    for grams in (0, WHOLE_G + 1):
        with refused("QuantityNotPart", receiptId=receipt, given=grams, quantityG=WHOLE_G):
            world.rogue_does("reduceReceipt", receipt, 0, grams, NOBODY, b"")
    with refused("NoReceipts"):
        world.rogue_does("splitReceipt", receipt, 0, [], NOBODY, b"")


def test_split__a_gram_is_left__the_receipt_lives_on_with_it(world: ActsWorld) -> None:
    receipt = world.issued()
    until = world.receipt(receipt)["expiresAt"]
    outcome = world.rogue_does("splitReceipt", receipt, 0, [(receipt_id(9), WHOLE_G - 1, until)], NOBODY, b"")
    told = {"receiptId": receipt, "partId": receipt_id(9), "restG": 1, "seq": 0}
    assert list(outcome.event("ReceiptSplitOff").values()) == list(told.values())
    state = world.receipt(receipt)
    assert (state["status"], state["quantityG"], state["lotId"], state["seq"]) == (1, 1, LOT, 1)
    assert (world.held(IMPORTER), world.lot_live_g()) == (2, WHOLE_G)


def test_retire__pledged__refused_with_the_number_of_pledges(world: ActsWorld) -> None:
    receipt = world.issued()
    world.pledged(receipt)
    world.pledged(receipt, BANK_2, 2)
    with refused("ReceiptEncumbered", receiptId=receipt, pledges=2, liens=0, freezes=0):
        world.rogue_does("retireReceipt", receipt, 2)


def test_write_down__of_what_does_not_belong__refused_with_both(world: ActsWorld) -> None:
    ids = sorted((world.issued(1), world.issued(2)))
    world.submit(world.issue_order(world.terms(3), lot=OTHER_LOT))
    for receipt in (*ids, receipt_id(3)):
        world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("ReceiptsNotAscending", previous=ids[1], receiptId=ids[0]):
        world.rogue_does("writeDown", LOT, [(ids[1], 1), (ids[0], 1)], 1)
    with refused("ReceiptsNotAscending", previous=0, receiptId=0):
        world.rogue_does("writeDown", LOT, [(0, 0)], 1)
    with refused("ReceiptOfOtherLot", receiptId=receipt_id(3), given=LOT, lotId=OTHER_LOT):
        world.rogue_does("writeDown", LOT, [(receipt_id(3), 1)], 1)


def test_notice__stands_and_falls__locks_and_unlocks_unless_something_else_does(world: ActsWorld) -> None:
    free, pledged = world.issued(), world.issued(2)
    world.pledged(pledged)
    for receipt, seq, more in ((free, 0, True), (pledged, 1, False)):
        stands = world.rogue_does("setNotice", receipt, seq, True)
        assert stands.names() == ["ReceiptSuspended", "Locked"][: 1 + more]
        assert stands.event("ReceiptSuspended")["seq"] == seq
        state = world.receipt(receipt)
        assert (state["status"], state["seq"]) == (2, seq + 1)
        assert state["suspendReason"] == stands.event("ReceiptSuspended")["reason"] != 0
        falls = world.rogue_does("setNotice", receipt, seq + 1, False)
        assert falls.names() == ["ReceiptReinstated", "Unlocked"][: 1 + more]
        assert falls.event("ReceiptReinstated") == {"receiptId": receipt, "seq": seq + 1}
        state = world.receipt(receipt)
        assert (state["status"], state["suspendReason"], state["seq"]) == (1, 0, seq + 2)


def test_notice__on_one_suspended_by_attesters__refused_either_way(world: ActsWorld) -> None:
    receipt = world.issued()
    with refused("ReceiptNotUnderNotice", receiptId=receipt, status=1, suspendReason=0):
        world.rogue_does("setNotice", receipt, 0, False)
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    reason = world.receipt(receipt)["suspendReason"]
    with refused("ReceiptNotLive", receiptId=receipt, status=2):
        world.rogue_does("setNotice", receipt, 1, True)
    with refused("ReceiptNotUnderNotice", receiptId=receipt, status=2, suspendReason=reason):
        world.rogue_does("setNotice", receipt, 1, False)


def account(member: int) -> str:
    return address_of(key_of(f"member {member}")).lower()


def moves(outcome: Outcome) -> list[list[object]]:
    """From, to and token of each ERC-721 transfer, in order."""
    return [list(event.values.values()) for event in outcome.events if event.name == "Transfer"]


def test_move__pledged__both_registers_are_told(world: ActsWorld) -> None:
    receipt = world.issued()
    world.pledged(receipt)
    outcome = world.put(world.pledged_transfer_order(receipt))
    assert moves(outcome) == [[account(IMPORTER), account(TRADER), receipt]]
    told = [receipt, IMPORTER, TRADER, 1]
    assert list(outcome.event("ReceiptTransferred").values()) == told
    assert (world.held(IMPORTER), world.held(TRADER)) == (0, 1)


def test_split_and_merge__each_that_comes_or_goes__told_as_a_transfer(world: ActsWorld) -> None:
    nobody = "0x" + "00" * 20
    mine, whole, parts = account(IMPORTER), world.issued(), [receipt_id(100), receipt_id(101)]
    split = world.put(world.split_order(whole, 4, 6))
    assert sorted(moves(split)) == sorted(
        [[mine, nobody, whole], [nobody, mine, parts[0]], [nobody, mine, parts[1]]]
    )
    merged = world.put(world.merge_order(*sorted(parts)))
    assert sorted(moves(merged)) == sorted(
        [[mine, nobody, parts[0]], [mine, nobody, parts[1]], [nobody, mine, receipt_id(200)]]
    )
    reduced = world.rogue_does("reduceReceipt", receipt_id(200), 0, WHOLE_G, NOBODY, b"")
    assert moves(reduced) == [[mine, nobody, receipt_id(200)]]
    assert (world.held(IMPORTER), world.lot_live_g()) == (0, 0)


def test_reduce__part__what_left_and_what_is_left_are_told(world: ActsWorld) -> None:
    receipt = world.issued()
    outcome = world.rogue_does("reduceReceipt", receipt, 0, TONNE_G, NOBODY, b"")
    assert outcome.names() == ["ReceiptReduced"]
    told = [receipt, IMPORTER, TONNE_G, 9 * TONNE_G, 0]
    assert list(outcome.event("ReceiptReduced").values()) == told
    assert (world.receipt(receipt)["quantityG"], world.lot_live_g()) == (9 * TONNE_G, 9 * TONNE_G)
