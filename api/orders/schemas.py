"""Orders as they go in and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.orders.act_fields import Digest, MemberField, OnReceipt, Prepare
from api.orders.act_schemas import PrepareAct
from api.schemas import LOT_PATTERN, MemberRef, Shape


class PrepareTransfer(OnReceipt):
    """Transfer a receipt you hold to another member. Both sign."""

    type: Literal["transfer"]
    transferee: MemberField


class PrepareDelivery(OnReceipt):
    """Take the whole of a receipt's goods out; the receipt is cancelled for ever. The holder signs."""

    type: Literal["delivery"]


class PrepareDeposit(Prepare):
    """Ask a warehouse operator for receipts on a lot: `terms` hold the words they shall carry."""

    type: Literal["deposit"]
    lot_id: Annotated[str, Field(pattern=LOT_PATTERN, examples=["0x" + "7a" * 24])]
    operator: Annotated[int, Field(gt=0, lt=2**32, examples=[1])]
    terms: dict[str, Any]


PrepareIn = Annotated[
    PrepareTransfer | PrepareDelivery | PrepareDeposit | PrepareAct, Field(discriminator="type")
]


class SeriesIn(Shape):
    """Ask for the lot of a receipt to be valued by a price series."""

    series_digest: Digest
    valid_for_s: Annotated[int, Field(ge=60, description="Seconds to wait for attesters' people.")] = 86_400


class ShareIn(Shape):
    """Ask for a shortage to be shared among all receipts of a lot."""

    valid_for_s: Annotated[int, Field(ge=60, description="Seconds to wait for the instruments.")] = 3600


class InspectIn(Shape):
    """Ask for a look at a receipt's goods."""

    weigh: Annotated[bool, Field(description="Wait for a weighing of the whole lot, too.")] = False
    valid_for_s: Annotated[int, Field(ge=60, description="Seconds to wait for the instruments.")] = 3600


class DocumentOut(Shape):
    """The document of a receipt that an order brings into being; its digest is the receipt's id."""

    receipt_id: str
    document: dict[str, Any]


class Place(Shape):
    """Where goods lie on which nothing is issued yet, in the words of the warehouse's own system."""

    site: Annotated[str, Field(min_length=1, max_length=200)]
    lot: Annotated[str, Field(min_length=1, max_length=200)]


class SignerOut(MemberRef):
    """A member that must sign, the account it signs with, and whether it has."""

    account: str | None
    signed: bool


class Summary(Shape):
    """What signing does, in words: read it before you sign."""

    en: str
    zh: str


class PreparedOut(Shape):
    """Typed data for `eth_signTypedData_v4`, and what it means. Nothing is stored.

    Hand `documents` in with the signed order: the receipts that it brings into being stand on them.
    """

    typed_data: dict[str, Any]
    order_hash: str
    signing_digest: str
    deadline: int
    signers: list[SignerOut]
    summary: Summary
    documents: list[DocumentOut] = Field(default_factory=list)
    place: Place | None = None


class SubmitIn(Shape):
    """A signed order: the typed data as prepared, signatures by member number, and the new documents."""

    typed_data: dict[str, Any]
    documents: Annotated[list[dict[str, Any]], Field(default_factory=list, max_length=100)]
    place: Place | None = None
    signatures: Annotated[
        dict[Annotated[str, Field(pattern="^[1-9][0-9]{0,9}$")], str],
        Field(min_length=1, max_length=4, examples=[{"2": "0x" + "1b" * 65}]),
    ]


class SignIn(Shape):
    """Your own signature on an order that waits for it."""

    signature: Annotated[str, Field(max_length=200, examples=["0x" + "1b" * 65])]


StatusWord = Literal[
    "awaiting-signature",
    "queued",
    "collecting",
    "attesting",
    "submitting",
    "final",
    "refused",
    "exception",
]


class StatusStep(Shape):
    """One step of an order's way."""

    status: StatusWord
    reason: str | None
    detail: str | None
    tx_hash: str | None
    at: int


class OrderOut(Shape):
    """An order, how far it is, and who has signed it; with the documents of the receipts it makes.

    A list of orders leaves `documents` out.
    """

    id: str
    type: str = Field(examples=["TransferOrder"])
    order: dict[str, Any]
    order_hash: str
    receipt_id: str | None
    seq: int | None
    deadline: int
    signers: list[SignerOut]
    submitted_by: MemberRef
    status: StatusWord
    reason: str | None
    detail: str | None
    tx_hash: str | None
    created_at: int
    updated_at: int
    history: list[StatusStep]
    documents: list[DocumentOut] | None = None
    typed_data: dict[str, Any] | None = Field(
        default=None, description="What its members sign, and attesters' people read, while it is under way."
    )


class OrderPage(Shape):
    """A page of orders, newest first; `next` is the cursor of the page after, or null."""

    items: list[OrderOut]
    next: str | None
