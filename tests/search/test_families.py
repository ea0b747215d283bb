"""Word families: the words that belong together, those that do not, and all of them counted on the real records."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.collection.store import Store
from micrographia.search.documents import BETWEEN, document
from micrographia.search.families import APART, DECLENSIONS, IRREGULAR, relatives
from micrographia.search.folding import fold
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.real_records import real_records

TOGETHER = """
mitochondrion mitochondria mitochondrial
nucleus nuclei nuclear
nucleolus nucleoli nucleolar
cilium cilia ciliary ciliated
flagellum flagella flagellar
bacterium bacteria bacterial
cyanobacterium cyanobacteria cyanobacterial
epithelium epithelia epithelial
endothelium endothelial
septum septa septal
sporangium sporangia sporangial
streptococcus streptococci streptococcal
hypha hyphae hyphal
larva larvae larval
lamella lamellae lamellar
papilla papillae papillary
stoma stomata stomatal
spermatozoon spermatozoa
protozoon protozoa protozoan
vacuole vacuoles vacuolar
centriole centrioles centriolar
vesicle vesicles vesicular
tubule tubules tubular
mitosis mitotic mitoses
apoptosis apoptotic
endocytosis endocytic endocytotic
metastasis metastases metastatic
photosynthesis photosynthetic
cytokinesis cytokinetic
epidermis epidermal
carcinoma carcinomas carcinomata carcinomatous
matrix matrices
helix helices helical
cortex cortices cortical
apex apices apical
pharynx pharynges pharyngeal
lumen lumina luminal
lamellipodium lamellipodia lamellipodial
pseudopod pseudopods pseudopodia
cytoskeleton cytoskeletal
embryo embryos embryonic
synapse synapses synaptic
virus viruses viral
fungus fungi fungal
testis testes testicular
""".strip().splitlines()

# Words that look alike and must never find each other.
STRANGERS = """
nucleus nucleotide
nuclei nuclease
nuclear nucleic
nucleolus nucleosome
nuclei nucleated
bacterium bacteriophage
stoma stomach
locus local
minus mini
metal meta
ovum oval
ova oval
person persona
mamma mammal
general genera
vertex vertical
radium radial
radix radical
medium medial
static stasis
genesis genetic
synthesis synthetic
kinesis kinetic
particle particular
particles particular
musculus muscular
normal norma
formal forma
section sectia
region regia
carbon carba
actin actinic
status static
plus pli
pole polar
role rolar
single singular
organ organism
axon axoneme
chromatin chromatic
central centrum
final finis
similar simile
media mediated
influenza influenzae
quasi quasar
""".strip().splitlines()


@pytest.mark.parametrize("family", TOGETHER)
def test_a_family_is_found_by_each_of_its_words(family):
    members = family.split()
    for word in members:
        found = relatives(word, lambda some: set(some) & set(members))
        assert found[0] == word
        # What is left apart, a stemmer joins by the noun.
        assert len(found) > 1, word
    assert set(relatives(members[0], lambda some: set(some) & set(members))) >= set(members[:2])


@pytest.mark.parametrize("pair", STRANGERS)
def test_strangers_stay_apart(pair):
    one, other = pair.split()
    assert other not in relatives(one)
    assert one not in relatives(other)


endings = st.sampled_from(sorted({ending for declension in DECLENSIONS for ending in declension.endings}))
made_up = st.builds(lambda stem, ending: stem + ending, st.text("abcilmnorstu", max_size=7), endings)
listed = st.sampled_from(sorted({*IRREGULAR, *APART}))


@given(made_up | listed, st.data())
def test_being_related_is_mutual(word, data):
    other = data.draw(st.sampled_from(relatives(word)))
    assert word in relatives(other)


def test_only_words_that_occur_are_related():
    assert relatives("nuclei", lambda some: [w for w in some if w == "nuclear"]) == ("nuclei", "nuclear")
    assert relatives("yeast") == ("yeast",)


# What is typed, and what of the texts it must find: each family counted by a regular expression over the same texts.
ORACLE = {
    "mitochondria mitochondrion mitochondrial": r"mitochondri(?:a|on|al|um)s?",
    "nuclei nucleus nuclear": r"nucle(?:us|uses|i|ar)",
    "nucleoli nucleolus nucleolar": r"nucleol(?:us|i|ar)",
    "cilia cilium ciliary ciliated": r"cili(?:um|a|ary|ates?|ated)",
    "flagella flagellum flagellar": r"flagell(?:um|a|ar|ates?|ated)",
    "axon axons axonal": r"axon(?:s|al)?",
    "centriole centrioles centriolar": r"centriol(?:e|es|ar)",
    "bacterium bacteria bacterial": r"bacteri(?:um|a|al)",
    "epithelium epithelia epithelial": r"epitheli(?:um|a|al)",
    "endothelium endothelial": r"endotheli(?:um|a|al)",
    "chromosome chromosomes chromosomal": r"chromosom(?:e|es|al|ed)",
    "cytoskeleton cytoskeletal": r"cytoskelet(?:on|ons|al)",
    "vacuole vacuoles vacuolar": r"vacuol(?:e|es|ar)",
    "dendrite dendrites dendritic": r"dendrit(?:e|es|ic|ically)",
    "stoma stomata": r"stoma(?:s|ta|tal)?",
    "hypha hyphae hyphal": r"hypha(?:e|l)?",
    "lamellipodium lamellipodia lamellipodial": r"lamellipodi(?:um|a|al)",
    "spermatozoon spermatozoa": r"spermatozo(?:on|a|an|al|ids?)",
    "larva larvae larval": r"larva(?:e|l)?",
    "synapse synapses synaptic": r"synap(?:ses?|sing|tic)",
    "mitosis mitotic mitoses": r"mito(?:sis|tic|ses)",
    "apoptosis apoptotic": r"apopto(?:sis|tic|ses)",
}
RARE = re.compile(r"stoma|hypha|spermatozo|apopto", re.I)


# The same of the values of a field: the stems of Porter's stemmer and the families are those of texts.
FIELD_ORACLE = {
    "preparation": {
        "embedding embedded embedment": r"embed(?:ding|ded|ment)",
        "fixed fixing": r"fix(?:ed|ing|es)?",
        "sections sectioned sectioning": r"section(?:s|ed|ing)?",
    },
    "biological_process": {
        "signaling signals": r"signal(?:s|ed|ing)?",
        "mitosis mitotic": r"mito(?:sis|tic|ses)",
        "branching branches branched": r"branch(?:ing|es|ed)?",
        "mitochondria mitochondrial": r"mitochondri(?:a|on|al|um)s?",
    },
    "cellular_component": {
        "nuclei nucleus nuclear": r"nucle(?:us|uses|i|ar)",
        "cytoskeletal cytoskeleton": r"cytoskelet(?:on|ons|al)",
        "coating coated": r"coat(?:ing|ed|s)?",
        "axons axonal": r"axon(?:s|al)?",
    },
    "visualization": {"staining stains": r"stain(?:ing|ed|s)?", "labelled labels": r"label(?:s|l?ed|l?ing)?"},
}
FIELD_CASES = [(name, typed) for name, several in FIELD_ORACLE.items() for typed in several]


@pytest.fixture(scope="module")
def real(real_data, tmp_path_factory):
    """An index of a sixth of the real records and all with a rare family, and the folded text of each."""
    # All of them take half a minute; the families that a sixth might miss are taken whole.
    chosen = [
        record
        for at, record in enumerate(real_records(real_data))
        if at % 6 == 0 or RARE.search(record.title + record.description)
    ]
    texts = {record.id: fold(_text(record)) for record in chosen}
    with Store.open(tmp_path_factory.mktemp("real"), create=True, observers=(TextIndex(),)) as store:
        store.put(chosen)
        yield SearchIndex(store), texts, chosen


@pytest.mark.parametrize("typed", ORACLE)
def test_families_on_the_real_records(real, typed):
    index, texts, _ = real
    pattern = _pattern(ORACLE[typed])
    expected = {record_id for record_id, text in texts.items() if pattern.search(text)}
    assert expected
    for word in typed.split():
        _assert_finds(index, word, expected)


@pytest.mark.parametrize(("name", "typed"), FIELD_CASES)
def test_families_in_fields_of_the_real_records(real, name, typed):
    index, _, records = real
    pattern = _pattern(FIELD_ORACLE[name][typed])
    values = {record.id: [fold(term.text) for term in record.fields.get(name, ())] for record in records}
    expected = {record_id for record_id, several in values.items() if any(map(pattern.search, several))}
    assert expected
    for word in typed.split():
        _assert_finds(index, f"{name}:{word}", expected)


def _pattern(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])")


def _assert_finds(index: SearchIndex, text: str, expected: set[str]) -> None:
    results = index.search(Query(text, per_page=500))
    found = set(results.table["id"]) if results.pages > 1 else set(results.ids)
    assert found == expected, (text, sorted(expected - found)[:5], sorted(found - expected)[:5])


def _text(record) -> str:
    shown = document(record)
    return BETWEEN.join((shown.title, shown.terms, shown.description))
