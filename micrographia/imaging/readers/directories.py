"""The directories (IFDs) of a TIFF file: found, bounded and checked before anything is decoded."""

from __future__ import annotations

import struct
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.errors import Unreadable
from micrographia.imaging.readers.reader import ByteSource

Order = Literal["<", ">"]
_ORDERS: dict[bytes, Order] = {b"II": "<", b"MM": ">"}

PAGE_LIMIT = 100_000
METADATA_LIMIT = 64 << 20
SEGMENTS_LIMIT = 4_000_000
# So many numbers a tag that describes the pixels can have: the largest are tables of colours.
NUMBERS_LIMIT = 3 << 16

_TAG_LIMIT = 4096
_SUBIFD_LIMIT = 32
_KEPT_PAGES = 256
_FEW = 16
# Most directories are shorter, and read in one piece.
_DIRECTORY_BYTES = 512

_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d"}
_TYPES |= {13: "I", 16: "Q", 17: "q", 18: "Q"}
_TYPE_SIZES = {code: struct.calcsize("=" + letters) for code, letters in _TYPES.items()}

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, DESCRIPTION = 256, 257, 258, 259, 262, 270
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS, X_RESOLUTION, Y_RESOLUTION = 273, 277, 278, 279, 282, 283
PLANAR, RESOLUTION_UNIT, PREDICTOR, COLOR_MAP, TILE_WIDTH, TILE_LENGTH = 284, 296, 317, 320, 322, 323
TILE_OFFSETS, TILE_COUNTS, SUB_IFDS, SAMPLE_FORMAT, JPEG_TABLES, SUBFILE = 324, 325, 330, 339, 347, 254
IJ_COUNTS, IJ_METADATA = 50838, 50839

_BYTE_TYPES = frozenset([2, 7])
_DATA_TAGS = frozenset([STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS])

