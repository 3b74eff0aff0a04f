"""One receipt as a fold over its events: what it is, whose, what took its place, what burdens it.

Pure: events in, rows out. An event of the receipt contract that is not known here marks it as unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from api.event_rows import pledge_hex
from holdfast.audit.burdens import ranks_in
from holdfast.chain.events import UNKNOWN_LOG, core_events
from holdfast.domain.orders import Status

Event = Any
"""A row of `chain_events`."""

KEPT: Final = ("pledges", "first_pledgee", "liens", "lien_terms")
EVIDENCE: Final = ("evidence_digest", "evidence_location", "observed_at", "valid_until")
"""What a successor takes over: its predecessor's burdens, and the evidence it rests on."""

SUCCEEDED: Final = ("ReceiptReplaced", "ReceiptSplitOff")
"""Events that link a receipt to one made of it."""

_LESS: Final = {"ReceiptReduced": "deliveredG", "ReceiptWrittenDown": "shortG"}
_BURNED: Final = {
    "ReceiptDelivered": Status.DELIVERED,
    "ReceiptRetired": Status.REPLACED,
    "ReceiptReplaced": Status.REPLACED,
}
LEAVES: Final = {**_LESS, "ReceiptDelivered": "quantityG", "ReceiptRetired": "quantityG"}
"""Event -> its argument that says how many grams left the lot."""

_NOT_OURS: Final = frozenset({"LotAttested", "Attested"})


