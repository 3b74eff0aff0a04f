"""A Kubo node that only remembers: answers recorded requests exactly, and refuses all others loudly.

One `KuboReplay` holds the exchanges; `ReplayTransport` plays it to httpx without a socket, `serve` over real
HTTP on loopback. A request counts as recorded if method, path, query, the headers that matter (Accept,
Origin, Range) and every uploaded byte agree. The same request recorded twice is answered in that order.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from holdfast.evidence.cid import blocks_of_bytes

EXCHANGES = Path(__file__).parent.parent / "data" / "kubo" / "exchanges.jsonl"
_HEADERS = ("Accept", "Origin", "Range")
_DISPOSITION = re.compile(r'content-disposition: form-data; name="file"; filename="([^"]*)"', re.IGNORECASE)


@cache
def seeded_bytes(seed: str, size: int) -> bytes:
    """The reproducible upload bodies of the recording."""
    blocks = (hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in range(-(-size // 32)))
    return b"".join(blocks)[:size]


def car_of(data: bytes) -> bytes:
    """CAR v1 of the tree over `data`: root first, then leaves in order (no deeper tree is recorded)."""
    blocks = blocks_of_bytes(data)
    root = blocks[-1][0]
    # DAG-CBOR of {"roots": [root], "version": 1}; a link is tag 42 over 0x00 and the binary CID.
    link = b"\xd8\x2a\x58\x25\x00" + root.to_bytes()
    header = b"\xa2\x65roots\x81" + link + b"\x67version\x01"
    out = _section(header)
    for cid, block in [blocks[-1], *blocks[:-1]]:
        out += _section(cid.to_bytes() + block)
    return out


@dataclass(frozen=True)
class Answer:
    """One recorded answer and the recording's name for it."""

    name: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class NotRecorded(Exception):
    """The request is none of the recorded ones."""


class KuboReplay:
    """The recorded exchanges. `asked` lists the names of those replayed so far."""

    def __init__(self) -> None:
        """Read the recording."""
        rows = map(json.loads, EXCHANGES.read_text("utf-8").splitlines())
        self.exchanges: dict[str, dict[str, Any]] = {row["name"]: row for row in rows}
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._waiting: dict[str, list[str]] = defaultdict(list)
        for name, row in self.exchanges.items():
            upload = row["upload"]
            part = None
            if upload is not None:
                part = (upload["filename"], seeded_bytes(upload["seed"], upload["size"]))
            key = _key(row["method"], row["path"], row["query"], row["request_headers"], part)
            self._waiting[key].append(name)

    def answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        part: tuple[str, bytes] | None,
    ) -> Answer:
        """The recorded answer. Raises NotRecorded."""
        with self._lock:
            names = self._waiting.get(_key(method, path, query, headers, part))
            if not names:
                raise NotRecorded(f"{method} {path} {dict(query)} {dict(headers)} {part and part[0]!r}")
            name = names.pop(0) if len(names) > 1 else names[0]
            self.asked.append(name)
        row = self.exchanges[name]
        return Answer(name, row["status"], row["headers"], self.body_of(name))

    def body_of(self, name: str) -> bytes:
        """The body of one answer, checked against the recorded size and digest."""
        row = self.exchanges[name]
        body = self._made(row)
        if len(body) != row["body_size"] or hashlib.sha256(body).hexdigest() != row["body_sha256"]:
            raise AssertionError(f"{name}: the replay's body is not the recorded one")
        return body

    def _made(self, row: dict[str, Any]) -> bytes:
        if "body_text" in row:
            return str(row["body_text"]).encode()
        if row["body_base64"] is not None:
            return base64.b64decode(row["body_base64"])
        content = self._content(row)
        return car_of(content) if "car" in row["headers"]["content-type"] else content

    def _content(self, row: dict[str, Any]) -> bytes:
        """The upload that the CID in this request's arguments or path is of."""
        cid = row["query"].get("arg") or row["path"].rsplit("/", 1)[1]
        for other in self.exchanges.values():
            if other["upload"] and cid in other.get("body_text", ""):
                return seeded_bytes(other["upload"]["seed"], other["upload"]["size"])
        raise AssertionError(f"no recorded upload has CID {cid}")


class ReplayTransport(httpx.BaseTransport):
    """Plays a `KuboReplay` to httpx, no socket involved."""

    def __init__(self, replay: KuboReplay) -> None:
        """Args: `replay` may be shared."""
        self._replay = replay

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as recorded; NotRecorded comes through to the test."""
        part = _part(request.headers.get("content-type", ""), request.read())
        query = dict(request.url.params)
        answer = self._replay.answer(request.method, request.url.path, query, request.headers, part)
        return httpx.Response(
            answer.status, headers=dict(answer.headers), stream=httpx.ByteStream(answer.body)
        )


@contextmanager
def serve(replay: KuboReplay) -> Iterator[str]:
    """Serve the replay over HTTP on loopback; yields its URL. Unrecorded requests get 501 and are shown."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _play(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            url = urlsplit(self.path)
            part = _part(self.headers.get("content-type", ""), body)
            try:
                answer = replay.answer(
                    self.command, url.path, dict(parse_qsl(url.query)), dict(self.headers), part
                )
            except NotRecorded as e:
                answer = Answer("not recorded", 501, {"content-type": "text/plain"}, str(e).encode())
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            chunked = "content-length" not in answer.headers and self.command != "HEAD"
            if chunked:
                self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            # A client may hang up in the middle, for example at its size limit.
            with suppress(ConnectionError):
                self._send(answer.body, chunked)

        def _send(self, body: bytes, chunked: bool) -> None:
            if not chunked:
                self.wfile.write(body)
                return
            for i in range(0, len(body), 65536):
                piece = body[i : i + 65536]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

        do_GET = do_HEAD = do_POST = _play

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _key(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    part: tuple[str, bytes] | None,
) -> str:
    given = {name.lower(): value for name, value in headers.items()}
    told = {name: given[name.lower()] for name in _HEADERS if given.get(name.lower(), "*/*") != "*/*"}
    uploaded = None if part is None else [part[0], hashlib.sha256(part[1]).hexdigest()]
    return json.dumps([method, path, sorted(query.items()), sorted(told.items()), uploaded])


def _part(content_type: str, body: bytes) -> tuple[str, bytes] | None:
    """The one part named `file` of a multipart body: its file name as sent, and its bytes."""
    if not content_type.startswith("multipart/form-data"):
        return None
    boundary = b"--" + content_type.partition("boundary=")[2].strip('"').encode()
    start, rest = body.split(boundary + b"\r\n", 1)
    head, rest = rest.split(b"\r\n\r\n", 1)
    data, end = rest.rsplit(b"\r\n" + boundary + b"--", 1)
    found = _DISPOSITION.search(head.decode("utf-8"))
    if start or end.strip() or boundary in data or found is None:
        raise NotRecorded("not exactly one part named 'file'")
    return found[1], data


def _section(data: bytes) -> bytes:
    size, prefix = len(data), bytearray()
    while size > 0x7F:
        prefix.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes(prefix) + bytes([size]) + data
