"""Patching: the facet arrays after a few rows changed, made from those before, with all that was worked out of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

import numpy as np

from micrographia.search.facets import FacetArrays, Vocabulary, packed

# A stretch of an array that is left out, what stands there instead, of neither there need be any; and a place in the
# order of those that begin at the same place.
_Splice = tuple[int, int, np.ndarray, int]

# Entries that are looked up in one go: so many stay near the processor.
_PART = 1 << 18


@dataclass(frozen=True)
class NewRows:
    """Rows to put in, by number: how many columns each has, these row after row, and the measures by name."""

    numbers: np.ndarray
    lengths: np.ndarray
    columns: np.ndarray
    measures: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Columns:
    """The columns after a change, by those before it.

    Parameters
    ----------
    vocabulary
        The values; their columns come first, then those of groups.
    order
        The column before of each one now; those that are new are counted on from the last one before.
    made_of
        Of new groups, by their columns, the columns before whose rows they have.
    """

    vocabulary: Vocabulary
    order: np.ndarray
    made_of: Mapping[int, np.ndarray] = field(default_factory=dict)


def patched(old: FacetArrays, gone: np.ndarray, new: NewRows, columns: Columns | None = None) -> FacetArrays:
    """The arrays without some rows and with others; everything is copied, and little is worked out.

    Parameters
    ----------
    old
        The arrays before; all of them are prepared.
    gone
        The rows that go, ascending; one that changed goes, and comes back with its number.
    new
        The rows that come, in the columns before and in those that are new.
    columns
        What the columns are from now on; not given, where they stay.
    """
    return _Patch(old, gone, new, columns or Columns(old.vocabulary, np.arange(old.width))).arrays()


def runs(order: np.ndarray, apart: Iterable[int] = ()) -> list[np.ndarray]:
    """Columns in parts that stand side by side; some of them apart from all others."""
    if not len(order):
        return []
    alone = np.isin(order, list(apart))
    return np.split(order, np.flatnonzero((np.diff(order) != 1) | alone[1:] | alone[:-1]) + 1)


class _Patch:
    def __init__(self, old: FacetArrays, gone: np.ndarray, new: NewRows, columns: Columns) -> None:
        self.old = old
        self.gone = gone
        self.new = new
        self.columns = columns
        self.stays = np.ones(len(old), dtype=bool)
        self.stays[gone] = False
        stay = np.flatnonzero(self.stays)
        # Before which of the old rows each new one comes, and which row it is.
        among = np.searchsorted(old.numbers[stay], new.numbers)
        self.before = np.append(stay, len(old))[among]
        self.rows = among + np.arange(len(among))
        self.count = len(stay) + len(among)
        # Which rows those become that stay; where they stay which they were, more can be taken over.
        self.now = np.cumsum(self.stays) - 1
        self.now += np.bincount(self.before, minlength=len(old) + 1)[: len(old)].cumsum()
        self.is_still = bool((self.now[stay] == stay).all())
        self.entry_rows = np.repeat(self.rows, new.lengths)
        # With the columns that are new, which no row had; and where each stands from now on.
        self.width = max(old.width, int(columns.order.max(initial=-1)) + 1)
        self.place = np.full(self.width, -1, dtype=old.columns.dtype)
        self.place[columns.order] = np.arange(len(columns.order))
        self.has_moved = not np.array_equal(columns.order, np.arange(old.width))

    def arrays(self) -> FacetArrays:
        """The new arrays."""
        old, new, order = self.old, self.new, self.columns.order
        starts, columns = self._entries(old.starts, old.columns, np.ones(self.width, dtype=bool))
        numbers = self._of_rows(old.numbers, new.numbers)
        measures = {name: self._of_rows(found, new.measures[name]) for name, found in old.measures.items()}
        words = self.columns.vocabulary
        arrays = FacetArrays(numbers, starts, columns, words, measures, len(order) - len(words))
        # As if the arrays had worked them out themselves.
        made = vars(arrays)
        totals = self._totals_staying + np.bincount(new.columns, minlength=self.width)
        for column, rows in self.filled.items():
            totals[column] = len(rows)
        made["totals"] = totals[order]
        made["by_column"] = self._by_column(made["totals"])
        frequent, bits = old.frequent
        is_rare = np.ones(self.width, dtype=bool)
        is_rare[frequent] = False
        # What columns have more is kept among the rest, whose entries are counted one by one.
        made["rest"] = self._entries(*old.rest, is_rare)
        if not (stays := self.place[frequent] >= 0).all():
            frequent, bits = frequent[stays], bits[stays]
        now = self.place[frequent].astype(frequent.dtype)
        made["frequent"] = now, self._frequent_bits(frequent, bits) if self.is_still else arrays.bits(now)
        if self.is_still and "absent" in vars(old):
            made["absent"] = self._absent_bits()
        return arrays

    @cached_property
    def filled(self) -> dict[int, np.ndarray]:
        """All rows of the new groups."""
        found = {}
        for column, parts in self.columns.made_of.items():
            old = np.unique(np.concatenate([self.old.rows_of_column(part) for part in parts.tolist()]))
            now = self.now[old[self.stays[old]]]
            found[column] = np.union1d(now, self.entry_rows[self.new.columns == column])
        return found

    @cached_property
    def _totals_staying(self) -> np.ndarray:
        gone = np.bincount(self.old.entries(self.gone), minlength=self.width)
        return np.append(self.old.totals, np.zeros(self.width - self.old.width, dtype=np.int64)) - gone

    @cached_property
    def _more(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows that stay and have a new group, and its place."""
        is_new = np.zeros(self.count, dtype=bool)
        is_new[self.rows] = True
        rows = {column: found[~is_new[found]] for column, found in self.filled.items()}
        columns = np.repeat(np.array([*rows], dtype=np.int64), [len(found) for found in rows.values()])
        return np.concatenate([np.arange(0), *rows.values()]), self.place[columns]

    def _of_rows(self, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        found = np.empty(int(self.stays.sum()) + len(new), dtype=old.dtype)
        is_new = np.zeros(len(found), dtype=bool)
        is_new[self.rows] = True
        found[is_new], found[~is_new] = new, old[self.stays]
        return found

    def _entries(self, starts: np.ndarray, columns: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of columns, with those of the new rows' columns that are wanted."""
        ends = np.cumsum(self.new.lengths)
        put = self.new.columns.astype(columns.dtype)
        of_row = [part[wanted[part]] for part in np.split(put, ends[:-1])] if len(ends) else []
        cuts = [(int(starts[row]), int(starts[row + 1]), columns[:0], 0) for row in self.gone.tolist()]
        puts = [(int(starts[row]), int(starts[row]), part, 0) for row, part in zip(self.before.tolist(), of_row)]
        lengths = self._of_rows(np.diff(starts), np.array([len(part) for part in of_row], dtype=starts.dtype))
        found = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(starts.dtype)
        spliced = np.concatenate(list(_spliced(columns, 0, len(columns), (*cuts, *puts))))
        return self._moved(found, spliced, wanted) if self.has_moved else (found, spliced)

    def _moved(self, starts: np.ndarray, columns: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same by the columns' new places, without those that are left out, and with what columns have more."""
        for at in range(0, len(columns), _PART):
            part = columns[at : at + _PART]
            part[:] = self.place[part]
        left_out = (self.place < 0) & wanted
        if self._totals_staying[left_out].any():
            stays = columns >= 0
            ends = np.append(starts[:1], np.cumsum(stays, dtype=starts.dtype))
            starts, columns = ends[starts], columns[stays]
        rows, more = self._more
        if len(rows):
            columns = np.insert(columns, starts[rows + 1], more)
            counts = np.bincount(rows + 1, minlength=len(starts))
            starts = starts + np.cumsum(counts, dtype=starts.dtype)
        return starts, columns

    def _by_column(self, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, starts = self.old.by_column
        starts = np.append(starts, np.repeat(starts[-1:], self.width - self.old.width))
        renumbered = rows if self.is_still else self.now.astype(rows.dtype)[rows]
        splices = self._splices_by_column(rows, starts)
        where = np.array([column for *_, column in splices], dtype=np.int64)
        parts = [rows[:0]]
        for run in runs(self.columns.order, self.filled):
            first, last = int(run[0]), int(run[-1])
            if first in self.filled:
                parts.append(self.filled[first].astype(rows.dtype))
                continue
            mine = splices[slice(*np.searchsorted(where, [first, last + 1]).tolist())]
            parts += _spliced(renumbered, int(starts[first]), int(starts[last + 1]), mine)
        found = np.concatenate(([0], np.cumsum(totals, dtype=np.int64))).astype(starts.dtype)
        return np.concatenate(parts), found

    def _splices_by_column(self, rows: np.ndarray, starts: np.ndarray) -> list[_Splice]:
        """What is left out of the rows by column, and put in, column after column."""
        old = self.old

        def place(row: int, column: int) -> int:
            first, end = starts[column], starts[column + 1]
            return int(first + np.searchsorted(rows[first:end], row))

        splices: list[_Splice] = []
        for row in self.gone.tolist():
            for column in old.columns[old.starts[row] : old.starts[row + 1]].tolist():
                at = place(row, column)
                splices.append((at, at + 1, rows[:0], column))
        entry_rows = self.entry_rows.astype(rows.dtype)
        befores = np.repeat(self.before, self.new.lengths)
        for at, (row, column) in enumerate(zip(befores.tolist(), self.new.columns.tolist())):
            here = place(row, column)
            splices.append((here, here, entry_rows[at : at + 1], column))
        return sorted(splices, key=itemgetter(3, 0))

    def _frequent_bits(self, columns: np.ndarray, old: np.ndarray) -> np.ndarray:
        line_of = np.full(self.width, -1)
        line_of[columns] = np.arange(len(columns))
        lines = line_of[self.new.columns]
        bits = self._bits_that_stay(old)
        _bit(bits, lines[lines >= 0], self.entry_rows[lines >= 0], on=True)
        return bits

    def _absent_bits(self) -> np.ndarray:
        line_of = {name: line for line, name in enumerate(self.old.vocabulary.bounds)}
        bounds = self.columns.vocabulary.bounds
        # Of a field that no record had, all are without it.
        everywhere = packed(np.ones(len(self.old), dtype=bool))
        lines = [self.old.absent[line_of[name]] if name in line_of else everywhere for name in bounds]
        bits = self._bits_that_stay(np.array(lines, dtype=np.uint64).reshape(len(lines), len(everywhere)))
        columns = self.place[self.new.columns]
        for line, (first, end) in enumerate(bounds.values()):
            without = np.setdiff1d(self.rows, self.entry_rows[(columns >= first) & (columns < end)])
            _bit(bits, np.full(len(without), line), without, on=True)
        return bits

    def _bits_that_stay(self, old: np.ndarray) -> np.ndarray:
        words = -(-self.count // 64)
        bits = np.zeros((len(old), words), dtype=np.uint64)
        bits[:, : old.shape[1]] = old[:, :words]
        for line in range(len(bits)):
            _bit(bits, np.full(len(self.gone), line), self.gone, on=False)
        return bits


def _bit(bits: np.ndarray, lines: np.ndarray, rows: np.ndarray, *, on: bool) -> None:
    """Set the bit of each row in its line, or clear it; rows behind the last are passed over."""
    in_bytes = bits.view(np.uint8)
    inside = rows // 8 < in_bytes.shape[1]
    places, marks = (lines[inside], rows[inside] // 8), (128 >> (rows[inside] % 8)).astype(np.uint8)
    if on:
        np.bitwise_or.at(in_bytes, places, marks)
    else:
        np.bitwise_and.at(in_bytes, places, ~marks)


def _spliced(array: np.ndarray, first: int, last: int, splices: Iterable[_Splice]) -> list[np.ndarray]:
    """A stretch of an array in pieces, with what is put in and without what is left out."""
    pieces, done = [], first
    for start, end, instead, _ in sorted(splices, key=itemgetter(0, 3)):
        pieces += [array[done:start], instead]
        done = max(done, end)
    return [*pieces, array[done:last]]
