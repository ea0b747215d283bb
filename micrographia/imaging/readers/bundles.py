"""A folder or a zip file read as named pieces, never outside of itself and never more than a bounded piece at once."""

from __future__ import annotations

import os
import threading
import zipfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from pathlib import Path, PurePosixPath

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype

from micrographia.errors import Unreadable
from micrographia.imaging.readers.reader import SEGMENT_LIMIT, check_zip

_COUNTED_FILES = 20_000
_NOTHING: tuple[str, ...] = ()
_ROOT_FILES = (".zattrs", ".zgroup", "zarr.json")


class Bundle(ABC):
    """Named pieces of bytes."""

    path: Path

    @abstractmethod
    def size(self, key: str) -> int | None:
        """The bytes of a piece; ``None`` when it is not there."""

    @abstractmethod
    def _read(self, key: str, start: int, length: int) -> bytes:
        """Part of a piece that is there."""

    @abstractmethod
    def held(self, prefix: str) -> int | None:
        """The bytes stored under a prefix; ``None`` when there are too many files to count."""

    def close(self) -> None:
        """Let go of the file."""
        return

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """A piece or a part of it; ``None`` when it is not there; a negative start counts from the end."""
        size = self.size(key)
        if size is None:
            return None
        start = max(0, size + start) if start < 0 else min(start, size)
        length = size - start if length is None else min(length, size - start)
        if length > SEGMENT_LIMIT:
            raise Unreadable(f"{self.path.name} keeps too much in one piece ({key}). Save it with smaller chunks.")
        return self._read(key, start, length)


class FolderBundle(Bundle):
    """The files of a folder; links out of ``root`` are not followed."""

    def __init__(self, path: Path, root: Path | None = None) -> None:
        self.path = path
        self._root = (root or path).resolve()

    def size(self, key: str) -> int | None:
        """The bytes of a file; ``None`` when it is not there."""
        path = self._place(key)
        return path.stat().st_size if path.is_file() else None

    def held(self, prefix: str) -> int | None:
        """The bytes of the files under a prefix; ``None`` when there are too many to count."""
        total = count = 0
        for folder, _, names in os.walk(self._place(prefix)):
            count += len(names)
            if count > _COUNTED_FILES:
                return None
            total += sum(os.lstat(Path(folder, name)).st_size for name in names)
        return total

    def _read(self, key: str, start: int, length: int) -> bytes:
        with self._place(key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def _place(self, key: str) -> Path:
        place = (self.path / key).resolve()
        if not place.is_relative_to(self._root):
            raise Unreadable(f"{self.path.name} points out of its folder ({key[:80]}), which is not read.")
        return place


class ZipBundle(Bundle):
    """The members of a zip file under the folder in it that is the root of the Zarr."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        check_zip(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise Unreadable(f"{path.name} is not a whole zip file. Copy it again.") from error
        self._members = {info.filename: info for info in self._zip.infolist()}
        self._prefix = self._root()

    def size(self, key: str) -> int | None:
        """The bytes of a member when unpacked; ``None`` when it is not there."""
        info = self._members.get(self._prefix + key)
        return info.file_size if info else None

    def held(self, prefix: str) -> int | None:
        """The packed bytes of the members under a prefix."""
        start = self._prefix + prefix
        return sum(info.compress_size for name, info in self._members.items() if name.startswith(start))

    def close(self) -> None:
        """Close the zip file."""
        self._zip.close()

    def _read(self, key: str, start: int, length: int) -> bytes:
        try:
            with self._lock, self._zip.open(self._members[self._prefix + key]) as member:
                member.seek(start)
                return member.read(length)
        except zipfile.BadZipFile as error:
            raise Unreadable(f"{self.path.name} is damaged in {key[:80]}. Copy it again.") from error

    def _root(self) -> str:
        roots = [name for name in self._members if PurePosixPath(name).name in _ROOT_FILES]
        shortest = min(roots, key=lambda name: (name.count("/"), name), default="")
        return shortest.rpartition("/")[0] + "/" if "/" in shortest else ""


class BundleStore(Store):
    """A bundle as a read-only Zarr store."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(read_only=True)
        self._bundle = bundle
        self._is_open = True
        # Per array: the bytes of one decoded chunk, and whether Blosc packs it.
        self._chunks: dict[str, tuple[int, bool]] = {}

    def expect(self, prefix: str, chunk_bytes: int, is_blosc: bool) -> None:
        """Refuse chunks under a prefix that say they unpack to more than ``chunk_bytes``."""
        self._chunks[prefix] = (chunk_bytes, is_blosc)

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """A piece of the bundle as a buffer."""
        data = self._bundle.read(key, *_span(byte_range))
        for prefix, (limit, is_blosc) in self._chunks.items():
            is_chunk = key.startswith(prefix) and not key.endswith((".zarray", "zarr.json", ".zattrs"))
            if data and is_chunk and unpacked_size(data, is_blosc) > 2 * limit + 4096:
                raise Unreadable(f"{self._bundle.path.name} is damaged: a chunk is larger than its place.")
        return None if data is None else (prototype or default_buffer_prototype()).buffer.from_bytes(data)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Several parts of pieces."""
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    async def exists(self, key: str) -> bool:
        """Whether there is such a piece."""
        return self._bundle.size(key) is not None

    supports_writes = supports_deletes = supports_listing = False

    async def set(self, key: str, value: Buffer) -> None:
        """Refused: image files are never written to."""
        raise PermissionError("Image files are only read.")

    async def delete(self, key: str) -> None:
        """Refused: image files are never written to."""
        raise PermissionError("Image files are only read.")

    async def list(self) -> AsyncIterator[str]:
        """Nothing: what is read is named by the metadata."""
        for name in _NOTHING:
            yield name

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """Nothing: what is read is named by the metadata."""
        for name in _NOTHING:
            yield name

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Nothing: what is read is named by the metadata."""
        for name in _NOTHING:
            yield name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BundleStore) and other._bundle is self._bundle

    __hash__ = None  # type: ignore[assignment]


def unpacked_size(data: bytes, is_blosc: bool) -> int:
    """The bytes that a Blosc or Zstandard chunk says it unpacks to; 0 for what does not say."""
    if is_blosc:
        return int.from_bytes(data[4:8], "little")
    if data[:4] != b"\x28\xb5\x2f\xfd":
        return 0
    flags = data[4]
    start = 5 + (not flags & 0x20) + (0, 1, 2, 4)[flags & 3]
    length = (1 if flags & 0x20 else 0, 2, 4, 8)[flags >> 6]
    return int.from_bytes(data[start : start + length], "little")


def _span(byte_range: ByteRequest | None) -> tuple[int, int | None]:
    if isinstance(byte_range, RangeByteRequest):
        return byte_range.start, byte_range.end - byte_range.start
    if isinstance(byte_range, OffsetByteRequest):
        return byte_range.offset, None
    if isinstance(byte_range, SuffixByteRequest):
        return -byte_range.suffix, None
    return 0, None
