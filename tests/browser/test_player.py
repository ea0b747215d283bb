"""Stories of the player, told in Chromium against the real pixel service."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.accessibility import nameless
from tests.browser.player_site import Site, stack
from tests.servers import APP, address_of, started

pytestmark = pytest.mark.browser

TOUCH_ACTION = "getComputedStyle(el.shadowRoot.querySelector('.stage')).touchAction"
EXACT = "() => el.shadowRoot?.querySelector('canvas.picture')?.dataset.quality === 'exact'"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("player"))
    yield site
    site.close()


@pytest.fixture
def visit(browser, site):
    """Opens an image; afterwards nothing may have gone wrong in the page, and no other host been asked."""
    contexts, troubles = [], []

    def visit(image, query="", *, settled=True, expect_trouble=False, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        if not expect_trouble:
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda message: message.type == "error" and troubles.append(message.text))
        page.goto(f"{site.address}/image/{image}{query}")
        if settled:
            page.wait_for_function(EXACT)
            page.wait_for_timeout(400)
        return page

    yield visit
    others = [url for context in contexts for page in context.pages for url in page.asked]
    for context in contexts:
        context.close()
    assert troubles == []
    assert all(url.startswith((site.address, "data:", "blob:")) for url in others)


def planes(page):
    """How many planes, previews included, were asked for so far."""
    return sum("/pixels/" in url for url in page.asked)


def stage(page):
    return page.get_by_role("application")


def shown(page):
    return page.evaluate("() => end.viewer.shown")


def color_at(page, x, y):
    """The colour in the middle of a pixel of the image, as it is on the canvas."""
    return page.evaluate(
        """([x, y]) => {
          const { viewport, stage } = end.viewer;
          const at = (v, middle, room) => Math.round(((v + 0.5 - middle) * viewport.scale + room / 2) * stage.ratio);
          const context = stage.canvas.getContext("2d");
          const place = [at(x, viewport.cx, stage.size.x), at(y, viewport.cy, stage.size.y)];
          return [...context.getImageData(...place, 1, 1).data].slice(0, 3);
        }""",
        [x, y],
    )


def point_at(page, x, y):
    """Moves the mouse onto a pixel of the image."""
    place = page.evaluate(
        """([x, y]) => {
          const { viewport, stage } = end.viewer;
          const box = stage.element.getBoundingClientRect();
          return [box.left + (x + 0.5 - viewport.cx) * viewport.scale + stage.size.x / 2,
                  box.top + (y + 0.5 - viewport.cy) * viewport.scale + stage.size.y / 2];
        }""",
        [x, y],
    )
    page.mouse.move(*place)


def test_the_value_under_the_pointer_is_the_files(visit):
    page = visit("stack")
    point_at(page, 123, 45)
    values = [str(value) for value in stack()[3, :, 45, 123]]
    readout = page.locator(".readout")
    assert readout.inner_text().replace("\u2009", " ") == f"x 123, y 45 px · 61.50, 22.50 µm — {' · '.join(values)}"
    assert [text.strip() for text in page.locator(".reading").all_inner_texts()] == values


def test_z_is_live_while_dragged_and_seen_planes_cost_nothing(visit):
    page = visit("stack")
    track = page.get_by_role("slider", name="z, depth").bounding_box()
    middle = track["y"] + track["height"] / 2
    page.mouse.move(track["x"] + track["width"] / 2, middle)
    page.mouse.down()
    seen = set()
    for part in range(11):
        page.mouse.move(track["x"] + 8 + (track["width"] - 16) * part / 10, middle)
        page.wait_for_timeout(60)
        seen.add(shown(page)["z"])
    page.mouse.up()
    assert seen == set(range(7))
    for z in range(7):
        page.keyboard.press("Home" if z == 0 else "ArrowRight")
        page.wait_for_timeout(350)
    before = planes(page)
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    assert planes(page) == before
    last = page.evaluate("painted.filter((one) => one.cause === 'z').at(-1)")
    assert (last["z"], last["quality"]) == (6, "exact")


def test_wheel_keys_and_typing_step(visit):
    page = visit("stack")
    page.locator("[data-axis=z]").hover()
    page.mouse.wheel(0, 100)
    page.wait_for_function("() => end.viewer.shown.z === 4")
    page.keyboard.press("[")
    page.keyboard.press("[")
    assert shown(page)["z"] == 2
    field = page.get_by_role("textbox", name=re.compile("^z, typed"))
    field.fill("6")
    field.press("Enter")
    assert shown(page)["z"] == 5
    field.fill("nonsense")
    field.press("Enter")
    assert field.input_value() == "6"


def test_contrast_changes_the_picture_without_a_request(visit):
    page = visit("stack")
    before, dark = planes(page), color_at(page, 200, 150)
    for name, value in (
        ("White point of DNA", "500"),
        ("White point of Actin", "500"),
        ("White point of Golgi", "500"),
    ):
        field = page.get_by_role("textbox", name=name)
        field.fill(value)
        field.press("Enter")
    page.wait_for_timeout(600)
    assert sum(color_at(page, 200, 150)) > sum(dark)
    handle = page.get_by_role("slider", name="White point of DNA")
    handle.press("ArrowRight")
    assert shown(page)["channels"][0]["limits"][1] > 500
    box = page.locator(".histogram").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20, steps=8)
    page.mouse.up()
    page.wait_for_timeout(500)
    limits = shown(page)["channels"][0]["limits"]
    assert 1000 < limits[1] < 3000
    assert planes(page) == before


def test_limits_end_where_samples_do(visit):
    page = visit("movie")
    black, white = (page.get_by_role("textbox", name=f"{end} point of Intensity") for end in ("Black", "White"))
    black.fill("500")
    black.press("Enter")
    assert page.evaluate("() => end.viewer.state.channels[0].limits") == [254, 255]
    assert shown(page)["channels"][0]["limits"] == [254, 255]
    assert (black.input_value(), white.input_value()) == ("254", "255")
    sentence = "Channel from 254 to 255: values go from 0 to 255"
    expect(page.locator("[aria-live]")).to_have_text(sentence)
    expect(page.locator(".readout")).to_have_text(sentence)
    page.wait_for_url("**ch=0,254..255")


def test_an_address_with_limits_that_cannot_be_says_so(visit):
    page = visit("movie", "?ch=0,500..501")
    sentence = "Channel 1: 500 to 501 is outside 0 to 255; shown with its own limits."
    expect(page.locator(".readout")).to_have_text(sentence)
    expect(page.locator("[aria-live]")).to_have_text(sentence)
    page.wait_for_url(re.compile(r"/movie$"))


def test_channels_by_keys_swatches_and_grey(visit):
    page = visit("stack")
    stage(page).focus()
    page.keyboard.press("2")
    assert [channel["visible"] for channel in shown(page)["channels"]] == [True, False, True]
    page.get_by_role("button", name="Show Actin").click()
    page.get_by_role("button", name="Colour of DNA").click()
    page.get_by_role("button", name="DNA: orange").click()
    assert shown(page)["channels"][0]["color"] == "#FF8000"
    page.get_by_role("radio", name="Grey").click()
    page.wait_for_timeout(200)
    red, green, blue = color_at(page, 200, 150)
    assert red == green == blue
    page.get_by_role("button", name="Auto, all channels").click()
    page.wait_for_function("() => end.viewer.state.channels[0].limits !== null")
    expect(page.locator("[aria-live]")).to_have_text("Automatic limits")


def test_the_address_restores_everything(visit):
    page = visit("stack", "?q=mitosis&z=1")
    assert shown(page)["z"] == 1
    stage(page).focus()
    for key in ("]", "3", "+", "+", "ArrowLeft"):
        page.keyboard.press(key)
    field = page.get_by_role("textbox", name="Black point of DNA")
    field.fill("200")
    field.press("Enter")
    page.wait_for_timeout(700)
    assert "q=mitosis" in page.url and "z=2" in page.url and "ch=2,off" in page.url and "view=" in page.url
    again = visit("stack", "?" + page.url.split("?", 1)[1])
    assert again.evaluate("end.viewer.shown") == page.evaluate("end.viewer.shown")
    first, second = (one.evaluate("end.viewer.viewport") for one in (page, again))
    assert second == pytest.approx(first, rel=1e-2)
    assert page.evaluate("states.at(-1)") == again.evaluate("end.viewer.state")


def test_a_bad_address_is_no_error(visit):
    page = visit("stack", "?z=99999&t=-3&ch=0,zz,9..1&view=a,b&mode=sepia&fps=1e9")
    assert (shown(page)["z"], shown(page)["t"], shown(page)["mode"]) == (6, 0, "composite")


def test_playing_shows_every_frame_and_pauses(visit):
    page = visit("movie", "?fps=30")
    assert page.locator(".stamp").inner_text().replace("\u2009", " ") == "0 s"
    stage(page).focus()
    page.evaluate("painted.length = 0")
    page.keyboard.press("Space")
    page.wait_for_function("() => new Set(painted.map((one) => one.t)).size === 12")
    frames = page.evaluate("painted.filter((one) => one.cause === 't').map((one) => one.t)")
    assert all((after - before) % 12 == 1 for before, after in pairwise(frames))
    page.keyboard.press("Space")
    at = shown(page)["t"]
    page.wait_for_timeout(300)
    assert shown(page)["t"] == at
    assert page.get_by_role("button", name="Play time").is_visible()


def test_the_wheel_zooms_at_the_pointer_and_fit_comes_back(visit):
    page = visit("stack")
    point_at(page, 100, 100)
    where = """() => {
      const { viewport, pointing, stage } = end.viewer;
      return viewport.cx + (pointing.point.x - stage.size.x / 2) / viewport.scale;
    }"""
    before = page.evaluate(where)
    for _ in range(6):
        page.mouse.wheel(0, -120)
    page.wait_for_timeout(200)
    assert page.evaluate(where) == pytest.approx(before, abs=0.5)
    expect(page.locator(".minimap")).to_be_visible()
    box = stage(page).bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 300, steps=4)
    page.mouse.up()
    page.keyboard.press("0")
    assert shown(page)["view"] is None
    expect(page.locator(".minimap")).to_be_hidden()
    page.get_by_role("button", name=re.compile("one to one")).click()
    assert page.evaluate("end.viewer.viewport.scale") == pytest.approx(1)


def test_scale_bars_need_a_pixel_size(visit):
    page = visit("stack")
    assert re.fullmatch(r"[125]0*\u2009µm", page.locator(".ruler span").inner_text())
    page = visit("movie")
    assert page.locator(".ruler").is_hidden()
    page.get_by_role("button", name="More").click()
    assert "not calibrated" in page.get_by_role("dialog", name="More").inner_text()


def test_projections(visit):
    page = visit("stack")
    stage(page).focus()
    page.keyboard.press("m")
    page.wait_for_function("() => painted.some((one) => one.z === 'max' && one.quality === 'exact')")
    point_at(page, 10, 10)
    page.wait_for_timeout(300)
    brightest = stack().max(axis=0)[0, 10, 10]
    assert page.locator(".reading").first.inner_text() == str(brightest)
    page.get_by_role("button", name="More").click()
    page.get_by_role("radio", name="Mean").click()
    page.get_by_role("textbox", name="Last slice of the projection").fill("3")
    page.keyboard.press("Enter")
    assert shown(page)["z"] == "mean:0-2"
    page.get_by_role("radio", name="Slice").click()
    assert shown(page)["z"] == 3


LIMITS = "() => end.viewer.shown.channels.map((channel) => channel.limits)"


def test_a_projection_has_limits_of_its_own(visit):
    page = visit("stack")
    measured = page.evaluate(LIMITS)
    page.get_by_role("textbox", name="White point of Golgi").fill("900")
    page.keyboard.press("Enter")
    stage(page).focus()
    page.keyboard.press("m")
    page.wait_for_function("() => end.viewer.autos.size === 2")
    auto = [page.evaluate("(c) => end.viewer.pictures.histogram({ t: 0, z: 'max' }, c).auto", c) for c in range(2)]
    assert page.evaluate(LIMITS) == [*auto, [50, 900]]
    assert auto[0] != measured[0]
    page.keyboard.press("m")
    assert page.evaluate(LIMITS) == [*measured[:2], [50, 900]]


def test_locked_limits_stay_and_others_are_the_planes_own(visit):
    page = visit("stack")
    image = page.evaluate(LIMITS)[0]
    white = page.get_by_role("textbox", name="White point of DNA")
    lock = page.get_by_role("button", name="Locked")

    def step(key):
        stage(page).focus()
        page.keyboard.press(key)
        page.wait_for_timeout(500)

    white.fill("700")
    white.press("Enter")
    step("]")
    assert page.evaluate(LIMITS)[0] == [image[0], 700]
    lock.click()
    expect(page.get_by_role("button", name="Unlocked")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(LIMITS)[0] == [image[0], 700]
    for _ in range(2):
        step("]")
        z = shown(page)["z"]
        own = page.evaluate("(z) => end.viewer.pictures.histogram({ t: 0, z }, 0).auto", z)
        assert page.evaluate(LIMITS)[0] == own
        assert white.input_value() == str(own[1])
    assert "lock=off" in page.url and "700" not in page.url


def test_what_is_buffered_is_drawn(visit):
    page = visit("movie")
    bar = "() => getComputedStyle(el.shadowRoot.querySelector('[data-axis=t] .buffered')).backgroundImage"
    shares = re.compile(r"([\d.]+)%")
    page.wait_for_function(f"() => ({bar})().includes('gradient')")
    drawn = shares.findall(page.evaluate(bar))
    assert (drawn[0], drawn[-1]) == ("0", "100")
    assert len(set(drawn)) > 2
    stage(page).focus()
    page.keyboard.press("Space")
    # All frames are there: the bar is in one piece.
    page.wait_for_function(f"() => !/transparent|rgba\\(0, 0, 0, 0\\)/.test(({bar})())")
    assert set(shares.findall(page.evaluate(bar))) == {"0", "100"}


def test_the_stamp_says_what_is_painted(visit):
    page = visit("stack", expect_trouble=True)
    page.wait_for_timeout(600)
    point_at(page, 123, 45)
    page.context.set_offline(True)
    field = page.get_by_role("textbox", name=re.compile("^z, typed"))
    field.fill("1")
    field.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    plain = page.locator(".stamp").inner_text().replace("\u2009", " ")
    assert (shown(page)["z"], plain) == (0, "z 6 µm")
    expect(page.locator(".readout")).to_contain_text(str(stack()[3, 0, 45, 123]))
    top = stage(page).bounding_box()["y"]
    assert alert.bounding_box()["y"] + alert.bounding_box()["height"] < top + 80


def test_while_playing_the_numbers_are_those_of_the_picture(visit):
    page = visit("movie", "?fps=60")
    stage(page).focus()
    page.keyboard.press("Space")
    pairs = page.evaluate(
        """async () => {
          const slider = el.shadowRoot.querySelector("[data-axis=t] input[type=range]");
          const seen = [];
          while (new Set(seen.map(([at]) => at)).size < 12) {
            await new Promise((next) => setTimeout(next, 1));
            seen.push([Number(slider.value), end.viewer.stage.painted.t]);
          }
          return seen;
        }"""
    )
    assert all(at == painted for at, painted in pairs)


def test_home_and_end_are_the_ends_of_a_histogram(visit):
    page = visit("movie", viewport={"width": 390, "height": 500})
    low, high = page.evaluate(LIMITS)[0]
    for end, key, limits in (
        ("White", "Home", [low, low + 1]),
        ("White", "End", [low, high]),
        ("Black", "End", [high - 1, high]),
        ("Black", "Home", [low, high]),
    ):
        handle = page.get_by_role("slider", name=f"{end} point of")
        handle.focus()
        before = page.evaluate("scrollY")
        handle.press(key)
        assert page.evaluate(LIMITS)[0] == limits
        page.wait_for_timeout(50)
        assert page.evaluate("scrollY") == before


def test_nothing_moves_when_a_narrow_picture_is_touched(visit):
    page = visit("stack", **TOUCH)
    slider = page.get_by_role("slider", name="z, depth")
    before = slider.bounding_box()
    page.touchscreen.tap(200, 150)
    expect(page.locator(".readout")).to_contain_text("px")
    assert slider.bounding_box() == before


def test_the_scale_bar_lies_on_the_picture(visit):
    page = visit("stack")
    box = stage(page).bounding_box()
    right = box["x"] + box["width"] / 2 + 200 * page.evaluate("end.viewer.viewport.scale")
    ruler = page.locator(".ruler").bounding_box()
    assert right < box["x"] + box["width"] - 50
    assert right - 20 < ruler["x"] + ruler["width"] <= right
    assert (
        page.evaluate("getComputedStyle(el.shadowRoot.querySelector('.ruler')).backgroundColor") != "rgba(0, 0, 0, 0)"
    )


def test_colour_stays_colour(visit):
    page = visit("colours", settled=False)
    page.wait_for_function("() => painted.some((one) => one.quality !== 'none')")
    for x, sample in ((15, 0), (45, 1), (75, 2)):
        color = color_at(page, x, 30)
        assert color.index(max(color)) == sample and max(color) > 180
    point_at(page, 45, 30)
    expect(page.locator(".readout")).to_contain_text("RGB 0 200 0")


def test_labels_have_colours_and_numbers(visit):
    page = visit("labels")
    colors = {tuple(color_at(page, x, y)) for x in (20, 60) for y in (20, 60)}
    assert len(colors) == 4 and tuple(color_at(page, 20, 20)) == (40, 95, 225)
    point_at(page, 60, 60)
    expect(page.locator(".readout")).to_contain_text("label 4")


def test_of_a_large_image_only_visible_tiles_are_fetched(visit):
    page = visit("mosaic")
    assert planes(page) <= 4
    page.evaluate("end.viewer.look({cx: 1000, cy: 1000, scale: 2})")
    page.wait_for_function("() => !end.viewer.pictures.loader.isBusy && end.viewer.settled")
    fine = {tuple(map(int, found.groups())) for url in page.asked if (found := re.search(r"/0/0/0/(\d+)/(\d+)\?", url))}
    assert 0 < len(fine) <= 9
    point_at(page, 1000, 1000)
    expect(page.locator(".readout")).to_contain_text(f"— {(1000 // 7 + 1000 // 11) % 256}")


def test_a_failing_plane_is_a_sentence_with_a_way_on(visit):
    page = visit("stack", expect_trouble=True)
    page.route("**/pixels/**/0/0/6/**", lambda route: route.fulfill(status=500, body="no"))
    page.get_by_role("slider", name="z, depth").press("End")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("could not make this plane")
    assert sum(color_at(page, 200, 150)) > 0
    page.unroute("**/pixels/**/0/0/6/**")
    page.get_by_role("button", name="Retry").click()
    page.wait_for_function("() => painted.some((one) => one.z === 6 && one.quality === 'exact')")
    assert alert.is_hidden()
    page.context.set_offline(True)
    page.get_by_role("slider", name="z, depth").press("Home")
    expect(alert).to_contain_text("cannot be reached")


def test_a_broken_description_is_a_sentence(visit):
    page = visit("stack")
    page.evaluate("() => { end(); end = player.mount(el, { manifest: '{broken' }) }")
    expect(page.get_by_role("alert")).to_contain_text("could not be read")
    page.evaluate("() => { end(); end = player.mount(el, { manifest: { id: 'x' } }) }")
    expect(page.get_by_role("alert")).to_contain_text("not complete")


def test_removal_undoes_everything(visit):
    page = visit("movie", "?fps=60")
    stage(page).focus()
    page.keyboard.press("Space")
    page.evaluate("end()")
    page.wait_for_timeout(200)
    before, painted = len(page.asked), page.evaluate("painted.length")
    page.keyboard.press(".")
    page.wait_for_timeout(500)
    assert page.evaluate("el.shadowRoot.childElementCount") == 0
    assert (len(page.asked), page.evaluate("painted.length")) == (before, painted)


def test_two_players_share_planes_and_keep_apart(visit):
    page = visit("stack")
    before = planes(page)
    page.evaluate(
        """() => {
          const second = document.createElement("div");
          el.after(second);
          window.other = player.mount(second, { manifest });
        }"""
    )
    page.wait_for_function("() => other.viewer?.stage.canvas.dataset.quality === 'exact'")
    assert planes(page) == before
    page.evaluate("other.viewer.moveTo('z', 0)")
    assert shown(page)["z"] == 3


def test_every_control_has_a_name_and_is_large_enough(visit):
    page = visit("stack")
    nameless, small = page.evaluate(
        """() => {
          const controls = [...el.shadowRoot.querySelectorAll("button, input, [role=slider], [tabindex='0']")];
          const seen = controls.filter((one) => one.getClientRects().length);
          const text = (one) => one.textContent.trim() || one.closest("label")?.textContent;
          const name = (one) => one.getAttribute("aria-label") || text(one);
          const box = (one) => one.getBoundingClientRect();
          return [seen.filter((one) => !name(one)).length,
                  seen.filter((one) => Math.min(box(one).width, box(one).height) < 24).map((one) => one.outerHTML)];
        }"""
    )
    assert (nameless, small) == (0, [])
    stops = set()
    page.evaluate("document.body.focus()")
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.add(page.evaluate("el.shadowRoot.activeElement?.getAttribute('aria-label') ?? ''"))
    assert {"z, depth", "Zoom in", "More", "Hide DNA", "White point of Golgi", "Gamma of Actin"} <= stops


@pytest.mark.parametrize("image", ["stack", "movie", "colours", "labels"])
def test_a_screen_reader_is_told_what_everything_is(visit, image):
    page = visit(image)
    assert nameless(page) == []
    page.get_by_role("button", name="More").click()
    if image == "stack":
        page.get_by_role("button", name="Colour of DNA").click()
    assert nameless(page) == []
    stage(page).focus()
    page.keyboard.press("?")
    assert nameless(page) == []


def test_help_lists_the_keys(visit):
    page = visit("stack")
    stage(page).focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert "Play or pause" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.is_hidden()


@pytest.mark.parametrize("size", [(390, 844), (844, 390)], ids=["upright", "on its side"])
def test_the_keys_fit_on_a_phone(visit, size):
    width, height = size
    page = visit("stack", viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Keys").tap()
    box = page.get_by_role("dialog", name="Keys").bounding_box()
    assert box["x"] >= 8 and box["y"] >= 8
    assert box["x"] + box["width"] / 2 == pytest.approx(width / 2, abs=1)
    assert box["y"] + box["height"] / 2 == pytest.approx(height / 2, abs=1)
    page.touchscreen.tap(4, 4)
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_narrow_screen_has_the_channels_below(visit):
    page = visit("stack", viewport={"width": 390, "height": 800}, has_touch=True, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    under = page.get_by_role("slider", name="z, depth").bounding_box()
    assert page.get_by_role("group", name="Channels").bounding_box()["y"] > under["y"]
    assert page.evaluate(TOUCH_ACTION) == "pan-y"


class Fingers:
    """Fingers on a screen, moved in small steps as real ones are."""

    def __init__(self, page, *starts):
        self._devtools = page.context.new_cdp_session(page)
        self._at = starts
        self._tell("touchStart")

    def to(self, *ends, steps=8):
        starts = self._at
        for step in range(1, steps + 1):
            share = step / steps
            self._at = [(x + (u - x) * share, y + (v - y) * share) for (x, y), (u, v) in zip(starts, ends, strict=True)]
            self._tell("touchMove")
        return self

    def lift(self):
        self._at = []
        self._tell("touchEnd")

    def _tell(self, kind):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(self._at)]
        self._devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


TOUCH = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def scrolled_by_a_finger(page):
    """How far the page goes when one finger moves up on the picture; afterwards it is where it was."""
    Fingers(page, (200, 250)).to((200, 100)).lift()
    page.wait_for_timeout(800)
    far = page.evaluate("scrollY")
    page.evaluate("scrollTo(0, 0)")
    return far


def test_one_finger_scrolls_the_page_until_the_picture_is_tapped(visit):
    page = visit("stack", **TOUCH)
    for _ in range(2):
        assert scrolled_by_a_finger(page) > 50
        assert page.evaluate("() => [end.viewer.state.view, el.shadowRoot.activeElement]") == [None, None]
    page.evaluate("() => end.viewer.zoom(3)")
    assert scrolled_by_a_finger(page) > 50
    page.touchscreen.tap(200, 150)
    assert page.evaluate(TOUCH_ACTION) == "none"
    before = page.evaluate("() => end.viewer.viewport")
    Fingers(page, (200, 220)).to((200, 120)).lift()
    after = page.evaluate("() => end.viewer.viewport")
    assert page.evaluate("scrollY") == 0
    assert after["cy"] > before["cy"]
    assert after["cx"] == pytest.approx(before["cx"], abs=1)


def test_a_finger_on_a_histogram_scrolls_or_sets(visit):
    page = visit("stack", **TOUCH)
    low, high = page.evaluate(LIMITS)[0]
    box = page.locator(".histogram").first.bounding_box()
    at = box["x"] + box["width"] * 0.8, box["y"] + 20
    Fingers(page, at).to((at[0], at[1] - 150)).lift()
    page.wait_for_timeout(800)
    assert page.evaluate("scrollY") > 50
    assert page.evaluate(LIMITS)[0] == [low, high]
    page.evaluate("scrollTo(0, 0)")
    Fingers(page, at).to((box["x"] + box["width"] * 0.5, at[1])).lift()
    page.wait_for_timeout(100)
    assert low < page.evaluate(LIMITS)[0][1] < 0.7 * high
    assert page.evaluate("scrollY") == 0
    page.touchscreen.tap(*at)
    assert 0.7 * high < page.evaluate(LIMITS)[0][1] < high


def test_a_picture_that_is_shown_whole_never_holds_the_page(visit):
    page = visit("stack", **TOUCH)
    page.touchscreen.tap(200, 150)
    assert page.evaluate("() => el.shadowRoot.activeElement?.className") == "stage"
    assert scrolled_by_a_finger(page) > 50


@pytest.mark.parametrize("way", ["the button", "a tap beside it", "the toolbar"])
def test_there_is_a_way_out_of_moving_the_picture(visit, way):
    page = visit("stack", **TOUCH)
    whole = page.get_by_role("button", name="Whole picture")
    expect(whole).to_be_hidden()
    page.touchscreen.tap(200, 150)
    page.evaluate("() => end.viewer.zoom(3)")
    expect(whole).to_be_visible()
    if way == "the button":
        whole.tap()
    elif way == "the toolbar":
        page.get_by_role("button", name="Fit").tap()
    else:
        page.get_by_role("group", name="Channels").tap(position={"x": 150, "y": 8})
    expect(whole).to_be_hidden()
    assert scrolled_by_a_finger(page) > 50


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_on_the_picture(visit, scheme):
    page = visit("colours", settled=False, color_scheme=scheme)
    page.wait_for_function("() => painted.some((one) => one.quality !== 'none')")
    page.keyboard.press("Tab")
    assert page.evaluate("() => el.shadowRoot.activeElement?.classList.contains('stage')")
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    box = stage(page).bounding_box()
    middle = box["y"] + box["height"] / 2
    bright, dark = (shot.getpixel((int(box["x"]) + inwards, int(middle))) for inwards in (1, 3))
    assert (luminance(bright) + 0.05) / (luminance(dark) + 0.05) >= 3


def luminance(color):
    """The relative luminance of a colour, as WCAG has it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in np.array(color) / 255
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("is_tapped", [False, True], ids=["at once", "after a tap"])
def test_two_fingers_zoom_and_pan(visit, is_tapped):
    page = visit("stack", **TOUCH)
    if is_tapped:
        page.touchscreen.tap(200, 150)
        page.wait_for_timeout(400)
    before = page.evaluate("() => end.viewer.viewport")
    Fingers(page, (170, 150), (230, 150)).to((110, 150), (290, 150)).lift()
    near = page.evaluate("() => end.viewer.viewport")
    assert near["scale"] == pytest.approx(3 * before["scale"], rel=0.1)
    # What was between the fingers stays there.
    assert near["cx"] == pytest.approx(before["cx"] + 5 / before["scale"], abs=20)
    Fingers(page, (150, 200), (250, 200)).to((130, 140), (230, 140)).lift()
    far = page.evaluate("() => end.viewer.viewport")
    assert far["scale"] == pytest.approx(near["scale"], rel=0.05)
    assert (far["cx"] - near["cx"]) * near["scale"] == pytest.approx(20, abs=4)
    assert (far["cy"] - near["cy"]) * near["scale"] == pytest.approx(60, abs=6)
    assert page.evaluate("[scrollY, visualViewport.scale]") == [0, 1]


