"""A snapshot of what is searched: the facet arrays as they stood at one change of the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from micrographia.collection.fields import BY_NAME
from micrographia.collection.vocabulary.vocabulary import vocabulary_change
from micrographia.search.columns import StoredValue, columns_after, in_order, values_after, vocabulary_of
from micrographia.search.documents import NUMBER_FIELDS, search_field
from micrographia.search.facets import FacetArrays, Vocabulary
from micrographia.search.forest import Forest, grown
from micrographia.search.patching import NewRows, patched
from micrographia.search.trees import Tree

# How many of a kind are remembered: masks take a byte a record, orders eight.
_MEMORY = {"text": 64, "order": 8, "groups": 5000, "span": 100, "words": 20, "appearances": 1}
_MEMORY |= {"label images": 1, "meanings": 64, "ranks": 2}

# Of more records changed at once the arrays are made anew.
_PATCHED = 1000
_SELECT = "SELECT number, codes, numbers FROM search_documents"

Found = TypeVar("Found")


@dataclass(frozen=True)
class Rows:
    """Rows as the database keeps them: numbers, how many values each has, their codes, and their measures."""

    numbers: np.ndarray
    lengths: np.ndarray
    codes: np.ndarray
    measures: np.ndarray

    @classmethod
    def read(cls, found: list[tuple[int, bytes, bytes]]) -> Rows:
        """Rows from the columns number, codes, numbers of ``search_documents``."""
        return cls(
            numbers=np.array([row[0] for row in found], dtype=np.int64),
            lengths=np.array([len(row[1]) // 4 for row in found], dtype=np.int32),
            codes=np.frombuffer(b"".join(row[1] for row in found), dtype="<i4"),
            measures=np.frombuffer(b"".join(row[2] for row in found), dtype="<f8").reshape(
                len(found), len(NUMBER_FIELDS)
            ),
        )

    def only(self, kept: np.ndarray) -> Rows:
        """The rows of a mask."""
        return Rows(
            self.numbers[kept], self.lengths[kept], self.codes[np.repeat(kept, self.lengths)], self.measures[kept]
        )

    def without_groups(self) -> Rows:
        """The rows with nothing but the values that records have."""
        is_value = self.codes > 0
        if is_value.all():
            return self
        ends = np.concatenate(([0], np.cumsum(is_value)))[np.cumsum(self.lengths)]
        lengths = np.diff(ends, prepend=0).astype(np.int32)
        return Rows(self.numbers, lengths, self.codes[is_value], self.measures)

    def with_others(self, others: Rows) -> Rows:
        """These rows and others, by number."""
        numbers = np.concatenate((self.numbers, others.numbers))
        lengths = np.concatenate((self.lengths, others.lengths))
        codes = np.concatenate((self.codes, others.codes))
        measures = np.concatenate((self.measures, others.measures))
        if (np.diff(numbers) > 0).all():
            return Rows(numbers, lengths, codes, measures)
        order = np.argsort(numbers)
        place = np.repeat(np.argsort(order), lengths)
        return Rows(numbers[order], lengths[order], codes[np.argsort(place, kind="stable")], measures[order])


@dataclass(frozen=True)
class Snapshot:
    """All that one search looks at; never changed, so a search sees one state of the library.

    Parameters
    ----------
    change
        The store's change counter that it goes with.
    arrays
        The facet arrays.
    codes
        The database's code of each column of the arrays; of a group of values, which it does not know, a negative one.
    forest
        The trees of the fields that have terms.
    changed
        The store's numbers of the records that changed, came or went since the snapshot that this one was made from;
        ``None`` for one that was made from none.
    memory
        What was worked out before on this snapshot, such as the rows of a word.
    """

    change: int
    arrays: FacetArrays
    codes: np.ndarray
    forest: Forest = Forest()
    changed: np.ndarray | None = None
    memory: dict[str, dict[object, object]] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that any record has, in order."""
        return tuple(self.arrays.vocabulary.bounds)

    def tree(self, name: str) -> Tree | None:
        """The tree of a field; ``None`` for one without terms of the library's vocabulary."""
        return self.forest.trees.get(name)

    def remembered(self, kind: str, name: object, find: Callable[[], Found]) -> Found:
        """What ``find`` gives, worked out once for a name; of many of a kind the oldest are forgotten.

        Parameters
        ----------
        kind
            What is remembered, such as ``"text"``: the rows of a text.
        name
            Which of them, such as the text.
        find
            Works it out; never gives ``None``.
        """
        known = self.memory.setdefault(kind, {})
        found = known.get(name)
        if found is None:
            found = known[name] = find()
            while len(known) > _MEMORY[kind]:
                known.pop(list(known)[0], None)  # noqa: RUF015 (a copy: other threads write here too)
        return found  # type: ignore[return-value]


