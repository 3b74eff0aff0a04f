"""Until when a receipt's evidence is fresh, by the logs of a node alone."""

from __future__ import annotations

from typing import Any, cast

from holdfast.chain.events import ChainEvent, EventReader
from holdfast.chain.freshness import evidence_fresh_until

OLD, NEW = 0xA1, 0xA2
RECEIPTS, PLEDGE = "0x" + "5e" * 20, "0x" + "9e" * 20


class Logs:
    """A chain of single transactions: each holds the events that were told together."""

    def __init__(self) -> None:
        self.log: list[ChainEvent] = []

    def tell(self, *events: tuple[str, dict[str, Any], str]) -> None:
        block = len({event.block_number for event in self.log}) + 1
        for place, (name, args, contract) in enumerate(events):
            self.log.append(ChainEvent(name, args, block, "", f"0x{block}", place, contract))

    def about(self, receipt_id: int) -> list[ChainEvent]:
        return [e for e in self.log if receipt_id in (e.args.get("receiptId"), e.args.get("successorId"))]

    def in_transaction(self, tx_hash: str) -> list[ChainEvent]:
        return [event for event in self.log if event.tx_hash == tx_hash]

    def fresh(self, receipt_id: int = OLD) -> int | None:
        return evidence_fresh_until(cast(EventReader, self), receipt_id)


def core(name: str, receipt: int = OLD, **more: Any) -> tuple[str, dict[str, Any], str]:
    return name, {"receiptId": receipt, **more}, RECEIPTS


def attested(until: int, contract: str = RECEIPTS) -> tuple[str, dict[str, Any], str]:
    return "Attested", {"validUntil": until}, contract


def issued() -> Logs:
    logs = Logs()
    logs.tell(core("ReceiptIssued"), attested(100))
    return logs


def test_fresh__newest_attested_act__its_validity() -> None:
    logs = issued()
    assert logs.fresh() == 100
    logs.tell(core("ReceiptTransferred"), attested(200))
    logs.tell(core("PledgesChanged"), ("Pledged", {"receiptId": OLD}, PLEDGE), attested(300, PLEDGE))
    assert logs.fresh() == 300


def test_fresh__act_that_nobody_attests_before_anothers_order__not_its_evidence() -> None:
    logs = issued()
    logs.tell(core("Frozen"), core("ReceiptTransferred", NEW), attested(900))
    logs.tell(("Pledged", {"receiptId": OLD}, PLEDGE), attested(900, RECEIPTS))
    assert logs.fresh() == 100


def test_fresh__successor__rests_on_what_it_came_of_as_it_was_then() -> None:
    logs = issued()
    off = core("ReceiptSplitOff", successorId=NEW)
    logs.tell(off, core("ReceiptIssued", NEW), core("ReceiptTransferred", 0xFF), attested(900))
    logs.tell(core("ReceiptTransferred"), attested(500))
    assert logs.fresh(NEW) == 100
    assert logs.fresh() == 500
    logs.tell(core("ReceiptTransferred", NEW), attested(700))
    assert logs.fresh(NEW) == 700


def test_fresh__nothing_on_it__none() -> None:
    assert Logs().fresh() is None
