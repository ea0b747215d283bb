"""A search as an Atom feed: what is new, for feed readers, class pages and other programs."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.portrait.addresses import feed_address, image_address, picture_address, search_address
from micrographia.portrait.briefs import brief, cited
from micrographia.search.query import Query
from micrographia.search.results import Results
from micrographia.web.dates import moment, now
from micrographia.web.handlers import OpenHandler, Route, Site
from micrographia.web.markup import document, element, elements
from micrographia.web.metadata import summary

NEWEST = "-added"


def feed_routes(site: Site) -> list[Route]:
    """The route to the feeds."""
    return [(rf"{site.prefix}/feed/?", FeedHandler, {"site": site})]


class FeedHandler(OpenHandler):
    """``GET /feed``: the images of a search, the newest first."""

    media_type = "application/atom+xml"

    def text(self, *parts: str) -> str:
        """The feed."""
        query = Query.from_url(self.request.query)
        library = self.site.library
        results = library.index.search(query if query.sort else replace(query, sort=NEWEST))
        records = list(library.store.records(results.ids))
        return feed(query, results, records, self.base, self.site.documents.name)


def feed(query: Query, results: Results, records: list[Record], base: str, library: str) -> str:
    """The feed of a search.

    Parameters
    ----------
    query
        What was asked for.
    results
        What it found.
    records
        The records of its page.
    base
        The public address of the site.
    library
        The name of the library.
    """
    address = feed_address(base, query)
    updated = max((moment(record.changed) for record in records), default="") or now()
    links = [
        element("link", rel="self", type="application/atom+xml", href=address),
        element("link", rel="alternate", type="text/html", href=search_address(base, query)),
    ]
    if query.page > 1:
        links.append(element("link", rel="previous", href=feed_address(base, replace(query, page=query.page - 1))))
    if query.page < results.pages:
        links.append(element("link", rel="next", href=feed_address(base, replace(query, page=query.page + 1))))
    parts = [
        element("id", address),
        element("title", f"{library}: {results.sentence.plain}"),
        element("updated", updated),
        element("author", element("name", library) + element("uri", f"{base}/")),
        *links,
        *(_entry(record, base) for record in records),
    ]
    return document(element("feed", Markup("\n").join(parts), xmlns="http://www.w3.org/2005/Atom"))


def _entry(record: Record, base: str) -> Markup:
    record = cited(brief(record))
    page, picture = image_address(base, record.id), picture_address(base, record)
    title = record.title.strip() or record.id
    parts = [
        element("id", page),
        element("title", title),
        element("updated", moment(record.changed)),
        elements("published", [moment(record.added)]),
        # An entry without an author has the feed's.
        *(element("author", element("name", name)) for name in record.contributors if name.strip()),
        element("link", rel="alternate", type="text/html", href=page),
        element("link", rel="enclosure", type="image/webp", href=picture, title=title) if picture else Markup(""),
        element("rights", _rights(record)),
        element("summary", summary(record)),
    ]
    return element("entry", Markup("").join(parts))


def _rights(record: Record) -> str:
    known = licence(record.licence) if record.licence else None
    said = [record.credit, known.name if known else "No licence is stated.", known.url if known else ""]
    return " · ".join(text for text in said if text)
