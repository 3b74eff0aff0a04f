"""The quorum that attesters, oracle and auditors ask for is the one that the contract asks for, act by act.

Each member in turn has an attester that signs with the others, and exactly those whom `rule_for` bars are
refused by the contract; receipts and pledges are asked of the ledger as an auditor rebuilds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import pytest

from holdfast.attestation.quorum import QuorumRule
from holdfast.attestation.rules import rule_for
from holdfast.chain.acts import ATTESTED
from holdfast.domain import acts as kinds
from holdfast.domain.acts import AnyOrder, Share
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder,
    receipt_ids,
)
from holdfast.domain.orders import Order as CoreOrder
from tests.contracts.acts_harness import AMOUNT, BANK_3, ActsWorld
from tests.contracts.acts_samples import SAMPLES
from tests.contracts.bonding import bond_order, bonded, delivery, due_on_its_date, joint_delivery, redemption
from tests.contracts.evm import Reverted
from tests.contracts.harness import (
    AUDITOR,
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    TRADER,
    receipt_id,
)
from tests.contracts.origin_orders import (
    NOTICE_S,
    later,
    notice_order,
    replacement_order,
    shortage_order,
    suspended,
    withdrawal_order,
)
from tests.contracts.storage import agreed, tender_order
from tests.contracts.test_acts_replayed import replayed
from tests.contracts.test_foreclosure import COSTS, in_default, sale
from tests.contracts.test_margin import margin_order
from tests.contracts.test_substitution import BANKS, ready, substitute_order
from tests.contracts.valuing import lot_order, set_series, valued
from tests.fakes.acts_log import chain_events

APART: Final = (INSPECTOR, IOT, BANK_3)
"""Members that are party to nothing; with the operator, or without it, they make a quorum."""
SOMEBODY: Final = (OPERATOR, IMPORTER, TRADER, BANK, BANK_2, AUDITOR)
"""Members that may be a party."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An act that the chain takes now, and who consents to it."""

    act: AnyOrder
    consent_by: int | None = None


def two_ranks(acts: ActsWorld) -> int:
    receipt = acts.issued()
    acts.pledged(receipt)
    acts.pledged(receipt, BANK_2, 2)
    return receipt


def under_notice(acts: ActsWorld) -> int:
    receipt = two_ranks(acts)
    acts.put(notice_order(acts, receipt), consent_by=BANK)
    later(acts, NOTICE_S)
    return receipt


def margin(acts: ActsWorld) -> Ready:
    """A junior pledgee calls on goods of two holders."""
    receipt = two_ranks(acts)
    valued(acts, (1, 1))
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    acts.put(acts.pledged_transfer_order(receipt_id(101)))
    junior = acts.ask("Pledge", "pledgesOn", receipt_id(100))[1]
    return Ready(margin_order(acts, junior, receipt_id(100), receipt_id(101), pledgee=BANK_2))


def short(acts: ActsWorld) -> Ready:
    receipts = two_ranks(acts), acts.issued(2, holder=TRADER)
    suspended(acts, *receipts)
    return Ready(shortage_order(acts, 1_000, *receipts))


def sold(acts: ActsWorld) -> Ready:
    receipt, ids = in_default(acts, junior=True)
    shares = (Share(ids[0], AMOUNT, AMOUNT), Share(ids[1], 0, 0))
    return Ready(sale(acts, receipt, shares, AMOUNT + COSTS, 0))


def tendered(acts: ActsWorld) -> Ready:
    receipt = acts.issued()
    acts.pledged(receipt)
    agreed(acts, receipt, consent_by=BANK)
    later(acts, DAY_S)
    return Ready(tender_order(acts, receipt, 500))


def series(acts: ActsWorld) -> Ready:
    receipt = two_ranks(acts)
    set_series(acts)
    return Ready(lot_order(acts, receipt))


def substituted(acts: ActsWorld) -> Ready:
    receipt, other, _ = ready(acts, 2)
    return Ready(substitute_order(acts, receipt, other, BANKS[:2]))


def stopped(acts: ActsWorld) -> Ready:
    receipt = two_ranks(acts)
    suspended(acts, receipt)
    return Ready(acts.reinstate_order(receipt))


def issue(acts: ActsWorld) -> Ready:
    return Ready(acts.issue_order(acts.terms(1, IMPORTER), acts.terms(2, TRADER)))


def partial(acts: ActsWorld) -> Ready:
    receipt = acts.issued()
    acts.pledged(receipt)
    return Ready(acts.part_delivery_order(receipt), BANK)


def junior_pledge(acts: ActsWorld) -> Ready:
    receipt = acts.issued()
    acts.pledged(receipt)
    return Ready(acts.pledge_order(receipt, BANK_2, 2), BANK)


def due(acts: ActsWorld) -> Ready:
    receipt, bond = bonded(acts)
    due_on_its_date(acts, bond)
    return Ready(delivery(acts, receipt, bond))


def alone(kind: type[Any]) -> Callable[[ActsWorld], Ready]:
    """An act that finds no pledge."""

    def made(acts: ActsWorld) -> Ready:
        found = SAMPLES[kind](acts)
        return Ready(found.act, found.consent_by)

    return made


