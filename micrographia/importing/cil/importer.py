"""The importer of The Cell: An Image Library: what the frame of importing asks of one."""

from __future__ import annotations

from pathlib import PurePosixPath

from micrographia.importing.assets import Asset
from micrographia.importing.cil import files
from micrographia.importing.cil.mapping import body_of, draft_of, group_of, number_of
from micrographia.importing.documents import Document, Draft, Notes, parsed


class CellImageLibrary:
    """Makes records of the public metadata of The Cell: An Image Library, one JSON document each."""

    name = "cil"

    def __init__(self) -> None:
        # The record by which each group was met first; "" when there was a second one.
        self._groups: dict[str, str] = {}

    def survey(self, document: Document) -> None:
        """Remember which groups have more than one member."""
        notes = Notes()
        found = parsed(document.content, notes)
        group = group_of(body_of(found))
        number, _ = number_of(found, _named(document), notes)
        if group and number and self._groups.setdefault(group, number) != number:
            self._groups[group] = ""

    def draft(self, document: Document) -> Draft:
        """The record that a document describes."""
        notes = Notes()
        return draft_of(parsed(document.content, notes), _named(document), self._is_group, notes)

    def assets(self, content: bytes) -> tuple[Asset, ...]:
        """The files of a record, by the rule of the dump."""
        notes = Notes()
        found = parsed(content, notes)
        number, _ = number_of(found, "", notes)
        return files.assets(body_of(found), number, notes) if number else ()

    def _is_group(self, number: str) -> bool:
        return self._groups.get(number) == ""


def _named(document: Document) -> str:
    """The number in the name of a file that holds one document."""
    stem = PurePosixPath(document.name).stem
    return stem if document.is_file and stem.isascii() and stem.isdigit() else ""
