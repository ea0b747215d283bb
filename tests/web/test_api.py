"""The API as programs use it, and its guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from micrographia.search.query import Query
from micrographia.web import api
from micrographia.web.downloads import download_routes

GUIDE = (Path(__file__).parent.parent.parent / "docs/guides/api.md").read_text("utf-8")


def test_a_search_is_what_the_library_finds(site, library):
    found = site.get("/api/v1/images?q=&organism=Homo+sapiens&sort=title&page=1&per_page=1").json
    assert (
        found == library.index.search(Query(where={"organism": ("Homo sapiens",)}, sort="title", per_page=1)).as_json()
    )
    assert found["total"] == 2
    assert len(found["images"]) == 1


def test_text_and_repeated_fields(site):
    assert [i["id"] for i in site.get("/api/v1/images?q=yeast").json["images"]] == ["yeast"]
    assert site.get("/api/v1/images?organism=Homo+sapiens&organism=Mus+musculus").json["total"] == 3


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=-1", "per_page=501", "per_page=0", "page=1e3", "page="])
def test_a_page_that_is_none_is_refused_with_a_sentence(site, query):
    answer = site.get(f"/api/v1/images?{query}")
    assert answer.status == 400
    assert re.match(r"(per_)?page is '.*'\. Give a whole number from 1", answer.json["error"])


def test_what_is_not_understood_is_said(site):
    found = site.get("/api/v1/images?no_such_field=1").json
    assert "no_such_field" in found["problems"][0]


def test_a_record_as_data(site):
    found = site.get("/api/v1/images/division").json
    assert found["title"] == "A dividing cell"
    assert found["fields"]["organism"] == [{"text": "Homo sapiens", "id": "NCBITaxon:9606"}]
    assert found["facts"]["sizes"] == {"t": 3, "c": 2, "z": 5, "y": 64, "x": 48}
    assert found["facts"]["pixel_size_um"]["x"] == pytest.approx(0.1)
    assert found["licence"]["id"] == "CC0-1.0"
    assert found["citation"]["text"].startswith("Ada Lovelace, Robert Hooke (2010). A dividing cell")
    for name in ("page", "thumbnail", "manifest", "download"):
        assert site.get(found["links"][name].removeprefix(site.base)).status == 200, name


def test_a_record_does_not_tell_where_files_lie(site, library):
    assert str(library.folder.parent) not in site.get("/api/v1/images/division").text


def test_errors_are_sentences(site):
    for path in ("/api/v1/images/none", "/api/v1/nothing", "/api", "/api/v1/images/%00", "/api/v1/images/a%2Fb"):
        answer = site.get(path)
        assert answer.status == 404
        assert answer.json["error"].endswith((".", "/api/v1/images."))
        assert answer.headers["Content-Type"].startswith("application/json")


def test_an_address_that_is_no_text_is_said(site):
    for path in ("/api/v1/images/%ff", "/api/v1/images?page=%ff"):
        answer = site.get(path)
        assert (answer.status, answer.json["error"]) == (400, "This address is not valid text.")


def test_any_site_may_ask(site):
    assert site.get("/api/v1/images").headers["Access-Control-Allow-Origin"] == "*"
    assert site.get("/api/v1/images", method="OPTIONS").status == 204
    assert site.get("/api/v1/images", method="POST").status == 405


def test_an_answer_that_has_not_changed_is_not_sent_again(site):
    first = site.get("/api/v1/images?per_page=2")
    assert site.get("/api/v1/images?per_page=2", If_None_Match=first.headers["Etag"]).status == 304


def test_suggestions_lead_somewhere(site):
    found = site.get("/api/v1/suggest?q=sacch").json["suggestions"]
    assert found[0]["label"] == "Saccharomyces cerevisiae"
    assert found[0]["url"] == "/explore?organism=Saccharomyces+cerevisiae"
    images = [one for one in site.get("/api/v1/suggest?q=dividing").json["suggestions"] if one["kind"] == "image"]
    assert images[0]["url"] == "/image/division"
    assert site.get("/api/v1/suggest").json == {"suggestions": []}
    with_words = site.get("/api/v1/suggest?q=buds+sacch").json["suggestions"]
    assert with_words[0]["url"] == "/explore?q=buds&organism=Saccharomyces+cerevisiae"
    fields = [one for one in site.get("/api/v1/suggest?q=organ").json["suggestions"] if one["kind"] == "field"]
    assert fields[0]["url"] == "/explore?q=organism:"


def test_every_route_is_documented_and_every_documented_route_is_there(site):
    documented = set(re.findall(r"^## `GET (\S+)`", GUIDE, re.M))
    patterns = [pattern for pattern, *_ in (*api.api_routes(site.site), *download_routes(site.site))]
    routes = {re.sub(r"\(\[\^/\]\+\)", "{id}", pattern) for pattern in patterns if "(?:" not in pattern}
    assert documented == routes
