"""Acts as calldata of the modules: which contract takes an act, who signs it, and in which order."""

from __future__ import annotations

from typing import Any, Final

from holdfast.attestation.quorum import Committee
from holdfast.chain.calldata import abi_tuple
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
    ShortageOrder,
    SplitOrder,
    SupersedeOrder,
    UnfreezeOrder,
)
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import Attestation

RIGHT_REPLACE, RIGHT_REDUCE, RIGHT_MOVE, RIGHT_PLEDGE, RIGHT_FREEZE = 1, 2, 4, 8, 16
RIGHT_LIEN, RIGHT_WRITE_DOWN, RIGHT_RETIRE, RIGHT_NOTICE = 32, 64, 128, 256
MODULE_RIGHTS: Final[dict[str, int]] = {
    "Pledge": RIGHT_MOVE | RIGHT_PLEDGE | RIGHT_REDUCE,
    "ReceiptActs": RIGHT_REPLACE | RIGHT_REDUCE,
    "Court": RIGHT_FREEZE,
    "Origins": 0,
    "ReceiptMedium": RIGHT_RETIRE,
    "Replacement": RIGHT_REPLACE | RIGHT_NOTICE,
    "Shortage": RIGHT_WRITE_DOWN,
    "StorageLien": RIGHT_LIEN,
}
"""Module -> what it may ask of the receipt contract. In the order in which they are deployed."""

MODULE_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "Valuation": ("Pledge",),
    "PledgeBond": ("Valuation", "StorageLien"),
    "PledgeCourse": ("Valuation", "StorageLien", "PledgeBond"),
    "Pledge": ("PledgeCourse", "StorageLien"),
    "ReceiptActs": ("Pledge", "StorageLien"),
    "Court": (),
    "Origins": (),
    "ReceiptMedium": ("Origins",),
    "Replacement": ("Pledge", "StorageLien"),
    "Shortage": ("Pledge", "StorageLien"),
    "StorageLien": (),
    "ReceiptStatus": ("Pledge", "ReceiptActs", "Court", "Replacement", "ReceiptMedium", "StorageLien"),
}
"""Contract -> what its constructor wants behind the receipt contract; all are deployed in this order. They
may name each other: addresses are known before."""

FUNCTIONS: Final[dict[type[Any], tuple[str, str]]] = {
    SplitOrder: ("ReceiptActs", "split"),
    MergeOrder: ("ReceiptActs", "merge"),
    SupersedeOrder: ("ReceiptActs", "supersede"),
    PartialDeliveryOrder: ("ReceiptActs", "deliverPart"),
    CaseOrder: ("Court", "openCase"),
    RenewOrder: ("Court", "renewCase"),
    FreezeOrder: ("Court", "freeze"),
    UnfreezeOrder: ("Court", "unfreeze"),
    PledgeOrder: ("Pledge", "pledge"),
    PledgeReleaseOrder: ("Pledge", "release"),
    PledgeAssignOrder: ("Pledge", "assign"),
    PledgedTransferOrder: ("Pledge", "transferPledged"),
    DefaultOrder: ("Pledge", "noticeDefault"),
    MarginOrder: ("Pledge", "callMargin"),
    CureOrder: ("Pledge", "cure"),
    ForeclosureOrder: ("Pledge", "foreclose"),
    OriginOrder: ("Origins", "register"),
    PaperOrder: ("ReceiptMedium", "toPaper"),
    ElectronicOrder: ("ReceiptMedium", "toElectronic"),
    LossNoticeOrder: ("Replacement", "noticeLoss"),
    LossWithdrawalOrder: ("Replacement", "withdrawNotice"),
    ReplacementOrder: ("Replacement", "replaceLost"),
    ShortageOrder: ("Shortage", "writeDown"),
    LienTermsOrder: ("StorageLien", "agreeTerms"),
    LienAssertOrder: ("StorageLien", "assertLien"),
    LienPaymentOrder: ("StorageLien", "acknowledge"),
    LienDischargeOrder: ("StorageLien", "discharge"),
    LienTenderOrder: ("StorageLien", "tender"),
    PledgeSubstituteOrder: ("Pledge", "substitute"),
    PriceOrder: ("Valuation", "post"),
    LotSeriesOrder: ("Valuation", "assignLot"),
    PledgeBondOrder: ("Pledge", "issueBond"),
    BondRedeemOrder: ("Pledge", "redeemBond"),
    BondJointDeliveryOrder: ("Pledge", "deliverJointly"),
    BondDeliveryOrder: ("Pledge", "deliverBonded"),
}
"""Act -> (module, function) that takes it."""

