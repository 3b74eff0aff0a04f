"""What the receipt contract itself does for modules that have the right: liens, shortages, burning.

The module here is a plain account with every right and no scruples.
"""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.chain.artifacts import load_artifact
from holdfast.chain.compile import CONTRACTS
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OTHER_LOT,
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)

NOBODY = bytes(32)


@pytest.fixture
def world(acts: ActsWorld) -> ActsWorld:
    """The consortium with a module that may do everything."""
    acts.let_in_rogue()
    return acts


def suspended(world: ActsWorld, *receipts: int) -> list[tuple[int, int]]:
    """Suspend receipts; what writeDown wants of them."""
    for receipt in receipts:
        world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    return sorted((receipt, world.seq(receipt)) for receipt in receipts)


# --- liens ---


def test_set_liens__asserted__the_receipt_stands_still_and_its_orders_are_dead(world: ActsWorld) -> None:
    receipt = world.issued()
    before = world.transfer_order(receipt)
    outcome = world.rogue_does("setLiens", receipt, 1, 1)
    assert outcome.names() == ["LiensChanged", "Locked"]
    assert outcome.event("LiensChanged") == {"receiptId": receipt, "liens": 1, "lienTerms": 1}
    state = world.receipt(receipt)
    assert (state["liens"], state["lienTerms"], state["seq"]) == (1, 1, 1)
    assert world.read("locked", receipt) is True
    with refused("WrongSeq", given=0, expected=1):
        world.submit(before)
    with refused("ReceiptEncumbered", pledges=0, liens=1, freezes=0):
        world.submit(world.transfer_order(receipt))
    with refused("ReceiptEncumbered", liens=1):
        world.submit(world.delivery_order(receipt))
    with refused("ReceiptUnderLien", liens=1):
        world.put(world.split_order(receipt, 4, 6))
    with refused("ReceiptUnderLien"):
        world.rogue_does("retireReceipt", receipt, 1)
    found = world.status(receipt)
    assert (found["bounds"], found["liens"], found["lienTerms"]) == (32, 1, 1)


def test_set_liens__terms_alone__stop_nothing_and_follow_the_goods(world: ActsWorld) -> None:
    receipt = world.issued()
    assert world.rogue_does("setLiens", receipt, 0, 1).names() == ["LiensChanged"]
    assert (world.read("locked", receipt), world.status(receipt)["free"]) == (False, True)
    world.put(world.split_order(receipt, 4, 6))
    assert [world.receipt(receipt_id(i))["lienTerms"] for i in (100, 101)] == [1, 1]
    world.submit(world.transfer_order(receipt_id(100)))
    with refused("ReceiptsDiffer"):
        world.put(world.merge_order(receipt_id(101), world.issued(2)))


def test_set_liens__settled__free_again(world: ActsWorld) -> None:
    receipt = world.issued()
    world.rogue_does("setLiens", receipt, 2, 1)
    assert world.rogue_does("setLiens", receipt, 1, 1).names() == ["LiensChanged"]
    assert world.rogue_does("setLiens", receipt, 0, 0).names() == ["LiensChanged", "Unlocked"]
    world.submit(world.transfer_order(receipt))
    assert world.receipt(receipt)["holder"] == TRADER


def test_set_liens__suspended_frozen_pledged_or_expired__possible_and_nothing_else_changes(
    world: ActsWorld,
) -> None:
    receipt = world.issued()
    world.pledged(receipt)
    world.frozen(receipt)
    suspended(world, receipt)
    world.chain.set_time(world.chain.now_s + 400 * DAY_S)
    before = world.receipt(receipt)
    world.rogue_does("setLiens", receipt, 255, 255)
    assert world.receipt(receipt) == before | {"liens": 255, "lienTerms": 255, "seq": before["seq"] + 1}
    world.rogue_does("setLiens", receipt, 0, 0)
    assert world.receipt(receipt) == before | {"seq": before["seq"] + 2}


def test_set_liens__burned_or_never_issued__refused(world: ActsWorld) -> None:
    receipt = world.issued()
    world.submit(world.delivery_order(receipt))
    with refused("ReceiptNotLive", status=3):
        world.rogue_does("setLiens", receipt, 1, 0)
    with refused("UnknownReceipt"):
        world.rogue_does("setLiens", receipt_id(77), 1, 0)


# --- a shortage ---


