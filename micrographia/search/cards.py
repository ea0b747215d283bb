"""Cards: what a gallery and a table show of records, looked up by the store's numbers of them."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import numpy as np
import pandas as pd

from micrographia.search.snapshot import Snapshot


def ids_of(connection: sqlite3.Connection, numbers: np.ndarray) -> list[str]:
    """The ids of the records of those numbers, in that order; of a record that is gone there is none."""
    return _looked_up(connection, "id", numbers)


def cards(connection: sqlite3.Connection, numbers: np.ndarray) -> list[dict[str, Any]]:
    """What a gallery shows of the records of those numbers, in that order."""
    return [json.loads(card) for card in _looked_up(connection, "card", numbers)]


def table(snapshot: Snapshot, connection: sqlite3.Connection, rows: np.ndarray) -> pd.DataFrame:
    """Rows of a snapshot as a table: id, title, and a column for each field."""
    arrays = snapshot.arrays
    numbers = arrays.numbers[rows]
    found = pd.DataFrame(cards(connection, numbers), columns=["id", "title"])
    columns = _labels_by_field(snapshot, rows)
    for name, numbers in arrays.measures.items():
        if name in columns and name != "channels":
            columns[name] = numbers[rows]
    return pd.concat([found, pd.DataFrame(columns)], axis=1) if len(found) == len(rows) else found


def _looked_up(connection: sqlite3.Connection, column: str, numbers: np.ndarray) -> list[str]:
    query = f"SELECT number, {column} FROM search_documents WHERE number IN (SELECT value FROM json_each(?))"
    found = dict(connection.execute(query, (json.dumps(numbers.tolist()),)).fetchall())
    return [found[number] for number in numbers.tolist() if number in found]


def _labels_by_field(snapshot: Snapshot, rows: np.ndarray) -> dict[str, Any]:
    labels = snapshot.arrays.vocabulary.labels
    field_of = [name for name, (first, end) in snapshot.arrays.vocabulary.bounds.items() for _ in range(first, end)]
    found: dict[str, list[list[str]]] = {name: [[] for _ in rows] for name in snapshot.fields}
    for at, row in enumerate(rows.tolist()):
        for column in snapshot.arrays.values_of(row).tolist():
            found[field_of[column]][at].append(labels[column])
    return {name: ["; ".join(values) for values in cells] for name, cells in found.items()}
