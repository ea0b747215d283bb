"""The drawing tools of the simulation: textures, outlines, threads, points and mosaics, drawn without loops.

Coordinates are (y, x) or (z, y, x) in pixels. Everything draws densities; the optics make pictures of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from micrographia.simulation.optics import Floats

Rng = np.random.Generator
_DIRECTIONS = 2048


def texture(rng: Rng, shape: Sequence[int], scale: float | Sequence[float]) -> Floats:
    """Smooth noise of unit variance; ``scale`` is its grain in pixels, one for all axes or one for each."""
    scales = np.broadcast_to(np.asarray(scale, float), (len(shape),))
    coarse = [max(4, int(np.ceil(n / max(s / 2, 1))) + 3) for n, s in zip(shape, scales)]
    field = ndimage.gaussian_filter(rng.standard_normal(coarse, dtype=np.float32), np.minimum(scales, 2) / 1.4)
    for axis, (few, many, s) in enumerate(zip(coarse, shape, scales)):
        field = _stretch(field, axis, many, max(s / 2, 1) if few > 4 else (few - 1.01) / many)
    return ((field - field.mean()) / (field.std() + 1e-9)).astype(np.float32)


def enlarged(field: Floats, factor: int) -> Floats:
    """A (y, x) field at ``factor`` times its size, with straight lines between its samples."""
    share = ((np.arange(factor, dtype=np.float32) + 0.5) / factor - 0.5).reshape(-1, 1)
    for _ in range(2):
        padded = np.pad(field, ((1, 1), (0, 0)), mode="edge").astype(np.float32)[:, None]
        here, before, after = padded[1:-1], padded[:-2], padded[2:]
        steps = np.where(share < 0, here + share * (here - before), here + share * (after - here))
        field = steps.reshape(-1, field.shape[1]).T
    return np.ascontiguousarray(field)


def fractal(rng: Rng, shape: Sequence[int], scale: float, octaves: int = 3, fall: float = 0.55) -> Floats:
    """Noise with several grains, each half as large and ``fall`` times as strong as the one before."""
    total = np.zeros(tuple(shape), np.float32)
    for octave in range(octaves):
        total += fall**octave * texture(rng, shape, max(scale / 2**octave, 1.0))
    return total / total.std()


def splat(shape: Sequence[int], points: ArrayLike, weights: ArrayLike = 1.0) -> Floats:
    """Points of no size on a grid, each shared linearly among its neighbours; those outside are left out."""
    at = np.asarray(points, np.float64).reshape(-1, len(shape))
    weight = np.broadcast_to(np.asarray(weights, np.float64), at.shape[:1])
    near = ((at > -1) & (at < shape)).all(axis=1)
    at, weight = at[near].T, weight[near]
    base = np.floor(at).astype(np.int64) + 1
    rest = at - base + 1
    # A margin of one takes what falls outside.
    size = [n + 2 for n in shape]
    first = np.ravel_multi_index(tuple(base), size)
    flat = np.zeros(int(np.prod(size)))
    for corner in np.ndindex(*(2,) * len(size)):
        share = weight
        for step, part in zip(corner, rest):
            share = share * (part if step else 1 - part)
        flat += np.bincount(first + np.ravel_multi_index(corner, size), share, flat.size)
    return flat.reshape(size)[(slice(1, -1),) * len(size)].astype(np.float32)


def dense(path: ArrayLike, step: float = 0.5) -> NDArray[np.float64]:
    """A polyline with points at most ``step`` apart."""
    path = np.asarray(path, np.float64)
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    at = np.linspace(0, lengths[-1], max(2, int(lengths[-1] / step) + 1))
    return np.stack([np.interp(at, lengths, axis) for axis in path.T], axis=1)


def path_length(path: ArrayLike) -> float:
    """The length of a polyline."""
    return float(np.linalg.norm(np.diff(np.asarray(path, float), axis=0), axis=1).sum())


def wander(rng: Rng, start: ArrayLike, angle: ArrayLike, steps: int, step: float = 1.0, bend: float = 0.05) -> NDArray:
    """Worm-like chains: (n, steps, 2) paths that leave ``start`` at ``angle`` and lose their direction slowly."""
    start, angle = np.atleast_2d(np.asarray(start, float)), np.atleast_1d(np.asarray(angle, float))
    turns = rng.normal(0, bend, (len(angle), steps))
    turns = ndimage.uniform_filter1d(turns, 5, axis=1) * np.sqrt(5)
    heading = angle[:, None] + np.cumsum(turns, axis=1)
    moves = np.stack([np.sin(heading), np.cos(heading)], axis=-1) * step
    return start[:, None] + np.cumsum(moves, axis=1)


def spaced(
    rng: Rng, shape: Sequence[float], distance: float, most: int = 10**6, margin: float = 0.0
) -> NDArray[np.float64]:
    """Random points at least ``distance`` apart, as dense as a few rounds of throwing get."""
    size = np.asarray(shape, float)
    kept = np.empty((0, len(size)))
    count = int(np.prod(size / distance)) + 1
    for _ in range(6):
        thrown = margin + rng.random((2 * count, len(size))) * (size - 2 * margin)
        kept = _thinned(np.concatenate([kept, thrown]), distance)
    return kept[:most]


def mosaic(
    shape: tuple[int, int], seeds: NDArray, warp: tuple[Floats, Floats] | None = None
) -> tuple[NDArray, Floats, Floats]:
    """Voronoi cells of the seeds: labels from 1, distance to the border, and distance to the own seed, in pixels."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    if warp is not None:
        y, x = y + warp[0], x + warp[1]
    distance, nearest = cKDTree(seeds).query(np.stack([y.ravel(), x.ravel()], axis=1), k=2)
    apart = np.linalg.norm(seeds[nearest[:, 0]] - seeds[nearest[:, 1]], axis=1) + 1e-9
    border = (distance[:, 1] ** 2 - distance[:, 0] ** 2) / (2 * apart)
    labels = (nearest[:, 0] + 1).astype(np.uint16).reshape(shape)
    return labels, border.reshape(shape).astype(np.float32), distance[:, 0].reshape(shape).astype(np.float32)


