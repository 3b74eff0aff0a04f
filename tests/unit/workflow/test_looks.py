"""Looks at goods, shared shortages, and acts that nobody attests, through the oracle's steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from eth_utils import keccak

from holdfast.attestation.typed_data import order_hash, order_to_json
from holdfast.domain.acts import (
    Act,
    OriginKind,
    OriginOrder,
    PartialDeliveryOrder,
    PledgeOrder,
    PledgeReleaseOrder,
    ShortageOrder,
    SplitOrder,
    Successor,
    SupersedeOrder,
    SupersedeReason,
)
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.orders import ReinstateOrder, Status, SuspendOrder, SuspendReason
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.successors import make_successor
from holdfast.domain.units import Grams
from holdfast.evidence.collection import document_bytes, receipt_id
from holdfast.store.records import open_records
from holdfast.store.records_types import INSPECTION, SHORTAGE, OrderStatus
from oracle.iot.inbox import Inbox
from oracle.workflow.decisions import Decisions
from oracle.workflow.papers import Way
from oracle.workflow.relayer import Relayer
from oracle.workflow.steps import Patience, Steps
from tests.fakes.oracle import BANK, DAY_S, IMPORTER, LOT, OPERATOR, TRADER, T, Warehouse, party
from tests.fakes.yard import Yard
from tests.simulators.site import SITE


@dataclass
class Relays:
    """A relayer that only notes what it was given."""

    account: str = party("oracle").account
    confirmations: int = 0
    given: list[tuple[str, str | None]] = field(default_factory=list)

    def reserve(self, order_id: str, data: bytes, to: str | None = None) -> str:
        self.given.append((order_id, to))
        return "0x" + "aa" * 32


class Bench:
    """One oracle over a ledger in memory on which the importer holds receipts."""

    def __init__(self, folder: Path, receipts: int = 1) -> None:
        self.warehouse = Warehouse()
        self.yard = Yard(self.warehouse, lambda: self.warehouse.now_s)
        order, documents = self.warehouse.issued(receipts)
        self.receipts = [terms.receipt_id for terms in order.receipts]
        self.documents = documents
        clock = lambda: self.warehouse.now_s  # noqa: E731
        self.records = open_records(f"sqlite:///{folder}/records.sqlite", clock)
        for document in documents:
            lot = "0x" + self.warehouse.lot_id.hex()
            self.records.record_document(receipt_hex(receipt_id(document)), document_bytes(document), lot)
        self.relays = Relays()
        self.steps = Steps(
            chain=self.warehouse.ledger.chain,
            records=self.records,
            inbox=cast(Inbox, self.yard),
            store=self.warehouse.store,
            source=self.warehouse.source,
            keys=self.warehouse.oracle,
            relayer=cast(Relayer, self.relays),
            policy=self.warehouse.policy,
            book=(),
            decisions=Decisions(self.records, folder, clock),
            read_frame=self.warehouse.pictures,
            patience=Patience(0.0, 2, 1),
            clock=clock,
        )

    @property
    def ledger(self) -> Any:
        return self.warehouse.ledger

    def change(self, receipt: int, **changes: Any) -> None:
        self.ledger.receipts[receipt] = replace(self.ledger.receipts[receipt], **changes)

    def ask(self, receipt: int, kind: str = INSPECTION, **more: Any) -> str:
        name = receipt_hex(receipt)
        return self.records.submit_order(
            primary_type=kind,
            order={"receiptId": name, **more},
            order_hash="0x" + "11" * 32,
            receipt_id=name,
            seq=None,
            deadline=self.warehouse.now_s + DAY_S,
            signers=[],
            signatures={},
            submitted_by=OPERATOR,
        ).id

    def act(
        self, act: Act, signers: Sequence[int] = (), documents: dict[str, bytes] | None = None, **more: Any
    ) -> str:
        named: Any = act
        receipt = receipt_hex(named.receipt_id) if hasattr(act, "receipt_id") else None
        return self.records.submit_order(
            primary_type=type(act).__name__,
            order=order_to_json(act),
            order_hash="0x" + order_hash(act).hex(),
            receipt_id=receipt,
            seq=getattr(act, "seq", None),
            deadline=act.deadline,
            signers=list(signers),
            signatures={
                member: "0x" + party(f"member {member}").sign(self.ledger.domain, act).hex()
                for member in signers
            },
            submitted_by=OPERATOR,
            documents=documents,
            **more,
        ).id

    def collected(self, order_id: str) -> dict[str, Any]:
        return self.steps.collect(order_id, self.steps.open(order_id))

    def order_of(self, bundle: dict[str, Any]) -> Any:
        return self.steps._decided(bundle).found.order

    @property
    def deadline(self) -> int:
        return self.warehouse.now_s + DAY_S


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# looks


def test_look__all_there__nothing_follows_and_it_says_so(bench: Bench) -> None:
    order_id = bench.ask(bench.receipts[0])
    assert bench.steps.plan(order_id) == Way.INSPECTED

    bundle = bench.collected(order_id)
    bench.steps.conclude(order_id, bundle)

    record = bench.records.order(order_id)
    assert (bundle["decision"], bundle["goes_on"]) == ("ACCEPT", False)
    assert (record.status, record.reason, record.tx_hash) == (OrderStatus.FINAL, "goods-as-claimed", None)
    assert bench.steps.follow_up(order_id, bundle) == []


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        ("pallet missing", SuspendReason.QUANTITY_SHORT),
        ("other bay", SuspendReason.WRONG_LOCATION),
        ("foreign label", SuspendReason.WRONG_LABEL),
        ("less in the WMS", SuspendReason.QUANTITY_SHORT),
    ],
)
def test_look__goods_differ__suspended_for_the_first_match_that_fails(
    bench: Bench, bend: str, reason: SuspendReason
) -> None:
    warehouse = bench.warehouse
    if bend == "pallet missing":
        bench.yard.seen = warehouse.packages[1:]
    elif bend == "foreign label":
        bench.yard.seen = (*warehouse.packages, "369012340000099998")
    elif bend == "other bay":
        warehouse.claim = replace(warehouse.claim, location="B-99")
    else:
        warehouse.claim = replace(warehouse.claim, quantity_g=Grams(196 * T))

    bundle = bench.collected(bench.ask(bench.receipts[0]))

    order = bench.order_of(bundle)
    assert isinstance(order, SuspendOrder) and bundle["goes_on"] and bundle["decision"] == "REJECT"
    assert (order.reason, order.seq) == (reason, 0)


def test_look__challenge_not_in_view__not_certain_and_the_receipt_goes_on(bench: Bench) -> None:
    order_id = bench.ask(bench.receipts[0])
    code = bench.steps.open(order_id)
    bench.yard.codes[code] = bench.warehouse.frames(challenge=code, shown="")

    bundle = bench.steps.collect(order_id, code)

    assert (bundle["decision"], bundle["goes_on"], bundle["differs"]) == ("REJECT", False, False)
    assert bundle["conclusion"][0] == "not-certain"


def test_look__suspended_and_all_there_again__reinstated(bench: Bench) -> None:
    bench.change(bench.receipts[0], status=Status.SUSPENDED, seq=1, suspend_reason=1)

    bundle = bench.collected(bench.ask(bench.receipts[0]))

    assert isinstance(bench.order_of(bundle), ReinstateOrder) and bundle["goes_on"]


def test_look__suspended_and_still_short__stays_and_says_why(bench: Bench) -> None:
    bench.change(bench.receipts[0], status=Status.SUSPENDED, seq=1, suspend_reason=1)
    bench.yard.seen = bench.warehouse.packages[1:]

    bundle = bench.collected(bench.ask(bench.receipts[0]))

    assert (bundle["goes_on"], bundle["conclusion"][0]) == (False, "still-differs")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": Status.DELIVERED, "quantity_g": 0}, "receipt-not-live"),
        ({"status": Status.SUSPENDED, "suspend_reason": 7}, "under-notice"),
    ],
)
def test_look__nothing_to_look_at_or_under_notice__refused(
    bench: Bench, changes: dict[str, Any], reason: str
) -> None:
    order_id = bench.ask(bench.receipts[0])
    code = bench.steps.open(order_id)
    bench.change(bench.receipts[0], **changes)

    with pytest.raises(Refused) as caught:
        bench.steps.collect(order_id, code)
    assert caught.value.reason == reason


def test_follow_up__others_on_the_lot__looked_at_once_each(tmp_path: Path) -> None:
    bench = Bench(tmp_path, receipts=3)
    first, second, third = bench.receipts
    bench.yard.seen = bench.warehouse.packages[1:]
    order_id = bench.ask(first)
    bundle = bench.collected(order_id)
    bench.change(first, status=Status.SUSPENDED, seq=1)
    bench.change(third, status=Status.DELIVERED, quantity_g=0)

    (asked,) = bench.steps.follow_up(order_id, bundle)

    record = bench.records.order(asked)
    assert (record.primary_type, record.receipt_id) == (INSPECTION, receipt_hex(second))
    assert record.status is OrderStatus.QUEUED and set(record.parties) == {OPERATOR, IMPORTER}
    assert bench.steps.follow_up(order_id, bundle) == [], "once more is harmless"


# shortages


def test_shortage__wms_and_bridge_say_the_same__shared_among_all(tmp_path: Path) -> None:
    bench = Bench(tmp_path, receipts=2)
    for receipt in bench.receipts:
        bench.change(receipt, status=Status.SUSPENDED, seq=1, suspend_reason=1)
    bench.warehouse.claim = replace(bench.warehouse.claim, quantity_g=Grams(196 * T))
    bench.yard.weighed_g = 196 * T

    bundle = bench.collected(bench.ask(bench.receipts[0], SHORTAGE))

    order = bench.order_of(bundle)
    assert isinstance(order, ShortageOrder), bundle
    assert (bundle["goes_on"], order.short_g, bundle["reasons"]) == (True, 4 * T, [])
    assert [ref.receipt_id for ref in order.receipts] == sorted(bench.receipts)
    assert {ref.seq for ref in order.receipts} == {1}


@pytest.mark.parametrize("weighed", [190, 200])
def test_shortage__bridge_says_otherwise__not_confirmed(bench: Bench, weighed: int) -> None:
    bench.change(bench.receipts[0], status=Status.SUSPENDED, seq=1, suspend_reason=1)
    bench.warehouse.claim = replace(bench.warehouse.claim, quantity_g=Grams(196 * T))
    bench.yard.weighed_g = weighed * T

    bundle = bench.collected(bench.ask(bench.receipts[0], SHORTAGE))

    assert (bundle["goes_on"], bundle["conclusion"][0]) == (False, "shortage-not-confirmed")


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        ("nothing missing", "no-shortage"),
        ("other one live", "receipt-not-suspended"),
        ("other one unknown", "lot-incomplete"),
    ],
)
def test_shortage__what_cannot_be_shared__refused(tmp_path: Path, bend: str, reason: str) -> None:
    bench = Bench(tmp_path, receipts=2)
    first, second = bench.receipts
    bench.change(first, status=Status.SUSPENDED, seq=1, suspend_reason=1)
    if bend == "other one unknown":
        bench.change(second, status=Status.DELIVERED, quantity_g=0)
    if bend != "nothing missing":
        bench.warehouse.claim = replace(bench.warehouse.claim, quantity_g=Grams(196 * T))
    bench.yard.weighed_g = 196 * T

    with pytest.raises(Refused) as caught:
        bench.collected(bench.ask(first, SHORTAGE))
    assert caught.value.reason == reason


# acts


def release(bench: Bench) -> PledgeReleaseOrder:
    return PledgeReleaseOrder(bench.receipts[0], 77, BANK, 0, bench.deadline)


def test_plan__by_the_tables__attested_or_signed(bench: Bench) -> None:
    pledge = PledgeOrder(
        *(bench.receipts[0], IMPORTER, BANK, 0, 1, 5, b"CNY", bench.deadline, 7_000, 60, 0, bytes(32)),
        bench.deadline,
    )
    assert bench.steps.plan(bench.act(release(bench), [BANK])) == Way.SIGNED
    assert bench.steps.plan(bench.act(replace(pledge, seq=1), [IMPORTER, BANK])) == Way.ATTESTED


def test_reserve__an_act_that_nobody_attests__goes_to_its_module(bench: Bench) -> None:
    order_id = bench.act(release(bench), [BANK])

    assert bench.steps.reserve(order_id, None, [])

    deployment = bench.ledger.connection.deployment
    assert bench.relays.given == [(order_id, deployment.pledge)]


def test_reserve__pledged_since_it_was_signed__refused_without_the_pledgees_signature(bench: Bench) -> None:
    expiry = bench.ledger.receipts[bench.receipts[0]].expires_at
    parts = (Successor(7, 100 * T, expiry), Successor(8, 100 * T, expiry))
    split = SplitOrder(bench.receipts[0], IMPORTER, OPERATOR, 0, parts, bench.deadline)
    order_id = bench.act(split, [IMPORTER, OPERATOR])
    bench.change(bench.receipts[0], pledges=1, first_pledgee=BANK)

    with pytest.raises(Refused) as caught:
        bench.steps.reserve(order_id, None, [])
    assert caught.value.reason == "signature-missing" and str(BANK) in str(caught.value)


def test_collect__partial_delivery__weighed_at_the_gate(bench: Bench) -> None:
    act = PartialDeliveryOrder(bench.receipts[0], IMPORTER, 50 * T, 0, bench.deadline)
    bench.yard.weighed_g, bench.yard.loads = 50 * T, 2
    first = bench.collected(bench.act(act, [IMPORTER]))
    assert first["goes_on"], first["reasons"]
    bench.yard.weighed_g = 60 * T
    later = replace(act, deadline=bench.deadline + 1)
    bench.records.set_status(bench.records.open_orders()[0].id, OrderStatus.REFUSED, reason="no", detail="no")
    bundle = bench.collected(bench.act(later, [IMPORTER]))
    assert not bundle["goes_on"] and any("over" in reason for reason in bundle["reasons"])


@pytest.mark.parametrize(
    ("error", "values", "asks"),
    [("QuorumTooSmall(uint256,uint256)", (0, 3), True), ("JuniorPledges(uint256,uint16)", (7, 2), False)],
)
def test_open__contract_would_refuse_it_anyway__refused_before_anybody_looks(
    bench: Bench, error: str, values: tuple[int, ...], asks: bool
) -> None:
    """An attester signs one order for a number of a receipt: it must not be one that cannot be."""
    act = PartialDeliveryOrder(bench.receipts[0], IMPORTER, 50 * T, 0, bench.deadline)
    data = keccak(error.encode())[:4] + b"".join(value.to_bytes(32) for value in values)
    bench.ledger.node.call_error = ("0x" + data.hex(), "execution reverted")
    order_id = bench.act(act, [IMPORTER])
    if asks:
        bench.steps.open(order_id)
    else:
        with pytest.raises(Refused, match="junior"):
            bench.steps.open(order_id)
    assert bool(bench.yard.codes) is asks


def test_collect__correction__old_and_new_document_in_the_evidence(bench: Bench) -> None:
    old = bench.receipts[0]
    changes = {"receipt_number": "QD-2", "marks": "as painted"}
    parents = [(old, bench.documents[0])]
    document = make_successor(parents, "correction", changes, salt="ab" * 32, issued_on=bench.warehouse.now_s)
    new = receipt_id(document)
    expiry = bench.ledger.receipts[old].expires_at
    order = SupersedeOrder(old, new, IMPORTER, 0, 200 * T, expiry, SupersedeReason.CORRECTION, bench.deadline)
    bundle = bench.collected(bench.act(order, [IMPORTER], {receipt_hex(new): document_bytes(document)}))

    assert bundle["goes_on"], bundle["reasons"]
    found = bench.steps._decided(bundle).found
    assert [each for each, _ in found.documents] == [old, new]
    kept = bench.records.decision(bench.records.open_orders()[0].id)
    assert kept.purpose == "supersede"


def test_collect__correction_without_its_document__refused(bench: Bench) -> None:
    reason = SupersedeReason.CORRECTION
    order = SupersedeOrder(bench.receipts[0], 9, IMPORTER, 0, 200 * T, bench.deadline, reason, bench.deadline)
    with pytest.raises(InvalidInput, match="a document for every receipt"):
        bench.collected(bench.act(order, [IMPORTER]))


def origin(bench: Bench, **changes: Any) -> OriginOrder:
    lot_id = bench.warehouse.lot_id
    made = OriginOrder(OriginKind.GOODS, bytes(31) + b"\7", lot_id, OPERATOR, TRADER, bench.deadline)
    return replace(made, **changes)


def test_collect__bill_of_lading_before_any_issue__goods_seen_and_the_lot_held_to_its_id(
    bench: Bench,
) -> None:
    bench.ledger.lots.clear()
    place = {"site": SITE, "lot": LOT}
    order = origin(bench, kind=OriginKind.BILL_OF_LADING)
    bundle = bench.collected(bench.act(order, [TRADER], place=place))
    assert bundle["goes_on"], bundle["reasons"]
    bench.yard.seen = bench.warehouse.packages[1:]
    again = bench.collected(bench.act(replace(order, deadline=order.deadline + 1), [TRADER], place=place))
    assert not again["goes_on"]
    other = bench.act(origin(bench, lot_id=bytes(23) + b"\1"), [TRADER], place=place)
    with pytest.raises(Refused, match="lot id is not that"):
        bench.steps.open(other)
