"""Between the oracle and its chain: loses calls, loses answers, or holds a call as long as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

JSON = {"content-type": "application/json"}


@dataclass(slots=True)
class Fault:
    """What happens to calls of one method: forwarded or not, and never answered."""

    forward: bool
    hold: bool
    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class ChainProxy:
    """JSON-RPC to `upstream`, with faults by method name. `sent` are all raw transactions that came by."""

    def __init__(self, upstream: str) -> None:
        self.sent: list[str] = []
        self._faults: dict[str, Fault] = {}
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = proxy._through(upstream, body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the oracle finds its chain."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def fault(self, method: str, *, forward: bool, hold: bool = False) -> Iterator[Fault]:
        """Inside, calls of this method get no answer; `forward`: they happen all the same.

        With `hold`, the caller waits until the end of the block; without, its connection is cut.
        """
        fault = Fault(forward, hold)
        self._faults[method] = fault
        try:
            yield fault
        finally:
            del self._faults[method]
            fault.over.set()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _through(self, upstream: str, body: bytes) -> bytes | None:
        call = json.loads(body)
        method = str(call["method"])
        if method == "eth_sendRawTransaction":
            self.sent.append(call["params"][0])
        fault = self._faults.get(method)
        answer = None
        if fault is None or fault.forward:
            try:
                answer = httpx.post(upstream, content=body, headers=JSON, timeout=30, trust_env=False).content
            except httpx.HTTPError:
                return None
        if fault is None:
            return answer
        fault.reached.set()
        if fault.hold:
            fault.over.wait(60)
        return None