CASES: Final[dict[type[Any], Callable[[ActsWorld], Ready]]] = {
    IssueOrder: issue,
    TransferOrder: lambda acts: Ready(acts.transfer_order(acts.issued())),
    DeliveryOrder: lambda acts: Ready(acts.delivery_order(acts.issued())),
    SuspendOrder: lambda acts: Ready(acts.suspend_order(two_ranks(acts))),
    ReinstateOrder: stopped,
    kinds.SupersedeOrder: lambda acts: Ready(acts.supersede_order(two_ranks(acts)), BANK),
    kinds.PartialDeliveryOrder: partial,
    kinds.PledgeOrder: junior_pledge,
    kinds.PledgedTransferOrder: lambda acts: Ready(acts.pledged_transfer_order(two_ranks(acts))),
    kinds.MarginOrder: margin,
    kinds.ForeclosureOrder: sold,
    kinds.OriginOrder: alone(kinds.OriginOrder),
    kinds.PaperOrder: alone(kinds.PaperOrder),
    kinds.ElectronicOrder: alone(kinds.ElectronicOrder),
    kinds.LossNoticeOrder: lambda acts: Ready(notice_order(acts, two_ranks(acts)), BANK),
    kinds.LossWithdrawalOrder: lambda acts: Ready(withdrawal_order(acts, under_notice(acts))),
    kinds.ReplacementOrder: lambda acts: Ready(replacement_order(acts, under_notice(acts)), BANK),
    kinds.ShortageOrder: short,
    kinds.LienTenderOrder: tendered,
    kinds.PledgeSubstituteOrder: substituted,
    kinds.LotSeriesOrder: series,
    kinds.PledgeBondOrder: lambda acts: Ready(bond_order(acts, acts.issued())),
    kinds.BondRedeemOrder: lambda acts: Ready(redemption(acts, *bonded(acts))),
    kinds.BondJointDeliveryOrder: lambda acts: Ready(joint_delivery(acts, *bonded(acts))),
    kinds.BondDeliveryOrder: due,
}
"""Every act that a quorum attests, on goods with two pledgees, and two holders, as far as it allows that."""


def overdue(acts: ActsWorld) -> Ready:
    """An extension by the first pledgee alone."""
    receipt = two_ranks(acts)
    acts.chain.set_time(acts.receipt(receipt)["expiresAt"] + 1)
    return Ready(acts.supersede_order(receipt, more_s=500 * DAY_S, holder=0), BANK)


TRIED: Final = {kind.__name__: made for kind, made in CASES.items()} | {"extension by the pledgee": overdue}


def refusal(acts: ActsWorld, ready: Ready, signers: Collection[int]) -> Reverted | None:
    """What the contract says to an act attested by these; it is undone."""
    snapshot = acts.chain.snapshot()
    try:
        if isinstance(ready.act, CoreOrder):
            acts.submit(ready.act, signers=tuple(signers))
        else:
            acts.put(ready.act, consent_by=ready.consent_by, signers=tuple(signers))
    except Reverted as error:
        return error
    finally:
        acts.chain.revert(snapshot)
    return None


def rule_of(acts: ActsWorld, order: AnyOrder) -> QuorumRule:
    """The rule as an auditor applies it."""
    ledger = replayed(acts, chain_events(acts.chain.outcomes))
    receipts = [ledger.receipts.get(receipt) for receipt in receipt_ids(order)]
    return rule_for(order, acts.committee, OPERATOR, receipts, ledger.barred_besides(order))


def test_cases__every_attested_act__has_one() -> None:
    core = {IssueOrder, TransferOrder, DeliveryOrder, SuspendOrder, ReinstateOrder}
    assert set(CASES) == ATTESTED | core


@pytest.mark.parametrize("name", list(TRIED))
def test_rule__of_every_attested_act__what_the_contract_asks_for(acts: ActsWorld, name: str) -> None:
    ready = TRIED[name](acts)
    rule = rule_of(acts, ready.act)
    tried = set()
    for member in SOMEBODY:
        acts.committee = acts.set_committee([acts.attester(seat) for seat in {*APART, OPERATOR, member}])
        signers = {*APART, member} if rule.operator is None else {*APART, OPERATOR, member}
        found = refusal(acts, ready, signers)
        barred = None if found is None else (found.name, found.values)
        expected = ("SignerIsParty", {"member": member}) if member in rule.barred else None
        assert barred == expected, f"member {member}, barred are {sorted(rule.barred)}"
        tried.add(member)
    assert rule.barred <= tried, "nobody is barred of whom the contract was not asked"
    found = refusal(acts, ready, APART)
    assert (found is None) is (rule.operator is None), "without the operator"
    enough = [*APART] if rule.operator is None else [OPERATOR, *APART]
    found = refusal(acts, ready, enough[: rule.threshold - 1])
    assert found is not None and found.name == "QuorumTooSmall"
    assert refusal(acts, ready, enough[: rule.threshold]) is None
