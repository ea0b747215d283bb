"""A record as plain JSON, the same in every answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from micrographia.collection.licences import licence
from micrographia.collection.records import Facts, Record
from micrographia.collection.richtext import to_html, to_plain
from micrographia.portrait.addresses import image_address, original_address, picture_address
from micrographia.portrait.formats import exports_of_images
from micrographia.search.documents import image_type
from micrographia.web.citations import bibtex, citation
from micrographia.web.originals import may_download


def as_data(record: Record, base: str, library: str, names: Collection[str] = ()) -> dict[str, Any]:
    """A record as plain JSON.

    Parameters
    ----------
    record
        The image.
    base
        The public address of the site.
    library
        The name of the library.
    names
        Which parts; all when there are none.
    """
    page = image_address(base, record.id)
    # Each is made when it is wanted: a description takes longer than all the rest.
    parts: dict[str, Callable[[], Any]] = {
        "id": lambda: record.id,
        "title": lambda: record.title,
        "description": lambda: to_plain(record.description),
        "description_html": lambda: to_html(record.description) if record.description else "",
        "fields": lambda: {name: [asdict(term) for term in terms] for name, terms in record.fields.items()},
        "contributors": lambda: list(record.contributors),
        "licence": lambda: _licence(record.licence),
        "attribution": lambda: record.attribution,
        "source": lambda: record.source,
        "year": lambda: record.year,
        "group": lambda: record.group,
        "added": lambda: record.added,
        "changed": lambda: record.changed,
        "facts": lambda: facts_data(record.facts) if record.facts else None,
        "findings": lambda: [finding.as_dict() for finding in record.findings],
        "citation": lambda: {"text": citation(record, page, library), "bibtex": bibtex(record, page, library)},
        "links": lambda: _links(record, base),
    }
    return {name: parts[name]() for name in names or parts}


def facts_data(facts: Facts) -> dict[str, Any]:
    """What an image file says of itself, as plain JSON."""
    return {
        "image_type": image_type(facts),
        "preview": facts.preview,
        "sizes": asdict(facts.sizes),
        "dtype": facts.dtype,
        "colour": facts.colour,
        "labels": facts.labels,
        "pixel_size_um": asdict(facts.pixel_size_um),
        "frame_interval_s": facts.frame_interval_s,
        "channels": [asdict(channel) for channel in facts.channels],
        "levels": [list(level) for level in facts.levels],
        "acquired": facts.acquired,
        "format": facts.format,
        "content_hash": facts.content_hash,
        "version": facts.version,
    }


def _licence(licence_id: str | None) -> dict[str, str] | None:
    if licence_id is None:
        return None
    known = licence(licence_id)
    return {"id": known.id, "name": known.name, "url": known.url}


def _links(record: Record, base: str) -> dict[str, Any]:
    name = quote(record.id, safe=":")
    return {
        "page": image_address(base, record.id),
        "thumbnail": picture_address(base, record) or None,
        "manifest": f"{base}/pixels/{name}" if record.facts else None,
        "iiif": f"{base}/iiif/{name}/manifest.json" if record.facts else None,
        "download": original_address(base, record.id) if may_download(record) else None,
        "exports": {export.name: export.href for export in exports_of_images(base, [record.id])},
    }
