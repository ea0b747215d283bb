"""Attribution: who made an image, when, and where it was published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from micrographia.collection.records import Term
from micrographia.importing.cil.contributors import contributors
from micrographia.importing.cil.shapes import an_object, as_list, as_text
from micrographia.importing.documents import Notes
from micrographia.importing.texts import WITHHELD, mended, one_line, quoted

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]{1,200}[^\s\"<>.,;)\]]")
_ISBN = re.compile(r"\bISBN[\s:-]*([\d][\d -]{8,20}[\dXx])", re.IGNORECASE)
_DATE = re.compile(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})")
_FIRST_YEAR = 1800
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?:[:/?#].*)?", re.DOTALL)


def attribution_fields(value: object, notes: Notes) -> tuple[tuple[str, ...], dict[str, list[Term]]]:
    """The names of the contributors, and all else that ATTRIBUTION says, as fields."""
    given = an_object(value)
    if value is not None and not isinstance(value, dict):
        notes.doubt("not an attribution", "contributor", f"{quoted(value)} is no attribution; it was left out.")
    people = contributors(given.get("Contributors"), notes)
    fields = {
        "affiliation": [Term(f"{one.name}: {beside}") for one in people for beside in one.beside],
        "publication": _publications(given.get("PUBLISHED"), notes),
        "link": _links(given.get("URLs"), notes),
        **_told_apart("date_captured", _dates(given.get("DATE"), notes)),
        **_told_apart("pubmed", _pubmed(given.get("PUBMED"), notes)),
    }
    fields["isbn"] = [Term(_isbn(term.text)) for term in fields["publication"] if _isbn(term.text)]
    for text in _texts(given.get("OTHER"), "acknowledgement", notes):
        name = "project" if re.fullmatch(r"project_\d+", text) else "acknowledgement"
        fields.setdefault(name, []).append(Term(text))
    return tuple(one.name for one in people), fields


def _told_apart(name: str, found: Mapping[str, bool]) -> dict[str, list[Term]]:
    """Two fields: of what can be used, and of what was given and cannot be."""
    return {
        name: [Term(text) for text, is_good in found.items() if is_good],
        f"{name}_as_given": [Term(text) for text, is_good in found.items() if not is_good],
    }


def _texts(value: object, field: str, notes: Notes) -> list[str]:
    found = []
    for item in as_list(value):
        text = as_text(item)
        if text is None and item is not None:
            notes.doubt("not a text", field, f"{quoted(item)} is no text; it was left out.")
        text = one_line(mended(text or "", field, notes))
        # What was an address and nothing else tells nobody anything.
        if text.removeprefix("Contact:").strip() not in ("", WITHHELD):
            found.append(text)
    return list(dict.fromkeys(found))


def _dates(value: object, notes: Notes) -> dict[str, bool]:
    name = "date_captured"
    found: dict[str, bool] = {}
    for text in _texts(value, name, notes):
        known = _date(text)
        if known is None:
            notes.doubt("date that cannot be", name, f"The date {quoted(text)} cannot be; it is kept as it was given.")
        elif "00" in re.split("/", text):
            notes.note("partial date", name, f"The unknown part of the date {quoted(text)} was left out: {known}.")
        found[known or text] = known is not None
    return found


def _date(text: str) -> str | None:
    """A date as far as it is known, as EDTF has it: ``1977-06-17``, ``1977-06``, ``1977``."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    # With two numbers, the first is the month.
    month, day = (int(match[1]), int(match[2])) if match[1] else (int(match[2]), 0)
    year = int(match[3])
    if not (_FIRST_YEAR <= year <= date.today().year and month <= 12 and day <= _DAYS[max(month, 1) - 1]):
        return None
    if not month:
        return f"{year}"
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def _pubmed(value: object, notes: Notes) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for text in _texts(value, "pubmed", notes):
        number = re.sub(r"^PMID\s*:?\s*", "", text, flags=re.IGNORECASE).strip()
        is_good = re.fullmatch(r"[0-9]{5,8}", number) is not None
        if not is_good:
            notes.doubt("no PubMed id", "pubmed", f"{quoted(text)} is no PubMed id; it is kept as it was given.")
        elif number != text:
            notes.note("prefix of a PubMed id", "pubmed", f"{quoted(text)} was written as {number}.")
        found[number if is_good else text] = is_good
    return found


def _publications(value: object, notes: Notes) -> list[Term]:
    found = []
    for text in _texts(value, "publication", notes):
        doi = _DOI.search(text)
        if doi is not None:
            notes.note("DOI in a reference", "publication", f"The DOI {quoted(doi[0])} was found in a reference.")
        found.append(Term(text, f"doi:{doi[0]}" if doi else None))
    return found


def _isbn(text: str) -> str:
    match = _ISBN.search(text)
    digits = re.sub(r"[^0-9Xx]", "", match[1]).upper() if match else ""
    return digits if len(digits) in (10, 13) else ""


def _links(value: object, notes: Notes) -> list[Term]:
    found: dict[str, Term] = {}
    for item in as_list(value):
        given: Mapping[str, Any] = an_object(item) if isinstance(item, dict) else {"Href": item}
        (href, *_), (label, *_) = (_texts(given.get(key), "link", notes) or [""] for key in ("Href", "Label"))
        address = _address(href, notes) if href else ""
        if address:
            found.setdefault(address, Term(label or address, address))
        elif href or label:
            notes.doubt("no web address", "link", f"{quoted(href or label)} is no web address; it is kept as a text.")
            text = f"{label}: {href}" if href and label else href or label
            found.setdefault(text, Term(text))
    return list(found.values())


def _address(href: str, notes: Notes) -> str:
    """The web address in a text; empty when there is none."""
    fixed = re.sub(r"^(?:htto|htp|http|https)(?=:/)", lambda match: "http" if match[0] != "https" else "https", href)
    if not re.match(r"https?://", fixed, re.IGNORECASE) and _HOST.fullmatch(fixed):
        fixed = f"http://{fixed}"
    try:
        parts = urlsplit(fixed)
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in parts.netloc or re.search(r'[\s"<>]', fixed):
        return ""
    if fixed != href:
        notes.note("mended web address", "link", f"The address {quoted(href)} was written as {quoted(fixed)}.")
    return fixed
