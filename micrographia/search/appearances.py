"""Appearances: a descriptor of each picture, kept in the library's database, and which pictures are near one.

What the numbers of a descriptor mean is ``imaging.appearance``'s; here they are compared. They go with the bytes of
an image file, so a record that is described anew keeps its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import numpy as np

from micrographia.search.snapshot import Snapshot


def prepare(connection: sqlite3.Connection) -> None:
    """Make the table where it is missing."""
    connection.execute(
        """CREATE TABLE IF NOT EXISTS search_appearances (
            place INTEGER PRIMARY KEY, version TEXT NOT NULL, method INTEGER NOT NULL, descriptor BLOB NOT NULL,
            UNIQUE (version, method))"""
    )


def lacking(connection: sqlite3.Connection, method: int) -> list[str]:
    """The ids of the public records with pixels that have no descriptor of a method yet."""
    query = """SELECT id FROM search_documents WHERE json_extract(card, '$.version') NOT IN (
        SELECT version FROM search_appearances WHERE method = ?) ORDER BY number"""
    return [record_id for (record_id,) in connection.execute(query, (method,))]


def write(connection: sqlite3.Connection, method: int, descriptors: Iterable[tuple[str, bytes]]) -> None:
    """Keep the descriptors of some versions of image files, all or none; older methods' are given up.

    Parameters
    ----------
    connection
        To the library's database, outside of a transaction.
    method
        By which they were made.
    descriptors
        The version and the descriptor of each.
    """
    rows = [(version, method, descriptor) for version, descriptor in descriptors]
    connection.execute("BEGIN IMMEDIATE")
    try:
        query = "INSERT OR REPLACE INTO search_appearances (version, method, descriptor) VALUES (?, ?, ?)"
        connection.executemany(query, rows)
        connection.execute("DELETE FROM search_appearances WHERE method < ?", (method,))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def nearest_rows(snapshot: Snapshot, connection: sqlite3.Connection, row: int, count: int) -> np.ndarray:
    """The rows whose pictures look most like a row's, without itself; none where it has no descriptor.

    Parameters
    ----------
    snapshot, connection
        Where the rows and the descriptors are.
    row
        The row that the others are compared with.
    count
        How many at most.
    """
    # Descriptors come after their records, so the change of the store does not tell that there are more.
    (last,) = connection.execute("SELECT max(place) FROM search_appearances").fetchone()
    rows, table = snapshot.remembered("appearances", last or 0, lambda: _table(snapshot, connection))
    at = np.flatnonzero(rows == row)
    if not len(at):
        return rows[:0]
    distances = np.square(table - table[at[0]], dtype=np.float32).sum(axis=1)
    order = np.argsort(distances, kind="stable")
    return rows[order[rows[order] != row][:count]]


def _table(snapshot: Snapshot, connection: sqlite3.Connection) -> tuple[np.ndarray, np.ndarray]:
    query = """SELECT number, descriptor FROM search_documents JOIN search_appearances
        ON version = json_extract(card, '$.version')
        WHERE method = (SELECT max(method) FROM search_appearances) ORDER BY number"""
    # A record that came after the snapshot has no row in it.
    known = set(snapshot.arrays.numbers.tolist())
    found = [(number, descriptor) for number, descriptor in connection.execute(query) if number in known]
    numbers = np.array([number for number, _ in found], dtype=np.int64)
    flat = np.frombuffer(b"".join(descriptor for _, descriptor in found), dtype=np.uint8)
    return snapshot.arrays.rows_of(numbers), flat.reshape(len(found), -1 if len(found) else 0).astype(np.float32)
