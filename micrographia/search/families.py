"""Families: words that a stemmer keeps apart, by the regular Latin and Greek endings of biology, and a list of others.

``mitochondrion``, ``mitochondria`` and ``mitochondrial`` are one family, and so are ``nucleus``, ``nuclei`` and
``nuclear``. A family is only ever made of words that occur, so that a rule need not know which words there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declension:
    """Endings that one stem takes; a shorter stem than ``least`` letters says too little to be sure of."""

    endings: tuple[str, ...]
    least: int = 4


def _declension(endings: str, least: int = 4) -> Declension:
    return Declension(tuple(endings.split()), least)


# What Porter's stemmer joins already (axon and axonal, chromosome and chromosomal, cytoplasmic) is not repeated.
DECLENSIONS: tuple[Declension, ...] = (
    _declension("um a al ar"),  # septum, flagellum, epithelium, bacterium
    _declension("us i al ar uses"),  # nucleus, bronchus, bacillus, streptococcus
    _declension("a ae al ar"),  # hypha, larva, lamella, vertebra
    _declension("illa illae illary", 2),  # papilla, axilla
    _declension("illus illi illary", 3),  # bacillus
    _declension("chondrion chondria chondrial chondrium", 0),  # mitochondrion
    _declension("zoon zoa zoan zoans zoal zoid zoids", 2),  # spermatozoon, protozoon
    _declension("ole oles olar", 3),  # vacuole, centriole
    _declension("ule ules ular", 3),  # tubule, granule
    _declension("cle cles cular", 3),  # vesicle, follicle
    _declension("osis oses otic", 2),  # mitosis, meiosis, apoptosis
    _declension("cytosis cytoses cytotic cytic", 3),  # endocytosis
    _declension("ysis yses ytic", 3),  # analysis, hydrolysis
    _declension("stasis stases static", 3),  # metastasis, homeostasis
    _declension("genesis geneses genetic genic", 5),  # morphogenesis, spermatogenesis
    _declension("kinesis kineses kinetic", 3),  # cytokinesis
    _declension("synthesis syntheses synthetic", 3),  # photosynthesis
    _declension("dermis dermal", 0),  # epidermis
    _declension("oma omata omas omatous", 3),  # adenoma, carcinoma
    _declension("ix ices ical ixes", 3),  # matrix, cervix, helix
    _declension("ex ices ical exes", 2),  # cortex, apex
    _declension("nx nges ngeal", 3),  # pharynx, larynx
    _declension("men mina minal mens", 2),  # lumen, abdomen
    _declension("podium podia podial pod pods", 4),  # lamellipodium, pseudopod
    _declension("skeleton skeletons skeletal", 0),  # cytoskeleton
    _declension("embryo embryos embryonic embryonal", 0),
)

# Families that follow no rule here, or whose stem is too short for one.
_IRREGULAR = """
alga algae algal
anus anal
apsis apses
axis axes axial
corpus corpora
crista cristae
crisis crises
diagnosis diagnoses diagnostic
fetus fetuses fetal foetus foetuses foetal
flagellum flagella flagellar flagellate flagellates flagellated
cilium cilia ciliary ciliate ciliates ciliated
fly flies
focus foci focal
foot feet
femur femora femoral
ganglion ganglia ganglionic ganglial
genus genera
glia glial
goose geese
gyrus gyri gyral
hypothalamus hypothalamic
ileum ileal
leaf leaves
locus loci
louse lice
microvillus microvilli microvillar microvillous
membrane membranes membranous
meninx meninges meningeal
mouse mice
muscle muscles muscular
neuron neurons neuronal neurone neurones
nucleolus nucleoli nucleolar
ovum ova
pelvis pelves pelvic
phalanx phalanges phalangeal
phenomenon phenomena
polyp polyps polypi
pupa pupae pupal
sepsis septic
serum sera
soma somata somas somatic
stoma stomata stomatal stomas
sulcus sulci sulcal
synapse synapses synaptic
synapsis synapses
taxon taxa
testis testes testicular
thalamus thalami thalamic
thorax thoraces thoracic
thymus thymi thymic
tooth teeth
uterus uteri uterine
villus villi villar villous
virus viruses viral
"""

# Words that the endings would join and that have nothing to do with each other.
_APART = """
annual annuum
annual annuus
article articular
articles articular
capital capita
central centra
central centrum
chromatic chroma
chromosomal chromosoma
corneal corneum
external externa
florida floridae
formal forma
general genera
genetic genesis
global globus
influenza influenzae
internal interna
kinetic kinesis
mamma mammal
medial media
medial medium
mural mura
muscular musculi
muscular musculus
neutral neutra
normal norma
oval ova
particle particular
particles particular
personal persona
popular populus
quasar quasi
radial radium
radical radix
radium radia
special specia
static stasis
substantial substantia
synthetic synthesis
thermal thermus
tropical tropica
vertical vertex
vertical vertices
"""

# A plural in -s has at least so many letters; in -es it loses two where the word hisses.
_PLURAL = 5
_HISSING = ("ses", "xes", "ches", "shes")

Occurring = Callable[[Iterable[str]], Iterable[str]]


def _pairs(lines: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in lines.strip().splitlines():
        for word in line.split():
            found[word] = found.get(word, frozenset()) | frozenset(line.split()) - {word}
    return found


# Two ways to spell one word, each in any word that has it: of Britain and of America.
SPELLINGS = tuple(
    tuple(line.split())
    for line in """
