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
from micrographia.search.facets import FacetArrays, packed
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.ontologies import load, term

ORDERS = ("", "added", "-added", "title", "-title", "organism", "-year")

# Terms of which some only stand above others, some were given up, and some are called alike.
VOCABULARY = (
    term("T:root", "root"),
    term("T:a", "a", "T:root", synonyms=["the first"]),
    term("T:b", "b", "T:a"),
    term("T:c", "c", "T:a", "<T:side"),
    term("T:d", "d", "T:b", "T:c"),
    term("T:e", "e", "T:far", "T:round"),
    term("T:far", "far", "T:root"),
    term("T:side", "side", "T:far"),
    term("T:round", "round", "T:e"),
    term("T:old", "old", is_obsolete=True, replaced_by="T:d"),
    term("T:lost", "lost", is_obsolete=True),
    term("T:twin", "a", "T:far", alternatives=("T:other",)),
)
IDS = ("T:root", "T:a", "T:b", "T:c", "T:d", "T:e", "T:old", "T:lost", "T:twin", "T:other", "T:strange")

names = st.sampled_from("abcdB")
# Terms by their names, by other words, by other ids; and free text, among it the names of terms.
terms = (
    names.map(lambda one: Term(one, f"T:{one.lower()}"))
    | st.builds(Term, st.sampled_from(["a", "b", "far", "root", "word", "Word", "of its own"]))
    | st.builds(Term, st.sampled_from(["a", "e", "said so", "round"]), st.sampled_from(IDS))
)
records = st.builds(
    lambda at, title, organisms, parts, stains, year, day, hidden: Record(
        f"r{at}",
        title,
        fields={"organism": tuple(organisms), "cellular_component": tuple(parts), "stain": tuple(map(Term, stains))},
        year=year,
        added=day,
        visibility="hidden" if hidden else "public",
    ),
    at=st.integers(0, 7),
    title=st.sampled_from(["", "apple", "pear", "fig", "quince"]),
    organisms=st.lists(terms, max_size=3, unique_by=lambda one: one.text.lower()),
    parts=st.lists(terms, max_size=2, unique_by=lambda one: one.text.lower()),
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
            load(store, *VOCABULARY)
        # Rows are kept as bits, 64 a number: those that change stand on both sides of such a border.
        store.put(Record(f"base-{at}", "base") for at in range(60))
        yield store


@pytest.mark.parametrize("constants", [{}, AS_LARGE], ids=["small", "large"])
@settings(max_examples=12)
@given(first=st.lists(records, min_size=1, max_size=12), edits=batches)
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
    where = {"organism": "a"}, {"organism": ("b", "c"), "stain": "a"}, {"cellular_component": "root"}
    for query in (*(Query(where=one) for one in where), Query("apple"), Query("a"), Query("organism:word")):
        found.append(index.search(query).as_json())
    found += [index.suggest(text) for text in ("a", "the f", "wo", "organism:", "t:o")]
    found += [lines(index, name) for name in ("organism", "cellular_component")]
    return found + arrays_of(index.snapshot().arrays)


def lines(index: SearchIndex, name: str) -> list[object]:
    """A facet's tree as it is opened line by line, each line once."""
    results = index.search(Query())
    seen: dict[str, object] = {}
    left: list[str | None] = [None]
    while left:
        for line in results.facet_tree(name, left.pop()):
            left += [line.value] if line.has_more and line.value not in seen else []
            seen.setdefault(line.value, line)
    return list(seen.values())


def arrays_of(arrays: FacetArrays) -> list[object]:
    """All that arrays have, and have worked out; only which values are counted as bits is theirs."""
    words = arrays.vocabulary
    found: list[object] = [
        words.bounds,
        words.labels,
        words.keys,
        words.term_ids,
        arrays.groups,
        arrays.numbers.tolist(),
    ]
    found += [arrays.totals.tolist(), arrays.absent.tolist(), arrays.width]
    found += [part.dtype for part in (arrays.columns, arrays.starts, *arrays.by_column, *arrays.rest, *arrays.frequent)]
    found += [arrays.rows_of_column(at).tolist() for at in range(arrays.width)]
    found += [sorted(arrays.entries(np.array([row])).tolist()) for row in range(len(arrays))]
    found += [[len(arrays.values_of(row)), arrays.values_of(row).tolist()] for row in range(len(arrays))]
    masks = [np.arange(len(arrays)) % part == 0 for part in (1, 2, 5)]
    found += [arrays.count(mask).tolist() for mask in masks]
    return found + [arrays.count_without(name, packed(mask)) for name in arrays.vocabulary.bounds for mask in masks]


def test_a_spelling_stays_known_though_nobody_writes_so_any_more(library):
    clear(library)
    library.put([Record("r1", fields={"stain": (Term("unheard"),)})])
    index = SearchIndex(library)
    told(index)
    # Of one that was written over before anybody looked.
    library.put([Record("r2", fields={"stain": (Term("UNHEARD"),)}), Record("r2", fields={"stain": (Term("a"),)})])
    assert told(index) == told(SearchIndex(library))


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
