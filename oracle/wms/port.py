"""The port every warehouse management system is read through: one question, one kind of answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from holdfast.domain.claims import StockClaim
from holdfast.domain.wms_answer import parse_claim

__all__ = ["ClaimAnswer", "StockSource", "parse_claim"]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A claim with the bytes it was read from.

    Attributes:
        claim: what the system says; always equal to ``parse_claim(raw)``.
        raw: the questions and the exact answers, for the evidence bundle.
        media_type: of `raw`.
        fetched_at: when it was asked, unix seconds of the asking node's clock.
        url: where it was asked, without any secret.
    """

    claim: StockClaim
    raw: bytes
    media_type: str
    fetched_at: int
    url: str


class StockSource(Protocol):
    """A warehouse's own system, read only."""

    def claim(self, *, site: str, lot: str) -> ClaimAnswer:
        """Ask what the system says of `lot` on `site`.

        Raises:
            Refused: it knows no such lot or site, or more than one, or contradicts itself.
            InvalidInput: its answer is malformed.
            Unreachable: it does not answer now.
            Misconfigured: it does not accept our key, or is not the system we were told.
        """
        ...
