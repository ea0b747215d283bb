"""Columns: which of the facet arrays' columns stay, come and go when the values of records do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

import numpy as np

from micrographia.search.documents import SEARCH_FIELDS, search_field
from micrographia.search.facets import Vocabulary
from micrographia.search.forest import Forest
from micrographia.search.patching import Columns, runs
from micrographia.search.query import parse_range
from micrographia.search.trees import Tree

_KNOWN = {field.name: place for place, field in enumerate(SEARCH_FIELDS)}

# Code, field, key, label, term id.
StoredValue = tuple[int, str, str, str, str]


def in_order(values: Iterable[StoredValue]) -> list[StoredValue]:
    """Values field after field; numbers by size, all else by the folded text."""
    of_field: dict[str, list[StoredValue]] = {}
    for value in values:
        of_field.setdefault(value[1], []).append(value)
    return [value for name in sorted(of_field, key=_field_place) for value in _sorted(name, of_field[name])]


def vocabulary_of(chosen: Sequence[StoredValue]) -> Vocabulary:
    """The vocabulary of values that are in order."""
    bounds: dict[str, tuple[int, int]] = {}
    for column, row in enumerate(chosen):
        bounds[row[1]] = bounds.get(row[1], (column, 0))[0], column + 1
    return Vocabulary(bounds, [row[3] for row in chosen], [row[2] for row in chosen], [row[4] for row in chosen])


def values_after(
    old: Vocabulary, gone: np.ndarray, spelled: Mapping[int, StoredValue], come: Sequence[StoredValue]
) -> tuple[Vocabulary, np.ndarray]:
    """The vocabulary after some values came and went, and the order of its columns as ``Columns`` has it.

    Parameters
    ----------
    old
        The vocabulary before; what it worked out of a field of which nothing changed is taken over.
    gone
        The columns of the values that went.
    spelled
        Those that are spelled in another way from now on, by column.
    come
        Those that came, in order; they are counted on from the last column before.
    """
    of_field: dict[str, list[tuple[int, StoredValue]]] = {}
    for column, value in enumerate(come, len(old)):
        of_field.setdefault(value[1], []).append((column, value))
    stays = np.ones(len(old) + len(come), dtype=bool)
    stays[gone] = False
    order: list[np.ndarray] = []
    bounds: dict[str, tuple[int, int]] = {}
    for name in sorted({*old.bounds, *of_field}, key=_field_place):
        start, end = old.bounds.get(name, (0, 0))
        mine = of_field.get(name, [])
        before = [_place(old, value, start, end) - start for _, value in mine]
        part = np.insert(np.arange(start, end), before, [column for column, _ in mine])
        order.append(part[stays[part]])
        if len(order[-1]):
            at = sum(map(len, order))
            bounds[name] = at - len(order[-1]), at
    found = np.concatenate([np.arange(0), *order])
    labels, keys, term_ids = _texts(old, spelled, come, runs(found))
    new = Vocabulary(bounds, labels, keys, term_ids)
    changed = {name for name, (start, end) in old.bounds.items() if not stays[start:end].all()}
    changed |= {*of_field, *(value[1] for value in spelled.values())}
    new.take_over(old, changed)
    return new, found


def columns_after(values: np.ndarray, old: Forest, new: Forest) -> Columns:
    """The columns of values and groups.

    Parameters
    ----------
    values
        The order of the values' columns, as ``values_after`` gives it.
    old, new
        The forests of the values before and of those now.
    """
    width = len(old.vocabulary) + old.groups
    now = np.full(max(width, int(values.max(initial=0)) + 1), -1)
    now[values] = np.arange(len(values))
    is_value = values < len(old.vocabulary)
    order = [np.where(is_value, values, values + old.groups)]
    fresh = int(np.count_nonzero(~is_value))
    made_of: dict[int, np.ndarray] = {}
    for name, tree in new.trees.items():
        before = old.trees.get(name)
        groups = _unchanged(before, tree)
        if groups is None:
            groups, made = _regrouped(before, tree, values, now, is_value)
            # A group that goes on from none is a new column.
            for at, parts in made.items():
                groups[at] = width + fresh
                made_of |= {width + fresh: parts} if len(parts) else {}
                fresh += 1
        order.append(groups)
    return Columns(new.vocabulary, np.concatenate(order), made_of)


def _unchanged(before: Tree | None, tree: Tree) -> np.ndarray | None:
    # A tree that is kept is the same but for its columns.
    return before.own[before.values :].copy() if before is not None and before.nodes is tree.nodes else None


def _regrouped(
    before: Tree | None, tree: Tree, values: np.ndarray, now: np.ndarray, is_value: np.ndarray
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """The column before that each group goes on from, and of those that go on from none, what they are made of.

    Of the rows that stay, those of a group are those of its values that any of them has: of two groups with the same
    such values they are the same.
    """
    known: dict[frozenset[int], int] = {}
    if before is not None:
        for at, members in enumerate(_members(before)):
            stayed = now[before.own[members]]
            known.setdefault(frozenset(stayed[stayed >= 0].tolist()), int(before.own[before.values + at]))
    groups = np.full(tree.groups, -1)
    made: dict[int, np.ndarray] = {}
    taken: set[int] = set()
    for at, members in enumerate(_members(tree)):
        columns = tree.own[members]
        stayed = columns[is_value[columns]]
        source = known.get(frozenset(stayed.tolist()))
        if source is None:
            made[at] = values[stayed]
        elif source in taken:
            made[at] = np.array([source])
        else:
            groups[at] = source
            taken.add(source)
    return groups, made


def _members(tree: Tree) -> list[np.ndarray]:
    """The values of each group of a tree, as places among its values."""
    if not tree.groups:
        return []
    values, groups = tree.members[np.argsort(tree.members[:, 1], kind="stable")].T
    return np.split(values, np.searchsorted(groups, np.arange(1, tree.groups)))


def _field_place(name: str) -> tuple[int, str]:
    return _KNOWN.get(name, len(_KNOWN)), name


def _sorted(name: str, values: list[StoredValue]) -> list[StoredValue]:
    return sorted(values, key=(lambda value: _size(value[2])) if _is_number(name) else itemgetter(2, 3))


def _is_number(name: str) -> bool:
    return search_field(name).kind == "number"


def _size(key: str) -> tuple[float, str]:
    bounds = parse_range(key)
    if bounds is not None:
        return (float("-inf") if bounds[0] is None else bounds[0]), key
    try:
        return float(key), key
    except ValueError:
        return float("inf"), key


def _place(old: Vocabulary, value: StoredValue, start: int, end: int) -> int:
    """Before which column of its field a value comes; no two values of a field have the same key."""
    if _is_number(value[1]):
        return bisect_left(old.keys, _size(value[2]), start, end, key=_size)
    return bisect_left(old.keys, value[2], start, end)


def _texts(
    old: Vocabulary, spelled: Mapping[int, StoredValue], come: Sequence[StoredValue], parts: Sequence[np.ndarray]
) -> Iterator[list[str]]:
    """Labels, keys and term ids of columns in parts."""
    for known, at in ((old.labels, 3), (old.keys, 2), (old.term_ids, 4)):
        texts = [*known, *(str(value[at]) for value in come)]
        for column, value in spelled.items():
            texts[column] = str(value[at])
        yield [text for part in parts for text in texts[part[0] : part[-1] + 1]]
