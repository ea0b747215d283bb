"""Meanings: words that are a name of a term find what is annotated with it, after what has the words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.collection.vocabulary.terms import OntologyTerm, Parent, Synonym
from micrographia.search.index import SearchIndex
from micrographia.search.marking import Piece
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.ontologies import load, term
from tests.search.small_records import PAIRS, SUBJECTS, small_records

FLY, MOUSE, YEAST = "Drosophila melanogaster", "Mus musculus", "Saccharomyces cerevisiae"

TAXA = (
    term("NCBITaxon:1", "root", synonyms=["all"]),
    term("NCBITaxon:7147", "Diptera", "NCBITaxon:1", synonyms=["flies"]),
    term("NCBITaxon:7227", FLY, "NCBITaxon:7147", synonyms=["fruit fly"]),
    term("NCBITaxon:10090", MOUSE, "NCBITaxon:1", synonyms=["house mouse", "mouse"]),
    term("NCBITaxon:4932", YEAST, "NCBITaxon:1", synonyms=["baker's yeast"]),
    term("NCBITaxon:99", "obsolete Musculus", is_obsolete=True, replaced_by="NCBITaxon:10090"),
)
CELLS = (
    term("CL:540", "neuron", synonyms=["nerve cell"]),
    OntologyTerm("CL:121", "Purkinje cell", (Synonym("PC", "related"),), (Parent("CL:540"),)),
    OntologyTerm(
        "FB:1",
        "interference microscopy",
        (Synonym("DIC", "related"), Synonym("view", "related"), Synonym("half", "narrow")),
    ),
)


def record(record_id: str, title: str, organism: str = "", cell: str = "", mode: str = "") -> Record:
    given = {"organism": organism, "cell_type": cell, "imaging_mode": mode}
    terms = {name: tuple(Term(*one.split("|")) for one in [value] if value) for name, value in given.items()}
    return Record(record_id, title, fields={name: value for name, value in terms.items() if value})


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("library"), create=True, observers=(TextIndex(),)) as store:
        store.put(
            [
                record("fly", "Wing disc", f"{FLY}|NCBITaxon:7227"),
                record("fly-brain", "Brain of the second day", f"{FLY}|NCBITaxon:7227", "Purkinje cell|CL:121"),
                record("said", "Not a fruit fly", f"{MOUSE}|NCBITaxon:10090"),
                record("apart", "A fly on fruit"),
                record("m-section", "Section", f"{MOUSE}|NCBITaxon:10090", mode="interference microscopy|FB:1"),
                record("m-brain", "Brain of a mouse"),
                record("yeast", "Buds", f"{YEAST}|NCBITaxon:4932"),
                record("root", "Root of a plant"),
            ]
        )
        load(store, *TAXA, *CELLS)
        yield SearchIndex(store)


def ids(index: SearchIndex, text: str, **more) -> list[str]:
    return index.search(Query(text, **more)).ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fruit fly", {"said", "apart", "fly", "fly-brain"}),
        ("Fruit Flies", {"said", "apart", "fly", "fly-brain"}),
        ("mice", {"m-brain", "said", "m-section"}),
        ('"fruit fly"', {"said"}),
        ('"fruit" "fly"', {"said", "apart"}),
        ("diptera", {"fly", "fly-brain"}),
        ("baker's yeast", {"yeast"}),
        ("house mouse", {"said", "m-section"}),
        ("mouse", {"m-brain", "said", "m-section"}),
        ("musculus", {"said", "m-section"}),
        ("NCBITaxon:99", {"said", "m-section"}),
        ("NCBITaxon:7147", {"fly", "fly-brain"}),
        ("nerve cells", {"fly-brain"}),
        ("neurons", {"fly-brain"}),
        ("fruit fly brain", {"fly-brain"}),
        ("brain fruit fly", {"fly-brain"}),
        ("mouse brain", {"m-brain"}),
        ("fruit fly nerve cell", {"fly-brain"}),
        ("mouse OR yeast", {"m-brain", "said", "m-section", "yeast"}),
        ("brain -mouse", {"fly-brain"}),
        ("-mouse", {"fly", "fly-brain", "apart", "yeast", "root"}),
        ('-"mouse"', {"fly", "fly-brain", "said", "apart", "m-section", "yeast", "root"}),
        ("DIC", {"m-section"}),
        ("dic", {"m-section"}),
        # Synonyms that mean much else, or less: two letters, a plain word that is only related, a part of it.
        ("PC", set()),
        ("view", set()),
        ("half", set()),
        # The root of all is no root of a plant.
        ("root", {"root"}),
        ("all", set()),
        ("mous*", {"m-brain"}),
        ("title:mouse", {"m-brain"}),
        ("organism:mouse", {"said", "m-section"}),
        ("cell_type:neurons", {"fly-brain"}),
        ("cell_type:neuronal", {"fly-brain"}),
    ],
)
def test_names_of_terms_find_what_is_annotated(index, text, expected):
    results = index.search(Query(text))
    assert set(results.ids) == expected
    assert results.total == len(expected)
    assert results.problems == []


def test_the_words_come_first_and_then_the_terms(index):
    assert ids(index, "fruit fly")[:2] == ["said", "apart"]
    assert ids(index, "mouse") == ["m-brain", "m-section", "said"]
    for per_page in (1, 3):
        pages = [ids(index, "fruit fly", per_page=per_page, page=page) for page in range(1, 5)]
        assert [one for page in pages for one in page] == ids(index, "fruit fly")
    assert ids(index, "mouse", sort="title") == ["m-brain", "said", "m-section"]


def test_of_what_is_found_by_terms_that_with_more_of_the_words_comes_first(index):
    assert ids(index, "diptera wing OR flies") == ["fly", "fly-brain"]
    assert ids(index, "diptera brain OR flies") == ["fly-brain", "fly"]


TYPED = st.text("mouse fly\"*:-|()'µΔ\x00\n~_^{}+&", max_size=60) | st.text(max_size=60)
PARTS = [
    "fruit fly",
    "mouse",
    "NOT",
    "AND",
    "OR",
    "(",
    ")",
    '"',
    "nerve cell",
    "org*",
    "organism:",
    "id:",
    "NEAR(a b, 2)",
    "-",
]


@settings(max_examples=150)
@given(TYPED | st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join))
def test_any_text_has_an_answer(index, text):
    results = index.search(Query(text))
    assert len(results.matched) in (0, len(results.rows))
    assert 0 <= (results.also.total if results.also else 0) <= results.total <= 8
    assert all(problem.startswith("Character ") for problem in results.problems)
    assert set(index.search(Query(text, sort="title")).ids) == set(results.ids)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "mouse " * 1000,
        "(" * 5000 + "mouse" + ")" * 5000,
        '"' * 5000,
        "NOT " * 1000,
        "a* " * 1000,
        " OR ".join(["nerve cell"] * 200),
        'x" OR title:* NEAR("a b") {title}: -- ; DROP TABLE records',
    ],
)
def test_very_long_and_hostile_texts_have_one_too(index, text):
    results = index.search(Query(text))
    assert (results.total, len(results.ids)) == (len(results.rows), results.total)
    assert len(results.problems) <= 10
    assert index.suggest(text) is not None
    assert index.search(Query("mouse")).total == 3


def test_it_is_said_which_terms_and_how_many_and_how_to_have_the_words_alone(index):
    found = index.search(Query("Fruit fly -yeast"))
    assert found.also is not None
    assert (found.also.terms, found.also.total) == ((FLY,), 2)
    assert found.also.sentence == f"2 of them have the term {FLY}, or one below, instead of the words."
    alone = Query.from_url(found.also.url)
    assert alone.text == '"Fruit" "fly" -yeast'
    assert set(index.search(alone).ids) == {"said", "apart"}
    assert index.search(alone).also is None
    assert found.as_json()["also"] == {"terms": [FLY], "total": 2, "url": alone.to_url()}
    assert index.search(Query("wing")).as_json()["also"] is None


def test_what_filters_leave_out_is_not_counted(index):
    assert index.search(Query("fruit fly", where={"organism": MOUSE})).also is None
    found = index.search(Query("fruit fly", where={"cell_type": "neuron"})).also
    assert found is not None
    assert found.total == 1


@pytest.mark.parametrize(
    ("text", "record_id", "expected"),
    [
        ("fruit fly", "fly", [Piece(FLY, True), Piece(", also known as fruit fly")]),
        ("diptera", "fly", [Piece(FLY, True), Piece(", a kind or part of Diptera")]),
        (
            "nerve cell",
            "fly-brain",
            [Piece("Purkinje cell", True), Piece(", a kind or part of neuron, also known as nerve cell")],
        ),
    ],
)
def test_what_matched_is_the_term_by_its_name(index, text, record_id, expected):
    results = index.search(Query(text))
    matched = results.matched[results.ids.index(record_id)]
    assert [piece for one in matched.terms for piece in one.pieces()] == expected
    said = results.matched[results.ids.index("said")] if "said" in results.ids else None
    assert said is None or (said.title and not said.terms)


def test_a_name_of_a_term_is_no_slip_of_the_pen(index):
    assert index.search(Query("dipterra OR qqqq")).meant is None
    assert index.search(Query("diptera section")).total == 0
    assert index.search(Query("diptera section")).meant is None


def test_without_a_vocabulary_words_are_words(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as store:
        store.put([record("fly", "Wing", f"{FLY}|NCBITaxon:7227"), record("said", "A fruit fly")])
        found = SearchIndex(store).search(Query("fruit fly"))
        assert (found.ids, found.also) == (["said"], None)


def test_hidden_records_are_not_found_by_their_terms(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as store:
        hidden = Record("fly", "Wing", fields={"organism": (Term(FLY, "NCBITaxon:7227"),)}, visibility="hidden")
        store.put([hidden, record("m-section", "Section", f"{MOUSE}|NCBITaxon:10090")])
        load(store, *TAXA)
        index = SearchIndex(store)
        assert (ids(index, "fruit fly"), ids(index, "mouse")) == ([], ["m-section"])


WORDS = st.lists(
    st.sampled_from(["fruit", "fly", "mouse", "nerve", "cell", "brain", "house", "wing"]), min_size=1, max_size=4
)


@settings(max_examples=60)
@given(WORDS, st.data())
def test_laws(index, typed, data):
    everything = set(ids(index, ""))
    text = " ".join(typed)
    found = set(ids(index, text))
    # More words find less, words alone find no more, and what is left out is the rest.
    one = data.draw(st.sampled_from(typed))
    assert set(ids(index, " ".join(f'"{word}"' for word in typed))) <= found
    assert set(ids(index, f"-{one}")) == everything - set(ids(index, one))
    assert set(ids(index, f"{text} {one} -{one}")) == set() or len(typed) > 1
    assert found == set(ids(index, text.upper()))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small records of the ranking, with terms that have another name each, on one record more for each."""
    with Store.open(tmp_path_factory.mktemp("small"), create=True, observers=(TextIndex(),)) as store:
        store.put(small_records())
        numbered = list(enumerate(SUBJECTS))
        load(store, *(term(f"S:{at}", name, synonyms=[f"synonymous {at}"]) for at, (name, *_) in numbered))
        store.put(
            Record(f"termed-{at}", f"Image {at}", fields={field: (Term(f"as {at}", f"S:{at}"),)})
            for at, (_, field, *_) in numbered
        )
        yield SearchIndex(store)


@pytest.mark.parametrize(("query", "first", "second"), PAIRS, ids=[query for query, *_ in PAIRS])
def test_the_forty_questions_keep_their_answers_and_terms_come_last(small, query, first, second):
    found = ids(small, query, per_page=200)
    assert found[:2] == [first, second]
    at = first.split("-")[1]
    if f"termed-{at}" in found:
        assert found[-1] == f"termed-{at}"


@pytest.mark.parametrize("at", range(len(SUBJECTS)))
def test_forty_synonyms_find_their_terms(small, at):
    assert set(ids(small, f"synonymous {at}")) >= {f"termed-{at}", f"named-{at}"}
    assert ids(small, f'"synonymous {at}"') == []
