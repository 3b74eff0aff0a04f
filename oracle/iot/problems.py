"""Problem details (RFC 9457): every refusal of the intake in one shape, unknown paths too."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from holdfast.domain.errors import HoldfastError, InvalidInput, Refused, Unreachable
from oracle.iot.inbox import ChallengeRefused, CounterRefused

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_STATUS: Final = {
    "counter": 409,
    "challenge": 409,
    "replay": 409,
    "size": 413,
    "image-pixels": 413,
    "media-type": 415,
    "image-format": 415,
    "content-type": 415,
    "unknown-device": 403,
    "device": 403,
    "signature": 403,
}
"""HTTP status by reason; a reason not listed is a message that cannot be processed: 422."""


class RequestRefused(Refused):
    """A request refused before its message is looked at: its size, its media type, its parts."""

    def __init__(self, reason: str, message: str, status: int) -> None:
        self.status = status
        super().__init__(reason, message)


def problem(status: int, reason: str, detail: str, **more: Any) -> JSONResponse:
    """A problem document. `type` is a stable URN per reason; `more` are its extension members."""
    body = {
        "type": f"urn:holdfast:problem:{reason}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": one_line(detail),
        **more,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def one_line(text: str) -> str:
    """Text that cannot start a line of its own in a log or on a terminal; at most 500 characters."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return safe if len(safe) <= 500 else safe[:497] + "..."


def install(app: FastAPI) -> None:
    """Render every error of `app` as problem details."""
    app.add_exception_handler(HoldfastError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, _fault)


async def _known(request: Request, error: Exception) -> JSONResponse:
    detail = one_line(str(error))
    logger.warning("refused %s: %s", request.url.path, detail)
    if isinstance(error, CounterRefused):
        seen = {"device": error.device, "counter_seen": error.seen, "counter_expected": error.expected}
        return problem(409, error.reason, detail, **seen)
    if isinstance(error, ChallengeRefused):
        return problem(409, error.reason, detail, challenge=error.challenge)
    if isinstance(error, RequestRefused):
        return problem(error.status, error.reason, detail)
    if isinstance(error, Refused):
        return problem(_STATUS.get(error.reason, 422), error.reason, detail)
    if isinstance(error, InvalidInput):
        return problem(422, error.code, detail, field=one_line(error.field))
    if isinstance(error, Unreachable):
        # Where the database is, is nobody's business outside.
        return problem(503, error.code, f"{error.what} is not reachable; try again")
    return problem(500, getattr(error, "code", "error"), "the intake cannot answer; its log says why")


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    answer = problem(error.status_code, phrase.lower().replace(" ", "-"), f"{request.url.path}: {phrase}")
    answer.headers.update(error.headers or {})
    return answer


async def _validation(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
    return problem(422, "invalid-input", "; ".join(faults))


async def _fault(request: Request, error: Exception) -> JSONResponse:
    logger.error("fault in %s: %s", one_line(request.url.path), type(error).__name__)
    return problem(500, "fault", "the intake has a fault; its log says which")
