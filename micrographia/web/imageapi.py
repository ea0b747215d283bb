"""IIIF Image API 3 in pixels: which plane an identifier means, and which region, size and turn an address asks for.

An identifier is that of an image, with a time and a slice when they are not the first and the middle one:
``CIL:1;t=3;z=7``. Of an image that may not be passed on, a small version is all there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.errors import Invalid, NotFound
from micrographia.imaging.planes import levels_of
from micrographia.imaging.rendering import MEDIA_TYPES, MOST_EDGE, MOST_PIXELS, View
from micrographia.library import Library
from micrographia.web.originals import may_pass_on
from micrographia.web.presentation import rights_address

CONTEXT = "http://iiif.io/api/image/3/context.json"
TILE = 512

# The longer edge of what is given of an image that may not be passed on: that of a thumbnail.
RESTRICTED_EDGE = 512

# What the protocol knows and is not done here: told from what makes no sense.
_OTHER_FORMATS = frozenset("tif gif jp2 pdf".split())
_OTHER_QUALITIES = frozenset({"bitonal"})

_INTEGER = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,20})?|\.[0-9]{1,20}")

Size = tuple[int, int]
Region = tuple[int, int, int, int]


class Unsupported(Invalid):
    """A request that the protocol allows, and that is not answered here."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of one image, as wide and high as it is given out, and the full size of the image."""

    id: str
    identifier: str
    t: int
    z: int
    width: int
    height: int
    full: Size

    @property
    def is_whole(self) -> bool:
        """Whether it is given out in full size."""
        return (self.width, self.height) == self.full

    def address(self, base: str) -> str:
        """The address of its image service."""
        return f"{base}/iiif/{quote(self.identifier, safe=':')}"


