"""The sheet of a metadata table: CSV of any kind, read with everything that is in it.

One row is one record. The header says which column is what, in any spelling (``Cell Type`` is ``cell_type``).
Columns of ``fields.RECORD_COLUMNS`` are parts of the record; every other one is a field, whose several values are
separated by ``;``; the column ``<field>_id`` beside it holds their ontology ids by position. A header
``field:NAME`` says that the column is the field of exactly that name, whatever else it could be taken for, and
``ids:NAME`` that it holds the ids of that field.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from micrographia.collection.cells import column_name
from micrographia.collection.fields import ADDRESS_KEYS, BY_NAME, DERIVED, NAME_PATTERN, RECORD_COLUMNS, UNITS
from micrographia.collection.findings import Finding
from micrographia.errors import NotFound, Unreadable

# A table of this size holds some hundred thousand records; a cell of that length is no metadata any more.
TABLE_LIMIT = 256 * 2**20
CELL_LIMIT = 1_000_000
LONG_CELL = 50_000
LONG_CELL_LINES = 500
# Every column becomes a field that people can search by; nobody describes images in more ways than this.
COLUMN_LIMIT = 1000

_DELIMITERS = (",", "\t", ";", "|")
_ALIASES = {
    "license": "licence",
    "contributors": "contributor",
    "filename": "file",
    "file_name": "file",
    "pixel_size": "pixel_size_um",
    "z_step": "z_step_um",
    "frame_interval": "frame_interval_s",
}
# These say their unit only in the header as it was written.
_FORCED = re.compile(r"\s*(field|ids):\s*(\S+)\s*", re.IGNORECASE)

# How the files of spreadsheet programs begin.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

csv.field_size_limit(max(csv.field_size_limit(), TABLE_LIMIT))


@dataclass(frozen=True)
class Row:
    """One row of a table: the number of its first line, its cells by column name as written, none of them blank.

    ``ids`` holds the cells of the ``<field>_id`` columns by the field's name.
    """

    line: int
    cells: Mapping[str, str]
    ids: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def file(self) -> str:
        """The file or folder of planes as the table names it; empty when it names none."""
        return self.cells.get("file", "")


def read_table(path: Path) -> tuple[list[Row], list[Finding]]:
    """Every row of a CSV or TSV file, and what is remarkable about the table as a whole.

    Raises
    ------
    NotFound
        There is no such file.
    Unreadable
        The file cannot be opened, is too large for a table, or is a workbook.
    """
    sheet = read_sheet(path)
    if not sheet.header:
        return [], list(sheet.findings)
    columns, more = _columns(sheet.header[:COLUMN_LIMIT])
    findings = [*sheet.findings, *([_too_wide(len(sheet.header))] if len(sheet.header) > COLUMN_LIMIT else [])]
    return [_row(line, cells, columns) for line, cells in sheet.rows], findings + more


@dataclass(frozen=True)
class Sheet:
    """A table as it was written: its header, and the cells of each row with the number of its first line."""

    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]] = ()
    findings: tuple[Finding, ...] = ()


def read_sheet(path: Path) -> Sheet:
    """The cells of a CSV or TSV file, in whatever encoding and with whatever separators.

    Raises
    ------
    NotFound
        There is no such file.
    Unreadable
        The file cannot be opened, is too large for a table, or is a workbook.
    """
    text, findings = _decoded(_bytes_of(path))
    if "\0" in text:
        text = text.replace("\0", "")
        findings.append(Finding("warning", "", "The table has NUL bytes; they were left out.", "Save it again as CSV."))
    lines, delimiter = _delimited(text)
    rows = _rows(lines, delimiter)
    header = next(rows, None)
    if header is None:
        findings.append(Finding("warning", "", "The table is empty.", "Begin with a row of column names."))
        return Sheet((), findings=tuple(findings))
    return Sheet(header[1], [(line, cells) for line, cells in rows if any(map(str.strip, cells))], tuple(findings))


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    holds_ids: bool = False


def _bytes_of(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            # A pipe would be waited for without end.
            raise Unreadable(f"The table {str(path)!r} is not a file. Put the table itself there.")
        if path.stat().st_size > TABLE_LIMIT:
            raise Unreadable(f"The table {str(path)!r} is larger than {TABLE_LIMIT // 2**20} MB. Split it.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no table {str(path)!r}.") from None
    except OSError as error:
        raise Unreadable(f"The table {str(path)!r} cannot be read: {error.strerror}. Check its rights.") from None
    if data.startswith(_WORKBOOKS):
        raise Unreadable(f"The table {str(path)!r} is a workbook of a spreadsheet program. Save it as CSV.")
    return data


def _decoded(data: bytes) -> tuple[str, list[Finding]]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded_as(data, encoding)
    # Latin letters in UTF-16 have a zero in every other byte.
    start = data[:2000]
    if start[1::2].count(0) > len(start) / 4 or start[::2].count(0) > len(start) / 4:
        return _decoded_as(data, "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be")
    return _decoded_as(data, "utf-8")


def _decoded_as(data: bytes, encoding: str) -> tuple[str, list[Finding]]:
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError:
        guess = "cp1252" if encoding == "utf-8" else encoding
        message = f"The table is not valid {encoding.upper()}; it was read as {guess}, and some letters may be wrong."
        return data.decode(guess, "replace"), [Finding("warning", "", message, "Save it again as UTF-8.")]


def _delimited(text: str) -> tuple[str, str]:
    told = re.match(r"sep=(.)\r?\n", text)
    if told:
        return text[told.end() :], told[1]
    return text, max(_DELIMITERS, key=lambda delimiter: _plausibility(text, delimiter))


def _plausibility(text: str, delimiter: str) -> tuple[int, int]:
    # The header decides: the rows below may be full of semicolons between values and commas between words.
    _, header = next(_rows(text[:CELL_LIMIT], delimiter), (0, []))
    names = {_ALIASES.get(column_name(cell), column_name(cell)) for cell in header}
    return len(names & (RECORD_COLUMNS | set(BY_NAME))), len(header)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    for cells in reader:
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _columns(header: Sequence[str]) -> tuple[list[_Column], list[Finding]]:
    """What each column is, and what had to be decided about it."""
    findings: list[Finding] = []
    columns: dict[int, _Column] = {}
    for position, cell in enumerate(header):
        match = _FORCED.fullmatch(cell)
        if match and NAME_PATTERN.fullmatch(match[2]):
            columns[position] = _Column(match[2], match[1].casefold() == "ids")
    told = set(columns)
    for position, cell in enumerate(header):
        if position not in told:
            name, finding = _named(cell, position + 1)
            columns[position] = _Column(name)
            findings += [finding] if finding else []
    names = {column.name for column in columns.values() if not column.holds_ids}
    for position in sorted(set(columns) - told, key=lambda position: len(columns[position].name)):
        columns[position] = _with_ids_known(columns[position], names)
    return _told_apart(header, [columns[position] for position in range(len(header))], findings), findings


def _with_ids_known(column: _Column, names: set[str]) -> _Column:
    """The column as one of ids, when the field of which it holds the ids has a column too."""
    base = column.name.removesuffix("_id")
    # A column that is called otherwise here, such as image_, has its ids in image_id.
    base = base if base in names else f"{base}_"
    if base == column.name or base not in names or base in RECORD_COLUMNS or not column.name.endswith("_id"):
        return column
    return _Column(base, True)


def _told_apart(header: Sequence[str], columns: list[_Column], findings: list[Finding]) -> list[_Column]:
    """The columns, each with a name of its own."""
    taken: set[_Column] = set()
    names = {column.name for column in columns}
    for position, column in enumerate(columns):
        if column in taken:
            free = next(f"{column.name}_{i}" for i in range(2, len(columns) + 3) if f"{column.name}_{i}" not in names)
            names.add(free)
            message = f"There are several columns {header[position]!r}; this one is called {free}."
            findings.append(Finding("warning", free, message, "Give each column a name of its own."))
            columns[position] = column = _Column(free)
        taken.add(column)
    return columns


def _named(cell: str, position: int) -> tuple[str, Finding | None]:
    name = column_name(cell)
    if not name:
        given = f"column_{position}"
        if not cell.strip():
            return given, None
        message = f"The column {cell!r} has no name in Latin letters; it is called {given}."
        return given, Finding("note", given, message, "Give it a name in Latin letters.")
    if name in _ALIASES:
        alias = _ALIASES[name]
        if alias in UNITS and name != alias:
            message = f"The column {cell!r} does not say its unit; it was taken as {UNITS[alias]}."
            return alias, Finding("warning", alias, message, f"Call it {alias}.")
        return alias, None
    if name in ADDRESS_KEYS or name in DERIVED:
        message = f"The column {cell!r} is called {name}_ here, because {name} means something else."
        return f"{name}_", Finding("note", f"{name}_", message)
    return name, None


def _row(line: int, cells: Sequence[str], columns: Sequence[_Column]) -> Row:
    findings: list[Finding] = []
    values: dict[str, str] = {}
    ids: dict[str, str] = {}
    for position, cell in enumerate(cells[:COLUMN_LIMIT]):
        if not cell.strip():
            continue
        column = columns[position] if position < len(columns) else _Column(f"column_{position + 1}")
        (ids if column.holds_ids else values)[column.name] = _bounded(cell, column.name, line, findings)
    if len(cells) != len(columns) and (len(cells) < len(columns) or any(map(str.strip, cells[len(columns) :]))):
        message = f"Line {line} has {len(cells)} cells, the header {len(columns)}."
        findings.append(Finding("warning", "", message, "Check for a missing or an extra separator or quotation mark."))
    return Row(line, values, ids, tuple(findings))


def _too_wide(count: int) -> Finding:
    message = f"The table has {count:,} columns; only the first {COLUMN_LIMIT:,} were read."
    return Finding("error", "", message, "Check the separators; one row is one image, one column one property.")


def _bounded(cell: str, name: str, line: int, findings: list[Finding]) -> str:
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    if len(cell) > CELL_LIMIT:
        message = f"The cell has {len(cell):,} characters; only the first {CELL_LIMIT:,} were kept (line {line})."
        findings.append(Finding("error", name, message, "Check for a missing quotation mark."))
        return cell[:CELL_LIMIT]
    if len(cell) > LONG_CELL or cell.count("\n") > LONG_CELL_LINES:
        message = f"The cell has {len(cell):,} characters in {cell.count(chr(10)) + 1} lines (line {line})."
        findings.append(Finding("warning", name, message, "Check for a missing quotation mark."))
    return cell
