"""Calibration: lengths and times in any unit to µm and seconds, and what cannot be trusted."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from micrographia.collection.findings import Finding
from micrographia.collection.records import PixelSize

_LENGTHS = {
    "m": 1e6, "dm": 1e5, "cm": 1e4, "mm": 1e3, "µm": 1.0, "um": 1.0, "u": 1.0, "nm": 1e-3, "pm": 1e-6, "km": 1e9,
    "å": 1e-4, "a": 1e-4, "angstrom": 1e-4, "ångström": 1e-4,
    "in": 25400.0, "inch": 25400.0, '"': 25400.0, "li": 25400.0 / 12, "thou": 25.4, "mil": 25.4, "ft": 304800.0,
    "foot": 304800.0, "yd": 914400.0, "yard": 914400.0, "mi": 1.609344e9, "pt": 25400.0 / 72,
    "micro": 1.0, "micron": 1.0, "meter": 1e6, "metre": 1e6, "mile": 1.609344e9, "inche": 25400.0, "feet": 304800.0,
}  # fmt: skip
_PREFIXES = {
    "deci": 0.1, "centi": 1e-2, "milli": 1e-3, "micro": 1e-6, "nano": 1e-9, "pico": 1e-12, "femto": 1e-15, "kilo": 1e3
}  # fmt: skip
_TIMES = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "ms": 1e-3, "msec": 1e-3, "millisecond": 1e-3, "µs": 1e-6, "us": 1e-6,
    "microsecond": 1e-6, "ns": 1e-9, "nanosecond": 1e-9, "min": 60.0, "minute": 60.0, "h": 3600.0, "hr": 3600.0,
    "hour": 3600.0, "d": 86400.0, "day": 86400.0,
}  # fmt: skip
_NO_UNIT = frozenset(["", "pixel", "pixels", "px", "none", "null", "unknown", "reference frame", "unit"])
# Dots per inch that printers, screens and cameras write; nobody's microscope has them.
_PRINTING_DPI = frozenset(
    int(dpi)
    for dpi in (
        "1 10 50 72 75 90 92 96 100 110 120 144 150 160 175 180 200 220 240 250 254 288 300 350 360 "
        "400 450 480 500 508 600 720 900 1000 1200 1270 1440 2400"
    ).split()
)
# Beyond these a pixel is a slip, or in another unit: below the nucleus of an atom, or above a centimetre.
_SMALLEST_UM, _LARGEST_UM = 1e-6, 1e4
# From a picosecond to thirty years.
_SHORTEST_S, _LONGEST_S = 1e-12, 1e9
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Calibration:
    """A pixel size as far as it can be trusted, and what was noticed on the way."""

    pixel_size_um: PixelSize = PixelSize()
    findings: tuple[Finding, ...] = ()


def unit_text(text: str) -> str:
    """A unit as people write it: escapes resolved, the two Unicode micro signs made one."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\u03bc", "\u00b5").replace("Âµ", "\u00b5").replace("\x00", "").strip()


def micrometres(unit: str) -> float | None:
    """How many µm one ``unit`` is; ``None`` for a unit that is not a length or not known."""
    text = unit_text(unit)
    if text in _LENGTHS:
        return _LENGTHS[text]
    if len(text) < 3 and text not in {"IN", "UM", "NM", "CM", "MM"}:
        return _LENGTHS["å"] if text in {"Å", "\u212b"} else None
    word = text.casefold().rstrip(".")
    word = word[:-1] if len(word) > 3 and word.endswith("s") else word
    if word in _LENGTHS:
        return _LENGTHS[word]
    for prefix, factor in _PREFIXES.items():
        if word.removeprefix(prefix) in {"meter", "metre"} and word.startswith(prefix):
            return factor * 1e6
    return None


def seconds(unit: str) -> float | None:
    """How many seconds one ``unit`` is; ``None`` for a unit that is not a time or not known."""
    word = unit_text(unit)
    if word in _TIMES:
        return _TIMES[word]
    word = word.casefold().rstrip(".")
    return _TIMES.get(word) or _TIMES.get(word.removesuffix("s"))


def plausible_interval(interval_s: float | None) -> float | None:
    """A time between frames in seconds; ``None`` for one that no series can have."""
    return interval_s if interval_s and _SHORTEST_S <= interval_s <= _LONGEST_S else None


def calibrate(sizes: dict[str, float | None], units: dict[str, str], *, source: str = "The file") -> Calibration:
    """The pixel size in µm from values and units per axis.

    Parameters
    ----------
    sizes
        Per axis (``x``, ``y``, ``z``) the distance of neighbouring samples, in ``units``.
    units
        Per axis the unit as the file writes it; empty when it gives none.
    source
        Who says so, for the findings' sentences.

    Returns
    -------
    Calibration
        A value is ``None`` when it is missing, not a positive number, or without a unit that is a length.
    """
    findings: list[Finding] = []
    given = {axis: value for axis, value in sizes.items() if value is not None}
    unitless = [axis for axis in given if unit_text(units.get(axis, "")).casefold() in _NO_UNIT]
    if unitless:
        findings.append(_unitless_finding({axis: given[axis] for axis in unitless}, source))
    result: dict[str, float | None] = {}
    for axis, value in given.items():
        if axis in unitless:
            continue
        factor = micrometres(units[axis])
        result[axis] = _sound(value * factor) if factor else None
        if factor is None:
            findings.append(_unknown_unit(axis, units[axis]))
        elif result[axis] is None:
            findings.append(_impossible(axis, value))
    return Calibration(PixelSize(**result), tuple(dict.fromkeys(findings)))


def printing_dpi(pixels_per_unit: float, unit_um: float) -> int | None:
    """The dots per inch, when a resolution is one that printers and screens have; ``None`` otherwise."""
    if not (math.isfinite(pixels_per_unit) and pixels_per_unit > 0 and unit_um > 0):
        return None
    dpi = pixels_per_unit * 25400.0 / unit_um
    return round(dpi) if round(dpi) in _PRINTING_DPI and abs(dpi - round(dpi)) < 0.02 * max(1.0, dpi / 72) else None


def printing_finding(dpi: int) -> Finding:
    """The finding for a printing resolution that is not taken for a calibration."""
    return Finding(
        "note",
        "pixel_size_um",
        f"The file's resolution of {dpi} dpi is one for printing and not a calibration, so the pixel size is unknown.",
        "Give pixel_size_um in the table when you know it.",
    )


def _sound(value: float) -> float | None:
    return value if math.isfinite(value) and _SMALLEST_UM <= value <= _LARGEST_UM else None


def _unitless_finding(given: dict[str, float], source: str) -> Finding:
    said = ", ".join(f"{axis} {value:g}" for axis, value in given.items())
    return Finding(
        "note" if all(value in {0, 1} for value in given.values()) else "warning",
        "pixel_size_um",
        f"{source} gives a pixel size without a unit ({said}), so it is not calibrated.",
        "Give pixel_size_um in the table when you know it.",
    )


def _unknown_unit(axis: str, unit: str) -> Finding:
    return Finding(
        "warning",
        "pixel_size_um",
        f"The unit {unit_text(unit)[:40]!r} of the pixel size along {axis} is not a length that is known.",
        "Give pixel_size_um in the table, in µm.",
    )


def _impossible(axis: str, value: float) -> Finding:
    return Finding(
        "warning",
        "pixel_size_um",
        f"The pixel size {value:g} along {axis} cannot be, so it is left out.",
        "Give pixel_size_um in the table, in µm.",
    )
