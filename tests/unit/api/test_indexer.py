"""The indexer: forward, back over forks, after a restart, and never twice."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from api.chain_port import BlockRef, ChainEvent
from api.indexer import Indexer
from holdfast.domain.errors import Misconfigured, Unreachable
from holdfast.domain.orders import Status
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records import Records, open_records
from holdfast.store.records_chain_tables import (
    chain_blocks,
    chain_events,
    chain_lots,
    chain_members,
    chain_receipts,
    receipt_parties,
)
from holdfast.store.records_engine import read
from holdfast.store.records_tables import feed
from tests.fakes.chain import FakeChain, Log
from tests.fakes.story import T, attested, begin

LOT = b"\x01" * 24
TABLES = (chain_blocks, chain_events, chain_receipts, receipt_parties, chain_lots, chain_members)


def make_indexer(records: Records, chain: FakeChain, *, confirmations: int = 0, batch: int = 500) -> Indexer:
    return Indexer(
        records.engine, chain, lambda: 1, start_block=1, confirmations=confirmations, batch_blocks=batch
    )


def run(indexer: Indexer) -> None:
    while indexer.step():
        pass


def dump(records: Records, table: Table) -> list[Any]:
    with read(records.engine) as db:
        return sorted(tuple(map(repr, row)) for row in db.execute(select(table)).all())


def everything(records: Records) -> dict[str, list[Any]]:
    return {table.name: dump(records, table) for table in TABLES}


def fresh(tmp: Path, name: str = "a.db") -> Records:
    return open_records(f"sqlite:///{tmp}/{name}", lambda: 1)


def issue(receipt: int, holder: int, lot: bytes = LOT) -> list[Log]:
    args = {"receiptId": receipt, "lotId": lot, "holder": holder, "operator": 1, "quantityG": 5 * T}
    issued = ("ReceiptIssued", args | {"kind": 1, "expiresAt": 1_900_000_000})
    first = ("LotAttested", {"lotId": lot, "operator": 1, "quantityG": 100 * T})
    return [first, issued, attested(f"issue {receipt}", (1, 4, 6), 1)]


def transfer(receipt: int, seq: int, frm: int, to: int) -> list[Log]:
    moved = ("ReceiptTransferred", {"receiptId": receipt, "from": frm, "to": to, "seq": seq})
    return [moved, attested(f"move {receipt} {seq}", (1, 5, 6), 2)]


def deliver(receipt: int, seq: int, holder: int) -> list[Log]:
    args = {"receiptId": receipt, "holder": holder, "quantityG": 5 * T, "seq": seq}
    return [("ReceiptDelivered", args), attested(f"out {receipt}", (1, 5, 6), 3)]


@pytest.fixture
def chain(tmp_path: Path) -> FakeChain:
    made = FakeChain()
    begin(made, fresh(tmp_path, "names.db"))
    return made


def state(records: Records, receipt: int) -> tuple[Any, ...] | None:
    c = chain_receipts.c
    query = select(c.holder, c.seq, c.status, c.quantity_g).where(c.receipt_id == receipt_hex(receipt))
    with read(records.engine) as db:
        row = db.execute(query).one_or_none()
    return None if row is None else tuple(row)


def test_step__a_receipts_life__folded(tmp_path: Path, chain: FakeChain) -> None:
    records = fresh(tmp_path)
    chain.mine(issue(7, 2))
    chain.mine(transfer(7, 0, 2, 3))
    chain.mine([("ReceiptSuspended", {"receiptId": 7, "reason": 1, "seq": 1}), attested("s", (4, 5), 4)])
    run(make_indexer(records, chain))
    assert state(records, 7) == (3, 2, 2, str(5 * T))
    chain.mine([("ReceiptReinstated", {"receiptId": 7, "seq": 2}), attested("r", (1, 4, 5), 5)])
    chain.mine(deliver(7, 3, 3))
    run(make_indexer(records, chain))
    assert state(records, 7) == (3, 4, 3, "0")
    assert dump(records, chain_lots) == [(repr("0x" + LOT.hex()), "1", repr(str(95 * T)), repr("0"))]
    parties = {(row[1], row[2]) for row in dump(records, receipt_parties)}
    assert {("2", "'holder'"), ("3", "'holder'"), ("1", "'operator'"), ("5", "'attester'")} <= parties


def test_step__two_orders_in_one_transaction__each_with_its_own_quorum(
    tmp_path: Path, chain: FakeChain
) -> None:
    records = fresh(tmp_path)
    chain.mine([*issue(7, 2), *transfer(7, 0, 2, 3)])
    run(make_indexer(records, chain))
    parties = {(row[1], row[2]) for row in dump(records, receipt_parties)}
    attesters = {member for member, relation in parties if relation == "'attester'"}
    assert attesters == {"1", "4", "5", "6"}
    with read(records.engine) as db:
        digest = db.scalar(select(chain_receipts.c.evidence_digest))
    assert digest == "0x" + attested("move 7 0", (1, 5, 6), 2)[1]["evidenceDigest"].hex()


def test_step__three_deep_fork__rewinds_and_follows(tmp_path: Path, chain: FakeChain) -> None:
    records, other = fresh(tmp_path), fresh(tmp_path, "b.db")
    indexer = make_indexer(records, chain)
    chain.mine(issue(7, 2))
    run(indexer)
    before = everything(records)
    chain.mine(transfer(7, 0, 2, 3))
    chain.mine(issue(8, 3))
    chain.mine(transfer(7, 1, 3, 2))
    run(indexer)
    assert state(records, 8) is not None
    chain.fork(3)
    chain.mine()
    indexer.step()
    assert everything(records) == before, "back to the block both branches share"
    chain.mine(transfer(7, 0, 2, 4))
    chain.mine()
    chain.mine()
    run(indexer)
    assert state(records, 7) == (4, 1, 1, str(5 * T))
    assert state(records, 8) is None
    run(make_indexer(other, chain))
    assert everything(records) == everything(other), "the same as if the fork had never been seen"
    with read(records.engine) as db:
        rewound = db.execute(select(feed.c.data).where(feed.c.name == "ChainRewound")).scalars().all()
    assert rewound == [{"from_block": 3, "to_block": 5}]


def test_step__fork_while_it_was_down__rewinds_after_restart(tmp_path: Path, chain: FakeChain) -> None:
    for number in range(3):
        chain.mine(issue(number + 1, 2, bytes([number + 1]) * 24))
    records = fresh(tmp_path)
    run(make_indexer(records, chain))
    records.engine.dispose()
    chain.fork(3)
    for _ in range(2):
        chain.mine()
    again = fresh(tmp_path)
    indexer = make_indexer(again, chain)
    run(indexer)
    assert [state(again, number) for number in (1, 2, 3)] == [None, None, None]
    assert indexer.status.indexed == chain.head().number


def test_step__shorter_branch__still_rewinds(tmp_path: Path, chain: FakeChain) -> None:
    records = fresh(tmp_path)
    for number in range(3):
        chain.mine(issue(number + 1, 2, bytes([number + 1]) * 24))
    indexer = make_indexer(records, chain)
    run(indexer)
    chain.fork(3)
    run(indexer)
    assert indexer.status.indexed == 1 and state(records, 1) is None


def test_step__confirmations__keeps_its_distance(tmp_path: Path, chain: FakeChain) -> None:
    records = fresh(tmp_path)
    indexer = make_indexer(records, chain, confirmations=3)
    chain.mine(issue(7, 2))
    run(indexer)
    assert state(records, 7) is None
    for _ in range(3):
        chain.mine()
    run(indexer)
    assert state(records, 7) is not None


def test_step__twice_and_by_two__counts_once(tmp_path: Path, chain: FakeChain) -> None:
    records = fresh(tmp_path)
    chain.mine(issue(7, 2))
    one, two = make_indexer(records, chain, batch=1), make_indexer(records, chain, batch=1)
    for _ in range(3):
        one.step()
        two.step()
    first = everything(records)
    run(one)
    run(two)
    assert everything(records) == first
    with read(records.engine) as db:
        names = db.execute(select(feed.c.name)).scalars().all()
    assert names.count("ReceiptIssued") == 1


def test_step__another_chain__halts_and_touches_nothing(tmp_path: Path, chain: FakeChain) -> None:
    records = fresh(tmp_path)
    chain.mine(issue(7, 2))
    run(make_indexer(records, chain))
    before = everything(records)
    stranger = FakeChain(genesis="other")
    for _ in range(5):
        stranger.mine()
    indexer = make_indexer(records, stranger)
    with pytest.raises(Misconfigured, match="another chain"):
        indexer.step()
    assert everything(records) == before
    indexer.run(threading.Event(), 0.01)
    assert "another chain" in (indexer.status.halted or "")


def test_run__chain_down_then_up__goes_on(tmp_path: Path, chain: FakeChain) -> None:
    records, stop = fresh(tmp_path), threading.Event()
    chain.mine(issue(7, 2))
    chain.down = True
    indexer = make_indexer(records, chain)
    with pytest.raises(Unreachable):
        indexer.step()
    thread = threading.Thread(target=indexer.run, args=(stop, 0.005))
    thread.start()
    while indexer.status.trouble is None:
        stop.wait(0.005)
    chain.down = False
    while state(records, 7) is None:
        stop.wait(0.005)
    stop.set()
    thread.join()
    assert indexer.status.trouble is None


class Torn(FakeChain):
    """A node whose logs come from another branch than its headers, once."""

    def __init__(self) -> None:
        super().__init__()
        self.torn = False

    def block(self, number: int) -> BlockRef | None:
        found = super().block(number)
        if self.torn and found is not None and number == 3:
            self.torn = False
            self.fork(1)
            self.mine(issue(8, 3))
        return found


def test_step__fork_between_headers_and_logs__neither_is_believed(tmp_path: Path) -> None:
    chain, records = Torn(), fresh(tmp_path)
    begin(chain, records)
    chain.mine()
    indexer = make_indexer(records, chain)
    run(indexer)
    chain.mine(issue(7, 2))
    chain.torn = True
    indexer.step()
    assert state(records, 7) is None and state(records, 8) is None
    run(indexer)
    assert state(records, 7) is None and state(records, 8) is not None


class Overtaken(FakeChain):
    """A node that answers so slowly that another indexer finishes first."""

    def __init__(self) -> None:
        super().__init__()
        self.other: Indexer | None = None

    def events(self, from_block: int, to_block: int) -> list[ChainEvent]:
        other, self.other = self.other, None
        if other is not None:
            run(other)
        return super().events(from_block, to_block)


def test_step__another_indexer_was_faster__leaves_it_at_that(tmp_path: Path) -> None:
    chain, records = Overtaken(), fresh(tmp_path)
    begin(chain, records)
    chain.mine(issue(7, 2))
    indexer, chain.other = make_indexer(records, chain), make_indexer(records, chain)
    indexer.step()
    with read(records.engine) as db:
        names = db.execute(select(feed.c.name)).scalars().all()
    assert names.count("ReceiptIssued") == 1 and state(records, 7) is not None


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("issue"), st.integers(1, 3), st.sampled_from([2, 3])),
        st.tuples(st.just("move"), st.integers(1, 3), st.sampled_from([2, 3, 4])),
        st.tuples(st.just("out"), st.integers(1, 3), st.just(0)),
        st.tuples(st.just("empty"), st.just(0), st.just(0)),
        st.tuples(st.just("fork"), st.integers(1, 4), st.just(0)),
        st.tuples(st.just("index"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_step__any_forks__equals_a_fresh_index(tmp_path_factory: pytest.TempPathFactory, acts: Any) -> None:
    """Whatever forks came while it watched, the read model is that of the branch that stays."""
    tmp = tmp_path_factory.mktemp("forks")
    chain, records = FakeChain(), fresh(tmp)
    begin(chain, records)
    indexer = make_indexer(records, chain)
    run(indexer)
    for act, number, member in acts:
        found = chain.receipt(number) if number else None
        if act == "issue" and found is None:
            chain.mine(issue(number, member, bytes([number]) * 24))
        elif found is not None and found.status is Status.DELIVERED:
            continue
        elif act == "out" and found is not None:
            chain.mine(deliver(number, found.seq, found.holder))
        elif act == "move" and found is not None and found.holder != member:
            chain.mine(transfer(number, found.seq, found.holder, member))
        elif act == "fork" and chain.head().number > number + 1:
            chain.fork(number)
        elif act == "empty":
            chain.mine()
        elif act == "index":
            run(indexer)
    chain.mine()
    run(indexer)
    other = fresh(tmp, "other.db")
    run(make_indexer(other, chain))
    assert everything(records) == everything(other)
    for number in (1, 2, 3):
        real, stored = chain.receipt(number), state(records, number)
        if real is None:
            assert stored is None
        else:
            assert stored == (real.holder, real.seq, int(real.status), str(real.quantity_g))
        lot = chain.lot(bytes([number]) * 24)
        rows = [row for row in dump(records, chain_lots) if row[0] == repr("0x" + f"{number:02x}" * 24)]
        if lot is None:
            assert rows == []
        else:
            assert rows[0][2:] == (repr(str(lot.attested_g)), repr(str(lot.live_g)))
