"""One visitor's way through Explore: what is asked changes results, facets, image and address together."""

from __future__ import annotations

import asyncio

import pytest

from micrographia.collection.store import Store
from micrographia.library import Library
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from micrographia.widgets.explorer import Explorer
from tests.widgets.conftest import Visitor


def test_the_first_answer_has_everything_and_is_not_sent_twice(visit):
    visitor = visit()
    assert set(visitor.first) == {"facets", "results", "stage", "details"}
    assert len(visitor.ids) == 4
    assert visitor.first["stage"]["image"] == visitor.first["results"]["chosen"] == visitor.ids[0]
    assert visitor.explorer.gallery.answer == visitor.explorer.facets.answer == visitor.explorer.stage.answer == {}


def test_a_value_that_is_ticked_narrows_the_results_and_keeps_its_facet_open(visit):
    visitor = visit()
    visitor.ask("toggle", field="organism", value="Homo sapiens", asked=1)
    assert set(visitor.ids) == {"division", "mosaic"}
    assert visitor.values("organism")["Homo sapiens"] == (2, True)
    assert visitor.values("organism")["Mus musculus"] == (1, False)
    told = {"search": "?organism=Homo+sapiens", "push": True, "text": "", "asked": 1}
    assert visitor.address == told | {"title": f"2 images of Homo sapiens · {visitor.explorer.library.name}"}
    visitor.ask("toggle", field="organism", value="Homo sapiens", asked=2)
    assert len(visitor.ids) == 4


def test_an_answer_carries_the_question_it_answers(visit):
    visitor = visit()
    visitor.ask("text", text="yeast", push=True, asked=7)
    assert visitor.results["asked"] == visitor.facets["asked"] == visitor.address["asked"] == 7


def test_words_typed_one_after_the_other_are_one_step_in_the_history(visit):
    visitor = visit()
    visitor.ask("text", text="ye", push=True, asked=1)
    assert visitor.address["push"]
    visitor.ask("text", text="yeast", push=False, asked=2)
    assert visitor.address["search"] == "?q=yeast"
    assert not visitor.address["push"]
    assert (visitor.address["text"], visitor.address["asked"]) == ("yeast", 2)
    assert visitor.ids == ["yeast"]


def test_the_image_follows_the_first_result_until_one_is_chosen(visit):
    visitor = visit()
    visitor.ask("toggle", field="organism", value="Mus musculus", asked=1)
    assert visitor.stage["image"] == visitor.details["id"] == "section"
    visitor.ask("choose", id="section")
    visitor.ask("clear", asked=2)
    assert visitor.stage["image"] == "section"
    assert visitor.address["search"] == "?image=section"


def test_a_chosen_image_is_in_the_address_and_its_step_in_the_history_is_the_pages(visit):
    visitor = visit()
    visitor.ask("choose", id="yeast")
    assert visitor.address["search"] == "?image=yeast"
    assert not visitor.address["push"]


def test_the_address_restores_search_image_display_and_view(visit):
    address = "?organism=Homo+sapiens&image=division&t=1&z=3&ch=0,00FF00,10..200&as=table"
    visitor = visit(address)
    assert visitor.results["as"] == "table"
    assert visitor.results["chosen"] == "division"
    state = visitor.stage["state"]
    assert (state["t"], state["z"], state["channels"]["0"]["color"]) == (1, 3, "#00FF00")
    assert visitor.explorer.search == address


def test_back_restores_without_a_new_step(visit):
    visitor = visit("?q=yeast")
    visitor.ask("go", search="?organism=Mus+musculus&image=mosaic&z=0", asked=3)
    assert visitor.ids == ["section"]
    assert visitor.stage["image"] == "mosaic"
    assert visitor.address["search"] is None
    assert visitor.address["text"] == ""


def test_the_players_state_goes_into_the_address_unless_it_is_late(visit):
    visitor = visit()
    visitor.ask("choose", id="division")
    visitor.ask("display", image="division", state={"v": 1, "z": 4})
    assert visitor.address["search"] == "?image=division&z=4"
    assert not visitor.address["push"]
    visitor.ask("display", image="yeast", state={"v": 1, "t": 2})
    assert visitor.address["search"] == "?image=division&z=4"
    visitor.ask("choose", id="yeast")
    assert visitor.address["search"] == "?image=yeast"


def test_a_range_a_sort_a_page_and_a_table(visit):
    visitor = visit()
    visitor.ask("range", field="year", low=2012, high=None, asked=1)
    assert set(visitor.ids) == {"yeast", "section", "mosaic"}
    visitor.ask("sort", sort="-year", asked=2)
    assert visitor.ids[0] == "mosaic"
    visitor.ask("as", **{"as": "table"}, asked=3)
    assert visitor.address["search"] == "?year=2012..&sort=-year&as=table"
    visitor.ask("page", page=9, asked=4)
    assert visitor.results["nothing"]["steps"][0]["text"] == "Go to the first page"
    visitor.ask("drop", field="page", value="", asked=5)
    assert len(visitor.ids) == 3


def test_turning_a_page_by_arrow_key_chooses_its_end(visit):
    visitor = visit("?per_page=1&sort=title")
    first = visitor.ids
    visitor.ask("page", page=2, choose="first", asked=1)
    assert visitor.ids != first
    assert visitor.stage["image"] == visitor.ids[0]


