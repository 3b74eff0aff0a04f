"""Why storage terms, their lien or a payment were refused, as sentences."""

from __future__ import annotations

from typing import Final

LIEN_SENTENCES: Final[dict[str, str]] = {
    "LienTermsIncomplete": "storage terms need a fee ({feeMinor} given), a cap ({capMinor}), a begin "
    "({fromS}) and rank 1 (before the pledges) or 2 (behind them), not {rank}",
    "LienTermsStand": "storage terms stand already, with rank {rank}: the operator ends them before new ones",
    "NoLienTerms": "no storage terms are agreed on the receipt",
    "JuniorsOutranked": "{pledges} pledges are on the receipt: terms that go before all of them are agreed "
    "before the junior ones are made, or with the rank waived",
    "WrongLienNumber": "the order carries number {given}; the receipt's next lien order has {expected}",
    "LienAboveDue": "{given:minor} are asserted; at {nowS} the lien secures {dueMinor}",
    "LienNotRaised": "{assertedMinor} are asserted already; {given:minor} is not more. Payment or "
    "discharge lowers it",
    "NoLienAsserted": "no lien is asserted on the receipt",
    "NoPayment": "payments would sum to {given:minor}; {paidMinor} are counted already",
    "PaymentCounted": "the payment with record {paymentDigest} was counted before, or has no record",
    "UnknownScope": "scope {scope} is neither the assertion (1) nor the terms (2)",
    "LienTermsDiffer": "receipts become one only with the same fee, currency, rank and begin of storage",
}
"""Typed error of StorageLien -> sentence."""
