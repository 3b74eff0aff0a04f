"""The oracle is killed (SIGKILL) at many points of an order; started again, it carries the order out once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scripts.demo.lots import Lot
from tests.e2e.network import Network, until


@contextmanager
def killed(network: Network) -> Iterator[None]:
    """The oracle dies at the end of the block and is started again."""
    yield
    network.kill("oracle")
    network.processes.start_nodes("oracle")


def carried_out_once(network: Network, order_id: str, lot: Lot, receipts: int = 1) -> None:
    """Final; one transaction of one nonce; its receipts once on the chain; `final` once in its history."""
    order = network.final(order_id)
    assert [step["status"] for step in order["history"]].count("final") == 1
    assert network.committed(order_id) == 1
    assert len(network.receipts_on(lot)) == receipts
    transactions = {event.tx_hash for event in network.events() if event.name == "Attested"}
    assert order["tx_hash"] in transactions


def test_oracle__killed_at_each_step_of_the_collection__final_once(network: Network) -> None:
    lot = network.book()
    with killed(network):
        order_id = network.request(lot)
    with killed(network):
        code = network.yard.challenge(order_id)
    with killed(network):
        # The same challenge as before: a device may have begun to answer it.
        assert network.yard.challenge(order_id) == code
        network.yard.weigh(code, lot.quantity_g, lot.trucks)
    stored = len(list(network.home.evidence.iterdir()))
    with killed(network):
        network.yard.look(lot.bay, code, lot.ssccs)
        until(
            lambda: len(list(network.home.evidence.iterdir())) > stored, 60, "the evidence to be written down"
        )
    carried_out_once(network, order_id, lot)


def test_oracle__killed_while_attesters_work__final_once(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    with network.frozen("attester-operator"):
        network.answer(order_id, lot)
        network.reaches(order_id, "attesting")
        network.kill("oracle")
    # By now all four may have signed for an oracle that is no more.
    network.processes.start_nodes("oracle")
    carried_out_once(network, order_id, lot)


def test_oracle__killed_at_each_word_with_the_chain__final_once(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    first = True
    # Simulated; reserved, not sent; sent, not answered; mined, title proof not taken.
    for method, forward in (
        ("eth_estimateGas", False),
        ("eth_sendRawTransaction", False),
        ("eth_sendRawTransaction", True),
        ("eth_getProof", False),
    ):
        with network.proxy.fault(method, forward=forward, hold=True) as point:
            if first:
                network.answer(order_id, lot)
                first = False
            else:
                network.processes.start_nodes("oracle")
            assert point.reached.wait(60), method
            network.kill("oracle")
    network.processes.start_nodes("oracle")
    carried_out_once(network, order_id, lot)


def test_oracle__killed_in_a_transfer__new_holder_once(network: Network) -> None:
    lot, receipt_id = network.issued()
    asked = {"type": "transfer", "receipt_id": receipt_id, "transferee": network.trader.person.member_id}
    prepared = network.importer.prepare(asked)["typed_data"]
    order_id = network.importer.submit(prepared)
    with killed(network):
        network.trader.countersign(order_id, prepared)
        network.reaches(order_id, "collecting")
    with network.proxy.fault("eth_sendRawTransaction", forward=True, hold=True) as point:
        network.answer(order_id, lot, weigh=False)
        assert point.reached.wait(60)
        network.kill("oracle")
    network.processes.start_nodes("oracle")
    carried_out_once(network, order_id, lot)
    state = network.chain.receipts.receipt(int(receipt_id, 16))
    assert state is not None
    assert (state.holder, state.seq) == (network.trader.person.member_id, 1)


def test_attester__killed_after_it_noted_the_order__signs_the_same_again(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    book = network.home.attester_db("operator")
    noted = network.query(book, "SELECT count(*) FROM attested_orders")
    network.kill("attester-bank")
    network.kill("attester-inspector")
    network.answer(order_id, lot)
    until(lambda: network.query(book, "SELECT count(*) FROM attested_orders") > noted, 60, "its note")
    network.kill("attester-operator")
    network.processes.start_nodes("attester-operator", "attester-bank")
    carried_out_once(network, order_id, lot)


def test_oracle__told_to_stop_while_an_order_waits__stops_at_once_and_goes_on(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    network.yard.challenge(order_id)
    oracle = network.processes.process("oracle")
    oracle.terminate()
    oracle.wait(8)
    network.processes.start_nodes("oracle")
    network.answer(order_id, lot)
    carried_out_once(network, order_id, lot)


def test_audit__after_all_these_kills__replays_everything(network: Network) -> None:
    report = network.audit()
    assert report.holds, report.to_json()
