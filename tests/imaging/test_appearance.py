"""The appearance of a picture: a few numbers that are near for pictures that look alike."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from micrographia.imaging.appearance import LENGTH, appearance


def picture(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(stream, kind)
    return stream.getvalue()


def distance(one: np.ndarray, other: np.ndarray) -> float:
    a, b = (np.frombuffer(appearance(picture(p)), np.uint8).astype(float) for p in (one, other))
    return float(np.hypot.reduce(a - b))


def spots(seed: int, count: int = 12, radius: float = 14.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:200, :200]
    found = np.full((200, 200), 12.0)
    for top, left in random.integers(0, 200, (count, 2)):
        found += 180 * np.exp(-((((y - top) ** 2 + (x - left) ** 2) / radius**2) ** 2))
    return found + random.normal(0, 3, found.shape)


def stripes(angle: float) -> np.ndarray:
    y, x = np.mgrid[:200, :200]
    return 128 + 100 * np.sin((np.cos(angle) * x + np.sin(angle) * y) / 3)


def test_it_is_a_fixed_number_of_bytes_whatever_the_picture():
    for shape in ((200, 200), (3, 500), (1, 1), (256, 100, 3)):
        assert len(appearance(picture(np.zeros(shape)))) == LENGTH
    assert appearance(picture(spots(1))) == appearance(picture(spots(1)))


def test_where_things_lie_matters_less_than_what_they_look_like():
    alike = distance(spots(1), spots(2))
    assert alike < 0.5 * distance(spots(1), stripes(0.3))
    assert alike < 0.5 * distance(spots(1), 255 - spots(2))
    assert alike < distance(spots(1), spots(2, count=200, radius=3))


def test_directions_and_hues_are_told_apart():
    assert distance(stripes(0.0), stripes(0.1)) < distance(stripes(0.0), stripes(1.5))
    red, blue = (np.stack([spots(1) * share for share in shares], -1) for shares in ((1, 0.1, 0.1), (0.1, 0.1, 1)))
    assert distance(red, red) < distance(red, blue)


def test_what_is_no_picture_is_an_error_of_reading():
    with pytest.raises(OSError, match="image"):
        appearance(b"no picture")
