"""Did you mean: for words that are in no record, and for no others."""

from __future__ import annotations

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        yield opened


@pytest.fixture
def index(store):
    fly, fish = Term("Drosophila melanogaster"), Term("Danio rerio")
    store.put(
        [
            Record("a", "Mitochondria of a fly", fields={"organism": (fly,), "stain": (Term("phalloidin"),)}),
            Record("b", "Mitochondria again", fields={"organism": (fly,)}),
            Record("c", "Spindle pole of a fish", fields={"organism": (fish,)}),
            Record("d", "A mitochondriac, which is no word"),
            Record("e", "Spinner"),
        ]
    )
    return SearchIndex(store)


@pytest.mark.parametrize(
    ("typed", "meant", "total"),
    [
        ("mitocondria", "mitochondria", 2),
        ("Mitocohndria", "mitochondria", 2),
        ("mitocondria fly", "mitochondria fly", 1),
        ("spindel pole", "spindle pole", 1),
        ('"spindel pole"', '"spindle pole"', 1),
        ("title:spindel", "title:spindle", 1),
        ("organism:drosofila", "organism:drosophila", 2),
        ('organism:"Danio rerrio"', 'organism:"Danio rerio"', 1),
        ("spindel OR fly", "spindle OR fly", 2),
        ("spindel -fly", "spindle -fly", 1),
        ("drosofila mitocondria", "drosophila mitochondria", 2),
    ],
)
def test_what_was_meant(index, typed, meant, total):
    found = index.search(Query(typed))
    assert found.meant is not None
    assert (found.meant.text, found.meant.total) == (meant, total)
    assert index.search(Query.from_url(found.meant.url)).total == total


@pytest.mark.parametrize(
    "typed",
    ["mitochondria", "mitochondrion", "fly", "qwzx", "xyzzyplugh", "CIL:99999", "mitoc*", "-mitocondria", "", "fsh"],
)
def test_nothing_is_meant_by_what_is_there_or_by_what_is_like_nothing(index, typed):
    assert index.search(Query(typed)).meant is None


def test_with_filters_the_one_to_drop_and_what_was_meant_are_both_said(index):
    found = index.search(Query("mitocondria", where={"organism": "Drosophila melanogaster"}))
    assert [(drop.field, drop.total) for drop in found.drops] == [("q", 2)]
    assert found.meant is not None
    assert found.meant.url == "q=mitochondria&organism=Drosophila+melanogaster"
    elsewhere = index.search(Query("mitocondria", where={"organism": "Danio rerio"}))
    assert elsewhere.meant is not None
    assert (elsewhere.meant.url, elsewhere.meant.total) == ("q=mitochondria", 2)


def test_the_beginning_of_a_frequent_word_is_unfinished_not_misspelled(store):
    store.put(Record(f"r{i}", "Mitochondria and spindles") for i in range(6))
    index = SearchIndex(store)
    for typed, meant in (
        ("mitoc", "mitoc*"),
        ("mitochondri", "mitochondria"),
        ("spin mitochondria", "spin* mitochondria"),
    ):
        found = index.search(Query(typed)).meant
        assert found is not None
        assert (found.text, found.total) == (meant, 6)


def test_a_word_of_a_record_that_is_gone_is_not_meant(index, store):
    assert index.search(Query("phaloidin")).meant is not None
    store.remove(["a"])
    assert index.search(Query("phaloidin")).meant is None


def test_a_word_of_a_hidden_record_is_never_meant(index, store):
    store.put([Record("secret", "Unobtainium", visibility="hidden")])
    assert index.search(Query("unobtanium")).meant is None
    store.put([Record("secret", "Unobtainium")])
    assert index.search(Query("unobtanium")).meant is not None
    store.put([Record("secret", "Unobtainium", visibility="hidden")])
    assert index.search(Query("unobtanium")).meant is None


def test_the_json_says_it(index):
    found = index.search(Query("mitocondria")).as_json()
    assert found["did_you_mean"] == {"text": "mitochondria", "total": 2, "url": "q=mitochondria"}
    assert index.search(Query("fly")).as_json()["did_you_mean"] is None
