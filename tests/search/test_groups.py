"""Groups that came without a name: what they are called, where, and by whose images."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex

COMMON = {"organism": (Term("Volvox carteri"),), "cell_type": (Term("gonidium"), Term("cell"))}


def member(number: int, group: str = "cil-group:17", **changes) -> Record:
    fields = COMMON | {"biological_process": (Term(f"process {number}"),)}
    given = {"fields": fields, "contributors": ("Ada Lovelace",), "year": 2011, "group": group}
    return Record(f"r{number}", f"Image {number}", **given | changes)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        yield opened


def called(store, group="cil-group:17"):
    return SearchIndex(store).label("group", group)


def test_a_number_is_called_by_what_all_images_share(store):
    store.put([member(1), member(2), member(3, "plates"), member(4, "plates")])
    assert called(store) == "Volvox carteri, gonidium (Ada Lovelace, 2011) · cil-group:17"
    assert called(store, "plates") == "plates"
    store.put([member(2, contributors=("Ben B", "Ada Lovelace", "Cy C"), year=2012)])
    assert called(store) == "Volvox carteri, gonidium (Ada Lovelace) · cil-group:17"
    store.put([member(5, fields={}, contributors=())])
    assert called(store) == "cil-group:17"


def test_a_hidden_image_has_no_say_in_it(store):
    odd = member(9, fields={"organism": (Term("Secret"),)}, contributors=("Nobody",))
    store.put([member(1), member(2), replace(odd, visibility="hidden")])
    assert called(store) == "Volvox carteri, gonidium (Ada Lovelace, 2011) · cil-group:17"


def test_the_number_stays_the_value_and_both_are_found(store):
    store.put([member(1), member(2), member(3, "cil-group:170"), member(4, "plates")])
    index = SearchIndex(store)
    results = index.search(Query(where={"group": ("cil-group:17",)}))
    assert results.ids and results.query.to_url() == "group=cil-group:17"
    chosen = [value for value in results.facet("group") if value.selected]
    assert [(value.value, value.count) for value in chosen] == [("cil-group:17", 2)]
    assert "Volvox carteri, gonidium (Ada Lovelace, 2011) · cil-group:17" in results.sentence.plain
    labels = [value.label for value in results.facet("group")]
    # Two groups of the same things are told apart.
    assert len(set(labels)) == len(labels)
    for text in ("volvox", "group:17", "lovelace, 2011"):
        assert "cil-group:17" in [value.value for value in results.facet("group", containing=text)]
    assert [value.value for value in results.facet("group", containing="plate")] == ["plates"]


def test_many_contributors_and_long_names_are_cut_short(store):
    people = tuple(f"{letter}. Person" for letter in "ABC")
    long = {"organism": (Term("x" * 200),)}
    store.put([member(number, contributors=people, fields=long, year=None) for number in (1, 2)])
    assert called(store) == f"{'x' * 59}… (A. Person and others) · cil-group:17"


def test_suggestions_call_a_group_by_its_name(store):
    store.put([member(1), member(2), member(3, "plates")])
    for text in ("group:", "group:17", "cil-gr"):
        first = SearchIndex(store).suggest(text)[0]
        assert first["value"] == "cil-group:17"
        assert first["label"] == "Volvox carteri, gonidium (Ada Lovelace, 2011) · cil-group:17"


def test_lists_of_groups_call_them_by_their_names(store):
    store.put([member(1), member(2)])
    index = SearchIndex(store)
    called = "Volvox carteri, gonidium (Ada Lovelace, 2011) · cil-group:17"
    assert [one.label for one in (*index.terms("group"), *index.said("group"))] == [called, called]
    assert index.term("group", "cil-group:17").label == called
