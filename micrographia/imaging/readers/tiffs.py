"""TIFF files: OME-TIFF, ImageJ hyperstacks, plain and multi-page files, with pyramids in SubIFDs or reduced pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts, Sizes
from micrographia.errors import Unreadable
from micrographia.imaging.readers import axes, calibration, hyperstacks, labels, ometiffs
from micrographia.imaging.readers.directories import (
    COLOR_MAP,
    DESCRIPTION,
    PHOTOMETRIC,
    RESOLUTION_UNIT,
    SEGMENTS_LIMIT,
    X_RESOLUTION,
    Y_RESOLUTION,
    Directories,
    Directory,
    Shape,
)
from micrographia.imaging.readers.layouts import Layout, planes_in_order
from micrographia.imaging.readers.reader import (
    COLOUR_CHANNELS,
    FAULTS,
    PLANES_LIMIT,
    ByteSource,
    ImageFile,
    Request,
    bounded,
    check_planes,
)
from micrographia.imaging.readers.segments import Segments, is_contiguous

_LEVEL_TOLERANCE = 0.02
_CHECKED_PAGES = 2000
_OPEN_FILES = 16


class _Part:
    """One TIFF file of an image: its bytes, its pages and its decoders."""

    def __init__(self, path: Path) -> None:
        self.source = ByteSource(path)
        try:
            self.pages = Directories(self.source)
        except BaseException:
            self.source.close()
            raise
        self.segments = Segments(self.source)
        self.checked: set[int] = set()


class TiffImage(ImageFile):
    """A TIFF file, or the files of a multi-file OME-TIFF, as one image."""

    def __init__(self, request: Request) -> None:
        self.path = request.path
        self.files = (request.path,)
        self._lock = threading.Lock()
        self._parts: dict[int, _Part] = {0: _Part(request.path)}
        try:
            self._set_up(request)
        except BaseException:
            self.close()
            raise

    def _set_up(self, request: Request) -> None:
        part = self._parts[0]
        first = part.pages.page(0)
        part.segments.check(first)
        layout = self._read_layout(request)
        check_planes(self.path, *layout.planes.shape[:3])
        self._planes, self._is_virtual = layout.planes, layout.is_virtual
        self._shape = first.shape
        self._levels = self._found_levels(first)
        self._is_colour, self._samples = _kind_of(first)
        findings = [*part.pages.findings, *layout.findings, *self._cut_off()]
        if self._samples > 1 and not self._is_colour:
            findings += [axes.samples_finding(self._samples, np.dtype(first.shape.dtype))] if _is_rgb(first) else []
        self.findings = bounded(findings + axes.name_findings(self.path.name, np.dtype(first.shape.dtype)))
        self.facts = self._made_facts(layout, first)
        self.facts = replace(self.facts, labels=self._is_labels(layout))
        self.findings = bounded([*self.findings, *self._left_out(first)])

    def _read_layout(self, request: Request) -> Layout:
        pages = self._parts[0].pages
        first = pages.page(0)
        known = axes.parse_axes(request.axes or "", len(pages))
        document = ometiffs.document_of(pages)
        noticed: list[Finding] = []
        if document is not None:
            found = ometiffs.read_layout(document, pages, request, noticed)
            if found is not None:
                self.files = tuple(found.files)
                return found.layout
        if hyperstacks.is_hyperstack(first):
            return hyperstacks.read_layout(pages, self.path.stem, known)
        layout = _plain_layout(pages, self.path.stem, known)
        return replace(layout, findings=(*noticed, *layout.findings))

    def _made_facts(self, layout: Layout, first: Directory) -> Facts:
        t, z, c = (int(length) for length in layout.planes.shape[:3])
        shape = first.shape
        channels = layout.channels or (Channel(),) * c
        if self._samples > 1:
            c, channels = self._samples, _sample_channels(layout, self._samples, self._is_colour)
        elif c == 1 and not layout.channels and COLOR_MAP in first:
            table = hyperstacks.table_of(first.array(COLOR_MAP))
            channels = (Channel(color=hyperstacks.color_of(table)),)
        return Facts(
            sizes=Sizes(y=shape.height, x=shape.width, z=z, c=c, t=t),
            dtype=np.dtype(shape.dtype).name,
            colour=self._is_colour,
            pixel_size_um=layout.pixel_size_um,
            frame_interval_s=layout.frame_interval_s,
            channels=channels,
            levels=self._levels,
            acquired=layout.acquired,
            format=layout.format,
        )

    def _is_labels(self, layout: Layout) -> bool:
        facts = self.facts
        if facts.colour or facts.sizes.c > 1 or not (layout.says_labels or axes.says_labels(self.path.stem)):
            return False
        try:
            plane = self.read(z=facts.sizes.z // 2, y=labels.middle(facts.sizes.y), x=labels.middle(facts.sizes.x))
        except (Unreadable, *FAULTS):
            return False
        return labels.looks_like_labels(plane)

    def _left_out(self, first: Directory) -> list[Finding]:
        """Findings about what the file has and the library does not show."""
        if self._is_colour and first.shape.samples > 3:
            return [Finding("note", "channels", "The image has transparency, which is left out.")]
        channels = self.facts.channels
        if first.value(PHOTOMETRIC) != 3 or self.facts.labels or len(channels) > 1 or channels[0].color:
            return []
        message = "The image has a table of colours that is no even scale; its numbers are read, without the colours."
        return [Finding("note", "channels", message, "Save it as RGB if the colours matter.")]

    def _found_levels(self, first: Directory) -> tuple[tuple[int, int], ...]:
        """The sizes of the levels; only those that are smaller copies of the same kind count."""
        self._reduced_pages: list[int] = []
        sizes = [(first.shape.height, first.shape.width)]
        part = self._parts[0]
        try:
            candidates = [(page, None) for page in part.pages.levels(first)] or self._reduced(part)
            for page, number in candidates:
                if _is_level(page.shape, first.shape, sizes[-1]):
                    part.segments.check(page)
                    sizes.append((page.shape.height, page.shape.width))
                    if number is not None:
                        self._reduced_pages.append(number)
        except (Unreadable, *FAULTS):
            pass
        return tuple(sizes)

    def _reduced(self, part: _Part) -> list[tuple[Directory, int | None]]:
        if self._planes.shape[:3] != (1, 1, 1):
            return []
        count = min(len(part.pages), 32)
        return [(part.pages.page(number), number) for number in range(1, count)]

    def _cut_off(self) -> list[Finding]:
        """A finding when pixels of planes lie beyond the end of the file."""
        part = self._parts[0]
        own = self._planes[..., 1][self._planes[..., 0] == 0]
        most = min(_CHECKED_PAGES, SEGMENTS_LIMIT // max(1, part.pages.page(0).segments_count))
        numbers = np.unique(own)[:: max(1, own.size // max(1, most))]
        if self._is_virtual:
            numbers = numbers[:1]
        missing = [int(number) for number in numbers if not self._has_pixels(part, int(number))]
        if 0 in missing and len(missing) == len(numbers):
            raise Unreadable(f"{self.path.name} is cut off: its pixels lie past its end. Copy it again.")
        if not missing:
            return []
        message = f"The file is cut off or damaged: pixels of {len(missing)} of its planes are not there."
        return [Finding("error", "file", message, "Copy the file again from where it came.")]

    def _has_pixels(self, part: _Part, number: int) -> bool:
        try:
            page = part.pages.page(number)
            return page.shape == self._shape and part.segments.is_complete(page)
        except (Unreadable, *FAULTS):
            return False

    def _region(
        self, t: int, z: int, c: int | None, level: int, rows: tuple[int, int], columns: tuple[int, int]
    ) -> np.ndarray:
        channel, sample = (0, c) if self._samples > 1 else (c or 0, 0)
        file, number = (int(value) for value in self._planes[t, z, channel])
        if number < 0:
            raise Unreadable(f"{self.path.name} does not hold the plane t={t}, z={z}, c={c}. Copy all its files again.")
        shift = number * self._shape.plane_bytes if self._is_virtual else 0
        with self._part(file) as part:
            page = self._page(part, 0 if self._is_virtual else number, level)
            return part.segments.region(page, sample, rows, columns, shift)

    def _page(self, part: _Part, number: int, level: int) -> Directory:
        with self._lock:
            if number >= len(part.pages):
                raise Unreadable(f"{part.source.path.name} has no page {number}. Copy the file again.")
            if level and self._reduced_pages:
                return part.pages.page(self._reduced_pages[level - 1])
            page = part.pages.page(number)
            if number not in part.checked:
                part.segments.check(page)
                part.checked.add(number)
            if page.shape != self._shape:
                raise Unreadable(f"Plane {number} of {part.source.path.name} has another size or type than the first.")
            if level:
                page = self._level_of(part, page, level)
            return page

    def _level_of(self, part: _Part, page: Directory, level: int) -> Directory:
        for smaller in part.pages.levels(page):
            if (smaller.shape.height, smaller.shape.width) == self._levels[level]:
                part.segments.check(smaller)
                return smaller
        raise Unreadable(f"{part.source.path.name} has no level {level} for this plane. Read the full size.")

    @contextmanager
    def _part(self, number: int) -> Iterator[_Part]:
        with self._lock:
            if number not in self._parts and len(self._parts) < _OPEN_FILES:
                self._parts[number] = _Part(self.files[number])
            part = self._parts.get(number)
        if part is not None:
            yield part
            return
        # Beyond the limit a file is opened for this read alone, so that no thread loses the one it reads.
        part = _Part(self.files[number])
        try:
            yield part
        finally:
            part.source.close()

    def _release(self) -> None:
        for part in getattr(self, "_parts", {}).values():
            part.source.close()


def open_request(request: Request) -> ImageFile:
    """The TIFF file of the request, open."""
    return TiffImage(request)


def _plain_layout(pages: Directories, name: str, known_axes: str | None) -> Layout:
    """The layout of a file that names no axes: its full-size pages lie on one axis, which is guessed."""
    first = pages.page(0)
    lengths = _shaped_lengths(first)
    findings: list[Finding] = []
    count = int(np.prod(list(lengths.values()), dtype=np.int64)) if lengths else 0
    is_virtual = len(pages) == 1 < count and _holds(pages, count)
    numbers = np.arange(count)
    if not is_virtual and (not lengths or count != len(pages)):
        numbers = np.array([number for number in range(len(pages)) if number == 0 or _is_plane(pages, number, first)])
        lengths = {"q": len(numbers)}
    if "q" in lengths:
        lengths, findings = _named(lengths["q"], name, known_axes)
    planes = planes_in_order("".join(lengths), lengths, len(numbers))
    planes[..., 1] = numbers[planes[..., 1]]
    calibrated = _resolution(first)
    return Layout(
        planes=planes,
        format="TIFF",
        pixel_size_um=calibrated.pixel_size_um,
        is_virtual=is_virtual,
        findings=(*findings, *calibrated.findings),
    )


def _shaped_lengths(first: Directory) -> dict[str, int]:
    """The axes that tifffile noted as JSON, slowest first; several unnamed ones count as one, ``q``."""
    text = first.text(DESCRIPTION)
    if text[:1] != b"{" or len(text) > 1 << 16:
        return {}
    try:
        said = json.loads(text)
        shape, names = [int(length) for length in said.get("shape", [])], str(said.get("axes", "")).casefold()
    except FAULTS:
        return {}
    height, width, samples = first.shape.height, first.shape.width, first.shape.samples
    plane = [height, width] if samples == 1 else [height, width, samples]
    leading = shape[: -len(plane)]
    if shape[-len(plane) :] != plane or not all(0 < length <= PLANES_LIMIT for length in leading):
        return {}
    if float(np.prod(leading)) > PLANES_LIMIT:
        return {}
    letters = names[: len(leading)]
    if len(names) == len(shape) and len(set(letters)) == len(letters) and set(letters) <= set("tzc"):
        return dict(zip(letters, leading, strict=True)) or {"z": 1}
    return {"q": int(np.prod(leading, dtype=np.int64))} if leading else {"z": 1}


def _holds(pages: Directories, count: int) -> bool:
    """Whether the file is long enough for planes that follow the first without directories."""
    first = pages.page(0)
    return is_contiguous(first) and int(first.segments[0][0]) + count * first.shape.plane_bytes <= pages.size


def _is_plane(pages: Directories, number: int, first: Directory) -> bool:
    try:
        page = pages.page(number)
        return page.has_shape_of(first) and not page.is_reduced
    except Unreadable:
        return False


def _named(count: int, name: str, known_axes: str | None) -> tuple[dict[str, int], list[Finding]]:
    if count == 1:
        return {"z": 1}, []
    if known_axes and len(known_axes) == 1:
        return {known_axes: count}, []
    axis, finding = axes.guess_axis(name, count)
    return {axis: count}, [finding]


def _resolution(first: Directory) -> calibration.Calibration:
    """The calibration in the resolution tags of a plain TIFF, unless it is one for printing."""
    unit = {2: "inch", 3: "cm"}.get(first.value(RESOLUTION_UNIT, 2))
    per_unit = {"x": first.rational(X_RESOLUTION), "y": first.rational(Y_RESOLUTION)}
    given = {axis: value for axis, value in per_unit.items() if value}
    if not given:
        return calibration.Calibration()
    dpi = calibration.printing_dpi(given.get("x", 0), calibration.micrometres(unit) or 0) if unit else None
    if dpi:
        return calibration.Calibration(findings=(calibration.printing_finding(dpi),))
    sizes: dict[str, float | None] = {axis: 1 / value for axis, value in given.items()}
    return calibration.calibrate(sizes, dict.fromkeys(sizes, unit or ""), source="The TIFF")


def _is_level(smaller: Shape, full: Shape, last: tuple[int, int]) -> bool:
    """Whether a page is a smaller copy: same samples, same proportions, smaller than the level before."""
    if (smaller.samples, smaller.bits, smaller.sample_format) != (full.samples, full.bits, full.sample_format):
        return False
    if not (0 < smaller.height < last[0] and 0 < smaller.width < last[1]):
        return False
    down, across = full.height / smaller.height, full.width / smaller.width
    return abs(down - across) <= _LEVEL_TOLERANCE * down + down / min(smaller.height, smaller.width)


def _kind_of(first: Directory) -> tuple[bool, int]:
    """Whether the page is in colour, and how many channels its pixels hold."""
    shape = first.shape
    is_colour = _is_rgb(first) and shape.samples in {3, 4} and shape.bits == 8
    return is_colour, 3 if is_colour else shape.samples


def _is_rgb(first: Directory) -> bool:
    return first.value(PHOTOMETRIC) in {2, 6} and first.shape.samples >= 3


def _sample_channels(layout: Layout, samples: int, is_colour: bool) -> tuple[Channel, ...]:
    given = layout.channels if len(layout.channels) == samples else (Channel(),) * samples
    if is_colour:
        return COLOUR_CHANNELS
    usual = COLOUR_CHANNELS if samples == 3 else (Channel(),) * samples
    return tuple(
        replace(channel, name=channel.name or kind.name, color=channel.color or kind.color)
        for channel, kind in zip(given, usual)
    )
