"""Opaque cursors: where a page of a list ended. What may be seen is decided in the query, not here."""

from __future__ import annotations

import base64
import binascii
import json

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
