"""The naive engine of the benchmark: a pandas frame with a list in each cell, filtered and exploded."""

from __future__ import annotations

import pandas as pd

from tests.benchmarks.synthetic import SyntheticLibrary


class NaiveFrame:
    """Answers a word and chosen values as one would write it in a notebook."""

    def __init__(self, library: SyntheticLibrary) -> None:
        self.fields = tuple(dict.fromkeys(library.fields))
        cells: dict[str, list[list[str]]] = {name: [[] for _ in range(len(library))] for name in self.fields}
        entries = library.codes.tolist()
        for row, (start, end) in enumerate(zip(library.starts[:-1].tolist(), library.starts[1:].tolist())):
            for code in entries[start:end]:
                cells[library.fields[code]][row].append(library.labels[code])
        self.frame = pd.DataFrame({name: pd.Series(cells.pop(name), dtype=object) for name in self.fields})
        self.descriptions = pd.Series([f" {text} " for text in library.descriptions], dtype=object)
        self.described = pd.Series(library.described)

    def search(
        self, word: str, where: dict[str, tuple[str, ...]]
    ) -> tuple[int, dict[str, dict[str, int]], pd.DataFrame]:
        """The total, the counts of every facet without its own choice, and 50 rows."""
        passing = {name: self.frame[name].map(set(values).intersection).astype(bool) for name, values in where.items()}
        base = self._with_word(word)
        counts = {name: self._counts(name, base, passing) for name in self.fields}
        hits = self.frame[_all(base, passing.values())]
        return len(hits), counts, hits.tail(50)[::-1]

    def by_field(self, counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        """The counts of a search, for each field by label: as they are."""
        return counts

    def _with_word(self, word: str) -> pd.Series:
        if not word:
            return pd.Series(True, index=self.frame.index)
        described = self.described.map(self.descriptions.str.contains(f" {word} ", regex=False))
        titled = [
            self.frame[name].map(lambda labels: any(word in label.split() for label in labels)) for name in self.fields
        ]
        return _any(described.astype(bool), titled)

    def _counts(self, name: str, base: pd.Series, passing: dict[str, pd.Series]) -> dict[str, int]:
        mask = _all(base, (other for field, other in passing.items() if field != name))
        return self.frame[name][mask].explode().dropna().value_counts().to_dict()


def _all(first: pd.Series, others) -> pd.Series:
    for other in others:
        first = first & other
    return first


def _any(first: pd.Series, others) -> pd.Series:
    for other in others:
        first = first | other
    return first
