"""The API as programs use it, and its guide."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from micrographia.collection.records import Record, Term
from micrographia.library import Library
from micrographia.search.query import Query
from micrographia.web import api
from micrographia.web.downloads import download_routes
from tests.search.ontologies import load, term
from tests.terms import make_library_with_terms
from tests.web.serving import serving

GUIDES = Path(__file__).parent.parent.parent / "docs/guides"
GUIDE = (GUIDES / "api.md").read_text("utf-8")


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
    documented = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"^## `GET (\S+)`", GUIDE, re.M)}
    patterns = [pattern for pattern, *_ in (*api.api_routes(site.site), *download_routes(site.site))]
    routes = {pattern.replace("([^/]+)", "{}").replace("\\", "") for pattern in patterns if "(?:" not in pattern}
    assert documented == routes


def test_only_the_parts_that_are_asked_for(site):
    found = site.get("/api/v1/images?organism=Homo+sapiens&fields=id,description&sort=title").json
    assert found["images"][0] == {"id": "division", "description": "Watch the plate form."}
    assert site.get("/api/v1/images/division?fields=id,year").json == {"id": "division", "year": 2010}
    refused = site.get("/api/v1/images?fields=id,nonsense")
    assert refused.status == 400
    assert refused.json["error"].startswith("There is no part 'nonsense' here. Known are: id, title, ")


def test_facets_of_a_search(site):
    found = site.get("/api/v1/facets?organism=Homo+sapiens&limit=2").json
    assert found["total"] == 2
    organism = next(facet for facet in found["facets"] if facet["field"] == "organism")
    assert {"value": "Homo sapiens", "label": "Homo sapiens", "count": 2, "selected": True} in organism["values"]
    assert organism["has_more"]
    one = site.get("/api/v1/facets/organism?containing=MUS&q=section").json
    assert [value["label"] for value in one["facet"]["values"]] == ["Mus musculus"]
    refused = site.get("/api/v1/facets/organsim")
    assert (refused.status, refused.json["error"]) == (
        404,
        "There is no field 'organsim'. Did you mean “organism”?",
    )


def test_terms_have_ids_and_counts(site):
    found = site.get("/api/v1/terms/organism?per_page=1").json
    assert found["terms"][0]["label"] == "Homo sapiens"
    assert found["terms"][0]["id"] == "NCBITaxon:9606"
    assert found["terms"][0]["count"] == 2
    assert site.get(f"/api/v1/terms/organism?page={found['total'] + 1}&per_page=1").json["terms"] == []
    assert [t["label"] for t in site.get("/api/v1/terms/organism?containing=sapi").json["terms"]] == ["Homo sapiens"]


@pytest.fixture(scope="module")
def with_terms(tmp_path_factory):
    folder = make_library_with_terms(tmp_path_factory.mktemp("terms") / "library")
    with Library.open(folder) as library, serving(library) as client:
        yield client


def test_a_term_says_its_names_and_where_it_stands(with_terms):
    human = with_terms.get("/api/v1/terms/organism/Human").json
    assert human == with_terms.get("/api/v1/terms/organism/ncbitaxon:9606").json
    assert (human["value"], human["id"], human["name"]) == ("Homo sapiens", "NCBITaxon:9606", "Homo sapiens")
    assert human["synonyms"] == [{"text": "human", "kind": "exact"}]
    assert [one["name"] for one in human["ancestors"]] == ["Mammalia", "Eukaryota"]
    assert (human["children"], human["is_obsolete"], human["replaced_by"]) == ([], False, None)
    assert human["count"] == human["count_below"] > 0
    mammals = with_terms.get("/api/v1/terms/organism/mammals?fields=count,count_below,children").json
    assert [one["name"] for one in mammals["children"]] == ["Homo sapiens", "Mus musculus"]
    assert mammals["count"] == 0
    found = with_terms.get("/api/v1/images?organism=mammals").json["total"]
    assert mammals["count_below"] == found >= human["count"]
    (listed,) = with_terms.get("/api/v1/terms/organism?containing=sapiens").json["terms"]
    assert listed == human
    pages = [with_terms.get(f"/api/v1/terms/organism?per_page=1&page={page}").json for page in (1, 2)]
    assert pages[0]["terms"] != pages[1]["terms"]


def test_a_former_id_leads_to_what_it_means_today(with_terms):
    library = with_terms.site.library
    load(library.store, term("X:1", "thread"), term("X:2", "old", is_obsolete=True, replaced_by="X:1"), name="x")
    library.store.put([Record("old-id", fields={"anatomy": (Term("old one", "X:2"),)})])
    for name in ("X:2", "old", "thread", "old%20one"):
        found = with_terms.get(f"/api/v1/terms/anatomy/{name}").json
        assert (found["id"], found["value"], found["count"]) == ("X:1", "thread", 1), name
    (listed,) = with_terms.get("/api/v1/terms/anatomy").json["terms"]
    assert (listed["id"], listed["is_obsolete"], listed["replaced_by"]) == (
        "X:2",
        True,
        {"id": "X:1", "name": "thread"},
    )


def test_a_term_that_no_image_has_is_refused_with_a_sentence(with_terms, site):
    refused = with_terms.get("/api/v1/terms/organism/fungus%20of%20mars")
    assert (refused.status, refused.json["error"]) == (
        404,
        "No image has a term 'fungus of mars' in organism. /api/v1/terms/organism lists those there are.",
    )
    assert site.get("/api/v1/terms/organism/Secretum").status == 404
    assert with_terms.get("/api/v1/terms/nonsense/x").status == 404
    free = site.get("/api/v1/terms/organism/mus%20MUSCULUS").json
    assert (free["value"], free["name"], free["ancestors"], free["count"]) == (
        "Mus musculus",
        None,
        [],
        free["count_below"],
    )


def test_groups_say_when_their_licences_differ(site, library):
    library.store.put([Record("twin1", group="Twins/a", licence="CC0-1.0"), Record("twin2", group="Twins/a")])
    groups = {group["name"]: group for group in site.get("/api/v1/groups").json["groups"]}
    assert groups["Twins/a"]["count"] == 2
    assert groups["Twins/a"]["is_mixed"]
    assert {licence["id"] for licence in groups["Twins/a"]["licences"]} == {"CC0-1.0", None}
    members = site.get("/api/v1/groups/twins%2Fa?fields=id").json
    assert members["images"] == [{"id": "twin1"}, {"id": "twin2"}]
    assert members["name"] == "Twins/a"
    for name in ("none", "~none", "%C2%8D", "%20"):
        assert site.get(f"/api/v1/groups/{name}").status == 404


def test_changes_are_harvested_page_by_page(site, library):
    library.store.put([Record("gone", title="For a while")])
    library.store.remove(["gone"])
    found, since = {}, ""
    for _ in range(50):
        page = site.get(f"/api/v1/changes?limit=2&since={since}").json
        found |= {change["id"]: change["status"] for change in page["changes"]}
        since = page["next"]
        if not page["has_more"]:
            break
    assert found["gone"] == "gone"
    assert {record_id for record_id, status in found.items() if status == "changed"} == set(library)
    assert site.get(f"/api/v1/changes?since={since}").json["changes"] == []
    library.store.put([Record("twin3")])
    assert [change["id"] for change in site.get(f"/api/v1/changes?since={since}").json["changes"]] == ["twin3"]
    assert site.get("/api/v1/changes?since=2999-01-01").json["changes"] == []
    assert site.get("/api/v1/changes?since=2010-11-24T10:00:00%2B02:00&limit=1").json["has_more"]


def test_a_place_among_the_changes_that_is_none_is_refused(site):
    for since in ("x", "99999999", "1.2.3", "-1"):
        answer = site.get(f"/api/v1/changes?since={since}")
        assert answer.status == 400
        assert answer.json["error"].endswith(".")


def test_a_tag_holds_until_the_library_changes(site, library):
    first = site.get("/api/v1/facets")
    assert first.headers["Etag"].startswith('W/"')
    assert site.get("/api/v1/facets", If_None_Match=first.headers["Etag"]).status == 304
    assert site.get("/api/v1/facets?limit=3", If_None_Match=first.headers["Etag"]).status == 200
    library.store.put([Record("newer")])
    assert site.get("/api/v1/facets", If_None_Match=first.headers["Etag"]).status == 200
    refused = site.get("/api/v1/images/none")
    assert "Etag" not in refused.headers


def test_only_the_headers(site):
    answer = site.get("/api/v1/images", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Etag"] == site.get("/api/v1/images").headers["Etag"]


def test_what_an_address_answers_is_said(site):
    for method in ("POST", "PUT", "DELETE"):
        answer = site.get("/api/v1/images", method=method)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_other_doors_are_documented():
    written = "".join((GUIDES / f"{name}.md").read_text("utf-8") for name in ("harvesting", "iiif"))
    for address in ("/oai", "/feed", "/sitemap.xml", "/robots.txt", "/iiif/{id}/manifest.json", "/api/v1/changes"):
        assert f"`{address}" in written or f"{address}`" in written, address


def test_the_harvester_of_the_guide_keeps_in_step(site, library):
    (block,) = re.findall(r"```python\n(.*?)```", (GUIDES / "harvesting.md").read_text("utf-8"), flags=re.S)
    said: dict = {}
    exec(block, said)
    kept: dict = {}
    since = said["harvest"](site.base, kept)
    assert kept.keys() == set(library)
    library.store.put([Record("twin4"), replace(library.store.get("broken"), visibility="hidden")])
    assert said["harvest"](site.base, kept, since) != since
    assert kept.keys() == set(library)
    assert kept["twin4"]["id"] == "twin4"
