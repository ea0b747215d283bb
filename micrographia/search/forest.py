"""The forest: the trees of all fields, grown from the library's vocabulary, and each record's values rolled up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from micrographia.collection.vocabulary import vocabulary as kept
from micrographia.search.documents import NUMBER_FIELDS, shown_value
from micrographia.search.facets import Vocabulary
from micrographia.search.query import NONE
from micrographia.search.terms import Known
from micrographia.search.trees import Node, Tree

_PART = 50_000


@dataclass(frozen=True)
class Forest:
    """The trees by field, and what they add to each value.

    Parameters
    ----------
    change
        The library's change at which the vocabulary was like this.
    trees
        The tree of each field that has terms.
    closure
        A row for each value, a column for each group of values: which groups a value belongs to.
    vocabulary, known
        What it was grown from: the values of all fields, and what the library's vocabulary says of their terms.
    """

    change: int = 0
    trees: Mapping[str, Tree] = field(default_factory=dict)
    closure: sparse.csr_array = field(default_factory=lambda: sparse.csr_array((0, 0), dtype=bool))
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary({}, [], [], []), repr=False)
    known: Known = field(default_factory=Known, repr=False)

    @property
    def groups(self) -> int:
        """How many columns the trees add to those of the values."""
        return int(self.closure.shape[1])

    def groups_of(self, starts: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The groups of each row's values, none twice, as lengths and group numbers, row after row.

        Parameters
        ----------
        starts, columns
            The columns of the values of all rows, and where each row's begin.
        """
        rows = len(starts) - 1
        # In parts: the product of a million rows at once would take as much memory again as its result.
        parts = [self._part(starts[at : at + _PART + 1], columns) for at in range(0, max(rows, 1), _PART)]
        lengths, groups = zip(*parts)
        return np.concatenate(lengths), np.concatenate(groups)

    def belongs(self, value: int, column: int) -> bool:
        """Whether the column of a value is another one, or in the group of that column."""
        group, of_value = column - self.closure.shape[0], self.closure.indptr[value : value + 2]
        return value == column or group in self.closure.indices[slice(*of_value)]

    def _part(self, starts: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mine = columns[starts[0] : starts[-1]]
        shape = len(starts) - 1, self.closure.shape[0]
        values = sparse.csr_array((np.ones(len(mine), dtype=bool), mine, starts - starts[0]), shape=shape)
        found = values @ self.closure
        return np.diff(found.indptr).astype(np.int32), found.indices.astype(np.int32)


def grown(connection: sqlite3.Connection, vocabulary: Vocabulary, old: Forest) -> Forest:
    """The forest of all values there are, as the library's vocabulary has it now.

    Parameters
    ----------
    connection
        To the library's database.
    vocabulary
        The values.
    old
        An older forest, of which the trees are kept whose values are the same.
    """
    change = kept.vocabulary_change(connection)
    old = old if old.change == change else Forest()
    ids = frozenset(filter(None, vocabulary.term_ids)) if change else frozenset()
    known = old.known.with_ids(connection, ids)
    trees: dict[str, Tree] = {}
    width = len(vocabulary)
    # A field without ids of terms has none of them, however many values it has.
    for name, (first, end) in vocabulary.bounds.items():
        if known.terms and name not in NUMBER_FIELDS and any(vocabulary.term_ids[first:end]):
            tree = _tree(name, vocabulary, known, old)
            if tree is not None:
                groups = np.arange(width, width + tree.groups)
                trees[name] = tree.moved(np.concatenate((np.arange(first, end), groups)))
                width += tree.groups
    return Forest(change, trees, _closure(trees.values(), len(vocabulary), width), vocabulary, known)


def _tree(name: str, vocabulary: Vocabulary, known: Known, old: Forest) -> Tree | None:
    if _is_same(name, vocabulary, old.vocabulary):
        return old.trees.get(name)
    growing = _Growing(name, vocabulary, known)
    tree = growing.tree() if growing.values else None
    if tree is not None and (before := old.trees.get(name)) is not None:
        tree.prepare_like(before)
    return tree


def _is_same(name: str, one: Vocabulary, other: Vocabulary) -> bool:
    if name not in other.bounds:
        return False
    first, old = slice(*one.bounds[name]), slice(*other.bounds[name])
    kinds = ((one.keys, other.keys), (one.labels, other.labels), (one.term_ids, other.term_ids))
    return all(new[first] == before[old] for new, before in kinds)


def _closure(trees: Iterable[Tree], values: int, width: int) -> sparse.csr_array:
    pairs = [tree.own[tree.members + np.array((0, tree.values))] - (0, values) for tree in trees]
    found = np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs])
    return sparse.csr_array(
        (np.ones(len(found), dtype=bool), (found[:, 0], found[:, 1])), shape=(values, width - values)
    )


