"""IIIF Presentation API 3: an image as a manifest, a canvas for each of its planes."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from micrographia.collection.licences import licence
from micrographia.collection.records import Facts, Record
from micrographia.portrait.addresses import image_address, original_address, picture_address
from micrographia.portrait.particulars import particulars
from micrographia.web.metadata import summary
from micrographia.web.originals import file_name, may_download

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
PHYSICAL = "http://iiif.io/api/annex/services/physdim"

# Canvases of one manifest: viewers read it whole.
MOST_CANVASES = 500

# Beyond this relative difference, pixels are not square, and one scale does not hold for both directions.
_SQUARE = 0.01

Size = tuple[int, int]


def manifest(record: Record, size: Size, base: str, library: str) -> dict[str, Any]:
    """The manifest of an image.

    Parameters
    ----------
    record
        The image, with its facts.
    size
        The width and height in which it is given out.
    base
        The public address of the site.
    library
        The name of the library.
    """
    facts = record.facts
    chosen = planes(facts) if facts else []
    address = f"{base}/iiif/{quote(record.id, safe=':')}"
    known = licence(record.licence) if record.licence else None
    said: dict[str, Any] = {
        "@context": CONTEXT,
        "id": f"{address}/manifest.json",
        "type": "Manifest",
        "label": _text(record.title or record.id),
        "summary": _text(summary(record)),
        "metadata": _metadata(record, chosen),
        "requiredStatement": {"label": _english("Attribution"), "value": _text(_statement(record))},
        "rights": rights_address(known.url) if known else "",
        "provider": [_provider(base, library)],
        "homepage": [_link(image_address(base, record.id), "Text", "text/html", "The page of this image")],
        "seeAlso": [
            _link(f"{base}/api/v1/images/{quote(record.id, safe=':')}", "Dataset", "application/json", "All metadata"),
            _link(f"{base}/api/v1/images.datacite?id={quote(record.id, safe=':')}", "Dataset", "text/xml", "DataCite"),
        ],
        "rendering": _originals(record, base),
        "thumbnail": [{"id": picture_address(base, record), "type": "Image", "format": "image/webp"}],
        "start": _start(address, chosen),
        "items": [_canvas(record, size, base, t, z, is_only=len(chosen) == 1) for t, z in chosen],
    }
    return {name: value for name, value in said.items() if value}


def planes(facts: Facts) -> list[tuple[int, int]]:
    """Time and slice of each canvas: all, when there are not too many; else the middle slice at times spread evenly.

    Of a single time, slices spread evenly.
    """
    times, slices = range(facts.sizes.t), range(facts.sizes.z)
    if len(times) * len(slices) <= MOST_CANVASES:
        return [(t, z) for t in times for z in slices]
    if len(times) == 1:
        return [(0, z) for z in _spread(len(slices))]
    return [(t, len(slices) // 2) for t in _spread(len(times))]


def _start(address: str, chosen: Sequence[tuple[int, int]]) -> dict[str, str]:
    """The canvas that is shown first: the middle slice, as everywhere here; a stack's ends are often dark."""
    slices = [z for t, z in chosen if t == 0]
    if len(slices) <= 1:
        return {}
    return {"id": _place(address, 0, slices[len(slices) // 2]), "type": "Canvas"}


def _place(address: str, t: int, z: int) -> str:
    return f"{address}/canvas/{t}-{z}"


def rights_address(url: str) -> str:
    """The address of a licence as IIIF has it: only those of Creative Commons, without the s of https."""
    return url.replace("https:", "http:", 1) if url.startswith("https://creativecommons.org/") else ""


def scale_um(record: Record) -> float | None:
    """The length of a pixel in µm, where it can be trusted: known, the same both ways, and not in doubt."""
    pixel = record.facts.pixel_size_um if record.facts else None
    if pixel is None or pixel.x is None or pixel.y is None or not 0 < pixel.x < math.inf:
        return None
    doubted = any(finding.field.startswith("pixel_size") and finding.severity != "note" for finding in record.findings)
    return pixel.x if abs(pixel.x - pixel.y) <= _SQUARE * pixel.x and not doubted else None


def _spread(size: int) -> list[int]:
    count = min(size, MOST_CANVASES)
    return [round(step * (size - 1) / max(1, count - 1)) for step in range(count)]


def _canvas(record: Record, size: Size, base: str, t: int, z: int, *, is_only: bool) -> dict[str, Any]:
    identifier = record.id if is_only else f"{record.id};t={t};z={z}"
    service = f"{base}/iiif/{quote(identifier, safe=':')}"
    place = _place(f"{base}/iiif/{quote(record.id, safe=':')}", t, z)
    width, height = size
    picture = {
        "id": f"{service}/full/max/0/default.jpg",
        "type": "Image",
        "format": "image/jpeg",
        "service": [{"id": service, "type": "ImageService3", "profile": "level2"}],
    }
    painting = {"id": f"{place}/painting", "type": "Annotation", "motivation": "painting", "target": place}
    canvas: dict[str, Any] = {
        "id": place,
        "type": "Canvas",
        "label": _text(_plane_label(record, t, z)),
        "width": width,
        "height": height,
        "items": [{"id": f"{place}/page", "type": "AnnotationPage", "items": [painting | {"body": picture}]}],
    }
    scale = scale_um(record)
    if scale is not None and record.facts is not None:
        canvas["service"] = [
            {
                "@context": f"{PHYSICAL}/1/context.json",
                "id": f"{canvas['id']}/physical",
                "type": "Service",
                "profile": PHYSICAL,
                "physicalScale": scale * record.facts.sizes.x / width / 1000,
                "physicalUnits": "mm",
            }
        ]
    return canvas


def _plane_label(record: Record, t: int, z: int) -> str:
    sizes = record.facts.sizes if record.facts else None
    said = [f"time {t + 1}"] if sizes and sizes.t > 1 else []
    said += [f"slice {z + 1}"] if sizes and sizes.z > 1 else []
    return ", ".join(said) or record.title or record.id


def _metadata(record: Record, chosen: list[tuple[int, int]]) -> list[dict[str, Any]]:
    facts = [fact for group in particulars(record).values() for fact in group]
    said = [
        {"label": _english(fact.label), "value": {"none": [_plain(value.text) for value in fact.values]}}
        for fact in facts
    ]
    sizes = record.facts.sizes if record.facts else None
    if sizes and len(chosen) < sizes.t * sizes.z:
        which = "slices spread evenly" if sizes.t == 1 else "the middle slice at times spread evenly"
        text = f"{len(chosen)} of {sizes.t * sizes.z:,}: {which}. All are on the page of this image."
        said.append({"label": _english("Planes in this manifest"), "value": _english(text)})
    return said


def _statement(record: Record) -> str:
    known = licence(record.licence) if record.licence else None
    return ". ".join(text for text in (record.credit, known.name if known else "No licence is stated") if text)


def _provider(base: str, library: str) -> dict[str, Any]:
    return {
        "id": f"{base}/",
        "type": "Agent",
        "label": _text(library),
        "homepage": [_link(f"{base}/", "Text", "text/html", library)],
    }


def _originals(record: Record, base: str) -> list[dict[str, Any]]:
    if not may_download(record):
        return []
    label = f"The original file, {file_name(record)}"
    return [_link(original_address(base, record.id), "Dataset", "application/octet-stream", label)]


def _link(address: str, kind: str, format: str, label: str) -> dict[str, Any]:
    return {"id": address, "type": kind, "label": _english(label), "format": format}


def _text(text: str) -> dict[str, list[str]]:
    return {"none": [_plain(text)]}


def _english(text: str) -> dict[str, list[str]]:
    return {"en": [_plain(text)]}


def _plain(text: str) -> str:
    # A viewer takes for HTML what begins and ends like it.
    stripped = text.strip()
    return f"<span>{html.escape(stripped)}</span>" if stripped.startswith("<") and stripped.endswith(">") else text
