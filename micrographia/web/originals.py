"""Original files: whether they are given out, where they are, what they are called, and folders of planes as a zip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.errors import NotFound
from micrographia.imaging.readers.reader import Request
from micrographia.library import Library
from micrographia.web.archives import Entry, archived

_UNSAFE = re.compile(r"[^\w.() -]+")


def may_download(record: Record) -> bool:
    """Whether the original is given out: it is there, the record is public, and it may be passed on."""
    return record.file is not None and record.visibility == "public" and may_pass_on(record)


def may_pass_on(record: Record) -> bool:
    """Whether the image may be passed on: when no licence is stated, or one that allows it."""
    return record.licence is None or licence(record.licence).redistributable


def original(record: Record) -> Path:
    """The file or folder of a record, inside its source folder; raises ``NotFound``."""
    if record.file is None:
        raise NotFound(f"The image {record.id!r} has no file in this library.")
    source = Path(record.file.source)
    path = source / record.file.path
    # A link may have been put there since the image was indexed.
    if not path.exists() or not Request(path, within=source).allowed(path):
        raise NotFound(f"The file of {record.id!r} is not where it was. Index the library again.")
    return path


def file_name(record: Record) -> str:
    """The name under which a file is saved: its own, without anything that a file system could misread."""
    path = Path(record.file.path if record.file else record.id)
    name = _UNSAFE.sub("_", path.name).strip(". ") or "image"
    return name[:200]


def files_within(library: Library, record: Record, folder: Path) -> list[Path]:
    """The files that make up the image in a folder: what else lies there, and what another record keeps, is left out.

    Parameters
    ----------
    library
        The library of the record, which knows the files of the others.
    record
        The image.
    folder
        Its original, a folder of planes or an OME-Zarr.
    """
    kept = {Path(file.source, file.path) for other, file in library.store.files().items() if other != record.id}
    with library[record.id].file as image:
        found = sorted(path for part in image.files for path in (part.rglob("*") if part.is_dir() else [part]))
    inside = [path for path in found if path.is_relative_to(folder) and not path.is_symlink() and path.is_file()]
    return [path for path in inside if path not in kept]


def zipped(folder: Path, files: Iterable[Path]) -> Iterator[bytes]:
    """A zip of files of a folder, part after part."""
    return archived(Entry(f"{folder.name}/{path.relative_to(folder).as_posix()}", path) for path in files)
