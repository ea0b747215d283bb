"""A document: what a source says of one record; and what an importer makes of it, with everything it noticed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from micrographia.collection.findings import Finding, Severity
from micrographia.collection.records import Record
from micrographia.importing.assets import Asset

# Of one document, and on one record: more would only hide the rest.
FINDINGS_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a source: its bytes, and its name: that of its file, or a place in a file of many."""

    name: str
    content: bytes
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding, and of which kind it is: the same words for all findings of the same cause."""

    kind: str
    finding: Finding


class Notes:
    """Collects what is noticed while one document is read."""

    def __init__(self) -> None:
        self.all: list[Noted] = []

    def note(self, kind: str, field: str, message: str, remedy: str = "", *, severity: Severity = "note") -> None:
        """Add a finding; the same one twice is one.

        Parameters
        ----------
        kind
            What the summary counts it under.
        field, message, remedy, severity
            The parts of the finding; a note is a repair or a guess that is probably right.
        """
        noted = Noted(kind, Finding(severity, field, message, remedy))
        if len(self.all) < FINDINGS_LIMIT and noted not in self.all:
            self.all.append(noted)

    def doubt(self, kind: str, field: str, message: str, remedy: str = "") -> None:
        """Add a warning: a doubt that may change a result."""
        self.note(kind, field, message, remedy, severity="warning")

    def fault(self, kind: str, field: str, message: str, remedy: str = "") -> None:
        """Add an error: something that could not be read or kept."""
        self.note(kind, field, message, remedy, severity="error")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an importer makes of a document: a record, or none when it cannot be one, and all that was noticed."""

    record: Record | None
    noted: tuple[Noted, ...] = ()


class Importer(Protocol):
    """One that knows what the documents of a kind of source mean. Bad data gives findings, whatever it is."""

    name: str

    def survey(self, document: Document) -> None:
        """Be told of every document of the source, before the first one is drafted."""

    def draft(self, document: Document) -> Draft:
        """The record that a document describes; it never raises on what stands in it."""

    def assets(self, content: bytes) -> tuple[Asset, ...]:
        """The files of the record that was made from these bytes."""


def parsed(content: bytes, notes: Notes) -> Any:
    """The JSON that bytes hold, ``None`` when they hold none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
        message = "The document is not valid UTF-8; letters that could not be read are shown as �."
        notes.fault("not UTF-8", "", message, "Save the source as UTF-8 and import it again.")
    try:
        return _loads(text)
    except RecursionError:
        message = "The document is nested too deeply to be read."
    except ValueError as error:
        message = f"The document is not JSON: {str(error)[:100]}."
    notes.fault("not JSON", "", message, "Get the source again; it may have been cut off.")
    return None


def _loads(text: str) -> Any:
    try:
        # Control characters within a text are against the rules, and harm nobody.
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A whole number of thousands of digits is refused by Python; as a float it is only infinite.
        return json.loads(text, strict=False, parse_int=float)
