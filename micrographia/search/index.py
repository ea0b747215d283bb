"""The search index of a library: follows every change of its store, and answers queries."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from micrographia.collection.fields import Field
from micrographia.collection.licences import UNLISTED
from micrographia.collection.store import Store
from micrographia.errors import Invalid
from micrographia.search import appearances, likeness, ordering, ranking
from micrographia.search import snapshot as snapshots
from micrographia.search import text as text_index
from micrographia.search.counting import FacetCounts, column_label
from micrographia.search.documents import KNOWN_FIELDS, search_field
from micrographia.search.folding import key
from micrographia.search.marking import VALUES_SHOWN, Matched, Termed, marked_title, marked_values, snippet
from micrographia.search.matching import Matcher
from micrographia.search.meanings import Meaning, meanings
from micrographia.search.query import NONE, Query, nearest, range_text
from micrographia.search.results import Also, Drop, FacetValue, Meant, Results
from micrographia.search.sentence import sentence
from micrographia.search.snapshot import Snapshot, is_facet
from micrographia.search.spelling import corrected
from micrographia.search.suggestions import Suggestions
from micrographia.search.syntax import Parsed, parse, shorter

__all__ = ["FacetValue", "Results", "SearchIndex"]

# Up to so many hits are ranked by bm25; more of them by where the words stand.
RANKED_LIMIT = 2000

# Up to so many records that a text matches, it is looked up where the words stand in each.
PLACED_LIMIT = 20_000

# How old an answer may be, in seconds, while another thread takes a change in.
STALE_S = 2.0

# Fields that text can name and that are no facets.
_SPECIAL = frozenset({"id"})


# Ids that are looked up in one go.
PART = 500


class CountedTerm(NamedTuple):
    """A value of a field: as it stands in an address, as people read it, its ontology id (or ``""``).

    ``count`` images have the value itself, ``count_below`` it or what lies below it.
    """

    value: str
    label: str
    term_id: str
    count: int  # type: ignore[assignment]
    count_below: int


@dataclass(frozen=True)
class Hits:
    """Which rows a query finds, and what each of its filters alone keeps out.

    ``rows`` is a mask; ``missed`` has for each field that is held to something the rows that fail only there.
    """

    rows: np.ndarray
    missed: dict[str, np.ndarray]


class SearchIndex:
    """Answers queries over the public records of a store; safe in threads, one for each process.

    Parameters
    ----------
    store
        A store that was opened with a ``TextIndex`` among its observers.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._suggestions = Suggestions()
        # When the snapshot was last known to be what the store has.
        self._known_true = -math.inf

    @property
    def fields(self) -> list[Field]:
        """The fields that any record has, in order."""
        return [search_field(name) for name in self.snapshot().fields]

    @property
    def facet_fields(self) -> list[Field]:
        """The fields that are offered as facets, in order."""
        now = self.snapshot()
        return [search_field(name) for name in now.fields if is_facet(now, name)]

    @property
    def change(self) -> int:
        """Up to which change of the store searches know it; what is found afterwards is never older.

        The store's own count is ahead of it while another thread takes a change in: what is kept of an answer, by a
        page or a browser, is kept under this one.
        """
        return self.snapshot().change

    def search(self, query: Query) -> Results:
        """What a query finds; nothing that is asked makes it fail."""
        return _Search(self.snapshot(), self.store.connection(), query).results()

    def suggest(self, text: str, limit: int = 10) -> list[dict[str, Any]]:
        """Values and images that the text may become: ``kind``, ``field``, ``value``, ``label``, ``count`` of each."""
        return self._suggestions.suggest(self.snapshot(), self.store.connection(), text, limit)

    def label(self, name: str, value: str) -> str:
        """How people read a field's value, however it is written."""
        now = self.snapshot()
        return FacetCounts(now, Query(), {}, np.ones(len(now.arrays), dtype=bool)).label(name, value)

    def said(self, name: str) -> tuple[CountedTerm, ...]:
        """The values that records themselves have of a field, those that most have first.

        The count of each includes what lies below it, as that of its search does; a value that stands in the tree only,
        above others, is left out.
        """
        now = self.snapshot()
        return now.remembered("said", name, lambda: tuple(_said(now, name)))

    def like(self, record_id: str, count: int = 12, *, by: str = "terms") -> list[dict[str, Any]]:
        """The records most like one, the most alike first, as a gallery shows them.

        Parameters
        ----------
        record_id
            The record that the others are compared with; without it there are none.
        count
            How many at most.
        by
            ``terms``: they share most with it, rare values counting more. ``appearance``: their pictures look like its.

        Raises
        ------
        Invalid
            There is no such likeness.
        """
        if by not in ("terms", "appearance"):
            raise Invalid(f"Images are not compared by {by[:40]!r}. Give terms or appearance.")
        now, connection = self.snapshot(), self.store.connection()
        rows = Matcher(now, connection).id_rows(record_id)
        if not len(rows):
            return []
        row = int(rows[0])
        if by == "terms":
            alike = likeness.nearest_rows(now.arrays, row, count)
        else:
            alike = appearances.nearest_rows(now, connection, row, count)
        return cards(connection, now.arrays.numbers[alike])

    def newest(self, count: int = 12) -> list[dict[str, Any]]:
        """The records added last, as a gallery shows them."""
        return self.search(Query(sort=ordering.DEFAULT, per_page=count)).rows

    def ids(self, query: Query) -> Iterator[str]:
        """The ids of all hits in their order, looked up part by part, so that a million take little memory."""
        numbers = _Search(self.snapshot(), self.store.connection(), query).numbers()
        for start in range(0, len(numbers), PART):
            # The next part may be asked for in another thread, which has a connection of its own.
            yield from ids_of(self.store.connection(), numbers[start : start + PART])

    def cards(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """The records of some ids as a gallery shows them, in the order of the ids; what is not there is left out."""
        query = "SELECT card FROM search_documents WHERE id COLLATE NOCASE IN (SELECT value FROM json_each(?))"
        found = self.store.connection().execute(query, (json.dumps(list(ids)),)).fetchall()
        by_id = {row["id"]: row for row in (json.loads(text) for (text,) in found)}
        return [by_id[record_id] for record_id in ids if record_id in by_id]

    def terms(self, name: str) -> list[CountedTerm]:
        """The values of a field in the whole library, each with its term id and its count, the most frequent first."""
        return _terms(self.snapshot(), name)

    def term(self, name: str, text: str) -> CountedTerm | None:
        """The term or value of a field that a text means by any of its names or ids; ``None`` for one not in use."""
        now = self.snapshot()
        arrays, tree = now.arrays, now.tree(name)
        known = arrays.vocabulary
        if tree is None:
            columns = known.columns(name, key(text))
            if not columns:
                return None
            label, count = known.labels[columns[0]], int(np.count_nonzero(arrays.rows_with(columns)))
            return CountedTerm(label, column_label(now, name, columns[0]), known.term_ids[columns[0]], count, count)
        at = tree.find(text)
        if at is None:
            return None
        node = tree.nodes[at]
        own = [column for said in node.keys for column in known.columns(name, said)]
        count = int(np.count_nonzero(arrays.rows_with(own)))
        return CountedTerm(node.value, node.label, node.id, count, int(arrays.totals[tree.column(at)]))

    def snapshot(self) -> Snapshot:
        """What is searched, as the store has it now; while another thread takes a change in, as it was just before."""
        asked = time.monotonic()
        change = self.store.change
        held = self._snapshot
        if held is not None and held.change == change:
            self._known_true = asked
            return held
        # One thread takes the change in. Nobody else waits for it, as long as what is held was true a moment ago.
        if not self._lock.acquire(blocking=False):
            if held is not None and asked - self._known_true < STALE_S:
                return held
            self._lock.acquire()
        try:
            with self.store.one_look():
                return self._refreshed()
        finally:
            self._lock.release()

    def _refreshed(self) -> Snapshot:
        asked, change, held = time.monotonic(), self.store.change, self._snapshot
        if held is not None and held.change == change:
            return held
        connection = self.store.connection()
        changed = self.store.numbers_since(held.change) if held is not None else []
        if held is None or len(changed) > max(1000, len(held.arrays) // 10):
            new = snapshots.load(connection, change)
        else:
            new = snapshots.updated(connection, held, change, changed)
        new.arrays.prepare()
        if held is not None:
            ordering.take_over(held, new, connection)
        self._snapshot, self._known_true = new, asked
        return new


def _terms(snapshot: Snapshot, name: str) -> list[CountedTerm]:
    known, totals, tree = snapshot.arrays.vocabulary, snapshot.arrays.totals, snapshot.tree(name)
    found = []
    for column in range(*known.bounds.get(name, (0, 0))):
        label, count = known.labels[column], int(totals[column])
        node = tree.find(label) if tree is not None else None
        below = count if tree is None or node is None else int(totals[tree.column(node)])
        found.append(CountedTerm(label, column_label(snapshot, name, column), known.term_ids[column], count, below))
    return sorted(found, key=lambda term: -term.count)


def _said(snapshot: Snapshot, name: str) -> Iterator[CountedTerm]:
    terms, tree = _terms(snapshot, name), snapshot.tree(name)
    if tree is None:
        yield from terms
        return
    counts = FacetCounts(snapshot, Query(), {}, np.ones(len(snapshot.arrays), dtype=bool))
    values = {value.value: value for value in counts.values(name) if value.value != NONE}
    own: Counter[str] = Counter()
    for term in terms:
        node = tree.find(term.value)
        own[term.value if node is None else tree.nodes[node].value] += term.count
    for said, count in own.most_common():
        if (value := values.get(said)) is not None:
            yield CountedTerm(value.value, value.label, value.id, count, value.count)


def ids_of(connection: sqlite3.Connection, numbers: np.ndarray) -> list[str]:
    """The ids of the records of those numbers, in that order; of a record that is gone there is none."""
    marks = json.dumps(numbers.tolist())
    query = "SELECT number, id FROM search_documents WHERE number IN (SELECT value FROM json_each(?))"
    found = dict(connection.execute(query, (marks,)).fetchall())
    return [found[number] for number in numbers.tolist() if number in found]


def cards(connection: sqlite3.Connection, numbers: np.ndarray) -> list[dict[str, Any]]:
    """What a gallery shows of the records of those numbers, in that order."""
    marks = json.dumps(numbers.tolist())
    found = dict(
        connection.execute(
            "SELECT number, card FROM search_documents WHERE number IN (SELECT value FROM json_each(?))", (marks,)
        ).fetchall()
    )
    return [json.loads(found[number]) for number in numbers.tolist() if number in found]


class _Search:
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
        hits = self._hits()
        total = int(np.count_nonzero(hits.rows))
        query = self.query
        start, end = (query.page - 1) * query.per_page, min(query.page * query.per_page, total)
        shown = total
        if query.grouped:
            firsts, sizes = self._first_of_groups(self._ordered(hits.rows, total))
            rows, shown = firsts[start:end], len(firsts)
            found = cards(self.connection, self.arrays.numbers[rows])
            found = [card | {"group_size": size} for card, size in zip(found, sizes[start:end].tolist())]
        else:
            rows = self._ordered(hits.rows, end)[start:]
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
            meant=self._meant(total),
            also=self._also(hits),
            cards=shown,
            counts=counts,
            tabulate=lambda: self._table(hits.rows, total),
            mark=lambda: self._marks(rows, found),
            count_groups=lambda: self._count_groups(hits.rows),
            count_unlisted=lambda: self._count_unlisted(hits.rows),
        )

    def numbers(self) -> np.ndarray:
        """The store's numbers of all hits, in order."""
        rows = self._hits().rows
        return self.arrays.numbers[self._ordered(rows, int(np.count_nonzero(rows)))]

    def total(self) -> int:
        """How many records the query finds."""
        return int(np.count_nonzero(self._hits().rows))

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

    def _hits(self) -> Hits:
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

    def _ordered(self, mask: np.ndarray, end: int) -> np.ndarray:
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

    def _also(self, hits: Hits) -> Also | None:
        worded = self.matcher.worded(self.parsed)
        added = hits.rows & ~worded if worded is not None else hits.rows[:0]
        if not added.any():
            return None
        found = {m: self.matcher.term_rows(m.terms) & added for m in meanings(self.snapshot, self.parsed.groups)}
        # A word within a name adds only what the whole name has not.
        for one, rows in found.items():
            for longer in (other for other in found if other.holds(one)):
                rows &= ~found[longer]
        used = [meaning for meaning, rows in found.items() if rows.any()]
        return Also(tuple(self._term_names(used)), int(np.count_nonzero(added)), self._words_alone(used).to_url())

    def _term_names(self, used: Sequence[Meaning]) -> list[str]:
        # Terms with the same images are told once, by what records call themselves.
        terms = [(self.snapshot.forest.trees[name], at) for meaning in used for name, at in meaning.terms]
        direct_last = sorted(terms, key=lambda term: term[0].nodes[term[1]].is_direct)
        names = {tree.column(at): tree.nodes[at].label for tree, at in direct_last}
        return list(dict.fromkeys(names[tree.column(at)] for tree, at in terms))

    def _words_alone(self, used: Sequence[Meaning]) -> Query:
        text = self.query.text
        for clause in sorted({clause for m in used for clause in m.clauses}, key=lambda clause: -clause.at):
            text = f'{text[: clause.at]}"{clause.value}"{text[clause.at + len(clause.value) :]}'
        return replace(self.query, text=text, page=1)

    def _meant(self, total: int) -> Meant | None:
        # Where every part of the text has to be there and is, no word is missing.
        if not self.parsed.groups or (total and all(len(group) == 1 for group in self.parsed.groups)):
            return None
        text = corrected(self.snapshot, self.connection, self.query.text, self.parsed)
        for query in (replace(self.query, text=text, page=1), Query(text)) if text else ():
            found = _Search(self.snapshot, self.connection, query).total()
            if found > total:
                return Meant(query.text, found, query.to_url())
        return None

    def _marks(self, rows: np.ndarray, cards: list[dict[str, Any]]) -> list[Matched]:
        match = self.matcher.marked_expression(self.parsed)
        if not match or len(cards) < len(rows):
            return []
        numbers = self.arrays.numbers[rows].tolist()
        marks = text_index.marks(self.connection, match, numbers)
        prose = text_index.prose(self.connection, numbers)
        labels = self.arrays.vocabulary.labels
        worded = self.matcher.worded(self.parsed)
        found = []
        for row, number, card in zip(rows.tolist(), numbers, cards):
            title, terms, description = marks.get(number, ("", "", ""))
            values = (labels[column] for column in self.arrays.values_of(row).tolist())
            found.append(
                Matched(
                    marked_title(str(card["title"]), title),
                    marked_values(values, terms),
                    snippet(prose.get(number, ""), description),
                    self._termed(row) if worded is not None and not worded[row] else (),
                )
            )
        return found

    def _termed(self, row: int) -> tuple[Termed, ...]:
        """The values by which a row was found without the words."""
        forest, labels = self.snapshot.forest, self.arrays.vocabulary.labels
        means = [
            (m, forest.trees[name], at) for m in meanings(self.snapshot, self.parsed.groups) for name, at in m.terms
        ]
        found: dict[int, Termed] = {}
        for column in self.arrays.values_of(row).tolist():
            for meaning, tree, at in means:
                if column not in found and forest.belongs(column, tree.column(at)):
                    own = tree.find(labels[column])
                    value = labels[column] if own is None else tree.nodes[own].label
                    found[column] = Termed(value, tree.nodes[at].label, meaning.said)
        return tuple(found.values())[:VALUES_SHOWN]

    def _drops(self, hits: Hits, counts: FacetCounts) -> list[Drop]:
        query = self.query
        drops = [
            Drop(name, self._said(name, counts), int(np.count_nonzero(mask)), query.dropping(name).to_url())
            for name, mask in hits.missed.items()
        ]
        whole: list[Drop] = []
        textless = self._textless()
        if textless is not None:
            total = int(np.count_nonzero(textless))
            whole = [Drop("q", f"“{query.text}”", total, query.dropping("q").to_url())] if total else []
            words = self._without_words(textless)
            # All of the text always brings most back, and says least where one word of it is the trouble.
            drops, whole = (drops + words, whole) if words else (drops + whole, [])
        return sorted((drop for drop in drops if drop.total), key=lambda drop: (-drop.total, drop.field)) + whole

    def _without_words(self, rows: np.ndarray) -> list[Drop]:
        found = []
        for said, rest in shorter(self.query.text, self.parsed, self._is_text_field):
            text = self.matcher.text(parse(rest, self._is_text_field))
            total = 0 if text is None else int(np.count_nonzero(rows & text))
            if total:
                found.append(Drop("q", f"“{said}”", total, replace(self.query, text=rest, page=1).to_url()))
        return found

    def _said(self, name: str, counts: FacetCounts) -> str:
        values = [counts.label(name, value) for value in self.query.where.get(name, ())]
        if name in self.query.ranges:
            values.append(range_text(self.query.ranges[name]))
        return f"{search_field(name).label}: {', '.join(values)}"

    def _table(self, mask: np.ndarray, total: int) -> pd.DataFrame:
        rows = self._ordered(mask, total)
        numbers = self.arrays.numbers[rows]
        found = pd.DataFrame(cards(self.connection, numbers), columns=["id", "title"])
        columns = self._labels_by_field(rows)
        for name, numbers in self.arrays.measures.items():
            if name in columns and name != "channels":
                columns[name] = numbers[rows]
        return pd.concat([found, pd.DataFrame(columns)], axis=1) if len(found) == len(rows) else found

    def _labels_by_field(self, rows: np.ndarray) -> dict[str, Any]:
        labels = self.arrays.vocabulary.labels
        field_of = [name for name, (first, end) in self.arrays.vocabulary.bounds.items() for _ in range(first, end)]
        found: dict[str, list[list[str]]] = {name: [[] for _ in rows] for name in self.snapshot.fields}
        for at, row in enumerate(rows.tolist()):
            for column in self.arrays.values_of(row).tolist():
                found[field_of[column]][at].append(labels[column])
        return {name: ["; ".join(values) for values in cells] for name, cells in found.items()}
