"""The data of a library as JSON, for programs: ``/api/v1``. Documented in ``docs/guides/api.md``."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from micrographia.collection.licences import licence
from micrographia.collection.records import Facts, Record
from micrographia.collection.richtext import to_html, to_plain
from micrographia.errors import Invalid, NotFound
from micrographia.portrait.addresses import image_address, original_address, picture_address, search_address
from micrographia.search.documents import image_type, search_field
from micrographia.search.query import PER_PAGE_LIMIT, Query
from micrographia.web.citations import bibtex, citation
from micrographia.web.handlers import JsonHandler, Route, Site
from micrographia.web.originals import may_download

SUGGESTIONS = 10

# The paths of the API, as they are documented.
IMAGES, IMAGE, SUGGEST = "/api/v1/images", "/api/v1/images/{id}", "/api/v1/suggest"


def api_routes(site: Site) -> list[Route]:
    """The routes to the data."""
    given = {"site": site}
    return [
        (rf"{site.prefix}{IMAGES}", ImagesHandler, given),
        (rf"{site.prefix}{IMAGES}/([^/]+)", ImageHandler, given),
        (rf"{site.prefix}{SUGGEST}", SuggestHandler, given),
        (rf"{site.prefix}/api(?:/.*)?", NoSuchHandler, given),
    ]


class ImagesHandler(JsonHandler):
    """``GET /api/v1/images``: a search."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Total, the images of the page, facets."""
        self._check("page", None)
        self._check("per_page", PER_PAGE_LIMIT)
        found = self.site.library.index.search(Query.from_url(self.request.query)).as_json()
        return found | {"images": [with_prefix(row, self.site.prefix) for row in found["images"]]}

    def _check(self, name: str, limit: int | None) -> None:
        # A visitor's address is mended, with a notice; a program is told at once that it has asked for nonsense.
        text = self.get_query_argument(name, "1")
        if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= (limit or 10**9):
            bound = f"1 to {limit}" if limit else "1 on"
            raise Invalid(f"{name} is {text[:40]!r}. Give a whole number from {bound}.")


class ImageHandler(JsonHandler):
    """``GET /api/v1/images/{id}``: everything that is known of one image."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The record."""
        return as_data(self.site.library[parts[0]].record, self.base, self.site.documents.name)


class SuggestHandler(JsonHandler):
    """``GET /api/v1/suggest``: what a text may become."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Values of fields and images, each with the address it leads to."""
        found = self.site.library.index.suggest(self.get_query_argument("q", "")[:200], SUGGESTIONS)
        return {"suggestions": [_suggestion(one, self.site.prefix) for one in found]}


class NoSuchHandler(JsonHandler):
    """Any other address below ``/api``."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Refuse."""
        raise NotFound(f"There is no {self.request.path[:100]!r}. Its addresses begin with {IMAGES}.")


def as_data(record: Record, base: str, library: str) -> dict[str, Any]:
    """A record as plain JSON.

    Parameters
    ----------
    record
        The image.
    base
        The public address of the site.
    library
        The name of the library.
    """
    page = image_address(base, record.id)
    return {
        "id": record.id,
        "title": record.title,
        "description": to_plain(record.description),
        "description_html": to_html(record.description) if record.description else "",
        "fields": {name: [asdict(term) for term in terms] for name, terms in record.fields.items()},
        "contributors": list(record.contributors),
        "licence": _licence(record.licence),
        "attribution": record.attribution,
        "source": record.source,
        "year": record.year,
        "group": record.group,
        "added": record.added,
        "changed": record.changed,
        "facts": facts_data(record.facts) if record.facts else None,
        "findings": [finding.as_dict() for finding in record.findings],
        "citation": {"text": citation(record, page, library), "bibtex": bibtex(record, page, library)},
        "links": {
            "page": page,
            "thumbnail": picture_address(base, record) or None,
            "manifest": f"{base}/pixels/{quote(record.id, safe=':')}" if record.facts else None,
            "download": original_address(base, record.id) if may_download(record) else None,
        },
    }


def facts_data(facts: Facts) -> dict[str, Any]:
    """What an image file says of itself, as plain JSON."""
    return {
        "image_type": image_type(facts),
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


def with_prefix(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    """A search's image with addresses that are good from outside of the site, too."""
    if not prefix or not row.get("thumbnail"):
        return row
    return row | {"thumbnail": prefix + row["thumbnail"]}


def _licence(licence_id: str | None) -> dict[str, str] | None:
    if licence_id is None:
        return None
    known = licence(licence_id)
    return {"id": known.id, "name": known.name, "url": known.url}


def _suggestion(found: dict[str, Any], prefix: str) -> dict[str, Any]:
    if found["kind"] == "image":
        return found | {"field_label": "", "url": image_address(prefix, found["value"])}
    label, rest = search_field(found["field"]).label, found.get("rest", "")
    if found["kind"] == "field":
        query = Query(f"{rest} {found['value']}")
    else:
        query = Query(rest, where={found["field"]: (found["value"],)})
    return found | {"field_label": label, "url": search_address(prefix, query)}