def test_pixels_that_are_not_square_are_drawn_in_their_shape(visit):
    page = visit("oblong")
    viewport = page.evaluate("() => end.viewer.viewport")
    assert viewport["stretch"] == pytest.approx(2.5)
    box = stage(page).bounding_box()
    assert viewport["scale"] * 2.5 * 60 == pytest.approx(box["height"], abs=1)
    # The lower half of the picture is bright, and the place under the pointer is right.
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0] + 10.5 * viewport["scale"], middle[1] + 20.5 * 2.5 * viewport["scale"])
    expect(page.locator(".readout")).to_contain_text("x 55, y 50 px")
    expect(page.locator(".readout")).to_contain_text("200")
    canvas = """([x, y]) => { const { stage } = end.viewer
      const seen = stage.canvas.getContext("2d").getImageData(x * stage.ratio, y * stage.ratio, 1, 1)
      return [...seen.data].slice(0, 3) }"""
    across = box["width"] / 2
    assert page.evaluate(canvas, [across, 0.55 * box["height"]]) == [200, 200, 200]
    assert page.evaluate(canvas, [across, 0.45 * box["height"]]) == [20, 20, 20]
    assert page.evaluate(canvas, [across - 50 * viewport["scale"], 0.55 * box["height"]]) == [8, 9, 10]


