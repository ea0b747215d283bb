"""Synthetic records in the proportions of a real library: few frequent values and very many rare ones.

The same numbers give the same library. ``synthetic_records`` makes records one by one; ``SyntheticLibrary.fill``
writes a million of them into the search tables directly.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from micrographia.collection.records import Record, Term
from micrographia.collection.vocabulary.terms import Ontology, OntologyTerm, Parent
from micrographia.search.documents import NUMBER_FIELDS

# For each field: distinct values at a million records, share of records that have any, most values of one record.
SHAPES: dict[str, tuple[int, float, int]] = {
    "organism": (800, 0.98, 1),
    "cell_type": (1500, 0.9, 2),
    "cell_line": (1200, 0.5, 1),
    "cellular_component": (2500, 0.95, 4),
    "biological_process": (3000, 0.9, 4),
    "molecular_function": (1800, 0.5, 3),
    "anatomy": (2500, 0.5, 2),
    "disease": (900, 0.15, 1),
    "condition": (3000, 0.4, 1),
    "compound": (3500, 0.3, 1),
    "imaging_mode": (120, 0.99, 3),
    "image_type": (5, 1.0, 1),
    "item_type": (30, 0.99, 2),
    "visualization": (2500, 0.9, 4),
    "source_of_contrast": (60, 0.95, 2),
    "relation_to_intact_cell": (20, 0.95, 2),
    "preparation": (150, 0.97, 3),
    "processing": (40, 0.9, 2),
    "parameter_imaged": (30, 0.97, 2),
    "licence": (8, 1.0, 1),
    "contributor": (9000, 0.98, 3),
    "group": (4500, 0.9, 1),
}
YEARS = np.arange(2002, 2027)

# The fields whose values are terms: each lies below another one of its field, eight below one.
TERM_FIELDS = frozenset(SHAPES) - {"condition", "image_type", "item_type", "licence", "contributor", "group"}
_BRANCHES = 8
_DESCRIPTIONS = 5228
_WORDS = 20_000
_SYLLABLES = "ka lo mi ru te sa no vi pe du ga zo bi fu ho ce".split()


@dataclass(frozen=True)
class SyntheticLibrary:
    """A library as columns.

    ``labels`` and ``fields`` are by code; row ``i`` has the codes from ``starts[i]`` to ``starts[i + 1]``;
    ``described`` says which of the ``descriptions`` each row has, ``years`` its year (NaN when it has none). Of each
    field the most frequent labels come first.
    """

    labels: list[str]
    fields: list[str]
    starts: np.ndarray
    codes: np.ndarray
    years: np.ndarray
    described: np.ndarray
    descriptions: list[str]

    def __len__(self) -> int:
        return len(self.years)

    def texts(self, row: int) -> tuple[str, str, str]:
        """The title, terms and description of a row, in words as the index keeps them."""
        labels = [self.labels[code] for code in self.codes[self.starts[row] : self.starts[row + 1]]]
        return " ".join(labels[:2]), " \ue000 ".join(labels), self.descriptions[self.described[row]]

    def record(self, row: int) -> Record:
        """A row as a record."""
        fields: dict[str, list[Term]] = {}
        for code in self.codes[self.starts[row] : self.starts[row + 1]]:
            fields.setdefault(self.fields[code], []).append(Term(self.labels[code]))
        fields.pop("year")
        contributors = tuple(term.text for term in fields.pop("contributor", []))
        (licence,) = fields.pop("licence")
        group = fields.pop("group", [None])[0]
        title, _, description = self.texts(row)
        return Record(
            f"syn-{row}",
            title,
            description,
            {name: tuple(terms) for name, terms in fields.items()},
            contributors,
            licence.text,
            year=int(self.years[row]),
            group=group.text if group else None,
        )

    def fill(self, connection: sqlite3.Connection) -> None:
        """Write all rows into the search tables of an empty library."""
        rows = ((code + 1, self.fields[code], text, text, self.term_id(code)) for code, text in enumerate(self.labels))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO search_values VALUES (?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO search_documents VALUES (?, ?, ?, ?, ?, ?, ?, 0)", self._documents())
        texts = ((row + 1, *self.texts(row)) for row in range(len(self)))
        connection.executemany("INSERT INTO search_text (rowid, title, terms, description) VALUES (?, ?, ?, ?)", texts)
        words = {word for text in (*self.labels, *self.descriptions) for word in text.split()}
        connection.executemany("INSERT OR IGNORE INTO search_words VALUES (?)", ((word,) for word in words))
        # Records that are put later get other numbers.
        connection.execute("INSERT INTO sqlite_sequence VALUES ('records', ?)", (len(self),))
        connection.execute("COMMIT")

    def term_id(self, code: int) -> str:
        """The id of a value that is a term; empty for any other."""
        return f"MADE:{code}" if self.fields[code] in TERM_FIELDS else ""

    def ontology(self) -> Ontology:
        """The terms, each below another one."""
        terms = []
        for code, above in enumerate(self._parents().tolist()):
            if self.term_id(code):
                parents = (Parent(self.term_id(above), "is_a"),) if above >= 0 else ()
                terms.append(OntologyTerm(self.term_id(code), self.labels[code], parents=parents))
        return Ontology("made", "1", tuple(terms))

    def above(self) -> np.ndarray:
        """Pairs of codes: each value with itself, and with all that it lies below."""
        parents = self._parents()
        codes = at = np.arange(len(self.labels))
        pairs = []
        while len(at):
            pairs.append(np.column_stack((codes, at)))
            codes, at = codes[parents[at] >= 0], parents[at][parents[at] >= 0]
        return np.concatenate(pairs)

    def _parents(self) -> np.ndarray:
        # Of the values that records have: a facet's list leaves out those that only stand above others.
        parents = np.full(len(self.labels), -1)
        fields = np.where(np.bincount(self.codes, minlength=len(self.labels)) > 0, self.fields, "")
        for name in TERM_FIELDS & set(self.fields):
            codes = np.flatnonzero(fields == name)
            parents[codes[1:]] = codes[np.arange(len(codes) - 1) // _BRANCHES]
        return parents

    def _documents(self) -> Iterator[tuple[object, ...]]:
        codes = (self.codes + 1).astype("<i4")
        year = NUMBER_FIELDS.index("year")
        for row in range(len(self)):
            numbers = np.full(len(NUMBER_FIELDS), np.nan, dtype="<f8")
            numbers[year] = self.years[row]
            part = codes[self.starts[row] : self.starts[row + 1]]
            title = self.texts(row)[0]
            known = None if np.isnan(self.years[row]) else int(self.years[row])
            card = json.dumps({"id": f"syn-{row}", "title": title, "organism": [], "year": known})
            added = f"2026-01-01T{row:09}"
            yield row + 1, f"syn-{row}", title, added, part.tobytes(), numbers.tobytes(), card


def synthetic_library(count: int, seed: int = 1) -> SyntheticLibrary:
    """A library of so many records."""
    random = np.random.default_rng(seed)
    words = made_words(random, _WORDS)
    rows: list[np.ndarray] = []
    codes: list[np.ndarray] = []
    labels: list[str] = []
    fields: list[str] = []
    for name, (distinct, share, most) in SHAPES.items():
        row, code = _entries(random, count, distinct, share, most)
        rows.append(row)
        codes.append(code + len(labels))
        labels += [f"{words[i % 4000]} {words[(i * 7 + len(labels)) % _WORDS]}{i}" for i in range(distinct)]
        fields += [name] * distinct
    years = random.choice(YEARS, count).astype(float)
    rows.append(np.arange(count))
    codes.append(years.astype(int) - YEARS[0] + len(labels))
    labels += [str(year) for year in YEARS]
    fields += ["year"] * len(YEARS)
    row, code = np.concatenate(rows), np.concatenate(codes)
    order = np.argsort(row, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=count))))
    descriptions = [" ".join(words[zipf(random, 40, _WORDS)]) for _ in range(_DESCRIPTIONS)]
    described = random.integers(0, _DESCRIPTIONS, count)
    return SyntheticLibrary(labels, fields, starts, code[order].astype(np.int32), years, described, descriptions)


def synthetic_records(count: int, seed: int = 1) -> Iterator[Record]:
    """So many synthetic records, one by one."""
    library = synthetic_library(count, seed)
    return (library.record(row) for row in range(count))


def _entries(
    random: np.random.Generator, count: int, distinct: int, share: float, most: int
) -> tuple[np.ndarray, np.ndarray]:
    how_many = np.where(random.random(count) < share, random.integers(1, most + 1, count), 0)
    row = np.repeat(np.arange(count), how_many)
    code = zipf(random, len(row), distinct)
    # A record has a value once.
    pairs = np.unique(row * np.int64(distinct) + code)
    return pairs // distinct, pairs % distinct


def zipf(random: np.random.Generator, count: int, distinct: int) -> np.ndarray:
    """So many numbers below ``distinct``, each as frequent as Zipf's law has it."""
    weights = 1.0 / np.arange(1, distinct + 1)
    ends = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(ends, random.random(count)), distinct - 1)


def made_words(random: np.random.Generator, count: int) -> np.ndarray:
    """So many different words, none of any language, that a stemmer leaves alone."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(random.choice(_SYLLABLES, random.integers(2, 5))) + "x"] = None
    return np.array(list(found))
