"""What the parts of a rebuilt ledger share."""

from __future__ import annotations

from holdfast.chain.events import ChainEvent
from holdfast.domain.errors import Refused


def impossible(event: ChainEvent, why: str) -> Refused:
    """An event that no honest contract writes at this point."""
    return Refused("impossible-history", f"{event.name} in {event.tx_hash} {why}")


def as_bytes(value: object) -> bytes:
    """Bytes of an event's `0x` hex."""
    return bytes.fromhex(str(value)[2:])
