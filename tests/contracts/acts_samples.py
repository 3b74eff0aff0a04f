"""One right example of every act: what stands on the chain before, the act, and who signs it.

`SAMPLES[kind](acts)` for an act's class; an act that is new needs an entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from holdfast.domain.acts import (
    Act,
    BondDeliveryOrder,
    BondJointDeliveryOrder,
    BondRedeemOrder,
    CaseOrder,
    CureOrder,
    DefaultOrder,
    ElectronicOrder,
    ForeclosureOrder,
    FreezeOrder,
    LienAssertOrder,
    LienDischargeOrder,
    LienPaymentOrder,
    LienTenderOrder,
    LienTermsOrder,
    LossNoticeOrder,
    LossWithdrawalOrder,
    LotSeriesOrder,
    MarginOrder,
    MergeOrder,
    OriginOrder,
    PaperOrder,
    PartialDeliveryOrder,
    PledgeAssignOrder,
    PledgeBondOrder,
    PledgedTransferOrder,
    PledgeOrder,
    PledgeReleaseOrder,
    PledgeSubstituteOrder,
    PriceOrder,
    RenewOrder,
    ReplacementOrder,
    Share,
    ShortageOrder,
    SplitOrder,
    SupersedeOrder,
    UnfreezeOrder,
)
from tests.contracts.acts_harness import AMOUNT, COURT, INDEPENDENT, ActsWorld
from tests.contracts.bonding import (
    bond_order,
    bonded,
    delivery,
    due_on_its_date,
    joint_delivery,
    redemption,
)
from tests.contracts.harness import BANK, BANK_2, DAY_S, IOT, receipt_id
from tests.contracts.origin_orders import (
    NOTICE_S,
    electronic_order,
    later,
    notice_order,
    origin_order,
    paper_order,
    replacement_order,
    shortage_order,
    suspended,
    withdrawal_order,
)
from tests.contracts.storage import (
    WITHOUT_OPERATOR,
    agreed,
    assert_order,
    discharge_order,
    payment_order,
    tender_order,
    terms_order,
)
from tests.contracts.test_foreclosure import COSTS, cure_order, default_order, in_default, margin_order, sale
from tests.contracts.test_substitution import BANKS, ready, substitute_order
from tests.contracts.valuing import lot_order, price_order, set_series, valued


@dataclass(frozen=True, slots=True)
class Sample:
    """An act that the chain takes now, if its parties sign, `consent_by` consents and `signers` attest."""

    act: Act
    consent_by: int | None = None
    signers: Sequence[int | str] = INDEPENDENT


def _pledged(acts: ActsWorld, index: int = 1) -> tuple[int, int]:
    receipt = acts.issued(index)
    return receipt, acts.pledged(receipt)


def _second(acts: ActsWorld) -> Sample:
    receipt, _ = _pledged(acts)
    return Sample(acts.pledge_order(receipt, BANK_2, 2), BANK)


def _merge(acts: ActsWorld) -> Sample:
    acts.put(acts.split_order(_pledged(acts)[0], 4, 6), consent_by=BANK)
    return Sample(acts.merge_order(receipt_id(100), receipt_id(101)), BANK)


def _frozen(acts: ActsWorld) -> int:
    receipt = acts.issued()
    acts.frozen(receipt)
    return receipt


def _opened(acts: ActsWorld) -> int:
    acts.put(acts.case_order())
    return acts.issued()


def _renew(acts: ActsWorld) -> Sample:
    acts.put(acts.case_order())
    until = acts.chain.now_s + 700 * DAY_S
    return Sample(RenewOrder(COURT, 1, acts.number(1), until, acts.deadline_s))


def _assign(acts: ActsWorld) -> Sample:
    receipt, pledge = _pledged(acts)
    order = PledgeAssignOrder(receipt, pledge, BANK, BANK_2, acts.seq(receipt), acts.deadline_s)
    return Sample(order)


def _notice(acts: ActsWorld) -> Sample:
    receipt, pledge = _pledged(acts)
    acts.chain.set_time(acts.chain.now_s + 91 * DAY_S)
    return Sample(default_order(acts, receipt, pledge))


def _margin(acts: ActsWorld) -> Sample:
    receipt, pledge = _pledged(acts)
    valued(acts, (1, 1))
    return Sample(margin_order(acts, receipt, pledge, 10))


def _cure(acts: ActsWorld) -> Sample:
    receipt, (pledge,) = in_default(acts, cured_out=False)
    return Sample(cure_order(acts, receipt, pledge))


def _foreclose(acts: ActsWorld) -> Sample:
    receipt, (pledge,) = in_default(acts)
    return Sample(sale(acts, receipt, (Share(pledge, AMOUNT, AMOUNT),), AMOUNT + COSTS, 0))


def _under_notice(acts: ActsWorld) -> int:
    receipt, _ = _pledged(acts)
    acts.put(notice_order(acts, receipt), consent_by=BANK)
    later(acts, NOTICE_S)
    return receipt


def _short(acts: ActsWorld) -> Sample:
    receipts = (acts.issued(1), acts.issued(2))
    suspended(acts, *receipts)
    return Sample(shortage_order(acts, 1_000, *receipts))


def _stored(acts: ActsWorld) -> int:
    receipt = acts.issued()
    agreed(acts, receipt)
    later(acts, DAY_S)
    return receipt


def _price(acts: ActsWorld) -> Sample:
    set_series(acts)
    return Sample(price_order(acts, IOT))


def _series(acts: ActsWorld) -> Sample:
    acts.issued()
    set_series(acts)
    return Sample(lot_order(acts))


def _due_bond(acts: ActsWorld) -> Sample:
    receipt, bond = bonded(acts)
    due_on_its_date(acts, bond)
    return Sample(delivery(acts, receipt, bond))


def _substitute(acts: ActsWorld) -> Sample:
    receipt, other, _ = ready(acts, 4)
    return Sample(substitute_order(acts, receipt, other, BANKS))


SAMPLES: Final[dict[type[Any], Callable[[ActsWorld], Sample]]] = {
    SplitOrder: lambda acts: Sample(acts.split_order(_pledged(acts)[0], 4, 6), BANK),
    MergeOrder: _merge,
    SupersedeOrder: lambda acts: Sample(acts.supersede_order(_pledged(acts)[0]), BANK),
    PartialDeliveryOrder: lambda acts: Sample(acts.part_delivery_order(_pledged(acts)[0]), BANK),
    CaseOrder: lambda acts: Sample(acts.case_order()),
    FreezeOrder: lambda acts: Sample(acts.freeze_order(_opened(acts))),
    UnfreezeOrder: lambda acts: Sample(acts.unfreeze_order(_frozen(acts))),
    RenewOrder: _renew,
    PledgeOrder: _second,
    PledgeReleaseOrder: lambda acts: Sample(acts.release_order(*_pledged(acts))),
    PledgeAssignOrder: _assign,
    PledgedTransferOrder: lambda acts: Sample(acts.pledged_transfer_order(_pledged(acts)[0])),
    DefaultOrder: _notice,
    MarginOrder: _margin,
    CureOrder: _cure,
    ForeclosureOrder: _foreclose,
    OriginOrder: lambda acts: Sample(origin_order(acts)),
    PaperOrder: lambda acts: Sample(paper_order(acts, acts.issued())),
    ElectronicOrder: lambda acts: Sample(electronic_order(acts)),
    LossNoticeOrder: lambda acts: Sample(notice_order(acts, _pledged(acts)[0]), BANK),
    LossWithdrawalOrder: lambda acts: Sample(withdrawal_order(acts, _under_notice(acts))),
    ReplacementOrder: lambda acts: Sample(replacement_order(acts, _under_notice(acts)), BANK),
    ShortageOrder: _short,
    LienTermsOrder: lambda acts: Sample(terms_order(acts, _pledged(acts)[0]), BANK),
    LienAssertOrder: lambda acts: Sample(assert_order(acts, _stored(acts), 500)),
    LienPaymentOrder: lambda acts: Sample(payment_order(acts, _stored(acts), 500)),
    LienDischargeOrder: lambda acts: Sample(discharge_order(acts, _stored(acts))),
    LienTenderOrder: lambda acts: Sample(tender_order(acts, _stored(acts), 500), None, WITHOUT_OPERATOR),
    PriceOrder: _price,
    LotSeriesOrder: _series,
    PledgeSubstituteOrder: _substitute,
    PledgeBondOrder: lambda acts: Sample(bond_order(acts, acts.issued())),
    BondRedeemOrder: lambda acts: Sample(redemption(acts, *bonded(acts))),
    BondJointDeliveryOrder: lambda acts: Sample(joint_delivery(acts, *bonded(acts))),
    BondDeliveryOrder: _due_bond,
}
