"""Suggestions: a mapping for a table nobody has described, from the names of its columns and what stands in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from micrographia.collection import licences
from micrographia.collection.cells import column_name
from micrographia.collection.fields import ADDRESS_KEYS, DERIVED, FIELDS, RECORD_COLUMNS
from micrographia.collection.sheets import read_sheet
from micrographia.importing.tables.rows import named_cells

# How alike two names must be, of 100, to be taken for one another.
_ALIKE = 88
_SAMPLE = 200

_SYNONYMS = {
    "species": "organism", "taxon": "organism", "strain": "organism", "cells": "cell_type", "celltype": "cell_type",
    "cellline": "cell_line", "tissue": "anatomy", "organ": "anatomy", "component": "cellular_component",
    "structure": "cellular_component", "process": "biological_process", "function": "molecular_function",
    "diagnosis": "disease", "treatment": "condition", "drug": "compound", "chemical": "compound",
    "microscopy": "imaging_mode", "modality": "imaging_mode", "imaging_method": "imaging_mode",
    "microscope": "microscope",
    "stain": "visualization", "staining": "visualization", "dye": "visualization", "fixation": "preparation",
    "author": "contributor", "authors": "contributor", "creator": "contributor", "photographer": "contributor",
    "name": "title", "caption": "title", "image_name": "title", "notes": "description", "comment": "description",
    "abstract": "description", "url": "file", "image_url": "file", "file_name": "file", "filename": "file",
    "path": "file",
    "image_id": "id", "identifier": "id", "accession": "id", "rights": "licence", "license": "licence",
    "date": "year", "published": "year", "dataset": "group", "experiment": "group", "series": "group", "plate": "group",
    "pubmed_id": "pubmed", "pmid": "pubmed", "reference": "publication", "pixel_size": "pixel_size_um",
}  # fmt: skip
_KNOWN = {field.name: field.name for field in FIELDS} | {name: name for name in RECORD_COLUMNS}
_NAMES = {name: target for name, target in (_KNOWN | _SYNONYMS).items() if name not in DERIVED}

_ONTOLOGIES = {
    "ncbitaxon": "organism_id", "cl": "cell_type_id", "go": "", "fbbi": "", "doid": "disease_id", "uberon": "anatomy_id"
}  # fmt: skip
_IMAGE = re.compile(r"\S+\.(tiff?|png|jpe?g|czi|lif|nd2|zarr|mp4|avi|mov|gif|btf)", re.IGNORECASE)


def suggested_mapping(path: Path) -> str:
    """A mapping for a table as TOML, each line with its reason; raises ``NotFound`` and ``Unreadable``."""
    sheet = read_sheet(path)
    rows = [named_cells(sheet.header, cells) for _, cells in sheet.rows[:_SAMPLE]]
    headers = list(dict.fromkeys([*named_cells(sheet.header, sheet.header), *(name for row in rows for name in row)]))
    lines = [
        f"# Suggested for {json.dumps(path.name)}. Correct it; an empty field leaves a column out.",
        "",
        "[columns]",
    ]
    taken: set[str] = set()
    for header in headers:
        values = [row[header].strip() for row in rows if row.get(header, "").strip()]
        target, reason = _suggested(header, values, taken)
        taken.add(target)
        lines.append(f"{json.dumps(header, ensure_ascii=False)} = {json.dumps(target)}  # {reason}")
    return "\n".join(lines) + "\n"


def _suggested(header: str, values: Sequence[str], taken: set[str]) -> tuple[str, str]:
    """A field for a column, and why."""
    if not values:
        return "", "the column is empty"
    name = column_name(header)
    by_name = _by_name(name)
    by_values = _by_values(values)
    if by_values and by_values[0].endswith("_id") and by_values[0] not in taken:
        return by_values
    if by_name and by_name[0] not in taken and _fits(by_name[0], values):
        return by_name
    if by_values and by_values[0] not in taken:
        return by_values
    if not name:
        return "", "its header has no letters"
    own = f"{name}_" if name in ADDRESS_KEYS | DERIVED | RECORD_COLUMNS else name
    return own, "a field of its own"


def _by_name(name: str) -> tuple[str, str] | None:
    if name in _NAMES:
        return _NAMES[name], "by its name"
    base = name.removesuffix("_id")
    if base != name and base in _NAMES and _NAMES[base] not in RECORD_COLUMNS:
        return f"{_NAMES[base]}_id", "ids, by its name"
    found = process.extractOne(name, _NAMES.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return (_NAMES[found[0]], f"its name is like {found[0]}") if found else None


def _by_values(values: Sequence[str]) -> tuple[str, str] | None:
    prefixes = [value.partition(":")[0].casefold() for value in values if re.fullmatch(r"[A-Za-z]+:\d+", value)]
    if len(prefixes) > 0.8 * len(values) and len(set(prefixes)) == 1 and _ONTOLOGIES.get(prefixes[0]):
        return _ONTOLOGIES[prefixes[0]], f"its values are ids such as {values[0]}"
    if _share(values, lambda value: _IMAGE.fullmatch(value) is not None):
        return "file", "its values are image files"
    if _share(values, lambda value: re.fullmatch(r"https?://\S+", value) is not None):
        return "link", "its values are web addresses"
    if _share(values, lambda value: licences.normalise(value)[1]):
        return "licence", "its values are licences"
    if _share(values, lambda value: re.fullmatch(r"(1[6-9]|20)\d\d", value) is not None):
        return "year", "its values are years"
    return None


def _fits(target: str, values: Sequence[str]) -> bool:
    """Whether the values do not speak against a field that was chosen by its name."""
    if target == "id":
        return len(set(values)) == len(values)
    if target == "year":
        return _share(values, lambda value: re.match(r"\d{4}\b", value) is not None)
    return True


def _share(values: Sequence[str], is_one: Callable[[str], bool]) -> bool:
    return sum(map(is_one, values)) > 0.8 * len(values)
