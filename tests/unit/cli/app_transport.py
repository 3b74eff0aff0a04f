"""The real API behind an httpx transport, without a socket."""

from __future__ import annotations

import httpx

from tests.unit.api.conftest import World


class AppTransport(httpx.BaseTransport):
    """Hands each request to the application, and its answer back. `requests` remembers them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.raw_path.decode()
        answer = self._world.client.request(
            request.method, path, content=request.read(), headers=dict(request.headers)
        )
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


class Broken(httpx.BaseTransport):
    """Answers as a broken or foreign server would: with these bytes, or not at all for None."""

    def __init__(self, status: int, content: bytes | None) -> None:
        self._status, self._content = status, content

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._content is None:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(self._status, content=self._content)
