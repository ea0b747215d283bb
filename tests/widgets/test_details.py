"""What the details say of a record."""

from __future__ import annotations

from micrographia.widgets.details import details_answer


def facts(answer):
    return {fact["label"]: fact for group in answer["groups"] for fact in group["facts"]}


def test_groups_terms_and_dimensions(library):
    answer = details_answer(library["division"].record, "/cells")
    assert [group["label"] for group in answer["groups"]] == ["Biology", "Imaging", "Dimensions", "Attribution"]
    known = facts(answer)
    organism = known["Organism"]
    assert organism["italic"]
    assert organism["values"] == [
        {
            "text": "Homo sapiens",
            "value": "Homo sapiens",
            "id": "NCBITaxon:9606",
            "href": "/cells/explore?organism=Homo+sapiens",
        }
    ]
    assert [value["text"] for value in known["Biological process"]["values"]] == ["mitotic cell cycle", "cytokinesis"]
    assert known["Pixel size"]["values"][0]["text"] == "0.1\u2009µm"
    assert known["Licence"]["values"][0]["text"] != "CC0-1.0"
    assert answer["description"] == "Watch the plate form."


def test_what_is_not_calibrated_is_said_so(library):
    assert facts(details_answer(library["section"].record))["Pixel size"]["values"][0]["text"] == "not calibrated"
