"""What instruments and cameras saw: one measured property each, with uncertainty and two times."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Weighing:
    """One load over a weighbridge: gross and tare in grams, from one signed message.

    `load` names the truck load; `counter` and `challenge` bind the message to this collection.
    """

    device: str
    load: str
    gross_g: int
    tare_g: int
    counter: int
    challenge: str
    observed_at: int
    recorded_at: int
    file: str
    """Name of the raw signed message in the bundle."""

    def __post_init__(self) -> None:
        if not 0 <= self.tare_g < self.gross_g:
            raise InvalidInput("gross_g", self.gross_g, f"more than the tare of {self.tare_g} g")

    @property
    def net_g(self) -> int:
        """Gross minus tare, grams."""
        return self.gross_g - self.tare_g


@dataclass(frozen=True, slots=True)
class FrameReading:
    """What was read in one signed camera frame.

    `values` are the decoded label texts (sorted, each once); `bay` is the bay the location label in
    the scene names, `challenge` the challenge shown in the scene; empty where none was read.
    """

    device: str
    counter: int
    observed_at: int
    recorded_at: int
    challenge: str
    bay: str
    values: tuple[str, ...]
    file: str
    """Name of the raw image in the bundle."""


@dataclass(frozen=True, slots=True)
class Observations:
    """Everything collected for one decision, in the order it was recorded."""

    weighings: tuple[Weighing, ...]
    frames: tuple[FrameReading, ...]

    @property
    def messages(self) -> tuple[tuple[str, int], ...]:
        """Every signed message as (device, counter): each is evidence once."""
        found = [(w.device, w.counter) for w in self.weighings]
        return (*found, *((f.device, f.counter) for f in self.frames))

    @property
    def observed_at(self) -> int:
        """The oldest observation: the time the evidence speaks for. Unix seconds; 0 if empty."""
        return min(self._times(), default=0)

    @property
    def newest_at(self) -> int:
        """The newest observation: none may lie ahead of whoever judges it. Unix seconds; 0 if empty."""
        return max(self._times(), default=0)

    def _times(self) -> list[int]:
        return [w.observed_at for w in self.weighings] + [f.observed_at for f in self.frames]
