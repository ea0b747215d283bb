"""Exports: whole, in order, readable by what reads such files, and harmless whatever the texts say."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from micrographia.collection.records import Record, Term
from micrographia.portrait.formats import FORMATS, exports_of_images, exports_of_search
from micrographia.search.query import Query
from micrographia.web.data import as_data
from micrographia.web.exports import IDS_LIMIT, writer
from tests.collection.records_made import RECORDS
from tests.web.datacite_rules import DATACITE, faults

NASTY = Record(
    "nasty",
    title="=HYPERLINK(1) {TeX} & 50% \x08<b>\n<i>",
    description="One\nER  - \nTY  - JOUR <b>bold</b> ]]> &amp;",
    fields={"organism": (Term("a; b"), Term("-c", "X:1")), "own_field": (Term("@x"),)},
    contributors=("Smith and Sons, Ltd", "O'Brien; E."),
    licence="LicenseRef-Mine-only",
)


@pytest.fixture(scope="module")
def nasty(library):
    library.store.put([NASTY])
    return library


def body(site, address):
    answer = site.get(address)
    assert answer.status == 200, answer.text
    return answer.text


def test_images_kept_out_of_lists_are_exported_only_when_they_are_asked_for(site, library):
    library.store.put([Record("kept-out", title="Kept out", licence="LicenseRef-CIL-copyright")])
    try:
        for address in ("/api/v1/images.jsonl", "/api/v1/images.csv", "/sitemap-1.xml", "/api/v1/changes"):
            assert "kept-out" not in body(site, address)
        assert "kept-out" in body(site, "/api/v1/images.jsonl?id=kept-out")
        assert site.get("/image/kept-out").status == 200
    finally:
        library.store.remove(["kept-out"])


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_each_format_is_a_file_with_a_name(site, nasty, format):
    answer = site.get(f"/api/v1/images.{format.name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == format.media_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="library.{format.ending}"'
    one = site.get(f"/api/v1/images.{format.name}?id=nasty")
    assert one.headers["Content-Disposition"] == f'attachment; filename="nasty.{format.ending}"'
    head = site.get(f"/api/v1/images.{format.name}", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert site.get(f"/api/v1/images.{format.name}", If_None_Match=answer.headers["Etag"]).status == 304
    assert "secret" not in answer.text.lower()


def test_a_file_has_all_hits_in_order_and_the_chosen_ones_in_theirs(site, nasty):
    lines = body(site, "/api/v1/images.jsonl?sort=title&per_page=1&page=3").splitlines()
    found = [json.loads(line) for line in lines]
    assert [one["id"] for one in found] == nasty.index.search(Query(sort="title")).ids
    assert found[-1].keys() == as_data(nasty["division"].record, "", "").keys()
    chosen = body(site, "/api/v1/images.jsonl?id=yeast&id=division&id=yeast").splitlines()
    assert [json.loads(line)["id"] for line in chosen] == ["yeast", "division"]


def test_a_table_is_read_back_and_starts_no_formula(site, nasty):
    text = body(site, "/api/v1/images.csv")
    assert len(text.split("\r\n")) == len(nasty) + 2
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows.keys() == set(nasty)
    division = rows["division"]
    assert (division["organism"], division["organism_id"]) == ("Homo sapiens", "NCBITaxon:9606")
    assert division["biological_process"] == "mitotic cell cycle;cytokinesis"
    assert (division["width"], division["frames"], division["pixel_size_um"]) == ("48", "3", "0.1")
    assert division["page"] == f"{site.base}/image/division"
    assert rows["nasty"]["title"].startswith("'=HYPERLINK")
    assert rows["nasty"]["own_field"] == "'@x"
    assert (rows["nasty"]["organism"], rows["nasty"]["organism_id"]) == (r"a\; b;-c", ";X:1")
    assert {"file", "download"}.isdisjoint(division)


def test_a_table_says_of_an_image_without_pixels_what_its_source_does(site, library):
    told = {"image_type": "z-stack", "slices": "30", "width_px": "640", "height_px": "480", "z_step_um": "0.5"}
    library.store.put([Record("afar", fields={name: (Term(text),) for name, text in told.items()})])
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(body(site, "/api/v1/images.csv?id=afar")))}
    said = [rows["afar"][name] for name in ("image_type", "slices", "width", "height", "z_step_um", "frames")]
    assert said == ["z-stack", "30", "640", "480", "0.5", ""]
    library.store.remove(["afar"])


def test_bibtex(site, nasty):
    text = body(site, "/api/v1/images.bibtex")
    assert text.count("@misc{") == len(nasty)
    entry = body(site, "/api/v1/images.bibtex?id=nasty")
    assert "author       = {{Smith and Sons, Ltd} and O'Brien; E.}" in entry
    assert r"\textbraceleft{}TeX\textbraceright{} \& 50\% <b> <i>" in entry


def test_ris_has_one_tag_a_line_and_one_end_for_each(site, nasty):
    text = body(site, "/api/v1/images.ris?id=nasty&id=division")
    lines = text.split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*|", line) for line in lines)
    assert [line for line in lines if line.startswith(("TY", "ER"))] == ["TY  - FIGURE", "ER  - "] * 2
    assert "AU  - Smith and Sons, Ltd" in lines
    assert "PY  - 2010" in lines


def test_csl(site, nasty):
    found = {item["id"]: item for item in json.loads(body(site, "/api/v1/images.csl"))}
    assert found.keys() == set(nasty)
    assert found["division"]["issued"] == {"date-parts": [[2010]]}
    assert found["division"]["author"] == [{"literal": "Ada Lovelace"}, {"literal": "Robert Hooke"}]


def test_linked_data(site, nasty):
    graph = json.loads(body(site, "/api/v1/images.jsonld"))
    assert len(graph["@graph"]) == len(nasty)
    assert json.loads(body(site, "/api/v1/images.jsonld?id=division"))["@context"] == graph["@context"]


def test_datacite_has_what_it_requires(site, nasty):
    root = ElementTree.fromstring(body(site, "/api/v1/images.datacite"))
    assert len(root) == len(nasty)
    one = ElementTree.fromstring(body(site, "/api/v1/images.datacite?id=nasty"))
    for resource in (one, *root):
        assert not faults(resource)
    division = ElementTree.fromstring(body(site, "/api/v1/images.datacite?id=division"))
    rights = division.find(f".//{DATACITE}rights")
    assert rights.attrib["rightsIdentifier"] == "CC0-1.0"
    subject = division.find(f".//{DATACITE}subject")
    assert (subject.text, subject.attrib["classificationCode"]) == ("Homo sapiens", "NCBITaxon:9606")


@pytest.mark.parametrize(
    "term_id", ["GO:0000278", "http://purl.obolibrary.org/obo/GO_0000278", "a [b", "50%", "CL:", "é:1"]
)
def test_an_id_that_is_no_address_makes_no_record_invalid(nasty, term_id):
    record = Record("a", fields={"organism": (Term("x", term_id),)}, added="2010-11-24")
    (text,) = writer("datacite", nasty, "http://x", "M", alone=True).blocks([record])
    root = ElementTree.fromstring(text)
    assert not faults(root)
    assert (term_id in root.find(f".//{DATACITE}subject").attrib.values()) == (term_id[-4:] == "0278")


def test_what_makes_no_file_is_refused(site, nasty):
    for address, status, begin in (
        ("images.pdf", 404, "There is no format 'pdf'"),
        ("images.csv?id=division&id=none", 404, "There is no image 'none'"),
        ("images.csv?id=secret", 404, "There is no image 'secret'"),
        ("images.csv?organsim=x", 400, "There is no field “organsim”"),
        ("images.csv?" + "&".join(f"id=i{i}" for i in range(IDS_LIMIT + 1)), 400, "There are 501 ids."),
    ):
        answer = site.get(f"/api/v1/{address}")
        assert answer.status == status
        assert answer.json["error"].startswith(begin)


def test_the_list_of_exports_leads_to_them(site, nasty):
    for export in (
        *exports_of_search("", Query(text="yeast", where={"organism": ("{a}",)}, page=2)),
        *exports_of_images("", ["division", "CIL:1"][:1]),
        *exports_of_search("", Query()),
    ):
        assert site.get(export.href).status == 200
        assert "page=" not in export.href


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(record=RECORDS)
def test_any_record_can_be_taken_away_in_every_format(nasty, record):
    # As a store gives it, which knows when it came.
    record = replace(record, added=record.added or "2010-11-24T00:00:00Z")
    files = {
        format.name: "".join(writer(format.name, nasty, "http://x", "M").blocks([record, record])) for format in FORMATS
    }
    assert len(list(csv.reader(io.StringIO(files["csv"])))) == 3
    assert len(files["jsonl"].splitlines()) == 2 or "\u2028" in files["jsonl"] or "\x85" in files["jsonl"]
    assert len(json.loads(files["csl"])) == len(json.loads(files["jsonld"])["@graph"]) == 2
    assert files["ris"].count("\r\nER  - \r\n") == 2
    for resource in ElementTree.fromstring(files["datacite"]):
        assert not faults(resource)
