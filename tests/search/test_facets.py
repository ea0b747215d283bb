"""The facet arrays: every way of counting gives what counting one by one gives, in libraries small and large."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.search import facets
from micrographia.search.facets import FacetArrays, Vocabulary, packed

FIELDS = {"organism": (0, 25), "image_type": (25, 30)}
WIDTH = 32

# A library of few rows is counted as one of a million: values as bits, the rest by gathering rows or with all of them.
ALL_AS_BITS = {"_BITS_FROM": 1, "_FREQUENT_SHARE": 0.0, "_GATHER_SHARE": -1, "_GATHER_REST_SHARE": -1}
SOME_AS_BITS = {"_BITS_FROM": 1, "_FREQUENT_SHARE": 0.2, "_GATHER_SHARE": -1, "_GATHER_REST_SHARE": -1}
GATHERED_REST = {"_BITS_FROM": 1, "_FREQUENT_SHARE": 0.2, "_GATHER_SHARE": -1, "_GATHER_REST_SHARE": 1}
GATHERED = {"_GATHER_SHARE": 1}


@pytest.fixture(params=[{}, ALL_AS_BITS, SOME_AS_BITS, GATHERED_REST, GATHERED])
def way(request, monkeypatch):
    for name, value in request.param.items():
        monkeypatch.setattr(facets, name, value)


@st.composite
def libraries(draw):
    """Rows of columns, in which no column is without a row, and which of the rows are asked for."""
    rows = draw(st.lists(st.sets(st.integers(0, WIDTH - 1), max_size=6), max_size=90))
    rows += [{column} for column in range(WIDTH)]
    mask = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return [sorted(row) for row in rows], np.array(mask)


def arrays_of(rows) -> FacetArrays:
    vocabulary = Vocabulary(FIELDS, *(["value"] * FIELDS["image_type"][1] for _ in range(3)))
    starts = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    columns = np.array([column for row in rows for column in row], dtype=np.int32)
    groups = WIDTH - len(vocabulary)
    return FacetArrays(np.arange(len(rows)), starts, columns, vocabulary, {}, groups)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(libraries())
def test_counts_are_those_of_the_rows_one_by_one(way, library):
    rows, mask = library
    arrays = arrays_of(rows)
    counted = Counter(column for row, is_asked in zip(rows, mask) if is_asked for column in row)
    counts = [counted[column] for column in range(WIDTH)]

    assert arrays.count(mask).tolist() == counts
    for first, end in (*FIELDS.values(), (len(arrays.vocabulary), WIDTH)):
        assert arrays.count_columns(first, end, mask).tolist() == counts[first:end]
    for name, (first, end) in FIELDS.items():
        without = sum(is_asked and not any(first <= c < end for c in row) for row, is_asked in zip(rows, mask))
        assert arrays.count_absent(packed(mask))[name] == without
        assert arrays.count_without(name, packed(mask)) == without


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(libraries(), st.sets(st.integers(0, WIDTH - 1), max_size=4))
def test_rows_with_values_are_those_that_have_any_of_them(way, library, wanted):
    rows, _ = library
    assert arrays_of(rows).rows_with(wanted).tolist() == [bool(wanted & set(row)) for row in rows]


def test_counts_do_not_outgrow_the_numbers_that_they_are_counted_in(monkeypatch):
    for name, value in (SOME_AS_BITS | {"_FREQUENT_SHARE": 1.0}).items():
        monkeypatch.setattr(facets, name, value)
    arrays = arrays_of([[0, 26]] * 700 + [[column] for column in range(WIDTH)])
    mask = np.arange(len(arrays)) < 300

    assert arrays.count(mask)[[0, 1, 26]].tolist() == [300, 0, 300]
    assert arrays.count(~mask)[[0, 1, 26]].tolist() == [401, 1, 401]
