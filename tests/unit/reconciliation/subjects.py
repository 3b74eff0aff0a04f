"""Subjects whose five matches all pass, for tests to bend one thing at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from holdfast.domain.claims import StockClaim
from holdfast.domain.deposit import DepositRequest, documents_from_terms, make_terms
from holdfast.domain.document import ReceiptDocument, kind_of
from holdfast.domain.observations import FrameReading, Observations, Weighing
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    Order,
    ReceiptTerms,
    ReinstateOrder,
    Status,
    TransferOrder,
)
from holdfast.domain.policy import Policy
from holdfast.domain.receipts import LedgerFacts, LotState, ReceiptState
from holdfast.domain.units import Grams, UnixSeconds
from holdfast.domain.verdict import Check, Decision, Outcome, Verdict
from holdfast.evidence.collection import receipt_id
from holdfast.reconciliation.reconcile import reconcile
from holdfast.reconciliation.subject import SignedRequest, Subject
from tests.fakes.oracle import COMMON, DAY_S, IMPORTER, LOT, OPERATOR, TRADER, pallets, receipt_rows
from tests.simulators.keys import weighbridge_entry
from tests.simulators.site import BAY, BRIDGE, CAMERA, CHALLENGE, NOW, SITE, SimulatedSite
from tests.simulators.weighbridge import truck_loads

SIMULATED = SimulatedSite()
BRIDGE_2 = "WB-2"
KG, T = 1_000, 1_000_000
LOT_ID, CORE, SALT = b"\7" * 24, "ab" * 32, "cd" * 32
ACCOUNT = "0x" + "22" * 20
KEEPER_ACCOUNT = "0x" + "11" * 20


def policy(**changes: Any) -> Policy:
    """The site's policy with a second bridge beside the first."""
    bridge, camera = SIMULATED.policy.devices
    assert bridge.calibration is not None
    second = replace(
        weighbridge_entry(
            SIMULATED.camera_key, BRIDGE_2, member=6, site=SITE, calibration=bridge.calibration
        ),
        key_id="WB-2-key",
    )
    return replace(SIMULATED.policy, devices=(bridge, camera, second), **changes)


def loads(total_g: int, count: int = 8, device: str = BRIDGE) -> list[Weighing]:
    """True weights of `count` truck loads; gross about 40 t, tare about 15 t each."""
    return [
        Weighing(device, f"load {n}", gross, tare, n, CHALLENGE, NOW - 300, NOW - 290, f"{device}-{n}.cose")
        for n, (gross, tare) in enumerate(truck_loads(total_g, count), 1)
    ]


def frame(number: int, **changes: Any) -> FrameReading:
    """One frame that shows every pallet."""
    file = f"frame-{number:02d}.jpg"
    whole = FrameReading(CAMERA, number, NOW - 200, NOW - 190, CHALLENGE, BAY, pallets(), file)
    return replace(whole, **changes)


def claim(quantity_g: int = 200 * T, **changes: Any) -> StockClaim:
    """What the WMS says."""
    whole = StockClaim(
        SITE, BAY, LOT, "Natural rubber SVR 10", Grams(quantity_g), "kg", UnixSeconds(NOW), "v1", pallets()
    )
    return replace(whole, **changes)


def issue(
    *,
    quantity_g: int = 200 * T,
    asked_g: int | None = None,
    count: int = 1,
    weighings: Sequence[Weighing] = (),
) -> Subject:
    """A new lot of eight truck loads; receipts over all of it, or over `asked_g`."""
    rows = receipt_rows(count, quantity_g if asked_g is None else asked_g, len(pallets()))
    terms = make_terms(COMMON, rows)
    documents = [
        (receipt_id(document), document)
        for document in documents_from_terms(terms, CORE, [SALT] * count, NOW)
    ]
    order = IssueOrder(LOT_ID, OPERATOR, quantity_g, tuple(terms_of(d) for _, d in documents), NOW + DAY_S)
    request = DepositRequest(LOT_ID, OPERATOR, IMPORTER, "{}", NOW + DAY_S)
    return Subject(
        order=order,
        documents=tuple(documents),
        lot_id=LOT_ID,
        evidence_core=CORE,
        challenge=CHALLENGE,
        claim=claim(quantity_g),
        observations=Observations(tuple(weighings or loads(quantity_g)), (frame(1), frame(2))),
        facts=LedgerFacts(5, NOW, None, (None,) * count, ((IMPORTER, ACCOUNT), (OPERATOR, KEEPER_ACCOUNT))),
        policy=policy(),
        request=SignedRequest(request, terms, ACCOUNT, KEEPER_ACCOUNT),
    )


def terms_of(document: ReceiptDocument) -> ReceiptTerms:
    """What the order says of a document."""
    return ReceiptTerms(
        receipt_id(document),
        document.depositor_member,
        document.quantity_g,
        kind_of(document),
        document.storage_until,
    )


def existing(order_of: str = "transfer", *, lot_g: int = 200 * T, **state: Any) -> Subject:
    """A receipt over the whole lot, live on the chain, about to be moved, delivered or reinstated."""
    begun = issue(quantity_g=lot_g)
    (number, document), deadline = begun.documents[0], NOW + DAY_S
    orders: dict[str, Order] = {
        "transfer": TransferOrder(number, IMPORTER, TRADER, 3, deadline),
        "delivery": DeliveryOrder(number, IMPORTER, lot_g, 3, deadline),
        "reinstate": ReinstateOrder(number, 3, deadline),
    }
    status = Status.SUSPENDED if order_of == "reinstate" else Status.LIVE
    values: dict[str, Any] = {
        "receipt_id": number,
        "holder": IMPORTER,
        "operator": OPERATOR,
        "status": status,
        "kind": kind_of(document),
        "expires_at": document.storage_until,
        "seq": 3,
        "quantity_g": lot_g,
        "lot_id": LOT_ID,
    }
    lot = LotState(LOT_ID, lot_g, lot_g, OPERATOR)
    facts = LedgerFacts(9, NOW, lot, (ReceiptState(**(values | state)),))
    weighings = begun.observations.weighings if order_of == "delivery" else ()
    observations = replace(begun.observations, weighings=weighings)
    return replace(begun, order=orders[order_of], facts=facts, request=None, observations=observations)


def check(verdict: Verdict, match: str, name: str) -> Check:
    """One check of a verdict by its name."""
    found = [c for m in verdict.matches if m.name == match for c in m.checks if c.name == name]
    assert len(found) == 1, f"{match}.{name} {len(found)} times in {verdict}"
    return found[0]


def only(subject: Subject, match: str, name: str, outcome: Outcome = Outcome.FAIL) -> str:
    """Assert that just this one check does not pass, and how; returns its sentence."""
    verdict = reconcile(subject)
    bad = {(m.name, c.name): c for m in verdict.matches for c in m.checks if c.outcome is not Outcome.PASS}
    assert set(bad) == {(match, name)}, verdict.reasons()
    assert bad[match, name].outcome is outcome
    wanted = Decision.REJECT if outcome is Outcome.FAIL else Decision.HOLD
    assert verdict.decision is wanted
    assert verdict.reasons() == [f"{match}: {bad[match, name].text}"]
    return bad[match, name].text
