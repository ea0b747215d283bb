"""The file list of a study in the BioImage Archive: one row, or one object, for each file with its attributes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from micrographia.collection.cells import join_values
from micrographia.collection.sheets import TABLE_LIMIT, read_sheet
from micrographia.errors import NotFound, Unreadable
from micrographia.importing.assets import address_below
from micrographia.importing.documents import Notes
from micrographia.importing.sources import Documents
from micrographia.importing.tables.attributes import field_of
from micrographia.importing.tables.rows import Told, documents_of, named_cells

HOST = "https://www.ebi.ac.uk/biostudies/files/"
_PATH = ("files", "file", "path", "file path", "file name", "filename")
_SIZE = ("size", "type")
# A file list names what belongs to a study; these are no images.
_NO_IMAGE = frozenset(
    ".csv .tsv .txt .md .pdf .xls .xlsx .doc .docx .json .xml .html .py .ipynb .r .m .yml .yaml .pptx .log "
    ".db .md5 .sha256".split()
)


class BioImageArchive:
    """The layout of a file list, of which the study and the licence are told beside it."""

    name = "bioimage-archive"
    needs_licence = True

    def __init__(self, study: str = "", licence: str = "") -> None:
        self._study = study
        self._licence = licence

    def told(self, cells: Mapping[str, str], notes: Notes) -> Told:
        """What a row says."""
        path = _path(cells)
        values: dict[str, list[str]] = {}
        for header, text in cells.items():
            if header.casefold() not in (*_PATH, *_SIZE) and text.strip():
                values.setdefault(field_of(header), []).append(text.strip())
        told = {name: (" " if name == "description" else ";").join(texts) for name, texts in values.items()}
        stem = re.sub(r"(\.ome)?\.[A-Za-z0-9]{1,5}$", "", PurePosixPath(path).name)
        told |= {"title": stem.replace("_", " "), "group": self._study}
        told |= {"licence": told.get("licence") or self._licence}
        address = address_below(f"{HOST}{self._study}/", path) if self._study else ""
        files = [address] if address else []
        return Told({name: text for name, text in told.items() if text}, {}, files, f"{self._study}-{path}")


def file_list_documents(path: Path, layout: BioImageArchive) -> Documents:
    """The images of a file list, a table or JSON, as documents.

    Raises
    ------
    NotFound
        There is no such file.
    Unreadable
        It cannot be read, or is no file list.
    """
    rows, findings = (_json_rows(path), ()) if path.suffix.casefold() == ".json" else _table_rows(path)
    if not any(_path(cells) for _, cells in rows):
        raise Unreadable(f"{str(path)!r} names no files. A file list has a column Files, or objects with a path.")
    images = [(place, cells) for place, cells in rows if _path(cells) and _is_image(_path(cells))]
    return documents_of(layout, images, findings)


def _table_rows(path: Path) -> tuple[list[tuple[str, dict[str, str]]], tuple[Any, ...]]:
    sheet = read_sheet(path)
    rows = [(f"{path.name}, line {line}", named_cells(sheet.header, cells)) for line, cells in sheet.rows]
    return rows, sheet.findings


def _json_rows(path: Path) -> list[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise NotFound(f"There is no file list {str(path)!r}.")
    if path.stat().st_size > TABLE_LIMIT:
        raise Unreadable(f"The file list {str(path)!r} is larger than {TABLE_LIMIT // 2**20} MB. Split it.")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Unreadable(f"The file list {str(path)!r} is not JSON. Get it again; it may have been cut off.") from None
    items = found if isinstance(found, list) else []
    return [(f"{path.name}, file {i}", dict(_pairs(one))) for i, one in enumerate(items, 1) if isinstance(one, dict)]


def _pairs(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The cells of one object: its own values, and its attributes by their names."""
    for name, value in item.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield name, str(value)
    attributes = item.get("attributes")
    gathered: dict[str, list[str]] = {}
    for one in attributes if isinstance(attributes, list) else ():
        if (
            isinstance(one, dict)
            and isinstance(one.get("name"), str)
            and isinstance(one.get("value"), str | int | float)
        ):
            gathered.setdefault(one["name"], []).append(str(one["value"]))
    yield from ((name, join_values(values)) for name, values in gathered.items())


def _path(cells: Mapping[str, str]) -> str:
    named = {header.casefold(): text.strip() for header, text in cells.items()}
    return next((named[name] for name in _PATH if named.get(name)), "")


def _is_image(path: str) -> bool:
    name = PurePosixPath(path.casefold())
    return name.suffix not in _NO_IMAGE and not name.name.startswith(".")
