"""The fields a record can have: their names in tables, addresses and JSON, and how people read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["terms", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, the label people read, its kind, and whether it is a facet from the start."""

    name: str
    label: str
    kind: Kind = "terms"
    facet: bool = True
    italic: bool = False


# In the order in which facets and facts are shown.
FIELDS: tuple[Field, ...] = (
    Field("organism", "Organism", italic=True),
    Field("cell_type", "Cell type"),
    Field("cell_line", "Cell line"),
    Field("cellular_component", "Cellular component"),
    Field("biological_process", "Biological process"),
    Field("molecular_function", "Molecular function"),
    Field("anatomy", "Anatomy"),
    Field("disease", "Disease"),
    Field("condition", "Condition"),
    Field("compound", "Compound"),
    Field("imaging_mode", "Imaging mode"),
    Field("image_type", "Image type"),
    Field("item_type", "Item type"),
    Field("visualization", "Visualization"),
    Field("source_of_contrast", "Source of contrast"),
    Field("relation_to_intact_cell", "Relation to intact cell"),
    Field("preparation", "Preparation"),
    Field("processing", "Processing"),
    Field("parameter_imaged", "Parameter imaged"),
    Field("channels", "Channels", "number"),
    Field("quantifiable", "Quantifiable"),
    Field("quantifiable_for", "Quantifiable for"),
    Field("data_qualification", "Data"),
    Field("licence", "Licence"),
    Field("contributor", "Contributor"),
    Field("group", "Group"),
    Field("year", "Year", "number"),
    # Told of an image, and nothing that images are chosen by.
    Field("width_px", "Width (pixels)", facet=False),
    Field("height_px", "Height (pixels)", facet=False),
    Field("z_step_um", "Distance of the slices (µm)", facet=False),
    Field("wavelength_nm", "Wavelength (nm)", facet=False),
    Field("date_captured", "Captured", facet=False),
    Field("affiliation", "Affiliation", facet=False),
    Field("acknowledgement", "Acknowledgement", facet=False),
    Field("project", "Project", facet=False),
    Field("publication", "Publication", facet=False),
    Field("pubmed", "PubMed", facet=False),
    Field("isbn", "ISBN", facet=False),
    Field("link", "Link", facet=False),
    Field("doi", "DOI", facet=False),
    Field("ark", "ARK", facet=False),
    Field("citation", "Cited as", facet=False),
)

# What could not be used of a value is kept in a field whose name ends so.
AS_GIVEN = "_as_given"

BY_NAME = {field.name: field for field in FIELDS}

# Columns of a table that are parts of the record itself and never fields of their own.
RECORD_COLUMNS = frozenset(
    "id title description file licence attribution contributor source year group visibility "
    "added pixel_size_um z_step_um frame_interval_s axes".split()
)

# The units of the columns that say of the pixels what a file leaves out.
UNITS = {"pixel_size_um": "µm", "z_step_um": "µm", "frame_interval_s": "s"}

# Derived from the facts, never read from a table.
DERIVED = frozenset({"image_type", "channels"})

# Keys of an address that say something else than a field; a column of that name gets a trailing underscore.
ADDRESS_KEYS = frozenset(
    "q sort page per_page grouped image as columns v t z ch view mode auto lock fps play bar".split()
)

NAME_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,63}")


def field_named(name: str) -> Field:
    """The field of that name; one made up on the spot, with a readable label, for a library's own column."""
    if name in BY_NAME:
        return BY_NAME[name]
    about = name.removesuffix(AS_GIVEN)
    if about in BY_NAME:
        label = BY_NAME[about].label
    elif about in UNITS:
        label = f"{about.rpartition('_')[0].replace('_', ' ').capitalize()} ({UNITS[about]})"
    else:
        return Field(name, name.replace("_", " ").strip().capitalize(), facet=True)
    return Field(name, label if about == name else f"{label}, as given", facet=True)
