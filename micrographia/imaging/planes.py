"""One open image as the viewer sees it: resolution levels, tiles, and projections along z."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from micrographia.collection.records import Facts
from micrographia.errors import Invalid, NotFound
from micrographia.imaging.caches import ByteCache
from micrographia.imaging.pyramids import TILE, Pyramid, Source, open_pyramid, reduced_sizes
from micrographia.imaging.readers.reader import ImageFile

WHOLE = 2048
OPEN_PYRAMIDS = 64
MOST_SLICES = 4096

# Formats whose readers keep nothing between two reads, and what one place in the pool of open files stands for.
STREAMED = ("TIFF", "ImageJ", "Zarr", "planes")
FRAME_CACHE_BYTES = 64 << 20
PLACE_BYTES = 8 << 20

# A file whose tiles take longer than this is copied into tiles; it is one long strip, or a picture format.
SLOW_TILE_S = 0.1

Method = Literal["max", "mean", "sum"]

_PROJECTION = re.compile(r"(max|mean|sum)(?::([0-9]{1,10})-([0-9]{1,10}))?")


@dataclass(frozen=True, slots=True)
class Projection:
    """Several slices seen as one: the greatest, the mean or the sum of ``first`` to ``last``, both included."""

    method: Method
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.method}:{self.first}-{self.last}"


def position(text: str, size: int) -> int | Projection:
    """The slice or projection that ``7``, ``max`` or ``max:3-9`` means in a stack of ``size`` slices."""
    if text.isascii() and text.isdecimal() and len(text) <= 10:
        return _checked("z", int(text), size)
    match = _PROJECTION.fullmatch(text)
    if not match:
        raise Invalid(f"z is {text[:40]!r}. Give a slice such as 7, or a projection such as max or sum:3-9.")
    method, first, last = match.group(1), int(match.group(2) or 0), int(match.group(3) or size - 1)
    if first > last:
        raise Invalid(f"The projection {text!r} ends before it begins. Give the smaller slice first.")
    if last - first >= MOST_SLICES:
        raise Invalid(f"The projection {text!r} is of more than {MOST_SLICES} slices. Give a range such as max:0-99.")
    return Projection(method, first, _checked("z", last, size))  # type: ignore[arg-type]


def _checked(axis: str, index: int, size: int) -> int:
    if not 0 <= index < size:
        raise NotFound(f"There is no {axis} = {index}. It counts from 0 to {size - 1}.")
    return index


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution level: its size, the edge of its tiles, and how many rows and columns of them there are."""

    y: int
    x: int
    tile: int
    rows: int
    cols: int


def levels_of(facts: Facts) -> tuple[Level, ...]:
    """All levels the viewer is given: the file's own, and below them those that are built."""
    own = facts.levels or ((facts.sizes.y, facts.sizes.x),)
    sizes = [*own]
    if max(own[-1]) > WHOLE:
        sizes += reduced_sizes(*own[-1])
    return tuple(_level(y, x) for y, x in sizes)


