"""Sentences for what Valuation, and acts that need a value, refuse."""

from __future__ import annotations

from typing import Final

VALUE_SENTENCES: Final[dict[str, str]] = {
    "CurrencyMalformed": "{currency} is no currency: three capital letters (ISO 4217) are",
    "SeriesCurrencyFixed": "the series' prices are in {currency}; {given:currency} needs another series",
    "SeriesTerms": "a price may be good for 1 second to 30 days and prices lie at most 5000 bps apart, "
    "not {stalenessS:span} and {deviationBps} bps",
    "FeedersOutOfRange": "{feeders} feeder(s) named; a series has 2 to 16",
    "FeedersNotAscending": "feeder {feeder} comes after {previous}: feeders ascend, each once",
    "UnknownSeries": "there is no price series {seriesDigest}",
    "NotFeeder": "member {feeder} does not post prices to the series {seriesDigest}",
    "PriceZero": "a price must be at least 1 minor unit for a tonne",
    "PriceInFuture": "the price is dated {observedAt}, after now ({nowS})",
    "PriceNotNewer": "feeder {feeder}'s last price is of {lastAt}; one of {observedAt} is not newer",
    "PriceStale": "the price is of {observedAt}; none from before {oldestS} counts",
    "LotHasSeries": "the lot is valued by the series {seriesDigest} already; that is decided once",
    "LotWithoutSeries": "nobody has said by which price series the lot is valued",
    "TooFewPrices": "{prices} fresh price(s) of members with no part in the receipt; two at least are needed",
    "PricesDeviate": "prices from {lowestMinor} to {highestMinor} a tonne are more than {deviationBps} bps "
    "apart: no value until the feeders agree again",
    "ValueTooLarge": "{quantityG} g at {priceMinor} a tonne are worth more than an amount can say",
    "ValuationAsksOther": "the valuation asks {asked} about pledges, not {actual}: they were deployed apart",
    "WorthNothing": "the goods under pledge {pledgeId} are worth nothing: their LTV is no number",
    "CoverIncomplete": "pledge {pledgeId} covers {receipts} receipt(s), {given} named: name each once",
    "ValueAboveClaim": "the goods under pledge {pledgeId} are worth {valueMinor}, "
    "more than the {claimMinor} that the order says",
    "ValueBelowFloor": "the substitute is worth {valueMinor}; no less than {floorMinor} may take the "
    "place of other goods",
    "ExpiresSooner": "the substitute expires at {expiresAt}; it must hold until {floorAt} at least",
    "SubstituteBearsFees": "storage fees agreed on the substitute would come before the pledges",
    "ReceiptRepeated": "the receipt is named twice",
}
"""Typed error -> sentence."""
