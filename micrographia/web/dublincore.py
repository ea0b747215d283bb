"""A record as simple Dublin Core, in the dress that OAI-PMH gives it."""

from __future__ import annotations

from markupsafe import Markup

from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.collection.richtext import to_plain
from micrographia.portrait.addresses import image_address, picture_address
from micrographia.portrait.particulars import subjects
from micrographia.web.identifiers import ark_of, doi_address, doi_of
from micrographia.web.markup import element, elements

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

_DESCRIPTION_LIMIT = 10_000


def dublin_core(record: Record, base: str, library: str) -> Markup:
    """The record as ``oai_dc:dc``.

    Parameters
    ----------
    record
        The image.
    base
        The public address of the site.
    library
        The name of the library, which publishes it.
    """
    doi = doi_of(record)
    known = licence(record.licence) if record.licence else None
    said = {
        "title": [record.title or record.id],
        "creator": record.contributors,
        "subject": dict.fromkeys(term.text for term in subjects(record)),
        "description": [to_plain(record.description, _DESCRIPTION_LIMIT)],
        "publisher": [library],
        "date": [f"{record.year:04d}" if record.year else ""],
        "type": ["Image", _kind(record)],
        "identifier": [image_address(base, record.id), record.id, doi_address(doi) if doi else "", ark_of(record)],
        "source": [record.source],
        "relation": [picture_address(base, record)],
        "rights": [known.name, known.url, record.attribution] if known else [record.attribution],
    }
    parts = (elements(f"dc:{name}", (text.strip() for text in texts)) for name, texts in said.items())
    return element(
        "oai_dc:dc",
        Markup("").join(parts),
        **{
            "xmlns:oai_dc": NAMESPACE,
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
        },
    )


def _kind(record: Record) -> str:
    """The word of the DCMI vocabulary for what moves and what does not; nothing where that is not known."""
    facts = record.measured
    if facts is None:
        return ""
    return "MovingImage" if facts.video or facts.sizes.t > 1 else "StillImage"
