"""The search index: the contract, and what is its own: following the store, derived fields, help at zero hits."""

from __future__ import annotations

import json
import threading

import pytest

from micrographia.collection.records import Facts, PixelSize, Record, Sizes, Term
from micrographia.collection.store import Store
from micrographia.search.index import SearchIndex
from micrographia.search.query import NONE, Query
from micrographia.search.text import TextIndex
from tests.search.contract import SearchContract
from tests.search.naive_search import NaiveSearch


def facts(**sizes: int) -> Facts:
    return Facts(Sizes(**{"y": 64, "x": 32} | sizes), "uint16", content_hash="0123456789abcdef" * 4)


def record(record_id: str, title: str = "", *, about: Facts | None = None, **fields: str | list[str]) -> Record:
    given = {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
    terms = {name: tuple(Term(value) for value in values) for name, values in given.items()}
    return Record(record_id, title, fields=terms, facts=about)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        yield opened


@pytest.fixture
def index(store):
    store.put(
        [
            Record(
                "CIL:9776",
                "Mitosis in fission yeast",
                "Spindle <b>pole</b> bodies, Δcut7, 5 µm",
                {"organism": (Term("Schizosaccharomyces pombe", "NCBITaxon:4896"),)},
                contributors=("Zoë Müller",),
                licence="CC-BY-4.0",
                year=2010,
                group="plates",
                facts=facts(t=40, c=2),
            ),
            record("hela-1", "HeLa mitochondria", organism="Homo sapiens", cell_line="HeLa", about=facts(z=9)),
            record("hela-2", "β-tubulin in HeLa", organism="homo sapiens", about=facts(t=3, z=5)),
            record("plain", "No file yet"),
        ]
    )
    return SearchIndex(store)


def ids(index: SearchIndex, text: str) -> set[str]:
    return set(index.search(Query(text)).ids)


@pytest.fixture(scope="module")
def one_library(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("library"), create=True, observers=(TextIndex(),)) as store:
        yield SearchIndex(store)


class TestSearchIndex(SearchContract):
    @pytest.fixture(autouse=True)
    def _use(self, one_library):
        self.index = one_library

    def make_index(self, records):
        self.index.store.remove(self.index.store.ids())
        self.index.store.put(records)
        return self.index


class TestNaiveSearch(SearchContract):
    """Another engine stands behind the same boundary."""

    def make_index(self, records):
        return NaiveSearch(records)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mitosis yeast", {"CIL:9776"}),
        ("mitotic", {"CIL:9776"}),
        ("mitochondrial", {"hela-1"}),
        ('"pole bodies"', {"CIL:9776"}),
        ('"bodies pole"', set()),
        ("hela -mitochondria", {"hela-2"}),
        ("-hela", {"CIL:9776", "plain"}),
        ("yeast OR tubulin", {"CIL:9776", "hela-2"}),
        ("organi*", set()),
        ("tubu*", {"hela-2"}),
        ("beta-tubulin", {"hela-2"}),
        ("Β-TUBULIN", {"hela-2"}),
        ("∆cut7", {"CIL:9776"}),
        ("μm", {"CIL:9776"}),
        ("zoe muller", {"CIL:9776"}),
        ("CIL:9776", {"CIL:9776"}),
        ("cil:9776", {"CIL:9776"}),
        ("9776", {"CIL:9776"}),
        ("NCBITaxon:4896", {"CIL:9776"}),
        ("organism:homo", {"hela-1", "hela-2"}),
        ('organism:"homo sapiens"', {"hela-1", "hela-2"}),
        ("-organism:homo", {"CIL:9776", "plain"}),
        ("organism:homo OR pole", {"hela-1", "hela-2", "CIL:9776"}),
        ("organism:NCBITaxon:4896", {"CIL:9776"}),
        ("organism:~none", {"plain"}),
        ('-"pole bodies"', {"hela-1", "hela-2", "plain"}),
        ("-cell_line:HeLa", {"CIL:9776", "hela-2", "plain"}),
        ('-organism:"homo sapiens" -id:plain', {"CIL:9776"}),
        ("mitosis OR -organism:~none", {"CIL:9776", "hela-1", "hela-2"}),
        ("title:mito*", {"CIL:9776", "hela-1"}),
        ("organism:schizo*", {"CIL:9776"}),
        ("CIL:9776 OR id:hela-1", {"CIL:9776", "hela-1"}),
        ("id:CIL:977", set()),
        ("title:mitosis", {"CIL:9776"}),
        ("title:pole", set()),
        ("year:2010", {"CIL:9776"}),
        ("year:2009..2011", {"CIL:9776"}),
        ("frames:2..50", {"CIL:9776", "hela-2"}),
        ("id:PLAIN", {"plain"}),
        ("licence:cc-by-4.0", {"CIL:9776"}),
        ('image_type:"z-stack"', {"hela-1", "hela-2"}),
        ("creative commons attribution", {"CIL:9776"}),
    ],
)
def test_text(index, text, expected):
    results = index.search(Query(text))
    assert set(results.ids) == expected
    assert results.problems == []


