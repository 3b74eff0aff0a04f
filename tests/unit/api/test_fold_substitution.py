"""Other goods under the same pledges, as the read model folds them for both receipts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from api.fold_receipt import ReceiptFold

NEW, OLD = "0x" + "11" * 32, "0x" + "22" * 32
RANKS = 5 | 7 << 64
IDS = ["0x0000000000000005", "0x0000000000000007"]


def row(name: str, receipt: str, at: int, successor: str | None = None, **args: Any) -> Any:
    return SimpleNamespace(
        name=name,
        receipt_id=receipt,
        successor_id=successor,
        args=args,
        block_number=at,
        log_index=0,
        timestamp=at,
        tx_hash=f"0x{at}",
        contract="0x",
    )


def issued(receipt: str, at: int) -> Any:
    terms = {"lotId": "0x", "holder": "2", "operator": "1", "kind": "1", "quantityG": "10", "expiresAt": "99"}
    return row("ReceiptIssued", receipt, at, **terms)


def counted(receipt: str, at: int, pledges: int) -> Any:
    return row("PledgesChanged", receipt, at, pledges=str(pledges), firstPledgee="4" if pledges else "0")


SUBSTITUTED = row("PledgesSubstituted", NEW, 9, OLD, releasedId=OLD, ranks=str(RANKS))
EVIDENCE: Any = SimpleNamespace(
    args={"evidenceDigest": "0xaa", "evidenceLocation": "0xbb", "observedAt": "8", "validUntil": "20"}
)


def folded(receipt: str, *events: Any) -> ReceiptFold:
    fold = ReceiptFold(receipt)
    for event in events:
        fold.apply(event, EVIDENCE if event is SUBSTITUTED else None, [])
    fold.close()
    return fold


def test_substituted__receipt_that_comes_in__bears_the_pledges_in_their_ranks() -> None:
    fold = folded(NEW, issued(NEW, 1), counted(NEW, 9, 1), counted(NEW, 9, 2), SUBSTITUTED)
    assert fold.ranks() == IDS
    assert (fold.state["pledges"], fold.state["unread"]) == (2, None)
    assert fold.state["evidence_digest"] == "0xaa"


def test_substituted__receipt_that_goes_out__is_free_and_keeps_its_own_evidence() -> None:
    pledged = [row("Pledged", OLD, 2 + i, pledgeId=pledge) for i, pledge in enumerate(IDS)]
    counts = [counted(OLD, 2, 1), counted(OLD, 3, 2), counted(OLD, 9, 0)]
    fold = folded(OLD, issued(OLD, 1), *pledged, *counts, SUBSTITUTED)
    assert fold.ranks() == []
    assert {cover["ended_how"] for cover in fold.covers.values()} == {"substituted"}
    assert (fold.state["pledges"], fold.state["unread"]) == (0, None)
    assert "evidence_digest" not in fold.state
