"""Rows of tables as documents, and as records: what the three kinds of tables have in common.

A document of a table is JSON: the cells of one row by the column's header, and the addresses of its files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from micrographia.collection.findings import Finding
from micrographia.collection.identifiers import free_id, is_id, slug
from micrographia.collection.table import Row, row_to_record
from micrographia.importing.assets import Asset, safe_name
from micrographia.importing.documents import Document, Draft, Noted, Notes, parsed
from micrographia.importing.sources import Documents, Tell
from micrographia.importing.texts import mended, quoted


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says: cells and ids by the names of ``metadata.csv``, and the addresses of its files.

    ``key`` is what tells an image apart in a kind of table that has no column of ids.
    """

    cells: Mapping[str, str]
    ids: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[str] = ()
    key: str = ""


class Layout(Protocol):
    """What the columns of one kind of table mean."""

    @property
    def name(self) -> str:
        """The importer's name, under which originals are kept."""

    @property
    def needs_licence(self) -> bool:
        """Whether a record without a licence is hidden: the table speaks of other people's images."""

    def told(self, cells: Mapping[str, str], notes: Notes) -> Told:
        """What a row says."""


class TableImporter:
    """Makes records of the rows of a table whose layout is known."""

    def __init__(self, layout: Layout) -> None:
        self.name = layout.name
        self._layout = layout
        # What stands in the table for each id: several may come to the same one, of which the first one keeps it.
        self._owners: dict[str, str] = {}

    def survey(self, document: Document) -> None:
        """Remember who has which id: those that can be one as they are come before those that are made one."""
        notes = Notes()
        given = _given(self._layout.told(cells_of(parsed(document.content, notes)), notes))
        if is_id(given):
            self._owners[given] = given
        elif given:
            self._owners.setdefault(slug(given), given)

    def draft(self, document: Document) -> Draft:
        """The record that a row describes."""
        notes = Notes()
        cells = cells_of(parsed(document.content, notes))
        told = self._layout.told(cells, notes)
        row = Row(0, {name: mended(text, name, notes, rich=True) for name, text in told.cells.items()}, told.ids)
        record = row_to_record(row, self._id_of(told, row, document.content, notes))
        for finding in record.findings:
            notes.note(
                f"{finding.field} of a table", finding.field, finding.message, finding.remedy, severity=finding.severity
            )
        if self._layout.needs_licence and not record.licence:
            message = "No licence is stated, so the record is not public."
            notes.fault("no licence", "licence", message, "Find out the licence, and import it again with --licence.")
            record = replace(record, visibility="hidden")
        return Draft(replace(record, findings=tuple(noted.finding for noted in notes.all)), tuple(notes.all))

    def assets(self, content: bytes) -> tuple[Asset, ...]:
        """The files of a record, as its row names them."""
        return assets_in(content)

    def _id_of(self, told: Told, row: Row, content: bytes, notes: Notes) -> str:
        given = _given(told)
        if is_id(given):
            return given
        if given:
            wanted = slug(given)
            if self._owners.get(wanted, given) != given:
                wanted = free_id(wanted, self._owners.__contains__, given)
            if not told.key:
                message = f"The id {quoted(given)} cannot stand in an address; it is {wanted} here."
                notes.doubt("id that cannot be", "id", message)
            return wanted
        title = row.cells.get("title") or row.cells.get("file") or "image"
        return f"{slug(title)[:80].rstrip('-._:')}-{hashlib.sha256(content).hexdigest()[:10]}"


def assets_in(content: bytes) -> tuple[Asset, ...]:
    """The files that a document of a table names; the first one is the image."""
    found = parsed(content, Notes())
    files = found.get("files") if isinstance(found, dict) else None
    addresses = [one for one in files if isinstance(one, str)] if isinstance(files, list) else []
    named = [(address, safe_name(unquote(urlsplit(address).path))) for address in addresses if _is_web(address)]
    return tuple(
        Asset("original" if not i else "alternative", name, address) for i, (address, name) in enumerate(named) if name
    )


def cells_of(document: Any) -> dict[str, str]:
    """The cells of a document of a table, none of them blank."""
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, dict):
        return {}
    return {name: text for name, text in cells.items() if isinstance(text, str) and text.strip()}


def documents_of(
    layout: Layout, rows: Iterable[tuple[str, Mapping[str, str]]], findings: Iterable[Finding] = ()
) -> Documents:
    """Rows as documents.

    Parameters
    ----------
    layout
        Says which files a row names.
    rows
        The place and the cells of each row, as often as they are asked for.
    findings
        What is remarkable about the table as a whole.
    """

    def read(tell: Tell) -> Iterator[Document]:
        for finding in findings:
            tell("", Noted("table", finding))
        for place, cells in rows:
            files = [one for one in layout.told(cells, Notes()).files if _is_web(one)]
            content = {"files": files, "cells": dict(cells)}
            yield Document(place, json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))

    return read


def named_cells(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row by their headers; a header that stands there twice is told apart by its place."""
    named: dict[str, str] = {}
    for position, text in enumerate(cells):
        name = header[position].strip() if position < len(header) else ""
        name = name or f"column {position + 1}"
        named[name if name not in named else f"{name} (column {position + 1})"] = text
    return named


def _given(told: Told) -> str:
    return told.key or told.cells.get("id", "").strip()


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://")) and bool(_host(address)) and len(address) < 4000


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
