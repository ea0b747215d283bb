"""The DOI and the ARK of a record in every format in which it is cited, and nothing where it has none."""

from __future__ import annotations

import json
import re

import pytest

from micrographia.collection.records import Record, Term
from micrographia.web.citations import bibtex, citation, csl, ris
from micrographia.web.datacite import resource
from micrographia.web.dublincore import dublin_core
from micrographia.web.identifiers import ark_of, doi_of
from micrographia.web.metadata import schema

PAGE, NAME = "http://x/image/a", "M"
DOI, ARK = "10.1234/W9_a(5)", "ark:/b1234/w9a5"
KNOWN = Record("a", "A", fields={"doi": (Term(DOI),), "ark": (Term(ARK),)}, licence="CC0-1.0")


def everything(record: Record) -> dict[str, str]:
    return {
        "sentence": citation(record, PAGE, NAME),
        "bibtex": bibtex(record, PAGE, NAME),
        "ris": ris(record, PAGE, NAME),
        "csl": json.dumps(csl(record, PAGE, NAME)),
        "datacite": resource(record, "http://x", NAME),
        "dublin core": dublin_core(record, "http://x", NAME),
        "schema.org": json.dumps(schema(record, "http://x", NAME, may_download=False)),
    }


def test_each_format_has_them_in_their_place():
    said = everything(KNOWN)
    assert f"M, {PAGE}. https://doi.org/{DOI}. Licence: CC0" in said["sentence"]
    assert f"doi          = {{{DOI}}}" in said["bibtex"]
    assert f"\r\nDO  - {DOI}\r\nAN  - {ARK}\r\nUR  - {PAGE}\r\n" in said["ris"]
    assert csl(KNOWN, PAGE, NAME)["DOI"] == DOI
    assert f'<identifier identifierType="DOI">{DOI}</identifier>' in said["datacite"]
    assert f'<alternateIdentifier alternateIdentifierType="ARK">{ARK}</alternateIdentifier>' in said["datacite"]
    assert f'<alternateIdentifier alternateIdentifierType="URL">{PAGE}</alternateIdentifier>' in said["datacite"]
    assert f"<dc:identifier>https://doi.org/{DOI}</dc:identifier>" in said["dublin core"]
    assert {"@type": "PropertyValue", "propertyID": "ARK", "value": ARK} in schema(
        KNOWN, "http://x", NAME, may_download=False
    )["identifier"]
    for name, text in said.items():
        assert ARK in text or name == "sentence", name
    assert ARK in citation(Record("a", fields={"ark": (Term(ARK),)}), PAGE, NAME)


@pytest.mark.parametrize("texts", [(), ("see the paper",), ("10.1234/a", "10.1234/b"), ("10.1234/}a",)])
def test_none_is_made_up(texts):
    record = Record("a", "A", fields={"doi": tuple(map(Term, texts)), "ark": tuple(map(Term, texts))})
    assert doi_of(record) == ark_of(record) == ""
    for text in everything(record).values():
        assert not re.search(r"doi|ark:|10\.1234", text, re.IGNORECASE)
    assert f'<identifier identifierType="URL">{PAGE}</identifier>' in resource(record, "http://x", NAME)
    assert schema(record, "http://x", NAME, may_download=False)["identifier"] == "a"


def test_keywords_are_what_an_image_shows_and_not_all_that_is_told_of_it():
    plate = tuple(Term(f"BRD-{i}") for i in range(60))
    told = {"organism": (Term("Volvox"),), "width_px": (Term("640"),), "quantifiable": (Term("yes"),)}
    record = Record("a", "A", fields=told | {"doi": (Term(DOI),), "publication": (Term("A book"),), "compound": plate})
    assert csl(record, PAGE, NAME)["keyword"] == "Volvox"
    for name, text in everything(record).items():
        assert "BRD-" not in text and "A book" not in text and ">640<" not in text, name
    few = Record("a", "A", fields={"compound": plate[:2]})
    assert csl(few, PAGE, NAME)["keyword"] == "BRD-0, BRD-1"
