"""The facets beside the results: what is found has these values, so often."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from micrographia.collection.excerpts import excerpt
from micrographia.collection.fields import Field
from micrographia.search.documents import BETWEEN
from micrographia.search.query import NONE, Query, parse_range
from micrographia.search.results import FacetNode, FacetValue, Results, Span
from micrographia.widgets.placed import Placed

SHOWN = 7
EXPANDED_AT_MOST = 200
KEY_LIMIT = 4000
SHOWN_AT_MOST = 200
OPEN_AT_FIRST = 5
BARS = 28


@dataclass(frozen=True, slots=True)
class Listing:
    """What a visitor wants to see of a facet's values: those with a text in them, or all.

    Of a tree: the lines that are open, by the values on the way down to each; or the values as a list.
    """

    find: str = ""
    all: bool = False
    is_flat: bool = False
    expanded: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Listing:
        """What a page's message asks for; whatever it holds, it is bounded."""
        given = message.get("expanded")
        keys = [key for key in given[:EXPANDED_AT_MOST] if isinstance(key, str)] if isinstance(given, list) else []
        find = message.get("find")
        return cls(
            find[:KEY_LIMIT] if isinstance(find, str) else "",
            bool(message.get("all")),
            bool(message.get("flat")),
            frozenset(tuple(key[:KEY_LIMIT].split(BETWEEN)) for key in keys),
        )


class Facets(Placed):
    """Facets to choose from; asks ``toggle``, ``range``, ``clear`` and ``list``."""

    _script: ClassVar[str] = "widgets/facets.js"


def facets_answer(results: Results, query: Query, listings: Mapping[str, Listing], asked: int = 0) -> dict[str, Any]:
    """What the facets show, as JSON.

    Parameters
    ----------
    results, query
        The answer to the query, and the query.
    listings
        For each field that is not shown as usual, how it is listed.
    asked
        The number of the question this answers.
    """
    trees = set(results.rolled_up)
    told = [
        facet
        for name, field in results.facet_fields.items()
        if (facet := _facet(results, field, listings.get(name, Listing()), is_tree=name in trees)) is not None
    ]
    for place, facet in enumerate(told):
        facet["open"] = place < OPEN_AT_FIRST or bool(facet["chosen"])
    return {"asked": asked, "facets": told, "isFiltered": not query.is_empty}


def toggled(results: Results, name: str, value: str) -> Query:
    """The query with a value chosen, or no longer chosen under any name: an address may say it by its id."""
    if name in results.rolled_up:
        # Its values are settled already, and two terms may share a label.
        return results.query.toggled(name, value)
    label = results.counts.label(name, value)
    chosen = results.query.where.get(name, ())
    others = tuple(one for one in chosen if results.counts.label(name, one) != label)
    if len(others) < len(chosen):
        return replace(results.query, where={**results.query.where, name: others}, page=1)
    return results.query.toggled(name, value)


def _facet(results: Results, field: Field, listing: Listing, *, is_tree: bool) -> dict[str, Any] | None:
    facet: dict[str, Any] = {"field": field.name, "label": field.label, "kind": field.kind, "italic": field.italic}
    if field.kind == "number":
        values = results.facet(field.name)
        told = facet | _number_facet(values, results.spans.get(field.name))
        return told if len(told["bins"]) > 1 or told["chosen"] else None
    limit = SHOWN_AT_MOST if listing.all or listing.find else SHOWN
    if is_tree and not listing.is_flat:
        tells = listing.find or _tells(results.facet(field.name, limit=SHOWN_AT_MOST), results.total)
        return facet | _tree_facet(results, field.name, listing, limit) if tells else None
    values = results.facet(field.name, containing=listing.find, limit=limit + 1)
    chosen = sum(value.selected for value in values)
    if not (listing.find or _tells(values, results.total)):
        return None
    shown = [value for place, value in enumerate(values) if place < limit or value.selected or value.value == NONE]
    return facet | {
        "chosen": chosen,
        "hasMore": len(values) > len(shown),
        "values": [value.as_dict() | {"label": excerpt(value.label)} for value in shown],
        "find": listing.find,
        "all": listing.all,
        "isTree": is_tree,
        "isFlat": listing.is_flat,
    }


