"""Goods leave: weighed at the gate, the receipt burned, and nothing moves any more. Real processes."""

from __future__ import annotations

from tests.e2e.network import Network


def ordered(network: Network, receipt_id: str) -> str:
    """The importer, who holds the receipt, asks for its goods; returns the order's id."""
    prepared = network.importer.prepare({"type": "delivery", "receipt_id": receipt_id, "valid_for_s": 600})
    return network.importer.submit(prepared["typed_data"])


def test_delivery__weighed_at_the_gate__final_and_the_receipt_is_gone(network: Network) -> None:
    lot, receipt_id = network.issued()

    order_id = ordered(network, receipt_id)
    network.answer(order_id, lot)
    order = network.final(order_id)

    assert order["tx_hash"]
    state = network.chain.receipts.receipt(int(receipt_id, 16))
    assert state is not None
    assert (state.status.name, state.quantity_g) == ("DELIVERED", 0)
    assert network.audit().holds


def test_delivery__less_crosses_the_bridge_than_the_order_lets_out__refused(network: Network) -> None:
    lot, receipt_id = network.issued()

    order_id = ordered(network, receipt_id)
    code = network.yard.challenge(order_id)
    network.yard.weigh(code, lot.quantity_g - 1_000_000, lot.trucks)
    network.yard.look(lot.bay, code, lot.ssccs)
    order = network.ends_as("refused", order_id)

    assert "short, beyond the tolerance" in order["detail"]
    state = network.chain.receipts.receipt(int(receipt_id, 16))
    assert state is not None
    assert state.status.name == "LIVE"
