"""The two matches about rights: the WMS against the ledger, the document against the chain."""

from __future__ import annotations

from holdfast.domain.acts import (
    AnyOrder,
    ElectronicOrder,
    PledgeBondOrder,
    PledgeOrder,
    ShortageOrder,
)
from holdfast.domain.deposit import says_what_was_asked
from holdfast.domain.document import DOCUMENT_VERSION, ReceiptDocument, kind_of
from holdfast.domain.orders import (
    IssueOrder,
    ReceiptTerms,
    Status,
    coming_ids,
    receipt_ids,
    standing_ids,
)
from holdfast.domain.pledge_terms import by_pledgee, extends_alone, outlives
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.domain.successors import as_it_stands, cause_of, successor_problems, successor_terms
from holdfast.domain.units import show_mass
from holdfast.domain.verdict import Check, Match, Outcome
from holdfast.reconciliation.meaning import WholeDelivery, leaving_g, meaning_of, needs_validity
from holdfast.reconciliation.subject import Subject


def _check(name: str, holds: bool, good: str, bad: str, **numbers: int) -> Check:
    return Check(
        name, Outcome.PASS if holds else Outcome.FAIL, good if holds else bad, tuple(numbers.items())
    )


def ledger(subject: Subject) -> Match:
    """The WMS's stock against receipts alive: nothing may be promised twice."""
    claim, lot, order = subject.claim, subject.facts.lot, subject.order
    age = subject.facts.now_s - claim.as_of
    late = (
        f"the WMS was asked {age} s before the decision; at most {subject.policy.max_claim_age_s} s"
        if age > 0
        else f"the chain's newest block is {-age} s older than the WMS's answer; at most "
        f"{subject.policy.max_clock_skew_s} s: the chain stands still, or our node is behind"
    )
    fresh = _check(
        "fresh",
        -subject.policy.max_clock_skew_s <= age <= subject.policy.max_claim_age_s,
        f"the WMS was asked {max(age, 0)} s before the decision",
        late,
        age_s=age,
    )
    written_off = order.short_g if isinstance(order, ShortageOrder) else 0
    live = (lot.live_g if lot else 0) - written_off
    new = sum(terms.quantity_g for terms in order.receipts) if isinstance(order, IssueOrder) else 0
    lots = _check(
        "stock",
        live + new <= claim.quantity_g,
        f"receipts for {show_mass(live + new)} against {show_mass(claim.quantity_g)} in the WMS",
        f"receipts for {show_mass(live)} already live on this lot and {show_mass(new)} more asked, "
        f"against {show_mass(claim.quantity_g)} in the WMS: the same goods would be promised twice",
        live_g=live,
        new_g=new,
        claimed_g=int(claim.quantity_g),
    )
    if isinstance(order, IssueOrder):
        attested = lot.attested_g if lot and lot.attested_g else order.lot_quantity_g
        same = _check(
            "lot",
            order.lot_id == subject.lot_id
            and order.lot_quantity_g == claim.quantity_g == attested
            and (lot is None or not lot.attested_g or lot.operator == order.operator),
            f"order and WMS agree on the lot's {show_mass(claim.quantity_g)}",
            f"the order states a lot of {show_mass(order.lot_quantity_g)}, the WMS "
            f"{show_mass(claim.quantity_g)}, the chain {show_mass(attested)}, or another lot is meant",
            order_g=order.lot_quantity_g,
            attested_g=attested,
        )
    else:
        attested = lot.attested_g if lot else 0
        same = _check(
            "lot",
            _same_lot(subject, attested - written_off),
            f"chain and WMS agree on the lot's {show_mass(claim.quantity_g)}",
            f"the chain says {show_mass(attested)} of this lot, less {show_mass(written_off)} written off, "
            f"the WMS {show_mass(claim.quantity_g)}; or another lot is meant",
            attested_g=attested,
            claimed_g=int(claim.quantity_g),
        )
    return Match("ledger", (fresh, lots, same))


