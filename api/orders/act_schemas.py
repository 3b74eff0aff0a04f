"""What is asked for when an act is prepared: one shape each. The rest of the order comes from the chain.

A field whose name is that of the order's field is taken over; `api.orders.filling` finds all others. The
command line makes a command of each shape: its first sentence is the help, and so are the fields' words.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.orders.act_fields import (
    At,
    CaseField,
    Currency,
    Digest,
    Grams,
    MemberField,
    Minor,
    OnLot,
    OnReceipt,
    PledgeField,
    Prepare,
    ReceiptField,
)
from api.orders.sale_schemas import (
    PrepareBond,
    PrepareBondDelivery,
    PrepareBondJointDelivery,
    PrepareBondRedemption,
    PrepareForeclosure,
)
from api.orders.value_schemas import (
    PrepareLienAssert,
    PrepareLienDischarge,
    PrepareLienPayment,
    PrepareLienTender,
    PrepareLienTerms,
    PreparePrice,
    PrepareSubstitute,
)
from api.schemas import Shape
from holdfast.domain.court_words import listed_reasons
from holdfast.domain.loss_acts import LEAST_NOTICE_S, MOST_NOTICE_S


class PreparePledge(OnReceipt):
    """Pledge a receipt you hold. Holder and pledgee sign, and the first pledgee if it is pledged already."""

    type: Literal["pledge"]
    pledgee: MemberField
    amount_minor: Annotated[Minor, Field(description="Most that it secures, in minor units of the currency.")]
    currency: Currency
    maturity: Annotated[At, Field(description="When the debt is due, unix seconds.")]
    ltv_bps: Annotated[int, Field(gt=0, le=10_000, description="Most loan to value, in basis points.")]
    cure_s: Annotated[int, Field(gt=0, lt=2**24, description="Seconds to cure a default before a sale.")]
    filing_digest: Annotated[Digest, Field(description="SHA-256 of the filing: 0x and 64 hex digits.")]


class PrepareRelease(OnReceipt):
    """Release your pledge on a receipt. The pledgee signs."""

    type: Literal["release"]
    pledge_id: PledgeField = None


class PrepareAssign(OnReceipt):
    """Give your pledge to another member, in the same rank. Both sign."""

    type: Literal["assign"]
    assignee: MemberField
    pledge_id: PledgeField = None


class PreparePledgedTransfer(OnReceipt):
    """Transfer a pledged receipt, which stays pledged. Holder, transferee and first pledgee sign."""

    type: Literal["pledged-transfer"]
    transferee: MemberField


class PrepareDefaultNotice(OnReceipt):
    """Give notice that the debt is due and unpaid. The pledgee signs; the time to cure begins."""

    type: Literal["default-notice"]
    pledge_id: PledgeField = None


class PrepareMarginCall(OnReceipt):
    """Give notice that the goods are worth too little. The pledgee signs, attesters confirm."""

    type: Literal["margin-call"]
    value_minor: Annotated[Minor, Field(description="What the goods are worth, in minor units.")]
    pledge_id: PledgeField = None


class PrepareCure(OnReceipt):
    """Acknowledge that a default or a margin call is cured. The pledgee signs."""

    type: Literal["cure"]
    pledge_id: PledgeField = None


class PartIn(Shape):
    """One new receipt of a split."""

    receipt_number: Annotated[str, Field(min_length=1, max_length=500)]
    quantity_g: Grams
    package_count: Annotated[int, Field(gt=0, lt=2**32)]
    marks: Annotated[str | None, Field(max_length=500, description="By default as before.")] = None


class PrepareSplit(OnReceipt):
    """Split parts off a receipt you hold. Holder and warehouse operator sign, and the first pledgee."""

    type: Literal["split"]
    parts: Annotated[
        list[PartIn],
        Field(
            min_length=1,
            max_length=100,
            description="Each new receipt: receipt_number, quantity_g, package_count, marks.",
        ),
    ]


class PrepareMerge(Prepare):
    """Make several receipts you hold on one lot one. Holder and operator sign, and the first pledgee."""

    type: Literal["merge"]
    receipt_ids: Annotated[list[ReceiptField], Field(min_length=2, max_length=100)]
    receipt_number: Annotated[str, Field(min_length=1, max_length=500, description="Of the new receipt.")]


class PrepareCorrection(OnReceipt):
    """Put words of a receipt's document right; the old one is void. The holder signs, attesters confirm."""

    type: Literal["correction"]
    receipt_number: Annotated[str, Field(min_length=1, max_length=500, description="Of the new receipt.")]
    changes: Annotated[dict[str, Any], Field(min_length=1, description="Field -> what it shall say.")]


