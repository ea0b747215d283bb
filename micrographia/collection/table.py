"""The metadata table: a row as a record, and records written as a table again.

Writing and reading again gives the same record but for what belongs to the library (history, the time of the last
change) and to the file (facts, findings), as long as its texts do not begin or end with blanks and it has a title.
Lines end in a newline. Paths are relative to the source folder; with several sources, to the deepest folder that
holds them all.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

from micrographia.collection import licences
from micrographia.collection.cells import column_name, join_values, number, split_values
from micrographia.collection.fields import ADDRESS_KEYS, DERIVED, FIELDS, RECORD_COLUMNS
from micrographia.collection.findings import Finding
from micrographia.collection.identifiers import title_of_path
from micrographia.collection.records import Given, Record, Term, Visibility
from micrographia.collection.sheets import Row, read_table

__all__ = ["Row", "read_table", "row_to_record", "write_table"]

# In the order in which they are written; those without a value in any record are left out, but for the first three.
_FIRST = ("id", "title", "file", "description")
_LAST = (
    "licence attribution contributor source year group visibility added pixel_size_um z_step_um frame_interval_s axes"
).split()
_ALWAYS = frozenset({"id", "title", "file"})

# Nobody sees more values than this of one field of one image.
VALUE_LIMIT = 10_000

# A title stands in every list that the image is in.
TITLE_LIMIT = 2000

# Beyond these a number is a slip, or in another unit: the smallest and the largest step, in µm or seconds.
_PLAUSIBLE = {"pixel_size_um": (1e-6, 1e4), "z_step_um": (1e-6, 1e5), "frame_interval_s": (1e-12, 1e9)}

_MISSING = frozenset({"", "-", "na", "n/a", "nan", "none", "null", "unknown", "?"})
_HIDDEN = frozenset("hidden private draft no false 0 unpublished".split())
_PUBLIC = frozenset("public published yes true 1".split())


def row_to_record(row: Row, record_id: str) -> Record:
    """The record a row describes, still without its file; what could not be used is kept in ``..._as_given``.

    Parameters
    ----------
    row
        A row of ``read_table``.
    record_id
        The id the record gets; the row's own may be missing or taken.
    """
    reading = _Reading(row)
    licence = reading.licence()
    record = Record(
        id=record_id,
        title=reading.title() or (title_of_path(row.file) if row.file else record_id),
        description=reading.text("description"),
        contributors=reading.contributors(),
        licence=licence,
        attribution=reading.text("attribution"),
        source=reading.text("source"),
        year=reading.year(),
        group=reading.text("group") or None,
        given=reading.given(),
        visibility=reading.visibility(),
        added=reading.added(),
        # Last: the fields hold what the parts above could not use.
        fields=reading.fields(),
    )
    return replace(record, findings=(*row.findings, *reading.findings))


def write_table(records: Iterable[Record], stream: TextIO) -> int:
    """Write records as one CSV table, from which indexing makes the same records; how many there were."""
    kept = list(records)
    root = _root(kept)
    rows = [_cells(record, root) for record in kept]
    present = {name for cells in rows for name in cells}
    columns = _ordered(present)
    names = {f"{name}_id" if holds_ids else name for name, holds_ids in columns}
    fields = {name for name, holds_ids in columns if not holds_ids}
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_header(name, holds_ids, fields, names) for name, holds_ids in columns])
    writer.writerows([cells.get(column, "") for column in columns] for cells in rows)
    return len(kept)


class _Reading:
    """One row while it is read: its cells, the findings so far, and the cells that could not be used."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.findings: list[Finding] = []
        self._as_given: dict[str, tuple[Term, ...]] = {}

    def text(self, name: str) -> str:
        return self.row.cells.get(name, "").strip()

    def title(self) -> str:
        text = self.text("title")
        if len(text) > TITLE_LIMIT:
            message = f"The title has {len(text):,} characters; only the first {TITLE_LIMIT:,} were kept."
            self._find("error", "title", message, "Give a short title, and the rest as description.")
        return text[:TITLE_LIMIT].strip()

    def contributors(self) -> tuple[str, ...]:
        names = [name for name in split_values(self.text("contributor")) if name]
        if len(names) > VALUE_LIMIT:
            message = f"There are {len(names):,} contributors; only the first {VALUE_LIMIT:,} were kept."
            self._find("error", "contributor", message, "Name a consortium where it stands for its members.")
        return tuple(names[:VALUE_LIMIT])

    def licence(self) -> str | None:
        text = self.text("licence")
        licence_id, known = licences.normalise(text)
        if not known:
            message = f"The licence {text!r} is not one we know; it is kept as {licence_id}."
            self._find("warning", "licence", message, "Give an SPDX id such as CC-BY-4.0.")
        return licence_id

    def year(self) -> int | None:
        text = self.text("year")
        value = number(text)
        if value is not None and value == int(value) and 1 <= value <= 9999:
            return int(value)
        begins = re.match(r"(\d{4})-\d{1,2}(-\d{1,2})?\b", text)
        if begins:
            self._keep("note", "year", f"The year {text!r} is a date; its year was taken.", "Give the year alone.")
            return int(begins[1])
        if text.casefold() not in _MISSING:
            self._keep("warning", "year", f"The year {text!r} is not a whole number.", "Give one year, such as 2010.")
        return None

    def given(self) -> Given:
        return Given(
            pixel_size_um=self._length("pixel_size_um"),
            z_step_um=self._length("z_step_um"),
            frame_interval_s=self._length("frame_interval_s"),
            axes=self._axes(),
        )

    def visibility(self) -> Visibility:
        text = self.text("visibility").casefold()
        if text and text not in _HIDDEN | _PUBLIC:
            message = (
                f"The visibility {text!r} is neither public nor hidden; the record is hidden, to be on the safe side."
            )
            self._keep("warning", "visibility", message, "Write public or hidden.")
            return "hidden"
        return "hidden" if text in _HIDDEN else "public"

    def added(self) -> str:
        text = self.text("added")
        try:
            datetime.fromisoformat(text or "2000-01-01")
        except ValueError:
            self._keep("note", "added", f"The time {text!r} is not one.", "Write it as 2010-11-24T12:00:00Z.")
            return ""
        return text

    def fields(self) -> Mapping[str, tuple[Term, ...]]:
        fields: dict[str, tuple[Term, ...]] = {}
        for name in dict.fromkeys([*self.row.cells, *self.row.ids]):
            if name not in RECORD_COLUMNS and (terms := self._terms(name)):
                fields[name] = terms
        for name, terms in self._as_given.items():
            fields[name] = tuple(dict.fromkeys((*fields.get(name, ()), *terms)))
        return fields

    def _terms(self, name: str) -> tuple[Term, ...]:
        texts, ids = (split_values(cells.get(name, "")) for cells in (self.row.cells, self.row.ids))
        if max(len(texts), len(ids)) > VALUE_LIMIT:
            message = f"There are {max(len(texts), len(ids)):,} values; only the first {VALUE_LIMIT:,} were kept."
            self._find("error", name, message, "Give only those that people search by.")
            texts, ids = texts[:VALUE_LIMIT], ids[:VALUE_LIMIT]
        if len(ids) > len(texts) and any(ids[len(texts) :]):
            message = f"There are {len(ids)} ids for {len(texts)} values of {name}; the others stand for themselves."
            self._find("warning", name, message, f"Write as many values in {name} as in {name}_id.")
        length = max(len(texts), len(ids))
        pairs = zip(texts + [""] * (length - len(texts)), ids + [""] * (length - len(ids)))
        return tuple(Term(text or term_id, term_id or None) for text, term_id in pairs if text or term_id)

    def _length(self, name: str) -> float | None:
        text = self.text(name)
        if text.casefold() in _MISSING:
            return None
        value = number(text)
        low, high = _PLAUSIBLE[name]
        if value is not None and value > 0 and not low <= value <= high:
            message = f"{text!r} cannot be; it has to be from {low:g} to {high:g}."
            self._keep("warning", name, message, "Check its unit: lengths are in µm, times in seconds.")
            return None
        if value is None or value <= 0:
            self._keep("warning", name, f"{text!r} is not a number above 0.", "Write a number alone, without its unit.")
            return None
        return value

    def _axes(self) -> str | None:
        text = self.text("axes")
        axes = re.sub(r"[\s,;×]+", "", text).upper()
        if text.casefold() in _MISSING:
            return None
        if not re.fullmatch(r"[TCZYXS]{2,6}", axes) or len(set(axes)) != len(axes) or not {"Y", "X"} <= set(axes):
            message = f"The axes {text!r} are not some of T, C, Z, Y, X in the order of the file, with Y and X."
            self._keep("warning", "axes", message, "Write them as TYX or ZCYX.")
            return None
        return axes

    def _keep(self, severity: str, name: str, message: str, remedy: str) -> None:
        self._as_given[f"{name}_as_given"] = (Term(self.text(name)),)
        self._find(severity, name, message, remedy)

    def _find(self, severity: str, name: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(severity, name, message, remedy))  # type: ignore[arg-type]


