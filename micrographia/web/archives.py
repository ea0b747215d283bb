"""Zip files that are written while they are sent: no more of one is ever in memory than is about to go out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, cast

CHUNK = 1 << 18
NAME_LIMIT = 120
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)

_UNSAFE = re.compile(r"[^\w.() -]+")
# Names that Windows keeps for devices, whatever their ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a zip: its name in it, and what it holds: a file on the disk, or a text of some time."""

    name: str
    holds: Path | str
    when: datetime = EARLIEST


def safe_name(text: str) -> str:
    """One name that every file system takes; empty when nothing is left of it."""
    name = _UNSAFE.sub("_", text)
    if len(name) > NAME_LIMIT:
        ending = Path(name).suffix[:20]
        name = name[: NAME_LIMIT - len(ending)] + ending
    # A dot before it hides a file, one behind it is lost on Windows.
    name = name.rstrip(". ").lstrip(" ")
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def distinct(name: str, taken: set[str]) -> str:
    """The name, with a number when one that a file system may take for the same is taken; it is taken from then on."""
    path, number, found = PurePosixPath(name), 1, name
    while found.casefold() in taken:
        number += 1
        found = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    taken.add(found.casefold())
    return found


def archived(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A zip of some files, part after part; each is asked for when it is its turn. Nothing is compressed."""
    out = _Outlet()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for entry in entries:
            if isinstance(entry.holds, str):
                archive.writestr(zipfile.ZipInfo(entry.name, entry.when.timetuple()[:6]), entry.holds)
            else:
                yield from _copied(entry.holds, entry.name, archive, out)
            yield out.taken()
    yield out.taken()


def _copied(path: Path, name: str, archive: zipfile.ZipFile, out: _Outlet) -> Iterator[bytes]:
    with path.open("rb") as source:
        modified = max(datetime.fromtimestamp(path.stat().st_mtime, UTC), EARLIEST)
        with archive.open(zipfile.ZipInfo(name, modified.timetuple()[:6]), "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
                yield out.taken()


class _Outlet:
    """A stream without a way back, so that a zip is written from its beginning to its end."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        data, self._held = bytes(self._held), bytearray()
        return data
