"""How many acts contract and model carried out, and how many both refused; told where one asks.

A hostile try is one that its generator means to be wrong, or knows no way to make right as things stand.
"""

from __future__ import annotations

import atexit
import json
import os
from pathlib import Path

_counts = {"done": 0, "refused": 0, "hostile": 0, "hostile_refused": 0}


def tell(refused: bool, hostile: bool) -> None:
    """Count one act that went to contract and model."""
    _counts["refused" if refused else "done"] += 1
    _counts["hostile"] += hostile
    _counts["hostile_refused"] += hostile and refused


def _write() -> None:
    place = os.environ.get("HOLDFAST_INVARIANT_TALLY")
    if place and any(_counts.values()):
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps(_counts) + "\n")


atexit.register(_write)
