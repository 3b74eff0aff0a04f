"""Pledge bonds for tests: the orders about them, and how a value or a price is divided.

receipt, bond = bonded(acts)
due_on_its_date(acts, bond)
acts.put(delivery(acts, receipt, bond, proceeds=AMOUNT + 700))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import pledge_id
from holdfast.domain.acts import (
    BondDeliveryOrder,
    BondJointDeliveryOrder,
    BondRedeemOrder,
    ForeclosureOrder,
    PledgeBondOrder,
    Share,
)
from holdfast.domain.lien import waterfall
from holdfast.domain.lien_acts import LienRank
from tests.contracts.acts_harness import AMOUNT, CNY, FILING, SALE, ActsWorld
from tests.contracts.harness import BANK, DAY_S, IMPORTER, TRADER, Outcome
from tests.contracts.storage import PAYMENT, due, record

COSTS = 100_000_00


def bond_order(acts: ActsWorld, receipt: int, **changes: Any) -> PledgeBondOrder:
    maturity = acts.chain.now_s + 90 * DAY_S
    terms = (AMOUNT, CNY, maturity, 0, FILING, acts.deadline_s)
    return replace(PledgeBondOrder(receipt, IMPORTER, BANK, acts.seq(receipt), *terms), **changes)


def bond_on(acts: ActsWorld, receipt: int, **changes: Any) -> int:
    """Issue a bond over a receipt; the bond's number."""
    order = bond_order(acts, receipt, **changes)
    acts.put(order)
    return pledge_id(order_hash(order))


def bonded(acts: ActsWorld, index: int = 1, **changes: Any) -> tuple[int, int]:
    """A receipt with a bond over it."""
    receipt = acts.issued(index)
    return receipt, bond_on(acts, receipt, **changes)


def bond(acts: ActsWorld, bond_id: int) -> dict[str, Any]:
    """What the contract keeps of it."""
    return dict(acts.ask("Pledge", "pledgeOf", bond_id))


def due_on_its_date(acts: ActsWorld, bond_id: int) -> None:
    """Go to the first second after the due date."""
    acts.chain.set_time(bond(acts, bond_id)["maturity"] + 1)


def redemption(acts: ActsWorld, receipt: int, bond_id: int, **changes: Any) -> BondRedeemOrder:
    terms = (IMPORTER, acts.seq(receipt), AMOUNT, PAYMENT, acts.deadline_s)
    return replace(BondRedeemOrder(receipt, bond_id, *terms), **changes)


def joint_delivery(acts: ActsWorld, receipt: int, bond_id: int, **changes: Any) -> BondJointDeliveryOrder:
    state = acts.receipt(receipt)
    terms = (IMPORTER, BANK, state["quantityG"], state["seq"], acts.deadline_s)
    return replace(BondJointDeliveryOrder(receipt, bond_id, *terms), **changes)


def delivery(
    acts: ActsWorld, receipt: int, bond_id: int, proceeds: int = AMOUNT + COSTS + 7, **changes: Any
) -> BondDeliveryOrder:
    """Divided as the plain function divides; `changes` spoil it."""
    state, now = acts.receipt(receipt), changes.get("sold_at", acts.chain.now_s)
    claim = changes.get("claim_minor", bond(acts, bond_id)["amountMinor"])
    parts = waterfall(proceeds, COSTS, [claim], *owed(acts, receipt, now))
    made = BondDeliveryOrder(
        receipt,
        bond_id,
        BANK,
        IMPORTER,
        state["quantityG"],
        state["seq"],
        SALE,
        now,
        proceeds,
        COSTS,
        parts.lien_minor,
        claim,
        parts.paid_minor[0],
        parts.surplus_minor,
        acts.deadline_s,
    )
    return replace(made, **changes)


def sale_of(
    acts: ActsWorld,
    receipt: int,
    pledges: Sequence[int],
    proceeds: int,
    *,
    sold_at: int | None = None,
    **changes: Any,
) -> ForeclosureOrder:
    """A sale by a receipt's first pledgee, divided as the plain function divides; `changes` spoil it."""
    at = acts.chain.now_s if sold_at is None else sold_at
    claims = [bond(acts, pledge)["amountMinor"] for pledge in pledges]
    parts = waterfall(proceeds, COSTS, claims, *owed(acts, receipt, at))
    made = ForeclosureOrder(
        receipt,
        BANK,
        IMPORTER,
        TRADER,
        acts.seq(receipt),
        SALE,
        at,
        proceeds,
        COSTS,
        parts.lien_minor,
        tuple(Share(*each) for each in zip(pledges, claims, parts.paid_minor, strict=True)),
        parts.surplus_minor,
        acts.deadline_s,
    )
    return replace(made, **changes)


def owed(acts: ActsWorld, receipt: int, at_s: int) -> tuple[int, LienRank]:
    """What the storage lien secures at a time, and its rank."""
    rank = record(acts, receipt)["rank"]
    return due(acts, receipt, at_s), LienRank(rank or LienRank.BEFORE_PLEDGES)


def paid_to(outcome: Outcome) -> list[int]:
    """What each pledge got, by rank."""
    return [event.values["paidMinor"] for event in outcome.events if event.name == "PledgePaid"]
