from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from holdfast.attestation.quorum import Attester
from holdfast.attestation.signatures import recover_signer
from holdfast.attestation.typed_data import order_hash, signing_digest
from holdfast.chain.domains import domain_of
from holdfast.domain.acts import LienTenderOrder, PartialDeliveryOrder, PledgeOrder, PledgeReleaseOrder
from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, Refused, Unreachable
from holdfast.domain.orders import SuspendOrder, SuspendReason, TransferOrder
from holdfast.domain.policy import policy_to_json
from holdfast.domain.units import Grams
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.collection import document_bytes
from oracle.attester.node import AttesterNode, SignedAttestation, VerdictRefused
from oracle.attester.signed_log import SignedLog
from oracle.workflow.bundle import Decided
from tests.fakes.oracle import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    LOT,
    OPERATOR,
    TRADER,
    T,
    Warehouse,
    committee_of,
    pallets,
    party,
)
from tests.simulators.site import SITE


class Bench:
    """One attester of one member at a warehouse."""

    def __init__(self, warehouse: Warehouse, name: str = f"attester {BANK}") -> None:
        self.warehouse = warehouse
        self.now_s = warehouse.now_s
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        self.log = SignedLog(engine)
        self.engine = engine
        self.node = AttesterNode(
            keys=party(name),
            chain=warehouse.ledger.chain,
            store=warehouse.store,
            source=warehouse.source,
            read_frame=warehouse.pictures,
            log=self.log,
            clock=lambda: self.now_s,
        )

    def attest(self, decided: Decided) -> SignedAttestation:
        return self.node.attest(decided.opened.location, decided.opened.digest)

    def refuses(self, decided: Decided, reason: str) -> str:
        with pytest.raises(Refused) as caught:
            self.attest(decided)
        assert caught.value.reason == reason, caught.value
        return str(caught.value)


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def bench(warehouse: Warehouse) -> Bench:
    return Bench(warehouse)