def test_write_down__pro_rata__every_receipt_bears_its_share(world: ActsWorld) -> None:
    ids = [world.issued(i, quantity_g=g) for i, g in ((1, 10 * TONNE_G), (2, 30 * TONNE_G))]
    refs = suspended(world, *ids)
    outcome = world.rogue_does("writeDown", LOT, refs, 4 * TONNE_G)
    assert [world.receipt(r)["quantityG"] for r in ids] == [9 * TONNE_G, 27 * TONNE_G]
    assert (world.lot()["attestedG"], world.lot()["liveG"]) == (196 * TONNE_G, 36 * TONNE_G)
    told = [event.values for event in outcome.events]
    assert [(e["receiptId"], e["seq"]) for e in told] == refs
    assert all(e["lotId"] == LOT for e in told)
    shares = {e["receiptId"]: (e["shortG"], e["restG"]) for e in told}
    assert shares == {ids[0]: (TONNE_G, 9 * TONNE_G), ids[1]: (3 * TONNE_G, 27 * TONNE_G)}
    assert [world.seq(receipt) for receipt, _ in refs] == [seq + 1 for _, seq in refs]


def test_write_down__leftover_grams__go_to_the_first_in_order(world: ActsWorld) -> None:
    ids = sorted(world.issued(i, quantity_g=10) for i in (1, 2, 3))
    world.rogue_does("writeDown", LOT, suspended(world, *ids), 1)
    assert [world.receipt(r)["quantityG"] for r in ids] == [10, 10, 9]


