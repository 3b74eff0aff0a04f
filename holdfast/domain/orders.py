"""Orders: what members sign to change a receipt, as frozen values with their limits checked.

Field names here are Python's; the EIP-712 names are in `holdfast.attestation.typed_data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from holdfast.domain.errors import InvalidInput
from holdfast.domain.members import member_id
from holdfast.domain.units import grams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.domain.acts import Act


class Kind(IntEnum):
    """Negotiable receipts pass by endorsement, others by assignment the warehouse knows of: ADR 0034."""

    NEGOTIABLE = 1
    NON_NEGOTIABLE = 2


class Status(IntEnum):
    """Where a receipt is in its life. DELIVERED and REPLACED are for ever: the id never lives again."""

    NONE = 0
    LIVE = 1
    SUSPENDED = 2
    DELIVERED = 3
    REPLACED = 4


class SuspendReason(IntEnum):
    """Why attesters suspended a receipt."""

    QUANTITY_SHORT = 1
    WRONG_LOCATION = 2
    WRONG_LABEL = 3
    LEDGER_MISMATCH = 4
    TITLE_MISMATCH = 5
    EVIDENCE_LOST = 6
    NOTICE_OF_LOSS = 7
    """By the holder's notice only; attesters neither give this reason nor reinstate from it."""


def _uint(field: str, value: int, bits: int, *, least: int = 0) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**bits:
        raise InvalidInput(field, value, f"a whole number from {least} to 2^{bits} - 1")


def _lot_id(value: bytes) -> None:
    if not isinstance(value, bytes) or len(value) != 24 or value == bytes(24):
        raise InvalidInput("lot_id", value, "24 bytes: the start of the lot identity's sha256")


def _receipt_id(value: int) -> None:
    _uint("receipt_id", value, 256, least=1)


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    """One receipt to be issued: the digest of its document is its id."""

    receipt_id: int
    holder: int
    quantity_g: int
    kind: Kind
    expires_at: int

    def __post_init__(self) -> None:
        _receipt_id(self.receipt_id)
        member_id(self.holder, field="holder")
        grams(self.quantity_g)
        if self.kind not in tuple(Kind):
            raise InvalidInput("kind", self.kind, "1 (negotiable) or 2 (non-negotiable)")
        _uint("expires_at", self.expires_at, 40, least=1)


