"""Sources of documents: a file of JSON lines, a folder or a zip of JSON files, plain or gzipped, or an address of one.

Nothing is unpacked onto the disk, and no more than one document is held: a source may be cut off, damaged, or made to
fill a memory, and what can be read of it is read all the same.
"""

from __future__ import annotations

import codecs
import gzip
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from micrographia.collection.findings import Finding
from micrographia.errors import NotFound, Unreadable
from micrographia.importing.documents import Document, Noted
from micrographia.importing.downloads import download, is_address

# Told of a fault of the source itself, and of the place where it is.
Tell = Callable[[str, Noted], None]
Documents = Callable[[Tell], Iterator[Document]]

DOCUMENT_LIMIT = 256 * 2**20
# Of a source, unpacked: a thousand times the largest one known.
SOURCE_LIMIT = 64 * 2**30
_CHUNK = 2**20

_ENDS = re.compile(rb"\s*\n")

_ONE = (".json",)
_MANY = (".jsonl", ".ndjson")
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError)


@contextmanager
def opened(source: str) -> Iterator[Documents]:
    """The documents of a source, as often as they are asked for; an address is downloaded first.

    Raises
    ------
    NotFound
        There is no such file or folder.
    Unreadable
        The address cannot be downloaded.
    """
    if not is_address(source):
        path = Path(source)
        if not path.exists():
            raise NotFound(f"There is no file or folder {source!r}. Give a file of JSON lines, a folder or a zip.")
        yield lambda tell: read(path, tell)
        return
    with TemporaryDirectory(prefix="micrographia-") as folder:
        path = download(source, Path(folder))
        yield lambda tell: read(path, tell)


def read(path: Path, tell: Tell) -> Iterator[Document]:
    """The documents of a file or folder; faults are told of, and what lies behind them is left out."""
    room = _Room()
    if not path.is_dir():
        yield from _of_file(path, path.name, tell, room)
        return
    for name, file in _files(path, tell):
        yield from _of_file(file, name, tell, room)


class _Room:
    """How many bytes of the source may still be unpacked."""

    def __init__(self) -> None:
        self.left = SOURCE_LIMIT

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise Unreadable(f"it unpacks to more than {SOURCE_LIMIT // 2**30} GB")


def _files(folder: Path, tell: Tell) -> Iterator[tuple[str, Path]]:
    def cannot(error: OSError) -> None:
        tell(str(error.filename), _fault("folder that cannot be read", f"It cannot be read: {error.strerror}."))

    home = folder.resolve()
    for place, folders, names in os.walk(folder, onerror=cannot):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or not _suffix(name):
                continue
            shown = path.relative_to(folder).as_posix()
            if fault := _fault_of(path, home):
                tell(shown, fault)
            else:
                yield shown, path


def _fault_of(path: Path, home: Path) -> Noted | None:
    """Why a file of a folder is not read; ``None`` when it is."""
    try:
        place = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return _fault("link to nothing", "It is a link that leads nowhere, or in a circle; it was not read.")
    if not place.is_relative_to(home):
        return _fault("link out of the folder", "It is a link that leads out of the folder; it was not read.")
    # A pipe would be waited for without end.
    return None if place.is_file() else _fault("not a file", "It is not a file; it was not read.")


def _of_file(path: Path, name: str, tell: Tell, room: _Room) -> Iterator[Document]:
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
            stream.seek(0)
            if start == b"PK\x03\x04":
                yield from _of_zip(stream, tell, room)
            else:
                yield from _of_stream(stream, name, tell, room, packed=start[:2] == b"\x1f\x8b")
    except _DAMAGE as error:
        tell(name, _damaged(error))


def _of_zip(stream: IO[bytes], tell: Tell, room: _Room) -> Iterator[Document]:
    with zipfile.ZipFile(stream) as archive:
        for entry in archive.infolist():
            last = PurePosixPath(entry.filename).name
            if entry.is_dir() or last.startswith(".") or not _suffix(last):
                continue
            try:
                with archive.open(entry) as inner:
                    yield from _of_stream(inner, entry.filename, tell, room, packed=last.endswith(".gz"))
            except _DAMAGE as error:
                tell(entry.filename, _damaged(error))


def _of_stream(stream: IO[bytes], name: str, tell: Tell, room: _Room, *, packed: bool) -> Iterator[Document]:
    """The documents of a file: one, or one a line."""
    is_one = _suffix(name) in _ONE
    chunks = _in_utf8(_unpacked(stream, room) if packed else _plain(stream, room))
    for number, content in _parts(chunks, b"" if is_one else b"\n", name, tell):
        yield Document(name if is_one else f"{name}, line {number}", content, is_file=is_one)


def _plain(stream: IO[bytes], room: _Room) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        room.take(len(chunk))
        yield chunk


def _unpacked(stream: IO[bytes], room: _Room) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=stream) as unpacked:
        # read1 gives what there is; of a file that was cut off, all that lies before the cut.
        while chunk := unpacked.read1(_CHUNK):
            room.take(len(chunk))
            yield chunk


def _in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8 when it begins with the mark of UTF-16, as some systems write what a program prints."""
    first = next(chunks, b"")
    if first[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        yield from chain((first,), chunks)
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for chunk in chain((first,), chunks):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _parts(chunks: Iterable[bytes], end: bytes, name: str, tell: Tell) -> Iterator[tuple[int, bytes]]:
    """The parts between ends, numbered, none of them blank or longer than a document may be."""
    held = bytearray()
    number, length = 1, 0

    def whole() -> bytes:
        content = bytes(held) if length <= DOCUMENT_LIMIT else b""
        if length > DOCUMENT_LIMIT:
            message = f"The document is larger than {DOCUMENT_LIMIT // 2**20} MB; it was passed over."
            tell(f"{name}, line {number}", _fault("very large document", message))
        held.clear()
        return content

    try:
        for chunk in chunks:
            begin = 0
            while end and (stop := chunk.find(end, begin)) >= 0:
                length += stop - begin
                held += chunk[begin:stop] if length <= DOCUMENT_LIMIT else b""
                if (content := whole()).strip():
                    yield number, content
                # Blank lines are passed over in one go: a source may have nothing else.
                blank = _ENDS.match(chunk, stop)
                begin = blank.end() if blank else stop + 1
                number, length = number + chunk.count(b"\n", stop, begin), 0
            length += len(chunk) - begin
            held += chunk[begin:] if length <= DOCUMENT_LIMIT else b""
    except _DAMAGE as error:
        # What came before the damage is good; the last part may be whole, too.
        tell(name, _damaged(error))
    if (content := whole()).strip():
        yield number, content


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name.casefold().removesuffix(".gz")).suffix
    return suffix if suffix in (*_ONE, *_MANY) else ""


def _damaged(error: Exception) -> Noted:
    said = str(error) or type(error).__name__
    return _fault("damaged source", f"The source is damaged or cut off: {said}. What could be read of it was read.")


def _fault(kind: str, message: str) -> Noted:
    return Noted(kind, Finding("error", "", message, "Get the source again, and import it again."))