def test_playing_quietly_asks_for_previews_only(visit):
    page = visit("movie", settled=False)
    page.evaluate("() => end()")
    page.asked.clear()
    page.evaluate("() => { window.end = player.mount(el, { manifest, chrome: 'quiet', autoplay: 't' }) }")
    page.wait_for_function("() => end.viewer.shown.t > 2")
    pixels = [url for url in page.asked if "/pixels/" in url]
    assert pixels
    assert all("q=preview" in url for url in pixels)
    page.evaluate("() => end.viewer.clock.stop()")
    page.wait_for_function(EXACT)


def test_the_poster_stands_until_the_first_plane_is_there(visit):
    page = visit("movie", settled=False)
    poster = "data:image/gif;base64,R0lGODlhAQABAPAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
    page.evaluate(
        """(poster) => {
          end();
          const never = new Promise(() => {});
          const transport = { planes: () => never, overview: () => never, histogram: () => never };
          window.end = player.mount(el, { manifest: { ...manifest, base: "" }, transport, poster });
        }""",
        poster,
    )
    shown = "() => getComputedStyle(el.shadowRoot.querySelector('.stage')).backgroundImage"
    assert "data:image/gif" in page.evaluate(shown)
    page.evaluate("(poster) => { end(); window.end = player.mount(el, { manifest, poster }) }", poster)
    page.wait_for_function("() => !el.shadowRoot.querySelector('.stage').matches('.waiting')")
    assert page.evaluate(shown) == "none"


