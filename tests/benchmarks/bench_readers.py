"""Ten readers and one writer at once, in processes, over 10,000 records: staleness, locks, and how long a search takes.

``python -m tests.benchmarks readers``.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from micrographia.collection.store import Store
from micrographia.search.text import TextIndex
from tests.benchmarks.figures import say, verdict
from tests.benchmarks.synthetic import synthetic_library
from tests.search.crowd import COMING, THREADS, tell

RECORDS, READERS, STEPS = 10_000, 10, 40
READING_PAUSE_S, WRITING_PAUSE_S = 0.5, 0.1
STALE_S, LOCK_S = 2.0, 0.1


def main() -> None:
    """Run it."""
    with tempfile.TemporaryDirectory() as folder:
        with Store.open(Path(folder), create=True, observers=(TextIndex(),)) as store:
            synthetic_library(RECORDS).fill(store.connection())
        story = tell(Path(folder), READERS, STEPS, reading_pause_s=READING_PAUSE_S, writing_pause_s=WRITING_PAUSE_S)
    seen = [one for thread in story.seen for one in thread]
    wrong = [one for one in seen if one.total - one.counted != story.base]
    backwards = [
        pair for thread in story.seen for pair in pairwise(thread) if story.state(pair[1]) < story.state(pair[0])
    ]
    stale = [story.stale_s(one) for one in seen]
    locks = [state.done - state.began for state in story.written]
    took = [1000 * (one.answered - one.asked) for one in seen]
    say(f"{READERS} readers of {THREADS} threads, {len(seen):,} answers; {len(locks) - 1} writes of up to {COMING}")
    verdict("answers that never were true", f"{len(wrong) + len(backwards)}", "0", met=not wrong and not backwards)
    verdict("longest staleness", f"{max(stale):.2f} s", f"{STALE_S:g} s", met=max(stale) <= STALE_S)
    verdict("longest lock", f"{1000 * max(locks):.0f} ms", f"{1000 * LOCK_S:g} ms", met=max(locks) <= LOCK_S)
    say(f"  writes: median {1000 * np.median(locks):.1f} ms; stale answers {np.mean(np.array(stale) > 0):.1%}")
    say(
        f"  searches: median {np.median(took):.1f} ms, p95 {np.percentile(took, 95):.1f} ms, longest {max(took):.0f} ms"
    )


if __name__ == "__main__":
    main()
