"""OME-TIFF: which page of which file holds which plane."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.imaging.readers import axes, omexml
from micrographia.imaging.readers.directories import DESCRIPTION, METADATA_LIMIT, Directories
from micrographia.imaging.readers.layouts import MISSING, Layout, missing_finding, planes_in_order
from micrographia.imaging.readers.omexml import OmeDocument, OmeImage
from micrographia.imaging.readers.reader import CHANNELS_LIMIT, PLANES_LIMIT, Request

_FILES_LIMIT = 10_000
# A document may name a plane more than once, but not each of them again and again.
_PLACED_LIMIT = 4 * PLANES_LIMIT


@dataclass
class OmeTiff:
    """The layout of an OME-TIFF, and the other files that its planes lie in (the first is the file itself)."""

    layout: Layout
    files: list[Path] = field(default_factory=list)


def document_of(directories: Directories) -> OmeDocument | None:
    """The OME-XML of the first page; ``None`` when there is none."""
    text = directories.page(0).text(DESCRIPTION)
    head = text[:4096]
    if b"<OME" not in head and b":OME" not in head:
        return None
    return omexml.parse(text)


def read_layout(
    document: OmeDocument, directories: Directories, request: Request, findings: list[Finding]
) -> OmeTiff | None:
    """The layout that the document describes; ``None`` when it describes nothing that the file holds.

    Parameters
    ----------
    document
        The file's OME-XML.
    directories
        The pages of the file.
    request
        The file's path, and the folder that must not be left.
    findings
        Where what is noticed is added to.
    """
    findings.extend(document.findings)
    if document.companion:
        document = _companion(document, request, findings)
    image = _image_of(document, request.path.name)
    if image is None or not image.pixels:
        findings.extend([] if findings else [omexml.nonsense("it describes no image")])
        return None
    lengths, samples = _lengths(image, directories, findings)
    total = math.prod(lengths.values())
    if not 0 < total <= PLANES_LIMIT or lengths["c"] > CHANNELS_LIMIT:
        findings.append(omexml.nonsense("the sizes of its axes cannot be"))
        return None
    files = _Files(document, request, findings)
    planes = _placed(image, lengths, len(directories), files, findings)
    planes, lengths = _without_missing_end(planes, lengths, findings)
    if len(document.images) > 1:
        findings.append(_several(len(document.images), image.name))
    return OmeTiff(_layout(image, planes, lengths, samples, findings), files.paths)


def _layout(
    image: OmeImage, planes: np.ndarray, lengths: dict[str, int], samples: int, findings: list[Finding]
) -> Layout:
    calibrated = omexml.pixel_size(image, lengths["z"] > 1)
    interval, doubts = omexml.frame_interval(image) if lengths["t"] > 1 else (None, ())
    return Layout(
        planes=planes,
        format="OME-TIFF",
        channels=omexml.channels_of(image, lengths["c"]) if samples == 1 else (),
        pixel_size_um=calibrated.pixel_size_um,
        frame_interval_s=interval,
        acquired=image.acquired,
        says_labels=axes.says_labels(image.name),
        findings=(*findings, *calibrated.findings, *doubts),
    )


def _lengths(image: OmeImage, directories: Directories, findings: list[Finding]) -> tuple[dict[str, int], int]:
    lengths = omexml.lengths_of(image)
    if lengths is None:
        return {"t": 0}, 1
    shape = directories.page(0).shape
    samples = shape.samples
    if samples > 1 and lengths["c"] % samples == 0:
        lengths["c"] //= samples
    said = omexml.integer(image.pixels.get("SizeY"), 0), omexml.integer(image.pixels.get("SizeX"), 0)
    if said != (shape.height, shape.width):
        findings.append(
            Finding(
                "warning",
                "axes",
                f"The OME-XML says {said[1]} × {said[0]} pixels, but the planes have {shape.width} × {shape.height}.",
                "The planes are right; save the file again to mend its metadata.",
            )
        )
    return lengths, samples


def _placed(image: OmeImage, lengths: dict[str, int], pages: int, files: _Files, findings: list[Finding]) -> np.ndarray:
    """File and page numbers of all planes; an image without ``TiffData`` has its planes in the order of the pages."""
    order = omexml.plane_order(image)
    if not image.entries:
        return planes_in_order(order, lengths, pages)
    planes = np.full((*(lengths[axis] for axis in order), 2), MISSING, np.int64)
    flat = planes.reshape(-1, 2)
    placed = 0
    for entry in image.entries:
        position = {"t": entry.t, "z": entry.z, "c": entry.c}
        if any(position[axis] >= lengths[axis] for axis in order):
            continue
        start = int(np.ravel_multi_index([position[axis] for axis in order], [lengths[axis] for axis in order]))
        file = files.number_of(entry)
        count = entry.count if entry.count is not None else (1 if entry.ifd is not None else len(flat))
        count = min(count, len(flat) - start, pages - (entry.ifd or 0) if file == 0 else PLANES_LIMIT)
        if file == MISSING or count < 1:
            continue
        placed += count
        if placed > _PLACED_LIMIT:
            findings.append(omexml.nonsense("it says of each plane again and again where it lies"))
            break
        flat[start : start + count, 0] = file
        flat[start : start + count, 1] = np.arange(count) + (entry.ifd or 0)
    return planes.transpose([*(order.index(axis) for axis in "tzc"), 3])


def _without_missing_end(
    planes: np.ndarray, lengths: dict[str, int], findings: list[Finding]
) -> tuple[np.ndarray, dict[str, int]]:
    """The planes without the time points at the end that were never written."""
    missing = planes[..., 1] < 0
    if not missing.any():
        return planes, lengths
    findings.append(missing_finding(int(missing.sum()), missing.size))
    present = np.flatnonzero(~missing.all(axis=(1, 2)))
    last = int(present[-1]) + 1 if len(present) else 1
    return planes[:last], {**lengths, "t": last}


def _image_of(document: OmeDocument, name: str) -> OmeImage | None:
    """The image that lies in this file; the first when none says so."""
    for image in document.images:
        if any(PurePosixPath(entry.file).name == name for entry in image.entries[:_FILES_LIMIT] if entry.file):
            return image
    return document.images[0] if document.images else None


def _companion(document: OmeDocument, request: Request, findings: list[Finding]) -> OmeDocument:
    """The document that a stub points to, when it lies in the folder that may be read."""
    path = _inside(document.companion, request, findings)
    if path is None:
        return document
    if path.stat().st_size > METADATA_LIMIT:
        findings.append(_outside(document.companion, "is too large to read"))
        return document
    found = omexml.parse(path.read_bytes())
    findings.extend(found.findings)
    return OmeDocument(found.images, document.uuid)


class _Files:
    """The files that an OME-XML names, checked before they are touched."""

    def __init__(self, document: OmeDocument, request: Request, findings: list[Finding]) -> None:
        self.paths = [request.path]
        self._document, self._request, self._findings = document, request, findings
        self._numbers: dict[str, int] = {}

    def number_of(self, entry: omexml.PlaneEntry) -> int:
        """The number of the file that the entry's planes lie in; ``MISSING`` when it is not to be had."""
        is_own = not entry.file or (bool(entry.uuid) and entry.uuid == self._document.uuid)
        if is_own or entry.file == self._request.path.name:
            return 0
        if entry.file not in self._numbers:
            self._numbers[entry.file] = self._found(entry.file)
        return self._numbers[entry.file]

    def _found(self, name: str) -> int:
        path = _inside(name, self._request, self._findings) if len(self._numbers) < _FILES_LIMIT else None
        if path is None:
            return MISSING
        self.paths.append(path)
        return len(self.paths) - 1


def _inside(name: str, request: Request, findings: list[Finding]) -> Path | None:
    """The named file beside this one; ``None``, with a finding, when it lies elsewhere or is not there."""
    path = request.path.parent / name
    # Asked first, and quickly: a document may name thousands of files, or one with a name that no disk can hold.
    is_there = os.path.lexists(path) if "\0" not in name else False
    is_plain = not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name.replace("\\", "/")).parts
    if "\0" in name or not is_plain or (is_there and not request.allowed(path)):
        findings.append(_outside(name, "lies outside of its folder and is not read"))
        return None
    if not is_there or not path.is_file():
        findings.append(_outside(name, "is not there"))
        return None
    return path


def _outside(name: str, what: str) -> Finding:
    return Finding(
        "warning",
        "files",
        f"The OME-XML names the file {name[:100]!r}, which {what}.",
        "Put all files of the image into one folder, under the names that the metadata give.",
    )


def _several(count: int, name: str) -> Finding:
    return Finding(
        "note",
        "axes",
        f"The file describes {count} images; the one called {name[:80]!r} is read.",
        "Save the others as files of their own to have them in the library.",
    )
