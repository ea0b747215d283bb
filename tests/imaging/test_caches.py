"""Bounded memory: bytes and open files never exceed their bounds, and what many ask for is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrographia.errors import Unreadable
from micrographia.imaging.caches import ByteCache, OpenPool


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=60))
def test_bytes_stay_within_the_bound(asked):
    cache: ByteCache[bytes] = ByteCache(100, len)
    for key, size in asked:
        assert cache.get((key, size), lambda size=size: bytes(size)) == bytes(size)
        assert cache.used == sum(len(kept) for kept in cache._kept.values()) <= 100


def test_what_was_used_last_stays():
    cache: ByteCache[bytes] = ByteCache(20, len)
    for key in (1, 2, 1, 3):
        cache.get(key, lambda: bytes(10))
    assert list(cache._kept) == [1, 3]


def test_what_is_larger_than_the_bound_is_not_kept():
    cache: ByteCache[bytes] = ByteCache(20, len)
    assert len(cache.get(1, lambda: bytes(50))) == 50
    assert not cache._kept


def test_thirty_who_ask_at_once_share_one_making():
    cache: ByteCache[bytes] = ByteCache(1000, len)
    made, everyone_asked = [], threading.Event()

    def make() -> bytes:
        made.append(1)
        everyone_asked.wait(10)
        return b"plane"

    with ThreadPoolExecutor(30) as pool:
        answers = [pool.submit(cache.get, "plane", make) for _ in range(30)]
        everyone_asked.set()
        assert {answer.result() for answer in answers} == {b"plane"}
    assert made == [1]


def test_a_fault_reaches_everyone_and_is_not_kept():
    cache: ByteCache[bytes] = ByteCache(1000, len)

    def fail() -> bytes:
        raise Unreadable("cut off")

    for _ in range(2):
        with pytest.raises(Unreadable):
            cache.get("plane", fail)
    assert cache.get("plane", lambda: b"mended") == b"mended"


class File:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_the_file_unused_for_longest_is_closed():
    pool: OpenPool[File] = OpenPool(2)
    files = {}
    for key in (1, 2, 1, 3):
        with pool.use(key, File) as file:
            files[key] = file
    assert [files[key].closed for key in (1, 2, 3)] == [False, True, False]
    pool.close()
    assert all(file.closed for file in files.values())


def test_a_file_in_use_stays_open():
    pool: OpenPool[File] = OpenPool(1)
    with pool.use(1, File) as first:
        with pool.use(2, File) as second:
            assert not first.closed
        assert second.closed
        pool.close()
        assert not first.closed
    assert first.closed


def test_many_threads_open_it_once():
    pool: OpenPool[File] = OpenPool(4)
    opened = []

    def opener() -> File:
        opened.append(1)
        return File()

    def read(_: int) -> bool:
        with pool.use("same", opener) as file:
            return file.closed

    with ThreadPoolExecutor(8) as threads:
        assert not any(threads.map(read, range(50)))
    assert opened == [1]


def test_many_files_and_threads_never_meet_a_closed_one():
    pool: OpenPool[File] = OpenPool(2)

    def read(number: int) -> bool:
        with pool.use(number % 7, File) as file:
            return file.closed

    with ThreadPoolExecutor(8) as threads:
        assert not any(threads.map(read, range(400)))
    assert len(pool) <= 2


def test_a_file_that_does_not_open_may_be_tried_again():
    pool: OpenPool[File] = OpenPool(2)

    def fail() -> File:
        raise Unreadable("cut off")

    with pytest.raises(Unreadable), pool.use(1, fail):
        pass
    with pool.use(1, File) as file:
        assert not file.closed


def test_files_that_hold_memory_take_more_places():
    sizes = {}
    pool: OpenPool[File] = OpenPool(10, lambda file: sizes[file])

    def opener(size: int) -> File:
        file = File()
        sizes[file] = size
        return file

    for number in range(5):
        with pool.use(number, lambda: opener(8)):
            pass
        assert len(pool) == 1
    with pool.use("huge", lambda: opener(50)) as huge:
        pass
    assert not huge.closed
    for number in range(5, 9):
        with pool.use(number, lambda: opener(1)):
            pass
    assert len(pool) == 4
