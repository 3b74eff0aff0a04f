"""A small client for Tryton's own JSON-RPC, for booking and set-up (never for the oracle's reading).

Tryton is GPL-3 and always another process: nothing of it is imported here, only its wire format spoken.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from holdfast.domain.errors import Misconfigured, Refused, Unreachable

TIMEOUT_S = 60.0
"""One call may book a whole lot (hundreds of moves in one transaction)."""


def decimal(text: str) -> dict[str, str]:
    """Write a decimal number as Tryton's JSON wants it."""
    return {"__class__": "Decimal", "decimal": text}


class Rpc:
    """One logged-in user's session with one Tryton database.

    `base_url` ends in the database's name, as in ``http://127.0.0.1:8069/holdfast``.
    """

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
        self._context: dict[str, Any] = {}
        user, token, *_ = self._post(
            "common.db.login", [login, {"password": password}, "en"], denied=f"login {login!r}"
        )
        session = base64.b64encode(f"{login}:{user}:{token}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {session}"
        self.use_preferences()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def use_preferences(self) -> None:
        """Take the user's company and language as the context of every later call."""
        self._context = dict(self._post("model.res.user.get_preferences", [True, {}]))

    def call(self, method: str, *args: Any, **context: Any) -> Any:
        """Call `method` (such as ``model.stock.move.create``) and return its decoded result.

        Raises:
            Refused: Tryton answered with an error of its own (access, validation, a warning).
            Unreachable: Tryton did not answer.
        """
        return self._post(method, [*args, {**self._context, **context}])

    def ids(self, model: str, domain: Sequence[Any], **context: Any) -> list[int]:
        """Ids of the records of `model` that match `domain`, in id order."""
        found = self.call(f"model.{model}.search", domain, 0, None, [["id", "ASC"]], **context)
        return [int(one) for one in found]

    def one(self, model: str, domain: Sequence[Any]) -> int | None:
        """Id of the single record that matches, None if there is none; two are refused."""
        found = self.ids(model, domain)
        if len(found) > 1:
            raise Refused("ambiguous", f"{model}: {len(found)} records match {domain!r}; expected one")
        return found[0] if found else None

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Read `fields` of the records `ids`, in the order of `ids`."""
        rows = self.call(f"model.{model}.read", list(ids), list(fields))
        by_id = {row["id"]: row for row in rows}
        return [by_id[one] for one in ids]

    def create(self, model: str, values: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create all records in one call, which is one transaction."""
        return [int(one) for one in self.call(f"model.{model}.create", [dict(v) for v in values])]

    def ensure(self, model: str, domain: Sequence[Any], values: Mapping[str, Any]) -> int:
        """Find the one record that matches or create it."""
        found = self.one(model, domain)
        return self.create(model, [values])[0] if found is None else found

    def write(self, model: str, *pairs: Any) -> None:
        """Write (ids, values, ids, values …) in one call."""
        self.call(f"model.{model}.write", *pairs)

    def _post(self, method: str, params: list[Any], denied: str = "session") -> Any:
        url = f"{self.base_url}/rpc/"
        try:
            answer = self._http.post(url, json={"id": 0, "method": method, "params": params})
        except httpx.HTTPError as error:
            raise Unreachable("Tryton", self.base_url, f"{type(error).__name__} in {method}") from error
        if answer.status_code in (401, 403, 404, 429):
            raise Misconfigured(f"Tryton at {self.base_url} refused the {denied}: HTTP {answer.status_code}")
        if answer.status_code != 200:
            raise Unreachable("Tryton", self.base_url, f"HTTP {answer.status_code} to {method}")
        body = json.loads(answer.content)
        if "error" in body:
            raise Refused("wms-refused", f"Tryton refused {method}: {'; '.join(_texts(body['error']))[:800]}")
        return body["result"]


def _texts(error: Any) -> list[str]:
    """The words in Tryton's error, which nests them in lists of varying depth."""
    if isinstance(error, str):
        return [error] if error else []
    return [text for part in error for text in _texts(part)] if isinstance(error, list) else []
