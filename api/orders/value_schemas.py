"""What is asked for to prepare acts about storage fees, prices, and what goods are worth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.orders.act_fields import At, Currency, Digest, Minor, OnReceipt, Prepare, ReceiptField


class PrepareLienTerms(OnReceipt):
    """Agree what storage of a receipt's goods costs. Holder and operator sign, and the first pledgee."""

    type: Literal["lien-terms"]
    fee_minor: Annotated[Minor, Field(description="For a tonne and a day, in minor units.")]
    currency: Currency
    from_s: Annotated[At, Field(description="Since when it accrues, unix seconds.")]
    cap_minor: Annotated[Minor, Field(description="Most that the lien secures at any time.")]
    rank: Annotated[Literal["before-pledges", "behind-pledges"], Field(description="The lien's place.")]
    contract_digest: Annotated[Digest, Field(description="SHA-256 of the storage contract.")]


class PrepareLienAssert(OnReceipt):
    """Keep the goods until storage fees are paid; nothing moves. The warehouse operator signs."""

    type: Literal["lien-assert"]
    amount_minor: Annotated[Minor, Field(description="All that is asserted, in minor units.")]


class PrepareLienPayment(OnReceipt):
    """Acknowledge a payment of storage fees. The warehouse operator signs."""

    type: Literal["lien-payment"]
    amount_minor: Annotated[Minor, Field(description="What was paid, in minor units.")]


class PrepareLienDischarge(OnReceipt):
    """Give up a storage lien, or its terms as a whole. The warehouse operator signs."""

    type: Literal["lien-discharge"]
    scope: Annotated[Literal["assertion", "terms"], Field(description="What is given up.")]


class PrepareLienTender(OnReceipt):
    """Show a payment that the operator does not acknowledge. The holder signs, attesters' people judge it."""

    type: Literal["lien-tender"]
    paid_minor: Annotated[Minor, Field(description="Sum of all payments, in minor units.")]
    payment_digest: Annotated[Digest, Field(description="SHA-256 of the proof of payment or deposit.")]


class PrepareSubstitute(OnReceipt):
    """Put a free receipt under the pledges of another, which becomes free. Holder and all pledgees sign."""

    type: Literal["substitute"]
    released_id: Annotated[ReceiptField, Field(description="The pledged receipt that becomes free.")]
    filing_digest: Annotated[Digest, Field(description="SHA-256 of the amended filing.")]


class PreparePrice(Prepare):
    """Say what one tonne is worth, in a price series that you feed. You sign."""

    type: Literal["price"]
    series_digest: Annotated[Digest, Field(description="SHA-256 of the series' description.")]
    price_minor: Annotated[Minor, Field(description="For one tonne, in minor units of its currency.")]
    observed_at: Annotated[At, Field(description="When it was observed, unix seconds.")]
