"""From an opened bundle to a verdict, trusting nothing it states: attesters and auditors both run this.

Every stated value is computed again from the raw files; what differs is refused, naming the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.attestation.deposit import REQUEST_FILE, read_request, request_json
from holdfast.attestation.typed_data import Domain, any_order_from_json, order_hash
from holdfast.domain.acts import AnyOrder
from holdfast.domain.claims import StockClaim
from holdfast.domain.document import IncompleteDocument, ReceiptDocument
from holdfast.domain.errors import EvidenceRejected, InvalidInput, Refused
from holdfast.domain.observations import FrameReading, Observations, Weighing
from holdfast.domain.orders import receipt_ids
from holdfast.domain.policy import Policy
from holdfast.domain.receipts import LedgerFacts, receipt_hex
from holdfast.domain.verdict import Verdict
from holdfast.domain.wms_answer import parse_claim
from holdfast.evidence.canonical import sha256_digest
from holdfast.evidence.collection import (
    POLICY_FILE,
    claim_json,
    core_digest,
    frame_json,
    lot_id,
    raw_files,
    read_document,
    read_policy,
    weighing_json,
)
from holdfast.evidence.formats import challenge_digest, check_challenge
from holdfast.evidence.sealing import OpenedBundle
from holdfast.evidence.telemetry import FrameContent, frame_from_message, open_frame, weighing_from_message
from holdfast.reconciliation.reconcile import reconcile
from holdfast.reconciliation.subject import SignedRequest, Subject

ReadFrame = Callable[[bytes, int], FrameContent]
"""Reads labels in an image: (image bytes, pixel cap) -> content."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Everything drawn from a bundle again, before the chain is asked."""

    order: AnyOrder
    order_hash: bytes
    documents: tuple[tuple[int, ReceiptDocument], ...]
    claim: StockClaim
    operator: int
    challenge: str
    observations: Observations
    policy: Policy
    lot_id: bytes
    evidence_core: str
    request: SignedRequest | None

    def subject(self, facts: LedgerFacts) -> Subject:
        """What `reconcile` reads, with what the chain says."""
        return Subject(
            order=self.order,
            documents=self.documents,
            lot_id=self.lot_id,
            evidence_core=self.evidence_core,
            challenge=self.challenge,
            claim=self.claim,
            observations=self.observations,
            facts=facts,
            policy=self.policy,
            request=self.request,
        )

    def verdict(self, facts: LedgerFacts) -> Verdict:
        """The five matches against these facts."""
        return reconcile(self.subject(facts))


def _same(what: str, stated: object, found: object, file: str) -> None:
    if stated != found:
        raise EvidenceRejected("stated-differs", f"{file}: the manifest states another {what} than the file")


def recompute(opened: OpenedBundle, domain: Domain, read_frame: ReadFrame) -> Recomputed:
    """Draw everything from a bundle again.

    Steps: 1. chain and contract; 2. order against its hash; 3. policy against its digest; 4. documents
    against the receipt ids; 5. claim from the WMS's raw answer; 6. each observation from its signed raw
    message; 7. challenge; 8. no file that nothing refers to.

    Raises EvidenceRejected naming the file that does not hold.
    """
    manifest = opened.manifest
    if (manifest.chain.chain_id, manifest.chain.contract) != (
        domain.chain_id,
        domain.verifying_contract.lower(),
    ):
        raise EvidenceRejected("wrong-chain", "the bundle is meant for another chain or contract")
    try:
        order = any_order_from_json(str(manifest.subject["primary_type"]), manifest.subject["order"])
        policy = read_policy(_file(opened, POLICY_FILE))
    except InvalidInput as error:
        raise EvidenceRejected("manifest", str(error)) from error
    _same("order hash", manifest.order_hash, order_hash(order), "manifest")
    _same("policy", manifest.policy_digest, sha256_digest(_file(opened, POLICY_FILE)), POLICY_FILE)
    documents = _documents(opened, order)
    claim, operator, challenge = _claim(opened)
    _operator(opened, order, documents, operator)
    observations, request = _observations(opened, policy, domain, challenge, read_frame)
    known = {POLICY_FILE, *manifest.documents, *raw_files(manifest.claim, manifest.observations)}
    extra = sorted(set(opened.files) - known)
    if extra:
        raise EvidenceRejected("unknown-file", f"{extra[0]}: nothing in the manifest refers to this file")
    _same("time of observation", manifest.observed_at, observations.observed_at, "manifest")
    return Recomputed(
        order=order,
        order_hash=manifest.order_hash,
        documents=documents,
        claim=claim,
        operator=operator,
        challenge=challenge,
        observations=observations,
        policy=policy,
        lot_id=lot_id(policy, operator, claim.site, claim.lot),
        evidence_core=core_digest(manifest.claim, manifest.observations, opened.files),
        request=request,
    )


def _file(opened: OpenedBundle, name: str) -> bytes:
    if name not in opened.files:
        raise EvidenceRejected("missing-file", f"{name}: the bundle does not hold this file")
    return opened.files[name]


