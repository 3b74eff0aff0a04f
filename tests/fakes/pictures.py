"""Small pictures in place of camera frames: pallets of bales with labels, the bay's sign, a challenge."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (640, 400)


def bay_picture(bay: str, n: int) -> bytes:
    """A JPEG of a bay as camera frame `n` might show it; the same bytes each time."""
    dice = random.Random(f"{bay}{n}")
    image = Image.new("RGB", SIZE, (92, 96, 99))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 120), fill=(122, 128, 132))
    for x in range(0, SIZE[0], 64):
        draw.line((x, 0, x, 120), fill=(108, 114, 118), width=2)
    draw.polygon(((0, SIZE[1]), (SIZE[0], SIZE[1]), (SIZE[0], 300), (0, 300)), fill=(74, 76, 77))
    shift = dice.randint(-14, 14)
    for row in range(3):
        for column in range(6):
            _pallet(draw, dice, 26 + column * 100 + shift, 108 + row * 78)
    draw.rectangle((262 + shift, 18, 378 + shift, 68), fill=(240, 197, 40), outline=(30, 30, 30), width=3)
    draw.text((280 + shift, 24), bay, fill=(20, 20, 20), font=ImageFont.load_default(34))
    draw.rectangle((500, 340, 622, 384), fill=(250, 250, 250))
    draw.text((510, 350), "HF-7Q2M", fill=(10, 10, 10), font=ImageFont.load_default(22))
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.7)).save(out, "JPEG", quality=72)
    return out.getvalue()


def _pallet(draw: ImageDraw.ImageDraw, dice: random.Random, x: int, y: int) -> None:
    shade = dice.randint(-10, 10)
    for layer in range(3):
        top = y + layer * 20
        draw.rectangle(
            (x, top, x + 86, top + 18), fill=(176 + shade, 148 + shade, 104 + shade), outline=(104, 84, 56)
        )
    draw.rectangle((x - 2, y + 60, x + 88, y + 68), fill=(132, 96, 58))
    draw.rectangle((x + 28, y + 14, x + 58, y + 50), fill=(248, 248, 246))
    for dx in range(8):
        for dy in range(8):
            if dice.random() < 0.5:
                left, top = x + 31 + dx * 3, y + 18 + dy * 3
                draw.rectangle((left, top, left + 2, top + 2), fill=(15, 15, 15))
