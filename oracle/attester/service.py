"""The attester node as an HTTP service of its own."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.attestation.typed_data import order_to_json
from holdfast.domain.errors import Action, HoldfastError, Refused, Unreachable
from oracle.attester.node import AttesterNode, VerdictRefused

MAX_BODY_BYTES: Final = 4096
"""A location and a digest take 160 bytes; anybody on the network may send something."""
MAX_WAITING: Final = 8
"""Requests that wait for their turn; each holds a thread, and there are not many."""

Hex32 = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]


class AttestationRequest(BaseModel):
    """Where the bundle lies and what it must hash to. Nothing else is taken from whoever asks."""

    model_config = ConfigDict(extra="forbid")

    location: Hex32
    digest: Hex32


def _problem(status: int, error: HoldfastError | str, **extra: Any) -> JSONResponse:
    code = error if isinstance(error, str) else error.code
    detail = extra.pop("detail", str(error))
    reason = error.reason if isinstance(error, Refused) else None
    body = {"type": f"urn:holdfast:problem:{code}", "title": code.replace("-", " "), "status": status}
    body |= {"detail": detail} | ({"reason": reason} if reason else {}) | extra
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


class _SmallBodies:
    """Reads no more of a body than any question needs: 413 beyond."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the body in first; nothing is begun on one that turns out too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                detail = f"the body is larger than {MAX_BODY_BYTES} bytes"
                await _problem(413, "body-too-large", detail=detail)(scope, receive, send)
                return
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replay, send)


def build_attester(node: AttesterNode) -> FastAPI:
    """The service: POST /attestations, GET /health. One bundle at a time: reading frames fills a core."""
    app = FastAPI(title="Holdfast attester", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(_SmallBodies)
    one_at_a_time, places = threading.Lock(), threading.BoundedSemaphore(MAX_WAITING)

    @app.post("/attestations")
    def attest(request: AttestationRequest) -> dict[str, Any]:
        if not places.acquire(blocking=False):
            raise Unreachable("attester", node.account, f"{MAX_WAITING} others wait already; ask again")
        try:
            with one_at_a_time:
                signed = node.attest(bytes.fromhex(request.location[2:]), bytes.fromhex(request.digest[2:]))
        finally:
            places.release()
        return {
            "account": signed.account,
            "member": signed.member,
            "attestation": order_to_json(signed.attestation),
            "signature": "0x" + signed.signature.hex(),
        }

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "account": node.account}

    @app.exception_handler(HoldfastError)
    def refused(_: Request, error: HoldfastError) -> JSONResponse:
        extra = {"verdict": error.verdict} if isinstance(error, VerdictRefused) else {}
        return _problem(503 if error.action is Action.RETRY else 409, error, **extra)

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _problem(422, "invalid-input", detail=f"{where}: {first['msg']}")

    return app
