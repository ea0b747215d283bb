"""Display colours: defaults that colour-blind people can tell apart, and a fixed palette for label images."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

WHITE = "#FFFFFF"
DEFAULTS = ("#00FFFF", "#FF00FF", "#FFFF00", "#00FF00", "#3A6BFF", "#FF8000")

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")

# Fibonacci hashing: consecutive labels land far apart on the colour circle.
_GOLDEN = np.uint32(0x9E3779B1)
_BRIGHT = np.array([255, 225, 195], np.int32)
_DARK = np.array([40, 80, 110], np.int32)


def colour(text: object) -> str | None:
    """``#RRGGBB`` in capitals when ``text`` is a colour, else ``None``."""
    return text.upper() if isinstance(text, str) and _COLOUR.fullmatch(text) else None


def rgb(text: str) -> tuple[int, int, int]:
    """The three bytes of ``#RRGGBB``."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def channel_colours(given: Sequence[str | None]) -> tuple[str, ...]:
    """A colour for each channel: the file's, else a default; a single channel is grey.

    Several channels that are all white say nothing: they get the defaults too.
    """
    known = [colour(text) for text in given]
    if len(known) == 1:
        return (known[0] or WHITE,)
    if all(text in (None, WHITE) for text in known):
        known = [None] * len(known)
    return tuple(text or DEFAULTS[number % len(DEFAULTS)] for number, text in enumerate(known))


def label_colours(values: np.ndarray) -> np.ndarray:
    """Categorical colours, (..., 3) uint8, for the numbers of a label image; 0 is black.

    All arithmetic is on whole numbers, so that the browser gives the same bytes: with ``v`` the label as
    uint32, ``h = v * 0x9E3779B1 mod 2^32``; ``k = (h >> 16) * 6``, sextant ``s = k >> 16``, ramp
    ``f = (k & 0xFFFF) >> 8``; brightest byte ``B = (255, 225, 195)[v mod 3]``, darkest
    ``D = (40, 80, 110)[(v div 3) mod 3]``; rising ``U = D + ((B - D) * f >> 8)``, falling
    ``W = B - ((B - D) * f >> 8)``; (R, G, B) is (B, U, D), (W, B, D), (D, B, U), (D, W, B), (U, D, B),
    (B, D, W) for s = 0 to 5.
    """
    labels = np.asarray(values)
    if labels.dtype.kind == "f":
        labels = np.nan_to_num(labels, nan=0.0, posinf=0.0, neginf=0.0)
    numbers = labels.astype(np.int64).astype(np.uint32)
    hashed = numbers * _GOLDEN
    turn = (hashed >> np.uint32(16)).astype(np.int32) * 6
    sextant = turn >> 16
    bright = _BRIGHT[numbers % 3]
    dark = _DARK[numbers // 3 % 3]
    ramp = (bright - dark) * ((turn & 0xFFFF) >> 8) >> 8
    rising, falling = dark + ramp, bright - ramp
    red = np.choose(sextant, (bright, falling, dark, dark, rising, bright))
    green = np.choose(sextant, (rising, bright, bright, falling, dark, dark))
    blue = np.choose(sextant, (dark, dark, rising, bright, bright, falling))
    colours = np.stack((red, green, blue), axis=-1).astype(np.uint8)
    colours[numbers == 0] = 0
    return colours
