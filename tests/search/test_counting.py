"""Counting: what of a facet is listed, and in which order. That the counts are true is told by the contract."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from micrographia.search.counting import listed

counts = st.lists(st.integers(0, 5), max_size=40)


@given(counts, st.data(), st.none() | st.integers(0, 12), st.booleans())
def test_the_most_frequent_are_listed_first_and_what_is_chosen_always(numbers, data, limit, in_order):
    picked = sorted(data.draw(st.sets(st.integers(0, len(numbers) - 1), max_size=4) if numbers else st.just(set())))

    found = listed(np.array(numbers, dtype=int), np.array(picked, dtype=int), limit, in_order=in_order).tolist()

    def rank(at: int) -> tuple[int, int]:
        return (0 if in_order else -numbers[at], at)

    wanted = sorted((at for at, count in enumerate(numbers) if count or at in picked), key=rank)
    rest = [] if limit is None else [at for at in wanted[limit:] if at in picked]
    assert found == wanted[:limit] + rest


def test_no_more_are_listed_than_asked_for_where_many_have_the_same_count():
    assert listed(np.ones(5000, dtype=int), np.array([], dtype=int), 3).tolist() == [0, 1, 2]
