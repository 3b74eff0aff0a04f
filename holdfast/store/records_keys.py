"""Idempotency keys: what was answered to a request, so that the same request does nothing twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from holdfast.store.records_engine import Clock, write
from holdfast.store.records_tables import idempotency_keys
from holdfast.store.records_types import KeyReused, StoredResponse

KEY_RUNS_FOR_S = 60
"""After so long without an answer, the request that holds an idempotency key is taken for dead."""


class KeyRecords:
    """Idempotency keys. Every method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def claim_key(self, member_id: int, key: str, request_digest: str) -> StoredResponse | None:
        """Claim an idempotency key. None: go on; else what the same request was answered before.

        Raises:
            KeyReused: `reason` is `other-request` for another body, `still-running` for a running one.
        """
        now = self._clock()
        mine = (idempotency_keys.c.member_id == member_id) & (idempotency_keys.c.key == key)
        row = {"member_id": member_id, "key": key, "request_digest": request_digest, "created_at": now}
        with write(self._engine) as db:
            found = db.execute(select(idempotency_keys).where(mine).with_for_update()).one_or_none()
            if found is None:
                try:
                    with db.begin_nested():
                        db.execute(insert(idempotency_keys).values(**row))
                except IntegrityError as error:
                    raise KeyReused("still-running", f"a request with key {key!r} is running") from error
                return None
            if found.request_digest != request_digest:
                raise KeyReused("other-request", f"key {key!r} was used for another request")
            if found.status is not None:
                return StoredResponse(found.status, found.response)
            if now - found.created_at < KEY_RUNS_FOR_S:
                raise KeyReused("still-running", f"the request with key {key!r} is still running")
            db.execute(update(idempotency_keys).where(mine).values(created_at=now))
            return None

    def keep_response(self, member_id: int, key: str, status: int, response: Any) -> None:
        """Keep the answer for the next request with this key."""
        mine = (idempotency_keys.c.member_id == member_id) & (idempotency_keys.c.key == key)
        with write(self._engine) as db:
            db.execute(update(idempotency_keys).where(mine).values(status=status, response=response))

    def release_key(self, member_id: int, key: str) -> None:
        """Forget a key whose request was refused: it did nothing, and may be corrected."""
        mine = (idempotency_keys.c.member_id == member_id) & (idempotency_keys.c.key == key)
        with write(self._engine) as db:
            db.execute(delete(idempotency_keys).where(mine, idempotency_keys.c.status.is_(None)))
