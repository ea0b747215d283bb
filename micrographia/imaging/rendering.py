"""A region of a plane as a picture file, as it is shown by default: at any size, turned, in bounded memory."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from micrographia.imaging.composition import compose
from micrographia.imaging.display import DisplayState, ResolvedDisplay, resolve
from micrographia.imaging.planes import Level, Pixels

# So many pixels a picture has at most, and so many are read for one.
MOST_PIXELS = 1 << 23
MOST_EDGE = 4096
_MOST_READ = 1 << 26

# Composed at once: each takes some 60 bytes meanwhile.
_BAND_PIXELS = 1 << 19

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_OPTIONS: dict[str, dict[str, object]] = {
    "jpg": {"format": "JPEG", "quality": 88},
    "png": {"format": "PNG", "compress_level": 4},
    "webp": {"format": "WEBP", "quality": 85, "method": 2},
}
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@dataclass(frozen=True, slots=True)
class View:
    """What is rendered: a plane, a region of it, the size of the picture, and what is done with that.

    ``region`` is (x, y, width, height) in full-size pixels. The picture is made ``size`` (width, height) pixels large,
    then mirrored left to right, then turned clockwise by a multiple of 90 degrees.
    """

    t: int
    z: int
    region: tuple[float, float, float, float]
    size: tuple[int, int]
    mirrored: bool = False
    turned: int = 0
    grey: bool = False
    format: str = "jpg"


def rendered(pixels: Pixels, view: View) -> bytes:
    """The picture of a view, encoded."""
    picture = _picture(pixels, view)
    if view.mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if view.turned:
        picture = picture.transpose(_TURNS[view.turned])
    if view.grey:
        picture = picture.convert("L")
    stream = io.BytesIO()
    picture.save(stream, **_OPTIONS[view.format])  # type: ignore[arg-type]
    return stream.getvalue()


def level_for(levels: tuple[Level, ...], view: View) -> int:
    """The smallest level that has the picture's detail; a smaller one where that would be too much to read."""
    level = 0
    for number, at in enumerate(levels):
        wide, high = _extent(levels, at, view)
        # Half a pixel less is rounding.
        if wide >= view.size[0] - 0.5 and high >= view.size[1] - 0.5:
            level = number
    while level + 1 < len(levels) and math.prod(_extent(levels, levels[level], view)) > _MOST_READ:
        level += 1
    return level


def _extent(levels: tuple[Level, ...], at: Level, view: View) -> tuple[float, float]:
    """How many pixels of a level the region is wide and high."""
    return view.region[2] * at.x / levels[0].x, view.region[3] * at.y / levels[0].y


def _picture(pixels: Pixels, view: View) -> Image.Image:
    display = resolve(DisplayState(t=view.t, z=view.z), pixels.facts)
    level = level_for(pixels.levels, view)
    at, full = pixels.levels[level], pixels.levels[0]
    x, y, width, height = view.region
    left, right = _span(x * at.x / full.x, width * at.x / full.x, at.x)
    top, bottom = _span(y * at.y / full.y, height * at.y / full.y, at.y)
    factor = max(1, min((right - left) // view.size[0], (bottom - top) // view.size[1]))
    bands = list(_bands(pixels, view, display, level, (left, right, top, bottom), factor))
    picture = Image.new("RGB", (bands[0].width, sum(band.height for band in bands)))
    down = 0
    for band in bands:
        picture.paste(band, (0, down))
        down += band.height
    # The region need not begin at a pixel of the level.
    begin_x, begin_y = (x * at.x / full.x - left) / factor, (y * at.y / full.y - top) / factor
    end_x = min(begin_x + width * at.x / full.x / factor, picture.width)
    end_y = min(begin_y + height * at.y / full.y / factor, picture.height)
    filter = Image.Resampling.NEAREST if display.labels else Image.Resampling.LANCZOS
    return picture.resize(view.size, filter, box=(begin_x, begin_y, end_x, end_y))


def _span(begin: float, length: float, size: int) -> tuple[int, int]:
    first = min(max(0, math.floor(begin + 1e-6)), size - 1)
    return first, max(first + 1, min(size, math.ceil(begin + length - 1e-6)))


def _bands(
    pixels: Pixels,
    view: View,
    display: ResolvedDisplay,
    level: int,
    part: tuple[int, int, int, int],
    factor: int,
) -> Iterator[Image.Image]:
    """The part from top to bottom, composed, and reduced by a whole number already."""
    left, right, top, bottom = part
    wanted: dict[int | str, int | None] = {"rgb": None} if display.colour else {c: c for c in display.shown}
    rows = max(1, _BAND_PIXELS // (right - left) // factor) * factor
    for first in range(top, bottom, rows):
        y, x = slice(first, min(first + rows, bottom)), slice(left, right)
        planes = {name: pixels.region(level, view.t, view.z, c, y, x) for name, c in wanted.items()}
        composed = compose(planes, display)
        if display.labels:
            # The mean of two labels' colours is that of a third one.
            yield Image.fromarray(np.ascontiguousarray(composed[::factor, ::factor]))
        else:
            yield Image.fromarray(composed).reduce(factor) if factor > 1 else Image.fromarray(composed)
