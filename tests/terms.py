"""A small library that knows a small taxonomy, for tests of trees."""

from __future__ import annotations

from pathlib import Path

from micrographia.collection.vocabulary import loading
from micrographia.library import Library
from tests.libraries import make_library

TAXONOMY = """format-version: 1.2
ontology: ncbitaxon

[Term]
id: NCBITaxon:2759
name: Eukaryota

[Term]
id: NCBITaxon:40674
name: Mammalia
synonym: "mammals" EXACT []
is_a: NCBITaxon:2759

[Term]
id: NCBITaxon:9606
name: Homo sapiens
synonym: "human" EXACT []
is_a: NCBITaxon:40674

[Term]
id: NCBITaxon:10090
name: Mus musculus
synonym: "house mouse" EXACT []
is_a: NCBITaxon:40674

[Term]
id: NCBITaxon:4751
name: Fungi
is_a: NCBITaxon:2759

[Term]
id: NCBITaxon:4932
name: Saccharomyces cerevisiae
synonym: "baker's yeast" EXACT []
is_a: NCBITaxon:4751
"""


def make_library_with_terms(folder: Path) -> Path:
    """The library of four images, with that taxonomy loaded; the path of its folder."""
    make_library(folder)
    path = folder / "taxonomy.obo"
    path.write_text(TAXONOMY, "utf-8")
    with Library.open(folder) as library:
        loading.load(library.vocabulary, [path])
    return folder
