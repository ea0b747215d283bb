"""Citations that can be pasted."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Record
from micrographia.web.citations import bibtex, citation

RECORD = Record(
    "a:1", title="Cells & 50% more_", contributors=("Ada Lovelace", "Robert Hooke"), year=2010, licence="CC-BY-4.0"
)


def test_a_sentence():
    assert citation(RECORD, "http://x/image/a:1", "Micrographia") == (
        "Ada Lovelace, Robert Hooke (2010). Cells & 50% more_ [image a:1]. Micrographia, http://x/image/a:1. "
        "Licence: CC BY 4.0."
    )
    assert citation(Record("b"), "http://x/b", "M") == "Image b. M, http://x/b."


def test_an_image_of_nobody_is_cited_by_its_title_and_named_once():
    titled = Record("b:1", title="Budding yeast.", year=2011)
    assert citation(titled, "http://x/b", "M") == "Budding yeast [image b:1] (2011). M, http://x/b."
    for bare in (Record("b:1", year=2011), Record("b:1", title="b:1", year=2011)):
        assert citation(bare, "http://x/b", "M") == "Image b:1 (2011). M, http://x/b."
        assert "title        = {{b:1}}" in bibtex(bare, "http://x/b", "M")
        assert "note" not in bibtex(bare, "http://x/b", "M")


def test_bibtex():
    entry = bibtex(RECORD, "http://x/image/a:1", "Micrographia")
    assert entry.startswith("@misc{a:1,\n")
    assert "author       = {Ada Lovelace and Robert Hooke}" in entry
    assert r"{{Cells \& 50\% more\_}}" in entry
    assert "url          = {http://x/image/a:1}" in entry


@given(st.text(max_size=80), st.lists(st.text(max_size=40), max_size=3))
def test_braces_are_balanced_whatever_is_cited(title, names):
    entry = bibtex(Record("a", title=title, contributors=tuple(names)), "http://x", "M")
    # As BibTeX counts them: a backslash makes no difference.
    depths = list(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in entry))
    assert min(depths) == depths[-1] == 0
    assert 0 not in depths[entry.index("{") : -1]
