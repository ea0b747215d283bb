"""A query: what is searched for, as a value, and as an address that people can read, write and share."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import quote_plus, unquote_plus

from micrographia.collection.fields import ADDRESS_KEYS, NAME_PATTERN
from micrographia.search.documents import NUMBER_FIELDS, VALUE_LIMIT, number_text
from micrographia.search.folding import key

# The value that means: the record has none in this field.
NONE = "~none"

PER_PAGE = 50
PER_PAGE_LIMIT = 500
TEXT_LIMIT = 1000
VALUES_LIMIT = 100
ADDRESS_LIMIT = 64_000
_PAIRS_LIMIT = 400
_PAGE_LIMIT = 1_000_000_000
_PROBLEMS_LIMIT = 20

_RANGE = re.compile(r"(-?\d*\.?\d+(?:[eE][+-]?\d+)?)?\.\.(-?\d*\.?\d+(?:[eE][+-]?\d+)?)?")
_SORT = re.compile(r"-?[a-z][a-z0-9_]{0,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ue000-\uf8ff]+")
_OWN_KEYS = frozenset({"q", "sort", "page", "per_page", "grouped"})

Values = tuple[str, ...]
Range = tuple[float | None, float | None]


@dataclass(frozen=True)
class Query:
    """What is searched for. Values that mean the same make equal queries; anything can be given.

    Parameters
    ----------
    text
        As in the search box: ``mitosis -yeast "spindle pole" organism:sapiens``.
    where
        For each field the values of which a record must have one; ``~none`` is: the record has none.
    without
        For each field the values that a record must not have.
    ranges
        For number fields the lowest and highest number, both included; ``None`` is: no bound.
    sort
        A key of order, ``-`` before it turns it round; ``""`` is the best order for the query.
    page, per_page
        Which part of the hits is wanted, from 1; at most 500 a page.
    grouped
        Whether a group counts as one: of all its hits only the first is given. Totals and counts are of all hits.
    problems
        What could not be understood of an address, in sentences; no part of what the query is.
    """

    text: str = ""
    where: Mapping[str, Values] = field(default_factory=dict)
    without: Mapping[str, Values] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    per_page: int = PER_PAGE
    grouped: bool = False
    problems: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        where, ranges = _with_ranges(_normal_values(self.where), _named(self.ranges))
        strange = [name for part in (self.where, self.without, self.ranges) for name in part if not _is_name(name)]
        problems = [f"“{_shown(name)}” is not the name of a field, so it was left out." for name in strange]
        settle = object.__setattr__
        settle(self, "text", cleaned(self.text, TEXT_LIMIT))
        settle(self, "where", MappingProxyType(where))
        settle(self, "ranges", MappingProxyType(ranges))
        settle(self, "without", MappingProxyType(_normal_values(self.without)))
        settle(self, "sort", self.sort if _SORT.fullmatch(self.sort or "") else "")
        settle(self, "page", min(max(int(self.page), 1), _PAGE_LIMIT))
        settle(self, "per_page", min(max(int(self.per_page), 1), PER_PAGE_LIMIT))
        settle(self, "grouped", bool(self.grouped))
        settle(self, "problems", tuple(dict.fromkeys((*self.problems, *problems)))[:_PROBLEMS_LIMIT])

    def __hash__(self) -> int:
        return hash(self.to_url())

    def __reduce__(self) -> tuple[object, ...]:
        parts = self.text, dict(self.where), dict(self.without), dict(self.ranges), self.sort, self.page, self.per_page
        return Query, (*parts, self.grouped, self.problems)

    @classmethod
    def from_url(cls, address: str | bytes) -> Query:
        """The query of an address's query string, whoever wrote it; what is not understood becomes a problem."""
        return _Address(address).query()

    def to_url(self) -> str:
        """The query string that says this query: readable, defaults left out, without the question mark."""
        pairs = [("q", self.text)] if self.text else []
        for name in sorted({*self.where, *self.ranges}):
            pairs += [(name, value) for value in self.where.get(name, ())]
            if name in self.ranges:
                pairs.append((name, range_text(self.ranges[name])))
        pairs += [(f"-{name}", value) for name in sorted(self.without) for value in self.without[name]]
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("grouped", "1")] if self.grouped else []
        pairs += [("page", str(self.page))] if self.page != 1 else []
        pairs += [("per_page", str(self.per_page))] if self.per_page != PER_PAGE else []
        return "&".join(f"{name}={_quote(value)}" for name, value in pairs)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, so that every record is a hit."""
        return not (self.text or self.where or self.without or self.ranges)

    def constraints(self) -> tuple[str, ...]:
        """The fields that records are held to, in order."""
        return tuple(sorted({*self.where, *self.ranges}))

    def toggled(self, name: str, value: str) -> Query:
        """The query with a value of a field chosen, or no longer chosen; back on the first page."""
        chosen = self.where.get(name, ())
        if parse_range(value) is not None and self.ranges.get(name) == parse_range(value):
            return replace(self, ranges=_less(self.ranges, name), page=1)
        others = tuple(v for v in chosen if key(v) != key(value))
        values = (*chosen, value) if len(others) == len(chosen) else others
        return replace(self, where={**self.where, name: values}, page=1)

    def dropping(self, name: str) -> Query:
        """The query without what it asks of a field, or of the text for the name ``q``; on the first page."""
        if name == "q":
            return replace(self, text="", page=1)
        return replace(self, where=_less(self.where, name), ranges=_less(self.ranges, name), page=1)

    def without_field(self, name: str) -> Query:
        """The query that says nothing of a field."""
        found = self.dropping(name)
        return replace(found, without=_less(self.without, name), page=self.page)


def parse_range(text: str) -> Range | None:
    """The bounds that ``2010..2015``, ``..0.5`` or ``3..`` says, lower first; ``None`` for any other text."""
    found = _RANGE.fullmatch(text)
    if found is None or text == "..":
        return None
    low, high = (None if part is None else float(part) for part in found.groups())
    return _normal_range((low, high))


def range_text(bounds: Range) -> str:
    """Bounds as they stand in an address: ``2010..2015``."""
    return "..".join("" if bound is None else _exact_text(bound) for bound in bounds)


def nearest(name: str, known: Iterable[str]) -> str:
    """`` Did you mean ...?`` for a mistyped name, ``""`` when none is near."""
    found = difflib.get_close_matches(name, list(known), 1, 0.7)
    return f" Did you mean “{found[0]}”?" if found else ""


def cleaned(text: object, limit: int) -> str:
    """A text that can be in an address and in a database, of at most so many characters."""
    # What cannot be in an address or in a database does not get further: lone surrogates, control characters.
    found = str(text)[: 4 * limit].encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub(" ", found).strip()[:limit].strip()


class _Address:
    """Reads a query string, bounded in every direction."""

    def __init__(self, address: str | bytes) -> None:
        self.problems: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.without: dict[str, list[str]] = {}
        self.own: dict[str, str] = {}
        for pair in self._pairs(address):
            self._read(*pair)

    def query(self) -> Query:
        """What was read."""
        sort = self.own.get("sort", "")
        if sort and not _SORT.fullmatch(sort):
            self._problem(f"The order “{sort[:40]}” is not known, so the usual one is used.")
        return Query(
            text=self._text(),
            where=self.values,  # type: ignore[arg-type]
            without=self.without,  # type: ignore[arg-type]
            sort=sort,
            page=self._number("page", 1, _PAGE_LIMIT),
            per_page=self._number("per_page", PER_PAGE, PER_PAGE_LIMIT),
            grouped=self._flag("grouped"),
            problems=tuple(self.problems),
        )

    def _pairs(self, address: str | bytes) -> list[tuple[str, str]]:
        long = len(address) > ADDRESS_LIMIT
        address = address[:ADDRESS_LIMIT]
        text = address.decode("utf-8", "replace") if isinstance(address, bytes) else address
        if long:
            text = text[: text.rfind("&") + 1]
            self._problem("The address is too long; its end was left out.")
        parts = [part for part in text.lstrip("?").split("&", _PAIRS_LIMIT + 1) if part]
        if len(parts) > _PAIRS_LIMIT:
            self._problem(f"The address says more than {_PAIRS_LIMIT} things; the rest was left out.")
        return [_unquoted_pair(part) for part in parts[:_PAIRS_LIMIT]]

    def _read(self, typed: str, value: str) -> None:
        name = typed.strip().lower()
        if name in _OWN_KEYS:
            self.own.setdefault(name, value.strip())
            return
        field_name = name.removeprefix("-")
        kept = self.values if name == field_name else self.without
        if name in ADDRESS_KEYS or not value.strip():
            return
        if not _is_name(field_name):
            self._problem(f"“{_shown(typed)}” in the address is not the name of a field, so it was left out.")
        elif sum(map(len, kept.values())) >= VALUES_LIMIT:
            self._problem(f"The address asks for more than {VALUES_LIMIT} values; the rest was left out.")
        else:
            kept.setdefault(field_name, []).append(value)

    def _text(self) -> str:
        text = self.own.get("q", "")
        if len(text) > TEXT_LIMIT:
            self._problem(f"The words searched for are more than {TEXT_LIMIT} characters; the rest was left out.")
        return text

    def _number(self, name: str, default: int, limit: int) -> int:
        text = self.own.get(name, "")
        if not text:
            return default
        if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < 1:
            self._problem(f"{name}={_shown(text)} is not a whole number from 1, so it is taken as {default}.")
            return default
        if int(text) > limit:
            self._problem(f"{name}={_shown(text)} is more than {limit}, so it is taken as {limit}.")
        return min(int(text), limit)

    def _flag(self, name: str) -> bool:
        text = self.own.get(name, "")
        if text not in ("", "0", "1"):
            self._problem(f"{name}={_shown(text)} is neither 0 nor 1, so it is taken as 0.")
        return text == "1"

    def _problem(self, sentence: str) -> None:
        if len(self.problems) < _PROBLEMS_LIMIT and sentence not in self.problems:
            self.problems.append(sentence)


def _unquoted_pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return unquote_plus(name, errors="replace"), unquote_plus(value, errors="replace")


def _shown(text: str) -> str:
    return cleaned(text, 60)[:40]


def _quote(value: str) -> str:
    return quote_plus(value, safe=":/~,*@!()'.\"")


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(NAME_PATTERN.fullmatch(name)) and name not in ADDRESS_KEYS


def _named(ranges: Mapping[str, Range]) -> dict[str, Range]:
    return {name: bounds for name, bounds in ranges.items() if _is_name(name)}


def _normal_values(values: Mapping[str, object]) -> dict[str, Values]:
    normal: dict[str, Values] = {}
    left = VALUES_LIMIT
    for name in sorted(filter(_is_name, values)):
        given = values[name]
        several = given if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
        texts = (cleaned(value, VALUE_LIMIT) for value in several)
        kept = tuple(dict.fromkeys(text for text in texts if text))[:left]
        left -= len(kept)
        if kept:
            normal[name] = kept
    return normal


def _with_ranges(where: dict[str, Values], ranges: dict[str, Range]) -> tuple[dict[str, Values], dict[str, Range]]:
    # One range of a number field stands among the ranges, several among the values, however they were given.
    values, settled = dict(where), {}
    for name in sorted({*where, *ranges}):
        typed = [parse_range(value) for value in where.get(name, ())] if name in NUMBER_FIELDS else []
        several = [_normal_range(ranges[name])] if name in ranges else []
        several += [bounds for bounds in typed if bounds is not None]
        distinct = [bounds for bounds in dict.fromkeys(several) if bounds != (None, None)]
        rest = [v for v in where.get(name, ()) if name not in NUMBER_FIELDS or parse_range(v) is None]
        if len(distinct) == 1 and name in NUMBER_FIELDS:
            settled[name] = distinct[0]
        else:
            rest += [range_text(bounds) for bounds in distinct]
        values[name] = tuple(dict.fromkeys(rest))
    return {name: kept for name, kept in values.items() if kept}, settled


def _normal_range(bounds: Range) -> Range:
    low, high = (None if b is None or not math.isfinite(b) else float(b) + 0.0 for b in bounds)
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def _exact_text(number: float) -> str:
    text = number_text(number)
    return text if float(text) == number else repr(number)


def _less(mapping: Mapping[str, object], name: str) -> dict:
    return {other: value for other, value in mapping.items() if other != name}
