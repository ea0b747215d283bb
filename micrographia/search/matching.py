"""Matching: which records a parsed text, a field's values or a range let through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np

from micrographia.collection import licences
from micrographia.search import text as text_index
from micrographia.search.documents import NUMBER_FIELDS
from micrographia.search.folding import key
from micrographia.search.meanings import meaning_of, meanings, term_columns
from micrographia.search.query import NONE, Range, parse_range, range_text
from micrographia.search.snapshot import Snapshot
from micrographia.search.syntax import TEXT_COLUMNS, Clause, Parsed

Groups = tuple[tuple[Clause, ...], ...]


def columns_saying(snapshot: Snapshot, connection: sqlite3.Connection, clause: Clause) -> list[int]:
    """The columns of the values of a clause's field in which its words stand, as they would in a text."""
    first, end = snapshot.arrays.vocabulary.bounds.get(clause.field, (0, 0))
    if not clause.words or first == end:
        return []
    tree = snapshot.tree(clause.field)
    if tree is not None:
        ways = _ways(connection, clause, tree.words)
        return [tree.column(at) for at in tree.saying(ways, prefix=clause.prefix)]
    wordings = snapshot.arrays.vocabulary.wordings(clause.field)
    ways = _ways(connection, clause, wordings.words)
    return [first + at for at in wordings.saying(ways, prefix=clause.prefix)]


