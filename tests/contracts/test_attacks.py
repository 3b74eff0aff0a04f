"""Attacks named after defects of other registries. Each must be inexpressible here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.chain.acts import (
    RIGHT_FREEZE,
    RIGHT_LIEN,
    RIGHT_MOVE,
    RIGHT_PLEDGE,
    RIGHT_REDUCE,
    RIGHT_REPLACE,
    RIGHT_RETIRE,
    RIGHT_WRITE_DOWN,
)
from holdfast.domain.acts import ForeclosureOrder, Share
from holdfast.domain.orders import TransferOrder
from tests.contracts.acts_harness import COURT, SALE, ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    TONNE_G,
    TRADER,
    address_of,
    key_of,
    receipt_id,
    refused,
)
from tests.contracts.test_foreclosure import in_default

STRANGER = address_of(key_of("stranger"))


def test_attack__sale_undone_a_year_later__refused(acts: ActsWorld) -> None:
    """A buyer who holds an old order, or a seller who wants back, finds no act that turns a sale around."""
    receipt = acts.issued()
    order = acts.transfer_order(receipt)
    acts.submit(order)
    back = TransferOrder(receipt, TRADER, IMPORTER, 1, acts.deadline_s)
    acts.chain.set_time(acts.chain.now_s + 360 * DAY_S)
    with refused("DeadlinePassed"):
        acts.submit(order)
    with refused("DeadlinePassed"):
        acts.submit(back)
    alone = replace(back, deadline=acts.deadline_s)
    with refused("ForeignSignature", member=IMPORTER):
        by_buyer = acts.party_signatures(alone)[0]
        acts.submit(alone, parties=(by_buyer, by_buyer))
    with refused("ReceiptNotPledged"):
        acts.put(acts.pledged_transfer_order(receipt, IMPORTER, holder=TRADER))
    assert acts.receipt(receipt)["holder"] == TRADER


def test_attack__stranger_expires_a_pledged_receipt__no_such_act(acts: ActsWorld) -> None:
    """Expiry is a date that is read, not a state that someone sets; the pledge outlives it."""
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.chain.set_time(acts.chain.now_s + 400 * DAY_S)
    for function, *args in (
        ("replaceReceipts", [(receipt, 1)], [(receipt_id(9), 10 * TONNE_G, 2**39)], bytes(32), b""),
        ("setPledges", receipt, 1, 0, 0),
        ("dropFreeze", receipt, 0),
    ):
        for sender in (STRANGER, acts.chain.deployer):
            with refused("ModuleLacksRight", caller=sender.lower(), rights=0):
                acts.primitive(function, *args, sender=sender)
    with refused("ForeignSignature", member=BANK):
        acts.put(acts.release_order(receipt, pledge), forged=["pledgee"])
    with refused("NotCourt"):
        acts.put(acts.case_order(court=TRADER))
    assert list(acts.ask("Pledge", "pledgesOn", receipt)) == [pledge]
    assert (acts.receipt(receipt)["pledges"], acts.receipt(receipt)["status"]) == (1, 1)


def test_attack__a_thousand_kilograms_pledged_of_nine_hundred__refused(acts: ActsWorld) -> None:
    """A pledge covers whole receipts, and receipts never stand for more than is there."""
    lot_g, part_g = 900_000, 500_000
    first = acts.terms(1, quantity_g=part_g)
    acts.submit(acts.issue_order(first, lot_g=lot_g))
    acts.pledged(receipt_id(1))
    with refused("LotExceeded", liveG=1_000_000, attestedG=lot_g):
        acts.submit(acts.issue_order(acts.terms(2, quantity_g=part_g), lot_g=lot_g))
    split = acts.split_order(receipt_id(1), 1, 1)
    parts = tuple(replace(p, quantity_g=part_g) for p in split.parts)
    with refused("QuantityNotConserved", beforeG=part_g, afterG=1_000_000):
        acts.put(replace(split, parts=parts), consent_by=BANK)


def test_attack__pledged_twice__the_second_is_only_ever_second(acts: ActsWorld) -> None:
    receipt = acts.issued()
    orders = [acts.pledge_order(receipt, bank) for bank in (BANK, BANK_2)]
    acts.put(orders[0])
    with refused("WrongSeq", given=0, expected=1):
        acts.put(orders[1])
    with refused("RankNotNext", given=1, expected=2):
        acts.put(acts.pledge_order(receipt, BANK_2, rank=1), consent_by=BANK)


def test_attack__forced_transfer_to_oneself_strips_a_freeze__refused(acts: ActsWorld) -> None:
    """Not by a transfer, not by a sale after default and the time to cure, with every signature."""
    receipt, (pledge,) = in_default(acts)
    acts.frozen(receipt)
    seq = acts.seq(receipt)
    own = TransferOrder(receipt, IMPORTER, TRADER, seq, acts.deadline_s)
    object.__setattr__(own, "transferee", IMPORTER)
    with refused("TransfereeIsHolder"):
        acts.submit(own)
    for to in (IMPORTER, TRADER):
        with refused("ReceiptFrozen", freezeCase=1):
            acts.put(acts.pledged_transfer_order(receipt, to))
        sums = (acts.chain.now_s, 10, 0, 0)
        sale = ForeclosureOrder(
            receipt, BANK, IMPORTER, to, seq, SALE, *sums, (Share(pledge, 10, 10),), 0, acts.deadline_s
        )
        with refused("ReceiptFrozen", freezeCase=1):
            acts.put(sale)
        assert (acts.receipt(receipt)["freezes"], acts.receipt(receipt)["freezeCase"]) == (1, 1)
    acts.put(acts.unfreeze_order(receipt))
    with refused("TransfereeIsHolder"):
        acts.put(acts.pledged_transfer_order(receipt, IMPORTER))
    assert acts.receipt(receipt)["pledges"] == 1


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("replaceReceipts", ([(1, 0)], [(2, 1, 2**39)], bytes(32), b"")),
        ("reduceReceipt", (1, 0, 1, bytes(32), b"")),
        ("moveReceipt", (1, 0, 3, bytes(32), b"")),
        ("splitReceipt", (1, 0, [(2, 1, 2**39)], bytes(32), b"")),
        ("addPledge", (1, 0, 4)),
        ("releasePledge", (1, 0, 5, 0, 0, 4)),
        ("setPledges", (1, 0, 0, 0)),
        ("addFreeze", (1, 1)),
        ("dropFreeze", (1, 0)),
        ("setLiens", (1, 1, 0)),
        ("writeDown", (bytes(24), [(1, 0)], 1)),
        ("retireReceipt", (1, 0)),
    ],
)
def test_attack__primitives_called_by_anyone__only_with_the_very_right(
    acts: ActsWorld, function: str, args: tuple[object, ...]
) -> None:
    needed = {
        "replaceReceipts": RIGHT_REPLACE,
        "reduceReceipt": RIGHT_REDUCE,
        "moveReceipt": RIGHT_MOVE,
        "splitReceipt": RIGHT_REPLACE,
        "addPledge": RIGHT_PLEDGE,
        "releasePledge": RIGHT_PLEDGE,
        "setPledges": RIGHT_PLEDGE,
        "addFreeze": RIGHT_FREEZE,
        "dropFreeze": RIGHT_FREEZE,
        "setLiens": RIGHT_LIEN,
        "writeDown": RIGHT_WRITE_DOWN,
        "retireReceipt": RIGHT_RETIRE,
    }[function]
    nothing = "ShortageOutOfRange" if function == "writeDown" else "UnknownReceipt"
    for sender in (STRANGER, acts.chain.deployer, address_of(key_of(f"member {COURT}"))):
        with refused("ModuleLacksRight", caller=sender.lower(), right=needed, rights=0):
            acts.primitive(function, *args, sender=sender)
    for right in (1 << bit for bit in range(8)):
        acts.set_module(STRANGER, right)
        with refused(nothing if right == needed else "ModuleLacksRight"):
            acts.primitive(function, *args, sender=STRANGER)


def test_attack__follow_called_by_anyone__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    with refused("ModuleLacksRight", right=1, rights=0):
        acts.chain.send(
            acts.modules["Pledge"], "follow", [(receipt, 1)], [(receipt_id(9), 1, 1)], sender=STRANGER
        )


def test_attack__module_dismissed__its_orders_are_dead(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.set_module(acts.modules["ReceiptActs"], 0)
    with refused("ModuleLacksRight", right=1, rights=0):
        acts.put(acts.split_order(receipt, 4, 6))


def test_attack__module_set_by_a_stranger_or_a_member__refused(acts: ActsWorld) -> None:
    for sender in (STRANGER, *(address_of(key_of(f"member {m}")) for m in range(1, 8))):
        with refused("AccessManagedUnauthorized", caller=sender.lower()):
            acts.set_module(acts.modules["Court"], 31, sender=sender)


def test_attack__module_with_every_right__still_sheds_no_encumbrance(acts: ActsWorld) -> None:
    """What the receipt contract itself holds, whatever module governance lets in."""
    acts.let_in_rogue()
    free, pledged, frozen = acts.issued(), acts.issued(2), acts.issued(3)
    least = min(free, pledged, frozen)
    acts.pledged(pledged)
    acts.frozen(frozen)

    def rogue_does(error: str, function: str, *args: object) -> None:
        with refused(error):
            acts.rogue_does(function, *args)

    expires = acts.receipt(free)["expiresAt"]
    whole, more = (receipt_id(9), 10 * TONNE_G, expires), (receipt_id(9), 11 * TONNE_G, expires)
    rogue_does("QuantityNotConserved", "replaceReceipts", [(free, 0)], [more], bytes(32), b"")
    rogue_does("NoReceipts", "replaceReceipts", [(free, 0)], [], bytes(32), b"")
    rogue_does("NoReceipts", "replaceReceipts", [], [whole], bytes(32), b"")
    rogue_does("MalformedSignature", "replaceReceipts", [(pledged, 1)], [whole], bytes(32), b"")
    rogue_does("ReceiptFrozen", "replaceReceipts", [(frozen, 1)], [whole], bytes(32), b"")
    rogue_does("ReceiptNotPledged", "moveReceipt", free, 0, TRADER, bytes(32), b"")
    rogue_does("MalformedSignature", "moveReceipt", pledged, 1, TRADER, bytes(32), b"")
    rogue_does("ReceiptFrozen", "moveReceipt", frozen, 1, TRADER, bytes(32), b"")
    rogue_does("QuantityNotPart", "reduceReceipt", free, 0, 10 * TONNE_G + 1, bytes(32), b"")
    rogue_does("MalformedSignature", "reduceReceipt", pledged, 1, 10 * TONNE_G, bytes(32), b"")
    rogue_does("ReceiptEncumbered", "retireReceipt", pledged, 1)
    rogue_does("ReceiptFrozen", "retireReceipt", frozen, 1)
    rogue_does("ReceiptNotSuspended", "writeDown", LOT, [(least, acts.seq(least))], 1)
    rogue_does("MalformedSignature", "reduceReceipt", pledged, 1, 1, bytes(32), b"")
    rogue_does("QuantityNotConserved", "splitReceipt", free, 0, [more], bytes(32), b"")
    rogue_does("MalformedSignature", "splitReceipt", pledged, 1, [whole], bytes(32), b"")
    rogue_does("ReceiptFrozen", "splitReceipt", frozen, 1, [whole], bytes(32), b"")
    rogue_does("PledgesOutOfStep", "releasePledge", pledged, 1, 5, 1, BANK, BANK)
    rogue_does("PledgesOutOfStep", "releasePledge", pledged, 1, 5, 0, BANK, BANK)
    rogue_does("PledgesOutOfStep", "releasePledge", free, 0, 5, 0, 0, BANK)
    rogue_does("PledgesOutOfStep", "setPledges", pledged, 1, 2, BANK)
    rogue_does("PledgesOutOfStep", "setPledges", pledged, 1, 1, 0)
    rogue_does("PledgesOutOfStep", "setPledges", free, 0, 0, 0)
    rogue_does("PledgesOutOfStep", "addPledge", free, 0, 0)
    rogue_does("FreezesOutOfStep", "dropFreeze", free, 0)
    rogue_does("FreezesOutOfStep", "dropFreeze", frozen, 7)
    rogue_does("FreezesOutOfStep", "addFreeze", free, 0)
    acts.submit(acts.suspend_order(free), signers=(INSPECTOR, IOT))
    rogue_does("ReceiptNotLive", "addPledge", free, 1, BANK)
    rogue_does("ReceiptNotLive", "reduceReceipt", free, 1, 1, bytes(32), b"")
