"""Patching: the facet arrays after a few rows changed, made from those before, with all that was worked out of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np

from micrographia.search.facets import FacetArrays, Vocabulary, packed

# A stretch of an array that is left out, what stands there instead, of neither there need be any; and a place in the
# order of those that begin at the same place.
_Splice = tuple[int, int, np.ndarray, int]


@dataclass(frozen=True)
class NewRows:
    """Rows to put in, by number: how many columns each has, these row after row, and the measures by name."""

    numbers: np.ndarray
    lengths: np.ndarray
    columns: np.ndarray
    measures: Mapping[str, np.ndarray]


def patched(old: FacetArrays, gone: np.ndarray, new: NewRows) -> FacetArrays:
    """The arrays without some rows and with others; everything is copied, and little is worked out.

    Parameters
    ----------
    old
        The arrays before; all of them are prepared.
    gone
        The rows that go, ascending; one that changed goes, and comes back with its number.
    new
        The rows that come, of the same columns.
    """
    return _Patch(old, gone, new).arrays()


def widened(old: FacetArrays, more: int) -> FacetArrays:
    """The arrays with so many more columns at the end, which no row has yet."""
    if not more:
        return old
    rows, starts = old.by_column
    arrays = replace(old, groups=old.groups + more)
    made = vars(arrays)
    made["totals"] = np.append(old.totals, np.zeros(more, dtype=old.totals.dtype))
    made["by_column"] = rows, np.append(starts, np.repeat(starts[-1:], more))
    made |= {name: vars(old)[name] for name in ("frequent", "rest", "absent") if name in vars(old)}
    return arrays


def rearranged(
    old: FacetArrays, order: np.ndarray, vocabulary: Vocabulary, filled: Mapping[int, np.ndarray]
) -> FacetArrays:
    """The arrays with their columns in another order, some left out, some of other rows.

    Parameters
    ----------
    old
        The arrays before; all of them are prepared.
    order
        The columns that there are, in order: those of the vocabulary, then groups.
    vocabulary
        What they are.
    filled
        By columns of the old arrays: all rows that they have from now on, more than they had before.
    """
    return _Rearranging(old, order, vocabulary, filled).arrays()


class _Rearranging:
    def __init__(
        self, old: FacetArrays, order: np.ndarray, vocabulary: Vocabulary, filled: Mapping[int, np.ndarray]
    ) -> None:
        self.old = old
        self.order = order
        self.vocabulary = vocabulary
        self.filled = filled
        self.place = np.full(old.width, -1, dtype=old.columns.dtype)
        self.place[order] = np.arange(len(order))
        more = [np.setdiff1d(rows, old.rows_of_column(column)) for column, rows in filled.items()]
        lengths = [len(rows) for rows in more]
        self.more_rows = np.concatenate([old.by_column[0][:0], *more])
        self.more = np.repeat(self.place[list(filled)], lengths) if filled else self.place[:0]

    def arrays(self) -> FacetArrays:
        """The new arrays."""
        old = self.old
        starts, columns = self._entries(old.starts, old.columns)
        groups = len(self.order) - len(self.vocabulary)
        arrays = FacetArrays(old.numbers, starts, columns, self.vocabulary, old.measures, groups)
        frequent, bits = old.frequent
        stays = self.place[frequent] >= 0
        # What columns have more is kept among the rest, whose entries are counted one by one, even of frequent values.
        made = vars(arrays)
        made["totals"] = old.totals[self.order] + np.bincount(self.more, minlength=len(self.order))
        made["by_column"] = self._by_column(made["totals"])
        made["frequent"] = self.place[frequent[stays]], bits[stays]
        made["rest"] = self._entries(*old.rest)
        if "absent" in vars(old):
            made["absent"] = self._absent_bits(arrays)
        return arrays

    def _entries(self, starts: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of columns by their new places, without those that are left out, and with what columns have more."""
        found = self.place[columns]
        if (self.old.totals[self.place < 0] > 0).any():
            stays = found >= 0
            ends = np.concatenate(([0], np.cumsum(stays, dtype=starts.dtype)))
            starts, found = ends[starts], found[stays]
        if len(self.more):
            found = np.insert(found, starts[self.more_rows + 1], self.more)
            counts = np.bincount(self.more_rows + 1, minlength=len(starts))
            starts = starts + np.cumsum(counts, dtype=starts.dtype)
        return starts, found

    def _by_column(self, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, starts = self.old.by_column
        parts = [rows[:0]]
        for run in runs(self.order, self.filled):
            column = int(run[0])
            parts.append(
                self.filled.get(column, rows[starts[column] : starts[run[-1] + 1]]).astype(rows.dtype, copy=False)
            )
        ends = np.cumsum(totals, dtype=np.int64)
        return np.concatenate(parts), np.concatenate(([0], ends)).astype(starts.dtype)

    def _absent_bits(self, arrays: FacetArrays) -> np.ndarray:
        line_of = {name: line for line, name in enumerate(self.old.vocabulary.bounds)}
        everywhere = packed(np.ones(len(arrays), dtype=bool))
        lines = [self.old.absent[line_of[name]] if name in line_of else everywhere for name in self.vocabulary.bounds]
        bits = np.array(lines, dtype=np.uint64).reshape(len(lines), len(everywhere))
        # Rows of values that are new were those of none.
        is_new = self.order[: len(self.vocabulary)] >= len(self.old.vocabulary)
        for line, (first, end) in enumerate(self.vocabulary.bounds.values()):
            for column in (first + np.flatnonzero(is_new[first:end])).tolist():
                rows = arrays.rows_of_column(column)
                _bit(bits, np.full(len(rows), line), rows, on=False)
        return bits


def runs(order: np.ndarray, apart: Iterable[int] = ()) -> list[np.ndarray]:
    """Columns in parts that stand side by side; some of them apart from all others."""
    if not len(order):
        return []
    alone = np.isin(order, list(apart))
    return np.split(order, np.flatnonzero((np.diff(order) != 1) | alone[1:] | alone[:-1]) + 1)


class _Patch:
    def __init__(self, old: FacetArrays, gone: np.ndarray, new: NewRows) -> None:
        self.old = old
        self.gone = gone
        self.new = new
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

    def arrays(self) -> FacetArrays:
        """The new arrays."""
        old, new = self.old, self.new
        starts, columns = self._entries(old.starts, old.columns, np.ones(old.width, dtype=bool))
        numbers = self._of_rows(old.numbers, new.numbers)
        measures = {name: self._of_rows(found, new.measures[name]) for name, found in old.measures.items()}
        arrays = FacetArrays(numbers, starts, columns, old.vocabulary, measures, old.groups)
        totals = old.totals - self._totals_gone() + np.bincount(new.columns, minlength=old.width)
        # As if the arrays had worked them out themselves.
        made = vars(arrays)
        made["totals"] = totals
        made["by_column"] = self._by_column(totals)
        frequent, bits = old.frequent
        made["frequent"] = frequent, self._frequent_bits(frequent, bits) if self.is_still else arrays.bits(frequent)
        if self.is_still and "absent" in vars(old):
            made["absent"] = self._absent_bits()
        is_rare = np.ones(old.width, dtype=bool)
        is_rare[frequent] = False
        made["rest"] = self._entries(*old.rest, is_rare)
        return arrays

    def _of_rows(self, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        found = np.empty(int(self.stays.sum()) + len(new), dtype=old.dtype)
        is_new = np.zeros(len(found), dtype=bool)
        is_new[self.rows] = True
        found[is_new], found[~is_new] = new, old[self.stays]
        return found

    def _entries(self, starts: np.ndarray, columns: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of columns, with those of the new rows' columns that are wanted."""
        ends = np.cumsum(self.new.lengths)
        of_row = [part[wanted[part]] for part in np.split(self.new.columns, ends[:-1])] if len(ends) else []
        cuts = [(int(starts[row]), int(starts[row + 1]), columns[:0], 0) for row in self.gone.tolist()]
        puts = [(int(starts[row]), int(starts[row]), part, 0) for row, part in zip(self.before.tolist(), of_row)]
        lengths = self._of_rows(np.diff(starts), np.array([len(part) for part in of_row], dtype=starts.dtype))
        found = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(starts.dtype)
        return found, _spliced(columns, (*cuts, *puts))

    def _totals_gone(self) -> np.ndarray:
        starts, columns = self.old.starts, self.old.columns
        parts = [columns[starts[row] : starts[row + 1]] for row in self.gone.tolist()]
        return np.bincount(np.concatenate([*parts, columns[:0]]), minlength=self.old.width)

    def _by_column(self, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        old = self.old
        rows, starts = old.by_column

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
        found = np.concatenate(([0], np.cumsum(totals, dtype=np.int64))).astype(starts.dtype)
        renumbered = rows if self.is_still else self.now.astype(rows.dtype)[rows]
        return _spliced(renumbered, splices), found

    def _frequent_bits(self, columns: np.ndarray, old: np.ndarray) -> np.ndarray:
        line_of = np.full(self.old.width, -1)
        line_of[columns] = np.arange(len(columns))
        lines = line_of[self.new.columns]
        bits = self._bits_that_stay(old)
        _bit(bits, lines[lines >= 0], self.entry_rows[lines >= 0], on=True)
        return bits

    def _absent_bits(self) -> np.ndarray:
        bits = self._bits_that_stay(self.old.absent)
        for line, (first, end) in enumerate(self.old.vocabulary.bounds.values()):
            mine = (self.new.columns >= first) & (self.new.columns < end)
            without = np.setdiff1d(self.rows, self.entry_rows[mine])
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


def _spliced(array: np.ndarray, splices: Iterable[_Splice]) -> np.ndarray:
    pieces, done = [], 0
    for start, end, instead, _ in sorted(splices, key=itemgetter(0, 3)):
        pieces += [array[done:start], instead]
        done = max(done, end)
    return np.concatenate([*pieces, array[done:]])
