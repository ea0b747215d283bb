"""The text index: FTS5 tables in the library's database, kept in step with the records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial

import numpy as np

from micrographia.collection.records import Record
from micrographia.search import appearances
from micrographia.search.documents import BETWEEN, Document, Value, document
from micrographia.search.families import relatives
from micrographia.search.folding import words
from micrographia.search.marking import CLOSE, GAP, OPEN
from micrographia.search.phrasings import parts_of, phrasings
from micrographia.search.stems import TOKENIZER
from micrographia.search.syntax import TEXT_COLUMNS, Clause

# Of bm25: a word in the title counts more than among the terms, and there more than in the description.
WEIGHTS = (10.0, 4.0, 1.0)

# Words that a prefix may stand for, the shortest: the stem of a long one hardly ends before the prefix does.
PREFIX_LIMIT = 30

_FIRST_PART = 500

# Raised when the tables or what is written to them change: the store then tells of every record anew.
_VERSION = 4

_TABLES = (
    f"""CREATE VIRTUAL TABLE search_text USING fts5(
        title, terms, description, tokenize = '{TOKENIZER}', prefix = '2 3 4')""",
    # Every word as written: a stemmed index alone cannot complete "organi" to "organism".
    "CREATE TABLE search_words (word TEXT PRIMARY KEY) WITHOUT ROWID",
    # The values of all fields; their codes are what the facet arrays are made of, in every process.
    """CREATE TABLE search_values (
        code INTEGER PRIMARY KEY, field TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL,
        term_id TEXT NOT NULL, UNIQUE (field, key))""",
    """CREATE TABLE search_documents (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, added TEXT NOT NULL,
        codes BLOB NOT NULL, numbers BLOB NOT NULL, card TEXT NOT NULL, labels INTEGER NOT NULL)""",
    # What is shown of a description, for the words of which the text index has only the folded ones.
    "CREATE TABLE search_prose (number INTEGER PRIMARY KEY, prose TEXT NOT NULL)",
    "CREATE INDEX search_documents_by_id ON search_documents (id COLLATE NOCASE)",
    "CREATE INDEX search_documents_labels ON search_documents (number) WHERE labels",
)
_NAMES = ("search_text", "search_words", "search_values", "search_documents", "search_prose")


class TextIndex:
    """Keeps what is searched in step with the store, inside its transactions: an observer of the store."""

    name = f"search {_VERSION}"

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables where they are missing, anew where they are of another version."""
        appearances.prepare(connection)
        connection.execute("CREATE TABLE IF NOT EXISTS search_version (version INTEGER NOT NULL)")
        # At which change of the library a value was spelled in another way: its record may be gone before anyone looks.
        connection.execute(
            "CREATE TABLE IF NOT EXISTS search_spelled (code INTEGER PRIMARY KEY, change INTEGER NOT NULL)"
        )
        row = connection.execute("SELECT version FROM search_version").fetchone()
        if row is not None and row[0] == _VERSION:
            return
        for name in _NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("DELETE FROM search_version")
        connection.execute("INSERT INTO search_version VALUES (?)", (_VERSION,))

    def stored(self, connection: sqlite3.Connection, number: int, record: Record) -> None:
        """Index a record; one that is not public is only taken out."""
        self.removed(connection, number)
        if record.visibility == "public":
            self.write(connection, number, document(record), record.added)

    def removed(self, connection: sqlite3.Connection, number: int) -> None:
        """Take a record out of the index."""
        known = connection.execute("DELETE FROM search_documents WHERE number = ?", (number,)).rowcount
        if known:
            connection.execute("DELETE FROM search_text WHERE rowid = ?", (number,))
            connection.execute("DELETE FROM search_prose WHERE number = ?", (number,))

    def write(self, connection: sqlite3.Connection, number: int, found: Document, added: str = "") -> None:
        """Write a document that is not in the index yet."""
        columns = [_tokens(text) for text in (found.title, found.terms, found.description)]
        connection.execute(
            "INSERT INTO search_text (rowid, title, terms, description) VALUES (?, ?, ?, ?)", (number, *columns)
        )
        if found.prose:
            connection.execute("INSERT INTO search_prose VALUES (?, ?)", (number, found.prose))
        distinct = sorted(set(" ".join(columns).split()))
        connection.executemany("INSERT OR IGNORE INTO search_words VALUES (?)", [(word,) for word in distinct])
        codes = np.array([value_code(connection, value) for value in found.values], dtype="<i4")
        numbers = np.array(found.numbers, dtype="<f8")
        card = json.dumps(found.card, ensure_ascii=False, separators=(",", ":"))
        is_labels = bool(found.card["labels"])
        connection.execute(
            "INSERT INTO search_documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, found.card["id"], columns[0], added, codes.tobytes(), numbers.tobytes(), card, is_labels),
        )


