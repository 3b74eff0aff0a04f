"""One story for the API's tests and pictures: seven members, three lots, a transfer, a refusal.

`tell` fills a FakeChain and a Records as oracle and chain would. Receipts:

- `rubber`: 200 t issued to importer 2, transferred to trader 3, attested by 1, 4, 6.
- `batch`: three receipts of 40 t on a second lot, to importer 2, trader 3 and again importer 2,
  attested by 1, 5, 6.
- a refused issue (196 t weighed for 200 t claimed): a decision and no receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eth_account import Account
from eth_account.signers.local import LocalAccount

from holdfast.attestation.quorum import Attester
from holdfast.attestation.typed_data import Domain, order_hash, order_to_json, signing_digest
from holdfast.chain.deployment import Deployment
from holdfast.domain.document import document_from_json
from holdfast.domain.members import Role
from holdfast.domain.orders import Order, TransferOrder
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.verdict import Verdict, verdict_to_json
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.store.records import Records
from holdfast.store.records_types import (
    AttesterSeat,
    DecisionRecord,
    EvidenceFile,
    FrameView,
    OrderStatus,
    lot_hex,
)
from tests.fakes.boards import T, board
from tests.fakes.chain import GENESIS_AT, FakeChain, Log
from tests.fakes.modules import with_modules
from tests.fakes.pictures import bay_picture

NOW = GENESIS_AT + 600
MEMBERS = {
    1: (Role.WAREHOUSE_OPERATOR, "Qingdao Port Bonded Warehousing", "青岛港保税仓储"),
    2: (Role.TRADER, "Shandong Rubber Import", "山东橡胶进口"),
    3: (Role.TRADER, "Jiaozhou Bay Trading", "胶州湾贸易"),
    4: (Role.BANK, "Bank of the Yellow Sea", "黄海银行"),
    5: (Role.INSPECTOR, "Laoshan Cargo Inspection", "崂山商检"),
    6: (Role.IOT_PROVIDER, "Haier Road Instruments", "海尔路仪器"),
    7: (Role.REGULATOR, "Qingdao Commodity Supervision", "青岛大宗商品监管"),
}
DEPLOYMENT = with_modules(Deployment(31337, "0x" + "a1" * 20, "0x" + "c0" * 20, "0x" + "5e" * 20, 1))
DOMAIN = Domain(DEPLOYMENT.chain_id, DEPLOYMENT.warehouse_receipt)
POLICY = sha256_digest(b"policy")
SEATS = (1, 4, 5, 6)


def key(member_id: int) -> LocalAccount:
    """The account that acts for a member; a test key, worth nothing."""
    account: LocalAccount = Account.from_key(sha256_digest(b"member %d" % member_id))
    return account


def sign(member_id: int, order: Order, domain: Domain = DOMAIN) -> str:
    """A member's signature over an order, 65 bytes as 0x hex."""
    signed = key(member_id).unsafe_sign_hash(signing_digest(domain, order))
    return "0x" + bytes(signed.signature).hex()


def attesters() -> list[Attester]:
    """The committee's attesters, ascending by account: one each for members 1, 4, 5, 6."""
    made = []
    for member_id in SEATS:
        account = Account.from_key(sha256_digest(b"attester %d" % member_id)).address
        made.append(Attester(account, member_id, MEMBERS[member_id][0]))
    return sorted(made, key=lambda attester: int(attester.account, 16))


@dataclass(slots=True)
class Story:
    """Names of what `tell` made."""

    rubber: int = 0
    rubber_lot: bytes = b""
    batch: list[int] = field(default_factory=list)
    batch_lot: bytes = b""
    decisions: dict[str, str] = field(default_factory=dict)


def begin(chain: FakeChain, records: Records) -> None:
    """Members and committee, and their public names."""
    added: list[Log] = []
    for member_id, (role, name, name_zh) in MEMBERS.items():
        records.set_member_name(member_id, name, name_zh)
        args = {"member": member_id, "account": key(member_id).address, "roles": int(role)}
        args |= {"identityDigest": bytes(32), "encryptionKeyDigest": bytes(32)}
        added.append(("MemberAdded", args))
    committee = {"epoch": 1, "maxAgeS": 3600, "threshold": 3, "policyDigest": POLICY}
    committee["attesters"] = [attester.word() for attester in attesters()]
    changed = {"epoch": 1, "committeeDigest": bytes(32), "committee": committee}
    chain.mine([*added, ("CommitteeChanged", changed)])


def attested(name: str, signed: tuple[int, ...], observed_at: int) -> Log:
    """The Attested event of an act that these members' attesters signed."""
    bits = sum(1 << i for i, attester in enumerate(attesters()) if attester.member in signed)
    args = {
        "orderHash": sha256_digest(b"order" + name.encode()),
        "evidenceDigest": sha256_digest(b"evidence" + name.encode()),
        "evidenceLocation": sha256_digest(b"location" + name.encode()),
        "policyDigest": POLICY,
        "observedAt": observed_at,
        "validUntil": observed_at + 3600,
        "epoch": 1,
        "signers": bits,
    }
    return "Attested", args


