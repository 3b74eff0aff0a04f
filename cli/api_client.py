"""A member's side of the HTTP API: one token, one address, problems turned into our errors."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from cli.errors import WrongUsage
from cli.home import Home
from holdfast.domain.errors import Misconfigured, Refused, Unreachable

TIMEOUT_S = 30.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ApiClient:
    """Asks one API as one member. `transport` is for tests.

    Raises:
        WrongUsage: on construction, for an address that is none, or one that would carry the token in clear.
    """

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._url = _checked(url)
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def get(self, path: str) -> dict[str, Any]:
        """One object. Raises Refused, Misconfigured (token), Unreachable."""
        return self._ask("GET", path, None)

    def post(
        self, path: str, body: dict[str, Any], *, keyed: bool = True, key: str | None = None
    ) -> dict[str, Any]:
        """Send one object; with `keyed`, sending the same again is harmless. Raises as `get`.

        `key` makes this request another one than an equal one before.
        """
        return self._ask("POST", path, body, keyed=keyed, key=key)

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        keyed: bool = False,
        key: str | None = None,
    ) -> dict[str, Any]:
        content = None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        if keyed and content is not None:
            own = hashlib.sha256(path.encode() + b"\n" + content).hexdigest()
            headers["Idempotency-Key"] = f"cli-{key or own}"
        try:
            with self._http.stream(method, self._url + path, content=content, headers=headers) as answer:
                data = bytearray()
                for chunk in answer.iter_bytes():
                    data += chunk
                    if len(data) > MAX_ANSWER_BYTES:
                        raise Unreachable("API", self._url, "its answer has no end")
        except httpx.HTTPError as error:
            raise Unreachable("API", self._url, _why(error)) from error
        return self._read(answer.status_code, bytes(data))

    def _read(self, status: int, data: bytes) -> dict[str, Any]:
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if 200 <= status < 300 and isinstance(found, dict):
            return found
        problem = found if isinstance(found, dict) else {}
        detail = str(problem.get("detail") or f"HTTP {status}")
        if status == 401:
            raise Misconfigured(f"the API does not accept the token: {detail}")
        if 400 <= status < 500 and problem.get("code"):
            raise Refused(str(problem["code"]), detail)
        raise Unreachable("API", self._url, f"HTTP {status}, {detail}" if problem else f"HTTP {status}")


def open_client(
    home: Home, url: str | None, token_file: Path | None, transport: httpx.BaseTransport | None = None
) -> ApiClient:
    """A client from command-line options; the embedded API's address is known to the home.

    Raises WrongUsage if an option is missing, Misconfigured for a token file that others may read.
    """
    from holdfast.keys.secret_file import read_secret

    if token_file is None:
        raise WrongUsage(
            "--token-file is missing: a file with the bearer token your identity provider gave you"
        )
    return ApiClient(url or embedded_api(home), read_secret(token_file, "token"), transport)


def embedded_api(home: Home) -> str:
    """The address of the home's own API. Raises WrongUsage where there is none."""
    try:
        port = int(json.loads(home.ports.read_text(encoding="utf-8"))["api"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongUsage(f"--api is missing, and {home.ports} names no API of this home") from error
    return f"http://127.0.0.1:{port}"


def _why(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"no answer in {TIMEOUT_S:.0f} s"
    if isinstance(error, httpx.ConnectError):
        return "nobody answers there; look at --api, and whether the API runs"
    return f"the connection broke ({type(error).__name__})"


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongUsage(f"--api: {url!r} is not right; expected https://host[:port]")
    if parts.username is not None or parts.password is not None:
        raise WrongUsage("--api: expected an address without a user; the token says who asks")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise WrongUsage(f"--api: {url!r} would send your token in clear; expected https://")
    return url.rstrip("/")
