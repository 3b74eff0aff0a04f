"""Follows the chain into the read model, and goes back where the chain goes back.

Every indexed block's hash is kept. Before each step the newest one is compared with the chain; on a
fork the indexer walks back to the last block both agree on, forgets what came after and reads on. A
step is one transaction, so it may be killed anywhere and simply runs again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select

from api.chain_port import BlockRef, ChainEvent, ChainPort
from api.event_rows import event_rows, touched_by
from api.read_model import frozen_under, refold
from holdfast.domain.errors import Action, HoldfastError, Misconfigured, Unreachable
from holdfast.store.records_chain_tables import chain_blocks, chain_events
from holdfast.store.records_engine import append_feed, read, write

_log = logging.getLogger("holdfast.api.indexer")


@dataclass(frozen=True, slots=True)
class IndexerStatus:
    """How far the indexer is. `halted` says why it gave up, if it did; `stepped_at` is unix seconds."""

    head: BlockRef | None = None
    indexed: int | None = None
    stepped_at: int | None = None
    trouble: str | None = None
    halted: str | None = None


class Indexer:
    """One reader of one chain. `step` does the work; `run` repeats it until stopped."""

    def __init__(
        self,
        engine: Engine,
        chain: ChainPort,
        clock: Callable[[], int],
        *,
        start_block: int,
        confirmations: int,
        batch_blocks: int = 500,
    ) -> None:
        self._engine, self._chain, self._clock = engine, chain, clock
        self._anchor = max(start_block - 1, 0)
        self._confirmations, self._batch = confirmations, batch_blocks
        self.status = IndexerStatus()

    def step(self) -> bool:
        """Go back if the chain did, else forward by one batch. True if there is more to do at once.

        Raises:
            Unreachable: the node or the database does not answer; try again.
            Misconfigured: this is not the chain that the database has indexed.
        """
        head = self._chain.head()
        stored = self._tip()
        tip = self._begin() if stored is None else stored
        target = head.number - self._confirmations
        self.status = replace(self.status, head=head, indexed=tip.number)
        if not self._on_chain(tip):
            self._rewind(tip)
            return True
        last = min(tip.number + self._batch, target)
        if last > tip.number:
            self._forward(tip, last)
        tip = self._tip() or tip
        self.status = replace(
            self.status, indexed=tip.number, stepped_at=self._clock(), trouble=None, halted=None
        )
        return tip.number < target

    def run(self, stop: threading.Event, poll_s: float) -> None:
        """Step until `stop` is set. What may pass is tried again; what cannot, halts and is shown."""
        while not stop.is_set():
            more = False
            try:
                more = self.step()
            except HoldfastError as error:
                if error.action is Action.HALT:
                    self.status = replace(self.status, halted=str(error))
                    _log.error("indexer halted: %s", error)
                    return
                self.status = replace(self.status, trouble=str(error))
                _log.warning("indexer: %s", error)
            except Exception as error:
                self.status = replace(self.status, halted=f"unknown error: {type(error).__name__}")
                _log.exception("indexer halted by an unknown error")
                return
            if not more:
                stop.wait(poll_s)

    def _tip(self) -> BlockRef | None:
        query = select(chain_blocks).order_by(chain_blocks.c.number.desc()).limit(1)
        with read(self._engine) as db:
            row = db.execute(query).one_or_none()
        return None if row is None else BlockRef(*row)

    def _begin(self) -> BlockRef:
        """Store the anchor: the block before the first one indexed, which no fork may replace."""
        anchor = self._chain.block(self._anchor)
        if anchor is None:
            raise Unreachable("chain", f"block {self._anchor}", "the chain is not that high yet")
        with write(self._engine) as db:
            db.execute(insert(chain_blocks).values(**_block_row(anchor)))
        return anchor

    def _on_chain(self, block: BlockRef) -> bool:
        found = self._chain.block(block.number)
        return found is not None and found.hash == block.hash

    def _rewind(self, tip: BlockRef) -> None:
        with read(self._engine) as db:
            query = select(chain_blocks).where(chain_blocks.c.number < tip.number)
            older = db.execute(query.order_by(chain_blocks.c.number.desc())).all()
        common = next((row.number for row in older if self._on_chain(BlockRef(*row))), None)
        if common is None:
            raise Misconfigured(
                f"the database has indexed another chain: none of its {len(older) + 1} blocks, down to "
                f"block {older[-1].number if older else tip.number}, is on this one"
            )
        with write(self._engine) as db:
            forget_above(db, common)
            data = {"from_block": common + 1, "to_block": tip.number}
            append_feed(db, "ChainRewound", data, at=self._clock())
        self.status = replace(self.status, indexed=common)
        _log.warning("the chain went back: blocks %d to %d forgotten", common + 1, tip.number)

    def _forward(self, tip: BlockRef, last: int) -> None:
        blocks: dict[int, BlockRef] = {}
        parent = tip
        for number in range(tip.number + 1, last + 1):
            block = self._chain.block(number)
            if block is None or block.parent_hash != parent.hash:
                break  # the chain changed while it was read; what is linked so far is good
            blocks[number] = parent = block
        if not blocks:
            return
        events = self._chain.events(tip.number + 1, max(blocks))
        if any(
            event.block_number not in blocks or blocks[event.block_number].hash != event.block_hash
            for event in events
        ):
            return  # events of another branch than the headers; the next step sees which one stays
        rows = event_rows(events, blocks)
        late = self._from_before(rows, tip.number + 1)
        with write(self._engine) as db:
            newest = db.scalar(select(func.max(chain_blocks.c.number)))
            if newest != tip.number:
                return  # another process was faster
            db.execute(insert(chain_blocks), [_block_row(block) for block in blocks.values()])
            rows = missing(db, late) + rows
            if rows:
                db.execute(insert(chain_events), rows)
                refold(db, touched_by(rows))
            for row in rows:
                _tell(db, row)

    def _from_before(self, rows: Sequence[Mapping[str, Any]], first_new: int) -> list[ChainEvent]:
        """What modules wrote before governance let them in, which is when they are first looked at.

        A court may have opened a case with its new module while the vote on it was still running.
        """
        modules = {str(row["args"]["module"]) for row in rows if row["name"] == "ModuleSet"}
        return [
            event for module in sorted(modules) for event in self._chain.earlier_events(module, first_new)
        ]


def missing(db: Connection, late: Sequence[ChainEvent]) -> list[dict[str, Any]]:
    """Rows of events of blocks that were indexed without them; those of other branches are left out."""
    numbers = {event.block_number for event in late}
    found = db.execute(select(chain_blocks).where(chain_blocks.c.number.in_(numbers))).all()
    blocks = {row.number: BlockRef(*row) for row in found}
    stored = select(chain_events.c.block_number, chain_events.c.log_index)
    known = {tuple(row) for row in db.execute(stored.where(chain_events.c.block_number.in_(numbers))).all()}
    good = [
        event
        for event in late
        if event.block_number in blocks
        and blocks[event.block_number].hash == event.block_hash
        and (event.block_number, event.log_index) not in known
    ]
    return event_rows(good, blocks)


def forget_above(db: Connection, number: int) -> None:
    """Take the blocks above `number` and their events out, and fold what they had touched anew."""
    above = chain_events.c.block_number > number
    gone = [dict(row._mapping) for row in db.execute(select(chain_events).where(above)).all()]
    db.execute(delete(chain_events).where(above))
    db.execute(delete(chain_blocks).where(chain_blocks.c.number > number))
    refold(db, touched_by(gone))


def _tell(db: Connection, row: Mapping[str, Any]) -> None:
    """Put an event into the feed; one of a court case with every receipt that the case holds."""
    data = row["args"] | {"block_number": row["block_number"], "tx_hash": row["tx_hash"]}
    receipts = [row["receipt_id"]]
    if row["case_no"] is not None and row["receipt_id"] is None:
        receipts += db.scalars(frozen_under(row["contract"], row["case_no"])).all()
    for receipt_id in receipts:
        append_feed(db, row["name"], data, at=row["timestamp"], receipt_id=receipt_id, lot_id=row["lot_id"])


def _block_row(block: BlockRef) -> dict[str, object]:
    return {
        "number": block.number,
        "hash": block.hash,
        "parent_hash": block.parent_hash,
        "timestamp": block.timestamp,
    }
