from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from api.receipts.history import acts_of


@dataclass(frozen=True)
class Told:
    """An event as the index keeps it."""

    name: str
    args: dict[str, Any]
    tx_hash: str = "0x01"
    successor_id: str | None = field(default=None)


def grams(*events: Told) -> list[tuple[str | None, str | None]]:
    return [act.grams for act in acts_of(cast(Any, events), (), False)]


def test_grams__parts_split_off_one_after_the_other__each_is_told() -> None:
    issued = Told("ReceiptIssued", {"quantityG": "200", "holder": "2"})
    first = Told("ReceiptSplitOff", {"restG": "150"}, "0x02", "0xaa")
    out = Told("ReceiptReduced", {"deliveredG": "30", "restG": "120", "holder": "2"}, "0x03")
    second = Told("ReceiptSplitOff", {"restG": "100"}, "0x04", "0xbb")
    assert grams(issued, first, out, second) == [("200", None), ("50", "150"), ("30", "120"), ("20", "100")]


def test_grams__history_that_does_not_begin_at_the_issue__says_no_more_than_it_knows() -> None:
    assert grams(Told("ReceiptSplitOff", {"restG": "150"}, "0x02", "0xaa")) == [(None, "150")]
