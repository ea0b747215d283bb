"""Contributors: people as the source spells them, taken apart and put in order where that is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from micrographia.importing.cil.shapes import as_list, as_text
from micrographia.importing.documents import Notes
from micrographia.importing.texts import WITHHELD, mended, one_line, quoted

_FIELD = "contributor"

# Words of which one says that a text is a place, not a person.
_PLACE = re.compile(
    r"\b(univers|institut|school|college|hospital|cent(er|re)|facility|laborator|department|depart|division|museum|"
    r"academy|foundation|council|inc|gmbh|ltd|llc|company)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d|d\.?sc|m\.?sc|dvm)\.?", re.IGNORECASE)
_BRACKETS = re.compile(r"(?P<name>[^()]*[^()\s])\s*(?P<notes>(?:\([^()]*\)\s*)+)")


@dataclass(frozen=True, slots=True)
class Contributor:
    """One person or group, and what stood beside the name in brackets or after a comma: places, roles."""

    name: str
    beside: tuple[str, ...] = ()


def contributors(value: object, notes: Notes) -> list[Contributor]:
    """The people of a list of texts, none of them twice."""
    found: dict[str, Contributor] = {}
    for item in as_list(value):
        text = as_text(item)
        if text is None:
            if item is not None:
                notes.doubt("not a contributor", _FIELD, f"{quoted(item)} is no name; it was left out.")
            continue
        for one in _people(mended(text, _FIELD, notes), notes):
            if one.name in found:
                notes.note("contributor twice", _FIELD, f"{quoted(one.name)} stood there twice; once is kept.")
            found.setdefault(one.name, one)
    return list(found.values())


def _people(text: str, notes: Notes) -> Iterator[Contributor]:
    squeezed = one_line(text)
    if squeezed != text:
        notes.note("blanks", _FIELD, "Double blanks within a name were made one.")
    parts = re.split(r"\s*;\s*|\s+&\s+", squeezed)
    if len(parts) > 1:
        notes.note("several people in one", _FIELD, f"{quoted(squeezed)} names several people; each is listed.")
    for part in parts:
        one = _person(part, notes)
        if one is not None:
            yield one


def _person(text: str, notes: Notes) -> Contributor | None:
    trimmed = re.sub(r"^[\s,/;.]+|[\s,/;]+$", "", text)
    trimmed = re.sub(r"(?<=[a-z])\d{1,4}$", "", trimmed)
    if trimmed != text:
        notes.note("signs round a name", _FIELD, f"Signs round the name {quoted(trimmed)} were left out.")
    if not trimmed or trimmed == WITHHELD:
        return None
    name, beside = trimmed, []
    match = _BRACKETS.fullmatch(trimmed)
    if match is not None:
        name = match["name"].strip(" ,")
        beside = [note.strip() for note in re.findall(r"\(([^()]*)\)", match["notes"]) if note.strip()]
        notes.note("brackets after a name", _FIELD, f"What stood in brackets after {quoted(name)} is kept beside it.")
    before, comma, after = name.partition(",")
    if comma:
        name, place = _at_comma(before.strip(), after.strip(), notes)
        beside += place
    return Contributor(name, tuple(beside)) if name else None


def _at_comma(before: str, after: str, notes: Notes) -> tuple[str, Sequence[str]]:
    """What a comma within a name parts: a name turned round, a suffix, a place, or nothing that is certain."""
    whole = f"{before}, {after}"
    if _SUFFIX.fullmatch(after):
        return whole, ()
    if _PLACE.search(after):
        notes.note("place after a name", _FIELD, f"The place after {quoted(before)} is kept beside it.")
        return before, [after]
    words = after.split()
    if len(before.split()) == 1 and 1 <= len(words) <= 3 and "," not in after and before[:1].isalpha():
        notes.note("name turned round", _FIELD, f"{quoted(whole)} was turned round, the first name first.")
        return f"{after} {before}", ()
    notes.doubt("comma in a name", _FIELD, f"{quoted(whole)} may be several people, or one and a place; it is kept.")
    return whole, ()
