"""The logs of contracts that run inside a test, as the event reader and the API's node give them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from holdfast.chain.events import ChainEvent
from tests.contracts.evm import Outcome


def shown(value: Any) -> Any:
    """A value of a log as readers of the chain give it."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {name: shown(item) for name, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list | tuple) else value


def chain_events(outcomes: Sequence[Outcome]) -> list[list[ChainEvent]]:
    """Each transaction's logs, one transaction a block."""
    return [
        [
            ChainEvent(e.name, shown(e.values), block, f"0xb{block}", f"0x{block}", index, e.address)
            for index, e in enumerate(outcome.events)
        ]
        for block, outcome in enumerate(outcomes, 1)
    ]
