"""What every reader of image files has in common: the open image, its bytes, and how a fault is told."""

from __future__ import annotations

import logging
import lzma
import os
import struct
import threading
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts
from micrographia.errors import Invalid, LibraryError, NotFound, Unreadable

# One call never gives more than this; bigger planes are read by region.
REGION_LIMIT = 1 << 30
# One compressed strip, tile, chunk or frame never decodes to more than this.
SEGMENT_LIMIT = 128 << 20
# Deflate and LZW cannot pack better than this; a file that declares more is lying.
EXPANSION_LIMIT = 3000
# The same of the compressions made for pixels, of which flat ones nearly vanish.
STRONG_EXPANSION_LIMIT = 200_000

# An image has at most so many planes, and so many channels.
PLANES_LIMIT = 1_000_000
CHANNELS_LIMIT = 4096

COLOUR_CHANNELS = (Channel("Red", "#FF0000"), Channel("Green", "#00FF00"), Channel("Blue", "#0000FF"))

FINDINGS_LIMIT = 20
ZIP_LIST_LIMIT = 32 << 20
ZIP_MEMBERS_LIMIT = 65_535

_ZIP_TAIL = 1 << 17

# What decoders raise when bytes are not what they should be; anything else is a fault of the program.
FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    SystemError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)

