"""Counting: the values of every facet with their counts, each facet blind to what is chosen in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

import numpy as np

from micrographia.collection import taxa
from micrographia.collection.fields import Field
from micrographia.collection.licences import licence
from micrographia.search.documents import NUMBER_FIELDS, search_field, shown_value
from micrographia.search.facets import packed
from micrographia.search.folding import fold, key
from micrographia.search.groups import group_name, is_only_a_number
from micrographia.search.query import NONE, Query, parse_range, range_text
from micrographia.search.results import Counts, FacetNode, FacetValue, Span
from micrographia.search.snapshot import Snapshot, is_facet
from micrographia.search.trees import Tree

NONE_LABEL = "None given"
# Fields of which people read something else than the value.
_CALLED_OTHERWISE = frozenset({"group", "licence", "organism"})

_NOTHING = np.array([], dtype=np.int64)


class FacetCounts(Counts):
    """The counts of one search; a facet's values are made when they are asked for.

    Parameters
    ----------
    snapshot, query
        What was searched, and for what.
    missed
        For each field that is held to something, the rows that fail only there: these count in its facet too.
    rows
        The hits as a mask.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        query: Query,
        missed: Mapping[str, np.ndarray],
        rows: np.ndarray,
    ) -> None:
        self.snapshot = snapshot
        self.arrays = snapshot.arrays
        self.query = query
        self._rows = rows
        self._missed = missed
        self._trees: dict[str, _TreeCounts] = {}

    def fields(self) -> tuple[Field, ...]:
        """The facets in order: those that have values, and those in which something is chosen."""
        names = [name for name in self.snapshot.fields if is_facet(self.snapshot, name) or name in self._missed]
        names += [name for name in self._missed if name not in names]
        return tuple(search_field(name) for name in names)

    def values(self, name: str, *, containing: str = "", limit: int | None = None) -> list[FacetValue]:
        """The values of a facet: the most frequent first (numbers by size), no value last, chosen ones always."""
        tree = self.snapshot.tree(name)
        if tree is not None:
            return self._tree_counts(name, tree).values(containing, limit)
        chosen, unknown = self._chosen(name)
        first, end = self.arrays.vocabulary.bounds.get(name, (0, 0))
        counts = self._range_counts(name, first, end)
        columns = np.arange(first, end)
        if containing:
            text = fold(containing)
            says = np.array([self._says(name, column, text) for column in range(first, end)], dtype=bool)
            columns, counts = columns[says], counts[says]
        # Numbers stand in their own order, all else by count.
        in_order = search_field(name).kind == "number"
        picked = np.flatnonzero(np.isin(columns, chosen)) if chosen else _NOTHING
        best = listed(counts, picked, limit, in_order=in_order)
        found = self._made(name, columns[best].tolist(), counts[best].tolist(), chosen)
        found += [FacetValue(value, value, 0, True) for value in unknown if fold(containing) in fold(value)]
        return found if containing else [*found, *self._none_value(name)]

    def lines(self, name: str, *, parent: str | None, containing: str, limit: int | None) -> list[FacetNode]:
        """The lines of a facet's tree; of a facet without one its values."""
        tree = self.snapshot.tree(name)
        if tree is not None:
            return self._tree_counts(name, tree).lines(parent, containing, limit)
        values = [] if parent is not None else self.values(name, containing=containing, limit=limit)
        return [FacetNode(*value) for value in values]

    def chosen_lines(self, name: str) -> list[FacetNode]:
        """The chosen lines of a facet, wherever they stand; those of values that no record has, too."""
        tree = self.snapshot.tree(name)
        if tree is not None:
            return self._tree_counts(name, tree).chosen_lines()
        return [FacetNode(*value) for value in self.values(name, limit=0) if value.selected]

    def rolled_up(self) -> tuple[str, ...]:
        """The facets in which something lies below something."""
        shown = {field.name for field in self.fields()}
        return tuple(name for name, tree in self.snapshot.forest.trees.items() if name in shown and not tree.is_flat)

    def spans(self) -> dict[str, Span]:
        """The span of each number field that any record has."""
        found = {}
        for name in NUMBER_FIELDS:
            ends = self.snapshot.remembered("span", name, lambda name=name: self._ends(name))  # type: ignore[misc]
            if ends:
                found[name] = Span(*ends, self.query.ranges.get(name))
        return found

    def label(self, name: str, value: str) -> str:
        """The label of a field's value, however the value was written."""
        if value == NONE:
            return NONE_LABEL
        tree = self.snapshot.tree(name)
        if tree is not None:
            node = tree.find(value)
            return value if node is None else tree.nodes[node].label
        columns = self.arrays.vocabulary.columns(name, key(value))
        return column_label(self.snapshot, name, columns[0]) if columns else value_label(name, value)

    @cached_property
    def _counts(self) -> np.ndarray:
        return self.arrays.count(self._rows)

    @cached_property
    def _without(self) -> dict[str, int]:
        """How many records that count in a facet have no value of it."""
        counts = self.arrays.count_absent(packed(self._rows))
        for name in self._missed.keys() & counts.keys():
            counts[name] += self.arrays.count_without(name, packed(self._missed[name]))
        return counts

    def _tree_counts(self, name: str, tree: Tree) -> _TreeCounts:
        if name not in self._trees:
            self._trees[name] = _TreeCounts(self, name, tree)
        return self._trees[name]

    def _range_counts(self, name: str, first: int, end: int) -> np.ndarray:
        counts = self._counts[first:end]
        return counts + self._missed_counts(name, first, end) if name in self._missed and end > first else counts

    def _missed_counts(self, name: str, first: int, end: int) -> np.ndarray:
        missed = self._missed[name]
        if np.count_nonzero(missed) + np.count_nonzero(self._rows) == len(self.arrays):
            # Nothing else is asked for: every record counts in this facet.
            return self.arrays.totals[first:end] - self._counts[first:end]
        return self.arrays.count_columns(first, end, missed)

    def _chosen(self, name: str) -> tuple[list[int], list[str]]:
        """The columns of the chosen values of a field, and those of them that no record has."""
        values = [value for value in self.query.where.get(name, ()) if value != NONE]
        if name in self.query.ranges:
            values.append(range_text(self.query.ranges[name]))
        known = {value: self.arrays.vocabulary.columns(name, key(value)) for value in values}
        ranges = name in NUMBER_FIELDS
        unknown = [value for value, columns in known.items() if not columns and not (ranges and parse_range(value))]
        return [column for columns in known.values() for column in columns], unknown

    def _made(self, name: str, columns: list[int], counts: list[int], chosen: list[int]) -> list[FacetValue]:
        values = [self.arrays.vocabulary.labels[column] for column in columns]
        labels = [column_label(self.snapshot, name, column) for column in columns]
        return list(map(FacetValue, values, labels, counts, [column in chosen for column in columns]))

    def _says(self, name: str, column: int, text: str) -> bool:
        """Whether a folded text is in a value, or in what people read for it."""
        is_called = name in _CALLED_OTHERWISE and text in fold(column_label(self.snapshot, name, column))
        return is_called or text in self.arrays.vocabulary.keys[column]

    def _none_value(self, name: str) -> list[FacetValue]:
        selected = NONE in self.query.where.get(name, ())
        count = self._without.get(name)
        if count is None:
            # Of a field that no record has.
            count = int(np.count_nonzero(self._rows | self._missed.get(name, False)))
        return [FacetValue(NONE, NONE_LABEL, count, selected)] if count or selected else []

    def _ends(self, name: str) -> tuple[float, float] | tuple[()]:
        numbers = self.arrays.measures[name]
        known = numbers[~np.isnan(numbers)]
        return (float(known.min()), float(known.max())) if len(known) else ()


