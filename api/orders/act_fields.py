"""Fields that acts ask for, and what every preparation has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas import LOT_PATTERN, RECEIPT_PATTERN, Shape

DIGEST_PATTERN = "^0x[0-9a-f]{64}$"

ReceiptField = Annotated[
    str,
    Field(
        pattern=RECEIPT_PATTERN, description="The receipt: 0x and 64 hex digits.", examples=["0x" + "5f" * 32]
    ),
]
ValidFor = Annotated[int, Field(ge=60, description="Seconds from now to the order's deadline.")]
MemberField = Annotated[int, Field(gt=0, lt=2**32, description="Member number.", examples=[3])]
Minor = Annotated[
    str,
    Field(
        pattern="^(0|[1-9][0-9]{0,18})$", description="Minor units of the currency.", examples=["500000000"]
    ),
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["CNY"])]
Grams = Annotated[
    str, Field(pattern="^[1-9][0-9]{0,19}$", description="Grams, in digits.", examples=["50000000"])
]
Digest = Annotated[
    str, Field(pattern=DIGEST_PATTERN, description="SHA-256 of a document: 0x and 64 hex digits.")
]
At = Annotated[int, Field(gt=0, lt=2**40, description="Unix seconds.", examples=[1800000000])]
PledgeField = Annotated[
    str | None,
    Field(
        pattern="^[1-9][0-9]{0,19}$",
        description="Number of the pledge; needed only where you have several on the receipt.",
    ),
]
CaseField = Annotated[int, Field(gt=0, lt=2**24, description="Number of the court case.", examples=[7])]


class Prepare(Shape):
    """What every preparation has."""

    valid_for_s: ValidFor = 3600


class OnReceipt(Prepare):
    """A preparation on one receipt."""

    receipt_id: ReceiptField


class OnLot(Prepare):
    """A preparation about goods on which nothing need have been issued yet."""

    lot_id: Annotated[
        str,
        Field(pattern=LOT_PATTERN, description="The lot: 0x and 48 hex digits.", examples=["0x" + "7a" * 24]),
    ]
    operator: Annotated[MemberField, Field(description="Member number of the operator.", examples=[1])]
    site: Annotated[
        str, Field(min_length=1, max_length=200, description="The warehouse's code.", examples=["CNTAO-W3"])
    ]
    lot: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="The lot's number in the warehouse's own system.",
            examples=["VN-2026-0117"],
        ),
    ]
