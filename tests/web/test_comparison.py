"""Comparing: what can be moved together is linked, and what cannot is said with its reason."""

from __future__ import annotations

import json
import re

import pytest

from micrographia.collection.findings import Finding
from micrographia.collection.records import Facts, PixelSize, Record, Sizes
from micrographia.web.comparison import links, trusted_pixel_size
from micrographia.web.documents import Documents


def image(z=1, t=1, x=64, y=64, pixel=None, step=None, interval=None, findings=()):
    facts = Facts(
        Sizes(y, x, z=z, t=t), "uint8", pixel_size_um=PixelSize(pixel, pixel, step), frame_interval_s=interval
    )
    return Record("a", facts=facts, findings=findings)


CASES = {
    "one size, one scale": ([image(z=5, pixel=0.1, step=0.5)] * 2, {"z": (0, 1), "view": (0, 1), "scale": (0, 1)}, {}),
    "steps that are the same rounded": ([image(z=5, step=0.5), image(z=5, step=0.501)], {"z": (0, 1)}, {"z": ""}),
    "steps that differ": (
        [image(z=5, step=0.5), image(z=5, step=1.0)],
        {"z": ()},
        {"z": "cannot be linked: image 1 (slices 0.5\u2009µm apart), image 2 (slices 1\u2009µm apart)"},
    ),
    "numbers that differ": (
        [image(t=3), image(t=9)],
        {"t": ()},
        {"t": "cannot be linked: image 1 (3 time points), image 2 (9 time points)"},
    ),
    "an unknown step": ([image(t=3, interval=1.0), image(t=3)], {"t": (0, 1)}, {"t": "by number"}),
    "one axis in one of them": ([image(z=5), image()], {"z": None, "t": None}, {}),
    "one that is apart": ([image(t=3), image(t=4), image(t=3)], {"t": (0, 2)}, {"t": "not image 2 (4 time points)"}),
    "other pixels, known scales": ([image(pixel=1.0), image(x=32, pixel=2.0)], {"view": (), "scale": (0, 1)}, {}),
    "a scale that is unknown": (
        [image(pixel=1.0), image()],
        {"scale": ()},
        {"scale": "cannot be shown: the pixel size of image 2 is unknown or in doubt"},
    ),
    "a scale for some": ([image(pixel=1.0), image(), image(pixel=2.0)], {"scale": (0, 2)}, {"scale": "not image 2"}),
    "without pixels": ([Record("a"), image(z=5, pixel=1.0), Record("b")], {"z": None, "view": None, "scale": None}, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_linked_and_what_is_said_of_it(case):
    records, linked, said = CASES[case]
    found = {link.name: link for link in links(records)}
    for name, images in linked.items():
        assert (found[name].images if name in found else None) == images, name
    for name, text in said.items():
        assert found[name].said.startswith(text), name
        assert bool(found[name].said) == bool(text)


def test_a_doubt_about_the_pixel_size_is_no_scale():
    doubt = Finding("warning", "pixel_size_um", "The table and the file disagree.")
    note = Finding("note", "pixel_size_um", "It is from the table.")
    assert trusted_pixel_size(image(pixel=0.1, findings=(note,))) is not None
    assert trusted_pixel_size(image(pixel=0.1, findings=(doubt,))) is None
    assert trusted_pixel_size(image()) is None


def test_the_page_shows_a_player_for_each_image(site):
    page = site.get("/compare?id=division&id=yeast").text
    assert page.count('class="mg-player"') == 2
    assert json.loads(re.search(r'data-links="([^"]*)"', page)[1].replace("&#34;", '"')) == {
        "t": [],
        "view": [],
        "scale": [],
    }
    assert "image 1 (3 time points), image 2 (4 time points)" in page
    assert "the pixel size of image 2 is unknown or in doubt" in page
    assert "compare.js" in page


def test_too_few_too_many_and_unknown_ones_are_said(site):
    assert "There is nothing to compare." in site.get("/compare").text
    one = site.get("/compare?id=division&id=division").text
    assert "One image is not enough to compare." in one
    assert 'href="/tray"' in one
    many = site.get("/compare?id=division&id=yeast&id=section&id=mosaic&id=broken").text
    assert "4 images side by side" in many
    assert "At most 4 images are shown at once" in many
    hidden, absent = (site.get(f"/compare?id=division&id={name}").text for name in ("secret", "nothing"))
    assert hidden == absent
    assert "1 of those that were asked for is not in this library." in hidden
    assert "<script>alert" not in site.get("/compare?id=hostile&id=broken").text


def test_an_image_that_goes_meanwhile_takes_no_other_image_s_name(library, monkeypatch):
    looked = library.index.cards
    monkeypatch.setattr(library.index, "cards", lambda ids: looked(ids)[1:])
    page = Documents(library, library.settings).compare(["division", "yeast", "section"])
    assert "2 images side by side" in page
    figures = page.split("<figure>")[1:]
    assert ["/thumbnails/yeast?" in one and "Yeast buds" in one for one in figures] == [True, False]
    assert ["/thumbnails/section?" in one and "A stained section" in one for one in figures] == [False, True]
    assert "division" not in page


def test_one_can_be_taken_out(site):
    page = site.get("/compare?id=division&id=yeast&id=section").text
    assert 'href="/compare?id=division&amp;id=section" aria-label="Take out: Yeast buds over time"' in page


def test_a_tray_leads_to_comparing(site):
    few = site.get("/tray?id=division&id=yeast").text
    assert few.count('form="comparing" checked') == 2
    many = site.get("/tray?id=division&id=yeast&id=section&id=mosaic&id=broken").text
    assert many.count('form="comparing"') == 5
    assert 'form="comparing" checked' not in many
    assert 'form="comparing"' not in site.get("/tray?id=division").text
