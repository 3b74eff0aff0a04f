"""A member's desk: its API token, its own key, and nothing of anybody else's."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from cli.home import Home
from holdfast.chain.deployment import Deployment
from holdfast.chain.domains import domain_of, read_typed_data
from holdfast.domain.errors import Refused, Unreachable
from scripts.demo.founding import member_keys
from scripts.demo.members import Person

ENDS = ("final", "refused", "exception")


class Desk:
    """Talks to the API as one member and signs with that member's key."""

    def __init__(self, home: Home, api_url: str, deployment: Deployment, person: Person) -> None:
        self.person = person
        self._deployment = deployment
        self._keys = member_keys(home, person.key)
        self._http = httpx.Client(
            base_url=f"{api_url}/v1",
            headers={"Authorization": f"Bearer {home.token(person.key).read_text().strip()}"},
            timeout=60,
            trust_env=False,
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """GET as this member. Raises Refused with the API's words."""
        return _body(self._http.get(path, params=parameters))

    def download(self, path: str) -> bytes:
        """A file, byte by byte as the API gives it."""
        response = self._http.get(path)
        _body(response)
        return response.content

    def prepare(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the API for typed data and its plain-language summary."""
        prepared: dict[str, Any] = _body(self._http.post("/orders/prepare", json=dict(request)))
        return prepared

    def signature(self, typed_data: Mapping[str, Any]) -> str:
        """Sign typed data with this member's own key, after reading it as our own order."""
        order = read_typed_data(self._deployment, typed_data)
        return "0x" + self._keys.sign(domain_of(self._deployment, order), order).hex()

    def submit(self, typed_data: Mapping[str, Any], documents: Sequence[Mapping[str, Any]] = ()) -> str:
        """Submit an order with this member's signature, and the documents it brings; returns its id."""
        signatures = {str(self.person.member_id): self.signature(typed_data)}
        body: dict[str, Any] = {"typed_data": dict(typed_data), "signatures": signatures}
        if documents:
            body["documents"] = [dict(item["document"]) for item in documents]
        return str(self._post("/orders", body)["id"])

    def value_by(self, receipt_id: str, series_digest: str) -> str:
        """Name the price series of a receipt's lot; returns the order's id."""
        return str(self._post(f"/receipts/{receipt_id}/series", {"series_digest": series_digest})["id"])

    def inspect(self, receipt_id: str) -> str:
        """Ask for a look at a receipt's goods; returns the order's id."""
        return str(self._post(f"/receipts/{receipt_id}/inspections", {})["id"])

    def countersign(self, order_id: str, typed_data: Mapping[str, Any]) -> None:
        """Add this member's signature to an order that waits for it."""
        self._post(f"/orders/{order_id}/signatures", {"signature": self.signature(typed_data)})

    def wait(self, order_id: str, timeout_s: float = 180) -> dict[str, Any]:
        """Follow an order to its end."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            order: dict[str, Any] = self.get(f"/orders/{order_id}")
            if order["status"] in ENDS:
                return order
            time.sleep(0.2)
        raise Unreachable("order", order_id, f"not at an end after {timeout_s:.0f} s")

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return _body(self._http.post(path, json=dict(body), headers=headers))


def _body(response: httpx.Response) -> Any:
    if response.status_code >= 300:
        try:
            problem = response.json()
        except json.JSONDecodeError:
            problem = {"detail": response.text[:200]}
        raise Refused("api", f"{response.status_code}: {problem.get('detail')}")
    return response.json()
