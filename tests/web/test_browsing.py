"""Browsing: every value is found, in its order, on its page, and leads to as many images as it says."""

from __future__ import annotations

import re
from html import unescape

import pytest

from micrographia.collection.records import Record, Term
from micrographia.errors import NotFound
from micrographia.library import Library
from micrographia.search.query import Query
from micrographia.web.browsing import PER_PAGE, Wish, doors, listing
from tests.libraries import make_library
from tests.search.ontologies import load, term
from tests.web.serving import serving

SPECIES = [f"Species {number:03}" for number in range(70)]


def component(record_id: str, text: str, term_id: str) -> Record:
    return Record(record_id, record_id, fields={"cellular_component": (Term(text, term_id),)}, group="a:group")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Many organisms, and components of which one lies below another."""
    with Library.open(make_library(tmp_path_factory.mktemp("browsing") / "shelf")) as library:
        load(
            library.store,
            term("GO:1", "cytoskeleton"),
            term("GO:2", "microtubule cytoskeleton", "GO:1"),
            term("GO:3", "spindle", "GO:2"),
        )
        library.store.put(
            Record(name.replace(" ", "-"), name, fields={"organism": (Term(name),)}) for name in reversed(SPECIES)
        )
        library.store.put(
            [component("tubules", "microtubule cytoskeleton", "GO:2"), component("pole", "spindle", "GO:3")]
        )
        yield library


def labels(found):
    return [tile.label for tile in found.tiles]


def test_values_by_images_and_by_name_page_by_page(shelf):
    first = listing(shelf, "organism", Wish(), "")
    assert (first.total, first.pages, len(first.tiles)) == (73, 2, PER_PAGE)
    assert labels(first)[0] == "Homo sapiens"
    assert [tile.count for tile in first.tiles] == sorted((tile.count for tile in first.tiles), reverse=True)
    by_name = [
        label for page in (1, 2) for label in labels(listing(shelf, "organism", Wish(by_name=True, page=page), ""))
    ]
    assert by_name == sorted(by_name)
    assert set(SPECIES) < set(by_name)
    assert listing(shelf, "organism", Wish(page=999), "").wish.page == 2


def test_a_tile_says_how_many_its_search_finds(shelf):
    for wish in (Wish(), Wish(is_tree=True), Wish(is_tree=True, below="cytoskeleton")):
        for tile in listing(shelf, "cellular_component", wish, "").tiles:
            found = shelf.index.search(Query.from_url(tile.href.partition("?")[2]))
            assert found.total == tile.count > 0


def test_a_tree_is_walked_level_by_level(shelf):
    top = listing(shelf, "cellular_component", Wish(is_tree=True), "")
    assert labels(top) == ["cytoskeleton"]
    assert top.tiles[0].more == "/browse/cellular_component?view=tree&below=cytoskeleton"
    assert labels(listing(shelf, "cellular_component", Wish(is_tree=True, below="GO:1"), "")) == [
        "microtubule cytoskeleton"
    ]
    below = listing(shelf, "cellular_component", Wish(is_tree=True, below="microtubule cytoskeleton"), "")
    assert labels(below) == ["spindle"]
    assert below.path == (
        ("cytoskeleton", "/browse/cellular_component?view=tree&below=cytoskeleton"),
        ("microtubule cytoskeleton", ""),
    )
    assert below.tiles[0].more == ""
    with pytest.raises(NotFound):
        listing(shelf, "cellular_component", Wish(is_tree=True, below="nothing"), "")


def test_a_field_without_a_tree_is_flat_whatever_is_asked(shelf):
    found = listing(shelf, "organism", Wish(is_tree=True, below="Homo sapiens"), "")
    assert not found.has_tree and not found.wish.is_tree and found.total == 73


def test_a_text_is_looked_for_in_the_names(shelf):
    assert labels(listing(shelf, "organism", Wish(containing="species 06"), "")) == SPECIES[60:70]
    assert labels(listing(shelf, "cellular_component", Wish(containing="SPIND", is_tree=True), "")) == ["spindle"]
    assert listing(shelf, "organism", Wish(containing="nothing"), "").total == 0


def test_a_group_is_called_by_what_it_shows(shelf):
    (tile,) = listing(shelf, "group", Wish(), "").tiles
    assert tile.label in ("tubules", "pole")
    assert tile.note == "a:group"


@pytest.mark.parametrize("field", ["year", "channels", "nothing", "quantifiable"])
def test_there_is_no_list_of_numbers_nor_of_what_nobody_has(shelf, field):
    with pytest.raises(NotFound):
        listing(shelf, field, Wish(), "")


def test_every_door_leads_to_as_many_values_as_it_says(shelf):
    found = doors(shelf, "")
    assert [door.heading for door in found[:2]] == ["By process", "By component"]
    for door in found:
        assert listing(shelf, door.href.removeprefix("/browse/"), Wish(), "").total == door.count


@pytest.mark.parametrize(
    "given, wish",
    [
        ({}, Wish()),
        ({"view": "tree", "sort": "name", "page": "3"}, Wish(is_tree=True, by_name=True, page=3)),
        ({"below": " x "}, Wish(below="x", is_tree=True)),
        ({"page": "-1", "view": "?", "sort": "?"}, Wish()),
        ({"page": "²"}, Wish()),
    ],
)
def test_an_address_says_which_values_and_back(given, wish):
    assert Wish.read(given) == wish


def test_the_pages_say_it_all(shelf):
    with serving(shelf) as site:
        page = site.get("/browse").text
        assert "Browse 76 images" in page
        for said in ("An animal cell", "By component", 'href="/browse/organism"', "/random", "Image of the day"):
            assert said in page, said
        page = site.get("/browse/organism").text
        assert "73 values" in page and "Page 1 of 2" in page
        assert 'rel="next" href="/browse/organism?page=2"' in page
        page = site.get("/browse/cellular_component?below=microtubule+cytoskeleton").text
        assert re.search(r"<h1>microtubule cytoskeleton</h1>", page)
        assert "See all its images" in page and "each count includes what lies below it" in page
        page = unescape(site.get("/browse/organism?containing=%3Cscript%3E").text)
        assert "No value has “<script>” in its name." in page
        assert site.get("/browse/organism?containing=%3Cscript%3E").text.count("<script>") == page.count("<script>") - 2
        answer = site.get("/browse/year")
        assert answer.status == 404
        assert "There is nothing to browse by 'year' in this library." in unescape(answer.text)


def test_home_shows_what_most_images_say_and_the_way_to_all_of_it(shelf):
    with serving(shelf) as site:
        page = site.get("/").text
    by_organism = page.partition("By organism")[2]
    assert by_organism.index("Homo sapiens") < by_organism.index("Species")
    assert 'href="/browse/organism" aria-label="By organism: see all"' in page