def plane_of(library: Library, identifier: str) -> Plane:
    """The plane of an identifier; raises ``NotFound``."""
    record_id, *said = identifier.split(";")
    image = library[record_id]
    facts = image.facts
    at = {"t": 0, "z": facts.sizes.z // 2}
    for part in said:
        name, _, text = part.partition("=")
        size = {"t": facts.sizes.t, "z": facts.sizes.z}.get(name, 0)
        if not _INTEGER.fullmatch(text) or not int(text) < size:
            raise NotFound(f"The image {record_id!r} has no plane {part[:40]!r}.")
        at[name] = int(text)
    full = facts.sizes.x, facts.sizes.y
    width, height = full if may_pass_on(image.record) else _within(full, (RESTRICTED_EDGE, RESTRICTED_EDGE))
    whole = f"{record_id};t={at['t']};z={at['z']}" if said else record_id
    return Plane(record_id, whole, at["t"], at["z"], width, height, full)


def info(plane: Plane, record: Record, base: str) -> dict[str, Any]:
    """The description of a plane's image service.

    Parameters
    ----------
    plane
        The plane.
    record
        The record of its image, with its facts.
    base
        The public address of the site.
    """
    levels = levels_of(record.facts) if plane.is_whole and record.facts else ()
    sizes = [(level.x, level.y) for level in levels if _fits(level.x, level.y)] or [_at_most(plane)]
    factors = [1 << power for power in range(16) if power == 0 or max(plane.width, plane.height) >> power >= TILE // 2]
    known = licence(record.licence) if record.licence else None
    features = ["canonicalLinkHeader", "mirroring", "profileLinkHeader"]
    said = {
        "@context": CONTEXT,
        "id": plane.address(base),
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": plane.width,
        "height": plane.height,
        "maxWidth": MOST_EDGE,
        "maxHeight": MOST_EDGE,
        "maxArea": MOST_PIXELS,
        "sizes": [{"width": width, "height": height} for width, height in sorted(sizes)],
        "tiles": [{"width": TILE, "height": TILE, "scaleFactors": factors}],
        "rights": rights_address(known.url) if known else "",
        "extraQualities": ["color", "gray"],
        "extraFormats": ["webp"],
        "extraFeatures": features + (["sizeUpscaling"] if plane.is_whole else []),
    }
    return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a plane, understood: the region and the size in pixels, and the rest."""

    region: Region
    size: Size
    canonical: str
    mirrored: bool
    turned: int
    grey: bool
    format: str

    @classmethod
    def read(cls, plane: Plane, region: str, size: str, rotation: str, last: str) -> Asked:
        """The parts of an address.

        Raises
        ------
        Invalid
            A part makes no sense, or lies outside of the image.
        Unsupported
            A part is allowed, but not done here.
        """
        area = read_region(region, plane.width, plane.height)
        picture = read_size(size, area[2:])
        if not plane.is_whole and (picture[0] > area[2] or picture[1] > area[3]):
            # Larger, it would show what the small version leaves out.
            raise Unsupported(f"The image {plane.id!r} may not be passed on, so that no larger picture of it is made.")
        mirrored, turned = read_rotation(rotation)
        grey, format = read_quality(last)
        said = (
            "full" if area == (0, 0, plane.width, plane.height) else ",".join(map(str, area)),
            _canonical_size(picture, area[2:]),
            f"{'!' if mirrored else ''}{turned}",
            f"{'gray' if grey else 'default'}.{format}",
        )
        return cls(area, picture, "/".join(said), mirrored, turned, grey, format)

    def view(self, plane: Plane) -> View:
        """The view that is rendered, in pixels of the full-size image."""
        across, down = plane.full[0] / plane.width, plane.full[1] / plane.height
        x, y, width, height = self.region
        area = (x * across, y * down, width * across, height * down)
        return View(plane.t, plane.z, area, self.size, self.mirrored, self.turned, self.grey, self.format)


def read_region(text: str, width: int, height: int) -> Region:
    """The region (x, y, width, height) that a text means in an image; cut at its edges."""
    if text == "full":
        return 0, 0, width, height
    if text == "square":
        edge = min(width, height)
        return (width - edge) // 2, (height - edge) // 2, edge, edge
    parts = text.removeprefix("pct:").split(",")
    if len(parts) != 4 or not all(
        (_DECIMAL if text.startswith("pct:") else _INTEGER).fullmatch(part) for part in parts
    ):
        raise Invalid(f"The region is {text[:60]!r}. Give full, square, x,y,w,h or pct:x,y,w,h.")
    if text.startswith("pct:"):
        shares = [float(part) / 100 for part in parts]
        x, y, w, h = (round(min(share, 10) * length) for share, length in zip(shares, (width, height) * 2))
        w, h = (max(1, length) if share else 0 for length, share in zip((w, h), shares[2:]))
    else:
        x, y, w, h = map(int, parts)
    if not w or not h or x >= width or y >= height:
        raise Invalid(f"The region {text[:60]!r} holds nothing of the image, which is {width} x {height} pixels.")
    return x, y, min(w, width - x), min(h, height - y)


def read_size(text: str, region: Size) -> Size:
    """The size (width, height) of the picture that a text means for a region of some size."""
    grows = text.startswith("^")
    bare = text.removeprefix("^")
    if bare == "max":
        return _within(region, (MOST_EDGE, MOST_EDGE), grows=grows)
    if bare.startswith("!"):
        width, height = _pair(bare[1:], text)
        box = min(width, MOST_EDGE), min(height, MOST_EDGE)
        return _within(region, box, grows=grows)
    size = _wished(bare, text, region)
    if not grows and (size[0] > region[0] or size[1] > region[1]):
        raise Invalid(f"The size {text[:60]!r} is larger than the region. Put ^ before it, if that is meant.")
    if not _fits(*size):
        raise Invalid(f"The size {text[:60]!r} is too large: {MOST_EDGE} pixels each way, {MOST_PIXELS} in all.")
    return size


def read_rotation(text: str) -> tuple[bool, int]:
    """Whether to mirror, and by how many degrees to turn clockwise."""
    bare = text.removeprefix("!")
    if not _DECIMAL.fullmatch(bare) or not float(bare) <= 360:
        raise Invalid(f"The rotation is {text[:40]!r}. Give degrees from 0 to 360, with ! before them to mirror.")
    if float(bare) % 90:
        raise Unsupported(f"Pictures are turned by 0, 90, 180 or 270 degrees, not by {bare[:40]}.")
    return text.startswith("!"), int(float(bare)) % 360


def read_quality(text: str) -> tuple[bool, str]:
    """Whether the picture is grey, and its format."""
    quality, dot, format = text.rpartition(".")
    if quality in _OTHER_QUALITIES or format in _OTHER_FORMATS:
        raise Unsupported(f"{text[:40]!r} is not made here. There are default, color and gray, as {_formats()}.")
    if not dot or quality not in ("default", "color", "gray") or format not in MEDIA_TYPES:
        raise Invalid(f"{text[:40]!r} is no picture. Give default, color or gray, as {_formats()}: default.jpg.")
    return quality == "gray", format


def _formats() -> str:
    return ", ".join(MEDIA_TYPES)


def _pair(text: str, whole: str) -> Size:
    parts = text.split(",")
    if len(parts) != 2 or not all(_INTEGER.fullmatch(part) and int(part) for part in parts):
        raise Invalid(f"The size is {whole[:60]!r}. Give max, w, or ,h or pct:n or w,h or !w,h.")
    return int(parts[0]), int(parts[1])


def _wished(bare: str, whole: str, region: Size) -> Size:
    width, height = region
    if bare.startswith("pct:") and _DECIMAL.fullmatch(bare[4:]) and float(bare[4:]):
        share = float(bare[4:]) / 100
        return max(1, round(width * share)), max(1, round(height * share))
    if bare.endswith(","):
        wide, _ = _pair(f"{bare}1", whole)
        return wide, max(1, round(height * wide / width))
    if bare.startswith(","):
        _, high = _pair(f"1{bare}", whole)
        return max(1, round(width * high / height)), high
    return _pair(bare, whole)


def _within(size: Size, box: Size, *, grows: bool = False) -> Size:
    """The largest size of the same shape within a box and within bounds; never larger, unless it grows."""
    width, height = size
    share = min(box[0] / width, box[1] / height, (MOST_PIXELS / (width * height)) ** 0.5)
    if share >= 1 and not grows:
        return size
    return max(1, int(width * share + 1e-9)), max(1, int(height * share + 1e-9))


def _fits(width: int, height: int) -> bool:
    return width <= MOST_EDGE and height <= MOST_EDGE and width * height <= MOST_PIXELS


def _at_most(plane: Plane) -> Size:
    return _within((plane.width, plane.height), (MOST_EDGE, MOST_EDGE))


def _canonical_size(size: Size, region: Size) -> str:
    if size == read_size("max", region):
        return "max"
    grows = size[0] > region[0] or size[1] > region[1]
    return f"{'^' if grows else ''}{size[0]},{size[1]}"
