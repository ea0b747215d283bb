"""Groups that have only a number are called by what all their images have in common.

``cil-group:17`` stays the value in addresses; people read "Volvox carteri, cell (Ada Lovelace, 2011) · cil-group:17".
The name is made from a snapshot, so it is true of the images that are public now, and of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from micrographia.search.facets import FacetArrays

# What is shown comes first; of a library's many fields these say it shortest.
_WHAT = ("organism", "cell_type", "cellular_component", "biological_process")
_SAID_LIMIT = 60

_ONLY_A_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9_-]*:\d+")


def group_names(arrays: FacetArrays) -> dict[int, str]:
    """The made-up name of each group that has only a number, by its column."""
    first, end = arrays.vocabulary.bounds.get("group", (0, 0))
    columns = [column for column in range(first, end) if _ONLY_A_NUMBER.fullmatch(arrays.vocabulary.labels[column])]
    return {column: _name(arrays, column, shared) for column, shared in zip(columns, _shared(arrays, columns))}


def _shared(arrays: FacetArrays, columns: Sequence[int]) -> list[frozenset[int]]:
    """For each of some columns the columns that all its rows have."""
    rows = [arrays.rows_of_column(column) for column in columns]
    if not rows:
        return []
    sizes = np.array([len(some) for some in rows])
    starts = np.concatenate(([0], np.cumsum(sizes)))
    members = sparse.csr_array(
        (np.ones(starts[-1], dtype=np.int32), np.concatenate(rows), starts), shape=(len(rows), len(arrays))
    )
    values = sparse.csr_array(
        (np.ones(len(arrays.columns), dtype=np.int32), arrays.columns, arrays.starts), shape=(len(arrays), arrays.width)
    )
    counts = members @ values
    in_all = counts.data == np.repeat(sizes, np.diff(counts.indptr))
    parts = zip(counts.indptr, counts.indptr[1:])
    return [frozenset(counts.indices[begin:end][in_all[begin:end]].tolist()) for begin, end in parts]


def _name(arrays: FacetArrays, column: int, shared: frozenset[int]) -> str:
    common: dict[str, list[str]] = {}
    # In the order in which an image of the group has them.
    for value in arrays.values_of(int(arrays.rows_of_column(column)[0])).tolist():
        if value in shared:
            common.setdefault(arrays.field_of(value), []).append(arrays.vocabulary.labels[value])
    what = ", ".join(common[field][0][:_SAID_LIMIT] for field in _WHAT if field in common)
    by = ", ".join(filter(None, [_people(common.get("contributor", [])), *common.get("year", [])]))
    said = f"{what} ({by})" if what and by else what or by
    return f"{said} · {arrays.vocabulary.labels[column]}" if said else arrays.vocabulary.labels[column]


def _people(names: Sequence[str]) -> str:
    if len(names) > 2:
        return f"{names[0][:_SAID_LIMIT]} and others"
    return " and ".join(name[:_SAID_LIMIT] for name in names)
