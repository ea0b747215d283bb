"""The documents as a visitor, a browser without scripts, and a crawler get them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from random import Random

import pytest

from micrographia.collection.findings import Finding
from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.library import Library
from micrographia.portrait.formats import FORMATS
from micrographia.web import showcase
from tests.web.serving import serving

ID = "division"


class Links(HTMLParser):
    """Every address that a document leads to or loads, and every id in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[tuple[str, str, str]] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src", "action", "data-player", "data-suggest") and value:
                self.addresses.append((tag, name, value))
            elif name == "id":
                assert value not in self.ids, value
                self.ids.add(value)


@pytest.mark.parametrize(
    "path",
    [
        *("/", f"/image/{ID}", "/image/broken", "/image/hostile", "/help", "/nothing", "/browse", "/browse/organism"),
        *("/compare?id=division&id=hostile", "/tray/slides?id=division&id=hostile", "/tray?id=division&id=hostile"),
    ],
)
def test_every_document_is_whole_and_safe(site, path):
    answer = site.get(path)
    text = answer.text
    assert answer.status == (404 if path == "/nothing" else 200)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert text.startswith("<!doctype html>")
    assert '<html lang="en">' in text
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert '<main id="content"' in text
    assert "<title>" in text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors" in policy


@pytest.mark.parametrize(
    "path",
    [
        *("/", f"/image/{ID}", "/image/hostile", "/help", "/browse", "/browse/organism?sort=name", "/browse/odd"),
        *("/compare?id=division&id=yeast&id=hostile", "/tray/slides?id=division", "/tray?id=division&id=hostile"),
    ],
)
def test_documents_lead_somewhere_and_load_nothing_from_elsewhere(site, path):
    found = Links(site.get(path).text)
    for tag, name, address in found.addresses:
        if address.startswith("#"):
            assert address[1:] in found.ids
        elif (tag in ("a",) and re.match(r"https://|http://127", address)) or (
            tag == "link" and address.startswith(site.base)
        ):
            continue
        else:
            assert address.startswith("/"), (tag, name, address)
            if not address.startswith("/explore"):
                # Some image is another address.
                expected = 303 if address == "/random" else 200
                assert site.get(address).status == expected or "/download/" in address, address


def test_what_is_typed_into_records_stays_text(site):
    for path in ("/image/hostile", "/", "/api/v1/images/hostile"):
        text = site.get(path).text
        if path.startswith("/api"):
            continue
        assert "<script>alert" not in text
        assert "onerror=" not in re.sub(r"&[a-z#0-9]+;", "", text)
        assert 'href="javascript:' not in text
    assert "<b>bold</b>" in site.get("/image/hostile").text


def test_the_structured_data_cannot_leave_its_script(site):
    text = site.get("/image/hostile").text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1]
    found = json.loads(data)
    assert found["@type"] == ["ImageObject", "Dataset"]
    assert found["name"] == 'Title "><script>alert(1)</script>'
    assert "<" not in data


def test_a_record_says_everything_that_is_known(site):
    text = site.get(f"/image/{ID}").text
    for said in (
        "A dividing cell",
        "Homo sapiens",
        "mitotic cell cycle",
        "Ada Lovelace",
        "CC0 1.0",
        "confocal microscopy",
    ):
        assert said in text
    assert "<b>plate</b>" in text
    assert "3, every 30" in text
    assert "@misc{division," in text
    assert "mg.open(" in text
    assert 'property="og:image"' in text
    assert f'<link rel="canonical" href="{site.base}/image/{ID}">' in text


def test_every_term_leads_to_its_search(site, library):
    text = site.get(f"/image/{ID}").text
    assert 'href="/explore?organism=Homo+sapiens" title="NCBITaxon:9606"' in text
    assert 'href="/explore?biological_process=cytokinesis"' in text
    assert 'href="/explore?contributor=Robert+Hooke"' in text


