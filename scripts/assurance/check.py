"""One row of the assurance table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, by which tool, how often, what came out, what had to, and whether it does.

    `count` is how many calls, cases or functions were looked at; `figure` and `bound` are for people, with
    their units.
    """

    check: str
    tool: str
    count: int
    figure: str
    bound: str
    holds: bool
