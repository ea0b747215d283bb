"""Patched arrays: whatever changes, comes or goes, they are what loading everything anew gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search import facets
from micrographia.search import snapshot as snapshots
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.ontologies import load_graph

ORDERS = ("", "added", "-added", "title", "-title", "organism", "-year")

names = st.sampled_from("abcdB")
records = st.builds(
    lambda at, title, organisms, stains, year, day, hidden: Record(
        f"r{at}",
        title,
        fields={
            "organism": tuple(Term(one, f"T:{one.lower()}") for one in organisms),
            "stain": tuple(map(Term, stains)),
        },
        year=year,
        added=day,
        visibility="hidden" if hidden else "public",
    ),
    at=st.integers(0, 7),
    title=st.sampled_from(["", "apple", "pear", "fig", "quince"]),
    organisms=st.lists(names, max_size=3, unique_by=str.lower),
    stains=st.lists(names, max_size=2, unique_by=str.lower),
    year=st.none() | st.integers(2010, 2012),
    day=st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
    hidden=st.integers(0, 5).map(lambda one: one == 5),
)
batches = st.lists(
    st.tuples(st.just("put"), st.lists(records, min_size=1, max_size=3))
    | st.tuples(st.just("remove"), st.lists(st.integers(0, 7).map(lambda at: f"r{at}"), min_size=1, max_size=2)),
    max_size=5,
)


# A library of a few rows counts by gathering them; with these it counts as one of a million does.
AS_LARGE = {"_BITS_FROM": 1, "_FREQUENT_SHARE": 0.5, "_GATHER_SHARE": -1, "_GATHER_REST_SHARE": -1}


@pytest.fixture(scope="module", params=[False, True], ids=["flat", "trees"])
def library(tmp_path_factory, request):
    with Store.open(tmp_path_factory.mktemp("library"), create=True, observers=(TextIndex(),)) as store:
        if request.param:
            load_graph(store, {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]})
        # Rows are kept as bits, 64 a number: those that change stand on both sides of such a border.
        store.put(Record(f"base-{at}", "base") for at in range(60))
        yield store


@pytest.mark.parametrize("constants", [{}, AS_LARGE], ids=["small", "large"])
@settings(max_examples=8, deadline=None)
@given(first=st.lists(records, min_size=4, max_size=12), edits=batches)
def test_what_is_patched_is_what_is_loaded(library, constants, first, edits):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in constants.items():
            patch.setattr(facets, name, value)
        clear(library)
        library.put(first)
        index = SearchIndex(library)
        told(index)
        for kind, given in edits:
            library.put(given) if kind == "put" else library.remove(given)
            assert told(index) == told(SearchIndex(library))


def clear(library: Store) -> None:
    library.remove(one for one in library.ids(public=False) if not one.startswith("base"))


def told(index: SearchIndex) -> list[object]:
    found: list[object] = [index.search(Query(sort=order)).as_json() for order in ORDERS]
    for query in (Query(where={"organism": "a"}), Query(where={"organism": ("b", "c"), "stain": "a"}), Query("apple")):
        found.append(index.search(query).as_json())
    arrays = index.snapshot().arrays
    columns = np.arange(arrays.width)
    found += [arrays.totals.tolist(), [arrays.rows_of_column(at).tolist() for at in columns], arrays.numbers.tolist()]
    return found


def test_the_usual_change_is_patched(library, monkeypatch):
    clear(library)
    library.put(Record(f"r{at}", "fig", fields={"organism": (Term("ab"[at % 2]),)}) for at in range(6))
    index = SearchIndex(library)
    told(index)
    monkeypatch.setattr(snapshots, "_snapshot", None)
    library.put(
        [Record("r1", "pear", fields={"organism": (Term("a"),)}), Record("r9", fields={"organism": (Term("b"),)})]
    )
    library.remove(["r2"])
    chosen = Query(where={"organism": ("a", "b")}, sort="title")
    assert index.search(chosen).ids == ["r0", "r3", "r4", "r5", "r1", "r9"]
    assert index.search(Query()).total == library.count()


def test_very_many_between_two_titles_are_still_in_order(library):
    clear(library)
    library.put([Record("first", "a"), Record("last", "b")])
    index = SearchIndex(library)
    index.search(Query(sort="title"))
    for at in range(70):
        library.put([Record(f"r{at:02}", f"a{at:02}")])
        index.search(Query(sort="title"))
    found = index.search(Query(sort="title", per_page=200)).ids
    expected = ["first", *(f"r{at:02}" for at in range(70)), "last"]
    assert [one for one in found if not one.startswith("base")] == expected
