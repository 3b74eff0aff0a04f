"""Pledges and court freezes as the modules' own logs tell them, beside what the receipt contract says."""

from __future__ import annotations

from dataclasses import dataclass, field

from holdfast.audit.histories import impossible
from holdfast.audit.liens import LienBook
from holdfast.chain.events import ChainEvent

RANKS = 4


def ranks_in(word: int) -> list[int]:
    """Pledges by rank in one word: 64 bits each from the low end, the first in the lowest."""
    found = []
    while word:
        found.append(word & (1 << 64) - 1)
        word >>= 64
    return found


@dataclass(slots=True)
class Pledged:
    """One pledge: whose, how much it still secures (minor units), when it is due, whether it is in default.

    A bond is one without an LTV: due on its date, without notice, and alone on its receipt.
    """

    pledgee: int
    amount_minor: int
    defaulted: bool = False
    receipts: set[int] = field(default_factory=set)
    currency: str = ""
    sale_from: int = 0
    """A sale is later than that: the due date of a bond, the end of the time to cure of another."""
    bond: bool = False


@dataclass(slots=True)
class Sale:
    """A sale's proceeds while they are given out, in minor units."""

    left: int
    surplus: int


@dataclass(slots=True)
class PledgeBook:
    """Pledges by number, and the pledges of each receipt by rank."""

    pledges: dict[int, Pledged] = field(default_factory=dict)
    ranks: dict[int, list[int]] = field(default_factory=dict)
    burned: set[int] = field(default_factory=set)
    """Receipts whose pledges went on to others, until the act ends."""
    kept: set[int] = field(default_factory=set)
    """Those of them that live on as the rest of a split."""
    sale: Sale | None = None

    def standing(self, receipt_id: int) -> tuple[int, int]:
        """How many pledges are on a receipt, and whose is the first (0: nobody's)."""
        ranks = self.ranks.get(receipt_id, [])
        first = self.pledges.get(ranks[0]) if ranks else None
        return len(ranks), first.pledgee if first else 0

    def pledgees(self, receipt_id: int) -> list[int]:
        """Whose the pledges on a receipt are, by rank."""
        return [self.pledges[pledge_id].pledgee for pledge_id in self.ranks.get(receipt_id, [])]

    def apply(self, event: ChainEvent, liens: LienBook) -> None:
        """Move on over one event; those of other modules are passed over. Raises Refused."""
        args = event.args
        if event.name == "Pledged":
            self._pledged(event)
        elif event.name in ("BondIssued", "BondRedeemed", "BondDeliveredJointly"):
            self._bond(event)
        elif event.name == "PledgesFollowed":
            self._followed(event)
        elif event.name == "PledgesSubstituted":
            self._substituted(event)
        elif event.name == "PledgeReleased":
            if self._on(event).pledgee != args["pledgee"]:
                raise impossible(event, f"by member {args['pledgee']}, who is not its pledgee")
            self._uncover(int(args["receiptId"]), int(args["pledgeId"]))
        elif event.name == "PledgeAssigned":
            found = self._known(event)
            if found.pledgee != args["from"] or len(found.receipts) != 1:
                raise impossible(event, f"by member {args['from']}, its pledgee was {found.pledgee}")
            found.pledgee = int(args["to"])
        elif event.name in ("DefaultNoticed", "MarginCalled", "DefaultCured"):
            found = self._on(event)
            begins = event.name != "DefaultCured"
            if found.defaulted is begins:
                raise impossible(event, f"of a pledge that is {'already' if begins else 'not'} in default")
            if found.bond:
                raise impossible(event, "of a bond, which is due on its date")
            found.defaulted, found.sale_from = begins, int(args.get("saleFrom", 0))
        elif event.name in ("ReceiptForeclosed", "BondDelivered"):
            self._sold(event, liens)
        elif event.name == "PledgePaid":
            self._paid(event)

    def _known(self, event: ChainEvent) -> Pledged:
        found = self.pledges.get(int(event.args["pledgeId"]))
        if found is None:
            raise impossible(event, f"of pledge {event.args['pledgeId']}, which was never made or is over")
        return found

    def _on(self, event: ChainEvent) -> Pledged:
        found = self._known(event)
        if int(event.args["receiptId"]) not in found.receipts:
            raise impossible(event, f"of pledge {event.args['pledgeId']}, which is not on the receipt")
        return found

    def _pledged(self, event: ChainEvent) -> None:
        args = event.args
        pledge_id, receipt_id = int(args["pledgeId"]), int(args["receiptId"])
        ranks = self.ranks.setdefault(receipt_id, [])
        if pledge_id in self.pledges:
            raise impossible(event, f"of pledge {pledge_id}, which was made before")
        if args["rank"] != len(ranks) + 1 or len(ranks) == RANKS:
            raise impossible(event, f"in rank {args['rank']}, behind {len(ranks)}")
        if args["pledgee"] == args["pledgor"]:
            raise impossible(event, f"by member {args['pledgor']} to itself")
        bond = args["ltvBps"] == 0
        if ranks and (bond or self.pledges[ranks[0]].bond):
            raise impossible(event, "beside another; a bond is alone on its receipt")
        ranks.append(pledge_id)
        self.pledges[pledge_id] = Pledged(
            pledgee=int(args["pledgee"]),
            amount_minor=int(args["amountMinor"]),
            receipts={receipt_id},
            currency=str(args["currency"]),
            sale_from=int(args["maturity"]) if bond else 0,
            bond=bond,
        )

    def _bond(self, event: ChainEvent) -> None:
        """A bond's own events: it begins as a pledge, and ends by payment or with the goods."""
        found, args = self._on(event), event.args
        if not found.bond:
            raise impossible(event, f"of pledge {args['pledgeId']}, which is no bond")
        if event.name == "BondIssued":
            return
        if event.name == "BondRedeemed":
            if args["paidMinor"] != found.amount_minor:
                raise impossible(event, f"by {args['paidMinor']}, it secured {found.amount_minor}")
            found.amount_minor = 0
        self._uncover(int(args["receiptId"]), int(args["pledgeId"]))

    def _followed(self, event: ChainEvent) -> None:
        """Successors get the ranks; the receipts they replace lose them when all were named.

        What a split leaves is one of its own successors.
        """
        old, new = int(event.args["receiptId"]), int(event.args["successorId"])
        ranks = ranks_in(int(event.args["ranks"]))
        had = self.ranks.get(old, [])
        if had and had != ranks:
            raise impossible(event, f"as {ranks}, the receipt had {had}")
        if not had and any(old in self.pledges[p].receipts for p in ranks if p in self.pledges):
            raise impossible(event, "of a receipt without pledges")
        for pledge_id in ranks:
            if pledge_id not in self.pledges:
                raise impossible(event, f"of pledge {pledge_id}, which was never made or is over")
            self.pledges[pledge_id].receipts.add(new)
        self.ranks[new] = ranks
        if old == new:
            self.kept.add(old)
        self.burned.add(old)

    def _substituted(self, event: ChainEvent) -> None:
        """All pledges of one receipt leave it for another, which had none and is worth no less."""
        new, old = int(event.args["receiptId"]), int(event.args["releasedId"])
        ranks = ranks_in(int(event.args["ranks"]))
        if not ranks or self.ranks.get(old, []) != ranks or self.ranks.get(new):
            raise impossible(event, f"as {ranks}, on the receipt were {self.ranks.get(old, [])}")
        if event.args["valueMinor"] < event.args["floorMinor"]:
            raise impossible(event, f"by goods worth less than {event.args['floorMinor']}")
        for pledge_id in ranks:
            self.pledges[pledge_id].receipts.add(new)
            self.pledges[pledge_id].receipts.discard(old)
        self.ranks[new] = self.ranks.pop(old)

    def settle(self, event: ChainEvent) -> None:
        """End an act: what was replaced bears nothing any more, and a sale's parts sum. Raises Refused."""
        for receipt_id in self.burned - self.kept:
            for pledge_id in self.ranks.pop(receipt_id, []):
                self.pledges[pledge_id].receipts.discard(receipt_id)
        self.burned.clear()
        self.kept.clear()
        sale, self.sale = self.sale, None
        if sale is not None and sale.left != sale.surplus:
            raise impossible(event, f"ends a sale with a surplus of {sale.surplus}; left were {sale.left}")

    def _uncover(self, receipt_id: int, pledge_id: int) -> None:
        """A pledge leaves a receipt; with its last one it is over. Juniors move up."""
        self.ranks[receipt_id].remove(pledge_id)
        found = self.pledges[pledge_id]
        found.receipts.discard(receipt_id)
        if not found.receipts:
            del self.pledges[pledge_id]

    def _sold(self, event: ChainEvent, liens: LienBook) -> None:
        args = event.args
        ranks = self.ranks.get(int(args["receiptId"]), [])
        first = self.pledges[ranks[0]] if ranks else None
        if first is None or not (first.bond or first.defaulted):
            raise impossible(event, "of a receipt whose first pledge is not in default")
        if event.name == "BondDelivered" and not first.bond:
            raise impossible(event, "of a receipt whose pledge is no bond")
        liens.check_part(event, first.currency)
        left = int(args["proceedsMinor"]) - args["costsMinor"] - args["lienMinor"]
        self.sale = Sale(left, int(args["surplusMinor"]))

    def _paid(self, event: ChainEvent) -> None:
        found, paid, sale = self._on(event), int(event.args["paidMinor"]), self.sale
        if sale is None or paid > min(found.amount_minor, sale.left):
            raise impossible(event, f"of {paid}: it secured {found.amount_minor}, left is {sale}")
        found.amount_minor -= paid
        sale.left -= paid
        self._uncover(int(event.args["receiptId"]), int(event.args["pledgeId"]))


