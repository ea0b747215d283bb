"""One visitor's search and chosen image, and the widgets that show them: every change meets here."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote_plus

import param
from panel.io import hold
from panel.io.state import state as session

from micrographia.errors import LibraryError
from micrographia.imaging.display import DisplayState
from micrographia.library import Library
from micrographia.portrait.addresses import picture_address
from micrographia.portrait.cards import THUMBNAIL_EDGE
from micrographia.search.query import ADDRESS_LIMIT, Query
from micrographia.search.results import Results
from micrographia.widgets.address import Address
from micrographia.widgets.details import Details, details_answer
from micrographia.widgets.facets import Facets, Listing, facets_answer, toggled
from micrographia.widgets.gallery import Gallery, results_answer
from micrographia.widgets.plots import Histogram, plane_curves
from micrographia.widgets.stage import Stage, stage_answer
from micrographia.widgets.table import columns_said, columns_text, known_columns, table_answer

KINDS = ("gallery", "table")
TEXT_LIMIT = 1000

log = logging.getLogger(__name__)


class Explorer(param.Parameterized):
    """Search, chosen image and display of one visitor.

    Parameters
    ----------
    library
        The library that is searched.
    address
        The query string of the page: it restores the search, the image, the display and the view of the results.
    prefix
        The path under which the site lies.
    """

    query = param.ClassSelector(class_=Query, default=Query(), instantiate=False, doc="What is searched for.")
    image = param.String(default="", doc="The id of the image in the player; empty when there is none.")
    display = param.ClassSelector(
        class_=DisplayState, default=DisplayState(), instantiate=False, doc="How the image is shown."
    )
    kind = param.String(default="gallery", doc="How the results are shown: as a gallery or a table.")
    grouped = param.Boolean(
        default=None, allow_None=True, doc="Whether a group is one card; unless someone says, in the gallery only."
    )
    columns = param.ClassSelector(
        class_=tuple, default=None, allow_None=True, doc="The columns of the table; the usual ones unless someone says."
    )

    def __init__(self, library: Library, address: str = "", prefix: str = "") -> None:
        super().__init__()
        self.library = library
        self.prefix = prefix
        self.facets = Facets(prefix=prefix)
        self.gallery = Gallery(prefix=prefix)
        self.details = Details(prefix=prefix)
        self.address = Address(prefix=prefix)
        self.stage = Stage(prefix=prefix)
        self.histogram = Histogram()
        self._asked = 0
        self._is_chosen = False
        self._seen: str | None = None
        self._wants_histogram = False
        self._own_columns: tuple[str, ...] | None = None
        self._listings: dict[str, Listing] = {}
        self._results: Results
        self._acts: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "toggle": self._toggle,
            "range": self._set_range,
            "clear": self._clear,
            "list": self._list,
            "drop": self._drop,
            "only": self._only,
            "text": self._search_text,
            "meant": self._search_meant,
            "words": self._search_words,
            "suggested": self._search_suggested,
            "sort": self._sort,
            "page": self._turn,
            "as": self._show_as,
            "columns": self._choose_columns,
            "grouped": self._search_grouped,
            "group": self._open_group,
            "choose": self._choose,
            "display": self._show_display,
            "go": self._go,
            "theme": self._follow_theme,
            "histogram": self._show_histogram,
        }
        for widget in (self.facets, self.gallery, self.stage, self.details, self.address):
            widget.on_msg(self._on_visitor_asked)
        self._restore(address)
        self.first_answer = self._hand_over()

    @property
    def search(self) -> str:
        """The query string that restores all of this, with its question mark; empty for the plain page."""
        display = self.display.to_url()
        parts = [replace(self.query, grouped=False).to_url()]
        if self.grouped is not None and self.grouped != (self.kind == "gallery"):
            parts.append(f"grouped={int(self.grouped)}")
        if self.image and (self._is_chosen or display):
            parts += [f"image={quote_plus(self.image, safe=':')}", display]
        if self.kind != "gallery":
            parts.append(f"as={self.kind}")
            parts += [f"columns={columns_text(self.columns)}"] if self.columns is not None else []
        text = "&".join(part for part in parts if part)
        return f"?{text}" if text else ""

    @property
    def title(self) -> str:
        """The name of the window: what was found, and in which library."""
        said = "Explore" if self.query.is_empty else self._results.sentence.plain
        return f"{said} · {self.library.name}"

    def _on_visitor_asked(self, event: Any) -> None:
        message = event.data if isinstance(event.data, Mapping) else {}
        act = self._acts.get(str(message.get("do")))
        if act is None:
            log.debug("A page asked for %r, which Explore does not know.", message.get("do"))
            return
        self._asked = max(self._asked, _whole(message, "asked"))
        with self._together():
            act(message)

    def _toggle(self, message: Mapping[str, Any]) -> None:
        self._search(toggled(self._results, _text(message, "field"), _text(message, "value")))

    def _set_range(self, message: Mapping[str, Any]) -> None:
        name = _text(message, "field")
        bounds = _number(message, "low"), _number(message, "high")
        self._search(replace(self.query.dropping(name), ranges={**self.query.ranges, name: bounds}, page=1))

    def _clear(self, message: Mapping[str, Any]) -> None:
        name = _text(message, "field")
        kept = Query(sort=self.query.sort, per_page=self.query.per_page)
        self._search(self.query.dropping(name) if name else kept)

    def _list(self, message: Mapping[str, Any]) -> None:
        name = _text(message, "field")
        # A page that makes names up fills no memory.
        if name in self._results.facet_fields:
            self._listings[name] = Listing.of(message)
        self.facets.answer = facets_answer(self._results, self.query, self._listings, self._asked)

    def _drop(self, message: Mapping[str, Any]) -> None:
        name, value = _text(message, "field"), _text(message, "value")
        if not name:
            self._clear(message)
        elif name == "page":
            self._search(replace(self.query, page=1))
        elif name == "q" and value:
            self._search(replace(self.query, text=value, page=1))
        elif name.startswith("-"):
            self._search(replace(self.query, without=_without(self.query.without, name[1:], value), page=1))
        elif value in self.query.where.get(name, ()):
            self._search(replace(self.query, where=_without(self.query.where, name, value), page=1))
        else:
            self._search(self.query.dropping(name))

    def _only(self, message: Mapping[str, Any]) -> None:
        self._search(Query(where={_text(message, "field"): (_text(message, "value"),)}))

    def _search_text(self, message: Mapping[str, Any]) -> None:
        self._search(replace(self.query, text=_text(message, "text"), page=1), push=bool(message.get("push")))

    def _search_meant(self, message: Mapping[str, Any]) -> None:
        if self._results.meant is not None:
            meant = Query.from_url(self._results.meant.url)
            now = self.query
            self._search(replace(meant, sort=now.sort, per_page=now.per_page))

    def _search_words(self, message: Mapping[str, Any]) -> None:
        if self._results.also is not None:
            self._search(Query.from_url(self._results.also.url))

    def _search_suggested(self, message: Mapping[str, Any]) -> None:
        name, value = _text(message, "field"), _text(message, "value")
        values = tuple(dict.fromkeys((*self.query.where.get(name, ()), value)))
        found = replace(self.query, text=_text(message, "text"), where={**self.query.where, name: values}, page=1)
        # What was typed on the way to it is no step of its own.
        self._search(found, push=message.get("push") is not False)

    def _sort(self, message: Mapping[str, Any]) -> None:
        self._search(replace(self.query, sort=_text(message, "sort"), page=1))

    def _search_grouped(self, message: Mapping[str, Any]) -> None:
        self.grouped = bool(message.get("grouped"))
        self._search(replace(self.query, page=1))

    def _open_group(self, message: Mapping[str, Any]) -> None:
        where = {**self.query.where, "group": (_text(message, "value"),)}
        self._search(replace(self.query, where=where, page=1))

    def _turn(self, message: Mapping[str, Any]) -> None:
        self._search(replace(self.query, page=max(1, _whole(message, "page"))))
        end = {"first": 0, "last": -1}.get(_text(message, "choose"))
        if end is not None and self._results.rows:
            self._show_image(self._results.rows[end]["id"], chosen=True)
            self._tell_address()

    def _show_as(self, message: Mapping[str, Any]) -> None:
        wanted = _text(message, "as")
        self.kind = wanted if wanted in KINDS else KINDS[0]
        # Where groups open or close, a page holds other images.
        is_same = self._groups(self.query) == self.query.grouped
        self._search(replace(self.query, page=self.query.page if is_same else 1), push=False)

    def _choose_columns(self, message: Mapping[str, Any]) -> None:
        given = message.get("columns")
        self._own_columns = known_columns(self.library, given) if isinstance(given, list) else None
        # What a browser remembers changes nothing that an address says.
        if not message.get("remembered") or self.columns is None:
            self.columns = self._own_columns
            self._tell_results()
            self._tell_address()

    def _choose(self, message: Mapping[str, Any]) -> None:
        # The page makes the step in its history itself, at once.
        self._show_image(_text(message, "id"), chosen=True)
        self._tell_address()

    def _show_display(self, message: Mapping[str, Any]) -> None:
        # What the player says of an image that was left in the meantime is late.
        if message.get("image") == self.image:
            self.display = DisplayState.from_json(message.get("state"))
            self._tell_address()
            self._draw_histogram()

    def _go(self, message: Mapping[str, Any]) -> None:
        self._restore(_text(message, "search", ADDRESS_LIMIT), told=True)

    def _follow_theme(self, message: Mapping[str, Any]) -> None:
        self.histogram.dark = bool(message.get("dark"))

    def _show_histogram(self, message: Mapping[str, Any]) -> None:
        self._wants_histogram = bool(message.get("open"))
        self._draw_histogram()

    def _restore(self, address: str, told: bool = False) -> None:
        keys = parse_qs(address.lstrip("?")[:ADDRESS_LIMIT])
        kind = keys.get("as", [""])[-1]
        self.kind = kind if kind in KINDS else KINDS[0]
        self.grouped = {"0": False, "1": True}.get(keys.get("grouped", [""])[-1])
        self.columns = columns_said(keys.get("columns", [""])[-1]) or self._own_columns
        wanted = keys.get("image", [""])[-1]
        self._is_chosen = False
        if wanted:
            self._show_image(wanted, chosen=True, display=DisplayState.from_url(address))
        self._search(Query.from_url(address), push=None)
        if told:
            self._tell_address(push=None)

    def _search(self, query: Query, push: bool | None = True) -> None:
        self._results = self.library.index.search(replace(query, grouped=self._groups(query)))
        self.query = self._results.query
        if not self._is_chosen:
            self._show_first()
        self.facets.answer = facets_answer(self._results, self.query, self._listings, self._asked)
        self._tell_results()
        if push is not None:
            self._tell_address(push=push)

    def _groups(self, query: Query) -> bool:
        # Who looks into a group wants to see what is in it.
        return "group" not in query.where and (self.kind == "gallery" if self.grouped is None else self.grouped)

    def _show_first(self) -> None:
        rows = self._results.rows
        self._show_image(rows[0]["id"] if rows else "", chosen=False)

    def _show_image(self, record_id: str, *, chosen: bool, display: DisplayState | None = None) -> None:
        self._is_chosen = chosen and bool(record_id)
        if record_id == self._seen and display is None:
            return
        self._seen = record_id
        self.image = record_id
        self.display = display or DisplayState()
        self.gallery.chosen = record_id
        self._look_at(record_id)
        self._draw_histogram()

    def _look_at(self, record_id: str) -> None:
        manifest, details, problem, poster = {}, {}, "", ""
        try:
            if record_id:
                record = self.library[record_id].record
                group = self.library.index.label("group", record.group) if record.group else ""
                details = details_answer(record, self.prefix, self.display.to_url(), self.library.vocabulary, group)
                poster = picture_address(self.prefix, record, THUMBNAIL_EDGE)
                manifest = self.library.pixels.manifest(record_id, self.prefix)
        except LibraryError as error:
            problem = str(error)
        follows = {"follows": not self._is_chosen}
        self.details.answer = (details or {"id": ""}) | follows
        self.stage.answer = stage_answer(record_id, manifest, self.display, problem, poster) | follows

    def _tell_results(self) -> None:
        is_table = self.kind == "table"
        self.gallery.answer = results_answer(
            self._results,
            self.query,
            table=table_answer(self.library, self._results.ids, self.columns) if is_table else None,
            asked=self._asked,
            chosen=self.image,
            prefix=self.prefix,
        )

    def _tell_address(self, push: bool | None = False) -> None:
        answer = {"search": self.search, "push": bool(push), "text": self.query.text, "asked": self._asked}
        answer["title"] = self.title
        self.address.answer = answer if push is not None else answer | {"search": None}

    def _draw_histogram(self) -> None:
        if self._wants_histogram:
            session.execute(self._measure)

    async def _measure(self) -> None:
        """Measure the plane in the player, off the event loop; a late answer is dropped."""
        asked = self.image, self.display
        try:
            curves = await asyncio.to_thread(plane_curves, self.library, *asked)
        except LibraryError as error:
            self.histogram.param.update(curves=[], note=str(error))
            return
        if asked == (self.image, self.display):
            self.histogram.param.update(curves=curves, note="" if curves else "No channel is visible.")

    def _hand_over(self) -> dict[str, Any]:
        """The first answers go into the page itself; sending them again over the websocket would be waste."""
        first = {"facets": self.facets.answer, "results": self.gallery.answer}
        first |= {"stage": self.stage.answer, "details": self.details.answer}
        for widget in (self.facets, self.gallery, self.stage, self.details):
            widget.answer = {}
        return first

    @contextmanager
    def _together(self) -> Iterator[None]:
        if session.curdoc is None:
            yield
            return
        with hold(session.curdoc):
            yield


def _text(message: Mapping[str, Any], name: str, limit: int = TEXT_LIMIT) -> str:
    value = message.get(name)
    # Half of a surrogate pair could be neither looked up nor sent.
    return value[:limit].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _whole(message: Mapping[str, Any], name: str) -> int:
    value = message.get(name)
    return min(int(value), 1 << 40) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _number(message: Mapping[str, Any], name: str) -> float | None:
    value = message.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    # A whole number may be larger than any other.
    return float(max(-sys.float_info.max, min(value, sys.float_info.max)))


def _without(values: Mapping[str, tuple[str, ...]], name: str, value: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(v for v in kept if (key, v) != (name, value)) for key, kept in values.items()}
