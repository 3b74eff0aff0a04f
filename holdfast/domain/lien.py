"""What storage has earned and what its lien secures, and how a sale's proceeds are divided.

The contracts compute the same (contracts/libraries/LienMath.sol, contracts/Foreclosure.sol); these functions
are the specification that tests hold them to, and what clients fill orders with. Amounts are whole minor
units of one currency, times unix seconds, quantities grams. Law: 民法典 456, 903, 918 (lien), 438 (what is
left over belongs to the pledgor).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from holdfast.domain.errors import InvalidInput
from holdfast.domain.lien_acts import LienRank

TONNE_DAY: Final = 1_000_000 * 24 * 3600
"""Gram-seconds of a tonne that lies a day."""
MOST_GRAM_SECONDS: Final = 2**96 - 1
MOST_MINOR: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class LienState:
    """Storage terms of a receipt and how they stand: what was counted up to `since_s`, and what was paid.

    Counted are gram-seconds, not money, so that neither a split nor a payment rounds anything away.
    """

    fee_minor: int
    """For a tonne and a day."""
    cap_minor: int
    since_s: int
    quantity_g: int
    rank: LienRank
    gram_seconds: int = 0
    paid_minor: int = 0
    asserted_minor: int = 0


def counted(state: LienState, at_s: int) -> LienState:
    """The state counted up to a time; before accrual begins nothing changes."""
    if at_s <= state.since_s:
        return state
    more = state.quantity_g * (at_s - state.since_s)
    return replace(state, gram_seconds=min(state.gram_seconds + more, MOST_GRAM_SECONDS), since_s=at_s)


def due_on(state: LienState, at_s: int) -> int:
    """What the lien secures at a time: earned less paid, never below zero and never above the cap."""
    earned = state.fee_minor * counted(state, at_s).gram_seconds // TONNE_DAY
    return min(max(earned - state.paid_minor, 0), state.cap_minor)


def parted(state: LienState, at_s: int, grams: Sequence[int]) -> list[LienState]:
    """The state after its goods are parted: each part has its share, and the shares sum exactly.

    Raises:
        InvalidInput: there is nothing to part.
    """
    whole_g = sum(grams)
    if whole_g <= 0 or min(grams) < 0:
        raise InvalidInput("grams", list(grams), "parts of at least one gram together")
    whole = counted(state, at_s)
    bounds = [sum(grams[:i]) for i in range(len(grams) + 1)]

    def share(amount: int, low_g: int, high_g: int) -> int:
        return amount * high_g // whole_g - amount * low_g // whole_g

    return [
        replace(
            whole,
            quantity_g=high_g - low_g,
            cap_minor=share(whole.cap_minor, low_g, high_g),
            gram_seconds=share(whole.gram_seconds, low_g, high_g),
            paid_minor=share(whole.paid_minor, low_g, high_g),
            asserted_minor=share(whole.asserted_minor, low_g, high_g),
        )
        for low_g, high_g in pairwise(bounds)
    ]


def joined(states: Sequence[LienState], at_s: int) -> LienState:
    """The state after goods with the same terms become one receipt's: everything adds up.

    Raises:
        InvalidInput: the terms differ, or there are none.
    """
    found = [counted(state, at_s) for state in states]
    if len({(state.fee_minor, state.rank, state.since_s) for state in found}) != 1:
        raise InvalidInput("storage terms", len(found), "the same fee, rank and begin for all receipts")
    return replace(
        found[0],
        quantity_g=sum(state.quantity_g for state in found),
        cap_minor=min(sum(state.cap_minor for state in found), MOST_MINOR),
        gram_seconds=min(sum(state.gram_seconds for state in found), MOST_GRAM_SECONDS),
        paid_minor=min(sum(state.paid_minor for state in found), MOST_MINOR),
        asserted_minor=sum(state.asserted_minor for state in found),
    )


def paid(state: LienState, paid_minor: int) -> LienState:
    """The state after payments sum to this much: what is asserted falls by what was added.

    Raises:
        InvalidInput: nothing was added.
    """
    if paid_minor <= state.paid_minor:
        raise InvalidInput("paid_minor", paid_minor, f"more than the {state.paid_minor} paid before")
    left = max(state.asserted_minor - (paid_minor - state.paid_minor), 0)
    return replace(state, paid_minor=min(paid_minor, MOST_MINOR), asserted_minor=left)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Who gets what of a sale's proceeds; with the costs the parts sum to the proceeds."""

    costs_minor: int
    lien_minor: int
    paid_minor: tuple[int, ...]
    """By rank of the pledges."""
    surplus_minor: int
    """The pledgor's. A pledgee that is not whole has a claim against the debtor, and no goods."""


def waterfall(
    proceeds_minor: int,
    costs_minor: int,
    claims_minor: Sequence[int],
    lien_due_minor: int = 0,
    lien_rank: LienRank = LienRank.BEFORE_PLEDGES,
) -> Waterfall:
    """Divide a sale's proceeds: costs, lien, pledges by rank, surplus; each gets all until nothing is left.

    A lien whose operator waived its rank comes behind the pledges.

    Raises:
        InvalidInput: the costs are above the proceeds.
    """
    if costs_minor > proceeds_minor:
        raise InvalidInput("costs_minor", costs_minor, f"no more than the proceeds of {proceeds_minor}")
    rest = proceeds_minor - costs_minor
    first = min(lien_due_minor, rest) if lien_rank is LienRank.BEFORE_PLEDGES else 0
    rest -= first
    shares = []
    for claim in claims_minor:
        shares.append(min(claim, rest))
        rest -= shares[-1]
    last = min(lien_due_minor, rest) if lien_rank is LienRank.BEHIND_PLEDGES else 0
    return Waterfall(costs_minor, first + last, tuple(shares), rest - last)
