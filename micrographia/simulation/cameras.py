"""From light to numbers: uneven illumination, bleaching, photon noise, read noise, offset and gain.

The camera model is the one of the EMVA 1288 standard: counts = offset + gain * (Poisson(photons) + Normal(0, read)).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from micrographia.simulation.optics import Floats

# Below this mean the Poisson distribution is drawn as such; above it, its normal limit is not told apart.
EXACT_BELOW = 12.0
STEPS, CHANCES = 32, 4096


def expose(
    rng: np.random.Generator,
    photons: Floats,
    *,
    offset: float = 100.0,
    gain: float = 0.25,
    read: float = 1.6,
    bits: Literal[8, 12, 16] = 16,
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """What a camera writes down for the expected number of photons in each pixel.

    Parameters
    ----------
    rng : the source of chance
    photons : expected photons of each pixel, any shape
    offset : counts that the camera adds
    gain : counts for each photon
    read : standard deviation of the read noise, in photons
    bits : depth of the converter; 8 gives bytes, more gives 16-bit words

    Returns
    -------
    Counts, clipped where the converter is full.
    """
    mean = np.maximum(photons, 0).astype(np.float32)
    noise = rng.standard_normal(mean.shape, dtype=np.float32)
    counts = np.sqrt(mean + np.float32(read**2))
    counts *= noise
    counts += mean
    faint = np.flatnonzero(mean < EXACT_BELOW)
    counts.ravel()[faint] = _few(rng, mean.ravel()[faint]) + np.float32(read) * noise.ravel()[faint]
    counts *= np.float32(gain)
    counts += np.float32(offset)
    np.clip(np.rint(counts, out=counts), 0, 2**bits - 1, out=counts)
    return counts.astype(np.uint8 if bits == 8 else np.uint16)


def _few(rng: np.random.Generator, mean: Floats) -> Floats:
    """Poisson numbers of a few photons, each looked up among the quantiles of its mean: five times as fast as drawn."""
    chance = rng.integers(0, 16 * CHANCES, mean.shape, dtype=np.uint16)
    # What is left of the 16 bits decides between the two nearest means, so that none is favoured.
    row = (mean * np.float32(STEPS) + (chance // CHANCES + np.float32(0.5)) / np.float32(16)).astype(np.int32)
    return _quantiles().take(row * CHANCES + chance % CHANCES).astype(np.float32)


@lru_cache(maxsize=1)
def _quantiles() -> NDArray[np.uint8]:
    """The Poisson number at each of ``CHANCES`` equal chances, for the means from 0 in steps of 1 / ``STEPS``."""
    means = np.arange(int(EXACT_BELOW * STEPS) + 2) / STEPS
    chances = (np.arange(CHANCES) + 0.5) / CHANCES
    upto = special.pdtr(np.arange(64), means[:, None])
    return np.concatenate([np.searchsorted(row, chances) for row in upto]).astype(np.uint8)


def illumination(shape: tuple[int, int], *, fall: float = 0.25, centre: tuple[float, float] = (0.48, 0.53)) -> Floats:
    """The brightness of a lamp that is well but not perfectly centred: 1 in the middle, ``1 - fall`` in the corners."""
    y = (np.arange(shape[0], dtype=np.float32) / shape[0] - centre[0])[:, None]
    x = (np.arange(shape[1], dtype=np.float32) / shape[1] - centre[1])[None]
    return (1 - fall * (y**2 + x**2) / 0.5).astype(np.float32)


def bleaching(frames: int, *, left: float = 0.7, quick: float = 0.3) -> Floats:
    """The brightness of each frame: a quick and a slow exponential that leave ``left`` of it at the end."""
    at = np.linspace(0, 1, max(frames, 2))[:frames]
    slow = np.exp(-at)
    fast = np.exp(-6 * at)
    curve = quick * fast + (1 - quick) * slow
    last = quick * np.exp(-6) + (1 - quick) * np.exp(-1)
    return (left + (1 - left) * (curve - last) / (1 - last)).astype(np.float32)


def colour_frame(rng: np.random.Generator, light: Floats, *, photons: float = 6000.0) -> NDArray[np.uint8]:
    """A colour camera's 8-bit picture of (y, x, 3) intensities between 0 and 1, with photon noise and display gamma."""
    tile = rng.standard_normal((3, min(512, light.shape[0]), 521), dtype=np.float32) / np.float32(np.sqrt(photons))
    # One tile of noise, repeated at an odd period and scaled with the light: nobody tells it from fresh noise.
    repeats = (-(-light.shape[0] // tile.shape[1]), -(-light.shape[1] // tile.shape[2]))
    picture = np.empty(light.shape, np.uint8)
    for c, noise in enumerate(tile):
        plane = np.maximum(light[..., c], 0).astype(np.float32)
        plane += np.sqrt(plane) * np.tile(noise, repeats)[: light.shape[0], : light.shape[1]]
        picture[..., c] = _DISPLAY.take((np.clip(plane, 0, 1, out=plane) * np.float32(4095)).astype(np.uint16))
    return picture


_DISPLAY = ((np.arange(4096) / 4095) ** (1 / 1.6) * 255 + 0.5).astype(np.uint8)