@dataclass(slots=True)
class CourtBook:
    """Cases by court contract and number, and the queue of cases on each receipt."""

    cases: set[tuple[str, int]] = field(default_factory=set)
    queues: dict[int, list[tuple[str, int]]] = field(default_factory=dict)

    def standing(self, receipt_id: int) -> tuple[int, int]:
        """How many cases are on a receipt, and which is in force (0: none)."""
        queue = self.queues.get(receipt_id, [])
        return len(queue), queue[0][1] if queue else 0

    def apply(self, event: ChainEvent) -> None:
        """Move on over one event; those of other modules are passed over. Raises Refused."""
        if event.name not in ("CaseOpened", "CaseRenewed", "Frozen", "Unfrozen", "FreezePromoted"):
            return
        case = (event.contract, int(event.args["caseNo"]))
        if event.name == "CaseOpened":
            if case in self.cases:
                raise impossible(event, f"of case {case[1]}, which was opened before")
            self.cases.add(case)
            return
        if case not in self.cases:
            raise impossible(event, f"of case {case[1]}, which was never opened")
        if event.name == "CaseRenewed":
            return
        queue = self.queues.setdefault(int(event.args["receiptId"]), [])
        if event.name == "Frozen":
            if case in queue or event.args["ahead"] != len(queue):
                raise impossible(event, f"behind {event.args['ahead']}, on it were {len(queue)}")
            queue.append(case)
        elif case not in queue:
            raise impossible(event, f"of case {case[1]}, which is not on the receipt")
        elif event.name == "Unfrozen":
            queue.remove(case)
        elif queue[0] != case:
            raise impossible(event, f"of case {case[1]}, and before it waits {queue[0][1]}")
