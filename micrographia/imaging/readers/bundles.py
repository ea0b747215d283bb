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
_PACKED_LIMIT = 1 << 22
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

    def read(self, key: str, start: int = 0, length: int | None = None, most: int = SEGMENT_LIMIT) -> bytes | None:
        """A piece or a part of it, of ``most`` bytes; ``None`` when it is not there; a negative start counts back."""
        size = self.size(key)
        if size is None:
            return None
        start = max(0, size + start) if start < 0 else min(start, size)
        length = size - start if length is None else min(length, size - start)
        if length > min(most, SEGMENT_LIMIT):
            raise Unreadable(f"{self.path.name} keeps too much in one piece ({key[:80]}). Save it with smaller chunks.")
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
        info = self._members[self._prefix + key]
        if start and info.compress_type != zipfile.ZIP_STORED and info.file_size > _PACKED_LIMIT:
            # It would be unpacked from its beginning for each of its parts.
            raise Unreadable(f"{self.path.name} packs its shards a second time. Save the zip file without compression.")
        try:
            with self._lock, self._zip.open(info) as member:
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
        # Per array: the most bytes that are read of it at once.
        self._most: dict[str, int] = {}

    def expect(self, array: str, most: int) -> None:
        """Refuse chunks of an array that are longer than ``most`` bytes."""
        self._most[f"{array}/" if array else ""] = most

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """A piece of the bundle as a buffer."""
        most = next((most for prefix, most in self._most.items() if key.startswith(prefix)), SEGMENT_LIMIT)
        data = self._bundle.read(key, *_span(byte_range), most)
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


def _span(byte_range: ByteRequest | None) -> tuple[int, int | None]:
    if isinstance(byte_range, RangeByteRequest):
        return byte_range.start, byte_range.end - byte_range.start
    if isinstance(byte_range, OffsetByteRequest):
        return byte_range.offset, None
    if isinstance(byte_range, SuffixByteRequest):
        return -byte_range.suffix, None
    return 0, None
