"""The formats in which images are taken away, and where each is found: for the lists of pages and for the exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from micrographia.portrait.addresses import ids_query
from micrographia.search.query import PER_PAGE, Query


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name in addresses, what people call it, the ending of its files, and its media type."""

    name: str
    label: str
    ending: str
    media_type: str


FORMATS: tuple[Format, ...] = (
    Format("csv", "Table (CSV)", "csv", "text/csv; charset=utf-8; header=present"),
    Format("jsonl", "JSON lines", "jsonl", "application/x-ndjson"),
    Format("bibtex", "BibTeX", "bib", "application/x-bibtex; charset=utf-8"),
    Format("ris", "RIS", "ris", "application/x-research-info-systems; charset=utf-8"),
    Format("csl", "CSL-JSON", "json", "application/vnd.citationstyles.csl+json"),
    Format("datacite", "DataCite XML", "xml", "application/vnd.datacite.datacite+xml"),
    Format("jsonld", "schema.org (JSON-LD)", "jsonld", "application/ld+json"),
)

# Images that are chosen one by one: at most so many.
IDS_LIMIT = 500

BY_NAME = {format.name: format for format in FORMATS}


@dataclass(frozen=True, slots=True)
class Export:
    """A line in a list of exports: the format's name, what people call it, and the address of the file."""

    name: str
    label: str
    href: str


def exports_of_search(base: str, query: Query) -> tuple[Export, ...]:
    """All hits of a search, in each format."""
    return _exports(base, replace(query, page=1, per_page=PER_PAGE, grouped=False).to_url())


def exports_of_images(base: str, ids: Iterable[str]) -> tuple[Export, ...]:
    """Those images, in each format; for one image, or for a choice of them."""
    return _exports(base, ids_query(ids))


def _exports(base: str, query: str) -> tuple[Export, ...]:
    ending = f"?{query}" if query else ""
    found = [Export(format.name, format.label, f"{base}/api/v1/images.{format.name}{ending}") for format in FORMATS]
    return (*found, Export("notebook", "Notebook (Jupyter)", f"{base}/notebook.ipynb{ending}"))
