"""What an order makes the contracts do, and what their logs say they did: both in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from holdfast.attestation.typed_data import order_hash
from holdfast.audit.bond_changes import BOND_CHANGES, BondAct, bond_changes
from holdfast.audit.loss_changes import LOSS_CHANGES, LossAct, loss_changes
from holdfast.chain.acts import pledge_id
from holdfast.chain.events import ChainEvent
from holdfast.domain.acts import (
    Act,
    LienTenderOrder,
    LotSeriesOrder,
    MarginOrder,
    PartialDeliveryOrder,
    PledgedTransferOrder,
    PledgeOrder,
    PledgeSubstituteOrder,
    SupersedeOrder,
)
from holdfast.domain.errors import Refused
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    Order,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder,
)
from holdfast.domain.pledge_terms import by_pledgee

Change = tuple[Any, ...]
"""Event name, then its values in the order of CHANGES; ANY where an order leaves one to the contract."""


class _Any:
    """A value that only the contract knows."""

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()


class AtMost:
    """A value that only the contract knows, but for what it cannot be above."""

    def __init__(self, most: int) -> None:
        self._most = most

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and other <= self._most

    def __hash__(self) -> int:
        raise TypeError("it equals many values")


CHANGES: Final[dict[str, tuple[str, ...]]] = {
    "ReceiptIssued": ("receiptId", "lotId", "holder", "operator", "quantityG", "kind", "expiresAt"),
    "ReceiptTransferred": ("receiptId", "from", "to", "seq"),
    "ReceiptDelivered": ("receiptId", "holder", "quantityG", "seq"),
    "ReceiptSuspended": ("receiptId", "reason", "seq"),
    "ReceiptReinstated": ("receiptId", "seq"),
    "ReceiptReplaced": ("receiptId", "successorId", "seq"),
    "ReceiptSplitOff": ("receiptId", "successorId", "restG", "seq"),
    "ReceiptReduced": ("receiptId", "holder", "deliveredG", "restG", "seq"),
    "PledgesChanged": ("receiptId", "pledges", "firstPledgee"),
    "PledgeReleased": ("receiptId", "pledgeId", "pledges", "firstPledgee", "pledgee"),
    "FreezesChanged": ("receiptId", "freezes", "freezeCase"),
    "LiensChanged": ("receiptId", "liens", "lienTerms"),
    "ReceiptWrittenDown": ("receiptId", "lotId", "shortG", "restG", "seq"),
    "ReceiptRetired": ("receiptId", "lotId", "holder", "quantityG", "seq"),
    "ReceiptSuperseded": ("receiptId", "successorId", "reason"),
    "Pledged": (
        *("receiptId", "pledgeId", "pledgee", "pledgor", "rank", "amountMinor", "currency", "maturity"),
        *("ltvBps", "cureS", "filingDigest"),
    ),
    "MarginCalled": ("receiptId", "pledgeId", "valueMinor"),
    **BOND_CHANGES,
    "LienPaid": ("receiptId", "paidMinor", "paymentDigest"),
    **LOSS_CHANGES,
    "PledgesSubstituted": ("receiptId", "releasedId", "filingDigest"),
    "LotSeriesSet": ("receiptId", "seriesDigest"),
}
"""Events that an order's effect is compared by -> the values compared, the receipt first if it is of one."""

UNATTESTED: Final = frozenset(
    {"ReceiptReplaced", "ReceiptSplitOff", "PledgesChanged", "PledgeReleased", "FreezesChanged"}
    | {"LiensChanged"}
)
"""Changes that some acts make on signatures alone: split, merger, release, freeze, storage, payment.

An issue is one too where a receipt takes another's place; the ledger knows which do.
"""


def acts_apart(events: Iterable[ChainEvent]) -> Iterator[list[ChainEvent]]:
    """Logs by the order they came of: each transaction's up to its `Attested`, which ends an order's logs.

    Whoever submits may put several orders into one transaction; what follows the last one is its own part.
    """
    for _, group in groupby(events, key=lambda event: event.tx_hash):
        part: list[ChainEvent] = []
        for event in group:
            part.append(event)
            if event.name == "Attested":
                yield part
                part = []
        if part:
            yield part


def acts_in(events: Iterable[ChainEvent]) -> list[Change]:
    """Every change of a receipt that these logs tell of, in their order."""
    return [
        (event.name, *(event.args.get(name) for name in CHANGES[event.name]))
        for event in events
        if event.name in CHANGES
    ]


