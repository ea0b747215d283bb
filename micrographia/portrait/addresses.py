"""Where things are found below a site's path: the page of an image, its picture, its file, and searches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from micrographia.collection.records import Record
from micrographia.search.documents import thumbnail
from micrographia.search.query import Query


def image_address(base: str, record_id: str) -> str:
    """The address of an image's page."""
    return f"{base}/image/{quote(record_id, safe=':')}"


def picture_address(base: str, record: Record, edge: int = 512) -> str:
    """The address of a small picture of an image, ``edge`` pixels long; empty when it has none."""
    if record.facts is None:
        return ""
    return sized(f"{base}{thumbnail(record.id, record.facts.version)}", edge)


def sized(thumbnail_address: str, edge: int) -> str:
    """A thumbnail's address with the length of its longer edge, in pixels."""
    return f"{thumbnail_address}&s={edge}"


def data_address(base: str, record_id: str) -> str:
    """The address of everything that is known of an image, as JSON."""
    return f"{base}/api/v1/images/{quote(record_id, safe=':')}"


def original_address(base: str, record_id: str) -> str:
    """The address of the file itself."""
    return f"{base}/download/{quote(record_id, safe=':')}"


def ids_query(ids: Iterable[str]) -> str:
    """The query string that says some images."""
    return "&".join(f"id={quote(record_id, safe=':')}" for record_id in ids)


def tray_address(base: str, ids: Iterable[str]) -> str:
    """The address of a page with some images, as the tray has it."""
    return f"{base}/tray?{ids_query(ids)}"


def search_address(base: str, query: Query) -> str:
    """The address of a search in Explore."""
    return f"{base}/explore?{query.to_url()}"


def random_address(base: str, query: Query) -> str:
    """The address that leads to any one of the images of a search."""
    return f"{base}/random?{replace(query, grouped=False, sort='', page=1).to_url()}".removesuffix("?")


def feed_address(base: str, query: Query) -> str:
    """The address of a search as an Atom feed."""
    return f"{base}/feed?{replace(query, grouped=False).to_url()}".removesuffix("?")


def value_address(base: str, field: str, value: str) -> str:
    """The address of the search for one value of a field."""
    return search_address(base, Query(where={field: (value,)}))


def field_address(base: str, field: str) -> str:
    """The address of the page that lists the values of a field."""
    return f"{base}/browse/{field}"
