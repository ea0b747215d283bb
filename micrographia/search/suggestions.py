"""Suggestions while typing: values of fields, fields, and images, by what their names or ids begin with."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from micrographia.search.counting import column_label
from micrographia.search.documents import NUMBER_FIELDS, search_field
from micrographia.search.folding import words
from micrographia.search.names import Names
from micrographia.search.query import cleaned
from micrographia.search.snapshot import Snapshot, is_facet
from micrographia.search.trees import Tree

TEXT_LIMIT = 200
_NAME_WORDS = 8
_IMAGES = 3
_FIELDS = 2

# The best of what begins so; several may be names of one value.
_MADE = 100

# A genus cut short, with and without a space behind it; and how long a word with a plural's s is.
_GENUS = re.compile(r"\b([^\W\d_]\.)(?=[^\W\d_]{2})")
_INITIAL = re.compile(r"([^\W\d_])\.?")
_PLURAL = 4

_ID = re.compile(r"\S*\d\S*")

# Where a place is among what a text leads to: fewer records last, then synonyms, then what only lies above.
_Rank = tuple[int, bool, bool, int]


class Suggestions:
    """Gives suggestions; keeps the names of values from one snapshot to the next, as hardly any come or go."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Sequence[str], Names]] = {}

    def suggest(
        self, snapshot: Snapshot, connection: sqlite3.Connection, text: str, limit: int
    ) -> list[dict[str, Any]]:
        """What a text may become, the most frequent value first, then fields by name, then images by title or id.

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
            ``rest`` where words stay, ``synonym`` where the text begins another name of a term, or its id.
        """
        text = cleaned(text, TEXT_LIMIT)
        parts = _GENUS.sub(r"\1 ", text).split()
        typed = words(text)
        if not typed or limit < 1:
            return []
        name, colon, value = parts[-1].partition(":")
        if colon and name.lower() in snapshot.fields:
            return _with_rest(self._values_of(snapshot, name.lower(), " ".join(words(value)), limit), parts[:-1])
        found: list[dict[str, Any]] = []
        for at in range(max(0, len(parts) - _NAME_WORDS), len(parts)):
            found = self._begun_by(snapshot, parts, at, limit)
            if found:
                break
        fields = _with_rest(_fields(snapshot, parts[-1]), parts[:-1])
        found = [*found[: max(1, limit - len(fields))], *fields][:limit]
        return found + _images(connection, text, typed)[: max(0, min(_IMAGES, limit - len(found)))]

    def _begun_by(self, snapshot: Snapshot, parts: list[str], at: int, limit: int) -> list[dict[str, Any]]:
        """The values that begin with the parts of a text from one on, and what stands before them."""
        typed = words(" ".join(parts[at:]))
        found = self._values(snapshot, " ".join(typed), limit)
        if not found and typed and len(typed[-1]) >= _PLURAL and typed[-1].endswith("s"):
            found = self._values(snapshot, " ".join(typed)[:-1], limit)
        letter = _INITIAL.fullmatch(parts[at - 1]) if at and typed else None
        named = [one for one in found if letter and _is_genus(one["label"], letter[1], typed)]
        return _with_rest(named, parts[: at - 1]) if named else _with_rest(found, parts[:at])

    def _values(self, snapshot: Snapshot, start: str, limit: int) -> list[dict[str, Any]]:
        fields = [n for n in snapshot.fields if n not in NUMBER_FIELDS and is_facet(snapshot, n)] if start else []
        return _told(snapshot, [place for name in fields for place in self._begun(snapshot, name, start)], limit)

    def _values_of(self, snapshot: Snapshot, name: str, start: str, limit: int) -> list[dict[str, Any]]:
        if start:
            return _told(snapshot, list(self._begun(snapshot, name, start)), limit)
        tree = snapshot.tree(name)
        first, end = snapshot.arrays.vocabulary.bounds[name]
        columns = tree.columns if tree is not None else np.arange(first, end)
        best = _most_frequent(snapshot, columns)
        return _told(snapshot, [_place(snapshot, name, tree, int(at), columns) for at in best], limit)

    def _begun(self, snapshot: Snapshot, name: str, start: str) -> Iterator[_Place]:
        """What of a field has a name of which any word begins so, or an id that does."""
        tree = snapshot.tree(name)
        if tree is not None:
            for at, synonym in tree.beginning(start):
                yield _place(snapshot, name, tree, at, tree.columns, synonym)
            return
        vocabulary = snapshot.arrays.vocabulary
        first, end = vocabulary.bounds[name]
        found = {}
        if any(vocabulary.term_ids[first:end]):
            ids = vocabulary.term_ids[first:end]
            found = {int(at): ids[at] for at in self._names(name, "ids", ids).beginning(start)}
        found |= dict.fromkeys(self._names(name, "keys", vocabulary.keys[first:end]).beginning(start).tolist(), "")
        columns = np.arange(first, end)
        places = np.fromiter(found, np.int64, len(found))
        for at in places[_most_frequent(snapshot, columns[places])].tolist():
            yield _place(snapshot, name, None, at, columns, found[at])

    def _names(self, name: str, kind: str, said: Sequence[str]) -> Names:
        known = self._known.get((name, kind))
        if known is None or known[0] != said:
            known = self._known[name, kind] = said, Names.of(map(str.lower, said))
        return known[1]


