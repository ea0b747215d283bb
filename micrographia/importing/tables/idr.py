"""The annotation table of a study in the Image Data Resource: one row for each image, or each well of a screen.

A characteristic such as ``Characteristics [Organism]`` is followed by the ontology of its value
(``Term Source 1 REF``) and by its id there (``Term Source 1 Accession``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from micrographia.collection.cells import join_values
from micrographia.collection.sheets import read_sheet
from micrographia.importing.documents import Notes
from micrographia.importing.sources import Documents
from micrographia.importing.tables.attributes import field_of, ontology_id
from micrographia.importing.tables.rows import Told, documents_of, named_cells

_ATTRIBUTE = re.compile(
    r"(?:Characteristics|Factor Value|Experimental Condition|Comment|Parameter Value)\s*\[(.+?)\](?: \(column \d+\))?",
    re.I,
)
_REF = re.compile(r"Term Source \d+ REF(?: \(column \d+\))?", re.I)
_ACCESSION = re.compile(r"Term Source \d+ Accession(?: \(column \d+\))?", re.I)
# Steps of the experiment, told by names that mean nothing outside of the study.
_STEP = re.compile(r"(?:Source|Assay|Extract|Labeled Extract|Sample) Name|Protocol (?:REF|Type).*|Well Number", re.I)
# Parts of the name of an image, in the order in which they make its id.
_PLACES = ("Dataset Name", "Plate", "Well", "Image Name")


class ImageDataResource:
    """The layout of an annotation table, of which the study and the licence are told beside it."""

    name = "idr"
    needs_licence = True

    def __init__(self, study: str = "", licence: str = "") -> None:
        self._study = study
        self._licence = licence

    def told(self, cells: Mapping[str, str], notes: Notes) -> Told:
        """What a row says."""
        values: dict[str, list[tuple[str, str]]] = {}
        files: list[str] = []
        field = ontology = ""
        for header, text in cells.items():
            text = text.strip()
            attribute = _ATTRIBUTE.fullmatch(header)
            if text.startswith(("http://", "https://")) and not _ACCESSION.fullmatch(header):
                files.append(text)
            elif _REF.fullmatch(header):
                ontology = text
            elif _ACCESSION.fullmatch(header):
                if field in values and not values[field][-1][1]:
                    values[field][-1] = (values[field][-1][0], ontology_id(text, ontology))
            elif header not in _PLACES and not _STEP.fullmatch(header):
                field, ontology = field_of(attribute[1] if attribute else header), ""
                several = text.split(";") if header == "Channels" else [text]
                values.setdefault(field, []).extend((one.strip(), "") for one in several)
        places = [cells[name].strip() for name in _PLACES if cells.get(name, "").strip()]
        told = {name: join_values(text for text, _ in found) for name, found in values.items()}
        ids = {name: join_values(one for _, one in found) for name, found in values.items() if any(i for _, i in found)}
        told |= {
            "title": ", ".join(places[-2:]),
            "id": "-".join(filter(None, [self._study, *places])) if places else "",
        }
        told |= {
            "group": next((f"{self._study} {place}".strip() for place in places[:1]), ""),
            "licence": self._licence,
        }
        return Told({name: text for name, text in told.items() if text}, ids, files)


def annotation_documents(path: Path, layout: ImageDataResource) -> Documents:
    """The rows of an annotation table as documents; raises ``NotFound`` and ``Unreadable``."""
    sheet = read_sheet(path)
    rows = [(f"{path.name}, line {line}", named_cells(sheet.header, cells)) for line, cells in sheet.rows]
    return documents_of(layout, rows, sheet.findings)


def study_in(path: Path) -> str:
    """The study that the name of a file begins with, such as ``idr0021``; empty when it does not."""
    match = re.match(r"idr\d{4}", path.name, re.IGNORECASE)
    return match[0].casefold() if match else ""
