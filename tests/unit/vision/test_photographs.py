"""The reader on label photographs that nobody here took. Not part of the project: skipped where absent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from oracle.vision.reader import content_of, decode_image, read_codes

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "MANIFEST.csv").exists(), reason="the shared label photographs are not on this machine"
)


def photographs(folder: str) -> list[tuple[Path, str]]:
    with (DATA / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    prefix = f"labels/{folder}/"
    return [(DATA / row["file"], row["expected"]) for row in rows if row["file"].startswith(prefix)]


def plain(text: str) -> str:
    """Letters alone: the list shortens long texts and writes line breaks and quotes in its own way."""
    text = text.replace("\\n", "").replace("\\r", "").replace("\\", "")
    return "".join(letter for letter in text if not letter.isspace())[:60]


def decoded(folder: str) -> tuple[int, int, int]:
    """(photographs, read at all, read as expected)."""
    found = photographs(folder)
    read = right = 0
    for path, expected in found:
        texts = [text for _, text in read_codes(decode_image(path.read_bytes(), max_pixels=40_000_000))]
        read += bool(texts)
        right += any(plain(text) == plain(expected) for text in texts)
    return len(found), read, right


def test_qr_photographs__decode_rate__at_least_as_measured() -> None:
    count, read, right = decoded("qrcode-2")
    # Measured 50 of 56: two of the rest are inverted, which no printed label of ours is.
    assert count == 56
    assert read >= 50
    assert right >= 50


def test_datamatrix_photographs__decode_rate__at_least_as_measured() -> None:
    count, read, right = decoded("datamatrix-1")
    assert count == 30
    assert read >= 30
    assert right >= 29


def test_false_positives__photographs_without_a_code__give_no_sscc_and_no_text() -> None:
    found = photographs("falsepositives-1")
    assert len(found) == 21
    for path, _ in found:
        assert read_codes(decode_image(path.read_bytes(), max_pixels=40_000_000)) == [], path.name


def test_all_photographs__none_is_a_pallet_label__no_sscc() -> None:
    for folder in ("qrcode-2", "datamatrix-1"):
        for path, _ in photographs(folder):
            codes = read_codes(decode_image(path.read_bytes(), max_pixels=40_000_000))
            assert content_of(codes).values == (), path.name


def test_pallet_photographs__of_another_warehouse__no_sscc_no_bay_no_challenge() -> None:
    pictures = sorted((DATA / "frames" / "pallets").rglob("*.jpg"))
    assert pictures
    for path in pictures[:12]:
        found = content_of(read_codes(decode_image(path.read_bytes(), max_pixels=40_000_000)))
        assert (found.values, found.bay, found.challenge) == ((), "", ""), path.name