def test_a_picture_is_saved(visit):
    page = visit("stack")
    page.get_by_role("button", name="More").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "stack-z4.png"


@pytest.fixture(scope="module")
def base(small_library):
    """A whole site: the player on a record and in Explore."""
    with started(APP, library=small_library, port=0) as server:
        yield address_of(server)


def test_a_view_goes_from_a_record_to_explore_and_back(window):
    page = window()
    page.goto("/image/division?t=1&ch=1,off")
    depth = page.get_by_role("slider", name="z, depth")
    depth.press("End")
    white = page.get_by_role("textbox", name="White point of DNA")
    white.fill("700")
    white.press("Enter")
    explore = page.get_by_role("link", name="Open in Explore")
    expect(explore).to_have_attribute("href", re.compile("z=4.*ch=0,[0-9]+\\.\\.700&ch=1,off"))
    explore.click()
    page.wait_for_url("**/explore?**")
    expect(depth).to_have_value("4")
    expect(white).to_have_value("700")
    expect(page.get_by_role("button", name="Show tubulin")).to_be_visible()
    page.get_by_role("slider", name="t, time").press("End")
    record = page.get_by_role("link", name="Open the record").first
    expect(record).to_have_attribute("href", re.compile("t=2&z=4"))
    record.click()
    page.wait_for_url("**/image/division?**")
    expect(depth).to_have_value("4")
    expect(page.get_by_role("slider", name="t, time")).to_have_value("2")
    expect(white).to_have_value("700")


