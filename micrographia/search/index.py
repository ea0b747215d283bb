"""The search index of a library: follows every change of its store, and answers queries."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from micrographia.collection.fields import Field
from micrographia.collection.store import Store
from micrographia.errors import Invalid
from micrographia.search import appearances, likeness, ordering, used_terms
from micrographia.search import snapshot as snapshots
from micrographia.search.cards import cards, ids_of
from micrographia.search.counting import FacetCounts
from micrographia.search.documents import search_field
from micrographia.search.matching import Matcher
from micrographia.search.query import Query
from micrographia.search.results import FacetValue, Results
from micrographia.search.searching import Search
from micrographia.search.snapshot import Snapshot, is_facet
from micrographia.search.suggestions import Suggestions
from micrographia.search.used_terms import CountedTerm

__all__ = ["FacetValue", "Results", "SearchIndex"]

# How old an answer may be, in seconds, while another thread takes a change in.
STALE_S = 2.0

# Ids that are looked up in one go; and examples, of which mostly the first one is taken.
PART = 500
FEW = 4


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
        with self._looking(query) as now:
            return Search(now, self.store.connection(), query).results()

    def suggest(self, text: str, limit: int = 10) -> list[dict[str, Any]]:
        """Values and images that the text may become: ``kind``, ``field``, ``value``, ``label``, ``count`` of each."""
        return self._suggestions.suggest(self.snapshot(), self.store.connection(), text, limit)

    def label(self, name: str, value: str) -> str:
        """How people read a field's value, however it is written."""
        now = self.snapshot()
        return FacetCounts(now, Query(), {}, np.ones(len(now.arrays), dtype=bool)).label(name, value)

    def said(self, name: str, limit: int | None = None) -> list[CountedTerm]:
        """The values that records themselves have of a field, those that most have first; no more than the limit.

        The count of each includes what lies below it, as that of its search does; a value that stands in the tree only,
        above others, is left out.
        """
        return used_terms.said(self.snapshot(), name, limit)

    def distinct(self, name: str) -> int:
        """How many values records themselves have of a field: as many as ``said`` gives."""
        return used_terms.distinct(self.snapshot(), name)

    def count(self, query: Query) -> int:
        """How many records a query finds."""
        with self._looking(query) as now:
            return Search(now, self.store.connection(), query).total()

    def examples(self, name: str, value: str, most: int) -> Iterator[dict[str, Any]]:
        """The first records with a value of a field as a gallery shows them; only as many are read as are taken."""
        now, connection = self.snapshot(), self.store.connection()
        mask = Matcher(now, connection).field(name, (value,))
        numbers = now.arrays.numbers[ordering.first_rows(now, connection, ordering.USUAL, mask, most)]
        for start in range(0, len(numbers), FEW):
            yield from cards(self.store.connection(), numbers[start : start + FEW])

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
        with self._looking(query) as now:
            numbers = Search(now, self.store.connection(), query).numbers()
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
        return used_terms.terms(self.snapshot(), name)

    def term(self, name: str, text: str) -> CountedTerm | None:
        """The term or value of a field that a text means by any of its names or ids; ``None`` for one not in use."""
        return used_terms.term(self.snapshot(), name, text)

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

    @contextmanager
    def _looking(self, query: Query) -> Iterator[Snapshot]:
        """A snapshot, and a look at the library in which all texts of its records are as it has them."""
        now = self.snapshot()
        if not query.text:
            yield now
            return
        with self.store.one_look():
            changed = self.store.numbers_since(now.change)
            if not len(now.arrays.rows_of(np.array(changed, dtype=np.int64))):
                yield now
                return
        # What was written over, or taken out, can no longer be looked up: only such a change is waited for.
        with ExitStack() as look:
            with self._lock:
                look.enter_context(self.store.one_look())
                now = self._refreshed()
            yield now

    def _refreshed(self) -> Snapshot:
        asked, change, held = time.monotonic(), self.store.change, self._snapshot
        if held is not None and held.change >= change:
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
