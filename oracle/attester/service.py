"""The attester node as an HTTP service of its own."""

from __future__ import annotations

import threading
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from holdfast.attestation.typed_data import order_to_json
from holdfast.domain.errors import Action, HoldfastError, Refused
from oracle.attester.node import AttesterNode, VerdictRefused

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


def build_attester(node: AttesterNode) -> FastAPI:
    """The service: POST /attestations, GET /health. One bundle at a time: reading frames fills a core."""
    app = FastAPI(title="Holdfast attester", docs_url=None, redoc_url=None, openapi_url=None)
    one_at_a_time = threading.Lock()

    @app.post("/attestations")
    def attest(request: AttestationRequest) -> dict[str, Any]:
        with one_at_a_time:
            signed = node.attest(bytes.fromhex(request.location[2:]), bytes.fromhex(request.digest[2:]))
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
