"""ImageJ hyperstacks: the text and the binary metadata that ImageJ keeps in a TIFF file."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tifffile

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel
from micrographia.imaging.readers import axes, calibration
from micrographia.imaging.readers.directories import (
    COLOR_MAP,
    DESCRIPTION,
    IJ_COUNTS,
    IJ_METADATA,
    X_RESOLUTION,
    Y_RESOLUTION,
    Directories,
    Directory,
)
from micrographia.imaging.readers.layouts import Layout, missing_finding, planes_in_order
from micrographia.imaging.readers.reader import FAULTS, PLANES_LIMIT

_POSITION = re.compile(r"^(?:[ctz]:\d+/\d+ *)+(?:- *)?")


def is_hyperstack(page: Directory) -> bool:
    """Whether ImageJ wrote the page."""
    return page.text(DESCRIPTION)[:7] == b"ImageJ="


def read_layout(directories: Directories, name: str, known_axes: str | None) -> Layout:
    """The layout that ImageJ's metadata describe.

    Parameters
    ----------
    directories
        The pages of the file.
    name
        The file's name, for an axis that ImageJ does not name.
    known_axes
        The leading axes when the caller knows them.
    """
    page = directories.page(0)
    said = _description(page)
    binary, findings = _binary(page)
    samples = page.shape.samples
    lengths = {axis: _count(said, key) for axis, key in (("t", "frames"), ("z", "slices"), ("c", "channels"))}
    if samples > 1:
        lengths["c"] = 1
    images = _count(said, "images")
    pages = len(directories)
    is_virtual = images > pages == 1
    order, lengths, guesses = _arranged(lengths, max(images, pages if images == 1 else 1), name, known_axes)
    total = math.prod(lengths.values())
    if is_virtual:
        held = _planes_held(directories, total)
        pages = held
    planes = planes_in_order(order, lengths, pages)
    if (planes[..., 1] < 0).any():
        guesses.append(missing_finding(int((planes[..., 1] < 0).sum()), total))
    calibrated, frame_interval_s = _calibration(page, said, lengths)
    return Layout(
        planes=planes,
        format="ImageJ hyperstack" if total > 1 else "ImageJ TIFF",
        channels=_channels(page, said, binary, lengths, order),
        pixel_size_um=calibrated.pixel_size_um,
        frame_interval_s=frame_interval_s,
        says_labels=axes.says_labels(_table_name(binary)),
        is_virtual=is_virtual,
        findings=(*findings, *guesses, *calibrated.findings),
    )


def _description(page: Directory) -> dict[str, str]:
    raw = page.text(DESCRIPTION)[: 1 << 16]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        # ImageJ wrote the micro sign as one byte before it wrote UTF-8.
        text = raw.decode("latin-1")
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _binary(page: Directory) -> tuple[dict[str, Any], list[Finding]]:
    data, counts = page.raw(IJ_METADATA), page.values(IJ_COUNTS, PLANES_LIMIT)
    if not data or not counts:
        return {}, []
    try:
        return tifffile.tifffile.imagej_metadata(data, counts, page.order), []
    except FAULTS:
        return {}, [
            Finding(
                "warning",
                "channels",
                "ImageJ's metadata about channels are damaged, so names, colours and limits are unknown.",
                "Open and save the file in ImageJ.",
            )
        ]


def _table_name(binary: Mapping[str, Any]) -> str:
    properties = binary.get("Properties")
    return str(properties.get("CurrentLUT", "")) if isinstance(properties, dict) else ""


def _count(said: Mapping[str, str], key: str) -> int:
    text = said.get(key, "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else 1


def _arranged(
    lengths: dict[str, int], images: int, name: str, known_axes: str | None
) -> tuple[str, dict[str, int], list[Finding]]:
    """Order and lengths of the axes; ImageJ stores channels fastest, then slices, then frames."""
    total = math.prod(lengths.values())
    if total == images or total > PLANES_LIMIT >= images == 1:
        kept = lengths if total <= PLANES_LIMIT else dict.fromkeys("tzc", 1)
        return "tzc", kept, []
    if images > PLANES_LIMIT:
        return "tzc", dict.fromkeys("tzc", 1), [missing_finding(images - 1, images)]
    if total > images:
        return "tzc", lengths, []
    if known_axes and len(known_axes) == 1:
        return "tzc", {**dict.fromkeys("tzc", 1), known_axes: images}, []
    axis, finding = axes.guess_axis(name, images)
    return "tzc", {**dict.fromkeys("tzc", 1), axis: images}, [finding]


def _planes_held(directories: Directories, total: int) -> int:
    page = directories.page(0)
    start, size = int(page.segments[0][0]), page.shape.plane_bytes
    return min(total, max(1, (directories.size - start) // max(1, size)))


def _calibration(
    page: Directory, said: Mapping[str, str], lengths: Mapping[str, int]
) -> tuple[calibration.Calibration, float | None]:
    unit = calibration.unit_text(said.get("unit", ""))
    per_unit = {"x": page.rational(X_RESOLUTION), "y": page.rational(Y_RESOLUTION)}
    unit_um = calibration.micrometres(unit)
    dpi = calibration.printing_dpi(per_unit["x"] or 0, unit_um) if unit_um and unit_um >= 1e3 else None
    if dpi:
        return calibration.Calibration(findings=(calibration.printing_finding(dpi),)), _interval(said, lengths)
    sizes: dict[str, float | None] = {axis: 1 / value for axis, value in per_unit.items() if value}
    if lengths["z"] > 1 and sizes and (spacing := _number(said.get("spacing"))):
        sizes["z"] = abs(spacing)
    units = {axis: calibration.unit_text(said.get(f"{axis}unit", "")) or unit for axis in sizes}
    return calibration.calibrate(sizes, units, source="ImageJ"), _interval(said, lengths)


def _interval(said: Mapping[str, str], lengths: Mapping[str, int]) -> float | None:
    value = _number(said.get("finterval"))
    factor = calibration.seconds(said.get("tunit", "s") or "s")
    return calibration.plausible_interval(value * factor) if lengths["t"] > 1 and value and factor else None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _channels(
    page: Directory, said: Mapping[str, str], binary: Mapping[str, Any], lengths: Mapping[str, int], order: str
) -> tuple[Channel, ...]:
    count = page.shape.samples if page.shape.samples > 1 else lengths["c"]
    names = _names(binary.get("Labels"), count)
    limits = _limits(said, binary.get("Ranges"), count)
    tables = binary.get("LUTs") or []
    if not tables and COLOR_MAP in page and count == 1:
        tables = [table_of(page.array(COLOR_MAP))]
    colors = [color_of(tables[index]) if index < len(tables) else None for index in range(count)]
    return tuple(Channel(*parts) for parts in zip(names, colors, limits, strict=True))


def _names(labels: Any, count: int) -> list[str]:
    """Names of the channels out of the labels of the first planes; only when they tell the channels apart."""
    texts = [labels] if isinstance(labels, str) else list(labels or [])
    names = [_POSITION.sub("", str(text)).strip()[:100] for text in texts[:count]]
    is_telling = count > 1 and len(names) == count and len(set(names)) == count
    return names if is_telling else [""] * count


def _limits(said: Mapping[str, str], ranges: Any, count: int) -> list[tuple[float, float] | None]:
    numbers = [float(value) for value in ranges or ()]
    pairs = list(zip(numbers[::2], numbers[1::2]))
    if not pairs and count == 1:
        low, high = _number(said.get("min")), _number(said.get("max"))
        pairs = [(low, high)] if low is not None and high is not None else []
    sound = [pair if all(map(math.isfinite, pair)) and pair[0] < pair[1] else None for pair in pairs[:count]]
    return sound + [None] * (count - len(sound))


def table_of(color_map: np.ndarray) -> np.ndarray | None:
    """A TIFF colour map (all reds, all greens, all blues; 16 bit) as a table of (3, n) bytes."""
    if len(color_map) < 6 or len(color_map) % 3:
        return None
    return (color_map.reshape(3, -1) >> 8).astype(np.uint8)


def color_of(table: Sequence | np.ndarray | None) -> str | None:
    """The colour of a table that runs evenly from black to it, as ``#RRGGBB``; ``None`` for any other table."""
    entries = np.asarray(table if table is not None else [], dtype=np.float64)
    if entries.ndim != 2 or entries.shape[0] != 3 or entries.shape[1] < 2:
        return None
    top = entries[:, -1]
    ramp = top[:, None] * np.linspace(0, 1, entries.shape[1])
    if top.max() < 64 or np.abs(entries - ramp).max() > 8:
        return None
    return "#{:02X}{:02X}{:02X}".format(*top.astype(int))
