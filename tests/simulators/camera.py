"""A camera that looks at one bay and signs its frames: labels, bay sign and challenge in the scene."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from holdfast.domain.units import show_time
from holdfast.evidence import cose
from holdfast.evidence.formats import FRAME_CONTENT_TYPE, frame_payload
from tests.simulators import labels, scene
from tests.simulators.keys import DeviceKey
from tests.simulators.weighbridge import Counter


class Camera:
    """A camera on a rail along the bay's front: five columns of four pallets in a frame.

    Args:
        device: its name in the policy.
        bay: the bay it stands at, which the sign in its scene names.
        key: what it signs with.
        seed: the same seed, counter and pallets give the same picture.
        gln: the site's location number on the sign.
        counter_file: keeps the counter over restarts.
    """

    def __init__(
        self,
        device: str,
        bay: str,
        key: DeviceKey,
        *,
        seed: int = 1,
        gln: str | None = None,
        counter_file: Path | None = None,
    ) -> None:
        self.device = device
        self.bay = bay
        self._key = key
        self._seed = seed
        self._gln = gln or labels.gln_of()
        self._counter = Counter(counter_file)

    def frames_of(
        self,
        ssccs: Sequence[str],
        challenge: str,
        *,
        observed_at: int,
        repeats: int = 2,
        shows_bay: str | None = None,
        shows_challenge: str | None = "",
    ) -> list[tuple[bytes, bytes]]:
        """Signed frames (envelope, JPEG) that show every pallet in at least `repeats` of them.

        Args:
            ssccs: pallets in the order they stand: column by column, each from the top.
            challenge: what the camera signs, and by default shows.
            observed_at: time of the first frame, unix seconds; they follow a second apart.
            repeats: times each pallet must be seen, 1 to 5.
            shows_bay: another bay's sign in the scene: a fraud.
            shows_challenge: another challenge in the scene, or None for a dead panel: frauds.
        """
        shown = challenge if shows_challenge == "" else shows_challenge
        frames = []
        for place, window in enumerate(windows(len(ssccs), repeats)):
            seen = [ssccs[at] for at in window]
            frames.append(
                self.frame(seen, challenge, observed_at + place, shows_bay or self.bay, shown, window.start)
            )
        return frames

    def frame(
        self,
        ssccs: Sequence[str],
        challenge: str,
        observed_at: int,
        shows_bay: str,
        shows_challenge: str | None,
        first: int = 0,
    ) -> tuple[bytes, bytes]:
        """One signed frame of up to twenty pallets. `first` is the first one's place in the bay."""
        counter = self._counter.next()
        dice = random.Random(f"{self._seed}:{counter}")
        picture = self.render(ssccs, shows_bay, shows_challenge, show_time(observed_at)[:20], first, dice)
        file = BytesIO()
        picture.save(file, "JPEG", quality=82)
        image = file.getvalue()
        payload = frame_payload(
            self.device, image, counter=counter, challenge=challenge, observed_at=observed_at
        )
        return cose.sign(payload, self._key.private, self._key.key_id, FRAME_CONTENT_TYPE), image

    def render(
        self,
        ssccs: Sequence[str],
        bay: str,
        challenge: str | None,
        note: str,
        first: int,
        dice: random.Random,
    ) -> Image.Image:
        """The picture alone. How a pallet looks and where its label sticks depends on its place only."""
        view = scene.backdrop().copy()
        columns = -(-len(ssccs) // scene.ROWS)
        gap = (scene.LEFT, scene.TOP + 8, scene.LEFT + columns * scene.CELL_W - 8, scene.FLOOR_Y)
        view.paste((22, 21, 20), gap)
        for at, sscc in enumerate(ssccs):
            column, row = divmod(at, scene.ROWS)
            own = random.Random(f"{self._seed}:{first + at}")
            x = scene.LEFT + column * scene.CELL_W + own.randrange(-2, 3)
            y = scene.TOP + row * scene.CELL_H
            view.paste(scene.pallet(own.randrange(scene.PALLET_KINDS)), (x, y))
            where = (x + own.randrange(100, 150), y + own.randrange(24, 40))
            _hang(view, _turned(sscc, own.randrange(-25, 26)), where)
        _hang(view, labels.bay_sign(self._gln, bay), (330, 100))
        _hang(view, labels.challenge_panel(challenge, note), (1290, 100))
        return scene.through_lens(view, dice)


def windows(pallets: int, repeats: int) -> list[range]:
    """Which pallets each frame shows, so that each is in at least `repeats` frames.

    The camera moves along whole columns; it stands still for a while at both ends.
    """
    columns = -(-pallets // scene.ROWS)
    last = max(0, columns - scene.COLUMNS)
    step = max(1, scene.COLUMNS // repeats)
    again = repeats - 1
    starts = [*([0] * again), *range(0, last, step), last, *([last] * again if last else [])]
    return [range(start * scene.ROWS, min(pallets, (start + scene.COLUMNS) * scene.ROWS)) for start in starts]


@functools.lru_cache(maxsize=512)
def _turned(sscc: str, tenths: int) -> Image.Image:
    """A pallet's label as it sticks there: turned by tenths of a degree, see-through at its corners."""
    card = labels.pallet_label(sscc).convert("RGBA")
    return card.rotate(tenths / 10, Image.Resampling.BICUBIC, expand=True)


def _hang(view: Image.Image, card: Image.Image, at: tuple[int, int]) -> None:
    """Put a card into the scene, its shadow below it."""
    mask = scene.shadow(*card.size)
    view.paste((12, 12, 14), (at[0] - 7, at[1] - 5), mask)
    view.paste(card, at, card if card.mode == "RGBA" else None)