def _level(y: int, x: int) -> Level:
    if max(y, x) <= WHOLE:
        return Level(y, x, max(y, x), 1, 1)
    return Level(y, x, TILE, -(-y // TILE), -(-x // TILE))


def identity(facts: Facts) -> str:
    """A name for all that is derived from these pixels: it changes when they, or what they mean, change."""
    meaning = repr((facts.content_hash, facts.sizes, facts.dtype, facts.colour, facts.labels, facts.levels))
    return f"{facts.version or 'unhashed'}-{hashlib.sha256(meaning.encode()).hexdigest()[:12]}"


class Pixels:
    """One open image: tiles of any level, at any time, slice or projection.

    Parameters
    ----------
    file
        The open file; it is closed with this.
    cache
        Folder for what is derived; a temporary one when ``None``.
    """

    def __init__(self, file: ImageFile, cache: Path | None = None, facts: Facts | None = None) -> None:
        self.file = file
        self.facts = facts or file.facts
        self.levels = levels_of(self.facts)
        self._own = len(self.facts.levels or (0,))
        self._temporary = tempfile.TemporaryDirectory(prefix="micrographia-") if cache is None else None
        folder = Path(self._temporary.name) if self._temporary else cache
        self._folder = Path(folder or ".") / "pyramids" / identity(self.facts)
        self._pyramids: ByteCache[Pyramid] = ByteCache(OPEN_PYRAMIDS, lambda _: 1)
        self._is_slow: bool | None = None if len(self.levels) > self._own == 1 else False

    @property
    def places(self) -> int:
        """How many open files it counts for: readers of pictures and videos keep frames that they have decoded."""
        if any(word in self.facts.format for word in STREAMED):
            return 1
        sizes, samples = self.facts.sizes, 3 if self.facts.colour else 1
        frame = sizes.y * sizes.x * samples * np.dtype(self.facts.dtype).itemsize
        return -(-max(frame, FRAME_CACHE_BYTES) // PLACE_BYTES)

    @property
    def samples(self) -> tuple[int | None, ...]:
        """What a tile is asked for: each channel, or ``None`` for the colour of a colour image."""
        return (None,) if self.facts.colour else tuple(range(self.facts.sizes.c))

    def tile(self, level: int, t: int, z: int | Projection, row: int, col: int, c: int | None) -> np.ndarray:
        """The samples of one tile, (y, x) or (y, x, 3) for ``c=None``.

        Parameters
        ----------
        level, row, col
            Which tile of which level; those at the lower and right edge are smaller.
        t, z, c
            The plane. The mean is float32; the sum is as wide as it needs to be.

        Raises
        ------
        NotFound
            There is no such tile or plane.
        """
        if not 0 <= level < len(self.levels):
            raise NotFound(f"There is no level {level}. They count from 0 to {len(self.levels) - 1}.")
        at = self.levels[level]
        if not (0 <= row < at.rows and 0 <= col < at.cols):
            raise NotFound(f"Level {level} has no tile in row {row}, column {col}: it has {at.rows} x {at.cols}.")
        y = slice(row * at.tile, min((row + 1) * at.tile, at.y))
        x = slice(col * at.tile, min((col + 1) * at.tile, at.x))
        return self.region(level, t, z, c, y, x)

    def region(
        self, level: int, t: int, z: int | Projection, c: int | None, y: slice = slice(None), x: slice = slice(None)
    ) -> np.ndarray:
        """The samples of any region of a plane at a level."""
        self._check(t, z, c)
        if level >= self._own or self._reads_slowly(t, z, c):
            return self._pyramid(t, z, c).region(level - self._own + int(self._reads_slowly(t, z, c)), y, x)
        return self._read(level, t, z, c, y, x)

    def _read(self, level: int, t: int, z: int | Projection, c: int | None, y: slice, x: slice) -> np.ndarray:
        if not isinstance(z, Projection):
            return self.file.read(t=t, z=z, c=c, level=level, y=y, x=x)
        slices = (self.file.read(t=t, z=index, c=c, level=level, y=y, x=x) for index in range(z.first, z.last + 1))
        return project(slices, z.method, z.last - z.first + 1)

    def _reads_slowly(self, t: int, z: int | Projection, c: int | None) -> bool:
        """Whether tiles of a large file without levels take long, found out once by reading one."""
        if self._is_slow is None:
            at = z.first if isinstance(z, Projection) else z
            # The better of two: the first may have waited for the disk or for other work.
            self._is_slow = min(self._tile_time(t, at, c) for _ in range(2)) > SLOW_TILE_S
        return self._is_slow

    def _tile_time(self, t: int, z: int, c: int | None) -> float:
        y, x = (slice(size // 2, size // 2 + TILE) for size in (self.levels[0].y, self.levels[0].x))
        start = time.perf_counter()
        self.file.read(t=t, z=z, c=c, y=y, x=x)
        return time.perf_counter() - start

    def is_ready(self, level: int, t: int, z: int | Projection, c: int | None) -> bool:
        """Whether a tile of that plane can be had without building a pyramid first."""
        if level < self._own and self._is_slow is False:
            return True
        return self._is_slow is not None and self._pyramid_path(t, z, c).exists()

    def _check(self, t: int, z: int | Projection, c: int | None) -> None:
        sizes = self.facts.sizes
        _checked("t", t, sizes.t)
        _checked("z", z.last if isinstance(z, Projection) else z, sizes.z)
        if c is not None:
            _checked("c", c, sizes.c)
        elif not self.facts.colour:
            raise Invalid("The image has channels and no colour. Ask for its channels.")

    def _pyramid(self, t: int, z: int | Projection, c: int | None) -> Pyramid:
        path = self._pyramid_path(t, z, c)
        return self._pyramids.get(path, lambda: open_pyramid(path, lambda: self._source(t, z, c)))

    def _pyramid_path(self, t: int, z: int | Projection, c: int | None) -> Path:
        full = "-full" if self._reads_slowly(t, z, c) else ""
        return self._folder / f"t{t}-z{str(z).replace(':', '_')}-c{'rgb' if c is None else c}{full}.pyramid"

    def _source(self, t: int, z: int | Projection, c: int | None) -> Source:
        last = self._own - 1

        def read(y: slice, x: slice) -> np.ndarray:
            return self._read(last, t, z, c, y, x)

        at, samples = self.levels[last], 3 if c is None else 1
        dtype = read(slice(0, 1), slice(0, 1)).dtype.name
        return Source(at.y, at.x, dtype, samples, self.facts.labels, read, self._reads_slowly(t, z, c))

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self) -> Pixels:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def project(slices: Iterator[np.ndarray], method: Method, count: int) -> np.ndarray:
    """Many slices as one, taken one after the other so that never more than two are in memory.

    Parameters
    ----------
    slices
        Planes of one shape.
    method
        ``max`` keeps the sample type; ``mean`` gives float32; ``sum`` the narrowest of uint32, int32 and
        float64 that cannot overflow.
    count
        How many slices there are.
    """
    first = next(slices)
    if method == "max":
        total = first.copy()
        for plane in slices:
            np.maximum(total, plane, out=total)
        return total
    total = first.astype(np.float64 if method == "mean" else _sum_type(first.dtype, count))
    for plane in slices:
        total += plane
    return (total / count).astype(np.float32) if method == "mean" else total


def _sum_type(dtype: np.dtype, count: int) -> type[np.generic]:
    if dtype.kind not in "ui":
        return np.float64
    info = np.iinfo(dtype)
    if info.min == 0:
        return np.uint32 if int(info.max) * count < 2**32 else np.float64
    return np.int32 if -int(info.min) * count < 2**31 else np.float64
