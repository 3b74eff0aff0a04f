"""What stands in an endpoint's address. The command line reads the shapes, and needs no web server for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from api.schemas import ID_PATTERN, LOT_PATTERN, RECEIPT_PATTERN

ReceiptId = Annotated[str, Path(pattern=RECEIPT_PATTERN, description="0x and 64 lower-case hex digits.")]
LotId = Annotated[str, Path(pattern=LOT_PATTERN, description="0x and 48 lower-case hex digits.")]
DecisionId = Annotated[str, Path(pattern=ID_PATTERN)]
OrderId = Annotated[str, Path(pattern=ID_PATTERN)]
MemberNumber = Annotated[int, Path(gt=0, lt=2**32)]
ActId = Annotated[
    str,
    Path(
        pattern="^0x[0-9a-f]{64}-[0-9]{1,10}$",
        description="The receipt's id, a hyphen, and the number that the act spent of the receipt.",
    ),
]
