"""Terms: one or a list, an ontology id with its name, an id alone or free text, in the order of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from micrographia.collection.records import Term
from micrographia.importing.cil.shapes import as_list, as_number, as_text
from micrographia.importing.cil.vocabulary import CURIE, FIELDS, LEGACY, PREFIXES
from micrographia.importing.documents import Notes
from micrographia.importing.texts import mended, one_line, quoted

_KEYS = frozenset({"onto_id", "onto_name", "free_text"})
_ADDRESS = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)


def term_fields(core: Mapping[str, Any], notes: Notes) -> dict[str, list[Term]]:
    """The terms of every field of a record, none of them twice."""
    fields: dict[str, list[Term]] = {}
    for source, name in FIELDS.items():
        for item in as_list(core.get(source)):
            _add(fields, name, _term(item, name, notes), notes)
    for source, name in LEGACY.items():
        _add_legacy(fields, name, as_list(core.get(source)), notes)
    return fields


def free_text(value: object, field: str, notes: Notes, *, rich: bool = False) -> str:
    """The text of an object that should hold nothing else; prose that stands in the place of an id is text, too.

    Parameters
    ----------
    value
        An object, a list of them, or the bare text.
    field
        What the findings are about.
    notes
        Told of what had to be guessed.
    rich
        The text may hold HTML.
    """
    return "\n\n".join(part for item in as_list(value) if (part := _prose(item, field, notes, rich)))


def _prose(item: object, field: str, notes: Notes, rich: bool) -> str:
    text = as_text(item)
    if isinstance(item, dict):
        text = as_text(item.get("free_text"))
        if text is None and (text := as_text(item.get("onto_id"))):
            notes.note("text in the place of an id", field, "The text stood in the place of an ontology id.")
    if text is None:
        if item not in (None, "", {}, []):
            notes.doubt("not a text", field, f"{quoted(item)} is no text; it was left out.")
        return ""
    return mended(text, field, notes, rich=rich)


def _term(item: object, field: str, notes: Notes) -> Term | None:
    if not isinstance(item, dict):
        text = _label(item, field, notes)
        if text:
            notes.note("bare text", field, f"{quoted(text)} stood there without saying what it is; it is free text.")
        elif item not in (None, "", []):
            notes.doubt("not a term", field, f"{quoted(item)} is no term; it was left out.")
        return Term(text) if text else None
    name, free = _label(item.get("onto_name"), field, notes), _label(item.get("free_text"), field, notes)
    written = _label(item.get("onto_id"), field, notes)
    if not item.keys() <= _KEYS or not (written or name or free):
        if not (written or name or free):
            if item:
                notes.doubt("not a term", field, f"{quoted(item)} is no term; it was left out.")
            return None
        notes.doubt(
            "unknown parts of a term", field, f"The term {quoted(name or free or written)} says more than is known."
        )
    if written:
        return _identified(written, name or free, field, notes)
    if free and not name and CURIE.fullmatch(free) and free.partition(":")[0].casefold() in PREFIXES:
        notes.doubt("id as free text", field, f"{quoted(free)} stood there as free text; it was taken as an id.")
        return _identified(free, "", field, notes)
    return Term(name or free)


def _identified(written: str, name: str, field: str, notes: Notes) -> Term | None:
    match = CURIE.fullmatch(written)
    if match is None:
        message = f"{quoted(written)} is no ontology id; {'its name' if name else 'it'} is kept as free text."
        notes.doubt("no ontology id", field, message, "Choose a term of an ontology, if there is one.")
        return Term(name or written)
    prefix, length = PREFIXES.get(match[1].casefold(), ("", 0))
    if not prefix:
        notes.doubt("unknown ontology", field, f"The ontology of {quoted(written)} is not one we know; the id is kept.")
        return Term(name or written, written)
    if length and len(match[2]) != length:
        message = (
            f"{quoted(written)} has {len(match[2])} digits instead of {length}; {'its name' if name else 'it'} is kept."
        )
        notes.doubt("malformed ontology id", field, message, "Choose the term again.")
        return Term(name or written)
    term_id = f"{prefix}:{match[2]}"
    if term_id != written:
        notes.note("prefix of an ontology id", field, f"The id {quoted(written)} was written as {term_id}.")
    if field == "anatomy" and prefix == "NCBITaxon":
        notes.doubt("organism as anatomy", field, f"{term_id} is an organism, not a part of one; it is kept.")
    if not name:
        notes.note("id without a name", field, f"The id {term_id} came without a name; load its ontology to see it.")
    return Term(name or term_id, term_id)


def _label(value: object, field: str, notes: Notes) -> str:
    if value is None:
        return ""
    text = as_text(value)
    if text is None:
        if isinstance(value, list | dict):
            notes.doubt("not a text", field, f"{quoted(value)} stood in the place of a text; it was left out.")
        return ""
    if not isinstance(value, str):
        notes.note("number as text", field, f"The number {text} was taken as a text.")
    return one_line(mended(text, field, notes))


def _add(fields: dict[str, list[Term]], name: str, term: Term | None, notes: Notes) -> None:
    if term is None:
        return
    there = fields.setdefault(name, [])
    if term in there:
        notes.note("term twice", name, f"{quoted(term.text)} stood there twice; once is kept.")
    else:
        there.append(term)


def _add_legacy(fields: dict[str, list[Term]], name: str, items: Any, notes: Notes) -> None:
    """Keep of ``PREFIX:VALUE`` strings what the fields made of them later have not."""
    known = {text.casefold() for term in fields.get(name, ()) for text in (term.text, term.id) if text}
    for value in _legacy_values(items, name, notes):
        text = value.strip()
        while text.startswith(":"):
            text = text[1:].strip()
        if not text or text.casefold() in known:
            continue
        if as_number(text) is not None or text.casefold() == "null":
            notes.doubt("value of another column", name, f"{quoted(value)} is no {name}; it was left out.")
        elif _ADDRESS.fullmatch(text):
            notes.doubt(
                "value of another column", name, f"The address {quoted(text)} is no {name}; it is kept as a link."
            )
            fields.setdefault("link", []).append(Term(text, text if text[:4].lower() == "http" else f"http://{text}"))
        else:
            notes.note("older field", name, f"{quoted(text)} stood in an older field only; it is kept.")
            _add(fields, name, _legacy_term(text, name, notes), notes)


def _legacy_values(items: Any, name: str, notes: Notes) -> Iterator[str]:
    for item in items:
        parts = [item.get("onto_id"), item.get("free_text")] if isinstance(item, dict) else [item]
        texts = [text for part in parts if (text := _label(part, name, notes))]
        if not texts and item not in (None, "", {}, []):
            notes.doubt("not a term", name, f"{quoted(item)} is no term; it was left out.")
        for text in texts:
            prefix, colon, rest = text.partition(":")
            # "DOID:DOID:9965" and "DOID:ergotism"; a colon further on belongs to the text.
            known = not prefix or prefix.casefold() in PREFIXES
            yield rest if colon and known and not CURIE.fullmatch(text) else text


def _legacy_term(text: str, name: str, notes: Notes) -> Term | None:
    return _identified(text, "", name, notes) if CURIE.fullmatch(text) else Term(text)
