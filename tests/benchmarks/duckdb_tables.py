"""The other engine of the benchmark: DuckDB over long tables, text by a scan, every count in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import numpy as np
import pandas as pd

from tests.benchmarks.synthetic import SyntheticLibrary

_TABLES = (
    "CREATE TABLE labels AS SELECT code::INTEGER AS code, field, label FROM labels_frame",
    "CREATE TABLE descriptions AS SELECT number::INTEGER AS number, text FROM descriptions_frame",
    "CREATE TABLE images AS SELECT row::INTEGER AS row, described::INTEGER AS described FROM images_frame ORDER BY row",
    "CREATE TABLE own AS SELECT row::INTEGER AS row, code::INTEGER AS code FROM own_frame ORDER BY row",
)

# What lies above a value counts for an image once, however many of its values lie below it.
_ROLLED_UP = """CREATE TABLE entries AS SELECT row, above AS code, field FROM
    (SELECT DISTINCT row, above::INTEGER AS above FROM own JOIN above_frame USING (code)) JOIN labels ON above = code
    ORDER BY row"""
_PLAIN = "CREATE TABLE entries AS SELECT row, code, field FROM own JOIN labels USING (code) ORDER BY row"

# An image that fails in one field alone counts in the facet of that field.
_COUNTS = """SELECT entries.code AS code, count(*) AS number FROM entries JOIN status USING (row)
    WHERE failed = 0 OR (failed = 1 AND failing = field) GROUP BY entries.code"""
_ROWS = """SELECT row, string_agg(label, '; ') FROM own JOIN labels USING (code)
    WHERE row IN (SELECT row FROM status WHERE failed = 0 ORDER BY row DESC LIMIT 50) GROUP BY row ORDER BY row DESC"""


class DuckTables:
    """Answers a word and chosen values in SQL, on all cores.

    Parameters
    ----------
    library
        Whose images are searched.
    above
        Pairs of codes, a value and one that it is or lies below; ``None`` where nothing lies below anything.
    """

    def __init__(self, library: SyntheticLibrary, above: np.ndarray | None = None) -> None:
        self.labels = np.array(library.labels, dtype=object)
        self.fields = np.array(library.fields, dtype=object)
        self.connection = duckdb.connect()
        for name, frame in _frames(library, above):
            self.connection.register(name, frame)
        for statement in (*_TABLES, _PLAIN if above is None else _ROLLED_UP):
            self.connection.execute(statement)
        for name, _ in _frames(library, above):
            self.connection.unregister(name)

    def search(self, word: str, where: Mapping[str, tuple[str, ...]]) -> tuple[int, tuple[np.ndarray, ...], list]:
        """The total, the codes of all values with their counts, and 50 rows."""
        ask = self.connection.execute
        ask(f"CREATE OR REPLACE TEMP TABLE status AS {self._status(word, where)}", _given(word, where))
        (total,) = ask("SELECT count(*) FROM status WHERE failed = 0").fetchone() or (0,)
        counts = ask(_COUNTS).fetchnumpy()
        return total, (np.asarray(counts["code"]), np.asarray(counts["number"])), ask(_ROWS).fetchall()

    def by_field(self, counts: tuple[np.ndarray, ...]) -> dict[str, dict[str, int]]:
        """The counts of a search, for each field by label."""
        found: dict[str, dict[str, int]] = {}
        for code, number in zip(*(column.tolist() for column in counts)):
            found.setdefault(self.fields[code], {})[self.labels[code]] = number
        return found

    def _status(self, word: str, where: Mapping[str, tuple[str, ...]]) -> str:
        # Of each image that has the word: in how many fields it fails, and in which one.
        joins, failed, failing = "", "0", "''"
        for at, name in enumerate(where):
            joins += f""" LEFT JOIN (SELECT DISTINCT row, 1 AS has FROM entries WHERE code IN
                (SELECT code FROM labels WHERE field = '{name}' AND label IN (SELECT unnest($where{at})))) AS p{at}
                USING (row)"""
            failed += f" + (p{at}.has IS NULL)::INTEGER"
            failing = f"CASE WHEN p{at}.has IS NULL THEN '{name}' ELSE {failing} END"
        having = ""
        if word:
            having = """ WHERE row IN (
                SELECT row FROM images WHERE described IN
                    (SELECT number FROM descriptions WHERE contains(' ' || text || ' ', ' ' || $word || ' '))
                UNION SELECT row FROM own WHERE code IN
                    (SELECT code FROM labels WHERE contains(' ' || label || ' ', ' ' || $word || ' ')))"""
        return f"SELECT images.row AS row, {failed} AS failed, {failing} AS failing FROM images{joins}{having}"


def _given(word: str, where: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    return {f"where{at}": list(values) for at, values in enumerate(where.values())} | ({"word": word} if word else {})


def _frames(library: SyntheticLibrary, above: np.ndarray | None) -> Iterator[tuple[str, pd.DataFrame]]:
    codes = np.arange(len(library.labels))
    yield "labels_frame", pd.DataFrame({"code": codes, "field": library.fields, "label": library.labels})
    numbers = np.arange(len(library.descriptions))
    yield "descriptions_frame", pd.DataFrame({"number": numbers, "text": library.descriptions})
    rows = np.arange(len(library))
    yield "images_frame", pd.DataFrame({"row": rows, "described": library.described})
    entries = np.repeat(rows.astype(np.int32), np.diff(library.starts))
    yield "own_frame", pd.DataFrame({"row": entries, "code": library.codes})
    if above is not None:
        yield "above_frame", pd.DataFrame({"code": above[:, 0], "above": above[:, 1]})
