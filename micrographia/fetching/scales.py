"""Scales that a source states: taken for a file that states none, when it is an image of the same size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from micrographia.collection.cells import number
from micrographia.collection.fields import UNITS
from micrographia.collection.findings import Finding
from micrographia.collection.records import Facts, Given, Record

_WORDS = {"pixel_size_um": "pixel size", "z_step_um": "distance of the slices", "frame_interval_s": "frame interval"}


def stated(record: Record, facts: Facts) -> tuple[Given, tuple[Finding, ...]]:
    """What is given for the pixels of a file, with what the fields of its record state, and what was not taken.

    Parameters
    ----------
    record
        Its fields hold what the source states; what a table gives goes before them.
    facts
        What the file says.
    """
    given, sizes = record.given, facts.sizes
    # A scale holds for the number of samples that it was stated with: a copy may be smaller.
    same = {
        "pixel_size_um": (_of(record, "width_px"), _of(record, "height_px")) == (sizes.x, sizes.y),
        "z_step_um": _of(record, "slices") == sizes.z,
        "frame_interval_s": _of(record, "frames") == sizes.t,
    }
    known = {
        "pixel_size_um": facts.pixel_size_um.x,
        # Along an axis of one position there is nothing to know.
        "z_step_um": facts.pixel_size_um.z if sizes.z > 1 else 0.0,
        "frame_interval_s": facts.frame_interval_s if sizes.t > 1 else 0.0,
    }
    taken: dict[str, Any] = {}
    findings = []
    for name, is_same in same.items():
        value = _of(record, name)
        if value is None or getattr(given, name) is not None:
            continue
        if is_same:
            taken[name] = value
        elif known[name] is None:
            findings.append(_not_taken(name, value))
    return replace(given, **taken), tuple(findings)


def _of(record: Record, name: str) -> float | None:
    """The number that a field holds; none of several."""
    terms = record.fields.get(name, ())
    value = number(terms[0].text) if len(terms) == 1 else None
    return value if value is not None and value > 0 else None


def _not_taken(name: str, value: float) -> Finding:
    message = (
        f"The source states a {_WORDS[name]} of {value:g} {UNITS[name]}, but not for an image of this file's size; "
        "it was not taken."
    )
    return Finding("note", name, message)