def _documents(opened: OpenedBundle, order: AnyOrder) -> tuple[tuple[int, ReceiptDocument], ...]:
    wanted = receipt_ids(order)
    names = opened.manifest.documents
    if len(names) != len(wanted):
        raise EvidenceRejected("documents", f"{len(names)} documents for {len(wanted)} receipts in the order")
    found = []
    for name, receipt_id in zip(names, wanted, strict=True):
        data = _file(opened, name)
        if int.from_bytes(sha256_digest(data)) != receipt_id:
            raise EvidenceRejected("document", f"{name}: is not the document of {receipt_hex(receipt_id)}")
        try:
            found.append((receipt_id, read_document(data)))
        except (InvalidInput, IncompleteDocument, EvidenceRejected) as error:
            raise EvidenceRejected("document", f"{name}: {error}") from error
    return tuple(found)


def _claim(opened: OpenedBundle) -> tuple[StockClaim, int, str]:
    stated = opened.manifest.claim
    try:
        name, operator, code = str(stated["raw_file"]), stated["operator"], stated["challenge_code"]
    except KeyError as error:
        raise EvidenceRejected("claim", f"the manifest's claim lacks {error}") from error
    if not isinstance(operator, int) or not isinstance(code, str):
        raise EvidenceRejected("claim", "the manifest's claim names no operator or no challenge")
    raw = _file(opened, name)
    try:
        check_challenge(code)
        claim = parse_claim(raw)
    except (InvalidInput, Refused) as error:
        raise EvidenceRejected("claim", f"{name}: {error}") from error
    _same("claim", dict(stated), claim_json(claim, operator, code), name)
    _same("challenge", opened.manifest.challenge, challenge_digest(code), "manifest")
    return claim, operator, code


def _operator(
    opened: OpenedBundle, order: AnyOrder, documents: tuple[tuple[int, ReceiptDocument], ...], operator: int
) -> None:
    """The operator that the lot's id is made with is the order's and the documents' own.

    Any other number would give the same goods a second lot id, on which everything could be issued again.
    """
    named: int | None = getattr(order, "operator", None)
    wanted = documents[0][1].operator_member if named is None and documents else named
    if wanted is not None and operator != wanted:
        why = f"the manifest's claim is of operator {operator}, the order or its receipt of {wanted}"
        raise EvidenceRejected("operator", why)
    for name, (_, document) in zip(opened.manifest.documents, documents, strict=True):
        if document.operator_member != operator:
            why = f"names operator {document.operator_member}, the claim is of operator {operator}"
            raise EvidenceRejected("operator", f"{name}: {why}")


def _observations(
    opened: OpenedBundle, policy: Policy, domain: Domain, challenge: str, read_frame: ReadFrame
) -> tuple[Observations, SignedRequest | None]:
    weighings: list[Weighing] = []
    frames: list[FrameReading] = []
    request: SignedRequest | None = None
    for stated in opened.manifest.observations:
        if stated.get("type") == "weighing":
            weighings.append(_weighing(opened, policy, stated, challenge))
        elif stated.get("type") == "frame":
            frames.append(_frame(opened, policy, stated, read_frame))
        elif stated.get("type") == "request" and request is None:
            request = read_request(_file(opened, str(stated.get("raw_file"))), domain)
            _same("request", dict(stated), request_json(request), REQUEST_FILE)
        else:
            raise EvidenceRejected("observation", f"unknown or repeated observation {stated.get('type')!r}")
    observations = Observations(tuple(weighings), tuple(frames))
    for (device, counter), times in Counter(observations.messages).items():
        if times > 1:
            raise EvidenceRejected("repeated", f"message {counter} of {device} is in the bundle twice")
    return observations, request


def _time(stated: Mapping[str, Any]) -> int:
    value = stated.get("recorded_at")
    if isinstance(value, bool) or not isinstance(value, int):
        raise EvidenceRejected("observation", "an observation does not say when it was recorded")
    return value


def _weighing(opened: OpenedBundle, policy: Policy, stated: Mapping[str, Any], challenge: str) -> Weighing:
    name = str(stated.get("raw_file"))
    found = weighing_from_message(_file(opened, name), policy, file=name, recorded_at=_time(stated))
    _same("weighing", dict(stated), weighing_json(found), name)
    if found.challenge != challenge:
        raise EvidenceRejected(
            "replayed",
            f"{name}: answers challenge {found.challenge}, asked was {challenge}: an old weighing sent again",
        )
    return found


def _frame(
    opened: OpenedBundle, policy: Policy, stated: Mapping[str, Any], read_frame: ReadFrame
) -> FrameReading:
    name, envelope = str(stated.get("raw_file")), str(stated.get("envelope_file"))
    signed, image, recorded_at = _file(opened, envelope), _file(opened, name), _time(stated)
    # Before anything is decoded: a decoder works for registered cameras only, never for a stranger's picture.
    open_frame(signed, image, policy, file=name, recorded_at=recorded_at)
    found = frame_from_message(
        signed,
        image,
        policy,
        file=name,
        recorded_at=recorded_at,
        content=read_frame(image, policy.max_frame_pixels),
    )
    _same("frame", dict(stated), frame_json(found, envelope), name)
    return found
