"""Tryton's REST interface as an HTTP transport in memory, to be bent by a test."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx

KEY = "0123456789abcdef"


class FakeTryton(httpx.BaseTransport):
    """Serves the four answers of `answers_for`, in the order in which they are asked.

    `status`, `content_type`, `body` and `headers`, where set, replace those of every answer; `down` makes
    it unreachable; `seen` keeps every request. `readings` may hold the answers of several readings.
    """

    def __init__(self, *readings: list[list[dict[str, Any]]]) -> None:
        self.bodies: Iterator[list[dict[str, Any]]] = iter([body for one in readings for body in one])
        self.status = 200
        self.content_type = "application/json"
        self.body: bytes | None = None
        self.headers: dict[str, str] = {}
        self.down: type[httpx.TransportError] | None = None
        self.seen: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as Tryton 8.2 does."""
        self.seen.append(request)
        if self.down is not None:
            raise self.down("fake")
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return httpx.Response(401, stream=httpx.ByteStream(b"<!doctype html>"))
        body = self.body if self.body is not None else json.dumps(next(self.bodies)).encode()
        headers = {"content-type": self.content_type, **self.headers}
        return httpx.Response(self.status, stream=httpx.ByteStream(body), headers=headers)


def domain_of(request: httpx.Request) -> Any:
    """The search condition that a request carries."""
    return json.loads(base64.urlsafe_b64decode(request.url.params["d"]))
