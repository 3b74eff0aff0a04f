"""What the oracle gathers: the files of a bundle, and the same facts that everybody draws from them again."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from holdfast.domain.errors import EvidenceRejected
from holdfast.domain.orders import IssueOrder
from holdfast.evidence import cose
from holdfast.evidence.collection import core_digest, lot_id, receipt_id
from holdfast.evidence.formats import FRAME_CONTENT_TYPE, frame_payload
from oracle.workflow.bundle import PURPOSE_OF, issue_order
from oracle.workflow.collect import gather
from tests.fakes.oracle import LOT, OPERATOR, T, Warehouse
from tests.simulators.site import CHALLENGE, SITE


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


def test_gather__all_messages__files_by_fixed_names(warehouse: Warehouse) -> None:
    found = warehouse.collection(request=warehouse.signed(warehouse.request()))

    weighings = [f"weighing-{n:02d}.cose" for n in range(1, 9)]
    frames = ["frame-01.cose", "frame-01.jpg", "frame-02.cose", "frame-02.jpg"]
    assert sorted(found.files) == sorted(["claim.json", "policy.json", "request.json", *weighings, *frames])
    assert found.images == ("frame-01.jpg", "frame-02.jpg")
    assert [item["type"] for item in found.observations] == ["request", *["weighing"] * 8, *["frame"] * 2]
    assert found.observed_at == warehouse.now_s - 300
    assert found.claim["challenge_code"] == CHALLENGE
    assert found.core() == core_digest(found.claim, found.observations, found.files)


def test_gather__nothing_came__an_empty_collection_for_the_verdict_to_refuse(warehouse: Warehouse) -> None:
    found = warehouse.collection([])

    assert (found.observations, found.observed_at, found.images) == ([], 0, ())
    assert sorted(found.files) == ["claim.json", "policy.json"]


def test_gather__png_frame__its_own_ending(warehouse: Warehouse) -> None:
    file = BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    payload = frame_payload(
        "CAM-A07", file.getvalue(), counter=9, challenge=CHALLENGE, observed_at=warehouse.now_s - 200
    )
    raw = cose.sign(payload, warehouse.camera.private, warehouse.camera.key_id, FRAME_CONTENT_TYPE)
    message = replace(warehouse.frames(1)[0], raw=raw, image=file.getvalue())

    assert warehouse.collection([message]).images == ("frame-01.png",)


@pytest.mark.parametrize("what", ["raw", "image"])
def test_gather__message_that_does_not_hold__refused_naming_the_file(warehouse: Warehouse, what: str) -> None:
    frame, weighing = warehouse.frames(1)[0], warehouse.weighings()[0]
    assert frame.image is not None
    bad = (
        replace(weighing, raw=weighing.raw[:-1] + bytes([weighing.raw[-1] ^ 1]))
        if what == "raw"
        else replace(frame, image=frame.image + b"\0")
    )

    with pytest.raises(EvidenceRejected, match=r"weighing-01\.cose|frame-01\.jpg"):
        warehouse.collection([bad])


def test_gather__any_change_of_evidence__another_core_digest(warehouse: Warehouse) -> None:
    answer = warehouse.source.claim(site=SITE, lot=LOT)
    messages = warehouse.messages()

    def core(operator: int = OPERATOR, challenge: str = CHALLENGE, kept: int = len(messages)) -> str:
        found = gather(warehouse.policy, operator, challenge, answer, messages[:kept], warehouse.pictures)
        return found.core()

    assert core() == core()
    assert len({core(), core(operator=4), core(challenge="HF-0000-0000-0000"), core(kept=9)}) == 4


def test_issue_order__request_of_two_receipts__order_and_documents_agree(warehouse: Warehouse) -> None:
    signed = warehouse.signed(warehouse.request(2))
    collection = warehouse.collection(request=signed)
    answer = warehouse.source.claim(site=SITE, lot=LOT)

    order, documents = issue_order(warehouse.policy, signed[1], answer, collection, warehouse.now_s)
    again, _ = issue_order(warehouse.policy, signed[1], answer, collection, warehouse.now_s)

    assert order.lot_id == lot_id(warehouse.policy, OPERATOR, SITE, LOT)
    assert (order.lot_quantity_g, order.deadline) == (200 * T, signed[1].request.deadline)
    assert [terms.quantity_g for terms in order.receipts] == [100 * T, 100 * T]
    assert len(documents) == 2
    assert {t.receipt_id for t in order.receipts}.isdisjoint({t.receipt_id for t in again.receipts}), (
        "no salt"
    )


def test_sealed__issue__documents_commit_to_the_evidence(warehouse: Warehouse) -> None:
    decided = warehouse.issue(2)

    assert isinstance(decided.found.order, IssueOrder)
    for (number, document), terms in zip(decided.found.documents, decided.found.order.receipts, strict=True):
        assert receipt_id(document) == number == terms.receipt_id
        assert document.evidence_core_digest == decided.found.evidence_core
    assert decided.opened.manifest.purpose == PURPOSE_OF["IssueOrder"] == "issue"
    assert warehouse.store.has(decided.cid)


def test_lot_id__lot_site_operator_or_salt_differ__another_id(warehouse: Warehouse) -> None:
    policy = warehouse.policy
    ids = {
        lot_id(policy, 1, "S", "L"),
        lot_id(policy, 2, "S", "L"),
        lot_id(policy, 1, "T", "L"),
        lot_id(policy, 1, "S", "M"),
        lot_id(replace(policy, lot_salt="cd" * 32), 1, "S", "L"),
    }

    assert len(ids) == 5
    assert lot_id(replace(policy, tolerance_bps=1), 1, "S", "L") in ids, "one lot, one id, under every policy"
