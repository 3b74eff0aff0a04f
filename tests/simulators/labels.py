"""The printed things of a bay: pallet labels, the bay's sign, the panel that shows a challenge."""

from __future__ import annotations

import functools

import numpy as np
import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from holdfast.domain.claims import gs1_check_digit
from holdfast.evidence.gs1 import element_string

INK, PAPER, EPAPER = (24, 24, 26), (244, 243, 238), (226, 227, 220)


def sscc_of(serial: int, company: str = "8934567") -> str:
    """An SSCC of a company prefix (893 is Viet Nam) and a serial number."""
    body = "1" + company + f"{serial:0{16 - len(company)}d}"
    return body + gs1_check_digit(body)


def gln_of(site: int = 1, company: str = "6901234") -> str:
    """A global location number of a company prefix (690 is China) and a site number."""
    body = company + f"{site:0{12 - len(company)}d}"
    return body + gs1_check_digit(body)


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own typeface, so that every machine draws the same."""
    loaded = ImageFont.load_default(size)
    if not isinstance(loaded, ImageFont.FreeTypeFont):  # pragma: no cover - Pillow built without FreeType
        raise RuntimeError("Pillow has no FreeType: labels cannot be drawn")
    return loaded


def gs1_qr(elements: dict[str, str], module: int) -> Image.Image:
    """A GS1 QR code (FNC1 in first position) with its quiet zone."""
    element_string(elements)
    text = "".join(f"({ai}){value}" for ai, value in elements.items())
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, gs1=True)
    return Image.fromarray(np.array(code.to_image(scale=module))).convert("RGB")


def plain_qr(text: str, module: int) -> Image.Image:
    """A plain QR code with its quiet zone."""
    rows = np.array([list(row) for row in segno.make(text, micro=False, error="m").matrix], dtype=bool)
    dark = np.pad(rows, 4)
    grey = np.where(dark, 0, 255).astype(np.uint8).repeat(module, 0).repeat(module, 1)
    return Image.fromarray(grey).convert("RGB")


def _on(card: Image.Image, code: Image.Image, at: tuple[int, int], paper: tuple[int, int, int]) -> None:
    """Print a black-and-white code in ink on paper."""
    grey = np.asarray(code.convert("L"), dtype=np.float32)[..., None] / 255
    inked = np.asarray(INK) * (1 - grey) + np.asarray(paper) * grey
    card.paste(Image.fromarray(inked.astype(np.uint8)), at)


@functools.lru_cache(maxsize=512)
def pallet_label(sscc: str) -> Image.Image:
    """A pallet's placard, 132 x 168 pixels: product line, GS1 QR, human-readable SSCC."""
    card = Image.new("RGB", (132, 168), PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 131, 22), fill=INK)
    draw.text((66, 11), "SVR 10  1,250 kg", font=font(14), fill=PAPER, anchor="mm")
    _on(card, gs1_qr({"00": sscc}, 4), (8, 24), PAPER)
    draw.text((66, 144), f"(00) {sscc[:8]}", font=font(13), fill=INK, anchor="mm")
    draw.text((66, 158), f"{sscc[8:17]} {sscc[17]}", font=font(13), fill=INK, anchor="mm")
    draw.rectangle((0, 0, 131, 167), outline=(200, 198, 190))
    return card


@functools.lru_cache(maxsize=16)
def bay_sign(gln: str, bay: str) -> Image.Image:
    """The bay's enamel sign, 430 x 176: its name large, location code (414)(254) beside it."""
    blue = (22, 62, 120)
    card = Image.new("RGB", (430, 176), blue)
    draw = ImageDraw.Draw(card)
    draw.rectangle((4, 4, 425, 171), outline=(235, 238, 242), width=3)
    draw.text((128, 46), "BAY", font=font(30), fill=(206, 218, 236), anchor="mm")
    draw.text((128, 106), bay, font=font(82), fill=(250, 250, 250), anchor="mm")
    draw.text((128, 158), f"GLN {gln}", font=font(15), fill=(206, 218, 236), anchor="mm")
    code = gs1_qr({"414": gln, "254": bay}, 4)
    _on(card, code, (422 - code.width - 8, 88 - code.height // 2), PAPER)
    return card


@functools.lru_cache(maxsize=16)
def challenge_panel(challenge: str | None, note: str) -> Image.Image:
    """The e-paper panel, 430 x 176: the challenge as text and QR; a grey screen where there is none."""
    card = Image.new("RGB", (430, 176), (52, 54, 58))
    draw = ImageDraw.Draw(card)
    draw.rectangle((9, 9, 420, 166), fill=EPAPER)
    if challenge is None:
        draw.text((214, 88), "NO CONNECTION", font=font(28), fill=(150, 150, 146), anchor="mm")
        return card
    code = plain_qr(challenge, 5)
    _on(card, code, (418 - code.width, 88 - code.height // 2), EPAPER)
    draw.text((24, 40), "CHALLENGE", font=font(22), fill=INK, anchor="lm")
    for row, part in enumerate(challenge.split("-")[1:]):
        draw.text((24, 74 + 27 * row), part, font=font(28), fill=INK, anchor="lm")
    draw.text((24, 154), note, font=font(15), fill=(80, 80, 80), anchor="lm")
    return card