PARTIES: Final[dict[type[Any], tuple[str, ...]]] = {
    SplitOrder: ("holder", "operator"),
    MergeOrder: ("holder", "operator"),
    SupersedeOrder: ("holder",),
    PartialDeliveryOrder: ("holder",),
    CaseOrder: ("court",),
    RenewOrder: ("court",),
    FreezeOrder: ("court",),
    UnfreezeOrder: ("court",),
    PledgeOrder: ("holder", "pledgee"),
    PledgeReleaseOrder: ("pledgee",),
    PledgeAssignOrder: ("pledgee", "assignee"),
    PledgedTransferOrder: ("holder", "transferee", "pledgee"),
    DefaultOrder: ("pledgee",),
    MarginOrder: ("pledgee",),
    CureOrder: ("pledgee",),
    ForeclosureOrder: ("pledgee", "buyer"),
    OriginOrder: ("holder",),
    PaperOrder: ("holder", "operator"),
    ElectronicOrder: ("holder", "operator"),
    LossNoticeOrder: ("holder",),
    LossWithdrawalOrder: ("holder",),
    ReplacementOrder: ("holder",),
    ShortageOrder: (),
    LienTermsOrder: ("holder", "operator"),
    LienAssertOrder: ("operator",),
    LienPaymentOrder: ("operator",),
    LienDischargeOrder: ("operator",),
    LienTenderOrder: ("holder",),
    PledgeSubstituteOrder: ("holder", "pledgee", "second", "third", "fourth"),
    PriceOrder: ("feeder",),
    LotSeriesOrder: (),
    PledgeBondOrder: ("holder", "pledgee"),
    BondRedeemOrder: ("holder",),
    BondJointDeliveryOrder: ("holder", "pledgee"),
    BondDeliveryOrder: ("pledgee",),
}
"""Act -> its fields that name the members who sign it, in the order the function wants their signatures.
A field that is 0 names nobody: its signature is empty."""

CONSENTS: Final = frozenset(
    {
        SplitOrder,
        MergeOrder,
        SupersedeOrder,
        PartialDeliveryOrder,
        PledgeOrder,
        LossNoticeOrder,
        ReplacementOrder,
        LienTermsOrder,
    }
)
"""Acts that the first pledgee signs as well where the receipt is pledged; its signature comes last."""

ATTESTED: Final = frozenset(
    {
        SupersedeOrder,
        PartialDeliveryOrder,
        PledgeOrder,
        PledgedTransferOrder,
        MarginOrder,
        ForeclosureOrder,
        OriginOrder,
        PaperOrder,
        ElectronicOrder,
        LossNoticeOrder,
        LossWithdrawalOrder,
        ReplacementOrder,
        ShortageOrder,
        LienTenderOrder,
        PledgeSubstituteOrder,
        LotSeriesOrder,
        PledgeBondOrder,
        BondRedeemOrder,
        BondJointDeliveryOrder,
        BondDeliveryOrder,
    }
)
"""Acts that a quorum attests."""


def act_arguments(
    act: Act,
    parties: tuple[bytes, ...],
    consent: bytes = b"",
    attestation: Attestation | None = None,
    committee: Committee | None = None,
    signatures: bytes = b"",
) -> tuple[str, str, list[Any]]:
    """Module, function and arguments that put an act on the chain.

    `parties` are the signatures of the members PARTIES names, `consent` the first pledgee's, `signatures`
    those of the attesters, packed.

    Raises:
        InvalidInput: the number of signatures is wrong, or an attested act comes without attestation.
    """
    kind = type(act)
    wanted = PARTIES[kind]
    if len(parties) != len(wanted):
        raise InvalidInput("signatures of the parties", len(parties), f"{len(wanted)}: {', '.join(wanted)}")
    arguments: list[Any] = [abi_tuple(act), *parties]
    if kind in CONSENTS:
        arguments.append(consent)
    if kind in ATTESTED:
        if attestation is None or committee is None:
            raise InvalidInput("attestation", None, f"an attestation by a quorum: {kind.__name__} needs one")
        arguments += [abi_tuple(attestation), committee.as_tuple(), signatures]
    module, function = FUNCTIONS[kind]
    return module, function, arguments


def pledge_id(order_hash: bytes) -> int:
    """The id a pledge has on the chain: the first eight bytes of its order's hash."""
    return int.from_bytes(order_hash[:8])