class Matcher:
    """Finds rows in one snapshot, with one connection."""

    def __init__(self, snapshot: Snapshot, connection: sqlite3.Connection) -> None:
        self.snapshot = snapshot
        self.arrays = snapshot.arrays
        self.connection = connection

    def text(self, parsed: Parsed) -> np.ndarray | None:
        """The rows that a parsed text matches, as a mask; ``None`` when it asks for nothing."""
        return self._found(parsed.groups)[0] if parsed.groups else None

    def worded(self, parsed: Parsed) -> np.ndarray | None:
        """Those of these rows that have the words, not only a term that the words are a name of; ``None`` for all."""
        return self._found(parsed.groups)[1] if parsed.groups else None

    def match_expression(self, parsed: Parsed) -> str:
        """What of a text is looked for in words, in FTS5's language; ``""`` when nothing is."""
        return " AND ".join(self.expressions(parsed))

    def expressions(self, parsed: Parsed) -> list[str]:
        """The same, part by part."""
        return [self._expression(group) for group in parsed.groups if _is_plain(group)]

    def marked_expression(self, parsed: Parsed) -> str:
        """Everything that is looked for in words, any of it; ``""`` when nothing is."""
        clauses = [
            clause for group in parsed.groups for clause in group if not clause.negative and not _is_field(clause)
        ]
        return " OR ".join(text_index.expression(self.connection, clause) for clause in clauses)

    def expression_rows(self, match: str) -> np.ndarray:
        """The rows that an FTS5 expression matches, as a mask."""
        mask = np.zeros(len(self.arrays), dtype=bool)
        mask[self.arrays.rows_of(text_index.matching(self.connection, match))] = True
        return mask

    def id_rows(self, record_id: str) -> np.ndarray:
        """The rows of a record's id, whatever its case."""
        found = self.connection.execute(
            "SELECT number FROM search_documents WHERE id = ? COLLATE NOCASE", (record_id.strip(),)
        ).fetchall()
        return self.arrays.rows_of(np.array([row[0] for row in found], dtype=np.int64))

    def field(self, name: str, values: tuple[str, ...], bounds: Range | None = None) -> np.ndarray:
        """The rows that have any of a field's values, or a number within the bounds, as a mask."""
        masks: list[np.ndarray] = []
        columns: list[int] = []
        if bounds is not None:
            # Bounds that are one bin of a histogram are that bin, so that they find what it counted.
            values = (*values, range_text(bounds))
        for value in values:
            span = parse_range(value) if name in NUMBER_FIELDS else None
            if value == NONE:
                masks.append(~self.arrays.rows_with_any(name))
            elif span is not None and not self.columns(name, value):
                masks.append(self.within(name, span))
            else:
                columns += self.columns(name, value)
        if columns or not masks:
            masks.append(self.arrays.rows_with(columns))
        return reduce(np.logical_or, masks)

    def columns(self, name: str, value: str) -> list[int]:
        """The columns that a chosen value stands for: those of its text, or of its term id; all below it included."""
        tree = self.snapshot.tree(name)
        if tree is not None:
            node = tree.find(value)
            return [] if node is None else [tree.column(node)]
        found = self.arrays.vocabulary.columns(name, key(value))
        if name == "licence" and not found:
            # CC BY 4.0 as people write it is CC-BY-4.0 as it is kept.
            return self.arrays.vocabulary.columns(name, key(licences.normalise(value)[0] or ""))
        return found

    def within(self, name: str, bounds: Range) -> np.ndarray:
        """The rows whose number lies within the bounds, as a mask."""
        numbers = self.arrays.measures.get(name)
        if numbers is None:
            return np.zeros(len(self.arrays), dtype=bool)
        low, high = (-np.inf if bounds[0] is None else bounds[0]), (np.inf if bounds[1] is None else bounds[1])
        return (numbers >= low) & (numbers <= high)

    def _found(self, groups: Groups) -> tuple[np.ndarray, np.ndarray | None]:
        return self.snapshot.remembered("text", groups, lambda: self._text(groups))

    def _text(self, groups: Groups) -> tuple[np.ndarray, np.ndarray | None]:
        worded = self._worded(groups)
        if not meanings(self.snapshot, groups):
            return worded, None
        found = worded | self._meant(groups)
        return found, worded if np.count_nonzero(found) > np.count_nonzero(worded) else None

    def _meant(self, groups: Groups) -> np.ndarray:
        """The rows that have all of a text, each part of it in words or as a term."""
        spans: dict[tuple[int, int], np.ndarray] = {}
        for meaning in meanings(self.snapshot, groups):
            rows = self.term_rows(meaning.terms)
            span = meaning.first, meaning.end
            spans[span] = spans[span] | rows if span in spans else rows
        meant = {at for first, end in spans for at in range(first, end)}
        rest = tuple(group for at, group in enumerate(groups) if at not in meant)
        masks = [self._worded(rest)] if rest else []
        runs = [(first, end) for first, end in spans if end - first > 1]
        runs += [(at, at + 1) for at in meant if not any(first <= at < end for first, end in runs)]
        for first, end in runs:
            each = [self._worded((groups[at],)) | spans.get((at, at + 1), False) for at in range(first, end)]
            masks.append(reduce(np.logical_and, each) | spans[first, end])
        return reduce(np.logical_and, masks)

    def term_rows(self, terms: Sequence[tuple[str, int]]) -> np.ndarray:
        """The rows that have any of some terms, or what lies below them, as a mask."""
        return self.arrays.rows_with(term_columns(self.snapshot, terms))

    def _worded(self, groups: Groups) -> np.ndarray:
        masks = [self._group(group) for group in groups if not _is_plain(group)]
        match = self.match_expression(Parsed(groups))
        if match:
            masks.append(self.expression_rows(match))
        return reduce(np.logical_and, masks)

    def _group(self, group: tuple[Clause, ...]) -> np.ndarray:
        return reduce(np.logical_or, (self._clause(clause) for clause in group))

    def _clause(self, clause: Clause) -> np.ndarray:
        mask = self._field_clause(clause) if _is_field(clause) else self.expression_rows(self._expression((clause,)))
        if not clause.negative:
            return mask
        # What is not wanted is all that would be found if it were.
        return ~(mask | self.term_rows(meaning_of(self.snapshot, clause)))

    def _field_clause(self, clause: Clause) -> np.ndarray:
        if clause.field == "id":
            mask = np.zeros(len(self.arrays), dtype=bool)
            mask[self.id_rows(clause.value)] = True
            return mask
        if clause.value == NONE or (clause.field in NUMBER_FIELDS and parse_range(clause.value)):
            return self.field(clause.field, (clause.value,))
        # organism:sapiens is every value of the field in which the word stands.
        said = columns_saying(self.snapshot, self.connection, clause)
        return self.arrays.rows_with([*self.columns(clause.field, clause.value), *said])

    def _expression(self, group: tuple[Clause, ...]) -> str:
        return "(" + " OR ".join(text_index.expression(self.connection, clause) for clause in group) + ")"


def _is_field(clause: Clause) -> bool:
    return bool(clause.field) and clause.field not in TEXT_COLUMNS


def _ways(connection: sqlite3.Connection, clause: Clause, known: frozenset[str]) -> list[tuple[str, ...]]:
    """What a clause may read like in values with some known words, as it may in a text."""

    def occurring(possible: Iterable[str]) -> set[str]:
        # It must be the same everywhere; but a long list of compounds stands in no text.
        return {*text_index.occurring(connection, possible), *known.intersection(possible)}

    return text_index.ways(clause, occurring)


def _is_plain(group: tuple[Clause, ...]) -> bool:
    return not any(clause.negative or _is_field(clause) for clause in group)
