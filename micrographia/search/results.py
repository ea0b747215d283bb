"""Results: what a search found, with everything that a page, a table or a program shows of it."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from micrographia.collection.fields import Field
from micrographia.search.marking import Matched
from micrographia.search.query import Query
from micrographia.search.sentence import Sentence

# Values of a facet that are listed unless all are asked for.
FACET_LIMIT = 100

# Terms that are named in a sentence.
_TERMS_SAID = 3

# Images that results show of themselves in a notebook.
_SHOWN = 12


class FacetValue(NamedTuple):
    """One value of a facet: as it stands in an address, as people read it, its count, whether it is chosen."""

    value: str
    label: str
    count: int  # type: ignore[assignment]
    selected: bool = False
    id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The value as plain JSON; with its term's id where the library's vocabulary knows it."""
        told = {"value": self.value, "label": self.label, "count": self.count, "selected": self.selected}
        return told | ({"id": self.id} if self.id else {})


@dataclass(frozen=True, slots=True)
class FacetNode:
    """One line of a facet's tree; its count includes all that lies below it, every image once.

    ``parent`` is the value of the line above it, ``path`` the names of all terms above it from the root down;
    ``depth`` is how many lines lie above it. ``has_more`` says that lines lie below it that any hit has.
    ``is_direct`` says that some record of the library has the value itself.
    """

    value: str
    label: str
    count: int
    selected: bool = False
    id: str = ""
    parent: str = ""
    depth: int = 0
    path: tuple[str, ...] = ()
    has_more: bool = False
    is_direct: bool = True

    def as_dict(self) -> dict[str, Any]:
        """The line as plain JSON."""
        return asdict(self) | {"path": list(self.path)}


@dataclass(frozen=True, slots=True)
class Span:
    """The lowest and highest number of a field in the whole library, and those that are asked for."""

    low: float
    high: float
    selected: tuple[float | None, float | None] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The span as plain JSON."""
        return {"low": self.low, "high": self.high, "selected": list(self.selected) if self.selected else None}


@dataclass(frozen=True, slots=True)
class Drop:
    """A filter that can be dropped: its field (``q`` for the text), what it says, and how many images that brings."""

    field: str
    label: str
    total: int
    url: str

    def as_dict(self) -> dict[str, Any]:
        """The filter as plain JSON."""
        return {"field": self.field, "label": self.label, "total": self.total, "url": self.url}


@dataclass(frozen=True, slots=True)
class Meant:
    """What was probably meant by a text with words that are in no record, how many images that finds, and its search.

    ``url`` leaves the filters out where the better text finds nothing with them.
    """

    text: str
    total: int
    url: str

    def as_dict(self) -> dict[str, Any]:
        """The better text as plain JSON."""
        return {"text": self.text, "total": self.total, "url": self.url}


@dataclass(frozen=True, slots=True)
class Also:
    """Terms that words of a text are a name of, how many images have one of them (or one below it) and not the words,
    and the search for the words alone."""

    terms: tuple[str, ...]
    total: int
    url: str

    @property
    def sentence(self) -> str:
        """The same in words, after the sentence that says how many images there are."""
        left = len(self.terms) - _TERMS_SAID
        *most, last = [*self.terms[:_TERMS_SAID], *([f"{left} more"] if left > 0 else [])]
        kind = f"one of the terms {', '.join(most)} and {last}" if most else f"the term {last}"
        has = "has" if self.total == 1 else "have"
        return f"{self.total:,} of them {has} {kind}, or one below, instead of the words."

    def as_dict(self) -> dict[str, Any]:
        """The terms as plain JSON."""
        return {"terms": list(self.terms), "total": self.total, "url": self.url}


class Counts:
    """Where results take their facets and their table from when these are asked for."""

    def fields(self) -> tuple[Field, ...]:
        """The facets in order."""
        raise NotImplementedError

    def values(self, name: str, *, containing: str = "", limit: int | None = None) -> list[FacetValue]:
        """The values of a facet with their counts, the most frequent first."""
        raise NotImplementedError

    def lines(self, name: str, *, parent: str | None, containing: str, limit: int | None) -> list[FacetNode]:
        """The lines of a facet's tree below one, or the first ones."""
        raise NotImplementedError

    def chosen_lines(self, name: str) -> list[FacetNode]:
        """The chosen lines of a facet's tree, wherever they stand."""
        raise NotImplementedError

    def rolled_up(self) -> tuple[str, ...]:
        """The facets that are trees."""
        raise NotImplementedError

    def spans(self) -> dict[str, Span]:
        """The span of each number field."""
        raise NotImplementedError

    def label(self, name: str, value: str) -> str:
        """The label of a field's value, however the value was written."""
        raise NotImplementedError


