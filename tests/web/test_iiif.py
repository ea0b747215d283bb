"""IIIF: the parameters of the Image API, one by one, and manifests that viewers can open."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from micrographia.collection.findings import Finding
from micrographia.collection.records import Facts, PixelSize, Sizes
from micrographia.errors import Invalid
from micrographia.web.imageapi import Unsupported, read_quality, read_region, read_rotation, read_size
from micrographia.web.presentation import MOST_CANVASES, planes, scale_um

SECTION = "/iiif/section"


def picture(site, address):
    answer = site.get(address)
    assert answer.status == 200, answer.text
    return Image.open(io.BytesIO(answer.body))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("full", (0, 0, 300, 200)),
        ("square", (50, 0, 200, 200)),
        ("125,15,120,140", (125, 15, 120, 140)),
        ("125,15,200,200", (125, 15, 175, 185)),
        ("pct:41.6,7.5,40,70", (125, 15, 120, 140)),
        ("pct:41.6,7.5,66.6,100", (125, 15, 175, 185)),
        ("pct:0,0,.01,100", (0, 0, 1, 200)),
    ],
)
def test_regions(text, expected):
    assert read_region(text, 300, 200) == expected


@pytest.mark.parametrize(
    "text",
    ["", "all", "1,2,3", "0,0,0,10", "300,0,1,1", "0,200,1,1", "-1,0,5,5", "1.5,0,5,5", "pct:0,0,0,1", "pct:a,0,1,1"],
)
def test_regions_that_are_none(text):
    with pytest.raises(Invalid):
        read_region(text, 300, 200)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("max", (300, 200)),
        ("^max", (3547, 2364)),
        ("150,", (150, 100)),
        ("^360,", (360, 240)),
        (",150", (225, 150)),
        ("^,240", (360, 240)),
        ("pct:50", (150, 100)),
        ("^pct:120", (360, 240)),
        ("225,100", (225, 100)),
        ("^360,360", (360, 360)),
        ("!225,100", (150, 100)),
        ("!1000,1000", (300, 200)),
        ("^!360,360", (360, 240)),
        ("1,", (1, 1)),
    ],
)
def test_sizes(text, expected):
    assert read_size(text, (300, 200)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "full", "301,", ",201", "pct:101", "301,10", "0,", ",", "^5000,", "!0,5", "1.5,", "pct:0", "^^5,", "-5,"],
)
def test_sizes_that_are_none(text):
    with pytest.raises(Invalid):
        read_size(text, (300, 200))


def test_rotations():
    assert read_rotation("0") == read_rotation("360") == (False, 0)
    assert read_rotation("!90.0") == (True, 90)
    for text in ("", "-90", "361", "a", "!", "1e2", "!!0"):
        with pytest.raises(Invalid) as refused:
            read_rotation(text)
        assert not isinstance(refused.value, Unsupported)
    with pytest.raises(Unsupported):
        read_rotation("22.5")


def test_qualities():
    assert read_quality("default.jpg") == read_quality("color.jpg") == (False, "jpg")
    assert read_quality("gray.webp") == (True, "webp")
    for text in ("default", "default.exe", "purple.jpg", ".jpg", "default."):
        with pytest.raises(Invalid) as refused:
            read_quality(text)
        assert not isinstance(refused.value, Unsupported)
    for text in ("bitonal.png", "default.tif", "color.jp2"):
        with pytest.raises(Unsupported):
            read_quality(text)


@settings(max_examples=100)
@given(
    size=st.tuples(st.integers(1, 100_000), st.integers(1, 100_000)),
    text=st.from_regex(r"\^?(max|!?[0-9]{1,6},[0-9]{1,6}|[0-9]{1,5},|,[0-9]{1,5}|pct:[0-9]{1,3})", fullmatch=True),
)
def test_no_picture_is_too_large(size, text):
    try:
        width, height = read_size(text, size)
    except Invalid:
        return
    assert 1 <= width <= 4096
    assert 1 <= height <= 4096
    assert width * height <= 1 << 23
    if not text.startswith("^"):
        assert width <= size[0]
        assert height <= size[1]


def test_a_service_says_what_it_can(site):
    info = site.get(f"{SECTION}/info.json")
    assert info.headers["Content-Type"] == "application/json; charset=utf-8"
    assert info.headers["Access-Control-Allow-Origin"] == "*"
    said = info.json
    assert said["id"] == f"{site.base}{SECTION}"
    assert (said["type"], said["protocol"], said["profile"]) == (
        "ImageService3",
        "http://iiif.io/api/image",
        "level2",
    )
    assert (said["width"], said["height"]) == (96, 96)
    assert said["rights"] == "http://creativecommons.org/publicdomain/zero/1.0/"
    linked = site.get(f"{SECTION}/info.json", Accept="application/ld+json")
    assert linked.headers["Content-Type"] == ('application/ld+json;profile="http://iiif.io/api/image/3/context.json"')
    base = site.get(SECTION)
    assert (base.status, base.headers["Location"]) == (303, f"{site.base}{SECTION}/info.json")


def test_every_tile_and_size_that_is_offered_is_there(site):
    said = site.get("/iiif/mosaic/info.json").json
    assert said["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4, 8]}]
    for size in said["sizes"]:
        assert picture(site, f"/iiif/mosaic/full/{size['width']},{size['height']}/0/default.jpg").size == (
            size["width"],
            size["height"],
        )
    for factor in said["tiles"][0]["scaleFactors"]:
        x = 512 * factor if 512 * factor < said["width"] else 0
        w = min(512 * factor, said["width"] - x)
        h = min(512 * factor, said["height"])
        size = f"{-(-w // factor)},{-(-h // factor)}"
        tile = picture(site, f"/iiif/mosaic/{x},0,{w},{h}/{size}/0/default.png")
        assert tile.size == (-(-w // factor), -(-h // factor))


def test_pictures(site):
    assert picture(site, f"{SECTION}/full/max/0/default.jpg").size == (96, 96)
    assert picture(site, f"{SECTION}/10,10,40,20/pct:50/90/color.png").size == (10, 20)
    assert picture(site, f"{SECTION}/square/^200,/!0/gray.webp").format == "WEBP"
    answer = site.get(f"{SECTION}/0,0,96,96/96,/0/color.jpg")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert f'<{site.base}{SECTION}/full/max/0/default.jpg>;rel="canonical"' in answer.headers["Link"]
    assert site.get(f"{SECTION}/full/max/0/default.jpg", If_None_Match=answer.headers["Etag"]).status == 200
    assert site.get(f"{SECTION}/0,0,96,96/96,/0/color.jpg", If_None_Match=answer.headers["Etag"]).status == 304


def test_a_plane_is_chosen_by_the_identifier(site):
    one = picture(site, "/iiif/division%3Bt%3D1%3Bz%3D3/full/max/0/default.png")
    other = picture(site, "/iiif/division;z=4;t=1/full/max/0/default.png")
    assert one.size == other.size == (48, 64)
    assert one.tobytes() != other.tobytes()
    middle = picture(site, "/iiif/division/full/max/0/default.png")
    assert middle.tobytes() == picture(site, "/iiif/division%3Bt%3D0%3Bz%3D2/full/max/0/default.png").tobytes()
    assert site.get("/iiif/division;z=4/info.json").json["id"] == f"{site.base}/iiif/division%3Bt%3D0%3Bz%3D4"


@pytest.mark.parametrize(
    "path, status",
    [
        (f"{SECTION}/full/max/0/default.gif", 501),
        (f"{SECTION}/full/max/45/default.jpg", 501),
        (f"{SECTION}/full/max/0/bitonal.jpg", 501),
        (f"{SECTION}/full/max/x/default.jpg", 400),
        (f"{SECTION}/full/200,/0/default.jpg", 400),
        (f"{SECTION}/96,96,1,1/max/0/default.jpg", 400),
        (f"{SECTION}/full/max/0", 404),
        (f"{SECTION}/full/max/0/default.jpg/more", 404),
        ("/iiif", 404),
        ("/iiif/none/info.json", 404),
        ("/iiif/secret/info.json", 404),
        ("/iiif/broken/info.json", 404),
        ("/iiif/division;t=3/info.json", 404),
        ("/iiif/division;q=3/info.json", 404),
        ("/iiif/division;t=0/manifest.json", 404),
        ("/iiif/division%3Bt%3D-1/full/max/0/default.jpg", 404),
    ],
)
def test_errors(site, path, status):
    answer = site.get(path)
    assert answer.status == status
    assert answer.json["error"].endswith(".")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_manifest_has_a_canvas_for_each_plane(site):
    answer = site.get("/iiif/division/manifest.json")
    said = answer.json
    assert said["@context"] == "http://iiif.io/api/presentation/3/context.json"
    assert said["id"] == f"{site.base}/iiif/division/manifest.json"
    assert said["label"] == {"none": ["A dividing cell"]}
    assert "Creative Commons Zero" in said["requiredStatement"]["value"]["none"][0]
    assert {"label": {"en": ["Organism"]}, "value": {"none": ["Homo sapiens"]}} in said["metadata"]
    assert len(said["items"]) == 15
    canvas = said["items"][7]
    assert canvas["label"] == {"none": ["time 2, slice 3"]}
    annotation = canvas["items"][0]["items"][0]
    assert annotation["target"] == canvas["id"]
    body = annotation["body"]
    assert picture(site, body["id"].removeprefix(site.base)).size == (canvas["width"], canvas["height"])
    service = site.get(body["service"][0]["id"].removeprefix(site.base) + "/info.json").json
    assert service["id"] == body["service"][0]["id"]
    assert said["start"] == {"id": said["items"][2]["id"], "type": "Canvas"}
    (physical,) = canvas["service"]
    assert physical["id"].startswith(canvas["id"])
    assert physical["type"] == "Service"
    assert physical["physicalUnits"] == "mm"
    assert physical["physicalScale"] == pytest.approx(0.0001)
    for link in (*said["homepage"], *said["seeAlso"], *said["rendering"], *said["thumbnail"]):
        assert site.get(link["id"].removeprefix(site.base)).status == 200, link
    ids = [canvas["id"] for canvas in said["items"]]
    assert len(set(ids)) == len(ids)


def test_a_single_plane_needs_no_choice(site):
    (canvas,) = site.get("/iiif/section/manifest.json").json["items"]
    assert canvas["items"][0]["items"][0]["body"]["service"][0]["id"] == f"{site.base}/iiif/section"
    assert "service" not in canvas


def test_of_an_image_that_may_not_be_passed_on_there_is_a_small_one_alone(site, library):
    record = library.store.get("mosaic")
    library.store.put([replace(record, licence="LicenseRef-AllRightsReserved")])
    try:
        said = site.get("/iiif/mosaic/info.json").json
        assert (said["width"], said["height"]) == (467, 512)
        assert picture(site, "/iiif/mosaic/full/max/0/default.jpg").size == (467, 512)
        assert site.get("/iiif/mosaic/0,0,1000,1000/max/0/default.jpg").status == 200
        assert site.get("/iiif/mosaic/1000,1000,512,512/max/0/default.jpg").status == 400
        # Nor can its detail be had bit by bit.
        for size in ("^512,", "^max", "^!100,100"):
            assert site.get(f"/iiif/mosaic/0,0,10,10/{size}/0/default.jpg").status == 501
        manifest = site.get("/iiif/mosaic/manifest.json").json
        assert "rendering" not in manifest
        assert "rights" not in manifest
        assert "All rights reserved" in manifest["requiredStatement"]["value"]["none"][0]
    finally:
        library.store.put([record])


def facts(**sizes):
    return Facts(Sizes(8, 8, **sizes), "uint8")


def test_large_series_are_told_in_part():
    assert len(planes(facts(t=20, z=25))) == 500
    series = planes(facts(t=3000, z=5))
    assert len(series) == MOST_CANVASES
    assert (series[0], series[-1]) == ((0, 2), (2999, 2))
    assert planes(facts(t=100, z=9)) == [(t, 4) for t in range(100)]
    assert len(dict.fromkeys(planes(facts(z=501)))) == MOST_CANVASES


def test_only_a_pixel_size_without_doubt_makes_a_scale(library):
    record = library.store.get("division")
    assert scale_um(record) == pytest.approx(0.1)
    for pixel in (PixelSize(), PixelSize(0.1, 0.2), PixelSize(0.1), PixelSize(float("inf"), float("inf"))):
        assert scale_um(replace(record, facts=replace(record.facts, pixel_size_um=pixel))) is None
    doubt = Finding("warning", "pixel_size_um", "The table says otherwise.", "")
    assert scale_um(replace(record, findings=(doubt,))) is None


def test_what_looks_like_html_is_text(site, library):
    record = library.store.get("section")
    library.store.put([replace(record, title="<img src=x onerror=alert(1)>")])
    try:
        assert site.get("/iiif/section/manifest.json").json["label"] == {
            "none": ["<span>&lt;img src=x onerror=alert(1)&gt;</span>"]
        }
    finally:
        library.store.put([record])
