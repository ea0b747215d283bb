"""Facets as trees: choosing a term finds all below it, counts say so, and every name of a term leads to it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.collection.vocabulary.vocabulary import Vocabulary
from micrographia.search.index import SearchIndex
from micrographia.search.query import NONE, Query
from micrographia.search.text import TextIndex
from tests.search.contract import TreeContract
from tests.search.ontologies import load, load_graph, term

CYTOSKELETON = (
    term("GO:1", "cytoskeleton", synonyms=["cell skeleton"]),
    term("GO:2", "microtubule cytoskeleton", "GO:1"),
    term("GO:3", "spindle", "<GO:2", synonyms=["mitotic apparatus"]),
    term("GO:4", "actin cytoskeleton", "GO:1", alternatives=("GO:44",)),
    term("GO:5", "obsolete thread", is_obsolete=True, replaced_by="GO:4"),
    term("GO:6", "obsolete nothing", is_obsolete=True),
    term("GO:9", "nucleus"),
)


def record(record_id: str, *values: str, **fields: tuple[str, ...]) -> Record:
    """A record with components written as ``text`` or ``text|id``."""
    given = {"cellular_component": values} if values else {}
    terms = {n: tuple(_term(one) for one in several) for n, several in (given | fields).items()}
    return Record(record_id, record_id, fields=terms)


def _term(written: str) -> Term:
    text, _, term_id = written.partition("|")
    return Term(text, term_id or None)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        yield opened


@pytest.fixture
def index(store):
    store.put(
        [
            record("tubules", "microtubule cytoskeleton|GO:2"),
            record("spindle", "spindle|GO:3", "nucleus|GO:9"),
            record("both", "spindle|GO:3", "actin cytoskeleton|GO:4"),
            record("old", "thread|GO:5"),
            record("older", "threads|GO:44"),
            record("gone", "nothing|GO:6"),
            record("words", "something else"),
            record("none"),
            record("elsewhere", biological_process=("spindle|GO:3",)),
        ]
    )
    load(store, *CYTOSKELETON)
    return SearchIndex(store)


def found(index, value, name="cellular_component"):
    return set(index.search(Query(where={name: value})).ids)


def lines(index, *parent, query=None, **more):
    results = index.search(query or Query())
    return [(line.label, line.count) for line in results.facet_tree("cellular_component", *parent, **more)]


BELOW = {"tubules", "spindle", "both", "old", "older"}


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("cytoskeleton", BELOW),
        ("GO:1", BELOW),
        ("go:1", BELOW),
        ("Cell Skeleton", BELOW),
        ("microtubule cytoskeleton", {"tubules", "spindle", "both"}),
        ("spindle", {"spindle", "both"}),
        ("mitotic apparatus", {"spindle", "both"}),
        ("actin cytoskeleton", {"both", "old", "older"}),
        ("GO:5", {"both", "old", "older"}),
        ("GO:44", {"both", "old", "older"}),
        ("thread", {"both", "old", "older"}),
        ("nothing", {"gone"}),
        ("something else", {"words"}),
        ("no such thing", set()),
        (NONE, {"none", "elsewhere"}),
    ],
)
def test_a_term_is_found_with_all_below_it_by_any_of_its_names(index, value, ids):
    assert found(index, value) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("cellular_component:cytoskeleton", BELOW),
        ("cellular_component:GO:1", BELOW),
        ('cellular_component:"mitotic apparatus"', {"spindle", "both"}),
        ("cellular_component:mito*", {"spindle", "both"}),
        ("cellular_component:thread", {"both", "old", "older"}),
        ("-cellular_component:cytoskeleton", {"gone", "words", "none", "elsewhere"}),
        ("biological_process:cytoskeleton", {"elsewhere"}),
        ("cellular_component:actin -cellular_component:spindle", {"old", "older"}),
    ],
)
def test_a_field_in_the_text_means_the_same(index, text, ids):
    assert set(index.search(Query(text)).ids) == ids


def test_a_field_is_a_tree_of_its_own(index):
    assert found(index, "cytoskeleton", "biological_process") == {"elsewhere"}


def test_the_tree_is_given_level_by_level_and_counts_each_image_once(index):
    assert lines(index) == [
        ("cytoskeleton", 5),
        ("nothing", 1),
        ("nucleus", 1),
        ("something else", 1),
        ("None given", 2),
    ]
    assert lines(index, "cytoskeleton") == [("actin cytoskeleton", 3), ("microtubule cytoskeleton", 3)]
    assert lines(index, "GO:2") == [("spindle", 2)]
    assert lines(index, "spindle") == lines(index, "no such value") == []


def test_a_line_says_where_it_stands(index):
    (spindle,) = index.search(Query()).facet_tree("cellular_component", containing="apparatus")
    assert spindle.as_dict() == {
        "value": "spindle",
        "label": "spindle",
        "count": 2,
        "selected": False,
        "id": "GO:3",
        "parent": "microtubule cytoskeleton",
        "depth": 2,
        "path": ["cytoskeleton", "microtubule cytoskeleton"],
        "has_more": False,
        "is_direct": True,
    }
    assert index.search(Query()).facet_tree("cellular_component")[0].is_direct is False


def test_the_flat_view_has_what_records_have_with_the_same_counts(index):
    values = {v.value: v.count for v in index.search(Query()).facets["cellular_component"]}
    assert values == {
        "actin cytoskeleton": 3,
        "microtubule cytoskeleton": 3,
        "spindle": 2,
        "nothing": 1,
        "nucleus": 1,
        "something else": 1,
        NONE: 2,
    }


def test_a_chosen_ancestor_is_shown_in_both_views_even_at_zero(index):
    query = Query("elsewhere", where={"cellular_component": "GO:1"})
    results = index.search(query)
    assert results.query.where == {"cellular_component": ("cytoskeleton",)}
    assert [(v.value, v.count) for v in results.facets["cellular_component"] if v.selected] == [("cytoskeleton", 0)]
    assert [(v.value, v.count) for v in results.facet_tree("cellular_component") if v.selected] == [("cytoskeleton", 0)]


def test_the_json_says_which_counts_include_what_lies_below(index):
    told = index.search(Query()).as_json()
    assert told["rolled_up"] == ["cellular_component", "biological_process"]
    assert told["facets"]["cellular_component"][0]["id"] == "GO:4"
    assert "id" not in told["facets"]["cellular_component"][-1]


def test_what_records_say_is_without_what_only_stands_above_it(index):
    said = {value.label: value.count_below for value in index.said("cellular_component")}
    assert "cytoskeleton" not in said
    # The count is that of the search: the spindles are below it.
    assert said["microtubule cytoskeleton"] == index.search(Query(where={"cellular_component": ("GO:2",)})).total == 3
    assert next(iter(said)) in ("spindle", "actin cytoskeleton")


def test_a_library_without_a_vocabulary_has_no_trees(store):
    store.put([record("a", "spindle|GO:3")])
    results = SearchIndex(store).search(Query())
    assert results.as_json()["rolled_up"] == []
    assert [line.label for line in results.facet_tree("cellular_component")] == ["spindle"]
    assert set(results.facets["cellular_component"][0].as_dict()) == {"value", "label", "count", "selected"}


def test_the_index_follows_what_is_loaded_and_taken_out(store):
    store.put([record("a", "GO:3|GO:3"), record("b", "actin cytoskeleton|GO:4")])
    index = SearchIndex(store)
    assert lines(index) == [("GO:3", 1), ("actin cytoskeleton", 1)] or found(index, "cytoskeleton") == set()
    load(store, *CYTOSKELETON)
    assert found(index, "cytoskeleton") == {"a", "b"}
    assert ("spindle", 1) in [(v.label, v.count) for v in index.search(Query()).facets["cellular_component"]]
    Vocabulary(store).remove("test")
    assert found(index, "cytoskeleton") == set()
    assert found(index, "GO:3") == {"a"}


def test_following_small_changes_gives_what_loading_gives(index, store):
    index.search(Query())
    held = index.snapshot().forest
    store.put(
        [record("tubules", "spindle|GO:3"), record("new", "actin cytoskeleton|GO:4", "microtubule cytoskeleton|GO:2")]
    )
    store.remove(["words"])
    store.put([record("words", "something else")])
    assert index.snapshot().forest is held
    store.put([record("more", "a value of its own")])
    store.remove(["gone", "spindle"])
    fresh = SearchIndex(store)
    for query in (Query(), Query(where={"cellular_component": "cytoskeleton"}), Query("words"), Query(sort="title")):
        assert index.search(query).as_json() == fresh.search(query).as_json()
        assert lines(index, query=query) == lines(fresh, query=query)
        assert index.search(query).table.equals(fresh.search(query).table)


def test_the_table_has_what_records_have(index):
    table = index.search(Query()).table.set_index("id")
    assert table.loc["spindle", "cellular_component"] == "spindle; nucleus"


def test_circles_are_harmless(store):
    load_graph(store, {"a": ["b"], "b": ["c"], "c": ["a", "c"], "d": ["a"]})
    store.put([record("one", "d|T:d"), record("two", "b|T:b")])
    index = SearchIndex(store)
    assert found(index, "a") == found(index, "b") == found(index, "c") == {"one", "two"}
    assert found(index, "d") == {"one"}
    seen, left = [], [None]
    while left:
        for line in index.search(Query()).facet_tree("cellular_component", left.pop()):
            seen.append(line.value)
            left += [line.value] if line.has_more else []
    assert {"b", "d"} <= set(seen)


def test_two_terms_of_one_name_stay_apart(store):
    load(store, term("A:1", "cell"), term("B:1", "cell"), term("A:2", "left", "A:1"), term("B:2", "right", "B:1"))
    store.put([record("l", "left|A:2"), record("r", "right|B:2"), record("r2", "right|B:2")])
    index = SearchIndex(store)
    tops = index.search(Query()).facet_tree("cellular_component")
    assert {(line.label, line.count) for line in tops if line.id} == {("cell", 1), ("cell", 2)}
    for line in tops:
        assert len(found(index, line.value)) == line.count


def test_a_long_line_of_ancestors_is_one_line(store):
    names = [f"rank {i:02}" for i in range(30)]
    load_graph(store, {name: [above] for above, name in pairwise(names)} | {names[0]: []} | {"twin": [names[9]]})
    store.put([record("a", f"{names[-1]}|T:{names[-1]}"), record("b", "twin|T:twin")])
    index = SearchIndex(store)
    assert lines(index) == [("rank 09", 2)]
    assert lines(index, "rank 09") == [("rank 28", 1), ("twin", 1)]
    assert found(index, "rank 03") == {"a", "b"}
    (line,) = index.search(Query()).facet_tree("cellular_component", containing="rank 28")
    assert len(line.path) == 28


def test_suggestions_know_synonyms_and_terms_above(index):
    (one,) = (s for s in index.suggest("apparatus") if s["kind"] == "value" and s["field"] == "cellular_component")
    assert (one["value"], one["count"], one["synonym"]) == ("spindle", 2, "mitotic apparatus")
    assert ("cytoskeleton", 5) in [(s["value"], s["count"]) for s in index.suggest("cyto")]


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("library"), create=True, observers=(TextIndex(),)) as store:
        yield store


class TestTrees(TreeContract):
    @pytest.fixture(autouse=True)
    def _use(self, one_store):
        self.store = one_store

    def make_index(self, records, parents):
        self.store.remove(self.store.ids())
        self.store.put(records)
        load_graph(self.store, parents)
        return SearchIndex(self.store)


FLIES = (
    term("NCBITaxon:7215", "Drosophila <flies,genus>"),
    term("NCBITaxon:7227", "Drosophila melanogaster", "NCBITaxon:7215"),
    term("GO:7", "x <y>"),
)


@pytest.fixture
def flies(store):
    load(store, *FLIES)
    store.put(
        [
            record("fly", organism=("Drosophila melanogaster|NCBITaxon:7227",)),
            record("flies", organism=("Drosophila <flies,genus>|NCBITaxon:7215",)),
            record("thing", "x <y>|GO:7"),
        ]
    )
    return SearchIndex(store)


def test_what_tells_taxa_apart_is_read_in_brackets_and_stays_the_value(flies):
    results = flies.search(Query(where={"organism": ("Drosophila <flies,genus>",)}))
    assert results.sentence.plain == "2 images of Drosophila (flies, genus)"
    assert results.query.to_url() == "organism=Drosophila+%3Cflies,genus%3E"
    line = results.facet_tree("organism")[0]
    assert (line.value, line.label) == ("Drosophila <flies,genus>", "Drosophila (flies, genus)")
    (below, *_) = results.facet_tree("organism", line.value)
    assert below.path == ("Drosophila (flies, genus)",)
    suggested = flies.suggest("droso")[0]
    assert (suggested["value"], suggested["label"]) == ("Drosophila <flies,genus>", "Drosophila (flies, genus)")
    assert "synonym" not in suggested


@pytest.mark.parametrize(
    "name", ["Drosophila <flies,genus>", "Drosophila (flies, genus)", "drosophila", "NCBITaxon:7215"]
)
def test_a_taxon_is_found_by_its_exact_name_as_it_is_read_and_alone(flies, name):
    assert flies.search(Query(where={"organism": (name,)})).total == 2
    assert flies.search(Query(f'organism:"{name}"')).total == 2
    found = flies.search(Query()).facet_tree("organism", containing=name)
    assert "Drosophila <flies,genus>" in [line.value for line in found]


def test_other_signs_are_no_names_of_taxa(flies):
    assert next(value.label for value in flies.search(Query()).facet("cellular_component")) == "x <y>"
