"""What is said of the API's own state."""

from __future__ import annotations

from typing import Literal

from api.schemas import Shape


class Live(Shape):
    """The process runs."""

    status: Literal["live"]


class Part(Shape):
    """One thing the API needs, and how it is."""

    name: str
    ok: bool
    detail: str


class Ready(Shape):
    """Whether requests can be answered well, and every part by name."""

    ready: bool
    parts: list[Part]