def test_completes_words_that_a_stemmer_changes(store):
    store.put([record("a", "A model organism")])
    assert ids(SearchIndex(store), "organi*") == {"a"}


def test_derives_what_kind_of_image_it_is(index):
    found = {value.value: value.count for value in index.search(Query()).facets["image_type"]}
    assert found == {"time series": 1, "z-stack": 1, "z-stack time series": 1, NONE: 1}


def test_spellings_of_a_value_are_one_value(index):
    found = index.search(Query(where={"organism": "HOMO SAPIENS"}))
    assert found.total == 2
    assert next(v for v in found.facets["organism"] if v.selected).label == "Homo sapiens"


def test_a_facet_ignores_its_own_choice_and_respects_the_others(index):
    found = index.search(Query(where={"organism": "Homo sapiens", "image_type": "time series"}))
    assert found.total == 0
    organisms = {value.value: (value.count, value.selected) for value in found.facets["organism"]}
    assert organisms == {"Schizosaccharomyces pombe": (1, False), "Homo sapiens": (0, True)}
    types = {value.value: (value.count, value.selected) for value in found.facets["image_type"]}
    assert types == {"z-stack": (1, False), "z-stack time series": (1, False), "time series": (0, True)}


def test_an_unknown_value_stays_chosen_at_zero(index):
    found = index.search(Query(where={"organism": "Danio rerio"}))
    assert found.total == 0
    assert [(v.value, v.count) for v in found.facets["organism"] if v.selected] == [("Danio rerio", 0)]


def test_at_no_hits_names_the_filter_to_drop(index):
    found = index.search(Query("mitosis", where={"organism": "Homo sapiens"}))
    assert [(drop.field, drop.total) for drop in found.drops] == [("q", 2), ("organism", 1)]
    assert index.search(Query.from_url(found.drops[0].url)).total == 2


def test_of_several_words_the_one_that_nothing_has_can_be_left_out(index):
    for text, rest in (("yeast xyzzy", "yeast"), ("xyzzy yeast -mouse", "yeast -mouse"), ('"xy zz" yeast', "yeast")):
        found = index.search(Query(text))
        assert found.total == 0
        assert [drop.field for drop in found.drops] == ["q", "q"]
        assert Query.from_url(found.drops[0].url).text == rest
        assert index.search(Query(rest)).total == found.drops[0].total > 0
        assert Query.from_url(found.drops[1].url).text == ""
    # An operator is never left behind, or made to mean another word.
    for text in ("yeast xyzzy OR zyxxy", "xyzzy NOT yeast", "xyzzy AND yeast"):
        for drop in index.search(Query(text)).drops:
            assert Query.from_url(drop.url).text in ("", "yeast", "NOT yeast", "xyzzy OR zyxxy")


def test_a_field_without_a_word_is_one_thing_to_say(index):
    assert len(index.search(Query("organism:")).problems) == 1


def test_an_unknown_field_is_a_problem_with_a_suggestion(index):
    found = index.search(Query.from_url("orgnism=Homo+sapiens"))
    assert found.total == 4
    assert found.problems == ["There is no field “orgnism”, so it was left out. Did you mean “organism”?"]


def test_a_mistyped_field_in_the_text_is_pointed_at(index):
    found = index.search(Query("hela orgnism:homo"))
    assert found.problems == [
        "Character 6: there is no such field, so “orgnism:homo” was looked for as words. Did you mean “organism”?"
    ]
    assert index.search(Query("hela -phase:g1")).problems == [
        "Character 7: there is no such field, so “phase:g1” was looked for as words."
    ]
    for text in ("CIL:9776 http://example.org", "cil:9776", "go:0005739", "at 12:30"):
        assert index.search(Query(text)).problems == []


def test_a_value_by_its_id_becomes_what_the_facet_calls_it(index):
    found = index.search(Query.from_url("organism=ncbitaxon:4896"))
    assert found.query.where == {"organism": ("Schizosaccharomyces pombe",)}
    assert found.sentence.plain == "1 image of Schizosaccharomyces pombe"
    assert found.query.toggled("organism", "schizosaccharomyces POMBE") == Query()


