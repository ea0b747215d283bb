"""Suggestions while typing: values of fields, fields, and titles of images that begin with what was typed."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
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
        Dictionaries of ``kind`` (``value``, ``field`` or ``image``), ``field``, ``value``, ``label``, ``count``, and
        ``rest`` where words stay.
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
    first, end = snapshot.arrays.vocabulary.bounds[name]
    if start:
        columns = [column for column in _columns(snapshot, start) if first <= column < end]
    else:
        columns = list(range(first, end))
    return _made(snapshot, columns)


def _values(snapshot: Snapshot, start: str) -> list[dict[str, Any]]:
    return _made(snapshot, _columns(snapshot, start)) if start else []


def _columns(snapshot: Snapshot, start: str) -> list[int]:
    """The columns of the values of which any word begins so."""
    places = snapshot.remembered("suggestions", "", lambda: _word_places(snapshot))
    at = bisect_left(places, (start, -1))
    columns: dict[int, bool] = {}
    for rest, column in places[at : at + _LOOKED_AT]:
        if not rest.startswith(start):
            break
        columns[column] = True
    return list(columns)


def _made(snapshot: Snapshot, columns: list[int]) -> list[dict[str, Any]]:
    vocabulary, totals = snapshot.arrays.vocabulary, snapshot.arrays.totals
    best = sorted(columns, key=lambda column: (-int(totals[column]), column))[:_MADE]
    field_of = {c: name for name, (first, end) in vocabulary.bounds.items() for c in best if first <= c < end}
    return [
        {
            "kind": "value",
            "field": field_of[column],
            "value": vocabulary.labels[column],
            "label": value_label(field_of[column], vocabulary.labels[column]),
            "count": int(totals[column]),
        }
        for column in best
    ]


def _word_places(snapshot: Snapshot) -> list[tuple[str, int]]:
    # Each value from each of its words on, so that "cerev" finds Saccharomyces cerevisiae.
    vocabulary = snapshot.arrays.vocabulary
    places: list[tuple[str, int]] = []
    for name, (first, end) in vocabulary.bounds.items():
        if name in NUMBER_FIELDS or not is_facet(snapshot, name):
            continue
        for column in range(first, end):
            said = words(vocabulary.keys[column])[:12]
            places += [(" ".join(said[i:]), column) for i in range(len(said))]
    return sorted(places)


def _images(connection: sqlite3.Connection, typed: list[str]) -> list[dict[str, Any]]:
    match = "title : (" + " AND ".join([*(f'"{word}"' for word in typed[:-1]), f'"{typed[-1]}" *']) + ")"
    found = connection.execute(
        "SELECT id, json_extract(card, '$.title') FROM search_text JOIN search_documents ON number = search_text.rowid"
        " WHERE search_text MATCH ? LIMIT ?",
        (match, _IMAGES),
    )
    return [{"kind": "image", "field": "", "value": i, "label": title, "count": 1} for i, title in found]
