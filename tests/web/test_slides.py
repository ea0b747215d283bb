"""Slides: what must stand beside an image stands there, and a scale bar only where the scale is known."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from micrographia.collection.findings import Finding
from micrographia.collection.records import Facts, PixelSize, Record, Sizes
from micrographia.web.slides import CREDIT_LIMIT, slide


def made(record: Record):
    return slide(record, "", "https://cells.example.org")


def sized(pixel: float | None, width: int = 1000, findings=()) -> Record:
    return Record(
        "a", facts=Facts(Sizes(500, width), "uint8", pixel_size_um=PixelSize(pixel, pixel)), findings=findings
    )


@pytest.mark.parametrize(
    "pixel, width, label, percent",
    [
        (0.1, 1000, "20\u2009µm", 20.0),
        (0.12, 256, "5\u2009µm", 16.276),
        (0.0018, 768, "0.2\u2009µm", 14.468),
        (1.0, 1, "0.2\u2009µm", 20.0),
        (250.0, 1000, "50\u2009mm", 20.0),
    ],
)
def test_the_bar_is_the_longest_round_length_and_true(pixel, width, label, percent):
    bar = made(sized(pixel, width)).bar
    assert (bar.label, bar.percent) == (label, percent)
    assert bar.percent <= 25


def test_no_bar_without_a_scale_that_is_known_for_sure():
    doubt = Finding("warning", "pixel_size_um", "The table and the file disagree.")
    assert made(sized(None)).bar is None
    assert made(sized(0.1, findings=(doubt,))).bar is None
    assert made(Record("a")).bar is None


def test_who_made_it_is_named():
    assert made(Record("a", contributors=("Ada", "Bo"), year=2010)).credit == "Ada, Bo (2010)"
    assert made(Record("a", contributors=("Ada",), attribution="Ada, Some Lab")).credit == "Ada, Some Lab"
    assert made(Record("a", contributors=("Ada",), attribution="Some Lab")).credit == "Ada. Some Lab"
    assert made(Record("a")).credit == "Nobody is named who made it"
    long = made(Record("a", attribution="x" * 2000)).credit
    assert len(long) < CREDIT_LIMIT + 60
    assert long.endswith("All of it is on the page of the image.")
    many = tuple(f"Person {number}" for number in range(200))
    assert made(Record("a", contributors=many, attribution="Some Lab")).credit.startswith("Some Lab. Person 0, ")


def test_a_licence_that_forbids_comes_with_its_notice():
    assert made(Record("a", licence="CC-BY-4.0")).notice == ""
    assert "does not allow" in made(Record("a", licence="LicenseRef-AllRightsReserved")).notice
    assert "No licence is stated" in made(Record("a")).notice


def test_the_page_has_a_slide_for_each_image(site):
    page = site.get("/tray/slides?id=division&id=hostile&id=secret&id=broken").text
    assert page.count('class="slide"') == 3
    for said in (
        "Ada Lovelace, Robert Hooke (2010).",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        f"{site.base}/image/division",
        "Time point 2 of 3, slice 3 of 5.",
        "1\u2009µm",
        "This licence does not allow passing the image on",
        "The image file is not in this library",
        "1 of those that were asked for is not in this library.",
    ):
        assert said in page, said
    assert "<script>alert" not in page
    assert "Secretum" not in page


def test_its_pictures_are_there_and_of_the_image_s_own_shape(site):
    page = site.get("/tray/slides?id=division&id=mosaic").text
    found = re.findall(r'<img src="(/iiif/[^"]+)"', page)
    shapes = [Image.open(io.BytesIO(site.get(address).body)).size for address in found]
    assert shapes == [(48, 64), (1460, 1600)]


def test_there_may_be_none_and_not_too_many(site):
    assert "There is nothing to make slides of." in site.get("/tray/slides").text
    many = "&".join(f"id=x{number}" for number in range(101))
    assert "At most 100 slides" in site.get(f"/tray/slides?{many}").text
