"""A pledged receipt that has expired is extended by its first pledgee alone; nothing else is (ADR 0035)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.acts import SupersedeOrder, SupersedeReason
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import BANK, BANK_2, DAY_S, IMPORTER, IOT, OPERATOR, refused


@pytest.fixture
def overdue(acts: ActsWorld) -> tuple[int, int]:
    """A pledged receipt that has expired, and its pledge."""
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.chain.set_time(acts.receipt(receipt)["expiresAt"] + 1)
    return receipt, pledge


def without_holder(acts: ActsWorld, receipt: int) -> SupersedeOrder:
    return acts.supersede_order(receipt, more_s=500 * DAY_S, holder=0)


def test_attack__pledgor_lets_the_receipt_run_out__pledgee_has_it_extended_alone(
    acts: ActsWorld, overdue: tuple[int, int]
) -> None:
    receipt, _ = overdue
    with refused("ReceiptExpired"):
        acts.put(acts.pledged_transfer_order(receipt), consent_by=BANK)
    order = without_holder(acts, receipt)
    acts.put(order, consent_by=BANK)
    successor = acts.receipt(order.successor_id)
    assert (successor["holder"], successor["pledges"], successor["firstPledgee"]) == (IMPORTER, 1, BANK)
    assert acts.receipt(receipt)["status"] == 4
    acts.put(acts.pledged_transfer_order(order.successor_id), consent_by=BANK)


@pytest.mark.parametrize(
    ("consent_by", "error"),
    [
        (None, "MalformedSignature"),
        ("stranger", "ForeignSignature"),
        (OPERATOR, "ForeignSignature"),
        (IMPORTER, "ForeignSignature"),
        (BANK_2, "ForeignSignature"),
    ],
)
def test_extension__without_holder__only_the_first_pledgee_s_signature_will_do(
    acts: ActsWorld, overdue: tuple[int, int], consent_by: int | str | None, error: str
) -> None:
    with refused(error):
        acts.put(without_holder(acts, overdue[0]), consent_by=consent_by)


def test_attack__pledgee_s_own_attester_finds_the_goods_there__refused(
    acts: ActsWorld, overdue: tuple[int, int]
) -> None:
    with refused("SignerIsParty", member=BANK):
        acts.put(without_holder(acts, overdue[0]), consent_by=BANK, signers=(OPERATOR, BANK, IOT))


def test_attack__pledgee_extends_before_expiry_without_the_holder__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.pledged(receipt)
    order = without_holder(acts, receipt)
    acts.chain.set_time(acts.receipt(receipt)["expiresAt"])
    order = replace(order, deadline=acts.deadline_s)
    with refused("WrongHolder", given=0, holder=IMPORTER):
        acts.put(order, consent_by=BANK)


def test_attack__stranger_extends_a_free_receipt_that_has_expired__refused(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.chain.set_time(acts.receipt(receipt)["expiresAt"] + 1)
    with refused("WrongHolder", given=0, holder=IMPORTER):
        acts.put(without_holder(acts, receipt))


def test_attack__pledgee_corrects_an_expired_receipt_without_the_holder__refused(
    acts: ActsWorld, overdue: tuple[int, int]
) -> None:
    order = replace(without_holder(acts, overdue[0]), expires_at=acts.receipt(overdue[0])["expiresAt"])
    object.__setattr__(order, "reason", SupersedeReason.CORRECTION)  # what no honest client can say
    with refused("ReceiptExpired"):
        acts.put(order, consent_by=BANK)
