"""Orders about storage fees: terms, lien, payment, discharge, and a holder's remedy against the keeper.

Law: 民法典 903 and 918 (the warehouse operator may keep the goods until storage is paid), 456 (that lien goes
before pledges), 570 (deposit where the creditor does not take the payment).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from holdfast.domain.checked import Checked


class LienRank(IntEnum):
    """Where the storage lien stands in a sale's waterfall."""

    BEFORE_PLEDGES = 1
    BEHIND_PLEDGES = 2
    """The operator has waived the rank the law gives it."""


class DischargeScope(IntEnum):
    """What an operator gives up."""

    ASSERTION = 1
    TERMS = 2


@dataclass(frozen=True, slots=True)
class LienTermsOrder(Checked):
    """Agree what storage costs for a tonne and a day, and how far the lien goes.

    Signed by holder and operator, and by the first pledgee if the receipt is pledged.
    """

    receipt_id: int
    holder: int
    operator: int
    seq: int
    fee_minor: int
    currency: bytes
    from_s: int
    cap_minor: int
    rank: LienRank
    contract_digest: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class LienAssertOrder(Checked):
    """Keep the goods until this much is paid. Signed by the operator; never above what has accrued."""

    receipt_id: int
    operator: int
    amount_minor: int
    number: int
    deadline: int


@dataclass(frozen=True, slots=True)
class LienPaymentOrder(Checked):
    """Acknowledge a payment, also one in advance. Signed by the operator."""

    receipt_id: int
    operator: int
    amount_minor: int
    number: int
    deadline: int


@dataclass(frozen=True, slots=True)
class LienDischargeOrder(Checked):
    """Give up the assertion, or the terms as well. Signed by the operator."""

    receipt_id: int
    operator: int
    scope: DischargeScope
    number: int
    deadline: int


@dataclass(frozen=True, slots=True)
class LienTenderOrder(Checked):
    """Show a payment or deposit that the operator does not acknowledge.

    Signed by the holder; attested by a full quorum without the operator. `paid_minor` is the sum of all
    payments, so that an acknowledgement in between counts nothing twice.
    """

    receipt_id: int
    holder: int
    paid_minor: int
    payment_digest: bytes
    deadline: int
