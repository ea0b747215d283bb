"""Suggestions: names, synonyms and ids of terms, ids of images; true after every change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.folding import key, words
from micrographia.search.index import SearchIndex
from micrographia.search.names import Names
from micrographia.search.text import TextIndex
from tests.search.ontologies import load, term

FLY = Term("Drosophila melanogaster", "NCBITaxon:7227")
NUCLEUS = Term("nucleus", "GO:0005634")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        opened.put(
            [
                Record("CIL:10", "A wing", fields={"organism": (FLY,), "cellular_component": (NUCLEUS,)}),
                Record("CIL:11", "A leg", fields={"organism": (FLY,), "stain": (Term("β-tubulin"),)}),
                Record("CIL:2", "A leaf", fields={"organism": (Term("Zea mays"),)}),
            ]
        )
        yield opened


def told(index: SearchIndex, text: str) -> list[tuple[str, str, int]]:
    return [(one["kind"], one["label"], one["count"]) for one in index.suggest(text)]


def test_a_synonym_leads_to_its_term_with_its_count(store):
    index = SearchIndex(store)
    assert index.suggest("fruit fl") == []
    load(store, term("NCBITaxon:7227", "Drosophila melanogaster", synonyms=["fruit fly"]))
    (one,) = index.suggest("fruit fl")
    expected = {"kind": "value", "field": "organism", "value": FLY.text, "label": FLY.text, "count": 2}
    assert one == expected | {"synonym": "fruit fly"}
    (same,) = index.suggest("wing FRUIT")
    assert same == one | {"rest": "wing"}


def test_terms_with_the_same_images_are_one_suggestion(store):
    load(
        store,
        term("NCBITaxon:7215", "Drosophila", synonyms=["fruit fly"]),
        term("NCBITaxon:7227", FLY.text, "NCBITaxon:7215", synonyms=["fruit fly"]),
    )
    assert told(SearchIndex(store), "fruit") == [("value", FLY.text, 2)]
    assert told(SearchIndex(store), "droso") == [("value", FLY.text, 2)]


@pytest.mark.parametrize("text", ["GO:0005", "go:0005634", "0005634", "component:GO:0005"])
def test_ids_of_terms_lead_to_them_with_and_without_a_vocabulary(store, text):
    index = SearchIndex(store)
    (one,) = index.suggest(text.replace("component", "cellular_component"))
    assert (one["label"], one["count"], one["synonym"]) == ("nucleus", 1, "GO:0005634")
    load(store, term("GO:0005634", "nucleus"), term("GO:1", "older", is_obsolete=True, replaced_by="GO:0005634"))
    (one,) = index.suggest(text.replace("component", "cellular_component"))
    assert (one["label"], one["count"], one["synonym"]) == ("nucleus", 1, "GO:0005634")
    assert index.suggest("GO:1")[0]["label"] == "nucleus"


def test_images_are_suggested_by_their_ids(store):
    index = SearchIndex(store)
    assert [(one["value"], one["label"]) for one in index.suggest("cil:1")] == [
        ("CIL:10", "A wing"),
        ("CIL:11", "A leg"),
    ]
    assert index.suggest("CIL:3") == []


def test_after_a_change_what_is_there_is_suggested_and_nothing_else(store):
    index = SearchIndex(store)
    assert told(index, "zea") == [("value", "Zea mays", 1)]
    store.put([Record("CIL:2", "A leaf", fields={"organism": (Term("Zeamonad"),)})])
    assert told(index, "zea") == [("value", "Zeamonad", 1)]
    store.put([Record("CIL:3", "Again", fields={"organism": (Term("Zeamonad"), Term("Azolla"))})])
    assert told(index, "zea") == [("value", "Zeamonad", 2)]
    assert told(index, "azol") == [("value", "Azolla", 1)]
    store.put([Record("CIL:3", "Again", fields={"organism": (Term("Azolla"),)}, visibility="hidden")])
    assert told(index, "azol") == []
    store.remove(["CIL:2"])
    assert told(index, "zea") == []
    for text in ("droso", "tub", "beta"):
        assert told(index, text) == told(SearchIndex(store), text) != []


NAMES = st.lists(st.text("abé-' _β(", min_size=1, max_size=12).filter(words), min_size=1, max_size=8)


@given(NAMES, st.text("abé β", min_size=1, max_size=4).filter(words))
def test_names_are_found_as_by_looking_at_each(names, typed):
    start = " ".join(words(typed))
    expected = [i for i, name in enumerate(names) if f" {start}" in f" {' '.join(words(name))}"]
    assert Names.of(map(key, names)).beginning(start).tolist() == expected


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("library"), create=True, observers=(TextIndex(),)) as opened:
        opened.put([Record("CIL:10", "A wing", fields={"organism": (FLY,)})])
        yield SearchIndex(opened)


@given(st.text('droso:"*-|()_%\\ GO1µ\x00\ud800', max_size=30) | st.text(max_size=300))
def test_nothing_typed_is_an_error(library, text):
    assert all(one["count"] for one in library.suggest(text))
