"""Storage terms for tests of the lien: what the operator and a holder sign, and a crooked operator."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from holdfast.domain.lien import LienState
from holdfast.domain.lien_acts import (
    DischargeScope,
    LienAssertOrder,
    LienDischargeOrder,
    LienPaymentOrder,
    LienRank,
    LienTenderOrder,
    LienTermsOrder,
)
from tests.contracts.acts_harness import CNY, ActsWorld
from tests.contracts.harness import BANK, IMPORTER, INSPECTOR, IOT, OPERATOR, Outcome

FEE = 50
"""Minor units for a tonne and a day: ten tonnes earn 500 a day."""
CAP = 100_000
CONTRACT = sha256(b"storage contract").digest()
PAYMENT = sha256(b"record of a payment").digest()
WITHOUT_OPERATOR = (BANK, INSPECTOR, IOT)


def terms_order(acts: ActsWorld, receipt: int, holder: int = IMPORTER, **changes: Any) -> LienTermsOrder:
    made = LienTermsOrder(
        receipt,
        holder,
        OPERATOR,
        acts.seq(receipt),
        FEE,
        CNY,
        acts.chain.now_s,
        CAP,
        LienRank.BEFORE_PLEDGES,
        CONTRACT,
        acts.deadline_s,
    )
    return replace(made, **changes)


def agreed(acts: ActsWorld, receipt: int, *, consent_by: int | None = None, **changes: Any) -> Outcome:
    return acts.put(terms_order(acts, receipt, **changes), consent_by=consent_by)


def record(acts: ActsWorld, receipt: int) -> dict[str, Any]:
    return dict(acts.ask("StorageLien", "termsOf", receipt))


def state_of(acts: ActsWorld, receipt: int) -> LienState:
    """The contract's record as the plain functions' value."""
    found = record(acts, receipt)
    return LienState(
        found["feeMinor"],
        found["capMinor"],
        found["sinceS"],
        found["quantityG"],
        LienRank(found["rank"]),
        found["gramSeconds"],
        found["paidMinor"],
        found["assertedMinor"],
    )


def due(acts: ActsWorld, receipt: int, at_s: int | None = None) -> int:
    return int(acts.ask("StorageLien", "dueOn", receipt, acts.chain.now_s if at_s is None else at_s))


def assert_order(acts: ActsWorld, receipt: int, amount: int, **changes: Any) -> LienAssertOrder:
    number = record(acts, receipt)["number"]
    return replace(LienAssertOrder(receipt, OPERATOR, amount, number, acts.deadline_s), **changes)


def asserted(acts: ActsWorld, receipt: int, amount: int) -> Outcome:
    return acts.put(assert_order(acts, receipt, amount))


def payment_order(acts: ActsWorld, receipt: int, amount: int, **changes: Any) -> LienPaymentOrder:
    number = record(acts, receipt)["number"]
    return replace(LienPaymentOrder(receipt, OPERATOR, amount, number, acts.deadline_s), **changes)


def discharge_order(
    acts: ActsWorld, receipt: int, scope: DischargeScope = DischargeScope.TERMS, **changes: Any
) -> LienDischargeOrder:
    number = record(acts, receipt)["number"]
    return replace(LienDischargeOrder(receipt, OPERATOR, scope, number, acts.deadline_s), **changes)


def tender_order(acts: ActsWorld, receipt: int, paid: int, **changes: Any) -> LienTenderOrder:
    return replace(LienTenderOrder(receipt, IMPORTER, paid, PAYMENT, acts.deadline_s), **changes)


def wait(acts: ActsWorld, seconds: int) -> None:
    acts.chain.set_time(acts.chain.now_s + seconds)
