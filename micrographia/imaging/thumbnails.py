"""Small pictures of an image: thumbnails, strips of frames for playing on hover, and overviews of all frames.

They are made from a reduced plane: the smallest level that is large enough, averaged in blocks, band by band, so
that memory stays bounded whatever the size of the plane. A stack on a dark background (fluorescence) is shown as
its maximum projection, because a single slice is mostly empty; one on a bright background (bright field, electron
microscopy) as its middle slice, because there a maximum shows little but background. A time series is shown as it is
half-way through: it often begins before anything has happened.
"""

from __future__ import annotations

import io
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from micrographia.collection.records import Channel, Facts
from micrographia.errors import Invalid, NotFound
from micrographia.imaging.composition import compose
from micrographia.imaging.display import DisplayState, ResolvedDisplay, resolve
from micrographia.imaging.histograms import limits_of
from micrographia.imaging.planes import identity, project
from micrographia.imaging.readers.reader import ImageFile

EDGES = (256, 512)
STRIP_FRAMES = 16
PROJECTED_SLICES = 32
PROJECTED_IN_STRIP = 8
OVERVIEW_EDGE = 96
OVERVIEW_FRAMES = 128
READ_BYTES = 512 << 20
BAND_BYTES = 32 << 20

# A background below this share of the display range is dark.
DARK = 0.35
WEBP_QUALITY = 82
WEBP_METHOD = 2  # half the time of 4, for 2 % more bytes
STRIP_QUALITY = 60

logger = logging.getLogger(__name__)