def receipts_in(changes: Iterable[Change]) -> list[int]:
    """The receipts that changes are of, each once, in their order."""
    own = (int(change[1]) for change in changes if CHANGES[change[0]][0] == "receiptId")
    return list(dict.fromkeys(own))


def does(found: Sequence[Change], wanted: Sequence[Change]) -> bool:
    """Whether these changes are those."""
    return len(found) == len(wanted) and all(
        len(one) == len(other) and all(b is ANY or a == b for a, b in zip(one, other, strict=True))
        for one, other in zip(found, wanted, strict=True)
    )


def acts_of(order: Order | Act) -> list[Change]:
    """The changes an attested order asks for, and nothing else.

    Raises Refused (`unknown-act`) for an act whose effect is not known here.
    """
    if isinstance(order, IssueOrder):
        return _issue(order)
    if isinstance(order, TransferOrder | PledgedTransferOrder):
        return [("ReceiptTransferred", order.receipt_id, order.holder, order.transferee, order.seq)]
    if isinstance(order, DeliveryOrder):
        return [("ReceiptDelivered", order.receipt_id, order.holder, order.quantity_g, order.seq)]
    if isinstance(order, SuspendOrder):
        return [("ReceiptSuspended", order.receipt_id, int(order.reason), order.seq)]
    if isinstance(order, ReinstateOrder):
        return [("ReceiptReinstated", order.receipt_id, order.seq)]
    if isinstance(order, PartialDeliveryOrder):
        return [("ReceiptReduced", order.receipt_id, order.holder, order.quantity_g, ANY, order.seq)]
    if isinstance(order, SupersedeOrder):
        return _supersede(order)
    if isinstance(order, PledgeOrder):
        return _pledge(order)
    if isinstance(order, MarginOrder):
        spent = [("PledgesChanged", other.receipt_id, ANY, ANY) for other in order.others]
        called = ("MarginCalled", order.receipt_id, order.pledge_id, AtMost(order.value_minor))
        return [("PledgesChanged", order.receipt_id, ANY, ANY), called, *spent]
    if isinstance(order, BondAct):
        return bond_changes(order, ANY)
    if isinstance(order, LienTenderOrder):
        paid = ("LienPaid", order.receipt_id, order.paid_minor, "0x" + order.payment_digest.hex())
        return [paid, ("LiensChanged", order.receipt_id, ANY, ANY)]
    if isinstance(order, LossAct):
        return loss_changes(order, ANY)
    if isinstance(order, PledgeSubstituteOrder):
        return _substitution(order)
    if isinstance(order, LotSeriesOrder):
        return [("LotSeriesSet", order.receipt_id, "0x" + order.series_digest.hex())]
    raise Refused("unknown-act", f"this replay does not know what a {type(order).__name__} does")


def _issue(order: IssueOrder) -> list[Change]:
    lot = "0x" + order.lot_id.hex()
    return [
        (
            *("ReceiptIssued", terms.receipt_id, lot, terms.holder, order.operator),
            *(terms.quantity_g, int(terms.kind), terms.expires_at),
        )
        for terms in order.receipts
    ]


def _supersede(order: SupersedeOrder) -> list[Change]:
    old, new = order.receipt_id, order.successor_id
    holder = ANY if by_pledgee(order) else order.holder  # `audit.successions` holds it to the old receipt's
    issued = ("ReceiptIssued", new, ANY, holder, ANY, order.quantity_g, ANY, order.expires_at)
    return [
        ("ReceiptReplaced", old, new, order.seq),
        issued,
        ("ReceiptSuperseded", old, new, int(order.reason)),
    ]


def _pledge(order: PledgeOrder) -> list[Change]:
    terms = ("0x" + order.currency.hex(), order.maturity, order.ltv_bps, order.cure_s)
    return [
        ("PledgesChanged", order.receipt_id, order.rank, ANY),
        (
            *("Pledged", order.receipt_id, pledge_id(order_hash(order)), order.pledgee, order.holder),
            *(order.rank, order.amount_minor, *terms, "0x" + order.filing_digest.hex()),
        ),
    ]


def _substitution(order: PledgeSubstituteOrder) -> list[Change]:
    ranks = [pledgee for pledgee in (order.pledgee, order.second, order.third, order.fourth) if pledgee]
    filing = "0x" + order.filing_digest.hex()
    return [
        *(("PledgesChanged", order.receipt_id, rank, order.pledgee) for rank in range(1, len(ranks) + 1)),
        ("PledgesChanged", order.released_id, 0, 0),
        ("PledgesSubstituted", order.receipt_id, order.released_id, filing),
    ]
