"""Receipts as members are shown them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row

from api.chain_port import BlockRef
from api.cursors import next_cursor, place_of
from api.members.repository import member_names
from api.problems import not_found
from api.read_model import attestation_of, signers_of
from api.receipts import repository
from api.receipts.history import Act, acts_of
from api.receipts.schemas import (
    KIND_WORDS,
    LIEN_WORDS,
    STATUS_WORDS,
    AttestationOut,
    Burdens,
    EvidenceFileOut,
    EvidenceList,
    EvidenceOut,
    HistoryItem,
    HistoryOut,
    ReceiptOut,
    ReceiptPage,
    TitleOut,
)
from api.schemas import BlockOut, LotRef, Names
from api.viewer import Viewer
from holdfast.domain.orders import Status
from holdfast.domain.standing_words import suspension
from holdfast.domain.units import show_mass, show_time


def list_receipts(
    db: Connection,
    viewer: Viewer,
    *,
    status: str | None,
    holder: int | None,
    operator: int | None,
    lot_id: str | None,
    cursor: str | None,
    limit: int,
) -> ReceiptPage:
    """A page of the receipts a member may see."""
    numbers: dict[str, int] = {word: number for number, word in STATUS_WORDS.items()}
    rows = repository.list_receipts(
        db,
        viewer,
        status=numbers[status] if status is not None else None,
        holder=holder,
        operator=operator,
        lot_id=lot_id,
        after=place_of(cursor),
        limit=limit + 1,
    )
    names = Names(member_names(db, viewer))
    related = repository.links(db, viewer, [row.receipt_id for row in rows[:limit]])
    return ReceiptPage(
        items=[_receipt(row, names, related) for row in rows[:limit]],
        next=next_cursor(rows, limit, "issued_block", "issued_log_index"),
    )


def get_receipt(db: Connection, viewer: Viewer, receipt_id: str) -> ReceiptOut:
    """One receipt. Raises Problem 404."""
    row, names = _found(db, viewer, receipt_id), Names(member_names(db, viewer))
    return _receipt(row, names, repository.links(db, viewer, [receipt_id]))


def get_document(db: Connection, viewer: Viewer, receipt_id: str) -> bytes:
    """The canonical bytes whose sha256 is the receipt's id. Raises Problem 404."""
    body = _found(db, viewer, receipt_id).document
    if body is None:
        raise not_found("document of receipt", receipt_id)
    return bytes(body)


def get_history(db: Connection, viewer: Viewer, receipt_id: str) -> HistoryOut:
    """A receipt's life, oldest act first. Raises Problem 404."""
    _found(db, viewer, receipt_id)
    names = Names(member_names(db, viewer))
    made = {row.tx_hash: row.id for row in repository.receipt_decisions(db, viewer, receipt_id)}
    before, after = repository.links(db, viewer, [receipt_id])
    successors = after.get(receipt_id, [])
    beside = repository.predecessors(db, viewer, successors)
    terms = repository.sees_terms(db, viewer, receipt_id)
    acts = acts_of(
        repository.receipt_events(db, viewer, receipt_id), before.get(receipt_id, []), len(beside) > 1
    )
    return HistoryOut(items=[_item(db, act, names, made, terms=terms) for act in acts])


def _item(db: Connection, act: Act, names: Names, made: dict[str, str], *, terms: bool) -> HistoryItem:
    row, (after, before), (quantity, rest) = act.row, act.holders, act.grams
    return HistoryItem(
        act=act.word,
        event=row.name,
        at=row.timestamp,
        block_number=row.block_number,
        tx_hash=row.tx_hash,
        holder=names.ref(after) if after else None,
        previous_holder=names.ref(before) if before else None,
        member=names.ref(act.member) if act.member else None,
        quantity_g=quantity,
        quantity=show_mass(int(quantity)) if quantity else None,
        rest_g=rest,
        rest=show_mass(int(rest)) if rest else None,
        reason=act.reason,
        receipts=act.receipts,
        details=act.details(terms=terms),
        attestation=attestation_out(db, act.attested, names),
        decision_id=made.get(row.tx_hash),
    )


def get_title(db: Connection, viewer: Viewer, receipt_id: str, *, as_of: BlockRef, now_s: int) -> TitleOut:
    """Title as of the newest indexed block. Raises Problem 404."""
    row = _found(db, viewer, receipt_id)
    names = Names(member_names(db, viewer))
    reasons = _why_not_free(row, names, now_s)
    return TitleOut(
        receipt_id=receipt_id,
        holder=names.ref(row.holder),
        status=STATUS_WORDS[row.status],
        kind=KIND_WORDS[row.kind],
        quantity_g=row.quantity_g,
        quantity=show_mass(int(row.quantity_g)),
        lot=_lot(row),
        free=not reasons,
        not_free_because=reasons,
        expires_at=row.expires_at,
        observed_at=row.observed_at,
        evidence_fresh_until=row.valid_until,
        seq=row.seq,
        as_of=BlockOut.of(as_of),
    )


