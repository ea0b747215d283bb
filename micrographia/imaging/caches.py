"""Bounded memory: decoded things by bytes, open files by number; what several ask for at once is made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Closes(Protocol):
    """Anything that can be closed."""

    def close(self) -> None: ...


C = TypeVar("C", bound=Closes)


class ByteCache(Generic[T]):
    """The things used last, as many as fit into a number of bytes.

    Parameters
    ----------
    capacity
        The bound, in bytes.
    size
        How many bytes a thing takes.
    """

    def __init__(self, capacity: int, size: Callable[[T], int]) -> None:
        self.capacity = capacity
        self.used = 0
        self._size = size
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._flights: dict[Hashable, Future[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of that key; made by the first who asks, while all others wait for the same one."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            flight = self._flights.get(key)
            is_first = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if is_first:
            self._make(key, make, flight)
        return flight.result()

    def _make(self, key: Hashable, make: Callable[[], T], flight: Future[T]) -> None:
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            flight.set_exception(error)
            raise
        with self._lock:
            del self._flights[key]
            self._keep(key, made)
        flight.set_result(made)

    def _keep(self, key: Hashable, made: T) -> None:
        size = self._size(made)
        if size > self.capacity:
            return
        self._kept[key] = made
        self.used += size
        while self.used > self.capacity:
            _, dropped = self._kept.popitem(last=False)
            self.used -= self._size(dropped)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.used = 0


class OpenPool(Generic[C]):
    """Open files, at most so many: the one unused for longest is closed, never one that is being read.

    Parameters
    ----------
    limit
        How many places there are.
    places
        How many of them a file takes; more than one when it holds memory while it is open.
    """

    def __init__(self, limit: int, places: Callable[[C], int] = lambda _: 1) -> None:
        self.limit = max(1, limit)
        self._places = places
        self._kept: OrderedDict[Hashable, C] = OrderedDict()
        self._users: dict[Hashable, int] = {}
        self._opening: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def use(self, key: Hashable, opener: Callable[[], C]) -> Iterator[C]:
        """The open file of that key, which stays open until the block ends."""
        opened = self._take(key, opener)
        try:
            yield opened
        finally:
            self._give_back(key)

    def _take(self, key: Hashable, opener: Callable[[], C]) -> C:
        with self._lock:
            # Counted before it is opened, so that nobody closes it in between.
            self._users[key] = self._users.get(key, 0) + 1
            gate = self._opening.setdefault(key, threading.Lock())
        try:
            with gate:
                with self._lock:
                    if key in self._kept:
                        self._kept.move_to_end(key)
                        return self._kept[key]
                opened = opener()
                with self._lock:
                    self._kept[key] = opened
                return opened
        except BaseException:
            self._give_back(key)
            raise

    def _give_back(self, key: Hashable) -> None:
        with self._lock:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key]
                del self._opening[key]
            surplus = self._surplus(self.limit)
        for opened in surplus:
            opened.close()

    def _surplus(self, limit: int) -> list[C]:
        taken = sum(map(self._places, self._kept.values()))
        surplus = []
        for key in [key for key in self._kept if key not in self._users]:
            # A file larger than all places stays until the next one is read: it is asked for again and again.
            if taken <= limit or (limit and len(self._kept) == 1):
                break
            surplus.append(self._kept.pop(key))
            taken -= self._places(surplus[-1])
        return surplus

    def close(self) -> None:
        """Close what nobody is reading."""
        with self._lock:
            surplus = self._surplus(0)
            self.limit = 0
        for opened in surplus:
            opened.close()