def value_code(connection: sqlite3.Connection, value: Value) -> int:
    """The code of a value, given on its first use; of several spellings the first in order is its label."""
    row = connection.execute(
        "SELECT code, label, term_id FROM search_values WHERE field = ? AND key = ?", (value.field, value.key)
    ).fetchone()
    if row is None:
        cursor = connection.execute(
            "INSERT INTO search_values (field, key, label, term_id) VALUES (?, ?, ?, ?)",
            (value.field, value.key, value.label, value.term_id),
        )
        return int(cursor.lastrowid or 0)
    code, label, term_id = row
    better = min(label, value.label), min(filter(None, (term_id, value.term_id)), default="")
    if better != (label, term_id):
        connection.execute("UPDATE search_values SET label = ?, term_id = ? WHERE code = ?", (*better, code))
        noted = "INSERT OR REPLACE INTO search_spelled SELECT ?, value + 1 FROM counters WHERE name = 'change'"
        connection.execute(noted, (code,))
    return int(code)


def expression(connection: sqlite3.Connection, clause: Clause) -> str:
    """A text clause in FTS5's language."""
    phrase = " ".join(clause.words)
    alternatives: Iterable[str] = [f'"{" ".join(words)}"' for words in ways(clause, partial(occurring, connection))]
    if clause.prefix:
        alternatives = [f'"{phrase}" *', *(f'"{word}"' for word in _completions(connection, clause.words))]
    column = f"{clause.field} : " if clause.field in TEXT_COLUMNS else ""
    return f"{column}({' OR '.join(alternatives)})"


def ways(clause: Clause, known: Callable[[Iterable[str]], Iterable[str]]) -> list[tuple[str, ...]]:
    """The phrases that texts may have for a clause that is no beginning: its own, then those of which all words occur.

    Parameters
    ----------
    clause
        What was typed.
    known
        Gives those of some folded words that occur.
    """
    own, *others = phrasings(clause.words, clause.value)
    if clause.quoted or clause.prefix:
        return [own]
    occur = set(known(parts_of(others))) if others else set()
    family = [(word,) for word in relatives(own[0], known)] if len(own) == 1 else [own]
    return [*family, *(phrase for phrase in others if occur.issuperset(phrase))]


def occurs(connection: sqlite3.Connection, match: str) -> bool:
    """Whether any document matches an FTS5 expression."""
    query = "SELECT 1 FROM search_text WHERE search_text MATCH ? LIMIT 1"
    return connection.execute(query, (match,)).fetchone() is not None


def frequency(connection: sqlite3.Connection, word: str, most: int = 1000) -> int:
    """How many documents have a folded word, as its stem; counted up to a bound."""
    query = "SELECT count(*) FROM (SELECT 1 FROM search_text WHERE search_text MATCH ? LIMIT ?)"
    return int(connection.execute(query, (f'"{word}"', most)).fetchone()[0])


