"""What a visitor sees of records whose images are not here, and what nobody sees."""

from __future__ import annotations

import json

import pytest

from micrographia.importing import CellImageLibrary, import_records, opened
from micrographia.library import Library
from tests.importing.documents_made import document, lines
from tests.web.serving import serving

SECRET = "Contact: ann@example.org"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of three imported records: one with much to tell, one ugly, one that must not be shown."""
    folder = tmp_path_factory.mktemp("imported")
    attribution = {
        "Contributors": [f"Person {number}" for number in range(18)],
        "PUBMED": ["12345678"],
        "PUBLISHED": ["J Small 1. doi:10.1000/abc"],
        "URLs": [{"Href": "https://example.org/more", "Label": "More"}, {"Href": "javascript:alert(1)"}],
        "OTHER": [SECRET],
    }
    table = "<table><tr><td>Age</td><td>61 & more</td></tr></table>\nBelow<script>alert(1)</script>"
    (folder / "source.jsonl").write_bytes(
        lines(
            document(1, ATTRIBUTION=attribution, CHEMICAL_COMPOUNDS=[f"BRD-{number}" for number in range(600)]),
            document(2, IMAGEDESCRIPTION={"free_text": table}, TERMSANDCONDITIONS={"free_text": "copyright"}),
            document(3, TERMSANDCONDITIONS=None, IMAGEDESCRIPTION={"free_text": "Concealed thing."}),
        )
    )
    with opened(str(folder / "source.jsonl")) as documents:
        import_records(CellImageLibrary(), documents, folder / "library")
    with Library.open(folder / "library") as library, serving(library) as client:
        yield client


def test_a_record_without_pixels_has_a_good_page(site):
    text = site.get("/image/CIL:1").text
    assert "There is no picture yet" in text
    for said in (
        *("Cilia beat along the groove", "Paramecium tetraurelia", "Technical details", "Person 17", "BRD-599", "0.26"),
        *("640\u2009×\u2009480 pixels", "166\u2009µm", "Creative Commons Attribution 3.0", "cil-group:17"),
        *("https://doi.org/10.7295/W9CIL1", "https://pubmed.ncbi.nlm.nih.gov/12345678/", "https://doi.org/10.1000/abc"),
        *('href="https://example.org/more"', "J Small 1."),
    ):
        assert said in text, said
    assert 'href="javascript' not in text
    assert SECRET not in text
    assert "ann@" not in text


def test_an_ugly_record_has_a_safe_page(site):
    text = site.get("/image/CIL:2").text
    assert "<td>61 &amp; more</td>" in text
    assert "alert(1)" not in text
    assert "All rights reserved" in text
    assert site.get("/download/CIL:2").status == 403
    assert site.get("/api/v1/images/CIL:2").json["links"]["download"] is None


def test_a_hidden_record_and_all_originals_are_shown_nowhere(site):
    for path in ("/image/CIL:3", "/api/v1/images/CIL:3", "/download/CIL:3", "/pixels/CIL:3", "/thumbnails/CIL:3?v=0"):
        answer = site.get(path)
        assert answer.status == 404, path
    for path in ("/", "/api/v1/images?q=concealed", "/api/v1/images", "/api/v1/suggest?q=conceal", "/image/CIL:1"):
        text = site.get(path).text
        assert "Concealed thing" not in text
        assert "CIL_CCDB" not in text
        assert "ann@" not in text
    assert site.get("/api/v1/images").json["total"] == 2


def test_machines_read_of_the_image_what_is_of_the_image(site):
    text = site.get("/image/CIL:1").text
    said = json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert "cilium" in said["keywords"]
    assert not {"640", "10.7295/W9CIL1", "12345678"} & set(said["keywords"])
    assert {"@type": "DefinedTerm", "name": "cilium", "termCode": "GO:0005929"} in said["about"]


def test_numbers_of_the_source_are_searched_as_numbers(site):
    found = site.get("/api/v1/images?pixel_size_um=0.2..0.3&image_size=600..700").json
    assert {row["id"] for row in found["images"]} == {"CIL:1", "CIL:2"}
