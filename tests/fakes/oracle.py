"""One warehouse with its people, instruments and goods, from which tests take good bundles and bend them.

Keys are made from names, so everything but salts is the same in every run. Pictures are tiny; what stands in
them is known to the `Pictures` reader, so that no label has to be rendered and read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Any, cast

from eth_account import Account
from eth_account.signers.local import LocalAccount

from holdfast.attestation.deposit import REQUEST_FILE, read_request, request_bytes, request_json
from holdfast.attestation.quorum import Attester, Committee, sorted_signatures
from holdfast.attestation.typed_data import Domain
from holdfast.domain.claims import StockClaim, gs1_check_digit
from holdfast.domain.deposit import DepositRequest, make_terms
from holdfast.domain.document import ReceiptDocument
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import Attestation, DeliveryOrder, IssueOrder, Order, TransferOrder
from holdfast.domain.policy import Policy
from holdfast.domain.units import Grams, MemberId, UnixSeconds
from holdfast.evidence import cose
from holdfast.evidence.canonical import canonical_json
from holdfast.evidence.collection import document_bytes, lot_id, policy_digest
from holdfast.evidence.encryption_keys import generate_encryption_key
from holdfast.evidence.formats import FRAME_CONTENT_TYPE, frame_payload
from holdfast.evidence.manifest import ManifestDraft
from holdfast.evidence.sealing import OpenedBundle, open_bundle, seal_bundle
from holdfast.evidence.telemetry import FrameContent
from holdfast.keys.keystore import PartyKeys
from holdfast.reconciliation.subject import SignedRequest
from holdfast.store.port import put_bundle
from oracle.iot.inbox import FRAME, WEIGHING, Message
from oracle.workflow.bundle import Decided, issue_order, seal_and_reopen
from oracle.workflow.collect import Collection, gather
from tests.fakes.attesters import Attesters as Attesters
from tests.fakes.chain_facts import FakeLedger
from tests.fakes.store import MemoryStore
from tests.fakes.wms import FakeStockSource
from tests.simulators.site import BAY, CHALLENGE, NOW, SITE, SimulatedSite, small_jpeg
from tests.simulators.weighbridge import truck_loads

T = 1_000_000
LOT = "VN-2026-0117"
OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT, AUDITOR = range(1, 8)
ROLES = {
    OPERATOR: Role.WAREHOUSE_OPERATOR,
    IMPORTER: Role.TRADER,
    TRADER: Role.TRADER,
    BANK: Role.BANK,
    INSPECTOR: Role.INSPECTOR,
    IOT: Role.IOT_PROVIDER,
    AUDITOR: Role.REGULATOR,
}
ATTESTING = (OPERATOR, BANK, INSPECTOR, IOT)
DAY_S = 86_400


def counter_random(seed: str) -> Any:
    """Repeatable bytes in place of a random source."""
    state = {"n": 0}

    def random(size: int) -> bytes:
        out = b""
        while len(out) < size:
            out += sha256(f"{seed}:{state['n']}".encode()).digest()
            state["n"] += 1
        return out[:size]

    return random


def party(name: str) -> PartyKeys:
    """Keys that belong to a name: `member 2`, `attester 5`, `oracle`."""
    account = cast(LocalAccount, Account.from_key(sha256(name.encode()).digest()))
    return PartyKeys(name, account, generate_encryption_key(counter_random(name)))


def committee_of(policy: Policy, *, epoch: int = 1, max_age_s: int = 3600, threshold: int = 3) -> Committee:
    """Operator, bank, inspector and IoT provider."""
    attesters = [Attester(party(f"attester {m}").account, m, ROLES[m]) for m in ATTESTING]
    attesters.sort(key=lambda attester: int(attester.account, 16))
    return Committee(epoch, max_age_s, threshold, policy_digest(policy), tuple(attesters))


def pallets(count: int = 8, first: int = 1) -> tuple[str, ...]:
    """SSCCs of a lot's pallets, ascending."""
    bodies = [f"3690123400000{n:04d}" for n in range(first, first + count)]
    return tuple(sorted(body + gs1_check_digit(body) for body in bodies))


