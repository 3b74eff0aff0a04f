"""Edges of pledges: each test was written because a fault there had survived."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi import encode
from eth_utils import keccak

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import MODULE_NEEDS, pledge_id
from holdfast.domain.acts import ForeclosureOrder, PledgeAssignOrder, PledgeBondOrder, PledgeOrder, Share
from tests.contracts.acts_harness import BANK_3, BANK_4, SALE, ActsWorld
from tests.contracts.bonding import bond_order, bonded, redemption
from tests.contracts.harness import BANK, BANK_2, IMPORTER, TRADER, refused

BANKS = (BANK, BANK_2, BANK_3, BANK_4)


def four_pledges(acts: ActsWorld, receipt: int) -> list[int]:
    """Ids by rank; the first is even, so that a bit added to it would be seen."""
    order = acts.pledge_order(receipt)
    while pledge_id(order_hash(order)) % 2:
        order = replace(order, deadline=order.deadline + 1)
    acts.put(order)
    rest = [acts.pledged(receipt, bank, rank) for rank, bank in enumerate(BANKS[1:], 2)]
    return [pledge_id(order_hash(order)), *rest]


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_release__of_one_of_four__the_others_keep_their_order(acts: ActsWorld, rank: int) -> None:
    receipt = acts.issued()
    ids = four_pledges(acts, receipt)
    acts.put(acts.release_order(receipt, ids[rank - 1], BANKS[rank - 1]))
    assert acts.ask("Pledge", "pledgesOn", receipt) == (*ids[: rank - 1], *ids[rank:])


def test_release__of_the_only_one__none_is_left(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.put(acts.release_order(receipt, acts.pledged(receipt)))
    assert acts.ask("Pledge", "pledgesOn", receipt) == ()


def test_release__of_pledge_zero_on_a_free_receipt__refused_as_not_there(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("PledgeNotOnReceipt", receiptId=receipt, pledgeId=0):
        order = (receipt, 0, BANK, acts.seq(receipt), acts.deadline_s)
        acts.chain.send(acts.modules["Pledge"], "release", order, b"")


def test_pledge_module__whose_valuation_asks_another__is_not_founded(acts: ActsWorld) -> None:
    needs = [acts.modules[name] for name in MODULE_NEEDS["Pledge"]]
    with refused("ValuationAsksOther", asked=acts.modules["Pledge"].lower()):
        acts.chain.deploy("Pledge", acts.receipts, *needs)


def test_transfer__pledgee_and_a_stranger_move_the_holders_receipt__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    order = acts.pledged_transfer_order(receipt, transferee=BANK_2, holder=TRADER)
    with refused("WrongHolder", receiptId=receipt, given=TRADER, holder=IMPORTER):
        acts.put(order)


def test_transfer__names_another_pledgee_than_the_one_that_signs__refused(acts: ActsWorld) -> None:
    """Else the first pledgee's attester could attest an order that it has an interest in."""
    receipt = acts.issued()
    acts.pledged(receipt)
    with refused("NotFirstRank", receiptId=receipt, given=BANK_2, firstPledgee=BANK):
        acts.put(acts.pledged_transfer_order(receipt, pledgee=BANK_2), instead={"pledgee": BANK})


def test_assign__is_told(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    order = PledgeAssignOrder(receipt, pledge, BANK, BANK_2, acts.seq(receipt), acts.deadline_s)
    told = {event.name: event.values for event in acts.put(order).events}
    assert told["PledgeAssigned"] == {"pledgeId": pledge, "from": BANK, "to": BANK_2}


def test_bond__redeemed__nothing_of_its_record_is_left(acts: ActsWorld) -> None:
    receipt, bond_id = bonded(acts)
    assert acts.ask("Pledge", "pledgeOf", bond_id)["receipts"] == 1
    acts.put(redemption(acts, receipt, bond_id))
    left = acts.ask("Pledge", "pledgeOf", bond_id)
    assert {**left, "currency": bytes(left["currency"]).strip(b"\0")} == {
        **dict.fromkeys(left, 0),
        "currency": b"",
    }


def test_foreclosure__of_a_free_receipt_by_nobody__refused(acts: ActsWorld) -> None:
    """Member 0 is nobody, and so is the first pledgee of a receipt that is not pledged."""
    receipt = acts.issued()
    acts.pledged(acts.issued(2))
    order = ForeclosureOrder(
        receipt,
        BANK,
        IMPORTER,
        TRADER,
        acts.seq(receipt),
        SALE,
        acts.chain.now_s,
        5,
        0,
        0,
        (Share(1, 5, 5),),
        5,
        acts.deadline_s,
    )
    to, data = acts.call_of(order)
    at = data.index(BANK.to_bytes(32), data.index(receipt.to_bytes(32)))
    with refused("NotFirstRank", receiptId=receipt, given=0, firstPledgee=0):
        acts.chain.transact(to, data[:at] + bytes(32) + data[at + 32 :])


def record_slot(acts: ActsWorld, number: int, known: int) -> int:
    """Where the module keeps the record of a pledge: found by one that is there."""

    def slot(pledge: int, place: int) -> int:
        return int.from_bytes(keccak(encode(["uint64", "uint256"], [pledge, place])))

    module = acts.modules["Pledge"]
    (place,) = (each for each in range(4) if acts.chain.storage(module, slot(known, each)))
    return slot(number, place)


@pytest.mark.parametrize("bond", [False, True])
def test_attack__two_orders_whose_hashes_begin_alike__the_second_is_refused(
    acts: ActsWorld, bond: bool
) -> None:
    """Ids are 64 bits of a hash, so 2^32 tries make two alike: here the first one's record is put there."""
    known = acts.pledged(acts.issued(2))
    receipt = acts.issued()
    order: PledgeOrder | PledgeBondOrder = bond_order(acts, receipt) if bond else acts.pledge_order(receipt)
    number, module = pledge_id(order_hash(order)), acts.modules["Pledge"]
    word = acts.chain.storage(module, record_slot(acts, known, known))
    acts.chain.set_storage(module, record_slot(acts, number, known), word)
    with refused("PledgeExists", pledgeId=number):
        acts.put(order)
    assert acts.receipt(receipt)["pledges"] == 0
    assert acts.ask("Pledge", "pledgeOf", number) == acts.ask("Pledge", "pledgeOf", known)
    acts.chain.set_storage(module, record_slot(acts, number, known), 0)
    acts.put(order)
