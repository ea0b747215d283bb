"""Suggestions while typing: values of fields, fields, and titles of images that begin with what was typed."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from micrographia.search.counting import value_label
from micrographia.search.documents import NUMBER_FIELDS, search_field
from micrographia.search.folding import words
from micrographia.search.snapshot import Snapshot, is_facet

# Places in the list of words that are looked at; a single letter has thousands.
_LOOKED_AT = 2000
_IMAGES = 3
_FIELDS = 2
_MADE = 100


def suggest(snapshot: Snapshot, connection: sqlite3.Connection, text: str, limit: int) -> list[dict[str, Any]]:
    """What a text may become, the most frequent value first, then fields by name, then images by title.

    Parameters
    ----------
    snapshot, connection
        Where the values and the titles are.
    text
        What was typed so far; words before those that a value begins with stay, as ``rest``.
    limit
        How many suggestions at most.

    Returns
    -------
    list
        Dictionaries of ``kind`` (``value``, ``field`` or ``image``), ``field``, ``value``, ``label``, ``count``;
        ``rest`` where words stay, ``synonym`` where the text begins another name of a term.
    """
    parts = text[:200].split()
    typed = words(text[:200])
    if not typed or limit < 1:
        return []
    name, colon, value = parts[-1].partition(":")
    if colon and name.lower() in snapshot.fields:
        return _with_rest(_values_of(snapshot, name.lower(), " ".join(words(value)))[:limit], parts[:-1])
    found: list[dict[str, Any]] = []
    for at in range(len(parts)):
        found = _with_rest(_values(snapshot, " ".join(words(" ".join(parts[at:]))))[:limit], parts[:at])
        if found:
            break
    fields = _with_rest(_fields(snapshot, parts[-1]), parts[:-1])
    found = [*found[: max(1, limit - len(fields))], *fields][:limit]
    return found + _images(connection, typed)[: max(0, min(_IMAGES, limit - len(found)))]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a word of a name leads to; ``synonym`` is the name, when it is not the one that people read."""

    field: str
    value: str
    label: str
    column: int
    synonym: str = ""


def _with_rest(found: list[dict[str, Any]], parts: list[str]) -> list[dict[str, Any]]:
    return [one | {"rest": " ".join(parts)} for one in found] if parts else found


def _fields(snapshot: Snapshot, start: str) -> list[dict[str, Any]]:
    """The fields that a word begins the name of, as one searches in them."""
    named = [name for name in snapshot.fields if len(start) > 1 and name.startswith(start.lower())]
    return [
        {
            "kind": "field",
            "field": name,
            "value": f"{name}:",
            "label": search_field(name).label,
            "count": int(np.count_nonzero(snapshot.arrays.rows_with_any(name))),
        }
        for name in named[:_FIELDS]
    ]


def _values_of(snapshot: Snapshot, name: str, start: str) -> list[dict[str, Any]]:
    if start:
        return _told(snapshot, [place for place in _begun(snapshot, start) if place.field == name])
    return _told(snapshot, [place for _, place in _places_of(snapshot, name) if not place.synonym])


def _values(snapshot: Snapshot, start: str) -> list[dict[str, Any]]:
    return _told(snapshot, _begun(snapshot, start)) if start else []


def _begun(snapshot: Snapshot, start: str) -> list[_Place]:
    """What has a name of which any word begins so."""
    words_of, places = snapshot.remembered("suggestions", "", lambda: _word_places(snapshot))
    at = bisect_left(words_of, (start, -1))
    found: dict[tuple[str, str], _Place] = {}
    for rest, place in words_of[at : at + _LOOKED_AT]:
        if not rest.startswith(start):
            break
        one = places[place]
        # What a term is called now says more than another name of it.
        if (known := found.get((one.field, one.value))) is None or (known.synonym and not one.synonym):
            found[one.field, one.value] = one
    return list(found.values())


def _told(snapshot: Snapshot, places: list[_Place]) -> list[dict[str, Any]]:
    totals = snapshot.arrays.totals
    best = sorted(places, key=lambda one: (-int(totals[one.column]), one.column))[:_MADE]
    return [
        {"kind": "value", "field": one.field, "value": one.value, "label": one.label}
        | {"count": int(totals[one.column])}
        | ({"synonym": one.synonym} if one.synonym else {})
        for one in best
    ]


def _word_places(snapshot: Snapshot) -> tuple[list[tuple[str, int]], list[_Place]]:
    # Each name from each of its words on, so that "cerev" finds Saccharomyces cerevisiae.
    places: list[_Place] = []
    found: list[tuple[str, int]] = []
    for name in snapshot.fields:
        if name in NUMBER_FIELDS or not is_facet(snapshot, name):
            continue
        for said, place in _places_of(snapshot, name):
            parts = words(said)[:12]
            found += [(" ".join(parts[i:]), len(places)) for i in range(len(parts))]
            places.append(place)
    return sorted(found), places


def _places_of(snapshot: Snapshot, name: str) -> Iterator[tuple[str, _Place]]:
    tree = snapshot.tree(name)
    if tree is None:
        vocabulary = snapshot.arrays.vocabulary
        first, end = vocabulary.bounds[name]
        for column in range(first, end):
            label = vocabulary.labels[column]
            yield vocabulary.keys[column], _Place(name, label, value_label(name, label), column)
        return
    for node in tree.nodes:
        yield node.label, _Place(name, node.value, node.label, node.column)
        for other in dict.fromkeys((*node.names, *node.others, *node.narrower)):
            yield other, _Place(name, node.value, node.label, node.column, other)


def _images(connection: sqlite3.Connection, typed: list[str]) -> list[dict[str, Any]]:
    match = "title : (" + " AND ".join([*(f'"{word}"' for word in typed[:-1]), f'"{typed[-1]}" *']) + ")"
    found = connection.execute(
        "SELECT id, json_extract(card, '$.title') FROM search_text JOIN search_documents ON number = search_text.rowid"
        " WHERE search_text MATCH ? LIMIT ?",
        (match, _IMAGES),
    )
    return [{"kind": "image", "field": "", "value": i, "label": title, "count": 1} for i, title in found]
