"""Ontology files: what is kept of them, and that no file does any harm."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.collection.vocabulary import reading
from micrographia.collection.vocabulary.reading import read_ontology
from micrographia.collection.vocabulary.terms import OntologyTerm, Parent, Synonym, curie
from micrographia.errors import Invalid, LibraryError, NotFound
from tests.collection.vocabulary.files import OBO, OWL, OWL_HEAD, write


def terms(path):
    return {term.id: term for term in read_ontology(path).terms}


def test_obo_keeps_names_synonyms_and_what_lies_above(tmp_path):
    path = write(tmp_path, "any.obo", OBO)
    found = terms(path)
    assert (read_ontology(path).name, read_ontology(path).version) == ("parts", "parts/releases/2026-01-01/parts.owl")
    assert found["PT:0000002"] == OntologyTerm(
        "PT:0000002",
        "wheel",
        (Synonym('rotating "thing"', "exact"), Synonym("roller", "narrow"), Synonym("disc", "related")),
        (Parent("PT:0000001"), Parent("PT:0000003", "part_of")),
        alternatives=("PT:0000020",),
    )
    assert found["PT:0000003"].parents == (Parent("MISSING:1"),)
    assert found["PT:0000004"].parents == (Parent("PT:0000002"), Parent("PT:0000005", "part_of"))
    assert found["PT:0000006"] == OntologyTerm(
        "PT:0000006", "obsolete hoop", is_obsolete=True, replaced_by="PT:0000002"
    )
    assert "MISSING:1" not in found


def test_owl_keeps_the_same(tmp_path):
    path = write(tmp_path, "any.owl", OWL)
    found = terms(path)
    assert (read_ontology(path).name, read_ontology(path).version) == (
        "tool",
        "http://purl.obolibrary.org/obo/tool/2026-02-02/tool.owl",
    )
    assert found["Tool:0001"].name == "tool"
    assert found["Tool:0002"] == OntologyTerm(
        "Tool:0002",
        "hammer",
        (Synonym("mallet"),),
        (Parent("Tool:0001"), Parent("Tool:0004", "part_of")),
        alternatives=("Tool:0022",),
    )
    assert found["Tool:0003"].parents == (Parent("Tool:0002"),)
    assert found["Tool:0005"].is_obsolete
    assert found["Tool:0005"].replaced_by == "Tool:0002"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FBbi:00000246", "FBbi:00000246"),
        (" GO:0000278 ", "GO:0000278"),
        ("http://purl.obolibrary.org/obo/FBbi_00000246", "FBbi:00000246"),
        ("http://www.ebi.ac.uk/efo/EFO_0000001", "EFO:0000001"),
        ("http://www.w3.org/2002/07/owl#Thing", ""),
        ("ATCC Catalog No: 23779", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_ids_are_written_in_one_way(text, expected):
    assert curie(text) == expected


BOMB = OWL_HEAD.replace(
    "]>", '<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "neither OBO nor RDF"),
        ("hello", "neither OBO nor RDF"),
        ("<html><p>Not found", "not well-formed"),
        ("<html></html>", "no terms"),
        (OWL[:900], "not well-formed"),
        (BOMB + "<owl:Class rdf:about='x'>&c;</owl:Class></rdf:RDF>", "stands for more than an address"),
        (OWL.replace('"http://purl.obolibrary.org/obo/"> ]', 'SYSTEM "file:///etc/passwd"> ]'), "more than an address"),
        (OWL.replace("]>", "]>", 1).replace("<!ENTITY obo", "<!ENTITY % obo"), "more than an address"),
        ("format-version: 1.2\n\n[Term]\nname: nobody\n", "lacks"),
        ("format-version: 1.2\n\n[Term]\nid: no id at all\nname: x\n", "no terms"),
        ("format-version: 1.2\n", "no terms"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path, text, said):
    with pytest.raises(Invalid, match=said):
        read_ontology(write(tmp_path, "odd.owl", text))


def test_a_missing_and_a_huge_file_are_sentences(tmp_path, monkeypatch):
    with pytest.raises(NotFound, match=r"no file .*nothing\.obo"):
        read_ontology(tmp_path / "nothing.obo")
    monkeypatch.setattr(reading, "SIZE_LIMIT", 100)
    with pytest.raises(Invalid, match="at most"):
        read_ontology(write(tmp_path, "large.obo", OBO))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from([OBO, OWL]),
    at=st.integers(0, 3000),
    length=st.integers(0, 60),
    put=st.text(max_size=8)
    | st.sampled_from(["\n\n[Term]\n", "is_a: ", "<owl:Class>", "&obo;", "{" * 50, " " * 3000, "\x00"]),
)
def test_mangled_files_are_read_or_refused(tmp_path, text, at, length, put):
    path = tmp_path / "mangled"
    path.write_bytes((text[:at] + put + text[at + length :]).encode("utf-8", "surrogatepass"))
    try:
        found = read_ontology(path)
    except LibraryError as error:
        assert len(str(error)) < 1000
        return
    assert all(curie(term.id) == term.id and len(term.name) <= 300 for term in found.terms)


def test_the_real_ontologies_name_every_imaging_method_of_the_real_records(real_data):
    found = {}
    for path in sorted((real_data / "ontologies").iterdir()):
        found |= terms(path)
    used = set()
    with gzip.open(real_data / "cil" / "records.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            used |= {one for one in _ids(json.loads(line)) if one.startswith("FBbi:")}
    assert len(used) > 200
    assert [one for one in used if one not in found or not found[one].name] == []
    roots = {one for one in used if not found[one].parents}
    assert all(any(parent.id == root for term in found.values() for parent in term.parents) for root in roots)


def _ids(value):
    if isinstance(value, dict):
        if isinstance(value.get("onto_id"), str):
            yield value["onto_id"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _ids(one)
