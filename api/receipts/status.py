"""How a receipt stands, from the chain itself: holder, burdens by rank, why it is not free."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection

from api.event_rows import pledge_hex
from api.members.repository import member_names
from api.problems import not_found
from api.receipts import repository
from api.receipts.schemas import KIND_WORDS, LIEN_WORDS, STATUS_WORDS
from api.receipts.status_schemas import (
    FreezeStandingOut,
    NoticeOut,
    PledgeStandingOut,
    PledgeTerms,
    StatusOut,
    StorageOut,
    ValueOut,
)
from api.schemas import LotRef, Names
from api.viewer import Viewer
from holdfast.domain.court_words import case_reason
from holdfast.domain.money import show_amount
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.standing import FreezeStanding, Standing, StorageState, delivery_signers
from holdfast.domain.standing_words import delivery_words, loan_to_value, suspension, value_json, why_not_free
from holdfast.domain.units import show_mass


def get_status(db: Connection, viewer: Viewer, receipt_id: str, standing: Standing | None) -> StatusOut:
    """All of a receipt's standing that the viewer may see. Raises Problem 404."""
    row = repository.find_receipt(db, viewer, receipt_id)
    if row is None or standing is None:
        raise not_found("receipt", receipt_id)
    names = Names(member_names(db, viewer))
    terms = repository.sees_terms(db, viewer, receipt_id)
    says = terms or not standing.pledges
    before, after = repository.links(db, viewer, [receipt_id])
    words = {name: row._mapping[name] or "" for name in ("label", "site", "bay", "product")}
    return StatusOut(
        receipt_id=receipt_id,
        status=STATUS_WORDS[int(standing.status)],
        kind=KIND_WORDS[int(standing.kind)],
        holder=names.ref(standing.holder),
        holder_account=standing.account,
        operator=names.ref(standing.operator),
        quantity_g=str(standing.quantity_g),
        quantity=show_mass(standing.quantity_g),
        issued_quantity_g=row.issued_g,
        issued_quantity=show_mass(int(row.issued_g)),
        lot=LotRef(lot_id=row.lot_id, **words),
        free=standing.free,
        not_free_because=why_not_free(standing, lambda member: names.ref(member).name),
        suspended_because=suspension(standing.suspend_reason) if standing.suspend_reason else None,
        suspend_reason=standing.suspend_reason or None,
        expires_at=standing.expires_at,
        evidence_fresh_until=row.valid_until,
        pledges=[_pledge(standing, rank, names, terms=terms) for rank in range(1, len(standing.pledges) + 1)],
        delivery_signers=[names.ref(member) for member in delivery_signers(standing)] if says else None,
        delivery=delivery_words(standing, lambda member: names.ref(member).name) if says else None,
        value=ValueOut(**value_json(standing.value)) if standing.value is not None and terms else None,
        liens=standing.liens,
        lien_terms=LIEN_WORDS.get(standing.lien_terms),
        storage=_storage(standing.storage) if standing.storage is not None and terms else None,
        notice=None if standing.notice is None else NoticeOut(**asdict(standing.notice)),
        paper_digest="0x" + standing.paper_digest.hex() if standing.paper_digest else None,
        freeze=None if standing.freeze is None else _freeze(standing.freeze, names),
        waiting=[_freeze(freeze, names) for freeze in standing.waiting],
        predecessors=_links(before.get(receipt_id, []), standing.predecessor),
        successors=_links(after.get(receipt_id, []), standing.successor),
        unread=row.unread,
        more=dict(standing.more) if terms else {},
        seq=standing.seq,
        as_of_block=standing.block_number,
        as_of=standing.block_time,
    )


def _links(indexed: list[str], corrected: int) -> list[str]:
    """Receipts by the index, and by the chain's own link where the index is behind."""
    return list(dict.fromkeys([*indexed, *([receipt_hex(corrected)] if corrected else [])]))


def _pledge(standing: Standing, rank: int, names: Names, *, terms: bool) -> PledgeStandingOut:
    pledge = standing.pledges[rank - 1]
    found = PledgeTerms(
        amount_minor=str(pledge.amount_minor),
        amount=show_amount(pledge.amount_minor, pledge.currency),
        currency=pledge.currency,
        maturity=pledge.maturity,
        ltv_bps=pledge.ltv_bps,
        loan_to_value_bps=loan_to_value(standing, rank),
        cure_s=pledge.cure_s,
        default_at=pledge.default_at or None,
        sale_from=pledge.sale_from or None,
        receipts=pledge.receipts,
    )
    return PledgeStandingOut(
        id=pledge_hex(pledge.pledge_id),
        number=str(pledge.pledge_id),
        rank=rank,
        pledgee=names.ref(pledge.pledgee),
        bond=pledge.bond,
        terms=found if terms else None,
    )


def _storage(found: StorageState) -> StorageOut:
    return StorageOut(
        fee_minor=str(found.fee_minor),
        fee=show_amount(found.fee_minor, found.currency),
        currency=found.currency,
        cap_minor=str(found.cap_minor),
        cap=show_amount(found.cap_minor, found.currency),
        due_minor=str(found.due_minor),
        due=show_amount(found.due_minor, found.currency),
        asserted_minor=str(found.asserted_minor),
        paid_minor=str(found.paid_minor),
    )


def _freeze(freeze: FreezeStanding, names: Names) -> FreezeStandingOut:
    return FreezeStandingOut(
        case_no=freeze.case_no,
        court=names.ref(freeze.court),
        reason=freeze.reason,
        because=case_reason(freeze.reason)[0],
        because_zh=case_reason(freeze.reason)[1],
        opened_at=freeze.opened_at,
        expires_at=freeze.expires_at,
        document_digest="0x" + freeze.document_digest.hex(),
    )
