"""Who must sign, as a receipt stands, that all its goods go out; and what its lien secures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.domain.encumbrances import LienState, PledgeState
from holdfast.domain.lien import LienState as Terms
from holdfast.domain.lien import due_on
from holdfast.domain.lien_acts import LienRank
from holdfast.domain.orders import Kind
from holdfast.domain.standing import Bound, Standing, StorageState, delivery_signers
from holdfast.domain.standing_words import delivery_words, why_not_free

HOLDER, OPERATOR, BANK = 2, 1, 4
NOW = 1_800_000_000
PLEDGE = PledgeState(7, BANK, 500, "CNY", NOW + 10, 7_000, 60, 0, 1)
BOND = replace(PLEDGE, ltv_bps=0, cure_s=0)
FREE = Standing(
    receipt_id=5,
    block_number=9,
    block_time=NOW,
    holder=HOLDER,
    account="0x00",
    operator=OPERATOR,
    kind=Kind.NEGOTIABLE,
    quantity_g=1_000,
    lot_id=bytes(24),
    bounds=Bound(0),
    suspend_reason=0,
    liens=0,
    lien_terms=0,
    expires_at=NOW + 1_000,
    seq=0,
    pledges=(),
    freeze=None,
    waiting=(),
    predecessor=0,
    successor=0,
)
BONDED = replace(FREE, bounds=Bound.PLEDGED, pledges=(BOND,))
FEES = StorageState(80, "CNY", 900, 20, 20, 0)


@pytest.mark.parametrize(
    ("standing", "signers"),
    [
        (FREE, (HOLDER,)),
        (replace(FREE, bounds=Bound.PLEDGED, pledges=(PLEDGE,)), ()),
        (BONDED, (HOLDER, BANK)),
        (replace(BONDED, block_time=NOW + 10), (HOLDER, BANK)),
        (replace(BONDED, block_time=NOW + 11), (BANK,)),
        (replace(FREE, bounds=Bound.LIEN), ()),
        (replace(BONDED, bounds=Bound.PLEDGED | Bound.LIEN, storage=FEES), ()),
        (replace(BONDED, bounds=Bound.PLEDGED | Bound.LIEN, storage=FEES, block_time=NOW + 11), (BANK,)),
        (
            replace(
                BONDED,
                bounds=Bound.PLEDGED | Bound.LIEN,
                storage=replace(FEES, currency="USD"),
                block_time=NOW + 11,
            ),
            (),
        ),
        (replace(BONDED, bounds=Bound.PLEDGED | Bound.HOLDER_INACTIVE), ()),
        (replace(BONDED, bounds=Bound.PLEDGED | Bound.HOLDER_INACTIVE, block_time=NOW + 11), (BANK,)),
        *(
            (replace(BONDED, bounds=Bound.PLEDGED | stop, block_time=NOW + 11), ())
            for stop in (Bound.FROZEN, Bound.SUSPENDED, Bound.EXPIRED, Bound.DELIVERED, Bound.REPLACED)
        ),
    ],
)
def test_delivery__as_it_stands__these_sign(standing: Standing, signers: tuple[int, ...]) -> None:
    assert delivery_signers(standing) == signers
    words = delivery_words(standing, lambda member: f"M{member}")
    assert all(f"M{member}" in words for member in signers)
    assert signers or words.startswith("nobody")


def test_words__under_a_bond__a_bond_and_not_a_pledge() -> None:
    assert why_not_free(BONDED, lambda member: f"M{member}") == ["under a pledge bond, which M4 holds"]
    assert "until the bond is due" in delivery_words(BONDED, str)
    assert "surplus paid out" in delivery_words(replace(BONDED, block_time=NOW + 11), str)


@pytest.mark.parametrize("at_s", [NOW - 5, NOW, NOW + 1, NOW + 86_400, NOW + 10**7])
def test_lien_on_the_chain__due_at_a_time__as_the_plain_function_says(at_s: int) -> None:
    terms = Terms(80, 90_000, NOW, 200_000_000, LienRank.BEHIND_PLEDGES, 10**15, 300, 40)
    held = LienState(2, "CNY", 90_000, 300, 40, 6, 80, NOW, 200_000_000, 10**15)
    assert held.due_on(at_s) == due_on(terms, at_s)
    assert replace(held, rank=0).due_on(at_s) == 0, "no terms, nothing due"
