"""The cell and the lists to browse by, as people use them: in Chromium, against a running site."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from micrographia.collection.records import Record, Term
from micrographia.library import Library
from tests.browser.accessibility import nameless, repeated_ids
from tests.libraries import make_library
from tests.web.serving import Client, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Library.open(make_library(tmp_path_factory.mktemp("browse") / "library")) as library:
        for name in ("nucleus", "mitochondrion", "plasma membrane", "cell wall"):
            library.store.put([Record(name.replace(" ", "-"), fields={"cellular_component": (Term(name),)})])
        with serving(library) as client:
            yield client


@pytest.fixture(scope="module")
def base(site: Client) -> str:
    return site.base


@pytest.mark.parametrize("part", ["nucleus", "mitochondrion"])
def test_a_part_that_is_clicked_leads_to_its_images(window, part):
    page = window()
    page.goto("/browse")
    page.route("**/explore*", lambda route: route.fulfill(body="<!doctype html>"))
    page.get_by_role("group", name="An animal cell").get_by_role("link", name=f"{part}, 1 image").locator(
        "path.fill"
    ).first.click()
    page.wait_for_url(f"**/explore?cellular_component={part}")


def test_the_keyboard_goes_from_part_to_part_and_it_is_seen(window):
    page = window()
    page.goto("/browse")
    cell = page.get_by_role("group", name="An animal cell")
    membrane = cell.get_by_role("link", name="plasma membrane, 1 image")
    plain = membrane.evaluate("(el) => getComputedStyle(el).stroke")
    membrane.focus()
    page.keyboard.press("Tab")
    nucleus = cell.get_by_role("link", name="nucleus, 1 image")
    expect(nucleus).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.wait_for_timeout(300)
    assert membrane.evaluate("(el) => getComputedStyle(el).stroke") != plain
    page.route("**/explore*", lambda route: route.fulfill(body="<!doctype html>"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?cellular_component=plasma+membrane")


def test_a_part_without_images_is_no_link_and_says_so(window):
    page = window()
    page.goto("/browse")
    cell = page.get_by_role("group", name="A plant cell")
    expect(cell.get_by_role("img", name="vacuole, no image here")).to_be_attached()
    expect(cell.get_by_role("link", name="vacuole")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/browse", "/browse/organism", "/browse/organism?containing=nothing"])
def test_every_page_can_be_read_by_everyone(window, path, width):
    page = window(width, 844, bypass_csp=True)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert nameless(page) == []
    assert repeated_ids(page) == []


def test_a_value_is_found_in_the_list(window):
    page = window()
    page.goto("/browse/organism")
    page.get_by_role("searchbox", name="Find in this list").fill("musc")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("main").get_by_role("link", name="Mus musculus")).to_be_visible()
    expect(page.get_by_text("Homo sapiens")).to_have_count(0)
