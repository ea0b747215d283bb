"""Many readers and a writer at once, in processes: no error, no count that never was true, and all see the end."""

from __future__ import annotations

import threading
import time

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.search import index as searching
from micrographia.search import snapshot as snapshots
from micrographia.search.index import SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from tests.search.crowd import tell


def test_readers_see_one_true_state_after_the_other(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as store:
        store.put(Record(f"base-{at}", f"Base {at}", fields={"organism": (Term("Species 1"),)}) for at in range(50))
    story = tell(tmp_path, readers=2, steps=10, reading_pause_s=0.01, writing_pause_s=0.01)
    for seen in story.seen:
        assert {one.total - one.counted for one in seen} == {story.base} == {50}
        states = [story.state(one) for one in seen]
        assert states == sorted(states)
        assert states[-1] == len(story.written) - 1


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True, observers=(TextIndex(),)) as opened:
        opened.put([Record("a")])
        yield opened


@pytest.fixture
def held_up(store, monkeypatch):
    """An index, of which another thread is taking in a change and cannot get on until it is told to."""
    index, begun, go_on = SearchIndex(store), threading.Event(), threading.Event()
    index.search(Query())
    update = snapshots.updated

    def slow(*given):
        begun.set()
        go_on.wait(30)
        return update(*given)

    monkeypatch.setattr(snapshots, "updated", slow)
    store.put([Record("b")])
    other = threading.Thread(target=index.search, args=(Query(),))
    other.start()
    begun.wait(30)
    yield index, go_on
    go_on.set()
    other.join()


def test_nobody_waits_while_another_thread_takes_a_change_in(held_up):
    index, go_on = held_up
    assert index.search(Query()).ids == ["a"]
    go_on.set()
    while index.search(Query()).total == 1:
        time.sleep(0.001)
    assert set(index.search(Query()).ids) == {"a", "b"}


def test_a_text_waits_only_for_what_it_can_no_longer_be_looked_up_in(held_up):
    index, go_on = held_up
    assert index.search(Query("a")).ids == ["a"]
    index.store.remove(["a"])
    threading.Timer(0.05, go_on.set).start()
    # Neither "a", which is gone, nor nothing at all, which never was the case.
    assert index.search(Query("a OR b")).ids == ["b"]


def test_what_is_kept_of_an_answer_is_kept_under_the_state_that_it_was_made_from(held_up):
    index, go_on = held_up
    assert index.change < index.store.change
    go_on.set()
    while index.change < index.store.change:
        time.sleep(0.001)
    assert set(index.search(Query()).ids) == {"a", "b"}


def test_what_was_true_too_long_ago_is_not_shown(held_up, monkeypatch):
    index, go_on = held_up
    monkeypatch.setattr(searching, "STALE_S", 0.0)
    threading.Timer(0.05, go_on.set).start()
    assert set(index.search(Query()).ids) == {"a", "b"}
