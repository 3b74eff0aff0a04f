"""The feed as server-sent events (HTML Living Standard, 9.2)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import anyio
from anyio import to_thread
from sqlalchemy import Engine, Row

from api.context import load_viewer
from api.event_rows import visible_args
from api.events import repository
from api.events.schemas import EventOut
from api.problems import Problem
from holdfast.store.records_engine import read

BATCH = 200
KEEP_ALIVE_S = 15.0


def next_events(engine: Engine, member_id: int, position: int) -> list[EventOut]:
    """The next entries the member may see; rights are looked up each time, so a lost one counts at once."""
    with read(engine) as db:
        viewer = load_viewer(db, member_id)
        rows = repository.entries_after(db, viewer, position, BATCH)
    return [EventOut(position=row.position, name=row.name, at=row.at, data=_visible(row)) for row in rows]


def _visible(row: Row[Any]) -> dict[str, Any]:
    """An entry's data, without the terms of loans on a receipt in which the viewer has no right now."""
    data: dict[str, Any] = row.data
    return data if row.receipt_id is None else visible_args(data, terms=bool(row.terms))


def end_of_feed(engine: Engine, member_id: int) -> int:
    """Where a new reader begins."""
    with read(engine) as db:
        return repository.newest_position(db, load_viewer(db, member_id))


def encode(event: EventOut) -> bytes:
    """One entry on the wire; its id is what `Last-Event-ID` resumes after."""
    data = json.dumps(event.model_dump(), ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.position}\nevent: {event.name}\ndata: {data}\n\n".encode()


async def stream(
    engine: Engine,
    member_id: int,
    position: int,
    *,
    poll_s: float,
    until: Callable[[], bool],
    gone: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes]:
    """Entries after `position` for ever, with a comment now and then to keep the line open.

    Ends when `until` says so (the token expired, the server stops), the client is gone, or the
    member may read no longer.
    """
    yield b"retry: 2000\n\n"
    quiet_s = 0.0
    while not until() and not await gone():
        try:
            events = await to_thread.run_sync(partial(next_events, engine, member_id, position))
        except Problem:
            return
        for event in events:
            position = event.position
            yield encode(event)
        if events:
            quiet_s = 0.0
            continue
        await anyio.sleep(poll_s)
        quiet_s += poll_s
        if quiet_s >= KEEP_ALIVE_S:
            quiet_s = 0.0
            yield b": still here\n\n"
