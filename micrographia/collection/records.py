"""What the library keeps of an image: the record, its terms, its files, and the facts read from its pixels."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from micrographia.collection.findings import Finding, printable

Visibility = Literal["public", "hidden"]

# Beyond these a step between samples, in µm, or between frames, in seconds, is a slip or a lie.
_LEAST_UM, _MOST_UM = 1e-6, 1e5
_LEAST_S, _MOST_S = 1e-12, 1e9

ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a field: its text, and its ontology id (a CURIE such as ``GO:0000278``) when it has one."""

    text: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The lengths of the five axes; for a colour image ``c`` counts its samples (3)."""

    y: int
    x: int
    z: int = 1
    c: int = 1
    t: int = 1


@dataclass(frozen=True, slots=True)
class PixelSize:
    """The distance between neighbouring samples in µm; ``None`` where it is not known, or is none that can be."""

    x: float | None = None
    y: float | None = None
    z: float | None = None

    def __post_init__(self) -> None:
        # They come out of hostile files, by many readers; what is measured with them must be a number that can be told.
        for axis in ("x", "y", "z"):
            step = getattr(self, axis)
            if step is not None and not _LEAST_UM <= step <= _MOST_UM:
                object.__setattr__(self, axis, None)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel: name, display colour (``#RRGGBB``), display limits in raw units, emission wavelength in nm.

    ``limits`` are the file's own display limits, ``None`` when it has none. ``auto`` are limits
    measured from the pixels when the image was indexed.
    """

    name: str = ""
    color: str | None = None
    limits: tuple[float, float] | None = None
    wavelength_nm: float | None = None
    auto: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        # Names come out of hostile files, by many readers; half of a surrogate pair could not be sent to anybody.
        object.__setattr__(self, "name", printable(self.name))
        # As little could be said or drawn of what is no number.
        for part in ("limits", "auto"):
            if not all(map(math.isfinite, getattr(self, part) or ())):
                object.__setattr__(self, part, None)
        if not math.isfinite(self.wavelength_nm or 0):
            object.__setattr__(self, "wavelength_nm", None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What an image file says of itself, checked: axes, samples, calibration, channels, levels.

    ``dtype`` is the NumPy name of the sample type as stored. ``levels`` are the (y, x) sizes of the
    resolution levels in the file, full size first, at least one. ``content_hash`` is the SHA-256 of the
    file's bytes in hexadecimal; for a folder of planes, of its files' names and hashes. ``preview``
    says that the file is only the still picture that stands for an image whose own file is elsewhere.
    """

    sizes: Sizes
    dtype: str
    colour: bool = False
    labels: bool = False
    pixel_size_um: PixelSize = PixelSize()
    frame_interval_s: float | None = None
    channels: tuple[Channel, ...] = ()
    levels: tuple[tuple[int, int], ...] = ()
    acquired: str | None = None
    format: str = ""
    video: bool = False
    content_hash: str = ""
    preview: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "format", printable(self.format))
        object.__setattr__(self, "acquired", self.acquired and printable(self.acquired))
        if self.frame_interval_s is not None and not _LEAST_S <= self.frame_interval_s <= _MOST_S:
            object.__setattr__(self, "frame_interval_s", None)

    @property
    def version(self) -> str:
        """The short content hash that stands in immutable addresses."""
        return self.content_hash[:16]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Where a record's pixels lie: the absolute source folder, and the path of the file or folder in it.

    ``size`` is in bytes; ``modified_ns`` and ``size`` are what a repeated indexing compares before it hashes.
    """

    source: str
    path: str
    size: int = 0
    modified_ns: int = 0
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a table says of the pixels, for a file that does not say it: it never overrules the file.

    ``axes`` names the axes of the file in its own order, such as ``TYX``; it is handed on when the file is opened.
    """

    pixel_size_um: float | None = None
    z_step_um: float | None = None
    frame_interval_s: float | None = None
    axes: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a record's history: when (ISO 8601, UTC), who, and what was done."""

    when: str
    who: str
    what: str


@dataclass(frozen=True)
class Record:
    """One image of the library, with everything that is known of it.

    ``description`` is kept as it came; ``richtext.to_html`` makes it safe to show. ``fields`` map a
    field name to its terms in order. ``licence`` is an SPDX id (or ``LicenseRef-...``), ``None`` when unknown.
    """

    id: str
    title: str = ""
    description: str = ""
    fields: Mapping[str, tuple[Term, ...]] = field(default_factory=lambda: MappingProxyType({}))
    contributors: tuple[str, ...] = ()
    licence: str | None = None
    attribution: str = ""
    source: str = ""
    year: int | None = None
    group: str | None = None
    file: SourceFile | None = None
    given: Given = Given()
    facts: Facts | None = None
    findings: tuple[Finding, ...] = ()
    history: tuple[Event, ...] = ()
    visibility: Visibility = "public"
    added: str = ""
    changed: str = ""

    @property
    def measured(self) -> Facts | None:
        """The facts, when they are those of the image itself; a still picture in its place says nothing of it."""
        return None if self.facts is None or self.facts.preview else self.facts

    @property
    def credit(self) -> str:
        """The line that must stand beside the picture: the attribution, else who made the image."""
        return self.attribution or ", ".join(self.contributors)
