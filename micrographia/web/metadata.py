"""What machines read of a record's page: schema.org as JSON-LD, written so that no text can leave its script."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.collection.richtext import to_plain
from micrographia.portrait.addresses import image_address, original_address, picture_address
from micrographia.portrait.particulars import subjects
from micrographia.web.identifiers import ark_of, doi_address, doi_of

DESCRIPTION_LIMIT = 300
_ESCAPES = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"})


def summary(record: Record) -> str:
    """One or two plain sentences about a record: its description, or what it shows of what."""
    text = to_plain(record.description, DESCRIPTION_LIMIT)
    if text:
        return text
    said = [
        term.text for name in ("organism", "cell_type", "biological_process") for term in record.fields.get(name, ())
    ]
    return f"{record.title or record.id}. {', '.join(said)}".strip(" .")


def schema(record: Record, base: str, library: str, *, may_download: bool) -> dict[str, Any]:
    """The record as schema.org sees it.

    Parameters
    ----------
    record
        The image.
    base
        The public address of the site.
    library
        The name of the library.
    may_download
        Whether the original file is given out.
    """
    known = licence(record.licence) if record.licence else None
    picture = picture_address(base, record)
    told = subjects(record)
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["ImageObject", "Dataset"],
        "@id": image_address(base, record.id),
        "identifier": _identifiers(record),
        "sameAs": doi_address(doi_of(record)) if doi_of(record) else "",
        "url": image_address(base, record.id),
        "name": record.title or record.id,
        "description": summary(record),
        "thumbnailUrl": picture,
        "contentUrl": original_address(base, record.id) if may_download else picture,
        "creator": [{"@type": "Person", "name": name} for name in record.contributors],
        "creditText": record.credit,
        "license": known.url or known.id if known else "",
        "dateCreated": str(record.year or ""),
        "keywords": list(dict.fromkeys(term.text for term in told)),
        "about": [{"@type": "DefinedTerm", "name": term.text, "termCode": term.id} for term in told if term.id],
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@type": "DataCatalog", "name": library, "url": f"{base}/"},
    }
    if record.facts is not None:
        said |= {"width": record.facts.sizes.x, "height": record.facts.sizes.y, "version": record.facts.version}
    return {name: value for name, value in said.items() if value not in ("", [], None)}


def _identifiers(record: Record) -> str | list[Any]:
    known = {"DOI": doi_of(record), "ARK": ark_of(record)}
    found = [{"@type": "PropertyValue", "propertyID": kind, "value": said} for kind, said in known.items() if said]
    return [record.id, *found] if found else record.id


def script_json(data: Any) -> Markup:
    """JSON that may stand inside a ``<script>``, whatever its texts say."""
    return Markup(json.dumps(data, ensure_ascii=False, allow_nan=False).translate(_ESCAPES))
