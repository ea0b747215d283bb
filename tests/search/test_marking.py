"""Highlights: what matched is marked, as it was written, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.folding import words
from micrographia.search.index import SearchIndex
from micrographia.search.marking import CLOSE, OPEN, SNIPPET, Matched, Piece, marked, snippet
from micrographia.search.query import Query
from micrographia.search.text import TextIndex


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        yield opened


def match(store: Store, text: str, **where) -> Matched:
    (found,) = SearchIndex(store).search(Query(text, where=where)).matched
    return found


def hits(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.hit]


@pytest.mark.parametrize(
    ("typed", "title", "expected"),
    [
        ("mitochondria", "A Mitochondrion beside mitochondrial DNA", ["Mitochondrion", "mitochondrial"]),
        ("nuclei", "Nuclear pores, nucleotides", ["Nuclear"]),
        ("spind*", "Spindles and a spine", ["Spindles"]),
        ('"spindle pole"', "A spindle pole; a pole, a spindle", ["spindle", "pole"]),
        ("cell -yeast", "Cells in a dish", ["Cells"]),
        ("title:golgi", "The GOLGI", ["GOLGI"]),
        ("muller", "By Müller & sons", ["Müller"]),
        ("beta-tubulin", "β-tubulin", ["β", "tubulin"]),
        ("um", "5 µm wide", ["µm"]),
        ("yeast OR cell", "A cell", ["cell"]),
        ("eclair", "An e\u0301clair", ["éclair"]),
    ],
)
def test_what_matched_in_a_title(store, typed, title, expected):
    store.put([Record("a", title)])
    assert hits(match(store, typed).title) == expected


def test_the_pieces_are_the_whole_title(store):
    store.put([Record("a", "<b>Mitosis</b> & more")])
    found = match(store, "mitosis")
    assert "".join(piece.text for piece in found.title) == "<b>Mitosis</b> & more"
    assert found.as_dict()["title"][1] == {"text": "Mitosis", "hit": True}


def test_a_description_is_shown_where_most_words_stand(store):
    far = "Nothing to see. " * 40
    store.put([Record("a", "x", f"<p>One spindle.</p>{far}The <b>spindle</b> has a pole here. {far}")])
    found = match(store, "spindle pole").description
    text = "".join(piece.text for piece in found)
    assert hits(found) == ["spindle", "pole"]
    assert text.startswith("… ") and text.endswith(" …")
    assert len(text) < SNIPPET + 40
    assert "<b>" not in text


def test_only_the_description_is_shown_of_what_is_searched_with_it(store):
    store.put([Record("a", "x", "Of yeast.", attribution="Photo by Hooke")])
    assert match(store, "hooke").description == ()
    assert hits(match(store, "yeast").description) == ["yeast"]
    store.put([Record("a", "x", "", attribution="Photo by Hooke")])
    assert match(store, "hooke").description == ()


def test_values_that_matched_are_named(store):
    store.put([Record("a", "x", fields={"cellular_component": (Term("mitochondrion"), Term("Golgi apparatus"))})])
    assert match(store, "mitochondria").values == ("mitochondrion",)
    assert match(store, "golgi apparatus").values == ("Golgi apparatus",)


def test_without_words_nothing_is_marked(store):
    store.put([Record("a", "Mitosis", fields={"organism": (Term("yeast"),)})])
    results = SearchIndex(store).search(Query(where={"organism": "yeast"}))
    assert results.matched == []
    assert "matched" not in results.as_json()["images"][0]
    assert match(store, "organism:yeast OR mitosis").title != ()


def test_the_json_has_a_match_for_each_image(store):
    store.put([Record("a", "Mitosis"), Record("b", "x", "mitosis")])
    images = SearchIndex(store).search(Query("mitosis")).as_json()["images"]
    assert [bool(image["matched"]["title"]) for image in images] == [True, False]
    assert [bool(image["matched"]["description"]) for image in images] == [False, True]


@given(st.lists(st.text(max_size=30), max_size=12), st.data())
def test_marks_never_change_a_text(parts, data):
    text = " ".join(parts)
    said = words(text)
    chosen = data.draw(st.sets(st.integers(0, max(0, len(said) - 1)), max_size=4)) if said else set()
    found = " ".join(f"{OPEN}{word}{CLOSE}" if at in chosen else word for at, word in enumerate(said))
    for pieces in (marked(text, found), snippet(text, found)):
        shown = "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …")
        assert not pieces or hits(pieces)
        assert words(shown) == words(shown) and len(shown) <= max(len(text) + 4, SNIPPET + 8)
    whole = "".join(piece.text for piece in marked(text, found))
    assert not whole or words(whole) == said
