"""Searching: one search in one snapshot, from what is asked to what is found, in order."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

import numpy as np

from micrographia.collection.licences import UNLISTED
from micrographia.search import ordering, ranking
from micrographia.search import text as text_index
from micrographia.search.cards import cards, table
from micrographia.search.counting import FacetCounts
from micrographia.search.documents import KNOWN_FIELDS
from micrographia.search.explaining import also, droppable_words, drops, marks, meant
from micrographia.search.folding import key
from micrographia.search.matching import Matcher
from micrographia.search.query import Query, nearest
from micrographia.search.results import Drop, Results
from micrographia.search.sentence import sentence
from micrographia.search.snapshot import Snapshot
from micrographia.search.syntax import Parsed, parse

# Up to so many hits are ranked by bm25; more of them by where the words stand.
RANKED_LIMIT = 2000

# Up to so many records that a text matches, it is looked up where the words stand in each.
PLACED_LIMIT = 20_000

# Fields that text can name and that are no facets.
_SPECIAL = frozenset({"id"})


@dataclass(frozen=True)
class Hits:
    """Which rows a query finds, and what each of its filters alone keeps out.

    ``rows`` is a mask; ``missed`` has for each field that is held to something the rows that fail only there.
    """

    rows: np.ndarray
    missed: dict[str, np.ndarray]


class Search:
    """One search in one snapshot."""

    def __init__(self, snapshot: Snapshot, connection: sqlite3.Connection, query: Query) -> None:
        self.snapshot = snapshot
        self.arrays = snapshot.arrays
        self.connection = connection
        self.matcher = Matcher(snapshot, connection)
        self.problems = list(query.problems)
        self.query = self._known(query)
        self.parsed: Parsed = parse(query.text, self._is_text_field)
        self.problems += self.parsed.problems
        self.problems += self._mistyped_fields()

    def results(self) -> Results:
        """Everything that the query finds."""
        hits = self.hits()
        total = int(np.count_nonzero(hits.rows))
        query = self.query
        start, end = (query.page - 1) * query.per_page, min(query.page * query.per_page, total)
        shown = total
        if query.grouped:
            firsts, sizes = self._first_of_groups(self.ordered(hits.rows, total))
            rows, shown = firsts[start:end], len(firsts)
            found = cards(self.connection, self.arrays.numbers[rows])
            found = [card | {"group_size": size} for card, size in zip(found, sizes[start:end].tolist())]
        else:
            rows = self.ordered(hits.rows, end)[start:]
            found = cards(self.connection, self.arrays.numbers[rows])
        counts = FacetCounts(self.snapshot, query, hits.missed, hits.rows)
        return Results(
            query=query,
            total=total,
            ids=[str(card["id"]) for card in found],
            rows=found,
            sentence=sentence(query, total, counts.label),
            problems=self.problems,
            drops=[] if total else self._drops(hits, counts),
            meant=meant(self.matcher, query, self.parsed, total, self._total_of),
            also=also(self.matcher, query, self.parsed, hits.rows),
            cards=shown,
            counts=counts,
            tabulate=lambda: table(self.snapshot, self.connection, self.ordered(hits.rows, total)),
            mark=lambda: marks(self.matcher, self.parsed, rows, found),
            count_groups=lambda: self._count_groups(hits.rows),
            count_unlisted=lambda: self._count_unlisted(hits.rows),
        )

    def numbers(self) -> np.ndarray:
        """The store's numbers of all hits, in order."""
        rows = self.hits().rows
        return self.arrays.numbers[self.ordered(rows, int(np.count_nonzero(rows)))]

    def total(self) -> int:
        """How many records the query finds."""
        return int(np.count_nonzero(self.hits().rows))

    def _total_of(self, query: Query) -> int:
        return Search(self.snapshot, self.connection, query).total()

    def _known(self, query: Query) -> Query:
        # A field that no record has would find nothing at all: better to say so and leave it out.
        strange = {name for name in (*query.where, *query.without, *query.ranges) if name not in self.snapshot.fields}
        strange = {name for name in strange if not self._is_offered(name)}
        for name in sorted(strange):
            self.problems.append(
                f"There is no field “{name}”, so it was left out.{nearest(name, self.snapshot.fields)}"
            )
        if query.sort and not ordering.is_order(self.snapshot, query.sort):
            self.problems.append(f"Images cannot be sorted by “{query.sort}”, so the usual order is used.")
            query = replace(query, sort="")
        for name in strange:
            query = query.without_field(name)
        return replace(query, where={n: tuple(self._label(n, v) for v in values) for n, values in query.where.items()})

    def _label(self, name: str, value: str) -> str:
        # A value by its id, a synonym or in other capitals is from here on what the facet calls it.
        tree = self.snapshot.tree(name)
        if tree is not None:
            node = tree.find(value)
            return value if node is None else tree.nodes[node].value
        columns = self.matcher.columns(name, value)
        return self.arrays.vocabulary.labels[columns[0]] if len(columns) == 1 else value

    def _mistyped_fields(self) -> list[str]:
        clauses = [clause for group in self.parsed.groups for clause in group if not clause.field and not clause.quoted]
        typed = [(c, c.value.partition(":")[0]) for c in clauses if ":" in c.value.rstrip(":")]
        near = [(c, name, nearest(name, self.snapshot.fields)) for c, name in typed if name.islower()]
        said = "Character {}: there is no such field, so “{}” was looked for as words.{}"
        # An id such as go:0005739 and an address such as https://example.org are no mistyped fields.
        strange = [(c, meant) for c, name, meant in near if meant or c.value[len(name) + 1 :][:1].isalpha()]
        return [said.format(c.at + c.negative + 1, c.value[:40], meant) for c, meant in strange]

    def _is_offered(self, name: str) -> bool:
        return name in KNOWN_FIELDS

    def _is_text_field(self, name: str) -> bool:
        return name in self.snapshot.fields or name in _SPECIAL or self._is_offered(name)

    def hits(self) -> Hits:
        """Which rows the query finds."""
        query, matcher = self.query, self.matcher
        text = matcher.text(self.parsed)
        passing = np.ones(len(self.arrays), dtype=bool) if text is None else text.copy()
        for name, values in query.without.items():
            passing &= ~matcher.field(name, values)
        masks = {n: matcher.field(n, query.where.get(n, ()), query.ranges.get(n)) for n in query.constraints()}
        if not masks:
            return Hits(passing, {})
        met = sum((mask.view(np.uint8) for mask in masks.values()), np.zeros(len(passing), dtype=np.uint8))
        alone = passing & (met == len(masks) - 1)
        # Of what fails in one field alone, that which fails in this one.
        missed = {name: alone > mask for name, mask in masks.items()}
        return Hits(passing & (met == len(masks)), missed)

    def _drops(self, hits: Hits, counts: FacetCounts) -> list[Drop]:
        textless = self._textless()
        words = droppable_words(self.matcher, self.query, self.parsed, textless, self._is_text_field)
        return drops(self.query, counts, hits.missed, textless, words)

    def _textless(self) -> np.ndarray | None:
        """The rows that fail only by the text, as a mask; ``None`` where there is none."""
        text = self.matcher.text(self.parsed)
        if text is None:
            return None
        found = np.ones(len(self.arrays), dtype=bool)
        for name, values in self.query.without.items():
            found &= ~self.matcher.field(name, values)
        for name in self.query.constraints():
            found &= self.matcher.field(name, self.query.where.get(name, ()), self.query.ranges.get(name))
        return found & ~text

    def ordered(self, mask: np.ndarray, end: int) -> np.ndarray:
        """The first rows of a mask in the order that the query asks for."""
        sort = self.query.sort
        if sort not in ("", ordering.RELEVANCE):
            return self._first(sort, mask, end)
        match = self.matcher.match_expression(self.parsed)
        exact = self.matcher.id_rows(self.query.text) if self.query.text else mask[:0].nonzero()[0]
        first = exact[mask[exact]]
        rest = mask.copy()
        rest[first] = False
        worded = self.matcher.worded(self.parsed)
        by_words = rest if worded is None else rest & worded
        if not match:
            ranked = self._first(ordering.USUAL, by_words, end)
        elif np.count_nonzero(by_words) <= RANKED_LIMIT:
            ranked = self._by_score(by_words, end)
        else:
            ranked = self._by_tier(match, by_words, end)
        ranked = np.concatenate((first, ranked))[:end]
        if worded is None or len(ranked) == end:
            return ranked
        return np.concatenate((ranked, self._by_terms(rest & ~worded)))[:end]

    def _first(self, sort: str, mask: np.ndarray, end: int) -> np.ndarray:
        return ordering.first_rows(self.snapshot, self.connection, sort, mask, end)

    def _first_of_groups(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of ordered rows the first of each group and those without one, and how many of the rows each stands for."""
        groups = np.full(len(rows), np.nan)
        if "group" in self.snapshot.fields:
            groups = self.arrays.first_of("group")[rows]
        # Who has no group is a group of its own.
        own = np.where(np.isnan(groups), -1.0 - np.arange(len(rows)), groups)
        _, firsts, sizes = np.unique(own, return_index=True, return_counts=True)
        order = np.argsort(firsts)
        return rows[firsts[order]], sizes[order]

    def _count_groups(self, mask: np.ndarray) -> int:
        if "group" not in self.snapshot.fields:
            return 0
        return int(np.count_nonzero(self.arrays.count_field("group", mask)))

    def _count_unlisted(self, mask: np.ndarray) -> int:
        columns = [c for known in UNLISTED for c in self.arrays.vocabulary.columns("licence", key(known))]
        return int(np.count_nonzero(self.arrays.rows_with(columns) & mask)) if columns else 0

    def _by_score(self, mask: np.ndarray, end: int) -> np.ndarray:
        text = self.matcher.text(self.parsed)
        clauses = [clause for group in self.parsed.groups for clause in group]
        is_words = len(clauses) == len(self.parsed.groups) and not any(
            c.field or c.prefix or c.negative for c in clauses
        )
        # Some word begins with a letter in nearly every text: to look where says nothing, and takes long.
        telling = tuple(g for g in self.parsed.groups if not all(c.prefix and len("".join(c.words)) == 1 for c in g))
        return ranking.ranked(
            self.arrays,
            self.connection,
            self.matcher.expressions(Parsed(telling)) or self.matcher.expressions(self.parsed),
            np.flatnonzero(mask),
            end,
            [word for clause in clauses for word in clause.words] if is_words else (),
            labels=self._labels(),
            by_place=text is not None and int(np.count_nonzero(text)) <= PLACED_LIMIT,
        )

    def _by_terms(self, mask: np.ndarray) -> np.ndarray:
        groups = self.matcher.expressions(self.parsed)
        return ranking.partly(self.arrays, self.connection, groups, np.flatnonzero(mask), self._labels())

    def _labels(self) -> np.ndarray:
        return ordering.label_images(self.snapshot, self.connection)

    def _by_tier(self, match: str, mask: np.ndarray, end: int) -> np.ndarray:
        # Only as far as the page reaches: to rank all hits of a broad word takes long, and no one looks so far.
        left = mask.copy()
        found: list[np.ndarray] = []
        for column in ("title", "terms"):
            for numbers in text_index.newest_matching(self.connection, f"{column} : ({match})"):
                rows = self.arrays.rows_of(numbers)
                # As far as they are read: to read all of a broad word takes long.
                found.append(ranking.pictures_first(self.arrays, rows[left[rows]], self._labels()))
                left[rows] = False
                if sum(map(len, found)) >= end:
                    return np.concatenate(found)
        rest = ranking.pictures_first(self.arrays, np.flatnonzero(left)[::-1], self._labels())
        return np.concatenate([*found, rest])
