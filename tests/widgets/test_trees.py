"""The facets of a library with a vocabulary: lines that open, a list instead, what is chosen always there."""

from __future__ import annotations

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.vocabulary import loading
from micrographia.library import Library
from micrographia.search.documents import BETWEEN
from micrographia.widgets.facets import Listing
from tests.terms import make_library_with_terms
from tests.widgets.conftest import Visitor


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(make_library_with_terms(tmp_path_factory.mktemp("terms"))) as opened:
        yield opened


def organism(visitor):
    return next(facet for facet in visitor.facets["facets"] if facet["field"] == "organism")


def lines(visitor):
    return [(line["level"], line["label"], line["count"]) for line in organism(visitor)["values"]]


def key(*way):
    return BETWEEN.join(way)


def test_a_tree_opens_line_by_line(library):
    visitor = Visitor(library)
    assert lines(visitor) == [(0, "Eukaryota", 4)]
    opened = [key("Eukaryota"), key("Eukaryota", "Mammalia")]
    visitor.ask("list", field="organism", find="", all=False, flat=False, expanded=opened)
    assert lines(visitor) == [
        (0, "Eukaryota", 4),
        (1, "Mammalia", 3),
        (2, "Homo sapiens", 2),
        (2, "Mus musculus", 1),
        (1, "Fungi", 1),
    ]
    assert [line["isOpen"] for line in organism(visitor)["values"]] == [True, True, False, False, False]


def test_what_is_chosen_deep_down_is_seen_with_its_place(library):
    visitor = Visitor(library, "?organism=house+mouse&q=yeast")
    first = organism(visitor)["values"][0]
    assert (first["label"], first["count"], first["selected"]) == ("Mus musculus", 0, True)
    assert first["path"] == ["Eukaryota", "Mammalia"]
    assert visitor.explorer.query.where == {"organism": ("Mus musculus",)}


def test_choosing_an_ancestor_finds_what_lies_below(library):
    visitor = Visitor(library)
    visitor.ask("toggle", field="organism", value="Mammalia", asked=1)
    assert set(visitor.ids) == {"division", "mosaic", "section"}
    visitor.ask("toggle", field="organism", value="Mammalia", asked=2)
    assert visitor.explorer.query.is_empty


def test_two_terms_of_one_name_are_chosen_one_by_one(tmp_path):
    with Library.open(make_library_with_terms(tmp_path)) as library:
        path = tmp_path / "twin.obo"
        path.write_text("format-version: 1.2\nontology: x\n\n[Term]\nid: XX:1\nname: Mammalia\n", "utf-8")
        loading.load(library.vocabulary, [path])
        library.store.put([Record("twin", fields={"organism": (Term("old mammals", "XX:1"),)})])
        visitor = Visitor(library)
        visitor.ask("toggle", field="organism", value="Mammalia", asked=1)
        assert visitor.ids == ["twin"]
        visitor.ask("toggle", field="organism", value="NCBITaxon:40674", asked=2)
        assert set(visitor.ids) == {"twin", "division", "mosaic", "section"}
        visitor.ask("toggle", field="organism", value="Mammalia", asked=3)
        assert set(visitor.ids) == {"division", "mosaic", "section"}


def test_finding_within_knows_synonyms_and_says_where(library):
    visitor = Visitor(library)
    visitor.ask("list", field="organism", find="mammals", all=False)
    (line,) = organism(visitor)["values"]
    assert (line["label"], line["count"], line["path"], line["isFound"]) == ("Mammalia", 3, ["Eukaryota"], True)


def test_as_a_list_it_is_the_values_that_records_have(library):
    visitor = Visitor(library)
    visitor.ask("list", field="organism", find="", all=False, flat=True)
    assert [value["label"] for value in organism(visitor)["values"]] == [
        "Homo sapiens",
        "Mus musculus",
        "Saccharomyces cerevisiae",
    ]
    assert organism(visitor)["isTree"]
    assert organism(visitor)["isFlat"]


def test_a_record_says_what_its_terms_lie_below(library):
    visitor = Visitor(library, "?image=division")
    values = [v for group in visitor.details["groups"] for fact in group["facts"] for v in fact["values"]]
    (human,) = (value for value in values if value["text"] == "Homo sapiens")
    assert human["id"] == "NCBITaxon:9606: Eukaryota › Mammalia › Homo sapiens"


@pytest.mark.parametrize("expanded", [None, 5, "x", [1, None], [[]], ["a"] * 10_000, ["x" * 100_000]])
def test_whatever_a_page_asks_is_bounded(expanded):
    found = Listing.of({"find": 5, "all": "yes", "flat": 0, "expanded": expanded})
    assert found.find == ""
    assert len(found.expanded) <= 200
    assert all(len(part) <= 4000 for way in found.expanded for part in way)
