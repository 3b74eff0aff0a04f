"""Orders as they go in and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import LOT_PATTERN, RECEIPT_PATTERN, MemberRef, Shape

_EXAMPLE_ID = "0x" + "5f" * 32
_ReceiptField = Annotated[str, Field(pattern=RECEIPT_PATTERN, examples=[_EXAMPLE_ID])]
_ValidFor = Annotated[int, Field(ge=60, description="Seconds from now to the order's deadline.")]


class PrepareTransfer(Shape):
    """Give the receipt to another member."""

    type: Literal["transfer"]
    receipt_id: _ReceiptField
    transferee: Annotated[int, Field(gt=0, lt=2**32, examples=[3])]
    valid_for_s: _ValidFor = 3600


class PrepareDelivery(Shape):
    """Take the whole quantity out; the receipt is burned."""

    type: Literal["delivery"]
    receipt_id: _ReceiptField
    valid_for_s: _ValidFor = 3600


class PrepareDeposit(Shape):
    """Ask a warehouse operator for receipts on a lot: `terms` hold the words they shall carry."""

    type: Literal["deposit"]
    lot_id: Annotated[str, Field(pattern=LOT_PATTERN, examples=["0x" + "7a" * 24])]
    operator: Annotated[int, Field(gt=0, lt=2**32, examples=[1])]
    terms: dict[str, Any]
    valid_for_s: _ValidFor = 3600


PrepareIn = Annotated[PrepareTransfer | PrepareDelivery | PrepareDeposit, Field(discriminator="type")]


class SignerOut(MemberRef):
    """A member that must sign, the account it signs with, and whether it has."""

    account: str | None
    signed: bool


class Summary(Shape):
    """What signing does, in words: read it before you sign."""

    en: str
    zh: str


class PreparedOut(Shape):
    """Typed data for `eth_signTypedData_v4`, and what it means. Nothing is stored."""

    typed_data: dict[str, Any]
    order_hash: str
    signing_digest: str
    deadline: int
    signers: list[SignerOut]
    summary: Summary


class SubmitIn(Shape):
    """A signed order: the typed data as prepared, and signatures by member number, one or both."""

    typed_data: dict[str, Any]
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
    """An order, how far it is, and who has signed it."""

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


class OrderPage(Shape):
    """A page of orders, newest first; `next` is the cursor of the page after, or null."""

    items: list[OrderOut]
    next: str | None