def _same_lot(subject: Subject, left_g: int) -> bool:
    """Whether an order that issues nothing is about this lot, as chain and WMS know it."""
    order, lot, claim = subject.order, subject.facts.lot, subject.claim
    if getattr(order, "lot_id", subject.lot_id) != subject.lot_id:
        return False
    if meaning_of(order).before_issue and (lot is None or not lot.attested_g):
        return not isinstance(order, ElectronicOrder) or order.quantity_g <= claim.quantity_g
    return lot is not None and left_g == claim.quantity_g


def title(subject: Subject) -> Match:
    """Each receipt's document against the order and the chain."""
    order = subject.order
    wanted = receipt_ids(order)
    ids = tuple(receipt_id for receipt_id, _ in subject.documents)
    if ids != wanted or len(subject.facts.receipts) != len(wanted):
        return Match(
            "title", (_check("documents", False, "", "the documents are not those the order names"),)
        )
    checks = [_request(subject, order)] if isinstance(order, IssueOrder) else []
    if not wanted:
        checks = [_check("documents", True, "no receipt is touched", "")]
    for index, (receipt_id, document) in enumerate(subject.documents):
        state = subject.facts.receipts[index]
        if isinstance(order, IssueOrder):
            problems = _new(subject, order.receipts[index], document, state)
        elif index >= len(standing_ids(order)):
            problems = _successor(subject, order, receipt_id, document, state)
        else:
            problems = _existing(subject, order, document, state)
        name = receipt_hex(receipt_id)[:12] + "…"
        checks.append(
            _check(
                f"receipt {index + 1}",
                not problems,
                f"receipt {document.receipt_number} ({name}): document, order and chain agree",
                f"receipt {document.receipt_number} ({name}): " + "; ".join(problems),
            )
        )
    return Match("title", tuple(checks))


def _request(subject: Subject, order: IssueOrder) -> Check:
    """The depositor asked for just these receipts, and the operator says that the goods are its deposit: both
    signed with the account that acts for them. Nobody gets receipts on goods that another brought in.
    """
    signed = subject.request
    if signed is None:
        return _check("request", False, "", "there is no signed request of the depositor")
    request, problems = signed.request, []
    accounts = dict(subject.facts.accounts)
    for party, member, signer in (
        ("depositor", request.depositor, signed.signer),
        ("operator", request.operator, signed.countersigner),
    ):
        if signer != accounts.get(member):
            problems.append(f"signed by {signer}, {party} {member} acts by {accounts.get(member)}")
    if (request.lot_id, request.operator) != (order.lot_id, order.operator):
        problems.append("is about another lot or operator")
    if request.deadline < subject.facts.now_s:
        problems.append("its deadline has passed")
    if order.deadline > request.deadline:
        problems.append("the order stays open longer than the depositor asked for")
    if len(signed.terms["receipts"]) != len(subject.documents):
        problems.append(f"asks for {len(signed.terms['receipts'])} receipts, not {len(subject.documents)}")
    else:
        for index, (_, document) in enumerate(subject.documents):
            field = says_what_was_asked(document, signed.terms, index)
            if field or document.depositor_member != request.depositor:
                number, what = document.receipt_number, field or "depositor_member"
                problems.append(f"receipt {number} says something else in {what}")
    return _check(
        "request",
        not problems,
        f"depositor {request.depositor} asked for these {len(subject.documents)} receipts, operator "
        f"{request.operator} confirms the deposit; both signed",
        "the depositor's request: " + "; ".join(problems),
    )


def _about_goods(subject: Subject, document: ReceiptDocument) -> list[str]:
    problems = []
    if document.lot != subject.claim.lot:
        problems.append(f"names lot {document.lot}, the WMS {subject.claim.lot}")
    if document.goods_description != subject.claim.product:
        problems.append(f"names {document.goods_description}, the WMS {subject.claim.product}")
    return problems


