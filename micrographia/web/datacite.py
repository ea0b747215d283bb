"""A record as DataCite describes research data: kernel 4, with all that it requires."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup

from micrographia.collection.licences import UNKNOWN_PREFIX, licence
from micrographia.collection.records import Facts, Record
from micrographia.collection.richtext import to_plain
from micrographia.portrait.addresses import image_address
from micrographia.portrait.particulars import subjects
from micrographia.search.documents import image_type
from micrographia.web.dates import moment
from micrographia.web.identifiers import ark_of, doi_of
from micrographia.web.markup import element, elements

NAMESPACE = "http://datacite.org/schema/kernel-4"
SCHEMA = "https://schema.datacite.org/meta/kernel-4.6/metadata.xsd"

# DataCite's own word for what is not known, where something has to stand.
UNKNOWN = ":unkn"

_ABSTRACT_LIMIT = 10_000

# A CURIE is one, too.
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+(?:#[\w./?-]*)?", re.ASCII
)


def resource(record: Record, base: str, library: str) -> Markup:
    """The record as a ``resource``.

    Parameters
    ----------
    record
        The image.
    base
        The public address of the site.
    library
        The name of the library, which publishes it.
    """
    page, doi = image_address(base, record.id), doi_of(record)
    alternates = {"local id": record.id, "ARK": ark_of(record), "URL": page if doi else ""}
    parts = [
        # An image without a DOI is identified by the address of its page.
        element("identifier", doi or page, identifierType="DOI" if doi else "URL"),
        element("creators", _creators(record)),
        element("titles", element("title", record.title.strip() or record.id)),
        element("publisher", library),
        element("publicationYear", _publication_year(record)),
        element("resourceType", _kind(record), resourceTypeGeneral="Image"),
        _container("subjects", _subjects(record)),
        _container("dates", _dates(record)),
        element("alternateIdentifiers", _alternates(alternates)),
        _container("sizes", elements("size", [_size(record.measured)] if record.measured else [])),
        _container("rightsList", _rights(record)),
        _container("descriptions", _description(record)),
    ]
    return element(
        "resource",
        Markup("").join(parts),
        **{
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
        },
    )


def _container(name: str, content: Markup) -> Markup:
    return element(name, content) if content else content


def _alternates(known: Mapping[str, str]) -> Markup:
    return Markup("").join(
        element("alternateIdentifier", said, alternateIdentifierType=kind) for kind, said in known.items() if said
    )


def _creators(record: Record) -> Markup:
    names = [name for name in record.contributors if name.strip()] or [UNKNOWN]
    return Markup("").join(element("creator", element("creatorName", name)) for name in names)


def _publication_year(record: Record) -> str:
    return f"{record.year:04d}" if record.year else moment(record.added)[:4] or moment(record.changed)[:4]


def _kind(record: Record) -> str:
    given = (term.text for term in record.fields.get("image_type", ()))
    return image_type(record.measured) if record.measured else next(given, "") or "image"


def _subjects(record: Record) -> Markup:
    return Markup("").join(element("subject", term.text, **_scheme(term.id or "")) for term in subjects(record))


def _scheme(term_id: str) -> dict[str, str]:
    """What a term is in its ontology; nothing of an id that is no address: it would make the whole record invalid."""
    if not _URI.fullmatch(term_id):
        return {}
    prefix, _, rest = term_id.partition(":")
    return {"valueURI": term_id} if rest.startswith("//") else {"subjectScheme": prefix, "classificationCode": term_id}


def _dates(record: Record) -> Markup:
    said = {
        "Created": f"{record.year:04d}" if record.year else "",
        "Available": moment(record.added),
        "Updated": moment(record.changed),
    }
    return Markup("").join(element("date", when, dateType=kind) for kind, when in said.items() if when)


def _size(facts: Facts) -> str:
    sizes = facts.sizes
    counts = {"slices": sizes.z, "time points": sizes.t, "channels": 1 if facts.colour else sizes.c}
    more = [f"{count} {name}" for name, count in counts.items() if count > 1]
    return ", ".join([f"{sizes.x} x {sizes.y} pixels", *more])


def _rights(record: Record) -> Markup:
    if not record.licence:
        return Markup("")
    known = licence(record.licence)
    if known.id.startswith(UNKNOWN_PREFIX):
        return element("rights", known.name, rightsURI=known.url)
    scheme = {"rightsIdentifierScheme": "SPDX", "schemeURI": "https://spdx.org/licenses/"}
    return element("rights", known.name, rightsURI=known.url, rightsIdentifier=known.id, **scheme)


def _description(record: Record) -> Markup:
    text = to_plain(record.description, _ABSTRACT_LIMIT)
    return element("description", text, descriptionType="Abstract") if text else Markup("")
