"""The outbox and the relayer: the same bytes, once, whatever breaks in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from holdfast.chain.facts import open_chain
from holdfast.domain.errors import Refused, Unreachable
from oracle.workflow.outbox import Outbox
from oracle.workflow.relayer import Relayer
from tests.fakes.chain_facts import RpcNode, connection_to, hash_of
from tests.fakes.oracle import NOW, party

DATA = b"\xde\xad\xbe\xef"
SENDER = "0x" + "11" * 20


class Bench:
    """A relayer, the node it speaks to, and its database: all of which may be begun again."""

    def __init__(self, folder: Path, confirmations: int = 0) -> None:
        self.node = RpcNode([NOW, NOW + 2])
        self.url = f"sqlite:///{folder}/outbox.sqlite"
        self.confirmations = confirmations
        self.restart()

    def restart(self) -> None:
        """A new process over the same database and chain."""
        chain = open_chain(connection_to(self.node).settings, verify=False)
        chain.connection.w3.provider = self.node
        self.outbox = Outbox(create_engine(self.url))
        self.relayer = Relayer(chain, party("oracle"), self.outbox, self.confirmations)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# outbox


def test_outbox__committed__found_as_it_was(bench: Bench) -> None:
    assert bench.outbox.find("ord_1") is None

    bench.outbox.commit("ord_1", SENDER, 7, "0xaa", b"raw")

    found = bench.outbox.find("ord_1")
    assert found is not None
    assert (found.nonce, found.tx_hash, found.raw, found.status) == (7, "0xaa", b"raw", None)
    assert bench.outbox.unsettled() == ["ord_1"]


def test_outbox__same_order_or_same_transaction_twice__not_committed(bench: Bench) -> None:
    bench.outbox.commit("ord_1", SENDER, 7, "0xaa", b"raw")

    for order, tx_hash in (("ord_1", "0xbb"), ("ord_2", "0xaa")):
        with pytest.raises(Unreachable, match="outbox"):
            bench.outbox.commit(order, SENDER, 8, tx_hash, b"other")
    found = bench.outbox.find("ord_1")
    assert found is not None
    assert found.raw == b"raw"


@pytest.mark.parametrize(("chain", "right"), [(0, 9), (8, 9), (9, 9), (12, 12)])
def test_outbox_next_nonce__open_transactions__after_the_last(bench: Bench, chain: int, right: int) -> None:
    bench.outbox.commit("ord_1", SENDER, 7, "0xaa", b"raw")
    bench.outbox.commit("ord_2", SENDER, 8, "0xbb", b"raw")
    bench.outbox.commit("ord_3", "0x" + "22" * 20, 40, "0xcc", b"raw")

    assert bench.outbox.next_nonce(SENDER, chain) == right


def test_outbox_next_nonce__all_settled__the_chains(bench: Bench) -> None:
    bench.outbox.commit("ord_1", SENDER, 7, "0xaa", b"raw")
    bench.outbox.settle("ord_1", 5, 1)

    assert bench.outbox.next_nonce(SENDER, 8) == 8
    assert bench.outbox.unsettled() == []
    found = bench.outbox.find("ord_1")
    assert found is not None
    assert found.status == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda o: o.find("ord_1"),
        lambda o: o.next_nonce(SENDER, 0),
        lambda o: o.commit("ord_1", SENDER, 1, "0xaa", b"raw"),
        lambda o: o.settle("ord_1", 1, 1),
        lambda o: o.unsettled(),
    ],
    ids=["find", "next_nonce", "commit", "settle", "unsettled"],
)
def test_outbox__database_gone__unreachable(tmp_path: Path, call: Callable[[Outbox], Any]) -> None:
    file = tmp_path / "outbox.sqlite"
    outbox = Outbox(create_engine(f"sqlite:///{file}", poolclass=NullPool))
    file.unlink()
    file.mkdir()

    with pytest.raises(Unreachable, match="outbox"):
        call(outbox)


# relayer


def test_reserve__twice__the_same_bytes_and_one_nonce(bench: Bench) -> None:
    first = bench.relayer.reserve("ord_1", DATA)
    found = bench.outbox.find("ord_1")

    assert bench.relayer.reserve("ord_1", DATA) == first
    assert bench.relayer.reserve("ord_1", b"other data altogether") == first
    assert bench.outbox.find("ord_1") == found
    assert bench.node.sent == []


def test_reserve__signed_transaction__for_our_contract_and_chain(bench: Bench) -> None:
    tx_hash = bench.relayer.reserve("ord_1", DATA)
    found = bench.outbox.find("ord_1")
    assert found is not None

    assert tx_hash == found.tx_hash == hash_of(found.raw)
    assert Account.recover_transaction(found.raw) == party("oracle").account == bench.relayer.account
    assert DATA in found.raw
    assert bytes.fromhex("5e" * 20) in found.raw


def test_reserve__several_orders__nonces_in_a_row(bench: Bench) -> None:
    for number in range(3):
        bench.relayer.reserve(f"ord_{number}", DATA + bytes([number]))

    found = [bench.outbox.find(f"ord_{number}") for number in range(3)]
    assert [one.nonce for one in found if one] == [0, 1, 2]


def test_reserve__after_others_were_mined__next_nonce_of_the_chain(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.relayer.broadcast("ord_1")
    bench.relayer.reserve("ord_2", DATA)

    found = bench.outbox.find("ord_2")
    assert found is not None
    assert found.nonce == 1


def test_reserve__contract_would_refuse__refused_and_nothing_committed(bench: Bench) -> None:
    bench.node.call_error = ("0x", "execution reverted")

    with pytest.raises(Refused, match="refused"):
        bench.relayer.reserve("ord_1", DATA)

    assert bench.outbox.find("ord_1") is None


def test_reserve__node_down__unreachable_and_nothing_committed(bench: Bench) -> None:
    bench.node.down = True

    with pytest.raises(Unreachable, match="chain"):
        bench.relayer.reserve("ord_1", DATA)

    assert bench.outbox.find("ord_1") is None
    bench.node.down = False
    assert bench.relayer.reserve("ord_1", DATA)


def test_broadcast__mined__block_and_settled(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)

    assert bench.relayer.broadcast("ord_1") == 2
    found = bench.outbox.find("ord_1")
    assert found is not None
    assert found.status == 1
    assert bench.node.sent == [found.raw]


def test_broadcast__again_after_it_was_mined__not_sent_again(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.relayer.broadcast("ord_1")

    assert bench.relayer.broadcast("ord_1") == 2
    assert len(bench.node.sent) == 1


def test_broadcast__crash_between_reserve_and_broadcast__the_same_bytes_go_out(bench: Bench) -> None:
    first = bench.relayer.reserve("ord_1", DATA)
    bench.restart()

    assert bench.relayer.reserve("ord_1", DATA) == first
    bench.relayer.broadcast("ord_1")

    assert [hash_of(raw) for raw in bench.node.sent] == [first]


def test_broadcast__crash_after_sending__mined_once(bench: Bench) -> None:
    bench.node.automine = False
    first = bench.relayer.reserve("ord_1", DATA)
    with pytest.raises(Unreachable, match="in no block yet"):
        bench.relayer.broadcast("ord_1")
    bench.restart()
    with pytest.raises(Unreachable, match="in no block yet"):
        bench.relayer.broadcast("ord_1")
    bench.node.mine()

    bench.relayer.broadcast("ord_1")

    assert {hash_of(raw) for raw in bench.node.sent} == {first}
    assert bench.node.nonces == 1


def test_broadcast__node_forgot_it__sent_again(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.node.swallow = True
    with pytest.raises(Unreachable):
        bench.relayer.broadcast("ord_1")

    bench.node.swallow = False
    assert bench.relayer.broadcast("ord_1") == 2
    assert len(set(bench.node.sent)) == 1


@pytest.mark.parametrize("words", ["already known", "ALREADY_IMPORTED: imported", "known transaction"])
def test_broadcast__node_has_it_already__waits_for_the_block(bench: Bench, words: str) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.node.send_error = words

    with pytest.raises(Unreachable, match="in no block yet"):
        bench.relayer.broadcast("ord_1")


def test_broadcast__node_refuses_for_another_reason__unreachable(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.node.send_error = "insufficient funds"

    with pytest.raises(Unreachable, match="insufficient funds"):
        bench.relayer.broadcast("ord_1")


def test_broadcast__failed_on_chain__refused_and_settled(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.node.fails = True

    with pytest.raises(Refused) as caught:
        bench.relayer.broadcast("ord_1")

    assert caught.value.reason == "transaction-failed"
    found = bench.outbox.find("ord_1")
    assert found is not None
    assert found.status == 0


def test_broadcast__another_writer_took_the_nonce__refused_as_void(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", DATA)
    bench.node.nonces = 1
    bench.node.send_error = "nonce too low"

    with pytest.raises(Refused) as caught:
        bench.relayer.broadcast("ord_1")

    assert caught.value.reason == "nonce-taken"
    assert bench.outbox.unsettled() == []


def test_broadcast__nothing_reserved__refused(bench: Bench) -> None:
    with pytest.raises(Refused, match="no transaction was reserved"):
        bench.relayer.broadcast("ord_9")


def test_broadcast__confirmations_wanted__unreachable_until_deep_enough(tmp_path: Path) -> None:
    bench = Bench(tmp_path, confirmations=2)
    bench.relayer.reserve("ord_1", DATA)
    for deep in (0, 1):
        with pytest.raises(Unreachable, match=f"{deep} of 2 blocks"):
            bench.relayer.broadcast("ord_1")
        assert bench.outbox.unsettled() == ["ord_1"]
        bench.node.mine()

    assert bench.relayer.broadcast("ord_1") == 2


def test_broadcast__block_replaced_before_it_was_deep__sent_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, confirmations=2)
    tx_hash = bench.relayer.reserve("ord_1", DATA)
    with pytest.raises(Unreachable):
        bench.relayer.broadcast("ord_1")
    del bench.node.mined[tx_hash]
    bench.node.nonces = 0

    with pytest.raises(Unreachable):
        bench.relayer.broadcast("ord_1")
    bench.node.mine()
    bench.node.mine()

    assert bench.relayer.broadcast("ord_1") == 3
    assert len(bench.node.sent) == 2
    assert len(set(bench.node.sent)) == 1
