"""Pledges and court cases as the chain holds them."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain import lien
from holdfast.domain.lien_acts import LienRank


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
    def bond(self) -> bool:
        """Whether it is a pledge bond: due on its date without notice, given on by its holder alone."""
        return self.ltv_bps == 0

    def due_before(self, at_s: int) -> bool:
        """Whether the debt was due before a time; on the second itself it is not."""
        return at_s > self.maturity

    @property
    def sale_from(self) -> int:
        """First second at which a sale is possible after a default; 0 while none stands."""
        return self.default_at + self.cure_s if self.default_at else 0


@dataclass(frozen=True, slots=True)
class LienState:
    """Storage terms on-chain, amounts in minor units.

    `rank` 1 goes before pledges, 2 behind them; 0: no terms. `number` is that of the lien's next order. Fees
    are for a tonne and a day, counted in gram-seconds up to `since_s` and since then on `quantity_g`.
    """

    rank: int
    currency: str
    cap_minor: int
    paid_minor: int
    asserted_minor: int
    number: int
    fee_minor: int = 0
    since_s: int = 0
    quantity_g: int = 0
    gram_seconds: int = 0

    def due_on(self, at_s: int) -> int:
        """What the lien secures at a time, as the contract reckons it; 0 without terms."""
        if not self.rank:
            return 0
        return lien.due_on(
            lien.LienState(
                fee_minor=self.fee_minor,
                cap_minor=self.cap_minor,
                since_s=self.since_s,
                quantity_g=self.quantity_g,
                rank=LienRank(self.rank),
                gram_seconds=self.gram_seconds,
                paid_minor=self.paid_minor,
                asserted_minor=self.asserted_minor,
            ),
            at_s,
        )


@dataclass(frozen=True, slots=True)
class CaseState:
    """One court case on-chain. `number` is that of the court's next order in it."""

    case_no: int
    court: int
    reason: int
    expires_at: int
    number: int
