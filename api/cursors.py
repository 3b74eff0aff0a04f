"""Opaque cursors: where a page of a list ended. What may be seen is decided in the query, not here."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from api.problems import wrong


def encode_cursor(*place: int | str) -> str:
    """A cursor for the sort key of a page's last item."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> list[int | str]:
    """The sort key in a cursor. Raises Problem 422 for anything `encode_cursor` did not write."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise wrong("cursor", cursor, "the `next` of the page before") from error
    if (
        not isinstance(place, list)
        or [type(item) for item in place] != list(kinds)
        or any(isinstance(item, int) and abs(item) >= 2**63 for item in place)
    ):
        raise wrong("cursor", cursor, "the `next` of the page before")
    return place


def place_of(cursor: str | None) -> tuple[int, int] | None:
    """Block and log index at which the page before ended; None for the first. Raises Problem 422."""
    if cursor is None:
        return None
    block, index = decode_cursor(cursor, int, int)
    return int(block), int(index)


def next_cursor(rows: Sequence[Any], limit: int, *key: str) -> str | None:
    """The cursor of the page after, by these columns; None if no more rows were found than fit."""
    return encode_cursor(*(getattr(rows[limit - 1], name) for name in key)) if len(rows) > limit else None


def newest_first(
    query: Select[Any],
    block: ColumnElement[int],
    index: ColumnElement[int],
    after: tuple[int, int] | None,
    limit: int,
) -> Select[Any]:
    """The query's rows by block and log index, newest first, from `after` on."""
    if after is not None:
        query = query.where(or_(block < after[0], and_(block == after[0], index < after[1])))
    return query.order_by(block.desc(), index.desc()).limit(limit)