@dataclass(frozen=True, slots=True)
class IssueOrder:
    """Issue one receipt or a batch on one lot. Needs no party's signature, but a full quorum."""

    lot_id: bytes
    operator: int
    lot_quantity_g: int
    receipts: tuple[ReceiptTerms, ...]
    deadline: int

    def __post_init__(self) -> None:
        _lot_id(self.lot_id)
        member_id(self.operator, field="operator")
        grams(self.lot_quantity_g, field="lot_quantity_g")
        _uint("deadline", self.deadline, 64, least=1)
        if not 1 <= len(self.receipts) <= 100:
            raise InvalidInput("receipts", len(self.receipts), "1 to 100 receipts in one order")
        ids = {terms.receipt_id for terms in self.receipts}
        if len(ids) != len(self.receipts):
            raise InvalidInput("receipts", len(ids), "each receipt id once")
        total = sum(terms.quantity_g for terms in self.receipts)
        if total > self.lot_quantity_g:
            raise InvalidInput(
                "receipts", total, f"together no more grams than the lot: {self.lot_quantity_g}"
            )


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Move control of a receipt; signed by holder and transferee, final at once."""

    receipt_id: int
    holder: int
    transferee: int
    seq: int
    deadline: int

    def __post_init__(self) -> None:
        _receipt_id(self.receipt_id)
        member_id(self.holder, field="holder")
        member_id(self.transferee, field="transferee")
        if self.holder == self.transferee:
            raise InvalidInput("transferee", self.transferee, "another member than the holder")
        _uint("seq", self.seq, 32)
        _uint("deadline", self.deadline, 64, least=1)


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """Final delivery: the goods leave, the receipt is burned. Signed by the holder."""

    receipt_id: int
    holder: int
    quantity_g: int
    seq: int
    deadline: int

    def __post_init__(self) -> None:
        _receipt_id(self.receipt_id)
        member_id(self.holder, field="holder")
        grams(self.quantity_g)
        _uint("seq", self.seq, 32)
        _uint("deadline", self.deadline, 64, least=1)


@dataclass(frozen=True, slots=True)
class SuspendOrder:
    """Stop a receipt because attesters found a discrepancy."""

    receipt_id: int
    reason: SuspendReason
    seq: int
    deadline: int

    def __post_init__(self) -> None:
        _receipt_id(self.receipt_id)
        if self.reason not in tuple(SuspendReason) or self.reason == SuspendReason.NOTICE_OF_LOSS:
            raise InvalidInput("reason", self.reason, "a suspension reason from 1 to 6")
        _uint("seq", self.seq, 32)
        _uint("deadline", self.deadline, 64, least=1)


@dataclass(frozen=True, slots=True)
class ReinstateOrder:
    """Let a suspended receipt live again after an attested match."""

    receipt_id: int
    seq: int
    deadline: int

    def __post_init__(self) -> None:
        _receipt_id(self.receipt_id)
        _uint("seq", self.seq, 32)
        _uint("deadline", self.deadline, 64, least=1)


Order = IssueOrder | TransferOrder | DeliveryOrder | SuspendOrder | ReinstateOrder


STANDING_FIELDS: Final = ("receipt_id", "receipts")
"""Fields of orders that name receipts which stand already; a field means the same in every order."""
COMING_FIELDS: Final = ("successor_id", "merged_id", "replacement_id", "parts")
"""Fields of orders that name receipts which the order brings into being."""
PARTY_FIELDS: Final = (
    *("holder", "pledgor", "transferee", "pledgee", "second", "third", "fourth", "assignee", "buyer"),
)
"""Fields of orders that name members with an interest in the outcome; 0 names nobody."""


def named_members(order: Order | Act) -> tuple[int, ...]:
    """Members whose accounts a verdict asks for: the interested ones, and at issue the operator."""
    found = interested_members(order)
    return (*found, order.operator) if isinstance(order, IssueOrder) else found


def _named(order: object, fields: Iterable[str]) -> tuple[int, ...]:
    found: list[int] = []
    for field in fields:
        value: Any = getattr(order, field, ())
        found += [value] if isinstance(value, int) else [item.receipt_id for item in value]
    return tuple(found)


def standing_ids(order: Order | Act) -> tuple[int, ...]:
    """The receipts an order is about that stand before it, in its order."""
    return () if isinstance(order, IssueOrder) else _named(order, STANDING_FIELDS)


def coming_ids(order: Order | Act) -> tuple[int, ...]:
    """The receipts that an order brings into being, in its order: each has a document of its own."""
    return _named(order, ("receipts",) if isinstance(order, IssueOrder) else COMING_FIELDS)


def receipt_ids(order: Order | Act) -> tuple[int, ...]:
    """The receipts an order names: first those that stand, then those that it brings into being."""
    return standing_ids(order) + coming_ids(order)


def interested_members(order: Order | Act) -> tuple[int, ...]:
    """Members an order names whose attesters may not attest it: holders, transferees, pledgees, buyers."""
    if isinstance(order, IssueOrder):
        return tuple(sorted({terms.holder for terms in order.receipts}))
    named = (getattr(order, field, None) for field in PARTY_FIELDS)
    return tuple(dict.fromkeys(member for member in named if member))


@dataclass(frozen=True, slots=True)
class Attestation:
    """What an attester signs: this order, this evidence, this policy, valid for so long."""

    order_hash: bytes
    evidence_digest: bytes
    evidence_location: bytes
    policy_digest: bytes
    observed_at: int
    valid_until: int
    epoch: int

    def __post_init__(self) -> None:
        for field in ("order_hash", "evidence_digest", "evidence_location", "policy_digest"):
            value = getattr(self, field)
            if not isinstance(value, bytes) or len(value) != 32:
                raise InvalidInput(field, value, "32 bytes")
        for field in ("observed_at", "valid_until", "epoch"):
            _uint(field, getattr(self, field), 64)
        if self.valid_until < self.observed_at:
            raise InvalidInput("valid_until", self.valid_until, "not before observed_at")
