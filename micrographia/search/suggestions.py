"""Suggestions while typing: values of fields and titles of images that begin with what was typed."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from micrographia.search.counting import value_label
from micrographia.search.documents import NUMBER_FIELDS
from micrographia.search.folding import words
from micrographia.search.snapshot import Snapshot, is_facet

# Places in the list of words that are looked at; a single letter has thousands.
_LOOKED_AT = 2000
_IMAGES = 3


def suggest(snapshot: Snapshot, connection: sqlite3.Connection, text: str, limit: int) -> list[dict[str, Any]]:
    """What a text may become, the most frequent value first, then images by title.

    Parameters
    ----------
    snapshot, connection
        Where the values and the titles are.
    text
        What was typed so far.
    limit
        How many suggestions at most.

    Returns
    -------
    list
        Dictionaries of ``kind`` (``value`` or ``image``), ``field``, ``value``, ``label``, ``count``;
        with ``synonym`` where the text begins another name of a term.
    """
    typed = words(text[:200])
    if not typed or limit < 1:
        return []
    start = " ".join(typed)
    found = _values(snapshot, start)[:limit]
    return found + _images(connection, typed)[: max(0, min(_IMAGES, limit - len(found)))]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a word of a name leads to; ``synonym`` is the name, when it is not the one that people read."""

    field: str
    value: str
    label: str
    column: int
    synonym: str = ""


def _values(snapshot: Snapshot, start: str) -> list[dict[str, Any]]:
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
    totals = snapshot.arrays.totals
    best = sorted(found.values(), key=lambda one: (-int(totals[one.column]), one.column))
    return [_told(one, int(totals[one.column])) for one in best]


def _told(one: _Place, count: int) -> dict[str, Any]:
    told = {"kind": "value", "field": one.field, "value": one.value, "label": one.label, "count": count}
    return told | ({"synonym": one.synonym} if one.synonym else {})


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
        for other in dict.fromkeys((*node.names, *node.others)):
            yield other, _Place(name, node.value, node.label, node.column, other)


def _images(connection: sqlite3.Connection, typed: list[str]) -> list[dict[str, Any]]:
    match = "title : (" + " AND ".join([*(f'"{word}"' for word in typed[:-1]), f'"{typed[-1]}" *']) + ")"
    found = connection.execute(
        "SELECT id, json_extract(card, '$.title') FROM search_text JOIN search_documents ON number = search_text.rowid"
        " WHERE search_text MATCH ? LIMIT ?",
        (match, _IMAGES),
    )
    return [{"kind": "image", "field": "", "value": i, "label": title, "count": 1} for i, title in found]
