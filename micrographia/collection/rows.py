"""Records as rows of the store's tables, and back.

A source within the library's own folder (its ``home``) is written relative to it, so that the whole folder can move.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Event, Facts, Given, PixelSize, Record, Sizes, SourceFile, Term

_RECORD_COLUMNS = (
    'id, title, description, licence, attribution, source, year, "group", visibility, facts, given, added, changed'
)

# The parts of a record that a change is told of by name; those left out are the store's own.
_COMPARED = (
    "title description fields contributors licence attribution source year group file given facts findings visibility"
).split()


def insert_record(connection: sqlite3.Connection, home: str, record: Record) -> int:
    """Write a new record with all its parts; its number."""
    marks = ", ".join("?" * len(_values(record)))
    cursor = connection.execute(f"INSERT INTO records ({_RECORD_COLUMNS}) VALUES ({marks})", _values(record))
    number = int(cursor.lastrowid or 0)
    _insert_parts(connection, home, number, record)
    _insert_history(connection, number, record.history, 0)
    return number


def replace_record(connection: sqlite3.Connection, home: str, number: int, record: Record, event: Event) -> None:
    """Write a record over an older one of the same number; its history goes on."""
    sets = ", ".join(f"{name} = ?" for name in _RECORD_COLUMNS.split(", "))
    connection.execute(f"UPDATE records SET {sets} WHERE number = ?", (*_values(record), number))
    for table in ("record_terms", "contributors", "files", "findings"):
        connection.execute(f"DELETE FROM {table} WHERE record = ?", (number,))
    _insert_parts(connection, home, number, record)
    length = connection.execute("SELECT count(*) FROM history WHERE record = ?", (number,)).fetchone()[0]
    _insert_history(connection, number, (event,), length)


def select_records(connection: sqlite3.Connection, home: str, numbers: Sequence[int]) -> list[Record]:
    """The records of those numbers, in that order; numbers that are gone are left out."""
    marks = ", ".join("?" * len(numbers))

    def parts(columns: str, table: str, order: str = "record, position") -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        query = f"SELECT record, {columns} FROM {table} WHERE record IN ({marks}) ORDER BY {order}"
        for number, *values in connection.execute(query, numbers):
            found[number].append(tuple(values))
        return found

    rows = connection.execute(f"SELECT number, {_RECORD_COLUMNS} FROM records WHERE number IN ({marks})", numbers)
    records = {number: values for number, *values in rows}
    terms = parts("field, text, term_id", "record_terms JOIN terms USING (term)")
    contributors = parts("name", "contributors")
    files = parts("source, path, size, modified_ns, content_hash", "files", "record")
    findings = parts("severity, field, message, remedy", "findings")
    history = parts("happened, who, what", "history")
    return [
        Record(
            **_columns(records[number]),
            fields=_fields(terms[number]),
            contributors=tuple(name for (name,) in contributors[number]),
            file=file_of(home, *files[number][0]) if files[number] else None,
            findings=tuple(Finding(*values) for values in findings[number]),
            history=tuple(Event(*values) for values in history[number]),
        )
        for number in numbers
        if number in records
    ]


def differences(old: Record, new: Record) -> list[str]:
    """The names of the parts in which two records differ, those of fields by the field's own name."""
    old, new = normalised(old), normalised(new)
    names = [name for name in _COMPARED if name != "fields" and getattr(old, name) != getattr(new, name)]
    both = dict.fromkeys([*old.fields, *new.fields])
    return names + [name for name in both if old.fields.get(name) != new.fields.get(name)]


def normalised(record: Record) -> Record:
    """The record as the store gives it back: fields without values left out, text that can be written."""
    fields = {
        _text(name): tuple(Term(_text(term.text), _text(term.id) if term.id else None) for term in terms)
        for name, terms in record.fields.items()
        if terms
    }
    return replace(
        record,
        title=_text(record.title),
        description=_text(record.description),
        attribution=_text(record.attribution),
        source=_text(record.source),
        group=_text(record.group) if record.group else None,
        contributors=tuple(map(_text, record.contributors)),
        fields=MappingProxyType(fields),
    )


