"""Until when a receipt's newest evidence was attested to hold, read from the logs of a node alone.

Not the contract's `freshUntil`: that is until when the receipt itself runs (`Standing.expires_at`).
"""

from __future__ import annotations

from typing import Final

from holdfast.chain.events import ChainEvent, EventReader, core_events

NEVER_ATTESTED: Final = frozenset(
    {"ReceiptReplaced", "ReceiptSplitOff", "PledgesChanged", "FreezesChanged", "LiensChanged"}
    | {"PledgesFollowed", "PledgeReleased", "PledgeAssigned", "DefaultNoticed", "DefaultCured", "Attested"}
    | {"Frozen", "Unfrozen", "FreezePromoted", "CaseOpened", "CaseRenewed"}
)
"""Events that rest on signatures alone, or say the same as one that is attested: whoever submits may put an
attested order behind them in their transaction, whose quorum is not theirs."""

_SUCCEEDED: Final = frozenset({"ReceiptReplaced", "ReceiptSplitOff"})


def evidence_fresh_until(
    events: EventReader, receipt_id: int, before: tuple[int, int] | None = None
) -> int | None:
    """Unix seconds; None if no act on the receipt, nor on what it came of, was attested. Raises Unreachable.

    Args:
        before: (block, log index); only what is older counts.
    """
    about = [event for event in events.about(receipt_id) if before is None or _place(event) < before]
    link = next(
        (event for event in about if event.name in _SUCCEEDED and event.args["successorId"] == receipt_id),
        None,
    )
    for event in reversed(about):
        if event.args.get("receiptId") != receipt_id or event.name in NEVER_ATTESTED:
            continue
        if event.name == "ReceiptIssued" and link is not None:
            break  # a successor rests on the evidence of what it came of
        attested = _attestation_of(events, event)
        if attested is not None:
            return int(attested.args["validUntil"])
    return None if link is None else evidence_fresh_until(events, link.args["receiptId"], _place(link))


def _place(event: ChainEvent) -> tuple[int, int]:
    return event.block_number, event.log_index


def _attestation_of(events: EventReader, event: ChainEvent) -> ChainEvent | None:
    """The next quorum in the act's transaction; for a module's act, of that module."""
    for other in events.in_transaction(event.tx_hash):
        later = other.name == "Attested" and other.log_index > event.log_index
        if later and (event.name in core_events() or other.contract == event.contract):
            return other
    return None