def test_images_like_one_share_its_rare_values(store):
    common = [record(f"r{i}", organism="Homo sapiens", stain="DAPI" if i % 2 else "none") for i in range(8)]
    rare = [record("a", organism="Danio rerio", stain="DAPI"), record("b", organism="Danio rerio")]
    store.put([*common, *rare])
    index = SearchIndex(store)
    assert index.like("a", 1)[0]["id"] == "b"
    assert "a" not in {row["id"] for row in index.like("a")}
    assert index.like("missing") == []


def test_very_many_parts_and_prefixes_are_answered(store):
    store.put([record("all", " ".join(f"{c}{d}x" for c in "abcdefghij" for d in range(120)))])
    index = SearchIndex(store)
    assert index.search(Query(" ".join(f"{c}{d}*" for c in "abcdefghij" for d in range(4)))).total == 1
    assert index.search(Query(" OR ".join(f"{c}*" for c in "abcdefghij" * 4))).total == 1
    assert index.search(Query("-" + " -".join("abcdefghij"))).total == 1


def test_an_unknown_order_is_a_problem(index):
    assert "cannot be sorted by “beauty”" in index.search(Query(sort="beauty")).problems[0]


def test_a_range_that_is_a_bin_finds_what_the_bin_counted(store):
    sizes = [0.1, 0.15, 0.2, 0.2, 0.3]
    store.put(
        Record(str(i), facts=Facts(Sizes(4, 4), "uint8", pixel_size_um=PixelSize(size, size)))
        for i, size in enumerate(sizes)
    )
    index = SearchIndex(store)
    bins = {v.value: v.count for v in index.search(Query()).facets["pixel_size_um"]}
    assert bins == {"0.1..0.2": 2, "0.2..0.5": 3}
    for value, count in bins.items():
        assert index.search(Query.from_url(f"pixel_size_um={value}")).total == count
    assert index.search(Query(ranges={"pixel_size_um": (0.15, 0.2)})).total == 3
    assert index.search(Query()).spans["pixel_size_um"].as_dict() == {"low": 0.1, "high": 0.3, "selected": None}


def test_new_changed_and_removed_records_are_found_at_once(index, store):
    assert ids(index, "zebrafish") == set()
    store.put([record("new", "Zebrafish embryo", organism="Danio rerio")])
    assert ids(index, "zebrafish") == {"new"}
    assert index.search(Query(where={"organism": "danio rerio"})).ids == ["new"]
    store.put([record("new", "Frog embryo", organism="Xenopus laevis")])
    assert ids(index, "zebrafish") == set()
    assert "Danio rerio" not in {v.value for v in index.search(Query()).facets["organism"]}
    store.remove(["new", "plain"])
    assert index.search(Query()).total == 3
    assert ids(index, "frog") == set()


def test_following_small_changes_gives_what_loading_gives(index, store):
    index.search(Query())
    store.put([record("hela-1", "Changed", stain="DAPI"), record("more", "More", organism="Danio rerio")])
    store.remove(["plain"])
    fresh = SearchIndex(store)
    for query in (Query(), Query("hela"), Query(where={"organism": "Homo sapiens"}), Query(sort="title")):
        assert index.search(query).as_json() == fresh.search(query).as_json()


def test_ids_that_differ_only_in_case_are_two_records(index, store):
    store.put([record("PLAIN", "Another")])
    assert index.search(Query()).total == 5
    store.remove(["plain"])
    assert index.search(Query()).total == 4
    assert ids(index, "id:plain") == {"PLAIN"}


def test_another_process_sees_the_change(index, store, tmp_path):
    index.search(Query())
    with Store.open(tmp_path, observers=(TextIndex(),)) as other:
        other.put([record("theirs", "From another process")])
    assert ids(index, "another") == {"theirs"}


def test_hidden_records_are_not_found(index, store):
    hidden = Record("plain", "No file yet", visibility="hidden", fields={"stain": (Term("secret"),)})
    store.put([hidden])
    assert index.search(Query()).total == 3
    assert ids(index, "file") == set()
    assert "stain" not in index.search(Query()).facets


def test_a_library_that_was_made_without_the_index_gets_it(tmp_path):
    with Store.open(tmp_path, create=True) as store:
        store.put([record("a", "Mitosis")])
    with Store.open(tmp_path, observers=(TextIndex(),)) as store:
        assert ids(SearchIndex(store), "mitosis") == {"a"}


