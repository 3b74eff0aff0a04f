"""Pledges: three acts at once, ranks, release in full and in part, assignment, transfer with the pledgee."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.acts import PledgeAssignOrder
from tests.contracts.acts_harness import AMOUNT, BANK_3, BANK_4, BANK_5, CNY, FILING, ActsWorld
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    TRADER,
    receipt_id,
    refused,
)


def ranks(acts: ActsWorld, receipt: int) -> list[int]:
    return list(acts.ask("Pledge", "pledgesOn", receipt))


def test_pledge__three_acts__in_force_with_its_terms(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.pledge_order(receipt)
    outcome = acts.put(order)
    assert outcome.names() == ["PledgesChanged", "Locked", "Pledged", "Attested"]
    told = outcome.event("Pledged")
    assert (told["filingDigest"], told["pledgor"], told["rank"]) == (FILING, IMPORTER, 1)
    state = acts.receipt(receipt)
    assert (state["pledges"], state["firstPledgee"], state["seq"]) == (1, BANK, 1)
    kept = acts.ask("Pledge", "pledgeOf", told["pledgeId"])
    assert kept == {
        "pledgee": BANK,
        "amountMinor": AMOUNT,
        "currency": CNY,
        "maturity": order.maturity,
        "ltvBps": 7_000,
        "cureS": order.cure_s,
        "defaultAt": 0,
        "receipts": 1,
    }
    assert ranks(acts, receipt) == [told["pledgeId"]]


@pytest.mark.parametrize("field", ["holder", "pledgee"])
def test_pledge__without_one_of_the_signatures__refused(acts: ActsWorld, field: str) -> None:
    with refused("ForeignSignature", member={"holder": IMPORTER, "pledgee": BANK}[field]):
        acts.put(acts.pledge_order(acts.issued()), forged=[field])


@pytest.mark.parametrize(
    ("signers", "error"),
    [
        ((INSPECTOR, IOT), "QuorumTooSmall"),
        ((OPERATOR, BANK, INSPECTOR), "SignerIsParty"),
        ((BANK, INSPECTOR, IOT), "OperatorNotAmongSigners"),
    ],
)
def test_pledge__operator_missing_or_pledgee_attests__refused(
    acts: ActsWorld, signers: tuple[int, ...], error: str
) -> None:
    with refused(error):
        acts.put(acts.pledge_order(acts.issued()), signers=signers)


def test_pledge__lien_cap__that_of_the_terms_that_outrank_it(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("LienCapDiffers", receiptId=receipt, given=1, lienCapMinor=0):
        acts.put(acts.pledge_order(receipt, lien_cap_minor=1))


@pytest.mark.parametrize(
    "changes",
    [{"amount_minor": 0}, {"maturity": 1}, {"ltv_bps": 0}, {"ltv_bps": 10_001}, {"cure_s": 0}],
)
def test_pledge__senseless_terms__refused(acts: ActsWorld, changes: dict[str, Any]) -> None:
    order = acts.pledge_order(acts.issued())
    for field, value in changes.items():
        object.__setattr__(order, field, value)
    with refused("PledgeTerms"):
        acts.put(order)


def test_pledge__attestation_stale_other_order_or_epoch__refused(acts: ActsWorld) -> None:
    order = acts.pledge_order(acts.issued())
    now = acts.chain.now_s
    for error, changes in {
        "OrderHashDiffers": {"order_hash": bytes(32)},
        "WrongEpoch": {"epoch": 0},
        "WrongPolicy": {"policy_digest": bytes(32)},
        "AttestationExpired": {"valid_until": now - 1},
        "ObservedInFuture": {"observed_at": now + 1},
        "ValidityOutOfRange": {"valid_until": now + 30 * DAY_S},
    }.items():
        with refused(error):
            acts.put(order, attestation=acts.attestation_of(order, **changes))


def test_pledge__to_oneself_or_by_another_holder__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("PledgeeIsParty", member=IMPORTER):
        acts.put(acts.pledge_order(receipt, pledgee=IMPORTER))
    with refused("WrongHolder", given=TRADER):
        acts.put(acts.pledge_order(receipt, holder=TRADER))


def test_pledge__suspended_or_expired__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    with refused("ReceiptNotLive", status=2):
        acts.put(acts.pledge_order(receipt))
    acts.chain.set_time(acts.chain.now_s + 366 * DAY_S)
    with refused("ReceiptExpired"):
        acts.put(acts.pledge_order(other))


def test_pledge__then_the_holder_alone__neither_transfers_nor_delivers(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    with refused("ReceiptEncumbered", pledges=1, liens=0, freezes=0):
        acts.submit(acts.transfer_order(receipt))
    with refused("ReceiptEncumbered", pledges=1):
        acts.submit(acts.delivery_order(receipt))


def test_junior__with_the_seniors_signature__second_and_never_first(acts: ActsWorld) -> None:
    receipt = acts.issued()
    first = acts.pledged(receipt)
    order = acts.pledge_order(receipt, BANK_2, rank=2)
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    with refused("ForeignSignature", member=BANK):
        acts.put(order, consent_by=BANK_2)
    second = acts.pledged(receipt, BANK_2, 2)
    assert ranks(acts, receipt) == [first, second]
    assert acts.receipt(receipt)["firstPledgee"] == BANK


@pytest.mark.parametrize("rank", [1, 3])
def test_junior__rank_jumps__refused(acts: ActsWorld, rank: int) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    with refused("RankNotNext", given=rank, expected=2):
        acts.put(acts.pledge_order(receipt, BANK_2, rank=rank), consent_by=BANK)


def test_junior__fifth_rank_or_other_currency__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    for rank, bank in enumerate((BANK, BANK_2, BANK_3, BANK_4), 1):
        acts.pledged(receipt, bank, rank)
    with refused("RankNotNext", given=5):
        acts.put(acts.pledge_order(receipt, BANK_5, rank=5), consent_by=BANK)
    other = acts.issued(2)
    acts.pledged(other)
    with refused("CurrencyDiffers", given=b"USD", currency=CNY):
        acts.put(acts.pledge_order(other, BANK_2, rank=2, currency=b"USD"), consent_by=BANK)


def test_release__only_pledge__free_again(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    outcome = acts.put(acts.release_order(receipt, pledge))
    assert outcome.names() == ["PledgeReleased", "Unlocked"]
    told = {"receiptId": receipt, "pledgeId": pledge, "pledges": 0, "firstPledgee": 0, "pledgee": BANK}
    assert outcome.event("PledgeReleased") == told
    assert (acts.receipt(receipt)["pledges"], acts.receipt(receipt)["firstPledgee"]) == (0, 0)
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 0
    acts.submit(acts.transfer_order(receipt))


@pytest.mark.parametrize(
    ("gone", "left", "first"), [(0, (1, 2), BANK_2), (1, (0, 2), BANK), (2, (0, 1), BANK)]
)
def test_release__of_three__juniors_move_up_by_one(
    acts: ActsWorld, gone: int, left: tuple[int, int], first: int
) -> None:
    receipt, banks = acts.issued(), (BANK, BANK_2, BANK_3)
    ids = [acts.pledged(receipt, bank, rank) for rank, bank in enumerate(banks, 1)]
    acts.put(acts.release_order(receipt, ids[gone], banks[gone]))
    assert ranks(acts, receipt) == [ids[i] for i in left]
    assert (acts.receipt(receipt)["pledges"], acts.receipt(receipt)["firstPledgee"]) == (2, first)


def test_release__of_four__the_last_rank_goes(acts: ActsWorld) -> None:
    receipt, banks = acts.issued(), (BANK, BANK_2, BANK_3, BANK_4)
    ids = [acts.pledged(receipt, bank, rank) for rank, bank in enumerate(banks, 1)]
    acts.put(acts.release_order(receipt, ids[3], BANK_4))
    assert ranks(acts, receipt) == ids[:3]
    acts.put(acts.release_order(receipt, ids[0], BANK))
    assert ranks(acts, receipt) == ids[1:3]


def test_release__by_another_or_unsigned_or_twice__refused(acts: ActsWorld) -> None:
    receipt, other = acts.issued(), acts.issued(2)
    pledge = acts.pledged(receipt)
    order = acts.release_order(receipt, pledge)
    with refused("ForeignSignature", member=BANK):
        acts.put(order, forged=["pledgee"])
    with refused("WrongPledgee", given=BANK_2, pledgee=BANK):
        acts.put(acts.release_order(receipt, pledge, BANK_2))
    with refused("PledgeNotOnReceipt", receiptId=other, pledgeId=pledge):
        acts.put(acts.release_order(other, pledge))
    acts.put(order)
    with refused("PledgeNotOnReceipt"):
        acts.put(order)


def test_release__frozen_or_suspended__a_right_can_still_be_given_up(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.frozen(receipt)
    outcome = acts.put(acts.release_order(receipt, pledge))
    assert "Unlocked" not in outcome.names()
    assert acts.receipt(receipt)["freezes"] == 1


def test_release__in_part__the_split_part_is_free_and_the_rest_pledged(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    free, kept = receipt_id(100), receipt_id(101)
    acts.put(acts.release_order(free, pledge))
    acts.submit(acts.transfer_order(free))
    with refused("ReceiptEncumbered", pledges=1):
        acts.submit(acts.transfer_order(kept))
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 1
    acts.put(acts.release_order(kept, pledge))
    assert acts.ask("Pledge", "pledgeOf", pledge)["receipts"] == 0


def assign_order(acts: ActsWorld, receipt: int, pledge: int, to: int, by: int = BANK) -> PledgeAssignOrder:
    return PledgeAssignOrder(receipt, pledge, by, to, acts.seq(receipt), acts.deadline_s)


def test_assign__first_and_second__the_right_one_changes(acts: ActsWorld) -> None:
    receipt = acts.issued()
    first, second = acts.pledged(receipt), acts.pledged(receipt, BANK_2, 2)
    acts.put(assign_order(acts, receipt, second, BANK_3, BANK_2))
    assert acts.receipt(receipt)["firstPledgee"] == BANK
    acts.put(assign_order(acts, receipt, first, BANK_4))
    assert acts.receipt(receipt)["firstPledgee"] == BANK_4
    assert [acts.ask("Pledge", "pledgeOf", p)["pledgee"] for p in (first, second)] == [BANK_4, BANK_3]
    with refused("WrongPledgee"):
        acts.put(acts.release_order(receipt, first, BANK))


def test_assign__unsigned_to_the_holder_or_over_two_receipts__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    for field, member in (("pledgee", BANK), ("assignee", BANK_2)):
        with refused("ForeignSignature", member=member):
            acts.put(assign_order(acts, receipt, pledge, BANK_2), forged=[field])
    for to in (IMPORTER, BANK):
        with refused("PledgeeIsParty", member=to):
            acts.put(assign_order(acts, receipt, pledge, to))
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    with refused("PledgeCoversOthers", receipts=2):
        acts.put(assign_order(acts, receipt_id(100), pledge, BANK_2))


def test_transfer__pledged_with_the_pledgee__the_pledge_goes_along(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    outcome = acts.put(acts.pledged_transfer_order(receipt))
    assert outcome.event("ReceiptTransferred")["to"] == TRADER
    state = acts.receipt(receipt)
    assert (state["holder"], state["pledges"], state["firstPledgee"]) == (TRADER, 1, BANK)
    assert ranks(acts, receipt) == [pledge]
    assert (acts.held(IMPORTER), acts.held(TRADER)) == (0, 1)


@pytest.mark.parametrize("field", ["holder", "transferee", "pledgee"])
def test_transfer__pledged_without_one_signature__refused(acts: ActsWorld, field: str) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    member = {"holder": IMPORTER, "transferee": TRADER, "pledgee": BANK}[field]
    with refused("ForeignSignature", member=member):
        acts.put(acts.pledged_transfer_order(receipt), forged=[field])


def test_transfer__free_receipt_other_pledgee_or_to_a_pledgee__refused(acts: ActsWorld) -> None:
    free, receipt = acts.issued(), acts.issued(2)
    with refused("ReceiptNotPledged", receiptId=free):
        acts.put(acts.pledged_transfer_order(free))
    acts.pledged(receipt)
    acts.pledged(receipt, BANK_2, 2)
    with refused("ForeignSignature", member=BANK):
        acts.put(acts.pledged_transfer_order(receipt, pledgee=BANK_2))
    for bank in (BANK, BANK_2):
        with refused("PledgeeIsParty", member=bank):
            acts.put(acts.pledged_transfer_order(receipt, transferee=bank))


def test_pledge__released_order_used_again__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = acts.pledge_order(receipt)
    acts.put(order)
    with refused("WrongSeq", given=0, expected=1):
        acts.put(order, consent_by=BANK)
    again = replace(order, seq=1, rank=2)
    with refused("ForeignSignature", member=BANK):
        acts.put(again, consent_by=TRADER)