@dataclass(frozen=True)
class Results:
    """What a search found.

    Parameters
    ----------
    query
        What was searched for, as it was understood.
    total
        How many images were found.
    ids, rows
        Those of the wanted page: their ids, and what a gallery shows of each; where groups count as one, with
        ``group_size``, how many images of the group were found.
    sentence
        What was found, in words.
    problems
        What could not be understood, in sentences.
    drops
        When nothing was found: single filters that bring results back when dropped, the best first.
    meant
        The text that was probably meant, when words of this one are in no record.
    also
        What was found besides the words, when they are a name of terms.
    cards
        How many rows all pages have together: fewer than images where groups count as one.
    """

    query: Query
    total: int
    ids: list[str]
    rows: list[dict[str, Any]]
    sentence: Sentence
    problems: list[str]
    drops: list[Drop] = field(default_factory=list)
    meant: Meant | None = None
    also: Also | None = None
    cards: int = 0
    counts: Counts = field(default_factory=Counts, repr=False, compare=False)
    tabulate: Callable[[], pd.DataFrame] = field(default=pd.DataFrame, repr=False, compare=False)
    picture: Callable[[Mapping[str, Any]], bytes] = field(default=lambda row: b"", repr=False, compare=False)
    mark: Callable[[], list[Matched]] = field(default=list, repr=False, compare=False)
    count_groups: Callable[[], int] = field(default=int, repr=False, compare=False)
    count_unlisted: Callable[[], int] = field(default=int, repr=False, compare=False)

    @cached_property
    def facets(self) -> dict[str, list[FacetValue]]:
        """For each facet its values; at most 100, the chosen ones always."""
        return {name: self.facet(name, limit=FACET_LIMIT) for name in self.facet_fields}

    @cached_property
    def facet_fields(self) -> Mapping[str, Field]:
        """The facets in order, by name."""
        return {field.name: field for field in self.counts.fields()}

    def facet(self, name: str, *, containing: str = "", limit: int | None = None) -> list[FacetValue]:
        """The values of one facet, none left out; only those that contain some text, when it is given.

        Parameters
        ----------
        name
            The field.
        containing
            Text in any part of the label, whatever its case or accents.
        limit
            How many values at most; chosen values are always among them.
        """
        return self.counts.values(name, containing=containing, limit=limit)

    def facet_tree(
        self, name: str, parent: str | None = None, *, containing: str = "", limit: int | None = None
    ) -> list[FacetNode]:
        """The lines of one facet as a tree, level by level, the most frequent first.

        Parameters
        ----------
        name
            The field. One without terms of the library's vocabulary gives its values, none below another.
        parent
            The value whose lines are wanted: those directly below it. The first lines when it is not given.
        containing
            Text in any name, synonym or id: then all lines that have it are given, at whatever depth.
        limit
            How many lines at most; chosen ones are always among them.
        """
        return self.counts.lines(name, parent=parent, containing=containing, limit=limit)

    def facet_chosen(self, name: str) -> list[FacetNode]:
        """What is chosen in one facet, each with where it stands in the tree."""
        return self.counts.chosen_lines(name)

    @cached_property
    def rolled_up(self) -> tuple[str, ...]:
        """The facets that are trees: their counts and choices include what lies below a value."""
        return self.counts.rolled_up()

    @cached_property
    def spans(self) -> dict[str, Span]:
        """For each number field that any record has: its lowest and highest number, and what is asked for."""
        return self.counts.spans()

    @cached_property
    def matched(self) -> list[Matched]:
        """For each of ``rows`` which of its words matched; empty where there are no words to look for."""
        return self.mark()

    @cached_property
    def groups(self) -> int:
        """How many groups the images belong to, those that belong to one."""
        return self.count_groups()

    @cached_property
    def unlisted(self) -> int:
        """How many of the images stand in no file of a whole search, as their licences want it."""
        return self.count_unlisted()

    @cached_property
    def table(self) -> pd.DataFrame:
        """All hits in order, a row each: id, title, and a column for each field."""
        return self.tabulate()

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.cards // self.query.per_page))

    def as_json(self) -> dict[str, Any]:
        """The results as plain JSON, the same from the command line and the web."""
        facets = {name: [value.as_dict() for value in values] for name, values in self.facets.items()}
        return {
            "total": self.total,
            "page": self.query.page,
            "per_page": self.query.per_page,
            **({"cards": self.cards, "groups": self.groups} if self.query.grouped else {}),
            "sentence": self.sentence.plain,
            "images": self._images(),
            "facets": facets,
            "rolled_up": list(self.rolled_up),
            "spans": {name: span.as_dict() for name, span in self.spans.items()},
            "problems": self.problems,
            "drops": [drop.as_dict() for drop in self.drops],
            "did_you_mean": self.meant.as_dict() if self.meant else None,
            "also": self.also.as_dict() if self.also else None,
        }

    def _images(self) -> list[dict[str, Any]]:
        return [row | {"matched": found.as_dict()} for row, found in zip(self.rows, self.matched)] or self.rows

    def __len__(self) -> int:
        return self.total

    def _repr_html_(self) -> str:
        cards = "".join(_card(str(row["id"]), str(row["title"]), self.picture(row)) for row in self.rows[:_SHOWN])
        more = f"<p>and {self.total - _SHOWN:,} more, in <code>.table</code></p>" if self.total > _SHOWN else ""
        return f'<p>{self.sentence.html}</p><div style="display:flex;flex-wrap:wrap;gap:12px">{cards}</div>{more}'


def _card(record_id: str, title: str, picture: bytes) -> str:
    source = f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
    shown = f'<img src="{source}" alt="" style="width:128px;height:128px;object-fit:contain;background:#08090A">'
    words = f"{html.escape(title)}<br><code>{html.escape(record_id)}</code>"
    return f'<figure style="width:128px;margin:0">{shown if picture else ""}<figcaption>{words}</figcaption></figure>'