def file_of(home: str, source: str, path: str, *state: Any) -> SourceFile:
    """The file of a row of the table of files."""
    return SourceFile(os.path.normpath(os.path.join(home, source)), path, *state)


def written_source(home: str, source: str) -> str:
    """The source as it is written: relative within the library's folder, else as it is."""
    inside = source == home or source.startswith(home.rstrip(os.sep) + os.sep)
    return os.path.relpath(source, home) if inside else source


def facts_as_json(facts: Facts | None) -> str | None:
    """The facts written as JSON."""
    return None if facts is None else json.dumps(asdict(facts), separators=(",", ":"))


def facts_from_json(text: str | None) -> Facts | None:
    """The facts read from JSON; names this version does not know are passed over."""
    if text is None:
        return None
    known = _known(Facts, json.loads(text))
    known["sizes"] = Sizes(**_known(Sizes, known["sizes"]))
    known["pixel_size_um"] = PixelSize(**_known(PixelSize, known.get("pixel_size_um", {})))
    known["channels"] = tuple(_channel(values) for values in known.get("channels", ()))
    known["levels"] = tuple(tuple(level) for level in known.get("levels", ()))
    return Facts(**known)


def _channel(values: Mapping[str, Any]) -> Channel:
    known = _known(Channel, values)
    for name in ("limits", "auto"):
        known[name] = tuple(known[name]) if known.get(name) else None
    return Channel(**known)


def _known(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in kind.__dataclass_fields__}  # type: ignore[attr-defined]


def _values(record: Record) -> tuple[Any, ...]:
    return (
        record.id,
        record.title,
        record.description,
        record.licence,
        record.attribution,
        record.source,
        record.year,
        record.group,
        record.visibility,
        facts_as_json(record.facts),
        None if record.given == Given() else json.dumps(asdict(record.given)),
        record.added,
        record.changed,
    )


def _columns(values: Sequence[Any]) -> dict[str, Any]:
    columns = dict(zip(_RECORD_COLUMNS.replace('"', "").split(", "), values))
    columns["facts"] = facts_from_json(columns["facts"])
    columns["given"] = Given(**_known(Given, json.loads(columns["given"] or "{}")))
    return columns


def _fields(rows: Iterable[tuple[str, str, str]]) -> Mapping[str, tuple[Term, ...]]:
    fields: dict[str, list[Term]] = {}
    for name, text, term_id in rows:
        fields.setdefault(name, []).append(Term(text, term_id or None))
    return MappingProxyType({name: tuple(terms) for name, terms in fields.items()})


def _insert_parts(connection: sqlite3.Connection, home: str, number: int, record: Record) -> None:
    terms = [
        (number, i, name, t.text, t.id or "") for name, terms in record.fields.items() for i, t in enumerate(terms)
    ]
    connection.executemany(
        "INSERT INTO terms (field, text, term_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [row[2:] for row in terms]
    )
    connection.executemany(
        "INSERT INTO record_terms SELECT ?, ?, term FROM terms WHERE field = ? AND text = ? AND term_id = ?", terms
    )
    connection.executemany(
        "INSERT INTO contributors VALUES (?, ?, ?)", [(number, i, name) for i, name in enumerate(record.contributors)]
    )
    if file := record.file:
        row = (number, written_source(home, file.source), file.path, file.size, file.modified_ns, file.content_hash)
        connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.executemany(
        "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)",
        [(number, i, f.severity, f.field, f.message, f.remedy) for i, f in enumerate(record.findings)],
    )


def _insert_history(connection: sqlite3.Connection, number: int, events: Iterable[Event], start: int) -> None:
    rows = [(number, start + i, event.when, event.who, event.what) for i, event in enumerate(events)]
    connection.executemany("INSERT INTO history VALUES (?, ?, ?, ?, ?)", rows)


def _text(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    # Half of a surrogate pair, as a broken file name brings it, cannot be written as UTF-8; a table cannot hold
    # a NUL, nor tell a carriage return from the end of a row everywhere.
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")
