"""What under a folder is an image: files, folders of numbered planes, OME-Zarr folders, sets of OME-TIFF files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from micrographia.collection.folder import DEPTH_LIMIT
from micrographia.errors import LibraryError
from micrographia.imaging.readers import numbering, ometiffs
from micrographia.imaging.readers.directories import Directories
from micrographia.imaging.readers.formats import SUFFIXES, head_of, is_zarr_folder, reader_for
from micrographia.imaging.readers.omexml import OmeDocument
from micrographia.imaging.readers.reader import FAULTS, ByteSource

_LIKE_IMAGES = SUFFIXES | {".ozx"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something under a folder that is one image: a file, a folder of planes, an OME-Zarr, or a set of files."""

    path: Path
    kind: Literal["file", "planes", "zarr", "set"]
    files: tuple[Path, ...]


def discover(folder: Path) -> Iterator[Candidate]:
    """The images under a folder in the order of their names.

    Hidden files, and links that lead out of the folder, are left out. A broken file with the name of an image is a
    candidate all the same, so that it is reported and not passed over.
    """
    folder = Path(folder)
    yield from _walk(folder, folder.resolve(), 0)


def _walk(folder: Path, root: Path, depth: int) -> Iterator[Candidate]:
    if is_zarr_folder(folder):
        yield Candidate(folder, "zarr", (folder,))
        return
    files, folders = _entries(folder, root)
    images = [path for path in files if _is_image(path)]
    if numbering.is_one_image([path.name for path in images]) and len(_set_of(images[0])) < 2:
        yield Candidate(folder, "planes", tuple(images))
    else:
        yield from _single(images)
    if depth < DEPTH_LIMIT:
        for inner in folders:
            yield from _walk(inner, root, depth + 1)


def _entries(folder: Path, root: Path) -> tuple[list[Path], list[Path]]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError:
        return [], []
    paths = [folder / name for name in names]
    inside = [path for path in paths if not path.is_symlink() or Path(os.path.realpath(path)).is_relative_to(root)]
    # A link to a folder could lead back up; folders are only walked where they really are.
    folders = [path for path in inside if path.is_dir() and not path.is_symlink()]
    return [path for path in inside if path.is_file()], folders


def _is_image(path: Path) -> bool:
    if path.suffix.casefold() in _LIKE_IMAGES:
        return True
    try:
        return bool(head_of(path)) and path.suffix.casefold() not in {".csv", ".txt", ".md"} and bool(reader_for(path))
    except (LibraryError, OSError):
        return False


def _single(images: list[Path]) -> Iterator[Candidate]:
    """One candidate for each file, but only one for the files of a multi-file OME-TIFF."""
    taken: set[Path] = set()
    here = set(images)
    for path in images:
        if path in taken:
            continue
        members = [path, *(other for other in _set_of(path) if other in here and other != path)]
        taken.update(members)
        yield Candidate(path, "set" if len(members) > 1 else "file", tuple(members))


def _set_of(path: Path) -> list[Path]:
    if ".ome." not in path.name.casefold():
        return []
    try:
        document = _document(path)
    except (LibraryError, *FAULTS):
        return []
    if document is None:
        return []
    named = {entry.file for image in document.images for entry in image.entries if entry.file}
    return [path.parent / name for name in sorted(named) if "/" not in name and "\\" not in name and name != ".."]


def _document(path: Path) -> OmeDocument | None:
    source = ByteSource(path)
    try:
        return ometiffs.document_of(Directories(source))
    finally:
        source.close()
