"""OME-XML read as a stream: what it says of axes, calibration, channels and files, however broken it is.

Only the elements that are used are kept, so that time and memory stay small for any size; document type declarations
and entities are refused. See docs/decisions/0003-ome-xml.md for why this is not a full schema parser.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NoReturn
from xml.parsers import expat

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel
from micrographia.imaging.readers import calibration

_IMAGES_LIMIT = 1000
_TEXT_LIMIT = 1000
_ENTRIES_LIMIT = 300_000
# More elements, deeper ones or longer tags describe no image; each costs time, and memory before it is seen here.
_ELEMENTS_LIMIT = 1_000_000
_DEPTH_LIMIT = 100
_TAG_LIMIT = 1 << 20
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class PlaneEntry:
    """One ``TiffData``: from which page of which file how many planes begin where on the axes."""

    ifd: int | None
    t: int
    z: int
    c: int
    count: int | None
    file: str = ""
    uuid: str = ""


@dataclass
class OmeImage:
    """One ``Image`` of an OME-XML document, as it was written."""

    name: str = ""
    acquired: str | None = None
    pixels: dict[str, str] = field(default_factory=dict)
    channels: list[dict[str, str]] = field(default_factory=list)
    entries: list[PlaneEntry] = field(default_factory=list)
    times: dict[int, tuple[float, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class OmeDocument:
    """An OME-XML document: its images, its own UUID, and the file that holds the rest when it is a stub."""

    images: tuple[OmeImage, ...] = ()
    uuid: str = ""
    companion: str = ""
    findings: tuple[Finding, ...] = ()


def parse(text: bytes) -> OmeDocument:
    """The document in ``text``; what could be read before a fault, and a finding about the fault."""
    builder = _Builder()
    try:
        builder.read(text)
    except expat.ExpatError as error:
        builder.findings.append(_broken(f"it is not well-formed XML ({error})"))
    except _Stopped as error:
        builder.findings.append(_broken(str(error)))
    except _Refused as error:
        builder.findings.append(_broken(str(error)))
        builder.images.clear()
    except (ValueError, LookupError) as error:
        builder.findings.append(_broken(f"its text cannot be decoded ({error})"))
    return OmeDocument(tuple(builder.images), builder.uuid, builder.companion, tuple(builder.findings))


def lengths_of(image: OmeImage) -> dict[str, int] | None:
    """The lengths of the axes ``t``, ``z``, ``c`` (``c`` counts samples, as OME does); ``None`` for nonsense."""
    lengths = {axis: integer(image.pixels.get(f"Size{axis.upper()}", "1"), 0) for axis in "tzc"}
    return lengths if all(lengths.values()) else None


def plane_order(image: OmeImage) -> str:
    """The order of the planes, slowest axis first."""
    fastest_first = "".join(letter for letter in image.pixels.get("DimensionOrder", "").casefold() if letter in "tzc")
    return fastest_first[::-1] if sorted(fastest_first) == ["c", "t", "z"] else "tcz"


def channels_of(image: OmeImage, count: int) -> tuple[Channel, ...]:
    """``count`` channels with the names, colours and wavelengths that the image has for them."""
    described = image.channels[:count] + [{}] * (count - len(image.channels))
    colors = [_color(channel.get("Color")) for channel in described]
    if count > 1 and len(set(colors)) == 1:
        colors = [None] * count
    return tuple(
        Channel(
            name=(channel.get("Name") or channel.get("Fluor") or "").strip()[:100],
            color=color,
            wavelength_nm=_nanometres(channel),
        )
        for channel, color in zip(described, colors, strict=True)
    )


def pixel_size(image: OmeImage, has_z: bool) -> calibration.Calibration:
    """The physical pixel size; sizes of exactly 1 for which no unit is written are no calibration."""
    axes = "xyz" if has_z else "xy"
    sizes = {axis: number(image.pixels.get(f"PhysicalSize{axis.upper()}")) for axis in axes}
    units = {axis: image.pixels.get(f"PhysicalSize{axis.upper()}Unit") for axis in axes}
    written = [value for value in sizes.values() if value is not None]
    if written and all(value == 1 for value in written) and not any(units.values()):
        return calibration.calibrate(sizes, dict.fromkeys(axes, ""), source="The OME-XML")
    return calibration.calibrate(sizes, {axis: unit or "µm" for axis, unit in units.items()}, source="The OME-XML")


def frame_interval(image: OmeImage) -> tuple[float | None, tuple[Finding, ...]]:
    """Seconds between frames: from ``TimeIncrement``, else from the times of the planes."""
    value = number(image.pixels.get("TimeIncrement"))
    factor = calibration.seconds(image.pixels.get("TimeIncrementUnit", "s"))
    said = calibration.plausible_interval(value * factor if value and factor else None)
    measured = calibration.plausible_interval(_measured_interval(image))
    if said and measured and abs(said - measured) > 0.1 * said:
        return said, (_conflict(said, measured),)
    return said or measured, ()


def integer(text: str | None, default: int) -> int:
    """A whole number of at most nine digits; ``default`` for anything else."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else default


def number(text: str | None) -> float | None:
    """A finite number; ``None`` for anything else."""
    try:
        value = float((text or "").strip()[:40])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class _Refused(Exception):
    """The document does what no image file needs to do."""


class _Stopped(Exception):
    """The document goes on beyond what is read."""


