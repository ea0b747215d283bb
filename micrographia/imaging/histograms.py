"""Histograms of raw values, and the display limits that follow from them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from micrographia.imaging.planes import WHOLE
from micrographia.imaging.readers.reader import ImageFile

BINS = 256
PERCENTILES = (0.1, 1, 50, 99, 99.9)
AUTO_PERCENTILES = (0.5, 99.9)
AUTO_PLANES = 6
AUTO_SAMPLES = 1 << 18
# Beyond this the distance of two numbers could be infinite; a power of two less, nothing is lost but that.
FAR = 2.0**1020
FAR_SCALE = 8.0

Limits = tuple[float, float]


def histogram(values: np.ndarray) -> dict[str, Any]:
    """The histogram of raw values as plain JSON: min, max, edges of the first and last bin, counts, percentiles.

    Whole numbers that span fewer than 256 values get one bin each; NaN and infinity are not counted.
    """
    flat = _finite(values)
    if not flat.size:
        return _as_json(0, 0, (0, 1), np.zeros(BINS, int), np.zeros(len(PERCENTILES)))
    low, high = flat.min().item(), flat.max().item()
    edges = _edges(low, high, flat.dtype)
    return _as_json(low, high, edges, _count(flat, edges), _percentiles(flat, PERCENTILES))


def _as_json(low: float, high: float, edges: Limits, counts: np.ndarray, percentiles: np.ndarray) -> dict[str, Any]:
    return {
        "min": low,
        "max": high,
        "edges": list(edges),
        "counts": counts.tolist(),
        "percentiles": {f"{share:g}": float(value) for share, value in zip(PERCENTILES, percentiles, strict=True)},
    }


def _finite(values: np.ndarray) -> np.ndarray:
    flat = values.ravel()
    if flat.dtype.kind == "b":
        return flat.astype(np.uint8)
    if flat.dtype.kind != "f":
        return flat
    return flat[np.isfinite(flat)].astype(np.float64)


def _scale(flat: np.ndarray) -> float:
    return FAR_SCALE if flat.dtype.kind == "f" and max(-flat.min(), flat.max()) > FAR else 1.0


def _percentiles(flat: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    scale = _scale(flat)
    return np.percentile(flat, shares) if scale == 1 else np.percentile(flat / scale, shares) * scale


def _widened(value: float, share: float) -> Limits:
    """Limits a little apart, of which the value is the lower; the upper where there is nothing above it."""
    step = max(abs(value), 1.0) * share
    return (value, value + step) if math.isfinite(value + step) else (value - step, value)


def _edges(low: float, high: float, dtype: np.dtype) -> Limits:
    if dtype.name == "uint8":
        return 0, BINS
    if dtype.kind in "ui":
        # Bins of whole width: none holds more different values than its neighbour.
        return low, low + BINS * -(-(high - low + 1) // BINS)
    return (low, high) if high > low else _widened(low, 1e-6)


def _count(flat: np.ndarray, edges: Limits) -> np.ndarray:
    low, high = edges
    if flat.dtype.kind in "ui" and flat.dtype.itemsize <= 2:
        width = int(high - low) // BINS
        return np.bincount((flat.astype(np.int32) - int(low)) // width, minlength=BINS)[:BINS]
    if flat.dtype.kind in "ui":
        # Differences without sign are right whatever the type is; 64 bits do not fit into a float.
        above = flat.astype(np.uint64) - np.uint64(int(low) % (1 << 64))
        bins = above // np.uint64(int(high - low) // BINS)
    else:
        scale = _scale(flat)
        bins = np.minimum((flat / scale - low / scale) / (high / scale - low / scale) * BINS, BINS - 1)
    return np.bincount(bins.astype(np.int64), minlength=BINS)


def measure_auto(file: ImageFile) -> tuple[Limits, ...]:
    """Display limits of each channel from the pixels of a few planes; none for a label image.

    They are the 0.5 and 99.9 percentiles, robust against hot pixels and wide enough for small bright things. A
    colour image of bytes keeps 0 to 255 in all three samples; with wider samples these share one pair.
    """
    facts = file.facts
    if facts.labels:
        return ()
    if facts.colour and facts.dtype == "uint8":
        return ((0, 255),) * 3
    if facts.colour:
        return (limits_of(_sample(file, None)),) * 3
    return tuple(limits_of(_sample(file, c)) for c in range(facts.sizes.c))


def limits_of(values: np.ndarray) -> Limits:
    """Robust display limits of some values; the lower is always less than the upper, by a finite distance."""
    flat = _finite(values)
    if not flat.size:
        return 0, 1
    if flat.dtype.kind == "f":
        flat = np.clip(flat, -FAR, FAR)
    low, high = (float(value) for value in np.percentile(flat, AUTO_PERCENTILES))
    if low >= high:
        low, high = flat.min().item(), flat.max().item()
    if low >= high:
        low, high = (low, low + 1) if flat.dtype.kind in "ui" else _widened(low, 1e-3)
    return (math.floor(low), math.ceil(high)) if flat.dtype.kind in "ui" else (low, high)


def _sample(file: ImageFile, c: int | None) -> np.ndarray:
    """Values from up to six planes: the first, middle and last time point, the middle and a quarter of the stack."""
    sizes = file.facts.sizes
    times = sorted({0, sizes.t // 2, sizes.t - 1})
    slices = sorted({sizes.z // 2, sizes.z // 4}) if sizes.z > 1 else [0]
    places = [(t, z) for z in slices for t in times][:AUTO_PLANES]
    return np.concatenate([_thinned(part).ravel() for t, z in places for part in _parts(file, t, z, c)])


def _thinned(plane: np.ndarray) -> np.ndarray:
    step = max(1, math.isqrt(plane.size // AUTO_SAMPLES))
    return plane[::step, ::step]


def _parts(file: ImageFile, t: int, z: int, c: int | None) -> list[np.ndarray]:
    """The smallest level that is not tiny; of a huge plane without levels nine blocks spread over it."""
    levels = file.facts.levels or ((file.facts.sizes.y, file.facts.sizes.x),)
    useful = [number for number, size in enumerate(levels) if max(size) >= WHOLE // 4] or [0]
    level = useful[-1]
    height, width = levels[level]
    if max(height, width) <= WHOLE:
        return [file.read(t=t, z=z, c=c, level=level)]
    tops = [int((height - 1) * share) for share in (0.15, 0.5, 0.8)]
    lefts = [int((width - 1) * share) for share in (0.15, 0.5, 0.8)]
    return [
        file.read(t=t, z=z, c=c, level=level, y=slice(top, top + WHOLE // 8), x=slice(left, left + WHOLE // 8))
        for top in tops
        for left in lefts
    ]
