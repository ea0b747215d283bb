"""The annotation table of a study in the Image Data Resource: one row for each image, or each well of a screen.

A characteristic such as ``Characteristics [Organism]`` is followed by the ontology of its value
(``Term Source 1 REF``) and by its id there (``Term Source 1 Accession``). A phenotype is told in the words of those
who saw it (``Phenotype 1``), and as a term (``Phenotype 1 Term Name``, ``Phenotype 1 Term Accession``). What is of
several kinds is counted (``Characteristics [Organism 2]``); a well with several genes or compounds has several rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from micrographia.collection.cells import join_values
from micrographia.collection.sheets import read_sheet
from micrographia.errors import Unreadable
from micrographia.importing.documents import Notes
from micrographia.importing.sources import Documents
from micrographia.importing.tables.attributes import field_of, ontology_id
from micrographia.importing.tables.rows import Told, documents_of, named_cells

_ATTRIBUTE = re.compile(
    r"(?:(?:Characteristics|Factor Value|Experimental Condition|Comment|Parameter Value)\s*\[(.+?)(?: \d+)?\]"
    r"|(Phenotype))(?: \d+)?(?: Term Name)?",
    re.I,
)
_REF = re.compile(r"(?:.+ )?Term Source(?: \d+)? REF", re.I)
_ACCESSION = re.compile(r"Term Source(?: \d+)? Accession|(.+?)(?: Term)? Accession", re.I)
# What follows a header: where its ids lead, and that it stands again, in another column or another row of the image.
_BEHIND = re.compile(r"(?: %%(?s:.*?))?(?: \((?:column|row) \d+\)){0,9}$")
# Steps of the experiment, told by names that mean nothing outside of the study.
_STEP = re.compile(r"(?:Source|Assay|Extract|Labeled Extract|Sample) Name|Protocol (?:REF|Type).*|Well Number", re.I)
# Parts of the name of an image, in the order in which they make its id.
_PLACES = ("Dataset Name", "Plate", "Well", "Image Name", "Image File")


class ImageDataResource:
    """The layout of an annotation table, of which the study and the licence are told beside it."""

    name = "idr"
    needs_licence = True

    def __init__(self, study: str = "", licence: str = "") -> None:
        self._study = study
        self._licence = licence

    def told(self, cells: Mapping[str, str], notes: Notes) -> Told:
        """What a row says."""
        values, files = _values_and_files(cells)
        places = _places(cells)
        told = {name: join_values(text for text, _ in found) for name, found in values.items()}
        ids = {name: join_values(one for _, one in found) for name, found in values.items() if any(i for _, i in found)}
        told |= {
            "title": ", ".join(places[-2:]),
            "group": next((f"{self._study} {place}".strip() for place in places[:1]), ""),
            "licence": self._licence,
        }
        key = "-".join(filter(None, [self._study, *places])) if places else ""
        return Told({name: text for name, text in told.items() if text}, ids, files, key)


def annotation_documents(path: Path, layout: ImageDataResource) -> Documents:
    """The rows of an annotation table as documents; raises ``NotFound`` and ``Unreadable``."""
    sheet = read_sheet(path)
    if not {header.strip() for header in sheet.header} & set(_PLACES):
        raise Unreadable(f"{str(path)!r} names no images. An annotation table has Image Name, or Plate and Well.")
    rows = ((f"{path.name}, line {line}", named_cells(sheet.header, cells)) for line, cells in sheet.rows)
    return documents_of(layout, _gathered(rows), sheet.findings)


def study_in(path: Path) -> str:
    """The study that the name of a file begins with, such as ``idr0021``; empty when it does not."""
    match = re.match(r"idr\d{4}", path.name, re.IGNORECASE)
    return match[0].casefold() if match else ""


def _places(cells: Mapping[str, str]) -> list[str]:
    """What names the image of a row, from the largest to the smallest; an image file only where no image is named."""
    found = {name: cells[name].strip() for name in _PLACES if cells.get(name, "").strip()}
    if "Image Name" in found:
        found.pop("Image File", None)
    return list(found.values())


def _values_and_files(cells: Mapping[str, str]) -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
    """For each field its values, with the id of each or nothing; and the addresses of files."""
    values: dict[str, list[tuple[str, str]]] = {}
    files: list[str] = []
    field = ontology = ""
    for header, text in cells.items():
        header, text = _BEHIND.sub("", header), text.strip()
        accession = _ACCESSION.fullmatch(header)
        named = _field_of(accession[1]) if accession and accession[1] else field
        if accession and named in values:
            if not values[named][-1][1]:
                values[named][-1] = (values[named][-1][0], ontology_id(text, ontology))
        elif text.startswith(("http://", "https://")) and not accession:
            files.append(text)
        elif _REF.fullmatch(header):
            ontology = text
        elif header not in _PLACES and not _STEP.fullmatch(header) and not (accession and not accession[1]):
            field, ontology = _field_of(header), ""
            several = text.split(";") if header == "Channels" else [text]
            values.setdefault(field, []).extend((one.strip(), "") for one in several)
    return {name: _told_once(found) for name, found in values.items()}, files


def _field_of(header: str) -> str:
    attribute = _ATTRIBUTE.fullmatch(header)
    return field_of((attribute[1] or attribute[2]) if attribute else header)


def _told_once(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Texts and ids, none twice, and none without an id that stands there with one, too."""
    with_ids = {text for text, one in found if one}
    return list(dict.fromkeys((text, one) for text, one in found if one or text not in with_ids))


def _gathered(rows: Iterable[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
    """The rows, those that are of the same image made one: what the others say follows the first one's cells."""
    images: dict[tuple[str, ...], tuple[str, dict[str, str], int]] = {}
    for number, (place, cells) in enumerate(rows):
        is_one = any(cells.get(name, "").strip() for name in _PLACES[2:])
        key = tuple(_places(cells)) if is_one else (str(number),)
        first, said, count = images.get(key, (place, {}, 0))
        again = f" (row {count + 1})" if count else ""
        said |= {f"{header}{again}": text for header, text in cells.items() if not again or header not in _PLACES}
        images[key] = (first, said, count + 1)
    return [(place, cells) for place, cells, _ in images.values()]
