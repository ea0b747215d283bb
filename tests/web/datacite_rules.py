"""What DataCite's schema (kernel 4.6) asks of a ``resource``: parts, attributes and words, as far as we write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

DATACITE = "{http://datacite.org/schema/kernel-4}"

REQUIRED = {"identifier", "creators", "titles", "publisher", "publicationYear", "resourceType"}

# Of each part what it holds: elements of one name, or nothing but text.
PARTS = {
    "identifier": "",
    "publisher": "",
    "publicationYear": "",
    "resourceType": "",
    "creators": "creator",
    "titles": "title",
    "subjects": "subject",
    "dates": "date",
    "sizes": "size",
    "alternateIdentifiers": "alternateIdentifier",
    "rightsList": "rights",
    "descriptions": "description",
}
NEEDED = {
    "identifier": {"identifierType"},
    "resourceType": {"resourceTypeGeneral"},
    "date": {"dateType"},
    "alternateIdentifier": {"alternateIdentifierType"},
    "description": {"descriptionType"},
}
ALLOWED = {
    "subject": {"subjectScheme", "schemeURI", "valueURI", "classificationCode"},
    "rights": {"rightsURI", "rightsIdentifier", "rightsIdentifierScheme", "schemeURI"},
    "title": {"titleType"},
}
WORDS = {
    "resourceTypeGeneral": {"Image"},
    "descriptionType": {"Abstract", "Methods", "SeriesInformation", "TableOfContents", "TechnicalInfo", "Other"},
    "dateType": set(
        "Accepted Available Collected Copyrighted Created Issued Other Submitted Updated Valid Withdrawn".split()
    ),
    "identifierType": {"DOI", "URL"},
}
ADDRESSES = {"schemeURI", "valueURI", "classificationCode", "rightsURI"}

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[!$&-;=?-Z_a-z~#]|%[0-9A-Fa-f]{2})+")
_WHEN = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?Z)?)?)?")


def faults(resource: Element) -> list[str]:
    """What the schema would say against a ``resource``."""
    return list(_faults(resource))


def _faults(resource: Element) -> Iterator[str]:
    if resource.tag != f"{DATACITE}resource":
        yield f"{resource.tag} is no resource"
    names = Counter(_name(part) for part in resource)
    yield from (f"{name} is missing" for name in REQUIRED - names.keys())
    yield from (f"{name} {count} times" for name, count in names.items() if count > 1 or name not in PARTS)
    for part in resource:
        inner = PARTS.get(_name(part), "")
        if inner and (not len(part) or any(_name(one) != inner for one in part)):
            yield f"{_name(part)} should hold {inner}"
        for one in part if inner else (part,):
            yield from _faults_of(one)


def _faults_of(one: Element) -> Iterator[str]:
    name, said = _name(one), (one.find(f"{DATACITE}creatorName") if _name(one) == "creator" else one)
    if said is None or len(said) or not (said.text or "").strip():
        yield f"{name} says nothing"
    needed = NEEDED.get(name, set())
    yield from (f"{name} without {missing}" for missing in needed - one.attrib.keys())
    yield from (f"{name} with {strange}" for strange in one.attrib.keys() - needed - ALLOWED.get(name, set()))
    for attribute, value in one.attrib.items():
        if not value.strip() or value not in WORDS.get(attribute, {value}):
            yield f"{attribute} is {value!r}"
        if attribute in ADDRESSES and not _ADDRESS.fullmatch(value):
            yield f"{attribute} {value!r} is no address"
    text = (one.text or "").strip()
    if name == "publicationYear" and not re.fullmatch(r"\d{4}", text):
        yield f"no year: {text!r}"
    if name == "date" and not _WHEN.fullmatch(text):
        yield f"no date: {text!r}"


def _name(element: Element) -> str:
    return element.tag.removeprefix(DATACITE)
