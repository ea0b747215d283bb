"""The cell to browse by: each part leads to as many images as it says, and one that has none says so."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.library import Library
from micrographia.search.query import Query
from micrographia.web.cell import ANIMAL, PLANT, drawings
from tests.search.ontologies import load, term
from tests.web.serving import serving


def record(record_id: str, *components: Term) -> Record:
    return Record(record_id, record_id, fields={"cellular_component": components})


@pytest.fixture
def library(tmp_path):
    Store.open(tmp_path, create=True).close()
    with Library.open(tmp_path) as opened:
        opened.store.put(
            [
                record("by-id", Term("nucleus", "GO:0005634")),
                record("by-name", Term("Nucleus")),
                record("by-another-name", Term("nuclei"), Term("mitochondria")),
                record("axoneme", Term("cilium axoneme", "GO:0005930")),
                replace(record("hidden", Term("Golgi apparatus")), visibility="hidden"),
            ]
        )
        yield opened


def parts(library) -> dict:
    return {part.name: part for drawing in drawings(library, "") for part in drawing.parts}


def test_parts_are_found_by_id_and_by_every_name(library):
    found = parts(library)
    assert found["nucleus"].count == 3
    assert found["mitochondrion"].count == 1
    assert found["Golgi apparatus"].count == 0
    assert found["Golgi apparatus"].href == ""
    for part in found.values():
        if part.href:
            assert library.index.search(Query.from_url(part.href.partition("?")[2])).total == part.count


def test_with_a_vocabulary_what_lies_below_a_part_is_found(library):
    assert parts(library)["cilium"].count == 0
    load(library.store, term("GO:0005929", "cilium"), term("GO:0005930", "cilium axoneme", "<GO:0005929"))
    cilium = parts(library)["cilium"]
    assert (cilium.count, cilium.href) == (1, "/explore?cellular_component=cilium")


def test_the_page_has_each_part_once_in_each_drawing_and_in_words(library):
    with serving(library) as site:
        page = site.get("/browse").text
    for name, structures in (("An animal cell", ANIMAL), ("A plant cell", PLANT)):
        svg = re.search(rf'<svg class="cell"[^>]* aria-label="{name}">.*?</svg>', page, re.S)[0]
        root = ElementTree.fromstring(svg)
        drawn = {one.get("data-part"): one for one in root.iter() if one.get("data-part")}
        assert drawn.keys() == {structure.key for structure in structures}
        letters = [one.text for one in root.iter() if one.get("class") == "letter"]
        assert sorted(letters) == [chr(ord("a") + place) for place in range(len(structures))]
        nucleus, golgi = drawn["nucleus"], drawn["golgi"]
        assert (nucleus.tag, nucleus.get("aria-label")) == ("a", "nucleus, 3 images")
        assert (golgi.tag, golgi.get("aria-label")) == ("g", "Golgi apparatus, no image here")
        assert golgi.get("href") is None
        for structure in structures:
            assert structure.name in page.partition(f'aria-label="{name}"')[2].partition("</ol>")[0]


def test_a_library_that_says_nothing_of_components_has_no_cell(tmp_path):
    Store.open(tmp_path, create=True).close()
    with Library.open(tmp_path) as library:
        library.store.put([Record("one", fields={"organism": (Term("Mus musculus"),)})])
        assert drawings(library, "") == ()
        with serving(library) as site:
            page = site.get("/browse").text
    assert "An animal cell" not in page
    assert "By organism" in page
