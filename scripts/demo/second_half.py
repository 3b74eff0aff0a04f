"""The second half of the story: a loan on the goods, a scare, and a debt that is never paid.

The trader pledges what it bought; the goods lose value; pallets are missing and found again; a part is
released and leaves. Beside it, a small loan of the importer's falls due unpaid and its receipt is sold.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from cli.founding import series_digest
from holdfast.domain.errors import Refused
from holdfast.domain.units import show_mass, show_time
from oracle.attester.signed_log import SignedLog
from oracle.runtime import open_database
from scripts.demo.desk import Desk
from scripts.demo.founding import RUBBER_PRICES
from scripts.demo.lots import PALLET_G, RUBBER, SMALL, Lot
from scripts.demo.members import BANK, IMPORTER, INSPECTOR, IOT, OPERATOR, REPORTERS, TRADER
from scripts.demo.story import Story

LOAN_MINOR = 180_000_000
"""CNY 1,800,000.00 on 200 t."""
PRICES_MINOR = (1_252_000, 1_250_000, 1_249_000)
"""What three members report for a tonne after the fall. At CNY 12,500.00 the 200 t are worth CNY
2,500,000.00, and 70 % of that is less than the loan.
"""
SMALL_LOAN_MINOR = 2_000_000
"""CNY 20,000.00 on 2.5 t."""
SOLD_FOR_MINOR, COSTS_MINOR = 2_750_000, 150_000
STORAGE = {"fee_minor": "200", "currency": "CNY", "cap_minor": "50000", "rank": "before-pledges"}
"""CNY 2.00 for a tonne and a day; its lien goes up to CNY 500.00 and comes before every pledge."""
STORED_DAYS = 30
LTV_BPS = 7_000
TAKEN_PALLETS = 40
MISSING = 6
DUE_IN_S, CURE_S = 25, 5
"""The small loan's terms are this short so that the story can wait for them; the bank's own are months."""


class SecondHalf:
    """Scenes 10 to 17. Raises Refused where one ends otherwise than it should."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._tell = story.tell
        self._trader, self._bank, self._importer = story.trader, story.bank, story.importer
        api = story.processes.api_url
        self._reporters = [Desk(story.home, api, story.deployment, person) for person in REPORTERS]
        self._series = "0x" + series_digest(RUBBER_PRICES).hex()
        self.pledged = f"0x{story.receipt_id:064x}"
        self.small = ""
        self.taken = ""
        self._due_at = 0

    def run(self) -> None:
        """Tell it all."""
        self._pledges()
        self._margin_call()
        self._shortage()
        self._found_again()
        self._partial_release()
        self._delivery()
        self._default()
        self._audit()

    # scenes

    def _pledges(self) -> None:
        self._tell.scene(10, "The trader pledges the receipt to the bank; the importer pledges a small one")
        page = self._importer.get("/receipts", limit=100)["items"]
        self.small = next(item["id"] for item in page if item["lot"]["label"] == SMALL.number)
        valued = self._trader.value_by(self.pledged, self._series)
        self._approve(valued)
        self._story.collect(valued, RUBBER, weighed_g=None)
        self._ends(valued, self._trader)
        self._tell.say(f"valued by \u201c{RUBBER_PRICES}\u201d: people at three attesters approve the series")
        self._storage()
        self._due_at = int(time.time()) + DUE_IN_S
        asked = self._pledge_of(self.small, SMALL_LOAN_MINOR, self._due_at, CURE_S)
        small = self._signed(self._importer, asked, self._bank)
        self._story.collect(small, SMALL, weighed_g=None)
        months = int(time.time()) + 180 * 86_400
        asked = self._pledge_of(self.pledged, LOAN_MINOR, months, 10 * 86_400)
        large = self._signed(self._trader, asked, self._bank, say=True)
        self._story.collect(large, RUBBER, weighed_g=None)
        self._ends(small)
        self._ends(large)
        self._tell.say(
            "Three acts in one transaction: trader, bank and the operator's attester in the quorum."
        )
        self._refused_transfer("pledged")

    def _storage(self) -> None:
        digest = "0x" + sha256(b"storage contract").hexdigest()
        body = {"type": "lien-terms", "receipt_id": self.small, **STORAGE, "contract_digest": digest}
        since = int(time.time()) - STORED_DAYS * 86_400
        self._ends(
            self._signed(self._story.operator, {**body, "from_s": since}, self._importer), self._importer
        )
        self._tell.say(
            "storage of the small lot: CNY 2.00 a tonne and day, at most CNY 500.00, before pledges"
        )

    def _margin_call(self) -> None:
        self._tell.scene(11, "The price of rubber falls: the bank calls for margin")
        posted = []
        for desk, price in zip(self._reporters, PRICES_MINOR, strict=True):
            observed = int(self._story.chain.connection.head().timestamp_s) - 1
            body = {"type": "price", "series_digest": self._series, "price_minor": str(price)}
            posted.append((desk, self._signed(desk, {**body, "observed_at": observed})))
            self._tell.say(f"{desk.person.name} reports CNY {price / 100:,.2f} for a tonne")
        for desk, order_id in posted:
            self._ends(order_id, desk)
        value = PRICES_MINOR[1] * RUBBER.quantity_g // 1_000_000
        body = {"type": "margin-call", "receipt_id": self.pledged, "value_minor": str(value)}
        order_id = self._signed(self._bank, body)
        self._story.collect(order_id, RUBBER, weighed_g=None)
        self._ends(order_id)
        pledge = self._pledge_on(self.pledged)
        needed = int(pledge["needed_minor"])
        self._tell.say(
            f"goods worth CNY {value / 100:,.2f} by the chain's own count, needed CNY {needed / 100:,.2f}; "
            f"no sale before {show_time(pledge['sale_from'])}"
        )

    def _shortage(self) -> None:
        self._tell.scene(12, f"A look at bay {RUBBER.bay}: {MISSING} pallets are not there")
        order_id = self._bank.inspect(self.pledged)
        self._look(order_id, RUBBER, RUBBER.ssccs[:-MISSING])
        order = self._ends(order_id, self._bank)
        self._tell.say(f"two attesters suffice to stop a receipt: suspended, transaction {order['tx_hash']}")
        self._refused_transfer("suspended")

    def _found_again(self) -> None:
        self._tell.scene(13, "They stood in the next bay and are brought back: a full quorum reinstates")
        order_id = self._trader.inspect(self.pledged)
        self._look(order_id, RUBBER, RUBBER.ssccs)
        order = self._ends(order_id, self._trader)
        self._tell.say(f"reinstated, transaction {order['tx_hash']}")
        self._ends(self._signed(self._bank, {"type": "cure", "receipt_id": self.pledged}))
        self._tell.say(
            "The trader has paid CNY 300,000.00; the bank acknowledges that the margin call is cured."
        )

    def _partial_release(self) -> None:
        taken_g = TAKEN_PALLETS * PALLET_G
        self._tell.scene(14, f"{show_mass(taken_g)} are split off and released; the rest stays pledged")
        part = {
            "receipt_number": f"HF-{RUBBER.number}-A1",
            "quantity_g": str(taken_g),
            "package_count": TAKEN_PALLETS,
            "marks": f"SSCC {RUBBER.ssccs[0]} to {RUBBER.ssccs[TAKEN_PALLETS - 1]}",
        }
        body = {"type": "split", "receipt_id": self.pledged, "parts": [part], "valid_for_s": 600}
        prepared = self._trader.prepare(body)
        order_id = self._trader.submit(prepared["typed_data"], prepared["documents"])
        for desk in (self._story.operator, self._bank):
            desk.countersign(order_id, prepared["typed_data"])
        self._ends(order_id)
        (self.taken,) = [
            item["receipt_id"]
            for item in prepared["documents"]
            if item["document"]["receipt_number"] == part["receipt_number"]
        ]
        self._ends(self._signed(self._bank, {"type": "release", "receipt_id": self.taken}))
        for receipt_id in (self.taken, self.pledged):
            status = self._status(self._trader, receipt_id)
            free = "free" if status["free"] else "pledged"
            self._tell.say(f"receipt {receipt_id[:12]}…: {status['quantity']}, {free}")

    def _delivery(self) -> None:
        taken_g = TAKEN_PALLETS * PALLET_G
        self._tell.scene(15, f"{show_mass(taken_g)} leave the warehouse, weighed at the gate")
        order_id = self._signed(self._trader, {"type": "delivery", "receipt_id": self.taken})
        code = self._story.yard.challenge(order_id)
        self._story.yard.weigh(code, taken_g, 2)
        self._story.yard.look(RUBBER.bay, code, RUBBER.ssccs)
        order = self._ends(order_id, self._trader)
        self._tell.say(f"delivered and cancelled for ever, transaction {order['tx_hash']}")

    def _default(self) -> None:
        self._tell.scene(16, "The importer's small loan is due and unpaid: notice, time to cure, sale")
        time.sleep(max(0.0, self._due_at + 1 - time.time()))
        notice = self._signed(self._bank, {"type": "default-notice", "receipt_id": self.small})
        self._ends(notice)
        begun = time.time()
        self._tell.say(f"notice given; {CURE_S} s to cure (months in a real loan), nobody pays")
        time.sleep(max(0.0, begun + CURE_S + 2 - time.time()))
        body = {
            "type": "foreclosure",
            "receipt_id": self.small,
            "buyer": TRADER.member_id,
            "sale_digest": "0x" + sha256(b"record of the auction").hexdigest(),
            "sold_at": int(time.time()) - 1,
            "proceeds_minor": str(SOLD_FOR_MINOR),
            "costs_minor": str(COSTS_MINOR),
        }
        order_id = self._signed(self._bank, body, self._trader)
        self._story.collect(order_id, SMALL, weighed_g=None)
        self._waterfall(self._ends(order_id, self._bank)["order"])

    def _waterfall(self, sale: dict[str, Any]) -> None:
        for name, amount in (
            ("sold to the trader for", SOLD_FOR_MINOR),
            ("costs of the sale", COSTS_MINOR),
            (f"storage lien of {OPERATOR.name}", int(sale["lienMinor"])),
            (f"to {BANK.name}, first rank", int(sale["shares"][0]["paidMinor"])),
            (f"surplus to {IMPORTER.name}", int(sale["surplusMinor"])),
        ):
            self._tell.say(f"{name:<50} CNY {amount / 100:>12,.2f}")
        state = self._story.chain.receipts.receipt(int(self.small, 16))
        if state is None or state.holder != TRADER.member_id or state.pledges:
            raise Refused("story", f"after the sale the chain says {state}")
        self._tell.say("No step lets the bank keep the goods: it is paid from a sale, or not at all.")

    def _audit(self) -> None:
        self._tell.scene(17, "The auditor replays all of it")
        report = self._story.replay()
        if not report.holds:
            findings = [*report.ledger_findings, *(d.why for d in report.damaged)]
            findings += [f for item in report.replayed for f in item.findings]
            raise Refused("story", "; ".join(findings))
        self._tell.say(
            f"{len(report.replayed)} decisions, {report.objects} evidence files: everything agrees"
        )

    # steps

    def _pledge_of(self, receipt_id: str, amount_minor: int, maturity: int, cure_s: int) -> dict[str, Any]:
        return {
            "type": "pledge",
            "receipt_id": receipt_id,
            "pledgee": BANK.member_id,
            "amount_minor": str(amount_minor),
            "currency": "CNY",
            "maturity": maturity,
            "ltv_bps": LTV_BPS,
            "cure_s": cure_s,
            "filing_digest": "0x" + sha256(f"filing for {receipt_id}".encode()).hexdigest(),
        }

    def _signed(self, first: Desk, body: dict[str, Any], *others: Desk, say: bool = False) -> str:
        """Prepare as the first, signed by it and then by the others; returns the order's id."""
        prepared = first.prepare({"valid_for_s": 600, **body})
        if say:
            self._tell.say(prepared["summary"]["en"])
            self._tell.say(prepared["summary"]["zh"])
        order_id = first.submit(prepared["typed_data"], prepared.get("documents", []))
        for desk in others:
            desk.countersign(order_id, prepared["typed_data"])
        return order_id

    def _ends(self, order_id: str, desk: Desk | None = None) -> dict[str, Any]:
        """Wait for an order that must become final."""
        order = (desk or self._bank).wait(order_id)
        if order["status"] != "final":
            raise Refused("story", f"order {order_id} ended as {order['status']}: {order['detail']}")
        return order

    def _approve(self, order_id: str) -> None:
        """What no camera sees, an attester's people approve in the book of their own node."""
        order_hash = bytes.fromhex(self._trader.get(f"/orders/{order_id}")["order_hash"][2:])
        for person in (OPERATOR, INSPECTOR, IOT):
            database = f"sqlite:///{self._story.home.attester_db(person.key)}"
            SignedLog(open_database(database)).approve(order_hash, int(time.time()))

    def _look(self, order_id: str, lot: Lot, ssccs: Sequence[str]) -> None:
        code = self._story.yard.challenge(order_id)
        self._story.yard.look(lot.bay, code, ssccs)

    def _status(self, desk: Desk, receipt_id: str) -> dict[str, Any]:
        found: dict[str, Any] = desk.get(f"/receipts/{receipt_id}/status")
        return found

    def _pledge_on(self, receipt_id: str) -> dict[str, Any]:
        """The bank's pledge on a receipt, once the API's index has seen its last change."""
        until = time.monotonic() + 15
        while True:
            for pledge in self._bank.get("/pledges", limit=100)["items"]:
                on = any(cover["receipt_id"] == receipt_id for cover in pledge["receipts"])
                if on and pledge["needed_minor"]:
                    return dict(pledge)
            if time.monotonic() > until:
                raise Refused("story", f"the API shows no margin call on {receipt_id}")
            time.sleep(0.2)

    def _refused_transfer(self, why: str) -> None:
        body = {"type": "transfer", "receipt_id": self.pledged, "transferee": IMPORTER.member_id}
        try:
            self._trader.prepare(body)
        except Refused as error:
            self._tell.refused(f"a transfer of the {why} receipt", str(error))
        else:
            raise Refused("story", f"a transfer of the {why} receipt was prepared")
