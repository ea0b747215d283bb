"""Folders of numbered planes: many small files that are one image."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Sizes
from micrographia.errors import LibraryError, Unreadable
from micrographia.imaging.readers import axes, formats, numbering
from micrographia.imaging.readers.reader import ImageFile, Request, bounded, check_planes

_FILES_LIMIT = 100_000
_READ_BY = frozenset(["TIFF", "picture"])


class PlaneFolder(ImageFile):
    """A folder whose files are the planes of one image; each is opened when it is read."""

    def __init__(self, request: Request) -> None:
        self.path = request.path
        findings: list[Finding] = []
        paths = _plane_files(request, findings)
        numbers = numbering.number_planes([path.name for path in paths])
        if numbers is None:
            raise Unreadable(
                f"The names of the files in {self.path.name} do not number the planes of one image. "
                "Name them as in cell_t0001_z01_c1.tif."
            )
        lengths = dict(numbers.lengths)
        self._axis = _unnamed_axis(self.path, lengths, request.axes, findings)
        self._places = {_key(numbers.positions[path.name], self._axis): path for path in paths}
        self.files = tuple(sorted(paths))
        with _plane(self.files[0]) as first:
            self._set_up(first, lengths, findings)

    def _set_up(self, first: ImageFile, lengths: dict[str, int], findings: list[Finding]) -> None:
        inner = first.facts.sizes
        named = {self._axis.get(axis, axis): length for axis, length in lengths.items()}
        for axis, length in {"t": inner.t, "z": inner.z, "c": inner.c}.items():
            if length > 1 and named.get(axis, 1) > 1:
                raise Unreadable(f"The files in {self.path.name} have an axis {axis}, and their names number one too.")
            named[axis] = max(length, named.get(axis, 1))
        self._sizes_of_file = inner
        sizes = Sizes(y=inner.y, x=inner.x, z=named["z"], c=named["c"], t=named["t"])
        check_planes(self.path, sizes.t, sizes.z, sizes.c)
        channels = first.facts.channels if sizes.c == inner.c else (Channel(),) * sizes.c
        self.facts = replace(
            first.facts,
            sizes=sizes,
            channels=channels,
            format=f"folder of {first.facts.format} planes",
            levels=first.facts.levels[:1],
        )
        missing = sizes.t * sizes.z * sizes.c - len(self._places) * inner.t * inner.z * inner.c
        if missing:
            findings.append(_missing(missing))
        findings.extend(self._odd_ones())
        self.findings = bounded([*findings, *first.findings])

    def _odd_ones(self) -> list[Finding]:
        """Findings about the middle and the last file, when they differ from the first."""
        found = []
        for path in dict.fromkeys((self.files[len(self.files) // 2], self.files[-1])):
            try:
                with _plane(path) as plane:
                    if plane.facts.sizes != self._sizes_of_file or plane.facts.dtype != self.facts.dtype:
                        found.append(_odd(path, "has another size or type than the first plane"))
            except LibraryError as error:
                found.append(_odd(path, f"cannot be read: {error}"))
        return found

    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        inner = self._sizes_of_file
        place = (0 if inner.t > 1 else t, 0 if inner.z > 1 else z, 0 if inner.c > 1 else c or 0)
        path = self._places.get(place)
        if path is None:
            raise Unreadable(f"{self.path.name} has no file for the plane t={t}, z={z}, c={c}. Add the missing file.")
        with _plane(path) as plane:
            if plane.facts.sizes != inner or plane.facts.dtype != self.facts.dtype:
                raise Unreadable(f"{path.name} has another size or type than the other planes of {self.path.name}.")
            channel = c if inner.c > 1 else 0
            t, z = (t if inner.t > 1 else 0), (z if inner.z > 1 else 0)
            return plane.read(t, z, channel, y=slice(*rows), x=slice(*columns))

    def _release(self) -> None:
        return


def open_request(request: Request) -> ImageFile:
    """The folder of planes of the request, open."""
    return PlaneFolder(request)


def _plane_files(request: Request, findings: list[Finding]) -> list[Path]:
    """The image files of the folder; links out of it are left out with a finding."""
    found: list[Path] = []
    for path in sorted(request.path.iterdir()):
        if path.name.startswith(".") or path.suffix.casefold() not in formats.SUFFIXES or not path.is_file():
            continue
        if not request.allowed(path):
            findings.append(_odd(path, "is a link out of the folder and is not read"))
            continue
        found.append(path)
    if not found or len(found) > _FILES_LIMIT:
        raise Unreadable(f"{request.path.name} holds no image files that could be planes of one image.")
    return found


def _plane(path: Path) -> ImageFile:
    reader = formats.reader_for(path)
    if reader.name not in _READ_BY:
        raise Unreadable(f"{path.name} is no file that can be one plane of an image.")
    return formats.open_with(reader, Request(path))


def _unnamed_axis(path: Path, lengths: dict[str, int], known: str | None, findings: list[Finding]) -> dict[str, str]:
    """What the axis ``q`` of files that are numbered without a letter is taken for."""
    count = lengths.get("q", 0)
    if not count:
        return {}
    given = axes.parse_axes(known or "", count)
    if given and len(given) == 1:
        return {"q": given}
    axis, finding = axes.guess_axis(path.name, count)
    findings.append(finding)
    return {"q": axis}


def _key(position: dict[str, int], renamed: dict[str, str]) -> tuple[int, int, int]:
    named = {renamed.get(axis, axis): at for axis, at in position.items()}
    return named.get("t", 0), named.get("z", 0), named.get("c", 0)


def _missing(count: int) -> Finding:
    return Finding(
        "warning",
        "files",
        f"{count:,} planes have no file, judged by the numbers in the names of the others.",
        "Add the missing files to the folder.",
    )


def _odd(path: Path, what: str) -> Finding:
    return Finding(
        "warning", "files", f"{path.name[:120]} {what}.", "Take it out of the folder, or put the right file."
    )
