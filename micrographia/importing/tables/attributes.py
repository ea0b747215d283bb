"""Attributes: the words that other archives have for our fields, and ontology ids as they write them."""

from __future__ import annotations

import re

from micrographia.collection.cells import column_name
from micrographia.collection.fields import ADDRESS_KEYS, BY_NAME, DERIVED, RECORD_COLUMNS

_FIELDS = {
    "organism": "organism", "species": "organism", "strain": "strain", "cell_type": "cell_type",
    "cell_line": "cell_line", "cell_line_name": "cell_line", "organism_part": "anatomy",
    "tissue": "anatomy", "organ": "anatomy",
    "developmental_stage": "developmental_stage", "disease": "disease", "disease_state": "disease",
    "clinical_diagnosis": "disease", "compound": "compound", "compound_name": "compound", "treatment": "condition",
    "experimental_condition": "condition", "cellular_component": "cellular_component",
    "biological_process": "biological_process",
    "imaging_method": "imaging_mode", "imaging_type": "imaging_mode", "image_type": "imaging_mode",
    "sample_preparation": "preparation", "stain": "visualization", "staining": "visualization", "channels": "channel",
    "channel": "channel", "description": "description", "comments": "description",
    "licence": "licence", "license": "licence",
    "authors": "contributor", "author": "contributor",
}  # fmt: skip

# Ontologies whose name others write otherwise.
_ONTOLOGIES = {"ncbi": "NCBITaxon", "ncbitaxon": "NCBITaxon", "fbbi": "FBbi"}


def field_of(attribute: str) -> str:
    """The field that an attribute of another archive is; one of its own name where we have none."""
    name = column_name(attribute)
    if name in _FIELDS:
        return _FIELDS[name]
    if name in ADDRESS_KEYS | DERIVED | RECORD_COLUMNS:
        return f"{name}_"
    return name if name in BY_NAME or name else "attribute"


def ontology_id(accession: str, ontology: str) -> str:
    """An accession as a CURIE, as far as that can be told: ``NCBITaxon_9606``, ``9606``, or the address of a term.

    Parameters
    ----------
    accession
        As the table writes it.
    ontology
        The name of the ontology that stands beside it; may be empty.
    """
    text = accession.strip().rpartition("/")[2] if "://" in accession else accession.strip()
    match = re.fullmatch(r"([A-Za-z]+)[_:](\d+)", text)
    prefix, number = (match[1], match[2]) if match else ("".join(ontology.split()), text)
    if not (number.isdigit() and re.fullmatch(r"[A-Za-z]+", prefix)):
        return text
    return f"{_ONTOLOGIES.get(prefix.casefold(), prefix)}:{number}"
