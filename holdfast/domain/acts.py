"""Orders that the modules take: split and merge, court cases, pledges. Frozen values, limits checked.

Field names here are Python's; the EIP-712 names are in `holdfast.attestation.act_types`. Law: 民法典 425-443
(pledge), 担保制度解释 59; 查封扣押冻结规定 24-27 (freezes); MLWR (split, correction).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from holdfast.domain.bond_acts import BondDeliveryOrder as BondDeliveryOrder
from holdfast.domain.bond_acts import BondJointDeliveryOrder as BondJointDeliveryOrder
from holdfast.domain.bond_acts import BondRedeemOrder as BondRedeemOrder
from holdfast.domain.bond_acts import PledgeBondOrder as PledgeBondOrder
from holdfast.domain.checked import Checked
from holdfast.domain.errors import InvalidInput
from holdfast.domain.lien_acts import LienAssertOrder as LienAssertOrder
from holdfast.domain.lien_acts import LienDischargeOrder as LienDischargeOrder
from holdfast.domain.lien_acts import LienPaymentOrder as LienPaymentOrder
from holdfast.domain.lien_acts import LienTenderOrder as LienTenderOrder
from holdfast.domain.lien_acts import LienTermsOrder as LienTermsOrder
from holdfast.domain.loss_acts import LossNoticeOrder as LossNoticeOrder
from holdfast.domain.loss_acts import LossReason as LossReason
from holdfast.domain.loss_acts import LossWithdrawalOrder as LossWithdrawalOrder
from holdfast.domain.loss_acts import ReplacementOrder as ReplacementOrder
from holdfast.domain.loss_acts import ShortageOrder as ShortageOrder
from holdfast.domain.orders import Order
from holdfast.domain.origin_acts import ElectronicOrder as ElectronicOrder
from holdfast.domain.origin_acts import OriginKind as OriginKind
from holdfast.domain.origin_acts import OriginOrder as OriginOrder
from holdfast.domain.origin_acts import PaperOrder as PaperOrder
from holdfast.domain.pledge_acts import CureOrder as CureOrder
from holdfast.domain.pledge_acts import DefaultOrder as DefaultOrder
from holdfast.domain.pledge_acts import ForeclosureOrder as ForeclosureOrder
from holdfast.domain.pledge_acts import MarginOrder as MarginOrder
from holdfast.domain.pledge_acts import PledgeAssignOrder as PledgeAssignOrder
from holdfast.domain.pledge_acts import PledgedTransferOrder as PledgedTransferOrder
from holdfast.domain.pledge_acts import PledgeOrder as PledgeOrder
from holdfast.domain.pledge_acts import PledgeReleaseOrder as PledgeReleaseOrder
from holdfast.domain.pledge_acts import Share as Share
from holdfast.domain.receipt_refs import ReceiptRef as ReceiptRef
from holdfast.domain.value_acts import LotSeriesOrder as LotSeriesOrder
from holdfast.domain.value_acts import PledgeSubstituteOrder as PledgeSubstituteOrder
from holdfast.domain.value_acts import PriceOrder as PriceOrder


class SupersedeReason(IntEnum):
    """Why another document takes the place of a receipt's."""

    CORRECTION = 1
    EXTENSION = 2


@dataclass(frozen=True, slots=True)
class Successor(Checked):
    """A receipt that replaces others: the digest of its own document is its id."""

    receipt_id: int
    quantity_g: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class SplitOrder(Checked):
    """Let parts of a receipt stand for themselves. Signed by holder and operator, and by the first pledgee if
    pledged.

    Parts that sum to the whole burn the receipt; otherwise it stands for the rest.
    """

    receipt_id: int
    holder: int
    operator: int
    seq: int
    parts: tuple[Successor, ...]
    deadline: int


@dataclass(frozen=True, slots=True)
class MergeOrder(Checked):
    """Make several receipts of one holder on one lot one. Signed like a split."""

    receipts: tuple[ReceiptRef, ...]
    merged_id: int
    holder: int
    operator: int
    quantity_g: int
    expires_at: int
    deadline: int


@dataclass(frozen=True, slots=True)
class SupersedeOrder(Checked):
    """Put a corrected or extended document in the place of a receipt's. Signed by the holder; attested.

    An extension that names no holder (0) is the first pledgee's alone, once a pledged receipt has expired
    (`holdfast.domain.pledge_terms`): its consent stands for the holder's signature.
    """

    receipt_id: int
    successor_id: int
    holder: int
    seq: int
    quantity_g: int
    expires_at: int
    reason: SupersedeReason
    deadline: int
    NOBODY: ClassVar = frozenset({"holder"})

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if not self.holder and self.reason is not SupersedeReason.EXTENSION:
            raise InvalidInput("holder", 0, "the holder: only an extension may name nobody")


@dataclass(frozen=True, slots=True)
class PartialDeliveryOrder(Checked):
    """Take part of the goods out. Signed by the holder; the weight at the gate is attested."""

    receipt_id: int
    holder: int
    quantity_g: int
    seq: int
    deadline: int


@dataclass(frozen=True, slots=True)
class CaseOrder(Checked):
    """Open a court case: one ruling, its reason code, and until when it holds. Signed by the court."""

    court: int
    case_no: int
    reason: int
    document_digest: bytes
    expires_at: int
    deadline: int


@dataclass(frozen=True, slots=True)
class RenewOrder(Checked):
    """Let a case hold longer, before it lapses. Signed by its court."""

    court: int
    case_no: int
    number: int
    expires_at: int
    deadline: int


@dataclass(frozen=True, slots=True)
class FreezeOrder(Checked):
    """Freeze a receipt under a case, at once or behind the cases that hold it. Signed by the case's court."""

    receipt_id: int
    court: int
    case_no: int
    number: int
    deadline: int


@dataclass(frozen=True, slots=True)
class UnfreezeOrder(Checked):
    """End a receipt's freeze under a case. Signed by the case's court."""

    receipt_id: int
    court: int
    case_no: int
    number: int
    deadline: int


Act = (
    SplitOrder
    | MergeOrder
    | SupersedeOrder
    | PartialDeliveryOrder
    | CaseOrder
    | RenewOrder
    | FreezeOrder
    | UnfreezeOrder
    | PledgeOrder
    | PledgeReleaseOrder
    | PledgeAssignOrder
    | PledgedTransferOrder
    | DefaultOrder
    | MarginOrder
    | CureOrder
    | ForeclosureOrder
    | OriginOrder
    | PaperOrder
    | ElectronicOrder
    | LossNoticeOrder
    | LossWithdrawalOrder
    | ReplacementOrder
    | ShortageOrder
    | LienTermsOrder
    | LienAssertOrder
    | LienPaymentOrder
    | LienDischargeOrder
    | LienTenderOrder
    | PriceOrder
    | LotSeriesOrder
    | PledgeSubstituteOrder
    | PledgeBondOrder
    | BondRedeemOrder
    | BondJointDeliveryOrder
    | BondDeliveryOrder
)

AnyOrder = Order | Act
"""What the receipt contract or a module takes."""