def load(connection: sqlite3.Connection, change: int) -> Snapshot:
    """The snapshot of everything in the database."""
    rows = Rows.read(connection.execute(_SELECT + " ORDER BY number").fetchall())
    return _snapshot(connection, change, rows, Forest())


def updated(connection: sqlite3.Connection, old: Snapshot, change: int, numbers: Sequence[int]) -> Snapshot:
    """The snapshot after some records changed, came or went; cheaper than loading it.

    Parameters
    ----------
    connection
        To the library's database.
    old
        The snapshot before.
    change
        The store's change counter now.
    numbers
        The store's numbers of the records that changed since.
    """
    query = f"{_SELECT} WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number"
    new = Rows.read(connection.execute(query, (json.dumps(list(numbers)),)).fetchall())
    changed = np.array(sorted(numbers), dtype=np.int64)
    gone = old.arrays.rows_of(changed)
    if len(numbers) <= _PATCHED and len(old.arrays) and vocabulary_change(connection) == old.forest.change:
        found = connection.execute("SELECT code FROM search_spelled WHERE change > ?", (old.change,)).fetchall()
        codes = np.array(found, dtype=np.int64).ravel()
        respelled = codes[np.isin(codes, old.codes)]
        return _patched(connection, replace(old, change=change, changed=changed, memory={}), gone, new, respelled)
    arrays = old.arrays
    before = Rows(arrays.numbers, np.diff(arrays.starts), old.codes[arrays.columns], _matrix(arrays))
    stays = np.ones(len(arrays), dtype=bool)
    stays[gone] = False
    return _snapshot(connection, change, before.only(stays).without_groups().with_others(new), old.forest, changed)


def _patched(
    connection: sqlite3.Connection, old: Snapshot, gone: np.ndarray, new: Rows, respelled: np.ndarray
) -> Snapshot:
    """The snapshot with other rows, and with some values as they are spelled now."""
    spelled = _spelled_otherwise(connection, old, np.union1d(new.codes, respelled))
    totals = old.arrays.totals.copy()
    np.subtract.at(totals, old.arrays.entries(gone), 1)
    known = new.codes[np.isin(new.codes, old.codes)]
    np.add.at(totals, _columns_of(old.codes)[known], 1)
    went = np.flatnonzero(totals[: len(old.arrays.vocabulary)] == 0)
    if len(spelled) or len(went):
        return _with_other_values(connection, old, gone, new, went, spelled)
    # The usual change: no value came or went.
    rows = _rolled_up(new, old.codes, old.forest)
    return replace(old, arrays=patched(old.arrays, gone, _put(rows, _columns_of(old.codes)[rows.codes])))


def _put(rows: Rows, columns: np.ndarray) -> NewRows:
    measures = {name: rows.measures[:, at] for at, name in enumerate(NUMBER_FIELDS)}
    return NewRows(rows.numbers, rows.lengths, columns, measures)


def _spelled_otherwise(connection: sqlite3.Connection, old: Snapshot, codes: np.ndarray) -> list[StoredValue]:
    """Those of some values that the snapshot does not know, or knows by another label or term id."""
    words, columns = old.arrays.vocabulary, _columns_of(old.codes)
    query = "SELECT code, field, key, label, term_id FROM search_values WHERE code IN (SELECT value FROM json_each(?))"
    found = connection.execute(query, (json.dumps(codes.tolist()),)).fetchall()
    known = set(codes[np.isin(codes, old.codes)].tolist())
    return [
        value
        for value in found
        if value[0] not in known or value[3:] != (words.labels[columns[value[0]]], words.term_ids[columns[value[0]]])
    ]


