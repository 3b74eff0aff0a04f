"""Attesters' services inside the test, behind an HTTP client's transport."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import httpx


class Attesters(httpx.BaseTransport):
    """Attesters' services by host name, answered in this process; an exception stands for a broken line.

    `asked` keeps every (host, path). Services may be changed at any time.
    """

    def __init__(self, services: Mapping[str, Any]) -> None:
        self.services = dict(services)
        self.asked: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request to the host's ASGI application, or to a function from request to response."""
        self.asked.append((request.url.host, request.url.path))
        service = self.services[request.url.host]
        if isinstance(service, Exception):
            raise service
        if not hasattr(service, "router"):
            return cast(httpx.Response, service(request))
        return asyncio.run(self._ask(service, request))

    async def _ask(self, service: Any, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service)) as client:
            answer = await client.request(
                request.method, request.url, content=request.read(), headers=request.headers
            )
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)
