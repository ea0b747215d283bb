"""Whatever stands in a table, a page stays a page, no text turns round what stands behind it, and nothing is lost."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest

from micrographia.collection.records import Record, Term
from micrographia.library import Library
from micrographia.search.query import Query
from micrographia.widgets.explorer import Explorer
from tests.libraries import make_library
from tests.web.serving import serving

WORDS = ("mitochondria dividing " * 46_000)[:1_000_000]
SOLID = "x" * 1_000_000
TURNING = "\u202eexe.cell\u2066"
FIELDS = ("organism", "cell_type", "disease", "note")
IDS = ("words", "solid", "turning", "crowd")

PAGES = (
    *("/", "/browse", "/browse/organism", "/browse/group", "/browse/contributor"),
    *("/image/words", "/image/solid", "/image/turning", "/image/crowd", "/tray/slides?id=words&id=solid&id=turning"),
    *("/tray?id=words&id=solid&id=turning&id=crowd", "/compare?id=words&id=solid&id=turning&id=division"),
    *("/feed", "/feed?q=mitochondria"),
)


def record_of(name: str, text: str) -> Record:
    """A record that has a text everywhere."""
    fields = {field: (Term(f"{field} {text}", f"{field}:{text}" if field == "note" else None),) for field in FIELDS}
    return Record(name, text[:2000], text, fields, (text, "Ada"), "CC0-1.0", text, text, group=f"group {text}")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = make_library(tmp_path_factory.mktemp("long") / "library")
    people = tuple(f"Person {number}" for number in range(5000))
    crowd = Record("crowd", "A crowd", fields={"organism": tuple(map(Term, people))}, contributors=people)
    with Library.open(folder) as opened:
        with_pixels = opened["division"].record
        texts = {"words": WORDS, "solid": SOLID, "turning": TURNING}
        opened.store.put([*(record_of(name, text) for name, text in texts.items()), crowd])
        opened.store.put([Record(**(vars(record_of("division", WORDS)) | pixels_of(with_pixels)))])
        yield opened


def pixels_of(record: Record) -> dict:
    return {"file": record.file, "facts": record.facts}


@pytest.fixture(scope="module")
def site(library):
    with serving(library) as client:
        yield client


@pytest.mark.parametrize("path", [*PAGES, "/image/division"])
def test_a_page_stays_a_page(site, path):
    answer = site.get(path)
    assert answer.status == 200
    # Some of five thousand people are folded away, and each leads to a search.
    assert len(answer.text) < {"/image/crowd": 500_000}.get(path, 100_000)
    # What a program reads is as it is in the data.
    shown = re.sub(r"<script.*?</script>|<details class=\"whole\">.*?</details>", "", answer.text, flags=re.S)
    assert not re.findall(".{20}[\u202a-\u202e\u2066-\u2069]", shown)


def test_what_is_cut_ends_in_an_ellipsis_and_the_page_says_where_all_of_it_is(site):
    text = site.get("/image/words").text
    assert "mitochondria…</h1>" in text
    assert 'stand whole in <a href="/api/v1/images/words">' in text
    assert "stand whole in" not in site.get("/image/yeast").text
    assert site.get("/image/crowd").text.count("4,900 others") >= 1


def test_the_data_have_all_of_it(site):
    for name, text in {"words": WORDS, "solid": SOLID, "turning": TURNING}.items():
        found = json.loads(site.get(f"/api/v1/images/{name}").text)
        assert found["description"] == text.strip().replace("\u202e", "").replace("\u2066", "")
        assert found["group"] == f"group {text}"
        assert found["fields"]["organism"][0]["text"] == f"organism {text}"
        assert text in json.dumps(found["contributors"], ensure_ascii=False)


def test_a_long_value_leads_to_its_images(library):
    for name, text in {"words": WORDS, "solid": SOLID, "turning": TURNING}.items():
        for field in FIELDS:
            found = library.index.search(Query(where={field: (f"{field} {text}",)})).ids
            assert name in found, field


def test_explore_is_told_no_more_than_it_shows(library):
    for address in ("", "?q=mitochondria", "?q=exe", "?as=table", f"?group={quote(f'group {SOLID}'[:300])}"):
        first = Explorer(library, address).first_answer
        told = json.dumps(first, ensure_ascii=False, default=str)
        assert len(told) < 150_000, address
