"""Pledges and court cases as the chain holds them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PledgeState:
    """One pledge on-chain, amounts in minor units of its currency (ISO 4217).

    `default_at` is when notice of a default, or a margin call, was given: 0 if none stands. `receipts` counts
    those that it covers.
    """

    pledge_id: int
    pledgee: int
    amount_minor: int
    currency: str
    maturity: int
    ltv_bps: int
    cure_s: int
    default_at: int
    receipts: int

    @property
    def sale_from(self) -> int:
        """First second at which a sale is possible after a default; 0 while none stands."""
        return self.default_at + self.cure_s if self.default_at else 0


@dataclass(frozen=True, slots=True)
class LienState:
    """Storage terms on-chain, amounts in minor units.

    `rank` 1 goes before pledges, 2 behind them; 0: no terms. `number` is that of the lien's next order.
    """

    rank: int
    currency: str
    cap_minor: int
    paid_minor: int
    asserted_minor: int
    number: int


@dataclass(frozen=True, slots=True)
class CaseState:
    """One court case on-chain. `number` is that of the court's next order in it."""

    case_no: int
    court: int
    reason: int
    expires_at: int
    number: int
