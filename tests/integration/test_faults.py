"""What is down comes back, or does not: an order waits as long as it is good for, and then says why it ended.

Real chain, WMS, attesters, oracle and API; each lot is 25 t, one truck load, two frames.
"""

from __future__ import annotations

import time

from scripts.demo.chain import stop
from scripts.demo.lots import Lot
from tests.e2e.network import Network, until


def nothing_was_minted(network: Network, lot: Lot) -> bool:
    return network.receipts_on(lot) == []


def retried(network: Network, order_id: str, what: str) -> None:
    """Wait until the oracle says that it tries a step of this order again."""
    log = network.home.log("oracle")
    until(
        lambda: any(order_id in line and what in line for line in log.read_text().splitlines()),
        30,
        f"{what} to be tried again for {order_id}",
    )


def test_wms_down__before_the_collection__order_waits_and_goes_on(network: Network) -> None:
    lot = network.book()
    with network.without_wms():
        order_id = network.request(lot)
        retried(network, order_id, "WMS")
        assert network.order(order_id)["status"] == "collecting"
    network.answer(order_id, lot)
    network.final(order_id)
    assert len(network.receipts_on(lot)) == 1


def test_wms_down__devices_have_answered__collection_is_finished_later(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    code = network.yard.challenge(order_id)
    with network.without_wms():
        assert network.answer(order_id, lot) == code
        retried(network, order_id, "WMS")
        assert nothing_was_minted(network, lot)
    network.final(order_id)
    assert len(network.receipts_on(lot)) == 1


def test_wms_down__longer_than_the_order_is_good_for__ends_as_exception(network: Network) -> None:
    lot = network.book()
    with network.without_wms():
        order_id = network.request(lot, good_for_s=4)
        order = network.ends_as("exception", order_id)
    assert order["reason"] == "unreachable"
    assert "WMS" in order["detail"]
    assert nothing_was_minted(network, lot)


def test_store_not_writable__for_a_while__order_waits_and_goes_on(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    with network.without_store():
        network.answer(order_id, lot)
        retried(network, order_id, "evidence store")
        assert nothing_was_minted(network, lot)
    network.final(order_id)
    assert len(network.receipts_on(lot)) == 1


def test_store_not_writable__until_the_deadline__ends_as_exception(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot, good_for_s=8)
    with network.without_store():
        network.answer(order_id, lot)
        order = network.ends_as("exception", order_id)
    assert order["reason"] == "unreachable"
    assert "evidence store" in order["detail"]
    assert nothing_was_minted(network, lot)


def test_chain_down__between_reservation_and_broadcast__same_bytes_after_restart(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    before = len(network.proxy.sent)
    with network.proxy.fault("eth_sendRawTransaction", forward=False) as lost:
        network.answer(order_id, lot)
        assert lost.reached.wait(60)
        network.kill("oracle")
        stop(network.processes.process("chain"))
    assert network.committed(order_id) == 1
    network.processes.start_chain()
    assert nothing_was_minted(network, lot)
    network.processes.start_nodes("oracle")
    network.final(order_id)
    sent = network.proxy.sent[before:]
    assert len(sent) >= 2
    assert len(set(sent)) == 1
    assert len(network.receipts_on(lot)) == 1


def test_chain__takes_the_transaction_but_its_answer_is_lost__one_receipt(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    with network.proxy.fault("eth_sendRawTransaction", forward=True) as lost:
        network.answer(order_id, lot)
        assert lost.reached.wait(60)
    network.final(order_id)
    assert len(network.receipts_on(lot)) == 1


def test_attesters__one_down__three_suffice(network: Network) -> None:
    lot = network.book()
    network.kill("attester-iot")
    order_id = network.request(lot)
    network.answer(order_id, lot)
    network.final(order_id)
    signed = {seat["member_id"] for seat in network.importer.get(f"/decisions/{order_id}")["attesters"]}
    assert signed == {1, 4, 5}


def test_attesters__two_down_until_the_deadline__exception_and_no_mint(network: Network) -> None:
    lot = network.book()
    network.kill("attester-iot")
    network.kill("attester-inspector")
    order_id = network.request(lot, good_for_s=10)
    network.answer(order_id, lot)
    order = network.ends_as("exception", order_id)
    assert order["reason"] in {"unreachable", "no-quorum"}
    assert "5" in order["detail"] and "6" in order["detail"]
    assert network.committed(order_id) == 0
    assert nothing_was_minted(network, lot)


def test_attesters__two_down_and_one_comes_back__final(network: Network) -> None:
    lot = network.book()
    network.kill("attester-iot")
    network.kill("attester-operator")
    order_id = network.request(lot)
    network.answer(order_id, lot)
    retried(network, order_id, "attesters of members")
    assert nothing_was_minted(network, lot)
    network.processes.start_nodes("attester-operator")
    network.final(order_id)
    assert len(network.receipts_on(lot)) == 1


def test_attesters__one_hangs__others_do_not_wait_for_it(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    with network.frozen("attester-bank"):
        network.answer(order_id, lot)
        network.reaches(order_id, "attesting")
        begun = time.monotonic()
        network.reaches(order_id, "submitting", "final")
        assert time.monotonic() - begun < 25, "the oracle waited for the one that hangs (30 s)"
        network.final(order_id)


def test_attesters__one_that_must_sign_is_late__its_answer_counts(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot)
    with network.frozen("attester-operator"):
        network.answer(order_id, lot)
        network.reaches(order_id, "attesting")
        time.sleep(3)
        assert network.order(order_id)["status"] == "attesting"
    network.final(order_id)
    signed = {seat["member_id"] for seat in network.importer.get(f"/decisions/{order_id}")["attesters"]}
    assert 1 in signed


def test_order__no_device_answers_by_its_deadline__refused_with_the_reason(network: Network) -> None:
    lot = network.book()
    order_id = network.request(lot, good_for_s=3)
    network.yard.challenge(order_id)
    order = network.ends_as("refused", order_id)
    assert order["reason"] in {"no-evidence", "deadline-passed"}
    assert nothing_was_minted(network, lot)


def test_orders__many_wait_for_evidence_that_never_comes__another_goes_through(network: Network) -> None:
    idle, lot = network.book(), network.book()
    waiting = [network.request(idle, good_for_s=120 + number) for number in range(10)]
    order_id = network.request(lot)
    network.answer(order_id, lot)
    network.final(order_id)
    assert {network.order(other)["status"] for other in waiting} == {"collecting"}


def test_audit__after_all_these_outages__replays_everything(network: Network) -> None:
    report = network.audit()
    assert report.holds, report.to_json()
    minted = [event for event in network.events() if event.name == "ReceiptIssued"]
    written = [item for item in report.replayed if item.tx_hash is not None]
    # Other tests on this network deliver and transfer; every lot of theirs was issued as one receipt.
    assert sum(item.purpose == "issue" for item in written) == len(minted)
    assert len(written) == sum(event.name == "Attested" for event in network.events())
