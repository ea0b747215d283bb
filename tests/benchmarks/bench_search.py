"""How fast a search is, beside the naive pandas engine in the same run: ``python tests/benchmarks/bench_search.py``.

``--small`` leaves the million records out. Each search is the whole job: total, counts of every facet,
and the 50 rows of a page.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from micrographia.collection.store import Store
from micrographia.search.index import SearchIndex
from micrographia.search.query import NONE, Query
from micrographia.search.snapshot import Snapshot
from micrographia.search.text import TextIndex
from tests.benchmarks.figures import say, verdict
from tests.benchmarks.naive_pandas import NaiveFrame
from tests.benchmarks.synthetic import SyntheticLibrary, synthetic_library, synthetic_records

BUDGETS = {10_000: (5.0, float("inf"), 50.0), 1_000_000: (30.0, 310.0, 50.0)}


def queries(library: SyntheticLibrary) -> list[Query]:
    """Thirty-two searches from broad to narrow: facets, words, and both."""
    value: dict[str, list[str]] = {}
    for label, name in zip(library.labels, library.fields):
        value.setdefault(name, []).append(label)
    words = _words_by_frequency(library)
    facets = [
        {},
        *({name: (value[name][0],)} for name in ("organism", "imaging_mode", "image_type", "licence", "contributor")),
        *({name: (value[name][3], value[name][5])} for name in ("organism", "cell_type", "visualization", "group")),
        {"organism": (value["organism"][0],), "image_type": (value["image_type"][1],)},
        {"organism": (value["organism"][1],), "imaging_mode": (value["imaging_mode"][0],), "year": ("2015",)},
        {"cellular_component": (value["cellular_component"][2],), "preparation": tuple(value["preparation"][:2])},
        {"biological_process": (value["biological_process"][40],)},
        {"licence": tuple(value["licence"][:3]), "relation_to_intact_cell": (value["relation_to_intact_cell"][0],)},
        {"contributor": (value["contributor"][700],)},
    ]
    texts = [words[i] for i in (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 8000)]
    both = [(words[i], facet) for i, facet in zip((0, 5, 20, 100, 400, 2000), facets[1:7])]
    found = [Query(where=facet) for facet in facets]
    return [*found, *(Query(text) for text in texts), *(Query(text, where=facet) for text, facet in both)]


def whole_job(index: SearchIndex, query: Query) -> tuple[int, dict[str, list], list]:
    """The total, every facet's values, and the rows of the page."""
    results = index.search(query)
    return results.total, results.facets, results.rows


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long the work took, in ms; by another clock, how long the processor worked for it."""
    begun = clock()
    work()
    return 1000 * (clock() - begun)


def bench(count: int, naive_queries: int, folder: Path) -> None:
    """Build, measure and compare at one size; prints a table."""
    library = synthetic_library(count)
    say(f"\n{count:,} records: {len(library.codes) / count:.1f} values a record, {len(set(library.codes)):,} distinct")
    with Store.open(folder, create=True, observers=(TextIndex(),)) as store:
        say(f"  tables filled (text and values)  {timed(lambda: library.fill(store.connection())) / 1000:9.1f} s")
        before = _memory_mb()
        index = SearchIndex(store)
        say(f"  index from the store             {timed(index.snapshot) / 1000:9.1f} s")
        asked = queries(library)
        cold = [timed(lambda query=query: whole_job(index, query)) for query in asked]
        held = index.snapshot()
        warm, fresh, busy = [], [], []
        for query in asked:
            fresh.append(min(timed(lambda query=query: whole_job(index, query)) for _ in range(3) if forget(held)))
            busy.append(
                min(
                    timed(lambda query=query: whole_job(index, query), time.thread_time)
                    for _ in range(3)
                    if forget(held)
                )
            )
            warm.append(min(timed(lambda query=query: whole_job(index, query)) for _ in range(3)))
        say(f"  memory of the index              {_memory_mb() - before:9.0f} MB")
        report("first time each, all lazily built", cold)
        report("each search anew", fresh)
        report("the same, processor time only", busy)
        report("repeated (a facet, a page)", warm)
        median, p95, ratio = BUDGETS[count]
        judge("median", float(np.median(fresh)), median, "ms")
        judge("p95", float(np.percentile(fresh, 95)), p95, "ms")
        if naive_queries:
            compare(library, index, asked, fresh, naive_queries, ratio)
        incremental(store, index)


def forget(held: Snapshot) -> bool:
    """Forget what was remembered of words; the arrays and the orders stay. Always true."""
    held.memory.pop("text", None)
    return True


def compare(
    library: SyntheticLibrary, index: SearchIndex, asked: list[Query], ours: list[float], count: int, budget: float
) -> None:
    """Ask the naive engine some of the same; its answers must be the same."""
    gc.collect()
    naive = NaiveFrame(library)
    chosen = np.linspace(0, len(asked) - 1, count).astype(int).tolist()
    ratios = []
    took = []
    for at in chosen:
        query = asked[at]
        begun = time.perf_counter()
        total, counts, _ = naive.search(query.text, dict(query.where))
        took.append(1000 * (time.perf_counter() - begun))
        ratios.append(took[-1] / ours[at])
        results = index.search(query)
        if total != results.total:
            raise SystemExit(f"{query.to_url()}: {total} hits, but {results.total} from the index")
        for name, expected in counts.items():
            found = {v.value: v.count for v in results.facet(name) if v.count and v.value != NONE}
            if found != expected:
                raise SystemExit(f"{query.to_url()}: the counts of {name} differ")
    report(f"naive pandas, {count} of them, same answers", took)
    say(f"  times faster: median {np.median(ratios):.0f}, least {min(ratios):.0f}, most {max(ratios):.0f}")
    least = f"at least {budget:.0f} times"
    verdict(
        "faster than naive pandas, median", f"{np.median(ratios):.0f} times", least, met=np.median(ratios) >= budget
    )


def incremental(store: Store, index: SearchIndex) -> None:
    """One more record, until it is found."""
    record = next(iter(synthetic_records(1, seed=7)))
    written = timed(lambda: store.put([record]))
    found = timed(lambda: whole_job(index, Query(record.title)))
    say(f"  one record written {written:.1f} ms, then found after {found:.0f} ms")
    # A library filled in bulk has no records of the store's own; put this one's number out of the way.
    store.remove([record.id])


def report(name: str, took: list[float]) -> None:
    """One line: median and 95th percentile."""
    say(f"  {name:<42} median {np.median(took):8.1f} ms   p95 {np.percentile(took, 95):8.1f} ms")


def judge(name: str, measured: float, budget: float, unit: str) -> None:
    """Whether a budget is met."""
    if np.isfinite(budget):
        verdict(name, f"{measured:.1f} {unit}", f"{budget:g} {unit}", met=measured <= budget)


def _words_by_frequency(library: SyntheticLibrary) -> list[str]:
    counted: dict[str, int] = {}
    for text in library.descriptions:
        for word in set(text.split()):
            counted[word] = counted.get(word, 0) + 1
    return sorted(counted, key=lambda word: (-counted[word], word))


def _memory_mb() -> float:
    # Of this process now, not its peak: the synthetic library itself takes more than the index.
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="only 10,000 records")
    parser.add_argument("--no-naive", action="store_true", help="without the naive engine")
    given, _ = parser.parse_known_args()
    sizes = [(10_000, 32)] if given.small else [(10_000, 32), (1_000_000, 5)]
    for count, naive in sizes:
        with tempfile.TemporaryDirectory() as folder:
            bench(count, 0 if given.no_naive else naive, Path(folder))


if __name__ == "__main__":
    main()
