"""Facets that are trees, and facets in a visitor's own order: in Chromium, with keys and pointer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import nameless, repeated_ids
from tests.browser.test_explore import ready, sentence
from tests.servers import APP, address_of, started
from tests.terms import make_library_with_terms

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Iterator[str]:
    """The address of a site whose library knows a taxonomy."""
    with started(APP, library=make_library_with_terms(tmp_path_factory.mktemp("terms")), port=0) as server:
        yield address_of(server)


@pytest.fixture(scope="module")
def site(base: str) -> str:
    """The address of Explore."""
    return f"{base}/explore"


def organism(page: Page):
    return page.get_by_role("region", name="Organism")


def fields(page: Page) -> list[str]:
    return page.locator("section.facet").evaluate_all("all => all.map((one) => one.dataset.field)")


def test_a_tree_is_walked_with_the_keyboard(site, window):
    page = ready(window(), site)
    facet = organism(page)
    expect(page.get_by_text("Counts include what lies below a term.")).to_be_visible()
    facet.get_by_role("checkbox", name="Eukaryota").focus()
    page.keyboard.press("ArrowRight")
    expect(facet.get_by_role("checkbox", name="Mammalia")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(facet.get_by_role("checkbox", name="Mammalia")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(facet.get_by_role("checkbox", name="Mus musculus")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(facet.get_by_role("checkbox", name="Mus musculus")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(facet.get_by_role("checkbox", name="Mammalia")).to_be_focused()
    page.keyboard.press("Space")
    expect(sentence(page)).to_have_text("3 images of Mammalia")
    page.keyboard.press("ArrowLeft")
    expect(facet.get_by_role("checkbox", name="Mus musculus")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?organism=Mammalia$"))


def test_a_tree_is_opened_with_the_pointer_and_shown_as_a_list(site, window):
    page = ready(window(), site)
    facet = organism(page)
    below = facet.get_by_role("button", name="Below Eukaryota")
    expect(below).to_have_attribute("aria-expanded", "false")
    below.click()
    expect(below).to_have_attribute("aria-expanded", "true")
    facet.get_by_role("searchbox").fill("mammals")
    expect(facet.get_by_role("listitem")).to_have_count(1)
    expect(facet.get_by_role("listitem")).to_contain_text("Eukaryota")
    facet.get_by_role("searchbox").fill("")
    facet.get_by_role("button", name="As a list").click()
    expect(facet.get_by_role("checkbox", name="Eukaryota")).to_be_hidden()
    expect(facet.get_by_role("checkbox")).to_have_count(3)
    ready(page, site)
    expect(organism(page).get_by_role("checkbox")).to_have_count(3)
    organism(page).get_by_role("button", name="As a tree").click()
    expect(organism(page).get_by_role("checkbox", name="Eukaryota")).to_be_visible()


def test_the_order_of_the_facets_is_the_visitors(site, window):
    page = ready(window(), site)
    usual = fields(page)
    page.get_by_role("button", name="Arrange").click()
    page.get_by_role("button", name="Keep Year at the top").click()
    assert fields(page)[0] == "year"
    handle = page.get_by_role("button", name="Move Organism: press up or down")
    handle.focus()
    page.keyboard.press("ArrowDown")
    expect(handle).to_be_focused()
    assert fields(page)[:3] == ["year", usual[1], "organism"]
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] + 130, steps=12)
    page.mouse.up()
    mine = fields(page)
    assert mine.index("organism") > 3
    ready(page, site)
    assert fields(page) == mine
    page.get_by_role("button", name="Arrange").click()
    page.get_by_role("button", name="Usual order").click()
    assert fields(page) == usual
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Usual order")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_screen_reader_is_told_what_everything_is(site, window, width):
    page = ready(window(width, 844), f"{site}?organism=Mus+musculus")
    if width < 1100:
        page.get_by_role("button", name=re.compile("^Filters")).click()
    organism(page).get_by_role("button", name="Below Eukaryota").click()
    page.get_by_role("button", name="Arrange").click()
    assert nameless(page) == []
    assert repeated_ids(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") == width


def test_suggestions_know_synonyms(base, window):
    page = window()
    page.goto(base)
    page.locator("input[name=q]").first.press_sequentially("bak")
    option = page.get_by_role("option").filter(has_text="Saccharomyces cerevisiae")
    expect(option).to_contain_text("baker's yeast · Organism · 1")