class _Growing:
    """The tree of one field while it grows: the columns of the values that each term has."""

    def __init__(self, name: str, vocabulary: Vocabulary, known: Known) -> None:
        self.vocabulary = vocabulary
        self.told = known.told
        self.values: dict[str, list[int]] = {}
        self.groups: list[frozenset[int]] = []
        first, end = vocabulary.bounds[name]
        self.first, self.size = first, end - first
        free = []
        for column in range(first, end):
            term_id = vocabulary.term_ids[column]
            if term := known.term_of(term_id) if term_id else "":
                self.values.setdefault(term, []).append(column)
            else:
                free.append(column)
        self.below: dict[str, set[int]] = {}
        for term, columns in self.values.items():
            self._put_below(term, columns)
        # Text without an id that is a term's very name is that term's, as everywhere: a value is its text.
        named = {self.told[one].key: one for one in sorted(self.below, reverse=True)}
        named |= {self.told[one].key: one for one in sorted(self.values, reverse=True)}
        self.free = [c for c in free if vocabulary.term_ids[c] or vocabulary.keys[c] not in named]
        for column in set(free) - set(self.free):
            term = named[vocabulary.keys[column]]
            self.values.setdefault(term, []).append(column)
            self._put_below(term, [column])

    def tree(self) -> Tree:
        """The tree, in columns of its own."""
        order = sorted(self.below, key=lambda one: (self.told[one].key, one))
        place = {one: at for at, one in enumerate(order)}
        above, below = self._edges(order, place)
        columns = self._columns(order)
        names = self._names(order)
        nodes = [self._node(one, names[one], columns[at], above[at], below[at]) for at, one in enumerate(order)]
        free = [self._free_node(column) for column in self.free]
        pairs = [(value - self.first, at) for at, group in enumerate(self.groups) for value in group]
        members = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        holders = np.empty(self.size, dtype=np.int64)
        for at, of_node in enumerate(
            [*(self.values.get(one, ()) for one in order), *([column] for column in self.free)]
        ):
            holders[np.array(of_node, dtype=np.int64) - self.first] = at
        return Tree((*nodes, *free), np.arange(self.size + len(self.groups)), self.size, members, holders)

    def _put_below(self, term: str, columns: Sequence[int]) -> None:
        for above in self.told[term].above:
            self.below.setdefault(above, set()).update(columns)

    def _columns(self, order: Sequence[str]) -> list[int]:
        # A set of values is a column once: that of its only value, or a group's.
        known: dict[frozenset[int], int] = {}
        sets = [frozenset(self.below[one]) for one in order]
        for members in sets:
            if members not in known:
                alone = len(members) == 1
                known[members] = next(iter(members)) - self.first if alone else self.size + len(self.groups)
                self.groups += [members] * (len(members) > 1)
        return [known[members] for members in sets]

    def _edges(
        self, order: Sequence[str], place: Mapping[str, int]
    ) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        below: list[list[int]] = [[] for _ in order]
        for at, one in enumerate(order):
            for parent in self.told[one].parents:
                below[place[parent]].append(at)
        kept_below = _without_circles(below)
        above: list[list[int]] = [[] for _ in order]
        for at, children in enumerate(kept_below):
            for child in children:
                above[child].append(at)
        # What a thing is comes before what it is a part of, and then what says most of it.
        for one, parents in zip(order, above):
            if len(parents) > 1:
                kinds = self.told[one].parents
                parents.sort(key=lambda at: (kinds[order[at]], len(self.below[order[at]]), at))
        return [tuple(parents) for parents in above], [tuple(children) for children in kept_below]

    def _names(self, order: Sequence[str]) -> dict[str, str]:
        # In an address a name must mean one thing; of several terms with one name the others go by their ids.
        taken = {NONE, *(self.vocabulary.keys[column] for column in self.free)}
        found = {}
        for one in sorted(order, key=lambda one: one not in self.values):
            told = self.told[one]
            found[one] = told.id if told.key in taken or not told.key else told.name
            taken.add(told.key)
        return found

    def _node(self, one: str, value: str, column: int, parents: tuple[int, ...], children: tuple[int, ...]) -> Node:
        told, own = self.told[one], self.values.get(one, ())
        ids = dict.fromkeys([*told.ids, *(self.vocabulary.term_ids[c] for c in own)])
        return Node(
            value,
            told.label,
            told.id,
            column,
            is_direct=bool(own),
            parents=parents,
            children=children,
            names=told.names,
            others=told.others,
            narrower=told.narrower,
            ids=tuple(filter(None, ids)),
            keys=tuple(self.vocabulary.keys[c] for c in own),
            width=len(self.below[one]),
        )

    def _free_node(self, column: int) -> Node:
        label, term_id = self.vocabulary.labels[column], self.vocabulary.term_ids[column]
        ids, keys = ((term_id,) if term_id else ()), (self.vocabulary.keys[column],)
        return Node(
            label,
            shown_value(label),
            term_id,
            column - self.first,
            True,
            ids=ids,
            keys=keys,
            is_term=False,
        )


def _without_circles(below: Sequence[Sequence[int]]) -> list[list[int]]:
    # From the roots down; an arrow back to where one came from is left out, and each circle without a root gets one.
    state = [0] * len(below)
    kept_below: list[list[int]] = [[] for _ in below]
    has_parent = {child for children in below for child in children}
    roots = [at for at in range(len(below)) if at not in has_parent]
    for root in [*roots, *range(len(below))]:
        if state[root]:
            continue
        state[root] = 1
        walk: list[tuple[int, Iterator[int]]] = [(root, iter(below[root]))]
        while walk:
            at, rest = walk[-1]
            child = next(rest, None)
            if child is None:
                state[at] = 2
                walk.pop()
            elif state[child] != 1:
                kept_below[at].append(child)
                if not state[child]:
                    state[child] = 1
                    walk.append((child, iter(below[child])))
    return kept_below
