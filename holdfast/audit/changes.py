"""What one event makes of one receipt: the state after it, and the grams that left its lot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from holdfast.audit.histories import impossible
from holdfast.chain.events import ChainEvent
from holdfast.domain.orders import Status
from holdfast.domain.receipts import ReceiptState

Changed = tuple[ReceiptState, int]


def _transferred(receipt: ReceiptState, event: ChainEvent) -> Changed:
    if receipt.holder != event.args["from"]:
        raise impossible(event, f"by member {event.args['from']}, the holder was {receipt.holder}")
    return replace(receipt, holder=int(event.args["to"])), 0


def _suspended(receipt: ReceiptState, event: ChainEvent) -> Changed:
    return replace(receipt, status=Status.SUSPENDED, suspend_reason=int(event.args["reason"])), 0


def _reinstated(receipt: ReceiptState, _: ChainEvent) -> Changed:
    return replace(receipt, status=Status.LIVE, suspend_reason=0), 0


def _delivered(receipt: ReceiptState, event: ChainEvent) -> Changed:
    if (receipt.holder, receipt.quantity_g) != (event.args["holder"], event.args["quantityG"]):
        raise impossible(event, f"of other goods than the {receipt.quantity_g} g of {receipt.holder}")
    return replace(receipt, status=Status.DELIVERED, quantity_g=0), receipt.quantity_g


def _retired(receipt: ReceiptState, event: ChainEvent) -> Changed:
    if (receipt.holder, receipt.quantity_g) != (event.args["holder"], event.args["quantityG"]):
        raise impossible(event, f"of other goods than the {receipt.quantity_g} g of {receipt.holder}")
    if receipt.pledges:
        raise impossible(event, f"of a receipt with {receipt.pledges} pledges")
    return replace(receipt, status=Status.REPLACED, quantity_g=0), receipt.quantity_g


def _reduced(receipt: ReceiptState, event: ChainEvent) -> Changed:
    out_g, rest_g = int(event.args["deliveredG"]), int(event.args["restG"])
    if receipt.holder != event.args["holder"]:
        raise impossible(event, f"to member {event.args['holder']}, the holder was {receipt.holder}")
    return _less(receipt, event, out_g, rest_g)


def _written_down(receipt: ReceiptState, event: ChainEvent) -> Changed:
    if event.args["lotId"] != "0x" + receipt.lot_id.hex():
        raise impossible(event, f"on another lot than the receipt's 0x{receipt.lot_id.hex()}")
    return _less(receipt, event, int(event.args["shortG"]), int(event.args["restG"]))


def _less(receipt: ReceiptState, event: ChainEvent, out_g: int, rest_g: int) -> Changed:
    if out_g + rest_g != receipt.quantity_g or out_g < 0 or rest_g < 1:
        raise impossible(event, f"makes {out_g} g and {rest_g} g of {receipt.quantity_g} g")
    return replace(receipt, quantity_g=rest_g), out_g


def _pledges(receipt: ReceiptState, event: ChainEvent) -> Changed:
    pledges, first = int(event.args["pledges"]), int(event.args["firstPledgee"])
    held = receipt.pledges
    if pledges not in (held + 1, held, held - 1, 0) or (pledges == 0) != (first == 0):
        raise impossible(event, f"makes {pledges} pledges, the first of member {first}, of {held}")
    if pledges > held and held and first != receipt.first_pledgee:
        raise impossible(event, f"puts member {first} before the first pledgee {receipt.first_pledgee}")
    return replace(receipt, pledges=pledges, first_pledgee=first), 0


def _released(receipt: ReceiptState, event: ChainEvent) -> Changed:
    if int(event.args["pledges"]) != receipt.pledges - 1:
        raise impossible(event, f"leaves {event.args['pledges']} of {receipt.pledges} pledges")
    return _pledges(receipt, event)


def _freezes(receipt: ReceiptState, event: ChainEvent) -> Changed:
    freezes, case = int(event.args["freezes"]), int(event.args["freezeCase"])
    if abs(freezes - receipt.freezes) != 1 or (freezes == 0) != (case == 0):
        raise impossible(event, f"makes {freezes} cases, in force {case}, of {receipt.freezes}")
    return replace(receipt, freezes=freezes, freeze_case=case), 0


def _liens(receipt: ReceiptState, event: ChainEvent) -> Changed:
    return replace(receipt, liens=int(event.args["liens"]), lien_terms=int(event.args["lienTerms"])), 0


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states an event may come, whether a freeze or lien stops it (I10), and what it does."""

    states: tuple[Status, ...]
    moves: bool
    change: Callable[[ReceiptState, ChainEvent], Changed]


_LIVE, _STANDS = (Status.LIVE,), (Status.LIVE, Status.SUSPENDED)
RULES: Final[dict[str, Rule]] = {
    "ReceiptTransferred": Rule(_LIVE, True, _transferred),
    "ReceiptDelivered": Rule(_LIVE, True, _delivered),
    "ReceiptReduced": Rule(_LIVE, True, _reduced),
    "ReceiptRetired": Rule(_LIVE, True, _retired),
    "ReceiptSuspended": Rule(_LIVE, False, _suspended),
    "ReceiptReinstated": Rule((Status.SUSPENDED,), False, _reinstated),
    "ReceiptWrittenDown": Rule((Status.SUSPENDED,), False, _written_down),
    "PledgesChanged": Rule(_STANDS, False, _pledges),
    "PledgeReleased": Rule(_STANDS, False, _released),
    "FreezesChanged": Rule(_STANDS, False, _freezes),
    "LiensChanged": Rule(_STANDS, False, _liens),
}
"""Event of the receipt contract -> what it makes of a receipt. Issue and replacement are about several."""
