"""HTTP intake of signed weighings and frames. It holds no key: what it lets in, a device signed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Final

from fastapi import FastAPI, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from holdfast.evidence.cose import MAX_MESSAGE_BYTES
from holdfast.evidence.telemetry import MAX_IMAGE_BYTES
from oracle.iot.inbox import Inbox, Message
from oracle.iot.problems import MEDIA_TYPE, RequestRefused, install

COSE_MEDIA_TYPE: Final = "application/cose"
_FORM_OVERHEAD: Final = 4096
_PROBLEM: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"description": "Refused, with the reason", "content": {MEDIA_TYPE: {}}}
}
_BINARY: Final = {"type": "string", "format": "binary"}


class Accepted(BaseModel):
    """A message that was kept. `message` is the sha256 of its signed bytes, hex."""

    message: str
    kind: str
    device: str
    counter: int
    challenge: str
    recorded_at: int


class OpenChallenge(BaseModel):
    """A challenge that instruments may sign now; times in unix seconds."""

    code: str
    site: str
    purpose: str
    opened_at: int
    expires_at: int


def build_intake(inbox: Inbox, *, max_image_bytes: int = MAX_IMAGE_BYTES) -> FastAPI:
    """The intake as an application around an inbox whose tables exist."""
    app = FastAPI(title="Holdfast intake", version="1", docs_url=None, redoc_url=None, responses=_PROBLEM)
    install(app)

    @app.post(
        "/telemetry",
        status_code=201,
        openapi_extra={"requestBody": {"required": True, "content": {COSE_MEDIA_TYPE: {"schema": _BINARY}}}},
    )
    async def telemetry(request: Request) -> Accepted:
        """Keep one signed weighing."""
        _media_type(request, COSE_MEDIA_TYPE)
        raw = await _body(request, MAX_MESSAGE_BYTES)
        return _accepted(await run_in_threadpool(inbox.accept_weighing, raw))

    parts = {"type": "object", "properties": {"envelope": _BINARY, "image": _BINARY}}
    form = {"multipart/form-data": {"schema": {**parts, "required": ["envelope", "image"]}}}

    @app.post("/frames", status_code=201, openapi_extra={"requestBody": {"required": True, "content": form}})
    async def frames(request: Request) -> Accepted:
        """Keep one camera frame: its signed envelope and its image."""
        _media_type(request, "multipart/form-data")
        body = await _body(request, max_image_bytes + MAX_MESSAGE_BYTES + _FORM_OVERHEAD)
        envelope, image = await _two_files(request, body)
        return _accepted(await run_in_threadpool(inbox.accept_frame, envelope, image))

    @app.get("/challenges")
    async def challenges(site: Annotated[str, Query(min_length=1, max_length=128)]) -> list[OpenChallenge]:
        """Open challenges of a site, oldest first: what devices sign and panels show."""
        found = await run_in_threadpool(inbox.open_challenges, site)
        return [
            OpenChallenge(**{name: getattr(c, name) for name in OpenChallenge.model_fields}) for c in found
        ]

    return app


def _accepted(kept: Message) -> Accepted:
    return Accepted(
        message=kept.sha256.hex(),
        kind=kept.kind,
        device=kept.device,
        counter=kept.counter,
        challenge=kept.challenge,
        recorded_at=kept.recorded_at,
    )


def _media_type(request: Request, right: str) -> None:
    stated = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if stated != right:
        raise RequestRefused("content-type", f"content type {stated[:80]!r}; expected {right}", 415)


async def _body(request: Request, most: int) -> bytes:
    """The body, never more than `most` bytes of it in memory."""
    stated = request.headers.get("content-length", "0")
    if stated.isdecimal() and len(stated) < 19 and int(stated) > most:
        raise RequestRefused("size", f"{stated} bytes are announced; at most {most} are let in", 413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise RequestRefused("size", f"the body is larger than the {most} bytes let in", 413)
    return bytes(body)


async def _two_files(request: Request, body: bytes) -> tuple[bytes, bytes]:
    """The parts `envelope` and `image` of a multipart body, and no other."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        parser = MultiPartParser(request.headers, stream(), max_files=2, max_fields=0)
        form: FormData = await parser.parse()
    except (MultiPartException, FormParserError) as error:
        raise RequestRefused("multipart", f"the multipart body cannot be read: {error}", 400) from error
    files = dict(form.multi_items())
    if len(form.multi_items()) != 2 or set(files) != {"envelope", "image"}:
        raise RequestRefused("multipart", "expected exactly the files 'envelope' and 'image'", 400)
    envelope, image = files["envelope"], files["image"]
    if not isinstance(envelope, UploadFile) or not isinstance(image, UploadFile):
        raise RequestRefused("multipart", "'envelope' and 'image' must be files (with a file name)", 400)
    try:
        return await envelope.read(), await image.read()
    finally:
        await form.close()
