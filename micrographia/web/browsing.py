"""Browsing: the values of one field as tiles, flat or level by level of its tree, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from micrographia.collection.excerpts import excerpt
from micrographia.collection.fields import AS_GIVEN, Field
from micrographia.errors import NotFound
from micrographia.library import Library
from micrographia.portrait.addresses import field_address, value_address
from micrographia.search.documents import VALUE_LIMIT, search_field
from micrographia.search.folding import fold, key
from micrographia.search.query import NONE, Query
from micrographia.web.showcase import BROWSED, Tile, tile

PER_PAGE = 60
TOP = 3
LABEL_LIMIT = 80
TEXT_LIMIT = 200

# Fields whose values are no use as a list to walk along.
NOT_BROWSED = frozenset("quantifiable quantifiable_for data_qualification image_type".split())


@dataclass(frozen=True)
class Wish:
    """Which values of a field are wanted: those that contain a text, those below one, in which order, which page."""

    containing: str = ""
    below: str = ""
    is_tree: bool = False
    by_name: bool = False
    page: int = 1

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wish:
        """The wish that the parts of an address say; what makes no sense is as at first."""
        page = given.get("page", "")
        return cls(
            containing=given.get("containing", "").strip()[:TEXT_LIMIT],
            below=given.get("below", "").strip()[:VALUE_LIMIT],
            is_tree=given.get("view") == "tree" or bool(given.get("below", "").strip()),
            by_name=given.get("sort") == "name",
            page=int(page) if page.isascii() and page.isdigit() and len(page) <= 9 else 1,
        )

    def address(self, base: str, field: str) -> str:
        """The address of the page with those values; what is as at first is left out."""
        said = {
            "view": "tree" if self.is_tree else "",
            "below": self.below,
            "containing": self.containing,
            "sort": "name" if self.by_name else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        query = urlencode({name: value for name, value in said.items() if value}, safe=":")
        return field_address(base, field) + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Listing:
    """One page of the values of a field.

    ``path`` are the names above those that are listed, from the root down, each with its own listing; ``has_tree`` says
    that something lies below something in this field.
    """

    field: Field
    heading: str
    wish: Wish
    tiles: tuple[Tile, ...]
    total: int
    pages: int
    has_tree: bool
    path: tuple[tuple[str, str], ...] = ()
    everything: str = ""

    def addresses(self, base: str) -> dict[str, str]:
        """Where the list leads to: its first values, its other view and order, the pages beside it; empty for none."""
        wish, name = self.wish, self.field.name
        first = replace(wish, page=1)
        found = {
            "top": replace(first, below="", containing=""),
            "flat": replace(first, is_tree=False, below=""),
            "tree": replace(first, is_tree=True),
            "by_count": replace(first, by_name=False),
            "by_name": replace(first, by_name=True),
        }
        addresses = {key: one.address(base, name) for key, one in found.items()}
        addresses["before"] = replace(wish, page=wish.page - 1).address(base, name) if wish.page > 1 else ""
        addresses["after"] = replace(wish, page=wish.page + 1).address(base, name) if wish.page < self.pages else ""
        return addresses


@dataclass(frozen=True, slots=True)
class Door:
    """The way to the values of a field: its heading, its listing, how many values, and the first of them."""

    heading: str
    href: str
    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A value that is listed: as addresses have it, as people read it, its count, and whether something lies below."""

    value: str
    label: str
    count: int
    has_more: bool = False


def heading_of(field: Field) -> str:
    """What the list of a field's values is called."""
    return dict(BROWSED).get(field.name) or f"By {field.label[:1].lower()}{field.label[1:]}"


def doors(library: Library, prefix: str) -> tuple[Door, ...]:
    """The fields that can be browsed, those that people begin with first."""
    first = [name for name, _ in BROWSED]
    fields = sorted(_browsed(library), key=lambda field: first.index(field.name) if field.name in first else len(first))
    found = []
    for field in fields:
        labels = tuple(excerpt(one.label, LABEL_LIMIT) for one in library.index.said(field.name, TOP))
        count = library.index.distinct(field.name)
        found.append(Door(heading_of(field), field_address(prefix, field.name), count, labels))
    return tuple(found)


def listing(library: Library, name: str, wish: Wish, prefix: str) -> Listing:
    """The values of a field that are wanted.

    Parameters
    ----------
    library
        The library.
    name
        The field.
    wish
        Which values.
    prefix
        The path under which the site lies.

    Raises
    ------
    NotFound
        No image has such a field, or its values are no list to walk along.
    """
    field = next((field for field in _browsed(library) if field.name == name), None)
    if field is None:
        raise NotFound(f"There is nothing to browse by {name[:64]!r} in this library.")
    has_tree = name in library.index.search(Query(per_page=1)).rolled_up
    wish = replace(wish, is_tree=wish.is_tree and has_tree, below=wish.below if has_tree else "")
    lines = _ordered(_lines(library, name, wish), wish)
    pages = max(1, -(-len(lines) // PER_PAGE))
    wish = replace(wish, page=min(max(1, wish.page), pages))
    used: set[str] = set()
    tiles = []
    for line in lines[(wish.page - 1) * PER_PAGE : wish.page * PER_PAGE]:
        down = Wish(below=line.value, is_tree=True, by_name=wish.by_name)
        more = down.address(prefix, name) if line.has_more and wish.is_tree else ""
        tiles.append(tile(library, name, line.value, line.label, line.count, used, prefix, more=more))
    path = _path(library, name, wish, prefix) if wish.below else ()
    everything = value_address(prefix, name, wish.below) if wish.below else ""
    return Listing(field, heading_of(field), wish, tuple(tiles), len(lines), pages, has_tree, path, everything)


def _browsed(library: Library) -> list[Field]:
    fields = library.index.facet_fields
    return [f for f in fields if f.kind != "number" and not f.name.endswith(AS_GIVEN) and f.name not in NOT_BROWSED]


def _lines(library: Library, name: str, wish: Wish) -> list[_Line]:
    if wish.is_tree:
        found = library.index.search(Query(per_page=1))
        nodes = found.facet_tree(name, wish.below or None, containing=wish.containing)
        return [_Line(node.value, node.label, node.count, node.has_more) for node in nodes if node.value != NONE]
    text = fold(wish.containing)
    return [
        _Line(value.value, value.label, value.count_below)
        for value in library.index.said(name)
        if text in fold(value.label) or text in fold(value.term_id)
    ]


def _ordered(lines: list[_Line], wish: Wish) -> list[_Line]:
    if wish.by_name:
        return sorted(lines, key=lambda line: key(line.label))
    return sorted(lines, key=lambda line: -line.count)


def _path(library: Library, name: str, wish: Wish, prefix: str) -> tuple[tuple[str, str], ...]:
    """The names on the way down to the value whose lines are listed, itself last."""
    found = library.index.search(Query(where={name: (wish.below,)}, per_page=1))
    chosen = found.facet_chosen(name)
    if not chosen or not found.total:
        raise NotFound(f"No image has {wish.below[:64]!r} in the field {search_field(name).label}.")
    names = [*chosen[0].path, chosen[0].label]
    steps = [replace(wish, below=one, page=1, containing="").address(prefix, name) for one in names[:-1]]
    return tuple(zip(names, [*steps, ""]))