def _with_other_values(
    connection: sqlite3.Connection,
    old: Snapshot,
    gone: np.ndarray,
    new: Rows,
    went: np.ndarray,
    spelled: Sequence[StoredValue],
) -> Snapshot:
    """The snapshot with other rows when values came, went, or are spelled in another way, and trees with them."""
    column_of = _columns_of(old.codes)
    is_known = np.isin([value[0] for value in spelled], old.codes).tolist()
    come = in_order(value for value, known in zip(spelled, is_known) if not known)
    others = {int(column_of[value[0]]): value for value, known in zip(spelled, is_known) if known}
    vocabulary, order = values_after(old.arrays.vocabulary, went, others, come)
    forest = grown(connection, vocabulary, old.forest)
    columns = columns_after(order, old.forest, forest)

    all_codes = np.append(old.codes[: len(old.arrays.vocabulary)], [value[0] for value in come])
    codes = np.concatenate((all_codes[order], -1 - np.arange(forest.groups))).astype(np.int64)
    rows = _rolled_up(new, codes, forest)
    arrays = patched(old.arrays, gone, _put(rows, columns.order[_columns_of(codes)[rows.codes]]), columns)
    return replace(old, arrays=arrays, codes=codes, forest=forest)


def _matrix(arrays: FacetArrays) -> np.ndarray:
    return np.column_stack([arrays.measures[name] for name in NUMBER_FIELDS])


def _snapshot(
    connection: sqlite3.Connection, change: int, rows: Rows, forest: Forest, changed: np.ndarray | None = None
) -> Snapshot:
    values = connection.execute("SELECT code, field, key, label, term_id FROM search_values").fetchall()
    used = np.bincount(rows.codes, minlength=max((row[0] for row in values), default=0) + 1)
    chosen = in_order([row for row in values if used[row[0]]])
    codes = np.array([row[0] for row in chosen], dtype=np.int64)
    vocabulary = vocabulary_of(chosen)
    forest = grown(connection, vocabulary, forest)
    codes = np.concatenate((codes, -1 - np.arange(forest.groups)))
    arrays = _arrays(_rolled_up(rows, codes, forest), codes, vocabulary, forest)
    return Snapshot(change, arrays, codes, forest, changed)


def _columns_of(codes: np.ndarray) -> np.ndarray:
    # By code; those of groups are negative and so count from the end.
    column_of = np.zeros(int(codes.max(initial=0)) + 1 + int(np.count_nonzero(codes < 0)), dtype=np.int32)
    column_of[codes] = np.arange(len(codes), dtype=np.int32)
    return column_of


def _rolled_up(rows: Rows, codes: np.ndarray, forest: Forest) -> Rows:
    """The rows with the groups that their values belong to after the values."""
    if not forest.groups:
        return rows
    starts = np.concatenate(([0], np.cumsum(rows.lengths, dtype=np.int64)))
    more, groups = forest.groups_of(starts.astype(np.int32), _columns_of(codes)[rows.codes])
    lengths = rows.lengths + more
    # Values, then groups, row after row: so many of the one kind, so many of the other.
    is_group = np.repeat(np.tile([False, True], len(lengths)), np.column_stack((rows.lengths, more)).ravel())
    found = np.empty(len(is_group), dtype="<i4")
    found[is_group] = -1 - groups
    found[~is_group] = rows.codes
    return Rows(rows.numbers, lengths, found, rows.measures)


def _arrays(rows: Rows, codes: np.ndarray, vocabulary: Vocabulary, forest: Forest) -> FacetArrays:
    column_of = _columns_of(codes)
    starts = np.concatenate(([0], np.cumsum(rows.lengths, dtype=np.int64))).astype(np.int32)
    measures = {name: np.ascontiguousarray(rows.measures[:, i]) for i, name in enumerate(NUMBER_FIELDS)}
    return FacetArrays(rows.numbers, starts, column_of[rows.codes], vocabulary, measures, forest.groups)


def is_facet(snapshot: Snapshot, name: str) -> bool:
    """Whether a field is offered as a facet: those known as such, and a library's own with few values."""
    known = search_field(name)
    if known.name in BY_NAME or known.kind == "number":
        return known.facet
    first, end = snapshot.arrays.vocabulary.bounds[name]
    entries = int(snapshot.arrays.totals[first:end].sum())
    return end - first <= 6 or (end - first <= 200 and entries >= 2 * (end - first))
