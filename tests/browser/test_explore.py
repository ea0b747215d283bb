"""Explore as people use it: in Chromium, against a running site of four small images."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from tests.browser.accessibility import nameless, repeated_ids
from tests.servers import APP, address_of, started

pytestmark = pytest.mark.browser

# What the page sends leaves it ``window.slow`` milliseconds later.
SLOW_SENDING = (
    "const send = WebSocket.prototype.send;"
    "WebSocket.prototype.send = function (...a) { setTimeout(() => send.apply(this, a), window.slow ?? 0) }"
)


@pytest.fixture(scope="module")
def base(small_library) -> Iterator[str]:
    """The address of a site of its own, started by the front door."""
    with started(APP, library=small_library, port=0) as server:
        yield address_of(server)


@pytest.fixture(scope="module")
def site(base: str) -> str:
    """The address of Explore."""
    return f"{base}/explore"


@pytest.fixture
def unpictured(tmp_path) -> Iterator[str]:
    """The address of a site of records whose image files are elsewhere."""
    with Store.open(tmp_path / "library", create=True) as store:
        organism = (Term("Mus musculus"),)
        store.put([Record(f"bare{at}", title=f"Neuron {at}", fields={"organism": organism}) for at in range(3)])
    with started(APP, library=tmp_path / "library", port=0) as server:
        yield address_of(server)


def ready(page: Page, address: str) -> Page:
    """The page, once it has painted the image and its websocket is open."""
    page.goto(address)
    page.wait_for_function("window.Bokeh?.documents?.[0]?.is_idle")
    return page


def sentence(page: Page):
    return page.get_by_role("heading", level=1)


def cards(page: Page):
    return page.get_by_role("list", name="Images").get_by_role("link")


def test_a_suggestion_is_taken_where_the_results_are(site, window):
    page = ready(window(), f"{site}?image_type=still")
    box = page.locator("input[name=q]")
    box.fill("sapie")
    expect(page.locator(".suggestions li").first).to_contain_text("Homo sapiens")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"\?image_type=still&organism=Homo\+sapiens$"))
    expect(box).to_have_value("")
    expect(page.locator(".suggestions li")).to_have_count(0)
    # What was typed on the way is no step of its own.
    page.go_back()
    expect(page).to_have_url(f"{site}?image_type=still")


def test_a_mistyped_word_is_put_right_and_what_matched_is_marked(site, window):
    page = ready(window(), f"{site}?q=dividin")
    page.get_by_role("button", name="dividing", exact=True).click()
    expect(page.locator(".card-title mark")).to_have_text(["dividing"])
    expect(page).to_have_url(re.compile(r"\?q=dividing$"))
    page.locator("input[name=q]").fill("plate")
    expect(page.locator(".why mark")).to_have_text(["plate"])
    expect(page.locator(".card-title mark")).to_have_count(0)


def test_search_choose_go_back_and_share(site, window):
    page = ready(window(), site)
    expect(sentence(page)).to_have_text("4 images")
    expect(cards(page)).to_have_count(4)
    page.get_by_role("checkbox", name="Homo sapiens").check()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")
    page.locator("input[name=q]").fill("dividing")
    expect(sentence(page)).to_contain_text("1 image")
    expect(page).to_have_url(re.compile(r"\?q=dividing&organism=Homo\+sapiens$"))
    cards(page).first.click()
    expect(page).to_have_url(re.compile("image=division"))
    expect(page.locator(".details h2")).to_have_text("A dividing cell")

    other = ready(window(), page.url)
    expect(sentence(other)).to_contain_text("1 image")
    expect(other.locator(".details h2")).to_have_text("A dividing cell")
    expect(cards(other).first).to_have_attribute("aria-current", "true")

    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=dividing&organism=Homo\+sapiens$"))
    page.go_back()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")
    expect(page.locator("input[name=q]")).to_have_value("")
    page.get_by_role("button", name="Remove Organism: Homo sapiens").click()
    expect(sentence(page)).to_have_text("4 images")


def test_arrow_keys_move_through_the_results_and_the_image_follows(site, window):
    page = ready(window(), f"{site}?sort=title")
    titles = [link.locator(".card-title").inner_text() for link in cards(page).all()]
    page.keyboard.press("ArrowRight")
    expect(page.locator(".details h2")).to_have_text(titles[1])
    page.keyboard.press("End")
    expect(page.locator(".details h2")).to_have_text(titles[-1])
    expect(cards(page).last).to_be_focused()


@pytest.mark.parametrize("view", ["", "&as=table"])
def test_who_comes_back_sees_the_image_where_it_was(site, window, view):
    page = ready(window(1280, 340), f"{site}?sort=title{view}")
    links = page.locator(".results a[data-id]")
    last = links.last
    last.evaluate("link => link.scrollIntoView()")
    last.click()
    expect(page).to_have_url(re.compile("image="))
    last.press("Enter")
    page.wait_for_url("**/image/*")
    page.go_back()
    expect(links.last).to_have_attribute("aria-current", "true")
    expect(links.last).to_be_in_viewport(ratio=0.9)


def test_nothing_that_is_stepped_to_lies_below_the_head(site, window):
    page = ready(window(1280, 280), f"{site}?sort=title&as=table")
    links = page.locator(".results a[data-id]")
    links.first.focus()
    for at, key in (
        (1, "ArrowDown"),
        (2, "ArrowDown"),
        (3, "ArrowDown"),
        (2, "ArrowUp"),
        (1, "ArrowUp"),
        (0, "ArrowUp"),
    ):
        page.keyboard.press(key)
        expect(links.nth(at)).to_be_focused()
    head, row = page.locator(".results-head").bounding_box(), links.first.bounding_box()
    assert row["y"] >= head["y"] + head["height"]


def test_on_a_phone_only_the_tools_stay_above_the_pictures(site, window):
    page = ready(window(390, 600, has_touch=True), f"{site}?sort=title")
    results = page.locator(".results")
    expect(page.locator(".sentence")).to_be_in_viewport()
    results.evaluate("results => { results.scrollTop = 300 }")
    expect(page.locator(".sentence")).not_to_be_in_viewport()
    filters = page.get_by_role("button", name="Filters")
    expect(filters).to_be_in_viewport(ratio=1)
    assert filters.bounding_box()["y"] - results.bounding_box()["y"] <= 24


def test_a_menu_hangs_right_under_its_button(site, window):
    page = ready(window(), f"{site}?as=table")
    for name in ("Saved", "Export", "Columns"):
        button = page.locator(".take > summary", has_text=name)
        button.click()
        above, below = button.bounding_box(), page.locator(".take[open] > .panel").bounding_box()
        assert 0 <= below["y"] - above["y"] - above["height"] <= 8
        page.keyboard.press("Escape")


def test_a_late_answer_takes_no_step_back(site, window):
    page = window()
    page.add_init_script(SLOW_SENDING)
    ready(page, f"{site}?sort=title")
    page.evaluate(
        """() => {
            window.slow = 700
            window.framed = []
            new MutationObserver(() => {
                const id = document.querySelector('.hits a[aria-current]')?.dataset.id
                if (id !== window.framed.at(-1)) window.framed.push(id)
            }).observe(document.querySelector('.hits'), {subtree: true, attributes: true})
        }"""
    )
    ids = [link.get_attribute("data-id") for link in cards(page).all()]
    for link in cards(page).all()[1:]:
        link.click()
        expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator(".details h2")).to_have_text("Yeast buds over time")
    assert page.evaluate("window.framed") == ids[1:]


def test_the_display_is_in_the_address_and_comes_back(site, window):
    page = ready(window(), f"{site}?image=division")
    slider = page.get_by_role("slider", name=re.compile("^z")).first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"image=division&z=3"))
    again = ready(window(), page.url)
    expect(again.get_by_role("slider", name=re.compile("^z")).first).to_have_value("3")


def test_the_table_sorts_by_its_headings(site, window):
    page = ready(window(), site)
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("row")).to_have_count(5)
    page.get_by_role("button", name="Title").click()
    expect(page.locator("tbody tr").first).to_contain_text("A dividing cell")
    page.get_by_role("button", name="Title").click()
    expect(page.locator("tbody tr").first).to_contain_text("Yeast buds over time")
    expect(page).to_have_url(re.compile("sort=-title&as=table"))


def test_columns_are_chosen_remembered_and_shared(site, window):
    page = ready(window(), f"{site}?as=table")
    page.locator(".column-choice summary").click()
    page.get_by_role("checkbox", name="Organism", exact=True).uncheck()
    page.get_by_role("checkbox", name="Cell type", exact=True).check()
    expect(page.get_by_role("columnheader", name="Cell type")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Organism")).to_have_count(0)
    expect(page.locator("tr", has_text="Yeast buds over time").locator(".col-cell_type")).to_have_text("unknown")
    page.keyboard.press("Escape")
    expect(page.locator(".column-choice summary")).to_be_focused()
    expect(page).to_have_url(re.compile("as=table&columns=image_type,.*,cell_type$"))

    other = ready(window(), page.url)
    expect(other.get_by_role("columnheader", name="Cell type")).to_be_visible()
    page.goto(f"{site}?as=table&q=dividing")
    expect(page.get_by_role("columnheader", name="Cell type")).to_be_visible()
    page.locator(".column-choice summary").click()
    page.get_by_role("button", name="Usual columns").click()
    expect(page.get_by_role("columnheader", name="Organism")).to_be_visible()
    expect(page).to_have_url(re.compile("q=dividing&as=table$"))


def test_columns_are_put_in_another_order_by_keys(site, window):
    page = ready(window(), f"{site}?as=table&columns=organism,year,licence")
    page.locator(".column-choice summary").press("Enter")
    page.get_by_role("button", name="Move Year to the left").press("Enter")
    expect(page.get_by_role("columnheader")).to_have_text(["Title", "Year", "Organism", "Licence", "Tray"])
    expect(page).to_have_url(re.compile("columns=year,organism,licence$"))
    expect(page.get_by_role("button", name="Move Year to the left")).to_be_focused()
    expect(page.get_by_text("Year is column 1 of 3")).to_be_attached()
    expect(page.locator(".column-choice li").first).to_contain_text("Year")
    page.get_by_role("checkbox", name="Cell type", exact=True).check()
    page.get_by_role("button", name="Move Cell type to the left").press("Enter")
    expect(page.get_by_role("columnheader")).to_have_text(["Title", "Year", "Organism", "Cell type", "Licence", "Tray"])
    expect(page).to_have_url(re.compile("columns=year,organism,cell_type,licence$"))
    page.reload()
    expect(page.get_by_role("columnheader")).to_have_text(["Title", "Year", "Organism", "Cell type", "Licence", "Tray"])


def test_a_table_is_worked_by_keys(site, window):
    page = ready(window(), f"{site}?as=table&sort=title")
    header = page.get_by_role("columnheader", name="Title")
    header.get_by_role("button").press("Enter")
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(header.get_by_role("button")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".details h2")).to_have_text(page.locator("tbody tr a").nth(1).inner_text())
    expect(page.locator("tbody tr a").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/image/*")


def test_a_wide_table_scrolls_within_itself(site, window):
    page = ready(window(390, 844), f"{site}?as=table&columns=organism,cell_type,biological_process,licence,contributor")
    wrap = page.get_by_role("region", name="Table of images")
    assert wrap.evaluate("wrap => wrap.scrollWidth > wrap.clientWidth")
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    wrap.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".details h2")).to_have_count(1)
    page.wait_for_function("document.querySelector('.table-wrap').scrollLeft > 0")


def test_a_search_that_finds_nothing_says_what_to_leave_out(site, window):
    page = ready(window(), f"{site}?q=yeast&organism=Mus+musculus")
    expect(page.get_by_text("No image has all of this.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Leave out “yeast”")).click()
    expect(sentence(page)).to_have_text("1 image of Mus musculus")


def test_an_image_that_is_not_there_is_a_sentence(site, window):
    page = ready(window(), f"{site}?image=no-such-image")
    expect(page.get_by_text("There is no", exact=False).first).to_be_visible()
    expect(cards(page)).to_have_count(4)


def test_the_histogram_opens_and_is_remembered(site, window):
    page = ready(window(), f"{site}?image=division")
    page.get_by_text("Histogram of this plane").click()
    expect(page.locator(".histogram canvas").first).to_be_visible()
    page.reload()
    expect(page.locator(".histogram canvas").first).to_be_visible()


def test_widths_are_dragged_and_remembered(site, window):
    page = ready(window(), site)
    divider = page.get_by_role("separator", name="Width of the filters")
    box = divider.bounding_box()
    page.mouse.move(box["x"] + 4, 400)
    page.mouse.down()
    page.mouse.move(box["x"] + 84, 400)
    page.mouse.up()
    width = page.locator("aside.facets").bounding_box()["width"]
    assert width == pytest.approx(340, abs=3)
    page.reload()
    page.wait_for_selector(".hits a")
    assert page.locator("aside.facets").bounding_box()["width"] == pytest.approx(width, abs=1)


def test_on_a_narrow_screen_filters_are_a_drawer_and_the_image_a_sheet(site, window):
    page = ready(window(390, 844, has_touch=True), site)
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="Homo sapiens").check()
    page.get_by_role("button", name="Show results").click()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    cards(page).first.click()
    close = page.get_by_role("button", name="Back to the results")
    expect(close).to_be_focused()
    page.go_back()
    expect(close).not_to_be_visible()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")


def test_back_leaves_the_image_however_slow_the_server(site, window):
    page = window(390, 844, has_touch=True)
    page.add_init_script(SLOW_SENDING)
    ready(page, f"{site}?organism=Homo+sapiens")
    page.evaluate("window.slow = 700")
    cards(page).first.click()
    expect(page).to_have_url(re.compile(r"\?organism=Homo\+sapiens&image=\w+$"))
    page.go_back()
    expect(page.get_by_role("button", name="Back to the results")).not_to_be_visible()
    page.wait_for_timeout(1500)
    expect(page).to_have_url(re.compile(r"\?organism=Homo\+sapiens$"))
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")


def test_back_leaves_what_was_typed_however_slow_the_server(site, window):
    page = window()
    page.add_init_script(SLOW_SENDING)
    ready(page, f"{site}?year=2012")
    page.evaluate("window.slow = 700")
    page.locator("input[name=q]").press_sequentially("yeas", delay=250)
    expect(page).to_have_url(f"{site}?q=yeas&year=2012")
    page.go_back()
    expect(page).to_have_url(f"{site}?year=2012")
    expect(page.locator("input[name=q]")).to_have_value("")


def test_a_lost_connection_is_said_with_a_way_on(site, window):
    # Whatever the page still wants to tell the site just then, Bokeh and the browser say that it cannot.
    page = window(forgiven=("not connected so cannot send", "already in CLOSING or CLOSED state"))
    page.add_init_script(
        "const Native = WebSocket; window.sockets = [];"
        "window.WebSocket = class extends Native { constructor(...a) { super(...a); window.sockets.push(this) } }"
    )
    ready(page, site)
    page.evaluate("window.sockets.forEach((socket) => socket.close())")
    expect(page.get_by_text("The connection to the site was lost", exact=False)).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Load the page again").click()
    expect(sentence(page)).to_have_text("4 images")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("search", ["", "?as=table", "?image=division", "?q=zebra"])
def test_a_screen_reader_is_told_what_everything_is(site, window, search, width):
    page = ready(window(width, 844), f"{site}{search}")
    expect(sentence(page)).to_contain_text("image")
    assert nameless(page) == []
    assert repeated_ids(page) == []


def test_the_bar_above_the_image_leads_to_its_record(site, window):
    page = ready(window(), f"{site}?image=division")
    bar = page.locator(".image-bar")
    expect(bar).to_contain_text("A dividing cell")
    bar.get_by_role("link", name="Open the record").click()
    page.wait_for_url("**/image/division")


def test_the_table_needs_no_scrolling_sideways(site, window):
    for width in (1600, 1280, 1000, 820, 390):
        page = ready(window(width, 800), f"{site}?as=table")
        expect(page.locator("tbody tr")).to_have_count(4)
        room, needed = page.evaluate(
            "(({clientWidth, scrollWidth}) => [clientWidth, scrollWidth])(document.querySelector('.table-wrap'))"
        )
        assert needed <= room, width
        for name in ("Title", "Organism"):
            expect(page.get_by_role("columnheader", name=name)).to_be_visible()


def test_the_histogram_keeps_up_with_hasty_choices(site, window):
    page = ready(window(), f"{site}?image=division")
    page.get_by_text("Histogram of this plane").click()
    for card in cards(page).all():
        card.click()
        page.wait_for_timeout(150)
    expect(page.locator(".histogram canvas").first).to_be_visible()
    page.wait_for_timeout(500)


def test_every_control_has_a_name_and_is_large_enough(site, window):
    page = ready(window(), site)
    small = page.evaluate(
        """() => [...document.querySelectorAll(".explore button, .explore select, .explore label, .explore a.button")]
            .filter((element) => element.checkVisibility())
            .map((element) => [element.textContent || element.ariaLabel, element.getBoundingClientRect()])
            .filter(([name, box]) => !name || box.height < 24 || box.width < 24).map(([name]) => name)"""
    )
    assert small == []


def test_the_first_tab_skips_the_filters(site, window):
    page = ready(window(), site)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(cards(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/image/*")


@pytest.mark.parametrize("query", ["?q=a?b", "??", "?q=%C2%B2", f"?q={'9' * 3000}", "?q=[[[[1]&x={{{&organism=%"])
def test_an_odd_address_is_a_search_like_any_other(site, window, query):
    page = ready(window(), f"{site}{query}")
    expect(sentence(page)).to_contain_text("image")


def test_the_window_says_what_was_searched_for(site, window):
    page = ready(window(), site)
    expect(page).to_have_title(re.compile("^Explore · "))
    page.get_by_role("checkbox", name="Homo sapiens, 2 images").check()
    expect(page).to_have_title(re.compile("^2 images of Homo sapiens · "))
    expect(page.locator(".chip i")).to_have_text("Homo sapiens")
    page.go_back()
    expect(page).to_have_title(re.compile("^Explore · "))


def test_a_question_mark_shows_the_keys_wherever_one_is(site, window):
    page = ready(window(), f"{site}?image=division")
    expect(page.get_by_role("button", name="Keys", exact=True)).to_have_count(1)
    cards(page).first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("In the results: other images")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.locator("input[name=q]").press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_suggested_image_is_one_line_like_the_others(site, window):
    page = ready(window(), site)
    page.locator("input[name=q]").fill("mosaic")
    item = page.locator(".suggestions li", has_text="A large mosaic")
    expect(item).to_have_css("flex-direction", "row")


def test_a_film_plays_below_its_marks_while_it_is_pointed_at(site, window):
    page = ready(window(), site)
    card = page.locator('.hits a[data-id="division"]')
    card.hover()
    expect(card.locator(".film")).to_be_visible()
    assert card.locator(".shot").evaluate("shot => shot.lastElementChild.className") == "dims"
    page.mouse.move(1, 1)
    expect(card.locator(".film")).to_be_hidden()


def test_a_finger_plays_a_film_by_its_button_and_opens_the_image_by_its_picture(site, window):
    page = ready(window(820, 1180, has_touch=True), site)
    film = page.locator('.hits li:has([data-id="division"]) .film')
    button = page.get_by_role("button", name="Play its time points: A dividing cell")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    # Light on its dark ground, also where the ink of the page is dark.
    assert button.evaluate("button => getComputedStyle(button, '::after').backgroundColor") == "rgb(232, 230, 225)"
    button.tap()
    expect(film).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert "image=" not in page.url
    page.get_by_role("button", name="Play its time points: Yeast buds over time").tap()
    expect(film).to_have_count(0)
    expect(page.locator(".film")).to_have_count(1)
    page.locator('.hits a[data-id="division"]').tap()
    page.wait_for_url("**image=division*")
    expect(film).to_have_count(0)


def test_without_scripts_explore_says_so(site, window):
    page = window(java_script_enabled=False)
    page.goto(f"{site}?organism=Homo+sapiens")
    expect(page.get_by_role("heading", name="Explore needs scripts.")).to_be_visible()
    expect(page.locator(".explore")).to_be_hidden()
    expect(page.get_by_role("link", name="feed")).to_have_attribute("href", "/feed?organism=Homo+sapiens")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_order_can_be_read(site, window, width):
    page = ready(window(width), f"{site}?year=2012")
    select = page.get_by_role("combobox", name="Sort by")
    select.select_option("-frames")
    room = "select => select.clientWidth - parseFloat(getComputedStyle(select).paddingLeft) * 2 - 20"
    needs = """select => {
      const canvas = document.createElement("canvas").getContext("2d")
      canvas.font = getComputedStyle(select).font
      return canvas.measureText("newest here").width
    }"""
    assert select.evaluate(room) >= select.evaluate(needs)


def test_images_are_kept_across_searches_and_put_back(site, window):
    page = ready(window(), f"{site}?organism=Homo+sapiens")
    page.locator(".hits li", has_text="A dividing cell").hover()
    page.get_by_role("button", name="Keep in the tray: A dividing cell").click()
    expect(page.get_by_role("link", name="Tray, 1 image")).to_be_visible()
    page.goto(site.replace("/explore", "/image/yeast"))
    page.get_by_role("button", name="Keep in tray", exact=True).click()
    page.get_by_role("link", name="Tray, 2 images").click()
    expect(page).to_have_url(re.compile(r"/tray\?id=division&id=yeast$"))
    cards = page.locator(".cards li")
    cards.first.hover()
    cards.first.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 image in the tray")
    expect(page).to_have_url(re.compile(r"/tray\?id=yeast$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 images in the tray")
    page.get_by_role("button", name="Clear the tray").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is in the tray.")
    page.get_by_role("button", name="Undo").click()
    expect(cards).to_have_count(2)
    assert nameless(page) == []

    other = window()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Clear the tray")).to_be_hidden()
    other.get_by_role("button", name="Keep all in my tray").click()
    expect(other.get_by_role("link", name="Tray, 2 images")).to_be_visible()
    expect(other.get_by_role("button", name="Keep all in my tray")).to_be_hidden()


def test_a_row_of_the_table_is_kept_without_being_chosen(site, window):
    page = ready(window(), f"{site}?as=table&image=yeast")
    page.get_by_role("button", name="Keep in the tray: A dividing cell").click()
    expect(page.get_by_role("link", name="Tray, 1 image")).to_be_visible()
    expect(page).to_have_url(re.compile("image=yeast"))


def test_a_search_that_was_cleared_comes_back(site, window):
    page = ready(window(), f"{site}?q=a&organism=Homo+sapiens&as=table")
    expect(sentence(page)).to_contain_text("2 images of Homo sapiens")
    page.get_by_role("button", name="Clear all").press("Enter")
    expect(sentence(page)).to_have_text("4 images")
    expect(page.get_by_role("heading", name="Filters")).to_be_focused()
    page.locator("tbody tr").nth(1).click()
    page.get_by_role("button", name="Undo").click()
    expect(sentence(page)).to_contain_text("2 images of Homo sapiens")
    expect(page.locator("input[name=q]")).to_have_value("a")
    expect(page).to_have_url(f"{site}?q=a&organism=Homo+sapiens&as=table")


def test_on_a_phone_undo_leaves_the_way_to_the_results_open(site, window):
    page = ready(window(390, 844, has_touch=True), f"{site}?organism=Homo+sapiens")
    page.get_by_role("button", name="Filters (1)").tap()
    page.get_by_role("button", name="Clear all").tap()
    undo, way = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Show results")
    expect(undo).to_be_visible()
    assert undo.bounding_box()["y"] + undo.bounding_box()["height"] <= way.bounding_box()["y"]
    undo.tap()
    expect(way).to_be_in_viewport()
    way.tap()
    expect(sentence(page)).to_contain_text("2 images of Homo sapiens")


def test_who_works_by_keys_goes_on_where_something_was_taken_away(site, window):
    page = ready(window(), f"{site}?organism=Homo+sapiens&year=2010")
    page.get_by_role("button", name="Remove Organism: Homo sapiens").press("Enter")
    expect(page.get_by_role("button", name="Remove Year: 2010")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sentence(page)).to_be_focused()
    page.goto(f"{site.removesuffix('/explore')}/tray?id=yeast&id=division&id=mosaic")
    page.get_by_role("button", name="Keep all in my tray").click()
    page.reload()
    page.get_by_role("button", name="Keep in the tray").nth(1).press("Enter")
    expect(sentence(page)).to_have_text("2 images in the tray")
    expect(page.get_by_role("button", name="Keep in the tray").nth(1)).to_be_focused()
    page.get_by_role("button", name="Clear the tray").press("Enter")
    expect(sentence(page)).to_have_text("Nothing is in the tray.")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sentence(page)).to_have_text("2 images in the tray")
    expect(page.locator("main")).to_be_focused()


def test_without_colours_of_the_page_what_is_chosen_is_seen(site, window):
    page = ready(window(forced_colors="active"), f"{site}?image=yeast")
    chosen, other = page.locator(".hits a[aria-current] .shot"), page.locator(".hits a:not([aria-current]) .shot").first
    kinds = page.get_by_role("group", name="Show as").get_by_role("button")
    outline = "element => getComputedStyle(element).outlineStyle"
    assert (chosen.evaluate(outline), other.evaluate(outline)) == ("solid", "none")
    colour = "element => getComputedStyle(element).backgroundColor"
    assert kinds.first.evaluate(colour) != kinds.last.evaluate(colour)
    kinds.last.click()
    expect(page.locator("tr.is-chosen")).to_have_css("outline-style", "solid")


def test_the_tray_prints_without_its_controls(site, window):
    page = window()
    page.goto(f"{site.removesuffix('/explore')}/tray?id=yeast&id=division")
    expect(page.get_by_role("checkbox")).to_have_count(2)
    page.emulate_media(media="print")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Yeast buds over time")).to_be_visible()


def test_a_search_is_taken_along_as_a_file(site, window):
    page = ready(window(), site)
    page.get_by_role("checkbox", name="Homo sapiens").check()
    expect(page.get_by_role("link", name="Feed", exact=True)).to_have_attribute("href", "/feed?organism=Homo+sapiens")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Table (CSV)").click()
    assert len(download.value.path().read_text().splitlines()) == 3
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Table (CSV)")).to_be_hidden()


def test_a_search_is_saved_opened_renamed_and_put_back(site, window):
    page = ready(window(), f"{site}?image=yeast")
    menu = page.get_by_text("Saved", exact=True)
    menu.click()
    expect(page.get_by_text("No search is saved yet.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.get_by_role("checkbox", name="Homo sapiens").check()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")
    menu.click()
    expect(page.get_by_role("textbox", name="Name of this search")).to_have_value("Images of Homo sapiens")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This search is saved as “Images of Homo sapiens”.")).to_be_visible()
    page.get_by_role("button", name="Rename Images of Homo sapiens").click()
    page.keyboard.type("People")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete People").click()
    expect(page.get_by_text("No search is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    assert nameless(page) == []

    page.goto(site)
    page.wait_for_function("window.Bokeh?.documents?.[0]?.is_idle")
    menu.click()
    page.get_by_role("link", name="People").click()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")
    expect(page).to_have_url(f"{site}?organism=Homo+sapiens")
    page.go_back()
    expect(sentence(page)).to_have_text("4 images")


def test_what_is_asked_before_the_page_is_ready_is_answered(site, window):
    page = window()
    page.route("**/bokeh.min.js*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.goto(site, wait_until="commit")
    page.get_by_role("checkbox", name="Homo sapiens").check()
    expect(sentence(page)).to_have_text("2 images of Homo sapiens")


def test_exact_planes_come_after_what_the_page_itself_needs(site, window):
    page, asked, held = window(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/bokeh.min.js*", lambda route: held.append(route))
    page.goto(f"{site}?image=mosaic", wait_until="commit")
    picture = page.locator(".mg-player")
    expect(picture).to_have_attribute("data-painted", "preview")
    # As long as it rests before exact planes are asked for, and longer.
    page.wait_for_timeout(500)
    assert not [address for address in asked if "q=exact" in address]
    held[0].continue_()
    expect(picture).to_have_attribute("data-painted", "exact")


@pytest.mark.parametrize("view", ["gallery", "table"])
def test_where_there_is_no_picture_there_is_paper_and_none_is_asked_for(unpictured, window, view):
    page, asked = window(base_url=unpictured), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{unpictured}/explore?as={view}")
    expect(cards(page) if view == "gallery" else page.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".scene-note")).to_contain_text("There is no picture of")
    places = page.locator(".shot, .no-picture, .scene")
    expect(places).to_have_count(4)
    painted = places.evaluate_all("(all) => all.map((one) => getComputedStyle(one).backgroundColor)")
    assert "rgb(8, 9, 10)" not in painted
    assert page.locator(".results img").count() == 0
    assert not [url for url in asked if "/thumbnails/" in url or "/pixels/" in url]


def test_on_a_phone_no_licence_cuts_short_what_an_image_is_of(site, window):
    page = ready(window(width=390, height=844), site)
    expect(page.locator(".card-line i")).to_have_count(4)
    cut = page.locator(".card-line i").evaluate_all(
        "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    )
    assert cut == []


def test_the_page_itself_never_scrolls_away(site, window):
    page = ready(window(height=400), site)
    expect(page.get_by_role("complementary", name="Filters").get_by_role("checkbox").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight") == 400
