"""Before goods go out under a bond attesters ask the scales for the goods, and people for the value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.typed_data import order_hash
from holdfast.domain.acts import BondDeliveryOrder, BondJointDeliveryOrder, BondRedeemOrder
from holdfast.domain.errors import Unreachable
from holdfast.evidence.collection import document_bytes
from oracle.attester.node import VerdictRefused
from oracle.workflow.bundle import Decided
from tests.fakes.oracle import DAY_S, IMPORTER, INSPECTOR, TRADER, T, Warehouse
from tests.unit.attester.test_node import Bench

BOND = 0xB0
DIGEST = bytes(31) + b"\1"


class Gate:
    """A warehouse with one receipt over 200 t under a bond that the trader holds, and an inspector."""

    def __init__(self) -> None:
        self.warehouse = Warehouse()
        order, (document,) = self.warehouse.issued()
        self.receipt_id, self.document = order.receipts[0].receipt_id, document
        state = self.warehouse.ledger.receipts[self.receipt_id]
        self.warehouse.ledger.receipts[self.receipt_id] = replace(state, pledges=1, first_pledgee=TRADER)
        self.until = self.warehouse.now_s + DAY_S
        self.bench = Bench(self.warehouse, f"attester {INSPECTOR}")

    def delivery(self, grams: int = 200 * T) -> BondDeliveryOrder:
        at = self.warehouse.now_s - 60
        division = (900, 100, 0, 700, 700, 100)
        head = (self.receipt_id, BOND, TRADER, IMPORTER, grams, 0)
        return BondDeliveryOrder(*head, DIGEST, at, *division, self.until)

    def out(self, order: object, weighed_g: int = 200 * T) -> Decided:
        messages = self.warehouse.frames() + self.warehouse.weighings(weighed_g, 8)
        return self.warehouse.existing(order, [document_bytes(self.document)], messages)  # type: ignore[arg-type]

    def approve(self, order: BondDeliveryOrder | BondRedeemOrder) -> None:
        self.bench.log.approve(order_hash(order), self.warehouse.now_s)


def test_bond_delivery__goods_weighed_and_value_approved__signed_and_not_before() -> None:
    gate = Gate()
    order = gate.delivery()
    decided = gate.out(order)
    with pytest.raises(Unreachable, match="attester approve"):
        gate.bench.attest(decided)
    gate.approve(order)
    assert gate.bench.attest(decided).attestation.order_hash == order_hash(order)


def test_bond_delivery__value_approved_and_goods_short__refused_all_the_same() -> None:
    gate = Gate()
    order = gate.delivery()
    gate.approve(order)
    with pytest.raises(VerdictRefused):
        gate.bench.attest(gate.out(order, 190 * T))


def test_bond_delivery__of_a_part__refused_as_it_takes_the_whole() -> None:
    gate = Gate()
    order = gate.delivery(150 * T)
    gate.approve(order)
    with pytest.raises(VerdictRefused, match=r"stands for 200\.000 t"):
        gate.bench.attest(gate.out(order, 150 * T))


def test_joint_delivery__goods_weighed__needs_no_people() -> None:
    gate = Gate()
    joint = BondJointDeliveryOrder(gate.receipt_id, BOND, IMPORTER, TRADER, 200 * T, 0, gate.until)
    assert gate.bench.attest(gate.out(joint)).attestation.order_hash == order_hash(joint)


def test_redemption__nothing_in_goods_shows_a_payment__people_alone_judge() -> None:
    gate = Gate()
    paid = BondRedeemOrder(gate.receipt_id, BOND, IMPORTER, 0, 700, DIGEST, gate.until)
    with pytest.raises(Unreachable, match="attester approve"):
        gate.bench.attest(gate.out(paid))
    gate.approve(paid)
    assert gate.bench.attest(gate.out(paid)).attestation.order_hash == order_hash(paid)
