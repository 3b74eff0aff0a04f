"""The attester node: fetch, open, check, ask the WMS itself, recompute, and only then sign."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from holdfast.attestation.quorum import Committee
from holdfast.attestation.rules import rule_for
from holdfast.attestation.typed_data import order_hash
from holdfast.audit.recompute import ReadFrame, Recomputed, recompute
from holdfast.chain.domains import domain_of
from holdfast.chain.facts import Chain
from holdfast.domain.errors import EvidenceRejected, Refused, Unreachable
from holdfast.domain.orders import Attestation, IssueOrder
from holdfast.domain.verdict import Verdict, verdict_to_json
from holdfast.evidence.sealing import open_bundle
from holdfast.keys.keystore import PartyKeys
from holdfast.reconciliation.meaning import MEANINGS, meaning_of
from holdfast.store.port import EvidenceStore
from oracle.attester.signed_log import SignedLog, UsedRequest
from oracle.wms.port import StockSource

logger = logging.getLogger("holdfast.attester")


class VerdictRefused(Refused):
    """This attester's own verdict is not the one the order needs."""

    code = "verdict-refused"

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict_to_json(verdict)
        super().__init__(
            "verdict", f"own verdict is {verdict.decision.value}: " + "; ".join(verdict.reasons())
        )


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """One attester's answer: who signed what, 65-byte signature."""

    account: str
    member: int
    attestation: Attestation
    signature: bytes


