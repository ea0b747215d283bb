"""Ranking: the best hits of a text first.

First come the records that have the words, then those that have only a term that the words are a name of. Among the
former counts, in this order: where the words stand (the title before the terms, these before the description), each
word where it stands best, and whether they stand there side by side and as they were typed; then an image before a
label image; then bm25, in coarse steps; then whether there is a picture; then what was added last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from micrographia.search import text as text_index
from micrographia.search.facets import FacetArrays

# Points of a word by where it stands; in the description it has none.
POINTS = {"title": 9.0, "terms": 3.0}

# Points for all words side by side, as a share of those of one word there, and for the words as they were typed.
BESIDE = 0.5
TYPED = 0.25

# More words than this are not looked at one by one.
_WORDS = 6

# bm25 is looked at in steps of a half, and where at most so many hits have the same points.
_STEPS = 2.0
_SCORED = 500


def ranked(
    arrays: FacetArrays,
    connection: sqlite3.Connection,
    groups: Sequence[str],
    rows: np.ndarray,
    end: int,
    typed: Sequence[str] = (),
    *,
    labels: np.ndarray,
    by_place: bool = True,
) -> np.ndarray:
    """Rows that a text matches, the best first; from ``end`` on in any order.

    Parameters
    ----------
    arrays, connection
        Where the rows are, and where their texts are.
    groups
        What the text asks for, an FTS5 expression for each part; a hit matches all of them.
    rows
        The rows to rank.
    end
        How many are wanted.
    typed
        The folded words of the text where it is nothing but words, in their order; empty otherwise.
    labels
        Which of all rows are label images, as a mask.
    by_place
        Whether it counts where the words stand; to look takes long when a text matches very many records.
    """
    match = " AND ".join(groups)
    points = np.zeros(len(arrays))
    if by_place:
        for found, worth in _places(arrays, connection, match, groups[:_WORDS], typed):
            points[found] += worth
    scores = _scores(arrays, connection, match, rows, points[rows], end)
    without_picture = np.isnan(arrays.measures["image_size"][rows])
    return rows[np.lexsort((-rows, without_picture, scores, labels[rows], -points[rows]))]


def partly(
    arrays: FacetArrays, connection: sqlite3.Connection, groups: Sequence[str], rows: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Rows that not all parts of a text match in words, those first in which the more stand, and at the better places.

    Parameters
    ----------
    arrays, connection
        Where the rows are, and where their texts are.
    groups
        What the text asks for, an FTS5 expression for each part.
    rows
        The rows to rank.
    labels
        Which of all rows are label images, as a mask.
    """
    points = np.zeros(len(arrays))
    for group in groups[:_WORDS] if len(groups) > 1 else ():
        points[_rows(arrays, connection, group)] += 1.0
        for found, worth in _places(arrays, connection, group, [group], ()):
            points[found] += worth
    without_picture = np.isnan(arrays.measures["image_size"][rows])
    return rows[np.lexsort((-rows, without_picture, labels[rows], -points[rows]))]


def pictures_first(arrays: FacetArrays, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The rows in their order, behind them those without a picture, and last the label images of a mask."""
    without = np.isnan(arrays.measures["image_size"][rows])
    return rows[np.argsort(without + 2 * labels[rows], kind="stable")]


def _places(
    arrays: FacetArrays, connection: sqlite3.Connection, match: str, groups: Sequence[str], typed: Sequence[str]
) -> Iterator[tuple[np.ndarray, float]]:
    """Which rows get points, and how many."""
    for group in groups:
        within = f"({match}) AND " if group != match else ""
        title, terms = (_rows(arrays, connection, f"{within}{column} : {group}") for column in POINTS)
        yield title, POINTS["title"]
        yield np.setdiff1d(terms, title), POINTS["terms"]
    phrase = f'"{" ".join(typed)}"'
    share = BESIDE if len(typed) > 1 else TYPED
    for column, worth in POINTS.items() if typed and match != f"({phrase})" else ():
        yield _rows(arrays, connection, f"{column} : {phrase}"), share * worth


def _scores(
    arrays: FacetArrays, connection: sqlite3.Connection, match: str, rows: np.ndarray, points: np.ndarray, end: int
) -> np.ndarray:
    """bm25 of those rows whose place it can decide, lower being better."""
    _, level, sizes = np.unique(-points, return_inverse=True, return_counts=True)
    reached = np.cumsum(sizes) - sizes < end
    wanted = (reached & (sizes > 1) & (sizes <= _SCORED))[level]
    numbers = arrays.numbers[rows[wanted]].tolist()
    found = np.zeros(len(rows))
    if numbers:
        scores = text_index.scores(connection, match, numbers)
        found[wanted] = np.rint([_STEPS * scores.get(number, 0.0) for number in numbers])
    return found


def _rows(arrays: FacetArrays, connection: sqlite3.Connection, match: str) -> np.ndarray:
    return arrays.rows_of(text_index.matching(connection, match))