COMMON: dict[str, Any] = {
    "document_version": 1,
    "kind": "negotiable",
    "operator_member": OPERATOR,
    "operator_name": "Qingdao Port Bonded Warehousing",
    "operator_address": "7 Gangqing Road, Huangdao, Qingdao",
    "depositor_member": IMPORTER,
    "depositor_name": "山东橡胶进口有限公司",
    "depositor_address": "88 Hong Kong Middle Road, Qingdao",
    "to_order_of": "山东橡胶进口有限公司",
    "goods_description": "Natural rubber SVR 10",
    "goods_code": "40012200",
    "origin": "Viet Nam",
    "lot": LOT,
    "commingled": False,
    "quality_grade": "SVR 10",
    "quality_certificate": "VN-QC-2026-4471",
    "packaging": "Palletised bales, shrink-wrapped",
    "loss_allowance_bps": 20,
    "storage_place": "Warehouse W3, Qianwan Bonded Port, Qingdao",
    "storage_site": SITE,
    "storage_location": BAY,
    "storage_from": NOW - DAY_S,
    "storage_until": NOW + 180 * DAY_S,
    "storage_fee": "CNY 0.80 per tonne and day",
    "insurance": "CNY 2,400,000; 12 months; PICC Qingdao",
    "place_of_issue": "Qingdao",
}


