"""Idempotency-Key on writes: the same request again gets the same answer, and does nothing twice.

A key belongs to a member. The same key with another request is refused; a request that was itself
refused leaves its key free, as it did nothing and may be corrected.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated

from fastapi import Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from holdfast.store.records import Records

KEY_PATTERN = r"^[\x21-\x7e]{1,128}$"

KeyHeader = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=KEY_PATTERN,
        description="Of your choice, new for each request you mean; 1 to 128 printable characters.",
    ),
]


def request_digest(path: str, body: BaseModel) -> str:
    """What makes a request the same: its path and its body's values, not their spelling."""
    text = json.dumps([path, body.model_dump(mode="json")], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    records: Records,
    member_id: int,
    key: str,
    digest: str,
    status: int,
    act: Callable[[], BaseModel],
) -> JSONResponse:
    """Do `act` once per key, and answer the same ever after.

    Raises:
        KeyReused: the key was used for another request, or its request still runs.
    """
    stored = records.claim_key(member_id, key, digest)
    if stored is not None:
        return JSONResponse(stored.response, stored.status, headers={"Idempotency-Replayed": "true"})
    try:
        answer = act().model_dump(mode="json")
    except Exception:
        records.release_key(member_id, key)
        raise
    records.keep_response(member_id, key, status, answer)
    return JSONResponse(answer, status)
