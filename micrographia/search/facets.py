"""The facet arrays: which record has which value, in compressed rows, and every facet's counts in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from micrographia.search.wordings import Wordings

# Up to these shares of all rows, gathering the rows' entries beats counting some values as bits; and gathering
# the rest of the entries beats a product with the whole matrix of them.
_GATHER_SHARE = 0.06
_GATHER_REST_SHARE = 0.25

# Values of at least this share of the rows are counted as bits, 64 rows at a time, in libraries of some size.
_FREQUENT_SHARE = 0.015
_BITS_FROM = 50_000

# So many values are counted as bits at once: as many as stay near the processor.
_BITS_AT_ONCE = 16


@dataclass(frozen=True)
class Vocabulary:
    """The values of all fields in a fixed order: field after field, within a field by label (numbers by size).

    ``bounds`` gives the half-open range of columns of each field; ``labels``, ``keys`` and ``term_ids`` are
    by column.
    """

    bounds: dict[str, tuple[int, int]]
    labels: Sequence[str]
    keys: Sequence[str]
    term_ids: Sequence[str]
    # By field, made when they are first asked for: a vocabulary outlives most changes of the library. Places count from
    # the field's first column.
    _places: dict[str, dict[str, list[int]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _wordings: dict[str, Wordings] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.labels)

    def columns(self, name: str, key: str) -> list[int]:
        """The columns of a field's value: by its key, or its term id in lower case."""
        first, end = self.bounds.get(name, (0, 0))
        if name not in self._places:
            self._places[name] = self._placed(first, end)
        return [first + at for at in self._places[name].get(key, ())]

    def _placed(self, first: int, end: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, (key, term_id) in enumerate(zip(self.keys[first:end], self.term_ids[first:end])):
            found.setdefault(key, []).append(at)
            if term_id:
                found.setdefault(term_id.lower(), []).append(at)
        return found

    def wordings(self, name: str) -> Wordings:
        """The words of the values of a field that is there, in the order of its columns."""
        if name not in self._wordings:
            self._wordings[name] = Wordings.of(self.keys[slice(*self.bounds[name])])
        return self._wordings[name]

    def take_over(self, other: Vocabulary, changed: Set[str]) -> None:
        """Know what another vocabulary has worked out of the fields that are the same in both."""
        self._places.update({name: known for name, known in other._places.copy().items() if name not in changed})
        self._wordings.update({name: known for name, known in other._wordings.copy().items() if name not in changed})


@dataclass(frozen=True)
class FacetArrays:
    """All records' values as a sparse matrix: a row for each record, a column for each value.

    Parameters
    ----------
    numbers
        The store's number of each row, ascending.
    starts
        Where each row's entries start in ``columns``; one longer than there are rows.
    columns
        The columns of all rows' values, row after row.
    vocabulary
        What the columns are.
    measures
        For each number field the number of each row, NaN where it has none.
    groups
        How many columns follow those of the values: groups of values, as ``forest`` makes them. Each row has
        its values first and then their groups.
    """

    numbers: np.ndarray
    starts: np.ndarray
    columns: np.ndarray
    vocabulary: Vocabulary
    measures: dict[str, np.ndarray] = field(default_factory=dict)
    groups: int = 0

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.vocabulary) + self.groups

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def totals(self) -> np.ndarray:
        """How many records have each value."""
        return np.bincount(self.columns, minlength=self.width)

    def rows_with(self, columns: Iterable[int]) -> np.ndarray:
        """Which rows have any of the values, as a mask."""
        mask = np.zeros(len(self), dtype=bool)
        for column in columns:
            if column in self._lines:
                mask |= unpacked(self.frequent[1][self._lines[column]], len(self))
            else:
                mask[self.rows_of_column(column)] = True
        return mask

    def rows_of_column(self, column: int) -> np.ndarray:
        """The rows that have a value, ascending."""
        return self._rows[self._row_starts[column] : self._row_starts[column + 1]]

    def field_of(self, column: int) -> str:
        """The field that a column belongs to."""
        return next(name for name, (first, end) in self.vocabulary.bounds.items() if first <= column < end)

    def rows_with_any(self, name: str) -> np.ndarray:
        """Which rows have any value of a field, as a mask."""
        if name not in self.vocabulary.bounds:
            return np.zeros(len(self), dtype=bool)
        return ~unpacked(self.absent[self._line(name)], len(self))

    def rows_of(self, numbers: np.ndarray) -> np.ndarray:
        """The rows of those of the store's numbers that are here, in the order of the numbers."""
        numbers = numbers[numbers < len(self._row_of)]
        rows = self._row_of[numbers]
        return rows[rows >= 0]

    def count(self, mask: np.ndarray) -> np.ndarray:
        """How many of the masked rows have each value.

        Parameters
        ----------
        mask
            The rows, as booleans.
        """
        chosen = int(np.count_nonzero(mask))
        if chosen > len(self) / 2:
            # Above half the rows, counting those left out is less work.
            return self.totals - self._count_rows(~mask, len(self) - chosen)
        return self._count_rows(mask, chosen)

    def count_field(self, name: str, mask: np.ndarray) -> np.ndarray:
        """How many of the masked rows have each value of one field."""
        return self.count_columns(*self.vocabulary.bounds[name], mask)

    def count_columns(self, first: int, end: int, mask: np.ndarray) -> np.ndarray:
        """How many of the masked rows have each of the columns from ``first`` up to ``end``."""
        entries = int(self._row_starts[end] - self._row_starts[first])
        if np.count_nonzero(mask) * len(self.columns) < entries * len(self):
            # All values of few rows are fewer than these values of all rows.
            return self._count_gathered(mask)[first:end]
        counts = np.empty(end - first, dtype=np.int64)
        frequent, bits = self.frequent
        lines = np.flatnonzero((frequent >= first) & (frequent < end))
        counts[frequent[lines] - first] = count_bits(bits[lines], packed(mask))
        done = first
        for column in [*np.sort(frequent[lines]).tolist(), end]:
            if done < column:
                counts[done - first : column - first] = self._count_each(done, column, mask)
            done = column + 1
        return counts

    def count_absent(self, rows: np.ndarray) -> dict[str, int]:
        """How many of some rows, as ``packed`` makes them, have no value of each field."""
        return dict(zip(self.vocabulary.bounds, count_bits(self.absent, rows).tolist()))

    def count_without(self, name: str, rows: np.ndarray) -> int:
        """How many of some rows, as ``packed`` makes them, have no value of a field."""
        return int(count_bits(self.absent[[self._line(name)]], rows)[0])

    def values_of(self, row: int) -> np.ndarray:
        """The columns of a row's values, in the record's own order."""
        found = self.columns[self.starts[row] : self.starts[row + 1]]
        return found[found < len(self.vocabulary)] if self.groups else found

    def entries(self, rows: np.ndarray) -> np.ndarray:
        """The columns of some rows' values and groups, row after row."""
        return self._matrix[rows].indices

    def first_of(self, name: str) -> np.ndarray:
        """The first column in order that each row has of a field, as numbers; NaN where it has none."""
        first, end = self.vocabulary.bounds[name]
        starts = self._row_starts[first : end + 1]
        columns = np.repeat(np.arange(first, end, dtype=float), np.diff(starts))
        found = np.full(len(self), np.nan)
        # Written from the last column to the first, the smallest stays.
        found[self._rows[starts[0] : starts[-1]][::-1]] = columns[::-1]
        return found

    @cached_property
    def _row_of(self) -> np.ndarray:
        row_of = np.full(int(self.numbers.max(initial=0)) + 1, -1, dtype=np.int32)
        row_of[self.numbers] = np.arange(len(self), dtype=np.int32)
        return row_of

    def prepare(self) -> None:
        """Work out now what every search needs, not when the first one asks."""
        _ = self.totals, self.by_column, self.frequent, self.rest, self.absent, self._row_of
        _ = self._matrix, self._rest_matrix

    def bits(self, columns: np.ndarray) -> np.ndarray:
        """Which rows have each of some values, a line for each value, as ``packed`` makes them."""
        found = np.zeros((len(columns), -(-len(self) // 64)), dtype=np.uint64)
        for place, column in enumerate(columns.tolist()):
            mask = np.zeros(len(self), dtype=bool)
            mask[self.rows_of_column(column)] = True
            found[place] = packed(mask)
        return found

    @cached_property
    def frequent(self) -> tuple[np.ndarray, np.ndarray]:
        """The columns of the values that many rows have, and their bits."""
        least = int(len(self) * _FREQUENT_SHARE) if len(self) >= _BITS_FROM else len(self.columns) + 1
        columns = np.flatnonzero(self.totals >= max(1, least))
        return columns, self.bits(columns)

    @cached_property
    def _lines(self) -> dict[int, int]:
        return {column: line for line, column in enumerate(self.frequent[0].tolist())}

    @cached_property
    def rest(self) -> tuple[np.ndarray, np.ndarray]:
        """The entries of all other values, as starts and columns."""
        is_rare = np.ones(self.width, dtype=bool)
        is_rare[self.frequent[0]] = False
        rare = is_rare[self.columns]
        ends = np.zeros(len(rare) + 1, dtype=np.int32)
        np.cumsum(rare, out=ends[1:])
        return ends[self.starts], self.columns[rare]

    @cached_property
    def by_column(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows of each column, ascending, column after column, and where those of each column start."""
        shape = len(self), self.width
        ones = np.ones(len(self.columns), dtype=np.int8)
        turned = sparse.csr_array((ones, self.columns, self.starts), shape=shape).tocsc()
        return turned.indices, turned.indptr

    @cached_property
    def _matrix(self) -> sparse.csr_array:
        # Which rows have which columns, with the columns themselves as the numbers, so that these take no memory.
        return sparse.csr_array((self.columns, self.columns, self.starts), shape=(len(self), self.width))

    @cached_property
    def _rest_matrix(self) -> sparse.csr_array:
        starts, columns = self.rest
        # In numbers as small as no count outgrows: gathering them takes less time, and keeping them less memory.
        most = np.delete(self.totals, self.frequent[0]).max(initial=0)
        ones = np.ones(len(columns), dtype=np.min_scalar_type(most))
        return sparse.csr_array((ones, columns, starts), shape=(len(self), self.width))

    @property
    def _rows(self) -> np.ndarray:
        return self.by_column[0]

    @property
    def _row_starts(self) -> np.ndarray:
        return self.by_column[1]

    @cached_property
    def absent(self) -> np.ndarray:
        """Which rows have no value of each field, a line for each field, as ``packed`` makes them."""
        found = np.zeros((len(self.vocabulary.bounds), -(-len(self) // 64)), dtype=np.uint64)
        for line, (first, end) in enumerate(self.vocabulary.bounds.values()):
            mask = np.ones(len(self), dtype=bool)
            mask[self._rows[self._row_starts[first] : self._row_starts[end]]] = False
            found[line] = packed(mask)
        return found

    def _line(self, name: str) -> int:
        return list(self.vocabulary.bounds).index(name)

    def _count_rows(self, mask: np.ndarray, chosen: int) -> np.ndarray:
        if chosen <= len(self) * _GATHER_SHARE:
            return self._count_gathered(mask)
        rest = self._rest_matrix
        if chosen <= len(self) * _GATHER_REST_SHARE:
            rest, rows = rest[np.flatnonzero(mask)], np.ones(chosen, dtype=rest.dtype)
        else:
            rows = mask.astype(rest.dtype)
        counts = (rest.T @ rows).astype(np.int64)
        columns, bits = self.frequent
        counts[columns] = count_bits(bits, packed(mask))
        return counts

    def _count_each(self, first: int, end: int, mask: np.ndarray) -> np.ndarray:
        starts = self._row_starts[first : end + 1]
        found = mask.take(self._rows[starts[0] : starts[-1]])
        # No column is empty, so each sum runs over its own rows only.
        return np.add.reduceat(found.view(np.uint8), starts[:-1] - starts[0], dtype=np.int64)

    def _count_gathered(self, mask: np.ndarray) -> np.ndarray:
        return np.bincount(self.entries(np.flatnonzero(mask)), minlength=self.width)


def count_bits(bits: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """How many of some rows are in each line of others; all as ``packed`` makes them."""
    parts = (bits[start : start + _BITS_AT_ONCE] & rows for start in range(0, len(bits), _BITS_AT_ONCE))
    counts = [np.bitwise_count(part).sum(axis=1, dtype=np.int64) for part in parts]
    return np.concatenate(counts) if counts else np.zeros(0, dtype=np.int64)


def packed(mask: np.ndarray) -> np.ndarray:
    """A mask of rows as bits, 64 rows a number."""
    bits = np.zeros(-(-len(mask) // 64) * 8, dtype=np.uint8)
    bits[: -(-len(mask) // 8)] = np.packbits(mask)
    return bits.view(np.uint64)


def unpacked(bits: np.ndarray, count: int) -> np.ndarray:
    """So many rows as a mask again, from their bits."""
    return np.unpackbits(bits.view(np.uint8), count=count).view(bool)
