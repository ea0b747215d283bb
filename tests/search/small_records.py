"""About 150 small records made from names of terms and from sentences of our own, and what a search must find first."""

from __future__ import annotations

from collections.abc import Iterator

from micrographia.collection.records import Facts, Record, Sizes, Term

# Of each subject there are three records: it stands in the title of one, among the terms of another, and only in the
# description of the third. Then the query, whose answer is the first of the three.
SUBJECTS = (
    ("mitochondrion", "cellular_component", "Mitochondria of a resting cell", "mitochondria"),
    ("nucleus", "cellular_component", "Nuclei in a monolayer", "nuclear"),
    ("cilium", "cellular_component", "Cilia on a trachea", "cilium"),
    ("Golgi apparatus", "cellular_component", "Golgi apparatus in ribbons", "golgi apparatus"),
    ("endoplasmic reticulum", "cellular_component", "Endoplasmic reticulum, a fine net", "endoplasmic reticulum"),
    ("spindle pole", "cellular_component", "A spindle pole in focus", "spindle pole"),
    ("kinetochore", "cellular_component", "Kinetochores on the plate", "kinetochore"),
    ("centriole", "cellular_component", "Centrioles at right angles", "centriolar"),
    ("lysosome", "cellular_component", "Lysosomes after feeding", "lysosome"),
    ("peroxisome", "cellular_component", "Peroxisomes in a leaf", "peroxisomes"),
    ("chloroplast", "cellular_component", "Chloroplasts turn to the light", "chloroplast"),
    ("vacuole", "cellular_component", "A vacuole fills the cell", "vacuoles"),
    ("lamellipodium", "cellular_component", "Lamellipodia in motion", "lamellipodium"),
    ("stress fiber", "cellular_component", "Stress fibers hold on", "stress fiber"),
    ("axon", "cellular_component", "Axons of one bundle", "axonal"),
    ("dendrite", "cellular_component", "Dendrites branch", "dendritic"),
    ("synapse", "cellular_component", "Synapses by the hundred", "synaptic"),
    ("mitosis", "biological_process", "Mitosis from start to end", "mitotic"),
    ("meiosis", "biological_process", "Meiosis in a lily", "meiotic"),
    ("apoptosis", "biological_process", "Apoptosis, blebs and all", "apoptotic"),
    ("endocytosis", "biological_process", "Endocytosis at the rim", "endocytic"),
    ("phagocytosis", "biological_process", "Phagocytosis of a bead", "phagocytosis"),
    ("cytokinesis", "biological_process", "Cytokinesis in two minutes", "cytokinesis"),
    ("photosynthesis", "biological_process", "Photosynthesis seen by its light", "photosynthetic"),
    ("wound healing", "biological_process", "Wound healing in a dish", "wound healing"),
    ("cell migration", "biological_process", "Cell migration along a line", "cell migration"),
    ("neuron", "cell_type", "Neurons after a week", "neuronal"),
    ("astrocyte", "cell_type", "Astrocytes round a vessel", "astrocytes"),
    ("erythrocyte", "cell_type", "Erythrocytes in a row", "erythrocyte"),
    ("keratinocyte", "cell_type", "Keratinocytes close ranks", "keratinocyte"),
    ("oocyte", "cell_type", "An oocyte waits", "oocytes"),
    ("spermatozoon", "cell_type", "Spermatozoa swim", "spermatozoon"),
    ("osteoclast", "cell_type", "Osteoclasts on bone", "osteoclast"),
    ("Paramecium caudatum", "organism", "Paramecium caudatum turns", "paramecium caudatum"),
    ("Danio rerio", "organism", "Danio rerio on the second day", "danio rerio"),
    ("Arabidopsis thaliana", "organism", "Arabidopsis thaliana, a root tip", "arabidopsis"),
    ("Bacillus subtilis", "organism", "Bacillus subtilis in chains", "bacillus subtilis"),
    ("diatom", "cell_type", "Diatoms, a round dance", "diatom"),
    ("hypha", "cellular_component", "Hyphae grow at the tip", "hyphal"),
    ("stoma", "anatomy", "Stomata of a leaf", "stoma"),
)

MODES = ("confocal microscopy", "phase contrast microscopy", "bright-field microscopy", "electron microscopy")

FACTS = Facts(Sizes(64, 64), "uint8", content_hash="0123456789abcdef" * 4)


def small_records() -> Iterator[Record]:
    """The records; of one in three there are no pixels."""
    for at, (term, field, title, _) in enumerate(SUBJECTS):
        mode = Term(MODES[at % len(MODES)])
        facts = FACTS if at % 3 else None
        described = f"Look for the {term} first, then for another {term}: {term} after {term}."
        yield Record(f"described-{at}", f"Practice image {at}", described, {"imaging_mode": (mode,)}, facts=FACTS)
        named = {field: (Term(term),), "imaging_mode": (mode,)}
        yield Record(f"named-{at}", f"Course image {at}", "A view of it.", named, facts=FACTS)
        long = "It was taken for a course, and shows more than one thing. " * 8
        yield Record(f"titled-{at}", title, long, {"imaging_mode": (mode,)}, facts=facts)
    for at in range(30):
        words = [SUBJECTS[(at * step) % len(SUBJECTS)][0].split()[0] for step in (1, 7, 11)]
        described = f"In passing one sees {words[0]}, {words[1]} and {words[2]}."
        yield Record(f"other-{at}", f"Overview {at}", described, facts=FACTS if at % 2 else None)


PAIRS = tuple((query, f"titled-{at}", f"named-{at}") for at, (*_, query) in enumerate(SUBJECTS))
