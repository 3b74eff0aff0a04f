"""A bay of the warehouse as a picture: hall, floor, pallets of natural rubber bales, light and lens."""

from __future__ import annotations

import functools
import random
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.simulators.labels import font

WIDTH, HEIGHT = 1920, 1440
"""Of a frame, pixels."""
SCENE: Final = (2080, 1560)
"""Of the scene before the lens: larger, so that a tilt never shows an edge."""
COLUMNS, ROWS = 5, 4
CELL_W, CELL_H, LEFT, TOP = 386, 276, 75, 318
PALLET_KINDS: Final = 10
FLOOR_Y: Final = TOP + ROWS * CELL_H


def _clouds(
    rng: np.random.Generator, width: int, height: int, grain: int, depth: float
) -> NDArray[np.float32]:
    """Soft random patches around 0, about `grain` pixels wide."""
    small = rng.normal(0, 1, (height // grain + 2, width // grain + 2))
    image = Image.fromarray(small.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float32) * depth


@functools.cache
def backdrop() -> Image.Image:
    """Wall of ribbed steel sheets, a beam, a concrete floor with its yellow line."""
    rng = np.random.default_rng(7)
    width, height = SCENE
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    wall = 118 + 10 * np.sin(x / 9) + 7 * (np.mod(x, 346) < 5) - 16 * np.clip((y - 60) / 600, 0, 1)
    wall += _clouds(rng, width, height, 90, 4)
    picture = np.stack([wall * 0.97, wall * 1.0, wall * 1.03], axis=-1)
    floor = 126 + 26 * (y - FLOOR_Y) / (height - FLOOR_Y) + _clouds(rng, width, height, 40, 5)
    floor += _clouds(rng, width, height, 6, 3)
    picture[FLOOR_Y:] = np.stack([floor * 1.0, floor * 0.98, floor * 0.94], axis=-1)[FLOOR_Y:]
    picture[FLOOR_Y : FLOOR_Y + 26] *= np.linspace(0.35, 1, 26, dtype=np.float32)[:, None, None]
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 1508), (width, 1496), (width, 1526), (0, 1539)], fill=(196, 160, 44))
    for top, shade in ((70, (150, 88, 38)), (78, (182, 106, 44)), (104, (140, 80, 34)), (110, (96, 58, 30))):
        draw.rectangle((0, top, width, top + 12 if top == 110 else 112), fill=shade)
    return image


