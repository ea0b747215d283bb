"""Used terms: the values of a field that the records of a library have, counted, and the term that a text means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from micrographia.search.counting import FacetCounts, column_label
from micrographia.search.folding import key
from micrographia.search.query import NONE, Query
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
    known, totals, tree = snapshot.arrays.vocabulary, snapshot.arrays.totals, snapshot.tree(name)
    found = []
    for column in range(*known.bounds.get(name, (0, 0))):
        label, count = known.labels[column], int(totals[column])
        node = tree.find(label) if tree is not None else None
        below = count if tree is None or node is None else int(totals[tree.column(node)])
        found.append(CountedTerm(label, column_label(snapshot, name, column), known.term_ids[column], count, below))
    return sorted(found, key=lambda found: -found.count)


def said(snapshot: Snapshot, name: str) -> Iterator[CountedTerm]:
    """The values that records themselves have of a field, those that most have first."""
    known, tree = terms(snapshot, name), snapshot.tree(name)
    if tree is None:
        yield from known
        return
    counts = FacetCounts(snapshot, Query(), {}, np.ones(len(snapshot.arrays), dtype=bool))
    values = {value.value: value for value in counts.values(name) if value.value != NONE}
    own: Counter[str] = Counter()
    for one in known:
        node = tree.find(one.value)
        own[one.value if node is None else tree.nodes[node].value] += one.count
    for text, count in own.most_common():
        if (value := values.get(text)) is not None:
            yield CountedTerm(value.value, value.label, value.id, count, value.count)


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
