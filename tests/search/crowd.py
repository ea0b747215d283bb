"""A crowd: readers in processes of their own and one writer, each noting what it did and when."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex

# The field that only the writer's records have, and its values.
FIELD, VALUES = "stain", ("crowd a", "crowd b")

# So many records come at once, as an import writes them; then so many of them go. No number of them comes twice.
COMING, GOING = 8, 3

# For how long a reader waits to see the end.
PATIENCE_S = 20.0

# Threads of each reader's process.
THREADS = 2


@dataclass(frozen=True)
class Written:
    """How many of the writer's records there were after a transaction, and when that was begun and done."""

    count: int
    began: float
    done: float


@dataclass(frozen=True)
class Seen:
    """How many records a search found, with those that a word leaves out, how many of the writer's its facet counted,
    and when."""

    total: int
    counted: int
    asked: float
    answered: float


@dataclass(frozen=True)
class Story:
    """What the writer wrote, and what each thread of each reader saw, in order; ``base`` records were there before."""

    base: int
    written: list[Written]
    seen: list[list[Seen]]

    def state(self, one: Seen) -> int:
        """Which of the states that the writer made an answer shows; raises for one that never was."""
        return [state.count for state in self.written].index(one.counted)

    def stale_s(self, one: Seen) -> float:
        """For how long an answer was no longer true when it was given."""
        at = self.state(one)
        return max(0.0, one.answered - self.written[at + 1].done) if at + 1 < len(self.written) else 0.0


def tell(folder: Path, readers: int, steps: int, *, reading_pause_s: float, writing_pause_s: float) -> Story:
    """Let so many readers search the library in a folder, again and again, while a writer takes so many steps."""
    with Store.open(folder, create=True, observers=(TextIndex(),)) as store:
        base = store.connection().execute("SELECT count(*) FROM search_documents").fetchone()[0]
        with ProcessPoolExecutor(readers, multiprocessing.get_context("spawn")) as pool:
            asked = [pool.submit(_read, folder, str(reader), base, reading_pause_s) for reader in range(readers)]
            _wait_for(folder, asked)
            written = list(_write(store, steps, writing_pause_s))
            # Written elsewhere first: no reader finds half of it.
            (folder / "ending").write_text(str(written[-1].count))
            (folder / "ending").rename(folder / "done")
            return Story(base, written, [seen for one in asked for seen in one.result()])


def _wait_for(folder: Path, readers: list[Future]) -> None:
    while len(list(folder.glob("ready-*"))) < len(readers):
        for one in readers:
            if one.done():
                one.result()
        time.sleep(0.02)


def _write(store: Store, steps: int, pause_s: float) -> Iterator[Written]:
    count, here = 0, []
    now = time.monotonic()
    yield Written(0, now, now)
    for step in range(steps):
        records = [_record(step * COMING + at) for at in range(COMING)]
        began = time.monotonic()
        here += store.put(records)
        count += COMING
        yield Written(count, began, time.monotonic())
        time.sleep(pause_s)
        began = time.monotonic()
        count -= len(store.remove(here[:GOING]))
        here = here[GOING:]
        yield Written(count, began, time.monotonic())
        time.sleep(pause_s)


def _record(number: int) -> Record:
    fields = {FIELD: (Term(VALUES[number % 2]),), "organism": (Term(f"Species {number % 7}"),)}
    return Record(f"crowd-{number}", f"Crowd {number}", "One of very many.", fields)


def _read(folder: Path, name: str, base: int, pause_s: float) -> list[list[Seen]]:
    with Store.open(folder, observers=(TextIndex(),)) as store, ThreadPoolExecutor(THREADS) as threads:
        index = SearchIndex(store)
        index.search(Query("crowd"))
        (folder / f"ready-{name}").touch()
        return list(threads.map(lambda _: _watch(index, folder, base, pause_s), range(THREADS)))


def _watch(index: SearchIndex, folder: Path, base: int, pause_s: float) -> list[Seen]:
    seen: list[Seen] = []
    patience = None
    for query in cycle((Query(), Query("crowd"), Query(sort="title"))):
        # Asked before the search. Another thread may be taking the last change in: then the end is seen soon after.
        done = folder / "done"
        end, asked = int(done.read_text()) if done.exists() else None, time.monotonic()
        results = index.search(query)
        counted = sum(value.count for value in results.facet(FIELD) if value.value in VALUES)
        # Of all records only the writer's say the word.
        others = results.total if not query.text else results.total + base
        seen.append(Seen(others, counted, asked, time.monotonic()))
        patience = patience or (asked + PATIENCE_S if end is not None else None)
        if counted == end or (patience is not None and asked > patience):
            return seen
        time.sleep(pause_s)
    return seen
