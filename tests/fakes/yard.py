"""A yard whose instruments answer at once, in the inbox's place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from holdfast.domain.units import UnixSeconds
from oracle.iot.inbox import Challenge, Message
from tests.fakes.oracle import Warehouse
from tests.simulators.site import SITE


@dataclass
class Yard:
    """Instruments that answer every challenge at once: with frames of what is there, and what was weighed.

    Implements as much of the inbox as the oracle's steps use.
    """

    warehouse: Warehouse
    clock: Callable[[], int]
    seen: Sequence[str] | None = None
    """Pallets that the cameras see; all by default."""
    weighed_g: int | None = None
    """What crosses the bridge; nothing by default."""
    loads: int = 8
    """Truck loads it is weighed in."""
    codes: dict[str, list[Message]] = field(default_factory=dict)
    open: list[Challenge] = field(default_factory=list)

    def open_challenge(self, site: str, purpose: str, ttl_s: int) -> Challenge:
        code = f"HF-0000-0000-{len(self.codes):04d}"
        self.warehouse.now_s = self.clock()
        self.warehouse.claim = replace(self.warehouse.claim, as_of=UnixSeconds(self.clock()))
        self.warehouse.source.answers[SITE, self.warehouse.lot] = self.warehouse.claim
        messages = self.warehouse.frames(values=self.seen, challenge=code)
        if self.weighed_g is not None:
            messages += self.warehouse.weighings(self.weighed_g, self.loads, challenge=code)
        self.codes[code] = messages
        challenge = Challenge(code, site, purpose, self.clock(), self.clock() + ttl_s)
        self.open.append(challenge)
        return challenge

    def open_challenges(self, site: str) -> list[Challenge]:
        return [challenge for challenge in self.open if challenge.site == site]

    def close_challenge(self, code: str) -> None:
        self.open = [challenge for challenge in self.open if challenge.code != code]

    def kinds(self, code: str) -> Counter[str]:
        return Counter(message.kind for message in self.codes[code])

    def messages(self, code: str) -> list[Message]:
        return self.codes[code]
