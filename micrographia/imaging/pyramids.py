"""Reduced levels of large planes, built once into the cache folder when the file has none of its own.

One file holds the levels of one plane (one t, z and c). Planes are built one by one, when they are first looked
at: the plane on the screen of a large stack is there after seconds, and planes that nobody visits cost nothing.

A file is ``MGPYR1`` and two zero bytes, the tiles (raw little-endian samples, Zstandard), a JSON index and its
offset. It is written beside its place and moved there when it is complete, so that a killed process leaves no
broken one. Memory while building is one block of the source, whatever the size of the plane.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np

from micrographia.errors import LibraryError, NotFound, Unreadable

try:
    import fcntl
except ImportError:  # Windows: two processes may build the same pyramid; the last one written stays.
    fcntl = None  # type: ignore[assignment]

TILE = 512
SMALLEST = 1024
BLOCK_BYTES = 64 << 20

_MAGIC = b"MGPYR1\0\0"
_FOOTER = struct.Struct("<Q8s")

# The row and column of a tile, and its samples.
_Block = tuple[int, int, np.ndarray]


@dataclass(frozen=True, slots=True)
class Source:
    """A large plane to reduce: its shape, its samples per pixel (1 or 3), and how to read a region of it.

    ``keeps_full`` says that the full size is kept too, as tiles, because reading a region of the source is slow.
    """

    y: int
    x: int
    dtype: str
    samples: int
    labels: bool
    read: Callable[[slice, slice], np.ndarray]
    keeps_full: bool = False


@dataclass(frozen=True, slots=True)
class _Level:
    y: int
    x: int
    cols: int
    places: list[tuple[int, int]]


class Pyramid:
    """The reduced levels of one plane, read from the cache; level 0 is half of the source's size, or its full size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            index = _read_index(path)
            self.dtype = np.dtype(index["dtype"]).newbyteorder("<")
            self.samples = int(index["samples"])
            self._levels = [
                _Level(level["y"], level["x"], -(-level["x"] // TILE), [tuple(place) for place in level["places"]])
                for level in index["levels"]
            ]
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise Unreadable(f"The cached pyramid {path.name} is damaged. Delete it; it is built again.") from error

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """The (y, x) sizes of the levels."""
        return [(level.y, level.x) for level in self._levels]

    def tile(self, level: int, row: int, col: int) -> np.ndarray:
        """One tile of one level; those at the lower and right edge are smaller."""
        return _read_tile(self.path, self._levels[level], row, col, self.dtype, self.samples)

    def region(self, level: int, y: slice, x: slice) -> np.ndarray:
        """Any region of a level, put together from its tiles."""
        kept = self._levels[level]
        y0, y1, _ = y.indices(kept.y)
        x0, x1, _ = x.indices(kept.x)
        out = np.empty((y1 - y0, x1 - x0, *((self.samples,) if self.samples > 1 else ())), self.dtype.newbyteorder("="))
        for row in range(y0 // TILE, -(-y1 // TILE)):
            for col in range(x0 // TILE, -(-x1 // TILE)):
                top, left = row * TILE, col * TILE
                tile = self.tile(level, row, col)
                rows = slice(max(y0, top), min(y1, top + TILE))
                cols = slice(max(x0, left), min(x1, left + TILE))
                out[rows.start - y0 : rows.stop - y0, cols.start - x0 : cols.stop - x0] = tile[
                    rows.start - top : rows.stop - top, cols.start - left : cols.stop - left
                ]
        return out


def _read_index(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("wrong beginning")
        end = file.seek(-_FOOTER.size, os.SEEK_END)
        offset, magic = _FOOTER.unpack(file.read(_FOOTER.size))
        if magic != _MAGIC or not len(_MAGIC) <= offset <= end:
            raise ValueError("wrong end")
        file.seek(offset)
        return json.loads(file.read(end - offset))


def _read_tile(path: Path, level: _Level, row: int, col: int, dtype: np.dtype, samples: int) -> np.ndarray:
    shape = min(TILE, level.y - row * TILE), min(TILE, level.x - col * TILE)
    if row < 0 or not 0 <= col < level.cols or shape[0] <= 0:
        raise NotFound(f"There is no tile in row {row} and column {col}.")
    offset, length = level.places[row * level.cols + col]
    full = (*shape, samples) if samples > 1 else shape
    try:
        with path.open("rb") as file:
            file.seek(offset)
            raw = imagecodecs.zstd_decode(file.read(length), out=int(np.prod(full)) * dtype.itemsize)
        return np.frombuffer(raw, dtype).reshape(full).astype(dtype.newbyteorder("="), copy=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise Unreadable(f"The cached pyramid {path.name} is damaged. Delete it; it is built again.") from error


def reduced_sizes(y: int, x: int) -> list[tuple[int, int]]:
    """The (y, x) sizes of the levels below a plane: each half of the one above, down to 1024 or less."""
    sizes = []
    while max(y, x) > SMALLEST:
        y, x = -(-y // 2), -(-x // 2)
        sizes.append((y, x))
    return sizes


def open_pyramid(path: Path, source: Callable[[], Source]) -> Pyramid:
    """The pyramid kept at ``path``; built from the source when it is not there yet, or is damaged."""
    if (there := _usable(path)) is not None:
        return there
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            # Another process may have built it while this one waited.
            if (there := _usable(path)) is not None:
                return there
            for left_over in path.parent.glob(f".{path.stem}-????????.part"):
                left_over.unlink(missing_ok=True)
            build(path, source())
    except OSError as error:
        reason = error.strerror or "the disk refused"
        raise LibraryError(
            f"The cache cannot keep the levels of a large image: {reason}. Make room on its disk."
        ) from error
    return Pyramid(path)


def _usable(path: Path) -> Pyramid | None:
    try:
        return Pyramid(path) if path.exists() else None
    except Unreadable:
        return None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One builder at a time; the lock of a killed process is released by the system."""
    with path.with_suffix(".lock").open("ab") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(path: Path, source: Source) -> None:
    """Reduce a plane and write its levels to ``path``, all or nothing."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "w+b") as file:
            _write(file, source)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write(file: BinaryIO, source: Source) -> None:
    file.write(_MAGIC)
    dtype = np.dtype(source.dtype).newbyteorder("<")
    levels: list[_Level] = []
    full = [(source.y, source.x)] if source.keeps_full else []
    for y, x in full + reduced_sizes(source.y, source.x):
        level = _Level(y, x, -(-x // TILE), [(0, 0)] * (-(-y // TILE) * -(-x // TILE)))
        blocks = _source_blocks(source) if not levels else _level_blocks(file, levels[-1], level, source)
        for row, col, block in blocks:
            # The file is read at other places between two tiles: each goes to the end.
            data = imagecodecs.zstd_encode(np.ascontiguousarray(block, dtype).tobytes(), level=1)
            level.places[row * level.cols + col] = (file.seek(0, os.SEEK_END), len(data))
            file.write(data)
        levels.append(level)
    offset = file.seek(0, os.SEEK_END)
    index = {
        "dtype": np.dtype(source.dtype).name,
        "samples": source.samples,
        "levels": [{"y": level.y, "x": level.x, "places": level.places} for level in levels],
    }
    file.write(json.dumps(index).encode())
    file.write(_FOOTER.pack(offset, _MAGIC))


def _source_blocks(source: Source) -> Iterator[_Block]:
    """The tiles of the first level, from bands of the source as wide as memory allows: strips are decoded once."""
    step = 2 * TILE
    row_bytes = step * np.dtype(source.dtype).itemsize * source.samples
    width = max(1, BLOCK_BYTES // (row_bytes * step)) * step
    height = max(1, BLOCK_BYTES // (row_bytes * min(width, -(-source.x // step) * step))) * step
    shrink = 1 if source.keeps_full else 2
    for top in range(0, source.y, height):
        for left in range(0, source.x, width):
            block = source.read(slice(top, min(top + height, source.y)), slice(left, min(left + width, source.x)))
            if not source.keeps_full:
                block = reduce(block, source.labels)
            for y in range(0, block.shape[0], TILE):
                for x in range(0, block.shape[1], TILE):
                    tile = block[y : y + TILE, x : x + TILE]
                    yield (top // shrink + y) // TILE, (left // shrink + x) // TILE, tile


def _level_blocks(file: BinaryIO, above: _Level, level: _Level, source: Source) -> Iterator[_Block]:
    """The tiles of a further level, each from the up to four tiles over it."""
    rows_above = -(-above.y // TILE)
    for row in range(-(-level.y // TILE)):
        rows = range(2 * row, min(2 * row + 2, rows_above))
        for col in range(level.cols):
            cols = range(2 * col, min(2 * col + 2, above.cols))
            four = [np.concatenate([_tile_of(file, above, y, x, source) for x in cols], axis=1) for y in rows]
            yield row, col, reduce(np.concatenate(four), source.labels)


def _tile_of(file: BinaryIO, level: _Level, row: int, col: int, source: Source) -> np.ndarray:
    offset, length = level.places[row * level.cols + col]
    file.seek(offset)
    shape = min(TILE, level.y - row * TILE), min(TILE, level.x - col * TILE)
    raw = imagecodecs.zstd_decode(file.read(length))
    full = (*shape, source.samples) if source.samples > 1 else shape
    return np.frombuffer(raw, np.dtype(source.dtype).newbyteorder("<")).reshape(full)


def reduce(plane: np.ndarray, labels: bool = False) -> np.ndarray:
    """Half of a plane: the mean of 2 x 2 pixels, of labels the most frequent (of equals, the first).

    An odd edge is taken with its last row or column twice.
    """
    odd = [(0, size % 2) for size in plane.shape[:2]] + [(0, 0)] * (plane.ndim - 2)
    if any(after for _, after in odd):
        plane = np.pad(plane, odd, mode="edge")
    four = plane[::2, ::2], plane[::2, 1::2], plane[1::2, ::2], plane[1::2, 1::2]
    return _mode(*four) if labels else _mean(four, plane.dtype)


def _mode(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    others = np.where((b == c) | (b == d), b, np.where(c == d, c, a))
    return np.where((a == b) | (a == c) | (a == d), a, others)


def _mean(four: tuple[np.ndarray, ...], dtype: np.dtype) -> np.ndarray:
    wide = np.dtype(np.float64 if dtype.itemsize > 4 else np.int64 if dtype.itemsize > 2 else np.int32)
    if dtype.kind == "f":
        wide = np.dtype(np.float64 if dtype.itemsize > 4 else np.float32)
    total = four[0].astype(wide)
    for part in four[1:]:
        total += part
    if wide.kind == "f":
        total /= 4
        return total.astype(dtype) if dtype.kind == "f" else np.rint(total).astype(dtype)
    total += 2
    total >>= 2
    return total.astype(dtype)
