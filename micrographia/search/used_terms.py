"""Used terms: the values of a field that the records of a library have, counted, and the term that a text means."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from micrographia.search.counting import column_label
from micrographia.search.folding import key
from micrographia.search.snapshot import Snapshot


class CountedTerm(NamedTuple):
    """A value of a field: as it stands in an address, as people read it, its ontology id (or ``""``).

    ``count`` images have the value itself, ``count_below`` it or what lies below it.
    """

    value: str
    label: str
    term_id: str
    count: int  # type: ignore[assignment]
    count_below: int


def terms(snapshot: Snapshot, name: str) -> list[CountedTerm]:
    """The values of a field in the whole library, the most frequent first."""
    tree = snapshot.tree(name)
    found = []
    for column in range(*snapshot.arrays.vocabulary.bounds.get(name, (0, 0))):
        one = _counted(snapshot, name, column)
        node = tree.find(one.value) if tree is not None else None
        if tree is not None and node is not None:
            one = one._replace(count_below=int(snapshot.arrays.totals[tree.column(node)]))
        found.append(one)
    return sorted(found, key=lambda found: -found.count)


def said(snapshot: Snapshot, name: str, limit: int | None = None) -> list[CountedTerm]:
    """The values that records themselves have of a field, those that most have first; no more than the limit."""
    arrays, tree = snapshot.arrays, snapshot.tree(name)
    first, end = arrays.vocabulary.bounds.get(name, (0, 0))
    own = arrays.totals[first:end]
    if tree is None:
        best = np.argsort(-own, kind="stable")[:limit].tolist()
        return [_counted(snapshot, name, first + at) for at in best]
    counts = np.bincount(tree.holders, own, len(tree.nodes)).astype(int)
    best = tree.direct[np.lexsort((tree.ranks[tree.direct], -counts[tree.direct]))][:limit].tolist()
    nodes, below = [tree.nodes[at] for at in best], arrays.totals[tree.columns[best]].tolist()
    return [CountedTerm(n.value, n.label, n.id, int(counts[at]), under) for n, at, under in zip(nodes, best, below)]


def distinct(snapshot: Snapshot, name: str) -> int:
    """How many values records themselves have of a field."""
    tree, (first, end) = snapshot.tree(name), snapshot.arrays.vocabulary.bounds.get(name, (0, 0))
    return end - first if tree is None else len(tree.direct)


def term(snapshot: Snapshot, name: str, text: str) -> CountedTerm | None:
    """The term or value of a field that a text means by any of its names or ids; ``None`` for one not in use."""
    arrays, tree = snapshot.arrays, snapshot.tree(name)
    known = arrays.vocabulary
    if tree is None:
        columns = known.columns(name, key(text))
        if not columns:
            return None
        label, count = known.labels[columns[0]], int(np.count_nonzero(arrays.rows_with(columns)))
        return CountedTerm(label, column_label(snapshot, name, columns[0]), known.term_ids[columns[0]], count, count)
    at = tree.find(text)
    if at is None:
        return None
    node = tree.nodes[at]
    own = [column for said in node.keys for column in known.columns(name, said)]
    count = int(np.count_nonzero(arrays.rows_with(own)))
    return CountedTerm(node.value, node.label, node.id, count, int(arrays.totals[tree.column(at)]))


def _counted(snapshot: Snapshot, name: str, column: int) -> CountedTerm:
    """The value of a column without what lies below it."""
    words, count = snapshot.arrays.vocabulary, int(snapshot.arrays.totals[column])
    label = words.labels[column]
    return CountedTerm(label, column_label(snapshot, name, column), words.term_ids[column], count, count)
