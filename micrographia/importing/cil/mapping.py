"""One document of The Cell: An Image Library as a record: a pure function that no document makes fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from micrographia.collection.records import Record, Term
from micrographia.importing.cil.attribution import attribution_fields
from micrographia.importing.cil.citations import identifiers, number_in, year_and_citation
from micrographia.importing.cil.descriptions import description, title
from micrographia.importing.cil.dimensions import dimension_fields
from micrographia.importing.cil.files import assets
from micrographia.importing.cil.licences import licence_of, visibility_of
from micrographia.importing.cil.shapes import an_object, as_list, as_text, at
from micrographia.importing.cil.terms import free_text, term_fields
from micrographia.importing.cil.vocabulary import FIELDS, LEGACY, OTHER
from micrographia.importing.documents import Draft, Notes
from micrographia.importing.texts import mended, one_line, quoted

ID_PREFIX = "CIL:"
_KNOWN = FIELDS.keys() | LEGACY.keys() | OTHER
_KINDS = ("Still_image", "Z_stack", "Time_series", "Video")
_STATES = {"RAW": "raw", "PROCESSED": "processed", "ANIMATIONS": "animation"}
_MEASURES = {"spatialmeasurements": "spatial measurements", "intensitiesquantitation": "intensities"}


def draft_of(document: Any, named: str, is_group: Callable[[str], bool], notes: Notes) -> Draft:
    """The record that a document describes.

    Parameters
    ----------
    document
        Any JSON value.
    named
        The number that the document's file bears, or nothing.
    is_group
        Whether a group of that number has more than one member.
    notes
        Told of every repair and every doubt.
    """
    number, agrees = number_of(document, named, notes)
    if not number:
        return Draft(None, tuple(notes.all))
    body = body_of(document)
    record = _record(body, number, agrees, is_group, notes)
    return Draft(record, tuple(notes.all))


def body_of(document: Any) -> Mapping[str, Any]:
    """The part of a document that describes the image."""
    inner = at(document, "CIL_CCDB")
    return inner if isinstance(inner, dict) else an_object(document)


def number_of(document: Any, named: str, notes: Notes) -> tuple[str, bool]:
    """The number of a document, empty when it has none, and whether all places that name it agree.

    Parameters
    ----------
    document
        Any JSON value.
    named
        The number that the document's file bears, or nothing.
    notes
        Told of what is odd.
    """
    if not isinstance(document, dict):
        if document is not None:
            notes.fault("not a record", "id", f"The document is {quoted(document)}, not a record; it was passed over.")
        return "", False
    given, cited = as_text(document.get("id")) or "", number_in(body_of(document))
    said = [text.strip() for text in (given, named) if text.strip()]
    numbers = [_canonical(text) for text in said]
    number = next((one for one in numbers if one), cited)
    for text, one in zip(said, numbers):
        if not one:
            notes.doubt("id that cannot be", "id", f"{quoted(text)} cannot be the number of an image.")
        elif one != text:
            notes.note("id written otherwise", "id", f"The number {quoted(text)} was written as {one}.")
    if not number:
        notes.fault("no id", "id", "The document does not say which image it is; it was passed over.", "Give it an id.")
        return "", False
    others = {one for one in (*numbers, cited) if one and one != number}
    if others:
        message = f"The document is of CIL:{number}, but names {quoted(min(others))} too; it is not public."
        notes.fault("identifiers disagree", "id", message, "Find out which of the two is right.")
    return number, not others


def group_of(body: Mapping[str, Any]) -> str:
    """The number of the group that a record says it is of; empty when it says none that can be."""
    return _canonical((as_text(at(body, "CIL", "CORE", "GROUP_ID")) or "").strip())


def _canonical(text: str) -> str:
    digits = text.removeprefix(ID_PREFIX)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 12
    return str(int(digits)) if is_number and int(digits) > 0 else ""


def _record(
    body: Mapping[str, Any], number: str, agrees: bool, is_group: Callable[[str], bool], notes: Notes
) -> Record:
    core = an_object(at(body, "CIL", "CORE"))
    fields = term_fields(core, notes)
    contributors, told = attribution_fields(core.get("ATTRIBUTION"), notes)
    named, also_agrees = identifiers(body, number, notes)
    given_names = [as_text(name) or "" for name in as_list(at(core, "ATTRIBUTION", "Contributors"))]
    named_terms = [term.text for name in ("organism", "cell_type") for term in fields.get(name, ())]
    year, citation = year_and_citation(body, number, given_names, named_terms, notes)
    text, technical = (
        free_text(core.get(name), "description", notes, rich=True) for name in ("IMAGEDESCRIPTION", "TECHNICALDETAILS")
    )
    more = (
        dimension_fields(core.get("DIMENSION"), notes),
        _kinds(body, core, notes),
        _qualification(core.get("DATAQUALIFICATION"), notes),
        {"compound": _compounds(core.get("CHEMICAL_COMPOUNDS"), notes)},
        told,
        named,
        {"citation": [Term(citation)] if citation else []},
    )
    for name, terms in chain.from_iterable(found.items() for found in more):
        fields[name] = list(dict.fromkeys([*fields.get(name, ()), *terms]))
    licence, is_known = licence_of(core, notes)
    visibility = visibility_of(body, is_known and agrees and also_agrees, notes)
    assets(body, number, notes)
    _strange_parts(core, notes)
    record_id = f"{ID_PREFIX}{number}"
    return Record(
        record_id,
        title=title(text, fields, record_id),
        description=description(text, technical, notes),
        fields={name: tuple(terms) for name, terms in fields.items() if terms},
        contributors=contributors,
        licence=licence,
        source=f"https://doi.org/10.7295/W9CIL{number}",
        year=year,
        group=_group(core, body, is_group, notes),
        findings=tuple(noted.finding for noted in notes.all),
        visibility=visibility,
    )


def _group(
    core: Mapping[str, Any], body: Mapping[str, Any], is_group: Callable[[str], bool], notes: Notes
) -> str | None:
    given, number = core.get("GROUP_ID"), group_of(body)
    if number and is_group(number):
        return f"cil-group:{number}"
    if number:
        notes.note("group of one", "group", f"Nothing else is in the group {number}; the image stands alone.")
    elif given not in (None, ""):
        notes.doubt("group that cannot be", "group", f"{quoted(given)} cannot be the number of a group.")
    return None


def _kinds(body: Mapping[str, Any], core: Mapping[str, Any], notes: Notes) -> dict[str, list[Term]]:
    """The kinds of image that the source says it is, held against the axes that it lists."""
    told = {name: _claim(at(body, "Data_type", name), notes) for name in _KINDS}
    if not any(told.values()):
        notes.doubt(
            "no kind of image", "image_type", "The source does not say whether this is a still, a stack or a film."
        )
        return {}
    items = as_list(core.get("DIMENSION"))
    has_z = any(at(item, "Space", "axis") == "Z" for item in items)
    has_t = any(at(item, "Time") is not None for item in items)
    is_z, is_t, is_video = told["Z_stack"], told["Time_series"], told["Video"]
    for says, has, kind, axis in (
        (is_z, has_z, "z-stack", "slices"),
        (is_t or is_video, has_t, "time series", "times"),
    ):
        if says and not has:
            message = (
                f"The source calls it a {'video' if is_video and kind == 'time series' else kind}, without {axis}."
            )
            notes.note(f"{kind} without {axis}", "image_type", message)
        elif has and not says:
            notes.note(
                f"{axis} but no {kind}", "image_type", f"The source lists {axis}, but does not call it a {kind}."
            )
    kinds = [
        *(["z-stack time series"] if is_z and is_t else ["z-stack"] if is_z else ["time series"] if is_t else []),
        *(["video"] if is_video else []),
    ]
    return {"image_type": [Term(kind) for kind in kinds or ["still"]]}


def _claim(value: object, notes: Notes) -> bool:
    if value is not None and not isinstance(value, bool):
        notes.doubt("not yes or no", "image_type", f"{quoted(value)} is neither true nor false; it was not counted.")
    return value is True


def _qualification(value: object, notes: Notes) -> dict[str, list[Term]]:
    name = "data_qualification"
    words = [word.strip() for word in free_text(value, name, notes).replace("\n", ";").split(";")]
    words = [word for word in words if word]
    if not words:
        return {}
    fields: dict[str, list[Term]] = {name: [], "quantifiable_for": []}
    for word in words:
        if word.casefold() in _MEASURES:
            fields["quantifiable_for"].append(Term(_MEASURES[word.casefold()]))
            continue
        if word.upper() not in _STATES:
            notes.doubt("unknown qualification", name, f"The qualification {quoted(word)} is not known; it is kept.")
        fields[name].append(Term(_STATES.get(word.upper(), one_line(word)[:200])))
    return fields | {"quantifiable": [Term("yes" if fields["quantifiable_for"] else "no")]}


def _compounds(value: object, notes: Notes) -> list[Term]:
    found: dict[str, Term] = {}
    twice = 0
    for text in _names(value, notes):
        twice += text.casefold() in found
        found.setdefault(text.casefold(), Term(text))
    if twice:
        notes.note("compound twice", "compound", f"{twice} compounds stood there twice, some in other capitals.")
    return list(found.values())


def _names(value: object, notes: Notes) -> Iterator[str]:
    for item in as_list(value):
        text = as_text(item)
        if text is None and item is not None:
            notes.doubt("not a text", "compound", f"{quoted(item)} is no name; it was left out.")
        if name := one_line(mended(text or "", "compound", notes)):
            yield name


def _strange_parts(core: Mapping[str, Any], notes: Notes) -> None:
    strange = sorted(core.keys() - _KNOWN)
    if strange:
        message = f"{quoted(', '.join(strange[:5]))} is not a part that is known; it is kept with the original only."
        notes.doubt("unknown part", "", message)
