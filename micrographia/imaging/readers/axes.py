"""Axes a file does not name: guesses from names, and the findings that say so."""

from __future__ import annotations

import re

import numpy as np

from micrographia.collection.findings import Finding

_WORDS = {
    "t": r"time|times|timelapse|lapse|movie|film|video|frames?|series|timeseries|xyt|live|tracking",
    "z": r"stack|zstack|slices?|volume|sections?|xyz|3d|depth|focus|tomogram",
    "c": r"channels?|xyc|rgb|colou?rs?|multichannel|composite",
}
_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
_BITS = re.compile(r"(?<![0-9])(8|12|14|16|32)[ _-]?bits?(?![A-Za-z])", re.IGNORECASE)
_LABEL_WORDS = re.compile(r"(labels?|masks?|segmentations?|segmented|instances?|groundtruth|glasbey)", re.IGNORECASE)


def guess_axis(name: str, length: int) -> tuple[str, Finding]:
    """The axis (``t``, ``z`` or ``c``) that ``length`` unnamed planes most likely lie on, and the finding about it."""
    words = [word.casefold() for word in _SPLIT.split(name) if word]
    for axis, pattern in _WORDS.items():
        hint = next((word for word in words if re.fullmatch(pattern, word)), None) or _inside(axis, words)
        if hint:
            return axis, _guessed(axis, length, f"the name says {hint!r}")
    return "z", _guessed("z", length, "most stacks are")


def _inside(axis: str, words: list[str]) -> str | None:
    roots = {"t": ("timelapse", "timeseries", "movie"), "z": ("zstack", "zseries"), "c": ("multichannel",)}[axis]
    return next((root for root in roots for word in words if root in word), None)


def _guessed(axis: str, length: int, why: str) -> Finding:
    meaning = {"t": "time points", "z": "slices", "c": "channels"}[axis]
    return Finding(
        "warning",
        "axes",
        f"The file does not say what its {length} planes are; they are taken for {meaning} because {why}.",
        f"Give the axes (such as {axis.upper()}YX) in the table's column axes, or save the file with named axes.",
    )


def name_findings(name: str, dtype: np.dtype) -> list[Finding]:
    """What the file's name says about its samples that is not so."""
    match = _BITS.search(name)
    if not match:
        return []
    bits = int(match[1])
    holds = 16 if bits in {12, 14} else bits
    if dtype.itemsize * 8 == holds:
        return []
    return [
        Finding(
            "warning",
            "dtype",
            f"The name says {bits} bit, but the samples are {dtype.itemsize * 8} bit ({dtype.name}), which is right.",
            "Rename the file, or check that it is the one you mean.",
        )
    ]


def samples_finding(count: int, dtype: np.dtype) -> Finding:
    """The finding for channels that are stored as samples of one colour pixel."""
    return Finding(
        "warning",
        "channels",
        f"The {count} samples of each pixel ({dtype.name}) are stored like a colour; they are read as channels.",
        "Save the channels as planes of their own if a program mistakes them for colour.",
    )


def says_labels(*names: str) -> bool:
    """Whether a name or a piece of metadata calls the image a label image or a mask."""
    return any(_LABEL_WORDS.fullmatch(word) for name in names for word in _SPLIT.split(name) if word)


def parse_axes(axes: str, count: int) -> str | None:
    """The leading axes out of what the caller knows, as letters of ``tzc``; ``None`` when that cannot be."""
    letters = [letter for letter in axes.casefold() if letter in "tzc"]
    return "".join(letters) if letters and len(letters) == len(set(letters)) <= 3 and count > 1 else None
