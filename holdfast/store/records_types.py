"""Values that `Records` takes and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from holdfast.domain.errors import InvalidInput, Refused

INSPECTION = "Inspection"
"""Primary type of a request to look at a receipt's goods: nobody signs it, and evidence decides what follows.

Its order is `{"receiptId": "0x…", "weigh": bool}`.
"""
SHORTAGE = "Shortage"
"""Primary type of a request to share a shortage among the receipts of a lot, named by one of them.

Its order is `{"receiptId": "0x…"}`: how much is missing is for the WMS and the instruments to say.
"""
REQUESTS = (INSPECTION, SHORTAGE)
"""What members ask for without a signature."""


class OrderStatus(StrEnum):
    """Where an order is on its way. The last three are ends."""

    AWAITING_SIGNATURE = "awaiting-signature"
    QUEUED = "queued"
    COLLECTING = "collecting"
    ATTESTING = "attesting"
    SUBMITTING = "submitting"
    FINAL = "final"
    REFUSED = "refused"
    EXCEPTION = "exception"


ENDS = frozenset({OrderStatus.FINAL, OrderStatus.REFUSED, OrderStatus.EXCEPTION})
OPEN = tuple(status for status in OrderStatus if status not in ENDS)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One step of an order's history. `at` is unix seconds."""

    status: OrderStatus
    reason: str | None
    detail: str | None
    tx_hash: str | None
    at: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order as it is stored. `signers` are the members that must sign, `parties` may see it."""

    id: str
    primary_type: str
    order: Mapping[str, Any]
    order_hash: str
    receipt_id: str | None
    seq: int | None
    deadline: int
    signers: tuple[int, ...]
    parties: tuple[int, ...]
    signatures: Mapping[int, str]
    submitted_by: int
    status: OrderStatus
    reason: str | None
    detail: str | None
    tx_hash: str | None
    created_at: int
    updated_at: int
    history: tuple[StatusChange, ...]
    place: Mapping[str, str] | None = None
    """`site` and `lot` in the WMS's words, of an order about a lot on which nothing is issued yet."""

    @property
    def missing(self) -> tuple[int, ...]:
        """Members that still have to sign, in the order the order names them."""
        return tuple(member for member in self.signers if member not in self.signatures)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What was answered to the first request with an idempotency key."""

    status: int
    response: Any


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of a bundle: its digest and where it lies, and in words what it is."""

    name: str
    what: str
    sha256: str
    cid: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FrameView:
    """A small JPEG copy of a frame, made by the oracle for people to look at."""

    caption: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class AttesterSeat:
    """One attester that signed: the member it speaks for and its account."""

    member_id: int
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision over one evidence bundle, accepted or not. Digests are `0x` and 64 hex digits.

    `tx_hash` is None where nothing was written on-chain; `reason` and `detail` then say why.
    `entitled` members see the board and frames even where no receipt came into being.
    """

    id: str
    purpose: str
    receipt_ids: tuple[str, ...]
    lot_id: str | None
    order_hash: str
    evidence_digest: str
    evidence_location: str
    evidence_cid: str
    policy_digest: str
    verdict: Mapping[str, Any]
    observed_at: int
    decided_at: int
    attesters: tuple[AttesterSeat, ...] = ()
    entitled: tuple[int, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    valid_until: int | None = None
    order_id: str | None = None
    tx_hash: str | None = None
    reason: str | None = None
    detail: str | None = None

    def __post_init__(self) -> None:
        for name in ("order_hash", "evidence_digest", "evidence_location", "policy_digest"):
            check_hex(name, getattr(self, name), 32)
        for receipt_id in self.receipt_ids:
            check_hex("receipt_ids", receipt_id, 32)
        if self.lot_id is not None:
            check_hex("lot_id", self.lot_id, 24)


class OrderConflict(Refused):
    """Another order already has this receipt's sequence number, or this one is past changing."""

    code = "order-conflict"


class KeyReused(Refused):
    """The idempotency key was used for another request, or its request still runs."""

    code = "idempotency-key-reused"


def lot_hex(lot_id: bytes) -> str:
    """A lot's 24 bytes as they are stored and shown: `0x` and 48 hex digits."""
    return check_hex("lot_id", "0x" + lot_id.hex(), 24)


def check_hex(field: str, value: object, size: int) -> str:
    """Check lower-case hex of `size` bytes behind `0x`. Raises InvalidInput."""
    expected = f"0x and {2 * size} lower-case hex digits"
    if not isinstance(value, str) or len(value) != 2 + 2 * size or value[:2] != "0x":
        raise InvalidInput(field, value, expected)
    if not set(value[2:]) <= set("0123456789abcdef"):
        raise InvalidInput(field, value, expected)
    return value
