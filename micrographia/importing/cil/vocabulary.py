"""What the fields of The Cell: An Image Library are called here, and how its ontology ids are written."""

from __future__ import annotations

import re

# Fields of terms, in the order in which their values are gathered.
FIELDS: dict[str, str] = {
    "NCBIORGANISMALCLASSIFICATION": "organism",
    "CELLTYPE": "cell_type",
    "CELLLINE": "cell_line",
    "CELLULARCOMPONENT": "cellular_component",
    "BIOLOGICALPROCESS": "biological_process",
    "MOLECULARFUNCTION": "molecular_function",
    "HUMAN_DEV_ANATOMY": "anatomy",
    "MOUSE_GROSS_ANATOMY": "anatomy",
    "PLANT_GROWTH": "anatomy",
    "TELEOST_ANATOMY": "anatomy",
    "XENOPUS_ANATOMY": "anatomy",
    "ZEBRAFISH_ANATOMY": "anatomy",
    "HUMAN_DISEASE": "disease",
    "MOUSE_PATHOLOGY": "disease",
    "IMAGINGMODE": "imaging_mode",
    "ITEMTYPE": "item_type",
    "VISUALIZATIONMETHODS": "visualization",
    "SOURCEOFCONTRAST": "source_of_contrast",
    "RELATIONTOINTACTCELL": "relation_to_intact_cell",
    "PREPARATION": "preparation",
    "PROCESSINGHISTORY": "processing",
    "PARAMETERIMAGED": "parameter_imaged",
}

# The unparsed originals of anatomy and disease; they say a few things that stand nowhere else.
LEGACY: dict[str, str] = {"PATHOLOGICALPROCESS": "disease", "SPECIESTAXASPECIFIC": "anatomy"}

OTHER = frozenset(
    "DATAQUALIFICATION IMAGEDESCRIPTION TECHNICALDETAILS TERMSANDCONDITIONS DIMENSION ATTRIBUTION GROUP_ID "
    "CHEMICAL_COMPOUNDS".split()
)

# Each prefix as its ontology writes it, and how many digits follow where that is fixed.
PREFIXES: dict[str, tuple[str, int]] = {
    **{name.casefold(): (name, 0) for name in ("NCBITaxon", "DOID", "EMAP", "EHDAA", "FMA", "TAO", "XAO", "MPATH")},
    **{name.casefold(): (name, 7) for name in ("GO", "CL", "MCC", "ZFA", "ZFS", "PO", "IDO")},
    "fbbi": ("FBbi", 8),
    "bbi": ("FBbi", 8),
}

CURIE = re.compile(r"([A-Za-z]{1,20}):(\d{1,20})")
