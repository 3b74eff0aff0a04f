"""Make the vectors of orders and attestations: signed in Python, for Python, eth-account and the contract.

    python -m tests.vectors.inputs.make_orders

Writes {good,bad}_{order,attestation}_*.json beside this module, the same bytes every time. A vector holds an
order with its parties' signatures and the attestation that goes with it, the committee in force, the time,
and what happened before (`history`). A bad one says how each reader refuses it; eth-account knows keys and
typed data only, so it accepts what breaks another rule, and the vector says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from holdfast.attestation.quorum import Attester, Committee
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.members import Role
from holdfast.domain.orders import IssueOrder, ReceiptTerms, ReinstateOrder
from tests.contracts.harness import (
    AUDITOR,
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    QUORUM,
    TONNE_G,
    TRADER,
    address_of,
    high_s,
    key_of,
    receipt_id,
)
from tests.vectors.inputs.order_maker import (
    Json,
    Maker,
    committee_json,
    crafted_high_s,
    order_json,
    unchecked,
)

HERE = Path(__file__).resolve().parent


def good(make: Maker) -> Iterator[tuple[str, Json]]:
    say, transfer = make.vector, make.transfer
    batch = replace(
        make.issue,
        receipts=tuple(
            ReceiptTerms(receipt_id(n), holder, 10 * TONNE_G, make.terms.kind, make.terms.expires_at)
            for n, holder in ((10, IMPORTER), (11, TRADER), (12, IMPORTER))
        ),
    )
    suspended = [*make.issued, {"order": order_json(make.suspend)}]
    request = DepositRequest(LOT, OPERATOR, IMPORTER, '{"common":{},"receipts":[]}', make.now + DAY_S)
    yield "order_issue", say("one receipt of 10 t on a new lot", make.issue, history=[])
    yield "order_issue_batch", say("three receipts under one quorum", batch, history=[])
    yield "order_transfer", say("importer to trader, both signed, 65 bytes each", transfer)
    short = [compact(signature) for signature in make.parties(transfer)]
    yield "order_transfer_compact", say("the same, 64 bytes each (ERC-2098)", transfer, parties=short)
    yield "order_transfer_last_second", say("at the deadline itself", unchecked(transfer, deadline=make.now))
    yield "order_delivery", say("final delivery, signed by the holder", make.delivery)
    two = (BANK, IOT)
    yield "order_suspend", say("two attesters suffice to stop a receipt", make.suspend, signers=two)
    reinstate = ReinstateOrder(receipt_id(1), 1, make.now + DAY_S)
    yield "order_reinstate", say("the full quorum lets it live again", reinstate, history=suspended)
    yield "order_deposit_request", say("what the depositor signs", request, history=[])
    for signers in ((OPERATOR, BANK, IOT), (OPERATOR, INSPECTOR, IOT), (OPERATOR, BANK, INSPECTOR, IOT)):
        name = "attestation_by_" + "_".join(str(member) for member in signers)
        yield name, say(f"attesters of members {signers} signed", transfer, signers=signers)
    edges = {"observed_at": make.now, "valid_until": make.now}
    made = make.attestation(transfer, **edges)
    yield "attestation_of_this_second", say("observed now, good until now", transfer, attestation=made)
    made = make.attestation(transfer, valid_until=make.now - 60 + make.committee.max_age_s)
    yield "attestation_longest", say("good for just as long as allowed", transfer, attestation=made)


def bad_orders(make: Maker) -> Iterator[tuple[str, Json]]:
    say, transfer, domain = make.vector, make.transfer, make.domain
    mine, other = make.parties(transfer)

    def forged(what: str, parties: list[bytes], python: str, contract: str, eth: str = "refused") -> Json:
        return say(what, transfer, parties=parties, refused=(python, contract, eth))

    s, foreign = "invalid-input signature s", "foreign-signature"
    yield (
        "high_s",
        forged("the twin of a good signature", [high_s(mine), other], s, "SignatureHighS", "accepts"),
    )
    stranger = make.parties(transfer, holder="stranger")
    yield "foreign_signature", forged("signed by a stranger", stranger, foreign, "ForeignSignature")
    twice = [mine, mine]
    yield "one_signed_for_both", forged("the holder signed twice", twice, foreign, "ForeignSignature")
    for length in (0, 63, 66):
        cut = (mine + b"\0")[:length]
        yield (
            f"signature_of_{length}_bytes",
            forged(f"{length} bytes", [cut, other], "invalid-input signatures.2", "MalformedSignature"),
        )
    v = "invalid-input signature v"
    wrong_v = [mine[:64] + bytes([29]), other]
    yield "wrong_v", forged("v is 29", wrong_v, v, "MalformedSignature")
    zero_v = [mine[:64] + bytes([mine[64] - 27]), other]
    yield "v_not_27_or_28", forged("v is 0 or 1", zero_v, v, "MalformedSignature", "accepts")
    zero = [bytes(64) + b"\x1b", other]
    yield "zero_signature", forged("r and s are 0", zero, "invalid-input signature r", "ForeignSignature")
    for name, elsewhere in (
        ("wrong_chain", Domain(1, domain.verifying_contract)),
        ("wrong_contract", Domain(domain.chain_id, "0x" + "77" * 20)),
    ):
        signed = make.parties(transfer, elsewhere)
        yield name, forged("signed for another domain", signed, foreign, "ForeignSignature")
    tampered = replace(transfer, transferee=BANK)
    yield (
        "tampered_field",
        say(
            "the transferee was changed after signing",
            tampered,
            parties=[mine, other],
            signers=(OPERATOR, INSPECTOR, IOT),
            refused=(foreign, "ForeignSignature", "refused"),
        ),
    )
    late = replace(transfer, deadline=make.now - 1)
    yield "expired", say("a second late", late, refused=("deadline-passed", "DeadlinePassed", "accepts"))
    used = [*make.issued, {"order": order_json(transfer)}]
    again = ("order-reused", "WrongSeq", "accepts")
    yield "reused", say("carried out before", transfer, history=used, refused=again)
    early = ("seq-not-current", "WrongSeq", "accepts")
    yield "seq_ahead", say("numbered ahead", replace(transfer, seq=1), refused=early)
    seller = replace(transfer, holder=TRADER, transferee=AUDITOR)
    holder = ("not-the-holder", "WrongHolder", "accepts")
    yield "not_the_holder", say("the holder is somebody else", seller, refused=holder)
    nobody = ("unknown-member", "UnknownMember", "accepts")
    yield "unknown_member", say("there is no member 99", replace(transfer, transferee=99), refused=nobody)
    oneself = ("invalid-input transferee", "TransfereeIsHolder", "accepts")
    yield "to_oneself", say("to the holder", unchecked(transfer, transferee=IMPORTER), refused=oneself)
    gone = replace(transfer, receipt_id=receipt_id(9))
    unknown = ("unknown-receipt", "UnknownReceipt", "accepts")
    yield "unknown_receipt", say("never issued", gone, refused=unknown)
    none = ("invalid-input quantity_g", "QuantityNotWhole", "accepts")
    yield "delivery_of_nothing", say("0 g", unchecked(make.delivery, quantity_g=0), refused=none)
    part = ("quantity-not-whole", "QuantityNotWhole", "accepts")
    yield "delivery_of_part", say("a gram less", replace(make.delivery, quantity_g=10**7 - 1), refused=part)
    nothing = unchecked(make.issue, receipts=(unchecked(make.terms, quantity_g=0),))
    zero_g = ("invalid-input quantity_g", "QuantityZero", "accepts")
    yield "issue_of_nothing", say("0 g", nothing, history=[], refused=zero_g)
    much = unchecked(make.issue, receipts=(replace(make.terms, quantity_g=200 * TONNE_G + 1),))
    above = ("invalid-input receipts", "LotExceeded", "accepts")
    yield "issue_above_lot", say("a gram above the lot", much, history=[], refused=above)


def bad_attestations(make: Maker) -> Iterator[tuple[str, Json]]:
    transfer, attested = make.transfer, make.attestation(make.transfer)
    honest = make.signed(attested, QUORUM)

    def say(what: str, python: str, contract: str, eth: str = "accepts", **parts: Any) -> Json:
        order = parts.pop("order", transfer)
        return make.vector(what, order, refused=(python, contract, eth), **parts)

    def dated(what: str, python: str, contract: str, **changes: Any) -> Json:
        return say(what, python, contract, attestation=make.attestation(transfer, **changes))

    unknown = ("unknown-attester", "NotAnAttester", "refused")
    high = [crafted_high_s(honest[0]), *honest[1:]]
    yield (
        "high_s",
        say("s in the upper half", "invalid-input signature s", "SignatureHighS", "refused", signatures=high),
    )
    parity = [bytes([*honest[0][:32], honest[0][32] ^ 0x80, *honest[0][33:]]), *honest[1:]]
    yield "wrong_v", say("the other parity", *unknown, signatures=parity)
    short = [*honest[:2], honest[2][:63]]
    yield (
        "malformed_length",
        say("63 bytes", "invalid-input signature", "MalformedSignatures", "refused", signatures=short),
    )
    strangers = ("stranger", OPERATOR, BANK, INSPECTOR)
    yield "unknown_attester", say("a stranger among them", *unknown, signers=strangers)
    for name, domain in (
        ("wrong_chain", Domain(1, make.domain.verifying_contract)),
        ("wrong_contract", Domain(make.domain.chain_id, "0x" + "77" * 20)),
    ):
        yield name, say("for another domain", *unknown, signatures=make.signed(attested, QUORUM, domain))
    changed = replace(attested, evidence_digest=b"\x99" * 32)
    yield "tampered_field", say("other evidence", *unknown, attestation=changed, signatures=honest)
    other = make.attestation(replace(transfer, transferee=BANK))
    yield "of_another_order", say("of another order", "other-order", "OrderHashDiffers", attestation=other)
    ascending = ("attesters-not-ascending", "SignersNotAscending")
    yield "unsorted", say("descending", *ascending, signatures=honest[::-1])
    yield "repeated", say("the first twice", *ascending, signatures=[honest[0], *honest])
    two = (OPERATOR, BANK)
    yield "too_few", say("two of three", "too-few-attesters", "QuorumTooSmall", signers=two)
    yield "none", say("nobody signed", "too-few-attesters", "QuorumTooSmall", signers=())
    three = (BANK, INSPECTOR, IOT)
    yield (
        "operator_missing",
        say("not the operator", "operator-missing", "OperatorNotAmongSigners", signers=three),
    )
    yield (
        "stale",
        dated("ended a second ago", "stale-attestation", "AttestationExpired", valid_until=make.now - 1),
    )
    future = {"observed_at": make.now + 1}
    yield "observed_in_future", dated("of tomorrow", "observed-in-future", "ObservedInFuture", **future)
    long = {"valid_until": make.now - 59 + make.committee.max_age_s}
    yield "validity_too_long", dated("a second too long", "validity-too-long", "ValidityOutOfRange", **long)
    yield "wrong_policy", dated("another policy", "wrong-policy", "WrongPolicy", policy_digest=b"\x33" * 32)
    now = make.committee_with(make.committee.attesters)
    renewed = [*make.issued, {"committee": committee_json(now)}]
    yield "old_epoch", say("an epoch later", "old-epoch", "WrongEpoch", history=renewed, committee=now)
    yield from by_committee(make, say)


def by_committee(make: Maker, say: Any) -> Iterator[tuple[str, Json]]:
    """Attacks that need another committee, or another party."""

    def under(what: str, reasons: tuple[str, str], order: Any, committee: Committee, signers: Any) -> Json:
        history = [] if isinstance(order, IssueOrder) else list(make.issued)
        history.append({"committee": committee_json(committee)})
        attested = make.attestation(order, epoch=committee.epoch)
        parts = {"order": order, "history": history, "committee": committee, "attestation": attested}
        return dict(say(what, *reasons, signers=signers, **parts))

    first = make.committee.attesters
    bank = next(attester for attester in first if attester.member == BANK)
    double = make.committee_with([*first, replace(bank, account=address_of(key_of("attester bank 2")))])
    voices = ("same-member-twice", "SignersOfOneMember")
    pair = (OPERATOR, BANK, "attester bank 2")
    yield "two_of_one_member", under("two of the bank's", voices, make.transfer, double, pair)
    trader = Attester(address_of(key_of(f"attester {TRADER}")), TRADER, Role.TRADER)
    traders = make.committee_with([trader, *(attester for attester in first if attester is not bank)])
    alone = ("no-independent-attester", "NoIndependentSigner")
    three = (OPERATOR, IOT, TRADER)
    yield "no_independent", under("no bank, no inspector", alone, make.issue, traders, three)
    to_bank = replace(make.transfer, transferee=BANK)
    party = ("attester-has-interest", "SignerIsParty")
    yield "by_transferee", say("the buyer's own attester", *party, order=to_bank)
    banks = replace(make.issue, receipts=(replace(make.terms, holder=BANK),))
    yield "by_holder", say("the holder's own attester", *party, order=banks, history=[])
    keeper = replace(make.issue, operator=INSPECTOR)
    role = ("operator-without-role", "NotWarehouseOperator")
    yield "operator_without_role", say("an inspector as operator", *role, order=keeper, history=[])


def vectors() -> dict[str, str]:
    """File name -> content of every vector."""
    make = Maker()
    found = {f"good_{name}": vector for name, vector in good(make)}
    found |= {f"bad_order_{name}": vector for name, vector in bad_orders(make)}
    found |= {f"bad_attestation_{name}": vector for name, vector in bad_attestations(make)}
    return {f"{name}.json": json.dumps(vector, indent=1) + "\n" for name, vector in found.items()}


if __name__ == "__main__":
    for name, content in vectors().items():
        (HERE / name).write_text(content)
        print(name)
