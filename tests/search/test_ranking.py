"""Ranking: forty questions with their answers, and what decides between equal ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.small_records import FACTS, PAIRS, small_records


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("small"), create=True, observers=(TextIndex(),)) as store:
        store.put(small_records())
        yield SearchIndex(store)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        yield opened


def ids(store: Store, text: str) -> list[str]:
    return SearchIndex(store).search(Query(text)).ids


def test_there_are_forty_questions(small):
    assert len(PAIRS) == 40
    assert len(small.store.ids()) == 150


@pytest.mark.parametrize(("query", "first", "second"), PAIRS, ids=[query for query, *_ in PAIRS])
def test_the_title_comes_before_the_terms_and_these_before_the_description(small, query, first, second):
    found = small.search(Query(query)).ids
    assert found[:2] == [first, second]
    assert {"described", "other"} >= {record_id.split("-")[0] for record_id in found[2:]}


@pytest.mark.parametrize("per_page", [1, 2, 7])
def test_pages_of_a_ranking_join_to_the_whole(small, per_page):
    for text in ("overview", "image", "mitochondria", "cell"):
        whole = small.search(Query(text, per_page=200)).ids
        pages = range(1, -(-len(whole) // per_page) + 1)
        assert [i for page in pages for i in small.search(Query(text, page=page, per_page=per_page)).ids] == whole


def test_words_side_by_side_come_before_words_apart(store):
    store.put([Record("apart", "The apparatus of Golgi"), Record("beside", "Golgi apparatus, old and new")])
    store.put([Record("beside-again", "The Golgi apparatus of many cells, seen in very thin sections")])
    assert ids(store, "golgi apparatus")[-1] == "apart"


def test_each_word_counts_where_it_stands_best(store):
    fields = {"organism": (Term("yeast"),)}
    store.put([Record("one", "Mitosis", "of yeast"), Record("two", "Mitosis", fields=fields)])
    store.put([Record("both", "Mitosis in yeast, explained at length for those who have never seen it")])
    assert ids(store, "yeast mitosis") == ["both", "two", "one"]


def test_the_word_as_typed_comes_before_its_family(store):
    store.put(
        [Record("typed", "Nuclei"), *(Record(f"kin-{i}", "Nuclear") for i in range(3)), Record("rare", "Nucleus")]
    )
    assert ids(store, "nuclei")[0] == "typed"
    assert ids(store, "nuclear")[:3] == ["kin-2", "kin-1", "kin-0"]
    assert ids(store, "nucleus")[0] == "rare"


def test_a_picture_decides_between_equal_hits_and_then_what_is_newer(store):
    made = [Record("old", "Cell", facts=FACTS), Record("none", "Cell"), Record("new", "Cell", facts=FACTS)]
    store.put([*made, Record("newer", "Cell")])
    assert ids(store, "cell") == ["new", "old", "newer", "none"]


def test_label_images_come_after_the_images_they_belong_to(store):
    masks = replace(FACTS, labels=True)
    store.put([Record("image", "Nuclei", "Nuclei, many of them", facts=FACTS), Record("none", "Nuclei")])
    store.put([Record("mask", "Nuclei", facts=masks), Record("other", "Cilia", facts=FACTS)])
    assert ids(store, "nuclei")[-1] == "mask"
    assert ids(store, "") == ["other", "none", "image", "mask"]
    assert SearchIndex(store).search(Query(sort="-added")).ids == ["other", "mask", "none", "image"]
    assert SearchIndex(store).search(Query("nuclei", page=3, per_page=1)).ids == ["mask"]
    store.put([Record("mask", "Nuclei", facts=FACTS)])
    assert ids(store, "")[-1] != "mask"


def test_a_title_with_a_word_comes_before_any_number_of_them_below(store):
    store.put([Record("much", "x", "actin " * 200), Record("title", "Actin", "and more words. " * 400)])
    assert ids(store, "actin") == ["title", "much"]


def test_an_id_comes_first_of_all(store):
    store.put([Record("CIL:7"), Record("other", "CIL 7, CIL:7, CIL:7")])
    assert ids(store, "CIL:7")[0] == "CIL:7"
