"""Groups that have only a number are called by what all their images have in common.

``cil-group:17`` stays the value in addresses; people read "Volvox carteri, cell (Ada Lovelace, 2011) · cil-group:17".
The name is made from a snapshot, so it is true of the images that are public now, and of them alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from micrographia.collection import taxa
from micrographia.collection.excerpts import excerpt
from micrographia.search.facets import FacetArrays

# What is shown comes first; of a library's many fields these say it shortest.
_WHAT = ("organism", "cell_type", "cellular_component", "biological_process")
_SAID_LIMIT = 60

_ONLY_A_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9_-]*:\d+")


def is_only_a_number(group: str) -> bool:
    """Whether a group came with no name that a person would know it by."""
    return bool(_ONLY_A_NUMBER.fullmatch(group))


def group_name(arrays: FacetArrays, column: int) -> str:
    """What people call the group of a column: its name, or for one that has only a number what its rows share."""
    label = arrays.vocabulary.labels[column]
    if not is_only_a_number(label):
        return label
    rows = arrays.rows_of_column(column)
    what = ", ".join(filter(None, (next(_shared(arrays, rows, field), "") for field in _WHAT)))
    people, years = (list(_shared(arrays, rows, field)) for field in ("contributor", "year"))
    by = ", ".join(filter(None, [_people(people), *years]))
    said = f"{what} ({by})" if what and by else what or by
    return f"{said} · {label}" if said else label


def _shared(arrays: FacetArrays, rows: np.ndarray, field: str) -> Iterator[str]:
    """The values of a field that all rows have, in the order in which the first row has them."""
    first, end = arrays.vocabulary.bounds.get(field, (0, 0))
    values = arrays.values_of(int(rows[0]))
    for value in values[(values >= first) & (values < end)].tolist():
        if _are_among(rows, arrays.rows_of_column(value)):
            yield excerpt(taxa.readable(arrays.vocabulary.labels[value]), _SAID_LIMIT)


def _are_among(rows: np.ndarray, others: np.ndarray) -> bool:
    """Whether rows are all among others; both ascend."""
    if len(rows) > len(others) or rows[-1] > others[-1]:
        return False
    return bool((others[np.searchsorted(others, rows)] == rows).all())


def _people(names: Sequence[str]) -> str:
    return f"{names[0]} and others" if len(names) > 2 else " and ".join(names)
