"""Court cases to the second and to the place in the queue: what a fault of one would let through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.acts import RenewOrder
from tests.contracts.acts_harness import COURT, COURT_2, ActsWorld
from tests.contracts.harness import AUDITOR, BANK, DAY_S, IMPORTER, INSPECTOR, IOT, OPERATOR, refused

LONGEST_S = 3 * 366 * DAY_S


@pytest.mark.parametrize("member", [OPERATOR, IMPORTER, BANK, INSPECTOR, IOT, AUDITOR])
def test_case__by_a_member_of_any_other_role__refused(acts: ActsWorld, member: int) -> None:
    with refused("NotCourt", member=member):
        acts.put(acts.case_order(court=member))


def test_case__of_three_years_to_the_second__opened_and_not_one_more(acts: ActsWorld) -> None:
    order = replace(acts.case_order(), expires_at=acts.chain.now_s + LONGEST_S + 1)
    with refused("CaseExpiryOutOfRange", caseNo=1, expiresAt=order.expires_at):
        acts.put(order)
    acts.put(replace(order, expires_at=order.expires_at - 1))


def renewal(acts: ActsWorld, expires_at: int) -> RenewOrder:
    return RenewOrder(COURT, 1, acts.number(1), expires_at, acts.deadline_s)


def test_renewal__into_the_past_or_beyond_three_years__refused(acts: ActsWorld) -> None:
    acts.put(acts.case_order(days=30))
    for expires_at in (acts.chain.now_s, acts.chain.now_s + LONGEST_S + 1):
        with refused("CaseExpiryOutOfRange", expiresAt=expires_at):
            acts.put(renewal(acts, expires_at))
    outcome = acts.put(renewal(acts, acts.chain.now_s + LONGEST_S))
    assert outcome.event("CaseRenewed")["expiresAt"] == acts.chain.now_s + LONGEST_S


def test_case__in_its_last_second__freezes_and_is_renewed(acts: ActsWorld) -> None:
    acts.put(acts.case_order(days=30))
    until = acts.ask("Court", "caseOf", 1)[0]["expiresAt"]
    receipt = acts.issued()
    acts.chain.set_time(until)
    acts.put(acts.freeze_order(receipt))
    acts.put(renewal(acts, until + DAY_S))


def test_release__by_the_court__is_told_as_no_lapse(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.frozen(receipt)
    assert acts.put(acts.unfreeze_order(receipt)).event("Unfrozen")["lapsed"] is False


def test_queue__the_last_of_three_is_released__those_before_it_keep_their_places(acts: ActsWorld) -> None:
    receipt = acts.issued()
    for case_no in (1, 2, 3):
        acts.frozen(receipt, case_no)
    acts.put(acts.unfreeze_order(receipt, 3))
    assert list(acts.ask("Court", "waitingOn", receipt)) == [2]
    acts.put(acts.case_order(4, COURT_2))
    with refused("NotFrozenByCase", receiptId=receipt, caseNo=4):
        acts.put(acts.unfreeze_order(receipt, 4, COURT_2))
    assert list(acts.ask("Court", "waitingOn", receipt)) == [2]