def _tree_facet(results: Results, name: str, listing: Listing, limit: int) -> dict[str, Any]:
    lines = results.facet_tree(name, containing=listing.find, limit=limit + 1)
    shown = [line for at, line in enumerate(lines) if at < limit or line.selected or line.value == NONE]
    rows = [_row(line, (line.value,), 0, is_found=bool(listing.find)) for line in shown]
    if not listing.find:
        rows = [row for line in shown for row in _opened(results, name, line, (line.value,), listing)]
    told = {row["value"] for row in rows}
    chosen = results.facet_chosen(name)
    # What is chosen is always seen, however deep it stands.
    deep = [_row(line, ("", line.value), 0, is_found=True) for line in chosen if line.value not in told]
    return {
        "chosen": len(chosen),
        "hasMore": len(lines) > len(shown),
        "values": [*([] if listing.find else deep), *rows],
        "find": listing.find,
        "all": listing.all,
        "isTree": True,
        "isFlat": False,
    }


def _opened(
    results: Results, name: str, line: FacetNode, way: tuple[str, ...], listing: Listing
) -> Iterator[dict[str, Any]]:
    is_open = line.has_more and way in listing.expanded
    yield _row(line, way, len(way) - 1, is_open=is_open)
    if is_open:
        for below in results.facet_tree(name, line.value, limit=SHOWN_AT_MOST):
            # In a circle of terms a line would stand below itself.
            if below.value not in way:
                yield from _opened(results, name, below, (*way, below.value), listing)


def _row(
    line: FacetNode, way: tuple[str, ...], level: int, *, is_open: bool = False, is_found: bool = False
) -> dict[str, Any]:
    told = {
        "value": line.value,
        "label": excerpt(line.label),
        "count": line.count,
        "selected": line.selected,
        "id": line.id,
    }
    where = {"key": BETWEEN.join(way), "level": level, "path": list(line.path), "isFound": is_found}
    return told | where | {"hasMore": line.has_more and not is_found, "isOpen": is_open}


def _tells(values: Sequence[FacetValue], total: int) -> bool:
    # A value that all images have, alone, is nothing to choose from.
    return any(value.selected or 0 < value.count < total for value in values)


def _number_facet(values: Sequence[FacetValue], span: Span | None) -> dict[str, Any]:
    single = sorted(_bins(values), key=lambda entry: entry["low"])
    between = _asked_range(single, span)
    bins = _merged(single)
    for entry in bins:
        entry["inside"] = between is not None and _overlaps(entry, between)
    return {
        "chosen": int(between is not None),
        "bins": bins,
        "low": _plain(span.low) if span else None,
        "high": _plain(span.high) if span else None,
        "between": None if between is None else [_plain(bound) for bound in between],
    }


def _asked_range(bins: Sequence[Mapping[str, Any]], span: Span | None) -> tuple[float | None, float | None] | None:
    if span is not None and span.selected is not None:
        return span.selected
    # An address may name single numbers: year=2010&year=2012.
    chosen = [entry for entry in bins if entry["selected"]]
    return (chosen[0]["low"], chosen[-1]["high"]) if chosen else None


def _bins(values: Sequence[FacetValue]) -> Iterator[dict[str, Any]]:
    for value in values:
        bounds = parse_range(value.value) if ".." in value.value else _single(value.value)
        if bounds is None:
            continue
        low, high = bounds
        least = low if low is not None else high
        most = high if high is not None else low
        yield {"low": _plain(least), "high": _plain(most), "count": value.count, "selected": value.selected}


def _single(text: str) -> tuple[float, float] | None:
    try:
        found = float(text)
    except ValueError:
        return None
    # An address may name what is no number that a bar could stand for: year=NaN.
    return (found, found) if math.isfinite(found) else None


def _merged(bins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    size = -(-len(bins) // BARS) or 1
    groups = [bins[start : start + size] for start in range(0, len(bins), size)]
    return [{"low": g[0]["low"], "high": g[-1]["high"], "count": sum(b["count"] for b in g)} for g in groups]


def _overlaps(entry: Mapping[str, Any], between: tuple[float | None, float | None]) -> bool:
    low, high = between
    above = low is None or entry["high"] > low or entry["low"] >= low
    below = high is None or entry["low"] < high or entry["high"] <= high
    return above and below


def _plain(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