def _is_genus(label: str, letter: str, typed: list[str]) -> bool:
    """Whether a letter stands for the first word of a name and what was typed begins its second: C. eleg."""
    genus, _, rest = " ".join(words(label)).partition(" ")
    return bool(rest) and genus.startswith(letter.lower()) and rest.startswith(" ".join(typed))


@dataclass(frozen=True, slots=True)
class _Place:
    """What a name leads to; ``synonym`` is the name, when it is not the one that people read.

    Only a term of a tree has its ``label`` at once: that of a group is worked out for those that are told.
    """

    field: str
    value: str
    label: str
    column: int
    synonym: str = ""
    is_direct: bool = True


def _place(snapshot: Snapshot, name: str, tree: Tree | None, at: int, columns: np.ndarray, synonym: str = "") -> _Place:
    column = int(columns[at])
    if tree is None:
        return _Place(name, snapshot.arrays.vocabulary.labels[column], "", column, synonym)
    node = tree.nodes[at]
    return _Place(name, node.value, node.label, column, synonym, node.is_direct)


def _most_frequent(snapshot: Snapshot, columns: np.ndarray) -> np.ndarray:
    return np.argsort(-snapshot.arrays.totals[columns], kind="stable")[:_MADE]


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


def _told(snapshot: Snapshot, places: list[_Place], limit: int) -> list[dict[str, Any]]:
    totals = snapshot.arrays.totals

    def rank(one: _Place) -> _Rank:
        return -int(totals[one.column]), bool(one.synonym), not one.is_direct, one.column

    # Terms with the same records are one suggestion: that by its own name, then what records have themselves.
    best: dict[tuple[str, int], _Place] = {}
    for one in sorted(places, key=rank):
        best.setdefault((one.field, one.column), one)
    return [
        {"kind": "value", "field": one.field, "value": one.value}
        | {"label": one.label or column_label(snapshot, one.field, one.column), "count": int(totals[one.column])}
        | ({"synonym": one.synonym} if one.synonym else {})
        for one in list(best.values())[:limit]
    ]


def _images(connection: sqlite3.Connection, text: str, typed: list[str]) -> list[dict[str, Any]]:
    match = "title : (" + " AND ".join([*(f'"{word}"' for word in typed[:-1]), f'"{typed[-1]}" *']) + ")"
    select = "SELECT id, json_extract(card, '$.title') FROM"
    found: list[tuple[str, str]] = []
    if _ID.fullmatch(text):
        query = (
            f"{select} search_documents WHERE id COLLATE NOCASE >= ?1 AND id COLLATE NOCASE < ?2 ORDER BY 1 LIMIT ?3"
        )
        found = connection.execute(query, (text, text + "\U0010ffff", _IMAGES)).fetchall()
    query = (
        f"{select} search_text JOIN search_documents ON number = search_text.rowid WHERE search_text MATCH ? LIMIT ?"
    )
    found += connection.execute(query, (match, _IMAGES)).fetchall()
    titles = dict(found)
    return [{"kind": "image", "field": "", "value": i, "label": titles[i], "count": 1} for i in titles]