def test_chips_are_taken_away_one_by_one(visit):
    visitor = visit("?q=yeast&organism=Homo+sapiens&organism=Mus+musculus&-licence=CC0-1.0")
    chips = visitor.results["chips"]
    assert [chip["field"] for chip in chips] == ["q", "organism", "organism", "-licence"]
    for chip in chips:
        visitor.ask("drop", field=chip["field"], value=chip["value"], asked=1)
    assert visitor.explorer.query.is_empty


def test_a_term_of_the_details_is_a_search_of_its_own(visit):
    visitor = visit("?q=yeast")
    visitor.ask("only", field="organism", value="Homo sapiens", asked=1)
    assert visitor.address["search"] == "?organism=Homo+sapiens"


def test_nothing_found_says_what_to_leave_out(visit):
    visitor = visit("?q=yeast&organism=Mus+musculus")
    steps = visitor.results["nothing"]["steps"]
    assert {step["field"] for step in steps} == {"q", "organism"}
    visitor.ask("drop", field="q", value="", asked=1)
    assert visitor.ids == ["section"]
    assert visitor.results["nothing"] is None


def test_one_word_of_several_is_left_out(visit):
    visitor = visit("?q=dividing+xyzzy")
    step = visitor.results["nothing"]["steps"][0]
    assert step["text"] == "Leave out “xyzzy” (1 image)"
    visitor.ask("drop", field=step["field"], value=step["value"], asked=1)
    assert (visitor.ids, visitor.explorer.query.text) == (["division"], "dividing")


def test_when_leaving_out_one_thing_is_not_enough_everything_can_go(visit):
    visitor = visit("?organism=nobody&cell_type=nothing&q=nowhere")
    (step,) = visitor.results["nothing"]["steps"]
    visitor.ask("drop", field=step["field"], value=step["value"], asked=1)
    assert len(visitor.ids) == 4


def test_an_empty_library_says_how_to_add_images(tmp_path):
    Store.open(tmp_path, create=True, observers=(TextIndex(),)).close()
    with Library.open(tmp_path) as empty:
        visitor = Visitor(empty)
        assert visitor.results["nothing"]["command"].startswith("micrographia index")
        assert visitor.stage["manifest"] == {}


def test_an_image_that_is_not_there_is_a_sentence_and_the_rest_works(visit):
    visitor = visit("?image=no-such-image")
    assert "no-such-image" in visitor.stage["problem"]
    assert visitor.stage["manifest"] == {}
    assert len(visitor.ids) == 4


@pytest.mark.parametrize(
    "message",
    [
        {"do": "no such thing"},
        {"do": None},
        {"do": "toggle"},
        {"do": "toggle", "field": ["organism"], "value": {"a": 1}},
        {"do": "range", "field": "organism", "low": "x", "high": True},
        {"do": "range", "field": "year", "low": -(10**400), "high": 10**400},
        {"do": "toggle", "field": "year", "value": "NaN"},
        {"do": "go", "search": "?year=inf&year=-1e999&frames=nan"},
        {"do": "page", "page": -1},
        {"do": "page", "page": 10**40, "asked": 10**400},
        {"do": "sort", "sort": "'; drop table records"},
        {"do": "as", "as": "<script>"},
        {"do": "choose", "id": "../../etc/passwd"},
        {"do": "choose", "id": "\ud800"},
        {"do": "only", "field": "organism", "value": "\udfff"},
        {"do": "go", "search": "?" + "&".join(f"k{n}=v" for n in range(3000))},
        {"do": "display", "image": "division", "state": [1, 2]},
        {"do": "list", "field": "organism", "find": "x" * 10_000},
    ],
)
def test_a_hostile_page_breaks_nothing(visit, message):
    visitor = visit()
    visitor.ask(**message)
    visitor.ask("clear", asked=1)
    assert len(visitor.ids) == 4


@pytest.mark.parametrize("address", ["?year=NaN", "?year=infinity", "?year=1e400", "?" + "a&" * 2000])
def test_an_odd_address_makes_a_page(visit, address):
    visitor = visit(address)
    visitor.ask("clear", asked=1)
    assert len(visitor.ids) == 4


def test_only_how_a_facet_is_listed_is_kept(visit):
    visitor = visit()
    for number in range(20):
        visitor.ask("list", field=f"made_up_{number}", find="x" * 4000)
    assert visitor.explorer._listings == {}


def test_back_to_a_long_address_restores_all_of_it(visit):
    visitor = visit()
    wanted = [f"an organism with a long name, number {number}" for number in range(60)]
    address = Query(where={"organism": (*wanted, "Homo sapiens"), "cell_type": ("HeLa cell",)}).to_url()
    visitor.ask("go", search=f"?{address}", asked=1)
    assert len(address) > 2000
    assert visitor.explorer.search == f"?{address}"


def test_two_visitors_share_nothing(library):
    one, other = Explorer(library), Explorer(library)
    one.gallery.chosen = "yeast"
    assert other.gallery.chosen != "yeast"
    assert one.facets is not other.facets
    assert one.facets.answer is not other.facets.answer


def test_the_histogram_is_measured_when_it_is_opened(visit):
    visitor = visit("?image=division&z=1")
    explorer = visitor.explorer
    assert explorer.histogram.curves == []
    asyncio.run(explorer._measure())
    assert [curve["name"] for curve in explorer.histogram.curves] == ["DNA", "tubulin"]
    assert sum(explorer.histogram.curves[0]["counts"]) == 64 * 48


def test_the_page_follows_day_and_night(visit):
    visitor = visit()
    visitor.ask("theme", dark=True)
    assert visitor.explorer.histogram.dark
