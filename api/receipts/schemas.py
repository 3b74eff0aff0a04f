"""What is said of a receipt."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas import BlockOut, LotRef, Mass, MemberRef, Shape

StatusWord = Literal["live", "suspended", "delivered", "replaced"]
STATUS_WORDS: dict[int, StatusWord] = {1: "live", 2: "suspended", 3: "delivered", 4: "replaced"}
KindWord = Literal["negotiable", "non-negotiable"]
KIND_WORDS: dict[int, KindWord] = {1: "negotiable", 2: "non-negotiable"}

LienWord = Literal["before-pledges", "behind-pledges"]
LIEN_WORDS: dict[int, LienWord] = {1: "before-pledges", 2: "behind-pledges"}

ActWord = Literal[
    "issued", "transferred", "suspended", "reinstated", "delivered", "delivered-in-part", "written-down",
    "retired", "split", "merged", "corrected", "extended", "replaced", "pledged", "pledge-released",
    "pledge-assigned", "default-noticed", "margin-called", "default-cured", "sold", "pledge-paid",
    "frozen", "unfrozen", "freeze-promoted", "pledges-changed", "freezes-changed", "lien-changed",
    "put-on-paper", "loss-noticed", "loss-notice-ended", "replaced-lost", "goods-substituted",
    "price-series-set", "bond-issued", "bond-redeemed", "bond-ended", "bond-accounted",
    "storage-agreed", "lien-asserted", "lien-paid", "lien-discharged", "lien-settled", "other",
]  # fmt: skip

EXAMPLE_ID = "0x" + "5f" * 32
RUNS = "Until when the receipt itself runs; the contracts' `status` calls it `freshUntil`."
FRESH = "Until when its newest evidence was attested to hold; not the receipt's expiry."


class Burdens(Shape):
    """What lies on a receipt, counted; /v1/receipts/{id}/status says the rest."""

    pledges: int
    first_pledgee: MemberRef | None
    liens: int
    lien_terms: LienWord | None = Field(description="Whether storage fees are agreed, and in what rank.")
    freezes: int
    freeze_case: int | None


class ReceiptOut(Mass):
    """One receipt as the chain has it, with names. `seq` is the number the next order must carry.

    `quantity` is what it stands for now, `issued_quantity` what it was issued for.
    """

    id: str = Field(examples=[EXAMPLE_ID])
    receipt_number: str | None = Field(examples=["QD-2026-000117"])
    status: StatusWord
    kind: KindWord
    holder: MemberRef
    operator: MemberRef
    depositor: MemberRef | None
    lot: LotRef
    issued_quantity_g: str
    issued_quantity: str
    suspended_because: str | None
    burdens: Burdens
    predecessors: list[str] = Field(description="Receipts whose place this one took.")
    successors: list[str] = Field(description="Receipts that took this one's place, or a part of it.")
    unread: str | None = Field(
        description="An event on it that this index cannot read: what stands here may be out of date."
    )
    seq: int
    expires_at: int
    issued_at: int
    updated_at: int


class ReceiptPage(Shape):
    """A page of receipts, newest first; `next` is the cursor of the page after, or null."""

    items: list[ReceiptOut]
    next: str | None


class AttestationOut(Shape):
    """The quorum and the evidence an act rests on."""

    evidence_digest: str
    evidence_location: str
    policy_digest: str
    observed_at: int
    valid_until: int
    signers: list[MemberRef]


class HistoryItem(Shape):
    """One act in a receipt's life, oldest first. `act` is `other` for an event that has no word here yet.

    `event` is its name on the chain, `details` what it says there.
    """

    act: ActWord
    event: str
    at: int
    block_number: int
    tx_hash: str
    holder: MemberRef | None = Field(description="Whoever holds the receipt after the act.")
    previous_holder: MemberRef | None
    member: MemberRef | None = Field(description="Pledgee, assignee or court, where the act is theirs.")
    quantity_g: str | None = Field(
        description="Grams the act is about: issued, split off, delivered, missing."
    )
    quantity: str | None
    rest_g: str | None = Field(description="What the receipt stands for after a part has left.")
    rest: str | None
    reason: str | None
    receipts: list[str] = Field(description="Other receipts the act is about.")
    details: dict[str, Any]
    attestation: AttestationOut | None
    decision_id: str | None


class HistoryOut(Shape):
    """A receipt's life."""

    items: list[HistoryItem]


class TitleOut(Mass):
    """Title as of a block: who holds, how much, and whether it is free to move."""

    receipt_id: str
    holder: MemberRef
    status: StatusWord
    kind: KindWord
    lot: LotRef
    free: bool
    not_free_because: list[str]
    expires_at: int = Field(description=RUNS)
    observed_at: int | None = Field(description="Oldest observation of the evidence it rests on.")
    evidence_fresh_until: int | None = Field(description=FRESH)
    seq: int
    as_of: BlockOut


class EvidenceFileOut(Shape):
    """One raw file of a bundle."""

    name: str
    what: str
    sha256: str
    cid: str
    media_type: str
    size_bytes: int


class EvidenceOut(Shape):
    """One bundle: its digest identifies it, its location and CID find it (sealed)."""

    decision_id: str
    purpose: str
    observed_at: int
    evidence_digest: str
    evidence_location: str
    evidence_cid: str
    policy_digest: str
    tx_hash: str | None
    files: list[EvidenceFileOut]


class EvidenceList(Shape):
    """Every bundle a receipt rests on, newest first."""

    items: list[EvidenceOut]