class _TreeCounts:
    """The counts of one facet that is a tree: each node's include all that lies below it."""

    def __init__(self, counts: FacetCounts, name: str, tree: Tree) -> None:
        self.facet = counts
        self.name = name
        self.tree = tree
        self.chosen, self.unknown = self._chosen()
        self.counts = self._node_counts()

    def values(self, containing: str, limit: int | None) -> list[FacetValue]:
        """The values that records have, in one list, and the chosen ones."""
        places = self.tree.direct
        if above := [at for at in self.chosen if not self.tree.nodes[at].is_direct]:
            places = self.tree.in_order(np.append(places, above))
        found = [self._value(at) for at in self._best(places, containing, limit)]
        found += [FacetValue(value, value, 0, True) for value in self.unknown if fold(containing) in fold(value)]
        return found if containing else [*found, *self.facet._none_value(self.name)]

    def lines(self, parent: str | None, containing: str, limit: int | None) -> list[FacetNode]:
        """The lines below a value, or the first ones; with a text, all that contain it."""
        above = None if parent is None else self.tree.find(parent)
        if containing:
            places, above = list(range(len(self.tree.nodes))), None
        elif parent is None:
            places = self.tree.roots()
        else:
            places = [] if above is None else self.tree.below(above)
        found = [self._line(at, above) for at in self._best(self.tree.in_order(places), containing, limit)]
        if parent is not None or containing:
            return found
        found += [FacetNode(value, value, 0, True) for value in self.unknown]
        return [*found, *(FacetNode(*value) for value in self.facet._none_value(self.name))]

    def chosen_lines(self) -> list[FacetNode]:
        """The chosen nodes as lines, and what is chosen without being known."""
        found = [self._line(at, None) for at in sorted(self.chosen)]
        found += [FacetNode(value, value, 0, True) for value in self.unknown]
        return [*found, *(FacetNode(*value) for value in self.facet._none_value(self.name) if value.selected)]

    def _best(self, places: np.ndarray, containing: str, limit: int | None) -> list[int]:
        """Of places by label those that are listed, in order."""
        if containing:
            places = places[np.isin(places, self.tree.containing(containing))]
        picked = np.flatnonzero(np.isin(places, list(self.chosen))) if self.chosen else _NOTHING
        return places[listed(self.counts[places], picked, limit)].tolist()

    def _chosen(self) -> tuple[frozenset[int], list[str]]:
        known = {value: self.tree.find(value) for value in self.facet.query.where.get(self.name, ()) if value != NONE}
        found = frozenset(at for at in known.values() if at is not None)
        return found, [value for value, at in known.items() if at is None]

    def _node_counts(self) -> np.ndarray:
        first, end = self.facet.arrays.vocabulary.bounds[self.name]
        start = int(self.tree.own[-1]) + 1 - self.tree.groups
        spans = (first, end), (start, start + self.tree.groups)
        counts = [self.facet._range_counts(self.name, *span) for span in spans]
        return np.concatenate(counts)[self.tree.places]

    def _value(self, at: int) -> FacetValue:
        node = self.tree.nodes[at]
        return FacetValue(node.value, node.label, int(self.counts[at]), at in self.chosen, node.id)

    def _line(self, at: int, parent: int | None) -> FacetNode:
        node, path = self.tree.nodes[at], self.tree.path(at, parent)
        lines = [above for above in path if self.tree.has_line(above)]
        return FacetNode(
            *self._value(at),
            parent=self.tree.nodes[lines[-1]].value if lines else "",
            depth=len(lines),
            path=tuple(self.tree.nodes[above].label for above in path),
            has_more=any(self.counts[below] or below in self.chosen for below in self.tree.below(at)),
            is_direct=node.is_direct,
        )


