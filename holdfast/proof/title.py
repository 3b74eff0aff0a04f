"""A receipt's state as the chain's storage proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.domain.members import Role
from holdfast.domain.orders import Kind, Status
from holdfast.proof import hexes, layout
from holdfast.proof.errors import ProofRejected
from holdfast.proof.trie import read_word


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """The two words of a receipt, read. `lot_id` has 24 bytes; `first_pledgee` is 0 where there is none."""

    receipt_id: int
    holder: int
    operator: int
    first_pledgee: int
    status: Status
    kind: Kind
    expires_at: int
    seq: int
    pledges: int
    liens: int
    lien_terms: int
    freezes: int
    suspend_reason: int
    quantity_g: int
    lot_id: bytes

    @property
    def encumbered(self) -> bool:
        """Whether a pledge, an asserted lien or a court's freeze lies on it."""
        return bool(self.pledges or self.liens or self.freezes)

    @property
    def members(self) -> tuple[int, ...]:
        """Members the receipt names, each once: holder, operator, first pledgee."""
        named = (self.holder, self.operator, self.first_pledgee)
        return tuple(dict.fromkeys(member for member in named if member))


@dataclass(frozen=True, slots=True)
class LotState:
    """A lot's word, read: grams attested, grams receipts stand for, and its warehouse operator."""

    attested_g: int
    live_g: int
    operator: int


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member's first word, read. `account` has 20 bytes."""

    member: int
    account: bytes
    roles: Role
    active: bool
    receipts: int


@dataclass(frozen=True, slots=True)
class Title:
    """A receipt with its lot and the members it names (by number)."""

    receipt: ReceiptState
    lot: LotState
    members: dict[int, MemberState]

    def to_json(self) -> dict[str, Any]:
        """The values a title proof claims; amounts as strings, addresses and ids as lower-case hex."""
        receipt, lot = self.receipt, self.lot
        pledgee = self.members.get(receipt.first_pledgee)
        return {
            "holder": receipt.holder,
            "holder_account": hexes.data(self.members[receipt.holder].account),
            "operator": receipt.operator,
            "operator_account": hexes.data(self.members[receipt.operator].account),
            "first_pledgee": receipt.first_pledgee,
            "first_pledgee_account": None if pledgee is None else hexes.data(pledgee.account),
            "status": receipt.status.name,
            "kind": receipt.kind.name,
            "quantity_g": str(receipt.quantity_g),
            "expires_at": receipt.expires_at,
            "seq": receipt.seq,
            "pledges": receipt.pledges,
            "liens": receipt.liens,
            "lien_terms": receipt.lien_terms,
            "freezes": receipt.freezes,
            "lot_id": hexes.data(receipt.lot_id),
            "lot_attested_g": str(lot.attested_g),
            "lot_live_g": str(lot.live_g),
        }


def read_receipt(receipt_id: int, leaves: Sequence[bytes | None]) -> ReceiptState:
    """Read a receipt that stands, live or suspended, from the two leaves of its words.

    Raises:
        ProofRejected: there is no such receipt, it was delivered, or the words are no receipt.
    """
    first, second = leaves
    word = read_word(first, "receipt, first word")
    status = layout.unpack(layout.RECEIPT, (word, 0))["status"]
    if word == 0:
        raise ProofRejected("the contract's storage proves that there is no such receipt")
    if status == Status.DELIVERED:
        raise ProofRejected("the goods were delivered and the receipt burned")
    if status == Status.REPLACED:
        raise ProofRejected("the receipt was burned and others took its place: a split, merger or correction")
    words = (word, read_word(second, "receipt, second word"))
    fields = layout.unpack(layout.RECEIPT, words)
    if layout.leftover(layout.RECEIPT, words) or status not in (Status.LIVE, Status.SUSPENDED):
        raise ProofRejected("the stored words are not those of a receipt")
    if (fields["freezes"] == 0) != (fields["freezeCase"] == 0):
        raise ProofRejected("the stored words are not those of a receipt: freezes and case do not agree")
    if fields["suspendReason"] and status != Status.SUSPENDED:
        raise ProofRejected("the stored words are not those of a receipt: stopped for a reason, yet live")
    needed = ("holder", "operator", "quantityG", "lotId")
    if fields["kind"] not in tuple(Kind) or not all(fields[name] for name in needed):
        raise ProofRejected("the stored words are not those of a standing receipt")
    return ReceiptState(
        receipt_id=receipt_id,
        holder=fields["holder"],
        operator=fields["operator"],
        first_pledgee=fields["firstPledgee"],
        status=Status(fields["status"]),
        kind=Kind(fields["kind"]),
        expires_at=fields["expiresAt"],
        seq=fields["seq"],
        pledges=fields["pledges"],
        liens=fields["liens"],
        lien_terms=fields["lienTerms"],
        freezes=fields["freezes"],
        suspend_reason=fields["suspendReason"],
        quantity_g=fields["quantityG"],
        lot_id=fields["lotId"].to_bytes(24),
    )


def read_lot(word: int, receipt: ReceiptState) -> LotState:
    """Read the receipt's lot and check that it can bear the receipt.

    Raises:
        ProofRejected: there is no such lot, it is another operator's, or its grams do not cover the receipt.
    """
    fields = layout.unpack(layout.LOT, (word,))
    if word == 0 or layout.leftover(layout.LOT, (word,)):
        raise ProofRejected("the contract's storage proves that there is no such lot")
    lot = LotState(fields["attestedG"], fields["liveG"], fields["operator"])
    if lot.operator != receipt.operator:
        raise ProofRejected(
            f"the lot is kept by member {lot.operator}, the receipt by member {receipt.operator}"
        )
    if not receipt.quantity_g <= lot.live_g <= lot.attested_g:
        raise ProofRejected(
            f"receipt {receipt.quantity_g} g, live {lot.live_g} g and attested {lot.attested_g} g of the lot "
            "do not cover each other in that order"
        )
    return lot


def read_member(member: int, word: int) -> MemberState:
    """Read a member.

    Raises:
        ProofRejected: there is no such member.
    """
    fields = layout.unpack(layout.MEMBER, (word,))
    if not fields["account"]:
        raise ProofRejected(f"the consortium's storage proves that there is no member {member}")
    return MemberState(
        member,
        fields["account"].to_bytes(20),
        Role(fields["roles"]),
        fields["active"] == 1,
        fields["receipts"],
    )


def check_members(receipt: ReceiptState, members: dict[int, MemberState]) -> None:
    """Check that the members are what the receipt needs them to be.

    Raises:
        ProofRejected: the holder or operator is not active, or the operator is no warehouse operator.
    """
    for part, member in (
        ("holder", members[receipt.holder]),
        ("warehouse operator", members[receipt.operator]),
    ):
        if not member.active:
            raise ProofRejected(f"member {member.member}, the {part}, is not active")
    if Role.WAREHOUSE_OPERATOR not in members[receipt.operator].roles:
        raise ProofRejected(f"member {receipt.operator}, who keeps the goods, is no warehouse operator")
    if members[receipt.holder].receipts == 0:
        raise ProofRejected(f"member {receipt.holder}, the holder, is counted with no receipts")
