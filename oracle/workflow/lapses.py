"""Court cases and notices of loss whose time is over: the oracle takes them off the receipts they stop.

Anybody may, so nobody has signed for it; but if nobody did, a case would bind for ever. `Watch` is what the
chain's events say stands, without I/O; `Lapses` polls the chain, asks the contract and sends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain
from holdfast.domain.errors import HoldfastError, Refused, Unreachable
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_time
from oracle.workflow.outbox import LAPSE_PREFIX, Outbox
from oracle.workflow.relayer import Relayer

logger = logging.getLogger("holdfast.lapses")

LAPSE_POLL_S: Final = 15.0
NOTICE_USE_S: Final = 30 * 86_400
"""A notice of loss that has run may be used this long (Replacement.sol, `USE_S`)."""
ATTEMPTS: Final = 5
"""Transactions that may fail on the chain for one case on one receipt, before people must look."""

WATCHED: Final = frozenset(
    {"CaseOpened", "CaseRenewed", "Frozen", "Unfrozen", "LossNoticed", "LossNoticeEnded", "LostReplaced"}
)


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops a receipt: a court case, or (`case_no` 0) a notice of loss, in the module `contract`."""

    contract: str
    receipt_id: int
    case_no: int = 0

    def __str__(self) -> str:
        what = f"court case {self.case_no}" if self.case_no else "the notice of loss"
        return f"{what} on receipt {receipt_hex(self.receipt_id)}"


@dataclass(slots=True)
class Watch:
    """Stops that stand, in the order in which they came: the first of a receipt's cases is in force."""

    cases: dict[tuple[str, int], int] = field(default_factory=dict)
    notices: dict[Stop, int] = field(default_factory=dict)
    standing: dict[Stop, str] = field(default_factory=dict)
    """Stop -> a mark of the event that made it, which no later one on the same receipt has."""

    def apply(self, event: ChainEvent) -> None:
        """Move on over one event."""
        args, contract = event.args, event.contract
        if event.name in ("CaseOpened", "CaseRenewed"):
            self.cases[contract, int(args["caseNo"])] = int(args["expiresAt"])
            return
        stop = Stop(contract, int(args["receiptId"]), int(args.get("caseNo", 0)))
        if event.name in ("Frozen", "LossNoticed"):
            self.standing[stop] = sha256(f"{contract}:{event.tx_hash}:{event.log_index}".encode()).hexdigest()
            if event.name == "LossNoticed":
                self.notices[stop] = int(args["until"]) + NOTICE_USE_S
        else:
            self.standing.pop(stop, None)
            self.notices.pop(stop, None)

    def ends_at(self, stop: Stop) -> int | None:
        """The last second in which a stop holds; None if nothing is known of its case."""
        return self.cases.get((stop.contract, stop.case_no)) if stop.case_no else self.notices.get(stop)

    def over(self, now_s: int) -> list[tuple[Stop, int]]:
        """Stops whose time has passed, each with its last second; of one receipt the case in force first."""
        ends = ((stop, self.ends_at(stop)) for stop in self.standing)
        return [(stop, end) for stop, end in ends if end is not None and end < now_s]


class Lapses:
    """Polls the chain for stops whose time is over and takes them off, each by one transaction.

    Every transaction is committed to the outbox before it goes out, under an id made of the event that began
    the stop: a second step, or a second process after a crash, finds it there and sends nothing else.
    """

    def __init__(self, chain: Chain, relayer: Relayer, outbox: Outbox, clock: Callable[[], int]) -> None:
        self._chain, self._relayer, self._outbox, self._clock = chain, relayer, outbox, clock
        self._watch = Watch()
        self._first_block = self._next_block = chain.connection.deployment.block
        self._modules: list[str] = []
        self._words: dict[str, str] = {}
        self._told: set[str] = set()

    def run(self, stop: threading.Event, poll_s: float = LAPSE_POLL_S) -> None:
        """Step until `stop` is set. Whatever fails is tried again at the next poll."""
        while not stop.is_set():
            try:
                self.step()
            except HoldfastError as error:
                logger.warning("cases and notices whose time is over: %s; trying again", error)
            except Exception:
                logger.exception("cases and notices whose time is over: a fault in Holdfast; trying again")
            stop.wait(poll_s)

    def step(self) -> None:
        """Read on, and send what is due. Raises Unreachable, Misconfigured; doing it again is harmless."""
        try:
            self._read()
            for stop, ended_at in self._watch.over(self._clock()):
                self._commit(stop, ended_at)
        finally:
            # What is committed must go out in any case: its nonce would hold up every order behind it.
            self._send()

    def _read(self) -> None:
        """Take in the blocks that count as settled and were not read before."""
        last = self._chain.connection.head().number - self._relayer.confirmations
        if last < self._next_block:
            return
        modules = self._chain.events.modules(last)
        if modules != self._modules:
            # A court may have opened cases with its new module before that was let in: read from the start.
            self._modules, self._watch, self._next_block = modules, Watch(), self._first_block
        for event in self._chain.events.named(WATCHED, self._next_block, last):
            self._watch.apply(event)
        self._next_block = last + 1

    def _commit(self, stop: Stop, ended_at: int) -> None:
        lapse_id = self._free_id(self._watch.standing[stop])
        if lapse_id is None:
            return
        if lapse_id.endswith(f"-{ATTEMPTS + 1}"):
            self._tell_once(stop, f"its transaction failed {ATTEMPTS} times; somebody must look")
            return
        contract = self._chain.connection.contract("Court" if stop.case_no else "Replacement", stop.contract)
        asked = (
            contract.encode_abi("lapse", args=[stop.receipt_id, stop.case_no])
            if stop.case_no
            else contract.encode_abi("lapseNotice", args=[stop.receipt_id])
        )
        try:
            self._relayer.reserve(lapse_id, bytes.fromhex(asked[2:]), str(contract.address))
        except Refused as error:
            # The clocks differ by seconds, or somebody was faster and his block is not settled yet.
            self._tell_once(stop, f"the contract does not take it off yet: {error}")
        else:
            self._words[lapse_id] = f"{stop}, whose time was over at {show_time(ended_at)}"

    def _free_id(self, mark: str) -> str | None:
        """The id for the next transaction; None if one is on its way, or went through and is not read yet.

        One that went through, in a block that was read, and that took nothing off: its block was replaced.
        """
        for attempt in range(1, ATTEMPTS + 2):
            lapse_id = f"{LAPSE_PREFIX}{mark[:48]}-{attempt}"
            known = self._outbox.find(lapse_id)
            if known is None:
                return lapse_id
            if known.status is None or (known.status and (known.block or 0) >= self._next_block):
                return None
        return lapse_id

    def _send(self) -> None:
        for lapse_id in self._outbox.unsettled():
            if not lapse_id.startswith(LAPSE_PREFIX):
                continue
            words = self._words.get(lapse_id, "a case or notice committed before the last start")
            try:
                block = self._relayer.broadcast(lapse_id)
            except Unreachable as error:
                logger.debug("%s: %s; looking again", words, error)
            except Refused as error:
                logger.warning("%s was not taken off: %s", words, error)
            else:
                logger.info("%s is taken off in block %d", words, block)
                self._words.pop(lapse_id, None)

    def _tell_once(self, stop: Stop, what: str) -> None:
        mark = self._watch.standing[stop]
        if mark not in self._told:
            self._told.add(mark)
            logger.warning("%s: %s", stop, what)