class _Builder:
    """Keeps what is used while the parser runs through the document."""

    def __init__(self) -> None:
        self.images: list[OmeImage] = []
        self.uuid = self.companion = ""
        self.findings: list[Finding] = []
        self._text: list[str] = []
        self._depth = self._elements = self._kept = 0
        self._entry: dict[str, str] | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse

    def read(self, text: bytes) -> None:
        """Run through the document block by block, so that a tag is noticed before it is whole."""
        view = memoryview(text)
        for start in range(0, len(view), _BLOCK):
            self.parser.Parse(view[start : start + _BLOCK], False)
            if start - self.parser.CurrentByteIndex > _TAG_LIMIT:
                raise _Stopped(f"it has a tag of more than {_TAG_LIMIT:,} bytes")
        self.parser.Parse(b"", True)

    def _refuse(self, *_: object) -> NoReturn:
        raise _Refused("it declares a document type or entities, which are not read")

    def _characters(self, text: str) -> None:
        if len(self._text) < 8:
            self._text.append(text[:_TEXT_LIMIT])

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text = []
        self._depth += 1
        self._elements += 1
        if self._depth > _DEPTH_LIMIT or self._elements > _ELEMENTS_LIMIT:
            raise _Stopped(f"it has more than {_ELEMENTS_LIMIT:,} elements, or more than {_DEPTH_LIMIT} within another")
        name = tag.rpartition(":")[2]
        if name == "Image":
            if len(self.images) < _IMAGES_LIMIT:
                self.images.append(OmeImage(name=attributes.get("Name", "")[:_TEXT_LIMIT]))
        elif name == "BinaryOnly":
            self.companion = attributes.get("MetadataFile", "")[:_TEXT_LIMIT]
        elif self.images:
            self._start_in_image(name, attributes)

    def _start_in_image(self, name: str, attributes: dict[str, str]) -> None:
        image = self.images[-1]
        if name == "Pixels" and not image.pixels:
            image.pixels = attributes
        elif name == "Channel" and len(image.channels) < 4096:
            image.channels.append(attributes)
        elif name == "TiffData":
            self._entry = attributes
        elif name == "UUID" and self._entry is not None:
            self._entry["FileName"] = attributes.get("FileName", "")[:_TEXT_LIMIT]
        elif name == "Plane" and attributes.get("TheZ", "0") == "0" and attributes.get("TheC", "0") == "0":
            value = number(attributes.get("DeltaT"))
            if value is not None and len(image.times) < _ENTRIES_LIMIT:
                image.times[integer(attributes.get("TheT"), 0)] = (value, attributes.get("DeltaTUnit", "s"))

    def _end(self, tag: str) -> None:
        self._depth -= 1
        name = tag.rpartition(":")[2]
        text = "".join(self._text).strip()
        if name == "UUID" and self._entry is not None:
            self._entry["UUID"] = text
        elif name == "UUID" and not self.uuid:
            self.uuid = text
        elif name == "AcquisitionDate" and self.images:
            self.images[-1].acquired = text[:40] or None
        elif name == "TiffData" and self._entry is not None:
            self._keep_entry(self._entry)
            self._entry = None

    def _keep_entry(self, attributes: Mapping[str, str]) -> None:
        self._kept += 1
        if self._kept > _ENTRIES_LIMIT:
            raise _Refused(f"it lists more than {_ENTRIES_LIMIT:,} planes")
        ifd = integer(attributes.get("IFD"), -1)
        count = integer(attributes.get("PlaneCount"), -1)
        self.images[-1].entries.append(
            PlaneEntry(
                ifd=None if ifd < 0 else ifd,
                t=integer(attributes.get("FirstT"), 0),
                z=integer(attributes.get("FirstZ"), 0),
                c=integer(attributes.get("FirstC"), 0),
                count=None if count < 0 else count,
                file=attributes.get("FileName", ""),
                uuid=attributes.get("UUID", ""),
            )
        )


def _color(text: str | None) -> str | None:
    try:
        value = int((text or "").strip()[:12]) & 0xFFFFFFFF
    except ValueError:
        return None
    return f"#{value >> 8:06X}" if value >> 8 else None


def _nanometres(channel: Mapping[str, str]) -> float | None:
    value = number(channel.get("EmissionWavelength"))
    factor = calibration.micrometres(channel.get("EmissionWavelengthUnit", "nm"))
    length = value * factor * 1000 if value and factor else None
    return round(length, 3) if length and 1 <= length <= 1e5 else None


def _measured_interval(image: OmeImage) -> float | None:
    """The middle step between the times of successive frames."""
    times = sorted((t, value * (calibration.seconds(unit) or math.nan)) for t, (value, unit) in image.times.items())
    steps = sorted((b - a) / (u - t) for (t, a), (u, b) in pairwise(times) if b > a)
    return steps[len(steps) // 2] if steps else None


def _conflict(said: float, measured: float) -> Finding:
    return Finding(
        "warning",
        "frame_interval_s",
        f"The OME-XML says {said:g} s between frames, but the times of its planes are {measured:g} s apart.",
        "Give frame_interval_s in the table when you know it.",
    )


def nonsense(why: str) -> Finding:
    """The finding for a document that is sound XML, but does not describe what the file holds."""
    return _broken(why)


def _broken(why: str) -> Finding:
    return Finding(
        "warning",
        "metadata",
        f"The OME-XML of the file is not used as it stands: {why}.",
        "Save the file again with a program that writes valid OME-TIFF, or give the facts in the table.",
    )
