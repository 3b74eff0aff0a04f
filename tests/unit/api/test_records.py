"""Orders, idempotency keys and decisions in the database."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.store.records import Records, open_records
from holdfast.store.records_engine import write
from holdfast.store.records_tables import feed, schema_versions
from holdfast.store.records_types import (
    AttesterSeat,
    DecisionRecord,
    EvidenceFile,
    FrameView,
    KeyReused,
    OrderConflict,
    OrderRecord,
    OrderStatus,
)

RECEIPT = "0x" + "ab" * 32
HASH = "0x" + "11" * 32
JPEG = b"\xff\xd8\xff\xe0rest"


class Hands:
    """A clock set by hand."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands(1_000)


@pytest.fixture
def records(tmp_path: Path, clock: Hands) -> Records:
    return open_records(f"sqlite:///{tmp_path}/records.db", clock)


def submit(records: Records, *signed: int, seq: int = 0, deadline: int = 2_000) -> OrderRecord:
    return records.submit_order(
        primary_type="TransferOrder",
        order={"receiptId": RECEIPT, "seq": seq},
        order_hash=HASH,
        receipt_id=RECEIPT,
        seq=seq,
        deadline=deadline,
        signers=(2, 3),
        signatures={member: "0x" + f"{member:02x}" * 65 for member in signed},
        submitted_by=2,
    )


def test_submit_order__both_signed__queued_with_history_and_feed(records: Records) -> None:
    order = submit(records, 2, 3)
    assert order.status is OrderStatus.QUEUED
    assert [step.status for step in order.history] == [OrderStatus.QUEUED]
    assert order.parties == (2, 3) and order.missing == ()
    with write(records.engine) as db:
        assert [row.name for row in db.execute(feed.select())] == ["OrderStatusChanged"]


def test_submit_order__one_signed__waits_then_second_signature_queues(records: Records) -> None:
    order = submit(records, 2)
    assert order.status is OrderStatus.AWAITING_SIGNATURE and order.missing == (3,)
    assert records.take_queued() is None
    assert records.add_signature(order.id, 3, "0x" + "03" * 65).status is OrderStatus.QUEUED
    assert records.add_signature(order.id, 3, "0x" + "03" * 65).status is OrderStatus.QUEUED


def test_add_signature__stranger_or_second_opinion__refused(records: Records) -> None:
    order = submit(records, 2)
    with pytest.raises(InvalidInput, match="4"):
        records.add_signature(order.id, 4, "0x")
    with pytest.raises(OrderConflict, match="signed it already"):
        records.add_signature(order.id, 2, "0x" + "77" * 65)


def test_submit_order__slot_taken__second_refused_until_first_is(records: Records) -> None:
    first = submit(records, 2, 3)
    with pytest.raises(OrderConflict, match="already has an order queued with seq 0"):
        submit(records, 2, 3)
    waiting = submit(records, 2)
    with pytest.raises(OrderConflict, match="already has an order"):
        records.add_signature(waiting.id, 3, "0x" + "03" * 65)
    submit(records, 2, 3, seq=1)
    records.set_status(first.id, OrderStatus.REFUSED, reason="evidence-hold", detail="a sentence")
    assert submit(records, 2, 3).status is OrderStatus.QUEUED


def test_submit_order__awaiting_signature__holds_no_slot(records: Records) -> None:
    """Else a transferee who signs alone could block the holder's receipt."""
    submit(records, 3)
    assert submit(records, 2, 3).status is OrderStatus.QUEUED


def test_take_queued__oldest_first__collecting(records: Records, clock: Hands) -> None:
    first = submit(records, 2, 3)
    clock.now += 1
    submit(records, 2, 3, seq=1)
    taken = records.take_queued()
    assert taken is not None and taken.id == first.id and taken.status is OrderStatus.COLLECTING
    assert [order.status for order in records.open_orders()] == ["collecting", "queued"]


def test_take_queued__deadline_passed__refused_and_named(records: Records, clock: Hands) -> None:
    order = submit(records, 2, 3, deadline=1_100)
    clock.now = 1_101
    assert records.take_queued() is None
    found = records.order(order.id)
    assert (found.status, found.reason) == (OrderStatus.REFUSED, "deadline-passed")
    assert "1100" in (found.detail or "")


