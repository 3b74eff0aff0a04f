"""Read stock from Tryton over its REST interface with a user application key.

The key belongs to a user who may read stock and nothing else (`scripts/tryton_setup.py`). Only the
configured address is ever asked: no redirects, no proxy from the environment, no address out of an answer.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from holdfast.domain.errors import InvalidInput, Misconfigured, Refused, Unreachable
from holdfast.domain.wms_answer import INCONSISTENT, MEDIA_TYPE, Query, parse_claim, read_stock, record
from oracle.wms.port import ClaimAnswer

MAX_BYTES = 16 * 1024 * 1024
"""Of one answer, never compressed; a move takes about 350 bytes."""
TIMEOUT_S = 10.0
"""For each step of one exchange; the whole of it may take three times as long."""
READINGS = 3
"""How often a contradicting reading is done again: somebody may be booking at this moment."""


class TrytonSource:
    """A `StockSource` on one Tryton database.

    `base_url` ends in the database's name: ``https://wms.example/holdfast``. `transport` is for tests.

    Raises:
        Misconfigured: on construction, when the address or the key cannot be one.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        clock: Callable[[], int] = lambda: int(time.time()),
        timeout_s: float = TIMEOUT_S,
        max_bytes: int = MAX_BYTES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = _checked_address(base_url)
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise Misconfigured("WMS key: expected a Tryton user application key of printable characters")
        self._clock = clock
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._http = httpx.Client(
            headers={
                "Authorization": f"Bearer {key}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def claim(self, *, site: str, lot: str) -> ClaimAnswer:
        """Ask what Tryton says of `lot` on `site` (see `StockSource.claim` for the errors)."""
        for reading in range(1, READINGS + 1):
            try:
                return self._read(site, lot)
            except Refused as error:
                if error.reason != INCONSISTENT or reading == READINGS:
                    raise
        raise AssertionError("unreachable")

    def _read(self, site: str, lot: str) -> ClaimAnswer:
        as_of = self._clock()
        exchanges: list[tuple[Query, bytes]] = []
        steps = read_stock(site, lot, as_of)
        query = next(steps)
        while True:
            body = self._ask(query)
            exchanges.append((query, body))
            try:
                query = steps.send(body)
            except StopIteration:
                break
        raw = record(site, lot, as_of, exchanges)
        # What is handed on is what an auditor will recompute, not what was computed on the way.
        return ClaimAnswer(parse_claim(raw), raw, MEDIA_TYPE, as_of, self._base_url)

    def _ask(self, query: Query) -> bytes:
        asked = query.to_json()
        url = f"{self._base_url}/rest/model/{query.model}"
        headers = {"X-Tryton-Context": _encoded(asked["context"])} if asked["context"] else {}
        params = {"d": _encoded(asked["domain"]), "f": asked["fields"], "o": _encoded([["id", "ASC"]])}
        until = time.monotonic() + 3 * self._timeout_s
        try:
            with self._http.stream("GET", url, params=params, headers=headers) as answer:
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise InvalidInput(f"{query.model} answer", "compressed", "an answer as it is, as asked")
                body = bytearray()
                for chunk in answer.iter_raw(64 * 1024):
                    body += chunk
                    if len(body) > self._max_bytes:
                        raise InvalidInput(
                            f"{query.model} answer", f"over {len(body)} bytes", f"at most {self._max_bytes}"
                        )
                    if time.monotonic() > until:
                        raise Unreachable("WMS", self._base_url, "it answers too slowly")
                self._check_status(query, answer, bytes(body))
        except httpx.HTTPError as error:
            raise Unreachable("WMS", self._base_url, type(error).__name__) from error
        return bytes(body)

    def _check_status(self, query: Query, answer: httpx.Response, body: bytes) -> None:
        status = answer.status_code
        if status == 200:
            kind = answer.headers.get("content-type", "").split(";")[0].strip()
            if kind != "application/json":
                raise InvalidInput(f"{query.model} answer", kind, "content type application/json")
            return
        where = f"WMS at {self._base_url}"
        if 300 <= status < 400:
            raise Misconfigured(f"{where} redirects elsewhere (HTTP {status}); redirects are never followed")
        if status == 401:
            raise Misconfigured(f"{where} does not accept our key (HTTP 401)")
        if status == 404:
            raise Misconfigured(f"{where} has no such database or interface (HTTP 404)")
        if status == 403 or (status == 400 and b"not allowed" in body):
            raise Misconfigured(f"{where} does not let our key's user read {query.model} (HTTP {status})")
        if status == 429 or status >= 500:
            raise Unreachable("WMS", self._base_url, f"HTTP {status} to a question about {query.model}")
        raise InvalidInput(f"{query.model} answer", f"HTTP {status}", "HTTP 200")


def _checked_address(base_url: str) -> str:
    expected = "expected http(s)://host[:port]/database without user, query or fragment"
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError as error:
        raise Misconfigured(f"WMS address: {error}; {expected}") from error
    if parts.username is not None or parts.password is not None:
        # Not shown: it may hold a password.
        raise Misconfigured(f"WMS address at {parts.hostname} holds a user; {expected}")
    database = re.fullmatch(r"/[A-Za-z0-9_-]+/?", parts.path)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not database
        or parts.query
        or parts.fragment
    ):
        raise Misconfigured(f"WMS address {base_url!r}; {expected}")
    return base_url.rstrip("/")


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode("ascii")
