"""What pages are made of: made anew after a change, waited for by the first who asks alone, or by nobody."""

from __future__ import annotations

import threading

import pytest

from micrographia.errors import NotFound
from micrographia.web import kept as keeping
from micrographia.web.kept import Kept


class Library:
    """A library of which only the change matters, and what was made of it."""

    def __init__(self) -> None:
        self.change = 1
        self.made: list[str] = []
        self.may_be_made = threading.Event()
        self.may_be_made.set()
        self.is_begun = threading.Event()

    def make(self, key: str) -> str:
        self.is_begun.set()
        assert self.may_be_made.wait(30)
        if key == "nothing":
            raise NotFound("There is nothing.")
        self.made.append(f"{key}{self.change}")
        return self.made[-1]


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def kept(library):
    return Kept(library.make, lambda: library.change, 2)


@pytest.fixture
def held_up(library, kept):
    """The same, while another thread makes anew what has changed, and cannot get on."""
    kept.get("a")
    library.is_begun.clear()
    library.may_be_made.clear()
    library.change = 2
    other = threading.Thread(target=kept.get, args=("a",))
    other.start()
    assert library.is_begun.wait(30)
    yield kept
    library.may_be_made.set()
    other.join()


def test_it_is_made_once_for_each_change(library, kept):
    assert [kept.get("a"), kept.get("a"), kept.get("b")] == ["a1", "a1", "b1"]
    library.change = 2
    assert [kept.get("a"), kept.get("a")] == ["a2", "a2"]
    assert library.made == ["a1", "b1", "a2"]


def test_what_was_asked_for_long_ago_is_forgotten(library, kept):
    for key in "abac":
        kept.get(key)
    kept.get("a")
    assert library.made == ["a1", "b1", "c1"]
    assert kept.get("b") == "b1"
    assert library.made[3:] == ["b1"]


def test_nobody_waits_while_another_makes_it(held_up):
    assert held_up.get("a") == "a1"


def test_what_was_true_too_long_ago_is_waited_for(held_up, library, monkeypatch):
    monkeypatch.setattr(keeping, "STALE_S", 0.0)
    threading.Timer(0.05, library.may_be_made.set).start()
    assert held_up.get("a") == "a2"


def test_it_is_made_before_it_is_asked_for_again(library, kept):
    kept.get("a")
    library.change = 2
    kept.renew()
    kept.renew()
    assert library.made == ["a1", "a2"]
    assert kept.get("a") == "a2"
    assert library.made == ["a1", "a2"]


def test_nobody_makes_what_is_made_ahead_unless_that_takes_too_long(library, kept, monkeypatch):
    kept.get("a")
    kept.renew()
    library.change = 2
    assert kept.get("a") == "a1"
    kept.renew()
    assert kept.get("a") == "a2"
    library.change = 3
    monkeypatch.setattr(keeping, "STALE_S", 0.0)
    assert kept.get("a") == "a3"


def test_what_nobody_asked_for_lately_is_not_made_ahead(library, kept, monkeypatch):
    kept.get("a")
    library.change = 2
    monkeypatch.setattr(keeping, "AHEAD_S", 0.0)
    kept.renew()
    assert library.made == ["a1"]


def test_what_is_not_there_is_said_each_time(library, kept):
    for _ in range(2):
        with pytest.raises(NotFound):
            kept.get("nothing")
    kept.get("a")
    library.change = 2
    kept.renew()
    assert library.made == ["a1", "a2"]
