"""What a card and a line of the table say of an image."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micrographia.library import Library
from micrographia.widgets.gallery import card_answer
from tests.libraries import make_library
from tests.widgets.conftest import Visitor

ROW = {
    "id": "a:b",
    "title": "<b>Title</b>",
    "organism": ["Homo sapiens", "Mus musculus"],
    "image_type": "z-stack time series",
    "channels": 2,
    "sizes": {"t": 3, "c": 2, "z": 5, "y": 64, "x": 48},
    "pixel_size_um": 0.1,
    "licence": "CC0-1.0",
    "contributors": [],
    "year": 2010,
    "group": None,
    "version": "0123",
    "thumbnail": "/thumbnails/a:b?v=0123",
    "labels": False,
    "colour": False,
}


def test_a_card_has_picture_film_and_marks():
    shown = card_answer(ROW, "/cells")
    assert shown["href"] == "/cells/image/a:b"
    assert shown["thumbnail"] == "/cells/thumbnails/a:b?v=0123&s=256"
    assert shown["strip"].endswith("&axis=t")
    assert [mark["title"] for mark in shown["marks"]] == ["5 slices", "3 time points", "2 channels"]
    assert shown["organism"] == "Homo sapiens, Mus musculus"


def test_a_colour_picture_has_no_channels_to_count():
    shown = card_answer(ROW | {"colour": True, "sizes": {"t": 1, "c": 3, "z": 1, "y": 64, "x": 48}})
    assert [mark["text"] for mark in shown["marks"]] == ["colour"]


def test_an_image_without_pixels_still_has_a_card():
    shown = card_answer(ROW | {"sizes": None, "thumbnail": None, "version": None, "licence": None, "year": None})
    assert (shown["thumbnail"], shown["strip"], shown["marks"], shown["licence"]) == ("", None, [], "")


def test_a_card_says_where_the_words_stand(visit):
    found = {image["id"]: image for image in visit("q=dividing").results["images"]}
    assert [piece["text"] for piece in found["division"]["marked"] if piece["hit"]] == ["dividing"]
    assert found["division"]["why"] == []
    (cerevisiae,) = visit("q=cerevisiae").results["images"]
    assert (cerevisiae["marked"], cerevisiae["why"]) == ([], [{"text": "Saccharomyces cerevisiae", "hit": True}])
    (watched,) = visit("q=watch").results["images"]
    assert watched["why"][0] == {"text": "Watch", "hit": True}
    assert all(image["marked"] == image["why"] == [] for image in visit("year=2012").results["images"])


def test_a_mistyped_word_is_asked_about_and_the_answer_keeps_the_filters(visit):
    visitor = visit("q=yeest&year=2012")
    assert visitor.results["meant"] == {"text": "yeast", "count": "1 image"}
    assert visitor.results["nothing"]["steps"][0]["text"].startswith("Leave out “yeest”")
    visitor.ask("meant")
    assert visitor.ids == ["yeast"]
    assert visitor.address["search"] == "?q=yeast&year=2012"
    assert visitor.results["meant"] is None
    visitor.ask("meant")
    assert visitor.ids == ["yeast"]


@pytest.mark.parametrize(
    ("query", "said"),
    [("q=zzz", "has this"), ("q=zzz&year=2012", "has all of this"), ("q=dividing+zzz", "has all of this")],
)
def test_a_search_that_finds_nothing_says_so_in_words_that_fit(visit, query, said):
    assert visit(query).results["nothing"]["text"] == f"No image {said}."


def test_a_suggested_value_is_chosen_beside_the_others(visit):
    visitor = visit("q=a+dividing&organism=Mus+musculus&sort=title")
    visitor.ask("suggested", field="organism", value="Homo sapiens", text="a")
    assert visitor.address["search"] == "?q=a&organism=Mus+musculus&organism=Homo+sapiens&sort=title"
    visitor.ask("suggested", field="organism", value="Homo sapiens", text="")
    assert visitor.explorer.query.where["organism"] == ("Mus musculus", "Homo sapiens")


@pytest.mark.parametrize(
    ("address", "chip"),
    [
        ("year=2010..2012", "Year: 2010–2012"),
        ("year=2012..", "Year: from 2012"),
        ("year=..2012", "Year: up to 2012"),
        ("cell_type=~none", "Cell type: None given"),
        ("-organism=Homo+sapiens", "Organism: not Homo sapiens"),
        ("organism=homo+sapiens", "Organism: Homo sapiens"),
    ],
)
def test_chips_say_what_was_chosen(visit, address, chip):
    assert [shown["text"] for shown in visit(address).results["chips"]] == [chip]


def test_a_species_stands_apart_in_its_chip(visit):
    none, species, without = visit("organism=Homo+sapiens&-organism=Mus+musculus&licence=~none").results["chips"]
    assert (species["before"], species["name"]) == ("Organism: ", "Homo sapiens")
    assert "name" not in none
    assert (without["before"], without["name"]) == ("Organism: not ", "Mus musculus")


@pytest.fixture
def pair(tmp_path):
    """A library of six: the four, and copies of two of them that are a group."""
    with Library.open(make_library(tmp_path / "library")) as library:
        copies = [replace(library.store.get(name), id=f"of-{name}", group="A pair") for name in ("yeast", "division")]
        library.store.put(copies)
        yield library


def test_a_group_is_one_card_that_leads_to_all_of_it(pair):
    visitor = Visitor(pair, "?sort=title&q=yeast+OR+dividing")
    assert [image["group"] for image in visitor.results["images"] if image["group"]] == [
        {"name": "A pair", "label": "A pair", "size": 2}
    ]
    assert (visitor.results["groups"], visitor.results["cards"], len(visitor.ids)) == (1, 3, 3)
    assert visitor.results["sentence"].startswith("4 images")
    assert "grouped" not in visitor.results["feed"] + visitor.results["exports"][0]["href"] + visitor.explorer.search
    visitor.ask("group", value="A pair")
    assert set(visitor.ids) == {"of-yeast", "of-division"}
    assert visitor.address["search"] == "?q=yeast+OR+dividing&group=A+pair&sort=title"
    assert visitor.results["groups"] == visitor.results["cards"] == 0
    visitor.ask("go", search="?sort=title&q=yeast+OR+dividing")
    assert len(visitor.ids) == 3


def test_every_image_has_a_card_of_its_own_for_who_wants_it(pair):
    visitor = Visitor(pair, "?grouped=0")
    assert (len(visitor.ids), visitor.results["grouped"], visitor.explorer.search) == (6, False, "?grouped=0")
    visitor.ask("text", text="yeast")
    assert visitor.address["search"] == "?q=yeast&grouped=0"
    visitor.ask("clear")
    visitor.ask("grouped", grouped=True)
    assert (len(visitor.ids), visitor.address["search"]) == (5, "")


def test_a_row_of_a_table_is_an_image_unless_one_is_wanted_for_each_group(pair):
    visitor = Visitor(pair, "?as=table&page=2&per_page=5")
    assert (len(visitor.ids), visitor.results["grouped"]) == (1, False)
    visitor.ask("as", **{"as": "gallery"})
    # The second page is empty where groups are cards.
    assert (len(visitor.ids), visitor.results["page"]) == (5, 1)
    visitor.ask("as", **{"as": "table"})
    visitor.ask("grouped", grouped=True)
    assert visitor.address["search"] == "?per_page=5&grouped=1&as=table"
    assert len(visitor.ids) == 5
    again = Visitor(pair, visitor.address["search"])
    assert again.results["grouped"]
    again.ask("as", **{"as": "gallery"})
    assert again.address["search"] == "?per_page=5"


def test_any_one_of_the_images_found_is_a_step_away(visit):
    assert visit("?organism=Homo+sapiens&sort=title&page=1").results["random"] == "/random?organism=Homo+sapiens"
    assert visit("?q=nothingatall").results["random"] is None


def test_an_unusual_order_is_offered_while_it_is_used(visit):
    labels = {entry["value"]: entry["label"] for entry in visit("sort=-slices&q=cell").results["sorts"]}
    assert labels[""] == "best match"
    assert visit("sort=-cell_type").results["sorts"][-1] == {"value": "-cell_type", "label": "cell type, falling"}


def test_files_of_a_search_say_how_many_images_they_leave_out(pair):
    assert Visitor(pair).results["leftOut"] == ""
    kept = [
        replace(pair.store.get(name), id=f"kept-{name}", licence="LicenseRef-CIL-copyright")
        for name in ("yeast", "division")
    ]
    pair.store.put(kept)
    assert Visitor(pair).results["leftOut"].startswith("2 images are left out of these files: their licences keep them")
    assert (
        Visitor(pair, "?q=yeast").results["leftOut"].startswith("1 image is left out of these files: its licence keeps")
    )
    assert Visitor(pair, "?q=yeast&-licence=LicenseRef-CIL-copyright").results["leftOut"] == ""