@functools.cache
def pallet(kind: int) -> Image.Image:
    """One pallet of wrapped bales from the front, CELL_W - 8 by CELL_H pixels, on a wooden pallet."""
    rng, dice = np.random.default_rng(100 + kind), random.Random(f"pallet {kind}")
    width, height = CELL_W - 8, CELL_H
    deck_y = height - 40
    card = Image.new("RGB", (width, height), (38, 35, 32))
    draw = ImageDraw.Draw(card)
    tone = dice.uniform(0.86, 1.12)
    across, layers = 4, 3
    bale_w, bale_h = (width - 8) / across, (deck_y - 6) / layers
    for layer in range(layers):
        for place in range(across):
            shift = dice.uniform(-2, 2)
            x0, y0 = 4 + place * bale_w + shift, 6 + layer * bale_h + dice.uniform(-1, 2)
            x1, y1 = x0 + bale_w - 3, y0 + bale_h - 3
            base = np.array([112, 82, 54]) * tone * dice.uniform(0.84, 1.14)
            for step in range(9):
                light = 1.18 - 0.05 * step
                colour = tuple(int(min(255, c * light)) for c in base)
                inset = 3 * step / 9
                top = y0 + (y1 - y0) * step / 9
                draw.rounded_rectangle((x0 + inset / 3, top, x1 - inset / 3, y1), radius=7, fill=colour)
            stencil = tuple(int(c * 0.66) for c in base)
            draw.text(((x0 + x1) / 2, (y0 + y1) / 2), "SVR 10", font=font(15), fill=stencil, anchor="mm")
    wood = (158, 128, 88)
    for top, bottom, light in ((deck_y, deck_y + 10, 1.0), (height - 10, height - 1, 0.82)):
        draw.rectangle((0, top, width, bottom), fill=tuple(int(c * light) for c in wood))
    for x in (0, width // 2 - 26, width - 52):
        draw.rectangle((x, deck_y + 10, x + 52, height - 10), fill=(122, 97, 66))
    pixels = np.asarray(card, dtype=np.float32)
    film = np.zeros((height, width), dtype=np.float32)
    film[: deck_y + 4] = 15 + np.clip(_clouds(rng, width, height, 26, 10)[: deck_y + 4], 0, 40)
    for _ in range(7):  # creases of the stretch film catch the light
        start, lean = dice.uniform(0, width), dice.uniform(-0.22, 0.22)
        ys = np.arange(deck_y)
        xs = np.clip(start + lean * ys + 3 * np.sin(ys / 17 + start), 0, width - 2).astype(int)
        film[ys, xs] += 34
        film[ys, xs + 1] += 22
    pixels *= 1 - film[..., None] / 420
    pixels += film[..., None]
    pixels += _clouds(rng, width, height, 5, 3.5)[..., None]
    ends = np.minimum(np.arange(width, dtype=np.float32), np.arange(width, dtype=np.float32)[::-1]) / 16
    pixels *= np.clip(0.72 + 0.28 * ends, 0, 1).astype(np.float32)[None, :, None]
    pixels[:10] *= np.linspace(0.6, 1, 10, dtype=np.float32)[:, None, None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


@functools.cache
def shadow(width: int, height: int) -> Image.Image:
    """Mask of a soft shadow behind something of that size; 10 pixels larger on every side."""
    mask = Image.new("L", (width + 20, height + 20), 0)
    ImageDraw.Draw(mask).rectangle((10, 10, width + 9, height + 9), fill=120)
    return mask.filter(ImageFilter.GaussianBlur(4))


@functools.cache
def light(kind: int) -> Image.Image:
    """Uneven light on the frame: lamps overhead, darker corners. Multiplied in."""
    rng = np.random.default_rng(40 + kind)
    x, y = np.meshgrid(np.linspace(-1, 1, 240, dtype=np.float32), np.linspace(-1, 1, 180, dtype=np.float32))
    level = 0.88 - 0.07 * y
    for centre in rng.uniform(-1.1, 1.1, 3):
        level += 0.20 * np.exp(-((x - centre) ** 2 / 0.12 + (y + 0.75) ** 2 / 1.3))
    level *= 1 - 0.11 * (x**2 + y**2)
    tint = np.stack([level * 1.0, level * 0.99, level * 0.95], axis=-1)
    small = Image.fromarray(np.clip(tint * 255, 0, 255).astype(np.uint8))
    return small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


@functools.cache
def noise(kind: int) -> Image.Image:
    """A sensor's noise around 128: mostly of brightness, a little of colour."""
    rng = np.random.default_rng(60 + kind)
    grey = rng.standard_normal((HEIGHT, WIDTH, 1), dtype=np.float32) * 4
    colour = rng.standard_normal((HEIGHT, WIDTH, 3), dtype=np.float32) * 1.6
    return Image.fromarray((128.5 + grey + colour).astype(np.uint8))


def through_lens(scene: Image.Image, dice: random.Random) -> Image.Image:
    """The scene as a camera slightly off axis sees it: perspective, blur, light, noise."""
    yaw, pitch = dice.uniform(-0.07, 0.07), dice.uniform(-0.045, 0.02)
    roll, zoom = dice.uniform(-0.014, 0.014), dice.uniform(0.985, 1.01)
    g, h = yaw / WIDTH, pitch / HEIGHT
    cx, cy, half_w, half_h = SCENE[0] / 2, SCENE[1] / 2, WIDTH / 2, HEIGHT / 2
    # A projective map from a frame's pixel to the scene's that takes the middle to the middle.
    w = 1 - g * half_w - h * half_h
    across = (zoom + cx * g, -roll + cx * h, cx * w - zoom * half_w + roll * half_h)
    down = (roll + cy * g, zoom + cy * h, cy * w - roll * half_w - zoom * half_h)
    coefficients = [value / w for value in (*across, *down, g, h)]
    size, perspective = (WIDTH, HEIGHT), Image.Transform.PERSPECTIVE
    frame = scene.transform(size, perspective, coefficients, Image.Resampling.BILINEAR)
    frame = frame.filter(ImageFilter.BoxBlur(dice.uniform(0.25, 0.6)))
    frame = ImageChops.multiply(frame, light(dice.randrange(4)))
    grain = ImageChops.offset(noise(dice.randrange(2)), dice.randrange(WIDTH), dice.randrange(HEIGHT))
    return ImageChops.add(frame, grain, 1.0, -128)
