"""Originals: what a record was imported from, exactly as it stood in its source, and what the import wrote of it.

They are never shown: they may hold what must not be public. ``micrographia originals`` writes them back.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Original:
    """The source of one record: the importer that read it, its bytes, and a digest of each part that was written."""

    importer: str
    document: bytes
    written: Mapping[str, str] = field(default_factory=dict)


def make_table(connection: sqlite3.Connection) -> None:
    """Make the table of originals."""
    connection.execute(
        """CREATE TABLE originals (
            record INTEGER PRIMARY KEY REFERENCES records (number) ON DELETE CASCADE, importer TEXT NOT NULL,
            document BLOB NOT NULL, written TEXT NOT NULL)"""
    )


def keep(connection: sqlite3.Connection, number: int, original: Original) -> None:
    """Keep the original of a record, in the place of an older one."""
    written = json.dumps(dict(original.written), separators=(",", ":"))
    row = (number, original.importer, zlib.compress(original.document), written)
    connection.execute("INSERT OR REPLACE INTO originals VALUES (?, ?, ?, ?)", row)


def written_of(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, tuple[str, dict[str, str]]]:
    """The importer of each of those records that has one, and the digests of what it wrote."""
    marks = ", ".join("?" * len(numbers))
    query = f"SELECT record, importer, written FROM originals WHERE record IN ({marks})"
    return {number: (name, json.loads(text)) for number, name, text in connection.execute(query, numbers)}


def select(connection: sqlite3.Connection, number: int) -> tuple[str, Original] | None:
    """The id and the original of the record of that number, when it has one."""
    query = "SELECT id, importer, document, written FROM originals JOIN records ON record = number WHERE number = ?"
    for record_id, importer, document, written in connection.execute(query, (number,)):
        return record_id, Original(importer, zlib.decompress(document), json.loads(written))
    return None


def numbers_of(connection: sqlite3.Connection, importer: str) -> list[int]:
    """The numbers of all records of an importer, of any when it is empty, in the order in which they came in."""
    query = "SELECT record FROM originals WHERE ? IN (importer, '') ORDER BY record"
    return [number for (number,) in connection.execute(query, (importer,))]
