"""How fast a search is at 10,000 and at a million records, beside naive pandas and DuckDB in the same run.

``python -m tests.benchmarks search``; with ``--small`` the million is left out. A search is the whole job from a
keystroke to what is seen: the total, every count of every facet, the lines that a facet shows, and the 50 rows of a
page. Nothing is remembered of the same words from before, unless a line says so. The records are resampled from the
real ones where MICROGRAPHIA_TEST_DATA names a folder that has them, else from proportions of our own.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from micrographia.collection.store import Store
from micrographia.collection.vocabulary.vocabulary import Vocabulary
from micrographia.search.index import SearchIndex
from micrographia.search.query import NONE, Query
from micrographia.search.snapshot import Snapshot
from micrographia.search.text import TextIndex
from tests.benchmarks.duckdb_tables import DuckTables
from tests.benchmarks.figures import say, verdict
from tests.benchmarks.naive_pandas import NaiveFrame
from tests.benchmarks.resampled import real_records, resampled_library
from tests.benchmarks.synthetic import SyntheticLibrary, synthetic_library, synthetic_records

# Values that a facet shows of itself, and one more, which tells that there are more.
SHOWN = 8


@dataclass(frozen=True)
class Size:
    """So many records, how many of the searches are asked of the other engines too, and the budgets."""

    records: int
    others: int
    median_ms: float
    p95_ms: float = np.inf
    memory_mb: float = np.inf
    index_s: float = np.inf
    times_pandas: float = 50.0


SIZES = (Size(10_000, 32, 5.0), Size(1_000_000, 6, 30.0, 310.0, 1000.0, 30.0))


def queries(library: SyntheticLibrary) -> list[Query]:
    """Thirty-two searches from broad to narrow: facets, words, and both."""
    value: dict[str, list[str]] = {}
    for label, name in zip(library.labels, library.fields):
        value.setdefault(name, []).append(label)

    def some(name: str, *places: int) -> dict[str, tuple[str, ...]]:
        return {name: tuple(value[name][min(at, len(value[name]) - 1)] for at in places)}

    words = _words_by_frequency(library)
    facets = [
        {},
        *(some(name, 0) for name in ("organism", "imaging_mode", "image_type", "licence", "contributor")),
        *(some(name, 3, 5) for name in ("organism", "cell_type", "visualization", "group")),
        some("organism", 0) | some("image_type", 1),
        some("organism", 1) | some("imaging_mode", 0) | some("year", 3),
        some("cellular_component", 2) | some("preparation", 0, 1),
        some("biological_process", 40),
        some("licence", 0, 1, 2) | some("relation_to_intact_cell", 0),
        some("contributor", 700),
    ]
    texts = [words[at] for at in (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 8000)]
    both = [(words[at], facet) for at, facet in zip((0, 5, 20, 100, 400, 2000), facets[1:7])]
    found = [Query(where=facet) for facet in facets]
    return [*found, *(Query(text) for text in texts), *(Query(text, where=facet) for text, facet in both)]


def whole_job(index: SearchIndex, query: Query) -> tuple[int, dict[str, list], list]:
    """The total, every facet counted and its first lines, and the rows of the page."""
    results = index.search(query)
    return results.total, {name: results.facet(name, limit=SHOWN) for name in results.facet_fields}, results.rows


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long the work took, in ms; by another clock, how long the processor worked for it."""
    begun = clock()
    work()
    return 1000 * (clock() - begun)


def bench(size: Size, folder: Path, *, with_naive: bool) -> None:
    """Build, measure and compare at one size, without terms above the values and with them."""
    library = made_library(size.records)
    with Store.open(folder, create=True, observers=(TextIndex(),)) as store:
        say(f"  tables filled (text and values) {timed(lambda: library.fill(store.connection())) / 1000:19.1f} s")
        flat(size, store, library, with_naive=with_naive)
        with_trees(size, store, library)


def flat(size: Size, store: Store, library: SyntheticLibrary, *, with_naive: bool) -> None:
    """The figures of a filled library without a vocabulary."""
    values = f"{len(library.codes) / size.records:.1f} values a record, {len(set(library.codes)):,} distinct"
    say(f"\n{size.records:,} records: {values}")
    index, ours = measured(size, store, queries(library))
    one_more(store, index, library)
    compare("DuckDB", DuckTables(library), index, library, ours, size.others)
    if with_naive:
        ratio = compare("naive pandas", NaiveFrame(library), index, library, ours, size.others)
        least = f"at least {size.times_pandas:.0f} times"
        verdict("faster than naive pandas, median", f"{ratio:.0f} times", least, met=ratio >= size.times_pandas)


def with_trees(size: Size, store: Store, library: SyntheticLibrary) -> None:
    """The figures of the same library when each value of the biology and the imaging lies below another one."""
    Vocabulary(store).load([(library.ontology(), "made.obo")])
    index, ours = measured(size, store, queries(library), name=" with trees")
    one_more(store, index, library)
    compare("DuckDB", DuckTables(library, library.above()), index, library, ours, size.others)


def made_library(count: int) -> SyntheticLibrary:
    """The library of a size."""
    given = os.environ.get("MICROGRAPHIA_TEST_DATA")
    records = list(real_records(Path(given))) if given else []
    say(f"  records resampled from {f'{len(records):,} real ones' if records else 'proportions of our own'}")
    return resampled_library(records, count) if records else synthetic_library(count)