def test_a_record_shows_what_is_like_it(site):
    page = site.get(f"/image/{ID}").text
    by_terms, by_appearance = page.partition("Similar by what they show")[2].split("Similar in appearance")
    assert "/image/mosaic" in by_terms
    assert "the rarer a term, the more it counts" in by_terms
    assert "/image/mosaic" in by_appearance
    assert "alike in brightness, texture, direction and colour" in by_appearance
    assert "/image/secret" not in by_terms + by_appearance


def test_the_player_is_given_its_manifest_and_a_poster(site):
    text = site.get(f"/image/{ID}").text
    manifest = json.loads(re.search(r'data-manifest="([^"]*)"', text)[1].replace("&#34;", '"').replace("&amp;", "&"))
    assert manifest["sizes"] == {"t": 3, "c": 2, "z": 5, "y": 64, "x": 48}
    poster = re.search(r'<img class="poster" src="([^"]*)"', text)[1].replace("&amp;", "&").removeprefix(site.base)
    assert site.get(poster).headers["Content-Type"] == "image/webp"


def test_an_unreadable_image_says_why(site):
    text = site.get("/image/broken").text
    assert "There is no picture to show: The file ends too early." in text
    assert "What we are not sure about" in text
    assert "Copy it again." in text


def test_a_record_with_six_hundred_values_and_many_notes_stays_a_page(tmp_path):
    """All of them are on it, most of them folded away."""
    plate = Record(
        "plate",
        fields={"compound": tuple(Term(f"compound {number}") for number in range(600))},
        findings=tuple(Finding("note", "", f"Mended {number}.") for number in range(5)),
    )
    with Store.open(tmp_path, create=True) as store:
        store.put([plate])
    with Library.open(tmp_path) as library, serving(library) as client:
        text = client.get("/image/plate").text
    shown, folded = text.split("<summary>and 588 more</summary>")
    assert "compound 11<" in shown
    assert "compound 12<" not in shown
    assert "compound 599<" in folded
    assert "5 notes on what was mended" in text
    assert "What we are not sure about" not in text


def test_hidden_records_are_nowhere(site):
    for path in (
        "/image/secret",
        "/api/v1/images/secret",
        "/download/secret",
        "/pixels/secret",
        "/thumbnails/secret?s=256",
    ):
        assert site.get(path).status == 404
    assert "Secretum" not in site.get("/").text
    assert "secret" not in site.get("/api/v1/images").text


def test_a_missing_page_has_a_search_box_and_a_way_on(site):
    answer = site.get("/image/none-such")
    assert answer.status == 404
    assert "none-such" in answer.text
    assert 'role="search"' in answer.text.split("<main")[1]


def test_a_fault_is_told_without_its_details(site, monkeypatch, caplog):
    def fail(*parts):
        raise RuntimeError("a detail that is nobody's business")

    monkeypatch.setattr(site.site.documents, "help", fail)
    answer = site.get("/help")
    assert answer.status == 500
    assert "Something went wrong" in answer.text
    assert "detail" not in answer.text


def test_a_document_that_has_not_changed_is_not_sent_again(site):
    first = site.get(f"/image/{ID}")
    again = site.get(f"/image/{ID}", If_None_Match=first.headers["Etag"])
    assert (again.status, again.body) == (304, b"")


def test_documents_are_compressed_for_browsers_that_take_it(site):
    answer = site.get("/", Accept_Encoding="gzip, br")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < len(site.get("/").body) / 2


def test_home_shows_the_library(site):
    text = site.get("/").text
    for said in ("Image of the day", "By organism", "By process", "Newest", "How to cite", "Saccharomyces cerevisiae"):
        assert said in text
    assert 'data-autoplay="' in text


def test_home_follows_the_library(tmp_path):
    Store.open(tmp_path, create=True).close()
    with Library.open(tmp_path) as library, serving(library) as site:
        assert "This library is empty." in site.get("/").text
        from micrographia.collection.records import Record, Term

        library.store.put([Record("one", title="The first one", fields={"organism": (Term("Mus musculus"),)})])
        text = site.get("/").text
        assert "The first one" in text
        assert "1 image to search" in text