def relaxed(seeds: NDArray, shape: tuple[int, int], rounds: int = 2, step: int = 4) -> NDArray:
    """Seeds moved towards the middle of their Voronoi cells (Lloyd), as packed cells do."""
    grid = np.stack(np.meshgrid(*(np.arange(0, n, step) for n in shape), indexing="ij"), -1).reshape(-1, 2)
    for _ in range(rounds):
        owner = cKDTree(seeds).query(grid)[1]
        count = np.maximum(np.bincount(owner, minlength=len(seeds)), 1)
        middle = np.stack([np.bincount(owner, axis, len(seeds)) / count for axis in grid.T], 1)
        seeds = np.where(np.bincount(owner, minlength=len(seeds))[:, None] > 0, middle, seeds)
    return seeds


def window(
    shape: Sequence[int], centre: Sequence[float] | NDArray, radius: float
) -> tuple[tuple[slice, ...], list[NDArray]]:
    """The part of a grid round a centre, and the distances from the centre along each of its axes."""
    parts, axes = [], []
    for n, c in zip(shape, centre):
        low, high = max(0, int(c - radius)), max(0, min(n, int(c + radius) + 2))
        low = min(low, high)
        parts.append(slice(low, high))
        axes.append(np.arange(low, high, dtype=np.float32) - np.float32(c))
    last = len(axes) - 1
    return tuple(parts), [axis.reshape((-1,) + (1,) * (last - place)) for place, axis in enumerate(axes)]


class Outline:
    """An irregular closed outline: an ellipse with a few random harmonics, as cells and nuclei have."""

    def __init__(
        self,
        rng: Rng,
        centre: Sequence[float] | NDArray,
        radii: tuple[float, float],
        angle: float,
        wobble: float = 0.06,
    ):
        self.centre, self.radii, self.angle = (float(centre[0]), float(centre[1])), radii, float(angle)
        order = np.arange(2, 8)
        cos, sin = rng.normal(0, wobble, (2, len(order))) / np.sqrt(order - 1)
        turn = ((np.arange(_DIRECTIONS) + 0.5) / _DIRECTIONS * 2 - 1)[:, None] * np.pi * order
        self._edge = np.maximum(1 + (np.cos(turn) * cos + np.sin(turn) * sin).sum(-1), 0.3).astype(np.float32)

    @property
    def reach(self) -> float:
        """A radius that holds the whole outline."""
        return max(self.radii) * 1.12 * float(self._edge.max())

    def distance(self, y: NDArray, x: NDArray) -> Floats:
        """Distance from the centre in units of the outline: below 1 inside, for offsets from the centre."""
        along = (x * np.cos(self.angle) + y * np.sin(self.angle)) / self.radii[1]
        across = (y * np.cos(self.angle) - x * np.sin(self.angle)) / self.radii[0]
        direction = ((np.arctan2(across, along) / np.pi + 1) * (_DIRECTIONS / 2)).astype(np.int32) % _DIRECTIONS
        return (np.hypot(along, across) / self._edge[direction]).astype(np.float32)

    def local(self, shape: Sequence[int], grow: float = 1.0) -> tuple[tuple[slice, ...], Floats]:
        """The window of a (y, x) grid that holds the outline, and ``distance`` in it."""
        part, (y, x) = window(shape, self.centre, self.reach * grow)
        return part, self.distance(y, x)


def soft(distance: Floats, edge: float = 0.08) -> Floats:
    """1 inside, 0 outside, with a linear edge; for distances in units of an outline."""
    return np.clip((1 - distance) / edge + 0.5, 0, 1)


def _stretch(field: Floats, axis: int, length: int, factor: float) -> Floats:
    at = 1 + np.arange(length, dtype=np.float64) / factor if factor >= 1 else np.arange(length) * factor
    low = np.clip(np.floor(at).astype(int), 0, field.shape[axis] - 2)
    rest = np.clip(at - low, 0, 1)
    smooth = (
        (rest * rest * (3 - 2 * rest)).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(field.ndim)])
    )
    return np.take(field, low, axis) * (1 - smooth) + np.take(field, low + 1, axis) * smooth


def _thinned(points: NDArray, distance: float) -> NDArray:
    close = cKDTree(points).query_pairs(distance, output_type="ndarray")
    dropped = np.zeros(len(points), bool)
    # Earlier points win; going through the pairs in order keeps the result independent of the tree.
    for first, second in close[np.lexsort((close[:, 1], close[:, 0]))]:
        if not dropped[first]:
            dropped[second] = True
    return points[~dropped]