# A column while a table is written: its name, and whether it holds the ids of that field's terms.
_Key = tuple[str, bool]


def _cells(record: Record, root: str) -> dict[_Key, str]:
    values = {
        "id": record.id,
        "title": record.title,
        "description": record.description,
        "file": _relative(record, root),
        "licence": record.licence or "",
        "attribution": record.attribution,
        "contributor": join_values(record.contributors),
        "source": record.source,
        "year": "" if record.year is None else str(record.year),
        "group": record.group or "",
        "visibility": "" if record.visibility == "public" else record.visibility,
        "added": record.added,
        "pixel_size_um": _written(record.given.pixel_size_um),
        "z_step_um": _written(record.given.z_step_um),
        "frame_interval_s": _written(record.given.frame_interval_s),
        "axes": record.given.axes or "",
    }
    cells = {(name, False): value for name, value in values.items() if value or name in _ALWAYS}
    for name, terms in record.fields.items():
        cells[name, False] = join_values(term.text for term in terms)
        if any(term.id for term in terms):
            cells[name, True] = join_values(term.id or "" for term in terms)
    return {key: _one_kind_of_line_end(value) for key, value in cells.items()}


def _ordered(present: Iterable[_Key]) -> list[_Key]:
    keys = set(present) | {(name, False) for name in _ALWAYS}
    known = [field.name for field in FIELDS if field.name not in RECORD_COLUMNS]
    own = sorted({name for name, _ in keys} - {*_FIRST, *_LAST, *known})
    return [key for name in (*_FIRST, *known, *own, *_LAST) for key in ((name, False), (name, True)) if key in keys]


def _header(name: str, holds_ids: bool, fields: set[str], names: set[str]) -> str:
    if holds_ids:
        plain = f"{name}_id"
        return plain if column_name(plain) == plain and plain not in fields else f"ids:{name}"
    if name in RECORD_COLUMNS:
        return name
    as_read = column_name(name)
    as_read += "_" if as_read in ADDRESS_KEYS | DERIVED else ""
    base = name.removesuffix("_id")
    taken_for_ids = base != name and not names.isdisjoint({base, f"{base}_"})
    return name if as_read == name and not taken_for_ids else f"field:{name}"


def _root(records: Sequence[Record]) -> str:
    sources = {record.file.source for record in records if record.file}
    try:
        return os.path.commonpath(sources) if sources else ""
    except ValueError:
        # On different drives there is no common folder: the paths stay absolute.
        return ""


def _relative(record: Record, root: str) -> str:
    if record.file is None:
        return ""
    place = os.path.join(record.file.source, record.file.path)
    return Path(os.path.relpath(place, root) if root else place).as_posix()


def _written(value: float | None) -> str:
    return "" if value is None else repr(value)


def _one_kind_of_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
