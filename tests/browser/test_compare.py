"""Images side by side and on slides, as people use them: in Chromium, against a running site."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from micrographia.collection.records import PixelSize, Term
from micrographia.library import Library
from tests.browser.accessibility import nameless, repeated_ids
from tests.libraries import make_library
from tests.web.serving import Client, serving

pytestmark = pytest.mark.browser

TWINS = "/compare?id=division&id=twin"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Library.open(make_library(tmp_path_factory.mktemp("compare") / "library")) as library:
        division = library.store.get("division")
        library.store.put(
            [
                replace(division, id="twin", title="A twin"),
                replace(
                    division,
                    id="x" * 120,
                    title="y" * 300,
                    contributors=tuple(f"Contributor {number} of a long list" for number in range(40)),
                    licence="LicenseRef-" + "z" * 80,
                    fields={"organism": tuple(Term(f"Genus species{number}") for number in range(14))},
                ),
                replace(division, id="coarse", facts=replace(division.facts, pixel_size_um=PixelSize(0.2, 0.2, 0.5))),
            ]
        )
        with serving(library) as client:
            yield client


@pytest.fixture(scope="module")
def base(site: Client) -> str:
    return site.base


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator(".mg-player[data-painted]")).to_have_count(2)
    return page


def slider(page: Page, player: int, name: str):
    return page.locator(".mg-player").nth(player).get_by_role("slider", name=name)


def test_depth_and_time_move_together_until_they_are_parted(window):
    page = opened(window(), TWINS)
    slider(page, 0, "z, depth").press("ArrowRight")
    slider(page, 1, "t, time").press("ArrowRight")
    expect(slider(page, 1, "z, depth")).to_have_value("3")
    expect(slider(page, 0, "t, time")).to_have_value("1")
    page.get_by_label("Depth (z)").uncheck()
    slider(page, 0, "z, depth").press("ArrowRight")
    expect(slider(page, 0, "z, depth")).to_have_value("4")
    page.wait_for_timeout(300)
    expect(slider(page, 1, "z, depth")).to_have_value("3")


def test_channels_are_each_image_s_own(window):
    page = opened(window(), TWINS)
    first, second = (page.locator(".mg-player").nth(at) for at in (0, 1))
    first.get_by_role("button", name="Hide DNA").click()
    expect(first.get_by_role("button", name="Show DNA")).to_be_visible()
    page.wait_for_timeout(300)
    expect(second.get_by_role("button", name="Hide DNA")).to_be_visible()


def test_a_link_shows_what_was_seen(window):
    page = opened(window(), TWINS)
    page.get_by_label("Time (t)").uncheck()
    slider(page, 0, "t, time").press("End")
    page.wait_for_url("**&show=*&turned=t")
    again = opened(window(), page.url)
    expect(slider(again, 0, "t, time")).to_have_value("2")
    expect(slider(again, 1, "t, time")).to_have_value("0")
    expect(again.get_by_label("Time (t)")).not_to_be_checked()


def test_the_same_scale_makes_a_length_as_long_in_each_picture(window):
    page = opened(window(), "/compare?id=division&id=coarse")
    page.get_by_label("Same scale").check()
    page.wait_for_url("**turned=scale*")
    zooms = [zoom(page, at) for at in (0, 1)]
    # A pixel of the second is twice as long.
    assert zooms[1] == pytest.approx(2 * zooms[0], rel=0.03)
    page.locator(".mg-player").nth(1).get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(300)
    assert zoom(page, 1) == pytest.approx(2 * zoom(page, 0), rel=0.03)
    assert zoom(page, 1) > zooms[1]
    page.get_by_label("Same scale").uncheck()
    page.wait_for_timeout(300)
    assert zoom(page, 0) == pytest.approx(zoom(page, 1), rel=0.01)


def zoom(page: Page, player: int) -> float:
    text = page.locator(".mg-player").nth(player).locator(".percent").inner_text()
    return float(text.replace("%", "").replace("\u2009", ""))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", [TWINS, "/tray?id=division&id=twin", "/tray/slides?id=division&id=mosaic", "/compare"])
def test_every_page_can_be_read_by_everyone(window, path, width):
    page = window(width, 844, bypass_csp=True)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert nameless(page) == []
    assert repeated_ids(page) == []


def test_on_a_phone_the_images_stand_below_each_other(window):
    page = opened(window(390, 844), TWINS)
    first, second = (page.locator(".mg-player").nth(at).bounding_box() for at in (0, 1))
    assert first["x"] == second["x"]
    assert second["y"] >= first["y"] + first["height"]


def test_without_scripts_the_pictures_are_there_and_nothing_is_offered_that_needs_them(window):
    page = window(java_script_enabled=False)
    page.goto(TWINS)
    expect(page.locator("img.poster")).to_have_count(2)
    expect(page.get_by_label("Depth (z)")).to_be_hidden()


def test_what_is_marked_in_the_tray_is_compared(window):
    page = window()
    page.goto("/tray?id=division&id=yeast&id=section&id=mosaic&id=twin")
    page.get_by_label("Compare: A twin").check()
    page.get_by_label("Compare: A dividing cell").check()
    page.get_by_role("button", name="Compare those marked").click()
    page.wait_for_url("**/compare?id=division&id=twin")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 images side by side")


def test_slides_print_one_to_a_page(window):
    page = window()
    page.goto("/tray/slides?id=division&id=mosaic&id=yeast")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Print, or save as PDF")).to_be_visible()
    document = page.pdf(prefer_css_page_size=True)
    assert document.count(b"/Type /Page\n") == 3
    # 13.333 by 7.5 inches, in points.
    assert document.count(b"/MediaBox [0 0 960 540]") == 3
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.get_by_role("button", name="Print, or save as PDF")).to_be_hidden()
    frame, picture = (page.locator(name).nth(1).bounding_box() for name in (".slide .frame", ".slide .picture"))
    assert picture["width"] / picture["height"] == pytest.approx(2100 / 2300, rel=0.01)
    assert picture["height"] == pytest.approx(frame["height"], rel=0.01)


@pytest.mark.parametrize("media", ["screen", "print"])
def test_whose_an_image_is_is_never_cut_off_its_slide(window, media):
    page = window()
    page.goto(f"/tray/slides?id={'x' * 120}")
    page.emulate_media(media=media)
    slide, whose = (page.locator(name).bounding_box() for name in (".slide", ".whose"))
    assert slide["y"] < whose["y"]
    assert whose["y"] + whose["height"] <= slide["y"] + slide["height"]
