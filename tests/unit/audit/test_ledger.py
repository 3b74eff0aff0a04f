"""The ledger rebuilt from logs alone, and histories that cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.attestation.quorum import Committee
from holdfast.audit.ledger import Ledger
from holdfast.audit.signed import holder_findings
from holdfast.chain.events import ChainEvent
from holdfast.domain.acts import SupersedeOrder, SupersedeReason
from holdfast.domain.errors import Refused
from holdfast.domain.orders import DeliveryOrder, Kind, Status, TransferOrder
from holdfast.domain.receipts import LotState
from tests.fakes.chain_facts import committee_args
from tests.fakes.oracle import committee_of
from tests.simulators.site import SimulatedSite

LOT = bytes(range(24))
COMMITTEE = committee_of(SimulatedSite().policy)


def event(name: str, **args: Any) -> ChainEvent:
    return ChainEvent(name, args, 5, "0x05", "0xfeed", 0)


def issued(receipt: int = 7, **changes: Any) -> ChainEvent:
    args = {"receiptId": receipt, "lotId": "0x" + LOT.hex(), "holder": 2, "operator": 1, "quantityG": 60}
    return event("ReceiptIssued", **(args | {"kind": 1, "expiresAt": 900} | changes))


ATTESTED = event("LotAttested", lotId="0x" + LOT.hex(), operator=1, quantityG=100)
BEGUN = (event("MemberAdded", member=2, account="0xAA"), event("MemberAdded", member=3, account="0xBB"))


def test_extension_without_holder__pledged_and_expired__else_told() -> None:
    order = SupersedeOrder(7, 8, 0, 0, 60, 5_000, SupersedeReason.EXTENSION, 990)
    free, pledged = after(issued()), after(issued())
    pledged.receipts[7] = replace(pledged.receipts[7], pledges=1, first_pledgee=3)
    assert list(holder_findings(order, pledged, 901)) == []
    pledged.receipts[8] = free.receipts[7]
    assert list(holder_findings(order, pledged, 901)) == [], "only the one that stands before it counts"
    for ledger, now_s in ((pledged, 900), (free, 901), (after(), 901)):
        (found,) = holder_findings(order, ledger, now_s)
        assert "not both pledged and expired" in found
    assert list(holder_findings(replace(order, holder=2), free, 1)) == []


def after(*events: ChainEvent) -> Ledger:
    ledger = Ledger()
    ledger.apply([*BEGUN, ATTESTED, *events], 0)
    return ledger


def test_ledger__issue__receipt_and_lot_live() -> None:
    ledger = after(issued(), issued(8, quantityG=40, kind=2))

    assert ledger.lots[LOT] == LotState(LOT, 100, 100, 1)
    receipt = ledger.receipts[7]
    assert (receipt.holder, receipt.status, receipt.seq, receipt.quantity_g) == (2, Status.LIVE, 0, 60)
    assert (receipt.expires_at, receipt.lot_id, receipt.operator) == (900, LOT, 1)
    assert [ledger.receipts[n].kind for n in (7, 8)] == [Kind.NEGOTIABLE, Kind.NON_NEGOTIABLE]


def test_ledger__whole_life__every_act_counts_once() -> None:
    ledger = after(
        issued(),
        issued(8, quantityG=40),
        event("ReceiptTransferred", **{"receiptId": 7, "from": 2, "to": 3, "seq": 0}),
        event("ReceiptSuspended", receiptId=7, reason=1, seq=1),
    )
    assert ledger.receipts[7].status is Status.SUSPENDED
    ledger.apply([event("ReceiptReinstated", receiptId=7, seq=2)], 0)
    assert (ledger.receipts[7].holder, ledger.receipts[7].status, ledger.receipts[7].seq) == (
        3,
        Status.LIVE,
        3,
    )

    ledger.apply([event("ReceiptDelivered", receiptId=7, holder=3, quantityG=60, seq=3)], 0)

    assert (ledger.receipts[7].status, ledger.receipts[7].quantity_g) == (Status.DELIVERED, 0)
    assert ledger.lots[LOT] == LotState(LOT, 40, 40, 1)
    assert ledger.receipts[8].quantity_g == 40


def test_ledger__events_of_others__passed_over() -> None:
    ledger = after(issued())
    before = (dict(ledger.receipts), dict(ledger.lots))

    ledger.apply([event(name, receiptId=7) for name in ("Transfer", "Locked", "Unlocked", "Attested")], 0)

    assert (ledger.receipts, ledger.lots) == before


def test_ledger__account_changed__the_new_one_from_then_on() -> None:
    order = TransferOrder(7, 2, 3, 0, 99)
    ledger = after(issued())
    assert ledger.facts(order, LOT, 5, 50).accounts == ((2, "0xAA"), (3, "0xBB"))

    ledger.apply([event("MemberAccountChanged", member=2, account="0xCC")], 0)

    facts = ledger.facts(order, LOT, 6, 60)
    assert facts.accounts == ((2, "0xCC"), (3, "0xBB"))
    assert (facts.block_number, facts.now_s, facts.lot) == (6, 60, LotState(LOT, 100, 60, 1))
    assert facts.receipts == (ledger.receipts[7],)


def test_ledger__unknown_receipt_or_lot__none() -> None:
    facts = Ledger().facts(DeliveryOrder(7, 2, 1, 0, 99), LOT, 1, 1)

    assert (facts.lot, facts.receipts, facts.accounts) == (None, (None,), ())


def test_ledger__committee__kept_under_its_epoch() -> None:
    ledger = after(event("CommitteeChanged", **committee_args(COMMITTEE)))

    assert ledger.committees == {1: COMMITTEE}


@pytest.mark.parametrize("field", ["epoch", "maxAgeS", "threshold", "policyDigest", "attesters"])
def test_ledger__committee_that_is_not_its_digest__impossible(field: str) -> None:
    args = committee_args(COMMITTEE)
    other: Committee = replace(
        COMMITTEE, epoch=2, max_age_s=1, threshold=1, policy_digest=b"\7" * 32, attesters=()
    )
    args["committee"][field] = committee_args(other)["committee"][field]

    with pytest.raises(Refused) as caught:
        after(event("CommitteeChanged", **args))
    assert caught.value.reason == "impossible-history"


@pytest.mark.parametrize(
    "forged",
    [
        event("ReceiptTransferred", **{"receiptId": 9, "from": 2, "to": 3, "seq": 0}),
        event("ReceiptSuspended", receiptId=9, reason=1, seq=0),
        event("ReceiptReinstated", receiptId=9, seq=0),
        event("ReceiptDelivered", receiptId=9, holder=2, quantityG=60, seq=0),
        issued(9, lotId="0x" + "77" * 24),
        issued(7, quantityG=1),
        event("ReceiptTransferred", **{"receiptId": 7, "from": 3, "to": 2, "seq": 0}),
        event("ReceiptTransferred", **{"receiptId": 7, "from": 2, "to": 3, "seq": 1}),
        event("ReceiptSuspended", receiptId=7, reason=1, seq=4),
        event("ReceiptReinstated", receiptId=7, seq=0),
        event("ReceiptDelivered", receiptId=7, holder=3, quantityG=60, seq=0),
        event("ReceiptDelivered", receiptId=7, holder=2, quantityG=59, seq=0),
        issued(9, quantityG=41),
        issued(9, operator=4, quantityG=1),
        ATTESTED,
    ],
    ids=[
        "transfer-of-none", "suspension-of-none", "reinstatement-of-none", "delivery-of-none", "lot-unknown",
        "issued-twice", "moved-by-another", "number-ahead", "suspended-ahead", "reinstated-while-live",
        "delivered-by-another", "delivered-in-part", "above-the-lot", "operator-of-another-lot",
        "lot-attested-twice",
    ],
)  # fmt: skip
def test_ledger__forged_history__impossible(forged: ChainEvent) -> None:
    with pytest.raises(Refused) as caught:
        after(issued(), forged)
    assert caught.value.reason == "impossible-history"
    assert "0xfeed" in str(caught.value)


def test_ledger__anything_after_delivery__impossible() -> None:
    gone = event("ReceiptDelivered", receiptId=7, holder=2, quantityG=60, seq=0)
    for late in (
        event("ReceiptTransferred", **{"receiptId": 7, "from": 2, "to": 3, "seq": 1}),
        event("ReceiptSuspended", receiptId=7, reason=1, seq=1),
        event("ReceiptReinstated", receiptId=7, seq=1),
        gone,
        issued(quantityG=1),
    ):
        with pytest.raises(Refused, match="0xfeed"):
            after(issued(), gone, late)
