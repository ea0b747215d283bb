"""Regions of a TIFF page: only the strips or tiles that are touched are read and decoded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import tifffile

from micrographia.errors import Unreadable
from micrographia.imaging.readers.directories import (
    COMPRESSION,
    JPEG_TABLES,
    PREDICTOR,
    ROWS_PER_STRIP,
    TILE_LENGTH,
    TILE_WIDTH,
    Directory,
)
from micrographia.imaging.readers.reader import (
    EXPANSION_LIMIT,
    SEGMENT_LIMIT,
    STRONG_EXPANSION_LIMIT,
    ByteSource,
    check_plausible,
)

_JPEG = frozenset([7, 34892, 33007])
_LERC, _LERC_PARAMETERS, _LERC_MARK = 34887, 50674, b"Lerc2 "
_LERC_ITEMS = dict(enumerate((1, 1, 2, 2, 4, 4, 4, 8)))
_JPEG2000 = frozenset([33003, 33004, 33005, 34712])
# Compressions whose decoded size is bounded by the segment's declared size, or can be checked beforehand.
_READ = frozenset([1, 2, 3, 4, 5, 8, 32773, 32946, 34887, 34925, 34926, 50000, 50001]) | _JPEG | _JPEG2000

# How many times their size a compressed piece can unpack to; 1 for what is not compressed.
_EXPANSION = {1: 1, 5: EXPANSION_LIMIT, 8: EXPANSION_LIMIT, 32946: EXPANSION_LIMIT, 32773: 128}

_Decode = Callable[..., tuple]


class Segments:
    """The strips or tiles of one TIFF file's pages, decoded on demand."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._decoders: dict[tuple, _Decode] = {}
        self._lock = threading.Lock()

    def check(self, page: Directory) -> None:
        """Refuse a page whose sizes, segments or compression cannot be, before anything is decoded."""
        shape, name = page.shape, self._source.path.name
        if shape.height < 1 or shape.width < 1 or not 1 <= shape.samples <= 4096:
            raise Unreadable(f"{name} is damaged: an image of {shape.width} × {shape.height} pixels. Copy it again.")
        if shape.dtype is None:
            raise Unreadable(f"{name} has samples of {shape.bits} bits in a form that is not read. Save it as 16 bit.")
        if page.value(COMPRESSION, 1) not in _READ:
            raise Unreadable(
                f"{name} is compressed in a way that is not read (TIFF compression {page.value(COMPRESSION)}). "
                "Save it uncompressed or with deflate."
            )
        rows, columns = grid(page)
        offsets, counts = page.segments
        planes = shape.samples if shape.planar == 2 else 1
        if len(offsets) < -(-shape.height // rows) * -(-shape.width // columns) * planes:
            raise Unreadable(f"{name} is damaged: parts of the image are not listed in it. Copy it again.")
        held = int(np.clip(counts, 0, self._source.size).sum())
        check_plausible(self._source.path, shape.plane_bytes, held, _expansion(page) + 1)

    def is_complete(self, page: Directory) -> bool:
        """Whether all of the page's strips or tiles lie within the file."""
        offsets, counts = page.segments
        if page.value(COMPRESSION, 1) == 1 and not page.shape.is_packed and int(counts.sum()) < page.shape.plane_bytes:
            return bool((counts == 0).any())
        return bool(((offsets >= 0) & (counts >= 0) & (offsets + counts <= self._source.size)).all())

    def region(
        self, page: Directory, sample: int | None, rows: tuple[int, int], columns: tuple[int, int], shift: int = 0
    ) -> np.ndarray:
        """A region of a page.

        Parameters
        ----------
        page
            A page that was checked.
        sample
            Which sample of the pixels; ``None`` for the first three.
        rows, columns
            First and last-plus-one.
        shift
            Bytes by which the plane lies behind the page's own (planes stored without a directory).

        Returns
        -------
        numpy.ndarray
            Shape (rows, columns), or (rows, columns, 3).
        """
        shape = page.shape
        if rows[0] >= rows[1] or columns[0] >= columns[1]:
            return np.zeros(
                (rows[1] - rows[0], columns[1] - columns[0]) + (() if sample is not None else (3,)), shape.dtype
            )
        if sample is None and shape.planar == 2:
            return np.stack([self.region(page, index, rows, columns, shift) for index in range(3)], axis=-1)
        if shift or is_contiguous(page):
            return self._rows(page, sample, rows, columns, shift)
        return self._assemble(page, sample, rows, columns)

    def _rows(
        self, page: Directory, sample: int | None, rows: tuple[int, int], columns: tuple[int, int], shift: int
    ) -> np.ndarray:
        shape = page.shape
        dtype = np.dtype(shape.dtype).newbyteorder(page.order)
        inner = shape.samples if shape.planar == 1 else 1
        start = int(page.segments[0][0]) + shift
        if shape.planar == 2:
            start += (sample or 0) * shape.height * shape.width * dtype.itemsize
        row_bytes = shape.width * inner * dtype.itemsize
        data = self._source.read(start + rows[0] * row_bytes, (rows[1] - rows[0]) * row_bytes)
        block = np.frombuffer(data, dtype).reshape(rows[1] - rows[0], shape.width, inner)[:, columns[0] : columns[1]]
        return _native(_chosen(block, sample, shape.planar))

    def _assemble(
        self, page: Directory, sample: int | None, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        shape = page.shape
        height, width = rows[1] - rows[0], columns[1] - columns[0]
        result = np.zeros((height, width) if sample is not None else (height, width, 3), shape.dtype)
        for index, top, left in _touched(page, sample, rows, columns):
            block = self._segment(page, index)
            if block is None:
                continue
            block = _chosen(block, sample, shape.planar)
            y0, y1 = max(top, rows[0]), min(top + block.shape[0], rows[1], shape.height)
            x0, x1 = max(left, columns[0]), min(left + block.shape[1], columns[1], shape.width)
            if y0 < y1 and x0 < x1:
                part = block[y0 - top : y1 - top, x0 - left : x1 - left]
                result[y0 - rows[0] : y1 - rows[0], x0 - columns[0] : x1 - columns[0]] = part
        return result

    def _segment(self, page: Directory, index: int) -> np.ndarray | None:
        offsets, counts = page.segments
        offset, count = int(offsets[index]), int(counts[index])
        if offset == 0 or count == 0:
            return None
        if count > SEGMENT_LIMIT:
            raise Unreadable(f"{self._source.path.name} keeps too much in one compressed piece. Save it with tiles.")
        data = self._source.read(offset, count)
        _check_segment(page, data, self._source)
        tables = page.raw(JPEG_TABLES) if page.value(COMPRESSION, 1) in _JPEG else None
        block = self._decoder(page)(data, index, jpegtables=tables)[0]
        return block[0]

    def _decoder(self, page: Directory) -> _Decode:
        key = (page.shape, *(page.values(code) for code in _DECODER_TAGS))
        with self._lock:
            if key not in self._decoders:
                self._decoders[key] = self._made_decoder(page)
            return self._decoders[key]

    def _made_decoder(self, page: Directory) -> _Decode:
        # tifffile knows every combination of predictor, packing and colour space; with its flags off it reads one page.
        with tifffile.TiffFile(self._source.path, **_no_flags()) as tif:
            tif.filehandle.seek(page.offset)
            return tifffile.TiffPage(tif, 0).decode


_DECODER_TAGS = (COMPRESSION, PREDICTOR, ROWS_PER_STRIP, TILE_WIDTH, TILE_LENGTH, 262, 266, 338, 530)


def grid(page: Directory) -> tuple[int, int]:
    """Rows and columns of one strip or tile of the page."""
    if TILE_WIDTH in page:
        size = page.value(TILE_LENGTH), page.value(TILE_WIDTH)
        if not (0 < size[0] <= 1 << 16 and 0 < size[1] <= 1 << 16):
            raise Unreadable(f"The image is damaged: tiles of {size[1]} × {size[0]} pixels. Copy it again.")
        return size
    rows = page.value(ROWS_PER_STRIP) or page.shape.height
    return max(1, min(rows, page.shape.height)), page.shape.width


def is_contiguous(page: Directory) -> bool:
    """Whether the page's samples lie in the file as they are, one row after the other."""
    if page.value(COMPRESSION, 1) != 1 or TILE_WIDTH in page or page.shape.is_packed or page.value(PREDICTOR, 1) != 1:
        return False
    if page.value(266, 1) != 1:
        return False
    offsets, counts = page.segments
    rows, _ = grid(page)
    planes = page.shape.samples if page.shape.planar == 2 else 1
    if len(offsets) == 1:
        return planes == 1 and int(counts[0]) >= page.shape.plane_bytes
    row_bytes = page.shape.plane_bytes // page.shape.height // planes
    needed = len(offsets) == -(-page.shape.height // rows) * planes
    return needed and bool((np.diff(offsets) == counts[:-1]).all() and _full(counts, rows, row_bytes, page))


def _expansion(page: Directory) -> int:
    # Samples of a few bits each grow when every one gets bytes of its own.
    return _EXPANSION.get(page.value(COMPRESSION, 1), STRONG_EXPANSION_LIMIT) * (8 if page.shape.is_packed else 1)


def _full(counts: np.ndarray, rows: int, row_bytes: int, page: Directory) -> bool:
    strips = -(-page.shape.height // rows)
    heights = np.minimum(rows, page.shape.height - rows * (np.arange(len(counts)) % strips))
    return bool((counts == heights * row_bytes).all())


def _touched(
    page: Directory, sample: int | None, rows: tuple[int, int], columns: tuple[int, int]
) -> Iterator[tuple[int, int, int]]:
    height, width = grid(page)
    across, down = -(-page.shape.width // width), -(-page.shape.height // height)
    first = (sample or 0) * across * down if page.shape.planar == 2 else 0
    for row in range(rows[0] // height, (rows[1] - 1) // height + 1):
        for column in range(columns[0] // width, (columns[1] - 1) // width + 1):
            yield first + row * across + column, row * height, column * width


def _chosen(block: np.ndarray, sample: int | None, planar: int) -> np.ndarray:
    if sample is None:
        return block[..., :3]
    return block[..., 0] if planar == 2 or block.shape[-1] == 1 else block[..., sample]


def _native(block: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(block.astype(block.dtype.newbyteorder("="), copy=False))


def _check_segment(page: Directory, data: bytes, source: ByteSource) -> None:
    """Refuse a segment that would decode to more than its page says, or to more than is sensible."""
    rows, columns = grid(page)
    inner = page.shape.samples if page.shape.planar == 1 else 1
    size = rows * columns * inner * max(1, page.shape.bits // 8)
    if size > SEGMENT_LIMIT:
        raise Unreadable(f"{source.path.name} keeps too much in one compressed piece. Save it with tiles.")
    if page.value(COMPRESSION, 1) != 1:
        check_plausible(source.path, size, len(data), _expansion(page))
    inside = _inner_size(page.value(COMPRESSION, 1), data)
    if page.value(COMPRESSION, 1) == _LERC and any(page.values(_LERC_PARAMETERS)[1:2]):
        raise Unreadable(f"{source.path.name} packs its LERC pieces a second time. Save it with deflate.")
    if inside is not None and inside > 2 * size + 4096:
        raise Unreadable(f"{source.path.name} is damaged: a compressed piece is larger than its place. Copy it again.")


def _inner_size(compression: int, data: bytes) -> int | None:
    """The bytes an embedded JPEG, JPEG 2000, WebP or LERC picture would decode to, as it says itself."""
    if compression in _JPEG:
        precision, height, width, samples = tifffile.tifffile.jpeg_shape(data)
        return height * width * samples * (2 if precision > 8 else 1)
    if compression in _JPEG2000:
        at = data.find(b"\xff\x51", 0, 4096)
        if at < 0:
            return 1 << 62
        width, height = int.from_bytes(data[at + 6 : at + 10], "big"), int.from_bytes(data[at + 10 : at + 14], "big")
        return width * height * int.from_bytes(data[at + 38 : at + 40], "big")
    if compression == 50001:
        return _webp_size(data)
    return _lerc_size(data) if compression == _LERC else None


def _webp_size(data: bytes) -> int:
    """The bytes a WebP picture would decode to, from the head of any of its three forms."""
    kind, place = data[12:16], int.from_bytes(data[21:25], "little")
    if kind == b"VP8X":
        return (1 + int.from_bytes(data[24:27], "little")) * (1 + int.from_bytes(data[27:30], "little")) * 3
    if kind == b"VP8L":
        return (1 + (place & 0x3FFF)) * (1 + (place >> 14 & 0x3FFF)) * 3
    if kind == b"VP8 ":
        return (int.from_bytes(data[26:28], "little") & 0x3FFF) * (int.from_bytes(data[28:30], "little") & 0x3FFF) * 3
    return 1 << 62


def _lerc_size(data: bytes) -> int:
    """The bytes LERC blobs would decode to, from the head of the first."""
    version = int.from_bytes(data[6:10], "little")
    start = 10 if version < 3 else 14
    numbers: list[int] = np.frombuffer(data[start : start + 28].ljust(28, b"\xff"), "<u4").tolist()
    rows, columns = numbers[0], numbers[1]
    samples = numbers[2] if version >= 4 else 1
    item = _LERC_ITEMS.get(numbers[6 if version >= 4 else 5], 8)
    return rows * columns * samples * item * data.count(_LERC_MARK) if data.startswith(_LERC_MARK) else 1 << 62


@lru_cache(maxsize=1)
def _no_flags() -> dict[str, Any]:
    return {f"is_{name}": False for name in tifffile.TIFF.FILE_FLAGS}
