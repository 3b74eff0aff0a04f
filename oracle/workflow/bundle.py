"""From a collection to a sealed bundle, and from the bundle, opened again, to the verdict."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.attestation.typed_data import Domain, order_hash, order_to_json
from holdfast.audit.recompute import ReadFrame, Recomputed, recompute
from holdfast.domain.acts import AnyOrder
from holdfast.domain.deposit import documents_from_terms
from holdfast.domain.document import ReceiptDocument, kind_of
from holdfast.domain.orders import IssueOrder, ReceiptTerms
from holdfast.domain.policy import Policy
from holdfast.evidence.collection import (
    document_bytes,
    document_file,
    lot_id,
    policy_digest,
    receipt_id,
)
from holdfast.evidence.encryption_keys import PublicEncryptionKey
from holdfast.evidence.formats import challenge_digest
from holdfast.evidence.manifest import PURPOSES, ChainRef, ManifestDraft
from holdfast.evidence.sealing import OpenedBundle, SealedBundle, open_bundle, seal_bundle
from holdfast.keys.keystore import PartyKeys
from holdfast.reconciliation.subject import SignedRequest
from holdfast.store.port import EvidenceStore, put_bundle
from oracle.wms.port import ClaimAnswer
from oracle.workflow.collect import Collection

PURPOSE_OF = {primary_type: purpose for purpose, primary_type in PURPOSES.items()}


@dataclass(frozen=True, slots=True)
class Decided:
    """A stored bundle, read back from the store and recomputed."""

    opened: OpenedBundle
    found: Recomputed
    cid: str


def issue_order(
    policy: Policy, signed: SignedRequest, answer: ClaimAnswer, collection: Collection, now_s: int
) -> tuple[IssueOrder, list[bytes]]:
    """Complete the documents a depositor asked for, and the order that issues them."""
    request = signed.request
    salts = [secrets.token_hex(32) for _ in signed.terms["receipts"]]
    documents = documents_from_terms(signed.terms, collection.core(), salts, now_s)
    order = IssueOrder(
        lot_id=lot_id(policy, request.operator, answer.claim.site, answer.claim.lot),
        operator=request.operator,
        lot_quantity_g=answer.claim.quantity_g,
        receipts=tuple(_terms(document) for document in documents),
        deadline=request.deadline,
    )
    return order, [document_bytes(document) for document in documents]


def _terms(document: ReceiptDocument) -> ReceiptTerms:
    return ReceiptTerms(
        receipt_id=receipt_id(document),
        holder=document.depositor_member,
        quantity_g=document.quantity_g,
        kind=kind_of(document),
        expires_at=document.storage_until,
    )


@dataclass(frozen=True, slots=True)
class Sealer:
    """Makes bundles of one collection, for one order or another."""

    domain: Domain
    policy: Policy
    collection: Collection
    recipients: Sequence[PublicEncryptionKey]
    keys: PartyKeys
    read_frame: ReadFrame

    def seal(self, order: AnyOrder, documents: Sequence[bytes]) -> SealedBundle:
        """A bundle for an order, in memory."""
        names = [document_file(index) for index in range(1, len(documents) + 1)]
        primary_type = type(order).__name__
        collection = self.collection
        draft = ManifestDraft(
            purpose=PURPOSE_OF[primary_type],
            subject={"primary_type": primary_type, "order": order_to_json(order)},
            order_hash=order_hash(order),
            chain=ChainRef(self.domain.chain_id, self.domain.verifying_contract.lower()),
            challenge=challenge_digest(str(collection.claim["challenge_code"])),
            policy_digest=policy_digest(self.policy),
            observed_at=collection.observed_at,
            claim=collection.claim,
            observations=collection.observations,
            documents=names,
        )
        files = {**collection.files, **dict(zip(names, documents, strict=True))}
        own = [self.keys.encryption.public, *self.recipients]
        return seal_bundle(draft, files, list({key.kid: key for key in own}.values()), secrets.token_bytes)

    def draw(self, bundle: SealedBundle) -> Recomputed:
        """What anybody draws from a bundle, before it is stored."""
        opened = open_bundle(
            bundle.location, bundle.objects.__getitem__, self.keys.encryption, digest=bundle.digest
        )
        return recompute(opened, self.domain, self.read_frame)

    def keep(self, bundle: SealedBundle, store: EvidenceStore) -> Decided:
        """Store, then fetch and recompute like any attester: what is decided on is what is stored."""
        cid = put_bundle(store, bundle)
        opened = open_bundle(bundle.location, store.get, self.keys.encryption, digest=bundle.digest)
        return Decided(opened, recompute(opened, self.domain, self.read_frame), cid)


def seal_and_reopen(
    *,
    domain: Domain,
    policy: Policy,
    order: AnyOrder,
    documents: Sequence[bytes],
    collection: Collection,
    recipients: Sequence[PublicEncryptionKey],
    keys: PartyKeys,
    store: EvidenceStore,
    read_frame: ReadFrame,
) -> Decided:
    """Seal a bundle for an order, store it and read it back."""
    sealer = Sealer(domain, policy, collection, recipients, keys, read_frame)
    return sealer.keep(sealer.seal(order, documents), store)