def listed(counts: np.ndarray, picked: np.ndarray, limit: int | None, *, in_order: bool = False) -> np.ndarray:
    """The places of some counts as a facet lists them.

    Parameters
    ----------
    counts
        How many records have each value; those that none has are left out.
    picked
        Places of chosen values, ascending: these are listed always, last where they are not among the first.
    limit
        How many are listed besides; ``None`` for all.
    in_order
        Whether they stay in the order in which they are, and do not stand the most frequent first.
    """
    if in_order:
        wanted = counts > 0
        wanted[picked] = True
        found = np.flatnonzero(wanted)
    else:
        fewer = -counts
        most = -1
        if limit and limit < len(counts):
            # A facet has thousands of values, and few are listed: the rest need no order. To find the lowest numbers is
            # many times quicker than the highest, since most counts are small and equal.
            most = min(most, int(np.partition(fewer, limit - 1)[limit - 1]))
        found = np.flatnonzero(fewer <= most)
        found = found[np.argsort(fewer[found], kind="stable")]
    head = found[:limit]
    if not len(picked):
        return head
    rest = picked[~np.isin(picked, head)]
    return np.concatenate((head, rest if in_order else rest[np.argsort(-counts[rest], kind="stable")]))


def column_label(snapshot: Snapshot, name: str, column: int) -> str:
    """How people read the value of a column of a field without a tree: a group that has only a number by a name."""
    label = snapshot.arrays.vocabulary.labels[column]
    if name == "group" and is_only_a_number(label):
        return snapshot.remembered("groups", column, lambda: group_name(snapshot.arrays, column))
    return value_label(name, label)


# Every search tells the same ones: those that facets begin with.
@lru_cache(maxsize=10_000)
def value_label(name: str, text: str) -> str:
    """How people read a field's value: a bin as 0.1 – 0.2, a licence by its short name, an organism without signs."""
    if name in NUMBER_FIELDS and parse_range(text):
        return text.replace("..", " – ").strip()
    said = licence(text).label if name == "licence" else text
    return shown_value(taxa.readable(said) if name == "organism" else said)
