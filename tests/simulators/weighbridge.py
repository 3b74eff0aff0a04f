"""A truck scale that signs what it shows: true weights, noise, rounding to its interval e."""

from __future__ import annotations

import random
from pathlib import Path

from holdfast.evidence import cose, senml
from holdfast.evidence.formats import weighing_payload
from tests.simulators.keys import DeviceKey


class Counter:
    """Numbers 1, 2, 3 … that go on after a restart if they have a file."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._last = int(file.read_text()) if file is not None and file.exists() else 0

    def next(self) -> int:
        """The next number; on disk before anyone sees it."""
        self._last += 1
        if self._file is not None:
            fresh = self._file.with_suffix(".new")
            fresh.write_text(str(self._last))
            fresh.replace(self._file)
        return self._last


class Weighbridge:
    """A weighbridge of scale interval `e_g`, with noise of standard deviation `noise_g`.

    The same seed and counter give the same noise. A counter below the policy's last one is refused, so a
    bridge that outlives its process keeps `counter_file`.
    """

    def __init__(
        self,
        device: str,
        key: DeviceKey,
        *,
        e_g: int = 20_000,
        seed: int = 1,
        noise_g: int = 5_000,
        counter_file: Path | None = None,
    ) -> None:
        self.device = device
        self._key = key
        self._e_g = e_g
        self._noise_g = noise_g
        self._seed = seed
        self._counter = Counter(counter_file)

    def weigh(self, load: str, *, gross_g: int, tare_g: int, challenge: str, observed_at: int) -> bytes:
        """The signed message of one truck load, from its true gross and tare in grams."""
        counter = self._counter.next()
        noise = random.Random(f"{self._seed}:{counter}")
        shown = [self._round(true_g + round(noise.gauss(0, self._noise_g))) for true_g in (gross_g, tare_g)]
        return self.sign(
            weighing_payload(
                self.device,
                load=load,
                gross_kg=shown[0] // 1000,
                tare_kg=shown[1] // 1000,
                counter=counter,
                challenge=challenge,
                observed_at=observed_at,
            )
        )

    def skip(self) -> None:
        """Count on without a message, as after one that got lost."""
        self._counter.next()

    def sign(self, payload: bytes) -> bytes:
        """Any payload signed with the bridge's key: tests build bad packs with it."""
        return cose.sign(payload, self._key.private, self._key.key_id, senml.CONTENT_FORMAT)

    def _round(self, weight_g: int) -> int:
        return (weight_g + self._e_g // 2) // self._e_g * self._e_g


def truck_loads(
    total_g: int, loads: int, *, seed: int = 1, tare_g: int = 15_000_000
) -> list[tuple[int, int]]:
    """Split a lot into truck loads: (gross, tare) in grams, unequal, nets summing to `total_g` exactly."""
    spread = random.Random(f"{seed}:loads")
    share = total_g // loads
    nets = [share + spread.randrange(-share // 50, share // 50) for _ in range(loads - 1)]
    nets.append(total_g - sum(nets))
    tares = [tare_g + spread.randrange(-400_000, 400_000) for _ in range(loads)]
    return [(net + tare, tare) for net, tare in zip(nets, tares, strict=True)]
