"""Citations: the year, and the identifiers by which a record is known elsewhere, checked against each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from micrographia.collection.records import Term
from micrographia.importing.cil.shapes import as_text, at
from micrographia.importing.documents import Notes
from micrographia.importing.texts import mended, one_line, quoted

_TITLE = re.compile(r"(?P<who>.*?) \((?P<year>\d{4})\) CIL:(?P<number>\d+)(?P<names>, .*)?\. CIL\. Dataset", re.DOTALL)
_DOI = re.compile(r"(?:doi:)?10\.7295/W9CIL(\d+)", re.IGNORECASE)
_ARK = re.compile(r"(?:ark:/?)b7295/w9cil(\d+)", re.IGNORECASE)


def number_in(document: Any) -> str:
    """The number of a record as its DOI has it; empty when there is none."""
    match = _DOI.fullmatch((as_text(at(document, "Citation", "DOI")) or "").strip()[:100])
    return match[1] if match else ""


def identifiers(document: Any, number: str, notes: Notes) -> tuple[dict[str, list[Term]], bool]:
    """The DOI and the ARK of a record, and whether all that cites it means the same record.

    Parameters
    ----------
    document
        The record's part ``CIL_CCDB``.
    number
        The record's number.
    notes
        Told of what does not agree.
    """
    fields: dict[str, list[Term]] = {}
    agrees = True
    for name, pattern, written in (
        ("doi", _DOI, f"10.7295/W9CIL{number}"),
        ("ark", _ARK, f"ark:/b7295/w9cil{number}"),
    ):
        given = (as_text(at(document, "Citation", name.upper())) or "").strip()[:200]
        match = pattern.fullmatch(given)
        if match and match[1] == number:
            fields[name] = [Term(written)]
        elif given:
            agrees = False
            message = f"The {name.upper()} {quoted(given)} is not that of CIL:{number}; the record is not public."
            notes.fault("identifiers disagree", name, message, "Find out which of the two is right.")
        else:
            notes.doubt("no identifier", name, f"The record has no {name.upper()}.")
    return fields, agrees


def year_and_citation(
    document: Any, number: str, contributors: Sequence[str], names: Sequence[str], notes: Notes
) -> tuple[int | None, str]:
    """The year of a record, and its citation when that says something else than the record does.

    Parameters
    ----------
    document
        The record's part ``CIL_CCDB``.
    number
        The record's number.
    contributors
        As the source names them.
    names
        Of the organisms and the cell types, which a citation lists after the number.
    notes
        Told of a citation that cannot be read, or does not agree with the record.
    """
    given: Mapping[str, Any] | Any = at(document, "Citation", "Title")
    text = one_line(mended(as_text(given) or "", "citation", notes))
    match = _TITLE.fullmatch(text)
    if match is None:
        message = f"The citation {quoted(text)} cannot be read; there is no year." if text else "There is no citation."
        notes.doubt("citation that cannot be read", "citation", message)
        return None, text
    expected = one_line(", ".join(contributors)) or "CIL"
    year = int(match["year"])
    is_same = match["number"] == number and _folded(match["who"]) == _folded(expected)
    if is_same and _are_among(match["names"] or "", names):
        return year if 1600 <= year <= 2200 else None, ""
    notes.note("citation says otherwise", "citation", "The citation says otherwise than the record does; it is kept.")
    return year if 1600 <= year <= 2200 else None, text


def _are_among(said: str, names: Sequence[str]) -> bool:
    """Whether a list parted by commas has nothing but some of the names, of which any may hold a comma itself."""
    rest = _folded(said)
    for name in sorted(map(_folded, names), key=len, reverse=True):
        rest = rest.replace(name, "") if name else rest
    return not rest


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFC", text)).casefold()
