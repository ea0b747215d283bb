"""OAI-PMH as the protocol has it, point by point."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.library import Library
from micrographia.web import oai, oairequests
from micrographia.web.oai import Repository
from tests.web.datacite_rules import faults
from tests.web.serving import serving

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
WHEN = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
SPEC = r"([A-Za-z0-9\-_.!~*'()])+(:[A-Za-z0-9\-_.!~*'()]+)*"
GROUP = "Group: 100% sure! & <ü>"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("oai") / "library"
    with _made(folder) as opened:
        yield opened


def _made(folder):
    Store.open(folder, create=True).close()
    library = Library.open(folder)
    library.store.put(
        [
            Record("a:1", title="One & <two> \x0b", fields={"organism": (Term("Homo sapiens", "NCBITaxon:9606"),)}),
            Record("b", title="B", licence="CC-BY-4.0", group=GROUP, year=2010, contributors=("Ada Lovelace",)),
            Record("c", title="C", licence="CC0-1.0", description="Some <b>text</b>"),
            Record("gone", title="G"),
            Record("dark", title="Made dark"),
            Record("secret", title="Never seen", group="Secret group", licence="MIT", visibility="hidden"),
        ]
    )
    library.store.put([replace(library.store.get("dark"), visibility="hidden")])
    library.store.remove(["gone"])
    return library


@pytest.fixture(scope="module")
def repository(library):
    return Repository(library, "https://example.org/cells", "M, library “l”", "curator@example.org")


def ask(repository, **arguments):
    if "from_" in arguments:
        arguments["from"] = arguments.pop("from_")
    return read(repository.respond(list(arguments.items())))


def read(text):
    assert "Never seen" not in text
    assert "ecret" not in text
    root = ElementTree.fromstring(text)
    assert root.tag == f"{OAI}OAI-PMH"
    date, request, *answers = root
    assert re.fullmatch(WHEN, date.text)
    assert request.text == "https://example.org/cells/oai"
    (answer,) = answers
    return answer


def code(answer):
    assert answer.tag == f"{OAI}error"
    assert answer.text.endswith(".")
    return answer.attrib["code"]


def ids(answer):
    return [header.find(f"{OAI}identifier").text for header in answer.iter(f"{OAI}header")]


def token(answer):
    found = answer.find(f"{OAI}resumptionToken")
    return None if found is None else (found.text or "")


def test_identify(repository):
    answer = ask(repository, verb="Identify")
    said = [(child.tag.removeprefix(OAI), child.text) for child in answer]
    assert [name for name, _ in said] == (
        "repositoryName baseURL protocolVersion adminEmail earliestDatestamp deletedRecord granularity".split()
    )
    found = dict(said)
    assert found["baseURL"] == "https://example.org/cells/oai"
    assert found["protocolVersion"] == "2.0"
    assert found["deletedRecord"] == "persistent"
    assert re.fullmatch(WHEN, found["earliestDatestamp"])


@pytest.mark.parametrize("base", ["http://localhost:5006", "https://example.org"])
def test_there_is_always_somebody_to_write_to(library, base):
    answer = ElementTree.fromstring(Repository(library, base, "M").respond([("verb", "Identify")]))
    assert re.fullmatch(r"\S+@(\S+\.)+\S+", answer.find(f".//{OAI}adminEmail").text)


def test_formats(repository):
    answer = ask(repository, verb="ListMetadataFormats")
    assert [prefix.text for prefix in answer.iter(f"{OAI}metadataPrefix")] == ["oai_dc", "oai_datacite"]
    assert len(ask(repository, verb="ListMetadataFormats", identifier="oai:example.org:a:1")) == 2
    assert code(ask(repository, verb="ListMetadataFormats", identifier="oai:example.org:none")) == "idDoesNotExist"


def test_a_record(repository):
    answer = ask(repository, verb="GetRecord", identifier="oai:example.org:b", metadataPrefix="oai_dc")
    record = answer.find(f"{OAI}record")
    header = record.find(f"{OAI}header")
    assert re.fullmatch(WHEN, header.find(f"{OAI}datestamp").text)
    specs = [spec.text for spec in header.iter(f"{OAI}setSpec")]
    assert len(specs) == 2
    assert all(re.fullmatch(SPEC, spec) for spec in specs)
    said = {child.tag.removeprefix(DC): child.text for child in record.find(f"{OAI}metadata")[0]}
    assert (said["title"], said["creator"], said["date"]) == ("B", "Ada Lovelace", "2010")
    one = ask(repository, verb="GetRecord", identifier="oai:example.org:a:1", metadataPrefix="oai_datacite")
    metadata = one.find(f"{OAI}record/{OAI}metadata")
    assert metadata[0].tag == "{http://schema.datacite.org/oai/oai-1.1/}oai_datacite"
    parts = {part.tag.rpartition("}")[2]: part for part in metadata[0]}
    assert parts.keys() == {"schemaVersion", "datacentreSymbol", "payload"}
    assert not faults(parts["payload"][0])
    assert metadata.find(".//{http://datacite.org/schema/kernel-4}title").text == "One & <two>"


@pytest.mark.parametrize("gone", ["gone", "dark"])
def test_a_record_that_is_gone_is_a_header_alone(repository, gone):
    answer = ask(repository, verb="GetRecord", identifier=f"oai:example.org:{gone}", metadataPrefix="oai_dc")
    (record,) = answer
    (header,) = record
    assert header.attrib == {"status": "deleted"}
    assert [child.tag for child in header] == [f"{OAI}identifier", f"{OAI}datestamp"]


def test_lists(repository):
    everything = [f"oai:example.org:{name}" for name in ("a:1", "b", "c", "dark", "gone")]
    for verb in ("ListIdentifiers", "ListRecords"):
        for prefix in ("oai_dc", "oai_datacite"):
            answer = ask(repository, verb=verb, metadataPrefix=prefix)
            assert answer.tag == f"{OAI}{verb}"
            assert ids(answer) == everything
            assert token(answer) is None
    assert ids(ask(repository, verb="ListIdentifiers", metadataPrefix="oai_dc", from_="2010-01-01")) == everything
    assert ids(ask(repository, verb="ListIdentifiers", metadataPrefix="oai_dc", until="2999-01-01")) == everything


def test_sets(repository):
    answer = ask(repository, verb="ListSets")
    found = {one.find(f"{OAI}setName").text: one.find(f"{OAI}setSpec").text for one in answer}
    assert len(found) == 3
    assert all(re.fullmatch(SPEC, spec) for spec in found.values())
    group = found[f"Group: {GROUP}"]
    listed = ask(repository, verb="ListIdentifiers", metadataPrefix="oai_dc", set=group)
    # Of what is gone the set is not known any more: it is told of in each.
    assert ids(listed) == [f"oai:example.org:{name}" for name in ("b", "dark", "gone")]
    assert found["Licence: Creative Commons Zero 1.0 Universal"] == "licence:CC0-1.0"


def test_lists_are_resumed_and_survive_changes(repository, library, monkeypatch):
    monkeypatch.setattr(oai, "PAGE", 2)
    first = ask(repository, verb="ListRecords", metadataPrefix="oai_dc")
    assert len(ids(first)) == 2
    library.store.put([replace(library.store.get("c"), title="C again")])
    second = ask(repository, verb="ListRecords", resumptionToken=token(first))
    third = ask(repository, verb="ListRecords", resumptionToken=token(second))
    assert ids(first) + ids(second) + ids(third) == [
        f"oai:example.org:{name}" for name in ("a:1", "b", "dark", "gone", "c")
    ]
    assert token(third) == ""
    assert third.find(f"{OAI}resumptionToken").attrib == {"cursor": "4"}
    # A token may be used again.
    assert ids(ask(repository, verb="ListRecords", resumptionToken=token(first))) == ids(second)


def test_sets_are_resumed(repository, monkeypatch):
    monkeypatch.setattr(oai, "SETS", 2)
    first = ask(repository, verb="ListSets")
    second = ask(repository, verb="ListSets", resumptionToken=token(first))
    assert len(first.findall(f"{OAI}set")) == 2
    assert len(second.findall(f"{OAI}set")) == 1
    assert token(second) == ""


ERRORS = [
    ("badVerb", {}),
    ("badVerb", {"verb": "Nonsense"}),
    ("badArgument", {"verb": "Identify", "metadataPrefix": "oai_dc"}),
    ("badArgument", {"verb": "ListRecords"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": ""}),
    ("badArgument", {"verb": "GetRecord", "metadataPrefix": "oai_dc"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "yesterday"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2010-02-30"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "2010-01-01T00:00Z"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2011-01-01", "until": "2010-01-01"}),
    (
        "badArgument",
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2010-01-01", "until": "2011-01-01T00:00:00Z"},
    ),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "x"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai dc"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "a b"}),
    ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "group:"}),
    ("badArgument", {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:example.org:a b"}),
    ("badArgument", {"verb": "ListMetadataFormats", "identifier": "oai:example.org:%"}),
    ("idDoesNotExist", {"verb": "ListMetadataFormats", "identifier": "oai:exämple.org:b"}),
    ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "x"}),
    ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": ""}),
    ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "WyJhIl0"}),
    ("badResumptionToken", {"verb": "ListSets", "resumptionToken": "é"}),
    ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc"}),
    ("cannotDisseminateFormat", {"verb": "GetRecord", "metadataPrefix": "marc", "identifier": "oai:example.org:b"}),
    ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "b"}),
    ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:elsewhere:b"}),
    ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2999-01-01"}),
    ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"}),
    ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "nonsense"}),
]


@pytest.mark.parametrize("expected, arguments", ERRORS)
def test_errors(repository, expected, arguments):
    assert code(ask(repository, **arguments)) == expected


def test_what_was_never_public_does_not_exist(repository):
    text = repository.respond(
        [("verb", "GetRecord"), ("metadataPrefix", "oai_dc"), ("identifier", "oai:example.org:secret")]
    )
    assert 'code="idDoesNotExist"' in text
    assert "Never seen" not in text


def test_an_argument_given_twice(repository):
    answer = read(
        repository.respond([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", "a"), ("set", "b")])
    )
    assert code(answer) == "badArgument"
    assert code(read(repository.respond([("verb", "Identify"), ("verb", "Identify")]))) == "badVerb"


NAMES = st.sampled_from("verb metadataPrefix from until set identifier resumptionToken".split()) | st.text(max_size=5)
SAID = [*oairequests.VERBS, "oai_dc", "2010-01-01", "WzFd", "group:a", "oai:example.org:b"]
VALUES = st.sampled_from(SAID) | st.text(max_size=9)


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(arguments=st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_whatever_is_asked_the_answer_is_xml_of_the_protocol(repository, arguments):
    read(repository.respond(arguments))


@settings(max_examples=100)
@given(name=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30))
def test_any_name_has_a_set_of_its_own(name):
    spec = oairequests.spec_of("group", name)
    assert re.fullmatch(SPEC, spec)
    assert oairequests.name_of(spec.removeprefix("group:")) == name


def test_over_http(library):
    with serving(library) as site:
        said = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}
        got = site.get(f"/oai?{urlencode(said)}")
        assert got.status == 200
        assert got.headers["Content-Type"] == "text/xml; charset=utf-8"
        posted = site.post("/oai", urlencode(said).encode())
        date = re.compile(r"<responseDate>.*?</responseDate>")
        assert date.sub("", posted.text) == date.sub("", got.text)
        assert "badVerb" in site.get("/oai").text
        assert "badVerb" in site.get("/oai?" + "&".join(f"a{i}=1" for i in range(30))).text
        assert site.post("/oai", b"\xff\xfe%zz=&&&=").status == 200
        assert site.get("/oai", method="DELETE").status == 405
