"""Ordering: the place of each row in an order, and the first hits of it."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left

import numpy as np

from micrographia.search import text as text_index
from micrographia.search.documents import NUMBER_FIELDS
from micrographia.search.snapshot import Snapshot

RELEVANCE = "relevance"
DEFAULT = "-added"
# The order where none is asked for: the newest first, label images behind all that can be looked at.
USUAL = ""
_BY_TEXT = ("title", "added")

# Of more records changed at once the orders are worked out anew.
_READ_ALONE = 1000

# From this share of all rows on, walking along the whole order beats sorting the hits.
_WALK_SHARE = 1 / 16


def is_order(snapshot: Snapshot, name: str) -> bool:
    """Whether one can sort by that key."""
    bare = name.removeprefix("-")
    return bare in _BY_TEXT or bare == "size" or bare in NUMBER_FIELDS or bare in snapshot.fields or name == RELEVANCE


def first_rows(snapshot: Snapshot, connection: sqlite3.Connection, name: str, mask: np.ndarray, end: int) -> np.ndarray:
    """The first ``end`` of the masked rows in an order.

    Parameters
    ----------
    snapshot, connection
        Where the rows are, and where their titles and dates are.
    name
        A key of order other than relevance, or ``USUAL``; rows that have none in it come last, and equal ones stay as
        stored.
    mask
        The rows, as booleans.
    end
        How many are wanted.
    """
    order, place = snapshot.remembered("order", name, lambda: _order(snapshot, connection, name))
    hits = int(np.count_nonzero(mask))
    if hits > len(mask) * _WALK_SHARE:
        return _walk(order, mask, min(end, hits))
    rows = np.flatnonzero(mask)
    places = place[rows]
    if end < len(rows):
        nearest = np.argpartition(places, end)[:end]
        rows, places = rows[nearest], places[nearest]
    return rows[np.argsort(places)]


def label_images(snapshot: Snapshot, connection: sqlite3.Connection) -> np.ndarray:
    """Which rows are label images, as a mask."""
    return snapshot.remembered("label images", "", lambda: _label_images(snapshot, connection))


def take_over(old: Snapshot, new: Snapshot, connection: sqlite3.Connection) -> None:
    """Work out the orders that were worked out of an earlier snapshot; only the texts of what changed are read."""
    for column, ranks in list(old.memory.get("ranks", {}).items()):
        found = _ranks_after(old, new, connection, str(column), ranks)  # type: ignore[arg-type]
        if found is not None:
            new.remembered("ranks", column, lambda found=found: found)  # type: ignore[misc]
    for name in map(str, list(old.memory.get("order", ()))):
        if name == USUAL or is_order(new, name):
            new.remembered("order", name, lambda name=name: _order(new, connection, name))  # type: ignore[misc]


def _ranks_after(
    old: Snapshot, new: Snapshot, connection: sqlite3.Connection, column: str, before: np.ndarray
) -> np.ndarray | None:
    """The ranks of all rows: those they had, and those that came between these; ``None`` where nothing fits between."""
    if new.changed is None or len(new.changed) > _READ_ALONE:
        return None
    arrays = new.arrays
    ranks = np.full(len(arrays), np.nan)
    fresh = np.zeros(len(arrays), dtype=bool)
    fresh[arrays.rows_of(new.changed)] = True
    ranks[~fresh] = before[old.arrays.rows_of(arrays.numbers[~fresh])]
    known = np.flatnonzero(~np.isnan(ranks))
    known = known[np.argsort(ranks[known], kind="stable")]

    def said(row: int) -> tuple[str, int]:
        # What was added in the same second was still added one after the other; equal titles are equal.
        number = int(arrays.numbers[row])
        found = connection.execute(f"SELECT {column} FROM search_documents WHERE number = ?", (number,)).fetchone()
        return (found[0] if found else "", number if column == "added" else 0)

    between: dict[int, dict[tuple[str, int], list[int]]] = {}
    for row in np.flatnonzero(fresh).tolist():
        if (text := said(row))[0]:
            at = bisect_left(known, text, key=lambda other: said(int(other)))
            between.setdefault(at, {}).setdefault(text, []).append(row)
    for at, texts in between.items():
        same = texts.pop(said(int(known[at])), []) if at < len(known) else []
        found = _ranks_between(ranks[known[max(at - 1, 0) : at + 1]], at, len(known), len(texts))
        if found is None:
            return None
        for text, rank in zip(sorted(texts), found.tolist()):
            ranks[texts[text]] = rank
        ranks[same] = ranks[known[at]] if same else np.nan
    return ranks


def _ranks_between(neighbours: np.ndarray, at: int, known: int, count: int) -> np.ndarray | None:
    """So many ranks before the one at a place among those known; ``None`` where numbers have no room for them."""
    if at == known:
        return (neighbours[-1] if known else 0.0) + 1.0 + np.arange(count)
    if at == 0:
        return neighbours[0] - count + np.arange(count)
    found = np.linspace(neighbours[0], neighbours[1], count + 2)
    return found[1:-1] if (np.diff(found) > 0).all() else None


def _label_images(snapshot: Snapshot, connection: sqlite3.Connection) -> np.ndarray:
    mask = np.zeros(len(snapshot.arrays), dtype=bool)
    mask[snapshot.arrays.rows_of(text_index.label_images(connection))] = True
    return mask


def _order(snapshot: Snapshot, connection: sqlite3.Connection, name: str) -> tuple[np.ndarray, np.ndarray]:
    asked = name or DEFAULT
    keys = _keys(snapshot, connection, asked.removeprefix("-"))
    order = np.argsort(-keys if asked.startswith("-") else keys, kind="stable").astype(np.int32)
    if name == USUAL:
        order = order[np.argsort(label_images(snapshot, connection)[order], kind="stable")]
    place = np.empty_like(order)
    place[order] = np.arange(len(order), dtype=np.int32)
    return order, place


def _keys(snapshot: Snapshot, connection: sqlite3.Connection, name: str) -> np.ndarray:
    arrays = snapshot.arrays
    if name in _BY_TEXT:
        return snapshot.remembered("ranks", name, lambda: _ranks(snapshot, connection, name))
    if name == "size":
        return arrays.measures["image_size"]
    if name in NUMBER_FIELDS:
        return arrays.measures[name]
    return arrays.first_of(name)


def _ranks(snapshot: Snapshot, connection: sqlite3.Connection, column: str) -> np.ndarray:
    ranks = np.full(len(snapshot.arrays), np.nan)
    # What was added in the same second was still added one after the other.
    rank = (
        "row_number() OVER (ORDER BY added, number)" if column == "added" else f"dense_rank() OVER (ORDER BY {column})"
    )
    found = connection.execute(f"SELECT number, {rank} FROM search_documents WHERE {column} != ''").fetchall()
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    rows = snapshot.arrays.rows_of(table[:, 0])
    # A record that came after the snapshot has no row in it.
    known = np.isin(table[:, 0], snapshot.arrays.numbers)
    ranks[rows] = table[known, 1]
    return ranks


def _walk(order: np.ndarray, mask: np.ndarray, end: int) -> np.ndarray:
    found: list[np.ndarray] = []
    left, step = end, max(4 * end, 1024)
    for start in range(0, len(order), step):
        part = order[start : start + step]
        part = part[mask[part]][:left]
        found.append(part)
        left -= len(part)
        if left <= 0:
            break
    return np.concatenate(found) if found else order[:0]
