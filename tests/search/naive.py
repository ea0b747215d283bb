"""The oracle: a search over plain rows, written for being right at a glance, not for being fast."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from micrographia.search.query import NONE

# All words that random texts are made of, and what Porter's stemmer makes of them.
STEMS = {
    "cell": "cell",
    "cells": "cell",
    "yeast": "yeast",
    "spindle": "spindl",
    "spindles": "spindl",
    "dividing": "divid",
    "divided": "divid",
    "actin": "actin",
    "golgi": "golgi",
    "h2b": "h2b",
    "mouse": "mous",
    "human": "human",
}


@dataclass(frozen=True)
class Row:
    """One image: its text by column, its values by field, its numbers by field."""

    id: str
    title: str = ""
    description: str = ""
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """A query as structure: groups of (words, is prefix, is negative), values, exclusions, ranges, order."""

    groups: tuple[tuple[tuple[tuple[str, ...], bool, bool], ...], ...] = ()
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    without: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    sort: str = "added"

    @property
    def text(self) -> str:
        """The groups as they are typed."""
        return " ".join(" OR ".join(_typed(*clause) for clause in group) for group in self.groups)


class NaiveIndex:
    """Searches rows one by one."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.vocabulary = {word for row in rows for text in _texts(row) for word in text.lower().split()}

    def hits(self, wanted: Wanted, ignoring: str = "") -> list[Row]:
        """The rows that a query matches, its selection in one field ignored."""
        held = (wanted.where.keys() | wanted.ranges.keys()) - {ignoring}
        return [
            row
            for row in self.rows
            if all(any(self._matches(row, *clause) for clause in group) for group in wanted.groups)
            and all(_has(row, name, wanted) for name in held)
            and not any(_has_value(row, name, value) for name in wanted.without for value in wanted.without[name])
        ]

    def counts(self, wanted: Wanted, name: str) -> dict[str, int]:
        """How many hits have each value of a facet, what is chosen in it ignored; chosen values stay at zero."""
        hits = self.hits(wanted, ignoring=name)
        found = Counter(value.lower() for row in hits for value in {v.lower() for v in _values(row, name)})
        found[NONE] = sum(not _values(row, name) for row in hits)
        chosen = {value.lower() for value in wanted.where.get(name, ())}
        return {value: count for value, count in found.items() if count or value in chosen} | {
            value: found[value] for value in chosen
        }

    def ordered(self, wanted: Wanted) -> list[str]:
        """The ids of the hits in order; equal ones as they were added, those that lack the key last."""
        bare, back = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
        hits = self.hits(wanted)
        if bare == "added":
            return [row.id for row in (hits[::-1] if back else hits)]
        keys = {row.id: _sort_key(row, bare) for row in hits}
        having = [row for row in hits if keys[row.id] is not None]
        ordered = sorted({keys[row.id] for row in having}, reverse=back)
        return [row.id for k in [*ordered, None] for row in hits if keys[row.id] == k]

    def _matches(self, row: Row, phrase: tuple[str, ...], prefix: bool, negative: bool) -> bool:
        return any(self._stands_in(text.lower().split(), phrase, prefix) for text in _texts(row)) != negative

    def _stands_in(self, text: list[str], phrase: tuple[str, ...], prefix: bool) -> bool:
        stems = [STEMS[word] for word in text]
        *first, last = phrase
        ends = {STEMS[last]} if not prefix else {STEMS[w] for w in self.vocabulary if w.startswith(last)}
        wanted = [{STEMS[word]} for word in first] + [ends]
        places = range(len(stems) - len(phrase) + 1)
        return any(all(stems[at + i] in options for i, options in enumerate(wanted)) for at in places)


def _typed(phrase: tuple[str, ...], prefix: bool, negative: bool) -> str:
    said = f'"{" ".join(phrase)}"' if len(phrase) > 1 else phrase[0]
    return "-" * negative + said + "*" * prefix


def _texts(row: Row) -> list[str]:
    return [row.title, *(value for name in row.values for value in row.values[name]), row.description]


def _values(row: Row, name: str) -> tuple[str, ...]:
    if name in row.numbers:
        return (str(int(row.numbers[name])),)
    return row.values.get(name, ())


def _has_value(row: Row, name: str, value: str) -> bool:
    values = {v.lower() for v in _values(row, name)}
    return not values if value == NONE else value.lower() in values


def _has(row: Row, name: str, wanted: Wanted) -> bool:
    if any(_has_value(row, name, value) for value in wanted.where.get(name, ())):
        return True
    if name not in wanted.ranges or name not in row.numbers:
        return False
    low, high = wanted.ranges[name]
    return (low is None or row.numbers[name] >= low) and (high is None or row.numbers[name] <= high)


def _sort_key(row: Row, name: str) -> str | float | None:
    if name == "title":
        return row.title.lower()
    if name in row.numbers:
        return row.numbers[name]
    return min((value.lower() for value in row.values.get(name, ())), default=None)


class NaiveTree:
    """What lies below what, asked of the parents themselves each time."""

    def __init__(self, parents: dict[str, list[str]]) -> None:
        self.parents = parents

    def has(self, values: list[str], wanted: list[str]) -> bool:
        """Whether any of the values is one of those that are wanted, or lies below one."""
        return any(value in wanted or self._above(value) & set(wanted) for value in values)

    def _above(self, value: str) -> set[str]:
        found: set[str] = set()
        left = list(self.parents.get(value, ()))
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.parents.get(one, ())
        return found