def receipt_rows(count: int, total_g: int, packages: int) -> list[dict[str, Any]]:
    """What differs between the receipts of a request; quantity and packages are shared out evenly."""
    return [
        {
            "receipt_number": f"QD-2026-{n:06d}",
            "quantity_g": str(total_g // count),
            "package_count": max(packages // count, 1),
            "marks": "SVR 10 / VRG / 2026",
        }
        for n in range(1, count + 1)
    ]


class Pictures:
    """A reader that knows what stands in each picture. Implements ReadFrame."""

    def __init__(self) -> None:
        self._known: dict[bytes, FrameContent] = {}

    def show(self, content: FrameContent) -> bytes:
        """A tiny picture that this reader will read so."""
        image = small_jpeg(10 + 5 * (len(self._known) % 40)) + sha256(repr(content).encode()).digest()
        self._known[image] = content
        return image

    def __call__(self, image: bytes, max_pixels: int) -> FrameContent:
        """What stands in the picture; nothing in an unknown one."""
        return self._known.get(image, FrameContent((), "", ""))


@dataclass
class Warehouse:
    """Everything one decision needs, good until a test changes something."""

    quantity_g: int = 200 * T
    lot: str = LOT
    packages: tuple[str, ...] = field(default_factory=pallets)
    site: SimulatedSite = field(default_factory=SimulatedSite)
    now_s: int = NOW
    pictures: Pictures = field(default_factory=Pictures)
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.policy = self.site.policy
        self.committee = committee_of(self.policy)
        members = [
            Member(MemberId(number), party(f"member {number}").account, roles, True)
            for number, roles in ROLES.items()
        ]
        self.ledger = FakeLedger(members, self.committee, self.now_s)
        self.bridge, self.camera = self.site.bridge(), self.site.camera_key
        self.frames_sent = 0
        self.oracle = party("oracle")
        self.claim = StockClaim(
            site=SITE,
            location=BAY,
            lot=self.lot,
            product="Natural rubber SVR 10",
            quantity_g=Grams(self.quantity_g),
            unit="kg",
            as_of=UnixSeconds(self.now_s),
            source_version="records",
            packages=self.packages,
        )
        self.source = FakeStockSource({(SITE, self.lot): self.claim})

    @property
    def domain(self) -> Domain:
        """Where signatures count."""
        return self.ledger.domain

    @property
    def lot_id(self) -> bytes:
        """The lot's id."""
        return lot_id(self.policy, OPERATOR, SITE, self.lot)

    # what the devices send

    def weighings(
        self, total_g: int | None = None, loads: int = 8, *, challenge: str = CHALLENGE
    ) -> list[Message]:
        """The truck loads of the lot over the bridge, weights rounded to e and otherwise true."""
        weights = truck_loads(self.quantity_g if total_g is None else total_g, loads)
        made = []
        for number, (gross_g, tare_g) in enumerate(weights, 1):
            raw = self.bridge.weigh(
                f"load {number}",
                gross_g=gross_g,
                tare_g=tare_g,
                challenge=challenge,
                observed_at=self.now_s - 300,
            )
            made.append(self._message(WEIGHING, raw, None, challenge))
        return made

    def frames(
        self,
        count: int = 2,
        *,
        values: Sequence[str] | None = None,
        bay: str = BAY,
        challenge: str = CHALLENGE,
        shown: str | None = None,
    ) -> list[Message]:
        """Camera frames; each shows every pallet, the bay's sign and the challenge unless told otherwise."""
        made = []
        for _ in range(count):
            self.frames_sent += 1
            seen = tuple(sorted(self.packages if values is None else values))
            content = FrameContent(seen, bay, challenge if shown is None else shown)
            image = self.pictures.show(content)
            payload = frame_payload(
                "CAM-A07",
                image,
                counter=self.frames_sent,
                challenge=challenge,
                observed_at=self.now_s - 200 + self.frames_sent,
            )
            raw = cose.sign(payload, self.camera.private, self.camera.key_id, FRAME_CONTENT_TYPE)
            made.append(self._message(FRAME, raw, image, challenge))
        return made

    def messages(self) -> list[Message]:
        """All weighings and two frames."""
        return self.weighings() + self.frames()

    def _message(self, kind: str, raw: bytes, image: bytes | None, challenge: str) -> Message:
        digest = sha256(raw).digest()
        return Message(0, kind, "", 0, challenge, 0, self.now_s - 150, digest, raw, image)

    # what the depositor asks for

    def request(self, count: int = 1, *, total_g: int | None = None, **changes: Any) -> DepositRequest:
        """A request for `count` receipts over the lot, or `total_g` of it; `changes` go into `common`."""
        rows = receipt_rows(count, self.quantity_g if total_g is None else total_g, len(self.packages))
        terms = canonical_json(make_terms({**COMMON, "lot": self.lot, **changes}, rows)).decode()
        return DepositRequest(self.lot_id, OPERATOR, IMPORTER, terms, self.now_s + DAY_S)

    def signed(
        self, request: DepositRequest, signer: str = "member 2", operator: str = "member 1"
    ) -> tuple[bytes, SignedRequest]:
        """The request's file and what is read from it."""
        by = [party(name).sign(self.domain, request) for name in (signer, operator)]
        data = request_bytes(request, *by)
        return data, read_request(data, self.domain)

    # bundles

    def collection(
        self, messages: Sequence[Message] | None = None, request: tuple[bytes, SignedRequest] | None = None
    ) -> Collection:
        """What the oracle gathers."""
        attached = None if request is None else (REQUEST_FILE, request[0], request_json(request[1]))
        return gather(
            self.policy,
            OPERATOR,
            CHALLENGE,
            self.source.claim(site=SITE, lot=self.lot),
            self.messages() if messages is None else messages,
            self.pictures,
            attached,
        )

    def issue(
        self,
        count: int = 1,
        *,
        messages: Sequence[Message] | None = None,
        request: DepositRequest | None = None,
        signer: str = "member 2",
        operator: str = "member 1",
    ) -> Decided:
        """A stored bundle for an issue."""
        attached = self.signed(request or self.request(count), signer, operator)
        collection = self.collection(messages, attached)
        answer = self.source.claim(site=SITE, lot=self.lot)
        order, documents = issue_order(self.policy, attached[1], answer, collection, self.now_s)
        return self.sealed(order, documents, collection)

    def issue_as_lot(self, lot: str, messages: Sequence[Message] | None = None) -> Decided:
        """A stored bundle for an issue on the very same goods, which the WMS now books as another lot."""
        self.source.answers[SITE, lot] = replace(self.claim, lot=lot)
        answer = self.source.claim(site=SITE, lot=lot)
        request = replace(self.request(lot=lot), lot_id=lot_id(self.policy, OPERATOR, SITE, lot))
        data, signed = self.signed(request)
        attached = (REQUEST_FILE, data, request_json(signed))
        seen = self.messages() if messages is None else messages
        collection = gather(self.policy, OPERATOR, CHALLENGE, answer, seen, self.pictures, attached)
        order, documents = issue_order(self.policy, signed, answer, collection, self.now_s)
        return self.sealed(order, documents, collection)

    def existing(
        self, order: Order, documents: Sequence[bytes], messages: Sequence[Message] | None = None
    ) -> Decided:
        """A stored bundle for an order about receipts that live already; no weighing unless given."""
        return self.sealed(order, documents, self.collection(self.frames() if messages is None else messages))

    def sealed(self, order: Order, documents: Sequence[bytes], collection: Collection) -> Decided:
        """Seal to attesters, auditor and oracle, as the oracle does."""
        recipients = [party(f"attester {m}").encryption.public for m in ATTESTING]
        return seal_and_reopen(
            domain=self.domain,
            policy=self.policy,
            order=order,
            documents=documents,
            collection=collection,
            recipients=[*recipients, party("auditor").encryption.public],
            keys=self.oracle,
            store=self.store,
            read_frame=self.pictures,
        )

    def resealed(
        self, opened: OpenedBundle, files: Mapping[str, bytes] | None = None, **changes: Any
    ) -> OpenedBundle:
        """The same bundle with other files or other words in its manifest, sealed by a liar."""
        parts = {part.name: getattr(opened.manifest, part.name) for part in fields(ManifestDraft)}
        keys = [party(f"attester {m}").encryption.public for m in ATTESTING]
        keys += [self.oracle.encryption.public, party("auditor").encryption.public]
        draft = ManifestDraft(**(parts | changes))
        bundle = seal_bundle(draft, opened.files if files is None else files, keys, counter_random("lie"))
        put_bundle(self.store, bundle)
        return open_bundle(bundle.location, self.store.get, self.oracle.encryption, digest=bundle.digest)

    # the chain

    def attestation(self, decided: Decided, **changes: Any) -> Attestation:
        """What honest attesters sign on a bundle."""
        observed_at = decided.found.observations.observed_at
        made = Attestation(
            decided.found.order_hash,
            decided.opened.digest,
            decided.opened.location,
            self.committee.policy_digest,
            observed_at,
            observed_at + self.committee.max_age_s,
            self.committee.epoch,
        )
        return replace(made, **changes)

    def signatures(
        self, attestation: Attestation, members: Sequence[int] = (OPERATOR, BANK, INSPECTOR)
    ) -> list[bytes]:
        """Attesters' signatures in the contract's order."""
        given = [party(f"attester {m}").sign(self.domain, attestation) for m in members]
        return sorted_signatures(self.domain, attestation, given)

    def write(self, decided: Decided, *, after_s: int = 60) -> str:
        """Put a decision on the chain with a quorum; returns the transaction's hash."""
        order = decided.found.order
        signing: tuple[int, ...] = ()
        if isinstance(order, TransferOrder):
            signing = (order.holder, order.transferee)
        elif isinstance(order, DeliveryOrder):
            signing = (order.holder,)
        parties = [party(f"member {m}").sign(self.domain, order) for m in signing]
        attestation = self.attestation(decided)
        return self.ledger.write(
            order, attestation, self.signatures(attestation), self.now_s + after_s, parties
        )

    def issued(self, count: int = 1) -> tuple[IssueOrder, list[ReceiptDocument]]:
        """Issue receipts and put them on the chain."""
        decided = self.issue(count)
        self.write(decided)
        assert isinstance(decided.found.order, IssueOrder)
        return decided.found.order, [document for _, document in decided.found.documents]

    def transferred(
        self, receipt_id: int, document: ReceiptDocument, messages: Sequence[Message] | None = None
    ) -> Decided:
        """A stored bundle for the importer's transfer to the trader."""
        state = self.ledger.receipts[receipt_id]
        order = TransferOrder(receipt_id, state.holder, TRADER, state.seq, self.now_s + DAY_S)
        return self.existing(order, [document_bytes(document)], messages)
