"""Dimensions: sizes, pixel sizes, slices, frames and wavelengths, as far as they can be trusted.

A value that is used stands in the field that searching reads as a number; any other is kept in ``..._as_given``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from micrographia.collection.records import Term
from micrographia.importing.cil.shapes import an_object, as_list, as_number, as_text, at
from micrographia.importing.documents import Notes
from micrographia.importing.texts import mended, one_line, quoted

# µm a pixel: below and above, the value is something else, such as the pitch of a scanner or a field of view.
PIXEL_UM = (0.000_05, 5.0)
_Z_STEP_UM = (0.000_1, 1_000.0)
_INTERVAL_S = (1e-9, 1e8)
_COUNT_LIMIT = 1_000_000
_LIGHT_NM = (150, 3000)
_UM = {"microns": 1.0, "micrometers": 1.0, "um": 1.0, "nanometers": 0.001, "nm": 0.001}


@dataclass
class _Found:
    """What the items of one record say, while they are read."""

    notes: Notes
    spaces: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    times: list[Mapping[str, Any]] = field(default_factory=list)
    waves: list[Mapping[str, Any]] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, name: str, *values: float | str) -> None:
        self.fields.setdefault(name, []).extend(v if isinstance(v, str) else _written(v) for v in values)

    def as_given(self, name: str, value: str) -> None:
        text = one_line(mended(value, name, self.notes))
        if text and text not in self.fields.setdefault(f"{name}_as_given", []):
            self.fields[f"{name}_as_given"].append(text[:200])


def dimension_fields(value: object, notes: Notes) -> dict[str, list[Term]]:
    """The fields that the items of DIMENSION become."""
    found = _Found(notes)
    for item in as_list(value):
        _sort(item, found)
    axes = _axes(found)
    if set(axes) & {"X", "Y"}:
        _sizes(axes, found)
        _pixel_size(axes, found)
    _slices(axes, found)
    _times(axes, found)
    _wavelengths(found)
    return {name: [Term(text) for text in dict.fromkeys(texts)] for name, texts in found.fields.items() if texts}


def _sort(item: object, found: _Found) -> None:
    told = {name: value for name in ("Space", "Time", "Wavelength") if isinstance(value := at(item, name), dict)}
    if item not in ({}, None) and (not told or len(an_object(item)) > len(told)):
        found.notes.doubt("not a dimension", "image_size", f"{quoted(item)} is no dimension; it was left out.")
    if "Space" in told:
        axis = (as_text(told["Space"].get("axis")) or "").strip().upper()
        if axis in ("X", "Y", "Z"):
            found.spaces.append((axis, told["Space"]))
        else:
            message = f"{quoted(told['Space'].get('axis'))} is no axis; it was left out."
            found.notes.doubt("not a dimension", "image_size", message)
    found.times += [told["Time"]] if "Time" in told else []
    found.waves += [told["Wavelength"]] if "Wavelength" in told else []


def _axes(found: _Found) -> dict[str, Mapping[str, Any]]:
    """One item for each axis, those put right that bear the name of another."""
    names = [axis for axis, _ in found.spaces]
    if names.count("X") == 2 and "Y" not in names:
        second = len(names) - 1 - names[::-1].index("X")
        names[second] = "Y"
        found.notes.note("second X is Y", "image_size", "There were two sizes in X and none in Y; the second is Y.")
    elif names.count("Y") == 2 and "X" not in names:
        names[names.index("Y")] = "X"
        found.notes.note("first Y is X", "image_size", "There were two sizes in Y and none in X; the first is X.")
    axes: dict[str, Mapping[str, Any]] = {}
    for name, (_, value) in zip(names, found.spaces):
        if name in axes:
            found.notes.doubt("axis twice", "image_size", f"The axis {name} stood there twice; the first was taken.")
            found.as_given("image_size", f"{name} {_size_text(value)}")
        axes.setdefault(name, value)
    return axes


def _sizes(axes: Mapping[str, Mapping[str, Any]], found: _Found) -> None:
    sizes: dict[str, int] = {}
    for name in ("X", "Y"):
        given = axes.get(name, {}).get("Image_size")
        size = _count(given)
        if size is not None:
            sizes[name] = size
            _coerced(given, "image_size", found)
        elif given is not None:
            found.notes.doubt("size that cannot be", "image_size", f"The size {quoted(given)} in {name} cannot be.")
            found.as_given("image_size", f"{name} {as_text(given) or ''}")
    if len(sizes) == 2:
        found.keep("image_size", max(sizes.values()))
        found.keep("width_px", sizes["X"])
        found.keep("height_px", sizes["Y"])
    elif sizes:
        (name, size) = next(iter(sizes.items()))
        found.notes.doubt("size in one axis", "image_size", f"The size is known in {name} only.")
        found.as_given("image_size", f"{name} {size}")


def _pixel_size(axes: Mapping[str, Mapping[str, Any]], found: _Found) -> None:
    given = {name: axes[name].get("Pixel_size") for name in ("X", "Y") if name in axes}
    given = {name: value for name, value in given.items() if value not in (None, {})}
    if not given:
        return
    read = {name: _length(value) for name, value in given.items()}
    known = {name: size for name, size in read.items() if size is not None}
    problem = _pixel_problem(given, known)
    if problem:
        kind, message = problem
        found.notes.doubt(
            kind, "pixel_size_um", message, "Measure it against a known length before a scale bar is drawn."
        )
        for name, value in given.items():
            found.as_given("pixel_size_um", f"{name} {_length_text(value)}")
        return
    for value in given.values():
        _coerced(at(value, "value"), "pixel_size_um", found)
    if len(known) == 1:
        found.notes.note(
            "pixel size in one axis", "pixel_size_um", f"The pixel size is given in {next(iter(known))} only."
        )
    found.keep("pixel_size_um", next(iter(known.values())))


def _pixel_problem(given: Mapping[str, Any], known: Mapping[str, float]) -> tuple[str, str] | None:
    """Why a pixel size is not used: the kind, and a sentence."""
    low, high = PIXEL_UM
    said = " and ".join(quoted(_length_text(value)) for value in given.values())
    if len(known) < len(given):
        return "pixel size that cannot be", f"The pixel size {said} is no length."
    if any(size >= high for size in known.values()):
        message = f"The pixel size {said} is 5 µm or more: more likely the pitch of a scanner, or a field of view."
        return "scan pitch or field of view", message
    if any(size < low for size in known.values()):
        return "pixel size that cannot be", f"The pixel size {said} is less than an atom."
    if len({as_text(at(value, "unit")) for value in given.values()}) > 1:
        return "pixel sizes in two units", f"The pixel size is in one unit in X and in another in Y: {said}."
    if max(known.values()) > 1.01 * min(known.values()):
        return "pixel sizes differ", f"The pixel sizes in X and Y differ: {said}."
    if all(isinstance(at(value, "value"), str) for value in given.values()) and set(known.values()) == {1.0}:
        return "pixel size from a form", f"The pixel size {said} comes from a form that cut decimals off."
    return None


def _slices(axes: Mapping[str, Mapping[str, Any]], found: _Found) -> None:
    z = axes.get("Z")
    if z is None:
        return
    given, y = z.get("Image_size"), axes.get("Y", {}).get("Image_size")
    count = _count(given)
    if count is not None and count == _count(y) and (isinstance(given, str) or count > 300):
        found.notes.doubt(
            "Z is Y again", "slices", f"The number of slices, {count}, is the height again; it was not used."
        )
        found.as_given("slices", str(count))
    elif count is not None:
        found.keep("slices", count)
        _coerced(given, "slices", found)
    elif given is not None:
        found.notes.doubt("size that cannot be", "slices", f"The number of slices {quoted(given)} cannot be.")
        found.as_given("slices", as_text(given) or "")
    _keep_length(z.get("Pixel_size"), "z_step_um", found)


def _keep_length(given: object, name: str, found: _Found) -> None:
    if given in (None, {}):
        return
    size = _length(given)
    if size is None or not _Z_STEP_UM[0] <= size <= _Z_STEP_UM[1]:
        found.notes.doubt("distance that cannot be", name, f"The distance {quoted(_length_text(given))} cannot be.")
        found.as_given(name, _length_text(given))
        return
    _coerced(at(given, "value"), name, found)
    found.keep(name, size)


def _times(axes: Mapping[str, Mapping[str, Any]], found: _Found) -> None:
    for i, item in enumerate(found.times):
        in_microns = as_text(item.get("unit")) in _UM
        if i and in_microns and "Z" not in axes and "slices" not in found.fields:
            _time_as_slices(item, found)
        elif i:
            found.notes.doubt("several times", "frame_interval_s", "Several time axes are given; the first was taken.")
            found.as_given("frame_interval_s", _time_text(item))
        else:
            _time(item, in_microns, found)


def _time(item: Mapping[str, Any], in_microns: bool, found: _Found) -> None:
    given, unit, name = item.get("value"), (as_text(item.get("unit")) or "").strip(), "frame_interval_s"
    interval = as_number(given)
    if in_microns:
        message = f"The time between frames is given in {quoted(unit)}; it was taken as seconds."
        found.notes.doubt("time in microns", name, message, "Compare it with the publication.")
    known = in_microns or unit.casefold() in ("seconds", "s", "second", "sec")
    if interval is not None and known and _INTERVAL_S[0] <= interval <= _INTERVAL_S[1]:
        found.keep(name, interval)
        _coerced(given, name, found)
    elif given is not None:
        message = f"The time between frames {quoted(_time_text(item))} cannot be."
        found.notes.doubt("time that cannot be", name, message)
        found.as_given(name, _time_text(item))
    _frames(item.get("frame"), found)


def _frames(given: object, found: _Found) -> None:
    count = _count(given)
    if count is not None:
        found.keep("frames", count)
    elif given not in (None, ""):
        message = f"The number of frames is given as {quoted(given)}, which is no number; it is kept as a text."
        found.notes.note("frames as text", "frames", message)
        found.as_given("frames", as_text(given) or "")


def _time_as_slices(item: Mapping[str, Any], found: _Found) -> None:
    found.notes.note(
        "second time is Z", "slices", "The second time axis is in micrometres; it was taken as the slices."
    )
    count = _count(item.get("frame"))
    if count is not None:
        found.keep("slices", count)
    _keep_length(item, "z_step_um", found)


def _wavelengths(found: _Found) -> None:
    name = "wavelength_nm"
    for item in found.waves:
        text = as_text(item.get("value")) or ""
        numbers = [as_number(part) for part in re.split(r"[,;/]|\band\b", text)]
        if text and all(number is not None and _LIGHT_NM[0] <= number <= _LIGHT_NM[1] for number in numbers):
            found.keep(name, *(number for number in numbers if number is not None))
            if as_text(item.get("unit")) != "nanometers":
                message = (
                    f"The wavelengths {quoted(text)} are given in {quoted(item.get('unit'))}; they are nanometres."
                )
                found.notes.note("wavelength in microns", name, message)
        elif item.get("value") is not None:
            message = f"The wavelength {quoted(item.get('value'))} is no number; it is kept as a text."
            found.notes.note("wavelength as text", name, message)
            found.as_given(name, text)


def _count(value: object) -> int | None:
    number = as_number(value)
    return int(number) if number is not None and number == int(number) and 1 <= number <= _COUNT_LIMIT else None


def _length(value: object) -> float | None:
    """A length in µm; ``None`` for anything else."""
    number = as_number(at(value, "value"))
    factor = _UM.get((as_text(at(value, "unit")) or "").strip().casefold())
    if number is None or factor is None or number <= 0:
        return None
    return float(f"{number * factor:.12g}")


def _coerced(given: object, name: str, found: _Found) -> None:
    if isinstance(given, str):
        found.notes.note("number written as text", name, f"The number {quoted(given)} was written as a text.")


def _length_text(value: object) -> str:
    return f"{as_text(at(value, 'value')) or '?'} {as_text(at(value, 'unit')) or '?'}"


def _size_text(value: Mapping[str, Any]) -> str:
    return as_text(value.get("Image_size")) or _length_text(value.get("Pixel_size"))


def _time_text(item: Mapping[str, Any]) -> str:
    frame = as_text(item.get("frame"))
    return _length_text(item) + (f", {frame} frames" if frame else "")


def _written(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)
