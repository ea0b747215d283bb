"""The documents: home, the page of an image, the tray, help, and the pages that say what is wrong, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Any

from micrographia.collection.excerpts import TITLE_LIMIT, excerpt
from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.errors import LibraryError
from micrographia.library import Library
from micrographia.look.shell import NAME, Shell, environment
from micrographia.portrait.addresses import (
    data_address,
    ids_query,
    image_address,
    original_address,
    picture_address,
    search_address,
)
from micrographia.portrait.briefs import brief, cited, is_cut
from micrographia.portrait.cards import Card, card, moving_axis
from micrographia.portrait.formats import IDS_LIMIT, exports_of_images
from micrographia.portrait.particulars import organisms, particulars, web_address
from micrographia.search.documents import search_field
from micrographia.search.groups import is_only_a_number
from micrographia.search.query import Query
from micrographia.settings import Settings
from micrographia.web import notebooks, showcase, telling
from micrographia.web.browsing import Door, Listing, Wish, doors, listing
from micrographia.web.cell import Drawing, drawings
from micrographia.web.citations import bibtex, citation
from micrographia.web.comparison import AT_ONCE, links
from micrographia.web.errors import trouble
from micrographia.web.kept import Kept
from micrographia.web.metadata import schema, script_json, summary
from micrographia.web.originals import may_download
from micrographia.web.parcels import parcel
from micrographia.web.showcase import Row
from micrographia.web.slides import slide

TEMPLATES = Path(__file__).parent / "templates"
GROUP_LIMIT = 500
GROUPS_REMEMBERED = 100
LISTINGS_REMEMBERED = 64
SHOWN_IN_ROW = 12
# So many times as long as making pages anew took, nothing more is made ahead of visitors.
RESTING = 4
SLIDES = 100
GROUPS = (("group", "By group"),)


# The drawings of a cell, the fields that can be browsed, and groups.
Ways = tuple[tuple[Drawing, ...], tuple[Door, ...], tuple[Row, ...]]


@dataclass(frozen=True)
class Front:
    """What the first page shows, as the library was at one moment."""

    day: date
    today: Record | None
    rows: tuple[Row, ...]
    newest: tuple[Card, ...]
    total: int


@dataclass(frozen=True)
class Neighbours:
    """The group of an image: a heading, the way to all of them, cards, and the two beside it.

    ``is_named_by_us`` says that the group has only a number, and the heading is what its images have in common.
    """

    heading: str
    href: str
    cards: tuple[Card, ...]
    total: int
    before: Card | None = None
    after: Card | None = None
    is_named_by_us: bool = False


@dataclass(frozen=True)
class Compared:
    """An image beside others: its card, its player, its picture, what is told of it, and the others without it."""

    card: Card
    player: dict[str, Any] | None
    poster: str
    told: str
    without: str


class Documents:
    """Writes the documents of one library; safe in threads.

    Parameters
    ----------
    library
        The opened library.
    settings
        Those of the site.
    prefix
        The path under which the site lies.
    """

    def __init__(self, library: Library, settings: Settings, prefix: str = "") -> None:
        self.library = library
        self.settings = settings
        self.prefix = prefix
        self._group = lru_cache(GROUPS_REMEMBERED)(self._look_up_group)

        def change() -> int:
            return library.index.change

        self._front: Kept[date, Front] = Kept(self._look_up_front, change, 1)
        self._ways: Kept[str, Ways] = Kept(lambda _: self._look_up_ways(), change, 1)
        self._listing: Kept[tuple[str, Wish], Listing] = Kept(self._look_up_listing, change, LISTINGS_REMEMBERED)
        self._resting_until = 0.0

    @property
    def name(self) -> str:
        """The name under which the library is cited."""
        return f"{NAME}, library “{self.library.name}”"

    def home(self, base: str, day: date) -> str:
        """The first page; in an empty library, how it is filled."""
        front = self._front.get(day)
        if not front.total:
            return self.empty()
        today = brief(front.today) if front.today else None
        axis = moving_axis(asdict(today.facts.sizes)) if today and today.facts else ""
        return self._render(
            "home.html",
            "home",
            base=base,
            front=front,
            today=today,
            library=self.library.name,
            player=self._player(today) if today else None,
            autoplay=axis,
            # Through a stack and back again; time only runs forwards.
            state={"v": 1, "play": "bounce" if axis == "z" else "loop"},
            organisms=organisms(today) if today else [],
            picture=picture_address(base, today) if today else "",
            poster=picture_address(self.prefix, today) if today else "",
        )

    def renew(self) -> None:
        """Make what the pages are made of anew that were asked for lately, in a part of the time at most."""
        begun = monotonic()
        if begun >= self._resting_until:
            for kept in (self._front, self._ways, self._listing):
                kept.renew()
            done = monotonic()
            self._resting_until = done + RESTING * (done - begun)

    def empty(self) -> str:
        """How an empty library is filled."""
        return self._render("empty.html", "", library=self.library.name)

    def record(self, record_id: str, base: str) -> str:
        """The page of an image; raises ``NotFound``."""
        whole = self.library[record_id].record
        record = brief(whole)
        named = cited(record)
        name = self.name
        page = image_address(base, record.id)
        allowed = may_download(record)
        return self._render(
            "record.html",
            "record",
            record=record,
            title=record.title or record.id,
            whole_title=whole.title if len(whole.title) > TITLE_LIMIT else "",
            is_cut=is_cut(whole),
            data=data_address(self.prefix, record.id),
            summary=summary(record),
            page_address=page,
            picture=picture_address(base, record),
            poster=picture_address(self.prefix, record),
            schema=script_json(schema(named, base, name, may_download=allowed)),
            player=self._player(record),
            problem=telling.problem(record),
            elsewhere=web_address(record.source),
            organisms=organisms(record),
            **telling.description(record.description),
            groups=particulars(record, self.library.vocabulary, group_name=self._group_name(record)),
            doubts=telling.doubts(record),
            notes=[finding for finding in record.findings if finding.severity == "note"],
            label_of=telling.label_of,
            citation=citation(named, page, name),
            bibtex=bibtex(named, page, name),
            licence=licence(record.licence) if record.licence else None,
            credit=named.credit,
            download=original_address(self.prefix, record.id) if allowed else "",
            file_size=telling.file_size(record),
            explore=f"{self.prefix}/explore?{telling.in_explore(record)}",
            snippet=telling.snippet(record, self.library.name),
            exports=exports_of_images(self.prefix, [record.id]),
            neighbours=self._neighbours(record),
            similar=self._similar(record, "terms"),
            looking_alike=self._similar(record, "appearance"),
        )

    def tray(self, ids: Sequence[str]) -> str:
        """The images of some ids, and what can be done with them; ids that are none are only counted."""
        distinct = [*dict.fromkeys(ids)]
        wanted = distinct[:IDS_LIMIT]
        cards = [card(row, self.prefix) for row in self.library.index.cards(wanted)]
        found = [shown.id for shown in cards]
        files = parcel(list(self.library.store.records(found)), self.settings)
        return self._render(
            "tray.html",
            "tray",
            ids=found,
            cards=cards,
            missing=len(wanted) - len(found),
            cut=len(distinct) > IDS_LIMIT,
            limit=IDS_LIMIT,
            exports=exports_of_images(self.prefix, found),
            query=ids_query(found),
            files=files,
            files_size=telling.size_text(files.size),
            at_once=AT_ONCE,
            snippet=notebooks.snippet(self.library.name, found),
        )

    def compare(self, ids: Sequence[str]) -> str:
        """A few images side by side."""
        distinct = [*dict.fromkeys(ids)]
        wanted = distinct[:AT_ONCE]
        shown = {row["id"]: card(row, self.prefix) for row in self.library.index.cards(wanted)}
        # One of them may be taken out between the two looks at the library.
        records = [record for record in self.library.store.records(wanted) if record.id in shown]
        images = [self._compared(shown[record.id], record, records) for record in records]
        found = links(records)
        return self._render(
            "compare.html",
            "tray",
            images=images,
            players=[image for image in images if image.player],
            query=ids_query(record.id for record in records),
            links=found,
            linked={link.name: link.images for link in found},
            missing=len(wanted) - len(images),
            cut=len(distinct) > AT_ONCE,
            at_once=AT_ONCE,
        )

    def slides(self, ids: Sequence[str], base: str) -> str:
        """Images on pages of their own, to be printed."""
        distinct = [*dict.fromkeys(ids)]
        wanted = distinct[:SLIDES]
        records = list(self.library.store.records(wanted))
        return self._render(
            "slides.html",
            "tray",
            slides=[slide(record, self.prefix, base) for record in records],
            query=ids_query(record.id for record in records),
            missing=len(wanted) - len(records),
            cut=len(distinct) > SLIDES,
            limit=SLIDES,
        )

    def browse(self, base: str, day: date) -> str:
        """The ways through the library: a cell to point at, every field with its values, groups, the newest."""
        front = self._front.get(day)
        if not front.total:
            return self.empty()
        drawn, fields, groups = self._ways.get("")
        return self._render(
            "browse.html",
            "browse",
            base=base,
            total=front.total,
            today=brief(front.today) if front.today else None,
            drawings=drawn,
            doors=fields,
            rows=(*front.rows, *groups),
            newest=front.newest,
        )

    def listing(self, field: str, wish: Wish, base: str) -> str:
        """The values of a field as tiles; raises ``NotFound``."""
        found = self._listing.get((field, wish))
        return self._render("listing.html", "browse", base=base, listing=found, addresses=found.addresses(self.prefix))

    def help(self, base: str) -> str:
        """How to search, to look, and to cite."""
        fields = [search_field(field.name) for field in self.library.index.facet_fields]
        return self._render("help.html", "help", base=base, fields=fields)

    def trouble(self, status: int, sentence: str = "") -> str:
        """The page for something that went wrong; it asks nothing of the library, which may be what is broken."""
        said = trouble(status)
        return self._render("trouble.html", "", status=status, heading=said.heading, sentence=sentence or said.sentence)

    def _render(self, template: str, page: str, **given: Any) -> str:
        shell = Shell(prefix=self.prefix, page=page)
        return environment(TEMPLATES).get_template(template).render(shell=shell, prefix=self.prefix, **given)

    def _look_up_front(self, day: date) -> Front:
        return Front(
            day,
            showcase.image_of_the_day(self.library, day),
            showcase.rows_of_tiles(self.library, self.prefix),
            showcase.newest(self.library, self.prefix),
            self.library.store.count(),
        )

    def _player(self, record: Record) -> dict[str, Any] | None:
        if record.facts is None:
            return None
        try:
            return self.library.pixels.manifest(record.id, self.prefix)
        except LibraryError:
            return None

    def _compared(self, shown: Card, record: Record, all_of_them: Sequence[Record]) -> Compared:
        others = ids_query(other.id for other in all_of_them if other is not record)
        player, poster = self._player(record), picture_address(self.prefix, record)
        return Compared(shown, player, poster, telling.extent_text(record), f"{self.prefix}/compare?{others}")

    def _neighbours(self, record: Record) -> Neighbours | None:
        """The group of an image, when there are others in it."""
        if record.group:
            rows, total = self._group(record.group, self.library.index.change)
            if total > 1 and any(row["id"] == record.id for row in rows):
                return self._in_group(record, rows, total)
        return None

    def _group_name(self, record: Record) -> str:
        return self.library.index.label("group", record.group) if record.group else ""

    def _similar(self, record: Record, by: str) -> tuple[Card, ...]:
        """Pictures that are like an image and not of its group, which stands beside them."""
        group = self._group(record.group, self.library.index.change)[0] if record.group else []
        beside = {row["id"] for row in group}
        alike = self.library.index.like(record.id, 3 * SHOWN_IN_ROW, by=by)
        rows = [row for row in alike if row["id"] not in beside]
        return tuple(card(row, self.prefix) for row in showcase.pictures_first(rows)[:SHOWN_IN_ROW])

    def _look_up_listing(self, asked: tuple[str, Wish]) -> Listing:
        return listing(self.library, *asked, self.prefix)

    def _look_up_ways(self) -> Ways:
        groups = showcase.rows_of_tiles(self.library, self.prefix, GROUPS)
        return drawings(self.library, self.prefix), doors(self.library, self.prefix), groups

    def _look_up_group(self, group: str, change: int) -> tuple[list[dict], int]:
        # The change is part of what is remembered: a group may have grown since.
        found = self.library.index.search(Query(where={"group": (group,)}, sort="added", per_page=GROUP_LIMIT))
        return found.rows, found.total

    def _in_group(self, record: Record, rows: list[dict], total: int) -> Neighbours:
        at = next(i for i, row in enumerate(rows) if row["id"] == record.id)
        start = max(0, min(at - SHOWN_IN_ROW // 2, len(rows) - SHOWN_IN_ROW))
        cards = tuple(card(row, self.prefix, record.id) for row in rows[start : start + SHOWN_IN_ROW])
        before = card(rows[at - 1], self.prefix) if at > 0 else None
        after = card(rows[at + 1], self.prefix) if at + 1 < len(rows) else None
        href = self._explore(Query(where={"group": (record.group or "",)}))
        name = self._group_name(record)
        is_ours = is_only_a_number(record.group or "") and name != record.group
        return Neighbours(f"Group: {excerpt(name)}", href, cards, total, before, after, is_ours)

    def _explore(self, query: Query) -> str:
        return search_address(self.prefix, Query(where=query.where))
