"""Likeness: which records share most with one, each shared value weighing as much as it is rare."""

from __future__ import annotations

import numpy as np

from micrographia.collection.fields import FIELDS
from micrographia.search.documents import NUMBER_FIELDS
from micrographia.search.facets import FacetArrays

# What says nothing of the subject of an image.
_BESIDE = frozenset(
    {*NUMBER_FIELDS, "licence", "contributor", "year", "image_type", "item_type"}
    | {field.name for field in FIELDS if not field.facet}
)

# A value on more than this share of the records makes no two of them alike.
_COMMON_SHARE = 0.5


def nearest_rows(arrays: FacetArrays, row: int, count: int) -> np.ndarray:
    """The rows most like one, without itself: those with the greatest sum of log(records / records with the value)."""
    scores = np.zeros(len(arrays))
    for column in arrays.values_of(row):
        total = int(arrays.totals[column])
        if total <= _COMMON_SHARE * len(arrays) and arrays.field_of(int(column)) not in _BESIDE:
            scores[arrays.rows_of_column(int(column))] += np.log(len(arrays) / total)
    scores[row] = 0.0
    order = np.argsort(-scores, kind="stable")[:count]
    return order[scores[order] > 0]