def reduced(file: ImageFile, facts: Facts, t: int, slices: tuple[int, ...], c: int | None, edge: int) -> np.ndarray:
    """A plane, or the maximum of several slices, reduced to a longer edge of ``edge`` to twice that.

    Blocks are averaged; of labels one pixel is taken, as the mean of two labels is a third one. What is smaller
    already stays as it is.
    """
    level = _level_for(facts, edge)
    height, width = facts.levels[level]
    factor = max(1, max(height, width) // edge)
    down, right = min(factor, height), min(factor, width)
    samples = 3 if c is None else 1
    band = max(1, BAND_BYTES // (width * samples * np.dtype(facts.dtype).itemsize * down)) * down
    rows = height // down * down
    parts = []
    for top in range(0, rows, band):
        y = slice(top, min(top + band, rows))
        planes = (file.read(t=t, z=z, c=c, level=level, y=y) for z in slices)
        parts.append(_blocks(project(planes, "max", len(slices)), down, right, facts))
    return np.concatenate(parts)


def _level_for(facts: Facts, edge: int) -> int:
    enough = [number for number, size in enumerate(facts.levels) if max(size) >= edge]
    return enough[-1] if enough else 0


def _blocks(plane: np.ndarray, down: int, right: int, facts: Facts) -> np.ndarray:
    if down == right == 1:
        return plane
    height, width = plane.shape[0] // down, plane.shape[1] // right
    if facts.labels:
        return plane[down // 2 :: down, right // 2 :: right][:height, :width]
    plane = plane[: height * down, : width * right]
    if plane.dtype.kind == "f":
        plane = np.nan_to_num(plane)
    wide = np.float32 if plane.itemsize <= 2 else np.float64
    # Rows first: they are added as a whole, and the columns that are left are few.
    rows = np.add.reduce(plane.reshape(height, down, -1), axis=1, dtype=wide)
    means = np.add.reduce(rows.reshape(height, width, right, *plane.shape[2:]), axis=2) / (down * right)
    return means.astype(plane.dtype) if plane.dtype.kind == "f" else np.rint(means).astype(plane.dtype)


def thumbnail(file: ImageFile, facts: Facts, edge: int) -> bytes:
    """The thumbnail of an image as WebP, its longer edge at most ``edge``."""
    return _webp([_shown(file, facts, edge)])


def strip(file: ImageFile, facts: Facts, axis: str, edge: int) -> bytes:
    """Up to 16 frames over ``t`` or ``z`` side by side as WebP, for playing in a gallery."""
    if axis == "z":
        return _webp([_picture(file, facts, 0, (z,), edge) for z in strip_indices(facts, "z")])
    slices = _spread_over(_slices(file, facts), PROJECTED_IN_STRIP)
    return _webp([_picture(file, facts, t, slices, edge) for t in strip_indices(facts, "t")])


def strip_indices(facts: Facts, axis: str) -> tuple[int, ...]:
    """The positions on the axis that a strip shows, evenly spread from the first to the last."""
    return _affordable(facts, axis, STRIP_FRAMES, max(EDGES))


def _affordable(facts: Facts, axis: str, most: int, edge: int) -> tuple[int, ...]:
    """Positions spread over an axis, so few that reading them stays within bounds."""
    size = facts.sizes.t if axis == "t" else facts.sizes.z
    height, width = facts.levels[_level_for(facts, edge)]
    frame = height * width * facts.sizes.c * np.dtype(facts.dtype).itemsize
    return _spread_over(range(size), max(1, min(most, READ_BYTES // max(1, frame))))


def _spread_over(indices: Sequence[int], most: int) -> tuple[int, ...]:
    if len(indices) <= most:
        return tuple(indices)
    if most == 1:
        return (indices[len(indices) // 2],)
    return tuple(indices[round(step * (len(indices) - 1) / (most - 1))] for step in range(most))


def _shown(file: ImageFile, facts: Facts, edge: int) -> Image.Image:
    """The picture that stands for the whole image."""
    return _picture(file, facts, facts.sizes.t // 2, _slices(file, facts), edge)


def _slices(file: ImageFile, facts: Facts) -> tuple[int, ...]:
    """The slices that a small picture shows: the middle one, or several as their maximum."""
    middle = (facts.sizes.z // 2,)
    if facts.sizes.z == 1 or facts.labels or facts.colour:
        return middle
    display = resolve(DisplayState(), facts)
    plane = reduced(file, facts, facts.sizes.t // 2, middle, display.shown[0], OVERVIEW_EDGE)
    low, high = display.channels[display.shown[0]].limits
    if float(np.median(plane)) - low > DARK * (high - low):
        return middle
    slices = _affordable(facts, "z", PROJECTED_SLICES, max(EDGES))
    return slices if len(slices) > 1 else middle


def _picture(file: ImageFile, facts: Facts, t: int, slices: tuple[int, ...], edge: int) -> Image.Image:
    display = resolve(DisplayState(), facts)
    wanted: dict[int | str, int | None] = {"rgb": None} if facts.colour else {c: c for c in display.shown}
    planes = {name: reduced(file, facts, t, slices, c, edge) for name, c in wanted.items()}
    if len(slices) > 1:
        display = _widened(display, facts.channels, planes)
    return _resized(Image.fromarray(compose(planes, display)), facts, edge)


def _resized(picture: Image.Image, facts: Facts, edge: int) -> Image.Image:
    filter = Image.Resampling.NEAREST if facts.labels else Image.Resampling.LANCZOS
    return picture.resize(_fitted(*picture.size, edge), filter)


def _widened(
    display: ResolvedDisplay, given: tuple[Channel, ...], planes: dict[int | str, np.ndarray]
) -> ResolvedDisplay:
    """The display with limits of its projection: measured on single slices, they would be too narrow for it."""
    channels = list(display.channels)
    for index, plane in planes.items():
        if isinstance(index, int) and not (index < len(given) and given[index].limits):
            channels[index] = replace(channels[index], limits=limits_of(plane))
    return replace(display, channels=tuple(channels))


def _fitted(width: int, height: int, edge: int) -> tuple[int, int]:
    share = min(1.0, edge / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _webp(frames: list[Image.Image]) -> bytes:
    width, height = frames[0].size
    sheet = Image.new("RGB", (width * len(frames), height))
    for number, frame in enumerate(frames):
        sheet.paste(frame, (number * width, 0))
    stream = io.BytesIO()
    sheet.save(stream, "WEBP", quality=STRIP_QUALITY if len(frames) > 1 else WEBP_QUALITY, method=WEBP_METHOD)
    return stream.getvalue()


def overview_indices(facts: Facts, axis: str) -> tuple[int, ...]:
    """The positions on the axis that an overview holds."""
    return _affordable(facts, axis, OVERVIEW_FRAMES, OVERVIEW_EDGE)


def overview(file: ImageFile, facts: Facts, axis: str, at: int, c: int | None) -> np.ndarray:
    """All frames along an axis, tiny, one under the other: (n, y, x) or (n, y, x, 3) raw samples."""
    frames = []
    for index in overview_indices(facts, axis):
        t, z = (index, at) if axis == "t" else (at, index)
        frames.append(_at_most(reduced(file, facts, t, (z,), c, OVERVIEW_EDGE), OVERVIEW_EDGE))
    return np.stack(frames)


def _at_most(plane: np.ndarray, edge: int) -> np.ndarray:
    width, height = _fitted(plane.shape[1], plane.shape[0], edge)
    rows = np.arange(height) * plane.shape[0] // height
    columns = np.arange(width) * plane.shape[1] // width
    return plane[rows][:, columns]


def sheet(frames: np.ndarray) -> tuple[np.ndarray, int]:
    """Frames laid out in a nearly square grid, row by row, and how many columns it has."""
    count, height, width = frames.shape[:3]
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    full = np.zeros((rows * columns, *frames.shape[1:]), frames.dtype)
    full[:count] = frames
    grid = full.reshape(rows, columns, *frames.shape[1:]).swapaxes(1, 2)
    return np.ascontiguousarray(grid).reshape(rows * height, columns * width, *frames.shape[3:]), columns


def thumbnail_path(cache: Path, facts: Facts, edge: int, axis: str = "") -> Path:
    """Where a thumbnail, or the strip over an axis, is kept; another display has another place."""
    if edge not in EDGES:
        raise Invalid(f"s is {edge}. Thumbnails have the sizes {EDGES[0]} and {EDGES[1]}.")
    display = sha256(repr(facts.channels).encode()).hexdigest()[:8]
    return cache / "thumbnails" / f"{identity(facts)}-{display}" / f"{edge}{'-' + axis if axis else ''}.webp"


def overview_path(cache: Path, facts: Facts, axis: str, at: int, c: int | None) -> Path:
    """Where an overview is kept."""
    return cache / "overviews" / identity(facts) / f"{axis}-{at}-c{'rgb' if c is None else c}.npy"


def write_thumbnails(file: ImageFile, facts: Facts, cache: Path) -> None:
    """Make the thumbnails of an image ahead of time, as indexing does; ``facts`` have the measured limits."""
    paths = {edge: thumbnail_path(cache, facts, edge) for edge in EDGES}
    if all(path.exists() for path in paths.values()):
        return
    # The file is read once, for the largest.
    picture = _shown(file, facts, max(EDGES))
    for edge, path in paths.items():
        kept(path, partial(_webp, [_resized(picture, facts, edge)]))


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes kept at a path; made and written there, all or nothing, when they are not there yet."""
    try:
        return path.read_bytes()
    except OSError:
        data = make()
    try:
        _write(path, data)
    except OSError as error:
        # A library may lie on a disk that is full or read-only; its pictures are then made anew each time.
        logger.warning("The cache cannot keep %s: %s", path.name, error)
    return data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def check_axis(facts: Facts, axis: str) -> str:
    """The axis, when the image is longer than one along it."""
    if axis not in ("t", "z"):
        raise Invalid(f"The axis is {axis[:40]!r}. Give t or z.")
    if (facts.sizes.t if axis == "t" else facts.sizes.z) < 2:
        raise NotFound(f"The image has a single position along {axis}.")
    return axis
