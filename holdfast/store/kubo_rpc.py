"""The few Kubo RPC commands Holdfast uses, over HTTP, with every parameter that changes a CID pinned.

Why not an existing client: `ipfshttpclient` 0.7 refuses Kubo from 0.8 on and cannot set the CID version.

Learnt from a recorded node (tests/data/kubo): every command is POST; an error is HTTP 500 with a JSON object
(Message, Code, Type), but a missing upload is 400 and an unknown command 404, both plain text; a foreign
Origin gets 403; `add` may answer several JSON lines of which the last carries the CID; without parameters it
follows the node's own profile. Errors after the first byte come in a trailer no client library shows, so a
short answer is found out only by recomputing the CID.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from holdfast.domain.errors import EvidenceMissing, HoldfastError, Misconfigured, Unreachable
from holdfast.store.port import too_large

ADD_PARAMETERS: Final[Mapping[str, str]] = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": "size-1048576",
    "max-file-links": "1024",
    "hash": "sha2-256",
    "pin": "true",
}
"""Profile `unixfs-v1-2025`, said in full: a node's defaults, or its owner's profile, give other CIDs."""
FILE_NAME: Final = "bundle.bin"
"""What every upload is called: a node needs some name, and evidence tells it none."""
MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024

_ABSENT: Final = ("not found locally", "could not find", "no providers", "context deadline exceeded")


class KuboRpc:
    """One node's RPC port. Not for other threads than the one that made it to close; calls may be shared."""

    def __init__(
        self,
        url: str,
        *,
        authorization: str | None = None,
        transport: httpx.BaseTransport | None = None,
        idle_s: float = 30.0,
        total_s: float = 300.0,
    ) -> None:
        """Set up, without asking the node anything yet.

        Args:
            url: `http://host:port` or https, nothing behind it.
            authorization: value of the Authorization header, where the node asks for one.
            transport: how to speak HTTP, where not by a socket of its own.
            idle_s: seconds without a byte until it counts as gone.
            total_s: seconds one whole call may take, however busily it drips.

        Raises:
            Misconfigured: a URL of another form.
        """
        self.url = _checked_url(url)
        self._total_s = total_s
        headers = {"accept-encoding": "identity", "user-agent": "holdfast"}
        if authorization is not None:
            headers["authorization"] = authorization
        self._http = httpx.Client(
            base_url=self.url,
            headers=headers,
            timeout=httpx.Timeout(idle_s, connect=5.0),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def version(self) -> str:
        """The node's version, for example `0.44.0`."""
        return self._text("version", self._object("version"), "Version")

    def node_id(self) -> str:
        """The node's peer id."""
        return self._text("id", self._object("id"), "ID")

    def repo_size_bytes(self) -> int:
        """Bytes the node's repository takes."""
        return self._number("repo/stat", self._object("repo/stat", {"size-only": "true"}), "RepoSize")

    def peer_count(self) -> int:
        """Number of connected peers. Raises Unreachable when the node is offline."""
        return len(self._object("swarm/peers").get("Peers") or [])

    def add(
        self, data: bytes, *, only_hash: bool = False, on_progress: Callable[[int], None] | None = None
    ) -> str:
        """Add and pin a file; answers the CID the node gives it, which the caller has to check.

        Args:
            data: the content.
            only_hash: compute, but store nothing.
            on_progress: called with the number of bytes taken so far.
        """
        parameters = dict(ADD_PARAMETERS)
        if only_hash:
            parameters["only-hash"] = "true"
        elif on_progress is not None:
            parameters["progress"] = "true"
        else:
            parameters["quieter"] = "true"
        last: dict[str, Any] = {}
        for line in self._lines("add", parameters, data):
            last = self._parsed("add", line)
            if on_progress is not None and isinstance(last.get("Bytes"), int):
                on_progress(last["Bytes"])
        return self._text("add", last, "Hash")

    def cat(self, cid: str, max_bytes: int, timeout_s: int | None = None) -> bytes:
        """A file's content, at most `max_bytes` (EvidenceRejected beyond). The caller checks the CID."""
        return self.call("cat", {"arg": cid} | _timeout(timeout_s), max_bytes=max_bytes, cid=cid)

    def block_get(self, cid: str, max_bytes: int) -> bytes:
        """One block as it is. The caller checks the CID."""
        return self.call("block/get", {"arg": cid}, max_bytes=max_bytes, cid=cid)

    def block_size_bytes(self, cid: str) -> int:
        """Size of one block."""
        return self._number("block/stat", self._object("block/stat", {"arg": cid}, cid), "Size")

    def block_put(self, data: bytes) -> str:
        """Store and pin one raw block; answers the CID the node gives it."""
        parameters = {"cid-codec": "raw", "mhtype": "sha2-256", "pin": "true"}
        answer = self._parsed("block/put", self.call("block/put", parameters, upload=data))
        return self._text("block/put", answer, "Key")

    def pin_add(self, cid: str, timeout_s: int | None = None) -> None:
        """Keep the tree under `cid`. Raises EvidenceMissing if the node cannot find it."""
        pins = self._object("pin/add", {"arg": cid} | _timeout(timeout_s), cid=cid).get("Pins")
        if pins != [cid]:
            raise self._fault("pin/add", f"it pinned {_clean(str(pins))} instead of {cid}")

    def pin_ls(self, cid: str | None = None, kind: str | None = "recursive") -> tuple[str, ...]:
        """Pinned CIDs, or the one asked about. Raises EvidenceMissing if that is not pinned."""
        parameters = {} if cid is None else {"arg": cid}
        if kind is not None:
            parameters["type"] = kind
        keys = self._object("pin/ls", parameters, cid=cid).get("Keys") or {}
        if not isinstance(keys, dict):
            raise self._fault("pin/ls", "its Keys are not an object")
        return tuple(keys)

    def call(
        self,
        command: str,
        parameters: Mapping[str, str] | None = None,
        *,
        upload: bytes | None = None,
        max_bytes: int = MAX_ANSWER_BYTES,
        cid: str | None = None,
    ) -> bytes:
        """Send one command and read its whole answer.

        Raises:
            EvidenceMissing: the node does not have what was asked for.
            EvidenceRejected: the answer is larger than `max_bytes`.
            Misconfigured: the address is not a Kubo RPC port, or it does not let us in.
            Unreachable: no answer, an answer cut short, or an error of the node.
        """
        with self._answer(command, parameters or {}, upload, cid) as chunks:
            return b"".join(self._capped(chunks, max_bytes, cid or command))

    def _object(
        self, command: str, parameters: Mapping[str, str] | None = None, cid: str | None = None
    ) -> dict[str, Any]:
        return self._parsed(command, self.call(command, parameters, cid=cid))

    def _lines(self, command: str, parameters: Mapping[str, str], upload: bytes) -> Iterator[bytes]:
        rest = b""
        with self._answer(command, parameters, upload, None) as chunks:
            for chunk in self._capped(chunks, MAX_ANSWER_BYTES, command):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
        if rest:
            yield rest

    @contextmanager
    def _answer(
        self, command: str, parameters: Mapping[str, str], upload: bytes | None, cid: str | None
    ) -> Iterator[Iterator[bytes]]:
        files = None if upload is None else {"file": (FILE_NAME, upload, "application/octet-stream")}
        path = f"/api/v0/{command}"
        try:
            with self._http.stream("POST", path, params=dict(parameters), files=files) as response:
                if response.status_code != 200:
                    raise self._refusal(command, response, cid)
                yield response.iter_raw()
        except httpx.HTTPError as e:
            raise self._fault(command, str(e) or type(e).__name__) from e

    def _capped(self, chunks: Iterator[bytes], max_bytes: int, what: str) -> Iterator[bytes]:
        deadline = time.monotonic() + self._total_s
        read = 0
        for chunk in chunks:
            read += len(chunk)
            if read > max_bytes:
                raise too_large(what, self.url, max_bytes)
            if time.monotonic() > deadline:
                raise self._fault(what, f"not done after {self._total_s:.0f} s")
            yield chunk

    def _refusal(self, command: str, response: httpx.Response, cid: str | None) -> HoldfastError:
        """What an answer other than 200 means for whoever asked."""
        body = b"".join(self._capped(response.iter_raw(), 64 * 1024, command))
        text = body.decode("utf-8", "replace")
        if response.status_code < 500 and response.status_code != 429:
            told = f"{response.status_code} {_clean(text)}"
            return Misconfigured(f"Kubo RPC at {self.url} refuses {command}: {told}")
        try:
            message = str(json.loads(text)["Message"])
        except (ValueError, KeyError, TypeError, RecursionError):
            message = text
        if cid is not None and (any(sign in message for sign in _ABSENT) or "is not pinned" in message):
            return EvidenceMissing(f"object {cid} is not in Kubo at {self.url}: {_clean(message)}")
        return self._fault(command, message)

    def _parsed(self, command: str, body: bytes) -> dict[str, Any]:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as e:
            raise self._fault(command, f"its answer is not JSON: {_clean(repr(body[:80]))}") from e
        if not isinstance(found, dict):
            raise self._fault(command, f"its answer is not an object: {_clean(repr(body[:80]))}")
        return found

    def _text(self, command: str, found: dict[str, Any], name: str) -> str:
        if not isinstance(found.get(name), str):
            raise self._fault(command, f"its answer holds no {name}: {str(found)[:120]}")
        return str(found[name])

    def _number(self, command: str, found: dict[str, Any], name: str) -> int:
        if not isinstance(found.get(name), int):
            raise self._fault(command, f"its answer holds no {name}: {str(found)[:120]}")
        return int(found[name])

    def _fault(self, command: str, why: str) -> Unreachable:
        return Unreachable("Kubo", self.url, f"{command}: {_clean(why)}")


def _checked_url(url: str) -> str:
    try:
        found = urlsplit(url)
        good = found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError as e:
        raise Misconfigured(f"Kubo RPC address is not a URL: {e}") from e
    if found.username is not None or found.password is not None:
        raise Misconfigured("Kubo RPC address must hold no password: set the authorization instead")
    if not good or found.path not in ("", "/") or found.query or found.fragment:
        raise Misconfigured(f"Kubo RPC address {url!r} must be like http://host:5001, nothing behind it")
    return url.rstrip("/")


def _timeout(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"timeout": f"{seconds}s"}


def _clean(text: str) -> str:
    """A node's words, fit for one line of a log."""
    return "".join(c if c.isprintable() else " " for c in text[:300]).strip()