# Readers report through findings; the libraries' own complaints about bad files would only repeat them.
for _name in ("tifffile", "PIL", "libav", "zarr"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


class ImageFile(ABC):
    """One image file, open for reading: its facts, what was noticed about it, and its planes.

    ``files`` are all files the image consists of. Reading is thread safe and lazy: only what is asked for is decoded.
    """

    path: Path
    facts: Facts
    findings: tuple[Finding, ...] = ()
    files: tuple[Path, ...] = ()
    _is_closed = False

    def read(
        self,
        t: int = 0,
        z: int = 0,
        c: int | None = 0,
        level: int = 0,
        y: slice = slice(None),
        x: slice = slice(None),
    ) -> np.ndarray:
        """The samples of one plane or of a region of it, in the file's own type.

        Parameters
        ----------
        t, z, c
            Position on the axes; ``c=None`` gives all three samples of a colour image.
        level
            Resolution level, 0 for the full size.
        y, x
            The region in pixels of that level; the whole plane when not given.

        Returns
        -------
        numpy.ndarray
            Shape (y, x), or (y, x, 3) for ``c=None``.

        Raises
        ------
        NotFound
            There is no such plane or level.
        Unreadable
            The file does not hold what it promises.
        """
        if self._is_closed:
            raise Invalid(f"{self.path.name} is closed. Open it again to read from it.")
        self._check_position(t, z, c, level)
        height, width = self.facts.levels[level]
        y0, y1, y_step = y.indices(height)
        x0, x1, x_step = x.indices(width)
        if y_step < 1 or x_step < 1:
            raise Invalid("A region runs from top to bottom and from left to right. Use steps of 1 or more.")
        y1, x1 = max(y0, y1), max(x0, x1)
        samples = 3 if c is None else 1
        if (y1 - y0) * (x1 - x0) * samples * np.dtype(self.facts.dtype).itemsize > REGION_LIMIT:
            raise Unreadable(
                f"A plane of {self.path.name} at full size is too large to read at once. Ask for a region or a level."
            )
        with faults(self.path):
            plane = self._region(t, z, c, level, (y0, y1), (x0, x1))
        return plane if y_step == x_step == 1 else plane[::y_step, ::x_step]

    @abstractmethod
    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        """The region of one plane; positions and ranges have been checked."""

    def close(self) -> None:
        """Let go of the file; reading is over."""
        if not self._is_closed:
            self._is_closed = True
            self._release()

    @abstractmethod
    def _release(self) -> None:
        """Close what is open; called once."""

    def _check_position(self, t: int, z: int, c: int | None, level: int) -> None:
        if c is None and not self.facts.colour:
            raise Invalid(f"{self.path.name} has channels and no colour. Ask for one channel at a time.")
        sizes = self.facts.sizes
        lengths = {"t": sizes.t, "z": sizes.z, "c": sizes.c, "level": len(self.facts.levels)}
        for name, index in {"t": t, "z": z, "c": c or 0, "level": level}.items():
            if not 0 <= index < lengths[name]:
                raise NotFound(f"{self.path.name} has no {name} = {index}. It counts from 0 to {lengths[name] - 1}.")

    def __enter__(self) -> ImageFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Request:
    """What a reader is asked to open: the path, axes the caller knows better, and the folder not to leave."""

    path: Path
    axes: str | None = None
    within: Path | None = None

    def allowed(self, path: Path) -> bool:
        """Whether ``path``, links followed, stays inside the folder that may be read."""
        root = (self.within or (self.path if self.path.is_dir() else self.path.parent)).resolve()
        return path.resolve().is_relative_to(root)


@dataclass(frozen=True, slots=True)
class Reader:
    """An entry of the registry: what a reader supports, its priority, and where it is.

    ``supports`` is given the path and the first bytes of the file (none for a folder). ``module`` is loaded when it
    is first needed; its ``open_request`` opens the file. ``missing`` is the sentence for when ``package`` is not there.
    """

    name: str
    priority: int
    supports: Callable[[Path, bytes], bool]
    module: str
    package: str = ""
    missing: str = ""


class ByteSource:
    """A file read by offset, by several threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb", buffering=0)
        self._lock = threading.Lock()
        self.size = os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Unreadable(f"{self.path.name} is cut off or damaged: it points past its own end. Copy it again.")
        data = self._pread(offset, length)
        if len(data) != length:
            raise Unreadable(f"{self.path.name} became shorter while it was read. Try again.")
        return data

    def _pread(self, offset: int, length: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), length, offset) if length < 1 << 30 else self._locked(offset, length)
        return self._locked(offset, length)

    def _locked(self, offset: int, length: int) -> bytes:
        with self._lock:
            self._file.seek(offset)
            parts: list[bytes] = []
            while length > 0 and (part := self._file.read(min(length, 1 << 28))):
                parts.append(part)
                length -= len(part)
            return b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Tell whatever a decoder raises on bad bytes as ``Unreadable``, with the file's name."""
    try:
        yield
    except LibraryError:
        raise
    except FAULTS as error:
        raise Unreadable(
            f"{path.name} cannot be read: {_said(error, path)}. It may be damaged; copy it again."
        ) from error


def bounded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without repetitions, and no more than anybody would read; among too many, errors go first."""
    distinct = list(dict.fromkeys(findings))
    if len(distinct) <= FINDINGS_LIMIT:
        return tuple(distinct)
    kept = sorted(distinct, key=lambda finding: finding.severity != "error")[:FINDINGS_LIMIT]
    return (
        *kept,
        Finding("note", "findings", f"There are {len(distinct) - FINDINGS_LIMIT:,} more findings like these."),
    )


def check_zip(path: Path) -> None:
    """Refuse a zip file whose list of members is longer than what is read into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _ZIP_TAIL))
        tail = file.read()
    end, end64 = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    listed = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if listed == 0xFFFFFFFF:
        listed = int.from_bytes(tail[end64 + 40 : end64 + 48], "little") if end64 >= 0 else size
    if listed > ZIP_LIST_LIMIT:
        raise Unreadable(
            f"{path.name} lists {listed:,} bytes of members, more than the {ZIP_LIST_LIMIT:,} that are read."
        )
    # The list lies before its end mark. What it says of its length may be wrong, its entries are what is read.
    with path.open("rb") as file:
        file.seek(max(0, size - _ZIP_TAIL - listed))
        members = file.read().count(b"PK\1\2")
    if members > ZIP_MEMBERS_LIMIT:
        raise Unreadable(
            f"{path.name} has {members:,} members, more than the {ZIP_MEMBERS_LIMIT:,} that are read. Unpack it."
        )


def check_planes(path: Path, t: int, z: int, c: int) -> None:
    """Refuse an image of more planes or channels than can be listed, whatever the file promises."""
    if t * z * c > PLANES_LIMIT or c > CHANNELS_LIMIT:
        raise Unreadable(
            f"{path.name} declares {t:,} time points, {z:,} slices and {c:,} channels. "
            f"Up to {PLANES_LIMIT:,} planes and {CHANNELS_LIMIT:,} channels are read."
        )


def check_plausible(path: Path, declared: int, held: int, expansion: int = EXPANSION_LIMIT) -> None:
    """Refuse a file that declares far more bytes than what it holds could ever unpack to."""
    if declared > max(held, 16) * expansion:
        raise Unreadable(
            f"{path.name} declares {declared:,} bytes of pixels but holds only {held:,}. It is cut off or damaged."
        )


def _said(error: BaseException, path: Path) -> str:
    """The error in a few words, without the places on this machine that it may name."""
    text = (error.strerror or "") if isinstance(error, OSError) and error.strerror else str(error)
    text = " ".join(text.replace(str(path), path.name).split())[:200].rstrip(".")
    return f"{type(error).__name__} ({text})" if text else type(error).__name__