def test_take_queued__many_takers__each_order_once(records: Records) -> None:
    made = {submit(records, 2, 3, seq=seq).id for seq in range(12)}
    taken: list[str] = []

    def take() -> None:
        while order := records.take_queued():
            taken.append(order.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(made)


def test_set_status__repeated__one_step_and_tx_hash_stays(records: Records) -> None:
    order = submit(records, 2, 3)
    records.set_status(order.id, OrderStatus.SUBMITTING, tx_hash=HASH)
    records.set_status(order.id, OrderStatus.SUBMITTING, tx_hash=HASH)
    done = records.set_status(order.id, OrderStatus.FINAL)
    assert done.tx_hash == HASH
    assert [step.status for step in done.history] == ["queued", "submitting", "final"]


def test_set_status__ended__only_an_exception_may_become_final(records: Records) -> None:
    order = submit(records, 2, 3)
    records.set_status(order.id, OrderStatus.EXCEPTION, reason="no-quorum", detail="2 of 3 signed")
    with pytest.raises(OrderConflict, match="ended as exception"):
        records.set_status(order.id, OrderStatus.COLLECTING)
    records.set_status(order.id, OrderStatus.FINAL, tx_hash=HASH)
    with pytest.raises(OrderConflict, match="ended as final"):
        records.set_status(order.id, OrderStatus.REFUSED)


def test_claim_key__same_and_other_request__stored_or_refused(records: Records, clock: Hands) -> None:
    assert records.claim_key(2, "k", "a" * 64) is None
    with pytest.raises(KeyReused) as caught:
        records.claim_key(2, "k", "a" * 64)
    assert caught.value.reason == "still-running"
    assert records.claim_key(3, "k", "b" * 64) is None, "keys belong to a member"
    records.keep_response(2, "k", 202, {"id": "ord_1"})
    stored = records.claim_key(2, "k", "a" * 64)
    assert stored is not None and (stored.status, stored.response) == (202, {"id": "ord_1"})
    with pytest.raises(KeyReused) as caught:
        records.claim_key(2, "k", "b" * 64)
    assert caught.value.reason == "other-request"
    records.release_key(2, "k")
    assert records.claim_key(2, "k", "a" * 64) == stored, "an answered key is not released"


def test_claim_key__request_died__may_be_tried_again(records: Records, clock: Hands) -> None:
    records.claim_key(2, "k", "a" * 64)
    clock.now += 61
    assert records.claim_key(2, "k", "a" * 64) is None


def decision(tx_hash: str | None = None) -> DecisionRecord:
    return DecisionRecord(
        id="dec_1",
        purpose="issue",
        receipt_ids=(RECEIPT,),
        lot_id="0x" + "22" * 24,
        order_hash=HASH,
        evidence_digest="0x" + "33" * 32,
        evidence_location="0x" + "44" * 32,
        evidence_cid="bafkrei",
        policy_digest="0x" + "55" * 32,
        verdict={"decision": "ACCEPT", "matches": []},
        observed_at=900,
        decided_at=1_000,
        attesters=(AttesterSeat(1, "0x" + "aa" * 20),),
        entitled=(1, 2),
        files=(EvidenceFile("claim.json", "the WMS's answer", "0x" + "66" * 32, "baf", "text/plain", 3),),
        tx_hash=tx_hash,
    )


def test_record_decision__again_with_tx_hash__same_record_frames_kept(records: Records) -> None:
    records.record_decision(decision(), [FrameView("bay A-07", JPEG)])
    records.record_decision(decision(HASH))
    assert records.decision("dec_1") == decision(HASH)
    with write(records.engine) as db:
        assert db.exec_driver_sql("SELECT count(*) FROM frame_views").scalar() == 1


def test_record_decision__view_is_no_jpeg__refused(records: Records) -> None:
    with pytest.raises(InvalidInput, match=r"frames\[0\]"):
        records.record_decision(decision(), [FrameView("bay", b"\x89PNG")])


def test_record_document__other_bytes_same_id__refused(records: Records) -> None:
    records.record_document(RECEIPT, b'{"depositor_member":2}')
    records.record_document(RECEIPT, b'{"depositor_member":2}')
    assert records.document(RECEIPT) == b'{"depositor_member":2}'
    with pytest.raises(InvalidInput, match="already stored"):
        records.record_document(RECEIPT, b'{"depositor_member":3}')
    with pytest.raises(InvalidInput, match="receipt document"):
        records.record_document("0x" + "01" * 32, b"{}")


def test_names_and_labels__set_twice__last_stays(records: Records) -> None:
    records.set_member_name(1, "Old", "旧")
    records.set_member_name(1, "Qingdao Port Warehousing", "青岛港仓储")
    assert records.member_names() == {1: ("Qingdao Port Warehousing", "青岛港仓储")}
    records.set_lot_label("0x" + "22" * 24, label="VN-7", site="S", bay="A-07", product="SVR 10")
    records.set_lot_label("0x" + "22" * 24, label="VN-7", site="S", bay="A-07", product="SVR 10")


def test_open_records__other_schema_or_database__refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/records.db"
    records = open_records(url)
    assert open_records(url).member_names() == {}
    with write(records.engine) as db:
        db.execute(schema_versions.update().values(version=99))
    with pytest.raises(Misconfigured, match="schema 99"):
        open_records(url)
    with pytest.raises(Misconfigured, match="mysql"):
        open_records("mysql://x")
