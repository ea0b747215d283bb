"""Spelling: what was probably meant by words that stand in no record."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from micrographia.search import text as text_index
from micrographia.search.documents import NUMBER_FIELDS
from micrographia.search.folding import words
from micrographia.search.matching import columns_saying
from micrographia.search.meanings import meanings
from micrographia.search.snapshot import Snapshot
from micrographia.search.syntax import TEXT_COLUMNS, Clause, Parsed

# Letters that may be wrong, missing, too many or swapped, in words of at least so many letters.
_WRONG = ((12, 3), (7, 2), (4, 1))

# Words that are equally near; of them the more frequent one is meant.
_CANDIDATES = 8

# A word in so many records is no slip of the pen.
_FREQUENT = 5

_RUN = re.compile(r"[^\W_]+")
_GREEK = re.compile("[α-ωΑ-Ω]")
_DIGIT = re.compile(r"\d")


def corrected(snapshot: Snapshot, connection: sqlite3.Connection, text: str, parsed: Parsed) -> str | None:
    """A text with the words that stand in no record replaced by the nearest that do; ``None`` when none are near.

    Parameters
    ----------
    snapshot, connection
        Where the words are.
    text
        As it was typed.
    parsed
        The same, understood.
    """
    better: list[tuple[int, int, str]] = []
    # What is a name of a term is no slip of the pen, though it may stand in no record.
    known = {clause for meaning in meanings(snapshot, parsed.groups) for clause in meaning.clauses}
    for clause in (
        clause for group in parsed.groups for clause in group if not clause.negative and clause not in known
    ):
        # Nobody mistypes a Greek letter.
        for word in () if _GREEK.search(clause.value) else _missing(connection, snapshot, clause):
            meant = _finished(connection, clause, word) or _nearest(connection, snapshot, clause, word)
            span = _place(text, clause, word)
            if meant and span:
                better.append((*span, meant))
    for start, end, word in sorted(set(better), reverse=True):
        text = text[:start] + word + text[end:]
    return text if better else None


def _missing(connection: sqlite3.Connection, snapshot: Snapshot, clause: Clause) -> Iterator[str]:
    # The last word of a prefix is not finished, and numbers are not misspelled words.
    typed = clause.words[:-1] if clause.prefix else clause.words
    for word in dict.fromkeys(word for word in typed if _allowed(word) and not _DIGIT.search(word)):
        if _is_value(clause):
            known = bool(columns_saying(snapshot, connection, Clause((word,), clause.field)))
        else:
            known = text_index.occurs(connection, text_index.expression(connection, Clause((word,), clause.field)))
        if not known:
            yield word


def _finished(connection: sqlite3.Connection, clause: Clause, word: str) -> str | None:
    """A word that is the beginning of a frequent one is not finished yet: that one if it is near, else any ending."""
    if _is_value(clause) or clause.quoted or len(clause.words) > 1:
        return None
    longer = text_index.shortest_beginning(connection, word, _CANDIDATES)
    frequent = [other for other in longer if text_index.frequency(connection, other, _FREQUENT) == _FREQUENT]
    if not frequent:
        return None
    return frequent[0] if len(frequent[0]) - len(word) <= _allowed(word) else f"{word}*"


def _nearest(connection: sqlite3.Connection, snapshot: Snapshot, clause: Clause, word: str) -> str | None:
    known = _by_length(snapshot, connection, clause)
    most = _allowed(word)
    options = [one for length in range(len(word) - most, len(word) + most + 1) for one in known.get(length, ())]
    found = process.extract(word, options, scorer=OSA.distance, processor=None, score_cutoff=most, limit=_CANDIDATES)

    def rank(candidate: tuple[str, float, int]) -> tuple[float, bool, int, str]:
        other, distance, _ = candidate
        return distance, other[0] != word[0], -text_index.frequency(connection, other), other

    # A word that was once in a record and is no more finds nothing.
    likely = (candidate for candidate in found if text_index.frequency(connection, candidate[0], 1))
    return min(map(rank, likely), default=(0.0, False, 0, None))[-1]


def _allowed(word: str) -> int:
    return next((wrong for length, wrong in _WRONG if len(word) >= length), 0)


def _is_value(clause: Clause) -> bool:
    return bool(clause.field) and clause.field not in TEXT_COLUMNS


def _by_length(snapshot: Snapshot, connection: sqlite3.Connection, clause: Clause) -> dict[int, Sequence[str]]:
    if clause.field in NUMBER_FIELDS or clause.field == "id":
        return {}
    if _is_value(clause):
        return snapshot.remembered("words", clause.field, lambda: _grouped(_value_words(snapshot, clause.field)))
    return snapshot.remembered("words", "", lambda: _grouped(text_index.all_words(connection)))


def _value_words(snapshot: Snapshot, field: str) -> set[str]:
    vocabulary = snapshot.arrays.vocabulary
    first, end = vocabulary.bounds.get(field, (0, 0))
    return {word for column in range(first, end) for word in words(vocabulary.keys[column])}


def _grouped(known: Iterable[str]) -> dict[int, Sequence[str]]:
    found: dict[int, list[str]] = {}
    for word in sorted(known):
        if not _DIGIT.search(word):
            found.setdefault(len(word), []).append(word)
    return {length: tuple(several) for length, several in found.items()}


def _place(text: str, clause: Clause, word: str) -> tuple[int, int] | None:
    """Where a clause's word stands in the text as it was typed."""
    start = clause.at + (text[clause.at :].find(":") + 1 if clause.field else 0)
    return next((run.span() for run in _RUN.finditer(text, start) if words(run[0]) == [word]), None)