def test_a_prefix_stands_before_every_address(library):
    with serving(library, prefix="cells/") as site:
        assert site.get("/cells").headers["Location"] == "/cells/"
        own = (
            "",
            f"image/{ID}",
            "help",
            "browse",
            "browse/organism",
            "compare?id=division&id=yeast",
            "tray?id=division",
        )
        for path in (*(f"/cells/{path}" for path in own), "/cells/tray/slides?id=division"):
            for tag, name, address in Links(site.get(path).text).addresses:
                assert re.match(r"#|https?://|/cells/", address), (tag, name, address)
        assert site.get("/").status == 404
        assert site.get("/cells/api/v1/images").json["images"][0]["thumbnail"] is None or site.get(
            "/cells/api/v1/images?organism=Homo+sapiens"
        ).json["images"][0]["thumbnail"].startswith("/cells/")


def test_the_public_address_is_the_given_one(library):
    with serving(library, site_url="https://example.org/cells/") as site:
        assert (
            '<link rel="canonical" href="https://example.org/cells/image/division">' in site.get("/image/division").text
        )


def test_some_image_is_one_of_the_library_and_of_the_search(site, library, monkeypatch):
    # Of seven images drawn, all can be without a picture: hardly ever, but not in a test.
    monkeypatch.setattr(showcase, "randrange", Random(1).randrange)
    seen = set()
    for _ in range(40):
        answer = site.get("/random")
        assert answer.status == 303
        assert answer.headers["Cache-Control"] == "no-store"
        seen.add(answer.headers["Location"].removeprefix("/image/"))
    assert seen <= set(library)
    assert len(seen) > 1
    assert "broken" not in seen
    assert site.get("/random?organism=Saccharomyces+cerevisiae").headers["Location"] == "/image/yeast"
    assert site.get("/random?q=broken").headers["Location"] == "/image/broken"


def test_where_there_is_no_image_to_show_a_page_says_so(site, tmp_path):
    nothing = site.get("/random?q=nothingofthekind")
    assert nothing.status == 404
    assert "This search finds no image" in nothing.text
    assert site.get("/random?organsim=x").status == 400
    assert site.get("/random?q=Secretum").status == 404
    Store.open(tmp_path, create=True).close()
    with Library.open(tmp_path) as library, serving(library) as empty:
        for path in ("/random", "/browse"):
            answer = empty.get(path)
            assert answer.status == 200
            assert "This library is empty." in answer.text


def test_crawlers_are_told_what_has_no_end(site):
    text = site.get("/robots.txt").text
    assert "Disallow: /explore" in text
    assert "Disallow: /image" not in text
    assert site.get("/favicon.ico").headers["Content-Type"] == "image/svg+xml"


def test_other_methods_are_refused(site):
    assert site.get("/", method="POST").status == 405
    assert site.get("/nothing", method="DELETE").status == 404
    assert site.get("/", method="HEAD").body == b""


def test_the_tray_shows_the_images_of_its_address_in_their_order(site):
    page = site.get("/tray?id=yeast&id=division&id=yeast&id=nothing").text
    assert "2 images in the tray" in page
    assert page.index("/image/yeast") < page.index("/image/division")
    assert "1 of those that were kept is not in this library." in page
    assert 'href="/api/v1/images.csv?id=yeast&amp;id=division"' in page
    assert "&#39;yeast&#39;," in page
    assert "noindex" in page


def test_a_tray_tells_a_hidden_image_from_none_in_no_way(site):
    hidden, absent = (site.get(f"/tray?id=division&id={record_id}").text for record_id in ("secret", "nothing"))
    assert hidden == absent


def test_a_tray_is_bounded_and_empty_ones_say_how_to_fill_them(site):
    assert "Nothing is in the tray." in site.get("/tray").text
    assert site.get("/tray?id=%ff").status == 400
    many = "&".join(f"id=x{number}" for number in range(501))
    page = site.get(f"/tray?{many}&id=division").text
    assert "more than 500 images" in page
    assert "500 of those" in page
    assert "<script>alert" not in site.get("/tray?id=hostile").text


def test_a_record_leads_to_its_files_in_every_format(site):
    page = site.get("/image/division").text
    assert all(f"/api/v1/images.{format.name}?id=division" in page for format in FORMATS)