def marks(connection: sqlite3.Connection, match: str, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Title, terms and description in folded words, what matched between marks, of those that match among documents.

    Parameters
    ----------
    connection
        To the library's database.
    match
        An FTS5 expression.
    numbers
        The documents'.
    """
    columns = ", ".join(f"highlight(search_text, {column}, ?1, ?2)" for column in range(len(WEIGHTS)))
    query = f"SELECT rowid, {columns} FROM search_text WHERE search_text MATCH ?3"
    query += " AND (rowid + 0) IN (SELECT value FROM json_each(?4))"
    found = connection.execute(query, (OPEN, CLOSE, match, json.dumps(list(numbers))))
    return {number: (title, terms, description) for number, title, terms, description in found}


def prose(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """What can be shown of the descriptions of documents, by their numbers."""
    query = "SELECT number, prose FROM search_prose WHERE number IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(query, (json.dumps(list(numbers)),)).fetchall())


def label_images(connection: sqlite3.Connection) -> np.ndarray:
    """The numbers of the documents that are label images, no pictures."""
    found = connection.execute("SELECT number FROM search_documents WHERE labels").fetchall()
    return np.fromiter((number for (number,) in found), np.int64, len(found))


def occurring(connection: sqlite3.Connection, some: Iterable[str]) -> list[str]:
    """Those of some folded words that occur in any text."""
    query = "SELECT word FROM search_words WHERE word IN (SELECT value FROM json_each(?))"
    return [word for (word,) in connection.execute(query, (json.dumps(list(some)),))]


def all_words(connection: sqlite3.Connection) -> list[str]:
    """Every folded word that is or was in a text."""
    return [word for (word,) in connection.execute("SELECT word FROM search_words")]


def shortest_beginning(connection: sqlite3.Connection, start: str, most: int) -> list[str]:
    """The shortest folded words that begin so."""
    query = "SELECT word FROM search_words WHERE word >= ? AND word < ? ORDER BY length(word), word LIMIT ?"
    return [word for (word,) in connection.execute(query, (start, start + "\U0010ffff", most))]


def matching(connection: sqlite3.Connection, match: str) -> np.ndarray:
    """The numbers of all documents that an FTS5 expression matches, in ascending order."""
    # As one text, because a row for each of a million hits takes five times as long.
    query = "SELECT group_concat(rowid) FROM search_text WHERE search_text MATCH ?"
    (found,) = connection.execute(query, (match,)).fetchone()
    return np.fromstring(found or "", dtype=np.int64, sep=",")


def newest_matching(connection: sqlite3.Connection, match: str) -> Iterator[np.ndarray]:
    """The numbers of all documents that an FTS5 expression matches, the newest first, in parts."""
    query = "SELECT rowid FROM search_text WHERE search_text MATCH ? ORDER BY rowid DESC"
    with closing(connection.execute(query, (match,))) as cursor:
        size = _FIRST_PART
        while found := cursor.fetchmany(size):
            yield np.fromiter((row[0] for row in found), dtype=np.int64, count=len(found))
            size *= 4


def scores(connection: sqlite3.Connection, match: str, numbers: Sequence[int]) -> dict[int, float]:
    """bm25 (lower is better) of those among the numbers that an expression matches."""
    weights = ", ".join(map(str, WEIGHTS))
    found = connection.execute(
        f"SELECT rowid, bm25(search_text, {weights}) FROM search_text WHERE search_text MATCH ?"
        " AND (rowid + 0) IN (SELECT value FROM json_each(?))",
        (match, json.dumps(list(numbers))),
    )
    return dict(found.fetchall())


def _completions(connection: sqlite3.Connection, phrase: Sequence[str]) -> list[str]:
    # Every word that begins with two letters has a stem that does.
    if len(phrase) != 1 or len(phrase[0]) <= 2:
        return []
    return shortest_beginning(connection, phrase[0], PREFIX_LIMIT)


def _tokens(text: str) -> str:
    return f" {GAP} ".join(" ".join(words(part)) for part in text.split(BETWEEN))