@dataclass(slots=True)
class ReceiptFold:
    """A receipt's rows. `inherits` is what one before it left to it; empty for a receipt that was issued."""

    receipt_id: str
    inherits: Mapping[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    parties: set[tuple[int, str]] = field(default_factory=set)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    covers: dict[str, dict[str, Any]] = field(default_factory=dict)
    freezes: list[dict[str, Any]] = field(default_factory=list)
    rest: bool = False
    """Whether it lives on beside what was made of it last, and keeps its pledges."""

    def apply(self, event: Event, attested: Event | None, signers: list[int]) -> None:
        """Move on over one event, with the quorum it rests on if it rests on one."""
        if event.receipt_id != self.receipt_id:
            self._as_successor(event)
            if event.name == "PledgesSubstituted":
                attested = None  # of the goods that came in, not of these
        elif event.name == "ReceiptIssued":
            self._issued(event)
        elif self.state:
            self._changed(event)
        if not self.state:
            return  # its issue is before the first block that is indexed
        self.parties |= {(self.state["holder"], "holder"), (self.state["operator"], "operator")}
        self.parties |= {(member, "attester") for member in signers}
        self.state |= {"updated_block": event.block_number, "updated_at": event.timestamp}
        if attested is not None:
            self.state |= {
                "evidence_digest": attested.args["evidenceDigest"],
                "evidence_location": attested.args["evidenceLocation"],
                "observed_at": int(attested.args["observedAt"]),
                "valid_until": int(attested.args["validUntil"]),
            }

    def close(self) -> None:
        """After the last event: what the modules' events say must be what the receipt contract counts."""
        if not self.state or self.state["status"] in (Status.DELIVERED, Status.REPLACED):
            return
        if len(self.ranks()) != self.state["pledges"]:
            self.state["unread"] = "PledgesChanged"
        if len(self._queue()) != self.state["freezes"]:
            self.state["unread"] = "FreezesChanged"

    def ranks(self) -> list[str]:
        """Pledges on the receipt, first rank first."""
        live = [cover for cover in self.covers.values() if cover["ended_at"] is None]
        return [cover["pledge_id"] for cover in sorted(live, key=lambda cover: int(cover["rank"]))]

    def _issued(self, event: Event) -> None:
        args = event.args
        empty = dict.fromkeys((*KEPT, "freezes", "freeze_case", "suspend_reason"), 0)
        self.state = {
            "receipt_id": event.receipt_id,
            "lot_id": args["lotId"],
            "holder": int(args["holder"]),
            "operator": int(args["operator"]),
            "status": int(Status.LIVE),
            "kind": int(args["kind"]),
            "quantity_g": args["quantityG"],
            "issued_g": args["quantityG"],
            "expires_at": int(args["expiresAt"]),
            "seq": 0,
            **empty,
            "unread": None,
            **self.inherits,
            "issued_block": event.block_number,
            "issued_log_index": event.log_index,
            "issued_at": event.timestamp,
        }

    def _changed(self, event: Event) -> None:
        name, args, state = event.name, event.args, self.state
        if name not in core_events() | {UNKNOWN_LOG}:
            self._burdened(event)
            return
        if name in _NOT_OURS:
            return
        if name in SUCCEEDED:
            self._link(event)  # one event for each successor, all of the same number
            self.rest = name == "ReceiptSplitOff"
        state["seq"] = int(args["seq"]) + 1 if "seq" in args else state["seq"] + 1
        if name in _BURNED:
            state |= {"status": int(_BURNED[name]), "quantity_g": "0"}
        elif name in _LESS or name == "ReceiptSplitOff":
            state["quantity_g"] = args["restG"]
        elif name == "ReceiptTransferred":
            state["holder"] = int(args["to"])
        elif name == "ReceiptSuspended":
            state |= {"status": int(Status.SUSPENDED), "suspend_reason": int(args["reason"])}
        elif name == "ReceiptReinstated":
            state |= {"status": int(Status.LIVE), "suspend_reason": 0}
        elif name in ("PledgesChanged", "PledgeReleased"):
            state |= {"pledges": int(args["pledges"]), "first_pledgee": int(args["firstPledgee"])}
        elif name == "FreezesChanged":
            state |= {"freezes": int(args["freezes"]), "freeze_case": int(args["freezeCase"])}
        elif name == "LiensChanged":
            state |= {"liens": int(args["liens"]), "lien_terms": int(args["lienTerms"])}
        else:
            state["unread"] = name
        if name == "PledgeReleased":
            self._uncover([args["pledgeId"]], event, "released")

    def _link(self, event: Event) -> None:
        kept = {name: self.state.get(name) for name in (*KEPT, *EVIDENCE) if name in self.state}
        self.links[event.args["successorId"]] = {
            "block_number": event.block_number,
            "at": event.timestamp,
            "tx_hash": event.tx_hash,
            "inherits": kept,
        }

    # --- pledges and freezes ---

    def _as_successor(self, event: Event) -> None:
        """Another receipt's event that names this one: its pledges cover this one too, or instead."""
        if event.name == "PledgesFollowed" and not self.ranks():
            self._cover_all(event)
        elif event.name == "PledgesSubstituted":
            self._uncover(self.ranks(), event, "substituted")

    def _cover_all(self, event: Event) -> None:
        for pledge in ranks_in(int(event.args["ranks"])):
            self._cover(pledge_hex(pledge), event)

    def _cover(self, pledge_id: str, event: Event) -> None:
        self.covers[pledge_id] = {
            "pledge_id": pledge_id,
            "rank": len(self.ranks()) + 1,
            "since": event.timestamp,
            "ended_at": None,
            "ended_how": None,
        }

    def _uncover(self, pledges: list[str], event: Event, how: str) -> None:
        for pledge_id in pledges:
            if pledge_id in self.covers:
                self.covers[pledge_id] |= {"ended_at": event.timestamp, "ended_how": how}
        for rank, pledge_id in enumerate(self.ranks(), 1):
            self.covers[pledge_id]["rank"] = rank

    def _burdened(self, event: Event) -> None:
        args = event.args
        if event.name == "Pledged":
            self._cover(args["pledgeId"], event)
        elif event.name == "PledgesFollowed":
            self._uncover([] if self.rest else self.ranks(), event, "followed")
        elif event.name == "PledgesSubstituted":
            self._cover_all(event)
        elif event.name == "ReceiptForeclosed":
            self._uncover(self.ranks(), event, "sold")
        elif event.name == "BondRedeemed":
            self._uncover([args["pledgeId"]], event, "redeemed")
        elif event.name in ("BondDelivered", "BondDeliveredJointly"):
            self._uncover([args["pledgeId"]], event, "delivered")
        elif event.name == "Frozen":
            self._freeze(event)
        elif event.name == "Unfrozen":
            self._unfreeze(event)

    def _queue(self) -> list[dict[str, Any]]:
        return [freeze for freeze in self.freezes if freeze["ended_at"] is None]

    def _freeze(self, event: Event) -> None:
        self.freezes.append(
            {
                "block_number": event.block_number,
                "log_index": event.log_index,
                "contract": event.contract,
                "case_no": int(event.args["caseNo"]),
                "place": len(self._queue()),
                "frozen_at": event.timestamp,
                "ended_at": None,
                "lapsed": False,
            }
        )

    def _unfreeze(self, event: Event) -> None:
        case = (event.contract, int(event.args["caseNo"]))
        for freeze in self._queue():
            if (freeze["contract"], freeze["case_no"]) == case:
                freeze |= {"ended_at": event.timestamp, "lapsed": bool(event.args["lapsed"])}
        for place, freeze in enumerate(self._queue()):
            freeze["place"] = place
