"""The API's index over what the contracts really log, held to what they answer; also across forks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from api.deliveries.service import list_deliveries
from api.event_rows import pledge_hex
from api.indexer import Indexer
from api.splits.schemas import SplitOut
from api.splits.service import list_splits
from api.viewer import Viewer
from holdfast.attestation.typed_data import order_hash
from holdfast.chain.acts import pledge_id
from holdfast.domain.acts import DefaultOrder, ForeclosureOrder, PledgeAssignOrder, Share
from holdfast.domain.members import Role
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records import Records, open_records
from holdfast.store.records_burden_tables import chain_cases, chain_covers, chain_freezes, chain_pledges
from holdfast.store.records_chain_tables import (
    chain_links,
    chain_lots,
    chain_receipts,
    receipt_parties,
)
from holdfast.store.records_engine import read
from tests.contracts.acts_harness import (
    AMOUNT,
    BANK,
    BANK_2,
    BANK_3,
    COURT,
    COURT_2,
    DAY_S,
    IMPORTER,
    SALE,
    TRADER,
    ActsWorld,
    receipt_id,
)
from tests.contracts.harness import LOT, OPERATOR
from tests.contracts.origin_orders import (
    NEW,
    NOTICE_S,
    notice_order,
    paper_order,
    replacement_order,
    shortage_order,
)
from tests.fakes.chain import FakeChain

AUDITOR = Viewer(7, Role.REGULATOR)
TABLES = (
    chain_receipts,
    receipt_parties,
    chain_links,
    chain_pledges,
    chain_covers,
    chain_freezes,
    chain_lots,
)


class Indexed:
    """A consortium with modules whose every transaction is a block of a chain that the API follows."""

    def __init__(self, folder: Path) -> None:
        self.acts, self.chain, self.told = ActsWorld(), FakeChain(), 0
        self.folder = folder
        self.records = self.fresh("a")
        self.indexer = self.make(self.records)

    def fresh(self, name: str) -> Records:
        return open_records(f"sqlite:///{self.folder}/{name}.db", lambda: 1)

    def make(self, records: Records) -> Indexer:
        return Indexer(records.engine, self.chain, lambda: 1, start_block=1, confirmations=0)

    def splits(self) -> list[SplitOut]:
        """What the API tells a regulator of splits."""
        with read(self.records.engine) as db:
            return list_splits(db, AUDITOR, receipt_id=None, cursor=None, limit=9).items

    def index(self) -> None:
        """Mine what happened since, and follow it."""
        for outcome in self.acts.chain.outcomes[self.told :]:
            self.chain.mine([(e.name, e.values, e.address) for e in outcome.events])
        self.told = len(self.acts.chain.outcomes)
        while self.indexer.step():
            pass

    def rows(self, table: Table, records: Records | None = None) -> list[dict[str, Any]]:
        with read((records or self.records).engine) as db:
            found = [dict(row._mapping) for row in db.execute(select(table)).all()]
        return sorted(found, key=repr)

    def row(self, table: Table, **wanted: object) -> dict[str, Any]:
        found = [row for row in self.rows(table) if all(row[k] == v for k, v in wanted.items())]
        assert len(found) == 1, (wanted, found)
        return found[0]

    def agrees(self) -> None:
        """Index, then hold every row against the contracts, and against an index made anew."""
        self.index()
        for row in self.rows(chain_receipts):
            number = int(row["receipt_id"], 16)
            said = self.acts.receipt(number)
            names = {"holder": "holder", "status": "status", "seq": "seq", "expires_at": "expiresAt"}
            names |= {"pledges": "pledges", "first_pledgee": "firstPledgee", "freezes": "freezes"}
            names |= {"freeze_case": "freezeCase", "liens": "liens", "suspend_reason": "suspendReason"}
            assert {n: row[n] for n in names} == {n: said[chain] for n, chain in names.items()}
            assert int(row["quantity_g"]) == said["quantityG"]
            assert row["unread"] is None
            if said["quantityG"]:
                covers = [c for c in self.rows(chain_covers) if c["receipt_id"] == row["receipt_id"]]
                live = sorted((c for c in covers if c["ended_at"] is None), key=lambda c: int(c["rank"]))
                ranks = self.acts.ask("Pledge", "pledgesOn", number)
                assert [c["pledge_id"] for c in live] == [pledge_hex(p) for p in ranks]
                assert [c["rank"] for c in live] == list(range(1, len(ranks) + 1))
                queue = [f for f in self.rows(chain_freezes) if f["receipt_id"] == row["receipt_id"]]
                waiting = sorted((f for f in queue if f["ended_at"] is None), key=lambda f: int(f["place"]))
                wanted = [said["freezeCase"]] if said["freezes"] else []
                wanted += self.acts.ask("Court", "waitingOn", number)
                assert [f["case_no"] for f in waiting] == wanted
        for row in self.rows(chain_pledges):
            record = self.acts.ask("Pledge", "pledgeOf", int(row["pledge_id"], 16))
            if row["ended_at"] is None:
                assert (row["pledgee"], int(row["amount_minor"])) == (
                    record["pledgee"],
                    record["amountMinor"],
                )
                assert row["sale_from"] == (
                    record["defaultAt"] + record["cureS"] if record["defaultAt"] else None
                )
            else:
                assert record["receipts"] == 0
        lot = self.acts.lot(LOT)
        for row in self.rows(chain_lots) or [{"attested_g": 0, "live_g": 0}]:
            assert (int(row["attested_g"]), int(row["live_g"])) == (lot["attestedG"], lot["liveG"])
        anew = self.fresh(f"anew-{self.told}")
        again = self.make(anew)
        while again.step():
            pass
        for table in TABLES:
            assert self.rows(table) == self.rows(table, anew), table.name


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    return Indexed(tmp_path)


def test_index__split_merge_correction_and_partial_delivery__as_the_contract_says(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt = acts.issued()
    acts.put(acts.split_order(receipt, 4, 6))
    indexed.agrees()
    acts.put(acts.merge_order(receipt_id(100), receipt_id(101)))
    acts.put(acts.supersede_order(receipt_id(200), more_s=DAY_S))
    acts.put(acts.part_delivery_order(receipt_id(300)))
    acts.submit(acts.suspend_order(receipt_id(300)))

    indexed.agrees()

    last = indexed.row(chain_receipts, receipt_id=receipt_hex(receipt_id(300)))
    assert (last["issued_g"], last["quantity_g"]) == ("10000000", "6000000")
    links = {(row["receipt_id"], row["successor_id"]) for row in indexed.rows(chain_links)}
    assert (receipt_hex(receipt), receipt_hex(receipt_id(101))) in links
    assert (receipt_hex(receipt_id(200)), receipt_hex(receipt_id(300))) in links
    split = indexed.row(chain_receipts, receipt_id=receipt_hex(receipt_id(100)))
    assert split["evidence_digest"] is not None, "a part rests on the evidence of the whole"
    (told,) = indexed.splits()
    assert (told.receipt_id, told.rest_g) == (receipt_hex(receipt), "0"), (
        "merger and correction are no splits"
    )
    assert [part.quantity_g for part in told.parts] == ["4000000", "6000000"]
    with read(indexed.records.engine) as db:
        (out,) = list_deliveries(db, AUDITOR, receipt_id=None, holder=None, cursor=None, limit=9).items
    assert (out.quantity_g, out.rest_g, out.bond) == ("4000000", "6000000", None)
    assert out.attestation is not None


def test_index__pledges_over_two_parts__ranks_assignment_and_release(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt = acts.issued()
    first, second = acts.pledged(receipt), acts.pledged(receipt, BANK_2, 2)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    indexed.agrees()
    one, other = receipt_id(100), receipt_id(101)
    acts.put(acts.release_order(one, first))
    indexed.agrees()
    assert indexed.row(chain_pledges, pledge_id=pledge_hex(first))["state"] == "in-force"
    acts.put(acts.release_order(other, first))
    acts.put(acts.release_order(other, second, BANK_2))
    acts.put(PledgeAssignOrder(one, second, BANK_2, BANK_3, acts.seq(one), acts.deadline_s))

    indexed.agrees()

    assert indexed.row(chain_pledges, pledge_id=pledge_hex(first))["state"] == "released"
    parties = {
        (row["member_id"], row["ended_at"] is None)
        for row in indexed.rows(receipt_parties)
        if row["receipt_id"] == receipt_hex(one) and row["relation"] == "pledgee"
    }
    assert parties == {(BANK, False), (BANK_2, False), (BANK_3, True)}


def test_index__parts_split_off_a_pledged_receipt__the_rest_and_its_pledge_live_on(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    acts.put(acts.split_order(receipt, 3, 1), consent_by=BANK)
    indexed.agrees()
    acts.put(acts.release_order(receipt_id(100), pledge))
    acts.put(acts.split_order(receipt, 1, first=400), consent_by=BANK)
    indexed.agrees()
    rest = indexed.row(chain_receipts, receipt_id=receipt_hex(receipt))
    assert (rest["status"], rest["quantity_g"], rest["seq"]) == (1, "5000000", 3)
    made = {row["successor_id"] for row in indexed.rows(chain_links)}
    assert made == {receipt_hex(receipt_id(i)) for i in (100, 101, 400)}

    acts.put(acts.split_order(receipt, 2, 3, first=500), consent_by=BANK)
    indexed.agrees()
    assert indexed.row(chain_receipts, receipt_id=receipt_hex(receipt))["status"] == 4
    told = indexed.splits()
    assert [(each.quantity_g, each.rest_g, len(each.parts)) for each in told] == [
        ("5000000", "0", 2),
        ("6000000", "5000000", 1),
        ("10000000", "6000000", 2),
    ]
    assert {member.member_id for member in told[0].signed_by} == {IMPORTER, OPERATOR, BANK}


def test_index__default_and_sale__paid_and_over(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt = acts.issued()
    order = acts.pledge_order(receipt)
    acts.put(order)
    pledge = pledge_id(order_hash(order))
    acts.chain.set_time(order.maturity + 1)
    acts.put(DefaultOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s))
    indexed.index()
    assert indexed.row(chain_pledges)["state"] == "default"
    acts.chain.set_time(acts.chain.now_s + order.cure_s + 1)
    sums = (acts.chain.now_s, AMOUNT - 100, 100, 0, (Share(pledge, AMOUNT, AMOUNT - 200),), 0)
    seq = acts.seq(receipt)
    acts.put(ForeclosureOrder(receipt, BANK, IMPORTER, TRADER, seq, SALE, *sums, acts.deadline_s))

    indexed.agrees()

    row = indexed.row(chain_pledges)
    assert (row["state"], row["paid_minor"], row["amount_minor"]) == ("sold", str(AMOUNT - 200), "200")
    assert indexed.row(chain_receipts)["holder"] == TRADER


def test_index__freezes__queue_promotion_and_lapse(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt = acts.issued()
    acts.frozen(receipt, 1, COURT, days=2)
    acts.frozen(receipt, 2, COURT_2)
    indexed.agrees()
    acts.chain.set_time(acts.chain.now_s + 3 * DAY_S)
    acts.chain.send(acts.modules["Court"], "lapse", receipt, 1)
    indexed.agrees()
    acts.put(acts.unfreeze_order(receipt, 2, COURT_2))

    indexed.agrees()

    assert indexed.row(chain_freezes, case_no=1)["lapsed"] is True
    assert {row["court"] for row in indexed.rows(chain_cases)} == {COURT, COURT_2}


def test_index__lost_short_and_on_paper__as_the_contract_says(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt, other = acts.issued(), acts.issued(2)
    acts.pledged(receipt)
    acts.put(notice_order(acts, receipt), consent_by=BANK)
    acts.submit(acts.suspend_order(other))
    acts.put(shortage_order(acts, 1_000, receipt, other))
    indexed.agrees()
    acts.chain.set_time(acts.chain.now_s + NOTICE_S + 1)
    acts.put(replacement_order(acts, receipt), consent_by=BANK)
    indexed.agrees()
    acts.submit(acts.reinstate_order(other))
    acts.put(paper_order(acts, other))

    indexed.agrees()

    assert indexed.row(chain_links)["successor_id"] == receipt_hex(NEW)
    gone = indexed.row(chain_receipts, receipt_id=receipt_hex(other))
    assert (gone["status"], gone["quantity_g"]) == (4, "0")


def test_index__modules_acts_forked_away__as_if_never_seen(indexed: Indexed) -> None:
    acts = indexed.acts
    receipt = acts.issued()
    indexed.index()
    before = {table.name: indexed.rows(table) for table in TABLES}
    acts.pledged(receipt)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    acts.frozen(receipt_id(100))
    indexed.agrees()

    indexed.chain.fork(4)
    indexed.chain.mine()
    while indexed.indexer.step():
        pass

    assert {table.name: indexed.rows(table) for table in TABLES} == before


def test_index__event_of_the_receipt_contract_that_nobody_knows__the_receipt_says_so(
    indexed: Indexed,
) -> None:
    receipt = indexed.acts.issued()
    indexed.index()
    topics = ["0x" + "77" * 32, receipt_hex(receipt)]

    indexed.chain.mine([("UnknownLog", {"topics": topics, "data": "0x"})])
    indexed.index()

    assert indexed.row(chain_receipts)["unread"] == "UnknownLog"
