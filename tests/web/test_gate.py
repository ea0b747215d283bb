"""The gate: every address of the site is asked, and none tells of a record that is hidden, or gives a restricted file.

The addresses are held against the site's own table of routes: a new route without an example here fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import pytest

from micrographia.collection.changes import BEGIN
from micrographia.collection.records import Record, Term
from micrographia.imaging.files import content_hash
from micrographia.library import Library
from micrographia.look import assets
from micrographia.portrait.formats import FORMATS
from micrographia.web.oairequests import VERBS
from micrographia.web.site import routes
from micrographia.widgets.explorer import Explorer
from tests.libraries import make_library
from tests.web.serving import Answer, Client, serving

TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Marks:
    """What would give a record away: each of its parts has the same made-up word in it, and no other record has."""

    word: str
    year: int

    @property
    def id(self) -> str:
        return f"{self.word}-id"

    @property
    def version(self) -> str:
        return VERSIONS.get(self.word, "0" * 16)

    def record(self, library: Library, model: Record) -> Record:
        """A record like another one, with a file of its own, full of the word."""
        source = Path(model.file.source)
        path = source / f"{self.word}file.ome.tif"
        path.write_bytes((source / model.file.path).read_bytes() + self.word.encode())
        channels = tuple(replace(channel, name=self.word) for channel in model.facts.channels)
        facts = replace(model.facts, channels=channels, content_hash=content_hash(path))
        VERSIONS[self.word] = facts.version
        return Record(
            id=self.id,
            title=f"A {self.word} title",
            description=f"About {self.word}s.",
            fields={
                "organism": (Term(f"{self.word} organism", f"{self.word}:1"), Term("Homo sapiens")),
                f"{self.word}_field": (Term(f"{self.word} value"),),
            },
            contributors=(f"{self.word} person",),
            licence=f"LicenseRef-{self.word}",
            attribution=f"{self.word} credit",
            source=f"https://example.org/{self.word}",
            year=self.year,
            group=f"{self.word} group",
            file=replace(model.file, path=path.name),
            facts=facts,
        )


# The version of each record's pixels.
VERSIONS: dict[str, str] = {}

# So unlike each other that no one of them is taken for a slip of another.
HIDDEN, ABSENT, LATER = Marks("zyxhidden", 1665), Marks("wkbqfjmpg", 1667), Marks("tlvscrouh", 1669)

SEARCHES = (
    "| q={word}| q={word}*| organism={word}+organism| group={word}+group| organism={word}:1| "
    "{word}_field={word}+value| contributor={word}+person| licence=LicenseRef-{word}| q=id:{id}| year={year}"
).split("| ")


def addresses() -> Iterator[str]:
    """Examples of every address there is; ``{id}``, ``{word}`` and ``{version}`` are those of a record."""
    release = assets.release()
    yield from (f"/assets/{release}/look.css", "/static/js/bokeh-api.min.js", "/static/extensions/panel/none.js")
    yield from ("/pixels/{id}", "/pixels/{id}/{version}/0/0/0/0/0?c=0&q=exact", "/overview/{id}/{version}/t/0?c=0")
    yield from ("/histogram/{id}/{version}/0/0?c=0", "/value/{id}/{version}/0/0/1/1", "/thumbnails/{id}?s=256")
    yield from ("/thumbnails/{id}?s=512&axis=t", "/", "/image/{id}", "/help", "/robots.txt", "/favicon.svg")
    yield from ("/tray?id={id}", "/tray?id=division&id={id}&id=yeast")
    yield from ("/compare?id={id}&id=division", "/tray/slides?id={id}&id=division", "/notebook.ipynb?id={id}&id=yeast")
    yield from ("/tray/files.zip?id={id}&id=division", "/notebook.ipynb?q={word}", "/random?q={word}+title")
    yield from ("/browse", "/browse/organism", "/browse/group", "/browse/licence", "/browse/contributor")
    yield from ("/browse/{word}_field", "/browse/organism?containing={word}", "/browse/organism?below={word}+organism")
    # The pages of the others, with all that stands beside them: groups, neighbours, what is alike.
    yield from ("/image/division", "/image/yeast", "/image/restricted", "/download/division", "/download/{id}")
    yield from ("/sitemap.xml", "/sitemap-0.xml", "/sitemap-1.xml", "/api", "/iiif", "/api/v1/openapi.json")
    for search in SEARCHES:
        for place in ("/feed", "/api/v1/images", "/api/v1/facets", "/api/v1/facets/organism"):
            yield f"{place}?{search}"
    for format in FORMATS:
        yield from (f"/api/v1/images.{format.name}", f"/api/v1/images.{format.name}?id={{id}}")
    yield from (f"/api/v1/images.csv?{search}" for search in SEARCHES)
    yield from ("/api/v1/images/{id}", "/api/v1/images?fields=id,fields,facts,links", "/api/v1/images/restricted")
    yield from ("/api/v1/facets/{word}_field", "/api/v1/facets/organism?containing={word}&limit=10000")
    yield from ("/api/v1/terms/organism?per_page=500", "/api/v1/terms/contributor", "/api/v1/terms/{word}_field")
    yield from ("/api/v1/terms/organism/{word}%20organism", "/api/v1/terms/organism/{word}:1")
    yield from ("/api/v1/terms/channels", "/api/v1/terms/year", "/api/v1/groups", "/api/v1/groups/{word}%20group")
    yield from (
        "/api/v1/suggest?q={word}",
        "/api/v1/suggest?q=A+{word}",
        "/api/v1/suggest?q=zyx",
        "/api/v1/suggest?q=16",
        "/api/v1/suggest?q={id}",
        "/api/v1/suggest?q={word}:1",
    )
    yield from ("/api/v1/changes?limit=1000", "/api/v1/changes?since=2000-01-01")
    yield from oai_addresses()
    plane = "/iiif/{id}%3Bt%3D0%3Bz%3D1"
    yield from ("/iiif/{id}", "/iiif/{id}/info.json", f"{plane}/info.json", "/iiif/{id}/manifest.json")
    yield from ("/iiif/{id}/full/max/0/default.jpg", f"{plane}/0,0,9,9/max/0/gray.png", "/iiif/division/manifest.json")


def oai_addresses() -> Iterator[str]:
    """What harvesters ask."""
    prefixes = ("oai_dc", "oai_datacite")
    for verb, (required, _) in VERBS.items():
        if not required:
            yield f"/oai?verb={verb}"
    for prefix in prefixes:
        for verb in ("ListRecords", "ListIdentifiers"):
            for held in ("", "&set=group:{word}!20group", "&set=licence:LicenseRef-{word}", "&from=2000-01-01"):
                yield f"/oai?verb={verb}&metadataPrefix={prefix}{held}"
        yield f"/oai?verb=GetRecord&metadataPrefix={prefix}&identifier={quote('oai:127.0.0.1:')}{{id}}"
    yield f"/oai?verb=ListMetadataFormats&identifier={quote('oai:127.0.0.1:')}{{id}}"


def filled(address: str, marks: Marks) -> str:
    return (
        address.replace("{id}", marks.id)
        .replace("{word}", marks.word)
        .replace("{version}", marks.version)
        .replace("{year}", str(marks.year))
    )


def said(answer: Answer, marks: Marks) -> tuple[int, bytes]:
    """The whole answer, with the word of the question taken out."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name not in ("Etag", "Date"))
    whole = TIME.sub(b"", headers.encode() + answer.body).lower()
    for mark in (marks.word, marks.version, str(marks.year)):
        whole = whole.replace(mark.encode(), b"*")
    return answer.status, whole


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Iterator[Library]:
    """Four public images, one restricted, one hidden, and one that becomes hidden."""
    folder = make_library(tmp_path_factory.mktemp("gate") / "library")
    with Library.open(folder) as opened:
        division, yeast = opened.store.get("division"), opened.store.get("yeast")
        hidden = replace(HIDDEN.record(opened, division), visibility="hidden")
        restricted = replace(yeast, id="restricted", title="Restricted", licence="LicenseRef-AllRightsReserved")
        opened.store.put([hidden, restricted, LATER.record(opened, division)])
        yield opened


