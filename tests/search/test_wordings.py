"""Words in the values of a field: found as in texts, whatever their form, their order and what stands beside them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.folding import fold
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.stems import stems
from micrographia.search.text import TextIndex
from micrographia.search.wordings import Wordings
from tests.search.ontologies import load, term

# Each on its own is one record's only value.
VALUES = (
    "dividing cells",
    "cell division",
    "a cell divides; cells divide",
    "nuclear pore",
    "nuclei",
    "nucleotide",
    "SARS",
    "gas exchange",
    "β-tubulin",
    "Beta tubulins",
    "T-tubule",
    "mitochondrial outer membrane",
    "membranes of mitochondria",
    "5 µm beads",
    "cell.cell|cell",
    "Zellkörper",
    "線粒體",
    "running",
)
WORDS = sorted({word for value in VALUES for word in re.findall(r"[^\W_]+", fold(value))})
typed_words = st.sampled_from([*WORDS, "divided", "nucleus", "mitochondrion", "ran", "beta", "Nuclei", "membranous"])


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("values"), create=True, observers=(TextIndex(),)) as store:
        store.put([Record(f"r{at}", "-", fields={"stain": (Term(value),)}) for at, value in enumerate(VALUES)])
        yield SearchIndex(store)


def found(index: SearchIndex, text: str) -> set[str]:
    return {VALUES[int(one[1:])] for one in index.search(Query(text, per_page=100)).ids}


@given(phrase=st.lists(typed_words, min_size=1, max_size=3))
def test_a_field_finds_what_free_text_finds(index, phrase):
    for form in ("{}", '"{}"') if len(phrase) == 1 else ('"{}"',):
        text = form.format(" ".join(phrase))
        assert found(index, f"stain:{text}") == found(index, text), text
        assert found(index, f"-stain:{text}") == set(VALUES) - found(index, text)
    hyphened = "-".join(phrase)
    assert found(index, f"stain:{hyphened}") == found(index, hyphened)


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("stain:divided", {"dividing cells", "a cell divides; cells divide"}),
        ('stain:"cell divided"', {"a cell divides; cells divide"}),
        ("stain:nucleus", {"nuclear pore", "nuclei"}),
        ('stain:"nucleus"', set()),
        ("stain:nucl*", {"nuclear pore", "nuclei", "nucleotide"}),
        ("stain:nuclear-p*", {"nuclear pore"}),
        ("stain:divi*", {"dividing cells", "cell division", "a cell divides; cells divide"}),
        ("stain:t-tubules", {"T-tubule"}),
        ("stain:β-tubulin", {"β-tubulin", "Beta tubulins"}),
        ("stain:zellkorper", {"Zellkörper"}),
        ("stain:線粒體", {"線粒體"}),
        ("stain:ell", set()),
    ],
)
def test_words_of_a_field(index, typed, values):
    assert found(index, typed) == values


def test_a_name_of_a_term_is_found_in_any_form(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as store:
        terms = term("GO:1", "cell division", synonyms=["dividing of a cell"]), term("GO:2", "nuclear pore")
        load(store, *terms)
        store.put(
            [
                Record("one", "-", fields={"biological_process": (Term("cell division", "GO:1"),)}),
                Record("two", "-", fields={"biological_process": (Term("nuclear pore", "GO:2"),)}),
                Record("three", "-", fields={"biological_process": (Term("nuclei divided"),)}),
            ]
        )
        index = SearchIndex(store)
        for typed, ids in {
            "divides": {"one", "three"},
            "divisions": {"one"},
            "nucleus": {"two", "three"},
            "divi*": {"one", "three"},
            '"divided of a cells"': {"one"},
        }.items():
            assert set(index.search(Query(f"biological_process:{typed}")).ids) == ids, typed


def test_a_word_in_another_form_is_not_taken_for_a_mistake(index):
    results = index.search(Query("stain:divided stain:nucleus"))
    assert not results.total
    assert results.meant is None
    assert index.search(Query("stain:dividng")).meant.text == "stain:dividing"


def test_stems_are_those_of_the_text_index():
    assert stems(["dividing", "sars", "mitosis", "3d", "線粒體", ""]) == {
        "dividing": "divid",
        "sars": "sar",
        "mitosis": "mitosi",
        "3d": "3d",
        "線粒體": "線粒體",
        "": "",
    }


lines = st.lists(st.lists(st.sampled_from(["cell", "cells", "wall", "a", "nuclei"]), max_size=4), max_size=6)


@given(lines, st.lists(st.sampled_from(["cell", "wall", "nuclei", "a"]), min_size=1, max_size=3))
def test_phrases_stand_in_the_lines_that_have_them_side_by_side(texts, phrase):
    wordings = Wordings.of(" ".join(text) for text in texts)
    stemmed = [[word.removesuffix("s") for word in text] for text in texts]

    def begins(text: list[str], at: int) -> bool:
        return text[at : at + len(phrase)] == phrase

    said = [at for at, text in enumerate(stemmed) if any(begins(text, i) for i in range(len(text)))]
    assert wordings.saying([phrase]) == said
    assert wordings.saying([phrase], whole=True) == [i for i, t in enumerate(stemmed) if t == phrase]
