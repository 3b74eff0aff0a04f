"""Change of medium: an electronic receipt for paper, paper for an electronic one, never both."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from holdfast.domain.acts import OriginKind
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    OTHER_LOT,
    QUORUM,
    TONNE_G,
    TRADER,
    receipt_id,
    refused,
)
from tests.contracts.origin_orders import (
    PAPER,
    electronic_order,
    later,
    origin_order,
    paper_order,
    suspended,
)


def on_paper(acts: ActsWorld) -> int:
    receipt = acts.issued()
    acts.put(paper_order(acts, receipt))
    return receipt


def test_to_paper__free_receipt__dies_as_the_paper_lives(acts: ActsWorld) -> None:
    receipt = acts.issued()
    before, held = acts.lot(), acts.held(IMPORTER)
    outcome = acts.put(paper_order(acts, receipt))
    assert outcome.names() == ["Transfer", "ReceiptRetired", "PutOnPaper", "Attested"]
    assert (acts.receipt(receipt)["status"], acts.receipt(receipt)["quantityG"]) == (4, 0)
    assert acts.lot()["liveG"] == before["liveG"] - 10 * TONNE_G
    assert acts.lot()["attestedG"] == before["attestedG"] - 10 * TONNE_G
    assert acts.held(IMPORTER) == held - 1
    paper = acts.ask("ReceiptMedium", "paperOf", PAPER)
    assert (paper["receiptId"], paper["lotId"], paper["quantityG"]) == (receipt, LOT, 10 * TONNE_G)
    assert (paper["operator"], paper["holder"], paper["state"]) == (OPERATOR, IMPORTER, 1)
    assert acts.ask("ReceiptMedium", "paperFor", receipt) == acts.status(receipt)["paperDigest"] == PAPER


def test_to_electronic__paper_given_out_here__comes_back_and_is_issued_anew(acts: ActsWorld) -> None:
    on_paper(acts)
    outcome = acts.put(electronic_order(acts, holder=TRADER))
    assert outcome.names() == ["PaperSurrendered", "OriginRegistered", "Attested"]
    paper = acts.ask("ReceiptMedium", "paperOf", PAPER)
    assert (paper["state"], paper["holder"], paper["lotId"]) == (2, TRADER, OTHER_LOT)
    assert acts.ask("Origins", "originOf", OriginKind.PAPER_RECEIPT, PAPER) == OTHER_LOT
    acts.submit(acts.issue_order(acts.terms(2, TRADER), lot=OTHER_LOT, lot_g=10 * TONNE_G))


def test_to_electronic__paper_from_elsewhere__consumed_once(acts: ActsWorld) -> None:
    acts.put(electronic_order(acts))
    with refused("PaperKnown", paperDigest=PAPER, state=2):
        acts.put(electronic_order(acts, lot_id=LOT))


def test_to_electronic__less_than_the_paper_stood_for__some_was_delivered_against_it(acts: ActsWorld) -> None:
    on_paper(acts)
    acts.put(electronic_order(acts, quantity_g=4 * TONNE_G))
    assert acts.ask("ReceiptMedium", "paperOf", PAPER)["quantityG"] == 4 * TONNE_G


@pytest.mark.parametrize("party", ["holder", "operator"])
def test_medium__not_signed_by_both__refused(acts: ActsWorld, party: str) -> None:
    receipt = acts.issued()
    with refused("ForeignSignature"):
        acts.put(paper_order(acts, receipt), forged=[party])
    with refused("ForeignSignature"):
        acts.put(electronic_order(acts), forged=[party])


def test_medium__without_quorum_or_by_a_partys_attester__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    for order in (paper_order(acts, receipt), electronic_order(acts)):
        with refused("QuorumTooSmall"):
            acts.put(order, signers=(OPERATOR, INSPECTOR))
        with refused("OperatorNotAmongSigners"):
            acts.put(order, signers=(BANK, INSPECTOR, IOT))
    with refused("SignerIsParty", member=BANK):
        acts.put(electronic_order(acts, holder=BANK), signers=QUORUM)


def test_to_paper__wrong_holder_operator_or_order__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = paper_order(acts, receipt)
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(replace(order, holder=TRADER))
    with refused("OperatorDiffers", given=BANK, operator=OPERATOR):
        acts.put(replace(order, operator=BANK))
    with refused("WrongSeq", given=1, expected=0):
        acts.put(replace(order, seq=1))
    with refused("PaperDigestZero"):
        acts.put(replace(order, paper_digest=bytes(32)))
    later(acts, 2 * DAY_S)
    with refused("DeadlinePassed"):
        acts.put(order)


def test_to_paper__suspended_frozen_or_expired__refused(acts: ActsWorld) -> None:
    first, second, third = acts.issued(1), acts.issued(2), acts.issued(3)
    suspended(acts, first)
    with refused("ReceiptNotLive", status=2):
        acts.put(paper_order(acts, first))
    acts.frozen(second)
    with refused("ReceiptFrozen"):
        acts.put(paper_order(acts, second))
    later(acts, 366 * DAY_S)
    with refused("ReceiptExpired"):
        acts.put(paper_order(acts, third))


def test_attack__paper_presented_twice__refused(acts: ActsWorld) -> None:
    """A copy of a surrendered paper, on the same lot or another, by the same or another bearer."""
    on_paper(acts)
    acts.put(electronic_order(acts))
    third_lot = sha256(b"third lot").digest()[:24]
    for lot, holder in ((OTHER_LOT, IMPORTER), (third_lot, TRADER)):
        with refused("PaperKnown", paperDigest=PAPER, state=2):
            acts.put(electronic_order(acts, lot_id=lot, holder=holder, deadline=acts.deadline_s + 1))


def test_attack__surrendered_paper_given_out_again__refused(acts: ActsWorld) -> None:
    second = acts.issued(2)
    on_paper(acts)
    with refused("PaperKnown", state=1):
        acts.put(paper_order(acts, second))
    acts.put(electronic_order(acts))
    with refused("PaperKnown", state=2):
        acts.put(paper_order(acts, second))


def test_attack__receipt_sold_after_it_went_to_paper__refused(acts: ActsWorld) -> None:
    """Both media at once: the paper is shown to one bank, the electronic receipt to another."""
    receipt = acts.issued()
    sale, delivery = acts.transfer_order(receipt), acts.delivery_order(receipt)
    pledge, split = acts.pledge_order(receipt), acts.split_order(receipt, 4, 6)
    acts.put(paper_order(acts, receipt))
    for order in (sale, replace(sale, seq=1), delivery):
        with refused("WrongSeq" if order.seq == 0 else "ReceiptNotLive"):
            acts.submit(order)
    for act in (pledge, split, replace(split, seq=1), replace(pledge, seq=1)):
        with refused("WrongSeq" if act.seq == 0 else "ReceiptNotLive"):
            acts.put(act)
    with refused("ReceiptExists"):
        acts.submit(acts.issue_order(acts.terms(1), lot=OTHER_LOT))
    with refused("ReceiptNotLive"):
        acts.put(replace(paper_order(acts, receipt), paper_digest=sha256(b"second paper").digest()))


def test_attack__pledged_receipt_put_on_paper__refused(acts: ActsWorld) -> None:
    """The pledge would stay behind on a dead receipt; the pledgee releases it first."""
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    with refused("ReceiptEncumbered", pledges=1):
        acts.put(paper_order(acts, receipt))
    acts.put(acts.release_order(receipt, pledge))
    acts.put(paper_order(acts, receipt))


def test_attack__paper_grown_on_its_way_back__refused(acts: ActsWorld) -> None:
    on_paper(acts)
    with refused("PaperExceeded", given=10 * TONNE_G + 1, quantityG=10 * TONNE_G):
        acts.put(electronic_order(acts, quantity_g=10 * TONNE_G + 1))
    order = electronic_order(acts)
    object.__setattr__(order, "quantity_g", 0)
    with refused("QuantityZero"):
        acts.put(order)


def test_attack__paper_surrendered_to_another_operator__refused(acts: ActsWorld) -> None:
    """The goods lie with the operator that gave the paper out; nobody else can take it back."""
    receipt = on_paper(acts)
    with refused("OperatorDiffers", receiptId=receipt, given=BANK, operator=OPERATOR):
        acts.put(electronic_order(acts, operator=BANK))


def test_attack__paper_surrendered_after_receipts_were_issued__refused(acts: ActsWorld) -> None:
    """Receipts first, paper later: for that time both would stand for the goods."""
    acts.submit(acts.issue_order(acts.terms(2), lot=OTHER_LOT))
    with refused("LotIssuedBefore", lotId=OTHER_LOT):
        acts.put(electronic_order(acts))
    with refused("OriginIncomplete"):
        order = electronic_order(acts)
        object.__setattr__(order, "lot_id", bytes(24))
        acts.put(order)


def test_attack__bill_of_lading_used_as_paper__counts_for_each_kind_alone(acts: ActsWorld) -> None:
    """Kinds do not mix: a bill's digest says nothing about a paper receipt's."""
    acts.put(origin_order(acts, origin_digest=PAPER))
    on_paper(acts)
    assert acts.ask("Origins", "originOf", 2, PAPER) == bytes(24)
    assert receipt_id(1) == acts.ask("ReceiptMedium", "paperOf", PAPER)["receiptId"]
