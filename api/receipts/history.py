"""A receipt's life as people read it: events of several contracts put together to acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row

from api.event_rows import visible_args
from api.fold_receipt import SUCCEEDED
from api.receipts.schemas import ActWord
from holdfast.domain.acts import SupersedeReason
from holdfast.domain.orders import SuspendReason

WORDS: Final[dict[str, ActWord]] = {
    "ReceiptIssued": "issued",
    "ReceiptTransferred": "transferred",
    "ReceiptSuspended": "suspended",
    "ReceiptReinstated": "reinstated",
    "ReceiptDelivered": "delivered",
    "ReceiptReduced": "delivered-in-part",
    "ReceiptWrittenDown": "written-down",
    "ReceiptRetired": "retired",
    "PutOnPaper": "put-on-paper",
    "LienTermsAgreed": "storage-agreed",
    "LienAsserted": "lien-asserted",
    "LienPaid": "lien-paid",
    "LienDischarged": "lien-discharged",
    "LienSettled": "lien-settled",
    "LossNoticed": "loss-noticed",
    "LossNoticeEnded": "loss-notice-ended",
    "Pledged": "pledged",
    "PledgeReleased": "pledge-released",
    "PledgeAssigned": "pledge-assigned",
    "DefaultNoticed": "default-noticed",
    "MarginCalled": "margin-called",
    "DefaultCured": "default-cured",
    "ReceiptForeclosed": "sold",
    "PledgePaid": "pledge-paid",
    "BondRedeemed": "bond-redeemed",
    "BondDeliveredJointly": "bond-ended",
    "BondDelivered": "bond-accounted",
    "PledgesSubstituted": "goods-substituted",
    "LotSeriesSet": "price-series-set",
    "Frozen": "frozen",
    "Unfrozen": "unfrozen",
    "FreezePromoted": "freeze-promoted",
    "PledgesChanged": "pledges-changed",
    "FreezesChanged": "freezes-changed",
    "LiensChanged": "lien-changed",
}
_COUNTS: Final = frozenset({"PledgesChanged", "FreezesChanged", "LiensChanged"})
"""What the receipt contract says of a module's act: shown only where the module's own event is not."""
_SHOWN_ELSEWHERE: Final = frozenset(
    {"PledgesFollowed", "ReceiptSuperseded", "LostReplaced", "LienFollowed", "LienResized", "BondIssued"}
)
_BOND_ENDS: Final = frozenset({"BondRedeemed", "BondDelivered", "BondDeliveredJointly"})
"""Each says itself that the bond is over."""
_GRAMS: Final = {"ReceiptReduced": "deliveredG", "ReceiptWrittenDown": "shortG"}
_MEMBER: Final = {"PledgeAssigned": "to", "PledgePaid": "pledgee", "Pledged": "pledgee"}


class Act:
    """One act of a receipt: the event that tells it, the other receipts it is about, and the event whose
    quorum it rests on.
    """

    def __init__(
        self, row: Row[Any], word: ActWord, receipts: Sequence[str] = (), attested: Row[Any] | None = None
    ) -> None:
        self.row, self.word, self.receipts = row, word, list(receipts)
        self.attested = row if attested is None else attested
        self.before_g: str | None = None
        """What the receipt stood for before the act, where its events tell."""

    @property
    def holders(self) -> tuple[int | None, int | None]:
        """Who holds the receipt after the act, and who held it before; None where it says nothing."""
        args, name = self.row.args, self.row.name
        if name == "ReceiptTransferred":
            return int(args["to"]), int(args["from"])
        if name == "ReceiptForeclosed":
            return int(args["buyer"]), int(args["pledgor"])
        if name in ("ReceiptDelivered", "ReceiptRetired"):
            return None, int(args["holder"])
        return (int(args["holder"]), None) if name in ("ReceiptIssued", "ReceiptReduced") else (None, None)

    @property
    def member(self) -> int | None:
        """The pledgee or assignee whose act it is."""
        found = self.row.args.get(_MEMBER.get(self.row.name, "pledgee"))
        return None if found is None else int(found)

    @property
    def grams(self) -> tuple[str | None, str | None]:
        """Grams the act is about, and what is left."""
        args = self.row.args
        if self.row.name == "ReceiptSplitOff" and self.before_g is not None:
            return str(int(self.before_g) - int(args["restG"])), args["restG"]
        return args.get(_GRAMS.get(self.row.name, "quantityG")), args.get("restG")

    @property
    def reason(self) -> str | None:
        """Why a receipt was suspended, in a word."""
        if self.row.name != "ReceiptSuspended":
            return None
        number = int(self.row.args["reason"])
        known = {int(reason): reason.name.lower().replace("_", "-") for reason in SuspendReason}
        return known.get(number, f"code-{number}")

    def details(self, *, terms: bool) -> dict[str, Any]:
        """All that the event says, without amounts for those who may not see the terms of a loan."""
        return visible_args(self.row.args, terms=terms)


def acts_of(rows: Sequence[Row[Any]], predecessors: Sequence[str], merged: bool) -> list[Act]:
    """The acts that a receipt's events (oldest first) tell of.

    Args:
        predecessors: receipts whose place it took.
        merged: whether what took its place took that of others, too.
    """
    acts: list[Act] = []
    for row in rows:
        name, same_tx = row.name, [other for other in rows if other.tx_hash == row.tx_hash]
        names = {other.name for other in same_tx}
        if name in _SHOWN_ELSEWHERE:
            continue
        if name in _COUNTS and names - _COUNTS - {"Attested"}:
            continue
        if name == "ReceiptTransferred" and "ReceiptForeclosed" in names:
            continue
        if name == "PledgeReleased" and names & _BOND_ENDS:
            continue
        if name in SUCCEEDED:
            last = acts[-1] if acts else None
            if last is not None and last.row.name == name and last.row.tx_hash == row.tx_hash:
                last.receipts.append(row.successor_id)
                last.word = "split"
                continue
            off = name == "ReceiptSplitOff"
            acts.append(Act(row, "split", [row.successor_id]) if off else _replaced(row, same_tx, merged))
        else:
            about = predecessors if name == "ReceiptIssued" else ()
            word = "bond-issued" if "BondIssued" in names and name == "Pledged" else WORDS.get(name, "other")
            acts.append(Act(row, word, about))
    left: str | None = None
    for act in acts:
        act.before_g = left
        quantity, rest = act.grams
        left = rest or (quantity if act.row.name == "ReceiptIssued" else left)
    return acts


def _replaced(row: Row[Any], same_tx: Sequence[Row[Any]], merged: bool) -> Act:
    for other in same_tx:
        if other.name == "LostReplaced":
            return Act(row, "replaced-lost", [row.successor_id], other)
        if other.name == "ReceiptSuperseded":
            corrected = int(other.args["reason"]) == SupersedeReason.CORRECTION
            return Act(row, "corrected" if corrected else "extended", [row.successor_id], other)
    return Act(row, "merged" if merged else "replaced", [row.successor_id])
