"""The one place that renders errors: problem details (RFC 9457) for every answer that is not a success.

`type` is `urn:holdfast:problem:<code>`, `code` the stable word a program may match on. Where a value was
wrong, `errors` names field, value and what is right. Nothing internal is ever shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from holdfast.domain.document import IncompleteDocument
from holdfast.domain.errors import HoldfastError, InvalidInput, Refused, Unreachable
from holdfast.store.records_types import KeyReused, OrderConflict

MEDIA_TYPE = "application/problem+json"
_SHOWN = 160
_log = logging.getLogger("holdfast.api")


class Problem(Exception):
    """An answer that is not a success. `errors` are (field, value, expected), `more` extension members."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, object, str]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.more = dict(more or {})
        self.errors, self.headers = tuple(errors), dict(headers or {})
        super().__init__(detail)


def not_found(what: str, identity: object) -> Problem:
    """404, the same for what does not exist and for what the viewer may not see."""
    return Problem(404, "not-found", f"there is no {what} {_show(identity)} that you may see")


def wrong(field: str, value: object, expected: str, *, code: str = "invalid-input") -> Problem:
    """422 for one wrong value; None is one that is missing."""
    found = "it is missing" if value is None else f"{_show(value)} is not right"
    detail = f"{field}: {found}; expected {expected}"
    return Problem(422, code, detail, errors=[(field, value, expected)])


def conflict(code: str, field: str, value: object, expected: str) -> Problem:
    """409: well-formed, and yet not possible as things stand."""
    detail = f"{field}: {_show(value)} is not possible now; expected {expected}"
    return Problem(409, code, detail, errors=[(field, value, expected)])


def problem_body(problem: Problem, instance: str | None = None) -> dict[str, Any]:
    """The JSON object of a problem."""
    body: dict[str, Any] = {
        "type": f"urn:holdfast:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
    }
    if instance is not None:
        body["instance"] = instance
    if problem.errors:
        body["errors"] = [
            {"field": field, "value": _show(value), "expected": expected}
            for field, value, expected in problem.errors
        ]
    return body | problem.more


def problem_response(problem: Problem, instance: str | None = None) -> Response:
    """The HTTP answer of a problem."""
    headers = problem.headers | {"Cache-Control": "no-store"}
    body = problem_body(problem, instance)
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an exception means to whoever asked."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid_request(error)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, InvalidInput):
        return wrong(error.field, error.value, error.expected)
    if isinstance(error, KeyReused):
        status = 422 if error.reason == "other-request" else 409
        return Problem(status, f"idempotency-{error.reason}", str(error))
    if isinstance(error, OrderConflict):
        return Problem(409, error.reason, str(error))
    if isinstance(error, Refused):
        return Problem(422, error.reason, str(error))
    if isinstance(error, Unreachable):
        text = f"the {error.what} does not answer at the moment"
        return Problem(503, "unreachable", text, headers={"Retry-After": "5"})
    if isinstance(error, IncompleteDocument):
        found = [(each.field, each.problem, f"a right value ({each.clause})") for each in error.problems]
        return Problem(422, error.code, str(error), errors=found)
    if isinstance(error, HoldfastError):
        return Problem(422, error.code, str(error))
    return Problem(500, "internal", "something went wrong on our side; nothing was changed that is not shown")


def install(app: FastAPI, page: Callable[[Request, int], Response]) -> None:
    """Render every error we know as problem details; `SecurityHeaders` catches those we do not.

    `page` renders for people: a browser that asks for a page outside /v1.
    """

    def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status >= 500:
            _log.warning("%s %s: %s", request.method, problem.code, error)
        wants_page = "text/html" in request.headers.get("accept", "")
        if wants_page and request.method == "GET" and not request.url.path.startswith(("/v1/", "/assets/")):
            return page(request, problem.status)
        return problem_response(problem, request.url.path)

    for kind in (Problem, RequestValidationError, HTTPException, HoldfastError):
        app.add_exception_handler(kind, answer)


def _invalid_request(error: RequestValidationError) -> Problem:
    errors: list[tuple[str, object, str]] = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"]) or "request"
        value = None if item["type"] == "missing" else item.get("input")
        errors.append((where, value, _expected(item)))
    first = f"{errors[0][0]}: {_show(errors[0][1])} is not right; expected {errors[0][2]}"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(422, "invalid-request", first + more, errors=errors)


def _expected(item: Mapping[str, Any]) -> str:
    context = item.get("ctx") or {}
    kind = item["type"]
    if kind == "missing":
        return "a value: it is missing"
    if kind == "extra_forbidden":
        return "no such field"
    if "pattern" in context:
        return f"text like {context['pattern']}"
    if "expected" in context:
        return str(context["expected"])
    message = str(item["msg"])
    return message.removeprefix("Input should be ").removeprefix("Value error, ")


def _http(error: HTTPException) -> Problem:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return Problem(404, "not-found", "there is nothing at this address")
    if error.status_code == 405:
        allowed = headers.get("Allow", headers.get("allow", "another method"))
        return Problem(405, "method-not-allowed", f"expected {allowed} here", headers=headers)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    return Problem(error.status_code, code, str(error.detail or phrase), headers=headers)


def _show(value: object) -> str:
    """A value for people: short, and without control characters (no forged log or terminal lines)."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
