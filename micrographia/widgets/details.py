"""What is known of one image: biology, imaging, dimensions, attribution; every term leads to its search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote

from micrographia.collection.fields import Field, field_named
from micrographia.collection.licences import licence
from micrographia.collection.records import Facts, Record, Term
from micrographia.collection.richtext import to_plain
from micrographia.search.documents import image_type, number_text
from micrographia.search.query import Query
from micrographia.widgets.placed import Placed

DESCRIPTION_LIMIT = 400
THIN = "\u2009"

IMAGING = frozenset(
    "imaging_mode image_type item_type visualization source_of_contrast preparation processing parameter_imaged "
    "relation_to_intact_cell".split()
)
ATTRIBUTION = frozenset("licence contributor group year".split())


class Details(Placed):
    """Title, facts and terms of the chosen image; asks ``only`` (the search for one term)."""

    _script: ClassVar[str] = "widgets/details.js"


def details_answer(record: Record, prefix: str = "") -> dict[str, Any]:
    """What the details show of a record, as JSON."""
    groups = {
        "Biology": list(_terms(record, lambda name: name not in IMAGING | ATTRIBUTION, prefix)),
        "Imaging": list(_terms(record, IMAGING.__contains__, prefix)),
        "Dimensions": list(_dimensions(record.facts)) if record.facts else [],
        "Attribution": list(_attribution(record, prefix)),
    }
    page = f"{prefix}/image/{quote(record.id, safe=':')}"
    return {
        "id": record.id,
        "title": record.title or record.id,
        "organism": ", ".join(term.text for term in record.fields.get("organism", ())),
        "description": to_plain(record.description, DESCRIPTION_LIMIT) if record.description else "",
        "links": [{"text": "Open the record", "href": page}],
        "groups": [{"label": label, "facts": facts} for label, facts in groups.items() if facts],
    }


def _terms(record: Record, wanted: Any, prefix: str) -> Iterator[dict[str, Any]]:
    for name, terms in record.fields.items():
        if terms and wanted(name) and not (name == "image_type" and record.facts):
            yield _fact(field_named(name), terms, prefix)
    if wanted("image_type") and record.facts:
        yield _fact(field_named("image_type"), (Term(image_type(record.facts)),), prefix)


def _fact(field: Field, terms: tuple[Term, ...], prefix: str) -> dict[str, Any]:
    return {
        "field": field.name,
        "label": field.label,
        "italic": field.italic,
        "values": [_value(field.name, term, prefix) for term in terms],
    }


def _value(name: str, term: Term, prefix: str) -> dict[str, Any]:
    text = term.text or term.id or ""
    address = Query(where={name: (text,)}).to_url()
    return {"text": text, "value": text, "id": term.id, "href": f"{prefix}/explore?{address}"}


def _dimensions(facts: Facts) -> Iterator[dict[str, Any]]:
    sizes, pixel = facts.sizes, facts.pixel_size_um
    yield _plain("Size", f"{sizes.x:,}{THIN}×{THIN}{sizes.y:,} pixels")
    yield from (_plain(label, f"{number:,}") for label, number in _lengths(facts) if number > 1)
    known = pixel.x or pixel.y
    yield _plain("Pixel size", f"{number_text(known)}{THIN}µm" if known else "not calibrated")
    if pixel.z and sizes.z > 1:
        yield _plain("Slice distance", f"{number_text(pixel.z)}{THIN}µm")
    if facts.frame_interval_s and sizes.t > 1:
        yield _plain("Frame interval", f"{number_text(facts.frame_interval_s)}{THIN}s")
    names = [channel.name for channel in facts.channels if channel.name]
    if names and not facts.colour:
        yield _plain("Channel names", *names)
    yield _plain("Samples", facts.dtype)


def _lengths(facts: Facts) -> tuple[tuple[str, int], ...]:
    sizes = facts.sizes
    return ("Slices", sizes.z), ("Time points", sizes.t), ("Channels", 1 if facts.colour else sizes.c)


def _attribution(record: Record, prefix: str) -> Iterator[dict[str, Any]]:
    if record.contributors:
        yield _fact(field_named("contributor"), tuple(Term(name) for name in record.contributors), prefix)
    if record.licence:
        value = _value("licence", Term(record.licence), prefix) | {"text": licence(record.licence).label}
        yield {"field": "licence", "label": "Licence", "italic": False, "values": [value]}
    if record.year:
        yield _fact(field_named("year"), (Term(str(record.year)),), prefix)
    if record.group:
        yield _fact(field_named("group"), (Term(record.group),), prefix)
    if record.attribution:
        yield _plain("Credit", record.attribution)


def _plain(label: str, *texts: str) -> dict[str, Any]:
    return {"field": "", "label": label, "italic": False, "values": [{"text": text, "href": ""} for text in texts]}