@pytest.fixture(scope="module")
def site(library) -> Iterator[Client]:
    with serving(library) as client:
        yield client


ADDRESSES = list(addresses())


def test_every_route_has_an_example(site):
    paths = [filled(address, HIDDEN).partition("?")[0] for address in ADDRESSES]
    for pattern, *_ in routes(site.site):
        assert any(re.fullmatch(pattern, path) for path in paths), f"no example for {pattern}"


@pytest.fixture(scope="module")
def public(site) -> dict[str, Answer]:
    """The answers about a record while it is public; the site remembers some of them."""
    return {address: site.get(filled(address, LATER)) for address in ADDRESSES}


def test_the_examples_find_what_is_public(public):
    """So that it means something when they do not find what is hidden."""
    telling = [address for address, answer in public.items() if LATER.word.encode() in whole(answer)]
    assert len(telling) > len(ADDRESSES) * 0.8
    refused = {address for address, answer in public.items() if answer.status >= 400}
    assert refused == {"/api", "/iiif", "/download/{id}", "/static/extensions/panel/none.js"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_hidden_record_is_as_if_it_were_not_there(site, address):
    answer = site.get(filled(address, HIDDEN))
    if "{" in address:
        assert said(answer, HIDDEN) == said(site.get(filled(address, ABSENT)), ABSENT)
    else:
        assert HIDDEN.word.encode() not in whole(answer)
        assert HIDDEN.version.encode() not in whole(answer)
        assert not re.search(rb"\b1665\b", answer.body)


def test_counts_are_those_of_what_is_public(site, library):
    assert site.get("/api/v1/images").json["total"] == library.store.count() == 6
    assert HIDDEN.id not in list(library)


@pytest.mark.parametrize("search", SEARCHES)
def test_explore_tells_nothing(library, search):
    def first(marks: Marks) -> str:
        answer = json.dumps(Explorer(library, "?" + filled(search, marks)).first_answer, default=str)
        return answer.replace(marks.word, "*").replace(str(marks.year), "*")

    assert first(HIDDEN) == first(ABSENT)


def test_of_a_restricted_record_there_is_metadata_and_no_file(site, public):
    assert "Restricted" in site.get("/image/restricted").text
    assert site.get("/download/restricted").status == 403
    assert site.get("/api/v1/images/restricted").json["links"]["download"] is None
    assert "rendering" not in site.get("/iiif/restricted/manifest.json").json
    assert not any(b"/download/restricted" in answer.body for answer in public.values())


def test_a_record_that_becomes_hidden_is_gone_everywhere(site, library, public):
    library.store.put([replace(library.store.get(LATER.id), visibility="hidden")])
    for address in ADDRESSES:
        answer = site.get(filled(address, LATER))
        if address.startswith(("/oai", "/api/v1/changes")):
            # Harvesters are told that it is gone: its id, and nothing else of it.
            rest = re.sub(rb"<request.*?</request>", b"", whole(answer)).replace(LATER.id.encode(), b"")
            assert LATER.word.encode() not in rest
        elif "{" not in address:
            assert LATER.word.encode() not in whole(answer), address
        else:
            assert said(answer, LATER) == said(site.get(filled(address, ABSENT)), ABSENT), address
    assert {change.id: change.is_gone for change in library.store.changes(BEGIN, 1000)}[LATER.id]


def whole(answer: Answer) -> bytes:
    return str(answer.headers).encode() + answer.body