@settings(max_examples=25, deadline=None)
@given(grams=st.lists(st.integers(1, 10**6), min_size=1, max_size=4), share=st.integers(1, 999))
def test_write_down__any_lot__not_a_gram_more_or_less_than_is_there(grams: list[int], share: int) -> None:
    world = shared()
    ids = [world.issued(i, quantity_g=g) for i, g in enumerate(grams, 1)]
    refs, live = suspended(world, *ids), sum(grams)
    short = max(1, live * share // 1000)
    of = dict(zip(ids, grams, strict=True))
    rest = [of[receipt] * (live - short) // live for receipt, _ in refs]
    for i in range(live - short - sum(rest)):
        rest[i] += 1
    if prod(rest) == 0:
        with refused("QuantityZero" if live > short else "ShortageOutOfRange"):
            world.rogue_does("writeDown", LOT, refs, short)
        return
    world.rogue_does("writeDown", LOT, refs, short)
    assert [world.receipt(receipt)["quantityG"] for receipt, _ in refs] == rest
    assert sum(rest) == world.lot()["liveG"] == live - short
    assert world.lot()["attestedG"] == 200 * TONNE_G - short


_shared: list[tuple[ActsWorld, object]] = []


def shared() -> ActsWorld:
    """One consortium for all examples of a property, set back before each."""
    if not _shared:
        made = ActsWorld()
        made.let_in_rogue()
        _shared.append((made, made.chain.snapshot()))
    world, start = _shared.pop()
    world.chain.revert(start)  # type: ignore[arg-type]
    _shared.append((world, world.chain.snapshot()))
    return world


def test_write_down__pledged_frozen_and_under_lien__encumbrances_stay(world: ActsWorld) -> None:
    receipt = world.issued()
    world.pledged(receipt)
    world.frozen(receipt)
    world.rogue_does("setLiens", receipt, 1, 1)
    refs = suspended(world, receipt)
    before = world.receipt(receipt)
    world.rogue_does("writeDown", LOT, refs, TONNE_G)
    assert world.receipt(receipt) == before | {"quantityG": 9 * TONNE_G, "seq": before["seq"] + 1}


def test_write_down__not_all_of_the_lot__refused(world: ActsWorld) -> None:
    ids = [world.issued(), world.issued(2)]
    refs = suspended(world, *ids)
    with refused("LotIncomplete", givenG=10 * TONNE_G, liveG=20 * TONNE_G):
        world.rogue_does("writeDown", LOT, refs[:1], 1)
    with refused("LotIncomplete", givenG=0):
        world.rogue_does("writeDown", LOT, [], 1)
    with refused("ReceiptsNotAscending"):
        world.rogue_does("writeDown", LOT, refs[::-1], 1)
    with refused("ReceiptsNotAscending"):
        world.rogue_does("writeDown", LOT, [refs[0], refs[0]], 1)
    world.submit(world.issue_order(world.terms(3), lot=OTHER_LOT))
    other = suspended(world, receipt_id(3))
    with refused("ReceiptOfOtherLot", receiptId=receipt_id(3)):
        world.rogue_does("writeDown", LOT, sorted(refs + other), 1)
    with refused("WrongSeq"):
        world.rogue_does("writeDown", LOT, [(receipt, seq + 1) for receipt, seq in refs], 1)


def test_write_down__one_still_live__refused(world: ActsWorld) -> None:
    first, second = world.issued(), world.issued(2)
    refs = sorted([*suspended(world, first), (second, 0)])
    with refused("ReceiptNotSuspended", receiptId=second, status=1):
        world.rogue_does("writeDown", LOT, refs, 1)


@pytest.mark.parametrize("short", [0, 10 * TONNE_G, 10 * TONNE_G + 1])
def test_write_down__nothing_or_everything__refused(world: ActsWorld, short: int) -> None:
    refs = suspended(world, world.issued())
    with refused("ShortageOutOfRange", shortG=short, liveG=10 * TONNE_G):
        world.rogue_does("writeDown", LOT, refs, short)


def test_write_down__a_receipt_would_come_to_nothing__refused(world: ActsWorld) -> None:
    small, big = world.issued(1, quantity_g=1), world.issued(2, quantity_g=1000)
    refs = suspended(world, small, big)
    with refused("QuantityZero"):
        world.rogue_does("writeDown", LOT, refs, 1000)


# --- burning ---


def test_reduce__the_whole__burns_as_delivered(world: ActsWorld) -> None:
    receipt, other = world.issued(), world.issued(2)
    outcome = world.rogue_does("reduceReceipt", receipt, 0, 10 * TONNE_G, NOBODY, b"")
    assert outcome.names() == ["Transfer", "ReceiptDelivered"]
    state = world.receipt(receipt)
    assert (state["status"], state["quantityG"], state["lotId"], state["seq"]) == (3, 0, bytes(24), 1)
    assert (world.lot()["attestedG"], world.lot()["liveG"]) == (190 * TONNE_G, 10 * TONNE_G)
    assert world.held(IMPORTER) == 1
    with refused("ReceiptExists"):
        world.submit(world.issue_order(world.terms(1), lot_g=190 * TONNE_G))
    world.rogue_does("reduceReceipt", other, 0, 10 * TONNE_G - 1, NOBODY, b"")
    assert (world.receipt(other)["status"], world.receipt(other)["quantityG"]) == (1, 1)


def test_reduce__the_whole_of_a_pledged_one__needs_the_pledgee(world: ActsWorld) -> None:
    receipt = world.issued()
    world.pledged(receipt)
    with refused("MalformedSignature", member=BANK):
        world.rogue_does("reduceReceipt", receipt, 1, 10 * TONNE_G, NOBODY, b"")


def test_deliver_part__the_whole__left_to_a_delivery_order(world: ActsWorld) -> None:
    with refused("QuantityNotPart", given=10 * TONNE_G):
        world.put(world.part_delivery_order(world.issued(), 10))


def test_retire__free__burned_here_and_its_goods_leave_the_lot(world: ActsWorld) -> None:
    receipt = world.issued()
    outcome = world.rogue_does("retireReceipt", receipt, 0)
    assert outcome.names() == ["Transfer", "ReceiptRetired"]
    assert outcome.event("ReceiptRetired") == {
        "receiptId": receipt,
        "lotId": LOT,
        "holder": IMPORTER,
        "quantityG": 10 * TONNE_G,
        "seq": 0,
    }
    state = world.receipt(receipt)
    assert (state["status"], state["quantityG"], state["seq"]) == (4, 0, 1)
    assert (world.lot()["attestedG"], world.lot()["liveG"]) == (190 * TONNE_G, 0)
    assert world.held(IMPORTER) == 0
    with refused("ReceiptNotLive", status=4):
        world.rogue_does("retireReceipt", receipt, 1)


def test_retire__pledged_frozen_suspended_expired_or_early__refused(world: ActsWorld) -> None:
    ids = [world.issued(i) for i in range(1, 5)]
    world.pledged(ids[0])
    world.frozen(ids[1])
    suspended(world, ids[2])
    with refused("ReceiptEncumbered", pledges=1):
        world.rogue_does("retireReceipt", ids[0], 1)
    with refused("ReceiptFrozen", freezeCase=1):
        world.rogue_does("retireReceipt", ids[1], 1)
    with refused("ReceiptNotLive", status=2):
        world.rogue_does("retireReceipt", ids[2], 1)
    with refused("WrongSeq", given=1, expected=0):
        world.rogue_does("retireReceipt", ids[3], 1)
    world.chain.set_time(world.chain.now_s + 366 * DAY_S)
    with refused("ReceiptExpired"):
        world.rogue_does("retireReceipt", ids[3], 0)


def test_pieces__of_one_contract__share_storage_and_fit() -> None:
    for name in CONTRACTS:
        artifact = load_artifact(name)
        assert len(artifact.deployed_bytecode) <= 24_576, name
    first, second = load_artifact("WarehouseReceipt"), load_artifact("ReceiptPrimitives")
    assert (first.variables, first.structs) == (second.variables, second.structs)
