"""The results as a table: the columns a visitor chose, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from micrographia.collection.fields import NAME_PATTERN
from micrographia.collection.records import Record
from micrographia.library import Library
from micrographia.portrait.columns import (
    COLUMNS_LIMIT,
    USUAL,
    Cell,
    Column,
    cell,
    chosen_columns,
    columns,
    nameless_ids,
)

# In an address it says that there is no column beside the title, which is always there.
TITLE = "title"
TEXT_LIMIT = 4000


def table_answer(library: Library, ids: Sequence[str], chosen: Sequence[str] | None = None) -> dict[str, Any]:
    """What a table shows of some images, as JSON.

    Parameters
    ----------
    library
        The library they are in.
    ids
        The images.
    chosen
        The names of the columns; the usual ones when they are not given.
    """
    known = columns(library.index.fields)
    shown = chosen_columns(USUAL if chosen is None else chosen, known)
    records = list(library.store.records(ids))
    names = _names(library, records, shown)
    has_group = any(column.name == "group" for column in shown)
    groups = {group: library.index.label("group", group) for record in records if has_group and (group := record.group)}
    cells = {
        record.id: {
            column.name: _as_json(cell(record, column.name, names, groups.get(record.group or "", "")))
            for column in shown
        }
        for record in records
    }
    return {
        "columns": [_heading(column) for column in shown],
        "offered": [{"name": column.name, "label": column.label} for column in known.values()],
        "isUsual": chosen is None,
        "cells": cells,
        "problems": [
            f"There is no column “{name}”, so it was left out."
            for name in chosen or ()
            if name not in known and name != TITLE
        ],
    }


def known_columns(library: Library, given: Sequence[object]) -> tuple[str, ...]:
    """Of what a page asks for the columns that there are; none of them is the title alone."""
    names = (name for name in given[:COLUMNS_LIMIT] if isinstance(name, str))
    return tuple(column.name for column in chosen_columns(names, columns(library.index.fields))) or (TITLE,)


def columns_said(text: str) -> tuple[str, ...] | None:
    """The columns that an address asks for, as in ``columns=organism,year``; ``None`` where it does not say."""
    names = [part.strip().lower() for part in text[:TEXT_LIMIT].split(",")]
    return tuple(dict.fromkeys(name for name in names if NAME_PATTERN.fullmatch(name)))[:COLUMNS_LIMIT] or None


def columns_text(names: Iterable[str]) -> str:
    """The columns as an address says them."""
    return ",".join(names)


def _names(library: Library, records: Iterable[Record], shown: Iterable[Column]) -> Mapping[str, str]:
    wanted = [column.name for column in shown]
    ids = {term_id for record in records for name in wanted for term_id in nameless_ids(record, name)}
    return {term_id: path[-1].name for term_id, path in library.vocabulary.leading(ids).items() if path}


def _heading(column: Column) -> dict[str, Any]:
    kind = "number" if column.is_number else "italic" if column.italic else ""
    return {"name": column.name, "label": column.label, "kind": kind, "sort": column.sort}


def _as_json(shown: Cell) -> dict[str, Any]:
    return {"texts": list(shown.texts)} | ({"more": shown.more} if shown.more else {})
