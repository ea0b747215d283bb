"""The appearance of an image: 64 numbers by which pictures that look alike are near each other.

They are made from the thumbnail, so that originals need not be read again, and describe nothing of where things are,
because cells lie anywhere:

* 16: how much of the picture is how bright;
* 8: in which directions its edges run;
* 24: how much of it is coarse and how much fine, from rings of the cosine transform of 64 by 64 pixels;
* 16: how much of it has which hue, the last being how much has none.

Each part is a distribution; the roots of its shares are kept, so that the distance between two is Hellinger's
(Matusita 1955), weighted and rounded to bytes.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy import fft

# Raised when the numbers mean something else: those of another method are never compared.
METHOD = 1
LENGTH = 64

EDGE = 64
_TONES, _DIRECTIONS, _RINGS, _HUES = 16, 8, 24, 15
_WEIGHTS = {"tones": 0.8, "directions": 0.4, "rings": 1.0, "hues": 0.6}


def appearance(picture: bytes) -> bytes:
    """The descriptor of a small picture, of so many bytes as ``LENGTH``; the picture as PNG, WebP or JPEG."""
    with Image.open(io.BytesIO(picture)) as opened:
        small = opened.convert("RGB").resize((EDGE, EDGE), Image.Resampling.BOX)
    grey = np.asarray(small.convert("L"), dtype=np.float64)
    parts = {"tones": _tones(grey), "directions": _directions(grey), "rings": _rings(grey), "hues": _hues(small)}
    kept = [np.sqrt(shares) * _WEIGHTS[name] for name, shares in parts.items()]
    return np.rint(255 * np.concatenate(kept)).astype(np.uint8).tobytes()


def _tones(grey: np.ndarray) -> np.ndarray:
    return _shares(np.histogram(grey, _TONES, (0, 256))[0])


def _directions(grey: np.ndarray) -> np.ndarray:
    down, right = np.gradient(grey)
    angles = np.arctan2(down, right) % np.pi
    return _shares(np.histogram(angles, _DIRECTIONS, (0, np.pi), weights=np.hypot(down, right))[0])


def _rings(grey: np.ndarray) -> np.ndarray:
    energy = fft.dctn(grey - grey.mean(), norm="ortho") ** 2
    frequency = np.hypot(*np.indices(energy.shape))
    # Rings of equal width on a logarithmic scale, from the whole picture to a pixel.
    edges = np.geomspace(1, EDGE * np.sqrt(2), _RINGS + 1)
    return _shares(np.histogram(frequency, edges, weights=energy)[0])


def _hues(picture: Image.Image) -> np.ndarray:
    hue, saturation, value = np.moveaxis(np.asarray(picture.convert("HSV"), dtype=np.float64), -1, 0)
    coloured = saturation * value / 255
    found = np.histogram(hue, _HUES, (0, 256), weights=coloured)[0]
    return _shares(np.append(found, (255 - coloured).sum()))


def _shares(found: np.ndarray) -> np.ndarray:
    total = float(found.sum())
    return found / total if total > 0 else np.full(len(found), 1 / len(found))
