"""How a receipt stands, in words: one sentence for each reason why it is not free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from holdfast.domain.court_words import case_reason
from holdfast.domain.money import show_amount
from holdfast.domain.orders import SuspendReason
from holdfast.domain.standing import Bound, FreezeStanding, Standing, delivery_signers
from holdfast.domain.units import show_time
from holdfast.domain.valuation import GoodsValue

Name = Callable[[int], str]
"""A member's name by its number."""

SUSPENSIONS: Final = {
    SuspendReason.QUANTITY_SHORT: "the goods were found to be less than claimed",
    SuspendReason.WRONG_LOCATION: "the goods were not found where they are claimed to lie",
    SuspendReason.WRONG_LABEL: "the goods carry other labels than claimed",
    SuspendReason.LEDGER_MISMATCH: "receipts and the warehouse's own books disagree",
    SuspendReason.TITLE_MISMATCH: "the document and the chain disagree",
    SuspendReason.EVIDENCE_LOST: "the evidence can no longer be read",
    SuspendReason.NOTICE_OF_LOSS: "its holder gave notice that it is lost or in other hands",
}


def suspension(reason: int) -> str:
    """Why attesters stopped a receipt; codes that are not known are given as they are."""
    known = {int(code): words for code, words in SUSPENSIONS.items()}
    return known.get(reason, f"reason code {reason}")


def freeze_words(freeze: FreezeStanding, name: Name) -> str:
    """One case: which court, which case, why, until when."""
    return (
        f"{name(freeze.court)}, case {freeze.case_no}, {case_reason(freeze.reason)[0]}, "
        f"until {show_time(freeze.expires_at)}"
    )


def delivery_words(standing: Standing, name: Name) -> str:
    """Who must sign, as things stand, that all the goods go out."""
    signers = [name(member) for member in delivery_signers(standing)]
    if not signers:
        return "nobody can have all the goods as things stand"
    if not standing.pledges:
        return f"{signers[0]} alone"
    if len(signers) == 1:
        return f"{signers[0]} alone, as the bond is due: the goods are accounted for, the surplus paid out"
    return f"{' and '.join(signers)} together, until the bond is due"


def why_not_free(standing: Standing, name: Name) -> list[str]:
    """Every reason why its holder alone can neither give a receipt away nor take the goods."""
    found = []
    bounds = standing.bounds
    if Bound.DELIVERED in bounds:
        return ["delivered: the goods have left and the receipt is burned"]
    if Bound.REPLACED in bounds:
        return ["replaced: another receipt took its place, or its goods left this register"]
    if Bound.SUSPENDED in bounds:
        found.append(f"suspended: {suspension(standing.suspend_reason)}")
    if Bound.FROZEN in bounds:
        by = freeze_words(standing.freeze, name) if standing.freeze else "a court"
        waiting = len(standing.waiting)
        found.append(f"frozen by {by}" + (f"; {waiting} more wait behind it" if waiting else ""))
    if Bound.PLEDGED in bounds:
        count, first = len(standing.pledges), standing.pledges[0].pledgee if standing.pledges else 0
        if standing.pledges and standing.pledges[0].bond:
            found.append(f"under a pledge bond, which {name(first)} holds")
        else:
            found.append(f"pledged: {count} pledge{'s' if count != 1 else ''}, the first to {name(first)}")
    if Bound.LIEN in bounds:
        found.append(f"under the storage lien of {name(standing.operator)}")
    if Bound.EXPIRED in bounds:
        found.append(f"expired at {show_time(standing.expires_at)}")
    if Bound.HOLDER_INACTIVE in bounds:
        found.append(f"{name(standing.holder)} may not act at present")
    unknown = int(bounds) & ~sum(int(known) for known in Bound)
    if unknown:
        found.append(f"a reason that this program does not know (bits {unknown})")
    return found


def loan_to_value(standing: Standing, rank: int) -> int | None:
    """What the pledge of a rank, from 1, and those before it secure, in basis points of the goods' value."""
    ltvs = standing.value.ltvs_bps if standing.value is not None else ()
    return ltvs[rank - 1] if rank <= len(ltvs) else None


def value_json(found: GoodsValue) -> dict[str, Any]:
    """What the goods are worth, as GET /v1/receipts/{id}/status says it."""
    if found.missing:
        empty = dict.fromkeys(("value_minor", "value", "currency", "price_minor", "price"))
        return {**empty, "prices": 0, "missing": found.missing}
    return {
        "value_minor": str(found.value_minor),
        "value": show_amount(found.value_minor, found.currency),
        "currency": found.currency,
        "price_minor": str(found.price_minor),
        "price": show_amount(found.price_minor, found.currency),
        "prices": found.prices,
        "missing": None,
    }
