"""Why a pledge bond, or what a sale says of itself, was refused, as sentences."""

from __future__ import annotations

from typing import Final

BOND_SENTENCES: Final[dict[str, str]] = {
    "BondOverPledge": "{pledges} pledge(s) are on the receipt; a bond is issued over one that is not pledged",
    "BondTerms": "a bond needs an amount ({amountMinor} given) and a due date to come ({maturity} given)",
    "BondOnReceipt": "bond {pledgeId} is on the receipt: no pledge stands behind it, and it is due on its "
    "date without notice or margin call",
    "NotABond": "pledge {pledgeId} is no bond",
    "RedemptionDiffers": "bond {pledgeId} is redeemed by {amountMinor}, not by {given:minor}",
    "BelowValue": "the goods are worth {valueMinor}; they do not go out for {given:minor}",
    "SoldInFuture": "the sale is dated {soldAt}, after now ({nowS})",
}
"""Typed error -> sentence."""
