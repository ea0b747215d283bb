"""The documents as people use them: in Chromium, against a running site of four small images."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from micrographia.collection.records import Record
from micrographia.collection.store import Store
from micrographia.library import Library
from tests.browser.accessibility import nameless, repeated_ids
from tests.web.serving import Client, serving

pytestmark = pytest.mark.browser

RECORD = "/image/division"
PAINTED = ".mg-player[data-painted]"

# Where the sliders of the player stand.
PLACES = """() => [...document.querySelector('.mg-player').shadowRoot
    .querySelectorAll('input[type=range], [role=slider]')]
    .map((el) => el.value ?? el.getAttribute('aria-valuenow')).join()"""


@pytest.fixture(scope="module")
def site(small_library):
    with Library.open(small_library) as library, serving(library) as client:
        yield client


@pytest.fixture(scope="module")
def base(site: Client) -> str:
    return site.base


def test_home_is_alive(window):
    page = window()
    page.goto("/")
    expect(page.locator(PAINTED)).to_be_visible()
    page.wait_for_function(f"(before) => ({PLACES})() !== before", arg=page.evaluate(PLACES))


def test_nothing_plays_for_whoever_wants_no_motion(window):
    page = window(reduced_motion="reduce")
    page.goto("/")
    expect(page.locator(PAINTED)).to_be_visible()
    before = page.evaluate(PLACES)
    page.wait_for_timeout(700)
    assert page.evaluate(PLACES) == before


CARDS = ["/", "/browse", "/tray?id=division&id=yeast", "/image/yeast"]


@pytest.mark.parametrize("path", CARDS)
def test_a_card_plays_while_it_is_pointed_at_or_has_the_focus(window, path):
    page = window()
    page.goto(path)
    card = page.locator(".card[data-strip]").first
    film = card.locator(".film")
    expect(page.locator(".film-button").first).to_be_hidden()
    card.hover()
    expect(film).to_be_visible()
    seen = film.evaluate("film => film.style.backgroundPosition")
    page.wait_for_function("seen => document.querySelector('.film').style.backgroundPosition !== seen", arg=seen)
    page.mouse.move(1, 1)
    expect(film).to_have_count(0)
    # The focus of the keyboard; that of a finger plays nothing.
    page.keyboard.press("Tab")
    card.focus()
    expect(film).to_be_visible()
    page.keyboard.press("Tab")
    expect(film).to_have_count(0)


@pytest.mark.parametrize("path", CARDS)
def test_a_finger_plays_a_card_by_its_button_and_opens_it_by_its_picture(window, path):
    page = window(390, 780, has_touch=True)
    page.goto(path)
    card = page.locator("li", has=page.locator(".card[data-strip]")).first
    button = card.get_by_role("button", name="Play its ")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    button.tap()
    expect(card.locator(".film")).to_be_visible()
    button.tap()
    expect(card.locator(".film")).to_have_count(0)
    card.locator(".card").tap()
    page.wait_for_url("**/image/**")


def test_whoever_wants_no_motion_is_asked_before_a_card_plays(window):
    page = window(reduced_motion="reduce")
    page.goto("/tray?id=division")
    card = page.locator(".card[data-strip]")
    card.hover()
    page.wait_for_timeout(600)
    expect(card.locator(".film")).to_have_count(0)
    page.get_by_role("button", name="Play its time points").click()
    expect(card.locator(".film")).to_be_visible()


def test_a_film_that_cannot_be_had_says_so_and_may_be_asked_for_again(window):
    page = window(390, 780, has_touch=True)
    page.route("**/thumbnails/**axis=t**", lambda route: route.fulfill(status=204))
    page.goto("/tray?id=division")
    button = page.get_by_role("button", name="Play its time points")
    button.tap()
    expect(button).to_have_attribute("data-failed", "")
    page.unroute_all()
    button.tap()
    expect(page.locator(".film")).to_be_visible()


def test_the_picture_has_the_better_part_of_the_first_screen(window):
    page = window()
    page.goto(RECORD)
    expect(page.locator(PAINTED)).to_be_visible()
    box = page.locator(".mg-player").bounding_box()
    assert min(box["y"] + box["height"], 800) - box["y"] >= 0.6 * 800
    assert box["width"] >= 0.9 * 1280


def test_slash_goes_to_the_search_and_suggestions_lead_on(window):
    page = window()
    page.goto("/help")
    page.keyboard.press("/")
    box = page.get_by_role("banner").get_by_role("combobox")
    expect(box).to_be_focused()
    page.keyboard.type("dividing")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("A dividing cell")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{RECORD}")


def test_on_a_small_screen_suggestions_are_not_cut(window):
    page = window(390, 780)
    page.goto("/help")
    page.get_by_role("banner").get_by_role("combobox").fill("sacch")
    name = page.get_by_role("option").first.locator(":scope > :first-child")
    name.evaluate("name => { name.textContent = 'establishment or maintenance of the polarity of a yeast cell' }")
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")


def test_escape_closes_the_suggestions(window):
    page = window()
    page.goto("/help")
    box = page.get_by_role("banner").get_by_role("combobox")
    box.fill("sacch")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_value("sacch")


def test_what_was_searched_before_is_offered_and_can_be_forgotten(window):
    page = window()
    page.goto("/help")
    box = page.get_by_role("banner").get_by_role("combobox")
    box.fill("dividing")
    box.press("Tab")
    page.reload()
    box.click()
    expect(page.get_by_role("option")).to_have_text(["dividingsearched before", "Forget these searches"])
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('micrographia.searches')") is None


def test_a_field_is_suggested_and_then_its_values(window):
    page = window()
    page.goto("/help")
    box = page.get_by_role("banner").get_by_role("combobox")
    box.fill("organ")
    page.get_by_role("option", name="organism:").click()
    expect(box).to_have_value("organism:")
    expect(page.get_by_role("option").first).to_contain_text("Homo sapiens")


def test_night_stays_and_is_there_before_the_first_paint(window):
    page = window(color_scheme="light")
    page.goto("/")
    button = page.get_by_role("button", name="Night")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(14, 17, 19)"
    # The theme waits for no script of its own.
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/help")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("path", ["/", RECORD, "/image/mosaic", "/help"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_holds_everything(window, path, scheme):
    page = window(390, 844, color_scheme=scheme)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    menu = page.get_by_role("button", name="Menu")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    menu.click()
    expect(page.get_by_role("link", name="Explore").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()


@pytest.mark.parametrize("size", [(844, 390), (640, 400)], ids=["a phone on its side", "enlarged twofold"])
def test_picture_and_sliders_are_seen_together_on_a_low_screen(window, size):
    page = window(*size)
    page.goto(RECORD)
    expect(page.locator(PAINTED)).to_be_visible()
    stage = page.get_by_role("application").bounding_box()
    assert stage["y"] > 56 and stage["height"] > 160
    for name in ("z, depth", "t, time"):
        slider = page.get_by_role("slider", name=name).bounding_box()
        assert slider["y"] + slider["height"] <= size[1]


def test_a_phone_says_first_what_the_image_is(window):
    page = window(390, 844)
    page.goto(RECORD)
    expect(page.locator(PAINTED)).to_be_visible()
    title, player = page.get_by_role("heading", level=1).bounding_box(), page.locator(".mg-player").bounding_box()
    assert title["y"] + title["height"] < player["y"] < 200
    links = page.locator(".facts dd a")
    assert min(link.bounding_box()["height"] for link in links.all()) >= 24


def test_a_player_that_takes_its_time_is_announced(window):
    page = window()
    held = []
    page.route("**/player*.js", lambda route: held.append(route))
    page.goto(RECORD, wait_until="commit")
    word = "() => getComputedStyle(document.querySelector('.mg-player'), '::before').content"
    page.wait_for_function(f"() => ({word})().includes('Loading the picture')")
    for route in held:
        route.continue_()
    page.unroute("**/player*.js")
    expect(page.locator(PAINTED)).to_be_visible()
    assert page.evaluate(word) == "none"


def test_a_title_without_an_end_stays_on_the_screen(window, tmp_path):
    Store.open(tmp_path, create=True).close()
    with Library.open(tmp_path) as library, serving(library) as other:
        library.store.put([Record(name, title="x" * 300, description="y" * 300) for name in ("one", "two")])
        page = window(390, 844, base_url=other.base)
        for path in ("/", "/image/one"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_all_but_the_controls_is_there(window):
    page = window(java_script_enabled=False)
    page.goto(RECORD)
    poster = page.locator("img.poster")
    expect(poster).to_be_visible()
    assert poster.bounding_box()["width"] > 300
    for said in ("A dividing cell", "mitotic cell cycle", "Download original", "@misc{division,"):
        assert said in page.content()
    expect(page.get_by_role("link", name="Explore", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()


def test_the_first_tab_skips_to_the_content(window):
    page = window()
    page.goto(RECORD)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_citation_is_copied(window):
    page = window(permissions=["clipboard-read", "clipboard-write"])
    page.goto(RECORD)
    button = page.locator(".copy[data-copy='#citation']")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Ada Lovelace, Robert Hooke (2010).")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/", RECORD, "/image/mosaic", "/help", "/image/nowhere"])
def test_a_screen_reader_is_told_what_everything_is(window, site, path, width):
    page = window(width, 844, bypass_csp=True)
    if path == "/image/nowhere":
        # The browser says on its own console that the answer was 404, which is right.
        answer = page.request.get(f"{site.base}{path}")
        page.set_content(answer.text().replace('href="/', f'href="{site.base}/'))
    else:
        page.goto(path)
        if page.locator(".mg-player").count():
            expect(page.locator(PAINTED)).to_be_visible()
    assert nameless(page) == []
    assert repeated_ids(page) == []


@pytest.mark.parametrize("path", ["/", RECORD, "/help"])
def test_everything_has_a_name_and_can_be_hit(window, path):
    page = window(390, 844)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input')].filter((el) => el.checkVisibility()
            && !(el.ariaLabel || el.textContent.trim() || el.querySelector('img[alt]:not([alt=""])')))
            .map((el) => el.outerHTML)"""
    )
    assert nameless == []
    assert page.evaluate("[...document.images].every((image) => image.hasAttribute('alt'))")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input, .button, .menu a, .card, .tile')]
            .filter((el) => el.checkVisibility() && !el.matches('.as-link'))
            .filter((el) => el.getBoundingClientRect().height < 24).map((el) => el.outerHTML)"""
    )
    assert small == []


def test_what_is_searched_for_goes_to_explore(window, site):
    page = window()
    page.goto("/")
    page.get_by_role("main").get_by_role("combobox").fill("yeast cells")
    with page.expect_request(re.compile(r"/explore\?q=yeast\+cells$")):
        page.route("**/explore*", lambda route: route.fulfill(body="<!doctype html>"))
        page.get_by_role("main").get_by_role("button", name="Search").click()


def test_on_paper_a_picture_keeps_its_shape_and_its_scale(window):
    page = window()
    # As in a browser that prints: nothing is drawn anew for paper.
    page.add_init_script("window.ResizeObserver = class { observe() {} disconnect() {} }")
    page.goto(RECORD)
    expect(page.locator(PAINTED)).to_be_visible()
    bar, picture = page.locator(".ruler i"), page.locator("canvas.picture")
    expect(bar).to_be_visible()
    seen, drawn = bar.bounding_box(), picture.bounding_box()
    page.set_viewport_size({"width": 690, "height": 900})
    page.emulate_media(media="print")
    printed, paper = bar.bounding_box(), picture.bounding_box()
    assert paper["width"] < drawn["width"]
    assert paper["width"] / paper["height"] == pytest.approx(drawn["width"] / drawn["height"], rel=0.01)
    assert printed["width"] / paper["width"] == pytest.approx(seen["width"] / drawn["width"], rel=0.01)


def test_on_a_phone_what_can_be_done_stands_above_the_description(window):
    page = window(390, 780)
    page.goto(RECORD)
    done, told = page.locator(".actions").bounding_box(), page.locator(".prose").bounding_box()
    assert done["y"] + done["height"] <= told["y"]


def test_the_record_prints_without_the_shell(window):
    page = window()
    page.goto(RECORD)
    expect(page.locator(PAINTED)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.locator(".actions")).to_be_hidden()
    expect(page.locator("#citation")).to_be_visible()
    expect(page.locator("canvas.picture")).to_be_visible()
    expect(page.get_by_role("slider").first).to_be_hidden()
