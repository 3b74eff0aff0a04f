"""A chain in memory that implements the API's chain port, and can fork."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.chain_port import BlockRef, ChainEvent
from holdfast.domain.encumbrances import CaseState, LienState, PledgeState
from holdfast.domain.errors import Unreachable
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import Kind, Status
from holdfast.domain.receipts import LotState, ReceiptState
from holdfast.domain.standing import Bound, Standing
from holdfast.domain.units import MemberId
from holdfast.domain.valuation import Cover, GoodsValue

Log = tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], str]
"""Name and arguments of an event, and the contract that wrote it where that matters."""
Tx = Sequence[Log]
"""The events of one transaction, in order."""

GENESIS_AT = 1_790_000_000
BLOCK_S = 5


@dataclass(frozen=True, slots=True)
class _Block:
    ref: BlockRef
    events: tuple[ChainEvent, ...]


class FakeChain:
    """Blocks of transactions of events; `fork` drops the newest and goes on along another branch."""

    def __init__(self, *, genesis: str = "genesis") -> None:
        zero = "0x" + "00" * 32
        self._blocks = [_Block(BlockRef(0, _hash(genesis), zero, GENESIS_AT), ())]
        self._branch = 0
        self.liens: dict[int, LienState] = {}
        self.liens_asked: list[int] = []
        self.standings: dict[int, Standing] = {}
        self.values: dict[int, GoodsValue] = {}
        self.covers: dict[int, Cover] = {}
        self._let_in: dict[str, int] = {}
        self.down = False
        self.calls = 0

    def mine(self, *txs: Tx, at: int | None = None) -> BlockRef:
        """Make one block of these transactions; `at` is its time, by default 5 s after its parent's."""
        parent = self._blocks[-1].ref
        number, index = parent.number + 1, 0
        block_hash = _hash("block", parent.hash, number, self._branch)
        events = []
        for place, tx in enumerate(txs):
            tx_hash = _hash("tx", number, place, [log[0] for log in tx], repr(tx))
            for name, args, *contract in tx:
                events.append(ChainEvent(name, args, number, block_hash, tx_hash, index, *contract))
                index += 1
        ref = BlockRef(number, block_hash, parent.hash, at or parent.timestamp + BLOCK_S)
        self._blocks.append(_Block(ref, tuple(events)))
        return ref

    def fork(self, depth: int) -> None:
        """Forget the newest `depth` blocks; the next ones are of another branch."""
        assert depth < len(self._blocks)
        self._branch += 1
        del self._blocks[len(self._blocks) - depth :]

    def tx_of(self, name: str, nth: int = -1) -> str:
        """The transaction hash of the nth event of that name."""
        return self._named(name)[nth].tx_hash

    def head(self) -> BlockRef:
        """The newest block."""
        self._ask()
        return self._blocks[-1].ref

    def block(self, number: int) -> BlockRef | None:
        """The block at a height; None above the head."""
        self._ask()
        return self._blocks[number].ref if number < len(self._blocks) else None

    def events(self, from_block: int, to_block: int) -> list[ChainEvent]:
        """Events of these blocks, ends included."""
        self._ask()
        found = [event for block in self._blocks[from_block : to_block + 1] for event in block.events]
        return [event for event in found if self._let_in.get(event.contract, 0) <= to_block]

    def let_in_at(self, contract: str, number: int) -> None:
        """Give a module its rights in a block: before it, nobody looks at what it writes."""
        self._let_in[contract] = number

    def earlier_events(self, contract: str, before_block: int) -> list[ChainEvent]:
        """What a contract wrote before a block, where a test has let it in late."""
        self._ask()
        return [
            event for event in self._all() if event.contract == contract and event.block_number < before_block
        ]

    def standing(self, receipt_id: int, *, value: bool = False) -> Standing | None:
        """How a receipt stands: as a test has said, else free of burdens as its own events tell."""
        state = self.receipt(receipt_id)
        if receipt_id in self.standings or state is None:
            return self.standings.get(receipt_id)
        holder = self.member(state.holder)
        assert holder is not None
        stopped = {
            Status.SUSPENDED: Bound.SUSPENDED,
            Status.DELIVERED: Bound.DELIVERED,
            Status.REPLACED: Bound.REPLACED,
        }
        return Standing(
            receipt_id,
            self.head().number,
            self.head().timestamp,
            state.holder,
            holder.account,
            state.operator,
            state.kind,
            state.quantity_g,
            state.lot_id,
            stopped.get(state.status, Bound(0)),
            state.suspend_reason,
            0,
            0,
            state.expires_at,
            state.seq,
            tuple(self._pledges(receipt_id)),
            None,
            (),
            0,
            0,
            value=self.values.get(receipt_id) if value else None,
        )

    def cover(self, pledge_id: int, receipt_ids: Sequence[int]) -> Cover:
        """As a test has said, else goods worth nothing: a margin call is right."""
        self._ask()
        return self.covers.get(pledge_id, Cover("CNY", 0, 1, 1))

    def _pledges(self, receipt_id: int) -> list[PledgeState]:
        """Pledges on a receipt by rank, as the pledge module's events tell."""
        held: dict[int, PledgeState] = {}
        for event in self._all():
            args = event.args
            if args.get("receiptId") != receipt_id:
                continue
            if event.name == "Pledged":
                terms = (args["currency"].decode(), args["maturity"], args["ltvBps"], args["cureS"], 0, 1)
                held[args["pledgeId"]] = PledgeState(
                    args["pledgeId"], args["pledgee"], args["amountMinor"], *terms
                )
            elif event.name == "PledgeReleased":
                del held[args["pledgeId"]]
            elif event.name == "DefaultNoticed":
                at = args["saleFrom"] - held[args["pledgeId"]].cure_s
                held[args["pledgeId"]] = replace(held[args["pledgeId"]], default_at=at)
        return list(held.values())

    def lien(self, receipt_id: int) -> LienState:
        """Storage terms as a test has said, else none."""
        self._ask()
        self.liens_asked.append(receipt_id)
        return self.liens.get(receipt_id, LienState(0, "", 0, 0, 0, 0))

    def court_case(self, case_no: int) -> CaseState | None:
        """One court case, each of whose orders counts its number up."""
        self._ask()
        found: CaseState | None = None
        for event in self._all():
            args = event.args
            if args.get("caseNo") != case_no:
                continue
            if event.name == "CaseOpened":
                found = CaseState(case_no, args["court"], args["reason"], args["expiresAt"], 0)
            elif event.name in ("Frozen", "Unfrozen", "CaseRenewed") and found is not None:
                until = args.get("expiresAt", found.expires_at)
                found = replace(found, number=found.number + 1, expires_at=until)
        return found

    def receipt(self, receipt_id: int) -> ReceiptState | None:
        """One receipt as the contract would answer."""
        self._ask()
        state: dict[str, Any] | None = None
        for event in self._all():
            args = event.args
            if args.get("receiptId") != receipt_id:
                continue
            if event.name == "ReceiptIssued":
                state = {
                    "holder": args["holder"],
                    "operator": args["operator"],
                    "status": Status.LIVE,
                    "kind": Kind(args["kind"]),
                    "expires_at": args["expiresAt"],
                    "seq": 0,
                    "quantity_g": args["quantityG"],
                    "lot_id": args["lotId"],
                    "suspend_reason": 0,
                }
                continue
            assert state is not None, "an act on a receipt that was not issued"
            if event.contract not in ("", "receipts"):
                continue
            state["seq"] += 1
            if event.name == "PledgesChanged":
                state |= {"pledges": args["pledges"], "first_pledgee": args["firstPledgee"]}
            elif event.name == "LiensChanged":
                state |= {"liens": args["liens"], "lien_terms": args["lienTerms"]}
            elif event.name == "FreezesChanged":
                state |= {"freezes": args["freezes"], "freeze_case": args["freezeCase"]}
            elif event.name == "ReceiptTransferred":
                state["holder"] = args["to"]
            elif event.name == "ReceiptSuspended":
                state |= {"status": Status.SUSPENDED, "suspend_reason": args["reason"]}
            elif event.name == "ReceiptReinstated":
                state |= {"status": Status.LIVE, "suspend_reason": 0}
            elif event.name == "ReceiptDelivered":
                state |= {"status": Status.DELIVERED, "quantity_g": 0, "lot_id": bytes(24)}
            elif event.name == "ReceiptReplaced":
                state |= {"status": Status.REPLACED, "quantity_g": 0, "lot_id": bytes(24)}
            elif "restG" in args:
                state["quantity_g"] = args["restG"]
        return None if state is None else ReceiptState(receipt_id=receipt_id, **state)

    def lot(self, lot_id: bytes) -> LotState | None:
        """One lot as the contract would answer."""
        self._ask()
        operator = attested = live = 0
        receipts: set[int] = set()
        for event in self._all():
            args = event.args
            if event.name == "LotAttested" and args["lotId"] == lot_id:
                operator, attested = args["operator"], args["quantityG"]
            elif event.name == "ReceiptIssued" and args["lotId"] == lot_id:
                receipts.add(args["receiptId"])
                live += args["quantityG"]
            elif event.name == "ReceiptDelivered" and args["receiptId"] in receipts:
                live -= args["quantityG"]
                attested -= args["quantityG"]
        return LotState(lot_id, attested, live, operator) if operator else None

    def member(self, member_id: int) -> Member | None:
        """One member as the contract would answer."""
        self._ask()
        found: Member | None = None
        for event in self._all():
            args = event.args
            if args.get("member") != member_id:
                continue
            if event.name == "MemberAdded":
                found = Member(MemberId(member_id), args["account"], Role(args["roles"]), True)
            elif found is not None and event.name == "MemberAccountChanged":
                found = Member(found.member_id, args["account"], found.roles, found.active)
            elif found is not None and event.name == "MemberActiveChanged":
                found = Member(found.member_id, found.account, found.roles, args["active"])
        return found

    def title_bundle(self, receipt_id: int) -> dict[str, Any]:
        """A file in place of a title proof; its inside is not the API's business."""
        self._ask()
        return {"format": "fake-title", "receipt_id": f"0x{receipt_id:064x}", "block": self.head().number}

    def _all(self) -> list[ChainEvent]:
        return [event for block in self._blocks for event in block.events]

    def _named(self, name: str) -> list[ChainEvent]:
        return [event for event in self._all() if event.name == name]

    def _ask(self) -> None:
        self.calls += 1
        if self.down:
            raise Unreachable("chain", "memory", "switched off")


def _hash(*parts: object) -> str:
    return "0x" + hashlib.sha256(repr(parts).encode()).hexdigest()