MODELS = """(kind) => {
  const watchers = {}, sent = [], bare = { manifest: { ...manifest, base: "" }, state: { z: 2 }, transport: "message" };
  const fire = (name, ...more) => (watchers[name] ?? []).forEach((one) => one(...more));
  const on = (name, listener) => (watchers[name] ??= []).push(listener);
  const off = (name, listener) => (watchers[name] = (watchers[name] ?? []).filter((one) => one !== listener));
  const send = async (message) => {
    sent.push(message);
    if (message.ask !== "planes") return;
    const { id, level, t, z, row, col, channels, quality, windows } = message;
    const w = windows ? `&w=${windows.map((pair) => pair.join("..")).join(",")}` : "";
    const answer = await fetch(`${manifest.base}/${level}/${t}/${z}/${row}/${col}?c=${channels}&q=${quality}${w}`);
    fire("msg:custom", { id }, [new DataView(await answer.arrayBuffer())]);
  };
  const set = (name, value) => (bare[name] = value);
  const widget = { get: (name) => bare[name], set, save_changes: () => fire("change:state"), on, off, send };
  const panel = Object.assign({ on, off, send }, bare, { manifest, transport: "http" });
  const model = kind === "widget" ? widget : panel;
  end();
  el.remove();
  const place = document.querySelector("main").appendChild(document.createElement("div"));
  const close = player.render({ model, el: place });
  Object.assign(window, { model, bare, fire, sent, place, close, watchers, inner: () => place.firstChild.shadowRoot });
}"""


@pytest.mark.parametrize("kind", ["widget", "panel"])
def test_it_renders_for_models(visit, kind):
    page = visit("stack")
    page.evaluate(MODELS, kind)
    page.wait_for_function("() => inner()?.querySelector('canvas.picture')?.dataset.quality === 'exact'")
    # JupyterLab leaves the keys alone below such an element.
    assert page.locator("[data-lm-suppress-shortcuts]").count() == 1
    assert ("planes" in page.evaluate("sent.map((one) => one.ask)")) == (kind == "widget")
    page.get_by_role("slider", name="z, depth").press("ArrowRight")
    get = "(kind) => (kind === 'widget' ? bare.state : model.state)"
    page.wait_for_function(f"(kind) => ({get})(kind).z === 3", arg=kind)
    page.evaluate(
        """(kind) => {
          (kind === "widget" ? bare : model).state = { z: 5 };
          fire(kind === "widget" ? "change:state" : "state");
        }""",
        kind,
    )
    assert page.get_by_role("slider", name="z, depth").input_value() == "5"
    page.evaluate("close()")
    assert page.evaluate("place.childElementCount + Object.values(watchers).flat().length") == 0