def test_an_index_of_another_version_is_made_anew(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as store:
        store.put([record("a", "Mitosis")])
        store.connection().execute("UPDATE search_version SET version = 0")
        store.connection().execute("DELETE FROM counters WHERE name LIKE 'seen%'")
    with Store.open(tmp_path, observers=(TextIndex(),)) as store:
        assert ids(SearchIndex(store), "mitosis") == {"a"}


def test_own_columns_are_facets_when_they_have_few_values(store):
    store.put(record(f"r{i}", plate="AB"[i % 2], note=f"note {i}") for i in range(20))
    index = SearchIndex(store)
    assert "plate" in index.search(Query()).facets
    assert "note" not in index.search(Query()).facets
    assert index.search(Query(where={"note": "note 7"})).ids == ["r7"]
    assert ids(index, 'note:"note 7"') == {"r7"}


def test_the_json_has_what_the_interface_promises(index):
    found = json.loads(json.dumps(index.search(Query("hela", per_page=1)).as_json()))
    assert found["total"] == 2
    (image,) = found["images"]
    expected = {"id", "title", "organism", "image_type", "channels", "licence", "sizes", "thumbnail", "version"}
    assert expected <= image.keys()
    assert image["thumbnail"] == f"/thumbnails/{image['id']}?v=0123456789abcdef"
    assert set(found["facets"]["organism"][0]) == {"value", "label", "count", "selected"}


def test_the_table_has_all_hits_with_their_fields(index):
    table = index.search(Query(sort="title", per_page=1)).table
    assert list(table["id"]) == ["hela-1", "CIL:9776", "plain", "hela-2"] or len(table) == 4
    assert table.set_index("id").loc["hela-1", "cell_line"] == "HeLa"
    assert table.set_index("id").loc["CIL:9776", "frames"] == 40


def test_searching_within_a_facet_and_beyond_its_limit(store):
    store.put(record(f"r{i}", organism=f"Species {i:03}") for i in range(230))
    found = SearchIndex(store).search(Query(where={"organism": "Species 229"}))
    assert len(found.facets["organism"]) == 101
    assert [v.value for v in found.facets["organism"] if v.selected] == ["Species 229"]
    assert len(found.facet("organism")) == 230
    assert [v.value for v in found.facet("organism", containing="ES 12")] == [f"Species 12{i}" for i in range(10)]


def test_the_newest_come_first(index):
    assert [row["id"] for row in index.newest(2)] == ["plain", "hela-2"]


def test_what_records_say_of_a_field_the_most_frequent_first(index, store):
    assert next((v.value, v.count_below) for v in index.said("organism")) == ("Homo sapiens", 2)
    assert index.said("nothing") == [] and index.distinct("nothing") == 0
    store.put(record(f"more{i}", organism="Danio rerio") for i in range(3))
    assert [(v.value, v.count_below) for v in index.said("organism")][:2] == [("Danio rerio", 3), ("Homo sapiens", 2)]


def test_suggestions_find_values_by_any_word_and_images_by_title(index):
    (pombe,) = index.suggest("pom")
    assert pombe == {
        "kind": "value",
        "field": "organism",
        "value": "Schizosaccharomyces pombe",
        "label": "Schizosaccharomyces pombe",
        "count": 1,
    }
    assert index.suggest("hel")[0]["value"] == "HeLa"
    assert {s["value"] for s in index.suggest("hel") if s["kind"] == "image"} == {"hela-1", "hela-2"}
    assert index.suggest("") == index.suggest('"') == []


def test_suggestions_keep_the_words_before_and_know_fields(index):
    (pombe,) = index.suggest("mitosis pom")
    assert (pombe["label"], pombe["rest"]) == ("Schizosaccharomyces pombe", "mitosis")
    (field,) = [s for s in index.suggest("cells organ") if s["kind"] == "field"]
    assert (field["value"], field["label"], field["count"], field["rest"]) == ("organism:", "Organism", 3, "cells")
    assert [s["label"] for s in index.suggest("organism:sap")] == ["Homo sapiens"]
    assert [s["label"] for s in index.suggest("Organism:")] == ["Homo sapiens", "Schizosaccharomyces pombe"]
    assert index.suggest("organism:hela") == []
    assert all(s["count"] for text in ("h", "o", "m") for s in index.suggest(text))


def test_suggestions_never_exceed_what_is_asked_for(index):
    assert len(index.suggest("h", 1)) == 1
    assert index.suggest("h", 0) == []


def test_an_empty_library_answers(store):
    found = SearchIndex(store).search(Query("anything", where={"organism": "x"}, sort="title"))
    assert found.total == 0
    assert found.table.empty
    assert SearchIndex(store).newest() == []


def test_a_broad_word_is_ordered_by_where_it_stands(store, monkeypatch):
    monkeypatch.setattr("micrographia.search.searching.RANKED_LIMIT", 2)
    store.put([record("terms", "x", organism="golgi"), record("title", "golgi"), Record("text", "x", "golgi")])
    assert SearchIndex(store).search(Query("golgi")).ids == ["title", "terms", "text"]


def test_threads_search_while_records_come(index, store):
    found = []

    def search() -> None:
        for _ in range(30):
            results = index.search(Query("hela", where={"organism": "Homo sapiens"}))
            found.append(results.total >= 2 and len(results.ids) == results.total)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(10):
        store.put([record(f"more-{i}", "HeLa again", organism="Homo sapiens")])
    for thread in threads:
        thread.join()
    assert found == [True] * 90


def test_a_damaged_text_is_no_way_into_the_database(index):
    for text in (
        '" OR 1=1 --',
        "title:(",
        "NEAR(a b)",
        "a AND",
        "^x",
        '{title}:"x',
        "a + b",
        "\x00",
        "*",
        "-",
        "OR OR",
    ):
        assert index.search(Query(text)).total >= 0


def test_what_was_tried_on_a_plate_is_found_in_its_field_and_not_as_words(store):
    tried = [f"BRD-K{number:04}" for number in range(600)]
    store.put([record("plate", "A plate", compound=[*tried, "Taxol"]), record("cell", "A cell", compound="taxol")])
    index = SearchIndex(store)
    assert ids(index, "taxol") == {"cell"}
    assert ids(index, "compound:taxol") == {"cell", "plate"}
    assert ids(index, "compound:BRD-K0007") == ids(index, "compound:brd-k0007 -cell") == {"plate"}
    assert ids(index, "BRD-K0007") == ids(index, "terms:k0007") == set()
    found = index.search(Query(where={"compound": ("BRD-K0007",)}))
    assert found.ids == ["plate"]
    assert [value.label for value in found.facet("compound", containing="k000")] == tried[:10]


def test_a_group_is_one_card_in_its_place_and_the_counts_are_of_all(store):
    made = [("a", "one"), ("b", ""), ("c", "two"), ("d", "one"), ("e", "one"), ("f", "two"), ("g", "")]
    store.put([Record(name, f"Cell {name}", group=group or None) for name, group in made])
    index = SearchIndex(store)
    found = index.search(Query(sort="title", grouped=True))
    assert found.ids == ["a", "b", "c", "g"]
    assert [row["group_size"] for row in found.rows] == [3, 1, 2, 1]
    assert (found.total, found.cards, found.groups, found.pages) == (7, 4, 2, 1)
    assert {value.value: value.count for value in found.facet("group")}["one"] == 3
    pages = [index.search(Query(sort="title", grouped=True, per_page=3, page=page)) for page in (1, 2)]
    assert [page.ids for page in pages] == [["a", "b", "c"], ["g"]]
    assert pages[0].pages == 2
    assert list(index.ids(Query(sort="title", grouped=True))) == list("abcdefg")
    # What is not found of a group does not count, and the first of those that are stands for it.
    later = index.search(Query("-a -c", sort="title", grouped=True))
    assert [(row["id"], row["group_size"]) for row in later.rows] == [("b", 1), ("d", 2), ("f", 1), ("g", 1)]
    alone = index.search(Query(sort="title"))
    assert len(alone.ids) == 7
    assert "group_size" not in alone.rows[0]
    assert index.search(Query("nothing", grouped=True)).ids == []


def test_a_genus_is_found_by_its_letter(store):
    coli, cerevisiae = (Term("Escherichia coli"),), (Term("Saccharomyces cerevisiae"),)
    store.put(
        [
            Record("one", "In motion", fields={"organism": coli}),
            Record("two", "Budding", fields={"organism": cerevisiae}),
        ]
    )
    index = SearchIndex(store)
    assert index.search(Query("E. coli")).ids == ["one"]
    assert index.search(Query("s. cerevisiae")).ids == ["two"]
    assert index.search(Query("S. coli")).ids == []
    assert index.search(Query("organism:E. -c.")).ids == []
    assert set(index.search(Query("E. OR S.")).ids) == {"one", "two"}
    assert index.search(Query("E. -organism:coli")).ids == []
