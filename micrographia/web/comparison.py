"""Comparing: which of several images can be moved together, through depth, time and space, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from micrographia.collection.records import Facts, PixelSize, Record
from micrographia.portrait.particulars import THIN, duration, length

AT_ONCE = 4

# Two steps that differ by no more than this part are the same one rounded.
TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Link:
    """What images can be moved together by: its name, what people call it, the images by place, and what is said of it.

    Without images it cannot be linked, and ``said`` tells why.
    """

    name: str
    label: str
    images: tuple[int, ...]
    said: str


@dataclass(frozen=True, slots=True)
class _Axis:
    """An axis as one image has it: its length, the step along it, and both in words."""

    size: tuple[int, ...]
    step: float | None
    words: str
    step_words: str = ""

    def agrees(self, other: _Axis) -> bool:
        if self.size != other.size:
            return False
        if self.step is None or other.step is None:
            return True
        return abs(self.step - other.step) <= TOLERANCE * max(self.step, other.step)


def links(records: Sequence[Record]) -> tuple[Link, ...]:
    """What the images of some records can be moved together by; what none or only one of them has is left out."""
    found = [
        _along("z", "Depth (z)", records, _depth),
        _along("t", "Time (t)", records, _time),
        _along("view", "Zoom and place", records, _picture),
        _scale(records),
    ]
    return tuple(link for link in found if link is not None)


def trusted_pixel_size(record: Record) -> PixelSize | None:
    """The pixel size that lengths may be told from; ``None`` where it is unknown, or there is a doubt about it."""
    if record.facts is None or any(one.field == "pixel_size_um" and one.severity != "note" for one in record.findings):
        return None
    pixel = record.facts.pixel_size_um
    return pixel if pixel.x and pixel.y else None


def _along(name: str, label: str, records: Sequence[Record], axis_of: Callable[[Facts], _Axis | None]) -> Link | None:
    axes = {at: axis for at, record in enumerate(records) if record.facts and (axis := axis_of(record.facts))}
    if len(axes) < 2:
        return None
    together = max(([b for b in axes if axes[a].agrees(axes[b])] for a in axes), key=len)
    if len(together) < 2:
        return Link(name, label, (), f"cannot be linked: {_listed(axes, axes)}")
    apart = {at: axis for at, axis in axes.items() if at not in together}
    said = f"not {_listed(apart, axes)}" if apart else ""
    if not said and name != "view" and any(axes[at].step is None for at in together):
        said = "by number, as not every image says how far apart they are"
    return Link(name, label, tuple(together), said)


def _listed(some: dict[int, _Axis], all_axes: dict[int, _Axis]) -> str:
    # Of the same length, they differ in their steps.
    is_length = len({axis.size for axis in all_axes.values()}) > 1
    said = {at: axis.words if is_length else axis.step_words for at, axis in some.items()}
    return ", ".join(f"image {at + 1} ({words})" for at, words in said.items())


def _depth(facts: Facts) -> _Axis | None:
    count, step = facts.sizes.z, facts.pixel_size_um.z
    far = f"slices {length(step)} apart" if step else "slices of unknown distance"
    return _Axis((count,), step, f"{count:,} slices", far) if count > 1 else None


def _time(facts: Facts) -> _Axis | None:
    count, step = facts.sizes.t, facts.frame_interval_s
    far = f"a time point every {duration(step)}" if step else "time points of unknown distance"
    return _Axis((count,), step, f"{count:,} time points", far) if count > 1 else None


def _picture(facts: Facts) -> _Axis:
    width, height = facts.sizes.x, facts.sizes.y
    return _Axis((width, height), None, f"{width:,}{THIN}×{THIN}{height:,} pixels")


def _scale(records: Sequence[Record]) -> Link | None:
    shown = [at for at, record in enumerate(records) if record.facts]
    if len(shown) < 2:
        return None
    trusted = [at for at in shown if trusted_pixel_size(records[at])]
    others = [str(at + 1) for at in shown if at not in trusted]
    if not others:
        return Link("scale", "Same scale", tuple(trusted), "")
    which = f"image {others[0]}" if len(others) == 1 else f"images {', '.join(others[:-1])} and {others[-1]}"
    sizes = f"the pixel size of {which} is unknown or in doubt"
    if len(trusted) < 2:
        return Link("scale", "Same scale", (), f"cannot be shown: {sizes}")
    return Link("scale", "Same scale", tuple(trusted), f"not {which}: its pixel size is unknown or in doubt")
