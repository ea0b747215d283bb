"""Words of one family that a stemmer keeps apart: the Latin and Greek of cell biology, one family a line."""

from __future__ import annotations

_FAMILIES = """
mitochondrion mitochondria mitochondrial mitochondrium
nucleus nuclei nuclear
nucleolus nucleoli nucleolar
cilium cilia ciliary ciliated
flagellum flagella flagellar flagellated
mitosis mitotic mitoses
meiosis meiotic meioses
apoptosis apoptotic
bacterium bacteria bacterial
fungus fungi fungal
alga algae algal
axon axons axonal
dendrite dendrites dendritic
centriole centrioles centriolar
centrosome centrosomes centrosomal
chromosome chromosomes chromosomal
cytoskeleton cytoskeletal
cytoplasm cytoplasmic
vacuole vacuoles vacuolar
vesicle vesicles vesicular
lysosome lysosomes lysosomal
ribosome ribosomes ribosomal
epithelium epithelia epithelial
endothelium endothelia endothelial
embryo embryos embryonic
ovum ova
spermatozoon spermatozoa
stoma stomata stomatal
hypha hyphae hyphal
septum septa septal
lamellipodium lamellipodia lamellipodial
filopodium filopodia filopodial
pseudopodium pseudopodia pseudopod pseudopods
microvillus microvilli microvillar
synapse synapses synaptic
thylakoid thylakoids thylakoidal
crista cristae
cisterna cisternae cisternal
larva larvae larval
ganglion ganglia ganglionic
soma somata somatic
tubule tubules tubular
astrocyte astrocytes astrocytic
neuron neurons neuronal neurone neurones
muscle muscles muscular
membrane membranes membranous
anaphase anaphases
metaphase metaphases
prophase prophases
telophase telophases
interphase interphases
basis bases
analysis analyses
spectrum spectra spectral
locus loci
focus foci focal
"""

FAMILIES: dict[str, tuple[str, ...]] = {
    word: family for family in (tuple(line.split()) for line in _FAMILIES.strip().splitlines()) for word in family
}


def relatives(word: str) -> tuple[str, ...]:
    """The words of a folded word's family, the word itself first; only the word when it has none."""
    return (word, *(other for other in FAMILIES.get(word, ()) if other != word))