_SHAPE_TAGS = (WIDTH, LENGTH, BITS, SAMPLES, SAMPLE_FORMAT, PLANAR)
_PIXEL_TAGS = frozenset(range(SUBFILE, 400)) - _DATA_TAGS


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page must share with another to be a plane of the same image."""

    height: int
    width: int
    samples: int
    bits: int
    sample_format: int
    planar: int

    @property
    def dtype(self) -> np.dtype | None:
        """The NumPy type of the samples; ``None`` for one that is not read."""
        kind = {1: "u", 2: "i", 3: "f", 4: "u"}.get(self.sample_format)
        if kind is None or self.bits not in _SAMPLE_BITS[kind]:
            return None
        return np.dtype(f"{kind}{max(1, (1 << (self.bits - 1).bit_length()) // 8)}")

    @property
    def is_packed(self) -> bool:
        """Whether several samples share a byte."""
        return self.bits not in {8, 16, 32, 64}

    @property
    def plane_bytes(self) -> int:
        """The bytes of one page when unpacked."""
        return self.height * self.width * self.samples * max(1, self.bits // 8)


_SAMPLE_BITS = {"u": {1, 2, 4, 8, 10, 12, 14, 16, 32, 64}, "i": {8, 16, 32, 64}, "f": {16, 32, 64}}


class Directory:
    """One directory: its tags, read when asked for, never beyond the file and never beyond the limits."""

    def __init__(self, source: ByteSource, order: Order, offset: int, entries: bytes, is_big: bool) -> None:
        self._source, self.order, self.offset = source, order, offset
        size, layout = (20, "HHQ8s") if is_big else (12, "HHI4s")
        self._inline = 8 if is_big else 4
        self._entries: dict[int, tuple[int, int, bytes]] = {}
        for code, kind, count, value in struct.iter_unpack(order + layout, entries[: len(entries) // size * size]):
            self._entries.setdefault(code, (kind, count, value))
        self._long = [(code, kind, count) for code, (kind, count, _) in self._entries.items() if count > _FEW]

    def raw(self, code: int, most: int | None = None) -> bytes | None:
        """The bytes of a tag's value, or of its first ``most`` entries; ``None`` when the tag is missing."""
        entry = self._entries.get(code)
        if entry is None:
            return None
        kind, count, value = entry
        one = _TYPE_SIZES.get(kind, 0)
        size = one * (count if most is None else min(count, most))
        if one * count <= self._inline:
            return value[:size]
        if size > METADATA_LIMIT:
            raise Unreadable(
                f"{self._source.path.name} has {size:,} bytes in tag {code}, more than the {METADATA_LIMIT:,} "
                "that are read. Save the image without its metadata."
            )
        return self._source.read(struct.unpack(self.order + ("Q" if self._inline == 8 else "I"), value)[0], size)

    def values(self, code: int, most: int = NUMBERS_LIMIT) -> tuple:
        """The first numbers of a tag, empty when there is no such tag; of a rational its two parts."""
        raw = self.raw(code, most)
        if raw is None:
            return ()
        kind = self._entries[code][0]
        letters = _TYPES.get(kind, "B").replace("s", "B")
        return struct.unpack(f"{self.order}{len(raw) // struct.calcsize('=' + letters[0])}{letters[0]}", raw)

    def array(self, code: int) -> np.ndarray:
        """The numbers of a long tag as 64-bit integers."""
        if self.count(code) > SEGMENTS_LIMIT:
            raise Unreadable(f"{self._source.path.name} is damaged: tag {code} has too many numbers. Copy it again.")
        raw = self.raw(code)
        kind = self._entries[code][0] if raw else 4
        if kind not in {1, 3, 4, 13, 16, 18}:
            raise Unreadable(f"{self._source.path.name} is damaged: tag {code} holds no whole numbers. Copy it again.")
        return np.frombuffer(raw or b"", np.dtype(self.order + _TYPES[kind])).astype(np.int64)

    def value(self, code: int, default: int = 0) -> int:
        """The first number of a tag as an integer."""
        values = self.values(code, 1)
        return int(values[0]) if values else default

    def text(self, code: int) -> bytes:
        """A text tag's bytes, without the zero at its end; empty when there is none."""
        return (self.raw(code) or b"").rstrip(b"\0")

    def rational(self, code: int) -> float | None:
        """A rational tag as a number; ``None`` when it is missing or divided by zero."""
        values = self.values(code, 1)
        if len(values) == 1:
            return float(values[0])
        return values[0] / values[1] if len(values) >= 2 and values[1] else None

    def count(self, code: int) -> int:
        """How many numbers a tag says it has."""
        return self._entries[code][1] if code in self._entries else 0

    def __contains__(self, code: int) -> bool:
        return code in self._entries

    @property
    def metadata_bytes(self) -> int:
        """How many bytes the long tags hold that are not the places of pixels."""
        return sum(_TYPE_SIZES.get(kind, 0) * count for code, kind, count in self._long if code not in _DATA_TAGS)

    def has_shape_of(self, other: Directory) -> bool:
        """Whether both pages have one shape; quick where their tags are the same."""
        is_same = all(self._entries.get(code) == other._entries.get(code) for code in _SHAPE_TAGS)
        return is_same or self.shape == other.shape

    @cached_property
    def shape(self) -> Shape:
        """Size, samples and sample type of the page."""
        bits = self.values(BITS) or (1,)
        formats = self.values(SAMPLE_FORMAT) or (1,)
        samples = self.value(SAMPLES, 1)
        if len(set(bits[:samples])) > 1 or len(set(formats[:samples])) > 1:
            raise Unreadable(f"{self._source.path.name} mixes sample types within a pixel. Save it with one type.")
        planar = self.value(PLANAR, 1) if samples > 1 else 1
        return Shape(self.value(LENGTH), self.value(WIDTH), samples, int(bits[0]), int(formats[0]), planar)

    @property
    def most_numbers(self) -> int:
        """The length of the longest list of numbers in a tag that describes the pixels."""
        counts = (count for code, kind, count in self._long if code in _PIXEL_TAGS and kind not in _BYTE_TYPES)
        return max(counts, default=0)

    @property
    def segments_count(self) -> int:
        """How many strips or tiles the page says it has."""
        return max(self.count(STRIP_OFFSETS), self.count(TILE_OFFSETS))

    @property
    def is_reduced(self) -> bool:
        """Whether the page is a smaller copy of another (a thumbnail or a pyramid level)."""
        return bool(self.value(SUBFILE) & 1)

    @cached_property
    def segments(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets and byte counts of the strips or tiles, as the file gives them."""
        tiled = TILE_OFFSETS in self
        offsets = self.array(TILE_OFFSETS if tiled else STRIP_OFFSETS)
        counts = self.array(TILE_COUNTS if tiled else STRIP_COUNTS)
        if len(counts) == 0 and len(offsets) == 1:
            counts = np.array([self.shape.plane_bytes])
        if len(offsets) != len(counts):
            raise Unreadable(f"{self._source.path.name} is damaged: its strips have no matching sizes. Copy it again.")
        return offsets, counts


class Directories:
    """The pages of a TIFF file in order, and what was wrong with their chain."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._kept: OrderedDict[int, Directory] = OrderedDict()
        self._kept_segments = 0
        self.findings: list[Finding] = []
        self.order, self._is_big, first = self._header()
        self.offsets = self._walk(first)
        if not self.offsets:
            raise Unreadable(f"{source.path.name} holds no image: its first directory is not there. Copy it again.")

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return self._source.size

    def page(self, index: int) -> Directory:
        """The directory of the page with that number."""
        return self.at(self.offsets[index])

    def at(self, offset: int) -> Directory:
        """The directory at that place in the file."""
        if (found := self._kept.get(offset)) is not None:
            return found
        entries, _ = self._entries(offset)
        directory = Directory(self._source, self.order, offset, entries, self._is_big)
        if directory.metadata_bytes > METADATA_LIMIT:
            raise Unreadable(
                f"{self._source.path.name} declares {directory.metadata_bytes:,} bytes of metadata, more than the "
                f"{METADATA_LIMIT:,} that are read. Save the image without them."
            )
        self._check(directory)
        self._keep(directory)
        return directory

    def _check(self, directory: Directory) -> None:
        """Refuse a directory whose tags hold more numbers than they can mean; libraries would read all of them."""
        if directory.most_numbers > NUMBERS_LIMIT:
            raise Unreadable(
                f"{self._source.path.name} is damaged: a tag holds {directory.most_numbers:,} numbers. Copy it again."
            )

    def _keep(self, directory: Directory) -> None:
        # Each may come to hold the places of all its strips or tiles.
        self._kept[directory.offset] = directory
        self._kept_segments += directory.segments_count
        while len(self._kept) > _KEPT_PAGES or (self._kept_segments > SEGMENTS_LIMIT and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            self._kept_segments -= oldest.segments_count

    def levels(self, directory: Directory) -> list[Directory]:
        """The smaller copies that a page keeps in its SubIFDs."""
        offsets = directory.values(SUB_IFDS)[:_SUBIFD_LIMIT]
        return [self.at(int(offset)) for offset in dict.fromkeys(offsets) if offset and offset != directory.offset]

    def _header(self) -> tuple[Order, bool, int]:
        head = self._source.read(0, min(16, self._source.size))
        order = _ORDERS.get(head[:2])
        if order is None or len(head) < 8:
            raise Unreadable(f"{self._source.path.name} is not a TIFF file: it does not begin like one.")
        version = struct.unpack(order + "H", head[2:4])[0]
        if version == 42:
            return order, False, struct.unpack(order + "I", head[4:8])[0]
        if version == 43 and len(head) == 16 and struct.unpack(order + "HH", head[4:8]) == (8, 0):
            return order, True, struct.unpack(order + "Q", head[8:16])[0]
        raise Unreadable(f"{self._source.path.name} is not a TIFF file: version {version} is unknown.")

    def _entries(self, offset: int) -> tuple[bytes, int]:
        count_size, entry_size, next_size = (8, 20, 8) if self._is_big else (2, 12, 4)
        letter, next_letter = ("Q", "Q") if self._is_big else ("H", "I")
        head = self._source.read(offset, max(count_size, min(_DIRECTORY_BYTES, self._source.size - offset)))
        count = struct.unpack(self.order + letter, head[:count_size])[0]
        if not 0 < count <= _TAG_LIMIT:
            raise Unreadable(f"{self._source.path.name} is damaged: a directory with {count} entries. Copy it again.")
        end = count_size + count * entry_size
        if end + next_size > len(head):
            head = self._source.read(offset, max(end, min(end + next_size, self._source.size - offset)))
        following = head[end : end + next_size]
        is_last = len(following) < next_size
        return head[count_size:end], 0 if is_last else struct.unpack(self.order + next_letter, following)[0]

    def _walk(self, offset: int) -> list[int]:
        offsets: list[int] = []
        seen: set[int] = set()
        while offset:
            if offset in seen:
                self._fault("its directories run in a loop", len(offsets))
                break
            if len(offsets) == PAGE_LIMIT:
                self._fault(f"it has more than {PAGE_LIMIT:,} directories", len(offsets))
                break
            try:
                _, following = self._entries(offset)
            except Unreadable:
                self._fault("a directory lies past its end or is damaged", len(offsets))
                break
            seen.add(offset)
            offsets.append(offset)
            offset = following
        return offsets

    def _fault(self, what: str, pages: int) -> None:
        self.findings.append(
            Finding(
                "error",
                "file",
                f"The file is cut off or damaged: {what}. The first {pages:,} pages are read.",
                "Copy the file again from where it came.",
            )
        )
