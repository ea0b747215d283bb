"""Kept: what pages are made of, by the change of the library that it was made from; hardly a visitor waits for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from micrographia.errors import LibraryError

# What is shown while another makes it anew, or soon will, may be as old as what a search finds.
from micrographia.search.index import STALE_S

# For how long after a visitor asked for something it is made anew ahead of the next one.
AHEAD_S = 30.0

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Kept(Generic[Key, Made]):
    """Keeps what was made, and makes it anew once the library has changed; safe in threads.

    Parameters
    ----------
    make
        Makes it for a key.
    change
        Gives the library's change, as searches know it.
    most
        How many keys are remembered.
    """

    def __init__(self, make: Callable[[Key], Made], change: Callable[[], int], most: int) -> None:
        self._make = make
        self._change = change
        self._most = most
        self._lock = Lock()
        self._entries: dict[Key, _Entry[Made]] = {}
        self._followed = -math.inf

    def get(self, key: Key) -> Made:
        """What belongs to a key, as the library is now; as it was just before, while another makes it or soon will."""
        asked, change, entry = time.monotonic(), self._change(), self._entry(key)
        entry.asked = asked
        held = entry.held
        if held is not None and held[0] == change:
            entry.known_true = asked
            return held[1]
        is_followed = asked - self._followed < STALE_S
        if is_followed or not entry.lock.acquire(blocking=False):
            if held is not None and asked - entry.known_true < STALE_S:
                return held[1]
            entry.lock.acquire()
        try:
            return self._renewed(key, entry)
        finally:
            entry.lock.release()

    def renew(self) -> None:
        """Make anew what was asked for lately, before it is asked for again."""
        self._followed = time.monotonic()
        since = self._followed - AHEAD_S
        with self._lock:
            lately = [(key, entry) for key, entry in self._entries.items() if entry.asked > since and entry.held]
        for key, entry in lately:
            if entry.lock.acquire(blocking=False):
                try:
                    # That there is no such thing any more is told to whoever asks for it.
                    with suppress(LibraryError):
                        self._renewed(key, entry)
                finally:
                    entry.lock.release()

    def _entry(self, key: Key) -> _Entry[Made]:
        with self._lock:
            # What was asked for last stands last.
            entry = self._entries[key] = self._entries.pop(key) if key in self._entries else _Entry()
            while len(self._entries) > self._most:
                del self._entries[next(iter(self._entries))]
            return entry

    def _renewed(self, key: Key, entry: _Entry[Made]) -> Made:
        # Taken before it is made: what is made may be newer than its change, never older.
        asked, change = time.monotonic(), self._change()
        if entry.held is None or entry.held[0] != change:
            try:
                entry.held = change, self._make(key)
            except Exception:
                # What there is no more is not shown as it was.
                entry.held = None
                raise
        entry.known_true = asked
        return entry.held[1]


class _Entry(Generic[Made]):
    """What is kept for one key: since when it is asked for, and when it was last known to be true."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.held: tuple[int, Made] | None = None
        self.asked = -math.inf
        self.known_true = -math.inf
