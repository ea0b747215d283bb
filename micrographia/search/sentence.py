"""A search as a sentence: 214 time series of *Saccharomyces cerevisiae*, public domain."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from micrographia.collection.excerpts import excerpt
from micrographia.search.documents import NUMBER_FIELDS, number_text, search_field
from micrographia.search.query import NONE, Query, Range

# Singular and plural of what is counted, by image type.
_NOUNS = {
    "still": ("still image", "still images"),
    "z-stack": ("z-stack", "z-stacks"),
    "time series": ("time series", "time series"),
    "z-stack time series": ("z-stack time series", "z-stack time series"),
    "video": ("video", "videos"),
}
_SHOWN_VALUES = 3
_VALUE_LIMIT = 120

Part = tuple[str, bool]
Label = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in two forms: ``plain`` text, and ``html`` that is safe to show (also by Jinja itself)."""

    plain: str
    html: str

    def __str__(self) -> str:
        return self.plain

    def __html__(self) -> str:
        return self.html


def sentence(query: Query, total: int, label: Label) -> Sentence:
    """What a query found, in words.

    Parameters
    ----------
    query
        What was searched for.
    total
        How many images were found.
    label
        Gives the label of a field's value.
    """
    parts: list[Part] = [(f"{total:,} {_noun(query, total)}", False)]
    parts += _of(query, label)
    for name in query.constraints():
        if name not in ("organism", "image_type") or not _is_said(query, name):
            parts += [(", ", False), *_held_to(query, name, label)]
    for name in sorted(query.without):
        parts += [(", not ", False), *_listed(name, query.without[name], label)]
    if query.text:
        parts.append((f", for “{query.text}”" if len(parts) > 1 else f" for “{query.text}”", False))
    return Sentence("".join(text for text, _ in parts), "".join(_as_html(*part) for part in parts))


def _noun(query: Query, total: int) -> str:
    types = query.where.get("image_type", ())
    nouns = [_NOUNS.get(value.lower(), ("image", "images")) for value in types] or [("image", "images")]
    if not _is_said(query, "image_type"):
        nouns = [("image", "images")]
    return " or ".join(dict.fromkeys(noun[total != 1] for noun in nouns))


def _of(query: Query, label: Label) -> list[Part]:
    if not _is_said(query, "organism"):
        return []
    return [(" of ", False), *_listed("organism", query.where["organism"], label)]


def _is_said(query: Query, name: str) -> bool:
    # The noun and the "of" can only say plain values, few of them.
    values = query.where.get(name, ())
    known = name != "image_type" or all(value.lower() in _NOUNS for value in values)
    return 0 < len(values) <= _SHOWN_VALUES and NONE not in values and name not in query.ranges and known


def _held_to(query: Query, name: str, label: Label) -> list[Part]:
    field = search_field(name)
    values = query.where.get(name, ())
    if values == (NONE,) and name not in query.ranges:
        return [(f"without {_lower(field.label)}", False)]
    listed = _listed(name, values, label)
    if name in query.ranges:
        listed += [(" or ", False)] * bool(listed) + [(_span(query.ranges[name]), False)]
    if name in NUMBER_FIELDS:
        return [(f"{_lower(field.label)} ", False), *listed]
    return listed


def _listed(name: str, values: tuple[str, ...], label: Label) -> list[Part]:
    italic = search_field(name).italic
    parts: list[Part] = []
    for value in values[:_SHOWN_VALUES]:
        said = f"no {_lower(search_field(name).label)}" if value == NONE else excerpt(label(name, value), _VALUE_LIMIT)
        parts += [(" or ", False)] * bool(parts) + [(said, italic and value != NONE)]
    if len(values) > _SHOWN_VALUES:
        parts.append((f" or {len(values) - _SHOWN_VALUES} more", False))
    return parts


def _span(bounds: Range) -> str:
    low, high = bounds
    if low is None or high is None:
        return f"up to {number_text(high)}" if high is not None else f"from {number_text(low or 0.0)}"
    return number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _as_html(text: str, italic: bool) -> str:
    escaped = html.escape(text)
    return f"<i>{escaped}</i>" if italic else escaped
