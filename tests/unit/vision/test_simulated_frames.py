"""The camera and the reader together: every pallet of a bay is read, and fast."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from holdfast.evidence.telemetry import FrameContent
from oracle.vision.reader import read_frame
from tests.simulators.camera import windows
from tests.simulators.labels import sscc_of
from tests.simulators.site import BAY, CHALLENGE, NOW, SimulatedSite

SITE = SimulatedSite()
CAP = SITE.policy.max_frame_pixels


def contents(frames: list[tuple[bytes, bytes]]) -> list[FrameContent]:
    return [read_frame(image, max_pixels=CAP) for _, image in frames]


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_frames_of__forty_pallets__every_label_read_in_two_frames(seed: int) -> None:
    ssccs = [sscc_of(1000 * seed + n) for n in range(40)]
    found = contents(SITE.camera(seed).frames_of(ssccs, CHALLENGE, observed_at=NOW))
    seen = Counter(value for content in found for value in content.values)
    assert set(seen) == set(ssccs)
    assert min(seen.values()) >= 2
    assert {(content.bay, content.challenge) for content in found} == {(BAY, CHALLENGE)}
    # Each frame alone, too: nothing hides behind the repetition.
    assert [len(content.values) for content in found] == [len(window) for window in windows(40, 2)]


def test_frames_of__same_seed__same_bytes() -> None:
    ssccs = [sscc_of(n) for n in range(4)]
    first, second = (SITE.camera().frames_of(ssccs, CHALLENGE, observed_at=NOW) for _ in range(2))
    assert first == second


def test_frames_of__another_bay_and_a_dead_panel__seen_as_they_are() -> None:
    camera = SITE.camera()
    ssccs = [sscc_of(1)]
    other = contents(camera.frames_of(ssccs, CHALLENGE, observed_at=NOW, shows_bay="A-08"))
    assert {content.bay for content in other} == {"A-08"}
    dead = contents(camera.frames_of(ssccs, CHALLENGE, observed_at=NOW, shows_challenge=None))
    assert {content.challenge for content in dead} == {""}


@pytest.mark.parametrize("repeats", [1, 2, 3, 5])
@pytest.mark.parametrize("pallets", [1, 4, 19, 20, 21, 24, 37, 160])
def test_windows__every_pallet__in_enough_frames(pallets: int, repeats: int) -> None:
    seen = Counter(at for window in windows(pallets, repeats) for at in window)
    assert sorted(seen) == list(range(pallets))
    assert min(seen.values()) >= repeats
    assert all(1 <= len(window) <= 20 for window in windows(pallets, repeats))


def test_read_frame__twenty_labels__within_80_ms() -> None:
    [(_, image), *_] = SITE.camera().frames_of([sscc_of(n) for n in range(20)], CHALLENGE, observed_at=NOW)
    best = 1.0
    for _ in range(5):
        start = time.perf_counter()
        read_frame(image, max_pixels=CAP)
        best = min(best, time.perf_counter() - start)
    assert best <= 0.080
