"""/v1/events: what happens, as it happens, to what you may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from api.context import ContextDep, ViewerDep
from api.events import service
from api.problems import Problem, wrong
from api.schemas import READS

router = APIRouter(prefix="/events", tags=["events"], responses=READS)


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."}},
)
async def stream_events(
    request: Request,
    context: ContextDep,
    viewer: ViewerDep,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
    since: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> StreamingResponse:
    """Server-sent events: chain acts, order status changes, decisions.

    Begins with what comes next; with `Last-Event-ID` (or `?since=`) after that position. The stream
    ends when the token expires; come again with a new one.
    """
    engine, member = context.records.engine, viewer.member_id
    position = _position(last_event_id) if last_event_id is not None else since
    if position is None:
        position = await to_thread.run_sync(partial(service.end_of_feed, engine, member))
    streams = request.app.state.streams
    if streams.open >= context.settings.max_event_streams:
        raise Problem(
            503, "too-many-streams", "too many event streams are open", headers={"Retry-After": "5"}
        )
    expires_at = context.verifier.expires_at(request.headers.get("authorization"))

    async def body() -> AsyncIterator[bytes]:
        streams.open += 1
        try:
            source = service.stream(
                engine,
                member,
                position,
                poll_s=context.settings.event_poll_s,
                until=lambda: streams.closing or context.clock() >= expires_at,
                gone=request.is_disconnected,
            )
            async for chunk in source:
                yield chunk
        finally:
            streams.open -= 1

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body(), media_type="text/event-stream", headers=headers)


def _position(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= 2**63:
        raise wrong("Last-Event-ID", text, "the id of an event of this stream")
    return int(text)