class AttesterNode:
    """One member's independent voice. Holds that member's attester key and nothing of anybody else's."""

    def __init__(
        self,
        *,
        keys: PartyKeys,
        chain: Chain,
        store: EvidenceStore,
        source: StockSource,
        read_frame: ReadFrame,
        log: SignedLog,
        clock: Callable[[], int],
    ) -> None:
        self._keys = keys
        self._chain = chain
        self._store = store
        self._source = source
        self._read_frame = read_frame
        self._log = log
        self._clock = clock

    @property
    def account(self) -> str:
        """The account this node signs with."""
        return self._keys.account

    def attest(self, location: bytes, digest: bytes) -> SignedAttestation:
        """Recompute the decision on a bundle and sign it.

        Steps: 1. own seat in the committee in force; 2. bundle opened, every digest checked; 3. policy is
        the one in force; 4. every signed message checked and every fact drawn again; 5. no interest
        of our own; 6. the WMS, asked by ourselves, says the same; 7. verdict against our own node;
        8. no pallet of a new lot stands for another; 9. (receipt, seq), the depositor's request, every
        message and the lot's pallets noted in our book; 10. signature.

        Raises Refused, EvidenceRejected, EvidenceMissing, Unreachable.
        """
        committee = self._chain.consortium.committee()
        member = self._seat(committee)
        opened = open_bundle(location, self._store.get, self._keys.encryption, digest=digest)
        # First of all: the policy says whose signatures count and how large a picture may be.
        if opened.manifest.policy_digest != committee.policy_digest:
            why = "the bundle was made under another policy than the one in force"
            raise EvidenceRejected("wrong-policy", why)
        found = recompute(opened, self._chain.connection.domain, self._read_frame)
        facts = self._chain.facts(found.order, found.lot_id)
        besides = self._chain.barred_besides(found.order)
        if member in rule_for(found.order, committee, found.operator, facts.receipts, besides).barred:
            raise Refused("attester-has-interest", f"member {member} is a party to this order")
        self._ask_wms(found)
        verdict = found.verdict(facts)
        self._refuse_verdict(found, verdict)
        now = self._clock()
        attestation = make_attestation(found, digest, location, committee)
        # The oracle says when a message was recorded, so a device's clock is held against ours, too.
        newest = found.observations.newest_at
        if newest > now + found.policy.max_clock_skew_s:
            raise Refused("observed-in-future", f"observed at {newest}, our clock says {now}")
        if now > attestation.valid_until:
            raise Refused("stale-evidence", f"good until {attestation.valid_until}, our clock says {now}")
        if found.order.deadline < now:
            raise Refused("deadline-passed", f"the order was good until {found.order.deadline}, it is {now}")
        if isinstance(found.order, IssueOrder):
            self._refuse_goods_of_another_lot(found, now)
        self._log.reserve(found.order, found.order_hash, now, _request_of(found), found.observations.messages)
        if isinstance(found.order, IssueOrder):
            self._log.keep_pallets(found.claim.packages, found.lot_id, found.order.deadline)
        signature = self._keys.sign(domain_of(self._chain.connection.deployment, found.order), attestation)
        logger.info("attested order %s as member %d", found.order_hash.hex(), member)
        return SignedAttestation(self._keys.account, member, attestation, signature)

    def _refuse_verdict(self, found: Recomputed, verdict: Verdict) -> None:
        """Hold an order to what it asks of evidence, or of this attester's people.

        Raises Refused (`no-rule`) for an order that none knows how to judge, Unreachable until people have
        approved what goods cannot show.
        """
        if type(found.order) not in MEANINGS:
            raise Refused("no-rule", f"no evidence says whether a {type(found.order).__name__} is right")
        meaning = meaning_of(found.order)
        if meaning.needs not in (None, verdict.decision):
            raise VerdictRefused(verdict)
        if meaning.by_hand and not self._log.approved(found.order_hash):
            why = f"order 0x{found.order_hash.hex()} waits for its people: `holdfast attester approve`"
            raise Unreachable("approval", self.account, why)

    def _seat(self, committee: Committee) -> int:
        for attester in committee.attesters:
            if attester.account == self._keys.account:
                return attester.member
        raise Refused(
            "no-seat", f"{self._keys.account} has no seat in the committee of epoch {committee.epoch}"
        )

    def _refuse_goods_of_another_lot(self, found: Recomputed, now: int) -> None:
        """The same pallets booked as two lots would be pledged twice: Refused (`goods-of-another-lot`).

        They are free again once no receipt on the other lot lives and none can be issued any more.
        """
        live: dict[bytes, bool] = {}
        for pallet in self._log.other_lots(found.claim.packages, found.lot_id):
            if pallet.lot_id not in live:
                lot = self._chain.receipts.lot(pallet.lot_id)
                live[pallet.lot_id] = lot is not None and lot.live_g > 0
            if live[pallet.lot_id] or pallet.open_until >= now:
                raise Refused(
                    "goods-of-another-lot",
                    f"pallet {pallet.sscc} of lot {found.claim.lot} was attested as goods of lot "
                    f"0x{pallet.lot_id.hex()}, on which receipts live or may yet be issued",
                )

    def _ask_wms(self, found: Recomputed) -> None:
        """The claim in the bundle must be what the WMS tells us, too. Raises Refused (`wms-differs`)."""
        own = self._source.claim(site=found.claim.site, lot=found.claim.lot).claim
        different = found.claim.differences(own)
        if different:
            raise Refused(
                "wms-differs",
                f"the WMS tells this attester otherwise of lot {found.claim.lot}: {', '.join(different)}",
            )


def _request_of(found: Recomputed) -> UsedRequest | None:
    if found.request is None:
        return None
    return UsedRequest(order_hash(found.request.request), found.request.request.deadline)


def make_attestation(found: Recomputed, digest: bytes, location: bytes, committee: Committee) -> Attestation:
    """The attestation that follows from a bundle: the same for every attester, or quorum fails."""
    observed_at = found.observations.observed_at
    return Attestation(
        order_hash=found.order_hash,
        evidence_digest=digest,
        evidence_location=location,
        policy_digest=committee.policy_digest,
        observed_at=observed_at,
        valid_until=observed_at + min(found.policy.max_evidence_age_s, committee.max_age_s),
        epoch=committee.epoch,
    )