def document(number: str, lot: str, quantity_g: int, depositor: int, bay: str) -> tuple[int, bytes]:
    """A complete receipt document: (receipt id, canonical bytes)."""
    data = {
        "document_version": 1,
        "receipt_number": number,
        "kind": "negotiable",
        "operator_member": 1,
        "operator_name": MEMBERS[1][1],
        "operator_address": "7 Gangqing Road, Huangdao, Qingdao",
        "depositor_member": depositor,
        "depositor_name": MEMBERS[depositor][1],
        "depositor_address": "88 Hong Kong Middle Road, Qingdao",
        "to_order_of": MEMBERS[depositor][1],
        "goods_description": "Natural rubber SVR 10",
        "goods_code": "40012200",
        "origin": "Viet Nam",
        "lot": lot,
        "commingled": False,
        "quantity_g": str(quantity_g),
        "quality_grade": "SVR 10",
        "quality_certificate": "VN-QC-2026-4471",
        "packaging": "Palletised bales, shrink-wrapped",
        "package_count": max(quantity_g // 1_250_000, 1),
        "marks": "SVR 10 / VRG / 2026",
        "loss_allowance_bps": 20,
        "storage_place": "Warehouse W3, Qianwan Bonded Port, Qingdao",
        "storage_location": bay,
        "storage_site": "CNTAO-W3",
        "storage_from": GENESIS_AT - 86_400,
        "storage_until": GENESIS_AT + 180 * 86_400,
        "storage_fee": "CNY 0.80 per tonne and day",
        "insurance": "CNY 2,400,000; 12 months; PICC Qingdao",
        "place_of_issue": "Qingdao",
        "issued_on": GENESIS_AT,
        "evidence_core_digest": sha256_digest(number.encode()).hex(),
        "salt": sha256_digest(b"salt" + number.encode()).hex(),
    }
    document_from_json(data)
    body = canonical_json(data)
    return int.from_bytes(sha256_digest(body)), body


def decide(
    records: Records,
    name: str,
    *,
    purpose: str,
    receipt_ids: list[int],
    lot_id: bytes,
    verdict: Verdict,
    signed: tuple[int, ...],
    entitled: tuple[int, ...],
    at: int,
    tx_hash: str | None,
    frames: int = 6,
    bay: str = "A-07",
    reason: str | None = None,
) -> str:
    """Record a decision as the oracle does; its id."""
    seats = tuple(AttesterSeat(a.member, a.account) for a in attesters() if a.member in signed)
    what = {
        "claim.json": ("the WMS's own answer, raw", "application/json"),
        "document-1.json": ("the receipt document", "application/json"),
        "frame-1.jpg": ("camera frame of the bay, as signed", "image/jpeg"),
        "weighing-1.cose": ("signed message of the weighbridge", "application/cose"),
    }
    files = tuple(
        EvidenceFile(
            file,
            words,
            "0x" + sha256_digest((name + file).encode()).hex(),
            "bafkreih" + sha256_digest(file.encode()).hex()[:51],
            kind,
            2_048 + 977 * i,
        )
        for i, (file, (words, kind)) in enumerate(what.items())
    )
    decision_id = "dec_" + sha256_digest(name.encode()).hex()[:24]
    record = DecisionRecord(
        id=decision_id,
        purpose=purpose,
        receipt_ids=tuple(receipt_hex(found) for found in receipt_ids),
        lot_id=lot_hex(lot_id),
        order_hash="0x" + sha256_digest(b"order" + name.encode()).hex(),
        evidence_digest="0x" + sha256_digest(b"evidence" + name.encode()).hex(),
        evidence_location="0x" + sha256_digest(b"location" + name.encode()).hex(),
        evidence_cid="bafkreig" + sha256_digest(name.encode()).hex()[:51],
        policy_digest="0x" + POLICY.hex(),
        verdict=verdict_to_json(verdict),
        observed_at=at - 90,
        decided_at=at,
        valid_until=at + 3510,
        attesters=seats,
        entitled=entitled,
        files=files,
        tx_hash=tx_hash,
        reason=reason,
        detail="; ".join(verdict.reasons()) or None,
    )
    views = [
        FrameView(f"Camera {n % 3 + 1} of bay {bay}, frame {n + 1}", bay_picture(bay, n))
        for n in range(frames)
    ]
    records.record_decision(record, views)
    return decision_id


def tell(chain: FakeChain, records: Records, *, frames: int = 2) -> Story:
    """Fill chain and records with the story. Index afterwards."""
    story = Story(rubber_lot=sha256_digest(b"lot 1")[:24], batch_lot=sha256_digest(b"lot 2")[:24])
    begin(chain, records)
    product = "Natural rubber SVR 10"
    records.set_lot_label(
        lot_hex(story.rubber_lot), label="VN-2026-0117", site="CNTAO-W3", bay="A-07", product=product
    )
    records.set_lot_label(
        lot_hex(story.batch_lot), label="VN-2026-0118", site="CNTAO-W3", bay="B-02", product=product
    )
    _rubber(chain, records, story, frames)
    _batch(chain, records, story, frames)
    verdict = board(200 * T, 196 * T, bay="C-01")
    refused, _ = document("QD-2026-000300", "VN-2026-0119", 200 * T, 2, "C-01")
    story.decisions["refused"] = decide(
        records,
        "refused",
        purpose="issue",
        receipt_ids=[refused],
        lot_id=sha256_digest(b"lot 3")[:24],
        verdict=verdict,
        signed=(),
        entitled=(1, 2, 4, 5, 6),
        at=NOW - 60,
        tx_hash=None,
        frames=frames,
        bay="C-01",
        reason="goods-fail",
    )
    return story


def _issued(receipt_id: int, lot_id: bytes, holder: int, quantity_g: int) -> Log:
    args = {"receiptId": receipt_id, "lotId": lot_id, "holder": holder, "operator": 1}
    args |= {"quantityG": quantity_g, "kind": 1, "expiresAt": GENESIS_AT + 180 * 86_400}
    return "ReceiptIssued", args


def _rubber(chain: FakeChain, records: Records, story: Story, frames: int) -> None:
    lot = story.rubber_lot
    story.rubber, body = document("QD-2026-000117", "VN-2026-0117", 200 * T, 2, "A-07")
    records.record_document(receipt_hex(story.rubber), body, lot_hex(lot))
    block = chain.mine(
        [
            ("LotAttested", {"lotId": lot, "operator": 1, "quantityG": 200 * T}),
            _issued(story.rubber, lot, 2, 200 * T),
            attested("rubber-issue", (1, 4, 6), GENESIS_AT - 80),
        ]
    )
    story.decisions["rubber-issue"] = decide(
        records,
        "rubber-issue",
        purpose="issue",
        receipt_ids=[story.rubber],
        lot_id=lot,
        verdict=board(200 * T, 199_884_000),
        signed=(1, 4, 6),
        entitled=(1, 2, 4, 5, 6),
        at=block.timestamp - 2,
        tx_hash=chain.tx_of("ReceiptIssued"),
        frames=frames,
    )
    order = TransferOrder(story.rubber, 2, 3, 0, NOW)
    record = records.submit_order(
        primary_type="TransferOrder",
        order=order_to_json(order),
        order_hash="0x" + order_hash(order).hex(),
        receipt_id=receipt_hex(story.rubber),
        seq=0,
        deadline=NOW,
        signers=(2, 3),
        signatures={2: sign(2, order), 3: sign(3, order)},
        submitted_by=2,
    )
    moved = {"receiptId": story.rubber, "from": 2, "to": 3, "seq": 0}
    block = chain.mine(
        [("ReceiptTransferred", moved), attested("rubber-transfer", (1, 4, 6), GENESIS_AT + 10)]
    )
    records.set_status(record.id, OrderStatus.FINAL, tx_hash=chain.tx_of("ReceiptTransferred"))
    story.decisions["rubber-transfer"] = decide(
        records,
        "rubber-transfer",
        purpose="transfer",
        receipt_ids=[story.rubber],
        lot_id=lot,
        verdict=board(200 * T, 200 * T, counted=True),
        signed=(1, 4, 6),
        entitled=(1, 2, 3, 4, 6),
        at=block.timestamp - 2,
        tx_hash=chain.tx_of("ReceiptTransferred"),
        frames=frames,
    )


def _batch(chain: FakeChain, records: Records, story: Story, frames: int) -> None:
    lot, logs = story.batch_lot, []
    for n, holder in enumerate((2, 3, 2)):
        receipt_id, body = document(f"QD-2026-00020{n}", "VN-2026-0118", 40 * T, holder, "B-02")
        records.record_document(receipt_hex(receipt_id), body, lot_hex(lot))
        story.batch.append(receipt_id)
        logs.append(_issued(receipt_id, lot, holder, 40 * T))
    head: list[Log] = [("LotAttested", {"lotId": lot, "operator": 1, "quantityG": 120 * T})]
    block = chain.mine([*head, *logs, attested("batch", (1, 5, 6), GENESIS_AT + 20)])
    story.decisions["batch"] = decide(
        records,
        "batch",
        purpose="issue",
        receipt_ids=story.batch,
        lot_id=lot,
        verdict=board(120 * T, 119_931_000, bay="B-02", receipts=3),
        signed=(1, 5, 6),
        entitled=(1, 5, 6),
        at=block.timestamp - 2,
        tx_hash=chain.tx_of("ReceiptIssued"),
        frames=frames,
        bay="B-02",
    )
