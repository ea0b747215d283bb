"""Matching: which records a parsed text, a field's values or a range let through."""

from __future__ import annotations

import sqlite3
from functools import reduce

import numpy as np

from micrographia.collection import licences
from micrographia.search import text as text_index
from micrographia.search.documents import NUMBER_FIELDS
from micrographia.search.folding import key, words
from micrographia.search.query import NONE, Range, parse_range, range_text
from micrographia.search.snapshot import Snapshot
from micrographia.search.syntax import TEXT_COLUMNS, Clause, Parsed

Groups = tuple[tuple[Clause, ...], ...]


class Matcher:
    """Finds rows in one snapshot, with one connection."""

    def __init__(self, snapshot: Snapshot, connection: sqlite3.Connection) -> None:
        self.snapshot = snapshot
        self.arrays = snapshot.arrays
        self.connection = connection

    def text(self, parsed: Parsed) -> np.ndarray | None:
        """The rows that a parsed text matches, as a mask; ``None`` when it asks for nothing."""
        if not parsed.groups:
            return None
        return self.snapshot.remembered("text", parsed.groups, lambda: self._text(parsed.groups))

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
        mask = np.zeros(len(self.arrays), dtype=bool)
        columns: list[int] = []
        if bounds is not None:
            # Bounds that are one bin of a histogram are that bin, so that they find what it counted.
            values = (*values, range_text(bounds))
        for value in values:
            span = parse_range(value) if name in NUMBER_FIELDS else None
            if value == NONE:
                mask |= ~self.arrays.rows_with_any(name)
            elif span is not None and not self.columns(name, value):
                mask |= self.within(name, span)
            else:
                columns += self.columns(name, value)
        return mask | self.arrays.rows_with(columns) if columns else mask

    def columns(self, name: str, value: str) -> list[int]:
        """The columns that a chosen value stands for: those of its text, or of its term id; all below it included."""
        tree = self.snapshot.tree(name)
        if tree is not None:
            node = tree.find(value)
            return [] if node is None else [tree.nodes[node].column]
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

    def _text(self, groups: Groups) -> np.ndarray:
        masks = [self._group(group) for group in groups if not _is_plain(group)]
        match = self.match_expression(Parsed(groups))
        if match:
            masks.append(self.expression_rows(match))
        return reduce(np.logical_and, masks)

    def _group(self, group: tuple[Clause, ...]) -> np.ndarray:
        return reduce(np.logical_or, (self._clause(clause) for clause in group))

    def _clause(self, clause: Clause) -> np.ndarray:
        mask = self._field_clause(clause) if _is_field(clause) else self.expression_rows(self._expression((clause,)))
        return ~mask if clause.negative else mask

    def _field_clause(self, clause: Clause) -> np.ndarray:
        if clause.field == "id":
            mask = np.zeros(len(self.arrays), dtype=bool)
            mask[self.id_rows(clause.value)] = True
            return mask
        if clause.value == NONE or (clause.field in NUMBER_FIELDS and parse_range(clause.value)):
            return self.field(clause.field, (clause.value,))
        return self.arrays.rows_with(self._columns_with(clause))

    def _columns_with(self, clause: Clause) -> list[int]:
        # organism:sapiens is every value of the field in which the word stands.
        vocabulary = self.arrays.vocabulary
        first, end = vocabulary.bounds.get(clause.field, (0, 0))
        found = self.columns(clause.field, clause.value)
        if not clause.words:
            return found
        tree = self.snapshot.tree(clause.field)
        if tree is not None:
            return found + [tree.nodes[at].column for at in tree.saying(clause.words, prefix=clause.prefix)]
        phrase = " " + " ".join(clause.words) + ("" if clause.prefix else " ")
        padded = (f" {' '.join(words(vocabulary.keys[column]))} " for column in range(first, end))
        return found + [first + i for i, text in enumerate(padded) if phrase in text]

    def _expression(self, group: tuple[Clause, ...]) -> str:
        return "(" + " OR ".join(text_index.expression(self.connection, clause) for clause in group) + ")"


def _is_field(clause: Clause) -> bool:
    return bool(clause.field) and clause.field not in TEXT_COLUMNS


def _is_plain(group: tuple[Clause, ...]) -> bool:
    return not any(clause.negative or _is_field(clause) for clause in group)