colour color
tumour tumor
behaviour behavior
vapour vapor
odour odor
favour favor
labour labor
neighbour neighbor
fibre fiber
centre center
metre meter
litre liter
haem hem
anaemi anemi
leukaemi leukemi
ischaemi ischemi
anaesth anesth
caecum cecum
faec fec
paediatr pediatr
palaeo paleo
gynaec gynec
aetiolog etiolog
oestr estr
oesophag esophag
oedema edema
foet fet
amoeb ameb
coelom celom
sulph sulf
leuco leuko
grey gray
mould mold
ageing aging
aluminium aluminum
isation ization
ising izing
ised ized
ise ize
ises izes
iser izer
yse yze
ysed yzed
yses yzes
ysing yzing
""".strip().splitlines()
)

IRREGULAR = _pairs(_IRREGULAR)
APART = _pairs(_APART)


def relatives(word: str, occurring: Occurring = list) -> tuple[str, ...]:
    """The words of a folded word's family, the word itself first; only the word when it has none.

    Parameters
    ----------
    word
        A folded word.
    occurring
        Gives those of some words that occur in the texts; all of them when it is not given.
    """
    possible = _possible(word)
    return (word, *sorted(occurring(possible))) if possible else (word,)


def forms(word: str) -> tuple[str, ...]:
    """The forms that a folded word may take as a name: itself, its plural or singular, and its family."""
    # Four letters and an s are as often a name of their own: SARS, gas.
    if word.endswith("ies") and len(word) > _PLURAL:
        other = [word[:-3] + "y"]
    elif word.endswith("s") and not word.endswith("ss"):
        other = [word[:-1], *([word[:-2]] if word.endswith(_HISSING) else [])] if len(word) >= _PLURAL else []
    else:
        other = [word[:-1] + "ies" if word.endswith("y") else word + "s"]
    return tuple(dict.fromkeys((word, *other, *sorted(_possible(word)))))


def _possible(word: str) -> frozenset[str]:
    found = {*IRREGULAR.get(word, ()), *_spellings(word)}
    for declension in DECLENSIONS:
        for stem in _stems(word, declension):
            found |= {stem + ending for ending in declension.endings}
    return frozenset(found - {word} - APART.get(word, frozenset()))


def _spellings(word: str) -> set[str]:
    """The word as it is spelled elsewhere, each part of it in either way."""
    found = {word}
    for one, other in SPELLINGS:
        for here, there in ((one, other), (other, one)):
            found |= {said.replace(here, there) for said in found if here in said}
    return found


def _stems(word: str, declension: Declension) -> list[str]:
    return [
        word.removesuffix(ending)
        for ending in declension.endings
        if word.endswith(ending) and len(word) - len(ending) >= declension.least
    ]
