"""Ways to write one thing: with and without a hyphen, a space, a genitive, and as either side of the ocean spells."""

from __future__ import annotations

import re

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.documents import BETWEEN, document
from micrographia.search.families import relatives
from micrographia.search.folding import fold, words
from micrographia.search.index import SearchIndex
from micrographia.search.phrasings import phrasings
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.real_records import real_records


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("time-lapse", {"timelapse"}),
        ("timelapse", {"time lapse"}),
        ("xray", {"x ray"}),
        ("3D", {"3 d"}),
        ("3-D", {"3d"}),
        ("5µm", {"5 um"}),
        ("0.5µm", {"0 5 um"}),
        ("0.5 µm", {"0 5um"}),
        ("5 µm", {"5um"}),
        ("NIH3T3", {"nih 3t3", "nih3 t3", "nih3t 3"}),
        ("Purkinje's", {"purkinje"}),
        ("Purkinje’s", {"purkinje"}),
        ("GFP::actin", {"gfpactin"}),
        ("notable", set()),
        ("upon", set()),
        ("cryoEM", {"cryo em"}),
        ("cells", set()),
        ("a/b/c/d", set()),
        ("3", set()),
    ],
)
def test_what_else_a_text_may_write(typed, others):
    own, *rest = phrasings(words(typed), typed)
    assert list(own) == words(typed)
    assert {" ".join(phrase) for phrase in rest} == others


@pytest.mark.parametrize(
    "pair",
    "colour color, tumours tumors, fibre fiber, haematoxylin hematoxylin, oestrogen estrogen, organised organized,"
    "localisation localization, analysed analyzed, sulphate sulfate, leucocyte leukocyte, oedema edema".split(","),
)
def test_british_and_american_words_are_one(pair):
    one, other = pair.split()
    assert other in relatives(one)
    assert one in relatives(other)


# What is typed, and what it must find in the texts of the real records, by a regular expression.
ORACLE = {
    "time-lapse timelapse": r"time[^\w\s]*\s*lapse",
    "x-ray xray": r"x[^\w]*rays?",
    "3D 3-D": r"3[^\w]*ds?",
    "T-tubule t-tubules": r"t[^\w]+tubul(?:e|es|ar)",
    "NIH/3T3 NIH3T3": r"nih[^\w]*3t3",
    "Cy3 Cy-3": r"cy[^\w]*3",
    "5µm 5-µm": r"5[^\w]*um",
    "tumour tumor tumours": r"tumou?rs?",
    "colour color": r"colou?r(?:s|ed|ing|i[sz]ed|i[sz]ation)?",
    "haematoxylin hematoxylin": r"ha?ematoxylins?",
    "α-tubulin alpha-tubulin": r"alpha[^\w]*tubulins?",
    "pre-synaptic presynaptic": r"pre[^\w]*synap(?:tic|se|ses)",
    "cryo-EM cryoEM": r"cryo[^\w]*em",
    "c.elegans C.elegans": r"c[^\w]*elegans",
    "Golgi GOLGI": r"golgi",
}


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    """An index of the real records that have any of it, and as many others; the folded text of each."""
    anything = re.compile("|".join(ORACLE.values()))
    texts = {record.id: (record, _text(record)) for record in real_records(real_data)}
    chosen = [record for at, (record, text) in enumerate(texts.values()) if at % 8 == 0 or _is_rare(text)]
    assert any(anything.search(_text(record)) for record in chosen)
    with Store.open(tmp_path_factory.mktemp("real"), create=True, observers=(TextIndex(),)) as store:
        store.put(chosen)
        yield SearchIndex(store), {record.id: texts[record.id][1] for record in chosen}


def _is_rare(text: str) -> bool:
    return bool(re.search(r"cryo|xray|3.d\b|nih|timelapse|haemat|tumou?r|presynap|pre.synap|\bcy.?3", text))


def _text(record: Record) -> str:
    shown = document(record)
    return fold(BETWEEN.join((shown.title, shown.terms, shown.description)))


@pytest.mark.parametrize("typed", ORACLE)
def test_on_the_real_records(real, typed):
    index, texts = real
    pattern = re.compile(rf"(?<![^\W_])(?:{ORACLE[typed]})(?![^\W_])")
    expected = {record_id for record_id, text in texts.items() if pattern.search(text)}
    for text in typed.split():
        results = index.search(Query(text, per_page=500))
        found = set(results.table["id"]) if results.pages > 1 else set(results.ids)
        if text[1:2] == ".":
            # A letter stands for any genus that begins with it.
            assert found >= expected
        else:
            assert found == expected, (text, sorted(expected - found)[:5], sorted(found - expected)[:5])


@pytest.fixture
def index(tmp_path):
    texts = ("beads of 5 µm", "beads of 5µm, 3 of them", "5 cells and a bar in µm", "Escherichia coli", "a tail")
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as store:
        worm = {"organism": (Term("Caenorhabditis elegans"),), "cellular_component": (Term("T-tubule"),)}
        records = [Record(f"r{at}", "-", text) for at, text in enumerate(texts)]
        store.put([*records, Record("worm", "-", fields=worm)])
        yield SearchIndex(store)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("5 µm", {"r0", "r1"}),
        ("5 um -3", {"r0"}),
        ("5µm", {"r0", "r1"}),
        ('"5 µm"', {"r0"}),
        ("5 µmol", set()),
        ("E. coli", {"r3"}),
        ("E.coli", {"r3"}),
        ("-E.coli", {"r0", "r1", "r2", "r3", "r4", "worm"}),
        ("organism:C.elegans", set()),
        ("organism:E.coli a", set()),
    ],
)
def test_numbers_keep_their_units_and_species_their_genus(index, typed, found):
    assert set(index.search(Query(typed)).ids) == found


@pytest.mark.parametrize("typed", ["C. eleg", "c.eleg", "C eleg"])
def test_a_genus_cut_short_is_no_word_beside_the_species(index, typed):
    first = index.suggest(typed)[0]
    assert first["label"] == "Caenorhabditis elegans"
    assert "rest" not in first
    assert index.suggest(f"wing {typed}")[0]["rest"] == "wing"


def test_a_plural_suggests_the_value(index):
    assert index.suggest("T tubules")[0]["label"] == "T-tubule"