def _why_not_free(row: Row[Any], names: Names, now_s: int) -> list[str]:
    if row.status == Status.DELIVERED:
        return ["delivered: the goods have left and the receipt is burned"]
    if row.status == Status.REPLACED:
        return ["replaced: another receipt took its place, or its goods left this register"]
    reasons = []
    if row.status == Status.SUSPENDED:
        reasons.append(f"suspended: {suspension(row.suspend_reason)}")
    if row.freezes:
        reasons.append(f"frozen by a court: case {row.freeze_case} is in force, {row.freezes} in all")
    if row.pledges:
        first = names.ref(row.first_pledgee).name
        reasons.append(f"pledged: {row.pledges} pledge{'s' * (row.pledges > 1)}, the first to {first}")
    if row.liens:
        reasons.append("under a storage lien")
    if row.expires_at < now_s:
        reasons.append(f"expired at {show_time(row.expires_at)}")
    if row.unread is not None:
        reasons.append(f"an event on it ({row.unread}) cannot be read here: ask a node of your own")
    return reasons


def get_evidence(db: Connection, viewer: Viewer, receipt_id: str) -> EvidenceList:
    """The bundles behind a receipt. Raises Problem 404."""
    _found(db, viewer, receipt_id)
    rows = repository.receipt_decisions(db, viewer, receipt_id)
    return EvidenceList(items=[evidence_out(db, viewer, row) for row in rows])


def evidence_out(db: Connection, viewer: Viewer, row: Row[Any]) -> EvidenceOut:
    """One decision's bundle."""
    names = ("purpose", "observed_at", "evidence_digest", "evidence_location", "evidence_cid")
    own = {name: row._mapping[name] for name in (*names, "policy_digest", "tx_hash")}
    files = [
        EvidenceFileOut(**{name: file._mapping[name] for name in EvidenceFileOut.model_fields})
        for file in repository.decision_file_rows(db, viewer, row.id)
    ]
    return EvidenceOut(decision_id=row.id, files=files, **own)


def _found(db: Connection, viewer: Viewer, receipt_id: str) -> Row[Any]:
    row = repository.find_receipt(db, viewer, receipt_id)
    if row is None:
        raise not_found("receipt", receipt_id)
    return row


def _lot(row: Row[Any]) -> LotRef:
    words = {name: row._mapping[name] or "" for name in ("label", "site", "bay", "product")}
    return LotRef(lot_id=row.lot_id, **words)


Links = tuple[dict[str, list[str]], dict[str, list[str]]]


def _receipt(row: Row[Any], names: Names, related: Links) -> ReceiptOut:
    document = json.loads(row.document) if row.document is not None else {}
    return ReceiptOut(
        id=row.receipt_id,
        receipt_number=document.get("receipt_number"),
        status=STATUS_WORDS[row.status],
        kind=KIND_WORDS[row.kind],
        holder=names.ref(row.holder),
        operator=names.ref(row.operator),
        depositor=names.ref(row.depositor) if row.depositor is not None else None,
        lot=_lot(row),
        quantity_g=row.quantity_g,
        quantity=show_mass(int(row.quantity_g)),
        issued_quantity_g=row.issued_g,
        issued_quantity=show_mass(int(row.issued_g)),
        suspended_because=suspension(row.suspend_reason) if row.suspend_reason else None,
        burdens=Burdens(
            pledges=row.pledges,
            first_pledgee=names.ref(row.first_pledgee) if row.first_pledgee else None,
            liens=row.liens,
            lien_terms=LIEN_WORDS.get(row.lien_terms),
            freezes=row.freezes,
            freeze_case=row.freeze_case or None,
        ),
        predecessors=related[0].get(row.receipt_id, []),
        successors=related[1].get(row.receipt_id, []),
        unread=row.unread,
        seq=row.seq,
        expires_at=row.expires_at,
        issued_at=row.issued_at,
        updated_at=row.updated_at,
    )


def attestation_out(db: Connection, event: Row[Any], names: Names) -> AttestationOut | None:
    """The quorum that an act rests on, if it rests on one."""
    attested = attestation_of(db, event)
    if attested is None:
        return None
    args = attested.args
    return AttestationOut(
        evidence_digest=args["evidenceDigest"],
        evidence_location=args["evidenceLocation"],
        policy_digest=args["policyDigest"],
        observed_at=int(args["observedAt"]),
        valid_until=int(args["validUntil"]),
        signers=[names.ref(member) for member in signers_of(db, attested)],
    )
