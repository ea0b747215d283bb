"""The results: the sentence, what was chosen, and the images as cards or as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, ClassVar

import param

from micrographia.collection.excerpts import excerpt
from micrographia.portrait.addresses import feed_address, random_address
from micrographia.portrait.cards import card
from micrographia.portrait.formats import exports_of_search
from micrographia.search.documents import number_text, search_field
from micrographia.search.marking import Matched, Piece
from micrographia.search.query import NONE, Query
from micrographia.search.results import Drop, Meant, Results
from micrographia.widgets.placed import Placed

SORTS = (
    ("title", "title"),
    ("-year", "newest taken"),
    ("year", "oldest taken"),
    ("-frames", "most time points"),
    ("-slices", "most slices"),
    ("-image_size", "largest"),
)


class Gallery(Placed):
    """The images found.

    Asks ``choose``, ``page``, ``sort``, ``as``, ``columns``, ``grouped``, ``group``, ``drop``, and for better words:
    ``meant``, ``words``.
    """

    chosen = param.String(default="", doc="The id of the image that is framed.")

    _script: ClassVar[str] = "widgets/gallery.js"


def results_answer(
    results: Results,
    query: Query,
    *,
    table: Mapping[str, Any] | None = None,
    asked: int = 0,
    chosen: str = "",
    prefix: str = "",
) -> dict[str, Any]:
    """What the results show, as JSON.

    Parameters
    ----------
    results, query
        The answer to the query, and the query.
    table
        The columns and cells where they are shown as a table (``widgets/table.py``).
    asked
        The number of the question this answers.
    chosen
        The id of the framed image.
    prefix
        The path under which the site lies.
    """
    return {
        "asked": asked,
        "query": query.to_url(),
        "sentence": results.sentence.html,
        "said": results.sentence.plain,
        "problems": [*results.problems, *(table["problems"] if table else ())],
        "chips": list(_chips(results)),
        "sort": query.sort,
        "sorts": _sorts(query),
        "as": "gallery" if table is None else "table",
        "page": query.page,
        "pages": results.pages,
        "table": table,
        "images": [
            card_answer(
                row, prefix, found, results.counts.label("group", row["group"]) if row.get("group_size", 1) > 1 else ""
            )
            for row, found in zip_longest(results.rows, results.matched)
        ],
        "chosen": chosen,
        # Who looks into a group has no use for fewer cards.
        "groups": 0 if "group" in query.where else results.groups,
        "grouped": query.grouped,
        "cards": results.cards if query.grouped and results.cards < results.total else 0,
        "isAll": query.is_empty,
        "exports": [{"label": export.label, "href": export.href} for export in exports_of_search(prefix, query)],
        "leftOut": _left_out(results.unlisted),
        "feed": feed_address(prefix, query),
        "random": random_address(prefix, query) if results.total > 1 else None,
        "meant": _meant(results.meant) if results.meant else None,
        "also": results.also.sentence if results.also else "",
        "nothing": None if results.rows else _nothing(results, query),
    }


def card_answer(
    row: Mapping[str, Any], prefix: str = "", matched: Matched | None = None, group_name: str = ""
) -> dict[str, Any]:
    """What a card and a line of the table show of an image, as JSON.

    Parameters
    ----------
    row
        The image as ``Results.rows`` has it.
    prefix
        The path under which the site lies.
    matched
        What the search matched of it.
    group_name
        What people call its group, where groups count as one.
    """
    size = row.get("group_size", 1)
    shown = card(row, prefix)
    found = matched or Matched()
    return {
        "id": shown.id,
        "title": shown.title,
        "organism": shown.organism,
        "href": shown.href,
        "thumbnail": shown.picture,
        "strip": shown.strip or None,
        "axis": shown.axis,
        "group": {"name": row["group"], "label": group_name, "size": size} if size > 1 else None,
        "licence": shown.licence,
        "marks": [{"text": mark.text, "title": mark.title} for mark in shown.marks],
        "marked": [piece.as_dict() for piece in found.title],
        "why": [piece.as_dict() for piece in _why(found)],
    }


def _why(found: Matched) -> Sequence[Piece]:
    """Where the words stand, when the title does not show it."""
    if found.title:
        return ()
    if found.terms:
        return [piece for term in found.terms[:1] for piece in term.pieces()]
    return [Piece(", ".join(map(excerpt, found.values)), True)] if found.values else found.description


def _left_out(count: int) -> str:
    """What the files of a search say of the images that are found and not in them."""
    if not count:
        return ""
    whose = (
        "is left out of these files: its licence keeps"
        if count == 1
        else "are left out of these files: their licences keep"
    )
    return f"{_images(count)} {whose} {'it' if count == 1 else 'them'} out of lists. The tray gives each of them."


def _meant(meant: Meant) -> dict[str, str]:
    return {"text": meant.text, "count": _images(meant.total)}


def _sorts(query: Query) -> list[dict[str, str]]:
    usual = [("", "best match"), ("-added", "newest here")] if query.text else [("", "newest here")]
    known = [*usual, *SORTS]
    if query.sort not in dict(known):
        known.append((query.sort, _sort_label(query.sort)))
    return [{"value": value, "label": label} for value, label in known]


def _sort_label(sort: str) -> str:
    name = sort.removeprefix("-")
    said = {"added": "added here", "size": "size"}.get(name, search_field(name).label.lower())
    return said + (", falling" if sort.startswith("-") else "")


def _chips(results: Results) -> Iterator[dict[str, str]]:
    query = results.query
    if query.text:
        yield {"text": f"“{query.text}”", "field": "q", "value": ""}
    for sign, chosen in (("", query.where), ("-", query.without)):
        for name, values in chosen.items():
            before = f"{search_field(name).label}: {'not ' if sign else ''}"
            for value in values:
                label = excerpt(results.counts.label(name, value))
                told = {"text": before + label, "field": f"{sign}{name}", "value": value}
                # A species is set in italics, and what is said of it is not.
                is_name = search_field(name).italic and value != NONE
                yield told | ({"before": before, "name": label} if is_name else {})
    for name, (low, high) in query.ranges.items():
        yield {"text": f"{search_field(name).label}: {_between(low, high)}", "field": name, "value": ".."}


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {number_text(high or 0)}"
    if high is None:
        return f"from {number_text(low)}"
    return number_text(low) if low == high else f"{number_text(low)}–{number_text(high)}"


def _nothing(results: Results, query: Query) -> dict[str, Any]:
    if query.is_empty and not results.total:
        return {
            "text": "There are no images in this library yet. Index a folder of images, and they appear here:",
            "steps": [],
            "command": "micrographia index FOLDER_OF_IMAGES --library LIBRARY",
        }
    if results.total:
        return {"text": "There are no images on this page.", "steps": [_first_page()], "command": None}
    steps = list(_ways_back(results.drops)) or [{"text": "Show all images", "field": "", "value": ""}]
    several = len(list(_chips(results))) > 1 or len(results.drops) > 1
    return {"text": f"No image has {'all of this' if several else 'this'}.", "steps": steps, "command": None}


def _first_page() -> dict[str, str]:
    return {"text": "Go to the first page", "field": "page", "value": ""}


def _ways_back(drops: Sequence[Drop]) -> Iterator[dict[str, str]]:
    for drop in drops:
        # Of a text what stays of it.
        text = Query.from_url(drop.url).text if drop.field == "q" else ""
        yield {"text": f"Leave out {drop.label} ({_images(drop.total)})", "field": drop.field, "value": text}


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
