"""Lost or compromised receipts: notice, time to object, then the old one dies before the new one lives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.acts import LossReason
from holdfast.domain.orders import SuspendReason
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    QUORUM,
    TONNE_G,
    TRADER,
    refused,
)
from tests.contracts.origin_orders import (
    NEW,
    NOTICE_S,
    later,
    notice_order,
    paper_order,
    replacement_order,
    shortage_order,
    suspended,
    withdrawal_order,
)


def noticed(acts: ActsWorld) -> int:
    receipt = acts.issued()
    acts.put(notice_order(acts, receipt))
    return receipt


def test_notice__live_receipt__stands_still_and_says_why(acts: ActsWorld) -> None:
    receipt = acts.issued()
    outcome = acts.put(notice_order(acts, receipt))
    assert outcome.names() == ["ReceiptSuspended", "Locked", "LossNoticed", "Attested"]
    until = acts.chain.now_s + NOTICE_S
    assert outcome.event("LossNoticed")["until"] == until
    found = acts.status(receipt)
    assert (found["free"], found["suspendReason"]) == (False, SuspendReason.NOTICE_OF_LOSS)
    assert found["notice"] == {"since": acts.chain.now_s, "until": until, "reason": LossReason.LOST}


def test_replace__after_the_notice__old_dead_new_lives_linked_both_ways(acts: ActsWorld) -> None:
    receipt = noticed(acts)
    before, held = acts.lot(), acts.held(IMPORTER)
    later(acts, NOTICE_S)
    outcome = acts.put(replacement_order(acts, receipt))
    names = outcome.names()
    assert names.index("ReceiptReplaced") < names.index("ReceiptIssued") < names.index("LostReplaced")
    assert (acts.receipt(receipt)["status"], acts.receipt(NEW)["status"]) == (4, 1)
    assert acts.receipt(NEW)["quantityG"] == 10 * TONNE_G
    assert (acts.status(receipt)["successor"], acts.status(NEW)["predecessor"]) == (NEW, receipt)
    assert (acts.lot(), acts.held(IMPORTER)) == (before, held)
    assert acts.status(receipt)["notice"]["until"] == 0
    acts.submit(acts.transfer_order(NEW))


def test_replace__pledged__pledges_are_copied_with_the_pledgees_consent(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    order = notice_order(acts, receipt)
    with refused("MalformedSignature", member=BANK):
        acts.put(order)
    with refused("SignerIsParty", member=BANK):
        acts.put(order, consent_by=BANK, signers=QUORUM)
    acts.put(order, consent_by=BANK)
    later(acts, NOTICE_S)
    with refused("MalformedSignature", member=BANK):
        acts.put(replacement_order(acts, receipt))
    acts.put(replacement_order(acts, receipt), consent_by=BANK)
    assert list(acts.ask("Pledge", "pledgesOn", NEW)) == [pledge]
    assert (acts.receipt(NEW)["pledges"], acts.receipt(NEW)["firstPledgee"]) == (1, BANK)
    assert list(acts.ask("Pledge", "pledgesOn", receipt)) == []


def test_replace__one_second_early__refused(acts: ActsWorld) -> None:
    receipt = noticed(acts)
    later(acts, NOTICE_S - 1)
    with refused("NoticeRuns", until=acts.chain.now_s + 1):
        acts.put(replacement_order(acts, receipt))
    later(acts, 1)
    acts.put(replacement_order(acts, receipt))


def test_replace__without_notice__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    with refused("NoNotice"):
        acts.put(replacement_order(acts, receipt))
    with refused("NoNotice"):
        acts.put(withdrawal_order(acts, receipt))
    with refused("NoNotice"):
        acts.chain.send(acts.modules["Replacement"], "lapseNotice", receipt)


def test_replace__expiry__kept_or_extended_by_a_new_assay(acts: ActsWorld) -> None:
    receipt = noticed(acts)
    later(acts, NOTICE_S)
    order = replacement_order(acts, receipt)
    with refused("ExpiryShortened"):
        acts.put(replace(order, expires_at=order.expires_at - 1))
    acts.put(replace(order, expires_at=order.expires_at + DAY_S))


@pytest.mark.parametrize("notice_s", [7 * DAY_S - 1, 60 * DAY_S + 1, 0])
def test_notice__too_short_or_too_long__refused(acts: ActsWorld, notice_s: int) -> None:
    order = notice_order(acts, acts.issued())
    object.__setattr__(order, "notice_s", notice_s)
    with refused("NoticeOutOfRange", noticeS=notice_s, leastS=7 * DAY_S, mostS=60 * DAY_S):
        acts.put(order)


@pytest.mark.parametrize("notice_s", [7 * DAY_S, 60 * DAY_S])
def test_notice__at_its_bounds__taken(acts: ActsWorld, notice_s: int) -> None:
    acts.put(notice_order(acts, acts.issued(), notice_s=notice_s, reason=LossReason.COMPROMISED))


def test_notice__unsigned_unattested_or_replayed__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    order = notice_order(acts, receipt)
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(order, forged=["holder"])
    with refused("WrongHolder", given=TRADER, holder=IMPORTER):
        acts.put(replace(order, holder=TRADER))
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))
    wrong = notice_order(acts, receipt)
    object.__setattr__(wrong, "reason", 3)
    with refused("UnknownLoss", reason=3):
        acts.put(wrong)
    acts.put(order)
    with refused("WrongSeq", given=0, expected=1):
        acts.put(order)
    with refused("ReceiptNotLive", status=2):
        acts.put(replace(order, seq=1))


def test_withdraw__by_the_holder_and_a_quorum__moves_again(acts: ActsWorld) -> None:
    receipt = noticed(acts)
    order = withdrawal_order(acts, receipt)
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(order, forged=["holder"])
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))
    outcome = acts.put(order)
    assert outcome.names() == ["ReceiptReinstated", "Unlocked", "LossNoticeEnded", "Attested"]
    assert outcome.event("LossNoticeEnded")["lapsed"] is False
    assert acts.status(receipt)["suspendReason"] == 0
    acts.submit(acts.transfer_order(receipt))


def test_lapse__not_used_for_thirty_days__anyone_ends_it(acts: ActsWorld) -> None:
    receipt = noticed(acts)
    later(acts, NOTICE_S + 30 * DAY_S)
    with refused("NoticeNotLapsed", lapsesAt=acts.chain.now_s):
        acts.chain.send(acts.modules["Replacement"], "lapseNotice", receipt)
    later(acts, 1)
    outcome = acts.chain.send(acts.modules["Replacement"], "lapseNotice", receipt)
    assert outcome.event("LossNoticeEnded")["lapsed"] is True
    acts.submit(acts.transfer_order(receipt))
    with refused("NoNotice"):
        acts.put(replacement_order(acts, receipt))


def test_notice__court_freezes_meanwhile__nothing_is_replaced_before_its_release(acts: ActsWorld) -> None:
    """Whoever has a better right goes to a court; its freeze outlives the notice."""
    receipt = noticed(acts)
    acts.frozen(receipt)
    later(acts, NOTICE_S)
    with refused("ReceiptFrozen"):
        acts.put(replacement_order(acts, receipt))
    acts.put(acts.unfreeze_order(receipt))
    acts.put(replacement_order(acts, receipt))


def test_notice__lot_found_short_meanwhile__the_receipt_bears_its_share(acts: ActsWorld) -> None:
    receipt, other = noticed(acts), acts.issued(2)
    suspended(acts, other)
    acts.put(shortage_order(acts, 2 * TONNE_G, receipt, other))
    later(acts, NOTICE_S)
    acts.put(replacement_order(acts, receipt))
    assert acts.receipt(NEW)["quantityG"] == 9 * TONNE_G


def test_attack__finder_sells_a_lost_receipt__refused(acts: ActsWorld) -> None:
    """Whoever found document and key signs everything that the holder could; orders from before are dead."""
    receipt = acts.issued()
    before = acts.transfer_order(receipt)
    acts.put(notice_order(acts, receipt))
    with refused("WrongSeq"):
        acts.submit(before)
    with refused("ReceiptNotLive", status=2):
        acts.submit(acts.transfer_order(receipt))
    with refused("ReceiptNotLive", status=2):
        acts.submit(acts.delivery_order(receipt))
    for act in (
        acts.pledge_order(receipt),
        acts.split_order(receipt, 4, 6),
        acts.supersede_order(receipt),
        acts.part_delivery_order(receipt),
        paper_order(acts, receipt),
    ):
        with refused("ReceiptNotLive", status=2):
            acts.put(act)


def test_attack__finder_has_the_receipt_reinstated__refused(acts: ActsWorld) -> None:
    """Goods and claim agree all the time, so attesters would sign; a notice is not theirs to end."""
    receipt = noticed(acts)
    with refused("ReceiptUnderNotice"):
        acts.submit(acts.reinstate_order(receipt))


def test_attack__two_attesters_stop_a_receipt_for_ever__refused(acts: ActsWorld) -> None:
    """Suspended for the reason kept for notices, it could neither be reinstated nor replaced."""
    order = acts.suspend_order(acts.issued())
    object.__setattr__(order, "reason", SuspendReason.NOTICE_OF_LOSS)
    with refused("SuspendReasonReserved", reason=7):
        acts.submit(order, signers=(INSPECTOR, IOT))


def test_attack__lost_receipt_and_its_replacement_both_live__refused(acts: ActsWorld) -> None:
    receipt = noticed(acts)
    later(acts, NOTICE_S)
    order = replacement_order(acts, receipt)
    acts.put(order)
    with refused("ReceiptNotLive", status=4):
        acts.submit(replace(acts.transfer_order(NEW), receipt_id=receipt, seq=acts.seq(receipt)))
    with refused("NoNotice"):
        acts.put(order)
    with refused("ReceiptNotLive", status=4):
        acts.put(notice_order(acts, receipt))


def test_attack__replacement_sheds_a_gram_or_reuses_an_id__refused(acts: ActsWorld) -> None:
    receipt, other = noticed(acts), acts.issued(2)
    later(acts, NOTICE_S)
    order = replacement_order(acts, receipt)
    with refused("QuantityNotConserved"):
        acts.put(replace(order, quantity_g=order.quantity_g + 1))
    with refused("ReceiptExists", receiptId=other):
        acts.put(replace(order, successor_id=other))


def test_attack__pledgor_in_default_delays_the_sale_by_a_notice__refused(acts: ActsWorld) -> None:
    """Without the pledgee a pledgor would stop its creditor's sale for sixty days, again and again."""
    receipt = acts.issued()
    acts.pledged(receipt)
    for consent in (None, IMPORTER, "stranger"):
        with refused("MalformedSignature" if consent is None else "ForeignSignature", member=BANK):
            acts.put(notice_order(acts, receipt), consent_by=consent)


def test_attack__suspended_for_its_goods_freed_by_a_notice__refused(acts: ActsWorld) -> None:
    """A notice neither takes the place of a discrepancy nor ends one."""
    receipt = acts.issued()
    suspended(acts, receipt)
    with refused("ReceiptNotLive", status=2):
        acts.put(notice_order(acts, receipt))
