"""Who signed what the chain carried out, and whether it did just that: findings in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holdfast.attestation.quorum import check_quorum
from holdfast.attestation.rules import rule_for
from holdfast.attestation.signatures import recover_signer
from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.audit.acts import UNATTESTED, Change, acts_in, acts_of, does
from holdfast.audit.ledger import Ledger
from holdfast.audit.loss_changes import lapses
from holdfast.audit.recompute import Recomputed
from holdfast.chain.acts import CONSENTS
from holdfast.chain.events import CarriedOrder, ChainEvent
from holdfast.domain.acts import (
    AnyOrder,
    BondDeliveryOrder,
    BondJointDeliveryOrder,
    ForeclosureOrder,
    PledgedTransferOrder,
)
from holdfast.domain.errors import HoldfastError
from holdfast.domain.orders import DeliveryOrder, TransferOrder, receipt_ids, standing_ids
from holdfast.domain.pledge_terms import by_pledgee, extends_alone
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.evidence.sealing import OpenedBundle

_SUCCEEDED = ("ReceiptReplaced", "ReceiptSplitOff")
_NAMES_FIRST = (PledgedTransferOrder, ForeclosureOrder, BondJointDeliveryOrder, BondDeliveryOrder)
"""Orders whose `pledgee` is the receipt's first, which consents by signing."""


def needs_quorum(changes: Sequence[Change]) -> bool:
    """Whether any of these changes comes of an attested order only."""
    by_anyone = lapses(changes)
    changes = [change for change in changes if change not in by_anyone]
    successors = {change[2] for change in changes if change[0] in _SUCCEEDED}

    def signed_only(change: Change) -> bool:
        if change[0] == "LienPaid":
            return int(change[3], 16) == 0  # the operator says so itself; else the holder shows a payment
        return change[0] in UNATTESTED or (change[0] == "ReceiptIssued" and change[1] in successors)

    return not all(signed_only(change) for change in changes)


def effect_findings(order: AnyOrder, batch: Sequence[ChainEvent], ledger: Ledger) -> Iterator[str]:
    """What the contracts did against what the order says.

    Whoever submitted it may have put acts that need no quorum before it, in the same transaction.
    """
    wanted, found = acts_of(order), acts_in(batch)
    before = found[: -len(wanted)]
    if not does(found[len(before) :], wanted) or needs_quorum(before):
        yield "the contract did something else than the order says"
    if isinstance(order, TransferOrder | DeliveryOrder):
        state = ledger.receipts.get(order.receipt_id)
        if state is not None and state.encumbered:
            name = receipt_hex(order.receipt_id)
            yield f"receipt {name} was encumbered, and moved by its holder's order alone"


def attestation_findings(carried: CarriedOrder, opened: OpenedBundle) -> Iterator[str]:
    """What was signed against the bundle it speaks of."""
    attestation = carried.attestation
    if (attestation.evidence_digest, attestation.evidence_location) != (opened.digest, opened.location):
        yield "the attesters signed other evidence than the contract's log names"
    if attestation.policy_digest != opened.manifest.policy_digest:
        yield "the evidence was judged by another policy than the attested one"


def signature_findings(
    carried: CarriedOrder, found: Recomputed, ledger: Ledger, domain: Domain, now_s: int
) -> Iterator[str]:
    """Every signature in the calldata against the members and the committee of that time."""
    order, attestation = carried.order, carried.attestation
    if order_hash(order) != attestation.order_hash or order != found.order:
        yield "the transaction carried another order than the evidence"
    if attestation.observed_at != found.observations.observed_at:
        yield "the attested time of observation is not the evidence's"
    if found.observations.newest_at > now_s + found.policy.max_clock_skew_s:
        yield f"an observation of {found.observations.newest_at} in a block of {now_s}: it lay ahead"
    yield from _parties_signed(carried, ledger, domain)
    yield from holder_findings(order, ledger, now_s)
    committee = ledger.committees.get(attestation.epoch)
    if committee is None or attestation.epoch != max(ledger.committees):
        yield f"epoch {attestation.epoch} was not in force"
        return
    besides = ledger.barred_besides(order)
    rule = rule_for(order, committee, found.operator, _states(order, ledger), besides)
    try:
        check_quorum(domain, committee, rule, attestation, carried.signatures, now_s=now_s)
    except HoldfastError as error:
        yield f"quorum: {error}"


def _parties_signed(carried: CarriedOrder, ledger: Ledger, domain: Domain) -> Iterator[str]:
    """The parties, and the first pledgee of a pledged receipt (I8)."""
    order = carried.order
    digest = signing_digest(domain, order)
    named = [(field, getattr(order, field), signature) for field, signature in carried.parties.items()]
    signed = [each for each in named if each[1]]  # a field that names nobody has no signature
    for state in _states(order, ledger):
        if not state.pledges:
            continue
        if type(order) in CONSENTS:
            signed.append(("first pledgee", state.first_pledgee, carried.consent))
        elif not isinstance(order, _NAMES_FIRST):
            continue
        elif order.pledgee != state.first_pledgee:
            yield f"pledgee {order.pledgee} is not the first, which was member {state.first_pledgee}"
    for field, member, signature in signed:
        signer = recover_signer(digest, signature)
        if signer != ledger.accounts.get(member):
            yield f"{field} {member}: signed by {signer}, its account was {ledger.accounts.get(member)}"


def holder_findings(order: AnyOrder, ledger: Ledger, now_s: int) -> Iterator[str]:
    """Only a pledged receipt that has expired is extended without its holder."""
    if by_pledgee(order):
        states = [ledger.receipts.get(receipt) for receipt in standing_ids(order)]
        if not all(state is not None and extends_alone(order, state, now_s) for state in states):
            yield "no holder ordered it, and the receipt was not both pledged and expired"


def _states(order: AnyOrder, ledger: Ledger) -> list[ReceiptState]:
    """The receipts that an order names, as far as they stood."""
    return [ledger.receipts[receipt] for receipt in receipt_ids(order) if receipt in ledger.receipts]
