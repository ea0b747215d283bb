"""Image files: opened by the first reader that knows them, described, found in folders, and hashed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from micrographia.collection.findings import Finding
from micrographia.collection.folder import regular_files
from micrographia.collection.records import Facts
from micrographia.errors import LibraryError, NotFound, Unreadable
from micrographia.imaging.discovery import Candidate, discover
from micrographia.imaging.readers import formats
from micrographia.imaging.readers.reader import ImageFile, Request, faults

__all__ = ["Candidate", "ImageFile", "content_hash", "describe", "discover", "inspect", "open_image"]

_HASH_BLOCK = 1 << 20
_KEYS = ("axes", "dtype", "colour", "labels", "pixel_size_um", "frame_interval_s")


def open_image(path: Path | str, *, axes: str | None = None, within: Path | None = None) -> ImageFile:
    """The image file or folder at ``path``, open for reading.

    Parameters
    ----------
    path
        A file, a folder of numbered planes, or an OME-Zarr folder.
    axes
        What the leading axes are when the file does not say, such as ``"TYX"``.
    within
        The folder that nothing is read outside of, links and names in metadata included.

    Raises
    ------
    NotFound
        There is nothing at the path.
    MissingReader
        The format is known, but the package that reads it is not installed; the message says which one.
    Unreadable
        It is not an image, or it is too damaged to be read.
    """
    path = Path(path)
    request = Request(path, axes, within)
    with faults(path):
        if not path.exists():
            raise NotFound(f"There is no file {path.name}. Check the name and the folder.")
        if within is not None and not request.allowed(path):
            raise Unreadable(f"{path.name} leads out of its folder and is not read. Put the file itself there.")
        return formats.open_with(formats.reader_for(path), request)


def inspect(
    path: Path | str, *, axes: str | None = None, within: Path | None = None, known_hash: str = ""
) -> tuple[Facts | None, tuple[Finding, ...]]:
    """The facts of an image file and what was noticed; ``None`` and an error finding when it cannot be read.

    Parameters
    ----------
    path
        A file or folder, as for ``open_image``.
    axes, within
        As for ``open_image``.
    known_hash
        The content hash when the caller has it already; otherwise it is computed.
    """
    try:
        with open_image(path, axes=axes, within=within) as image:
            digest = known_hash or content_hash(Path(path), image.files, within)
            return replace(image.facts, content_hash=digest), image.findings
    except LibraryError as error:
        return None, (_failure(error),)
    except OSError as error:
        return None, (_failure(Unreadable(f"{Path(path).name} cannot be read: {error.strerror or error}.")),)


def describe(path: Path | str, *, axes: str | None = None) -> dict[str, Any]:
    """What ``micrographia info --json`` prints for one file; for one that cannot be read, with nulls."""
    try:
        with open_image(path, axes=axes) as image:
            return {"file": str(path), **_described(image.facts), "findings": [f.as_dict() for f in image.findings]}
    except LibraryError as error:
        return {
            "file": str(path),
            **dict.fromkeys(_KEYS),
            "channels": [],
            "levels": [],
            "findings": [_failure(error).as_dict()],
        }


def content_hash(path: Path, files: Sequence[Path] = (), within: Path | None = None) -> str:
    """SHA-256 of a file's bytes; of a folder or several files, of their names and hashes.

    Parameters
    ----------
    path
        A file or a folder.
    files
        The files of the image, when they are known.
    within
        The folder that links in a folder may lead to, and not out of; the folder itself when not given.
    """
    if path.is_file() and len(files) <= 1:
        return _file_hash(path)
    root = path if path.is_dir() else path.parent
    files = [file for file in files if file.is_file()]
    digest = hashlib.sha256()
    for file in sorted(files or _files_under(root, within)):
        name = os.path.relpath(file, root).replace(os.sep, "/")
        digest.update(f"{name}\0{_file_hash(file)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _described(facts: Facts) -> dict[str, Any]:
    sizes, pixel = facts.sizes, facts.pixel_size_um
    return {
        "axes": {"t": sizes.t, "c": sizes.c, "z": sizes.z, "y": sizes.y, "x": sizes.x},
        "dtype": facts.dtype,
        "colour": facts.colour,
        "labels": facts.labels,
        "pixel_size_um": {"x": pixel.x, "y": pixel.y, "z": pixel.z},
        "frame_interval_s": facts.frame_interval_s,
        "channels": [
            {"name": channel.name, "color": channel.color, "limits": list(channel.limits) if channel.limits else None}
            for channel in facts.channels
        ],
        "levels": [list(level) for level in facts.levels],
    }


def _failure(error: LibraryError) -> Finding:
    # The last sentence of every refusal says what to do; the name of the file may have full stops of its own.
    message, stop, remedy = str(error).rpartition(". ")
    field = "format" if isinstance(error, ImportError) else "file"
    return Finding("error", field, f"{message}.", remedy) if stop else Finding("error", field, str(error))


def _file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _files_under(folder: Path, within: Path | None) -> list[Path]:
    """All files of a folder; of the hidden ones only those that Zarr keeps its metadata in."""
    files = regular_files(folder, within)
    return [path for path in files if not path.name.startswith(".") or path.name.startswith(".z")]
