"""What the event stream says."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas import Shape


class EventOut(Shape):
    """One entry of the feed. After `ChainRewound`, what was said of blocks from `from_block` on is void."""

    position: int
    name: str = Field(examples=["ReceiptTransferred"])
    at: int
    data: dict[str, Any]
