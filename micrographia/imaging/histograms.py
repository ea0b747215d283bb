"""Histograms of raw values, and the display limits that follow from them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from micrographia.collection.records import Facts
from micrographia.imaging.planes import WHOLE
from micrographia.imaging.readers.reader import ImageFile
from micrographia.imaging.wishes import MOST_CHANNELS

BINS = 256
PERCENTILES = (0.1, 1, 50, 99, 99.9)
AUTO_PERCENTILES = (0.5, 99.9)
# At least and at most so many planes are measured; between them, as many as are so many bytes together.
AUTO_PLANES = (6, 24)
AUTO_BYTES = 64 << 20
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
    """Display limits of the channels that can be shown, from some planes; none for a label image.

    They are the least of the planes' 0.5 percentiles and the greatest of their 99.9 percentiles: robust against hot
    pixels, wide enough for small bright things, and for what is bright for a while or in few slices. A colour image
    of bytes keeps 0 to 255 in all three samples; with wider samples these share one pair.
    """
    facts = file.facts
    if facts.labels:
        return ()
    if facts.colour and facts.dtype == "uint8":
        return ((0, 255),) * 3
    if facts.colour:
        return (limits_of(*_sample(file, None)),) * 3
    return tuple(limits_of(*_sample(file, c)) for c in range(min(facts.sizes.c, MOST_CHANNELS)))


def limits_of(*planes: np.ndarray) -> Limits:
    """Robust display limits that hold in each of some planes; they rise, by a finite distance."""
    flats = [flat for flat in map(_bounded, planes) if flat.size]
    if not flats:
        return 0, 1
    low, high = _outermost(np.percentile(flat, AUTO_PERCENTILES) for flat in flats)
    if low >= high:
        low, high = _outermost((flat.min(), flat.max()) for flat in flats)
    whole = flats[0].dtype.kind in "ui"
    if low >= high:
        low, high = (low, low + 1) if whole else _widened(low, 1e-3)
    return (math.floor(low), math.ceil(high)) if whole else (low, high)


def _bounded(values: np.ndarray) -> np.ndarray:
    flat = _finite(values)
    return np.clip(flat, -FAR, FAR) if flat.dtype.kind == "f" else flat


def _outermost(ends: Iterable) -> Limits:
    lows, highs = zip(*ends, strict=True)
    return min(lows).item(), max(highs).item()


def _sample(file: ImageFile, c: int | None) -> list[np.ndarray]:
    """Values of planes spread over time, from the first to the last, and over depth."""
    return [np.concatenate([_thinned(part).ravel() for part in _parts(file, t, z, c)]) for t, z in _places(file.facts)]


def _places(facts: Facts) -> list[tuple[int, int]]:
    height, width = _levels(facts)[_level(facts)]
    least, most = AUTO_PLANES
    count = max(least, min(most, AUTO_BYTES // (height * width * np.dtype(facts.dtype).itemsize)))
    times = _spread(facts.sizes.t, count if facts.sizes.z == 1 else max(3, count // 3))
    # The ends of a stack are out of focus: slices stand in the middle of equal parts of it.
    parts = min(facts.sizes.z, count // len(times))
    slices = [(2 * part + 1) * facts.sizes.z // (2 * parts) for part in range(parts)]
    return [(t, z) for t in times for z in slices]


def _spread(size: int, most: int) -> list[int]:
    count = min(size, most)
    return [step * (size - 1) // max(1, count - 1) for step in range(count)]


def _thinned(plane: np.ndarray) -> np.ndarray:
    step = max(1, math.isqrt(plane.size // AUTO_SAMPLES))
    return plane[::step, ::step]


def _parts(file: ImageFile, t: int, z: int, c: int | None) -> list[np.ndarray]:
    """The smallest level that is not tiny; of a huge plane without levels nine blocks spread over it."""
    level = _level(file.facts)
    height, width = _levels(file.facts)[level]
    if max(height, width) <= WHOLE:
        return [file.read(t=t, z=z, c=c, level=level)]
    tops = [int((height - 1) * share) for share in (0.15, 0.5, 0.8)]
    lefts = [int((width - 1) * share) for share in (0.15, 0.5, 0.8)]
    return [
        file.read(t=t, z=z, c=c, level=level, y=slice(top, top + WHOLE // 8), x=slice(left, left + WHOLE // 8))
        for top in tops
        for left in lefts
    ]


def _levels(facts: Facts) -> tuple[tuple[int, int], ...]:
    return facts.levels or ((facts.sizes.y, facts.sizes.x),)


def _level(facts: Facts) -> int:
    useful = [number for number, size in enumerate(_levels(facts)) if max(size) >= WHOLE // 4] or [0]
    return useful[-1]