def test_attest__good_bundle__signed_by_its_own_account(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()

    signed = bench.attest(decided)

    assert signed.attestation == warehouse.attestation(decided)
    digest = signing_digest(warehouse.domain, signed.attestation)
    assert recover_signer(digest, signed.signature) == party("attester 4").account == signed.account
    assert signed.member == BANK


def test_attest__every_attester__the_same_attestation(warehouse: Warehouse) -> None:
    decided = warehouse.issue()

    found = {Bench(warehouse, f"attester {m}").attest(decided).attestation for m in (1, 4, 5, 6)}

    assert found == {warehouse.attestation(decided)}


def test_attest__same_bundle_again__signed_again(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()

    assert bench.attest(decided) == bench.attest(decided)


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity_g": Grams(199 * T)},
        {"location": "A-08"},
        {"product": "Stones"},
        {"packages": pallets(7)},
        {"unit": "t"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_attest__own_wms_says_something_else__refused(
    bench: Bench, warehouse: Warehouse, changes: dict[str, Any]
) -> None:
    decided = warehouse.issue()
    warehouse.source.answers[SITE, LOT] = replace(warehouse.claim, **changes)

    assert next(iter(changes)) in bench.refuses(decided, "wms-differs")


def test_attest__wms_down__unreachable_and_nothing_noted(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    warehouse.source.answers[SITE, LOT] = Unreachable("WMS", "http://wms.example", "refused")

    with pytest.raises(Unreachable, match=r"WMS at http://wms\.example"):
        bench.attest(decided)

    warehouse.source.answers[SITE, LOT] = warehouse.claim
    bench.attest(decided)


def test_attest__verdict_is_not_accept__refused_with_the_whole_verdict(
    bench: Bench, warehouse: Warehouse
) -> None:
    decided = warehouse.issue(messages=warehouse.weighings(196 * T) + warehouse.frames())

    with pytest.raises(VerdictRefused) as caught:
        bench.attest(decided)

    assert caught.value.reason == "verdict"
    assert "beyond the tolerance" in str(caught.value)
    assert caught.value.verdict["decision"] == "REJECT"


def test_attest__verdict_is_hold__refused(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue(messages=warehouse.weighings(199 * T) + warehouse.frames())

    assert "HOLD" in bench.refuses(decided, "verdict")


def test_attest__account_without_a_seat__refused(warehouse: Warehouse) -> None:
    Bench(warehouse, "stranger").refuses(warehouse.issue(), "no-seat")


def test_attest__seat_lost_with_a_new_epoch__refused(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    left = tuple(a for a in warehouse.committee.attesters if a.member != BANK)
    warehouse.ledger.new_epoch(replace(warehouse.committee, epoch=2, attesters=left), warehouse.now_s)

    bench.refuses(decided, "no-seat")


def suspension(warehouse: Warehouse) -> Decided:
    """Short goods under a receipt, and the order to suspend it."""
    order, documents = warehouse.issued()
    suspend = SuspendOrder(
        order.receipts[0].receipt_id, SuspendReason.QUANTITY_SHORT, 0, warehouse.now_s + DAY_S
    )
    frames = warehouse.frames(values=pallets(7))
    return warehouse.existing(suspend, [document_bytes(documents[0])], frames)


@pytest.mark.parametrize("act", ["issue", "suspend"])
def test_attest__own_member_is_holder__refused(warehouse: Warehouse, act: str) -> None:
    holder = Attester(party("attester 2").account, IMPORTER, warehouse.committee.attesters[0].roles)
    seats = tuple(sorted((*warehouse.committee.attesters, holder), key=lambda a: int(a.account, 16)))
    warehouse.committee = replace(warehouse.committee, epoch=2, attesters=seats)
    warehouse.ledger.new_epoch(warehouse.committee, warehouse.now_s)
    decided = warehouse.issue() if act == "issue" else suspension(warehouse)
    place, digest = decided.opened.location, decided.opened.digest
    bench = Bench(warehouse, "attester 2")
    # Sealed to the oracle and the attesters; this one reads with the oracle's encryption key.
    keys = party("attester 2")
    keys.encryption = warehouse.oracle.encryption
    bench.node._keys = keys

    with pytest.raises(Refused) as caught:
        bench.node.attest(place, digest)

    assert caught.value.reason == "attester-has-interest"


def test_attest__policy_not_in_force__refused(bench: Bench, warehouse: Warehouse) -> None:
    warehouse.policy = replace(warehouse.policy, tolerance_bps=300)

    bench.refuses(warehouse.issue(), "wrong-policy")


def test_attest__other_digest_than_the_bundles__refused(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()

    with pytest.raises(EvidenceRejected, match="attested is"):
        bench.node.attest(decided.opened.location, b"\x07" * 32)


def test_attest__bundle_not_sealed_to_it__refused(warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    bench = Bench(warehouse)
    bench.node._keys.encryption = party("stranger").encryption

    bench.refuses(decided, "not-a-recipient")


def test_attest__one_file_missing__evidence_missing_naming_it(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    lost = next(f for f in decided.opened.manifest.files if f.name == "weighing-03.cose")
    warehouse.store.lose(lost.location)

    with pytest.raises(EvidenceMissing, match=r"weighing-03\.cose"):
        bench.attest(decided)


def test_attest__store_down__unreachable(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    warehouse.store.down = True

    with pytest.raises(Unreachable, match="evidence store"):
        bench.attest(decided)


def test_attest__chain_down__unreachable(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    warehouse.ledger.node.down = True

    with pytest.raises(Unreachable, match="chain"):
        bench.attest(decided)


def test_attest__evidence_too_old_by_a_second__refused(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    last = warehouse.attestation(decided).valid_until

    bench.now_s = last + 1
    bench.refuses(decided, "stale-evidence")
    bench.now_s = last
    bench.attest(decided)


def test_attest__observed_ahead_of_our_clock__refused(bench: Bench, warehouse: Warehouse) -> None:
    decided = warehouse.issue()
    earliest = decided.found.observations.newest_at - warehouse.policy.max_clock_skew_s

    bench.now_s = earliest - 1
    bench.refuses(decided, "observed-in-future")
    bench.now_s = earliest
    bench.attest(decided)


def test_attest__deadline_passed__refused(bench: Bench, warehouse: Warehouse) -> None:
    request = replace(warehouse.request(), deadline=warehouse.now_s + 5)
    decided = warehouse.issue(request=request)

    bench.now_s = request.deadline + 1
    bench.refuses(decided, "deadline-passed")
    bench.now_s = request.deadline
    bench.attest(decided)


@pytest.fixture
def two_transfers(warehouse: Warehouse) -> tuple[Decided, Decided]:
    """Two orders for the same (receipt, seq), to two buyers, both with good evidence."""
    order, documents = warehouse.issued()
    receipt_id, data = order.receipts[0].receipt_id, [document_bytes(documents[0])]
    made = [
        warehouse.existing(TransferOrder(receipt_id, IMPORTER, buyer, 0, warehouse.now_s + 600 + buyer), data)
        for buyer in (TRADER, INSPECTOR)
    ]
    return made[0], made[1]


def test_attest__another_order_for_the_same_seq__refused_while_the_first_may_be_used(
    bench: Bench, two_transfers: tuple[Decided, Decided]
) -> None:
    first, second = two_transfers
    bench.attest(first)

    assert "number 0" in bench.refuses(second, "already-signed-another")
    bench.attest(first)


def test_attest__another_order_after_the_firsts_deadline__signed(
    bench: Bench, two_transfers: tuple[Decided, Decided]
) -> None:
    first, second = two_transfers
    bench.attest(first)
    deadline = first.found.order.deadline

    bench.now_s = deadline
    bench.refuses(second, "already-signed-another")
    bench.now_s = deadline + 1
    bench.attest(second)


def test_attest__second_order_took_the_place__now_it_is_the_one_that_bars_others(
    bench: Bench, warehouse: Warehouse, two_transfers: tuple[Decided, Decided]
) -> None:
    first, second = two_transfers
    bench.attest(first)
    bench.now_s = first.found.order.deadline + 1
    bench.attest(second)
    number, document = second.found.documents[0]
    third = TransferOrder(number, IMPORTER, BANK + 3, 0, second.found.order.deadline + 600)

    decided = warehouse.existing(third, [document_bytes(document)])

    assert f"until {second.found.order.deadline}" in bench.refuses(decided, "already-signed-another")


def test_attest__book_kept_over_a_restart__still_refused(
    warehouse: Warehouse, bench: Bench, two_transfers: tuple[Decided, Decided]
) -> None:
    first, second = two_transfers
    bench.attest(first)
    again = Bench(warehouse)
    again.node._log = SignedLog(bench.engine)

    again.refuses(second, "already-signed-another")


def test_attest__receipts_asked_for_once_only_issued_once(bench: Bench, warehouse: Warehouse) -> None:
    request = warehouse.request(total_g=50 * T)
    first, second = warehouse.issue(request=request), warehouse.issue(request=request)
    bench.attest(first)

    assert "request" in bench.refuses(second, "already-signed-another")


def test_attest__suspension_of_short_goods__signed(bench: Bench, warehouse: Warehouse) -> None:
    assert bench.attest(suspension(warehouse)).member == BANK


def test_attest__suspension_of_good_goods__refused(bench: Bench, warehouse: Warehouse) -> None:
    order, documents = warehouse.issued()
    suspend = SuspendOrder(
        order.receipts[0].receipt_id, SuspendReason.QUANTITY_SHORT, 0, warehouse.now_s + DAY_S
    )

    decided = warehouse.existing(suspend, [document_bytes(documents[0])])
    assert "ACCEPT" in bench.refuses(decided, "verdict")


def test_attest__validity_is_the_shorter_of_policy_and_committee(warehouse: Warehouse) -> None:
    warehouse.committee = committee_of(warehouse.policy, epoch=2, max_age_s=600)
    warehouse.ledger.new_epoch(warehouse.committee, warehouse.now_s)

    attestation = Bench(warehouse).attest(warehouse.issue()).attestation

    assert attestation.valid_until - attestation.observed_at == 600
    assert attestation.epoch == 2


def test_attest__lying_manifest__refused_before_anything_is_signed(
    bench: Bench, warehouse: Warehouse
) -> None:
    decided = warehouse.issue()
    claim = dict(decided.opened.manifest.claim)
    claim["stated"] = {**claim["stated"], "location": "A-99"}
    lie = warehouse.resealed(decided.opened, claim=claim)

    with pytest.raises(EvidenceRejected, match=r"claim\.json"):
        bench.node.attest(lie.location, lie.digest)


@pytest.mark.parametrize(
    "change",
    [
        {"devices": 5},
        {"devices": [None]},
        {"tolerance_bps": -50},
        {"max_frame_pixels": "many"},
        {"lot_salt": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_attest__hostile_policy_under_its_own_digest__refused_not_crashed(
    bench: Bench, warehouse: Warehouse, change: dict[str, Any]
) -> None:
    decided = warehouse.issue()
    bad = canonical_json({**policy_to_json(warehouse.policy), **change})
    files = {**decided.opened.files, "policy.json": bad}
    lie = warehouse.resealed(decided.opened, files, policy_digest=sha256_digest(bad))

    with pytest.raises(EvidenceRejected, match="policy"):
        bench.node.attest(lie.location, lie.digest)


# orders for modules


def pledge_of(warehouse: Warehouse, receipt_id: int, pledgee: int) -> PledgeOrder:
    """The importer pledges its receipt."""
    until = warehouse.now_s + DAY_S
    terms = (1, 5_000, b"CNY", until, 7_000, 3_600, 0, bytes(32))
    return PledgeOrder(receipt_id, IMPORTER, pledgee, 0, *terms, until)


def test_attest__pledge__signed_in_the_pledge_modules_domain(warehouse: Warehouse) -> None:
    order, (document,) = warehouse.issued()
    act = pledge_of(warehouse, order.receipts[0].receipt_id, TRADER)
    bench = Bench(warehouse, f"attester {INSPECTOR}")

    signed = bench.attest(warehouse.existing(act, [document_bytes(document)]))

    domain = domain_of(warehouse.ledger.connection.deployment, act)
    assert domain.verifying_contract != warehouse.domain.verifying_contract
    assert recover_signer(signing_digest(domain, signed.attestation), signed.signature) == signed.account
    assert signed.attestation.order_hash == order_hash(act)


def test_attest__pledge_to_its_own_member_or_pledged_to_it__refused(warehouse: Warehouse) -> None:
    order, (document,) = warehouse.issued()
    receipt_id = order.receipts[0].receipt_id
    bench, papers = Bench(warehouse), [document_bytes(document)]
    bench.refuses(warehouse.existing(pledge_of(warehouse, receipt_id, BANK), papers), "attester-has-interest")
    state = warehouse.ledger.receipts[receipt_id]
    warehouse.ledger.receipts[receipt_id] = replace(state, pledges=1, first_pledgee=BANK)
    gone = PartialDeliveryOrder(receipt_id, IMPORTER, 50 * T, 0, warehouse.now_s + DAY_S)
    messages = warehouse.frames() + warehouse.weighings(50 * T, 2)
    bench.refuses(warehouse.existing(gone, papers, messages), "attester-has-interest")


def test_attest__two_acts_for_one_number_of_a_receipt__the_second_refused(warehouse: Warehouse) -> None:
    order, (document,) = warehouse.issued()
    receipt_id, papers = order.receipts[0].receipt_id, [document_bytes(document)]
    bench = Bench(warehouse, f"attester {INSPECTOR}")
    bench.attest(warehouse.existing(pledge_of(warehouse, receipt_id, TRADER), papers))
    again = pledge_of(warehouse, receipt_id, BANK)
    bench.refuses(warehouse.existing(again, papers, warehouse.frames()), "already-signed-another")


def test_attest__what_goods_cannot_show__waits_until_people_have_approved_it(warehouse: Warehouse) -> None:
    order, (document,) = warehouse.issued()
    until = warehouse.now_s + DAY_S
    tender = LienTenderOrder(order.receipts[0].receipt_id, IMPORTER, 900, bytes(31) + b"\1", until)
    decided = warehouse.existing(tender, [document_bytes(document)])
    bench = Bench(warehouse, f"attester {INSPECTOR}")
    with pytest.raises(Unreachable, match="attester approve"):
        bench.attest(decided)

    bench.log.approve(order_hash(tender), warehouse.now_s)
    bench.log.approve(order_hash(tender), warehouse.now_s)

    assert bench.attest(decided).attestation.order_hash == order_hash(tender)
    keeper = Bench(warehouse, f"attester {OPERATOR}")
    keeper.log.approve(order_hash(tender), warehouse.now_s)
    keeper.refuses(decided, "attester-has-interest")


def test_attest__act_that_no_evidence_speaks_of__refused(warehouse: Warehouse) -> None:
    order, (document,) = warehouse.issued()
    receipt_id, until = order.receipts[0].receipt_id, warehouse.now_s + DAY_S
    release = PledgeReleaseOrder(receipt_id, 7, TRADER, 0, until)
    decided = warehouse.existing(release, [document_bytes(document)])
    Bench(warehouse, f"attester {INSPECTOR}").refuses(decided, "no-rule")