def measured(size: Size, store: Store, asked: list[Query], name: str = "") -> tuple[SearchIndex, list[float]]:
    """An index over the store, its figures printed; and how long each search takes."""
    index = SearchIndex(store)
    busy_s = time.thread_time()
    built = timed(index.snapshot) / 1000
    busy_s = time.thread_time() - busy_s
    arrays = index.snapshot().arrays
    say(f"  the index{name}: {len(arrays.columns) / size.records:.1f} entries a record, {arrays.width:,} columns")
    first = [timed(lambda query=query: whole_job(index, query)) for query in asked]
    took = [fresh(index, query) for query in asked]
    busy = [fresh(index, query, time.thread_time) for query in asked]
    again = [timed(lambda query=query: whole_job(index, query)) for query in asked]
    told = [timed(lambda query=query: json.dumps(index.search(query).as_json())) for query in asked]
    report("first time each, all lazily built", first)
    report("each search anew", took)
    report("the same, processor time only", busy)
    report("repeated (a facet, a page)", again)
    report("as JSON with 100 values a facet", told)
    worst = int(np.argmax(took))
    say(f"  worst: {took[worst]:.1f} ms, {asked[worst].to_url()[:80]}")
    judge("median", float(np.median(took)), size.median_ms, "ms")
    judge("p95", float(np.percentile(took, 95)), size.p95_ms, "ms")
    judge("memory of the index, with all that is remembered", memory_mb(store.folder, asked), size.memory_mb, "MB")
    judge(f"index from the store (of processor time {busy_s:.1f} s)", built, size.index_s, "s")
    return index, took


def fresh(index: SearchIndex, query: Query, clock: Callable[[], float] = time.perf_counter) -> float:
    """The best of three times of a search whose words were never looked up."""
    held = index.snapshot()
    return min(timed(lambda: whole_job(index, query), clock) for _ in range(3) if forget(held))


def forget(held: Snapshot) -> bool:
    """Forget what was remembered of words; the arrays and the orders stay. Always true."""
    held.memory.pop("text", None)
    return True


def compare(
    name: str,
    engine: DuckTables | NaiveFrame,
    index: SearchIndex,
    library: SyntheticLibrary,
    ours: list[float],
    count: int | None = None,
) -> float:
    """Ask another engine all or ``count`` of it; its answers must be the same. How many times faster we are."""
    asked = queries(library)
    chosen = np.linspace(0, len(asked) - 1, count or len(asked)).astype(int).tolist()
    took, ratios = [], []
    for at in chosen:
        query = asked[at]
        begun = time.perf_counter()
        total, counts, _ = engine.search(query.text, dict(query.where))
        took.append(1000 * (time.perf_counter() - begun))
        ratios.append(took[-1] / ours[at])
        check(query, index, total, engine.by_field(counts))
    report(f"{name}, {len(chosen)} of them, same answers", took)
    say(f"  times faster than {name}: median {np.median(ratios):.0f}, least {min(ratios):.1f}, most {max(ratios):.0f}")
    return float(np.median(ratios))


def check(query: Query, index: SearchIndex, total: int, counts: dict[str, dict[str, int]]) -> None:
    """End the benchmark where another engine's total or any of its counts is not the index's."""
    results = index.search(query)
    if total != results.total:
        raise SystemExit(f"{query.to_url()}: {total} hits, but {results.total} from the index")
    for name in results.facet_fields:
        found = {value.value: value.count for value in results.facet(name) if value.count and value.value != NONE}
        if found != counts.get(name, {}):
            raise SystemExit(f"{query.to_url()}: the counts of {name} differ")


def one_more(store: Store, index: SearchIndex, library: SyntheticLibrary) -> None:
    """One more record, of known values and of new ones: until it is found, and until it is gone."""
    known = replace(library.record(0), id="one-more")
    new = replace(next(iter(synthetic_records(1, seed=7))), id="one-more")
    for record, what in ((known, "known values"), (new, "values that are new")):
        written = timed(lambda record=record: store.put([record]))
        found = timed(lambda record=record: whole_job(index, Query(record.title)))
        store.remove([record.id])
        gone = timed(lambda: whole_job(index, Query()))
        say(f"  a record of {what}: written {written:.1f} ms, found after {found:.0f} ms; gone after {gone:.0f} ms")


def report(name: str, took: list[float]) -> None:
    """One line: median and 95th percentile."""
    say(f"  {name:<42} median {np.median(took):8.1f} ms   p95 {np.percentile(took, 95):8.1f} ms")


def judge(name: str, measured: float, budget: float, unit: str) -> None:
    """Whether a budget is met; only the figure where there is none."""
    if np.isfinite(budget):
        verdict(name, f"{measured:.1f} {unit}", f"{budget:g} {unit}", met=measured <= budget)
    else:
        say(f"          {name}: {measured:.1f} {unit}")


def _words_by_frequency(library: SyntheticLibrary) -> list[str]:
    counted: dict[str, int] = {}
    for text in library.descriptions:
        for word in set(text.split()):
            counted[word] = counted.get(word, 0) + 1
    return sorted(counted, key=lambda word: (-counted[word], word))


def memory_mb(folder: Path, asked: list[Query]) -> float:
    """What an index takes that has answered everything, in a process that has nothing else."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_memory_of, folder, asked).result()


def _memory_of(folder: Path, asked: list[Query]) -> float:
    with Store.open(folder, observers=(TextIndex(),)) as store:
        before = _resident_mb()
        index = SearchIndex(store)
        for query in asked:
            whole_job(index, query)
        gc.collect()
        return _resident_mb() - before


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="only 10,000 records")
    parser.add_argument("--no-naive", action="store_true", help="without the naive engine")
    given, _ = parser.parse_known_args()
    for size in SIZES[:1] if given.small else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            bench(size, Path(folder), with_naive=not given.no_naive)


if __name__ == "__main__":
    main()
