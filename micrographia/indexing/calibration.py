"""What a table says of the pixels, joined with what the file says: it fills gaps and never overrules."""

from __future__ import annotations

from dataclasses import replace

from micrographia.collection.fields import UNITS
from micrographia.collection.findings import Finding
from micrographia.collection.records import Facts, Given

# Beyond this relative difference, two values are not the same one rounded.
TOLERANCE = 0.01

_WORDS = {"pixel_size_um": "pixel size", "z_step_um": "z step", "frame_interval_s": "frame interval"}


def calibrated(facts: Facts, given: Given, whence: str = "the table") -> tuple[Facts, tuple[Finding, ...]]:
    """The facts with the values of the table where the file has none, and each value taken over or in conflict.

    Parameters
    ----------
    facts
        What the file says.
    given
        What the table says.
    whence
        What the findings call the table.
    """
    pixel = facts.pixel_size_um
    said = {"pixel_size_um": pixel.x, "z_step_um": pixel.z, "frame_interval_s": facts.frame_interval_s}
    # A step along an axis of one position says nothing of the image.
    along = {"pixel_size_um": 2, "z_step_um": facts.sizes.z, "frame_interval_s": facts.sizes.t}
    findings: list[Finding] = []
    for name, value in said.items():
        wanted = getattr(given, name)
        if wanted is None:
            continue
        if value is None and along[name] > 1:
            facts = _filled(facts, name, wanted)
            findings.append(_taken(name, wanted, whence))
        elif value is not None and abs(value - wanted) > TOLERANCE * max(value, wanted):
            findings.append(_conflict(name, value, wanted, whence))
    return facts, tuple(findings)


def _filled(facts: Facts, name: str, value: float) -> Facts:
    if name == "frame_interval_s":
        return replace(facts, frame_interval_s=value)
    pixel = facts.pixel_size_um
    if name == "z_step_um":
        return replace(facts, pixel_size_um=replace(pixel, z=value))
    return replace(facts, pixel_size_um=replace(pixel, x=value, y=value if pixel.y is None else pixel.y))


def _taken(name: str, value: float, whence: str) -> Finding:
    message = f"The {_WORDS[name]}, {value:g} {UNITS[name]}, is from {whence}; the file does not say it."
    return Finding("note", name, message)


def _conflict(name: str, value: float, wanted: float, whence: str) -> Finding:
    message = (
        f"The {_WORDS[name]} is {value:g} {UNITS[name]} in the file and {wanted:g} {UNITS[name]} in {whence}; "
        "the file's was taken."
    )
    return Finding("warning", name, message, f"Correct {whence}; or the file, when it is wrong.")
