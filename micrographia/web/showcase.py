"""What the first page shows of a library: the image of the day, tiles to browse by, the newest images."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from random import randrange

from micrographia.collection.excerpts import excerpt
from micrographia.collection.records import Record
from micrographia.library import Library
from micrographia.portrait.addresses import field_address, value_address
from micrographia.portrait.cards import Card, card, thumbnail_of
from micrographia.search.query import Query

BROWSED = (
    ("biological_process", "By process"),
    ("cellular_component", "By component"),
    ("cell_type", "By cell type"),
    ("organism", "By organism"),
)
TILES = 12
NEWEST = 12
TRIES = 7
EXAMPLES = 24
MOVING = ("time series", "z-stack time series", "z-stack")


@dataclass(frozen=True, slots=True)
class Tile:
    """A value of a field to browse by: its label, count, search, and the picture of one of its images.

    ``note`` stands below the label, ``more`` leads to what lies below the value; both may be empty.
    """

    label: str
    count: int
    href: str
    picture: str
    italic: bool = False
    note: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of tiles under a heading, and the address of all values of the field."""

    field: str
    heading: str
    tiles: tuple[Tile, ...]
    href: str


def pictures_first(rows: list[dict]) -> list[dict]:
    """A search's images in their order, those that are no pictures behind the others."""
    return sorted(rows, key=lambda row: not is_picture(row))


def is_picture(row: dict) -> bool:
    """Whether an image of a search is something to look at: it has pixels, and they are no label image."""
    return bool(row["version"]) and not row["labels"]


def rows_of_tiles(library: Library, prefix: str, fields: Iterable[tuple[str, str]] = BROWSED) -> tuple[Row, ...]:
    """The rows to browse by; a field that no image has is left out. Pictures are repeated as little as can be."""
    used: set[str] = set()
    rows = []
    for name, heading in fields:
        found = library.index.said(name, TILES)
        tiles = tuple(tile(library, name, value.value, value.label, value.count_below, used, prefix) for value in found)
        if tiles:
            rows.append(Row(name, heading, tiles, field_address(prefix, name)))
    return tuple(rows)


def newest(library: Library, prefix: str) -> tuple[Card, ...]:
    """The images that were added last."""
    rows = pictures_first(library.index.newest(2 * NEWEST))
    return tuple(card(row, prefix) for row in rows[:NEWEST])


def image_of_the_day(library: Library, day: date) -> Record | None:
    """An image to begin with: one that moves, another one each day; ``None`` in an empty library."""
    for where in ({"image_type": MOVING}, {}):
        total = library.index.search(Query(where=where, per_page=1)).total
        start = zlib.crc32(day.isoformat().encode())
        for step in range(min(TRIES, total)):
            page = (start + step) % total + 1
            ids = library.index.search(Query(where=where, sort="added", page=page, per_page=1)).ids
            record = library.store.get(ids[0]) if ids else None
            if record is not None and record.facts is not None and not record.facts.labels:
                return record
    return None


def random_image(library: Library, query: Query) -> str:
    """The id of some image that a search finds, one with a picture rather than one without; ``""`` for no hit."""
    total = library.index.search(replace(query, page=1, per_page=1, grouped=False)).total
    row: dict = {}
    for _ in range(min(TRIES, total)):
        page = randrange(total) + 1
        found = library.index.search(replace(query, page=page, per_page=1, grouped=False, sort="added")).rows
        # The library may have become smaller meanwhile.
        row = found[0] if found else row
        if row and is_picture(row):
            break
    return str(row.get("id", ""))


def tile(
    library: Library, name: str, value: str, label: str, count: int, used: set[str], prefix: str, *, more: str = ""
) -> Tile:
    """The tile of a value.

    Parameters
    ----------
    library
        The library.
    name
        The field.
    value, label, count
        The value as addresses have it and as people read it, and how many images have it.
    used
        The ids of the images whose pictures are on the page; that of the tile is added.
    prefix
        The path under which the site lies.
    more
        Where what lies below the value is listed.
    """
    chosen = _example(library, name, value, used)
    if chosen is not None:
        used.add(chosen["id"])
    # What a group shows says more than what it is called.
    label = excerpt(label)
    shown, note = (excerpt(str(chosen["title"])), label) if name == "group" and chosen is not None else (label, "")
    picture = thumbnail_of(chosen, prefix) if chosen is not None else ""
    href = value_address(prefix, name, value)
    return Tile(shown, count, href, picture, italic=name == "organism", note=note, more=more)


def _example(library: Library, name: str, value: str, used: set[str]) -> dict | None:
    """The image whose picture stands for a value."""
    rows = []
    for row in library.index.examples(name, value, EXAMPLES):
        if is_picture(row) and row["thumbnail"] and row["id"] not in used:
            return row
        rows.append(row)
    # A picture twice is better than a label image, and that is better than none.
    return min(rows, key=lambda row: (not is_picture(row), not row["thumbnail"], row["id"] in used), default=None)