class PrepareExtension(OnReceipt):
    """Let a receipt run longer after a new look at the goods. The holder signs, attesters confirm.

    Once a pledged receipt has expired, its first pledgee asks for this and signs alone.
    """

    type: Literal["extension"]
    receipt_number: Annotated[str, Field(min_length=1, max_length=500, description="Of the new receipt.")]
    storage_until: Annotated[At, Field(description="The new end of storage, unix seconds.")]
    changes: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="Field -> what it shall say: grade, certificate, fee, insurance.",
        ),
    ]


class PreparePartialDelivery(OnReceipt):
    """Take part of the goods out, as weighed at the gate. The holder signs, and the first pledgee."""

    type: Literal["partial-delivery"]
    quantity_g: Grams


class PrepareLossNotice(OnReceipt):
    """Give notice that a receipt is lost or in other hands; it stops. The holder signs, and the pledgee."""

    type: Literal["loss-notice"]
    reason: Annotated[Literal["lost", "compromised"], Field(description="Why.")]
    notice_s: Annotated[
        int, Field(ge=LEAST_NOTICE_S, le=MOST_NOTICE_S, description="Seconds until it may be replaced.")
    ] = 30 * 86_400


class PrepareLossWithdrawal(OnReceipt):
    """Withdraw a notice of loss; the receipt may move again. The holder signs, attesters confirm."""

    type: Literal["loss-withdrawal"]


class PrepareReplacement(OnReceipt):
    """Replace a receipt whose notice of loss has run. The holder signs, and the first pledgee."""

    type: Literal["replacement"]
    receipt_number: Annotated[str, Field(min_length=1, max_length=500, description="Of the new receipt.")]


class PreparePaper(OnReceipt):
    """Put a paper receipt in the place of an electronic one. Holder and warehouse operator sign."""

    type: Literal["paper"]
    paper_digest: Annotated[Digest, Field(description="SHA-256 that the paper carries.")]


class PrepareElectronic(OnLot):
    """Surrender a paper receipt before an electronic one is issued. You and the operator sign."""

    type: Literal["electronic"]
    paper_digest: Annotated[Digest, Field(description="SHA-256 that the paper carries.")]
    quantity_g: Grams


class PrepareOrigin(OnLot):
    """Use a bill of lading, or a fingerprint of goods, for a lot: once, ever. You sign, attesters confirm."""

    type: Literal["origin"]
    kind: Annotated[Literal["bill-of-lading", "goods"], Field(description="What the digest stands for.")]
    origin_digest: Annotated[Digest, Field(description="SHA-256 of the bill, or the goods' fingerprint.")]


class PrepareCase(Prepare):
    """Open a court case: a ruling, and until when it holds. The court signs."""

    type: Literal["case"]
    case_no: CaseField
    reason: Annotated[
        int, Field(gt=0, lt=2**8, description=f"Reason code of the ruling: {listed_reasons()}.")
    ]
    document_digest: Annotated[Digest, Field(description="SHA-256 of the ruling.")]
    expires_at: Annotated[At, Field(description="Until when it holds, unix seconds; three years at most.")]


class PrepareRenewal(Prepare):
    """Let a court case hold longer. Its court signs."""

    type: Literal["case-renewal"]
    case_no: CaseField
    expires_at: Annotated[At, Field(description="Until when it holds, unix seconds; three years at most.")]


class PrepareFreeze(OnReceipt):
    """Freeze a receipt under a court case. Its court signs."""

    type: Literal["freeze"]
    case_no: CaseField


class PrepareUnfreeze(OnReceipt):
    """End a receipt's freeze under a court case. Its court signs."""

    type: Literal["unfreeze"]
    case_no: CaseField


PrepareAct = (
    PreparePledge
    | PrepareRelease
    | PrepareAssign
    | PreparePledgedTransfer
    | PrepareDefaultNotice
    | PrepareMarginCall
    | PrepareCure
    | PrepareForeclosure
    | PrepareBond
    | PrepareBondRedemption
    | PrepareBondJointDelivery
    | PrepareBondDelivery
    | PrepareSplit
    | PrepareMerge
    | PrepareCorrection
    | PrepareExtension
    | PreparePartialDelivery
    | PrepareLossNotice
    | PrepareLossWithdrawal
    | PrepareReplacement
    | PreparePaper
    | PrepareElectronic
    | PrepareOrigin
    | PrepareLienTerms
    | PrepareLienAssert
    | PrepareLienPayment
    | PrepareLienDischarge
    | PrepareLienTender
    | PrepareSubstitute
    | PreparePrice
    | PrepareCase
    | PrepareRenewal
    | PrepareFreeze
    | PrepareUnfreeze
)
