"""What counts as a label, a bay sign and a challenge in a picture."""

from __future__ import annotations

import pytest
from PIL import Image

from holdfast.evidence.telemetry import FrameContent
from oracle.vision.reader import content_of, decode_image, read_codes, read_frame
from tests.simulators.labels import gln_of, sscc_of
from tests.unit.vision.pictures import CAP, code, file_of, gs1_qr, on_sheet, plain_qr

SSCC, GLN, CHALLENGE = sscc_of(1), gln_of(), "HF-7K3M-9QXD-2VTA"
SIGN = gs1_qr({"414": GLN, "254": "A-07"}, 4)


def read(*codes: Image.Image, kind: str = "PNG", **options: object) -> FrameContent:
    return read_frame(file_of(on_sheet(*codes), kind, **options), max_pixels=CAP)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_read_frame__label_sign_and_challenge__all_three(kind: str) -> None:
    found = read(gs1_qr({"00": SSCC}, 4), SIGN, plain_qr(CHALLENGE, 4), kind=kind)
    assert found == FrameContent((SSCC,), "A-07", CHALLENGE)


def test_read_frame__several_labels__sorted_and_each_once() -> None:
    later, sooner = gs1_qr({"00": sscc_of(9)}, 4), gs1_qr({"00": sscc_of(2)}, 4)
    assert read(later, sooner, later).values == (sscc_of(2), sscc_of(9))


def test_read_frame__gs1_datamatrix__counts() -> None:
    assert read(code("DataMatrix", f"(00){SSCC}", gs1=True)).values == (SSCC,)


def test_read_frame__digital_link_in_a_plain_qr__counts() -> None:
    assert read(plain_qr(f"https://id.gs1.org/00/{SSCC}", 4)).values == (SSCC,)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_read_frame__any_exif_orientation__read(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read(gs1_qr({"00": SSCC}, 4), SIGN, kind="JPEG", exif=exif).values == (SSCC,)


def test_decode_image__exif_orientation__stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode_image(file_of(Image.new("L", (80, 40)), "JPEG", exif=exif), max_pixels=CAP).size == (40, 80)


def test_read_frame__nothing_to_read__empty() -> None:
    assert read() == FrameContent((), "", "")


def test_read_frame__linear_code__never_read() -> None:
    drawn = code("Code128", f"00{SSCC}").resize((600, 120))
    picture = Image.new("RGB", (700, 200), "white")
    picture.paste(drawn, (50, 40))
    assert read_codes(picture) == []


WORTHLESS = {
    "plain_digits_are_no_element_string": plain_qr("00" + SSCC, 4),
    "human_readable_text_is_no_element_string": plain_qr(f"(00){SSCC}", 4),
    "wrong_check_digit": plain_qr(f"https://id.gs1.org/00/{SSCC[:-1]}{(int(SSCC[-1]) + 1) % 10}", 4),
    "another_text": plain_qr("WIFI:S:free;;", 4),
    "challenge_of_another_form": plain_qr("HF-7K3M-9QXD", 4),
    "location_without_extension": gs1_qr({"414": GLN}, 4),
}


@pytest.mark.parametrize("name", WORTHLESS)
def test_read_frame__worthless_code__counts_for_nothing(name: str) -> None:
    picture = on_sheet(WORTHLESS[name])
    assert read_codes(picture), "the code itself must be readable, or this test shows nothing"
    assert read_frame(file_of(picture), max_pixels=CAP) == FrameContent((), "", "")


def test_content_of__two_signs_or_two_challenges__contradict_and_count_for_nothing() -> None:
    codes = [("]Q3", f"414{GLN}254A-07"), ("]Q3", f"414{GLN}254A-08")]
    codes += [("]Q1", CHALLENGE), ("]Q1", "HF-0000-0000-0000")]
    assert content_of(codes) == FrameContent((), "", "")


def test_content_of__the_same_sign_twice__counts() -> None:
    assert content_of([("]Q3", f"414{GLN}254A-07")] * 2).bay == "A-07"


def test_read_frame__same_bytes__same_content() -> None:
    image = file_of(on_sheet(gs1_qr({"00": SSCC}, 4), SIGN), "JPEG", quality=60)
    assert len({read_frame(image, max_pixels=CAP) for _ in range(5)}) == 1