def _new(
    subject: Subject, terms: ReceiptTerms, document: ReceiptDocument, state: ReceiptState | None
) -> list[str]:
    order = subject.order
    problems = _about_goods(subject, document)
    if state is not None and state.status is not Status.NONE:
        problems.append("is on the chain already: a receipt lives once")
    if document.quantity_g != terms.quantity_g:
        problems.append(f"states {show_mass(document.quantity_g)}, the order {show_mass(terms.quantity_g)}")
    if kind_of(document) is not terms.kind:
        problems.append(f"is {document.kind}, the order says {terms.kind.name.lower()}")
    if document.depositor_member != terms.holder:
        problems.append(f"names depositor {document.depositor_member}, the order holder {terms.holder}")
    if isinstance(order, IssueOrder) and document.operator_member != order.operator:
        problems.append(f"names operator {document.operator_member}, the order {order.operator}")
    if document.storage_until != terms.expires_at:
        problems.append("ends on another day than the order says")
    if document.storage_until <= subject.facts.now_s:
        problems.append("has expired")
    if document.evidence_core_digest != subject.evidence_core:
        problems.append("commits to other evidence than this")
    if document.document_version != DOCUMENT_VERSION:
        problems.append("says that it replaces another receipt")
    return problems


def _existing(
    subject: Subject, order: AnyOrder, document: ReceiptDocument, state: ReceiptState | None
) -> list[str]:
    if state is None:
        return ["is not on the chain"]
    # What a correction puts right may be just what the WMS says otherwise: the new document is held to it.
    problems = [] if coming_ids(order) else _about_goods(subject, document)
    wanted = meaning_of(order).status
    if state.status is not wanted:
        problems.append(f"is {state.status.name.lower()}, not {wanted.name.lower()}")
    refs = {ref.receipt_id: ref.seq for ref in getattr(order, "receipts", ())}
    seq = refs.get(state.receipt_id, getattr(order, "seq", state.seq))
    if state.seq != seq:
        problems.append(f"expects order number {state.seq}, this is {seq}")
    if state.lot_id != subject.lot_id:
        problems.append("stands for another lot")
    holder = getattr(order, "holder", getattr(order, "pledgor", state.holder))
    if extends_alone(order, state, subject.facts.now_s):
        holder = state.holder
    if state.holder != holder:
        problems.append(f"is held by member {state.holder}, not {holder or 'nobody, as the order says'}")
    if state.quantity_g > document.quantity_g:
        problems.append("stands for more than its document")
    leaving = leaving_g(order)
    if isinstance(order, WholeDelivery) and state.quantity_g != leaving:
        problems.append(f"stands for {show_mass(state.quantity_g)}, the order {show_mass(order.quantity_g)}")
    if leaving is not None and leaving > state.quantity_g:
        problems.append(f"stands for {show_mass(state.quantity_g)}, {show_mass(leaving)} would go out")
    if needs_validity(order) and state.expires_at <= subject.facts.now_s:
        problems.append("has expired")
    if isinstance(order, PledgeOrder | PledgeBondOrder) and (late := outlives(order, state.expires_at)):
        problems.append(late)
    return problems


def _successor(
    subject: Subject,
    order: AnyOrder,
    receipt_id: int,
    document: ReceiptDocument,
    state: ReceiptState | None,
) -> list[str]:
    cause = cause_of(order)
    if cause is None:
        return ["no order of this kind makes a document"]
    standing = zip(subject.documents, subject.facts.receipts, strict=True)
    parents = [
        (parent, as_it_stands(before, held.quantity_g if held else 0)) for (parent, before), held in standing
    ][: len(standing_ids(order))]
    problems = _about_goods(subject, document)
    problems += successor_problems(parents, cause, document, alone=by_pledgee(order))
    if state is not None and state.status is not Status.NONE:
        problems.append("is on the chain already: a receipt lives once")
    grams, expiry = successor_terms(order, receipt_id)
    if document.quantity_g != grams:
        problems.append(f"states {show_mass(document.quantity_g)}, the order {show_mass(grams)}")
    if document.storage_until != expiry:
        problems.append("ends on another day than the order says")
    return problems
